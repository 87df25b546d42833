"""Restricted means and differences between curves at one time, with their intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gepnet_core.competing_risks import IncidenceCurve
from gepnet_core.intervals import normal_quantile
from gepnet_core.survival import SurvivalCurve


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """The mean time without event up to `tau`, in days, with its standard error and limits."""

    stratum: str
    tau: float
    estimate: float
    se: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Stratum a less stratum b, with standard error, limits and p-value; None where they do not exist."""

    a: str
    b: str
    estimate: float | None
    se: float | None
    lower: float | None
    upper: float | None
    p: float | None


def known_until(curve: SurvivalCurve) -> float:
    """Return the day up to which a curve is known: its last observed time, or infinity where it has reached 0."""
    return math.inf if curve.is_complete else float(curve.last_day)


def restricted_mean(curve: SurvivalCurve, tau: float) -> RestrictedMean:
    """Return the area under S up to `tau`.

    Parameters
    ----------
    curve
        A Kaplan-Meier curve.
    tau
        Days, above 0 and at most the last observed time; a curve that has reached 0 is known for ever after.

    Raises
    ------
    ValueError
        If `tau` lies outside.

    References
    ----------
    Klein & Moeschberger (2003), Survival Analysis, section 4.5, as `print(survfit, rmean = tau)` of R's
    survival 3.5-3 computes it.
    """
    if not 0.0 < tau <= known_until(curve):
        raise ValueError(f"tau must lie above 0 and at most at {curve.last_day}, not {tau}")
    counts = curve.counts
    inside = counts.days < tau
    edges = np.concatenate(([0.0], counts.days[inside], [tau]))
    areas = np.diff(edges) * np.concatenate(([1.0], curve.survival[inside]))
    events, at_risk = counts.events[inside], curve.at_risk[inside]
    after = areas[1:][::-1].cumsum()[::-1]  # from each day on
    staying = at_risk - events
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(staying > 0, after**2 * events / (at_risk * staying.astype(float)), 0.0)
    mean, se = float(areas.sum()), math.sqrt(float(steps.sum()))
    half = normal_quantile(curve.conf_level) * se
    return RestrictedMean(counts.stratum, tau, mean, se, mean - half, mean + half)


def difference_of_means(a: RestrictedMean, b: RestrictedMean, conf_level: float) -> Difference:
    """Return the difference of two restricted means up to the same tau."""
    return _difference(a.stratum, b.stratum, a.estimate - b.estimate, math.hypot(a.se, b.se), conf_level)


def difference_at(a: SurvivalCurve, b: SurvivalCurve, day: float) -> Difference:
    """Return S of `a` less S of `b` at `day`, or the difference of F where the curves are cumulative incidences.

    Beyond the follow-up of either there is none. Where one curve does not vary, at S = 1 or F = 0, the limits are
    the other's, as those of a difference of restricted means; there are none where neither varies, nor where S is
    0 in one, since R's `survfit` gives no variance there.
    """
    found = [_at(curve, day) for curve in (a, b)]
    values, variances = zip(*found, strict=True)
    if None in values:
        return Difference(a.stratum, b.stratum, None, None, None, None, None)
    estimate = values[0] - values[1]
    if None in variances or not sum(variances) > 0.0:
        return Difference(a.stratum, b.stratum, estimate, None, None, None, None)
    return _difference(a.stratum, b.stratum, estimate, math.sqrt(sum(variances)), a.conf_level)


def _at(curve: SurvivalCurve, day: float) -> tuple[float | None, float | None]:
    """Return S (or F) at a day and its variance; None where it is not estimable."""
    if isinstance(curve, IncidenceCurve):
        incidence = curve.incidence_at(day)
        return incidence.incidence, incidence.variance
    found = curve.at(day).survival
    place = int(np.searchsorted(curve.counts.days, day, side="right")) - 1
    if found is None or found == 0.0:
        return found, None
    return found, found**2 * float(curve.variance[place]) if place >= 0 else 0.0


def _difference(a: str, b: str, estimate: float, se: float, conf_level: float) -> Difference:
    if se == 0.0:
        return Difference(a, b, estimate, se, None, None, None)
    half = normal_quantile(conf_level) * se
    p = math.erfc(abs(estimate / se) / math.sqrt(2.0))
    return Difference(a, b, estimate, se, estimate - half, estimate + half, p)
