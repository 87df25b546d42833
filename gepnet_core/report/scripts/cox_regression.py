"""Cox models from plain rows: lifelines finds the maximum, the rest is written for this folder alone."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
from estimators import p_of_chisq, p_of_z, z_of
from group_tests import chi_square
from lifelines import CoxPHFitter
from lifelines.exceptions import ConvergenceError

NOTHING = (None, None, None, None)
OPTIONS = {"precision": 1e-12, "r_precision": 1e-14}


def efron(x, days, event, beta):
    """Yield day, score, information and log likelihood of each day with events, ties weighted as Efron does."""
    risk = np.exp(x @ beta)
    for day in sorted(set(days[event].tolist())):
        inside, own = days >= day, (days == day) & event
        d = int(own.sum())
        sums = [
            (w.sum(), w @ x[rows], (w[:, None] * x[rows]).T @ x[rows])
            for rows, w in ((rows, risk[rows]) for rows in (inside, own))
        ]
        score, information = x[own].sum(axis=0), np.zeros((x.shape[1],) * 2)
        likelihood = float((x[own] @ beta).sum())
        for gone in range(d):
            s0, s1, s2 = (sums[0][i] - gone / d * sums[1][i] for i in range(3))
            score = score - s1 / s0
            information += s2 / s0 - np.outer(s1 / s0, s1 / s0)
            likelihood -= float(np.log(s0))
        yield day, score, information, likelihood


def slope(x, days, event, beta):
    """Return score, information and log likelihood over all days."""
    with np.errstate(all="ignore"):
        parts = [part for _, *part in efron(x, days, event, beta)]
    return tuple(sum(found) for found in zip(*parts, strict=True))


def fit(x, days, event):
    """Return log hazard ratios, standard errors, which of them have a bound, and the log likelihood.

    A ratio has no bound where its error grows beyond all measure.
    """
    scaled, spread = in_own_units(x)  # all below is in these units
    beta = by_library(days, event, scaled)
    if beta is not None:  # take off what the library leaves
        beta = uphill(scaled, days, event, beta)
    if beta is None or not bounded(scaled, days, event, beta).all():
        beta = uphill(scaled, days, event, np.zeros(x.shape[1]))  # to the limit, where a ratio has no bound
    errors = errors_of(slope(scaled, days, event, beta)[1])
    exists = bounded(scaled, days, event, beta)
    return beta / spread, errors / spread, exists, slope(scaled, days, event, beta)[2]


def in_own_units(x):
    """Return the columns less their means, in units of their standard deviation (1 for a column of 0 and 1)."""
    low = x.min(axis=0)
    moved = x - low  # first to near zero, so that no digit of a number far from it is lost
    width = np.where(np.ptp(x, axis=0) > 0.0, np.ptp(x, axis=0), 1.0)
    part = moved / width
    binary = ((x == 0.0) | (x == 1.0)).all(axis=0)
    deviation = part.std(axis=0, ddof=1) * width
    spread = np.where(binary | (deviation == 0.0), 1.0, deviation)
    return (part - part.mean(axis=0)) * (width / spread), spread


def bounded(x, days, event, beta):
    """Return which ratios have a bound."""
    score, information = slope(x, days, event, beta)[:2]
    errors = errors_of(information)
    narrow = np.isfinite(beta) & np.isfinite(errors) & (errors < 50.0)
    if narrow.all() or not np.isfinite(information).all():
        return narrow
    try:
        step = np.linalg.solve(information, score)
    except np.linalg.LinAlgError:
        return narrow
    # without bound a ratio goes on by about 1 with each step; of two columns that say nearly the same it stands
    return narrow | (np.isfinite(beta) & (errors < 5000.0) & (np.abs(step) < 1e-3))


def by_library(days, event, scaled):
    """Return where lifelines ends, by smaller steps where full ones run past the maximum.

    None where the slope is not flat there after any of them: it may stop on a steep place and say nothing.
    """
    frame = pd.DataFrame(scaled, columns=[f"x{i}" for i in range(scaled.shape[1])])
    frame["days"], frame["event"] = days + 1.0, event.astype(float)
    for step_size in (0.95, 0.5, 0.25, 0.1):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                options = {**OPTIONS, "step_size": step_size}
                model = CoxPHFitter().fit(frame, "days", "event", fit_options=options)
            except (ConvergenceError, np.linalg.LinAlgError, ValueError):
                continue
        beta = model.params_.to_numpy(float)
        if np.isfinite(beta).all() and (np.abs(slope(scaled, days, event, beta)[0]) < 1e-3).all():
            return beta
    return None


def errors_of(information):
    """Return the standard errors; huge, not a failure, where the information is singular along a ratio."""
    if not np.isfinite(information).all():
        return np.full(len(information), np.inf)
    values, vectors = np.linalg.eigh(information)
    return np.sqrt((vectors**2 / np.maximum(values, 1e-20)).sum(axis=1))


def uphill(x, days, event, beta):
    """Return the log hazard ratios after steps of Newton, halved where they lead down, until nothing is gained."""
    score, information, height = slope(x, days, event, beta)
    for _ in range(100):
        try:
            step = np.linalg.solve(information, score)
        except np.linalg.LinAlgError:
            return beta
        for _ in range(40):
            there = slope(x, days, event, beta + step)
            if there[2] >= height - 1e-12:  # False as well where it is no number
                break
            step = step / 2.0
        else:
            return beta
        gain, beta, (score, information, height) = there[2] - height, beta + step, there
        if gain < 1e-11:
            return beta
    return beta


def ratio(beta, error, conf_level):
    """Return a hazard ratio with Wald's limits and p."""
    half = z_of(conf_level) * error
    if abs(beta) + half >= 700.0:  # no number holds the ratio of one unit
        return None, None, None, p_of_z(beta / error)
    return math.exp(beta), math.exp(beta - half), math.exp(beta + half), p_of_z(beta / error)


def says_more(columns, added, used):
    """Return True where a column is no combination of those before it among the rows used."""
    table = np.column_stack([*columns, added])[used]
    if len(table) == 0:
        return False
    if (np.ptp(table, axis=0) == 0.0).any():
        return False
    largest = np.abs(table).max(axis=0)
    table, _ = in_own_units(table)
    size = np.sqrt((table**2).sum(axis=0))
    digits = 1e-15 * largest / in_own_units(np.column_stack([*columns, added])[used])[1]
    return int(np.linalg.matrix_rank(table / size, tol=max(1e-8, digits.max()))) == table.shape[1]


def hazard_ratios(days, status, group, strata, reference, conf_level, covariates=()):
    """Return the ratios of the strata and covariates, the size of the model and the test of proportionality.

    A covariate is (label, levels, values): without levels it is a number; a value is None where not recorded.
    Strata and levels without an event are left out, as are columns that say nothing new.
    """
    event = status == 1
    kept = np.array([all(values[i] is not None for _, _, values in covariates) for i in range(len(days))])
    found = {"dropped": int((~kept).sum())}
    complete = kept
    without = [name for name in strata if not (event & kept & (group == name)).any()]
    if reference in without:
        without = list(strata)
    compared = [name for name in strata if name != reference and name not in without]
    kept = kept & ~np.isin(group, without)
    columns, terms = (
        [(group == name).astype(float) for name in compared],
        [(name, "group") for name in compared],
    )
    carries = np.ones(len(days), dtype=bool)
    found |= {"patients": int(complete.sum()), "events": int((event & complete).sum())}
    empty = []
    for label, levels, values in covariates if compared else ():
        if levels:
            value = np.array(["" if v is None else v for v in values], dtype=object)
            there = [level for level in levels if (kept & (value == level)).any()]
            falls = [level for level in there if (event & kept & (value == level)).any()]
            for level in there:
                carries &= (value != level) | (level in falls)
            empty += [(f"{label}: {level}", "covariate") for level in there if level not in falls]
            added = [((value == level).astype(float), f"{label}: {level}") for level in falls[1:]]
        else:
            added = [(np.array([0.0 if v is None else float(v) for v in values]), label)]
        first = days[event & kept & carries].min(initial=np.inf)
        seen = kept & carries & (days >= first)  # who is in a risk set
        for column, words in added:
            if says_more(columns, column, seen):
                columns.append(column)
                terms.append((words, "covariate"))
    used = kept & carries
    found["ratios"] = {(name, "group"): NOTHING for name in strata if name != reference}
    found["ratios"] |= dict.fromkeys([*terms, *empty], NOTHING)
    found["ph"] = (None, len(terms), None)
    if compared and (event & used).any():
        x, own_days, own_event = np.column_stack(columns)[used], days[used], event[used]
        beta, errors, exists, _ = fit(x, own_days, own_event)
        for place, term in enumerate(terms):
            if exists[place]:
                found["ratios"][term] = ratio(float(beta[place]), float(errors[place]), conf_level)
        if exists.all():
            scaled, spread = in_own_units(x)
            found["ph"] = proportional_hazards(scaled, own_days, own_event, beta * spread)
    return found


def proportional_hazards(x, days, event, beta):
    """Return the score test of Grambsch and Therneau with g(t) = 1 - pooled KM just before t."""
    g, s = {}, 1.0
    for day in sorted(set(days[event].tolist())):
        g[day] = 1.0 - s
        s *= 1.0 - (event & (days == day)).sum() / (days >= day).sum()
    width = x.shape[1]
    score, sums = np.zeros(width), [np.zeros((width, width)) for _ in range(3)]
    for day, more, information, _ in efron(x, days, event, beta):
        score += g[day] * more
        for power, total in enumerate(sums):
            total += g[day] ** power * information
    variance = sums[2] - sums[1] @ np.linalg.solve(sums[0], sums[1])
    size = np.sqrt(np.diag(sums[0]))  # so that no covariate's unit hides another
    variance /= np.outer(size, size)
    variance[np.abs(variance) <= 1e-14] = 0.0  # what is left of rounding
    return chi_square(score / size, variance)


def interaction(days, status, group, level, contrast, pair):
    """Return the likelihood ratio test of whether the contrast depends on the level."""
    event = status == 1
    levels = [name for name in dict.fromkeys(level) if name != "not recorded" and event[level == name].any()]
    cells = [(a, b) for a in levels for b in pair if ((level == a) & (group == b)).any()]
    df = len(cells) - 1 - len(levels)
    if df < 1:
        return None, max(df, 0), None

    def inside(cell):
        return (level == cell[0]) & (group == cell[1])

    falls = [cell for cell in cells if event[inside(cell)].any()]
    whole = np.column_stack([inside(cell).astype(float) for cell in falls[1:]])
    parts = np.column_stack([group == contrast, *(level == name for name in levels[1:])]).astype(float)
    found = []
    for x, members in ((whole, falls), (parts, cells)):
        used = np.any([inside(cell) for cell in members], axis=0)
        _, _, exists, log_likelihood = fit(x[used], days[used], event[used])
        if not exists.all():
            return None, df, None
        found.append(log_likelihood)
    chisq = max(0.0, 2.0 * (found[0] - found[1]))
    return chisq, df, p_of_chisq(chisq, df)
