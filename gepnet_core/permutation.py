"""The log-rank test of small groups by permutation: how often chance alone makes groups differ as much."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gepnet_core.intervals import Floats
from gepnet_core.risk_sets import risk_sets
from gepnet_core.survival import EventCounts

MOST_ARRANGEMENTS = 100_000
DRAWS = 10_000
MOST_DRAWN_FROM = 1_000  # patients
LARGEST_ENUMERATED = 9  # patients outside the largest group: with more there are always too many arrangements
SEED = 1988
AT_ONCE = 2_000_000  # scores held at once
ALIKE = 1e-9  # relative: statistics closer than that are one, whatever the order of their sums


@dataclass(frozen=True, slots=True)
class Permutation:
    """The share of arrangements of the patients into groups of these sizes that differ at least as much.

    `exact`: `p` is over all `arrangements`. Else it is over as many drawn by chance, the one seen included, and
    `lower` and `upper` are its exact 95 % limits (Clopper-Pearson).
    """

    p: float
    exact: bool
    arrangements: int
    lower: float | None = None
    upper: float | None = None


def permutation_test(strata: Sequence[EventCounts], *, seed: int = SEED) -> Permutation | None:
    """Test by permutation whether strata have the same hazard of the event.

    A patient's score is 1 with the event, 0 without, less the pooled cumulative hazard (Nelson-Aalen) at his or her
    time; a stratum's sum is its observed less expected events of the log-rank test. The statistic is the sum over
    strata of the squared sums, each over its number of patients; of two strata it orders as |observed - expected|
    does. Competing deaths count as censorings.

    Returns
    -------
    Permutation or None
        All arrangements up to 100,000, else 10,000 drawn from `seed` on; None where there is nothing to compare,
        and where there are too many of both arrangements and patients (1,000) to try.

    References
    ----------
    Hothorn, Hornik, van de Wiel & Zeileis (2006), Am Stat 60:257-263: `logrank_test` of R's coin 1.4-2.
    """
    strata = sorted((counts for counts in strata if counts.n), key=lambda counts: counts.n)
    sizes = [counts.n for counts in strata]
    n = sum(sizes)
    ways = 0
    if sum(sizes[:-1]) <= LARGEST_ENUMERATED and n <= MOST_ARRANGEMENTS:
        ways = math.prod(math.comb(sum(sizes[place:]), size) for place, size in enumerate(sizes))
    exact = 0 < ways <= MOST_ARRANGEMENTS
    if len(sizes) < 2 or not (exact or n <= MOST_DRAWN_FROM):
        return None
    scores = _scores(strata)
    if np.ptp(scores) == 0.0:
        return None
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    seen = _statistic(np.add.reduceat(scores, starts)[None, :], sizes)[0]
    least = seen * (1.0 - ALIKE) - ALIKE * float(scores @ scores) / n
    if exact:
        sums = _every_arrangement(scores, sizes)
        return Permutation(int((_statistic(sums, sizes) >= least).sum()) / ways, True, ways)
    chance = np.random.Generator(np.random.PCG64(seed))
    as_far, left = 1, DRAWS
    while left:
        rows = min(left, max(1, AT_ONCE // n))
        drawn = chance.permuted(np.tile(scores, (rows, 1)), axis=1)
        as_far += int((_statistic(np.add.reduceat(drawn, starts, axis=1), sizes) >= least).sum())
        left -= rows
    drawn_in_all = DRAWS + 1
    return Permutation(as_far / drawn_in_all, False, drawn_in_all, *_limits(as_far, drawn_in_all))


def _limits(count: int, n: int) -> tuple[float, float]:
    from scipy.special import betaincinv  # a sixth of a second, which most commands need not wait for

    upper = 1.0 if count == n else float(betaincinv(count + 1, n - count, 0.975))
    return float(betaincinv(count, n - count + 1, 0.025)), upper


def _scores(strata: Sequence[EventCounts]) -> Floats:
    """Return the scores of all patients, shape (n_patients,), stratum by stratum."""
    sets = risk_sets(strata)
    hazard = np.cumsum(sets.events.sum(axis=0) / sets.at_risk.sum(axis=0))
    found = []
    for counts in strata:
        own = hazard[np.searchsorted(sets.days, counts.days)]
        found += [np.repeat(1.0 - own, counts.events), np.repeat(-own, counts.competing + counts.censored)]
    return np.concatenate(found)


def _statistic(sums: Floats, sizes: Sequence[int]) -> Floats:
    """Return the statistic of each arrangement from the sums of its groups, shape (n_rows, n_groups)."""
    found: Floats = (sums**2 / np.array(sizes)).sum(axis=1)
    return found


def _every_arrangement(scores: Floats, sizes: Sequence[int]) -> Floats:
    """Return the sums of the groups in every arrangement; the last and largest group holds who is left."""
    chosen = np.array(list(_chosen(tuple(range(scores.size)), sizes[:-1])), dtype=np.int64)
    starts = np.concatenate(([0], np.cumsum(sizes[:-1])[:-1]))
    sums = np.add.reduceat(scores[chosen], starts, axis=1)
    return np.column_stack([sums, scores.sum() - sums.sum(axis=1)])


def _chosen(left: tuple[int, ...], sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield every way to fill groups of these sizes from `left`, one group after another."""
    for first in combinations(left, sizes[0]):
        if len(sizes) == 1:
            yield first
            continue
        taken = set(first)
        rest = tuple(place for place in left if place not in taken)
        for others in _chosen(rest, sizes[1:]):
            yield first + others
