"""Cumulative incidence where death before the event competes with it, from the counts of one stratum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gepnet_core.errors import NothingLeft
from gepnet_core.intervals import Floats, pointwise_limits
from gepnet_core.survival import TOLERANCE, Days, EventCounts, Quantile, SurvivalCurve
from gepnet_core.vocabulary import ConfType, Status


@dataclass(frozen=True, slots=True)
class IncidenceAt:
    """F at a chosen day with its variance and limits; None where it is not estimable."""

    day: float
    incidence: float | None
    variance: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True, eq=False)
class IncidenceCurve(SurvivalCurve):
    """The cumulative incidence F of one cause in one stratum, read like a survival curve with 1 - F for S.

    Further arrays of shape (n_days,): `incidence` F just after each day, `incidence_variance` as R's
    `cmprsk::cuminc` estimates it.
    """

    cause: Status
    incidence: Floats
    incidence_variance: Floats

    @property
    def is_complete(self) -> bool:
        """False: as in cmprsk, F is not estimable beyond the last observed time."""
        return False

    def incidence_at(self, day: float) -> IncidenceAt:
        """Return F at `day` (any real number from 0); nothing is carried past the last time."""
        found = self.at(day)
        if found.survival is None:
            return IncidenceAt(day, None, None, None, None)
        place = int(np.searchsorted(self.counts.days, day, side="right")) - 1
        if place < 0:
            return IncidenceAt(day, 0.0, 0.0, None, None)
        lower, upper = (None if limit is None else 1.0 - limit for limit in (found.upper, found.lower))
        return IncidenceAt(
            day, float(self.incidence[place]), float(self.incidence_variance[place]), lower, upper
        )

    def quantile(self, share: float) -> Quantile:
        """Return the first day with F at least `share`, with the days on which the limits of F reach it.

        Raises
        ------
        ValueError
            If `share` is not strictly between 0 and 1.
        """
        if not 0.0 < share < 1.0:
            raise ValueError(f"share must lie between 0 and 1, not {share}")
        level = 1.0 - share
        falling = (self.survival, self.lower, self.upper)
        return Quantile(*(first_below(self.counts.days, values, level) for values in falling))


def first_below(days: Days, values: Floats, level: float) -> float | None:
    """Return the first day with a value at most `level`, without the midpoint of a survival curve."""
    places = np.flatnonzero(values <= level + TOLERANCE)  # NaN compares False
    return float(days[places[0]]) if places.size else None


def cumulative_incidence(
    counts: EventCounts, cause: Status = Status.EVENT, *, conf_level: float = 0.95
) -> IncidenceCurve:
    """Estimate the cumulative incidence of the event, or of death before it, by the method of Aalen and Johansen.

    Parameters
    ----------
    counts
        Distinct days (n_days,) with events, competing deaths and censorings apart.
    cause
        `Status.EVENT` or `Status.COMPETING_DEATH`.
    conf_level
        Coverage of the pointwise limits, which are log-log on F; there are none at F = 0.

    Raises
    ------
    NothingLeft
        If no patient is left in the stratum.

    References
    ----------
    Aalen & Johansen (1978), Scand J Stat 5:141-150; the variance is that of `cuminc` in R's cmprsk 2.2-11.
    """
    if counts.n == 0:
        raise NothingLeft
    own, other = counts.events, counts.competing
    if cause is Status.COMPETING_DEATH:
        own, other = other, own
    leaving = counts.censored + own + other
    at_risk = counts.n - np.concatenate(([0], np.cumsum(leaving)[:-1]))
    free = np.cumprod((at_risk - own - other) / at_risk)  # of either cause
    before = np.concatenate(([1.0], free[:-1]))
    incidence = np.minimum(np.cumsum(before * own / at_risk), 1.0)
    incidence[(free == 0.0) & (np.cumsum(other) == 0)] = 1.0  # a sum of shares may end a little off the whole
    variance = _variance(at_risk, own, other, before=before, free=free, incidence=incidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(incidence > 0.0, variance / incidence**2, 0.0)
        of_log = np.where(incidence < 1.0, variance / (1.0 - incidence) ** 2, np.inf)
    low, high = pointwise_limits(incidence, relative, conf_level=conf_level, conf_type=ConfType.LOG_LOG)
    return IncidenceCurve(
        counts,
        at_risk,
        1.0 - incidence,
        of_log,
        1.0 - high,
        1.0 - low,
        ConfType.LOG_LOG,
        conf_level,
        cause,
        incidence,
        variance,
    )


def _variance(
    at_risk: np.ndarray,
    own: np.ndarray,
    other: np.ndarray,
    *,
    before: Floats,
    free: Floats,
    incidence: Floats,
) -> Floats:
    """Return the variance of F on each day; between days with events of the own cause it stays as it was.

    With dN the leaving of one cause, F(t) responds to it by 1 + (F(u) - F(t)) / S(u) for the own cause and by
    (F(u) - F(t)) / S(u) for the other, so the variance is A + F(t)^2 C - 2 F(t) B with three running sums.
    """
    with np.errstate(divide="ignore"):
        inverse = np.where(free > 0.0, 1.0 / free, 0.0)
    response = incidence * inverse

    def steps(left: np.ndarray) -> Floats:
        ties = np.where(left > 1, 1.0 - (left - 1) / np.maximum(at_risk - 1, 1), 1.0)
        found: Floats = before**2 * ties * left / at_risk.astype(float) ** 2
        return found

    from_own = steps(own)
    from_other = np.where(free > 0.0, steps(other), 0.0)
    a = np.cumsum((1.0 + response) ** 2 * from_own + response**2 * from_other)
    b = np.cumsum((1.0 + response) * inverse * from_own + response * inverse * from_other)
    c = np.cumsum(inverse**2 * (from_own + from_other))
    variance = np.maximum(a + incidence**2 * c - 2.0 * incidence * b, 0.0)
    place = np.maximum.accumulate(np.where(own > 0, np.arange(own.size), -1))
    return np.where(place >= 0, variance[np.maximum(place, 0)], 0.0)
