"""The versions of a data set, what can be downloaded of it, and what an import left."""

from __future__ import annotations

import streamlit as st

from gepnet_core.dictionary import dictionary_lines
from gepnet_core.errors import CohortError, StoreDamaged
from gepnet_core.export_adtte import adsl_lines, adtte_lines
from gepnet_core.export_tables import tables_bytes
from gepnet_core.formatting import format_count
from gepnet_core.store import Shelf, open_dataset, put_back, withdraw
from gepnet_core.store.versions import KEPT
from gepnet_core.template import template_workbook
from pages.components import downloads, tables
from pages.components.import_state import Done, ImportState
from pages.components.markdown import escaped
from pages.components.session import Remembered

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show_version(shelf: Shelf, remembered: Remembered, name: str) -> None:
    """Show the current version of a data set in this session."""
    if name == remembered.dataset:
        remembered.update(shelf)
    else:
        remembered.opened.pop(name, None)
        remembered.switch(shelf, name)


def show_done(shelf: Shelf, remembered: Remembered, state: ImportState) -> None:
    """Say what was imported, where it can be seen, and offer to take it back."""
    done = state.done
    if done is None:
        return
    with st.container(border=True):
        st.success(
            f"**“{escaped(done.name)}” was imported**: {format_count(done.patients, 'patient')}, version "
            f"{done.version}.",
            icon=":material/check_circle:",
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            if done.name == remembered.dataset:
                st.page_link("survival.py", label="See the curves", icon=":material/show_chart:")
                if done.warnings:
                    st.page_link("quality.py", label="See the warnings", icon=":material/troubleshoot:")
            if done.before != done.version and st.button(
                "Take it back",
                icon=":material/undo:",
                help=f"Makes version {done.before} current again."
                if done.before
                else "Takes it off the list.",
            ):
                _take_back(shelf, remembered, done)
                state.done = None
                st.rerun()
            if st.button("Close", icon=":material/close:", key="import:close"):
                state.done = None
                st.rerun()


def _take_back(shelf: Shelf, remembered: Remembered, done: Done) -> None:
    """Undo an import: the version before is current again, or the data set is off the list."""
    if done.before is not None:
        put_back(shelf, done.name, done.before)
        st.toast(f"“{done.name}” is at version {done.before} again.")
        show_version(shelf, remembered, done.name)
        return
    withdraw(shelf, done.name)
    st.toast(f"“{done.name}” was taken off the list.")
    remembered.opened.pop(done.name, None)
    if remembered.dataset == done.name and shelf.names():
        remembered.switch(shelf, shelf.names()[0])


def show_damaged(shelf: Shelf) -> None:
    """Say which data sets cannot be opened, and offer the newest version that is whole."""
    for name in shelf.names():
        try:
            open_dataset(shelf, name)
        except StoreDamaged as damaged:
            st.error(f"“{escaped(name)}” cannot be shown: {escaped(str(damaged))}", icon=":material/error:")
            whole = shelf.earlier(name)
            if whole is not None and st.button(
                f"Put version {whole.version} of “{name}” back", icon=":material/undo:", key=f"damaged:{name}"
            ):
                put_back(shelf, name, whole.version)
                st.toast(f"“{name}” is at version {whole.version} again.")
                st.rerun()


def show(shelf: Shelf, remembered: Remembered) -> None:
    """Draw versions and downloads of the data set that is shown."""
    data, name = remembered.data, remembered.dataset
    selection = remembered.view.selection
    st.header(f"Versions of “{escaped(name)}”", anchor=False)
    kept = shelf.kept(name)
    rows = [
        [
            one.entry.version,
            one.written.strftime("%Y-%m-%d %H:%M UTC"),
            one.entry.file or "–",
            f"{one.entry.patients:,}",
            "current" if one.is_current else "kept",
        ]
        for one in kept
    ]
    tables.show(["Version", "Written", "File", "Patients", "State"], rows, alt="Versions of the data set")
    st.caption(
        f"The last {KEPT} are kept. A version never changes: a link that names one shows the same numbers."
    )
    older = {one.entry.version: one for one in kept if not one.is_current}
    if older:
        chosen = st.selectbox(
            "Put a version back",
            list(older),
            index=None,
            format_func=lambda version: (
                f"{version}: {format_count(older[version].entry.patients, 'patient')}, "
                f"{older[version].written:%Y-%m-%d %H:%M} UTC"
            ),
            placeholder="Choose a version",
            key="shelf:version",
        )
        if st.button("Make it the current one", disabled=chosen is None, icon=":material/undo:"):
            try:
                put_back(shelf, name, chosen or "")
            except CohortError as refused:
                st.error(escaped(str(refused)))
            else:
                st.toast(f"Version {chosen} is the current one again.")
                remembered.update(shelf)
                st.rerun()
    st.header("Downloads", anchor=False)
    st.caption("ADTTE and ADSL hold the patients that the filters leave; the source tables are whole.")
    stem = f"{name}_{data.version}"
    with st.container(horizontal=True):
        downloads.offer(
            "ADTTE (CSV)",
            lambda: adtte_lines(data, selection),
            f"{stem}_adtte.csv",
            says="A row a patient and endpoint, CDISC names; CNSR 0 is the event.",
        )
        downloads.offer(
            "ADSL (CSV)",
            lambda: adsl_lines(data, selection),
            f"{stem}_adsl.csv",
            says="A row a patient with the baseline columns.",
        )
        if not data.is_trial:
            downloads.offer_bytes(
                "Source tables (ZIP)",
                lambda: tables_bytes(data),
                f"{stem}_tables.zip",
                says="The six tables and the settings. They can be imported again.",
                mime="application/zip",
            )
    st.header("To begin with", anchor=False)
    with st.container(horizontal=True):
        downloads.offer_bytes(
            "Empty workbook (Excel)",
            template_workbook,
            "gepnet_template.xlsx",
            says="A sheet a source table, with the allowed values as lists.",
            mime=WORKBOOK,
        )
        downloads.offer(
            "Data dictionary (CSV)",
            dictionary_lines,
            "data_dictionary.csv",
            says="Every column: type, allowed values, meaning.",
        )
    st.page_link("dictionary.py", label="Read the data dictionary", icon=":material/dictionary:")
