"""How a file is read as text, and one table of it: what every format becomes first."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from gepnet_core.errors import FileRefused, quoted

ENCODINGS = ("utf-8", "utf-16", "cp1252")
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
DECIMALS = {"point": ".", "comma": ","}


@dataclass(frozen=True, slots=True)
class Reading:
    """How bytes become text.

    Parameters
    ----------
    encoding
        One of ENCODINGS; empty: what a byte-order mark says, else UTF-8. cp1252 is never guessed.
    delimiter
        The character; empty: comma, semicolon or tab, as the header shows.
    decimal
        "." or ",": how numbers are written in text, and how a workbook's numbers are spelled; empty: nobody said.
    """

    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""

    @property
    def mark(self) -> str:
        """The decimal mark: a point where nobody said."""
        return self.decimal or "."

    def over(self, other: Reading) -> Reading:
        """Return what is said here, and of the rest what the other says."""
        return Reading(
            self.encoding or other.encoding,
            self.delimiter or other.delimiter,
            self.decimal or other.decimal,
        )


@dataclass(slots=True)
class Sheet:
    """One table of a file, every cell as text.

    Parameters
    ----------
    file
        Its name in messages: "patients.csv", or "cohort.xlsx, sheet patients".
    name
        The name of the table alone: "patients".
    header
        The column names, blanks around them cut off, no two alike; those that differ only in case are two. Of a
        name that stands on several columns the later ones carry a number: "size (2)".
    line
        The line of the header (a workbook: its row).
    rows
        Each record with the line on which it starts; read once, lazily. All have as many cells as the header:
        a row that has not is reported and left out.
    comments
        The lines above the header that start with "#", without it.
    hidden
        Whether a workbook hides it from who opens it.
    twice
        The names that stand on several columns, as they are written.
    """

    file: str
    name: str
    header: list[str]
    line: int
    rows: Iterator[tuple[int, list[str]]]
    comments: list[str] = field(default_factory=list)
    hidden: bool = False
    twice: frozenset[str] = frozenset()

    def check_single(self, needed: Collection[str], *, any_case: bool) -> None:
        """Refuse a name that is needed and stands on several columns; others may stand as often as they like.

        `any_case` True: the names are read whatever their case.

        Raises
        ------
        FileRefused
            Rule "header-duplicate".
        """
        asked = {name.casefold() for name in needed} if any_case else set(needed)
        seen: dict[str, str] = {}
        for name in [*self.header, *sorted(self.twice)]:
            key = name.casefold() if any_case else name
            if key not in asked:
                continue
            before = seen.setdefault(key, name)
            if before != name or name in self.twice:
                words = (
                    "stands on several columns"
                    if name in self.twice
                    else f"is {quoted(before)} as well: the case of this name does not count"
                )
                raise FileRefused(
                    self.file,
                    f"{words}. Rename or remove one of the two.",
                    line=self.line,
                    column=name,
                    rule="header-duplicate",
                    value=name,
                )
