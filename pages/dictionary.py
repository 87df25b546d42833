"""The data dictionary: every column of the source tables and of what is derived from them."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from gepnet_core.dictionary import dictionary_lines, dictionary_rows
from gepnet_core.intake.rules import RULES
from pages.components import downloads, tables
from pages.components.markdown import escaped

st.title("Data dictionary", anchor=False)
st.header("What each table holds, column by column", anchor=False)
downloads.offer(
    "Data dictionary (CSV)",
    dictionary_lines,
    "data_dictionary.csv",
    says="Every column: type, allowed values, meaning.",
)
for table, columns in groupby(dictionary_rows(), key=lambda entry: entry.table):
    st.subheader(escaped(table), anchor=False)
    rows = [
        [entry.column, entry.meaning, entry.type, entry.allowed or "–", entry.required, entry.unit or "–"]
        for entry in columns
    ]
    tables.show(
        ["Column", "Meaning", "Type", "Allowed", "Required", "Unit"],
        rows,
        alt=f"Columns of {table}",
        wrapped=True,
    )
st.header("The rules of an import", anchor=False)
st.caption("An error blocks the import; a warning stays visible on the page Data quality.")
tables.show(
    ["Rule", "Severity", "What is found", "Remedy"],
    [[rule.id, rule.severity.value, rule.found, rule.remedy] for rule in RULES.values()],
    alt="Rules of an import",
    wrapped=True,
)
