"""A comparison as CSV: every number of it, a row each, in days and shares."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet_core.comparison import Comparison
from gepnet_core.export import csv_lines
from gepnet_core.hazard_ratios import HazardRatio
from gepnet_core.p_values import p_cell
from gepnet_core.permutation import Permutation
from gepnet_core.rank_tests import ChiSquare
from gepnet_core.result_words import arrangements_words
from gepnet_core.vocabulary import Status

HEADER = (
    *("endpoint", "filters", "death_rule", "groups_by", "landmark_day", "conf_level", "adjusted_for"),
    *(
        "what",
        "group",
        "against",
        "day",
        "estimate",
        "se",
        "lower",
        "upper",
        "chisq",
        "df",
        "p",
        "p_holm",
        "note",
    ),
)
Cells = dict[str, object]
CAUSES = {Status.EVENT: "event", Status.COMPETING_DEATH: "competing death"}


def comparison_lines(found: Comparison) -> Iterator[str]:
    """Yield a comparison as CSV; times in days, S, F and their differences as shares."""
    question = found.question
    begin = {
        "endpoint": question.endpoint,
        "filters": found.dataset.describe(question.selection),
        "death_rule": question.selection.death.value,
        "groups_by": question.by,
        "landmark_day": question.landmark,
        "conf_level": question.conf_level,
        "adjusted_for": ", ".join(question.adjust),
    }
    rows = ([(begin | cells).get(name) for name in HEADER] for cells in _rows(found))
    return csv_lines(found.dataset.version, HEADER, rows)


def _rows(found: Comparison) -> Iterator[Cells]:
    missing = [(found.question.by, found.not_recorded), (found.question.stratify, found.stratum_not_recorded)]
    for column, patients in missing + [(group.column, group.not_recorded) for group in found.subgroups]:
        if patients:
            yield {"what": f"patients left out since {column} is not recorded", "estimate": patients}
    for weight, test in found.tests.items():
        yield _test(f"{weight.value} test", test, found.few(*found.names))
    if found.permutation is not None:
        yield _permutation("log-rank test by permutation", found.permutation)
    if found.stratified is not None:
        yield _test(
            f"log-rank test stratified by {found.question.stratify}",
            found.stratified,
            found.few(*found.names),
        )
    for pair in found.pairwise:
        of_pair = {"group": pair.a, "against": pair.b}
        yield (
            _test("log-rank test of a pair", pair.test, found.few(pair.a, pair.b))
            | of_pair
            | {"p_holm": p_cell(pair.p_holm)}
        )
        if (pair.a, pair.b) in found.pair_permutations:
            permuted = found.pair_permutations[pair.a, pair.b]
            yield _permutation("log-rank test of a pair by permutation", permuted) | of_pair
    models = {"crude": found.crude} | ({"adjusted": found.adjusted} if found.adjusted else {})
    for name, model in models.items():
        for ratio in (*model.ratios, *model.covariates):
            yield _ratio(f"hazard ratio, {name}", ratio)
        yield _test(f"proportional hazards (Grambsch-Therneau), {name}", model.ph)
    if means := found.restricted_means:
        for mean in means.strata:
            yield {
                "what": "restricted mean",
                "group": mean.stratum,
                "day": means.tau,
                "estimate": mean.estimate,
                "se": mean.se,
                "lower": mean.lower,
                "upper": mean.upper,
            }
        for gap in means.differences:
            yield {
                "what": "difference of restricted means",
                "group": gap.a,
                "against": gap.b,
                "day": means.tau,
                "estimate": gap.estimate,
                "se": gap.se,
                "lower": gap.lower,
                "upper": gap.upper,
                "p": p_cell(gap.p),
            }
    share = "F" if found.is_incidence else "S"
    for at in found.differences_at:
        gap = at.difference
        yield {
            "what": f"difference of {share}",
            "group": gap.a,
            "against": gap.b,
            "day": at.day,
            "estimate": gap.estimate,
            "se": gap.se,
            "lower": gap.lower,
            "upper": gap.upper,
            "p": p_cell(gap.p),
        }
    for curve in found.incidences:
        for day in found.question.times:
            here = curve.incidence_at(day)
            yield {
                "what": f"cumulative incidence of {CAUSES[curve.cause]}",
                "group": curve.stratum,
                "day": day,
                "estimate": here.incidence,
                "se": None if here.variance is None else here.variance**0.5,
                "lower": here.lower,
                "upper": here.upper,
            }
    for cause, test in found.gray.items():
        yield _test(f"Gray's test, {CAUSES[cause]}", test, found.few(*found.names, cause=cause))
    for group in found.subgroups:
        for row in group.rows:
            yield _ratio(f"hazard ratio where {group.column} is {row.level}", row.ratio)
        yield _test(f"interaction with {group.column} (likelihood ratio)", group.interaction)


def _test(what: str, test: ChiSquare, note: str | None = None) -> Cells:
    return {"what": what, "chisq": test.chisq, "df": test.df, "p": p_cell(test.p), "note": note}


def _permutation(what: str, found: Permutation) -> Cells:
    """Return a test by permutation; `lower` and `upper` are those of p where arrangements were drawn."""
    return {
        "what": what,
        "lower": found.lower,
        "upper": found.upper,
        "p": p_cell(found.p),
        "note": arrangements_words(found),
    }


def _ratio(what: str, ratio: HazardRatio) -> Cells:
    return {
        "what": what,
        "group": ratio.stratum,
        "against": ratio.reference,
        "estimate": ratio.hazard_ratio,
        "lower": ratio.lower,
        "upper": ratio.upper,
        "p": p_cell(ratio.p),
        "note": ratio.note or ratio.remark,
    }
