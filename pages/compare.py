"""The investigator's screen: how groups differ, every number reproducible in R."""

from __future__ import annotations

import streamlit as st

from gepnet_core.comparison import compare
from gepnet_core.comparison_words import (
    EXPLORATORY,
    EXPLORATORY_TRIAL,
    count_sentence,
    guards,
    headline,
    landmark_sentence,
    left_out,
)
from gepnet_core.errors import NothingLeft
from gepnet_core.export import compared_lines
from gepnet_core.export_comparison import comparison_lines
from gepnet_core.figures import Look, survival_figure
from gepnet_core.formatting import remarks
from gepnet_core.question import asked
from pages.components import compare_sections as sections
from pages.components import downloads, figure, page, tables, terms
from pages.components.markdown import escaped

data, view = page.begin("Compare", compared=True)
question = asked(view, data)
try:
    found = compare(data, question)
except NothingLeft as why:
    page.nothing_left(why)

sentence = headline(found)
st.header(escaped(sentence), anchor=False)
st.caption(EXPLORATORY_TRIAL if data.is_trial else EXPLORATORY)
if words := landmark_sentence(found):
    st.info(words)
levels = data.levels(question.by)
figure.show(
    survival_figure(found.estimated, Look(view.horizon, view.band, view.failure), levels),
    "compare_curves",
    alt=sentence,
    filename=f"{data.name}_{question.endpoint}_compare",
)
tables.show_estimates(found.estimated, view)
for guard in guards(found) if len(found.strata) > 1 else (*left_out(found), *remarks(found.estimated)):
    st.caption(escaped(guard))
if len(found.strata) < 2:
    st.info(
        "Choose two groups or more: add a group, clear a filter, or take another column under “Groups by”."
    )
    st.stop()
sections.show_tests(found, view)
terms.explain("p", "log-rank", "Gehan-Breslow", "Peto-Peto", "Holm's correction", "hazard ratio", "RMST")
if found.is_incidence:
    sections.show_incidence(found, levels, view)
sections.show_hazard_ratios(found, levels, view)
sections.show_differences(found, view)
sections.show_subgroups(found, view)
sections.show_stability(found)
st.caption(escaped(count_sentence(found)))

st.header("Take it with you", anchor=False)
left, right = st.columns(2)
downloads.offer(
    "Comparison (CSV)",
    lambda: comparison_lines(found),
    f"{data.name}_{data.version}_{question.endpoint}_comparison.csv",
    says="Every number of this page, a row each, with its test or model.",
    where=left,
)
downloads.offer(
    "Cohort (CSV)",
    lambda: compared_lines(data, question),
    f"{data.name}_{data.version}_{question.endpoint}_compared_{found.estimated.n}-patients.csv",
    says="The patients who are compared, a row each: baseline columns, days, status and reason of every endpoint. "
    "Days are counted from the index date, also under a landmark.",
    where=right,
)
