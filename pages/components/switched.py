"""After another data set was chosen: what was chosen for the one before and is not used here, and the way back."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gepnet_core.case import Case
from gepnet_core.errors import listed
from gepnet_core.selection import Selection
from gepnet_core.side_effects import DEFAULT_WINDOW
from gepnet_core.store import DataSet, Shelf
from gepnet_core.view import View
from gepnet_core.vocabulary import DeathRule
from pages.components.markdown import escaped
from pages.components.session import Remembered, everybody


def draw(shelf: Shelf, remembered: Remembered) -> None:
    """Say what a switch of the data set has left behind, until it is closed or undone."""
    former = remembered.former
    if former is None or former not in remembered.opened:
        return
    data = remembered.opened[former]
    chosen = chosen_of(data, remembered.views[former])
    if not chosen:
        return
    with st.container(key="switched"):
        filtered = remembered.view.selection != Selection(death=remembered.view.selection.death)
        here = (
            f"with {remembered.data.describe(remembered.view.selection)}"
            if filtered
            else "with all its patients"
        )
        st.info(
            f"The data set is “{escaped(remembered.dataset)}” now, {escaped(here)}. What was chosen for "
            f"“{escaped(former)}” is not used here: {escaped('; '.join(chosen))}.",
            icon=":material/swap_horiz:",
        )
        with st.container(horizontal=True):
            if st.button(f"Back to “{escaped(former)}” with all this", icon=":material/undo:"):
                remembered.switch(shelf, former)
                remembered.former = None
                st.rerun()
            if st.button("Close", icon=":material/close:", key=remembered.widget("switched:close")):
                remembered.former = None
                st.rerun()


def chosen_of(data: DataSet, view: View) -> list[str]:
    """Return in words every control of a view that is not as it is at first."""
    first, selection = everybody(data), view.selection
    found: list[str] = []
    if selection != Selection(death=selection.death):
        found.append(data.describe(replace(selection, death=DeathRule.CENSOR)))
    if view.endpoint != first.endpoint and view.endpoint in data.endpoints:
        found.append(f"endpoint {view.endpoint}")
    if selection.death is not DeathRule.CENSOR:
        found.append(f"death before the event: {selection.death.label}")
    if view.by is not None:
        found.append(f"groups by {data.words_for(view.by, None)}")
    if view.levels:
        found.append(
            f"the groups {listed([data.words_for(view.by or 'modality', each) for each in view.levels])}"
        )
    if (view.conf_type, view.conf_level) != (first.conf_type, first.conf_level):
        found.append(f"intervals {view.conf_type.label}, {100 * view.conf_level:g} %")
    parts = {
        "reference, adjustment, times or subgroups of the comparison": (
            *("reference", "stratify", "adjust", "tau", "at", "landmark", "contrast", "subgroups"),
        ),
        "the look of the figure": ("horizon", "band", "failure"),
        "the patients that were listed": ("behind", "within", "lanes", "order"),
        "the patient that was open": ("patient",),
        "the finding that was open": ("finding",),
    }
    found += [
        words
        for words, names in parts.items()
        if any(getattr(view, name) != getattr(first, name) for name in names)
    ]
    if view.window not in (None, DEFAULT_WINDOW):
        found.append(f"side effects within {view.window} days")
    if view.case != Case():
        found.append("the patient under discussion")
    return found
