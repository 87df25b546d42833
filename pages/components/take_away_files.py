"""The files of a report: bundle, figures for print, and tables for a spreadsheet or a word processor."""

from __future__ import annotations

import streamlit as st

from gepnet_core.print_size import Width
from gepnet_core.report.bundle import bundle_bytes
from gepnet_core.report.contents import Report
from gepnet_core.report.drawn import figure_bytes
from gepnet_core.report.pictures import CAPTIONS, available, drawing, figures_zip
from gepnet_core.report.tables import tables_csv, tables_docx
from pages.components import downloads
from pages.components.figure_files import offer_figure
from pages.components.session import Remembered
from pages.components.take_away_report import file_stem

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def show_bundle(report: Report) -> None:
    """Draw the download of all that it takes to compute the numbers again."""
    st.subheader("Reproduction bundle", anchor=False)
    st.caption(
        "A ZIP file for whoever checks the numbers: the filtered rows, every number of the report, and scripts in "
        "R and Python that compute them again without this dashboard. It holds patients' rows: share it like them."
    )
    downloads.offer_bytes(
        "Bundle (ZIP)",
        lambda: bundle_bytes(report),
        f"{file_stem(report)}_bundle.zip",
        says="CSV files and scripts with a README that says how to run them.",
        mime="application/zip",
    )


def show_figures(report: Report, remembered: Remembered) -> None:
    """Draw the downloads of the figures at a journal's size: one, or all in a ZIP file."""
    st.subheader("Figures", anchor=False)
    st.caption("Drawn for print at the width of a journal, with type of the size that journals ask for.")
    names = available(report)
    name = st.selectbox(
        "Figure",
        names,
        index=names.index("whole"),
        format_func=lambda name: CAPTIONS[name].removesuffix("."),
        key=remembered.widget(f"figure:{','.join(names)}"),
    )
    offer_figure(
        "Figure",
        lambda width, kind: figure_bytes(drawing(report, name, width), kind),
        f"{file_stem(report)}_{name}",
        key=remembered.widget("figure"),
    )
    downloads.offer_bytes(
        "All figures (ZIP)",
        lambda: figures_zip(report, Width.DOUBLE),
        f"{file_stem(report)}_figures.zip",
        says="Each as SVG and as PNG of 600 dots per inch, 174 mm wide. Making them takes some seconds.",
        mime="application/zip",
    )


def show_tables(report: Report) -> None:
    """Draw the downloads of every table of the report."""
    st.subheader("Tables", anchor=False)
    st.caption("Every table of the report as it is printed there, with its notes.")
    row = st.container(horizontal=True)
    downloads.offer(
        "Tables (CSV)",
        lambda: [tables_csv(report)],
        f"{file_stem(report)}_tables.csv",
        says="All tables in one file, a line a cell, the data version in the first column.",
        where=row,
    )
    downloads.offer_bytes(
        "Tables (Word)",
        lambda: tables_docx(report),
        f"{file_stem(report)}_tables.docx",
        says="Tables, their notes, the methods and the references, to be edited.",
        mime=WORD,
        where=row,
    )
