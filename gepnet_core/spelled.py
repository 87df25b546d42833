"""The values of a link or an option as text: each is read strictly, or refused with what would do."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date

from gepnet_core.errors import OptionRefused, quoted
from gepnet_core.vocabulary import DATASET_NAME

LONGEST_WINDOW = 365
# groups of three digits behind a mark, in one of the ways in which people write thousands
GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:([.,' ’\u00a0\u202f])[0-9]{3}(?:\1[0-9]{3})*)(?:[.,][0-9]*)?")
TWO_WAYS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")


def parse_date(text: str) -> date:
    """Return the ISO calendar date that `text` spells; raise OptionRefused otherwise."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:
        raise OptionRefused(f"{quoted(text)} is not a date. Write it as YYYY-MM-DD.")
    return found


def parse_level(text: str) -> float:
    """Return a confidence level strictly between 0 and 1; raise OptionRefused otherwise."""
    level = typed_number(text)
    if not 0.0 < level < 1.0:
        raise OptionRefused(
            f"{quoted(text)} is not a confidence level. Give a number between 0 and 1, as 0.95."
        )
    return level


def plain_number(text: str) -> float:
    """Return the number that plain digits, sign, point and exponent spell; NaN for anything else."""
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", text):
        return math.nan
    return float(text)


def typed_number(text: str) -> float:
    """Return the number that a person typed, with a decimal point or a decimal comma; NaN for anything else.

    A point is always a decimal point: "1.234" is a little more than one.

    Raises
    ------
    OptionRefused
        If there are marks of thousands ("1.234,5", "1,234.5", "1 234"), or a comma that may be one ("1,234").
    """
    if TWO_WAYS.fullmatch(text):
        raise OptionRefused(
            f"{quoted(text)} can be read in two ways. Write {text.replace(',', '.')} or {text.replace(',', '')}."
        )
    found = plain_number(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    if math.isnan(found) and GROUPED.fullmatch(text):
        raise OptionRefused(
            f"{quoted(text)} has a mark between thousands. Write the digits without it, as 1234.5."
        )
    return found


def number_text(value: float | None) -> str:
    """Return a number as a field shows it, without loss: "2.5", "12" for 12.0, "" for None."""
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else repr(value)


def whole_from(low: int, high: int) -> Callable[[str], int]:
    """Return the reader of a whole number from `low` (0 or more) to `high`, which refuses any other text."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or len(text) > 6 or not low <= int(text) <= high:
            raise OptionRefused(f"{quoted(text)} is not a whole number from {low} to {high:,}.")
        return int(text)

    return read


def parse_dataset_name(text: str) -> str:
    """Return a data set's name; raise OptionRefused where it breaks the rule for names."""
    if not DATASET_NAME.fullmatch(text):
        raise OptionRefused(
            f"{quoted(text)} is not a data set name. Use up to 64 lower-case letters, digits, - and _, "
            "starting with a letter or a digit."
        )
    return text


def parse_horizon(text: str) -> int:
    """Return a horizon in whole months, 1 to 1,200; raise OptionRefused otherwise."""
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 1200:
        raise OptionRefused(f"{quoted(text)} is not a whole number of months from 1 to 1200.")
    return int(text)


def parse_months(text: str) -> float:
    """Return a time in months, above 0 and at most 1,200; raise OptionRefused otherwise."""
    months = typed_number(text)
    if not 0.0 < months <= 1200.0:
        raise OptionRefused(f"{quoted(text)} is not a number of months above 0 and up to 1200.")
    return months


def parse_window(text: str) -> int:
    """Return a window in whole days, 1 to 365; raise OptionRefused otherwise."""
    if not (text.isascii() and text.isdigit() and len(text) <= 3) or not 1 <= int(text) <= LONGEST_WINDOW:
        raise OptionRefused(f"{quoted(text)} is not a whole number of days from 1 to {LONGEST_WINDOW}.")
    return int(text)


def parse_yes_no(text: str) -> bool:
    """Return True for "yes" and False for "no"; raise OptionRefused otherwise."""
    if text not in ("yes", "no"):
        raise OptionRefused(f"{quoted(text)} is neither yes nor no.")
    return text == "yes"


def parse_part(text: str) -> int:
    """Return a whole number from 1 to 999,999; raise OptionRefused otherwise."""
    if not (text.isascii() and text.isdigit() and len(text) <= 6) or int(text) < 1:
        raise OptionRefused(f"{quoted(text)} is not a whole number from 1.")
    return int(text)


def parse_lines(text: str) -> int:
    """Return a number of systemic agents, 0 to 99; raise OptionRefused otherwise."""
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        raise OptionRefused(f"{quoted(text)} is not a whole number of agents from 0 to 99.")
    return int(text)


def parse_percent(text: str) -> float:
    """Return a percentage, 0 to 100; raise OptionRefused otherwise."""
    percent = typed_number(text)
    if not 0.0 <= percent <= 100.0:
        raise OptionRefused(f"{quoted(text)} is not a percentage from 0 to 100.")
    return percent
