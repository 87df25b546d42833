"""The last steps of an import: a file is described, checked, and only then made a data set."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import streamlit as st

from gepnet_core.errors import CohortError, DataSetUnknown, StoreDamaged, quoted
from gepnet_core.formatting import format_count
from gepnet_core.importer.apart import Import, prepare_apart
from gepnet_core.intake.dates import DateFormat
from gepnet_core.intake.reading import DELIMITERS
from gepnet_core.intake.request import Format, Request
from gepnet_core.spelled import parse_dataset_name
from gepnet_core.store import Current, Shelf, publish
from pages.components import (
    import_baseline,
    import_result,
    import_state,
    mapped_form,
    offers,
    shelved,
    tables_form,
    trial_form,
)
from pages.components.import_asked import Asked
from pages.components.import_state import Done, ImportState
from pages.components.import_upload import SEVERAL, Chosen
from pages.components.markdown import escaped
from pages.components.session import Remembered

MAPPED = (Format.WIDE, Format.REDCAP)


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
    shelf: Shelf, remembered: Remembered | None, state: ImportState, chosen: Chosen, asked: Asked
) -> None:
    """Draw the last step: the name, the check, what it found, and the import."""
    st.header(f"{5 if chosen.kind in MAPPED else 4}. Check and import", anchor=False)
    name = _choose_name(shelf, state, chosen.upload.name, asked)
    for words in asked.open:
        st.info(escaped(words))
    asked.request = replace(asked.request, leave_out=state.leave_out)
    again, state.again = state.again and not asked.open, False
    offers.show_left_out(state)
    now = import_state.fingerprint(asked.request, chosen.upload, chosen.beside)
    pressed = st.button(
        "Check the file",
        type="primary",
        icon=":material/rule:",
        key=state.key("check"),
        disabled=bool(asked.open),
    )
    if pressed or again:
        try:
            with _prepared(shelf, chosen, asked.request) as found:
                state.checked, state.checked_as = found, now
            if found.effect is not None:
                state.judged = found.effect["known_later"]
        except CohortError as refused:
            state.checked = None
            st.error(escaped(offers.in_browser(str(refused))))
    checked = state.checked
    if checked is None:
        return
    import_baseline.choose(state)
    if state.checked_as != now:
        st.caption("Something was changed since the last check: check again.")
        return
    import_result.show(checked, chosen.upload.name, lambda: offers.show(state, checked.report))
    now_there = _current(shelf, name)
    if now_there is not None and checked.current is not None:
        st.markdown(
            f"“{escaped(name)}” has **{format_count(now_there.patients, 'patient')}** now and would have "
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
    remembered: Remembered | None,
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
            before = _current(shelf, name)
            published = publish(shelf, name, again.path, again.current)
    except CohortError as refused:
        st.error(escaped(str(refused)))
        return
    warnings = checked.report.warnings
    state.finish(Done(name, published.version, published.patients, warnings, before and before.version))
    if remembered:
        shelved.show_version(shelf, remembered, name)
    st.rerun()


def _current(shelf: Shelf, name: str) -> Current | None:
    """Return what is current of a data set; None where it is new, or nobody can read what is current."""
    try:
        return shelf.current(name)
    except (DataSetUnknown, StoreDamaged):
        return None


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
    for rule in request.leave_out:
        words += ["--leave-out", rule]
    if request.treatment:
        words += ["--treatment", request.treatment]
    return shlex.join(words)
