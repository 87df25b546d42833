"""How a file is read as text, and one table of it: what every format becomes first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

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
        The column names, blanks around them cut off; each named, no two alike whatever their case.
    line
        The line of the header (a workbook: its row).
    rows
        Each record with the line on which it starts; read once, lazily. All have as many cells as the header:
        a row that has not is reported and left out.
    comments
        The lines above the header that start with "#", without it.
    hidden
        Whether a workbook hides it from who opens it.
    """

    file: str
    name: str
    header: list[str]
    line: int
    rows: Iterator[tuple[int, list[str]]]
    comments: list[str] = field(default_factory=list)
    hidden: bool = False
