"""The columns of a checked file that may be known only after the index date: a decision for each of them."""

from __future__ import annotations

import streamlit as st

from gepnet_core.errors import listed
from gepnet_core.intake.known_later import KNOWN_LATER, Verdict
from pages.components.import_state import ImportState
from pages.components.markdown import escaped

ANSWERS = {True: "Yes, a baseline", False: "No"}


def choose(state: ImportState) -> None:
    """Draw what the last check found, and ask for the decisions; a new one asks for another check."""
    sure = [found["name"] for found in state.judged if found["verdict"] == Verdict.SURE]
    suspects = [found for found in state.judged if found["verdict"] == Verdict.SUSPECT]
    if not state.judged:
        return
    st.subheader("What was known on the index date?", anchor=False)
    if sure:
        st.caption(
            f"No baseline, since known only after the index date: {escaped(listed(sure, most=len(sure)))}. If one "
            "was known before, give it another name in the file."
        )
    if suspects:
        st.markdown(
            f"These columns {KNOWN_LATER}. None is offered as baseline until you decide; where you say yes, every "
            "use of it carries the words."
        )
    for found in suspects:
        name = found["name"]
        key = state.key(f"baseline:{name}")
        said = {"yes": True, "no": False}.get(found["decision"])
        st.segmented_control(
            f"Was {escaped(name)} known on the index date?",
            list(ANSWERS),
            default=state.decisions.get(name, said),
            format_func=ANSWERS.__getitem__,
            key=key,
            on_change=_decided,
            args=(state, name, key),
        )
        st.caption(f"It is asked, since {escaped(found['why'])}.")


def _decided(state: ImportState, name: str, key: str) -> None:
    """Keep a decision before the forms above are drawn again: it is part of what they say."""
    said = st.session_state[key]
    if said is None:
        state.decisions.pop(name, None)
    else:
        state.decisions[name] = said
