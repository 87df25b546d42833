"""What a check of a file found: errors that block, warnings that stay, and what the data set would show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from gepnet_core.formatting import format_count
from gepnet_core.importer.apart import Import
from gepnet_core.intake.report import Report
from gepnet_core.intake.report_files import finding_lines, html_lines, json_lines
from gepnet_core.intake.rule import Severity
from gepnet_core.intake.rules import RULES
from pages.components import downloads, tables
from pages.components.markdown import escaped
from pages.components.offers import in_browser

MOST_FINDINGS = 25


def show(found: Import, title: str, remedies: Callable[[], None]) -> None:
    """Draw the result of a check, with what `remedies` draws below its headline."""
    report = found.report
    if report.errors:
        st.error(
            f"**{format_count(report.errors, 'error')}: nothing was imported.** Mend the file or the mapping and "
            "check again; what is on the dashboard stays as it is.",
            icon=":material/block:",
        )
    elif report.warnings:
        st.warning(
            f"No error, {format_count(report.warnings, 'warning')}. They stay visible on the page Data quality.",
            icon=":material/warning:",
        )
    else:
        st.success("No error and no warning.", icon=":material/check_circle:")
    remedies()
    for note in report.notes:
        st.caption(escaped(in_browser(note)))
    show_rules(report)
    show_findings(report)
    offer(report, title)
    if found.effect is not None:
        _show_effect(found.effect)


def show_rules(report: Report) -> None:
    """Draw how often each rule was broken."""
    rows = [
        [f"{rule.found} {rule.remedy}", f"{rule.severity}: {rule.id}", f"{report.counts[rule.id]:,}"]
        for rule in sorted(RULES.values(), key=lambda rule: rule.severity is not Severity.ERROR)
        if report.counts[rule.id]
    ]
    if rows:
        tables.show(
            ["What was found, and what to do", "Rule", "Findings"], rows, alt="Findings by rule", wrapped=True
        )


def show_findings(report: Report) -> None:
    """Draw the first findings with their places, errors first."""
    ordered = sorted(report.findings, key=lambda found: found.severity is not Severity.ERROR)
    if not ordered:
        return
    shown = ordered[:MOST_FINDINGS]
    files = {found.file for found in shown}
    rows = [
        [
            in_browser(found.words),
            "–" if found.line is None else f"{found.line:,}",
            found.column or "–",
            found.patient or "–",
            *([found.file] if len(files) > 1 else []),
            f"{found.severity}: {found.rule}",
        ]
        for found in shown
    ]
    header = ["What was found", "Line", "Column", "Patient", *(["File"] if len(files) > 1 else []), "Rule"]
    tables.show(header, rows, alt="Findings with places", wrapped=True)
    left = sum(report.counts.values()) - len(rows)
    if left > 0:
        st.caption(f"{left:,} more findings are in the report.")


def offer(report: Report, title: str) -> None:
    """Draw the downloads of a report."""
    if not report.findings:
        return
    with st.container(horizontal=True):
        downloads.offer(
            "Report (HTML)",
            lambda: html_lines(report, title),
            "import_report.html",
            says="A page to read, print or send: counts by rule and every finding.",
            mime="text/html",
        )
        downloads.offer(
            "Report (JSON)",
            lambda: json_lines(report),
            "import_report.json",
            says="The same for programs.",
            mime="application/json",
        )
        downloads.offer(
            "Rows affected (CSV)",
            lambda: finding_lines(report),
            "import_findings.csv",
            says="Every finding with file, line, column, value and patient.",
        )


def _show_effect(effect: dict[str, Any]) -> None:
    """Draw what the data set would show."""
    st.subheader("What the data set would show", anchor=False)
    st.markdown(
        f"**{effect['eligible']:,} of {format_count(effect['patients'], 'patient')}** form the cohort."
        + ("" if effect["has_dates"] else f" No date filters and no cut-off: {escaped(effect['no_dates'])}.")
    )
    if effect["attrition"]:
        steps = [[step["label"], f"{step['patients']:,}"] for step in effect["attrition"]]
        tables.show(["Step", "Patients left"], steps, alt="Patients left after each eligibility step")
    rows = [
        [
            f"{found['name']} ({found['code']})" if found["name"] != found["code"] else found["code"],
            f"{found['n']:,}",
            f"{found['events']:,}",
            f"{found['competing']:,}",
            f"{found['censored']:,}",
        ]
        for found in effect["endpoints"]
    ]
    tables.show(
        ["Endpoint", "Patients", "Events", "Deaths before the event", "Censored"],
        rows,
        alt="Events of each endpoint",
    )
    groups = [[found["label"], f"{found['patients']:,}"] for found in effect["modalities"]]
    tables.show(["Modality", "Patients"], groups, alt="Patients by modality")
