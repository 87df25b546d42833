"""The filter by what was known of a patient on the index date: one characteristic at a time, each cleared alone."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gepnet_core.criteria import OneOf
from gepnet_core.selection import Selection
from gepnet_core.store import DataSet
from pages.components.markdown import escaped
from pages.components.session import Remembered


def choose(data: DataSet, remembered: Remembered, selection: Selection) -> Selection:
    """Draw the control and return the selection under it; a link may hold conditions that it cannot make."""
    columns = {name: label for name, label in data.groupings.items() if name != "modality"}
    if not columns:
        return selection
    with st.expander("Characteristics", icon=":material/tune:"):
        column = st.selectbox(
            "Characteristic",
            list(columns),
            index=None,
            format_func=lambda name: columns.get(name, name),
            placeholder="Choose a column",
            disabled=bool(remembered.problems),
            key=remembered.widget("characteristic"),
            help="Something known on the index date. What happened later never chooses who is estimated.",
        )
        if column is None:
            return selection
        of_column = [each for each in selection.criteria if isinstance(each, OneOf) and each.column == column]
        shown = sorted(set.intersection(*(set(each.values) for each in of_column))) if of_column else []
        levels = data.levels(column)
        chosen = st.multiselect(
            escaped(columns[column]),
            [*levels, *(value for value in shown if value not in levels)],
            default=shown,
            placeholder="All",
            disabled=bool(remembered.problems),
            key=remembered.widget(f"criterion:{column}"),
            help="Nothing chosen means all, those without a value included.",
        )
    if set(chosen) == set(shown):
        return selection
    kept = [each for each in selection.criteria if each not in of_column]
    return replace(selection, criteria=(*kept, *([OneOf(column, tuple(chosen))] if chosen else [])))


def show(data: DataSet, remembered: Remembered) -> None:
    """Say each condition in words, with a button that takes it away."""
    selection = remembered.view.selection
    for place, criterion in enumerate(selection.criteria):
        st.markdown(f"Only: {escaped(criterion.describe(data.words_for))}")
        if st.button(
            f"Clear {escaped(data.words_for(criterion.column, None))}",
            icon=":material/close:",
            key=remembered.widget(f"clear:{place}"),
            disabled=bool(remembered.problems),
        ):
            rest = tuple(each for each in selection.criteria if each != criterion)
            remembered.reset(replace(remembered.view, selection=replace(selection, criteria=rest)))
            st.rerun()
