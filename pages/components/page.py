"""What every page begins with: its title, whom it is about, and a stop where nothing can be shown."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gepnet_core.behind import Ended
from gepnet_core.compared import compared_selection, compared_words, groups_chosen, n_compared
from gepnet_core.errors import NothingLeft
from gepnet_core.formatting import format_count
from gepnet_core.question import asked
from gepnet_core.selection import Selection
from gepnet_core.store import DataSet
from gepnet_core.view import View
from pages.components import links, number_field, tables
from pages.components.markdown import escaped
from pages.components.session import KEY, Remembered, everybody


def begin(
    title: str, *, whole: bool = False, even_empty: bool = False, compared: bool = False
) -> tuple[DataSet, View]:
    """Draw the head of a page and return the data and the view; stop on an empty cohort.

    With `whole`, the page is about the whole cohort whatever the filters, and says so. With `even_empty`, it goes
    on where the filters leave nobody: it may list patients whom they leave out. With `compared`, its head is about
    the groups that are compared.
    """
    remembered: Remembered = st.session_state[KEY]
    st.title(title, anchor=False)
    if remembered.half_window:
        st.info("The window of index dates has one day so far. Choose the last day in the sidebar.")
        st.stop()
    number_field.stop_if_unread()
    data, view = remembered.data, remembered.view
    notice = f" · {escaped(data.meta['notice'])}" if data.meta["notice"] else ""
    words = escaped(data.describe(view.selection))
    if data.offered.no_longer:
        st.info(escaped(data.offered.no_longer), icon=":material/info:")
    if whole:
        kept = f" · the filters ({words}) are kept, but not used on this page"
        aside = "" if view.selection == Selection() else kept
        st.markdown(f"**whole cohort** · {format_count(data.n, 'patient')}{notice}{aside}")
        return data, view
    left = data.n_selected(view.selection)
    linked = tables.marked(links.patients(f"{left:,}", left, view, None))
    if compared:
        words, linked = _compared(data, view)
    st.markdown(f"**{words}** · {linked} of {format_count(data.n, 'patient')}{notice}")
    if remembered.newest != data.version:
        st.caption("Another version of this data set is the current one now: see the sidebar.")
    if left == 0 and not even_empty:
        nothing_left()
    return data, view


def _compared(data: DataSet, view: View) -> tuple[str, str]:
    """Return who is compared in words, and their number, linked to them where a list can hold just these."""
    question = asked(view, data)
    n, chosen = n_compared(data, question), groups_chosen(data, question)
    words = escaped(compared_words(data, question))
    if question.landmark is not None:
        return words, f"{n:,}"
    everybody = n == data.n_selected(compared_selection(data, question))
    behind = None if everybody else Ended(question.endpoint)
    return words, tables.marked(links.patients(f"{n:,}", n, view, behind, [chosen] if chosen else []))


def refuse_link(title: str, remembered: Remembered) -> None:
    """Say in place of a page what a link got wrong, and offer what can be shown; stop where it got something wrong.

    A page that has drawn its title gives none. The reader decides which patients that is. Every page is refused
    alike, so that none shows other data.
    """
    if not remembered.problems:
        return
    if title:
        st.title(title, anchor=False)
    data, rest = remembered.data, remembered.view
    st.error("\n\n".join(escaped(problem) for problem in remembered.problems))
    st.markdown("Nothing is shown, because the result could stand for other patients than were meant.")
    kept = data.describe(rest.selection)
    where, of = (f" in “{data.name}”", f" of “{data.name}”") if remembered.dataset_gone else ("", "")
    offer = ""
    if remembered.version_gone:
        offer = f"Show the current version with all that the link asks for: {escaped(kept)}"
    elif rest.selection != Selection():
        offer = f"Show what the rest of the link says{where}: {escaped(kept)}"
    if offer and st.button(offer):
        remembered.reset(rest)
        st.rerun()
    if st.button(f"Show all patients{of} instead"):
        remembered.reset(everybody(data))
        st.rerun()
    st.stop()


def nothing_left(why: NothingLeft | None = None) -> None:
    """Say that no patient is left, offer a way out, and draw nothing else."""
    remembered: Remembered = st.session_state[KEY]
    st.info(escaped(str(why or NothingLeft())))
    chosen = remembered.view.selection
    everything = Selection(death=chosen.death)
    filtered = why is None and chosen != everything
    if filtered and st.button("Clear all filters", icon=":material/filter_alt_off:"):
        remembered.reset(replace(remembered.view, selection=everything))
        st.rerun()
    st.stop()
