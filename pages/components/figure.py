"""A figure on the screen: in the theme's colours, with a camera, and no button that leaves the machine."""

from __future__ import annotations

from typing import Any

import streamlit as st

BUTTONS = [["toImage", "pan2d", "zoom2d", "resetScale2d"]]


def show(figure: Any, key: str, *, alt: str, filename: str = "", kind: str = "svg") -> None:
    """Draw a figure; `alt` says the same in words, `kind` is what the camera saves (svg or png)."""
    st.plotly_chart(
        figure,
        key=key,
        theme=None,
        alt=alt,
        config={
            "displayModeBar": True,
            "displaylogo": False,
            "modeBarButtons": BUTTONS,
            "toImageButtonOptions": {"format": kind, "filename": filename or key},
            "showSendToCloud": False,
        },
    )
