"""The steps of an import of times, as ADTTE or cBioPortal keep them, between the upload and the check."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from gepnet_core.intake.profile import ColumnProfile
from gepnet_core.intake.reading import Reading
from gepnet_core.intake.request import Format, Request
from gepnet_core.settings import Settings
from gepnet_core.vocabulary import TimeUnit
from pages.components import settings_form
from pages.components.cell_choice import choose_cell
from pages.components.import_asked import NO_FILE, Asked, choose_extracted, choose_missing, named, profiles_of
from pages.components.import_state import ImportState


def draw(
    remembered: ImportState, kind: Format, reading: Reading, peeked: dict[str, Any], today: date
) -> Asked:
    """Draw the steps and return what they say."""
    st.header("3. About the data", anchor=False)
    profiles = profiles_of(peeked["sheets"][0])
    treatment, unit, competing, censored = "", None, None, ()
    if kind is Format.CBIOPORTAL:
        header = peeked["sheets"][0]["header"]
        chosen = choose_cell(
            "Treatment",
            header,
            None,
            remembered.key("cbio_treatment"),
            fixed=False,
            help="What curves compare.",
        )
        treatment = chosen.column if chosen is not None else ""
    else:
        unit, competing, censored = _adtte(remembered, profiles)
    dated = kind is not Format.CBIOPORTAL
    extracted = choose_extracted(remembered, None, today, needed=False) if dated else None
    column = next((name for name in ("TRTP", "TRT01P", treatment) if name in profiles), None)
    modalities = named(profiles[column].distinct) if column else []
    missing = choose_missing(remembered, (), profiles)
    with st.expander("Settings of the data set", expanded=False):
        settings = settings_form.choose_settings(remembered, Settings(), modalities, eligibility=False)
    settings = replace(settings, missing=missing)
    settings_form.offer(settings)
    request = Request(
        NO_FILE,
        kind,
        settings=settings,
        extracted=extracted,
        reading=reading,
        time_unit=unit,
        competing_cnsr=competing,
        censored_cnsr=censored,
        treatment=treatment,
    )
    return Asked(request, [])


def _adtte(
    remembered: ImportState, profiles: dict[str, ColumnProfile]
) -> tuple[TimeUnit | None, int | None, tuple[int, ...]]:
    """Draw what only a person can say of an ADTTE file."""
    unit = None
    held = profiles.get("AVALU")
    if held is None or held.empty == held.n:
        unit = st.selectbox(
            "Unit of AVAL",
            list(TimeUnit),
            index=None,
            placeholder="As the dates show",
            key=remembered.key("time_unit"),
            help="The file has no AVALU. Where AVAL agrees with the dates, it is days.",
        )
    said = profiles["CNSR"].distinct if "CNSR" in profiles else {}
    codes = sorted({int(float(code)) for code in said if code.replace(".", "", 1).isdigit()} - {0})
    competing: int | None = None
    censored: list[int] = []
    if codes:
        competing = st.selectbox(
            "The CNSR that means death before the event",
            codes,
            index=None,
            placeholder="None: every CNSR above 0 is censored",
            key=remembered.key("competing"),
            help="Never inferred from text. Such a death can be censored, counted as event, or compete.",
        )
    if rest := [code for code in codes if code > 1 and code != competing]:
        censored = st.multiselect(
            "CNSR values that mean censored",
            rest,
            key=remembered.key("censored"),
            help="Those that nobody explains are listed as a warning.",
        )
    return unit, competing, tuple(censored)
