"""Who is in the cohort: the way to it, events, follow-up and table 1."""

from __future__ import annotations

import streamlit as st

from gepnet_core.behind import Ended
from gepnet_core.errors import NothingLeft
from gepnet_core.estimates import estimate_of
from gepnet_core.formatting import follow_up_sentence, format_count
from pages.components import cohort_sections as sections
from pages.components import links, page, tables, terms, tour
from pages.components.markdown import escaped

data, view = page.begin("Overview")
tour.draw(data, view)
attrition = data.attrition()
selected = data.n_selected(view.selection)

if attrition:
    filtered = "" if selected == data.n else f"; {selected:,} of them match the filters"
    st.header(
        f"{data.n:,} of {format_count(attrition[0].patients, 'record')} form the cohort{filtered}.",
        anchor=False,
    )
else:
    everybody = format_count(data.n, "patient")
    filtered = "" if selected == data.n else f" {selected:,} of them match the filters."
    st.header(f"{everybody} in the data set.{filtered}", anchor=False)
st.header("How the cohort came about", anchor=False)
sections.show_flow(data, view)

st.header("Events", anchor=False)
sections.show_events(data, view)

st.header("Follow-up", anchor=False)
try:
    watched = estimate_of(data, view)
except NothingLeft:
    st.caption(f"No selected patient has a time of {escaped(view.endpoint or '')}.")
else:
    st.markdown(escaped(follow_up_sentence(watched, watched.strata[0])))
    if watched.n < selected:
        code = watched.endpoint.code
        linked = links.patients(format_count(watched.n, "patient"), watched.n, view, Ended(code))
        st.caption(f"Of {tables.marked(linked)}: the others have no time of {escaped(code)}.")

treatment = data.meta["treatment_label"]
treatment = treatment[0].lower() + treatment[1:]
st.header(f"Patients at time zero, by {escaped(treatment)}", anchor=False)
sections.show_baseline(data, view)
terms.explain(
    "standardised difference", "quartiles", "tumour grade (WHO)", "Ki-67", "follow-up", "reverse Kaplan-Meier"
)
