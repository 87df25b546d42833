"""What a data set says of itself: its baseline columns, its attrition, how its times ended."""

from __future__ import annotations

from dataclasses import dataclass

from gepnet_core.intake.known_later import KNOWN_LATER
from gepnet_core.vocabulary import Status


@dataclass(frozen=True, slots=True)
class BaselineColumn:
    """A column known on the index date; `kind` is "categorical" or "numeric", `levels` its distinct values.

    `known_later` True: it may be known only later and is one because a person said so; `label` says it, `short`
    does not.
    """

    name: str
    short: str
    kind: str
    levels: int
    known_later: bool = False

    @property
    def label(self) -> str:
        """The words for the column."""
        return f"{self.short} ({KNOWN_LATER})" if self.known_later else self.short


@dataclass(frozen=True, slots=True)
class Attrition:
    """How many patients are left after an eligibility step."""

    code: str
    label: str
    patients: int


@dataclass(frozen=True, slots=True)
class Kind:
    """How many times of an endpoint ended with this status for this reason."""

    endpoint: str
    status: Status
    reason: str
    patients: int
