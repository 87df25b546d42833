"""A figure on the screen: in the theme's colours, with a camera, and no button that leaves the machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

BUTTONS = [["toImage", "pan2d", "zoom2d", "resetScale2d"]]


def show(
    figure: Any,
    key: str,
    *,
    alt: str,
    filename: str = "",
    kind: str = "svg",
    chosen: Callable[[], None] | None = None,
) -> None:
    """Draw a figure; `alt` says the same in words, `kind` is what the camera saves (svg or png).

    `chosen` is called when a mark was clicked; the state of `key` says which.
    """
    st.plotly_chart(
        figure,
        key=key,
        theme=None,
        alt=alt,
        on_select=chosen or "ignore",
        selection_mode="points",
        config={
            "displayModeBar": True,
            "displaylogo": False,
            "modeBarButtons": BUTTONS,
            "toImageButtonOptions": {"format": kind, "filename": filename or key},
            "showSendToCloud": False,
        },
    )
