"""The patient under discussion: what a tumour board knows, which is not in the data."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_LEAST = 10


@dataclass(frozen=True, slots=True)
class Case:
    """What the board knows of its patient; None is not known and restricts nothing.

    `ki67_percent` is 0 to 100, `lines` the systemic agents so far, `modality` the treatment under discussion,
    `least` how many patients like this one there should be before a condition is relaxed.
    """

    primary_site: str | None = None
    tumour_grade: str | None = None
    ki67_percent: float | None = None
    target_site: str | None = None
    lines: int | None = None
    modality: str | None = None
    least: int = DEFAULT_LEAST
