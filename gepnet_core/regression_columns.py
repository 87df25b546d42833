"""The columns of a regression: groups and covariates as numbers, without those that say nothing new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gepnet_core.intervals import Floats
from gepnet_core.partial_likelihood import Cells


@dataclass(frozen=True, slots=True)
class Covariate:
    """A baseline column to adjust for: `levels` of a categorical one, the first being its reference.

    `values` has one entry a cell, None where nothing is recorded.
    """

    name: str
    label: str
    levels: tuple[str, ...]
    values: tuple[object, ...]

    @property
    def is_numeric(self) -> bool:
        """True where the column enters as a number."""
        return not self.levels


@dataclass(frozen=True, slots=True)
class Term:
    """A column of the design: whose ratio it is, against what; `covariate` names its column, if it is one."""

    stratum: str
    reference: str
    covariate: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """The columns of the model, what they stand for, and which cells carry information on them.

    `empty` are the levels of covariates without events, whose ratio has no bound.
    """

    columns: Floats
    terms: list[Term]
    carries: np.ndarray
    empty: list[Term]


def design_of(
    cells: Cells,
    names: np.ndarray,
    reference: str,
    compared: Sequence[str],
    covariates: Sequence[Covariate],
    kept: np.ndarray,
    warnings: list[str],
) -> Design:
    """Return the columns of the strata `compared` and of the covariates, among the cells `kept`, shape (n_cells,).

    `names`, shape (n_cells,), holds the stratum of each cell. What is left out is said in `warnings`.
    """
    columns = [(names == name).astype(float) for name in compared]
    terms = [Term(name, reference) for name in compared]
    carries = np.ones(len(names), dtype=bool)
    empty: list[Term] = []
    for covariate in covariates:
        added, named, without, first = _covariate(cells, covariate, kept)
        if without:
            warnings.append(
                f"No events where {covariate.label} is {' or '.join(without)}: it separates events from "
                "non-events there. Its ratio has no bound, and the other ratios are those of the limit."
            )
            values = np.array([str(value) for value in covariate.values], dtype=object)
            carries &= ~np.isin(values, without)
            empty += [Term(f"{covariate.label}: {level}", first, covariate.label) for level in without]
        used, alike = _seen(cells, kept & carries), []
        for column, term in zip(added, named, strict=True):
            if _adds(columns, column, used):
                columns.append(column)
                terms.append(term)
            else:
                alike.append(term)
        if named and len(alike) == len(named):
            warnings.append(
                f"{covariate.label} says nothing beyond the groups and the other covariates, and is left out."
            )
        elif alike:
            warnings.append(
                f"{' and '.join(term.stratum for term in alike)} cannot be told apart from the groups and the "
                f"other levels, and is part of the reference {alike[0].reference}."
            )
    design = np.column_stack(columns) if columns else np.empty((len(names), 0))
    return Design(design, terms, carries, empty)


def _seen(cells: Cells, used: np.ndarray) -> np.ndarray:
    """Return the cells that are in a risk set: nobody who left before the first event says anything."""
    events = used & (cells.events > 0)
    seen: np.ndarray = used & (cells.days >= cells.days[events].min()) if events.any() else used
    return seen


def _covariate(
    cells: Cells, covariate: Covariate, kept: np.ndarray
) -> tuple[list[Floats], list[Term], list[str], str]:
    """Return the columns of a covariate, their terms, its levels without events, and its reference."""
    if covariate.is_numeric:
        values = np.array([0.0 if value is None else float(str(value)) for value in covariate.values])
        return [values], [Term(covariate.label, "per unit", covariate.label)], [], ""
    found = np.array([str(value) for value in covariate.values], dtype=object)
    shown = [level for level in covariate.levels if cells.leaving[kept & (found == level)].any()]
    with_events = [level for level in shown if cells.events[kept & (found == level)].any()]
    without = [level for level in shown if level not in with_events]
    first, rest = "".join(with_events[:1]), with_events[1:]
    terms = [Term(f"{covariate.label}: {level}", first, covariate.label) for level in rest]
    return [(found == level).astype(float) for level in rest], terms, without, first


def _adds(columns: Sequence[Floats], added: Floats, used: np.ndarray) -> bool:
    """Return True where the added column says something that those before it do not."""
    table = np.column_stack([*columns, added])[used]
    if len(table) == 0 or not bool(np.ptp(table, axis=0).all()):
        return False
    largest = np.abs(table).max(axis=0)
    table = table / largest
    table = table - table.mean(axis=0)
    size = np.linalg.norm(table, axis=0)
    rounding = np.finfo(float).eps * np.sqrt(len(table)) / size.min()  # of a column far from 0
    rank = int(np.linalg.matrix_rank(table / size, tol=max(1e-8, 4.0 * rounding)))
    return rank == len(columns) + 1
