"""A file to take away, made when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st


def offer(
    label: str,
    lines: Callable[[], Iterable[str]],
    file_name: str,
    *,
    says: str,
    where: Any = st,
    mime: str = "text/csv",
) -> None:
    """Draw a button that downloads `lines()`; `says` is its help, `where` a column or the page."""
    offer_bytes(label, lambda: "".join(lines()).encode(), file_name, says=says, where=where, mime=mime)


def offer_bytes(
    label: str, content: Callable[[], bytes], file_name: str, *, says: str, mime: str, where: Any = st
) -> None:
    """Draw a button that downloads `content()`."""
    where.download_button(
        label,
        content,
        file_name=file_name,
        mime=mime,
        icon=":material/download:",
        on_click="ignore",
        help=says,
    )
