"""Conditions on what was known of a patient on the index date: each knows its SQL, its words and its link."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from gepnet_core.errors import OptionRefused, quoted
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
    """A numeric baseline column is at least `low` and below `high`; None leaves that end open.

    Raises
    ------
    OptionRefused
        If both ends are open, or they run backwards.
    """

    column: str
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise OptionRefused(f"A range of {quoted(self.column)} has no end.")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise OptionRefused(f"A range of {quoted(self.column)} runs from {self.low:g} to {self.high:g}.")

    def where(self, table: str, place: int) -> tuple[str, dict[str, object]]:
        """Return the condition on `table` and its bound parameters; an empty cell never meets it."""
        column = f"{table}.{identifier(self.column)}"
        terms, bound = [], {}
        for name, operator, value in (("low", ">=", self.low), ("high", "<", self.high)):
            if value is not None:
                terms.append(f"coalesce({column} {operator} ${name}_{place}, FALSE)")
                bound[f"{name}_{place}"] = value
        return " AND ".join(terms), dict(bound)

    def describe(self, label: Callable[[str, str | None], str]) -> str:
        """Return words: "Ki-67 (%): from 3 to below 20"."""
        name = label(self.column, None)
        if self.low is None:
            return f"{name}: below {self.high:g}"
        if self.high is None:
            return f"{name}: from {self.low:g}"
        return f"{name}: from {self.low:g} to below {self.high:g}"

    def to_text(self) -> str:
        """Return the condition as a link holds it: "ki67_percent:3.0:20.0"."""
        ends = ("" if end is None else repr(float(end)) for end in (self.low, self.high))
        return ":".join((quote(self.column, safe=" "), *ends))


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
    ends = [None if not part else _number(part, text) for part in parts[1:]]
    return Between(unquote(parts[0]), *ends)


def _number(part: str, text: str) -> float:
    try:
        found = float(part)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise OptionRefused(f"{quoted(text)} has an end that is not a number.")
    return found
