"""What a rule of an import is: its id, its severity, what is found and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error blocks the import; a warning stays visible beside the data."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its id, severity, what breaks it, and the remedy."""

    id: str
    severity: Severity
    found: str
    remedy: str


def error(name: str, found: str, remedy: str) -> Rule:
    """Return a rule that blocks the import."""
    return Rule(name, Severity.ERROR, found, remedy)


def warning(name: str, found: str, remedy: str) -> Rule:
    """Return a rule that blocks nothing."""
    return Rule(name, Severity.WARNING, found, remedy)
