"""Landmark analysis: only those who are still followed without event on a later day count, from that day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gepnet_core.survival import Days, EventCounts


@dataclass(frozen=True, slots=True)
class Landmark:
    """The day at which the clock starts anew, and who left up to it, by kind."""

    day: float
    event: int
    competing: int
    censored: int

    @property
    def left_out(self) -> int:
        """Patients who do not count."""
        return self.event + self.competing + self.censored


def after_landmark(strata: Iterable[EventCounts], day: float) -> tuple[list[EventCounts], Landmark]:
    """Return the counts of those with a longer time than `day`, on the clock that starts there.

    A stratum of whom nobody is left is left out. Apply data cut-off and death rule first.

    Raises
    ------
    ValueError
        If `day` is not above 0.

    References
    ----------
    Anderson, Cain & Gelber (1983), J Clin Oncol 1:710-719.
    """
    if not day > 0.0:
        raise ValueError(f"a landmark lies after time zero, not at {day}")
    later: list[EventCounts] = []
    gone = np.zeros(3, dtype=np.int64)
    for counts in strata:
        kept = counts.days > day
        gone += [int(part[~kept].sum()) for part in (counts.events, counts.competing, counts.censored)]
        if kept.any():
            later_days = counts.days[kept]
            days: Days = later_days - int(day) if day == int(day) else later_days.astype(np.float64) - day
            later.append(
                EventCounts(
                    counts.stratum,
                    days,
                    counts.censored[kept],
                    counts.events[kept],
                    counts.competing[kept],
                )
            )
    return later, Landmark(day, *(int(number) for number in gone))
