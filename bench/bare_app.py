"""The floor: one dropdown that shows figures and tables made beforehand. No query, no estimate."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import streamlit as st


@st.cache_resource
def ready_made() -> tuple[str, dict[str, tuple[object, object]]]:
    """Return the dropdown's label and the figure and table of each option, as the benchmark wrote them."""
    return pickle.loads(Path(os.environ["BARE_APP_READY_MADE"]).read_bytes())


label, found = ready_made()
st.title("Bare")
figure, table = found[st.sidebar.selectbox(label, list(found))]
st.plotly_chart(figure, key="survival_curves")
st.table(table)
