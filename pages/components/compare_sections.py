"""The parts of the compare screen: a heading, what it says in words, a picture and a table each."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from gepnet_core.comparison import Comparison
from gepnet_core.comparison_words import (
    NAIVE,
    difference_rows,
    hazard_rows,
    kind_of_ratio,
    model_words,
    p_words,
    stability_sentence,
)
from gepnet_core.covariates import column_label
from gepnet_core.criteria import OneOf
from gepnet_core.figures_compare import (
    forest_figure,
    incidence_figure,
    log_minus_log_figure,
    stacked_figure,
)
from gepnet_core.formatting import (
    format_incidence,
    format_interval,
    format_level,
    format_number,
    format_p,
    format_ratio,
    format_signed,
)
from gepnet_core.rank_tests import ChiSquare
from gepnet_core.restricted_mean import Difference, RestrictedMean
from gepnet_core.view import View
from gepnet_core.vocabulary import DAYS_PER_MONTH, ConfType, Status
from pages.components import figure, tables
from pages.components.markdown import escaped


def show_tests(found: Comparison) -> None:
    """Draw the overall tests, the stratified one, and each pair."""
    st.header("Do the groups differ?", anchor=False)
    if found.is_incidence:
        st.caption(
            "Cause-specific: in these tests a death before the event is censored. Gray's test is below."
        )
    rows = [[weight.value, *_cells(test), weight.meaning] for weight, test in found.tests.items()]
    if found.stratified is not None:
        column = column_label(found.dataset, found.question.stratify or "")
        words = f"compared within each level of “{column}”, then added up"
        rows.append(["Stratified log-rank", *_cells(found.stratified), words])
    tables.show(
        ["Test", "χ²", "Degrees of freedom", "p", "What it weighs"], rows, alt="Tests between all groups"
    )
    if len(found.strata) > 2:
        tables.show(
            ["Pair", "log-rank χ²", "p", "p after Holm"],
            [
                [
                    f"{found.label(pair.a)} and {found.label(pair.b)}",
                    "NE" if pair.test.chisq is None else format_number(pair.test.chisq, 2),
                    format_p(pair.test.p),
                    format_p(pair.p_holm),
                ]
                for pair in found.pairwise
            ],
            alt="Log-rank test of each pair of groups",
        )
        st.caption(f"Holm's correction is over the {len(found.pairwise)} pairs shown.")


def show_hazard_ratios(found: Comparison, levels: Sequence[str], view: View) -> None:
    """Draw the forest plot, its numbers, and whether hazards are proportional."""
    st.header("Hazard ratios", anchor=False)
    kind = kind_of_ratio(found)
    level = format_level(found.question.conf_level)
    with st.spinner("Fitting the model …"):
        said = hazard_rows(found)
    rows = [
        [row[0], _events_of(found, view, stratum.events, stratum.n, stratum.stratum), *row[2:]]
        for row, stratum in zip(said, found.strata, strict=True)
    ]
    header = ["Group", "Events / n", f"{kind}, crude ({level} CI, Wald)", "p (Wald)"]
    if found.adjusted:
        header += [f"{kind}, adjusted ({level} CI, Wald)", "p (Wald, adjusted)"]
    words = f"Hazard ratios against {found.label(found.reference)}, {model_words(found)}"
    st.caption(escaped(f"The picture shows {words[0].lower()}{words[1:]}."))
    figure.show(
        forest_figure([(found.label(ratio.stratum), ratio) for ratio in found.model.ratios]),
        "forest",
        alt=words,
    )
    tables.show(header, rows, alt=words)
    if found.adjusted:
        covariates = [
            [
                ratio.stratum,
                ratio.reference,
                ratio.note or format_ratio(ratio.hazard_ratio, ratio.lower, ratio.upper),
                format_p(ratio.p),
            ]
            for ratio in found.adjusted.covariates
        ]
        if covariates:
            tables.show(
                ["Covariate", "Against", f"{kind} ({level} CI, Wald)", "p (Wald)"],
                covariates,
                alt="Covariates of the adjusted model",
            )
    tested = f"crude {p_words(found.crude.ph)}"
    if found.adjusted:
        tested += f"; adjusted {p_words(found.adjusted.ph)}"
    st.markdown(
        f"Proportional hazards (Grambsch-Therneau, global): {tested}. Where hazards are proportional, the curves "
        "below are parallel."
    )
    figure.show(
        log_minus_log_figure(found, levels), "log_minus_log", alt="log(−log S) against the logarithm of time"
    )


def show_differences(found: Comparison) -> None:
    """Draw restricted means and the differences at the chosen times."""
    level = format_level(found.question.conf_level)
    means = found.restricted_means
    if found.tau_refused:
        st.header("Mean time without event", anchor=False)
        st.warning(escaped(str(found.tau_refused)))
    if means is not None:
        tau = format_number(means.tau / DAYS_PER_MONTH)
        st.header(f"Mean time without event within {tau} months", anchor=False)
        st.caption(
            "The area under the curve up to that time (restricted mean). It needs no proportional hazards."
        )
        lines: list[tuple[str, RestrictedMean | Difference, str]]
        lines = [(found.label(mean.stratum), mean, "–") for mean in means.strata]
        lines += [
            (f"{found.label(gap.a)} less {found.label(gap.b)}", gap, format_p(gap.p))
            for gap in means.differences
        ]
        tables.show(
            ["Group", f"Months ({level} CI, plain)", "SE", "p (z)"],
            [
                [
                    words,
                    format_signed(line.estimate, line.lower, line.upper, 1 / DAYS_PER_MONTH),
                    "NE" if line.se is None else format_number(line.se / DAYS_PER_MONTH),
                    p,
                ]
                for words, line, p in lines
            ],
            alt="Restricted means and their differences",
        )
    if found.differences_at:
        what = "cumulative incidence" if found.is_incidence else "S(t)"
        st.header(f"Difference in {what} at a time", anchor=False)
        tables.show(
            ["Groups", "Months", f"Percentage points ({level} CI, plain)", "p (z)"],
            difference_rows(found),
            alt=f"Differences in {what} against the reference",
        )
        st.caption("NE: beyond the follow-up of a group, or where nothing varies.")


def show_incidence(found: Comparison, levels: Sequence[str]) -> None:
    """Draw cumulative incidences of both causes, side by side and stacked, with Gray's test."""
    st.header("Cumulative incidence, death before the event competing", anchor=False)
    figure.show(
        incidence_figure(found, levels), "incidence", alt="Cumulative incidence of event and death by group"
    )
    st.caption(NAIVE)
    figure.show(
        stacked_figure(found), "stacked", alt="Shares with the event, dead before it, and with neither"
    )
    interval = format_interval(found.question.conf_level, ConfType.LOG_LOG)
    times = found.question.times
    tables.show(
        [
            "Group",
            "Cause",
            *(f"{day / DAYS_PER_MONTH:.4g} months, % ({interval})" for day in times),
        ],
        [
            [
                found.label(curve.stratum),
                curve.cause.label,
                *(format_incidence(curve.at(day)) for day in times),
            ]
            for curve in found.incidences
        ],
        alt="Cumulative incidence by group and cause",
    )
    tables.show(
        ["Gray's test", "χ²", "Degrees of freedom", "p"],
        [[cause.label.capitalize(), *_cells(test)] for cause, test in found.gray.items()],
        alt="Gray's test for both causes",
    )


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
    lines, rows = [], []
    pair = (found.contrast, found.reference)
    for group in found.subgroups:
        lines.append((group.label, None))
        column = found.dataset.grouping(group.column) or group.column
        for place, row in enumerate(group.rows):
            lines.append((row.level, row.ratio))
            rows.append(
                [
                    f"{group.label}: {row.level}",
                    _events_of(found, view, row.events, row.n, *pair, within=(OneOf(column, (row.level,)),)),
                    row.ratio.note or format_ratio(row.ratio.hazard_ratio, row.ratio.lower, row.ratio.upper),
                    format_p(group.interaction.p) if place == 0 else "",
                ]
            )
    figure.show(forest_figure(lines), "subgroups", alt=f"Subgroups, {contrast}")
    ratio = f"{kind_of_ratio(found)}, crude ({format_level(found.question.conf_level)} CI, Wald)"
    tables.show(
        ["Subgroup", "Events / n", ratio, "Interaction p (likelihood ratio)"],
        rows,
        alt=f"Subgroups, {contrast}",
    )
    st.caption("A small subgroup that differs is more often chance than truth: read the interaction p first.")


def show_stability(found: Comparison) -> None:
    """Say how far one patient moves each median."""
    st.header("How far one patient moves the median", anchor=False)
    for moved in found.stability:
        st.markdown(escaped(stability_sentence(found, moved)))


def _events_of(
    found: Comparison, view: View, events: int, n: int, *strata: str, within: tuple[OneOf, ...] = ()
) -> tuple[object, ...]:
    """Return "5 / 17", each number opening its patients."""
    return (
        tables.ended(found.estimated, view, events, Status.EVENT, *strata, within=within),
        " / ",
        tables.ended(found.estimated, view, n, None, *strata, within=within),
    )


def _cells(test: ChiSquare) -> list[str]:
    chisq = "NE" if test.chisq is None else format_number(test.chisq, 2)
    return [chisq, str(test.df), format_p(test.p)]
