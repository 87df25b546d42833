"""The steps of an import of a wide table between the upload and the check: its mapping, and about the data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from gepnet_core.errors import CohortError, listed
from gepnet_core.importer.draft_codec import draft_from
from gepnet_core.intake.dates import DateFormat
from gepnet_core.intake.draft import Draft
from gepnet_core.intake.mapping import Cell, ColumnMapping, mapping_from
from gepnet_core.intake.profile import ColumnProfile
from gepnet_core.intake.reading import Reading
from gepnet_core.intake.request import Format, Request
from gepnet_core.settings import Settings
from gepnet_core.vocabulary import NOT_RECORDED
from pages.components import downloads, mapping_form, settings_form, times_form
from pages.components.cell_choice import choose_cell
from pages.components.import_asked import NO_FILE, Asked, choose_extracted, choose_missing, profiles_of
from pages.components.import_state import ImportState
from pages.components.markdown import escaped
from pages.components.offers import in_browser


def draw(
    remembered: ImportState, kind: Format, reading: Reading, peeked: dict[str, Any], today: date
) -> Asked:
    """Draw the steps and return what they say."""
    sheet = peeked["sheets"][0]
    header, profiles = sheet["header"], profiles_of(sheet)
    draft = _seed(remembered, draft_from(sheet["draft"]))
    st.header("3. What the columns mean", anchor=False)
    _load(remembered, header)
    seed_settings = remembered.loaded.settings if remembered.loaded is not None else Settings()
    modes = ["dates", "times"]
    mode = st.segmented_control(
        "The table holds",
        modes,
        default="times" if draft.endpoints else "dates",
        format_func=lambda mode: {
            "dates": "dates of treatments and events",
            "times": "times with a status",
        }[mode],
        key=remembered.key("mode"),
        help="Dates: the endpoints are computed here, by the definitions on the page Methods. Times: the endpoints "
        "were computed elsewhere, as a number and a status.",
    )
    patient_id = choose_cell(
        "Patient id *",
        header,
        draft.patient_id,
        remembered.key("patient_id"),
        numbered=True,
        fixed=False,
        help="A pseudonym. 007 and NA stay as they are.",
    )
    if patient_id is not None and patient_id.row_number:
        st.caption(
            "The number of the row stands for the patient. Choose a column of ids if there is one: after sorting "
            "the table its rows have other numbers."
        )
    others = {
        name: held for name, held in profiles.items() if patient_id is None or name != patient_id.column
    }
    missing = choose_missing(remembered, draft.missing, others)
    open_ = [] if patient_id is not None else ["Say the column of the patient id."]
    kept = remembered.loaded.reading if remembered.loaded is not None else Reading()
    said = remembered.said().over(kept)  # a control says its own part, a kept mapping the rest
    mapping = ColumnMapping(patient_id or Cell(row_number=True), reading=said.over(reading), missing=missing)
    if mode == "times":
        mapping, more = _times(remembered, draft, header, profiles, mapping)
    else:
        mapping, more = _dates(remembered, draft, header, profiles, mapping)
    open_ += more
    st.header("4. About the data", anchor=False)
    extracted = None
    if mode != "times":
        extracted = choose_extracted(remembered, seed_settings.extracted, today, needed=True)
        open_ += [] if extracted else ["Say the day of the export."]
    modalities = _stored(mapping, profiles, "modality")
    with st.expander("Settings of the data set", expanded=False):
        settings = settings_form.choose_settings(
            remembered,
            seed_settings,
            modalities,
            indications=_stored(mapping, profiles, "indication"),
            eligibility=mode != "times",
            only_present=True,
        )
    if mode != "times" and settings.focal_only:
        st.caption(
            f"Only treatments with the indication “{escaped(settings.focal_indication)}” can be the index "
            "treatment: see the settings above."
        )
    if mode != "times" and settings.metastatic and "metastatic_date" not in _patient_columns(mapping):
        st.warning(
            "No column is the first metastasis, and without it nobody is eligible. Choose it in step 3, or do "
            "not ask for it."
        )
        st.button(
            "Do not ask for the first metastasis", key=remembered.key("waive"), on_click=remembered.waive
        )
    mapping = replace(mapping, settings=settings)
    remembered.last = replace(mapping, reading=said)
    try:
        mapping_from("the mapping", mapping.to_toml())
    except CohortError as refused:
        if not open_:
            open_.append(in_browser(str(refused).removeprefix("the mapping: ")).capitalize())
    else:
        downloads.offer(
            "Mapping (TOML)",
            lambda: [mapping.to_toml()],
            "mapping.toml",
            says="Use it again for the next export of the same table, here or on the command line.",
            mime="application/toml",
        )
    return Asked(Request(NO_FILE, kind, mapping=mapping, extracted=extracted), open_)


def _load(remembered: ImportState, header: list[str]) -> None:
    """Offer to take a mapping that was kept."""
    with st.popover("Use a kept mapping", icon=":material/upload_file:"):
        kept = st.file_uploader("Mapping file (TOML)", type="toml", key=remembered.key("mapping_file"))
        if kept is not None and kept.file_id != remembered.loaded_as:
            try:
                remembered.loaded = mapping_from(kept.name, kept.getvalue().decode("utf-8-sig"))
            except UnicodeDecodeError:
                st.error("The mapping file is not UTF-8 text. Save it as UTF-8.")
                return
            except CohortError as refused:
                st.error(escaped(str(refused)))
                return
            if lacking := sorted(remembered.loaded.columns() - set(header)):
                remembered.loaded = None
                names = escaped(listed(lacking))
                st.error(f"This mapping names columns that the file lacks: {names}. Nothing was changed.")
                return
            remembered.take_mapping(kept.file_id)
            st.toast(f"The mapping {escaped(kept.name)} was taken over.")
            st.rerun()


def _seed(remembered: ImportState, draft: Draft) -> Draft:
    """Return the draft with which the widgets start: what was guessed, or a mapping that was kept."""
    kept = remembered.loaded
    if kept is None:
        return draft
    return Draft(
        patient_id=kept.patient_id,
        groups=list(kept.groups),
        endpoints=list(kept.endpoints),
        treatment=kept.treatment,
        values={column: dict(words) for column, words in kept.values.items()},
        missing=kept.missing,
        dates=_dates_of(kept),
    )


def _dates_of(kept: ColumnMapping) -> dict[str, DateFormat]:
    """Return how a mapping says that each column of dates is written."""
    if kept.date_format is None:
        return dict(kept.dates)
    return {**dict.fromkeys(kept.date_columns(), kept.date_format), **kept.dates}


def _dates(
    remembered: ImportState,
    draft: Draft,
    header: list[str],
    profiles: dict[str, ColumnProfile],
    mapping: ColumnMapping,
) -> tuple[ColumnMapping, list[str]]:
    groups = mapping_form.choose_groups(remembered, draft, header)
    dates, open_dates = mapping_form.choose_dates(remembered, groups, profiles, draft)
    values = mapping_form.choose_values(remembered, draft, groups, profiles, mapping.missing)
    asked = [f"Say how the dates of “{name}” are written." for name in open_dates]
    return replace(mapping, groups=groups, dates=dates, values=values), asked


def _times(
    remembered: ImportState,
    draft: Draft,
    header: list[str],
    profiles: dict[str, ColumnProfile],
    mapping: ColumnMapping,
) -> tuple[ColumnMapping, list[str]]:
    endpoints = times_form.choose_endpoints(remembered, draft, header, profiles)
    treatment = choose_cell(
        "Treatment",
        header,
        draft.treatment,
        remembered.key("treatment"),
        help="What the curves are compared by.",
    )
    asked = [
        f"Say what the values of “{times.status}” mean: at least one is an event of {times.code}."
        for times in endpoints
        if not times.event
    ]
    for times in endpoints:
        said = {*times.event, *times.censored, *times.competing}
        left = [value for value in profiles[times.status].distinct if value.strip() and value not in said]
        if times.event and left:
            asked.append(f"Say what {listed(left)} means in “{times.status}”.")
    baseline = remembered.loaded.baseline if remembered.loaded is not None else None
    mapping = replace(mapping, endpoints=endpoints, baseline=baseline)
    return replace(mapping, treatment=treatment or Cell(value=NOT_RECORDED)), asked


def _stored(mapping: ColumnMapping, profiles: dict[str, ColumnProfile], name: str) -> list[str]:
    """Return the modalities (or treatments of times) or indications that the file holds, as they will be stored."""
    cells = [group.cells[name] for group in mapping.of("local_treatments") if name in group.cells]
    if mapping.endpoints and mapping.treatment is not None:
        cells = [mapping.treatment]
    found: list[str] = []
    for cell in cells:
        if not cell.column:
            found.append(cell.value)
            continue
        said = mapping.values.get(cell.column, {})
        missing = {word.casefold() for word in mapping.missing}
        values = [said.get(value, value) for value in profiles[cell.column].distinct]
        found += [value for value in values if value.strip() and value.casefold() not in missing]
    return sorted(set(found))


def _patient_columns(mapping: ColumnMapping) -> set[str]:
    """Return the columns of the patients that the mapping names."""
    return {name for group in mapping.of("patients") for name in group.cells}
