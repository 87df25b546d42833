"""An import, step by step: a file is looked at, described, checked, and only then made a data set."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from gepnet_core.errors import CohortError, quoted
from gepnet_core.formatting import format_count
from gepnet_core.importer.apart import Import, peek_apart, prepare_apart
from gepnet_core.intake.dates import DateFormat
from gepnet_core.intake.reading import DECIMALS, DELIMITERS, ENCODINGS, Reading
from gepnet_core.intake.report import Report
from gepnet_core.intake.request import Format, Request
from gepnet_core.store import Shelf, publish
from gepnet_core.view import parse_dataset_name
from pages.components import (
    import_result,
    import_state,
    mapped_form,
    shelved,
    tables_form,
    trial_form,
)
from pages.components.import_asked import NO_FILE, Asked
from pages.components.import_state import Done, ImportState
from pages.components.markdown import escaped
from pages.components.session import Remembered

TYPES = ["csv", "tsv", "txt", "xlsx", "xlsm", "zip", "xpt"]
BESIDE = {
    Format.ADTTE: "ADSL: baseline columns (optional)",
    Format.REDCAP: "The project's data dictionary *",
    Format.CBIOPORTAL: "The sample file (optional)",
}
AS_SHOWN = ""
MAPPED = (Format.WIDE, Format.REDCAP)
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
        type=TYPES,
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
            beside = st.file_uploader(BESIDE[kind], type=TYPES, key=state.key("beside"))
        if kind is Format.REDCAP:
            if beside is None:
                st.info("Add the data dictionary: REDCap offers it as “Download the current dictionary”.")
                return None
            peeked = _look(shelf, state, upload, beside, reading, kind)
    except CohortError as refused:
        st.error(escaped(str(refused)))
        return None
    if not peeked["sheets"]:
        report = Report.from_json(peeked["report"])
        st.error(f"**The file cannot be read.** {escaped(str(report.findings[0]))}", icon=":material/block:")
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
    return Reading(encoding, DELIMITERS.get(delimiter, ""), DECIMALS.get(decimal, AS_SHOWN))


def _with_mark(reading: Reading, peeked: dict[str, Any]) -> Reading:
    """Return the reading with the decimal mark that the columns show, where nobody said it."""
    if reading.decimal != AS_SHOWN:
        return reading
    marks = {column["number"] for sheet in peeked["sheets"] for column in sheet["profile"]}
    comma = "decimal comma" in marks and "decimal point" not in marks
    return replace(reading, decimal="," if comma else ".")


def _look(
    shelf: Shelf, state: ImportState, upload: Any, beside: Any | None, reading: Reading, kind: Format | None
) -> dict[str, Any]:
    """Return the first look at a file; it is read once, until something that matters is said otherwise."""
    plain = replace(reading, decimal="." if reading.decimal == AS_SHOWN else reading.decimal)
    request = Request(NO_FILE, kind, reading=plain)
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
        st.warning(f"{escaped(str(finding))}{more}", icon=":material/warning:")
    return shown


def describe(state: ImportState, chosen: Chosen, today: date) -> Asked:
    """Draw what only a person can say of the file, and return it."""
    peeked = {**chosen.peeked, "sheets": chosen.sheets}
    if chosen.kind is Format.TABLES:
        return tables_form.draw(state, chosen.reading, peeked, today)
    if chosen.kind in MAPPED:
        asked = mapped_form.draw(state, chosen.kind, chosen.reading, peeked, today)
    else:
        asked = trial_form.draw(state, chosen.kind, chosen.reading, peeked, today)
    several = chosen.kind not in SEVERAL and len(chosen.peeked["sheets"]) > 1
    asked.request = replace(asked.request, sheet=chosen.sheet["name"] if several else "")
    return asked


def check_and_import(
    shelf: Shelf, remembered: Remembered, state: ImportState, chosen: Chosen, asked: Asked
) -> None:
    """Draw the last step: the name, the check, what it found, and the import."""
    st.header(f"{5 if chosen.kind in MAPPED else 4}. Check and import", anchor=False)
    name = _choose_name(shelf, state, chosen.upload.name, asked)
    for words in asked.open:
        st.info(escaped(words))
    now = import_state.fingerprint(asked.request, chosen.upload, chosen.beside)
    if st.button(
        "Check the file",
        type="primary",
        icon=":material/rule:",
        key=state.key("check"),
        disabled=bool(asked.open),
    ):
        try:
            with _prepared(shelf, chosen, asked.request) as found:
                state.checked, state.checked_as = found, now
        except CohortError as refused:
            state.checked = None
            st.error(escaped(str(refused)))
    checked = state.checked
    if checked is None:
        return
    if state.checked_as != now:
        st.caption("Something was changed since the last check: check again.")
        return
    import_result.show(checked, chosen.upload.name)
    if name in shelf.names() and checked.current is not None:
        now_there = shelf.current(name).patients
        st.markdown(
            f"“{escaped(name)}” has **{format_count(now_there, 'patient')}** now and would have "
            f"**{checked.current.patients:,}**."
        )
    if checked.current is not None:
        st.caption(f"The same on the command line: `{command_line(asked.request, chosen, name)}`")
    if checked.current is not None and st.button(
        f"Import as “{name}”", type="primary", icon=":material/publish:", key=state.key("commit")
    ):
        _import(shelf, remembered, state, chosen, asked.request, checked, name)


def _choose_name(shelf: Shelf, state: ImportState, file: str, asked: Asked) -> str:
    """Draw the name of the data set; a name that cannot be is one more open question."""
    stem = file.rsplit(".", 1)[0].lower()
    suggested = _plain_name(stem)
    name = st.text_input(
        "Name of the data set",
        value=state.name or suggested[:64] or "cohort",
        key=state.key("name"),
        help="Up to 64 lower-case letters, digits, - and _. A name that exists gets a new version.",
    )
    try:
        state.name = name = parse_dataset_name(name)
    except CohortError as refused:
        plain = _plain_name(name)
        asked.open.append(f"{refused} For instance: {plain}" if plain else str(refused))
        return name
    if name in shelf.names():
        st.caption(
            f"The data set {escaped(quoted(name))} exists: it gets a new version, and the old one is kept."
        )
    return name


def _plain_name(text: str) -> str:
    """Return a text as a name of a data set, or nothing."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in text.lower()).strip("_-")


@contextmanager
def _prepared(shelf: Shelf, chosen: Chosen, request: Request) -> Iterator[Import]:
    """Yield what reading and checking the file yields, with its progress on the screen."""
    bar = st.progress(0.0, "Starting ...")
    rows_in_all = chosen.sheet["n"]

    def progress(phase: str, rows: int) -> None:
        share = min(0.95, rows / rows_in_all) if rows_in_all else 0.0
        bar.progress(share, f"{escaped(phase)}: {rows:,} rows" if rows else f"{escaped(phase)} ...")

    try:
        with import_state.on_disk(shelf, chosen.upload, chosen.beside) as (folder, path, second):
            placed: tuple[Path, Path | None] = (path, second)
            yield prepare_apart(replace(request, path=placed[0], beside=placed[1]), folder, progress=progress)
    finally:
        bar.empty()


def _import(
    shelf: Shelf,
    remembered: Remembered,
    state: ImportState,
    chosen: Chosen,
    request: Request,
    checked: Import,
    name: str,
) -> None:
    """Make the file a version of the data set, if it still reads as it was checked."""
    try:
        with _prepared(shelf, chosen, request) as again:
            if again.current is None or again.path is None or again.current != checked.current:
                raise CohortError("The file reads otherwise than when it was checked. Check it again.")
            before = shelf.current(name).version if name in shelf.names() else None
            published = publish(shelf, name, again.path, again.current)
    except CohortError as refused:
        st.error(escaped(str(refused)))
        return
    warnings = checked.report.warnings
    state.finish(Done(name, published.version, published.patients, warnings, before))
    shelved.show_version(shelf, remembered, name)
    st.rerun()


def command_line(request: Request, chosen: Chosen, name: str) -> str:
    """Return the command that does the same; its files stand in the folder where it is run."""
    words = ["python", "-m", "gepnet_core", "import", chosen.upload.name, "--dataset", name]
    words += ["--format", chosen.kind.value]
    if chosen.beside is not None:
        option = {Format.REDCAP: "--dictionary", Format.CBIOPORTAL: "--samples"}.get(chosen.kind, "--adsl")
        words += [option, chosen.beside.name]
    if request.mapping is not None:
        words += ["--mapping", "mapping.toml"]
    elif request.settings is not None:
        words += ["--settings", "settings.toml"]
    if request.extracted is not None:
        words += ["--extracted", request.extracted.isoformat()]
    if request.sheet:
        words += ["--sheet", request.sheet]
    if request.reading.encoding:
        words += ["--encoding", request.reading.encoding]
    if request.reading.delimiter:
        word = next(word for word, mark in DELIMITERS.items() if mark == request.reading.delimiter)
        words += ["--delimiter", word]
    if request.reading.decimal == "," and request.mapping is None:
        words += ["--decimal", "comma"]
    if request.date_format not in (None, DateFormat.ISO):
        words += ["--date-format", str(request.date_format)]
    if request.time_unit is not None:
        words += ["--time-unit", request.time_unit.value]
    if request.competing_cnsr is not None:
        words += ["--competing-cnsr", str(request.competing_cnsr)]
    for code in request.censored_cnsr:
        words += ["--censored-cnsr", str(code)]
    if request.treatment:
        words += ["--treatment", request.treatment]
    return shlex.join(words)
