"""Patients like this one: who they are, what was relaxed to find them, and what became of them by modality."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gepnet_core import similar_words
from gepnet_core.errors import ControlMissing, NothingLeft
from gepnet_core.estimates import estimate_of
from gepnet_core.figures import Look, survival_figure
from gepnet_core.formatting import remarks
from gepnet_core.sheets_side_effects import per_patient_sheets
from gepnet_core.side_effects import DEFAULT_WINDOW, result_sentence, side_effects
from gepnet_core.similar import alike, offered
from pages.components import case_form, figure, number_field, page, tables
from pages.components import similar_sections as sections
from pages.components.markdown import escaped

data, view = page.begin("Patients like this one")
if not offered(data):
    st.info(escaped(similar_words.nothing_offered()))
    st.stop()
case_form.draw()
number_field.stop_if_unread()
likeness = alike(data, view.selection, view.case)
theirs = replace(view, selection=likeness.selection)

st.caption(escaped(similar_words.asked_sentence(likeness)))
st.header(escaped(similar_words.headline(likeness)), anchor=False)
st.info(similar_words.caution(data))
sections.show_stages(likeness, view)

st.header("What became of them", anchor=False)
try:
    found = estimate_of(data, theirs, by="modality")
except NothingLeft:
    page.nothing_left(
        NothingLeft(f"None of these patients has a time of {view.endpoint}. Choose another endpoint.")
    )
told = similar_words.tell(found, likeness)
figure.show(
    survival_figure(found, Look(), data.levels("modality")),
    "similar_curves",
    alt=" ".join(told[0].sentences),
    filename=f"{data.name}_{found.endpoint.code}_similar",
)
sections.show_told(told)
for remark in remarks(found):
    st.caption(escaped(remark))
tables.show_estimates(found, theirs)

st.header("Side effects of these patients", anchor=False)
try:
    harmed = side_effects(
        data, likeness.selection, window=view.window or DEFAULT_WINDOW, conf_level=view.conf_level
    )
except ControlMissing as missing:
    st.caption(escaped(str(missing)))
else:
    st.markdown(escaped(result_sentence(harmed)))
    tables.show_side_effects(harmed, per_patient_sheets(harmed), "patients", theirs)

st.header("Their histories", anchor=False)
sections.show_lanes(likeness, theirs)
