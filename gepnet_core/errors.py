"""What can go wrong, in words that may be shown as they stand.

CohortError
├── FileRefused          a file breaks a rule: file, line, column, reason
├── OptionRefused        an option or a link carries a value that cannot be used
│   └── ControlMissing   the data set has no such control (no dates, no such column)
├── DataSetUnknown       no data set, or no version of it, has this name
├── StoreDamaged         a stored version is not what was written
└── NothingLeft          the selection leaves no patient
"""

from __future__ import annotations

from collections.abc import Collection


class CohortError(Exception):
    """Base of every error whose message may be shown to the person who caused it."""


class FileRefused(CohortError):
    """A file breaks a rule; the message says file, line, column, reason and remedy in one line.

    `rule` is the id of the rule of an import, `value` what was found.
    """

    def __init__(
        self,
        file: str,
        reason: str,
        *,
        line: int | None = None,
        column: str | None = None,
        rule: str = "file-unreadable",
        value: str = "",
    ) -> None:
        self.file, self.reason, self.line, self.column = file, one_line(reason), line, column
        self.rule, self.value = rule, value
        super().__init__(f"{place(file, line, column)}: {self.reason}")


def place(file: str, line: int | None = None, column: str | None = None) -> str:
    """Return where something stands: file, line and column, as far as they are known."""
    parts = [file]
    if line is not None:
        parts.append(f"line {line}")
    if column:
        parts.append(f"column {column}")
    return ", ".join(parts)


class OptionRefused(CohortError):
    """An option or a link carries a value that cannot be used."""


class ControlMissing(OptionRefused):
    """The data set lacks what the option needs."""


class DataSetUnknown(CohortError):
    """No data set, or no version of it, has this name."""


class StoreDamaged(CohortError):
    """A stored version does not hold what was written."""


class NothingLeft(CohortError):
    """The selection, or a landmark, leaves no patient."""

    def __init__(self, said: str = "No patient matches these filters. Widen or clear one of them.") -> None:
        super().__init__(said)


def one_line(text: str) -> str:
    """Return `text` with every run of white space, line breaks included, as one blank."""
    return " ".join(text.split())


def quoted(value: str, limit: int = 40) -> str:
    """Return a found value for a message: quoted, printable and cut at `limit` characters."""
    shown = value if len(value) <= limit else value[: limit - 1] + "…"
    return f"'{printable(shown)}'"


def printable(text: str) -> str:
    """Return text in which nothing moves a cursor or ends a line."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def listed(words: Collection[str], most: int = 10) -> str:
    """Return words for a message, the first of them where there are many."""
    shown = ", ".join(list(words)[:most])
    return f"{shown} and {len(words) - most:,} more" if len(words) > most else shown
