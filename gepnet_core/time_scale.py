"""From months that are asked for to the days of the data, and back to words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gepnet_core.vocabulary import DAYS_PER_MONTH, DEFAULT_TIMES_MONTHS, TimeUnit

MOST_DECIMALS = 2  # a hundredth of a month is a third of a day: each whole day has such a number of months


@dataclass(frozen=True, slots=True)
class TimeScale:
    """How a time that is asked for becomes days.

    `whole` is True where the data came in months or years. Each of their times was rounded to a whole day, so a
    time that is asked for is rounded in the same way: 12 months are day 365, and who left after 12 months has
    left by then. Where the data came in days, 12 months are 365.25 days. `landmark` is the day at which the
    clock starts anew, 0 for none; months then run from there.
    """

    whole: bool = False
    landmark: float = 0.0

    def to_days(self, time: float, unit: TimeUnit = TimeUnit.MONTHS) -> float:
        """Return the days of a time in `unit`, counted from time zero or from the landmark."""
        if not self.whole:
            return unit.to_days(time)
        if unit is TimeUnit.DAYS:
            return float(round(time))
        start = TimeScale(whole=True).to_months(self.landmark) * DAYS_PER_MONTH if self.landmark else 0.0
        return float(round(start + time * unit.days) - round(start))  # half to even, as the data

    def to_months(self, day: float) -> float:
        """Return the months that mean a day: the number with the fewest decimals where the data are rounded."""
        months = day / DAYS_PER_MONTH
        for decimals in range(MOST_DECIMALS + 1):
            if self.to_days(found := round(months, decimals)) == day:
                return found
        # a landmark may start half a day before or after its whole day
        for found in (round(months + step / 100, MOST_DECIMALS) for step in (-1, 1, -2, 2)):
            if self.whole and self.to_days(found) == day:
                return found
        return months

    def in_unit(self, day: float, unit: TimeUnit) -> float:
        """Return a day in the unit that an answer is given in."""
        if unit is TimeUnit.MONTHS:
            return self.to_months(day)
        return self.to_months(day) / 12.0 if unit is TimeUnit.YEARS else day / unit.days

    def months_within(self, day: float, decimals: int = MOST_DECIMALS) -> float:
        """Return the largest number of months, with so many decimals, that does not go beyond a day."""
        parts: int = 10**decimals
        found = math.floor((day + 1.0) / DAYS_PER_MONTH * parts)
        while found > 0 and self.to_days(found / parts) > day:
            found -= 1
        return found / parts

    def label(self, day: float) -> str:
        """Return the months of a day in at most four digits: "12", "3.285"."""
        return f"{self.to_months(day):.4g}"

    @property
    def default_days(self) -> tuple[float, ...]:
        """The days of 6, 12, 24 and 36 months."""
        return tuple(self.to_days(months) for months in DEFAULT_TIMES_MONTHS)

    def from_landmark(self, day: float | None) -> TimeScale:
        """Return the scale of a clock that starts anew at a day; None: the same."""
        return self if day is None else TimeScale(self.whole, day)


def days_and_months(days: float, months: float) -> str:
    """Return a time as days and as months: "365 days (12.00 months)"."""
    return f"{days:,.10g} days ({months:,.2f} months)"
