"""The sidebar's second half on the side effects screen."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gepnet_core.glossary import define
from gepnet_core.side_effects import DEFAULT_WINDOW
from gepnet_core.spelled import LONGEST_WINDOW, parse_window
from pages.components import number_field
from pages.components.session import Remembered


def draw(remembered: Remembered) -> None:
    """Draw the window and remember what it says."""
    if remembered.data.is_trial or "adverse_events" in remembered.data.not_recorded:
        return
    view = remembered.view
    st.markdown("**Side effects**")
    number_field.draw(
        remembered,
        "window",
        f"Window, days (1 to {LONGEST_WINDOW})",
        view.window or DEFAULT_WINDOW,
        parse_window,
        lambda days: _write(remembered, days),
        placeholder=str(DEFAULT_WINDOW),
        disabled=bool(remembered.problems),
        help=define("window of side effects"),
    )


def _write(remembered: Remembered, days: int | None) -> None:
    remembered.show(replace(remembered.view, window=None if days == DEFAULT_WINDOW else days))
