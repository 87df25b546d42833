"""What is compared, and how: the choices of a comparison, and whether its columns can play their parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gepnet_core.errors import OptionRefused, listed, quoted
from gepnet_core.selection import Selection
from gepnet_core.store.dataset import MOST_LEVELS, DataSet
from gepnet_core.view import View
from gepnet_core.vocabulary import NOT_RECORDED, ConfType

DEFAULT_GROUPING = "modality"


@dataclass(frozen=True, slots=True)
class Question:
    """What is compared: strata of `by` (all recorded ones, or those in `levels`), and how; times are in days.

    `reference` is the stratum that others are set against (default: the first), `stratify` a column for the
    stratified log-rank test, `adjust` covariates, `tau` the end of the restricted mean (default: the smallest
    last observed time), `times` where S is compared (none given: 6, 12, 24 and 36 months), `landmark` the day at
    which the clock starts anew,
    `contrast` the stratum (default: the first that is not the reference) that `subgroups` set against the
    reference within each of their levels.
    """

    endpoint: str
    selection: Selection
    by: str = DEFAULT_GROUPING
    levels: tuple[str, ...] = ()
    reference: str | None = None
    stratify: str | None = None
    adjust: tuple[str, ...] = ()
    tau: float | None = None
    times: tuple[float, ...] = ()
    landmark: float | None = None
    contrast: str | None = None
    subgroups: tuple[str, ...] = ()
    conf_type: ConfType = ConfType.LOG_LOG
    conf_level: float = 0.95


def asked(view: View, dataset: DataSet) -> Question:
    """Return the question that a screen's view asks, its months as days."""
    endpoint = view.endpoint or next(iter(dataset.endpoints))
    landmark = landmark_day(view, dataset)
    scale = dataset.time_scale(endpoint).from_landmark(landmark)
    return Question(
        endpoint=endpoint,
        selection=view.selection,
        by=view.by or DEFAULT_GROUPING,
        levels=view.levels,
        reference=view.reference,
        stratify=view.stratify,
        adjust=view.adjust,
        tau=None if view.tau is None else scale.to_days(view.tau),
        times=(scale.to_days(view.at),) if view.at else (),
        landmark=landmark,
        contrast=view.contrast,
        subgroups=view.subgroups,
        conf_type=view.conf_type,
        conf_level=view.conf_level,
    )


def landmark_day(view: View, dataset: DataSet) -> float | None:
    """Return the day of a view's landmark, or None without one."""
    scale = dataset.time_scale(view.endpoint or next(iter(dataset.endpoints)))
    return None if view.landmark is None else scale.to_days(view.landmark)


def compared_levels(
    present: Sequence[str], levels: Sequence[str], reference: str | None, contrast: str | None
) -> tuple[str, ...]:
    """Return the groups of `present` that are compared: those in `levels`, or else all that are recorded.

    Patients without a value are no group, as in R, unless `levels`, the reference or the contrast names them, or
    nobody has a value.
    """
    if levels:
        return tuple(level for level in present if level in levels)
    recorded = tuple(level for level in present if level != NOT_RECORDED)
    return tuple(present) if NOT_RECORDED in (reference, contrast) or not recorded else recorded


def check_columns(dataset: DataSet, question: Question) -> None:
    """Raise OptionRefused for a column that is not there or cannot play its part."""
    by = dataset.grouping(question.by)
    parts = {
        "stratify the test": [question.stratify] if question.stratify else [],
        "be adjusted for": list(question.adjust),
        "make subgroups": list(question.subgroups),
    }
    for part, columns in parts.items():
        names = [dataset.grouping(column) for column in columns]
        for place, (column, name) in enumerate(zip(columns, names, strict=True)):
            if name == by:
                raise OptionRefused(
                    f"{quoted(column)} is the grouping itself and cannot {part}. Choose another column."
                )
            if name in names[:place]:
                raise OptionRefused(f"{quoted(column)} is given twice to {part}. Name it once.")
            entry = next((found for found in dataset.baseline if found.name == name), None)
            if entry is None or entry.levels <= MOST_LEVELS:
                continue
            if part != "be adjusted for" or entry.kind != "numeric":
                raise OptionRefused(
                    f"{quoted(column)} has {entry.levels:,} different values; a column can {part} with at most "
                    f"{MOST_LEVELS}. There are: {listed(dataset.groupings)}."
                )
