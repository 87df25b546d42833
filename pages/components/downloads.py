"""A file to take away, made when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st


def offer(
    label: str, lines: Callable[[], Iterable[str]], file_name: str, *, says: str, where: Any = st
) -> None:
    """Draw a button that downloads `lines()` as CSV; `says` is its help, `where` a column or the page."""
    where.download_button(
        label,
        lambda: "".join(lines()).encode(),
        file_name=file_name,
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        help=says,
    )
