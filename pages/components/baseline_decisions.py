"""Which columns are known only after the index date, or may be, and what was decided of each."""

from __future__ import annotations

import streamlit as st

from gepnet_core.intake.known_later import KNOWN_LATER
from gepnet_core.store import DataSet
from pages.components import tables


def show(data: DataSet) -> None:
    """Draw a line for each such column of a data set; nothing where there is none."""
    judged = data.offered.judged
    if not judged:
        return
    with st.expander(f"Columns that {KNOWN_LATER} ({len(judged):,})"):
        st.caption(
            "No baseline unless somebody said so: what is known only later would tell the outcome. Import the file "
            "again with another decision to change it."
        )
        tables.show(
            ["Column", "Why", "Decision"],
            [[found.name, found.why[:1].upper() + found.why[1:] or "–", found.said] for found in judged],
            alt="Columns known only after the index date, and decisions",
            wrapped=True,
        )
