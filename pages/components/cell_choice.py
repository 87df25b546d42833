"""A control for one mapped value: a column of the file, one value for all rows, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from gepnet_core.contract import Column
from gepnet_core.intake.mapping import Cell

NONE, FIXED, NUMBER = "\0none", "\0fixed", "\0number"
WORDS = {NONE: "– not in the file –", FIXED: "one value for all rows …", NUMBER: "the number of the row"}


def choose_cell(
    label: str,
    header: Sequence[str],
    seed: Cell | None,
    key: str,
    *,
    column: Column | None = None,
    where: Any = st,
    numbered: bool = False,
    fixed: bool = True,
    help: str = "",
) -> Cell | None:
    """Draw the control and return what it says; None where nothing is chosen."""
    options = [NONE, *([NUMBER] if numbered else []), *header, *([FIXED] if fixed else [])]
    at = 0
    if seed is not None:
        wanted = NUMBER if seed.row_number else seed.column or FIXED
        at = options.index(wanted) if wanted in options else 0
    chosen = where.selectbox(
        label,
        options,
        index=at,
        format_func=lambda option: WORDS.get(option, option),
        key=key,
        help=help or (column.help if column is not None else None) or None,
    )
    if chosen == NONE:
        return None
    if chosen == NUMBER:
        return Cell(row_number=True)
    if chosen != FIXED:
        return Cell(column=chosen)
    before = seed.value if seed is not None else ""
    words = f"{label}: value for all rows"
    if column is not None and column.allowed:
        known = list(column.allowed)
        value = where.selectbox(
            words, known, index=known.index(before) if before in known else 0, key=f"{key}:value"
        )
    else:
        value = where.text_input(words, value=before, key=f"{key}:value")
    return Cell(value=value.strip()) if value.strip() else None
