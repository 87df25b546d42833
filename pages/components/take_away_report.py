"""The report of a view: one HTML file, and the same as PDF once somebody asks for it."""

from __future__ import annotations

from datetime import date

import streamlit as st

from gepnet_core.errors import CohortError
from gepnet_core.report.contents import Report
from gepnet_core.report.link import link
from gepnet_core.report.pdf import BrowserMissing, browser, printed_pdf
from pages.components import downloads
from pages.components.markdown import escaped
from pages.components.session import Remembered

MADE = "pdf_made"


def show_report(report: Report, remembered: Remembered) -> None:
    """Draw the downloads of the report."""
    st.subheader("Report", anchor=False)
    st.caption(
        "Filters, flow of patients, curves, tables, side effects, a methods section ready for a paper with its "
        "references, versions and the hash of the data, in one document."
    )
    row = st.container(horizontal=True)
    downloads.offer_bytes(
        "Report (HTML)",
        lambda: _html(report, date.today()).encode(),
        f"{file_stem(report)}_report.html",
        says="One file: it opens in any browser, without a network.",
        mime="text/html",
        where=row,
    )
    with row:
        _offer_pdf(report, remembered)


def file_stem(report: Report) -> str:
    """Return how the names of all files of a report begin."""
    return f"{report.dataset.name}_{report.dataset.version}_{report.whole.endpoint.code}"


def _offer_pdf(report: Report, remembered: Remembered) -> None:
    """Draw a button that makes the PDF, then one that downloads it; without a browser, say what can be done."""
    try:
        browser()
    except BrowserMissing as missing:
        st.button("Make the PDF", disabled=True, icon=":material/print:", key=remembered.widget("no_pdf"))
        st.caption(escaped(str(missing)))
        return
    wanted = link(report)
    if st.session_state.get(MADE) != wanted:
        says = "A browser on this machine prints the report on A4 pages, without a network. It takes some seconds."
        if not st.button(
            "Make the PDF", icon=":material/print:", help=says, key=remembered.widget("make_pdf")
        ):
            return
        try:
            with st.spinner("Printing the report …", show_time=True):
                _pdf(wanted, date.today(), report)
        except CohortError as refused:
            st.error(escaped(str(refused)))
            return
        st.session_state[MADE] = wanted
        st.rerun()
    content = _pdf(wanted, date.today(), report)
    downloads.offer_bytes(
        "Report (PDF)",
        lambda: content,
        f"{file_stem(report)}_report.pdf",
        says=f"A4 pages, {len(content) / 1e6:.1f} megabytes.",
        mime="application/pdf",
    )


def _html(report: Report, printed: date) -> str:
    from gepnet_core.report.html import report_html  # its figures' library takes long to load

    return report_html(report, printed=printed)


# a link names all that a report depends on: data set, version and every control
@st.cache_data(max_entries=8, show_spinner=False)
def _pdf(wanted: str, printed: date, _report: Report) -> bytes:  # noqa: ARG001 the key of the cache
    return printed_pdf(_html(_report, printed))
