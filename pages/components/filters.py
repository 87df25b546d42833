"""The sidebar: which patients, on every page. A control moved changes the remembered view at once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date

import streamlit as st

from gepnet_core.errors import DataSetUnknown, StoreDamaged
from gepnet_core.glossary import define
from gepnet_core.selection import Selection
from gepnet_core.store import DataSet, Shelf
from gepnet_core.view import View
from pages.components import criteria_filter
from pages.components.session import Remembered

DATE_FORMAT = "YYYY-MM-DD"
SPARE_YEARS = 5


def draw(shelf: Shelf, remembered: Remembered) -> None:
    """Draw the filters and remember what they say."""
    _choose_dataset(shelf, remembered)
    data, seed = remembered.data, remembered.seed
    st.markdown("**Patients**")
    modalities = st.multiselect(
        "Modality",
        list(data.modality_labels),
        default=list(remembered.view.selection.modalities),
        format_func=lambda value: data.modality_labels.get(value, value),
        placeholder="All treatments" if data.is_trial else "All modalities",
        disabled=bool(remembered.problems),
        key=remembered.widget("modality"),
        help=(
            "The treatment that a patient was given. Nothing chosen means all."
            if data.is_trial
            else f"{define('modality')} Nothing chosen means all."
        ),
    )
    selection = replace(remembered.view.selection, modalities=tuple(modalities))
    if data.has_dates:
        selection = _choose_dates(data, seed, remembered, selection)
    else:
        remembered.half_window = False
        st.caption(f"No date filters: {data.meta['no_dates']}.")
    selection = criteria_filter.choose(data, remembered, selection)
    remembered.show(replace(remembered.view, selection=selection))
    criteria_filter.show(data, remembered)
    everybody = Selection(death=remembered.view.selection.death)  # the rule chooses no patient
    # always there: a control that comes and goes would move those below it under the reader's hand
    if st.button(
        "Clear filters",
        icon=":material/filter_alt_off:",
        key=remembered.widget("clear"),
        disabled=remembered.view.selection == everybody or bool(remembered.problems),
    ):
        remembered.reset(replace(remembered.view, selection=everybody))
        st.rerun()


def _choose_dataset(shelf: Shelf, remembered: Remembered) -> None:
    names = sorted({*shelf.names(), remembered.dataset})
    name = st.selectbox(
        "Data set",
        names,
        index=names.index(remembered.dataset),
        key=f"dataset:{remembered.generation}",
        help="A cohort or trial. The page Data brings in another one.",
    )
    if name != remembered.dataset:
        remembered.switch(shelf, name)
        st.rerun()
    remembered.newest = remembered.data.version
    with suppress(
        DataSetUnknown, StoreDamaged
    ):  # taken off the list, or damaged: this session reads what it has
        remembered.newest = shelf.current(name).version
    if remembered.newest != remembered.data.version:
        st.info(
            f"Another version of this data set is the current one now ({remembered.newest}). This page still shows "
            f"{remembered.data.version}."
        )
        if st.button("Show the current version", key=remembered.widget("newer")):
            remembered.update(shelf)
            st.rerun()


def _choose_dates(data: DataSet, seed: View, remembered: Remembered, selection: Selection) -> Selection:
    """Draw window and cut-off.

    The bounds reach some years past the data and past what the link asked for: a day outside the data is a
    choice that leaves nobody, and says so, where a field that refuses it would show one thing and mean another.
    """
    first, last = data.index_dates or (date.min, date.max)
    observed = data.last_date or last
    asked = [seed.selection.index_from, seed.selection.index_to, seed.selection.cutoff]
    days = [first, observed, *(day for day in asked if day is not None)]
    low = date(max(1, min(days).year - SPARE_YEARS), 1, 1)
    high = date(min(9999, max(days).year + SPARE_YEARS), 12, 31)
    shown = remembered.view.selection
    window = (
        shown.index_from or min(first, shown.index_to or first),
        shown.index_to or max(last, shown.index_from or last),
    )
    chosen = st.date_input(
        "Index date",
        value=window,
        min_value=low,
        max_value=high,
        format=DATE_FORMAT,
        key=remembered.widget("index_date"),
        disabled=bool(remembered.problems),
        help=f"{define('index date')} {define('window of index dates')}",
    )
    remembered.half_window = len(chosen) != 2
    begin, end = (*chosen, None, None)[:2]
    selection = replace(
        selection,
        index_from=_asked_for(begin, shown.index_from, window[0], first, seed.selection.index_from),
        index_to=_asked_for(end, shown.index_to, window[1], last, seed.selection.index_to),
    )
    cutoff = st.date_input(
        "Data cut-off",
        value=shown.cutoff,
        min_value=low,
        max_value=high,
        format=DATE_FORMAT,
        key=remembered.widget("cutoff"),
        disabled=bool(remembered.problems),
        help=f"{define('data cut-off')} Empty: everything that is recorded.",
    )
    return replace(selection, cutoff=cutoff if isinstance(cutoff, date) else None)


def _asked_for(
    chosen: date | None, before: date | None, drawn: date, bound: date, linked: date | None
) -> date | None:
    """Return one end of the window, or None where nobody asked for it: that end stays open, in the address too.

    Nobody did where the end is as it was `drawn` for an open end, or is the `bound` of the data and the link
    did not say so.
    """
    untouched = before is None and chosen == drawn
    return None if untouched or (chosen == bound and linked != bound) else chosen
