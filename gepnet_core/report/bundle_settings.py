"""The conventions of a report as rows of data, so that the scripts of every bundle are the same."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet_core.report.contents import Report
from gepnet_core.report.numbers import times_told
from gepnet_core.report.numbers_keyed import day_text
from gepnet_core.store.dataset import DataSet


def settings(report: Report) -> Iterator[tuple[str, object]]:
    """Yield key and value; a key with several values has a row each, one that does not apply has none."""
    found, harm = report.comparison, report.side_effects
    question, dataset = found.question, report.dataset
    yield "endpoint", question.endpoint
    yield "follow_up", report.whole.strata[0].follow_up.basis
    yield "death", question.selection.death.value
    yield "conf_type", found.estimated.conf_type.value
    yield "conf_level", question.conf_level
    yield "by", _stored(dataset, question.by)
    for level in found.levels:
        yield "level", level
    yield "reference", found.reference
    if found.contrast is not None:
        yield "contrast", found.contrast
    if question.stratify is not None:
        yield "stratify", _stored(dataset, question.stratify)
    for column in question.adjust:
        yield "adjust", _stored(dataset, column)
    for column in question.subgroups:
        yield "subgroup", _stored(dataset, column)
    if question.tau is not None:
        yield "tau", day_text(question.tau)
    if question.landmark is not None:
        yield "landmark", day_text(question.landmark)
    for day in question.times:
        yield "time", day_text(day)
    for day in times_told(report):
        yield "told", day_text(day)
    for step in report.flow.steps:
        yield "step", step.code
    if harm is not None:
        yield "window", harm.window


def columns(report: Report) -> Iterator[tuple[str, str, str, str]]:
    """Yield the baseline columns: name, label, kind, and as what they stand in table 1 (empty: they do not)."""
    shown = {row.column for row in report.baseline.rows}
    yield "modality", report.dataset.meta["treatment_label"], "categorical", ""
    for column in report.dataset.baseline:
        yield column.name, column.label, column.kind, column.kind if column.label in shown else ""


def levels(report: Report) -> Iterator[tuple[str, str]]:
    """Yield the levels of every column that groups, in the order of the data set."""
    question, dataset = report.comparison.question, report.dataset
    asked = [question.by, question.stratify, *question.adjust, *question.subgroups]
    numeric = {column.name for column in dataset.baseline if column.kind == "numeric"}
    names = dict.fromkeys(_stored(dataset, column) for column in asked if column is not None)
    for name in names:
        if name not in numeric or name == _stored(dataset, question.by):
            for level in dataset.levels(name):
                yield name, level


def _stored(dataset: DataSet, column: str) -> str:
    return dataset.grouping(column) or column
