"""The Cox model's partial likelihood with Efron's weights for ties: score and information, day by day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from gepnet_core.intervals import Floats
from gepnet_core.survival import Integers

MOST_STEPS, MOST_HALVINGS = 60, 30
FLAT = 1e-11  # a rise of the log likelihood that ends the climb
ROUNDING = 1e-12
LEAST_INFORMATION = 1e-20
WIDEST = 50.0  # a standard error beyond it, in units of the covariate's spread, is looked at twice
SINGULAR = 5_000.0  # beyond it two columns are one
STILL = 1e-3  # a ratio without bound goes on by about 1 with each step of Newton, another stands


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
    """What the events of one day add: to score, shape (p,), information, shape (p, p), and log likelihood."""

    day: float
    score: Floats
    information: Floats
    log_likelihood: float


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
        likelihood = float(observed[day] @ beta - np.log(s0).sum())
        yield ScoreOfDay(float(days[day]), observed[day] - mean.sum(axis=0), information, likelihood)


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


@dataclass(frozen=True, slots=True, eq=False)
class Slope:
    """Score, shape (p,), information, shape (p, p), and log likelihood over all days."""

    score: Floats
    information: Floats
    log_likelihood: float


def slope_at(cells: Cells, beta: Floats) -> Slope:
    """Return score, information and log likelihood at the log hazard ratios `beta`."""
    score, information, likelihood = np.zeros(beta.size), np.zeros((beta.size, beta.size)), 0.0
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for day in scores(cells, beta):
            score += day.score
            information += day.information
            likelihood += day.log_likelihood
    return Slope(score, information, likelihood)


def standardised(cells: Cells) -> tuple[Cells, Floats]:
    """Return the cells with centred columns in units of their spread, and that spread, shape (p,).

    The spread of a column of 0 and 1 is 1, that of another its standard deviation. Without this a covariate far
    from 0 (an identifier, a date as a number) or in very large or small units loses its digits in the sums.
    """
    design = cells.design
    binary = np.all((design == 0.0) | (design == 1.0), axis=0)
    size = np.abs(design).max(axis=0, initial=0.0)
    size = np.where(binary | (size == 0.0), 1.0, np.exp2(np.floor(np.log2(np.where(size > 0.0, size, 1.0)))))
    centred = design / size  # a power of 2, so that no digit is lost
    centred = centred - np.average(centred, axis=0, weights=cells.leaving)
    width = np.abs(centred).max(axis=0, initial=0.0)
    width = np.where(width == 0.0, 1.0, width)
    squares = cells.leaving @ (centred / width) ** 2 / max(cells.n - 1, 1)
    spread = np.where(binary | (squares == 0.0), 1.0, width * np.sqrt(squares))
    return replace(cells, design=centred / spread), spread * size


def climb(cells: Cells) -> tuple[Floats, Floats]:
    """Return log hazard ratios and standard errors, each of shape (p,), by Newton's steps from 0.

    The covariates are standardised. A step that does not rise is halved, as R's `coxph` does. Where a ratio has no
    bound its standard error grows without end, and the climb stops where the likelihood hardly rises: the other
    ratios are then those of the limit.
    """
    beta = np.zeros(cells.design.shape[1])
    here = slope_at(cells, beta)
    for _ in range(MOST_STEPS):
        try:
            step = np.linalg.solve(here.information, here.score)
        except np.linalg.LinAlgError:
            break
        rounding = ROUNDING * max(1.0, abs(here.log_likelihood))
        for _ in range(MOST_HALVINGS):
            there = slope_at(cells, beta + step)
            if np.isfinite(there.log_likelihood) and there.log_likelihood >= here.log_likelihood - rounding:
                break
            step = step / 2.0
        else:
            break
        gain, beta, here = there.log_likelihood - here.log_likelihood, beta + step, there
        if gain < FLAT:
            break
    return beta, _errors(here.information)


def bounded_at(slope: Slope, errors: Floats) -> np.ndarray:
    """Return which ratios have a bound, shape (p,), True where one has, at the end of a climb.

    A wide standard error alone does not tell: two columns that say nearly the same have one too. There the
    likelihood has a maximum, and another step of Newton stays on it.
    """
    narrow = np.isfinite(errors) & (errors < WIDEST)
    if bool(narrow.all()) or not np.isfinite(slope.information).all():
        return narrow
    try:
        step = np.linalg.solve(slope.information, slope.score)
    except np.linalg.LinAlgError:
        return narrow
    bounded: np.ndarray = narrow | ((errors < SINGULAR) & (np.abs(step) < STILL))
    return bounded


def _errors(information: Floats) -> Floats:
    """Return the standard errors; huge, not a failure, where the information is singular along a ratio."""
    if not np.isfinite(information).all():
        return np.full(len(information), np.inf)
    values, vectors = np.linalg.eigh(information)
    errors: Floats = np.sqrt((vectors**2 / np.maximum(values, LEAST_INFORMATION)).sum(axis=1))
    return errors
