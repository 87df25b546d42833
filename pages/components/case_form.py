"""The form for the patient under discussion, and what is estimated of those who are like it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from gepnet_core.case import Case
from gepnet_core.similar import FEWEST, MOST, levels, offered
from gepnet_core.spelled import parse_lines, parse_percent, whole_from
from pages.components import controls, number_field
from pages.components.session import KEY, Remembered

NOT_KNOWN = ""
NOT_KNOWN_WORDS = "not known"


def draw_estimate(remembered: Remembered) -> None:
    """Draw the sidebar's second half: endpoint, rule of death and interval."""
    st.markdown("**Estimate**")
    controls.choose_endpoint(remembered)
    controls.choose_death_rule(remembered)
    controls.choose_interval(remembered)


def draw() -> None:
    """Draw what may be known of the patient; a change is remembered before the page runs again.

    Only what the data set records is on offer, and what a link says in vain, so that it can be taken back.
    """
    remembered: Remembered = st.session_state[KEY]
    data, case = remembered.data, remembered.view.case
    there = {*offered(data), *(field for field in offered_fields(case) if getattr(case, field) is not None)}
    above, below = st.columns(4), st.columns(4, vertical_alignment="bottom")
    if "primary_site" in there:
        _choose(above[0], remembered, "primary_site", "Primary site", levels(data, "primary_site"))
    if "tumour_grade" in there:
        _choose(above[1], remembered, "tumour_grade", "Tumour grade (WHO)", levels(data, "tumour_grade"))
    if "ki67_percent" in there:
        help = "Matched by the bands of the WHO grades: below 3, 3 to 20, above 20 %."
        _number(above[2], remembered, "ki67_percent", "Ki-67, %", parse_percent, help)
    if "target_site" in there:
        _choose(above[3], remembered, "target_site", "Target site", levels(data, "target_site"))
    if "lines" in there:
        help = "Distinct agents, those going on included: 0, 1, 2, or 3 and more are matched."
        _number(below[0], remembered, "lines", "Systemic agents so far", parse_lines, help)
    _choose(
        below[1],
        remembered,
        "modality",
        f"{'Treatment' if data.is_trial else 'Modality'} under discussion",
        list(data.modality_labels),
        data.modality_labels,
    )
    _number(
        below[2],
        remembered,
        "least",
        "Patients wanted",
        whole_from(FEWEST, MOST),
        f"{FEWEST} to {MOST}. Where fewer match, conditions are dropped one by one.",
    )
    below[3].button(
        "Another patient",
        icon=":material/person_add:",
        key=remembered.widget("case_clear"),
        disabled=case == Case(),
        on_click=lambda: remembered.reset(replace(remembered.view, case=Case())),
        help="Empties the form.",
    )


def offered_fields(case: Case) -> list[str]:
    """Return the fields of a case that restrict."""
    return [field for field in case.__slots__ if field not in ("modality", "least")]


def _choose(
    where: Any,
    remembered: Remembered,
    field: str,
    label: str,
    values: Sequence[str],
    labels: dict[str, str] | None = None,
) -> None:
    """Draw the choice of a value; one that a link says and nobody has stays visible, marked as such."""
    now = getattr(remembered.view.case, field)
    said = [getattr(remembered.seed.case, field), now]
    strange = [value for value in dict.fromkeys(said) if value is not None and value not in values]
    options = [NOT_KNOWN, *values, *strange]

    def words(value: str) -> str:
        if value == NOT_KNOWN:
            return NOT_KNOWN_WORDS
        if value in strange:
            return f"{value} (not in these data)"
        shown = (labels or {}).get(value, value)
        return f"{shown} (value)" if shown == NOT_KNOWN_WORDS else shown

    key = remembered.widget(f"case_{field}")
    where.selectbox(
        label,
        options,
        index=options.index(now or NOT_KNOWN),
        format_func=words,
        key=key,
        on_change=lambda: _write(remembered, field, st.session_state[key] or None),
    )


def _number(
    where: Any,
    remembered: Remembered,
    field: str,
    label: str,
    parse: Callable[[str], Any],
    help: str,
) -> None:
    usual = getattr(Case(), field)
    number_field.draw(
        remembered,
        f"case_{field}",
        label,
        getattr(remembered.view.case, field),
        parse,
        lambda number: _write(remembered, field, usual if number is None else number),
        where=where,
        placeholder=NOT_KNOWN_WORDS if usual is None else str(usual),
        help=help,
    )


def _write(remembered: Remembered, field: str, value: object) -> None:
    case = replace(remembered.view.case, **{field: value})  # type: ignore[arg-type]
    remembered.show(replace(remembered.view, case=case))
