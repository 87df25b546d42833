"""What every import is asked: the day of the export, the words for missing, and what its columns hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from gepnet_core.intake.dates import FIRST_DAY, LAST_DAY
from gepnet_core.intake.profile import ColumnProfile
from gepnet_core.intake.request import Request
from pages.components.import_state import ImportState

DATE_FORMAT = "YYYY-MM-DD"
NO_FILE = Path("file")


@dataclass
class Asked:
    """What the form says: the request, and what is still open in it."""

    request: Request
    open: list[str]


def profiles_of(sheet: dict[str, Any]) -> dict[str, ColumnProfile]:
    """Return what the columns of a table hold, by name."""
    return {told["name"]: ColumnProfile.from_json(told) for told in sheet["profile"]}


def choose_extracted(remembered: ImportState, seed: date | None, today: date, *, needed: bool) -> date | None:
    """Draw the day of the export."""
    chosen = st.date_input(
        "Day of the export" + (" *" if needed else ""),
        value=remembered.extracted or seed,
        min_value=FIRST_DAY,
        max_value=min(today, LAST_DAY),
        format=DATE_FORMAT,
        key=remembered.key("extracted"),
        help="The day on which the data were exported. A later date in the file is an error; "
        "who is alive and was not seen in the 12 months before it is listed.",
    )
    remembered.extracted = chosen if isinstance(chosen, date) else None
    return remembered.extracted


def named(found: dict[str, int]) -> list[str]:
    """Return the values that say something, sorted."""
    return sorted(value for value in found if value.strip())


def choose_missing(
    remembered: ImportState, seed: tuple[str, ...], profiles: dict[str, ColumnProfile]
) -> tuple[str, ...]:
    """Draw the words that mean that nothing is recorded."""
    known = list(dict.fromkeys([*seed, *(word for held in profiles.values() for word in held.missing_words)]))
    chosen = st.multiselect(
        "Words that mean missing",
        known,
        default=list(seed),
        accept_new_options=True,
        placeholder="None: only empty cells are missing",
        key=remembered.key("missing"),
        help="For instance . or NA or unknown. They never apply to patient ids.",
    )
    return tuple(chosen)
