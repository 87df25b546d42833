"""The sidebar's second half on the side effects screen."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gepnet_core.glossary import define
from gepnet_core.side_effects import DEFAULT_WINDOW
from gepnet_core.spelled import LONGEST_WINDOW
from pages.components.session import Remembered


def draw(remembered: Remembered) -> None:
    """Draw the window and remember what it says."""
    if remembered.data.is_trial or "adverse_events" in remembered.data.not_recorded:
        return
    view = remembered.view
    st.markdown("**Side effects**")
    window = st.number_input(
        f"Window, days (1 to {LONGEST_WINDOW})",
        min_value=1,
        max_value=LONGEST_WINDOW,
        step=1,
        value=view.window or DEFAULT_WINDOW,
        key=remembered.widget("window"),
        disabled=bool(remembered.problems),
        help=define("window of side effects"),
    )
    remembered.show(replace(view, window=None if window == DEFAULT_WINDOW else int(window)))
