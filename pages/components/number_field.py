"""A field for a number. What it holds is read as the command line reads it, or refused in words beside the field.

The browser's own number field drops a decimal comma: "2,5" became 25 there, without a word.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from gepnet_core.errors import OptionRefused
from gepnet_core.spelled import number_text
from pages.components.markdown import escaped
from pages.components.session import KEY, Remembered

Number = TypeVar("Number", int, float)


def draw(
    remembered: Remembered,
    name: str,
    label: str,
    now: float | None,
    parse: Callable[[str], Number],
    write: Callable[[Number | None], None],
    *,
    where: Any = st,
    placeholder: str = "",
    help: str | None = None,
    disabled: bool = False,
) -> None:
    """Draw the field; a number that is entered is written before the page runs again, an empty field as None.

    `name` makes its key, `now` is what it holds at first, `parse` reads a number or raises OptionRefused with
    words. A text that cannot be read is not written: it stands in `remembered.unread` until it is mended.
    """
    key = remembered.widget(name)
    if key not in st.session_state:
        st.session_state[key] = number_text(now)

    def changed() -> None:
        try:
            write(_read(st.session_state[key], parse))
        except OptionRefused:
            return  # the words are drawn below, beside the field

    where.text_input(
        label,
        key=key,
        placeholder=placeholder,
        help=help,
        disabled=disabled,
        autocomplete="off",
        on_change=changed,
    )
    if disabled:
        return
    try:
        _read(st.session_state[key], parse)
    except OptionRefused as refused:
        where.error(escaped(str(refused)))
        remembered.unread[label] = str(refused)


def stop_if_unread() -> None:
    """Stop the page where a field holds what cannot be read: its results would stand for another number."""
    remembered: Remembered = st.session_state[KEY]
    if not remembered.unread:
        return
    said = [f"**{escaped(label)}**: {escaped(words)}" for label, words in remembered.unread.items()]
    st.warning("\n\n".join([*said, "Nothing is shown until the field is mended or emptied."]))
    st.stop()


def _read(text: str, parse: Callable[[str], Number]) -> Number | None:
    text = text.strip()
    return parse(text) if text else None
