"""The tour of three steps above the overview, where a browser opens the bare address for the first time."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gepnet_core.formatting import format_count
from gepnet_core.store import DataSet
from gepnet_core.view import View
from pages.components import links, tables
from pages.components.links import Linked

STEP = "tour_step"
CLOSED, STEPS = 0, 3
COOKIE = "gepnet_tour"
# What this browser remembers is that the tour was closed, nothing else; a year, for the dashboard alone.
REMEMBER = f"""
export default function () {{
    document.cookie = '{COOKIE}=closed; path=/; max-age=31536000; SameSite=Lax'
}}
"""
_component = st.components.v2.component("tour", html="<div></div>", js=REMEMBER)


def start(*, overview: bool) -> None:
    """Decide once, before the address of the session is written, whether the tour is shown."""
    if STEP not in st.session_state:
        first = overview and not st.query_params and COOKIE not in dict(st.context.cookies)
        st.session_state[STEP] = 1 if first else None


def again() -> None:
    """Begin the tour anew."""
    st.session_state[STEP] = 1


def draw(data: DataSet, view: View) -> None:
    """Draw the step that is due, or let the browser remember that the tour was closed."""
    step = st.session_state.get(STEP)
    if step == CLOSED:
        with st.container(key="tour-closed"):
            _component(key="remember-tour")
    if not step:
        return
    with st.container(border=True, key="screen-only-tour"):
        st.markdown(f"**A short tour, step {step} of {STEPS}.** {_words(step, data, view)}")
        with st.container(horizontal=True, gap="small"):
            st.button("Back", key="tour_back", disabled=step == 1, on_click=_go, args=(step - 1,))
            if step < STEPS:
                st.button("Next", key="tour_next", on_click=_go, args=(step + 1,))
            last = "Close the tour" if step < STEPS else "Done"
            st.button(last, key="tour_close", on_click=_go, args=(CLOSED,))
        st.caption("Closed, it does not come again in this browser. Methods brings it back.")


def _go(step: int) -> None:
    st.session_state[STEP] = step


def _words(step: int, data: DataSet, view: View) -> str:
    if step == 1:
        value, label = next(iter(data.modality_labels.items()))
        one = replace(view.selection, modalities=(value,))
        tried = tables.marked(Linked(f"{label} alone", links.address("", view, selection=one)))
        return (
            f"The sidebar chooses patients{', by modality and by date,' if data.has_dates else ''} on every page. "
            f"Every number and every curve follows. Try it: {tried}; “Clear filters” brings everybody back."
        )
    if step == 2:
        n = data.n_selected(view.selection)
        shown = tables.marked(links.patients(format_count(n, "patient"), n, view, None))
        return (
            f"An underlined number opens the patients behind it. Try it: {shown}; “Overview” leads back here."
        )
    away = tables.marked(Linked("Take away", links.address("take-away", view)))
    return (
        f"What you see goes with you: {away} has a link to exactly this view, a report, and a bundle with the "
        "numbers, the figures and the methods. Every curve also has a camera beside it."
    )
