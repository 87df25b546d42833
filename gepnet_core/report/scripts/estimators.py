"""Survival estimates from plain rows, written for this folder alone: one patient, one day, one status.

Status is 0 censored, 1 event, 2 death before it that competes with the event. None is what does not exist.
"""

from __future__ import annotations

import math
from functools import cache, cached_property
from statistics import NormalDist

import numpy as np

TOLERANCE = math.sqrt(np.finfo(float).eps)  # as print(survfit) of R


def z_of(conf_level):
    """Return the normal quantile of a two-sided interval."""
    return -NormalDist().inv_cdf((1.0 - conf_level) / 2.0)


def p_of_z(z):
    """Return the two-sided p-value of a standard normal."""
    return math.erfc(abs(z) / math.sqrt(2.0))


def p_of_chisq(chisq, df):
    """Return the upper tail of chi-square: the regularised incomplete gamma function, by series or fraction."""
    a, x = df / 2.0, chisq / 2.0
    if x <= 0.0:
        return 1.0
    front = math.exp(-x + a * math.log(x) - math.lgamma(a))
    if x < a + 1.0:
        term = total = 1.0 / a
        step = a
        while term > total * 1e-17:
            step += 1.0
            term *= x / step
            total += term
        return 1.0 - front * total
    tiny = 1e-300
    b = x + 1.0 - a
    c, d = 1.0 / tiny, 1.0 / b
    found = d
    for i in range(1, 10_000):
        an = -i * (i - a)
        b += 2.0
        d = 1.0 / (an * d + b or tiny)
        c = b + an / c or tiny
        found *= d * c
        if abs(d * c - 1.0) < 1e-16:
            break
    return front * found


@cache
def binomial_limits(count, n, conf_level):
    """Return the limits of Clopper and Pearson: bisection on the tails of the binomial distribution."""

    def at_least(k, p):
        logs = [
            math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) + i * math.log(p)
            + (n - i) * math.log1p(-p) for i in range(k, n + 1)
        ]  # fmt: skip
        return math.fsum(math.exp(value) for value in logs)

    def where(k, wanted):
        low, high = 0.0, 1.0
        while low < (middle := (low + high) / 2.0) < high:
            if at_least(k, middle) < wanted:
                low = middle
            else:
                high = middle
        return (low + high) / 2.0

    tail = (1.0 - conf_level) / 2.0
    lower = 0.0 if count == 0 else where(count, tail)
    upper = 1.0 if count == n else where(count + 1, 1.0 - tail)
    return lower, upper


def limits_of_s(s, variance, conf_type, conf_level):
    """Return the limits of S from Greenwood's variance of log S; none at S = 0, and at S = 1 on most scales."""
    if s <= 0.0 or (s >= 1.0 and conf_type in ("log-log", "logit", "arcsin")):
        return None, None
    width = z_of(conf_level) * math.sqrt(variance)
    if conf_type in ("plain", "spss"):
        low, high = s - width * s, s + width * s
    elif conf_type == "log":
        low, high = s * math.exp(-width), s * math.exp(width)
    elif conf_type == "log-log":
        low, high = (s ** math.exp(sign * width / -math.log(s)) for sign in (1.0, -1.0))
    elif conf_type == "logit":
        odds = s / (1.0 - s)
        low, high = (1.0 - 1.0 / (1.0 + odds * math.exp(sign * width / (1.0 - s))) for sign in (-1.0, 1.0))
    else:
        angle, half = math.asin(math.sqrt(s)), 0.5 * width * math.sqrt(s / (1.0 - s))
        low, high = math.sin(max(0.0, angle - half)) ** 2, math.sin(min(math.pi / 2.0, angle + half)) ** 2
    return max(low, 0.0), min(high, 1.0)


class KaplanMeier:
    """The product-limit estimate; competing deaths are censorings here."""

    def __init__(self, days, status):
        self.n, self.last = len(days), max(days)
        self.days = sorted(set(days.tolist()))
        self.s, self.variance, self.events = [], [], []
        s, variance, at_risk = 1.0, 0.0, self.n
        for day in self.days:
            here = days == day
            events = int((status[here] == 1).sum())
            s *= (at_risk - events) / at_risk
            if events:
                variance += events / (at_risk * (at_risk - events)) if at_risk > events else math.inf
            self.s.append(s)
            self.variance.append(variance)
            self.events.append(events)
            at_risk -= int(here.sum())

    def place(self, day):
        """Return the place of the last day up to `day`; -1 before the first."""
        return sum(own <= day for own in self.days) - 1

    def at(self, day, conf_type, conf_level):
        """Return S at a day with limits; nothing beyond the last time unless S is 0."""
        place = self.place(day)
        s, variance = (self.s[place], self.variance[place]) if place >= 0 else (1.0, 0.0)
        if day > self.last and s > 0.0:
            return None, None, None
        return s, *limits_of_s(s, variance, conf_type, conf_level)

    def plain_variance(self, day):
        """Return S and its variance at a day; None for what is not there."""
        place = self.place(day)
        s = self.s[place] if place >= 0 else 1.0
        if day > self.last and s > 0.0:
            return None, None
        return s, None if s == 0.0 else 0.0 if place < 0 else s * s * self.variance[place]

    def median(self, conf_type, conf_level):
        """Return the median with its limits."""
        if conf_type == "spss":
            return self._symmetric(conf_level)
        limits = [
            limits_of_s(*pair, conf_type, conf_level) for pair in zip(self.s, self.variance, strict=True)
        ]
        return (
            self.middle(self.s),
            self.middle([low for low, _ in limits]),
            self.middle([high for _, high in limits]),
        )

    def middle(self, values):
        """Return the first day on which values reach one half, or the midpoint where they stay on it a while."""
        for place, value in enumerate(values):
            if value is None or value > 0.5 + TOLERANCE:
                continue
            if abs(value - 0.5) < TOLERANCE:
                for later in range(place + 1, len(values)):
                    if values[later] is not None and values[later] < value:
                        return (self.days[place] + self.days[later]) / 2.0
            return self.days[place]
        return None

    def _symmetric(self, conf_level):
        first = next((i for i, s in enumerate(self.s) if s <= 0.5 + TOLERANCE), None)
        if first is None:
            return None, None, None
        day, s = self.days[first], self.s[first]
        falls = [(d, v) for d, v, e in zip(self.days, self.s, self.events, strict=True) if e]
        before = [pair for pair in falls if pair[1] >= 0.55 - TOLERANCE]
        after = [pair for pair in falls if pair[1] <= 0.45 + TOLERANCE]
        u_day, u = before[-1] if before else (0, 1.0)
        if not after or s <= 0.0 or after[0][0] <= u_day:
            return day, None, None
        slope = (u - after[0][1]) / (after[0][0] - u_day)
        half = z_of(conf_level) * s * math.sqrt(self.variance[first]) / slope
        return day, max(0.0, day - half), day + half

    def mean(self, tau):
        """Return the area under S up to tau, and its standard error."""
        inside = [i for i, day in enumerate(self.days) if day < tau]
        edges = [0.0, *(self.days[i] for i in inside), tau]
        heights = [1.0, *(self.s[i] for i in inside)]
        areas = [height * (edges[i + 1] - edges[i]) for i, height in enumerate(heights)]
        spread = 0.0
        for k, i in enumerate(inside):
            if self.events[i] and self.s[i] > 0.0:
                own = self.variance[i] - (self.variance[i - 1] if i else 0.0)
                spread += math.fsum(areas[k + 1 :]) ** 2 * own
        return math.fsum(areas), math.sqrt(spread)


class Incidence:
    """The cumulative incidence of one cause by Aalen and Johansen, with the variance of R's cuminc."""

    def __init__(self, days, status, cause):
        self.last = max(days)
        self.days = np.array(sorted(set(days.tolist())))
        own = np.array([((days == day) & (status == cause)).sum() for day in self.days], dtype=float)
        other = np.array([((days == day) & (status == 3 - cause)).sum() for day in self.days], dtype=float)
        n = np.array([(days >= day).sum() for day in self.days], dtype=float)
        free = np.cumprod((n - own - other) / n)
        before = np.concatenate(([1.0], free[:-1]))
        f = np.cumsum(before * own / n)
        self.f = np.where(f > 1.0 - 1e-12, 1.0, f)
        self._parts = own, other, n, free, before

    @cached_property
    def variance(self):
        """The variance of F on each day: how far each earlier leaving moves it, squared and summed."""
        own, other, n, free, before = self._parts
        own_step, other_step = (
            before**2 * left / n**2 * np.where(left > 1, 1.0 - (left - 1) / np.maximum(n - 1, 1), 1.0)
            for left in (own, other)
        )
        inverse = np.array([1.0 / s if s > 0.0 else 0.0 for s in free])
        other_step = np.where(free > 0.0, other_step, 0.0)
        found = np.zeros(len(self.days))
        for t in range(len(self.days)):
            if own[t] == 0:
                found[t] = found[t - 1] if t else 0.0
                continue
            upto = slice(0, t + 1)
            gap = (self.f[upto] - self.f[t]) * inverse[upto]
            found[t] = ((1.0 + gap) ** 2 * own_step[upto] + gap**2 * other_step[upto]).sum()
        return found

    def at(self, day, conf_level):
        """Return F, variance and log-log limits at a day; nothing beyond the last time."""
        place = int((self.days <= day).sum()) - 1
        if day > self.last:
            return None, None, None, None
        if place < 0:
            return 0.0, 0.0, None, None
        return float(self.f[place]), float(self.variance[place]), *self.limits(place, conf_level)

    def middle(self):
        """Return the median alone."""
        return self._first(self.f.tolist())

    def limits(self, place, conf_level):
        """Return the log-log limits of F."""
        f, variance = float(self.f[place]), float(self.variance[place])
        if not 0.0 < f < 1.0:
            return None, None
        return limits_of_s(f, variance / f**2, "log-log", conf_level)

    def median(self, conf_level):
        """Return the first day with F at least one half, and those on which its limits reach it."""
        limits = [self.limits(place, conf_level) for place in range(len(self.days))]
        curves = (self.f.tolist(), [high for _, high in limits], [low for low, _ in limits])
        return tuple(self._first(curve) for curve in curves)

    def _first(self, curve):
        pairs = zip(self.days.tolist(), curve, strict=True)
        return next((day for day, f in pairs if f and f >= 0.5 - TOLERANCE), None)
