"""What the columns of a wide table mean, chosen on the screen: tables with dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from gepnet_core.contract import TABLES_BY_NAME, Table
from gepnet_core.errors import listed, quoted
from gepnet_core.intake.dates import DateFormat
from gepnet_core.intake.draft import Draft
from gepnet_core.intake.mapping import NOT_MAPPED, SINGLE_TABLES, Group
from gepnet_core.intake.profile import ColumnProfile
from pages.components.cell_choice import choose_cell
from pages.components.import_state import ImportState
from pages.components.markdown import escaped

TITLES = {
    "patients": "Patient",
    "local_treatments": "Local treatment",
    "systemic_therapies": "Systemic therapy",
    "progressions": "Progression",
    "adverse_events": "Side effect",
    "follow_up": "End of observation",
}
OPEN = {"patients", "local_treatments", "follow_up"}
MOST_VALUES = 20
SKIPPED = NOT_MAPPED | {"treatment"}
ACROSS = 3
AS_SHOWN = ""


def choose_groups(remembered: ImportState, draft: Draft, header: Sequence[str]) -> tuple[Group, ...]:
    """Draw a group of controls for each row of a source table, and return what they say."""
    found: list[Group] = []
    for table in TABLES_BY_NAME.values():
        seeds = draft.of(table.name)
        needed = 1 if table.name in OPEN else 0
        count = remembered.groups.setdefault(table.name, max(len(seeds), needed))
        for number in range(count):
            seed = seeds[number] if number < len(seeds) else None
            title = TITLES[table.name] + ("" if table.name in SINGLE_TABLES else f" {number + 1}")
            with st.expander(title, expanded=seed is not None or table.name in OPEN):
                cells = _choose(remembered, table, number, header, seed)
            if cells.cells:
                found.append(cells)
    more = [table for table in TABLES_BY_NAME if table not in SINGLE_TABLES]
    with st.container(horizontal=True):
        for name in more:
            if st.button(
                f"Add a {TITLES[name].lower()}", key=remembered.key(f"more:{name}"), icon=":material/add:"
            ):
                remembered.groups[name] += 1
                st.rerun()
    return tuple(found)


def _choose(
    remembered: ImportState, table: Table, number: int, header: Sequence[str], seed: Group | None
) -> Group:
    """Draw the controls of one row of a table."""
    cells = {}
    columns = [column for column in table.columns if column.name not in SKIPPED]
    for start in range(0, len(columns), ACROSS):
        for place, column in zip(st.columns(ACROSS), columns[start : start + ACROSS], strict=False):
            chosen = choose_cell(
                column.label + (" *" if column.required else ""),
                header,
                seed.cells.get(column.name) if seed is not None else None,
                remembered.key(f"cell:{table.name}:{number}:{column.name}"),
                column=column,
                where=place,
            )
            if chosen is not None:
                cells[column.name] = chosen
    return Group(table.name, cells)


def choose_values(
    remembered: ImportState,
    draft: Draft,
    groups: Sequence[Group],
    profiles: Mapping[str, ColumnProfile],
    missing: Sequence[str],
) -> dict[str, dict[str, str]]:
    """Draw what values mean that are none of the allowed ones, and return it by column."""
    used = {column for group in groups for column in group.columns}
    kept = {column: dict(words) for column, words in draft.values.items() if column in used}
    asked: dict[str, tuple[str, tuple[str, ...]]] = {}
    for group in groups:
        for column in TABLES_BY_NAME[group.table].columns:
            cell = group.cells.get(column.name)
            if column.allowed and cell is not None and cell.column:
                asked[cell.column] = (column.label, column.allowed)
    said = {word.casefold() for word in missing}
    for name, (label, allowed) in asked.items():
        kept.pop(name, None)
        odd = [
            value
            for value in profiles[name].distinct
            if value.strip() and value not in allowed and value.casefold() not in said
        ]
        if not odd:
            continue
        st.markdown(f"**{escaped(label)}**: what the values of “{escaped(name)}” stand for")
        words = {}
        for place, value in zip(_places(len(odd[:MOST_VALUES])), odd[:MOST_VALUES], strict=True):
            before = draft.values.get(name, {}).get(value)
            options = [*allowed, ""]
            chosen = place.selectbox(
                f"{value} ({profiles[name].distinct[value]:,})",
                options,
                index=options.index(before) if before in options else None,
                format_func=lambda option: option or "not recorded",
                placeholder="Choose",
                key=remembered.key(f"value:{name}:{value}"),
            )
            if chosen is not None:
                words[value] = chosen
        if words:
            kept[name] = words
        if len(odd) > MOST_VALUES:
            st.caption(f"{len(odd) - MOST_VALUES:,} more values: write them into a mapping file.")
    for name, words in kept.items():
        blank = [word for word, meaning in words.items() if not meaning]
        if blank and name not in asked:
            st.caption(f"In “{escaped(name)}”, {escaped(listed(blank))} is read as missing.")
    return kept


def _places(count: int) -> list[st.delta_generator.DeltaGenerator]:
    """Return as many places, three side by side."""
    found: list[st.delta_generator.DeltaGenerator] = []
    while len(found) < count:
        found += st.columns(ACROSS)
    return found[:count]


def choose_dates(
    remembered: ImportState, groups: Sequence[Group], profiles: Mapping[str, ColumnProfile], seed: Draft
) -> tuple[dict[str, DateFormat], list[str]]:
    """Draw how each column of dates is written; return what was said, and the columns that are still open."""
    dated = {
        cell.column: None
        for group in groups
        for column in TABLES_BY_NAME[group.table].columns
        if column.sql_type == "DATE" and (cell := group.cells.get(column.name)) is not None and cell.column
    }
    said: dict[str, DateFormat] = {}
    open_: list[str] = []
    if dated:
        st.markdown("**How dates are written**")
    for place, name in zip(_places(len(dated)), dated, strict=True):
        held = profiles[name]
        shown = held.date_formats[0] if held.date_formats and not held.date_ambiguous else None
        shown = shown or held.nearly
        options = [*([AS_SHOWN] if shown else []), *DateFormat]
        before = seed.dates.get(name)
        chosen = place.selectbox(
            name,
            options,
            index=options.index(before) if before else (0 if shown else None),
            format_func=lambda option, shown=shown: f"{shown}, as it shows" if option == AS_SHOWN else option,
            placeholder="Reads both ways: say which" if held.date_ambiguous else "Not all fit: say which",
            key=remembered.key(f"date:{name}"),
        )
        if held.nearly:
            odd = listed([quoted(value) for value in held.odd_dates], 3)
            place.caption(
                f"{held.nearly_fit:,} of {held.nearly_of:,} different dates fit {held.nearly}. "
                f"This does not: {escaped(odd)}. The check below names the line."
            )
        if chosen is None:
            open_.append(name)
        elif chosen != AS_SHOWN:
            said[name] = DateFormat(chosen)
    return said, open_
