"""What the columns of a wide table mean, chosen on the screen: times with a status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from gepnet_core.intake.draft import Draft
from gepnet_core.intake.mapping import TimeColumns
from gepnet_core.intake.profile import ColumnProfile
from gepnet_core.vocabulary import STUDY_ENDPOINTS, TimeUnit
from pages.components.import_state import ImportState

MEANINGS = {"event": "an event", "censored": "censored", "competing": "a competing death"}
MOST_STATUSES = 12


def choose_endpoints(
    remembered: ImportState, draft: Draft, header: Sequence[str], profiles: Mapping[str, ColumnProfile]
) -> tuple[TimeColumns, ...]:
    """Draw the controls of each endpoint and return those that are complete enough to be read."""
    found = []
    count = remembered.groups.setdefault("endpoints", max(1, len(draft.endpoints)))
    for number in range(count):
        seed = draft.endpoints[number] if number < len(draft.endpoints) else None
        with st.expander(f"Endpoint {number + 1}", expanded=True):
            chosen = _choose(remembered, number, header, profiles, seed)
        if chosen is not None:
            found.append(chosen)
    if st.button("Add an endpoint", key=remembered.key("more:endpoints"), icon=":material/add:"):
        remembered.groups["endpoints"] += 1
        st.rerun()
    return tuple(found)


def _choose(
    remembered: ImportState,
    number: int,
    header: Sequence[str],
    profiles: Mapping[str, ColumnProfile],
    seed: TimeColumns | None,
) -> TimeColumns | None:
    def key(name: str) -> str:
        return remembered.key(f"endpoint:{number}:{name}")

    def at(name: str | None) -> int | None:
        return header.index(name) if name in header else None

    first, second = st.columns(2)
    guessed = seed is not None and seed.code != "TIME"
    code = first.text_input(
        "Short name",
        value=seed.code if seed is not None and guessed else "TTE",
        key=key("code"),
        help="As OS for overall survival, or PFS.",
    ).strip()
    known = STUDY_ENDPOINTS[code].name if code in STUDY_ENDPOINTS else "Time to event"
    given = seed.name if seed is not None and guessed and seed.name != seed.code else ""
    name = second.text_input("Name", value=given, placeholder=known, key=key("name")).strip() or known
    first, second, third = st.columns(3)
    time = first.selectbox("Time", header, index=at(seed.time if seed else None), key=key("time"))
    units = list(TimeUnit)
    unit = second.selectbox(
        "Unit of the time", units, index=units.index(seed.unit) if seed else 0, key=key("unit")
    )
    status = third.selectbox("Status", header, index=at(seed.status if seed else None), key=key("status"))
    if time is None or status is None or not code:
        st.caption("Choose the columns of time and status.")
        return None
    values = [value for value in profiles[status].distinct if value.strip()]
    if len(values) > MOST_STATUSES:
        st.caption(f"“{status}” has {len(values):,} values: it does not look like a status.")
        return None
    said: dict[str, list[str]] = {meaning: [] for meaning in MEANINGS}
    st.caption(
        "What each status value means is never guessed: 1 is an event in one file and censored in another."
    )
    places = st.columns(min(3, max(1, len(values))))
    for place, value in enumerate(values):
        known = next((meaning for meaning in MEANINGS if seed and value in getattr(seed, meaning)), None)
        meanings = list(MEANINGS)
        chosen = places[place % len(places)].selectbox(
            f"{status} = {value} ({profiles[status].distinct[value]:,})",
            meanings,
            index=meanings.index(known) if known else None,
            format_func=MEANINGS.__getitem__,
            placeholder="Say what it means",
            key=key(f"status:{status}:{value}"),
        )
        if chosen is not None:
            said[chosen].append(value)
    words = {meaning: tuple(found) for meaning, found in said.items()}
    return TimeColumns(code, name, time, status, unit, **words)
