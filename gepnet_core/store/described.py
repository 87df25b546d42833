"""What a data set says of itself: its baseline columns, its attrition, how its times ended."""

from __future__ import annotations

from dataclasses import dataclass

from gepnet_core.vocabulary import Status


@dataclass(frozen=True, slots=True)
class BaselineColumn:
    """A column known on the index date; `kind` is "categorical" or "numeric", `levels` its distinct values."""

    name: str
    label: str
    kind: str
    levels: int


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
