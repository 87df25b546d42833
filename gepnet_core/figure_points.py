"""The points of a drawn curve, whoever draws it: steps, band, censor marks, and from where it fades."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gepnet_core.estimates import Estimate, StratumEstimate
from gepnet_core.figure_words import Look
from gepnet_core.formatting import FEW_AT_RISK
from gepnet_core.intervals import Floats
from gepnet_core.survival import Integers
from gepnet_core.vocabulary import DAYS_PER_MONTH

MOST_POINTS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class CurvePoints:
    """A stratum's curve as it is drawn: each value holds from its month to the next point.

    Arrays of shape (n_points,): `days` and `months`; `share` (per cent, from 0 or 100) with the limits `edges`
    as drawn; S, `lower` and `upper` as estimated, NaN where a limit does not exist; who is `at_risk` there.
    `marks` are the points at which somebody was censored; from point `turn` on fewer than 5 are at risk.
    """

    days: Floats
    months: Floats
    share: Floats
    edges: tuple[Floats, Floats]
    survival: Floats
    lower: Floats
    upper: Floats
    at_risk: Integers
    marks: Integers
    turn: int


def curve_points(estimated: Estimate, stratum: StratumEstimate, look: Look) -> CurvePoints:
    """Return the points of a stratum, all up to the horizon, or the last of each small stretch of time."""
    curve = stratum.curve
    days = np.concatenate(([0.0], np.asarray(curve.counts.days, dtype=float)))
    share = np.concatenate(([1.0], curve.survival))
    lower, upper = (np.concatenate(([np.nan], limit)) for limit in (curve.lower, curve.upper))
    at_risk = np.concatenate(([curve.counts.n], curve.at_risk))
    after = np.append(curve.at_risk, 0)  # on the step that starts at each point
    kept = _thinned(days, look)
    few = np.flatnonzero(after[kept] < FEW_AT_RISK)
    censored = curve.counts.censored + (0 if estimated.is_incidence else curve.counts.competing)
    gone = np.cumsum(np.concatenate(([0], censored)))[kept]
    return CurvePoints(
        days[kept],
        days[kept] / DAYS_PER_MONTH,
        _shown(share, look)[kept],
        (_shown(_held(upper), look)[kept], _shown(_held(lower), look)[kept]),
        share[kept],
        lower[kept],
        upper[kept],
        at_risk[kept],
        np.flatnonzero(np.diff(gone, prepend=0)),  # somebody was censored since the point before
        int(few[0]) if few.size else len(kept) - 1,
    )


def _shown(share: Floats, look: Look) -> Floats:
    return 100.0 * (1.0 - share if look.failure else share)


def _thinned(days: Floats, look: Look) -> Integers:
    """Return which points are drawn: all up to the horizon, or the last of each small stretch of time."""
    end = days.size
    if look.horizon is not None:  # and one point beyond, to which the last step is drawn
        end = min(end, int(np.searchsorted(days, 1.05 * look.horizon * DAYS_PER_MONTH)) + 1)
    if end <= MOST_POINTS:
        return np.arange(end)
    stretch = (days[:end] * (MOST_POINTS / days[end - 1])).astype(int)
    last = np.flatnonzero(np.diff(stretch, append=stretch[-1] + 1))
    return np.union1d([0], last)


def _held(limit: Floats) -> Floats:
    """Return a limit for drawing: at S = 0 there is none, but the step before reaches to that day."""
    drawn = limit.copy()
    if drawn.size > 1 and np.isnan(drawn[-1]):
        drawn[-1] = drawn[-2]
    return drawn
