"""The steps of an import of source tables between the upload and the check."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from gepnet_core.intake.dates import DateFormat
from gepnet_core.intake.reading import Reading
from gepnet_core.intake.request import Format, Request
from gepnet_core.intake.source_tables import plain_name
from gepnet_core.settings import parse_settings
from pages.components import settings_form
from pages.components.import_asked import NO_FILE, Asked, choose_extracted, choose_missing, named, profiles_of
from pages.components.import_state import ImportState


def draw(remembered: ImportState, reading: Reading, peeked: dict[str, Any], today: date) -> Asked:
    """Draw the steps and return what they say."""
    seed = parse_settings("settings.toml", peeked["settings"])
    st.header("3. About the data", anchor=False)
    extracted = choose_extracted(remembered, seed.extracted, today, needed=True)
    date_format = st.selectbox(
        "How dates are written",
        list(DateFormat),
        key=remembered.key("date_format"),
        help="In CSV files. Dates of a workbook are read as dates, whatever they look like.",
    )
    modalities: dict[str, int] = {}
    indications: dict[str, int] = {}
    for sheet in peeked["sheets"]:
        if sheet["name"].casefold() == "local_treatments":
            profiles = {plain_name(name): held for name, held in profiles_of(sheet).items()}
            modalities = profiles["modality"].distinct if "modality" in profiles else {}
            indications = profiles["indication"].distinct if "indication" in profiles else {}
    missing = choose_missing(remembered, seed.missing, {})
    with st.expander("Settings of the data set", expanded=False):
        settings = settings_form.choose_settings(
            remembered, replace(seed, missing=missing), named(modalities), indications=named(indications)
        )
    settings_form.offer(settings)
    request = Request(
        NO_FILE,
        Format.TABLES,
        settings=replace(settings, missing=missing),
        extracted=extracted,
        reading=reading,
        date_format=date_format,
    )
    return Asked(request, [] if extracted else ["Say the day of the export."])
