"""The numbers of a comparison under their keys: tests, ratios, means, differences, incidences, stability."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet_core.comparison import Comparison
from gepnet_core.export_comparison import CAUSES
from gepnet_core.hazard_ratios import CoxModel, HazardRatio
from gepnet_core.rank_tests import ChiSquare
from gepnet_core.report.numbers_keyed import ALL, Number, day_text
from gepnet_core.restricted_mean import Difference, RestrictedMean


def comparison_numbers(found: Comparison) -> Iterator[Number]:
    """Yield every number of a comparison."""
    yield Number("not recorded", ALL, "groups", "", found.not_recorded)
    yield Number("not recorded", ALL, "stratified test", "", found.stratum_not_recorded)
    yield from _tests(found)
    yield from _model("hazard ratios, crude", found.crude)
    if found.adjusted is not None:
        yield from _model("hazard ratios, adjusted", found.adjusted)
    yield from _means(found)
    for at in found.differences_at:
        section = "differences at a time"
        yield from _interval(section, at.difference.a, day_text(at.day), at.difference)
        yield Number(section, at.difference.a, "p", day_text(at.day), at.difference.p)
    for curve in found.incidences:
        section = f"incidence of {CAUSES[curve.cause]}"
        for day in found.question.times:
            here = curve.incidence_at(day)
            yield Number(section, curve.stratum, "F", day_text(day), here.incidence)
            yield Number(section, curve.stratum, "variance", day_text(day), here.variance)
            yield Number(section, curve.stratum, "F lower", day_text(day), here.lower)
            yield Number(section, curve.stratum, "F upper", day_text(day), here.upper)
    yield from _subgroups(found)
    yield from _stability(found)
    if (landmark := found.estimated.landmark) is not None:
        yield Number("landmark", ALL, "day", "", landmark.day)
        for kind in ("event", "competing", "censored"):
            yield Number("landmark", ALL, f"left out: {kind}", "", getattr(landmark, kind))


def _tests(found: Comparison) -> Iterator[Number]:
    for weight, test in found.tests.items():
        yield from _chi_square("tests", weight.value, test)
    if found.stratified is not None:
        yield from _chi_square("tests", "log-rank, stratified", found.stratified)
    for cause, test in found.gray.items():
        yield from _chi_square("tests", f"Gray, {CAUSES[cause]}", test)
    for pair in found.pairwise:
        yield Number("pairs of groups", pair.a, "chisq", pair.b, pair.test.chisq)
        yield Number("pairs of groups", pair.a, "p", pair.b, pair.test.p)
        yield Number("pairs of groups", pair.a, "p after Holm", pair.b, pair.p_holm)


def _chi_square(section: str, group: str, test: ChiSquare, name: str = "") -> Iterator[Number]:
    yield Number(section, group, f"{name}chisq", "", test.chisq)
    yield Number(section, group, f"{name}df", "", test.df)
    yield Number(section, group, f"{name}p", "", test.p)


def _model(section: str, model: CoxModel) -> Iterator[Number]:
    for at, ratios in (("group", model.ratios), ("covariate", model.covariates)):
        for ratio in ratios:
            yield from _ratio(section, ratio.stratum, at, ratio)
    yield Number(section, ALL, "patients", "", model.n)
    yield Number(section, ALL, "events", "", model.events)
    yield Number(section, ALL, "dropped", "", model.dropped)
    yield from _chi_square(section, ALL, model.ph, "proportional hazards ")


def _ratio(section: str, group: str, at: str, ratio: HazardRatio) -> Iterator[Number]:
    yield Number(section, group, "hazard ratio", at, ratio.hazard_ratio)
    yield Number(section, group, "hazard ratio lower", at, ratio.lower)
    yield Number(section, group, "hazard ratio upper", at, ratio.upper)
    yield Number(section, group, "p", at, ratio.p)


def _means(found: Comparison) -> Iterator[Number]:
    means = found.restricted_means
    if means is None:
        return
    yield Number("restricted means", ALL, "tau", "", means.tau)
    for mean in means.strata:
        yield from _interval("restricted means", mean.stratum, "", mean)
    for gap in means.differences:
        yield from _interval("differences of restricted means", gap.a, "", gap)
        yield Number("differences of restricted means", gap.a, "p", "", gap.p)


def _interval(section: str, group: str, at: str, found: RestrictedMean | Difference) -> Iterator[Number]:
    yield Number(section, group, "estimate", at, found.estimate)
    yield Number(section, group, "standard error", at, found.se)
    yield Number(section, group, "lower", at, found.lower)
    yield Number(section, group, "upper", at, found.upper)


def _subgroups(found: Comparison) -> Iterator[Number]:
    for group in found.subgroups:
        section = f"subgroups: {found.dataset.grouping(group.column)}"
        for row in group.rows:
            yield Number(section, row.level, "patients", "", row.n)
            yield Number(section, row.level, "events", "", row.events)
            yield from _ratio(section, row.level, "", row.ratio)
        yield Number(section, ALL, "not recorded", "", group.not_recorded)
        yield from _chi_square(section, ALL, group.interaction, "interaction ")


def _stability(found: Comparison) -> Iterator[Number]:
    for moved in found.stability:
        yield Number("stability", moved.stratum, "median", "", moved.median)
        for name, ends in (("left out", moved.left_out), ("turned", moved.turned)):
            for part in ("smallest", "largest", "analyses"):
                value = None if ends is None else getattr(ends, part)
                yield Number("stability", moved.stratum, f"{name} {part}", "", value)
