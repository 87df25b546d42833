"""A figure to take away: how wide, which kind of file, and one button; it is drawn when somebody asks."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from gepnet_core.print_size import FigureFormat, Width
from pages.components import downloads


def offer_figure(
    label: str, make: Callable[[Width, FigureFormat], bytes], file_name: str, *, key: str
) -> None:
    """Draw a row of width, kind of file and download.

    Parameters
    ----------
    make
        Returns the bytes of the file; called after a click, where there is no session.
    file_name
        Without its ending; the width is added.
    key
        Of the two controls, unlike that of any other row.
    """
    left, middle, right = st.columns([3, 2, 2], vertical_alignment="bottom")
    width: Width = left.selectbox(
        f"{label}: width", list(Width), format_func=lambda width: width.label, key=f"{key}_width"
    )
    kind: FigureFormat = middle.segmented_control(
        f"{label}: file",
        list(FigureFormat),
        default=FigureFormat.SVG,
        required=True,
        format_func=str.upper,
        key=f"{key}_format",
    )
    downloads.offer_bytes(
        label,
        lambda: make(width, kind),
        f"{file_name}_{width.mm:g}mm.{kind}",
        says="SVG stays sharp at any size, its text is outlines; PNG has 300 dots per inch.",
        mime=kind.mime,
        where=right,
    )
