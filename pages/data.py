"""Bring a cohort in: upload, look, describe, check, and only then make it a data set. Versions and downloads."""

from __future__ import annotations

from datetime import date

import streamlit as st

from gepnet_core.store import open_shelf
from pages.components import import_state, import_steps, import_upload, page, shelved
from pages.components.session import KEY, Remembered

st.title("Data", anchor=False)
# None where no data set can be shown: a version can be put back, or a file brought in
remembered: Remembered | None = st.session_state.get(KEY)
state = import_state.state()
shelf = open_shelf()
if state.done and remembered:
    shelved.show_done(shelf, remembered, state)
shelved.show_damaged(shelf)
if remembered:
    # below an import that was just done: what it leaves may not fit, and it can be undone
    page.refuse_link("", remembered)
bring, kept = st.tabs(["Bring in a file", "Versions and downloads"])
with kept:
    if remembered:
        shelved.show(shelf, remembered)
    else:
        st.info("No data set can be shown. Put a version back, or bring in a file.")
with bring:
    chosen = import_upload.choose_file(shelf, state)
    if chosen is not None:
        asked = import_steps.describe(state, chosen, date.today())
        import_steps.check_and_import(shelf, remembered, state, chosen, asked)
