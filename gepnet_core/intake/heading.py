"""The header of a table and the bounds its rows are held to, the same for every format."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gepnet_core.characters import fault
from gepnet_core.errors import FileRefused, listed, quoted
from gepnet_core.formula_guard import unguarded
from gepnet_core.intake.limits import Limits
from gepnet_core.intake.report import Report
from gepnet_core.vocabulary import VERSION_COLUMN

REPEATED_BY_REDCAP = frozenset({"complete?", "survey timestamp"})
ROW_NUMBER = re.compile(r"[0-9]{1,8}")
SPLIT = "Split it or leave out what is not needed."


def is_ours(header: Sequence[str]) -> bool:
    """Return True for a table that this program wrote: its text cells carry the guard against formulas."""
    return VERSION_COLUMN in (name.strip() for name in header)


@dataclass(frozen=True, slots=True)
class Heading:
    """The names of the columns as they stand, "" where one has none, and which of them are kept.

    `names` are those that are kept, no two alike; `twice` the names that stand on several columns. `hint` is what
    else to say where a column without a name holds values.
    """

    file: str
    line: int
    written: list[str]
    names: list[str]
    twice: frozenset[str]
    hint: str = ""

    @property
    def width(self) -> int:
        """How many columns there are, those without a name included."""
        return len(self.written)


def checked(file: str, cells: Sequence[str], line: int, limits: Limits, *, hint: str = "") -> Heading:
    """Return the heading of a table, blanks around the names (and the guard of our own files) cut off.

    Raises
    ------
    FileRefused
        If no column has a name, a name cannot be, or there are more columns than may be.
    """
    too_many(file, len(cells), limits.columns, "columns", line)
    header = [cell.strip() for cell in cells]
    if is_ours(header):
        header = [unguarded(name).strip() for name in header]
    for place, name in enumerate(header, start=1):
        if why := fault(name):
            reason = f"column {place}: its name {why}"
            raise FileRefused(file, reason, line=line, rule="character", value=name)
        if len(name) > limits.cell_chars:
            too_many(file, len(name), limits.cell_chars, "characters in a column name", line)
    if not any(header):
        reason = "no column has a name. Name each, or remove the line."
        raise FileRefused(file, reason, line=line, rule="header-name")
    header = _numbered(header)
    times = Counter(name for name in header if name)
    twice = frozenset(name for name, n in times.items() if n > 1)
    return Heading(file, line, header, apart([name for name in header if name]), twice, hint)


def apart_in_store(names: Sequence[str], file: str, report: Report) -> list[str]:
    """Return names of which no two differ in case alone, as columns of the store cannot; what changes is said."""
    found = apart(names, any_case=True)
    for name, called in zip(names, found, strict=True):
        if name != called:
            words = "differs from another column only in case: both are kept, and this one is called"
            report.note(f"{file}: {quoted(name)} {words} {quoted(called)}.")
    return found


def apart(names: Sequence[str], *, any_case: bool = False) -> list[str]:
    """Return names of which no two are alike: a later one gets a number, "size (2)".

    `any_case` True: names that differ only in case are alike.
    """

    def key(name: str) -> str:
        return name.lower() if any_case else name

    taken = {key(name) for name in names}
    found: list[str] = []
    seen: set[str] = set()
    for name in names:
        own, number = name, 1
        while key(own) in seen or (number > 1 and key(own) in taken):
            number += 1
            own = f"{name} ({number})"
        seen.add(key(own))
        found.append(own)
    return found


def _numbered(header: list[str]) -> list[str]:
    """Return the names with those numbered that REDCap's labelled exports repeat for each form."""
    times: Counter[str] = Counter()
    found = []
    for name in header:
        times[name.casefold()] += name.casefold() in REPEATED_BY_REDCAP
        n = times[name.casefold()]
        found.append(f"{name} {n}" if n > 1 else name)
    return found


def too_many(file: str, found: int, most: int, what: str, line: int | None = None) -> None:
    """Raise FileRefused where more was found than a bound allows; the message has both."""
    if found > most:
        reason = f"has {found:,} {what}; an import may have {most:,}. {SPLIT}"
        raise FileRefused(file, reason, line=line, rule="file-limit", value=str(found))


def bounded(
    rows: Iterable[tuple[int, list[str]]], heading: Heading, report: Report, limits: Limits
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows as long as their number and the length of each cell stay within the limits.

    Columns without a name are left aside, and the report says so: empty ones, and a first one that counts the rows,
    as R and pandas write it. After a cell with a character that no document can hold no row is given: what is left
    is looked through for more of them, which go into the report.

    Raises
    ------
    FileRefused
        At the first row or cell beyond a bound: what follows it is not counted. At the first value of a column
        without a name that is left aside for neither reason. At the end, where a cell holds such a character.
    """
    file = heading.file
    last: FileRefused | None = None
    most = min(limits.rows, limits.cells // heading.width)
    unnamed = _Unnamed(heading) if len(heading.names) < heading.width else None
    for count, (line, whole) in enumerate(rows, start=1):
        if count > most:
            bound = f"{limits.rows:,} rows" if count > limits.rows else f"{limits.cells:,} cells"
            reason = f"has more than {bound}, the most of an import. {SPLIT}"
            raise FileRefused(file, reason, line=line, rule="file-limit")
        cells = whole if unnamed is None else unnamed.without(line, whole)
        longest = max(map(len, cells))
        if longest > limits.cell_chars:
            too_many(file, longest, limits.cell_chars, "characters in one cell", line)
        if not "".join(cells).isprintable():
            for name, cell in zip(heading.names, cells, strict=True):
                if why := fault(cell):
                    if last is not None:
                        report.take(last)
                    last = FileRefused(file, why, line=line, column=name, rule="character", value=cell)
        if last is None:
            yield line, cells
    if last is not None:
        raise last
    if unnamed is not None:
        unnamed.say(report)
    for name in sorted(heading.twice):
        report.note(
            f"{file}: {quoted(name)} stands on several columns; the later ones are called {name} (2) ..."
        )


class _Unnamed:
    """The columns of a table that have no name, and whether they may be left aside."""

    def __init__(self, heading: Heading) -> None:
        self.heading = heading
        self.kept = [at for at, name in enumerate(heading.written) if name]
        self.places = [at for at, name in enumerate(heading.written) if not name]
        self.counts_rows = False
        self.seen = bytearray()

    def without(self, line: int, cells: list[str]) -> list[str]:
        """Return the cells of the columns that have a name."""
        for at in self.places:
            text = cells[at].strip()
            if text and not (at == 0 and self._is_next(text)):
                titled = len(self.kept) == 1 and self.heading.width > 2
                why = "holds a value" if at else "does not count the rows"
                more = (
                    " If this is a title above the header, remove the line." if titled else self.heading.hint
                )
                raise FileRefused(
                    self.heading.file,
                    f"column {at + 1} has no name and {why} (line {line}). Name it or remove it.{more}",
                    line=self.heading.line,
                    rule="header-name",
                    value=text,
                )
        return [cells[at] for at in self.kept]

    def _is_next(self, text: str) -> bool:
        """Return True for a whole number that no row before has."""
        if not ROW_NUMBER.fullmatch(text):
            return False
        number = int(text)
        if number >= len(self.seen):
            self.seen.extend(bytes(number + 1024 - len(self.seen)))
        if self.seen[number]:
            return False
        self.seen[number] = True
        self.counts_rows = True
        return True

    def say(self, report: Report) -> None:
        """Say which columns were left aside."""
        if self.counts_rows:
            report.note(f"{self.heading.file}: the first column has no name and counts the rows: left aside.")
        empty = [str(at + 1) for at in self.places if at or not self.counts_rows]
        if empty:
            what = "column" if len(empty) == 1 else "columns"
            report.note(
                f"{self.heading.file}: {what} {listed(empty)} without a name and without values: left aside."
            )
