"""Cox's regression by lifelines. The only module that imports it."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np

from gepnet_core.intervals import Floats, normal_quantile
from gepnet_core.partial_likelihood import WIDEST, Cells, Slope, bounded_at, climb, slope_at, standardised

# lifelines' own stopping rules leave log hazard ratios off by 1e-4
FIT_OPTIONS = {"precision": 1e-12, "r_precision": 1e-14}
LARGEST_EXPONENT = 700.0
FARTHEST = 1e-8  # what the log likelihood may still gain
STEEPEST = 1e-3  # the slope that lifelines may leave, in units of the covariate's spread


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A log hazard ratio with its standard error."""

    log_hazard_ratio: float
    se: float

    def fits(self, conf_level: float) -> bool:
        """Return False where the ratio of one unit, or a limit of it, is beyond what a number holds."""
        return abs(self.log_hazard_ratio) + normal_quantile(conf_level) * self.se < LARGEST_EXPONENT

    @property
    def hazard_ratio(self) -> float:
        """The hazard ratio."""
        return math.exp(self.log_hazard_ratio)

    @property
    def p(self) -> float:
        """The p-value of Wald's test."""
        return two_sided(self.log_hazard_ratio / self.se)

    def limits(self, conf_level: float) -> tuple[float, float]:
        """Return Wald's limits of the hazard ratio."""
        half = normal_quantile(conf_level) * self.se
        return math.exp(self.log_hazard_ratio - half), math.exp(self.log_hazard_ratio + half)


@dataclass(frozen=True, slots=True, eq=False)
class CoxFit:
    """A fitted model: a coefficient a column of the design, None where it has no bound, and `beta` as fitted."""

    coefficients: tuple[Coefficient | None, ...]
    beta: Floats
    log_likelihood: float

    @property
    def is_bounded(self) -> bool:
        """True where every coefficient exists."""
        return None not in self.coefficients


def fit_cox(cells: Cells) -> CoxFit | None:
    """Fit log hazard ratios by partial likelihood, with Efron's weights for ties.

    Returns
    -------
    CoxFit or None
        None where the likelihood has no maximum that can be found.

    Notes
    -----
    lifelines' first step is long: it may run past a maximum and give up, or stop where the likelihood is steep and
    say nothing. Its slope is looked at, and the climb taken again where it is not flat, or where a ratio has no
    bound: the others are then those of the limit. Columns are standardised first, the ratios are per unit as given.

    References
    ----------
    Cox (1972), J R Stat Soc B 34:187-220; Efron (1977), J Am Stat Assoc 72:557-565.
    """
    import pandas as pd  # with lifelines a second or two, which most screens need not wait for
    from lifelines import CoxPHFitter
    from lifelines.exceptions import ConvergenceError

    width = cells.design.shape[1]
    cells, spread = standardised(cells)
    _, rank = np.unique(cells.days, return_inverse=True)  # only the order matters
    left = np.repeat(np.arange(rank.size), cells.leaving)
    first = np.cumsum(cells.leaving) - cells.leaving
    frame = pd.DataFrame(np.repeat(cells.design, cells.leaving, axis=0), columns=[*map(str, range(width))])
    frame["rank"] = rank[left] + 1.0
    frame["event"] = (np.arange(left.size) - first[left] < cells.events[left]).astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they would say is checked below, and said in our own words
        try:
            fitter = CoxPHFitter().fit(frame, "rank", "event", batch_mode=True, fit_options=FIT_OPTIONS)
            beta = fitter.params_.to_numpy(dtype=float)
            errors = fitter.standard_errors_.to_numpy(dtype=float)
        except (ConvergenceError, np.linalg.LinAlgError, ValueError):
            beta = errors = np.full(width, np.nan)
    slope = slope_at(cells, beta)
    flat = bool(np.all(np.abs(slope.score) < STEEPEST))  # nor where there is no answer
    if not (flat and bool(np.all(errors < WIDEST))):
        beta, errors = climb(cells)
        slope = slope_at(cells, beta)
    exists = bounded_at(slope, errors)
    if bool(exists.all()):
        step = _newton_step(slope)
        if step is None:
            return None
        beta = beta + step
    with np.errstate(over="ignore", under="ignore"):
        beta, errors = beta / spread, errors / spread
    found = tuple(
        Coefficient(float(b), float(se)) if bounded else None
        for b, se, bounded in zip(beta, errors, exists, strict=True)
    )
    return CoxFit(found, beta, slope.log_likelihood)


def _newton_step(slope: Slope) -> Floats | None:
    """Return the step from where lifelines stopped to the maximum, or None where it stopped far from one.

    The step takes off what is left of its rounding (1e-7 of a hazard ratio, which the test of proportional
    hazards would feel).
    """
    try:
        step = np.linalg.solve(slope.information, slope.score).astype(np.float64)
    except np.linalg.LinAlgError:
        return None
    return step if float(slope.score @ step) < FARTHEST else None


def two_sided(z: float) -> float:
    """Return the probability that a standard normal is farther from 0 than z."""
    return math.erfc(abs(z) / math.sqrt(2.0))
