"""What every page begins with: its title, whom it is about, and a stop where nothing can be shown."""

from __future__ import annotations

import streamlit as st

from gepnet_core.errors import NothingLeft
from gepnet_core.formatting import format_count
from gepnet_core.store import DataSet
from gepnet_core.view import View
from pages.components.markdown import escaped
from pages.components.session import KEY, Remembered, everybody


def begin(title: str) -> tuple[DataSet, View]:
    """Draw the head of a page and return the data and the view; stop after a bad link or on an empty cohort."""
    remembered: Remembered = st.session_state[KEY]
    st.title(title, anchor=False)
    if remembered.problems:
        st.error("\n\n".join(escaped(problem) for problem in remembered.problems))
        st.markdown("Nothing is shown, because the result could stand for other patients than were meant.")
        if st.button("Show all patients instead", key="drop_link"):
            remembered.reset(everybody(remembered.data))
            st.rerun()
        st.stop()
    if remembered.half_window:
        st.info("The window of index dates has one day so far. Choose the last day in the sidebar.")
        st.stop()
    data, view = remembered.data, remembered.view
    left = data.n_selected(view.selection)
    notice = f" · {escaped(data.meta['notice'])}" if data.meta["notice"] else ""
    st.markdown(
        f"**{escaped(view.selection.describe(data.modality_labels))}** · {left:,} of "
        f"{format_count(data.n, 'patient')}{notice}"
    )
    if left == 0:
        nothing_left()
    return data, view


def nothing_left() -> None:
    """Say that no patient is left, and draw nothing else."""
    st.info(str(NothingLeft()))
    st.stop()
