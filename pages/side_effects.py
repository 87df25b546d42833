"""What the local treatments did harm: worst grade by modality and term."""

from __future__ import annotations

import streamlit as st

from gepnet_core.errors import ControlMissing
from gepnet_core.export import side_effect_lines
from gepnet_core.figures_side_effects import modality_figure, term_figure
from gepnet_core.sheets_side_effects import per_patient_sheets, per_treatment_sheets
from gepnet_core.side_effects import DEFAULT_WINDOW, left_out_sentence, result_sentence, side_effects
from pages.components import downloads, figure, page, tables, terms
from pages.components.markdown import escaped

data, view = page.begin("Side effects")
try:
    found = side_effects(
        data, view.selection, window=view.window or DEFAULT_WINDOW, conf_level=view.conf_level
    )
except ControlMissing as missing:
    st.info(escaped(str(missing)))
    st.stop()

sentence = result_sentence(found)
st.header(escaped(sentence), anchor=False)
st.caption(
    "An event belongs to the local treatment that it names. It counts from the day of that treatment, before the "
    f"next start of any local or systemic treatment, and for at most {found.window} days. Grades are those of the "
    "CTCAE; of several, the worst counts."
)
figure.show(modality_figure(found), "by_modality", alt=sentence, filename=f"{data.name}_side_effects")
figure.show(
    term_figure(found), "by_term", alt="Patients with each side effect", filename=f"{data.name}_terms"
)
st.header("By patient: the index treatment", anchor=False)
tables.show_side_effects(found, per_patient_sheets(found), "patients", view)
st.header("By treatment: the index treatment and every later one", anchor=False)
st.caption(
    "The filters choose patients by their index treatment; later treatments count under their own modality."
)
tables.show_side_effects(found, per_treatment_sheets(found), "treatments", view)
terms.explain("side effect", "CTCAE grade", "window of side effects", "exact interval", "onset")
if words := left_out_sentence(found):
    st.caption(words)
downloads.offer(
    "Side effects (CSV)",
    lambda: side_effect_lines(found),
    f"{data.name}_{data.version}_side_effects_{found.window}-days.csv",
    says="Both tables, with counts of every grade and exact limits.",
)
