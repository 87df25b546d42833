"""How far one patient moves a median."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gepnet_core.competing_risks import cumulative_incidence, first_below
from gepnet_core.survival import EventCounts, first_at_most, kaplan_meier
from gepnet_core.vocabulary import DeathRule

KINDS = ("censored", "events", "competing")
CELLS = 250_000


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
    left_out = [median for kind in KINDS for median in _medians(counts, death, kind)] if counts.n > 1 else []
    return Stability(
        counts.stratum,
        _median(counts, death),
        _range(left_out, counts.n),
        _range(_medians(counts, death, "censored", "events"), int(counts.censored.sum())),
    )


def _median(counts: EventCounts, death: DeathRule) -> float | None:
    if death is DeathRule.COMPETING:
        return cumulative_incidence(counts).median().estimate
    return kaplan_meier(counts).median().estimate


def _medians(counts: EventCounts, death: DeathRule, kind: str, instead: str = "") -> list[float | None]:
    """Return the median with one patient changed, for each day on which somebody left as `kind`.

    That patient leaves as `instead`, or was never there. Many curves are computed at once, without their limits:
    a row a changed patient, a column a day.
    """
    places = np.flatnonzero(getattr(counts, kind))
    found: list[float | None] = []
    for some in np.array_split(places, math.ceil(places.size * counts.days.size / CELLS) or 1):
        parts = {name: np.tile(getattr(counts, name), (some.size, 1)) for name in KINDS}
        rows = np.arange(some.size)
        parts[kind][rows, some] -= 1
        if instead:
            parts[instead][rows, some] += 1
        leaving = parts["censored"] + parts["events"] + parts["competing"]
        at_risk = leaving[:, ::-1].cumsum(axis=1)[:, ::-1]
        at_risk = np.maximum(at_risk, 1)  # nobody is left where the one left out was the last
        staying = at_risk - parts["events"]
        if death is DeathRule.COMPETING:
            free = np.cumprod((staying - parts["competing"]) / at_risk, axis=1)
            before = np.hstack((np.ones((some.size, 1)), free[:, :-1]))
            without = 1.0 - np.cumsum(before * parts["events"] / at_risk, axis=1)
            found += [first_below(counts.days, row, 0.5) for row in without]
        else:
            found += [first_at_most(counts.days, row, 0.5) for row in np.cumprod(staying / at_risk, axis=1)]
    return found


def _range(medians: Sequence[float | None], analyses: int) -> Range | None:
    if not medians:
        return None
    reached = np.array([np.inf if median is None else median for median in medians])
    smallest, largest = (
        None if np.isinf(found) else float(found) for found in (reached.min(), reached.max())
    )
    return Range(smallest, largest, analyses)
