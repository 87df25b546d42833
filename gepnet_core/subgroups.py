"""One contrast within each level of other columns, and whether it depends on the level."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gepnet_core.cox import fit_cox
from gepnet_core.hazard_ratios import HazardRatio, crude_cells, hazard_ratios
from gepnet_core.intervals import Floats
from gepnet_core.partial_likelihood import Cells
from gepnet_core.rank_tests import ChiSquare
from gepnet_core.survival import EventCounts
from gepnet_core.vocabulary import NOT_RECORDED


@dataclass(frozen=True, slots=True)
class SubgroupRow:
    """The contrast within one level: patients and events of both strata together, and the hazard ratio."""

    level: str
    n: int
    events: int
    ratio: HazardRatio


@dataclass(frozen=True, slots=True)
class Subgroup:
    """The contrast within each recorded level of a column, and the likelihood ratio test over the levels.

    `not_recorded` counts the patients of the two strata without a value of the column: they are in no row.
    """

    column: str
    label: str
    rows: tuple[SubgroupRow, ...]
    interaction: ChiSquare
    not_recorded: int = 0


def subgroup(
    column: str,
    name: str,
    crossed: Mapping[str, Sequence[EventCounts]],
    contrast: str,
    reference: str,
    label: Callable[[str], str],
    *,
    conf_level: float,
) -> Subgroup:
    """Estimate the hazard ratio of `contrast` against `reference` within each level.

    Parameters
    ----------
    crossed
        Counts of the two strata per level of the column, under the death rule.
    """
    rows = []
    for level, counted in crossed.items():
        if not counted or level == NOT_RECORDED:
            continue
        cells, membership = crude_cells(counted)
        ratio = _alone(counted, contrast, reference, label)
        if ratio is None:
            model = hazard_ratios(
                cells, membership, [contrast, reference], reference, label, conf_level=conf_level
            )
            ratio = model.ratios[0]
        rows.append(SubgroupRow(level, cells.n, cells.n_events, ratio))
    missing = sum(counts.n for counts in crossed.get(NOT_RECORDED, []))
    return Subgroup(column, name, tuple(rows), interaction_test(crossed, contrast), missing)


def _alone(
    counted: Sequence[EventCounts], contrast: str, reference: str, label: Callable[[str], str]
) -> HazardRatio | None:
    """Return a ratio that cannot be, since one of the two strata has no patient here."""
    present = {counts.stratum for counts in counted}
    for name in (contrast, reference):
        if name not in present:
            return HazardRatio(contrast, reference, note=f"not estimable: no patients in {label(name)}")
    return None


def interaction_test(crossed: Mapping[str, Sequence[EventCounts]], contrast: str) -> ChiSquare:
    """Test by likelihood ratio whether the contrast differs between the levels.

    Compared are Cox models of stratum and level with and without their product, on the patients whose level
    is recorded; levels without any event say nothing and do not count. A combination without events has a
    hazard of 0 in the larger model, so its patients leave that model's risk sets.
    """
    levels = {
        level: [counts for counts in counted if counts.n]
        for level, counted in crossed.items()
        if level != NOT_RECORDED and any(counts.events.any() for counts in counted)
    }
    cells = [(level, counts) for level, counted in levels.items() for counts in counted]
    df = len(cells) - 1 - len(levels)
    if df < 1:
        return ChiSquare(None, max(df, 0), None)
    with_events = [(level, counts) for level, counts in cells if counts.events.any()]
    whole = _log_likelihood(with_events, _dummies([level + "\0" + c.stratum for level, c in with_events]))
    main = [[float(counts.stratum == contrast)] for _, counts in cells]
    parts = _log_likelihood(cells, np.hstack([np.array(main), _dummies([level for level, _ in cells])]))
    if whole is None or parts is None:
        return ChiSquare(None, df, None)
    return ChiSquare.of(max(0.0, 2.0 * (whole - parts)), df)


def _dummies(names: Sequence[str]) -> Floats:
    """Return indicator columns of all distinct names but the first."""
    distinct = list(dict.fromkeys(names))[1:]
    return np.array([[float(name == other) for other in distinct] for name in names]).reshape(len(names), -1)


def _log_likelihood(members: Sequence[tuple[str, EventCounts]], design: Floats) -> float | None:
    cells, _ = crude_cells([counts for _, counts in members])
    repeats = [counts.days.size for _, counts in members]
    fit = fit_cox(Cells(cells.days, cells.leaving, cells.events, np.repeat(design, repeats, axis=0)))
    return None if fit is None or not fit.is_bounded else fit.log_likelihood
