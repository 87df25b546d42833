"""The files of a report: bundle, figures for print, and tables for a spreadsheet or a word processor."""

from __future__ import annotations

import streamlit as st

from gepnet_core.report.bundle import bundle_bytes
from gepnet_core.report.contents import Report
from gepnet_core.report.pictures import figures_zip
from gepnet_core.report.sections import report_sheets, sections
from gepnet_core.sheets import sheets_lines
from pages.components import downloads
from pages.components.session import Remembered
from pages.components.take_away_report import file_stem

WIDTHS = {"single": "one column (85 mm)", "middle": "one and a half (114 mm)", "double": "page (174 mm)"}
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
    """Draw the download of the figures at a journal's size."""
    st.subheader("Figures", anchor=False)
    st.caption(
        "Flow, curves with who was at risk, hazard ratios and side effects, as far as this view has them: each as "
        "SVG and as PNG of 600 dots per inch, type of the size that journals ask for."
    )
    width = st.segmented_control(
        "Width",
        WIDTHS,
        default="double",
        required=True,
        format_func=WIDTHS.__getitem__,
        key=remembered.widget("figure_width"),
    )
    downloads.offer_bytes(
        "Figures (ZIP)",
        lambda: figures_zip(report, width or "double"),
        f"{file_stem(report)}_figures_{width}.zip",
        says="SVG stays sharp at any size; PNG opens everywhere. Making them takes some seconds.",
        mime="application/zip",
    )


def show_tables(report: Report) -> None:
    """Draw the downloads of every table of the report."""
    st.subheader("Tables", anchor=False)
    st.caption("Every table of the report as it is printed there, with what was done below it.")
    row = st.container(horizontal=True)
    downloads.offer(
        "Tables (CSV)",
        lambda: sheets_lines(report_sheets(report)),
        f"{file_stem(report)}_tables.csv",
        says="All tables in one file, a line a cell, the data version in the first column.",
        where=row,
    )
    downloads.offer_bytes(
        "Tables (Word)",
        lambda: _word(report),
        f"{file_stem(report)}_tables.docx",
        says="Tables, their notes, the methods and the references, to be edited.",
        mime=WORD,
        where=row,
    )


def _word(report: Report) -> bytes:
    from gepnet_core.word_tables import word_document  # its library takes long to load

    return word_document(f"{report.whole.endpoint.name}: {report.dataset.name}", sections(report))
