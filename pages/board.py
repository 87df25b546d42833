"""Board view: one curve, one sentence and what is read at one time, without anything else, for the back row."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from gepnet_core.board_words import remark, sentence
from gepnet_core.cursor import DEFAULT_MONTHS, read_at, readings, reference_among
from gepnet_core.errors import NothingLeft
from gepnet_core.estimates import estimate_of
from gepnet_core.figure_words import Look
from gepnet_core.figures_board import board_figure
from pages.components import board_keys, board_readings, page
from pages.components.markdown import JOINER, escaped
from pages.components.session import KEY

st.html(Path(__file__).parent / "assets" / "board.css")
head, curve, beside, bar = (
    st.container(key=f"board-{part}", horizontal=part == "bar", vertical_alignment="center")
    for part in ("head", "figure", "readings", "bar")
)
with bar:
    scale = board_keys.draw(st.session_state[KEY])
with head:
    data, view = page.begin("Board view")
    try:
        found = estimate_of(data, view, by=view.by)
    except NothingLeft:
        page.nothing_left()
    said = sentence(found)
    st.header(escaped(said.replace("–", f"{JOINER}–{JOINER}")), anchor=False)  # an interval stays on its line
    if few := remark(found):
        st.caption(escaped(few))

there = {stratum.stratum for stratum in found.strata}
reference = reference_among(found, view.reference if view.reference in there else None)
chosen = read_at(found, found.scale.to_days(view.at or DEFAULT_MONTHS), reference)
look, levels = Look(view.horizon, view.band, view.failure), data.levels(view.by)
with curve:
    st.plotly_chart(
        board_figure(found, readings(found, reference), look, levels, chosen=chosen, scale=scale),
        key="board_curves",
        theme=None,
        alt=said,
        height="stretch",
        config={"displayModeBar": False},
    )
with beside:
    board_readings.show(found, chosen.rising() if look.failure else chosen, levels)
