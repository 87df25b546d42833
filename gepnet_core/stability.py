"""How far one patient moves a median."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gepnet_core.competing_risks import cumulative_incidence
from gepnet_core.survival import EventCounts, kaplan_meier
from gepnet_core.vocabulary import DeathRule


@dataclass(frozen=True, slots=True)
class Range:
    """The smallest and the largest median of several analyses, in days.

    None stands for "not reached" and counts as larger than any number; `analyses` is how many patients were
    changed in turn.
    """

    smallest: float | None
    largest: float | None
    analyses: int


@dataclass(frozen=True, slots=True)
class Stability:
    """The median of a stratum, and its range when one patient is changed.

    `left_out`: each patient in turn left out. `turned`: each censored patient in turn counted as having had
    the event on the last day on which he or she was seen. None where there is nobody to change.
    """

    stratum: str
    median: float | None
    left_out: Range | None
    turned: Range | None


def stability(counts: EventCounts, death: DeathRule) -> Stability:
    """Return the range of a stratum's median under changes of one patient.

    Patients who left on one day in the same way are alike, so each such group is changed once.
    """
    left_out: list[float | None] = []
    turned: list[float | None] = []
    for place in range(counts.days.size):
        for part in ("events", "censored", "competing"):
            if getattr(counts, part)[place] == 0:
                continue
            if counts.n > 1:
                left_out.append(_median(_changed(counts, place, {part: -1}), death))
            if part == "censored":
                turned.append(_median(_changed(counts, place, {"censored": -1, "events": 1}), death))
    return Stability(
        counts.stratum,
        _median(counts, death),
        _range(left_out, counts.n),
        _range(turned, int(counts.censored.sum())),
    )


def _changed(counts: EventCounts, place: int, moved: dict[str, int]) -> EventCounts:
    parts = {name: getattr(counts, name).copy() for name in ("censored", "events", "competing")}
    for name, by in moved.items():
        parts[name][place] += by
    kept = parts["censored"] + parts["events"] + parts["competing"] > 0
    return EventCounts(
        counts.stratum,
        counts.days[kept],
        *(parts[name][kept] for name in ("censored", "events", "competing")),
    )


def _median(counts: EventCounts, death: DeathRule) -> float | None:
    if death is DeathRule.COMPETING:
        return cumulative_incidence(counts).median().estimate
    return kaplan_meier(counts).median().estimate


def _range(medians: Sequence[float | None], analyses: int) -> Range | None:
    if not medians:
        return None
    reached = np.array([np.inf if median is None else median for median in medians])
    smallest, largest = (
        None if np.isinf(found) else float(found) for found in (reached.min(), reached.max())
    )
    return Range(smallest, largest, analyses)
