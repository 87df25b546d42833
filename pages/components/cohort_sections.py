"""The parts of the overview: how the cohort came about, how times ended, and what patients were like."""

from __future__ import annotations

import streamlit as st

from gepnet_core.baseline import baseline_table
from gepnet_core.behind import Behind, SameDay
from gepnet_core.criteria import OneOf
from gepnet_core.export_flow import flow_lines
from gepnet_core.flow import flow
from gepnet_core.flow_html import FLOW_CSS, flow_html
from gepnet_core.formatting import format_count
from gepnet_core.sheets import BALANCE, baseline_sheet, events_sheet, left_aside
from gepnet_core.store import DataSet
from gepnet_core.store.endings import kinds
from gepnet_core.view import View
from pages.components import downloads, links, tables
from pages.components.markdown import escaped


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
    sheet = events_sheet(kinds(data, view.selection), data, view.selection)
    tables.show_sheet(sheet, view, alt="How the times of each endpoint ended", named={2: "Patients"})


def show_baseline(data: DataSet, view: View) -> None:
    """Draw table 1: every count opens its patients, those of whom nothing is recorded included."""
    table = baseline_table(data, view.selection)
    if table.rows:
        tables.show_sheet(
            baseline_sheet(table, data, view.selection), view, alt="Baseline columns by modality"
        )
        st.caption(BALANCE)
    else:
        st.caption("This data set has no baseline columns.")
    for note in left_aside(table):
        st.caption(escaped(note))
