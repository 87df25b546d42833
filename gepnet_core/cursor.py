"""What a cursor reads of an estimate at one time: every stratum at once, with its difference to a reference."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gepnet_core.competing_risks import IncidenceCurve
from gepnet_core.errors import OptionRefused, listed, quoted
from gepnet_core.estimates import Estimate, StratumEstimate
from gepnet_core.restricted_mean import Difference, difference_at
from gepnet_core.survival import SurvivalAt

MOST_READINGS, FEWEST_READINGS = 600, 150
DEFAULT_MONTHS = 12.0  # when nobody has asked for another time


@dataclass(frozen=True, slots=True)
class StratumReading:
    """One stratum at one time: S(t), or F(t) where death competes, its limits, and who is at risk.

    `share` is None beyond the follow-up of the stratum, a limit where it does not exist; `difference` is this
    stratum less the reference, None for the reference itself and where there is none.
    """

    stratum: str
    label: str
    share: float | None
    lower: float | None
    upper: float | None
    at_risk: int
    difference: Difference | None


@dataclass(frozen=True, slots=True)
class Reading:
    """All strata at one day; `rises` True where the shares are those with the event, F or 1 - S.

    `reference` is the label of the stratum that the others are set against.
    """

    day: float
    strata: tuple[StratumReading, ...]
    rises: bool
    reference: str | None

    def rising(self) -> Reading:
        """Return the same read as the share with the event: 1 - S and its limits, differences turned round."""
        if self.rises:
            return self
        return replace(self, strata=tuple(_turned(found) for found in self.strata), rises=True)


def reference_among(estimated: Estimate, asked: str | None = None) -> str | None:
    """Return the stratum that others are set against: the one asked for, or the first; None for one alone.

    Raises
    ------
    OptionRefused
        If the stratum that is asked for has no patient in this selection.
    """
    there = [stratum.stratum for stratum in estimated.strata]
    if asked is not None and asked not in there:
        raise OptionRefused(
            f"The reference {quoted(asked)} has no patient in this selection. There are: {listed(there)}."
        )
    return None if len(there) == 1 else asked or there[0]


def read_at(estimated: Estimate, day: float, reference: str | None = None) -> Reading:
    """Read every stratum at `day`, any number of days from 0.

    Nothing is carried past the last time of a stratum. The difference is S less S of `reference` (F less F
    where death competes), plain with Greenwood's variances.
    """
    against = next((found for found in estimated.strata if found.stratum == reference), None)
    strata = tuple(_read(stratum, day, against) for stratum in estimated.strata)
    return Reading(day, strata, estimated.is_incidence, None if against is None else against.label)


def readings(estimated: Estimate, reference: str | None = None) -> tuple[Reading, ...]:
    """Read every stratum at time zero and at each day on which anybody leaves any of them.

    Where these are more than about 600, time is cut into stretches of one length, and the last day of change in
    each is read, with the last day of every stratum: fewer readings, none invented. Of more than two strata
    there are fewer stretches, at least 150, since a reading takes its time for each.
    """
    return tuple(read_at(estimated, day, reference) for day in _days(estimated))


def _days(estimated: Estimate) -> list[float]:
    """Return time zero and the days of change over all strata, thinned where they are many."""
    days = np.unique(np.concatenate([[0.0], *(stratum.curve.counts.days for stratum in estimated.strata)]))
    most = max(FEWEST_READINGS, min(MOST_READINGS, 2 * MOST_READINGS // len(estimated.strata)))
    if days.size > most:
        stretch = (days * (most / days[-1])).astype(int)
        last = days[np.flatnonzero(np.diff(stretch, append=stretch[-1] + 1))]
        ends = [stratum.curve.last_day for stratum in estimated.strata]
        days = np.unique(np.concatenate([[0.0], last, ends]))
    return [float(day) for day in days]


def _read(stratum: StratumEstimate, day: float, against: StratumEstimate | None) -> StratumReading:
    curve = stratum.curve
    found = curve.at(day)
    share, lower, upper = _incidence(curve, found) if isinstance(curve, IncidenceCurve) else _survival(found)
    difference = None
    if against is not None and against is not stratum:
        difference = difference_at(curve, against.curve, day)
    return StratumReading(stratum.stratum, stratum.label, share, lower, upper, found.at_risk, difference)


def _survival(found: SurvivalAt) -> tuple[float | None, float | None, float | None]:
    return found.survival, found.lower, found.upper


def _incidence(curve: IncidenceCurve, found: SurvivalAt) -> tuple[float | None, float | None, float | None]:
    incidence = curve.incidence_at(found.day)
    return incidence.incidence, incidence.lower, incidence.upper


def _turned(found: StratumReading) -> StratumReading:
    """Return a reading of S as one of 1 - S."""
    turned = found.difference
    if turned is not None:
        turned = replace(
            turned,
            estimate=_minus(turned.estimate),
            lower=_minus(turned.upper),
            upper=_minus(turned.lower),
        )
    share, lower, upper = (
        None if value is None else 1.0 - value for value in (found.share, found.upper, found.lower)
    )
    return replace(found, share=share, lower=lower, upper=upper, difference=turned)


def _minus(value: float | None) -> float | None:
    return None if value is None else 0.0 - value
