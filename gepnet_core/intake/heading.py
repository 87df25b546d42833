"""The header of a table and the bounds its rows are held to, the same for every format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from gepnet_core.characters import fault
from gepnet_core.errors import FileRefused
from gepnet_core.formula_guard import unguarded
from gepnet_core.intake.limits import Limits
from gepnet_core.intake.report import Report
from gepnet_core.vocabulary import VERSION_COLUMN

REPEATED_BY_REDCAP = frozenset({"complete?", "survey timestamp"})
SPLIT = "Split it or leave out what is not needed."


def is_ours(header: Sequence[str]) -> bool:
    """Return True for a table that this program wrote: its text cells carry the guard against formulas."""
    return VERSION_COLUMN in (name.strip() for name in header)


def checked(file: str, cells: Sequence[str], line: int, limits: Limits, *, hint: str = "") -> list[str]:
    """Return the column names, blanks around them (and the guard of our own files) cut off.

    Parameters
    ----------
    hint
        What else to say where the last column has no name.

    Raises
    ------
    FileRefused
        If a column has no name, two have one name whatever its case, or there are more than may be.
    """
    too_many(file, len(cells), limits.columns, "columns", line)
    header = [cell.strip() for cell in cells]
    if is_ours(header):
        header = [unguarded(name).strip() for name in header]
    for place, name in enumerate(header, start=1):
        if why := fault(name):
            reason = f"column {place}: its name {why}"
            raise FileRefused(file, reason, line=line, rule="character", value=name)
    header = _numbered(header)
    seen: set[str] = set()
    for place, name in enumerate(header, start=1):
        if not name:
            more = f" {hint}" if hint and place == len(header) else ""
            if len(header) > 2 and not any(header[1:]):
                more = " If this is a title above the header, remove the line."
            reason = f"column {place} has no name. Name it or remove it.{more}"
            raise FileRefused(file, reason, line=line, rule="header-name")
        if len(name) > limits.cell_chars:
            too_many(file, len(name), limits.cell_chars, "characters in a column name", line)
        if name.lower() in seen:
            reason = "appears twice (upper and lower case are the same). Remove one of the two."
            raise FileRefused(file, reason, line=line, column=name, rule="header-duplicate", value=name)
        seen.add(name.lower())
    return header


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
    rows: Iterable[tuple[int, list[str]]], file: str, header: Sequence[str], report: Report, limits: Limits
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows as long as their number and the length of each cell stay within the limits.

    After a cell with a character that no document can hold no row is given: what is left is looked through for
    more of them, which go into the report.

    Raises
    ------
    FileRefused
        At the first row or cell beyond a bound: what follows it is not counted. At the end, where a cell holds
        such a character.
    """
    last: FileRefused | None = None
    most = min(limits.rows, limits.cells // len(header))
    for count, (line, cells) in enumerate(rows, start=1):
        if count > most:
            bound = f"{limits.rows:,} rows" if count > limits.rows else f"{limits.cells:,} cells"
            reason = f"has more than {bound}, the most of an import. {SPLIT}"
            raise FileRefused(file, reason, line=line, rule="file-limit")
        longest = max(map(len, cells))
        if longest > limits.cell_chars:
            too_many(file, longest, limits.cell_chars, "characters in one cell", line)
        if not "".join(cells).isprintable():
            for name, cell in zip(header, cells, strict=True):
                if why := fault(cell):
                    if last is not None:
                        report.take(last)
                    last = FileRefused(file, why, line=line, column=name, rule="character", value=cell)
        if last is None:
            yield line, cells
    if last is not None:
        raise last
