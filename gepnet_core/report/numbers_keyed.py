"""A number of a report with the key that names it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

ALL = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A value, and where it stands: section, group (empty: all), quantity, and at what (a day, a level, a term).

    None stands for what is not reached or not estimable.
    """

    section: str
    group: str
    quantity: str
    at: str
    value: float | None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names the number."""
        return self.section, self.group, self.quantity, self.at


def keyed(found: Iterable[Number]) -> list[Number]:
    """Return the numbers, infinite ones as None; raise ValueError where two have one key."""
    rows = [
        number if number.value is None or math.isfinite(number.value) else replace(number, value=None)
        for number in found
    ]
    if len({number.key for number in rows}) < len(rows):
        keys = [number.key for number in rows]
        raise ValueError(f"two numbers have one key: {next(key for key in keys if keys.count(key) > 1)}")
    return rows


def day_text(day: float) -> str:
    """Return a day as the text that stands in keys: without a point where it is whole."""
    return str(int(day)) if day == int(day) else repr(float(day))
