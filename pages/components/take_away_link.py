"""The link of a view, to be copied: the whole address, and in words what it carries."""

from __future__ import annotations

import streamlit as st

from gepnet_core.report.contents import Report
from gepnet_core.report.link import carried, link
from gepnet_core.store.versions import KEPT
from pages.components.markdown import escaped
from pages.components.session import Remembered

OPENS = {
    "survival": "Survival",
    "compare": "Compare",
    "": "Overview",
    "side-effects": "Side effects",
    "take-away": "Take away",
}


def show_link(report: Report, remembered: Remembered) -> None:
    """Draw the address that shows the same numbers again, and say what it carries."""
    st.subheader("Link", anchor=False)
    st.caption(
        "It shows these numbers again to everybody who can open this dashboard, also after a newer version of the "
        f"data was imported: the last {KEPT} versions of a data set are kept. A link to one that is gone says so, "
        "and shows nobody until the current one is chosen."
    )
    # the page Survival shows neither chosen groups alone nor a landmark
    first = "compare" if report.view.levels or report.view.landmark is not None else "survival"
    opens = st.selectbox(
        "The link opens the page",
        list(OPENS),
        index=list(OPENS).index(first),
        format_func=OPENS.__getitem__,
        key=remembered.widget(f"link_opens:{first}"),
    )
    st.code(f"{origin()}{opens}?{link(report)}", language=None, wrap_lines=True)
    with st.expander("What the link carries"):
        st.markdown("\n".join(f"- {escaped(words)}" for words in carried(report)))


def origin() -> str:
    """Return where the dashboard is in the reader's browser, "" where that is not known."""
    address = st.context.url or ""
    return address[: address.rfind("/") + 1] if "://" in address else ""
