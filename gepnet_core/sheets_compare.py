"""Tables of a comparison as words: tests, hazard ratios, means, differences, incidences and subgroups."""

from __future__ import annotations

from collections.abc import Sequence

from gepnet_core.comparison import Comparison
from gepnet_core.comparison_words import (
    EXPLORATORY,
    EXPLORATORY_TRIAL,
    difference_rows,
    hazard_rows,
    kind_of_ratio,
    model_words,
    p_value_words,
    proportional_sentence,
)
from gepnet_core.covariates import column_label
from gepnet_core.criteria import OneOf
from gepnet_core.formatting import (
    NOT_ESTIMABLE,
    format_incidence,
    format_interval,
    format_level,
    format_number,
    format_p,
    format_signed,
)
from gepnet_core.rank_tests import ChiSquare, PairwiseTest
from gepnet_core.restricted_mean import Difference, RestrictedMean
from gepnet_core.result_words import arrangements_words, ratio_words
from gepnet_core.sheet import MISSING, Cell, Sheet
from gepnet_core.sheets import ended, estimate_provenance
from gepnet_core.vocabulary import DAYS_PER_MONTH, ConfType, Status

ABBREVIATION = "NE: not estimable."
RESTRICTED_MEAN = (
    "The area under the curve up to that time (restricted mean). It needs no proportional hazards."
)
NO_DIFFERENCE = "NE: beyond the follow-up of a group, or where nothing varies."
SMALL_SUBGROUPS = (
    "A small subgroup that differs is more often chance than truth: read the interaction p first."
)


def comparison_sheets(found: Comparison) -> list[Sheet]:
    """Return every table of a comparison that has a line; of a single group there is nothing to compare."""
    sheets = []
    if len(found.strata) > 1:
        sheets += [tests_sheet(found), pairs_sheet(found), hazard_sheet(found), covariates_sheet(found)]
        sheets += [restricted_means_sheet(found), differences_sheet(found)]
    sheets += [incidence_sheet(found), gray_sheet(found), subgroups_sheet(found)]
    return [sheet for sheet in sheets if sheet.rows]


def tests_sheet(found: Comparison) -> Sheet:
    """Return the overall tests, and the stratified one."""
    rows = [[weight.value, *test_cells(test), weight.meaning] for weight, test in found.tests.items()]
    if found.stratified is not None:
        column = column_label(found.dataset, found.question.stratify or "")
        words = f"compared within each level of “{column}”, then added up"
        rows.append(["Stratified log-rank", *test_cells(found.stratified), words])
    header = ("Test", "χ²", "Degrees of freedom", "p", "What it weighs")
    return _sheet(
        found,
        "Tests between all groups",
        header,
        rows,
        [*small_groups(found), *permutation_notes(found), *_cause(found), ABBREVIATION],
    )


def pairs_sheet(found: Comparison) -> Sheet:
    """Return the log-rank test of each pair; of two groups, the pair is the whole, and there is no line."""
    pairs = _pairs(found)
    rows = [
        [
            f"{found.label(pair.a)} and {found.label(pair.b)}",
            _chisq(pair.test),
            format_p(pair.test.p),
            format_p(pair.p_holm),
        ]
        for pair in pairs
    ]
    header = ("Pair", "log-rank χ²", "p", "p after Holm")
    notes = [
        *small_groups(found),
        *pair_permutation_notes(found),
        *_cause(found),
        f"{holm_sentence(found)} {ABBREVIATION}",
    ]
    return _sheet(found, "Log-rank test of each pair of groups", header, rows, notes)


def holm_sentence(found: Comparison) -> str:
    """Return over how many pairs p was corrected."""
    return f"Holm's correction is over the {len(_pairs(found))} pairs shown."


def _pairs(found: Comparison) -> list[PairwiseTest]:
    return found.pairwise if len(found.strata) > 2 else []


def hazard_sheet(found: Comparison) -> Sheet:
    """Return the hazard ratios, crude, and adjusted where there are covariates."""
    kind, level = kind_of_ratio(found), format_level(found.question.conf_level)
    header = ["Group", "Events / n", f"{kind}, crude ({level} CI, Wald)", "p (Wald)"]
    if found.adjusted:
        header += [f"{kind}, adjusted ({level} CI, Wald)", "p (Wald, adjusted)"]
    words = f"{kind}s against {found.label(found.reference)}, {model_words(found)}"
    notes = [
        "Cox's regression with Efron's weights for ties.",
        proportional_sentence(found),
        *found.model.warnings,
        *small_groups(found),
    ]
    rows = [
        [label, _events_of(found, stratum.events, stratum.n, stratum.stratum), *ratios]
        for stratum, (label, _, *ratios) in zip(found.strata, hazard_rows(found), strict=True)
    ]
    return _sheet(found, words, header, rows, notes)


def covariates_sheet(found: Comparison) -> Sheet:
    """Return the covariates of the adjusted model; no line without one."""
    kind, level = kind_of_ratio(found), format_level(found.question.conf_level)
    ratios = found.adjusted.covariates if found.adjusted else ()
    rows = [[ratio.stratum, ratio.reference, ratio_words(ratio), format_p(ratio.p)] for ratio in ratios]
    header = ("Covariate", "Against", f"{kind} ({level} CI, Wald)", "p (Wald)")
    return _sheet(found, "Covariates of the adjusted model", header, rows, [ABBREVIATION])


def restricted_means_sheet(found: Comparison) -> Sheet:
    """Return restricted means and their differences; no line where there is no mean."""
    means = found.restricted_means
    lines: list[tuple[str, RestrictedMean | Difference, str]] = []
    tau = ""
    if means is not None:
        tau = f" within {format_number(means.tau / DAYS_PER_MONTH)} months"
        lines += [(found.label(mean.stratum), mean, MISSING) for mean in means.strata]
        lines += [
            (f"{found.label(gap.a)} less {found.label(gap.b)}", gap, format_p(gap.p))
            for gap in means.differences
        ]
    rows = [
        [
            words,
            format_signed(line.estimate, line.lower, line.upper, 1 / DAYS_PER_MONTH),
            NOT_ESTIMABLE if line.se is None else format_number(line.se / DAYS_PER_MONTH),
            p,
        ]
        for words, line, p in lines
    ]
    level = format_level(found.question.conf_level)
    notes = [f"{RESTRICTED_MEAN} {ABBREVIATION}"]
    header = ("Group", f"Months ({level} CI, plain)", "SE", "p (z)")
    return _sheet(found, f"Mean time without event{tau}", header, rows, notes)


def differences_sheet(found: Comparison) -> Sheet:
    """Return the differences of S(t), or of the cumulative incidence, at the chosen times."""
    what = "cumulative incidence" if found.is_incidence else "S(t)"
    level = format_level(found.question.conf_level)
    header = ("Groups", "Months", f"Percentage points ({level} CI, plain)", "p (z)")
    notes = [NO_DIFFERENCE]
    return _sheet(found, f"Difference in {what} at a time", header, difference_rows(found), notes)


def incidence_sheet(found: Comparison) -> Sheet:
    """Return the cumulative incidences by group and cause; no line unless death competes."""
    interval = format_interval(found.question.conf_level, ConfType.LOG_LOG)
    times = found.question.times
    header = ["Group", "Cause", *(f"{day / DAYS_PER_MONTH:.4g} months, % ({interval})" for day in times)]
    rows = [
        [
            found.label(curve.stratum),
            curve.cause.label,
            *(format_incidence(curve.at(day)) for day in times),
        ]
        for curve in found.incidences
    ]
    return _sheet(
        found, "Cumulative incidence, death before the event competing", header, rows, [ABBREVIATION]
    )


def gray_sheet(found: Comparison) -> Sheet:
    """Return Gray's test for both causes; no line unless death competes."""
    compared = found.gray if len(found.strata) > 1 else {}
    rows = [[cause.label.capitalize(), *test_cells(test)] for cause, test in compared.items()]
    header = ("Gray's test", "χ²", "Degrees of freedom", "p")
    few = dict.fromkeys(said for cause in compared for said in small_groups(found, cause))
    return _sheet(found, "Gray's test for both causes", header, rows, [*few, ABBREVIATION])


def subgroups_sheet(found: Comparison) -> Sheet:
    """Return the contrast within each level of the chosen columns; no line where none was chosen."""
    rows: list[list[Cell]] = []
    title, pair = "Subgroups", ("", "")
    if found.contrast is not None:
        pair = (found.contrast, found.reference)
        title = f"Subgroups, {found.label(found.contrast)} against {found.label(found.reference)}"
    for group in found.subgroups:
        column = found.dataset.grouping(group.column) or group.column
        for place, row in enumerate(group.rows):
            within = (OneOf(column, (row.level,)),)
            rows.append(
                [
                    f"{group.label}: {row.level}",
                    _events_of(found, row.events, row.n, *pair, within=within),
                    ratio_words(row.ratio),
                    format_p(group.interaction.p) if place == 0 else "",
                ]
            )
    level = format_level(found.question.conf_level)
    ratio = f"{kind_of_ratio(found)}, crude ({level} CI, Wald)"
    header = ("Subgroup", "Events / n", ratio, "Interaction p (likelihood ratio)")
    notes = [f"{SMALL_SUBGROUPS} {ABBREVIATION}"]
    return _sheet(found, title, header, rows, notes)


def test_cells(test: ChiSquare) -> list[str]:
    """Return the statistic, degrees of freedom and p of a test."""
    return [_chisq(test), str(test.df), format_p(test.p)]


def _chisq(test: ChiSquare) -> str:
    return NOT_ESTIMABLE if test.chisq is None else format_number(test.chisq, 2)


def _events_of(found: Comparison, events: int, n: int, *strata: str, within: tuple[OneOf, ...] = ()) -> Cell:
    """Return "5 / 17", each number with its patients."""
    return (
        ended(found.estimated, events, Status.EVENT, *strata, within=within),
        " / ",
        ended(found.estimated, n, None, *strata, within=within),
    )


def small_groups(found: Comparison, cause: Status = Status.EVENT) -> list[str]:
    """Return that a group is too small for p-values and intervals that rest on large samples."""
    said = found.few(*found.names, cause=cause)
    if said is None:
        return []
    of = "" if cause is Status.EVENT else f", of {cause.label}"
    return [f"{said[0].upper()}{said[1:]}{of}."]


def permutation_notes(found: Comparison) -> list[str]:
    """Return the log-rank test by permutation, where a group is too small for the approximation."""
    permuted = found.permutation
    if permuted is None:
        return []
    return [f"Log-rank by permutation: {p_value_words(permuted.p)}, {arrangements_words(permuted)}."]


def pair_permutation_notes(found: Comparison) -> list[str]:
    """Return the same of each pair with a small group."""
    if not found.pair_permutations or not _pairs(found):
        return []
    told = [
        f"{found.label(a)} and {found.label(b)} {p_value_words(permuted.p)}"
        for (a, b), permuted in found.pair_permutations.items()
    ]
    return [f"By permutation, where a group of the pair is small: {'; '.join(told)}."]


def _cause(found: Comparison) -> list[str]:
    """Return what the tests are called where death competes."""
    return ["Cause-specific: a death before the event is censored."] if found.is_incidence else []


def _sheet(
    found: Comparison,
    title: str,
    header: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    notes: Sequence[str],
) -> Sheet:
    warning = EXPLORATORY_TRIAL if found.dataset.is_trial else EXPLORATORY
    return Sheet.of_cells(
        f"{found.estimated.endpoint.name}. {title}",
        header,
        rows,
        (*notes, warning, estimate_provenance(found.estimated)),
        found.dataset.version,
    )
