"""Patients with their baseline values, as a regression reads them."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from gepnet_core.partial_likelihood import Cells
from gepnet_core.question import Question
from gepnet_core.regression_columns import Covariate
from gepnet_core.store.crossed import Pattern, patterns
from gepnet_core.store.dataset import DataSet
from gepnet_core.vocabulary import NOT_RECORDED, DeathRule, Status


def adjusted_cells(
    dataset: DataSet, question: Question, strata: Collection[str]
) -> tuple[Cells, list[str], list[Covariate]]:
    """Return the patients of these strata, the stratum of each cell, and the covariates to adjust for."""
    columns = question.adjust
    found = patterns(
        dataset,
        question.endpoint,
        question.selection,
        by=question.by,
        columns=[dataset.grouping(column) or column for column in columns],
    )
    start = -1.0 if question.landmark is None else question.landmark
    rows = [row for row in found if row.stratum in strata and row.days > start]
    covariates = [_covariate(dataset, column, place, rows) for place, column in enumerate(columns)]
    return _cells(rows, question.selection.death), [row.stratum for row in rows], covariates


def column_label(dataset: DataSet, column: str) -> str:
    """Return the words for a column."""
    name = dataset.grouping(column)
    if name == "modality":
        return dataset.meta["treatment_label"]
    return next(entry.label for entry in dataset.baseline if entry.name == name)


def _cells(rows: list[Pattern], death: DeathRule) -> Cells:
    leaving = np.array([row.patients for row in rows], dtype=np.int64)
    happened = np.array([death.counts_as(Status(row.status)) is Status.EVENT for row in rows], dtype=bool)
    days = np.array([row.days for row in rows], dtype=np.int64)
    return Cells(days, leaving, np.where(happened, leaving, 0), np.empty((len(rows), 0)))


def _covariate(dataset: DataSet, column: str, place: int, rows: list[Pattern]) -> Covariate:
    name = dataset.grouping(column)
    values = tuple(None if row.values[place] == NOT_RECORDED else row.values[place] for row in rows)
    numeric = any(entry.name == name and entry.kind == "numeric" for entry in dataset.baseline)
    levels: tuple[str, ...] = ()
    if not numeric:
        levels = tuple(sorted({str(v) for v in values if v is not None}, key=dataset.place(name)))
    return Covariate(column, column_label(dataset, column), levels, values)
