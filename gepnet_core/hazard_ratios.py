"""Hazard ratios of strata against a reference, crude and adjusted, with a note where there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gepnet_core.cox import CoxFit, fit_cox
from gepnet_core.intervals import Floats
from gepnet_core.partial_likelihood import Cells
from gepnet_core.proportional_hazards import proportional_hazards_test
from gepnet_core.rank_tests import ChiSquare
from gepnet_core.survival import EventCounts

FEWEST_EVENTS_A_PARAMETER = 10
NO_BOUND = "not estimable: the events of the groups do not overlap in time, so the ratio has no bound"
NO_NUMBER = (
    "not estimable per unit: the values lie so close together that the ratio is no number. Give the covariate in "
    "smaller units"
)
NO_MAXIMUM = "not estimable: the model has no maximum in these patients"


@dataclass(frozen=True, slots=True)
class HazardRatio:
    """The hazard of a stratum over that of the reference; None throughout where `note` says why."""

    stratum: str
    reference: str
    hazard_ratio: float | None = None
    lower: float | None = None
    upper: float | None = None
    p: float | None = None
    note: str | None = None


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
class CoxModel:
    """Hazard ratios of the strata, and of the covariates where there are any.

    `n` and `events` are those of the fitted patients; `dropped` had a covariate that is not recorded;
    `warnings` are sentences. `ph` tests whether the hazards are proportional.
    """

    reference: str
    ratios: tuple[HazardRatio, ...]
    covariates: tuple[HazardRatio, ...]
    n: int
    events: int
    dropped: int
    ph: ChiSquare
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Term:
    """A column of the design: whose ratio it is, against what."""

    stratum: str
    reference: str
    covariate: bool


def crude_cells(strata: Sequence[EventCounts]) -> tuple[Cells, tuple[str, ...]]:
    """Return the counts as cells without a design, and the stratum of each."""
    return (
        Cells(
            np.concatenate([counts.days for counts in strata]),
            np.concatenate([counts.events + counts.competing + counts.censored for counts in strata]),
            np.concatenate([counts.events for counts in strata]),
            np.empty((sum(counts.days.size for counts in strata), 0)),
        ),
        tuple(counts.stratum for counts in strata for _ in range(counts.days.size)),
    )


def hazard_ratios(
    cells: Cells,
    membership: Sequence[str],
    strata: Sequence[str],
    reference: str,
    label: Callable[[str], str],
    *,
    conf_level: float,
    covariates: Sequence[Covariate] = (),
) -> CoxModel:
    """Estimate the hazard ratio of every stratum against the reference.

    A stratum without events has no ratio and is left out of the model, which leaves the other ratios as they
    are in the limit; so is a level of a covariate without events. Patients with a covariate that is not
    recorded are dropped and counted.

    Parameters
    ----------
    cells
        Patients with their times; the design is made here.
    membership
        The stratum of each cell.
    strata
        The strata in order.
    label
        Words for a stratum.
    """
    kept = np.array(
        [all(column.values[i] is not None for column in covariates) for i in range(len(membership))]
    )
    names = np.array(membership, dtype=object)
    dropped = int(cells.leaving[~kept].sum())
    events = {name: int(cells.events[kept & (names == name)].sum()) for name in strata}
    among = " among the patients whose covariates are recorded" if dropped else ""
    notes = {
        name: f"not estimable: no events in {label(name)}{among}" for name in strata if events[name] == 0
    }
    if events[reference] == 0:
        note = (
            f"not estimable: no events in the reference {label(reference)}{among}. Choose another reference."
        )
        notes = dict.fromkeys(strata, note)
    warnings: list[str] = []
    compared = [name for name in strata if name != reference and name not in notes]
    for name in notes:
        kept &= names != name
    columns, terms, carries = _design(cells, names, reference, compared, covariates, kept, warnings)
    kept &= carries
    fitted = replace(cells, design=columns).where(kept)
    fit = None
    if compared and fitted.n_events:
        fit = fit_cox(fitted)
        if fitted.n_events < FEWEST_EVENTS_A_PARAMETER * len(terms):
            warnings.append(_few_events(fitted.n_events, len(terms)))
    found = [_ratio(term, place, fit, conf_level) for place, term in enumerate(terms)]
    by_stratum = {
        ratio.stratum: ratio for ratio, term in zip(found, terms, strict=True) if not term.covariate
    }
    ratios = [
        HazardRatio(name, reference, note=notes[name]) if name in notes else by_stratum[name]
        for name in strata
        if name != reference
    ]
    ph = ChiSquare(None, len(terms), None)
    if fit is not None and fit.is_bounded:
        ph = proportional_hazards_test(fitted, fit.beta)
    adjusted = [ratio for ratio, term in zip(found, terms, strict=True) if term.covariate]
    return CoxModel(
        reference, tuple(ratios), tuple(adjusted), fitted.n, fitted.n_events, dropped, ph, tuple(warnings)
    )


def _few_events(events: int, parameters: int) -> str:
    counted = f"{events:,} {'event' if events == 1 else 'events'}"
    of = f"{parameters:,} hazard {'ratio' if parameters == 1 else 'ratios'}"
    return f"{counted} for {of}: fewer than 10 events each, so they are unstable."


def _ratio(term: _Term, place: int, fit: CoxFit | None, conf_level: float) -> HazardRatio:
    if fit is None:
        return HazardRatio(term.stratum, term.reference, note=NO_MAXIMUM)
    coefficient = fit.coefficients[place]
    if coefficient is None:
        return HazardRatio(term.stratum, term.reference, note=NO_BOUND)
    if not coefficient.fits:
        return HazardRatio(term.stratum, term.reference, note=NO_NUMBER)
    lower, upper = coefficient.limits(conf_level)
    return HazardRatio(term.stratum, term.reference, coefficient.hazard_ratio, lower, upper, coefficient.p)


def _design(
    cells: Cells,
    names: np.ndarray,
    reference: str,
    compared: Sequence[str],
    covariates: Sequence[Covariate],
    kept: np.ndarray,
    warnings: list[str],
) -> tuple[Floats, list[_Term], np.ndarray]:
    """Return the columns of the model, what they stand for, and which cells carry information on them."""
    columns = [(names == name).astype(float) for name in compared]
    terms = [_Term(name, reference, covariate=False) for name in compared]
    carries = np.ones(len(names), dtype=bool)
    for covariate in covariates:
        added, named, without = _covariate(cells, covariate, kept)
        if without:
            warnings.append(
                f"No events where {covariate.label} is {' or '.join(without)}: these patients add nothing and "
                "are left out of the model."
            )
            values = np.array([str(value) for value in covariate.values], dtype=object)
            carries &= ~np.isin(values, without)
        used, alike = kept & carries, []
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
    return design, terms, carries


def _covariate(
    cells: Cells, covariate: Covariate, kept: np.ndarray
) -> tuple[list[Floats], list[_Term], list[str]]:
    """Return the columns of a covariate, their terms, and its levels without events."""
    if covariate.is_numeric:
        values = np.array([0.0 if value is None else float(str(value)) for value in covariate.values])
        return [values], [_Term(covariate.label, "per unit", covariate=True)], []
    found = np.array([str(value) for value in covariate.values], dtype=object)
    shown = [level for level in covariate.levels if cells.leaving[kept & (found == level)].any()]
    with_events = [level for level in shown if cells.events[kept & (found == level)].any()]
    without = [level for level in shown if level not in with_events]
    first, rest = with_events[:1], with_events[1:]
    terms = [_Term(f"{covariate.label}: {level}", first[0], covariate=True) for level in rest]
    return [(found == level).astype(float) for level in rest], terms, without


def _adds(columns: Sequence[Floats], added: Floats, used: np.ndarray) -> bool:
    """Return True where the added column says something that those before it do not."""
    table = np.column_stack([*columns, added])[used]
    if len(table) == 0:
        return False
    table = table - table.mean(axis=0)
    size = np.linalg.norm(table, axis=0)
    if not bool(size.all()):
        return False
    rank = int(np.linalg.matrix_rank(table / size, tol=1e-8))
    return rank == len(columns) + 1
