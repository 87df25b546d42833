"""The estimates a second time: plain Python on single patients, exact wherever the result is a fraction.

It follows the definitions in words, shares no code with the project, and is as slow as it is simple.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist

CENSORED, EVENT, COMPETING = 0, 1, 2
MARKS = {"+": CENSORED, "d": COMPETING}
TOLERANCE = 1.5e-8

Time = tuple[int, int]  # days, status
Limits = tuple[float | None, float | None]
Interval = tuple[float | None, float | None, float | None]  # estimate, lower, upper


def times(text: str) -> list[Time]:
    """Read times as R prints them: "5" is an event on day 5, "5+" a censoring, "5d" a competing death."""
    return [(int(word.rstrip("+d")), MARKS.get(word[-1], EVENT)) for word in text.split()]


def tally(leaving: Sequence[Time]) -> tuple[list[int], list[int], list[int], list[int]]:
    """Return the distinct days, and on each how many were censored, had the event, died before it."""
    days = sorted({day for day, _ in leaving})
    censored, events, competing = ([leaving.count((day, status)) for day in days] for status in (0, 1, 2))
    return days, censored, events, competing


@dataclass(frozen=True)
class Step:
    """S after a day, and Greenwood's variance of log S (None at S = 0)."""

    day: int
    survival: Fraction
    variance: Fraction | None


def product_limit(leaving: Sequence[Time]) -> list[Step]:
    """Return one step for each distinct day; events come before the censorings of their day."""
    steps, survival, variance = [], Fraction(1), Fraction(0)
    for day in sorted({day for day, _ in leaving}):
        present = at_risk(leaving, day)
        falling = sum(time == (day, EVENT) for time in leaving)
        survival *= 1 - Fraction(falling, present)
        if survival:
            variance += Fraction(falling, present * (present - falling))
        steps.append(Step(day, survival, variance if survival else None))
    return steps


def at_risk(leaving: Sequence[Time], day: float) -> int:
    """Count those whose time is at least `day`."""
    return sum(days >= day for days, _ in leaving)


def left_before(leaving: Sequence[Time], day: float, status: int) -> int:
    """Count those who left before `day` with this status."""
    return sum(days < day and found == status for days, found in leaving)


def survival_at(leaving: Sequence[Time], day: float) -> Step | None:
    """Return S at `day`, or None beyond the last time unless S = 0 there."""
    passed = [step for step in product_limit(leaving) if step.day <= day]
    last = max(days for days, _ in leaving)
    if day > last and passed[-1].survival > 0:
        return None
    return passed[-1] if passed else Step(0, Fraction(1), Fraction(0))


def incidence_at(leaving: Sequence[Time], day: float, cause: int = EVENT) -> Fraction | None:
    """Return the share with the cause by `day` where the other cause competes; None beyond the last time."""
    if day > max(days for days, _ in leaving):
        return None
    share, free = Fraction(0), Fraction(1)
    for here in sorted({days for days, _ in leaving if days <= day}):
        present = at_risk(leaving, here)
        share += free * Fraction(leaving.count((here, cause)), present)
        free *= 1 - Fraction(leaving.count((here, EVENT)) + leaving.count((here, COMPETING)), present)
    return share


def limits(step: Step, conf_type: str, conf_level: float) -> Limits:
    """Return the limits of S on a scale; none at S = 0, nor at S = 1 where the scale is 0 / 0 there."""
    if step.survival == 0 or (step.survival == 1 and conf_type in ("log-log", "logit", "arcsin")):
        return None, None
    assert step.variance is not None
    s, z = float(step.survival), NormalDist().inv_cdf((1 + conf_level) / 2)
    se = z * math.sqrt(step.variance)  # of log S
    if conf_type in ("plain", "spss"):
        low, high = s * (1 - se), s * (1 + se)
    elif conf_type == "log":
        low, high = s * math.exp(-se), s * math.exp(se)
    elif conf_type == "log-log":
        power = math.exp(se / abs(math.log(s)))
        low, high = s**power, s ** (1 / power)
    elif conf_type == "logit":
        odds, factor = s / (1 - s), math.exp(se / (1 - s))
        low, high = odds / factor / (1 + odds / factor), odds * factor / (1 + odds * factor)
    else:
        assert conf_type == "arcsin"
        angle, half = math.asin(math.sqrt(s)), se / 2 * math.sqrt(s / (1 - s))
        low = math.sin(max(angle - half, 0)) ** 2
        high = math.sin(min(angle + half, math.pi / 2)) ** 2
    return max(low, 0.0), min(high, 1.0)


def crossing(
    points: Iterable[tuple[int, Fraction | float | None]], level: Fraction, tolerance: float = 0
) -> float | None:
    """Return the first day on which a falling curve is at most `level`, or the midpoint of a rest on it."""
    reached = [(day, value) for day, value in points if value is not None and value <= level + tolerance]
    if not reached:
        return None
    day, value = reached[0]
    lower = [later for later, below in reached if below < value]
    rests = abs(value - level) <= tolerance
    return (day + lower[0]) / 2 if rests and lower else float(day)


def quantile(leaving: Sequence[Time], share: Fraction, conf_type: str, conf_level: float) -> Interval:
    """Return the day by which `share` had the event, with its limits."""
    level, steps = 1 - share, product_limit(leaving)
    if conf_type == "spss":
        return symmetric(leaving, share, conf_level)
    bounds = [limits(step, conf_type, conf_level) for step in steps]
    days = [step.day for step in steps]
    return (
        crossing([(step.day, step.survival) for step in steps], level),
        crossing(zip(days, [low for low, _ in bounds], strict=True), level, TOLERANCE),
        crossing(zip(days, [high for _, high in bounds], strict=True), level, TOLERANCE),
    )


def symmetric(leaving: Sequence[Time], share: Fraction, conf_level: float) -> Interval:
    """Return the quantile with the interval t -/+ z SE(S) (l - u) / (S(u) - S(l))."""
    level, window = 1 - share, Fraction(5, 100)
    falls = [step for step in product_limit(leaving) if (step.day, EVENT) in leaving]
    reached = [step for step in falls if step.survival <= level]
    if not reached:
        return None, None, None
    here = reached[0]
    above = [step for step in falls if step.survival >= level + window]
    below = [step for step in falls if step.survival <= level - window]
    before = above[-1] if above else Step(0, Fraction(1), Fraction(0))
    if here.variance is None or not below or below[0].day == before.day:
        return float(here.day), None, None
    slope = (before.survival - below[0].survival) / (below[0].day - before.day)
    error = float(here.survival) * math.sqrt(here.variance) / float(slope)
    half = NormalDist().inv_cdf((1 + conf_level) / 2) * error
    return float(here.day), max(0.0, here.day - half), here.day + half


def reverse(leaving: Sequence[Time]) -> list[Time]:
    """Return the times of follow-up: the end of observation is the event, event and death are censored."""
    return [(day, EVENT if status == CENSORED else CENSORED) for day, status in leaving]


def under(leaving: Sequence[Time], death: str) -> list[Time]:
    """Return the times under a death rule."""
    as_event = death == "event"
    return [(day, EVENT if as_event and status == COMPETING else status) for day, status in leaving]


def observed_median(leaving: Sequence[Time]) -> float:
    """Return the middle time, or the mean of the two in the middle."""
    days = sorted(day for day, _ in leaving)
    half = len(days) // 2
    return float(days[half]) if len(days) % 2 else (days[half - 1] + days[half]) / 2


@dataclass(frozen=True)
class Patient:
    """A patient as a file has them: treatment, two dates and how the time ended."""

    arm: str
    start: date
    end: date
    status: int

    def time(self, offset: int) -> Time:
        """Return days and status; `offset` 1 counts the first day as day 1."""
        return (self.end - self.start).days + offset, self.status


def known_by(patients: Iterable[Patient], cutoff: date | None) -> list[Patient]:
    """Return the patients as they stood at the end of the day `cutoff`."""
    if cutoff is None:
        return list(patients)
    return [
        patient if patient.end <= cutoff else replace(patient, end=cutoff, status=CENSORED)
        for patient in patients
        if patient.start <= cutoff
    ]


def in_window(patients: Iterable[Patient], first: date | None, last: date | None) -> list[Patient]:
    """Return the patients whose index date lies in the window, both ends included."""
    return [
        patient
        for patient in patients
        if (first is None or patient.start >= first) and (last is None or patient.start <= last)
    ]


def write_adtte(path: Path, patients: Sequence[Patient], offset: int, order: Sequence[int] = ()) -> Path:
    """Write the patients as an ADTTE file, in the order given, and return its path."""
    with path.open("w", newline="", encoding="utf-8") as handle:
        out = csv.writer(handle)
        out.writerow(["USUBJID", "TRTP", "PARAMCD", "PARAM", "STARTDT", "ADT", "AVAL", "AVALU", "CNSR"])
        for place in order or range(len(patients)):
            patient = patients[place]
            days, status = patient.time(offset)
            cnsr = {EVENT: 0, CENSORED: 1, COMPETING: 2}[status]
            out.writerow(
                [f"S{place:03}", patient.arm, "TTE", "Time", patient.start, patient.end, days, "DAYS", cnsr]
            )
    return path
