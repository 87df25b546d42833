"""The main screen: curves, event counts and medians of one endpoint, live."""

from __future__ import annotations

import streamlit as st

from gepnet_core.errors import NothingLeft
from gepnet_core.estimates import estimate_of
from gepnet_core.export import cohort_lines, step_lines
from gepnet_core.figures import Look, survival_figure
from gepnet_core.formatting import remarks, result_sentence
from pages.components import downloads, figure, links, page, tables, terms
from pages.components.markdown import escaped

data, view = page.begin("Survival")
st.markdown(f"[Board view](<{links.address('board', view)}>): one curve for the projector, moved by keys")
try:
    found = estimate_of(data, view, by=view.by)
except NothingLeft:
    page.nothing_left()

sentence = result_sentence(found)
st.header(escaped(sentence), anchor=False)
file_kind = st.session_state.get("figure_file", "SVG")
figure.show(
    survival_figure(found, Look(view.horizon, view.band, view.failure), data.levels(view.by)),
    "survival_curves",
    alt=sentence,
    filename=f"{data.name}_{found.endpoint.code}",
    kind=file_kind.lower(),
)
for remark in remarks(found):
    st.caption(escaped(remark))
tables.show_estimates(found, view)
terms.explain(
    "event", "S(t)", "median", "NR", "NE", "confidence interval", found.conf_type.label, "censored", "at risk"
)
st.header("Follow-up", anchor=False)
tables.show_follow_up(found, view)

st.header("Take it with you", anchor=False)
left, middle, right = st.columns(3)
downloads.offer(
    "Cohort (CSV)",
    lambda: cohort_lines(data, view.selection, found.endpoint.code),
    f"{data.name}_{data.version}_cohort_{found.n}-patients.csv",
    says="The filtered patients, a row each: baseline columns, days, status and reason of every endpoint.",
    where=left,
)
downloads.offer(
    "Curve steps (CSV)",
    lambda: step_lines(found),
    f"{data.name}_{data.version}_{found.endpoint.code}_steps_{found.n}-patients.csv",
    says="S(t) with its limits, at risk, events and censorings on every day.",
    where=middle,
)
right.radio(
    "The camera beside the figure saves",
    ["SVG", "PNG"],
    key="figure_file",
    horizontal=True,
    help="SVG for papers and slides, PNG for everything else. The file says its filters and version.",
)
