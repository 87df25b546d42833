"""Patients: a lane and a line for each, those behind any number, and the history of one."""

from __future__ import annotations

import streamlit as st

from gepnet_core.export import listed_lines
from gepnet_core.figures_swimmer import swimmer_figure
from pages.components import downloads, figure, page, patient_history, patient_list
from pages.components.markdown import escaped

data, view = page.begin("Patients", even_empty=True)
if view.patient is not None:
    patient_history.draw(data, view, view.patient)
    st.stop()

listed = patient_list.fetched(data, view)
st.header(escaped(listed.headline), anchor=False)
patient_list.offer_everybody(view)
if not listed.total:
    patient_list.say_nobody(view)
patient_list.draw_controls(data, view)
patient_list.turn_pages(listed, view)
if patient_list.has_lanes(listed):
    figure.show(
        swimmer_figure(listed, data.levels("modality")),
        patient_list.chart_key(view),
        alt=f"{listed.place}: a lane each. The table below says the same.",
        filename=f"{data.name}_patients_page_{view.part}",
        chosen=patient_list.open_clicked,
    )
    st.caption(
        "A click on a lane opens the patient. A lane runs from the index treatment to the end of observation; an "
        "arrow means that the patient was alive at the last contact. Slim bars are systemic therapies."
        if not data.is_trial
        else "A click on a lane opens the patient. A lane runs from time zero to the end of observation."
    )
patient_list.show_table(listed, view)
patient_list.show_outside(listed, view)
downloads.offer(
    "Listed patients (CSV)",
    lambda: listed_lines(data, listed.listing),
    f"{data.name}_{data.version}_patients_{listed.total}.csv",
    says="All patients of this list, not of this page alone: baseline columns, days, status and reason of every "
    "endpoint, and why one is not in the cohort.",
)
