"""Whom a comparison is about: the filtered patients of the chosen groups, after a landmark those still followed."""

from __future__ import annotations

from dataclasses import replace

from gepnet_core.criteria import OneOf
from gepnet_core.formatting import format_months
from gepnet_core.question import Question, compared_levels
from gepnet_core.selection import Selection
from gepnet_core.store.dataset import DataSet


def groups_chosen(dataset: DataSet, question: Question) -> OneOf | None:
    """Return the condition that only the compared groups meet; None where all groups are compared.

    Patients without a recorded group are compared only where that is asked for.
    """
    column = dataset.grouping(question.by)
    counted = dataset.event_counts(question.endpoint, question.selection, by=question.by)
    present = [counts.stratum for counts in counted]
    wanted = compared_levels(present, question.levels, question.reference, question.contrast)
    if column is None or not (question.levels or len(wanted) < len(present)):
        return None
    return OneOf(column, question.levels or wanted)


def compared_selection(dataset: DataSet, question: Question) -> Selection:
    """Return the selection narrowed to the chosen groups."""
    chosen, selection = groups_chosen(dataset, question), question.selection
    if chosen is None:
        return selection
    both = set(chosen.values) & set(selection.modalities or chosen.values)
    if chosen.column == "modality" and both:
        return replace(selection, modalities=tuple(both))
    return replace(selection, criteria=(*selection.criteria, chosen))


def n_compared(dataset: DataSet, question: Question) -> int:
    """Return how many are compared: those with a time of the endpoint, one beyond the landmark if there is one."""
    counted = dataset.event_counts(question.endpoint, compared_selection(dataset, question))
    days, later = [each.days for each in counted], question.landmark
    kept = [found > later if later is not None else found >= 0 for found in days]
    left = [each.events + each.competing + each.censored for each in counted]
    return sum(int(total[chosen].sum()) for total, chosen in zip(left, kept, strict=True))


def compared_words(dataset: DataSet, question: Question) -> str:
    """Return who is compared: "RFA or External beam radiation; followed without event for more than 6.0 months"."""
    words = dataset.describe(compared_selection(dataset, question))
    if question.landmark is None:
        return words
    return f"{words}; followed without event for more than {format_months(question.landmark)} months"
