"""The history of one patient: timeline, chronology, baseline, times, explanation and findings."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gepnet_core.errors import CohortError, OptionRefused, place
from gepnet_core.export import timeline_lines
from gepnet_core.figures_timeline import timeline_figure
from gepnet_core.formatting import format_moment, format_months
from gepnet_core.histories import PAGE_SIZE, findings_of, history_of
from gepnet_core.history import History
from gepnet_core.history_words import history_sentence
from gepnet_core.intake.rules import RULES
from gepnet_core.store import DataSet
from gepnet_core.store.histories import beside, listing_of
from gepnet_core.store.patient_handle import handle_of, patient_behind
from gepnet_core.view import View
from pages.components import downloads, explained, figure, tables
from pages.components.markdown import escaped
from pages.components.patient_list import remembered


def draw(data: DataSet, view: View, handle: str) -> None:
    """Draw everything that is known of a patient; an unknown one is said, and nobody else is shown."""
    listing = listing_of(data, view)
    try:
        history = history_of(data, listing, patient_behind(data, handle) or handle)
    except OptionRefused as refused:
        st.error(escaped(str(refused)))
        st.button("Back to the list", on_click=_open, args=(None, 1))
        return
    st.header(escaped(history_sentence(data, history)), anchor=False)
    _draw_buttons(data, view, history)
    if history.zero is not None and not history.in_cohort:
        st.caption(f"Time zero is the first dated record, {history.zero}: there is no index date.")
    elif history.after_cutoff:
        st.caption("The index date is after the data cut-off: no time from it on is known by then.")
    if history.marks or history.spans or history.times:
        figure.show(
            timeline_figure(data, view.selection, history, data.levels("modality")),
            remembered().widget("timeline"),
            alt=f"Timeline: {history_sentence(data, history)} The table What happened says the same.",
            filename=f"{data.name}_patient",
        )
    _show_times(history)
    if history.in_cohort or not data.is_trial:
        explained.show(data, view, history.patient_id)
    _show_entries(data, history)
    _show_baseline(history)
    _show_findings(data, history)
    downloads.offer(
        "Timeline (CSV)",
        lambda: timeline_lines(data, history),
        f"{data.name}_{data.version}_timeline.csv",
        says="What happened, a row a record, with days from time zero.",
    )


def _open(patient: str | None, part: int) -> None:
    known = remembered()
    handle = None if patient is None else handle_of(known.data, patient)
    known.reset(replace(known.view, patient=handle, part=part))


def _draw_buttons(data: DataSet, view: View, history: History) -> None:
    """Draw the ways to the list and to the patients before and after in it."""
    try:
        found = beside(data, listing_of(data, view), history.patient_id)
    except CohortError:  # the list that the link names cannot be; the patient can
        found = None
    part = view.part if found is None else found[0] // PAGE_SIZE + 1
    back, before, after = st.columns(3)
    back.button(
        "Back to the list", icon=":material/list:", on_click=_open, args=(None, part), width="stretch"
    )
    if found is None:
        st.caption("This patient is not part of the list that the filters and the link describe.")
        return
    _, earlier, later = found
    for where, label, name, icon in (
        (before, "Previous patient", earlier, ":material/chevron_left:"),
        (after, "Next patient", later, ":material/chevron_right:"),
    ):
        where.button(
            label, icon=icon, disabled=name is None, on_click=_open, args=(name, part), width="stretch"
        )


def _show_times(history: History) -> None:
    if not history.times:
        return
    st.header("Times", anchor=False)
    rows = [
        [
            time.endpoint.name,
            f"{time.days:,}",
            format_months(time.days),
            time.status.label,
            time.reason,
        ]
        for time in history.times
    ]
    tables.show(
        ["Endpoint", "Days", "Months", "Status", "Reason"], rows, alt="Times of every endpoint of the patient"
    )


def _show_entries(data: DataSet, history: History) -> None:
    st.header("What happened", anchor=False)
    missing = [name.replace("_", " ") for name in data.not_recorded]
    if missing:
        st.caption(f"Not recorded in this data set: {escaped(', '.join(missing))}.")
    if not history.entries:
        st.caption("No dated record.")
        return
    rows = []
    for entry in history.entries:
        day = "–" if entry.day is None else f"{entry.day:,}".replace("-", "−")
        months = "–" if entry.day is None else format_moment(entry.day)
        dated = [str(entry.date)] if data.has_dates and not data.is_trial else []
        grade = str(entry.ctcae_grade or "–")
        rows.append([day, *dated, months, entry.what, *([] if data.is_trial else [grade]), entry.table])
    tables.show(
        [
            "Day",
            *(["Date"] if data.has_dates and not data.is_trial else []),
            "Months",
            "What happened",
            *([] if data.is_trial else ["Grade (CTCAE)"]),
            "Source table",
        ],
        rows,
        alt="What happened to the patient, in order",
    )


def _show_baseline(history: History) -> None:
    if not history.baseline:
        return
    words = "At time zero" if history.in_cohort else "As recorded"
    st.header(words, anchor=False)
    tables.show(["Characteristic", "Value"], history.baseline, alt=f"Characteristics of the patient: {words}")


def _show_findings(data: DataSet, history: History) -> None:
    found = findings_of(data, history.patient_id)
    if not found:
        return
    st.header("Data quality", anchor=False)
    rows = [
        [
            RULES[one.rule].found,
            one.words,
            place(one.file, one.line, one.column),
        ]
        for one in found
    ]
    tables.show(
        ["Rule", "What was found", "Where"],
        rows,
        alt="Warnings that name the patient",
        wrapped=True,
    )
