"""Data quality: the warnings that an import left, and the patients behind each number."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gepnet_core.behind import HasFinding
from gepnet_core.formatting import format_count
from gepnet_core.intake.report_files import finding_lines
from gepnet_core.intake.rules import RULES
from gepnet_core.store.findings import findings
from pages.components import baseline_decisions, downloads, links, page, tables
from pages.components.markdown import escaped
from pages.components.session import KEY, Remembered

MOST_SHOWN = 200

data, view = page.begin("Data quality", whole=True)
remembered: Remembered = st.session_state[KEY]
report = findings(data)
baseline_decisions.show(data)
if not report.warnings:
    st.header("No warning: no rule found anything to look at.", anchor=False)
    st.caption(
        "Errors never get this far: they block an import. All rules stand on the page Data dictionary."
    )
    st.stop()
n_rules = sum(count > 0 for count in report.counts.values())
st.header(
    f"{format_count(report.warnings, 'warning')} of {format_count(n_rules, 'rule')} to look at.", anchor=False
)
st.caption(
    "A warning may be right: it blocks nothing and changes no number. The places are those of the file as it was "
    "imported."
)
for rule, count in sorted(report.counts.items(), key=lambda found: -found[1]):
    if not count:
        continue
    with st.container(border=True):
        st.markdown(f"**{escaped(RULES[rule].found)}** {escaped(RULES[rule].remedy)}")
        patients = {found.patient for found in report.findings if found.rule == rule and found.patient}
        words = format_count(count, "finding")
        said = format_count(len(patients), "patient")
        if patients:
            words += f", {said}"
        if st.button(
            words, icon=":material/list:", key=remembered.widget(f"finding:{rule}"), help="Shows them below."
        ):
            remembered.show(replace(view, finding=rule))
            st.rerun()
        if patients:
            opens = links.patients(f"Open the {said}", len(patients), view, HasFinding(rule))
            st.markdown(tables.marked(opens))
chosen = view.finding
if chosen is not None and not report.counts[chosen]:
    st.info(
        f"There is no finding of a rule “{escaped(chosen)}” in this version. All rules with findings stand above."
    )
if chosen in RULES and report.counts[chosen]:
    found = [one for one in report.findings if one.rule == chosen]
    st.header(escaped(RULES[chosen].found), anchor=False)
    rows = [
        [
            one.patient or "–",
            one.file,
            "–" if one.line is None else f"{one.line:,}",
            one.column or "–",
            one.value or "–",
            one.words,
        ]
        for one in found[:MOST_SHOWN]
    ]
    tables.show(
        ["Patient", "File", "Line", "Column", "Value", "What was found"],
        rows,
        alt="Patients behind the number",
        wrapped=True,
    )
    if len(found) > MOST_SHOWN:
        st.caption(f"The first {MOST_SHOWN:,} of {len(found):,}: all are in the download.")
downloads.offer(
    "All findings (CSV)",
    lambda: finding_lines(report),
    f"{data.name}_{data.version}_findings.csv",
    says="Every warning with file, line, column, value and patient.",
)
