"""The sidebar's second half on the compare screen: which groups, against what, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from gepnet_core.glossary import define
from gepnet_core.question import DEFAULT_GROUPING, compared_levels
from gepnet_core.spelled import parse_months
from gepnet_core.vocabulary import NOT_RECORDED, DeathRule
from pages.components import controls, number_field
from pages.components.controls import NOTHING, named
from pages.components.markdown import escaped
from pages.components.session import Remembered

TAU_HELP = (
    f"{define('RMST')} Empty: the smallest last observed time of the groups. Where death is a competing event "
    "there is no restricted mean."
)


def draw(remembered: Remembered) -> None:
    """Draw the controls of the compare screen and remember what they say."""
    st.markdown("**Compare**")
    controls.choose_endpoint(remembered)
    _choose_groups(remembered)
    controls.choose_death_rule(remembered)
    controls.choose_interval(remembered)
    _choose_columns(remembered)
    _choose_times(remembered)


def _choose_groups(remembered: Remembered) -> None:
    data, view = remembered.data, remembered.view
    groupings = data.groupings
    columns = list(groupings)
    by = _select(
        remembered,
        "Groups by",
        columns,
        view.by or DEFAULT_GROUPING,
        groupings,
        "compare_by",
        help=define("stratum"),
    )
    if by != (view.by or DEFAULT_GROUPING):
        view = replace(view, by=by, levels=(), reference=None, contrast=None)
    counted = data.event_counts(view.endpoint or "", view.selection, by=by)
    present = [counts.stratum for counts in counted]
    labels = data.modality_labels if by == "modality" else {}
    levels = st.multiselect(
        "Groups to compare",
        present,
        default=[level for level in view.levels if level in present],
        format_func=lambda level: labels.get(level, level),
        placeholder="All groups with a value" if NOT_RECORDED in present else "All groups",
        key=remembered.widget(f"levels:{by}:{','.join(present)}"),
        disabled=bool(remembered.problems),
        help="Two or more. Nothing chosen compares all groups that the filters leave; patients without a recorded "
        "value are compared only where “not recorded” is chosen.",
    )
    shown = list(compared_levels(present, levels, view.reference, view.contrast)) or [NOTHING]
    events = {counts.stratum: int(counts.events.sum()) for counts in counted}
    usual = next((level for level in shown if events.get(level)), shown[0])
    if view.reference is not None and view.reference not in shown:
        gone, instead = (labels.get(level, level) for level in (view.reference, usual))
        st.caption(escaped(f"{gone} is not among the groups. The reference is {instead}."))
    reference = _select(
        remembered,
        "Reference",
        shown,
        view.reference if view.reference in shown else usual,
        labels,
        f"reference:{by}:{','.join(shown)}",
        help="The group that the others are set against; unless chosen, the first that has events.",
    )
    others = [level for level in shown if level != reference] or [NOTHING]
    contrast = _select(
        remembered,
        "Contrast in subgroups",
        others,
        view.contrast if view.contrast in others else others[0],
        labels,
        f"contrast:{by}:{','.join(others)}",
        help="The group that is set against the reference within each subgroup.",
    )
    remembered.show(
        replace(
            view,
            levels=tuple(levels),
            reference=_explicit(reference, shown[0], view.reference),
            contrast=_explicit(contrast, others[0], view.contrast),
        )
    )


def _explicit(chosen: str, first: str, before: str | None) -> str | None:
    """Return a choice that must be kept: None where it is the first of the list and was not chosen before."""
    return None if chosen == first and before != chosen else chosen


def _choose_columns(remembered: Remembered) -> None:
    data, view = remembered.data, remembered.view
    by = view.by or DEFAULT_GROUPING
    groupings = {name: label for name, label in data.groupings.items() if name != by}
    numeric = {column.name: column.label for column in data.baseline if column.kind == "numeric"}
    stratify = _select(
        remembered,
        "Stratify the log-rank by",
        [NOTHING, *groupings],
        view.stratify if view.stratify in groupings else NOTHING,
        {**groupings, NOTHING: "none"},
        f"stratify:{by}",
        help=define("stratified log-rank"),
    )
    adjust = _several(
        remembered,
        "Adjust hazard ratios for",
        {**groupings, **{name: label for name, label in numeric.items() if name != by}},
        view.adjust,
        f"adjust:{by}",
        f"{define('adjusted')} Patients without a recorded value are left out of the adjusted model; their number "
        "is said.",
    )
    subgroups = _several(
        remembered,
        "Subgroups by",
        groupings,
        view.subgroups,
        f"subgroups:{by}",
        "The contrast within each level of these columns. Each adds to the number of comparisons.",
    )
    remembered.show(replace(view, stratify=stratify or None, adjust=adjust, subgroups=subgroups))


def _choose_times(remembered: Remembered) -> None:
    view = remembered.view
    competing = view.selection.death is DeathRule.COMPETING
    for part, label, words in (
        ("landmark", "Landmark, months", define("landmark analysis")),
        ("tau", "Restricted mean up to, months", TAU_HELP),
        ("at", "Difference at, months", "Empty: at 6, 12, 24 and 36 months."),
    ):
        number_field.draw(
            remembered,
            part,
            label,
            getattr(view, part),
            parse_months,
            partial(_write_months, remembered, part),
            placeholder="none" if part == "landmark" else "default",
            disabled=bool(remembered.problems) or (part == "tau" and competing),
            help=words,
        )


def _write_months(remembered: Remembered, part: str, months: float | None) -> None:
    remembered.show(replace(remembered.view, **{part: months}))  # type: ignore[arg-type]


def _select(
    remembered: Remembered,
    label: str,
    options: Sequence[str],
    chosen: str,
    labels: dict[str, str],
    key: str,
    *,
    help: str | None = None,
) -> str:
    found: str = st.selectbox(
        label,
        options,
        index=list(options).index(chosen) if chosen in options else 0,
        format_func=lambda value: _words(value, labels),
        key=remembered.widget(key),
        disabled=bool(remembered.problems),
        help=help,
    )
    return found


def _several(
    remembered: Remembered, label: str, options: dict[str, str], chosen: Sequence[str], key: str, words: str
) -> tuple[str, ...]:
    return tuple(
        st.multiselect(
            label,
            list(options),
            default=[value for value in chosen if value in options],
            format_func=lambda value: options[value],
            placeholder="None",
            key=remembered.widget(key),
            disabled=bool(remembered.problems),
            help=words,
        )
    )


def _words(value: str, labels: dict[str, str]) -> str:
    if value == NOTHING:
        return labels.get(NOTHING, "–")
    return named(labels.get(value, value))
