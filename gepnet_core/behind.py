"""Which patients stand behind a count: a frozen value with its text in a link. For lists only, never an estimate.

What happened after the index date may tell which patients a number counts; it must not choose who is estimated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from gepnet_core.errors import OptionRefused, quoted
from gepnet_core.vocabulary import Status


@dataclass(frozen=True, slots=True)
class Ended:
    """Those whose time of an endpoint ended with a status (under the death rule) and reason; None: any."""

    endpoint: str
    status: Status | None = None
    reason: str | None = None

    def parts(self) -> tuple[str, ...]:
        """Return the parts of the text in a link."""
        status = "" if self.status is None else str(int(self.status))
        return ("ended", self.endpoint, status, *(() if self.reason is None else (self.reason,)))


@dataclass(frozen=True, slots=True)
class Untimed:
    """Those without a time of an endpoint."""

    endpoint: str

    def parts(self) -> tuple[str, ...]:
        """Return the parts of the text in a link."""
        return ("untimed", self.endpoint)


@dataclass(frozen=True, slots=True)
class Step:
    """Those who passed an eligibility step and all before it, or (`passed` False) were left out by it."""

    code: str
    passed: bool

    def parts(self) -> tuple[str, ...]:
        """Return the parts of the text in a link."""
        return ("step", self.code, "in" if self.passed else "out")


@dataclass(frozen=True, slots=True)
class Filtered:
    """Cohort members who pass a filter and all before it, or (`passed` False) are left out by it."""

    filter: str
    passed: bool

    def parts(self) -> tuple[str, ...]:
        """Return the parts of the text in a link."""
        return ("filter", self.filter, "in" if self.passed else "out")


@dataclass(frozen=True, slots=True)
class HasFinding:
    """Those to whom a rule of the data quality points."""

    rule: str

    def parts(self) -> tuple[str, ...]:
        """Return the parts of the text in a link."""
        return ("finding", self.rule)


@dataclass(frozen=True, slots=True)
class SameDay:
    """Those with two eligible treatments on the index date."""

    def parts(self) -> tuple[str, ...]:
        """Return the parts of the text in a link."""
        return ("same-day",)


@dataclass(frozen=True, slots=True)
class Harmed:
    """Those with a side effect of the index treatment: a term (empty: any), severe ones alone, within days."""

    term: str
    severe: bool
    window: int

    def parts(self) -> tuple[str, ...]:
        """Return the parts of the text in a link."""
        return ("harmed", str(self.window), "severe" if self.severe else "any", self.term)


Behind = Ended | Untimed | Step | Filtered | HasFinding | SameDay | Harmed


def to_text(behind: Behind) -> str:
    """Return the value as a link holds it: "ended:TTNST:1:new systemic therapy"."""
    return ":".join(quote(part, safe=" ") for part in behind.parts())


def parse_behind(text: str) -> Behind:
    """Return the value that a link holds; raise OptionRefused for one that cannot be read."""
    kind, *parts = (unquote(part) for part in text.split(":"))
    try:
        found = READERS[kind](*parts)
    except (KeyError, TypeError, ValueError):
        raise OptionRefused(f"{quoted(text)} names no patients behind a number.") from None
    return found


STATUSES = {"": None, **{str(int(status)): status for status in Status}}


def _ended(endpoint: str, status: str, reason: str | None = None) -> Ended:
    return Ended(endpoint, STATUSES[status], reason)


SIDES = {"in": True, "out": False}


def _step(code: str, side: str) -> Step:
    return Step(code, SIDES[side])


def _filtered(name: str, side: str) -> Filtered:
    return Filtered(name, SIDES[side])


def _harmed(window: str, severe: str, term: str) -> Harmed:
    if not (window.isascii() and window.isdigit() and 1 <= int(window) <= 365):
        raise ValueError(window)
    return Harmed(term, {"severe": True, "any": False}[severe], int(window))


READERS: dict[str, Callable[..., Behind]] = {
    "ended": _ended,
    "untimed": Untimed,
    "step": _step,
    "filter": _filtered,
    "finding": HasFinding,
    "same-day": SameDay,
    "harmed": _harmed,
}
