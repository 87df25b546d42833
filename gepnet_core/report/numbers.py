"""Every number that a report shows, unrounded and under a stable key: what a recomputation is compared with."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet_core.baseline import NumericSummary
from gepnet_core.estimates import StratumEstimate
from gepnet_core.report.contents import Report
from gepnet_core.report.numbers_compared import comparison_numbers
from gepnet_core.report.numbers_keyed import ALL, Number, day_text, keyed
from gepnet_core.side_effects import SideEffectRow
from gepnet_core.survival import Quantile
from gepnet_core.vocabulary import (
    NOT_RECORDED,
    Status,
)

ENDED = {Status.CENSORED: "censored", Status.EVENT: "event", Status.COMPETING_DEATH: "competing death"}


def numbers(report: Report) -> list[Number]:
    """Return every number of a report, in its order.

    Times are in days, shares between 0 and 1. A value is None where it is not reached or not estimable; the key of
    all patients together has an empty group.

    Raises
    ------
    ValueError
        If two numbers have one key.
    """
    return keyed(
        (
            *_flow(report),
            *_baseline(report),
            *_endings(report),
            *_estimates(report),
            *comparison_numbers(report.comparison),
            *_side_effects(report),
        )
    )


def times_told(report: Report) -> list[float]:
    """Return the days at which a report tells S: the usual ones and those at which groups are compared."""
    compared = report.comparison
    usual = {*report.whole.scale.default_days, *compared.scale.default_days}
    return sorted(usual | set(compared.question.times))


def _flow(report: Report) -> Iterator[Number]:
    way = report.flow
    yield Number("flow", ALL, "start", "", way.start)
    for step in way.steps:
        yield Number("flow", ALL, "left", step.code, step.left)
        yield Number("flow", ALL, "left out", step.code, step.out)
    for group in way.groups:
        yield Number("flow", group.stratum, "patients", "", group.patients)


def _baseline(report: Report) -> Iterator[Number]:
    table = report.baseline
    groups = [*table.values, ALL]
    for group, size in zip(groups, (*table.sizes, sum(table.sizes)), strict=True):
        yield Number("baseline", group, "patients", "", size)
    for row in table.rows:
        section = f"baseline: {row.name}"
        for group, cell in zip(groups, row.cells, strict=True):
            if isinstance(cell, NumericSummary):
                yield Number(section, group, "recorded", "", cell.n)
                yield Number(section, group, "median", "", cell.median)
                yield Number(section, group, "lower quartile", "", cell.lower_quartile)
                yield Number(section, group, "upper quartile", "", cell.upper_quartile)
            elif row.level == NOT_RECORDED:
                yield Number(section, group, "not recorded", "", cell)
            else:
                yield Number(section, group, "patients", row.level or "", cell)
        if row.difference is not None:
            yield Number(section, ALL, "largest standardised difference", "", row.difference)


def _endings(report: Report) -> Iterator[Number]:
    """Yield how the times ended; under a death rule two kinds of one reason may be one."""
    found: dict[tuple[str, str, str], int] = {}
    for kind in report.kinds:
        key = (kind.endpoint, ENDED[kind.status], kind.reason)
        found[key] = found.get(key, 0) + kind.patients
    for (endpoint, ended, reason), patients in found.items():
        yield Number("endings", endpoint, ended, reason, patients)


def _estimates(report: Report) -> Iterator[Number]:
    for section, estimated in (("whole", report.whole), ("groups", report.comparison.estimated)):
        yield Number(section, ALL, "with a time", "", estimated.with_time)
        yield Number(section, ALL, "deaths before the event", "", estimated.deaths_before_event)
        for stratum in estimated.strata:
            group = ALL if section == "whole" else stratum.stratum
            yield from _estimate(section, group, stratum, times_told(report))


def _estimate(section: str, group: str, stratum: StratumEstimate, times: list[float]) -> Iterator[Number]:
    for kind in ("n", "events", "censored", "competing"):
        yield Number(section, group, kind, "", getattr(stratum, kind))
    yield from _quantile(section, group, "median", stratum.median)
    for day in times:
        at, found, counted = day_text(day), stratum.curve.at(day), stratum.curve.risk_at(day)
        yield Number(section, group, "S", at, found.survival)
        yield Number(section, group, "S lower", at, found.lower)
        yield Number(section, group, "S upper", at, found.upper)
        yield Number(section, group, "at risk", at, counted.at_risk)
        yield Number(section, group, "events before", at, counted.events)
        yield Number(section, group, "censored before", at, counted.censored)
        yield Number(section, group, "competing before", at, counted.competing)
    yield from _quantile(section, group, "follow-up median", stratum.follow_up.reverse_km)
    yield Number(section, group, "observed median", "", stratum.follow_up.observed_median)


def _quantile(section: str, group: str, name: str, found: Quantile) -> Iterator[Number]:
    yield Number(section, group, name, "", found.estimate)
    yield Number(section, group, f"{name} lower", "", found.lower)
    yield Number(section, group, f"{name} upper", "", found.upper)


def _side_effects(report: Report) -> Iterator[Number]:
    found = report.side_effects
    if found is None:
        return
    units = {"by patient": found.per_patient, "by treatment": found.per_treatment}
    for unit, rows in units.items():
        block = -1
        for row in rows:
            block += row.modality is None  # the first block is that of any side effect
            yield from _side_effect(f"side effects {unit}", row, row.term if block else "")
    for reason, events in found.left_out.items():
        yield Number("side effects not counted", ALL, "events", reason, events)


def _side_effect(section: str, row: SideEffectRow, term: str) -> Iterator[Number]:
    group = ALL if row.modality is None else row.modality
    yield Number(section, group, "n", term, row.any_grade.n)
    for ctcae_grade, count in enumerate(row.grades, start=1):
        yield Number(section, group, f"grade {ctcae_grade}", term, count)
    for name, share in (("any grade", row.any_grade), ("grade 3 and above", row.severe)):
        yield Number(section, group, name, term, share.count)
        yield Number(section, group, f"{name} lower", term, share.lower)
        yield Number(section, group, f"{name} upper", term, share.upper)
    yield Number(section, group, "onset median", term, row.onset_median)
    yield Number(section, group, "onset first", term, row.onset_first)
    yield Number(section, group, "onset last", term, row.onset_last)
