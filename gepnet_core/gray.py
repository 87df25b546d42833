"""Gray's test: do strata differ in the cumulative incidence of a cause, where another one competes?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gepnet_core.intervals import Floats
from gepnet_core.rank_tests import ChiSquare, chi_square
from gepnet_core.risk_sets import risk_sets
from gepnet_core.survival import EventCounts
from gepnet_core.vocabulary import Status


def gray_test(strata: Sequence[EventCounts], cause: Status = Status.EVENT) -> ChiSquare:
    """Test whether the cumulative incidence of `cause` is the same in all strata (rho = 0).

    Parameters
    ----------
    strata
        Counts with events and competing deaths apart.
    cause
        `Status.EVENT` or `Status.COMPETING_DEATH`.

    Returns
    -------
    ChiSquare
        Degrees of freedom are the strata less 1; without an event of this cause there is no statistic.

    References
    ----------
    Gray (1988), Ann Stat 16:1141-1154, with the variance of `cuminc` in R's cmprsk 2.2-11.
    """
    if len(strata) < 2:
        return ChiSquare(None, 0, None)
    sets = risk_sets(strata)
    own, other = sets.events, sets.competing
    if cause is Status.COMPETING_DEATH:
        own, other = other, own
    kept = (own + other).sum(axis=0) > 0
    if not own.any():
        return ChiSquare(None, len(strata) - 1, None)
    at_risk, own, other = (part[:, kept] for part in (sets.at_risk, own, other))
    score, variance = _score(at_risk, own, other)
    return chi_square(score[:-1], variance[:-1, :-1])


def _score(at_risk: np.ndarray, own: np.ndarray, other: np.ndarray) -> tuple[Floats, Floats]:
    """Return the score of every stratum and its variance; arrays are (n_strata, n_days), days with a leaving.

    A stratum's exposure to the hazard of the subdistribution is its risk set over its own event-free
    survival. The variance sums, over strata and days, how the score responds to one leaving there.
    """
    present = at_risk > 0
    n = np.where(present, at_risk, 1)
    free = np.cumprod(np.where(present, (n - own - other) / n, 1.0), axis=1)
    before = np.hstack([np.ones((len(n), 1)), free[:, :-1]])
    incidence = np.cumsum(np.where(present, before * own / n, 0.0), axis=1)
    incidence_before = np.hstack([np.zeros((len(n), 1)), incidence[:, :-1]])

    with np.errstate(divide="ignore", invalid="ignore"):
        exposure = np.where(present, at_risk / before, 0.0)
    total = exposure.sum(axis=0)
    events = own.sum(axis=0)
    pooled = np.cumsum(events / total)
    pooled_before = np.concatenate(([0.0], pooled[:-1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(events > 0, events / (total * (1.0 - pooled_before)), 0.0)
    weighted = exposure * (1.0 - incidence_before)
    score = (own - events * weighted / weighted.sum(axis=0)).sum(axis=1)

    # response[i, k, t]: how an event in stratum k on day t moves the score of i; drift: what it adds later on
    share = exposure / total
    response = exposure[:, None, :] * (np.eye(len(n))[:, :, None] - share[None, :, :])
    # where one stratum alone is at risk an event moves nothing, even where the pooled incidence has reached 1
    drift = np.cumsum(np.where(response == 0.0, 0.0, response * np.nan_to_num(hazard, posinf=0.0)), axis=2)

    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(free > 0.0, (1.0 - pooled) / free, 0.0)
        expected = np.where(present, before * events / (total * n), 0.0)
        ties = np.where(events > 1, 1.0 - (events - 1) / (total * before - 1.0), 1.0)
        own_steps = np.where(expected > 0.0, ties * expected, 0.0)
        other_ties = np.where(other > 1, 1.0 - (other - 1) / np.maximum(n - 1, 1), 1.0)
        other_steps = np.where(free > 0.0, other_ties * before**2 * other / n.astype(float) ** 2, 0.0)
    kept = 1.0 - left
    own_move = response - kept * drift
    other_move = left * drift

    end = drift[:, :, -1]
    v = np.einsum("ikt,jkt,kt->ij", own_move, own_move, own_steps)
    v += np.einsum("ikt,jkt,kt->ij", other_move, other_move, other_steps)
    v2 = np.einsum("ikt,kt->ik", own_move, kept * own_steps)
    v2 -= np.einsum("ikt,kt->ik", other_move, left * other_steps)
    v3 = (kept**2 * own_steps + left**2 * other_steps).sum(axis=1)
    variance = v + (end * v3) @ end.T + end @ v2.T + v2 @ end.T
    return score, variance
