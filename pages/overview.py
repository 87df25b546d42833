"""Who is in the cohort: attrition, table 1, event counts and follow-up."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from gepnet_core.baseline import BaselineRow, NumericSummary, baseline_table
from gepnet_core.behind import Ended
from gepnet_core.errors import NothingLeft, listed
from gepnet_core.estimates import estimate
from gepnet_core.formatting import (
    follow_up_sentence,
    format_count,
    format_difference,
    format_number,
    format_share,
)
from gepnet_core.store.described import Kind
from gepnet_core.vocabulary import Status
from pages.components import links, page, tables
from pages.components.markdown import escaped

MOST_REASONS = 6
STATUS_WORDS = {
    Status.EVENT: "event",
    Status.COMPETING_DEATH: "death before the event",
    Status.CENSORED: "censored",
}

data, view = page.begin("Overview")
attrition = data.attrition()
selected = data.n_selected(view.selection)


def cell(found: NumericSummary | int, size: int) -> str:
    """Return a cell of table 1: median with quartiles, or a count with its share."""
    if isinstance(found, int):
        return format_share(found, size)
    if found.median is None or found.lower_quartile is None or found.upper_quartile is None:
        return "–"
    return (
        f"{format_number(found.median)} ({format_number(found.lower_quartile)}–"
        f"{format_number(found.upper_quartile)})"
    )


def line(row: BaselineRow, sizes: tuple[int, ...]) -> list[str]:
    """Return a line of table 1."""
    words = f"{row.column}: {row.level}" if row.level is not None else f"{row.column}, median (quartiles)"
    shown = [cell(found, size) for found, size in zip(row.cells, sizes, strict=True)]
    return [words, *shown, format_difference(row.difference)]


if attrition:
    filtered = "" if selected == data.n else f"; {selected:,} of them match the filters"
    st.header(
        f"{data.n:,} of {format_count(attrition[0].patients, 'record')} form the cohort{filtered}.",
        anchor=False,
    )
    st.header("How the cohort came about", anchor=False)
    st.caption(
        "Before the filters. A patient stays while one treatment passed all steps so far. "
        + escaped(data.meta["about"])
    )
    steps = []
    for before, step in zip([attrition[0], *attrition], attrition, strict=False):
        steps.append([step.label, f"{step.patients:,}", f"{before.patients - step.patients:,}"])
    steps[0][2] = "–"
    tables.show(["Step", "Patients left", "Left out"], steps, alt="Patients left after each eligibility step")
    if same_day := data.same_day_treatments():
        st.caption(
            f"{format_count(same_day, 'patient')} had two eligible treatments on the index date: review them."
        )
else:
    st.header(f"{selected:,} of {format_count(data.n, 'patient')} match the filters.")

st.header("Events", anchor=False)
kinds = data.kinds(view.selection)
totals: Counter[str] = Counter()
ended: dict[tuple[str, Status], list[Kind]] = {}
for kind in kinds:
    totals[kind.endpoint] += kind.patients
    ended.setdefault((kind.endpoint, kind.status), []).append(kind)
counts = []
for (code, status), found in ended.items():
    for kind in found[:MOST_REASONS]:
        share = format_share(kind.patients, totals[code])
        linked = links.patients(share, kind.patients, view, Ended(code, status, kind.reason))
        counts.append([f"{data.endpoints[code].name}: {kind.reason}", STATUS_WORDS[status], linked])
    if rest := found[MOST_REASONS:]:
        share = format_share(sum(kind.patients for kind in rest), totals[code])
        words = f"{data.endpoints[code].name}: {len(rest):,} other reasons"
        counts.append([words, STATUS_WORDS[status], share])
tables.show(
    ["What ended the time", "Counts as", "Patients"], counts, alt="How the times of each endpoint ended"
)

st.header("Follow-up", anchor=False)
try:
    watched = estimate(
        data, view.endpoint or "", view.selection, conf_type=view.conf_type, conf_level=view.conf_level
    )
except NothingLeft:
    st.caption(f"No selected patient has a time of {escaped(view.endpoint or '')}.")
else:
    st.markdown(escaped(follow_up_sentence(watched, watched.strata[0])))
    if watched.n < selected:
        st.caption(f"Of {watched.n:,} patients: the others have no time of {escaped(watched.endpoint.code)}.")

treatment = data.meta["treatment_label"]
treatment = treatment[0].lower() + treatment[1:]
st.header(f"Patients at time zero, by {escaped(treatment)}", anchor=False)
table = baseline_table(data, view.selection)
if table.rows:
    sizes = (*table.sizes, sum(table.sizes))
    header = [
        "Characteristic",
        *(f"{group} (n={n:,})" for group, n in zip((*table.groups, "All"), sizes, strict=True)),
    ]
    tables.show(
        [*header, "Largest standardised difference"],
        [line(row, sizes) for row in table.rows],
        alt="Baseline columns by modality",
    )
    st.caption(
        "Shares are of all patients in the group, those without a value included. A standardised difference "
        "above 0.1 is usually called an imbalance; it is the largest between any two groups, “no overlap” where "
        "two groups share no value."
    )
else:
    st.caption("This data set has no baseline columns.")
if table.constant:
    st.caption(f"The same in all patients: {escaped(listed(table.constant))}.")
if table.left_out:
    st.caption(f"Not in the table, for their many values or their number: {escaped(listed(table.left_out))}.")
