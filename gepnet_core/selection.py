"""Which patients a view is about: one frozen value that knows its SQL and its sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from gepnet_core.criteria import Between, Criterion
from gepnet_core.errors import OptionRefused
from gepnet_core.vocabulary import DeathRule


@dataclass(frozen=True, slots=True)
class Selection:
    """Which patients a view is about, and until when; a field left at its default does not restrict.

    Parameters
    ----------
    modalities
        Stored values of the index modality; empty means every modality.
    index_from, index_to
        First and last index date, both inclusive.
    cutoff
        Data cut-off, inclusive: what comes after that day is not known yet.
    death
        How a death before the event counts. It changes no patient, only the counts.
    criteria
        Conditions on baseline columns, all of which hold.

    Raises
    ------
    OptionRefused
        If the window is reversed, or a modality is empty.
    """

    modalities: tuple[str, ...] = ()
    index_from: date | None = None
    index_to: date | None = None
    cutoff: date | None = None
    death: DeathRule = DeathRule.CENSOR
    criteria: tuple[Criterion, ...] = ()

    def __post_init__(self) -> None:
        if self.index_from and self.index_to and self.index_from > self.index_to:
            raise OptionRefused(
                f"The index dates run backwards: from {self.index_from} to {self.index_to}. Swap the two dates."
            )
        if "" in self.modalities:
            raise OptionRefused("A modality is empty. Name a modality, or leave the filter out for all.")
        object.__setattr__(self, "modalities", tuple(sorted(set(self.modalities))))
        # in an order of their own, so that equal conditions make equal selections
        ordered = sorted(set(self.criteria), key=lambda each: (isinstance(each, Between), each.to_text()))
        object.__setattr__(self, "criteria", tuple(ordered))

    @property
    def uses_dates(self) -> bool:
        """True where the selection needs calendar dates."""
        return any(day is not None for day in (self.index_from, self.index_to, self.cutoff))

    def where(self, cohort: str = "c") -> tuple[str, dict[str, object]]:
        """Return the condition on the table `cohort` and its bound parameters."""
        terms: list[str] = []
        bound: dict[str, object] = {}
        if self.modalities:
            terms.append(f"{cohort}.modality IN (SELECT unnest($modalities))")
            bound["modalities"] = list(self.modalities)
        for name, operator in (("index_from", ">="), ("index_to", "<="), ("cutoff", "<=")):
            if (day := getattr(self, name)) is not None:
                terms.append(f"{cohort}.index_date {operator} ${name}")
                bound[name] = day
        for place, criterion in enumerate(self.criteria):
            term, values = criterion.where(cohort, place)
            terms.append(term)
            bound |= values
        return " AND ".join(terms) or "TRUE", bound

    def describe(
        self,
        labels: Mapping[str, str] | None = None,
        *,
        everything: str = "all modalities",
        column: Callable[[str, str | None], str] = lambda name, value: name if value is None else value,
    ) -> str:
        """Return the filter as words: "RFA or Selective HAE; index date from 2015-01-01".

        `column` gives the words of a baseline column (value None) and of its values.
        """
        names = [(labels or {}).get(value, value) for value in self._ordered(labels)]
        parts = [" or ".join(names) if names else everything]
        if self.index_from and self.index_to:
            parts.append(f"index date from {self.index_from} to {self.index_to}")
        elif self.index_from:
            parts.append(f"index date from {self.index_from}")
        elif self.index_to:
            parts.append(f"index date to {self.index_to}")
        parts += [criterion.describe(column) for criterion in self.criteria]
        if self.cutoff:
            parts.append(f"data cut-off {self.cutoff}")
        if self.death is DeathRule.EVENT:
            parts.append("death before the event counts as event")
        elif self.death is DeathRule.COMPETING:
            parts.append("death before the event is a competing event")
        return "; ".join(parts)

    def _ordered(self, labels: Mapping[str, str] | None) -> tuple[str, ...]:
        """Return the chosen modalities in the data set's order, where it has one."""
        order = {value: place for place, value in enumerate(labels or {})}
        return tuple(sorted(self.modalities, key=lambda value: (order.get(value, len(order)), value)))
