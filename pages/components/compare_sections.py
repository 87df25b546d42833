"""The parts of the compare screen: a heading, what it says in words, a picture and a table each."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from gepnet_core.comparison import Comparison
from gepnet_core.comparison_words import NAIVE, model_words, proportional_sentence, stability_sentence
from gepnet_core.figures_compare import (
    forest_figure,
    incidence_figure,
    log_minus_log_figure,
    stacked_figure,
)
from gepnet_core.formatting import format_number
from gepnet_core.sheet import Sheet
from gepnet_core.sheets_compare import (
    NO_DIFFERENCE,
    RESTRICTED_MEAN,
    SMALL_SUBGROUPS,
    covariates_sheet,
    differences_sheet,
    gray_sheet,
    hazard_sheet,
    holm_sentence,
    incidence_sheet,
    pair_permutation_notes,
    pairs_sheet,
    permutation_notes,
    restricted_means_sheet,
    small_groups,
    subgroups_sheet,
    tests_sheet,
)
from gepnet_core.view import View
from gepnet_core.vocabulary import DAYS_PER_MONTH
from pages.components import figure, tables
from pages.components.markdown import escaped

LONG = 40


def show_tests(found: Comparison, view: View) -> None:
    """Draw the overall tests, the stratified one, and each pair."""
    st.header("Do the groups differ?", anchor=False)
    if found.is_incidence:
        st.caption(
            "Cause-specific: in these tests a death before the event is censored. Gray's test is below."
        )
    tables.show_sheet(tests_sheet(found), view, alt="Tests between all groups")
    for said in [*small_groups(found), *permutation_notes(found), *pair_permutation_notes(found)]:
        st.caption(escaped(said))
    pairs = pairs_sheet(found)
    if pairs.rows:
        tables.show_sheet(pairs, view, alt="Log-rank test of each pair of groups")
        st.caption(holm_sentence(found))


def show_hazard_ratios(found: Comparison, levels: Sequence[str], view: View) -> None:
    """Draw the forest plot, its numbers, and whether hazards are proportional."""
    st.header("Hazard ratios", anchor=False)
    with st.spinner("Fitting the model …"):
        ratios, covariates = hazard_sheet(found), covariates_sheet(found)
    words = f"Hazard ratios against {found.label(found.reference)}, {model_words(found)}"
    st.caption(escaped(f"The picture shows {words[0].lower()}{words[1:]}."))
    figure.show(
        forest_figure([(found.label(ratio.stratum), ratio) for ratio in found.model.ratios]),
        "forest",
        alt=words,
    )
    tables.show_sheet(ratios, view, alt=words, wrapped=_is_long(ratios))
    for said in small_groups(found):
        st.caption(escaped(said))
    if covariates.rows:
        alt = "Covariates of the adjusted model"
        tables.show_sheet(covariates, view, alt=alt, wrapped=_is_long(covariates))
    st.markdown(
        f"{proportional_sentence(found)} Where hazards are proportional, the curves below are parallel."
    )
    figure.show(
        log_minus_log_figure(found, levels), "log_minus_log", alt="log(−log S) against the logarithm of time"
    )


def _is_long(sheet: Sheet) -> bool:
    """Return True where a cell says in words why a ratio is what it is."""
    return any(isinstance(cell, str) and len(cell) > LONG for row in sheet.rows for cell in row)


def show_differences(found: Comparison, view: View) -> None:
    """Draw restricted means and the differences at the chosen times."""
    means = found.restricted_means
    if found.tau_refused:
        st.header("Mean time without event", anchor=False)
        st.warning(escaped(str(found.tau_refused)))
    if means is not None:
        tau = format_number(means.tau / DAYS_PER_MONTH)
        st.header(f"Mean time without event within {tau} months", anchor=False)
        st.caption(RESTRICTED_MEAN)
        tables.show_sheet(restricted_means_sheet(found), view, alt="Restricted means and their differences")
    if found.differences_at:
        what = "cumulative incidence" if found.is_incidence else "S(t)"
        st.header(f"Difference in {what} at a time", anchor=False)
        tables.show_sheet(differences_sheet(found), view, alt=f"Differences in {what} against the reference")
        st.caption(NO_DIFFERENCE)


def show_incidence(found: Comparison, levels: Sequence[str], view: View) -> None:
    """Draw cumulative incidences of both causes, side by side and stacked, with Gray's test."""
    st.header("Cumulative incidence, death before the event competing", anchor=False)
    figure.show(
        incidence_figure(found, levels), "incidence", alt="Cumulative incidence of event and death by group"
    )
    st.caption(NAIVE)
    figure.show(
        stacked_figure(found), "stacked", alt="Shares with the event, dead before it, and with neither"
    )
    tables.show_sheet(incidence_sheet(found), view, alt="Cumulative incidence by group and cause")
    tables.show_sheet(gray_sheet(found), view, alt="Gray's test for both causes")


def show_subgroups(found: Comparison, view: View) -> None:
    """Draw the contrast within each level of the chosen columns."""
    st.header("Subgroups", anchor=False)
    if not found.subgroups or found.contrast is None:
        st.caption(
            "Choose columns under “Subgroups by” in the sidebar to see the contrast within their levels."
        )
        return
    contrast = f"{found.label(found.contrast)} against {found.label(found.reference)}"
    st.markdown(f"**{escaped(contrast)}**")
    lines = []
    for group in found.subgroups:
        lines += [(group.label, None), *((row.level, row.ratio) for row in group.rows)]
    figure.show(forest_figure(lines), "subgroups", alt=f"Subgroups, {contrast}")
    sheet = subgroups_sheet(found)
    tables.show_sheet(sheet, view, alt=f"Subgroups, {contrast}", wrapped=_is_long(sheet))
    st.caption(SMALL_SUBGROUPS)


def show_stability(found: Comparison) -> None:
    """Say how far one patient moves each median."""
    st.header("How far one patient moves the median", anchor=False)
    for moved in found.stability:
        st.markdown(escaped(stability_sentence(found, moved)))
