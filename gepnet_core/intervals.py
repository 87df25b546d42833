"""Pointwise confidence limits of a survival function, on the scales of R's survfit."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from gepnet_core.vocabulary import ConfType

Floats = NDArray[np.float64]


def normal_quantile(conf_level: float) -> float:
    """Return z such that a standard normal lies within -z and z with probability `conf_level`."""
    return -NormalDist().inv_cdf((1.0 - conf_level) / 2.0)  # exact for levels next to 1 as well


def pointwise_limits(
    survival: Floats, variance: Floats, *, conf_level: float, conf_type: ConfType
) -> tuple[Floats, Floats]:
    """Compute the confidence limits of S(t), each time for itself.

    Parameters
    ----------
    survival
        S(t), shape (n,).
    variance
        Greenwood's variance of log S(t), shape (n,); infinite where S(t) = 0.
    conf_type
        The scale; the symmetric (SPSS) convention exists for times only and gives `plain` here.

    Returns
    -------
    lower, upper
        Each of shape (n,); NaN where a limit does not exist: at S = 0, and at S = 1 for log-log, logit and
        arcsin, whose standard error is 0 / 0 there.

    References
    ----------
    Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data, section 1.4; the scales
    are those of `survfit(conf.type=)` in R's survival 3.5-3.
    """
    scale = conf_type.pointwise
    exists = survival > 0.0
    if scale not in (ConfType.PLAIN, ConfType.LOG):
        exists &= survival < 1.0
    lower = np.full(survival.shape, np.nan)
    upper = np.full(survival.shape, np.nan)
    s = survival[exists]
    width = normal_quantile(conf_level) * np.sqrt(variance[exists])
    if scale is ConfType.PLAIN:
        low, high = s - width * s, s + width * s
    elif scale is ConfType.LOG:
        low, high = s * np.exp(-width), s * np.exp(width)
    elif scale is ConfType.LOG_LOG:
        hazard = np.log(-np.log(s))
        shift = width / -np.log(s)
        low, high = np.exp(-np.exp(hazard + shift)), np.exp(-np.exp(hazard - shift))
    elif scale is ConfType.LOGIT:
        odds = np.log(s / (1.0 - s))
        shift = width / (1.0 - s)
        low, high = 1.0 / (1.0 + np.exp(shift - odds)), 1.0 / (1.0 + np.exp(-shift - odds))
    else:
        angle = np.arcsin(np.sqrt(s))
        shift = 0.5 * width * np.sqrt(s / (1.0 - s))
        low = np.sin(np.maximum(0.0, angle - shift)) ** 2
        high = np.sin(np.minimum(np.pi / 2.0, angle + shift)) ** 2
    lower[exists] = np.maximum(low, 0.0)
    upper[exists] = np.minimum(high, 1.0)
    return lower, upper
