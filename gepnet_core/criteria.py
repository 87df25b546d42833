"""Conditions on what was known of a patient on the index date: each knows its SQL, its words and its link."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from gepnet_core.errors import OptionRefused, quoted
from gepnet_core.spelled import typed_number
from gepnet_core.sql_names import identifier
from gepnet_core.vocabulary import NOT_RECORDED


@dataclass(frozen=True, slots=True)
class OneOf:
    """A baseline column has one of these values, as text; "not recorded" stands for an empty cell.

    Raises
    ------
    OptionRefused
        If there is no value.
    """

    column: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise OptionRefused(f"A condition on {quoted(self.column)} names no value.")
        object.__setattr__(self, "values", tuple(sorted(set(self.values))))

    def where(self, table: str, place: int) -> tuple[str, dict[str, object]]:
        """Return the condition on `table` and its bound parameters; `place` tells conditions apart."""
        level = f"coalesce(CAST({table}.{identifier(self.column)} AS VARCHAR), '{NOT_RECORDED}')"
        return f"{level} IN (SELECT unnest($where_{place}))", {f"where_{place}": list(self.values)}

    def describe(self, label: Callable[[str, str | None], str]) -> str:
        """Return words; `label` gives those of a column (value None) and of a value."""
        shown = " or ".join(label(self.column, value) for value in self.values)
        return f"{label(self.column, None)}: {shown}"

    def to_text(self) -> str:
        """Return the condition as a link holds it: "sex:female"."""
        return ":".join(quote(part, safe=" ") for part in (self.column, *self.values))


@dataclass(frozen=True, slots=True)
class Between:
    """A numeric baseline column lies between `low` and `high`; None leaves that end open.

    `low` itself is part of the range and `high` itself is not, unless `low_in` and `high_in` say otherwise: the
    middle band of Ki-67 holds 3 and 20. An open end has neither.

    Raises
    ------
    OptionRefused
        If both ends are open, they run backwards, or nothing lies between them.
    """

    column: str
    low: float | None = None
    high: float | None = None
    low_in: bool = True
    high_in: bool = False

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise OptionRefused(f"A range of {quoted(self.column)} has no end.")
        if self.low is None:
            object.__setattr__(self, "low_in", True)
        if self.high is None:
            object.__setattr__(self, "high_in", False)
        if self.low is not None and self.high is not None:
            one_value = self.low == self.high and self.low_in and self.high_in
            if self.low >= self.high and not one_value:
                raise OptionRefused(
                    f"A range of {quoted(self.column)} runs from {self.low:g} to {self.high:g}."
                )

    def where(self, table: str, place: int) -> tuple[str, dict[str, object]]:
        """Return the condition on `table` and its bound parameters; an empty cell never meets it."""
        column = f"{table}.{identifier(self.column)}"
        terms, bound = [], {}
        for name, operator, value in (
            ("low", ">=" if self.low_in else ">", self.low),
            ("high", "<=" if self.high_in else "<", self.high),
        ):
            if value is not None:
                terms.append(f"coalesce({column} {operator} ${name}_{place}, FALSE)")
                bound[f"{name}_{place}"] = value
        return " AND ".join(terms), dict(bound)

    def describe(self, label: Callable[[str, str | None], str]) -> str:
        """Return words: "Ki-67 (%): from 3 to below 20", "Ki-67 (%): above 20"."""
        if self.low == self.high:
            return f"{label(self.column, None)}: {self.low:g}"
        ends = []
        if self.low is not None:
            ends.append(f"{'from' if self.low_in else 'above'} {self.low:g}")
        if self.high is not None:
            words = "to" if self.high_in else "to below" if ends else "below"
            ends.append(f"{'up ' if self.high_in and not ends else ''}{words} {self.high:g}")
        return f"{label(self.column, None)}: {' '.join(ends)}"

    def to_text(self) -> str:
        """Return the condition as a link holds it: "ki67_percent:3.0:20.0", "ki67_percent:3.0:=20.0".

        ">" before the lower end means that it is not part of the range, "=" before the upper one that it is.
        """
        low = "" if self.low is None else f"{'' if self.low_in else ABOVE}{float(self.low)!r}"
        high = "" if self.high is None else f"{UP_TO if self.high_in else ''}{float(self.high)!r}"
        return ":".join((quote(self.column, safe=" "), low, high))


ABOVE, UP_TO = ">", "="
Criterion = OneOf | Between


def parse_one_of(text: str) -> OneOf:
    """Return the condition that a link holds; raise OptionRefused for one that cannot be read."""
    column, *values = (unquote(part) for part in text.split(":"))
    if not column or not values or "" in values:
        raise OptionRefused(f"{quoted(text)} is not a column with its values, as sex:female.")
    return OneOf(column, tuple(values))


def parse_between(text: str) -> Between:
    """Return the range that a link holds; raise OptionRefused for one that cannot be read."""
    parts = text.split(":")
    if len(parts) != 3 or not parts[0]:
        raise OptionRefused(f"{quoted(text)} is not a column with two ends, as ki67_percent:3:20.")
    low, high = (part.removeprefix(sign) for part, sign in zip(parts[1:], (ABOVE, UP_TO), strict=True))
    return Between(
        unquote(parts[0]),
        _number(low, text) if parts[1] else None,
        _number(high, text) if parts[2] else None,
        low_in=not parts[1].startswith(ABOVE),
        high_in=parts[2].startswith(UP_TO),
    )


def _number(part: str, text: str) -> float:
    found = typed_number(part)
    if not math.isfinite(found):
        raise OptionRefused(f"{quoted(text)} has an end that is not a number.")
    return found
