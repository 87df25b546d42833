"""Strata side by side on one row of days: what the tests between them are computed from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gepnet_core.survival import Days, EventCounts, Integers


@dataclass(frozen=True, slots=True, eq=False)
class RiskSets:
    """The counts of several strata on the days on which anybody left.

    `days` has shape (n_days,), distinct and ascending; `at_risk` (time >= day), `events` and `competing` have
    shape (n_strata, n_days).
    """

    days: Days
    at_risk: Integers
    events: Integers
    competing: Integers


def risk_sets(strata: Sequence[EventCounts]) -> RiskSets:
    """Return the strata on their common days; a stratum without patients is nowhere at risk."""
    days = np.unique(np.concatenate([counts.days for counts in strata]))
    shape = (len(strata), days.size)
    events, competing, leaving = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    for row, counts in enumerate(strata):
        place = np.searchsorted(days, counts.days)
        events[row, place] = counts.events
        competing[row, place] = counts.competing
        leaving[row, place] = counts.events + counts.competing + counts.censored
    at_risk = leaving[:, ::-1].cumsum(axis=1)[:, ::-1]
    return RiskSets(days, at_risk, events, competing)
