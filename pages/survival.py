"""The main screen: curves, event counts and medians of one endpoint, live."""

from __future__ import annotations

import streamlit as st

from gepnet_core.errors import NothingLeft
from gepnet_core.estimates import estimate
from gepnet_core.export import cohort_lines, step_lines
from gepnet_core.figures import Look, survival_figure
from gepnet_core.formatting import remarks, result_sentence
from pages.components import page, tables
from pages.components.markdown import escaped

data, view = page.begin("Survival")
try:
    found = estimate(
        data,
        view.endpoint or next(iter(data.endpoints)),
        view.selection,
        by=view.by,
        conf_type=view.conf_type,
        conf_level=view.conf_level,
    )
except NothingLeft:
    page.nothing_left()

sentence = result_sentence(found)
st.header(escaped(sentence), anchor=False)
file_kind = st.session_state.get("figure_file", "SVG")
st.plotly_chart(
    survival_figure(found, Look(view.horizon, view.band, view.failure), data.levels(view.by)),
    key="survival_curves",
    theme=None,
    alt=sentence,
    config={
        "displayModeBar": True,
        "displaylogo": False,
        "modeBarButtons": [["toImage", "pan2d", "zoom2d", "resetScale2d"]],
        "toImageButtonOptions": {
            "format": file_kind.lower(),
            "filename": f"{data.name}_{found.endpoint.code}",
        },
        "showSendToCloud": False,
    },
)
for remark in remarks(found):
    st.caption(escaped(remark))
tables.show_estimates(found)
st.header("Follow-up", anchor=False)
tables.show_follow_up(found)

st.header("Take it with you", anchor=False)
left, middle, right = st.columns(3)
left.download_button(
    "Cohort (CSV)",
    lambda: "".join(cohort_lines(data, view.selection, found.endpoint.code)).encode(),
    file_name=f"{data.name}_{data.version}_cohort_{found.n}-patients.csv",
    mime="text/csv",
    icon=":material/download:",
    on_click="ignore",
    help="The filtered patients, a row each: baseline columns, days, status and reason of every endpoint.",
)
middle.download_button(
    "Curve steps (CSV)",
    lambda: "".join(step_lines(found)).encode(),
    file_name=f"{data.name}_{data.version}_{found.endpoint.code}_steps_{found.n}-patients.csv",
    mime="text/csv",
    icon=":material/download:",
    on_click="ignore",
    help="S(t) with its limits, at risk, events and censorings on every day.",
)
right.radio(
    "The camera beside the figure saves",
    ["SVG", "PNG"],
    key="figure_file",
    horizontal=True,
    help="SVG for papers and slides, PNG for everything else. The file says its filters and version.",
)
