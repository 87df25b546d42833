"""The Cox model's partial likelihood with Efron's weights for ties: its score and information, day by day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gepnet_core.intervals import Floats
from gepnet_core.survival import Integers


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Patients by what the model sees of them.

    Arrays of shape (n_cells,): `days` (any ascending scale), `leaving` and of these `events`; `design` has
    shape (n_cells, n_covariates).
    """

    days: np.ndarray
    leaving: Integers
    events: Integers
    design: Floats

    @property
    def n(self) -> int:
        """Patients."""
        return int(self.leaving.sum())

    @property
    def n_events(self) -> int:
        """Patients with an event."""
        return int(self.events.sum())

    def where(self, kept: np.ndarray) -> Cells:
        """Return the cells for which `kept`, shape (n_cells,), is True."""
        return Cells(self.days[kept], self.leaving[kept], self.events[kept], self.design[kept])


@dataclass(frozen=True, slots=True, eq=False)
class ScoreOfDay:
    """What the events of one day add: to the score, shape (p,), and to the information, shape (p, p)."""

    day: float
    score: Floats
    information: Floats


def scores(cells: Cells, beta: Floats) -> Iterator[ScoreOfDay]:
    """Yield what each day with events adds to score and information at the log hazard ratios `beta`.

    References
    ----------
    Efron (1977), J Am Stat Assoc 72:557-565.
    """
    days, place = np.unique(cells.days, return_inverse=True)
    width = cells.design.shape[1]
    centred = cells.design - np.average(cells.design, axis=0, weights=cells.leaving)
    risk = np.exp(centred @ beta)
    sums = _sums(place, days.size, risk * cells.leaving, centred)
    at_risk = [part[::-1].cumsum(axis=0)[::-1] for part in sums]
    dying = _sums(place, days.size, risk * cells.events, centred)
    observed = _sums(place, days.size, cells.events.astype(float), centred)[1]
    events = np.bincount(place, cells.events, days.size).astype(np.int64)
    for day in np.flatnonzero(events):
        gone = np.arange(events[day]) / events[day]  # of the day's own events, by Efron's weights
        s0 = at_risk[0][day] - gone * dying[0][day]
        mean = (at_risk[1][day] - gone[:, None] * dying[1][day]) / s0[:, None]
        square = at_risk[2][day] * (1.0 / s0).sum() - dying[2][day] * (gone / s0).sum()
        information = square.reshape(width, width) - mean.T @ mean
        yield ScoreOfDay(float(days[day]), observed[day] - mean.sum(axis=0), information)


def _sums(place: np.ndarray, size: int, weight: Floats, design: Floats) -> tuple[Floats, Floats, Floats]:
    """Return per day the sums of weight, weight x and weight x x', of shapes (m,), (m, p) and (m, p * p)."""
    width = design.shape[1]
    first, second = np.zeros((size, width)), np.zeros((size, width * width))
    for i in range(width):
        weighted = weight * design[:, i]
        first[:, i] = np.bincount(place, weighted, size)
        for j in range(i + 1):
            second[:, i * width + j] = np.bincount(place, weighted * design[:, j], size)
            second[:, j * width + i] = second[:, i * width + j]
    return np.bincount(place, weight, size).astype(float), first, second
