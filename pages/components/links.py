"""Links within the dashboard: every count opens the patients behind it, without leaving the session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from gepnet_core.behind import Behind
from gepnet_core.criteria import OneOf
from gepnet_core.sheet import Counted, Piece, counted
from gepnet_core.store import DataSet
from gepnet_core.store.patient_handle import handle_of
from gepnet_core.view import View


@dataclass(frozen=True, slots=True)
class Linked:
    """A cell or a word with the address that it opens."""

    words: str
    href: str


def address(page: str, view: View, **changes: Any) -> str:
    """Return the address of a page for a view with some controls changed, relative to the dashboard."""
    return f"{page}?{urlencode(replace(view, **changes).to_query(), doseq=True)}"


def patients(
    words: str, count: int, view: View, behind: Behind | None, within: Sequence[OneOf] = ()
) -> Linked | str:
    """Return a count as a link to the patients behind it, or as plain words where there is none."""
    return linked(counted(words, count, behind, within), view)


def linked(piece: Piece, view: View) -> Linked | str:
    """Return a piece of a table's cell; a count is a link to the patients behind it."""
    if not isinstance(piece, Counted):
        return piece
    changes = {"behind": piece.behind, "within": piece.within, "patient": None, "part": 1}
    return Linked(piece.words, address("patients", view, **changes))


def patient(data: DataSet, view: View, name: str) -> Linked:
    """Return a patient's id as a link to the history; the address holds a handle in place of the id."""
    return Linked(name, address("patients", view, patient=handle_of(data, name)))


# A click on a link within the dashboard goes to the server instead of opening a tab with a session of its own. With
# a modifier key, or before this has loaded, it is a link like any other.
FOLLOW = """
export default function ({ setTriggerValue }) {
    const clicked = event => {
        const link = event.target.closest('[data-testid="stMain"] a[href]')
        const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
        const href = link?.getAttribute('href') ?? ''
        if (!plain || !/^[a-z-]*\\?/.test(href) || link.hasAttribute('download')) return
        event.preventDefault()
        event.stopPropagation()
        setTriggerValue('href', href)
    }
    document.addEventListener('click', clicked, true)
    return () => document.removeEventListener('click', clicked, true)
}
"""
_component = st.components.v2.component("links", html="<div></div>", js=FOLLOW)


def followed() -> tuple[str, str] | None:
    """Return the page and the query string of a link that was just clicked, or None."""
    with st.container(key="links"):
        href = _component(key="followed", on_href_change=lambda: None).href
    if not href:
        return None
    path, _, query = href.partition("?")
    return path, query
