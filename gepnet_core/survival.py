"""The product-limit estimate of one stratum from its counts, and what is read from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gepnet_core.errors import NothingLeft
from gepnet_core.intervals import Floats, normal_quantile, pointwise_limits
from gepnet_core.vocabulary import ConfType, DeathRule

Integers = NDArray[np.int64]
Days = NDArray[np.int64] | NDArray[np.float64]  # whole, but after a landmark that is no whole day
TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))  # as print(survfit): 1.5e-8


@dataclass(frozen=True, slots=True, eq=False)
class EventCounts:
    """How many patients of one stratum left on which day, and with which status.

    Arrays of shape (n_days,): `days` distinct and ascending; `censored` (status 0), `events` (status 1) and
    `competing` (status 2) on each day. Every patient leaves once, so all counts add up to the stratum's n.
    """

    stratum: str
    days: Days
    censored: Integers
    events: Integers
    competing: Integers

    @property
    def n(self) -> int:
        """Patients in the stratum."""
        return int(self.censored.sum() + self.events.sum() + self.competing.sum())

    def under(self, death: DeathRule) -> EventCounts:
        """Return the counts under a death rule: as events, competing deaths join the events."""
        if death is not DeathRule.EVENT:
            return self
        nobody = np.zeros_like(self.competing)
        return EventCounts(self.stratum, self.days, self.censored, self.events + self.competing, nobody)

    def reversed(self) -> EventCounts:
        """Return the counts for follow-up: end of observation is the event, event and death are censored."""
        nobody = np.zeros_like(self.competing)
        return EventCounts(self.stratum, self.days, self.events + self.competing, self.censored, nobody)

    def observed_median(self) -> float:
        """Return the plain median of the observed times in days."""
        leaving = np.cumsum(self.censored + self.events + self.competing)
        n = int(leaving[-1])
        low, high = np.searchsorted(leaving, [(n - 1) // 2 + 1, n // 2 + 1])
        return float(self.days[low] + self.days[high]) / 2.0


@dataclass(frozen=True, slots=True)
class Quantile:
    """A time by which a share of the patients had the event, in days; None where it does not exist.

    A missing `estimate` was not reached; a missing limit is not estimable.
    """

    estimate: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class SurvivalAt:
    """S at a chosen day with its limits; None where it is not estimable."""

    day: float
    at_risk: int
    survival: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class RiskRow:
    """Who is where at a day: at risk (time >= day), or before it censored, with event, with competing death."""

    day: float
    at_risk: int
    censored: int
    events: int
    competing: int


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCurve:
    """The estimated survival function of one stratum.

    Arrays of shape (n_days,), one entry a distinct day: `at_risk` just before the day, S just after it,
    `variance` Greenwood's of log S (infinite at S = 0), limits NaN where they do not exist.
    """

    counts: EventCounts
    at_risk: Integers
    survival: Floats
    variance: Floats
    lower: Floats
    upper: Floats
    conf_type: ConfType
    conf_level: float

    @property
    def stratum(self) -> str:
        """The stored value that the patients share."""
        return self.counts.stratum

    @property
    def last_day(self) -> float:
        """The longest observed time."""
        return plain(self.counts.days[-1])

    @property
    def is_complete(self) -> bool:
        """True where the curve is known for all time, since it ends at 0."""
        return bool(self.survival[-1] == 0.0)

    def quantile(self, share: float) -> Quantile:
        """Return the day by which `share` of the patients had the event, with its limits.

        Raises
        ------
        ValueError
            If `share` is not strictly between 0 and 1.

        References
        ----------
        Brookmeyer & Crowley (1982), Biometrics 38:29-41, as `print(survfit)` of R's survival 3.5-3 reads it.
        """
        if not 0.0 < share < 1.0:
            raise ValueError(f"share must lie between 0 and 1, not {share}")
        if self.conf_type is ConfType.SPSS:
            return self._symmetric_quantile(share)
        days, level = self.counts.days, 1.0 - share
        return Quantile(
            first_at_most(days, self.survival, level),
            first_at_most(days, self.lower, level),
            first_at_most(days, self.upper, level),
        )

    def median(self) -> Quantile:
        """Return the median with its limits."""
        return self.quantile(0.5)

    def _symmetric_quantile(self, share: float) -> Quantile:
        """Return a quantile with the interval that SPSS prints: the estimate -/+ z times its standard error.

        The standard error divides Greenwood's by the slope of the curve between S = level + .05 and
        level - .05; without a later point on either side there is no interval.
        """
        level = 1.0 - share
        reached = np.flatnonzero(self.survival <= level + TOLERANCE)
        if reached.size == 0:
            return Quantile(None, None, None)
        here = int(reached[0])
        day, s = float(self.counts.days[here]), float(self.survival[here])
        falls = self.counts.events > 0
        before = np.flatnonzero(falls & (self.survival >= level + 0.05 - TOLERANCE))
        after = np.flatnonzero(falls & (self.survival <= level - 0.05 + TOLERANCE))
        if after.size == 0 or s <= 0.0:
            return Quantile(day, None, None)
        u_day, u_s = (self.counts.days[before[-1]], self.survival[before[-1]]) if before.size else (0, 1.0)
        l_day, l_s = self.counts.days[after[0]], self.survival[after[0]]
        if l_day <= u_day:
            return Quantile(day, None, None)
        slope = float(u_s - l_s) / float(l_day - u_day)
        half = normal_quantile(self.conf_level) * s * float(np.sqrt(self.variance[here])) / slope
        return Quantile(day, max(0.0, day - half), day + half)

    def at(self, day: float) -> SurvivalAt:
        """Return S at `day` (any real number from 0) with limits; nothing is carried past the last time."""
        if day < 0:
            raise ValueError(f"a time counts from 0, not {day}")
        at_risk = self.risk_at(day).at_risk
        place = int(np.searchsorted(self.counts.days, day, side="right")) - 1
        if place < 0:
            limits = pointwise_limits(
                np.ones(1), np.zeros(1), conf_level=self.conf_level, conf_type=self.conf_type
            )
            return SurvivalAt(day, at_risk, 1.0, _number(limits[0][0]), _number(limits[1][0]))
        s = float(self.survival[place])
        if day > self.last_day and not self.is_complete:
            return SurvivalAt(day, at_risk, None, None, None)
        return SurvivalAt(day, at_risk, s, _number(self.lower[place]), _number(self.upper[place]))

    def risk_at(self, day: float) -> RiskRow:
        """Return who is at risk at `day` and who left before it; the four numbers add up to n."""
        before = int(np.searchsorted(self.counts.days, day, side="left"))
        censored = int(self.counts.censored[:before].sum())
        events = int(self.counts.events[:before].sum())
        competing = int(self.counts.competing[:before].sum())
        return RiskRow(day, self.counts.n - censored - events - competing, censored, events, competing)

    def steps(self) -> list[dict[str, float | int | None]]:
        """Return the curve a row a distinct day, with fixed columns; None where a limit does not exist."""
        counts = self.counts
        return [
            {
                "day": plain(counts.days[i]),
                "at_risk": int(self.at_risk[i]),
                "events": int(counts.events[i]),
                "censored": int(counts.censored[i]),
                "competing": int(counts.competing[i]),
                "survival": float(self.survival[i]),
                "lower": _number(self.lower[i]),
                "upper": _number(self.upper[i]),
            }
            for i in range(counts.days.size)
        ]


def kaplan_meier(
    counts: EventCounts, *, conf_level: float = 0.95, conf_type: ConfType = ConfType.LOG_LOG
) -> SurvivalCurve:
    """Estimate the survival function of one stratum by the product-limit method.

    Parameters
    ----------
    counts
        Distinct days (n_days,) with how many left on each; events come before censorings of the same day,
        and competing deaths count as censorings (apply the death rule first).
    conf_level
        Coverage of the pointwise limits, strictly between 0 and 1.
    conf_type
        Scale of the limits.

    Raises
    ------
    NothingLeft
        If no patient is left in the stratum.

    References
    ----------
    Kaplan & Meier (1958), J Am Stat Assoc 53:457-481; Greenwood (1926) for the variance.
    """
    if counts.n == 0:
        raise NothingLeft
    leaving = counts.censored + counts.events + counts.competing
    at_risk = counts.n - np.concatenate(([0], np.cumsum(leaving)[:-1]))
    staying = at_risk - counts.events
    survival = np.cumprod(staying / at_risk)
    with np.errstate(divide="ignore"):
        variance = np.cumsum(
            np.where(counts.events > 0, counts.events / (at_risk * staying.astype(float)), 0.0)
        )
    lower, upper = pointwise_limits(survival, variance, conf_level=conf_level, conf_type=conf_type)
    return SurvivalCurve(counts, at_risk, survival, variance, lower, upper, conf_type, conf_level)


def plain(day: np.int64 | np.float64) -> float:
    """Return a day as a plain number, whole where it is whole."""
    return int(day) if day == int(day) else float(day)


def first_at_most(days: Days, values: Floats, level: float) -> float | None:
    """Return the first day with a value at most `level`, or the midpoint where it stays on the level a while."""
    below = np.flatnonzero(values <= level + TOLERANCE)  # NaN compares False
    if below.size == 0:
        return None
    first = int(below[0])
    if abs(values[first] - level) < TOLERANCE:
        later = below[values[below] < values[first]]
        if later.size:
            return float(days[first] + days[later[0]]) / 2.0
    return float(days[first])


def _number(value: float) -> float | None:
    """Return a plain float, or None where there is no number."""
    return float(value) if np.isfinite(value) else None
