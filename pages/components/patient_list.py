"""The parts of the list of patients: what is listed, its controls and pages, its table, and who has no lane."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from gepnet_core.behind_words import WHOLE
from gepnet_core.errors import CohortError, NothingLeft
from gepnet_core.formatting import format_count
from gepnet_core.histories import Listed, n_pages, page_of
from gepnet_core.history_words import list_cells, list_header, why_words
from gepnet_core.selection import Selection
from gepnet_core.spelled import whole_from
from gepnet_core.store import DataSet
from gepnet_core.store.histories import listing_of
from gepnet_core.store.patient_handle import handle_of
from gepnet_core.view import View
from gepnet_core.vocabulary import Order
from pages.components import links, number_field, page, tables
from pages.components.controls import named
from pages.components.markdown import escaped
from pages.components.session import KEY, Remembered

NOTHING = ""
CHART = "swimmer"


def remembered() -> Remembered:
    """Return what the session remembers."""
    found: Remembered = st.session_state[KEY]
    return found


def change(**changes: Any) -> None:
    """Remember a view with some controls changed; before the page runs, so that the address agrees."""
    remembered().show(replace(remembered().view, **changes))


def fetched(data: DataSet, view: View) -> Listed:
    """Return the page of the list, the last one where the view names one beyond; stop on a list that cannot be."""
    listing = listing_of(data, view)
    try:
        listed = page_of(data, listing, view.part)
        sentence = listed.sentence
    except CohortError as refused:
        st.error(escaped(str(refused)))
        st.button(
            "Show all selected patients",
            on_click=change,
            kwargs={"behind": None, "within": (), "lanes": None, "part": 1},
        )
        st.stop()
    assert sentence
    last = n_pages(listed.total)
    if view.part > last:  # the filters have left fewer
        change(part=last)
        st.rerun()
    return listed


def offer_everybody(view: View) -> None:
    """Say what the filters have to do with a number, and offer the whole selection instead."""
    if view.behind is None and not view.within:
        return
    if isinstance(view.behind, WHOLE) and view.selection != Selection():
        st.caption("This number is counted before the filters, so the list does not follow them.")
    st.button(
        "Show all selected patients",
        icon=":material/groups:",
        key=remembered().widget("everybody"),
        on_click=change,
        kwargs={"behind": None, "within": (), "part": 1},
    )


def say_nobody(view: View) -> None:
    """Say that the list is empty, and stop."""
    if view.behind is None and not view.within:
        page.nothing_left()
    page.nothing_left(NothingLeft("Nobody stands behind this number under these filters."))


def draw_controls(data: DataSet, view: View) -> None:
    """Draw how the list is sorted and grouped, and which endpoint its table shows."""
    columns = st.columns(3)
    groups = [NOTHING, *data.groupings]
    _choose(
        columns[0],
        "Endpoint",
        list(data.endpoints),
        "endpoint",
        view.endpoint,
        lambda code: data.endpoints[code].name,
    )
    _choose(
        columns[1],
        "Sort by",
        [order for order in Order if data.has_dates or order is not Order.INDEX_DATE],
        "order",
        listing_of(data, view).order,
        lambda order: order.label,
    )
    _choose(
        columns[2],
        "Group by",
        groups,
        "lanes",
        view.lanes or NOTHING,
        lambda name: named(data.groupings[name]) if name else "none",
    )


def _choose(where: Any, label: str, options: list[Any], part: str, now: Any, words: Any) -> None:
    key = remembered().widget(f"patients:{part}")

    def chosen() -> None:
        change(**{part: st.session_state[key] or None, "part": 1})

    where.selectbox(label, options, index=options.index(now), format_func=words, key=key, on_change=chosen)


def turn_pages(listed: Listed, view: View) -> None:
    """Say which patients stand on this page, and offer the others."""
    last = n_pages(listed.total)
    st.markdown(f"**{listed.place}**")
    if last == 1:
        return
    before, number, after = st.columns([1, 1, 1], vertical_alignment="bottom")
    before.button(
        "Previous page",
        icon=":material/chevron_left:",
        disabled=view.part == 1,
        key=remembered().widget("previous-page"),
        on_click=change,
        kwargs={"part": view.part - 1},
        width="stretch",
    )
    number_field.draw(
        remembered(),
        f"patients:part:{view.part}",
        f"Page (1 to {last:,})",
        view.part,
        whole_from(1, last),
        lambda part: change(part=part or 1),
        where=number,
    )
    after.button(
        "Next page",
        icon=":material/chevron_right:",
        disabled=view.part == last,
        key=remembered().widget("next-page"),
        on_click=change,
        kwargs={"part": view.part + 1},
        width="stretch",
    )
    number_field.stop_if_unread()


def has_lanes(listed: Listed) -> bool:
    """Return whether anybody of the page has a lane."""
    return any(history.in_cohort and history.observed_days is not None for history in listed.histories)


def chart_key(view: View) -> str:
    """Return the key of the chart: another page is another chart, so that no old click stays."""
    key = st.session_state[CHART] = remembered().widget(f"{CHART}:{view.part}")
    return key


def open_clicked() -> None:
    """Open the patient whose lane was clicked."""
    points = st.session_state[st.session_state[CHART]].selection.points
    for point in points:
        found = point.get("customdata")
        name = found[0] if isinstance(found, (list, tuple)) else found
        if name:
            known = remembered()
            known.reset(replace(known.view, patient=handle_of(known.data, str(name))))
            return


def show_table(listed: Listed, view: View) -> None:
    """Draw a line for each patient of the page who is in the cohort."""
    data, listing = listed.dataset, listed.listing
    grouped = listing.lanes not in (None, "modality")
    rows = [
        [
            links.patient(data, view, history.patient_id),
            *list_cells(data, history, listing.endpoint, grouped=grouped),
        ]
        for history in listed.histories
        if history.in_cohort
    ]
    if not rows:
        return
    stratum = data.groupings[listing.lanes or "modality"] if grouped else ""
    tables.show(
        list_header(data, listing.endpoint, stratum),
        rows,
        alt=f"{listed.place}, in the order of the lanes",
    )
    late = sum(history.after_cutoff for history in listed.histories)
    if late and view.selection.cutoff:
        st.caption(
            f"{format_count(late, 'patient')} without a lane: the index date is after the data cut-off."
        )


def show_outside(listed: Listed, view: View) -> None:
    """Draw a line for each patient of the page who is not in the cohort, with the reason."""
    data = listed.dataset
    outside = [history for history in listed.histories if not history.in_cohort]
    if not outside:
        return
    st.caption(
        f"{format_count(len(outside), 'patient')} of this page without a lane: not in the cohort, so there is no "
        "index date to count from. The patient's own page counts from the first dated record."
    )
    known = next((history.baseline for history in outside if history.baseline), ())
    header = ["Patient", "Why not in the cohort", *(label for label, _ in known)]
    rows = [
        [
            links.patient(data, view, history.patient_id),
            why_words(history),
            *(value for _, value in history.baseline or [("", "–")] * len(known)),
        ]
        for history in outside
    ]
    tables.show(header, rows, alt="Patients who are not in the cohort")
