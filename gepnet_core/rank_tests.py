"""Weighted log-rank tests between strata, from their counts, and Holm's correction for several of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from gepnet_core.intervals import Floats
from gepnet_core.risk_sets import RiskSets, risk_sets
from gepnet_core.survival import EventCounts


class Weight(StrEnum):
    """What a day weighs in the sum of observed less expected events."""

    LOG_RANK = "log-rank"
    GEHAN_BRESLOW = "Gehan-Breslow"
    PETO_PETO = "Peto-Peto"

    @property
    def meaning(self) -> str:
        """The weight in words."""
        return {
            "log-rank": "every day weighs the same",
            "Gehan-Breslow": "a day weighs as many as are at risk, so early days weigh more",
            "Peto-Peto": "a day weighs the pooled S just before it, so early days weigh more",
        }[self.value]


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """A chi-square statistic with its degrees of freedom; both values None where there is no variance."""

    chisq: float | None
    df: int
    p: float | None

    @classmethod
    def of(cls, chisq: float, df: int) -> ChiSquare:
        """Return a statistic with its p value, the chance of one as large where nothing differs."""
        from scipy.special import chdtrc  # a sixth of a second, which most commands need not wait for

        return cls(chisq, df, float(chdtrc(df, chisq)))


def chi_square(score: Floats, variance: Floats) -> ChiSquare:
    """Return the quadratic form of a score, shape (k,), in the inverse of its variance, shape (k, k).

    The degrees of freedom are the rank of the variance, which is k but where a stratum adds nothing.
    """
    spread = np.sqrt(np.clip(np.diagonal(variance), 0.0, None))
    # in units of their own spread: a platelet count must not hide the treatment beside it
    units = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 1e-10 * spread.max(initial=0.0))
    score, variance = score * units, variance * np.outer(units, units)
    rank = int(np.linalg.matrix_rank(variance, tol=1e-10)) if units.any() else 0
    if rank == 0:
        return ChiSquare(None, score.size, None)
    solved = (
        np.linalg.solve(variance, score)
        if rank == score.size
        else np.linalg.pinv(variance, rcond=1e-10, hermitian=True) @ score
    )
    return ChiSquare.of(max(0.0, float(score @ solved)), rank)


def rank_test(blocks: Sequence[Sequence[EventCounts]], weight: Weight = Weight.LOG_RANK) -> ChiSquare:
    """Test whether strata have the same hazard of the event, within each block.

    Parameters
    ----------
    blocks
        One block for a plain test; several for a stratified one, whose scores and variances are summed.
        Strata are matched by name; one that is missing from a block has no patients there. Competing deaths
        count as censorings.
    weight
        The weight of each day.

    Returns
    -------
    ChiSquare
        With as many degrees of freedom as there are strata with an expectation above 0, less 1.

    References
    ----------
    Peto & Peto (1972), J R Stat Soc A 135:185-207; Gehan (1965), Biometrika 52:203-223; Breslow (1970),
    Biometrika 57:579-594. Log-rank and Peto-Peto are `survdiff` with rho 0 and 1 of R's survival 3.5-3.
    """
    names = list(dict.fromkeys(counts.stratum for block in blocks for counts in block))
    score, expected = np.zeros(len(names)), np.zeros(len(names))
    variance = np.zeros((len(names), len(names)))
    for block in blocks:
        rows = [names.index(counts.stratum) for counts in block]
        sets = risk_sets(block)
        surplus, expectation, spread = _block(sets, _weights(sets, weight))
        score[rows] += surplus
        expected[rows] += expectation
        variance[np.ix_(rows, rows)] += spread
    compared = np.flatnonzero(expected > 0.0)[1:]
    if compared.size == 0:
        return ChiSquare(None, 0, None)
    return chi_square(score[compared], variance[np.ix_(compared, compared)])


def _weights(sets: RiskSets, weight: Weight) -> Floats:
    at_risk: Floats = sets.at_risk.sum(axis=0).astype(np.float64)
    if weight is Weight.LOG_RANK:
        return np.ones(at_risk.size)
    if weight is Weight.GEHAN_BRESLOW:
        return at_risk
    pooled = np.ones(at_risk.size)
    pooled[1:] = np.cumprod(1.0 - sets.events.sum(axis=0) / at_risk)[:-1]
    return pooled


def _block(sets: RiskSets, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Return observed less expected (weighted), expected, and the hypergeometric variance of one block."""
    at_risk, events = sets.at_risk.sum(axis=0), sets.events.sum(axis=0)
    share = sets.at_risk / at_risk
    expected = events * share
    surplus = ((sets.events - expected) * weights).sum(axis=1)
    spread = weights**2 * events * (at_risk - events) / np.maximum(at_risk - 1, 1)
    variance = np.diag((share * spread).sum(axis=1)) - (share * spread) @ share.T
    return surplus, expected.sum(axis=1), variance


@dataclass(frozen=True, slots=True)
class PairwiseTest:
    """The log-rank test of two strata alone, with its p-value after Holm's correction over all pairs shown."""

    a: str
    b: str
    test: ChiSquare
    p_holm: float | None


def pairwise_tests(strata: Sequence[EventCounts]) -> list[PairwiseTest]:
    """Test each pair of strata on its own patients, in the order of the strata."""
    pairs = [(a, b) for place, a in enumerate(strata) for b in strata[place + 1 :]]
    tests = [rank_test([pair]) for pair in pairs]
    corrected = holm([test.p for test in tests])
    return [
        PairwiseTest(a.stratum, b.stratum, test, p)
        for (a, b), test, p in zip(pairs, tests, corrected, strict=True)
    ]


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values corrected by Holm's step-down method; one that does not exist is not counted.

    References
    ----------
    Holm (1979), Scand J Stat 6:65-70.
    """
    known = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    found: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, place) in enumerate(known):
        largest = max(largest, min(1.0, (len(known) - rank) * p))
        found[place] = largest
    return found
