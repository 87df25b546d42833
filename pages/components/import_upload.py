"""The first steps of an import: the file, how it is read as text, and its first rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from gepnet_core.errors import CohortError
from gepnet_core.formatting import format_count
from gepnet_core.importer.apart import peek_apart
from gepnet_core.intake.reading import DECIMALS, DELIMITERS, ENCODINGS, Reading
from gepnet_core.intake.report import Report
from gepnet_core.intake.request import Format, Request
from gepnet_core.store import Shelf
from pages.components import import_state, offers
from pages.components.import_asked import NO_FILE
from pages.components.import_state import ImportState
from pages.components.markdown import escaped

BESIDE = {
    Format.ADTTE: "ADSL: baseline columns (optional)",
    Format.REDCAP: "The project's data dictionary *",
    Format.CBIOPORTAL: "The sample file (optional)",
}
SEVERAL = (Format.TABLES, Format.CBIOPORTAL)


@dataclass
class Chosen:
    """A file that was uploaded, what it seems to hold, and the sheet that is meant."""

    upload: Any
    beside: Any | None
    kind: Format
    reading: Reading
    peeked: dict[str, Any]
    sheet: dict[str, Any]

    @property
    def sheets(self) -> list[dict[str, Any]]:
        """The tables that the import is about."""
        return list(self.peeked["sheets"]) if self.kind in SEVERAL else [self.sheet]


def choose_file(shelf: Shelf, state: ImportState) -> Chosen | None:
    """Draw the upload and the first rows; return None while there is nothing to go on with."""
    st.header("1. The file", anchor=False)
    st.caption(
        "Nothing leaves this machine, and nothing changes before the last step. An empty workbook to fill in is "
        "under “Versions and downloads”."
    )
    upload = st.file_uploader(
        "A table (CSV, TSV, Excel, SAS transport), or the source tables as a workbook or ZIP",
        key=state.file_key("upload"),
        on_change=_changed,
    )
    if upload is not None:
        state.upload = upload
    elif state.upload is None:
        state.rest()
        return None
    else:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"Still here: **{escaped(state.upload.name)}**")
            if st.button("Forget it", icon=":material/close:", key="import:forget"):
                state.forget()
                st.rerun()
    upload = state.upload
    reading = _reading(state)
    try:
        peeked = _look(shelf, state, upload, None, reading, None)
        if state.is_another([(sheet["name"], sheet["header"]) for sheet in peeked["sheets"]]):
            st.rerun()  # the controls below were about other columns
        guessed = Format(peeked["format"]) if peeked["format"] else Format.WIDE
        formats = list(Format)
        kind = st.selectbox(
            "What the file holds",
            formats,
            index=formats.index(guessed),
            format_func=lambda found: found.label,
            key=state.key("format"),
            help="Told by the names of its columns. Say otherwise where that is wrong.",
        )
        beside = None
        if kind in BESIDE:
            beside = st.file_uploader(BESIDE[kind], key=state.key("beside"))
        if kind is Format.REDCAP:
            if beside is None:
                st.info("Add the data dictionary: REDCap offers it as “Download the current dictionary”.")
                return None
            peeked = _look(shelf, state, upload, beside, reading, kind)
    except CohortError as refused:
        st.error(escaped(offers.in_browser(str(refused))))
        return None
    if not peeked["sheets"]:
        report = Report.from_json(peeked["report"])
        words = offers.in_browser(str(report.findings[0]))
        st.error(f"**The file cannot be read.** {escaped(words)}", icon=":material/block:")
        offers.show(state, report)
        return None
    return Chosen(upload, beside, kind, _with_mark(reading, peeked), peeked, _first_rows(state, peeked))


def _changed() -> None:
    """Let go of a file that was removed; one that is only not drawn, on another page, stays."""
    state = import_state.state()
    if st.session_state.get(state.file_key("upload")) is None:
        state.rest()
        state.upload = None


def _reading(state: ImportState) -> Reading:
    """Draw how the file is read as text."""
    with st.expander("How the file is read"):
        first, second, third = st.columns(3)
        encoding = first.selectbox(
            "Encoding",
            ["", *ENCODINGS],
            index=["", *ENCODINGS].index(state.reading[0]),
            format_func=lambda word: word or "UTF-8, or as its mark says",
            key=state.file_key("encoding"),
        )
        delimiter = second.selectbox(
            "Delimiter",
            ["", *DELIMITERS],
            index=["", *DELIMITERS].index(state.reading[1]),
            format_func=lambda word: word or "as the header shows",
            key=state.file_key("delimiter"),
        )
        decimal = third.selectbox(
            "Decimal mark",
            ["", *DECIMALS],
            index=["", *DECIMALS].index(state.reading[2]),
            format_func=lambda word: word or "as the columns show",
            key=state.file_key("decimal"),
            help="The mark in numbers, as 7.5 or 7,5. A mark between thousands is never accepted.",
        )
    state.reading = (encoding, delimiter, decimal)
    return state.said()


def _with_mark(reading: Reading, peeked: dict[str, Any]) -> Reading:
    """Return the reading with the decimal mark that the columns show, where nobody said it."""
    if reading.decimal:
        return reading
    marks = {column["number"] for sheet in peeked["sheets"] for column in sheet["profile"]}
    comma = "decimal comma" in marks and "decimal point" not in marks
    return replace(reading, decimal="," if comma else ".")


def _look(
    shelf: Shelf, state: ImportState, upload: Any, beside: Any | None, reading: Reading, kind: Format | None
) -> dict[str, Any]:
    """Return the first look at a file; it is read once, until something that matters is said otherwise."""
    request = Request(NO_FILE, kind, reading=reading)
    asked = import_state.fingerprint(request, upload, beside)
    if asked not in state.peeked:
        with (
            st.spinner("Reading the file ..."),
            import_state.on_disk(shelf, upload, beside) as (folder, path, second),
        ):
            state.peeked[asked] = peek_apart(replace(request, path=path, beside=second), folder)
    return state.peeked[asked]


def _first_rows(state: ImportState, peeked: dict[str, Any]) -> dict[str, Any]:
    """Draw the first rows of a table and return it."""
    st.header("2. The first rows, as they were read", anchor=False)
    sheets = {sheet["name"]: sheet for sheet in peeked["sheets"]}
    named = next(iter(sheets))
    if len(sheets) > 1:
        named = st.selectbox("Table", list(sheets), key=state.key("sheet"))
    shown: dict[str, Any] = sheets[named]
    st.caption(
        f"{escaped(shown['file'])}: {format_count(shown['n'], 'row')}, {len(shown['header'])} columns."
    )
    st.dataframe(
        [dict(zip(shown["header"], cells, strict=True)) for cells in shown["rows"]],
        hide_index=True,
        height=min(250, 38 + 35 * max(1, len(shown["rows"]))),
    )
    report = Report.from_json(peeked["report"])
    for finding in report.findings[:1]:
        more = f" It is the first of {report.errors:,}." if report.errors > 1 else ""
        st.warning(f"{escaped(offers.in_browser(str(finding)))}{more}", icon=":material/warning:")
    return shown
