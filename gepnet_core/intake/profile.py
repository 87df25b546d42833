"""What the columns of a table hold: how many values, which dates and numbers, which words for missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from gepnet_core.intake.dates import MIDNIGHT, DateFormat
from gepnet_core.spelled import plain_number

MOST_SHOWN = 30
MOST_KEPT = 1_000
LONGEST = 80
MOST_ODD = 3
MISSING_WORDS = frozenset(
    "na|n/a|n.a.|nan|null|none|nil|missing|unknown|unk|nd|n.d.|nk|.|./.|-|--|---|?|??|not available|"
    "not applicable|not known|not done|not recorded|[not available]|[not applicable]|[not evaluated]|"
    "[unknown]|k.a.|k. a.|ka|keine angabe|unbekannt|fehlt|entfällt".split("|")
)
MISSING_NUMBERS = frozenset("-1 -9 -99 -999 -9999 9 99 999 9999 -88 88 -77 0".split())


@dataclass(slots=True)
class ColumnProfile:
    """What one column holds.

    Parameters
    ----------
    n, empty
        Rows, and those of them that say nothing.
    distinct
        The most frequent values, up to 30, with their counts. Of a column with more than 1,000 values those
        are counted that came first; values are cut at 80 characters.
    n_distinct
        How many values there are; 1,000 means that many or more.
    date_formats, date_ambiguous
        The formats in which every value is a day, and whether they read different days.
    likely_dates
        Whether more than half of at least three values are days in one format, though not all are.
    nearly, nearly_fit, nearly_of, odd_dates
        For likely dates that no other format reads in part: the format of most, how many different values fit it
        and how many there are, and the first three that do not fit.
    number
        "whole", "decimal point" or "decimal comma" where every value is such a number, else empty.
    missing_words
        Words in a column of dates or numbers that are neither, and are known to stand for missing.
    """

    name: str
    n: int = 0
    empty: int = 0
    distinct: dict[str, int] = field(default_factory=dict)
    n_distinct: int = 0
    date_formats: list[DateFormat] = field(default_factory=list)
    date_ambiguous: bool = False
    likely_dates: bool = False
    nearly: str = ""
    nearly_fit: int = 0
    nearly_of: int = 0
    odd_dates: list[str] = field(default_factory=list)
    number: str = ""
    missing_words: list[str] = field(default_factory=list)

    @property
    def is_date(self) -> bool:
        """Whether every value is a day in one format, or so many that the others look like mistakes."""
        return bool(self.date_formats) or self.likely_dates

    def to_json(self) -> dict[str, Any]:
        """Return the profile as it stands in JSON."""
        return asdict(self) | {"date_formats": [spelled.value for spelled in self.date_formats]}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> ColumnProfile:
        """Return the profile that `to_json` told."""
        return cls(**told | {"date_formats": [DateFormat(word) for word in told["date_formats"]]})


def profile(
    sheet_header: Sequence[str], rows: Iterable[Sequence[str]], missing: Iterable[str] = ()
) -> list[ColumnProfile]:
    """Return the profile of each column.

    Parameters
    ----------
    rows
        The cells of each row, as many as the header has; read once, and only counted.
    missing
        Words that are known to say nothing, in any case.
    """
    known = {word.strip().casefold() for word in missing} | {""}
    columns = [_Column(name) for name in sheet_header]
    for cells in rows:
        for column, cell in zip(columns, cells, strict=True):
            column.n += 1
            text = cell.strip()
            if text.casefold() in known:
                column.empty += 1
            else:
                column.take(text)
    return [column.profile() for column in columns]


class _Column:
    """Takes the values of one column, and keeps no more of them than it must."""

    def __init__(self, name: str) -> None:
        self.name, self.n, self.empty = name, 0, 0
        self.counts: Counter[str] = Counter()
        self.aside: set[str] = set()
        self.formats = list(DateFormat)
        self.differ = False
        self.judged, self.fits = 0, Counter[DateFormat]()
        self.odd: dict[DateFormat, list[str]] = {spelled: [] for spelled in DateFormat}
        self.marks: set[str] = set()

    def take(self, text: str) -> None:
        """Take a value in; one that may stand for missing is set aside until the others are known."""
        shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
        if shown not in self.counts or len(text) > LONGEST:
            if text in MISSING_NUMBERS or text.casefold() in MISSING_WORDS:
                self.aside.add(text)
            else:
                self._judge(text)
        if shown in self.counts or len(self.counts) < MOST_KEPT:
            self.counts[shown] += 1

    def _judge(self, text: str) -> None:
        self.judged += 1
        readings = {spelled: _day(text, spelled) for spelled in DateFormat}
        self.fits.update(spelled for spelled, day in readings.items() if day is not None)
        for spelled, day in readings.items():
            if day is None and len(self.odd[spelled]) < MOST_ODD:
                self.odd[spelled].append(text[:LONGEST])
        self.formats = [spelled for spelled in self.formats if readings[spelled] is not None]
        self.differ |= len({readings[spelled] for spelled in self.formats}) > 1
        if "" not in self.marks:
            self.marks.add(number_kind(text))

    def profile(self) -> ColumnProfile:
        """Return what is known when all values were taken."""
        is_date = self.judged > 0 and bool(self.formats)
        likely = not is_date and self.judged > 2 and 2 * max(self.fits.values(), default=0) > self.judged
        nearly = next(iter(+self.fits)) if likely and len(+self.fits) == 1 else None
        marks, numbers = set(self.marks), {text for text in self.aside if text in MISSING_NUMBERS}
        if not is_date and numbers:
            marks.add("whole")
        words = set(self.aside) - (set() if is_date else numbers)
        number = "" if not marks or "" in marks else _one_mark(marks)
        ordered = sorted(self.counts.items(), key=lambda pair: (-pair[1], pair[0]))
        return ColumnProfile(
            self.name,
            self.n,
            self.empty,
            dict(ordered[:MOST_SHOWN]),
            len(self.counts),
            list(self.formats) if is_date else [],
            is_date and len(self.formats) > 1 and self.differ,
            likely,
            nearly or "",
            self.fits[nearly] if nearly else 0,
            self.judged if nearly else 0,
            list(self.odd[nearly]) if nearly else [],
            number,
            sorted(words) if is_date or likely or number else [],
        )


def number_kind(text: str) -> str:
    """Return "whole", "decimal point" or "decimal comma"; empty where a text is no number."""
    value = plain_number(text)
    if value == value:
        return "decimal point" if "." in text else "whole"
    if text.count(",") == 1 and "." not in text:
        value = plain_number(text.replace(",", "."))
    return "decimal comma" if value == value else ""


def _one_mark(marks: set[str]) -> str:
    """Return what a column of such numbers is; empty where it has both decimal marks."""
    decimals = marks - {"whole"}
    if len(decimals) > 1:
        return ""
    return next(iter(decimals), "whole")


def _day(text: str, spelled: DateFormat) -> date | None:
    parts = spelled.parts(MIDNIGHT.sub("", text))
    try:
        return date(*parts) if parts else None
    except ValueError:
        return None
