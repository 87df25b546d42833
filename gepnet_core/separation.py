"""Which columns of a regression separate or order the events, so that their ratios have no bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gepnet_core.partial_likelihood import Cells, bounded_at, climb, slope_at, standardised

GROUPS = ""  # the owner of the columns of the groups


@dataclass(frozen=True, slots=True)
class Separation:
    """Why ratios have no bound.

    `owners` are the columns at fault, each alone or, where `together`, all of them at once. With `constant` every
    event lies at one value of the column, so that it separates events from non-events; else it orders the events:
    each falls on the highest, or each on the lowest, value among the patients at risk.
    """

    owners: tuple[str, ...]
    together: bool
    constant: bool

    @property
    def plural(self) -> bool:
        """True where several columns, or those of the groups, are at fault."""
        return len(self.owners) > 1 or self.owners == (GROUPS,)

    @property
    def says(self) -> str:
        """What is at fault, and how: "SEP separates events from non-events"."""
        named = " and ".join(owner or "the groups" for owner in self.owners)
        if self.together:
            return f"{named} together order the events"
        verb, what = ("separate", " events from non-events") if self.constant else ("order", " the events")
        return f"{named} {verb}{'' if self.plural else 's'}{what}"

    @property
    def no_bound(self) -> str:
        """Return "its ratio has no bound", in the right number."""
        return f"{'their ratios have' if self.plural else 'its ratio has'} no bound"


def separation(cells: Cells, owners: Sequence[str], unbounded: Sequence[int]) -> Separation | None:
    """Return what leaves ratios without bound, or None where every ratio has one.

    Parameters
    ----------
    cells
        The patients of the model.
    owners
        For each column of the design the name of the variable that it belongs to.
    unbounded
        The columns whose ratio has no bound.
    """
    if not unbounded:
        return None
    suspects = tuple(dict.fromkeys(owners[place] for place in unbounded))
    columns = {name: [place for place, owner in enumerate(owners) if owner == name] for name in suspects}
    alone = tuple(name for name in suspects if _separates(cells, columns[name]))
    if not alone:
        return Separation(suspects, together=len(suspects) > 1, constant=False)
    died = cells.events > 0
    values = cells.design[died][:, [place for name in alone for place in columns[name]]]
    return Separation(alone, together=False, constant=bool((np.ptp(values, axis=0) == 0.0).all()))


def _separates(cells: Cells, columns: Sequence[int]) -> bool:
    """Return True where a model of these columns alone has no maximum."""
    alone, _ = standardised(replace(cells, design=cells.design[:, columns]))
    beta, errors = climb(alone)
    return not bool(bounded_at(slope_at(alone, beta), errors).all())
