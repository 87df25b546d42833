"""What a page needs to be printed from the browser: figures fit the sheet, and it says what it shows."""

from __future__ import annotations

import streamlit as st

from gepnet_core.characters import escape
from pages.components.session import Remembered

# A figure is drawn as wide as the window; on paper that would be cut. 700 pixels fit A4 and Letter.
FIT = """
export default function () {
    const figures = () => document.querySelectorAll('[data-testid="stMain"] .js-plotly-plot')
    const shrink = () => figures().forEach(figure => {
        figure.style.zoom = Math.min(1, 700 / figure.getBoundingClientRect().width)
    })
    const restore = () => figures().forEach(figure => { figure.style.zoom = '' })
    window.addEventListener('beforeprint', shrink)
    window.addEventListener('afterprint', restore)
    return () => {
        window.removeEventListener('beforeprint', shrink)
        window.removeEventListener('afterprint', restore)
    }
}
"""
_component = st.components.v2.component("paper", html="<div></div>", js=FIT)


def draw(remembered: Remembered) -> None:
    """Put the head of the sheet before the page: it is seen on paper alone."""
    data, view = remembered.data, remembered.view
    shown = [
        "GEP-NET local treatment",
        f"data set {data.name}, version {data.version}",
        f"filters: {data.describe(view.selection)}",
    ]
    with st.container(key="paper"):
        st.html(f'<p class="on-paper">{" · ".join(escape(words) for words in shown)}</p>')
        _component(key="fit")
