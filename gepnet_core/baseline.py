"""Table 1: what patients were like on the index date, by modality, with missing counts and balance."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from gepnet_core.selection import Selection
from gepnet_core.store.crossed import baseline_values
from gepnet_core.store.dataset import MOST_LEVELS, DataSet
from gepnet_core.store.times import Place
from gepnet_core.vocabulary import NOT_RECORDED

MOST_COLUMNS = 60


@dataclass(frozen=True, slots=True)
class NumericSummary:
    """Median and quartiles of the recorded values of one group; None where nothing is recorded."""

    n: int
    median: float | None
    lower_quartile: float | None
    upper_quartile: float | None


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """One line of table 1: a numeric column, a level of a categorical one, or its missing values.

    `cells` holds a summary or a count for every group, and then for all patients. `difference` is the
    largest standardised difference between two groups, on the first line of a column; infinite where two
    groups do not overlap, None where it does not exist (fewer than two groups with values). `column` is the
    label of the column, `name` its stored name.
    """

    column: str
    level: str | None
    cells: tuple[NumericSummary | int, ...]
    difference: float | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class BaselineTable:
    """Table 1: groups by label with their sizes, and lines; `values` are the stored values of the groups.

    Left out are columns with too many values, and those that are the same in all patients of the data set.
    The numeric partner of another column, such as TRTPN of TRTP, only orders that column's levels.
    """

    groups: tuple[str, ...]
    sizes: tuple[int, ...]
    rows: tuple[BaselineRow, ...]
    left_out: tuple[str, ...]
    constant: tuple[str, ...]
    values: tuple[str, ...]


def baseline_table(dataset: DataSet, selection: Selection) -> BaselineTable:
    """Summarise the baseline columns by modality.

    References
    ----------
    Austin (2009), Stat Med 28:3083-3107, for the standardised difference of a number; Yang & Dalton (2012),
    SAS Global Forum 335, for that of categories.
    """
    sizes: Counter[str] = Counter()
    for modality, _, patients in baseline_values(dataset, "modality", selection):
        sizes[modality] += patients
    labels = dataset.modality_labels | {NOT_RECORDED: NOT_RECORDED}
    groups = [value for value in labels if sizes[value]]
    rows: list[BaselineRow] = []
    constant: list[str] = []
    partners = dataset.orders.partners.values()
    columns = [column for column in dataset.baseline if column.name not in partners]
    left_out = [column.label for column in columns[MOST_COLUMNS:]]
    for column in columns[:MOST_COLUMNS]:
        values: dict[str, Counter[object]] = {group: Counter() for group in groups}
        for modality, value, patients in baseline_values(dataset, column.name, selection):
            values[modality][None if value == NOT_RECORDED else value] += patients
        by_group = [values[group] for group in groups]
        if column.kind == "numeric":
            rows += _named(column.name, _numeric_rows(column.label, by_group))
        elif column.levels == 1 and not any(None in values for values in by_group):
            constant.append(column.label)
        elif column.levels <= MOST_LEVELS:
            rows += _named(column.name, _categorical_rows(column.label, by_group, dataset.place(column.name)))
        else:
            left_out.append(column.label)
    return BaselineTable(
        tuple(labels[group] for group in groups),
        tuple(sizes[group] for group in groups),
        tuple(rows),
        tuple(left_out),
        tuple(constant),
        tuple(groups),
    )


def _named(name: str, rows: list[BaselineRow]) -> list[BaselineRow]:
    return [replace(row, name=name) for row in rows]


def _numeric_rows(label: str, by_group: Sequence[Counter[object]]) -> list[BaselineRow]:
    recorded = [_expanded(values) for values in by_group]
    cells = [_summary(found) for found in [*recorded, np.concatenate([np.empty(0), *recorded])]]
    rows = [BaselineRow(label, None, tuple(cells), _largest(recorded, _numeric_difference))]
    return rows + _missing_row(label, by_group)


def _categorical_rows(
    label: str, by_group: Sequence[Counter[object]], place_of: Callable[[str], Place]
) -> list[BaselineRow]:
    whole = sum(by_group, Counter())
    levels = sorted((level for level in whole if level is not None), key=lambda level: place_of(str(level)))
    shares = [
        np.array([values[level] for level in levels], dtype=float)
        / max(1, sum(values[level] for level in levels))
        for values in by_group
        if any(values[level] for level in levels)
    ]
    difference = _largest(shares, _categorical_difference)
    rows = [
        BaselineRow(
            label,
            str(level),
            tuple(values[level] for values in [*by_group, whole]),
            difference if place == 0 else None,
        )
        for place, level in enumerate(levels)
    ]
    return rows + _missing_row(label, by_group)


def _missing_row(label: str, by_group: Sequence[Counter[object]]) -> list[BaselineRow]:
    missing = [values[None] for values in by_group]
    if not any(missing):
        return []
    return [BaselineRow(label, NOT_RECORDED, (*missing, sum(missing)))]


def _expanded(values: Counter[object]) -> np.ndarray:
    """Return the recorded numbers, each as often as it occurs."""
    found = [(float(str(value)), count) for value, count in values.items() if value is not None]
    if not found:
        return np.empty(0)
    return np.repeat([value for value, _ in found], [count for _, count in found])


def _summary(values: np.ndarray) -> NumericSummary:
    if values.size == 0:
        return NumericSummary(0, None, None, None)
    lower, median, upper = (float(found) for found in np.quantile(values, [0.25, 0.5, 0.75]))
    return NumericSummary(int(values.size), median, lower, upper)


def _numeric_difference(a: np.ndarray, b: np.ndarray) -> float | None:
    if a.size < 2 or b.size < 2:
        return None
    if _is_constant(a) and _is_constant(b):  # then the spread is that of rounding
        return math.inf if a[0] != b[0] else 0.0
    a, b = a - a[0], b - a[0]  # the means of numbers far from zero lose digits
    spread = float(np.sqrt((np.var(a, ddof=1) + np.var(b, ddof=1)) / 2.0))
    gap = abs(float(a.mean() - b.mean()))
    if spread == 0.0:
        return math.inf if gap > 0.0 else 0.0
    return gap / spread


def _is_constant(values: np.ndarray) -> bool:
    return bool(np.all(values == values[0]))


def _categorical_difference(a: np.ndarray, b: np.ndarray) -> float | None:
    """Return the Mahalanobis distance between two vectors of shares, one level left out."""
    if not np.any((a > 0) & (b > 0)):
        return math.inf  # no level in common: the covariance is singular along the gap
    p, q = a[1:], b[1:]
    if p.size == 0:
        return 0.0
    covariance = -(np.outer(p, p) + np.outer(q, q)) / 2.0
    np.fill_diagonal(covariance, (p * (1 - p) + q * (1 - q)) / 2.0)
    gap = p - q
    return float(np.sqrt(max(0.0, gap @ np.linalg.pinv(covariance) @ gap)))


def _largest(
    groups: Sequence[np.ndarray], difference: Callable[[np.ndarray, np.ndarray], float | None]
) -> float | None:
    found = [difference(a, b) for a, b in combinations(groups, 2)]
    known = [value for value in found if value is not None]
    return max(known) if known else None
