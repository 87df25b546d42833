"""Do the hazards stay proportional over time? The global test of Grambsch and Therneau."""

from __future__ import annotations

import numpy as np

from gepnet_core.intervals import Floats
from gepnet_core.partial_likelihood import Cells, scores, standardised
from gepnet_core.rank_tests import ChiSquare, chi_square

ROUNDING = 1e-14


def proportional_hazards_test(cells: Cells, beta: Floats) -> ChiSquare:
    """Test all log hazard ratios at once for a trend with g(t) = 1 - pooled Kaplan-Meier estimate before t.

    It is the score test of the model to which every covariate is added once more, multiplied by g(t).

    Parameters
    ----------
    cells
        The patients of the fitted model.
    beta
        The fitted log hazard ratios, shape (n_covariates,).

    References
    ----------
    Grambsch & Therneau (1994), Biometrika 81:515-526, as `cox.zph(transform = "km")` of R's survival 3.5-3
    computes it; earlier releases, and lifelines, use an approximation.
    """
    width = beta.size
    if width == 0 or cells.n_events == 0:
        return ChiSquare(None, width, None)
    cells, spread = standardised(cells)
    beta = beta * spread
    days, place = np.unique(cells.days, return_inverse=True)
    leaving, events = (np.bincount(place, part, days.size) for part in (cells.leaving, cells.events))
    at_risk = leaving[::-1].cumsum()[::-1]
    pooled = np.concatenate(([1.0], np.cumprod(1.0 - events / at_risk)[:-1]))
    transformed = dict(zip(days.tolist(), (1.0 - pooled).tolist(), strict=True))
    score = np.zeros(width)
    plain, once, twice = (np.zeros((width, width)) for _ in range(3))
    for found in scores(cells, beta):
        g = transformed[found.day]
        score += g * found.score
        plain += found.information
        once += g * found.information
        twice += g * g * found.information
    try:
        variance = twice - once @ np.linalg.solve(plain, once)
    except np.linalg.LinAlgError:
        return ChiSquare(None, width, None)
    # where groups meet on the first day with events alone, all that is left is rounding
    size = np.sqrt(np.diagonal(plain))
    variance[np.abs(variance) <= ROUNDING * np.outer(size, size)] = 0.0
    return chi_square(score, variance)
