"""What the framework leaves out for people who use keys or a screen reader, put into each page as it is drawn."""

from __future__ import annotations

import streamlit as st

# On a narrow screen the framework puts the menu into a list whose groups a list may not hold: there it is read as
# links alone. A table or a formula wider than the screen scrolls sideways, so it takes part in the order of the Tab
# key: not every browser lets keys scroll what cannot be focused.
READ = """
const MENU = '[data-testid="stSidebarNavItems"]'
const WIDE = '[data-testid="stTable"] :has(> table), [data-testid="stMarkdownContainer"] > table, .katex-display'
export default function () {
    const main = document.querySelector('[data-testid="stMain"]')
    let due = 0
    const read = () => {
        due = 0
        document.querySelectorAll(`${MENU}, ${MENU} li`).forEach(part => part.setAttribute('role', 'none'))
        main.querySelectorAll(WIDE).forEach(area => {
            if (area.scrollWidth > area.clientWidth) area.tabIndex = 0
            else area.removeAttribute('tabindex')
        })
    }
    const soon = () => { due ||= setTimeout(read, 100) }
    const drawn = new MutationObserver(soon)
    drawn.observe(main, { childList: true, subtree: true })
    addEventListener('resize', soon)
    soon()
    return () => {
        drawn.disconnect()
        removeEventListener('resize', soon)
        clearTimeout(due)
    }
}
"""
_component = st.components.v2.component("access", html="<div></div>", js=READ)


def draw() -> None:
    """Keep every page readable by keys and screen readers from now on."""
    with st.container(key="access"):
        _component(key="read")
