"""Groups that are too small for a test or an interval that rests on large samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FEWEST = 5


@dataclass(frozen=True, slots=True)
class SmallGroup:
    """A group in words, with its patients and events; `is_small` below 5 of either."""

    label: str
    n: int
    events: int

    @property
    def is_small(self) -> bool:
        """True where a test that rests on large samples is rough, or does not hold."""
        return self.n < FEWEST or self.events < FEWEST

    @property
    def counted(self) -> str:
        """Return "1 patient in RFA", or the events where there are enough patients."""
        count, noun = (self.n, "patient") if self.n < FEWEST else (self.events, "event")
        return f"{count or 'no'} {noun if count == 1 else noun + 's'} in {self.label}"


def small_groups_words(groups: Sequence[SmallGroup]) -> str | None:
    """Return "1 patient in RFA: the approximation does not hold", or None where no group is small."""
    small = [group for group in groups if group.is_small]
    if not small:
        return None
    shown = ", ".join(group.counted for group in small)
    fewest = min(min(group.n, group.events) for group in small)
    verdict = "does not hold" if fewest < 2 else "is rough"
    return f"{shown}: the approximation {verdict}"
