"""Cells to values: text in, typed by the contract; what cannot be converted names its rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gepnet_core.contract import Column, Value
from gepnet_core.errors import quoted
from gepnet_core.intake.dates import CellRefused, DateFormat, read_date
from gepnet_core.view import plain_number

# the contract's own rules where a bound has one
RANGE_RULES = {"ki67_percent": "ki67-range", "ctcae_grade": "ctcae-grade"}


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a file spells values: decimal mark, words for missing (any case), and date formats.

    `formats` holds the format of single columns, `date_format` that of all others.
    """

    decimal: str = "."
    missing: tuple[str, ...] = ()
    date_format: DateFormat = DateFormat.ISO
    formats: Mapping[str, DateFormat] = field(default_factory=dict)

    def is_missing(self, text: str) -> bool:
        """Return True where a cell says that nothing is recorded."""
        return not text or text.casefold() in {word.strip().casefold() for word in self.missing}

    def format_of(self, column: str) -> DateFormat:
        """Return the format of a column's dates."""
        return self.formats.get(column, self.date_format)


PLAIN = Spelling()


def convert(column: Column, text: str, spelling: Spelling = PLAIN, source: str = "") -> Value:
    """Return the value that a cell spells; ids are text whatever they look like.

    `source` is the column's name in the file where it differs from the contract's.

    Raises
    ------
    CellRefused
        With the rule, what is wrong and the remedy.
    """
    text = text.strip()
    if column.is_id:
        if not text:
            raise CellRefused("id-empty", "is empty. Fill it in or remove the row.")
        return text
    if spelling.is_missing(text):
        if column.required:
            raise CellRefused("cell-empty", "is empty. Fill it in or remove the row.")
        return None
    if column.allowed and text not in column.allowed:
        raise CellRefused("value-not-allowed", f"{quoted(text)} is not one of {', '.join(column.allowed)}.")
    if column.sql_type == "DATE":
        return read_date(text, spelling.format_of(source or column.name))
    if column.sql_type in ("INTEGER", "DOUBLE"):
        return _number(column, text, spelling.decimal)
    return text


def _number(column: Column, text: str, decimal: str) -> Value:
    number = read_number(text, decimal)
    if column.sql_type == "INTEGER" and number != int(number):
        raise CellRefused("number", f"{quoted(text)} is not a whole number.")
    low, high = column.low, column.high
    if (low is not None and number < low) or (high is not None and number > high):
        rule = RANGE_RULES.get(column.name, "number-range")
        raise CellRefused(rule, f"{quoted(text)} is not between {low:g} and {high:g}.")
    return int(number) if column.sql_type == "INTEGER" else number


def read_number(text: str, decimal: str = ".") -> float:
    """Return a finite number written with digits and this decimal mark; no mark between thousands.

    Raises
    ------
    CellRefused
        Where it is anything else.
    """
    plain = text
    if decimal == ",":
        plain = text.replace(",", ".", 1) if "." not in text else "not a number"
    number = plain_number(plain)
    if number - number != 0.0:
        mark = "comma" if decimal == "," else "point"
        other = ", or say that it is the decimal mark" if _other_mark(text, decimal) else ""
        raise CellRefused(
            "number", f"{quoted(text)} is not a number. Write it with digits and a decimal {mark}{other}."
        )
    return number


def _other_mark(text: str, decimal: str) -> bool:
    """Return True where the text is a number if the other character is the decimal mark."""
    other = "," if decimal == "." else "."
    swapped = text.replace(other, ".") if text.count(other) == 1 and decimal not in text else ""
    return plain_number(swapped) == plain_number(swapped)
