"""The parts of the overview: how the cohort came about, how times ended, and what patients were like."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from gepnet_core.baseline import BaselineRow, BaselineTable, NumericSummary, baseline_table
from gepnet_core.behind import Behind, Ended, SameDay
from gepnet_core.criteria import OneOf
from gepnet_core.errors import listed
from gepnet_core.export_flow import flow_lines
from gepnet_core.flow import flow
from gepnet_core.flow_html import FLOW_CSS, flow_html
from gepnet_core.formatting import format_count, format_difference, format_number, format_share
from gepnet_core.store import DataSet
from gepnet_core.store.described import Kind
from gepnet_core.view import View
from gepnet_core.vocabulary import Status
from pages.components import downloads, links, tables
from pages.components.markdown import escaped

MOST_REASONS = 6


def show_flow(data: DataSet, view: View) -> None:
    """Draw the way from the records to the patients of each group; every number opens its patients."""
    found = flow(data, view.selection, view.endpoint or next(iter(data.endpoints)), by=view.by or "modality")
    if data.attrition():
        st.caption(
            "Eligibility comes before your filters. A patient stays while one treatment passed all steps so far. "
            + escaped(data.meta["about"])
        )

    def opens(behind: Behind, within: tuple[OneOf, ...]) -> str:
        return links.address("patients", view, behind=behind, within=within, patient=None, part=1)

    st.html(f"<style>{FLOW_CSS}</style>")
    st.html(flow_html(found, opens))
    if same_day := data.same_day_treatments():
        patients = links.patients(format_count(same_day, "patient"), same_day, view, SameDay())
        st.caption(
            f"{tables.marked(patients)} had two eligible treatments on the index date: review them. Counted before "
            "the filters."
        )
    downloads.offer(
        "Attrition (CSV)",
        lambda: flow_lines(found, data.version),
        f"{data.name}_{data.version}_attrition_{found.left}-patients.csv",
        says="The numbers of the diagram, a row a box, with the reasons.",
    )


def show_events(data: DataSet, view: View) -> None:
    """Draw how the times of every endpoint ended."""
    totals: Counter[str] = Counter()
    ended: dict[tuple[str, Status], list[Kind]] = {}
    for kind in data.kinds(view.selection):
        totals[kind.endpoint] += kind.patients
        ended.setdefault((kind.endpoint, kind.status), []).append(kind)
    counts: list[list[object]] = []
    for (code, status), found in ended.items():
        for kind in found[:MOST_REASONS]:
            share = format_share(kind.patients, totals[code])
            linked = links.patients(share, kind.patients, view, Ended(code, status, kind.reason))
            counts.append([f"{data.endpoints[code].name}: {kind.reason}", status.label, linked])
        if rest := found[MOST_REASONS:]:
            share = format_share(sum(kind.patients for kind in rest), totals[code])
            words = f"{data.endpoints[code].name}: {len(rest):,} other reasons"
            counts.append([words, status.label, share])
    tables.show(
        ["What ended the time", "Counts as", "Patients"], counts, alt="How the times of each endpoint ended"
    )


def show_baseline(data: DataSet, view: View) -> None:
    """Draw table 1: every count opens its patients, those of whom nothing is recorded included."""
    table = baseline_table(data, view.selection)
    if table.rows:
        groups = (*table.groups, "All")
        sizes = (*table.sizes, sum(table.sizes))
        header: list[object] = ["Characteristic"]
        for place, (group, n) in enumerate(zip(groups, sizes, strict=True)):
            words = f"{group} (n={n:,})"
            header.append(links.patients(words, n, view, None, _members(table, place)))
        tables.show(
            [*header, "Largest standardised difference"],
            [_line(row, table, sizes, view) for row in table.rows],
            alt="Baseline columns by modality",
        )
        st.caption(
            "Shares are of all patients in the group, those without a value included. A standardised difference "
            "above 0.1 is usually called an imbalance; it is the largest between any two groups, “no overlap” "
            "where two groups share no value."
        )
    else:
        st.caption("This data set has no baseline columns.")
    if table.constant:
        st.caption(f"The same in all patients: {escaped(listed(table.constant))}.")
    if table.left_out:
        st.caption(
            f"Not in the table, for their many values or their number: {escaped(listed(table.left_out))}."
        )


def _members(table: BaselineTable, place: int) -> tuple[OneOf, ...]:
    """Return the condition that makes a group of table 1; the last column is everybody."""
    return (OneOf("modality", (table.values[place],)),) if place < len(table.values) else ()


def _line(row: BaselineRow, table: BaselineTable, sizes: tuple[int, ...], view: View) -> list[object]:
    """Return a line of table 1."""
    words = f"{row.column}: {row.level}" if row.level is not None else f"{row.column}, median (quartiles)"
    cells: list[object] = [words]
    for place, (found, size) in enumerate(zip(row.cells, sizes, strict=True)):
        if isinstance(found, NumericSummary):
            cells.append(_summary(found))
        else:
            within = (OneOf(row.name, (row.level or "",)), *_members(table, place))
            cells.append(links.patients(format_share(found, size), found, view, None, within))
    return [*cells, format_difference(row.difference)]


def _summary(found: NumericSummary) -> str:
    """Return the median with its quartiles."""
    if found.median is None or found.lower_quartile is None or found.upper_quartile is None:
        return "–"
    return (
        f"{format_number(found.median)} ({format_number(found.lower_quartile)}–"
        f"{format_number(found.upper_quartile)})"
    )
