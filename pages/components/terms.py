"""What the words beside a result mean, for those who ask."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from gepnet_core.glossary import define
from pages.components.markdown import escaped


def explain(*terms: str) -> None:
    """Draw a button that opens the meaning of some terms of the glossary; keys reach it, paper leaves it out."""
    with st.popover("What do these words mean?", icon=":material/help:"):
        st.markdown(described(terms))


def described(terms: Iterable[str]) -> str:
    """Return terms with what they mean, as a list in Markdown."""
    return "\n".join(f"- **{escaped(term)}**: {escaped(define(term))}" for term in terms)
