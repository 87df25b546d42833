"""The command `side-effects`: its options, and its answer as JSON."""

from __future__ import annotations

import argparse

from gepnet_core.cli_options import Json, add_filters, add_level, add_window, named_selection, opened
from gepnet_core.side_effects import DEFAULT_WINDOW, Proportion, SideEffectRow, side_effects
from gepnet_core.vocabulary import WHOLE_COHORT


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `side-effects`."""
    add_filters(parser)
    add_window(parser, default=DEFAULT_WINDOW)
    add_level(parser)


def run(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `side-effects`."""
    dataset = opened(asked)
    found = side_effects(dataset, named_selection(asked), window=asked.window, conf_level=asked.conf_level)
    return {
        "dataset": dataset.name,
        "version": dataset.version,
        "selection": dataset.describe(found.selection),
        "window_days": found.window,
        "conf_level": found.conf_level,
        "interval": "Clopper-Pearson",
        "per_patient": [_row(row) for row in found.per_patient],
        "per_treatment": [_row(row) for row in found.per_treatment],
        "left_out": found.left_out,
    }, 0


def _row(row: SideEffectRow) -> Json:
    """Return a row; "all" stands first within each term, before a modality of that name."""
    return {
        "modality": row.modality or WHOLE_COHORT,
        "term": row.term,
        "n": row.any_grade.n,
        "worst_grade": {str(grade): count for grade, count in enumerate(row.grades, start=1)},
        "any_grade": _proportion(row.any_grade),
        "grade_3_and_above": _proportion(row.severe),
        "onset_days": {"median": row.onset_median, "first": row.onset_first, "last": row.onset_last},
    }


def _proportion(found: Proportion) -> Json:
    return {"count": found.count, "share": found.share, "lower": found.lower, "upper": found.upper}
