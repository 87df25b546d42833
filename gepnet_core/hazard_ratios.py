"""Hazard ratios of strata against a reference, crude and adjusted, with a note where there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gepnet_core.cox import CoxFit, fit_cox
from gepnet_core.partial_likelihood import Cells
from gepnet_core.proportional_hazards import proportional_hazards_test
from gepnet_core.rank_tests import ChiSquare
from gepnet_core.regression_columns import Covariate, Term, design_of
from gepnet_core.separation import GROUPS, Separation, separation
from gepnet_core.small_groups import SmallGroup, small_groups_words
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
    """The hazard of a stratum over that of the reference; None where `note` says why.

    `p` exists even where the ratio of one unit is beyond what a number holds. `limit` says that a covariate has
    no bound, so that this ratio is the one in that limit; `few` that a group is too small for the approximation.
    """

    stratum: str
    reference: str
    hazard_ratio: float | None = None
    lower: float | None = None
    upper: float | None = None
    p: float | None = None
    note: str | None = None
    limit: str | None = None
    few: str | None = None

    @property
    def remark(self) -> str | None:
        """What stands beside the ratio, or None."""
        return "; ".join(said for said in (self.limit, self.few) if said) or None


@dataclass(frozen=True, slots=True)
class CoxModel:
    """Hazard ratios of the strata, and of the covariates where there are any.

    `n` and `events` are those of the patients whose covariates are recorded, whether or not a ratio can be
    estimated, as R's `coxph` counts them; `dropped` had one that is not; `warnings` are sentences. `ph` tests
    whether the hazards are proportional.
    """

    reference: str
    ratios: tuple[HazardRatio, ...]
    covariates: tuple[HazardRatio, ...]
    n: int
    events: int
    dropped: int
    ph: ChiSquare
    warnings: tuple[str, ...]


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
    complete = cells.where(kept)
    dropped = cells.n - complete.n
    notes = _without_events(cells, names, kept, strata, reference, label, dropped=dropped > 0)
    few = _few(cells, names, kept, strata, label)
    warnings: list[str] = []
    compared = [name for name in strata if name != reference and name not in notes]
    for name in notes:
        kept &= names != name
    design = design_of(cells, names, reference, compared, covariates if compared else (), kept, warnings)
    terms = design.terms
    fitted = replace(cells, design=design.columns).where(kept & design.carries)
    fit = parted = None
    if compared and fitted.n_events:
        fit = fit_cox(fitted)
        if fitted.n_events < FEWEST_EVENTS_A_PARAMETER * len(terms):
            warnings.append(_few_events(fitted.n_events, len(terms)))
    if fit is not None:
        owners = [term.covariate or GROUPS for term in terms]
        parted = separation(fitted, owners, [i for i, found in enumerate(fit.coefficients) if found is None])
    found = [_ratio(term, place, fit, parted, conf_level) for place, term in enumerate(terms)]
    limit = _limit(parted, design.empty)
    if limit:
        found = [replace(ratio, limit=limit) if ratio.p is not None else ratio for ratio in found]
    if parted is not None and parted.owners != (GROUPS,):
        rest = "; the other ratios are those of the limit" if any(ratio.limit for ratio in found) else ""
        warnings.append(f"{parted.says}, so {parted.no_bound}{rest}.")
    by_stratum = {
        ratio.stratum: replace(ratio, few=_joined(few, (ratio.stratum, reference)))
        for ratio, term in zip(found, terms, strict=True)
        if term.covariate is None
    }
    ratios = [
        HazardRatio(name, reference, note=notes[name]) if name in notes else by_stratum[name]
        for name in strata
        if name != reference
    ]
    ph = ChiSquare(None, len(terms), None)
    if fit is not None and fit.is_bounded:
        ph = proportional_hazards_test(fitted, fit.beta)
    lacks = "not estimable: no events in {}, so its ratio has no bound"
    empty = [
        HazardRatio(term.stratum, term.reference, note=lacks.format(term.stratum)) for term in design.empty
    ]
    adjusted = [ratio for ratio, term in zip(found, terms, strict=True) if term.covariate is not None]
    return CoxModel(
        reference,
        tuple(ratios),
        (*adjusted, *empty),
        complete.n,
        complete.n_events,
        dropped,
        ph,
        tuple(warnings),
    )


def _without_events(
    cells: Cells,
    names: np.ndarray,
    kept: np.ndarray,
    strata: Sequence[str],
    reference: str,
    label: Callable[[str], str],
    *,
    dropped: bool,
) -> dict[str, str]:
    """Return why strata have no ratio, for want of events; without any in the reference, none has."""
    among = " among the patients whose covariates are recorded" if dropped else ""
    empty = [name for name in strata if not cells.events[kept & (names == name)].any()]
    if len(empty) == len(strata):
        return dict.fromkeys(strata, f"not estimable: no events in any group{among}")
    if reference in empty:
        return dict.fromkeys(
            strata,
            f"not estimable: no events in the reference {label(reference)}{among}. Choose another reference.",
        )
    return {name: f"not estimable: no events in {label(name)}{among}" for name in empty}


def _few(
    cells: Cells, names: np.ndarray, kept: np.ndarray, strata: Sequence[str], label: Callable[[str], str]
) -> dict[str, SmallGroup]:
    """Return the strata that are too small for the approximation."""
    inside = {name: kept & (names == name) for name in strata}
    return {
        name: SmallGroup(label(name), int(cells.leaving[here].sum()), int(cells.events[here].sum()))
        for name, here in inside.items()
    }


def _joined(few: dict[str, SmallGroup], names: Sequence[str]) -> str | None:
    return small_groups_words([few[name] for name in names])


def _limit(parted: Separation | None, empty: Sequence[Term]) -> str | None:
    """Return what a ratio that exists says of those without bound."""
    if parted is not None:
        return f"in the limit: {parted.says} and {'have' if parted.plural else 'has'} no bound"
    if empty:
        named = " and ".join(ratio.stratum for ratio in empty)
        verb = "separate" if len(empty) > 1 else "separates"
        have = "have" if len(empty) > 1 else "has"
        return f"in the limit: {named} {verb} events from non-events and {have} no bound"
    return None


def _few_events(events: int, parameters: int) -> str:
    counted = f"{events:,} {'event' if events == 1 else 'events'}"
    of = f"{parameters:,} hazard {'ratio' if parameters == 1 else 'ratios'}"
    return f"{counted} for {of}: fewer than 10 events each, so they are unstable."


def _ratio(
    term: Term, place: int, fit: CoxFit | None, parted: Separation | None, conf_level: float
) -> HazardRatio:
    if fit is None:
        return HazardRatio(term.stratum, term.reference, note=NO_MAXIMUM)
    coefficient = fit.coefficients[place]
    if coefficient is None:
        return HazardRatio(term.stratum, term.reference, note=_no_bound(term, parted))
    if not coefficient.fits(conf_level):
        return HazardRatio(term.stratum, term.reference, p=coefficient.p, note=NO_NUMBER)
    lower, upper = coefficient.limits(conf_level)
    return HazardRatio(term.stratum, term.reference, coefficient.hazard_ratio, lower, upper, coefficient.p)


def _no_bound(term: Term, parted: Separation | None) -> str:
    """Return why a ratio has no bound, by the column at fault."""
    owner = term.covariate or GROUPS
    if parted is None or (owner == GROUPS and owner in parted.owners and not parted.together):
        return NO_BOUND
    if owner in parted.owners:
        return f"not estimable: {parted.says}, so {parted.no_bound}"
    return f"not estimable: {parted.says}, which leaves no bound to this ratio either"
