"""How every number is made: definitions, formulas, references; the words of the screens; versions."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import streamlit as st

from gepnet_core import __version__
from gepnet_core.glossary import PARTS
from pages.components import page, tables, tour
from pages.components.markdown import escaped
from pages.components.terms import described

PACKAGES = ("duckdb", "lifelines", "numpy", "pandas", "plotly", "scipy", "streamlit")
TEXT = Path(__file__).resolve().parents[1] / "docs" / "methods.md"

data, view = page.begin("Methods", even_empty=True)
if data.is_trial:
    st.info(
        f"“{escaped(data.name)}” was imported as times to events: who belongs to it and what its endpoints "
        "mean is the file's own. Of the definitions below, cohort and endpoints are those of the study of local "
        "treatments; "
        "estimates, cut-off and follow-up hold for every data set."
    )
if st.button("Take the tour", icon=":material/tour:"):
    tour.again()
    st.switch_page("overview.py")
methods, glossary, versions = st.tabs(["Methods", "Glossary", "Versions"])
with methods:
    st.markdown(TEXT.read_text(encoding="utf-8").split("\n", 1)[1])
with glossary:
    for heading, terms in PARTS.items():
        st.header(heading, anchor=False)
        st.markdown(described(terms))
with versions:
    tables.show(
        ["What", "Version"],
        [
            ["This dashboard", __version__],
            [f"Data set “{data.name}”", data.version],
            *([name, version(name)] for name in PACKAGES),
        ],
        alt="Versions of the dashboard, the data set and the libraries",
    )
