"""Dates as files spell them: a format is told or follows from the column, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from gepnet_core.errors import OptionRefused, quoted

MONTHS = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)
}
MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?(Z|\+00:00)?$")
CLOCK = re.compile(r"[T ][0-9]{1,2}:[0-9]{2}")
SHORT_YEAR = re.compile(r"[0-9]{1,2}([./ -])([0-9]{1,2}|[A-Za-z]{3})\1[0-9]{2}|[0-9]{2}[A-Za-z]{3}[0-9]{2}")
SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?")
FIRST_DAY, LAST_DAY = date(1850, 1, 1), date(2150, 12, 31)


class CellRefused(OptionRefused):
    """A cell breaks a rule; `rule` is its id."""

    def __init__(self, rule: str, words: str) -> None:
        super().__init__(words)
        self.rule = rule


class DateFormat(StrEnum):
    """How a column spells a day. Days and months may have one digit, years have four."""

    ISO = "YYYY-MM-DD"
    YMD_SLASH = "YYYY/MM/DD"
    COMPACT = "YYYYMMDD"
    DMY_DOT = "DD.MM.YYYY"
    DMY_SLASH = "DD/MM/YYYY"
    MDY_SLASH = "MM/DD/YYYY"
    DMY_DASH = "DD-MM-YYYY"
    MDY_DASH = "MM-DD-YYYY"
    NAMED = "DD-MON-YYYY"

    @classmethod
    def orders(cls) -> tuple[tuple[DateFormat, DateFormat], ...]:
        """Return the formats that differ in the order of day and month alone: day first, month first."""
        return (cls.DMY_SLASH, cls.MDY_SLASH), (cls.DMY_DASH, cls.MDY_DASH)

    def parts(self, text: str) -> tuple[int, int, int] | None:
        """Return year, month and day as `text` spells them, whether or not the calendar has that day."""
        found = PATTERNS[self].fullmatch(text)
        if found is None:
            return None
        named = found.groupdict()
        month = MONTHS.get(named["m"].lower(), 0) if self is DateFormat.NAMED else int(named["m"])
        return int(named["y"]), month, int(named["d"])


_Y, _M, _D = r"(?P<y>[0-9]{4})", r"(?P<m>[0-9]{1,2})", r"(?P<d>[0-9]{1,2})"
PATTERNS = {
    DateFormat.ISO: re.compile(rf"{_Y}-(?P<m>[0-9]{{2}})-(?P<d>[0-9]{{2}})", re.ASCII),
    DateFormat.YMD_SLASH: re.compile(rf"{_Y}/{_M}/{_D}", re.ASCII),
    DateFormat.COMPACT: re.compile(rf"{_Y}(?P<m>[0-9]{{2}})(?P<d>[0-9]{{2}})", re.ASCII),
    DateFormat.DMY_DOT: re.compile(rf"{_D}\.{_M}\.{_Y}", re.ASCII),
    DateFormat.DMY_SLASH: re.compile(rf"{_D}/{_M}/{_Y}", re.ASCII),
    DateFormat.MDY_SLASH: re.compile(rf"{_M}/{_D}/{_Y}", re.ASCII),
    DateFormat.DMY_DASH: re.compile(rf"{_D}-{_M}-{_Y}", re.ASCII),
    DateFormat.MDY_DASH: re.compile(rf"{_M}-{_D}-{_Y}", re.ASCII),
    DateFormat.NAMED: re.compile(rf"{_D}[- ]?(?P<m>[A-Za-z]{{3}})[- ]?{_Y}", re.ASCII),
}


def read_date(text: str, spelled: DateFormat = DateFormat.ISO) -> date:
    """Return the day that a cell spells in this format, or in ISO's, which no other can be confused with.

    Raises
    ------
    CellRefused
        With the rule that is broken: not a date, not in the calendar, two-digit year, a spreadsheet's day
        number, a time of day, or a year out of reach.
    """
    text = MIDNIGHT.sub("", text.strip())
    parts = spelled.parts(text) or DateFormat.ISO.parts(text)
    if parts is None:
        raise CellRefused(*_why(text, spelled))
    try:
        day = date(*parts)
    except ValueError:
        raise CellRefused(
            "date", f"{quoted(text)} is not a date: the calendar has no such day in {spelled}. Correct it."
        ) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise CellRefused("date-range", f"{day} cannot be the date of a patient's record. Correct the year.")
    return day


def _why(text: str, spelled: DateFormat) -> tuple[str, str]:
    """Return the rule that a cell breaks which does not fit its format, and words."""
    if CLOCK.search(text):
        return "date-time", f"{quoted(text)} has a time of day. Days are whole here: cut the time off."
    if SHORT_YEAR.fullmatch(text):
        return "date-two-digit-year", f"{quoted(text)} has a year of two digits. Write it with four."
    if SERIAL.fullmatch(text):
        return (
            "date-serial",
            f"{quoted(text)} is a day number of SAS or a spreadsheet, not a date. Format the column as a date.",
        )
    other = " Or say the date format of the file." if fitting([text]) else ""
    return "date", f"{quoted(text)} is not a date. Write it as {spelled}.{other}"


def fitting(values: Iterable[str]) -> list[DateFormat]:
    """Return the formats in which every value is a day of the calendar; none where there is no value."""
    left = list(DateFormat)
    seen = False
    for value in values:
        seen = True
        left = [spelled for spelled in left if _fits(value, spelled)]
        if not left:
            break
    return left if seen else []


def _fits(value: str, spelled: DateFormat) -> bool:
    parts = spelled.parts(MIDNIGHT.sub("", value.strip()))
    if parts is None:
        return False
    try:
        date(*parts)
    except ValueError:
        return False
    return True


def settled(values: Iterable[str]) -> tuple[DateFormat | None, list[DateFormat]]:
    """Return the one reading of a column, or None, and every format that fits.

    Formats that read every value as the same day are one reading: 05/05/2014 is no question.
    """
    held = sorted(set(values))
    fits = fitting(held)
    if not fits:
        return None, []
    readings = {tuple(spelled.parts(MIDNIGHT.sub("", value.strip())) for value in held) for spelled in fits}
    return (fits[0] if len(readings) == 1 else None), fits
