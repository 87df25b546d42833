"""Result tables that people read aloud: plain HTML, from the same sheets as the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from gepnet_core.estimates import Estimate
from gepnet_core.sheet import BESIDE, Cell, Sheet
from gepnet_core.sheets import estimates_sheet, follow_up_sheet
from gepnet_core.sheets_side_effects import table_heads
from gepnet_core.side_effects import SideEffects
from gepnet_core.view import View
from pages.components import links
from pages.components.links import Linked
from pages.components.markdown import JOINER, LINE_BREAK, escaped


def show(
    header: Sequence[object], rows: Sequence[Sequence[object]], *, alt: str, wrapped: bool = False
) -> None:
    """Draw a table; the first column names the rows. `wrapped` True: long texts break into lines.

    A cell or a column head may be `Linked`: it opens the patients behind it. A tuple is a cell of several parts.
    """
    cells = [[marked(cell) for cell in row] for row in rows]
    frame = pd.DataFrame(cells, columns=_unique(header), dtype=str)
    with st.container(key=f"wrapped-{_key(alt)}") if wrapped else st.container():
        st.table(frame.set_index(frame.columns[0]), alt=alt)


def marked(cell: object) -> str:
    """Return words, a link, or a tuple of both as Markdown that shows them exactly as they are."""
    if isinstance(cell, tuple):
        return "".join(marked(part) for part in cell)
    if isinstance(cell, Linked):
        return f"[{escaped(cell.words)}](<{cell.href}>)"
    return escaped(str(cell))


def _key(words: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in words.casefold())


def _unique(header: Sequence[object]) -> list[str]:
    """Return column heads of which two may read alike: an unseen character tells them apart."""
    found: list[str] = []
    for name in header:
        head = marked(name)
        while head in found:
            head += JOINER
        found.append(head)
    return found


def show_sheet(
    sheet: Sheet, view: View, *, alt: str, named: Mapping[int, str] | None = None, wrapped: bool = False
) -> None:
    """Draw a table of the files; each count opens its patients. `named` gives columns another head here."""
    header, *rows = [[_linked(cell, view) for cell in row] for row in sheet.cells]
    for place, name in (named or {}).items():
        header[place] = name
    show(header, rows, alt=alt, wrapped=wrapped)


def _linked(cell: Cell, view: View) -> object:
    """Return a cell with its counts as links, and its second part on a line of its own."""
    if isinstance(cell, tuple):
        return tuple(LINE_BREAK if piece == BESIDE else links.linked(piece, view) for piece in cell)
    return links.linked(cell, view)


def show_estimates(estimated: Estimate, view: View) -> None:
    """Draw n, events, median and S(t) of every stratum; each count opens its patients."""
    alt = "Patients, events, median and survival at 6, 12, 24 and 36 months by group"
    show_sheet(estimates_sheet(estimated), view, alt=alt)
    st.caption(
        "NR: not reached. NE: not estimable. Nothing is estimated beyond the last follow-up"
        + ("." if estimated.is_incidence else ", unless S is 0 by then.")
    )


def show_side_effects(found: SideEffects, sheets: Sequence[Sheet], unit: str, view: View) -> None:
    """Draw counts and shares, a row a term and a column a modality: any grade, severe, and days to onset."""
    for title, sheet in zip(table_heads(found), sheets, strict=True):
        show_sheet(sheet, view, alt=f"{title}, by term and modality, of {unit}", named={0: title})


def show_follow_up(estimated: Estimate, view: View) -> None:
    """Draw the median follow-up of every stratum, both ways."""
    show_sheet(follow_up_sheet(estimated), view, alt="Median follow-up by group")
    basis = estimated.strata[0].follow_up.basis
    st.caption(f"Follow-up is read from the times of {escaped(basis)}: how long patients were watched.")
