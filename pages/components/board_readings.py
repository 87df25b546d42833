"""What stands beside the curve on the board view: every stratum at the chosen time, words before numbers."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from gepnet_core.board_words import (
    MOST_READ_ALOUD,
    at_risk_words,
    clipped,
    difference_words,
    heading,
    share_words,
    short_words,
)
from gepnet_core.characters import escape
from gepnet_core.cursor import Reading, StratumReading
from gepnet_core.estimates import Estimate
from gepnet_core.figure_words import look_in

SHORT_LABEL = 18  # characters in a column of the table
# the marks of the curves as shapes of a style sheet
SHAPES = {
    "circle": "circle(50%)",
    "square": "inset(4%)",
    "diamond": "polygon(50% 0, 100% 50%, 50% 100%, 0 50%)",
    "triangle-up": "polygon(50% 4%, 100% 92%, 0 92%)",
    "pentagon": "polygon(50% 0, 100% 38%, 81% 100%, 19% 100%, 0 38%)",
    "cross": "polygon(33% 0, 67% 0, 67% 33%, 100% 33%, 100% 67%, 67% 67%, 67% 100%, 33% 100%, 33% 67%, 0 67%, "
    "0 33%, 33% 33%)",
}


def show(estimated: Estimate, reading: Reading, levels: Sequence[str]) -> None:
    """Draw the reading: a few strata as lines to read aloud, more of them as a table."""
    title = f"<h2>{escape(heading(estimated, reading))}</h2>"
    note = (
        f"<p>Differences in points to {escape(clipped(reading.reference))}.</p>" if reading.reference else ""
    )
    if len(reading.strata) <= MOST_READ_ALOUD:
        st.html(title + "".join(_lines(estimated, found, reading, levels) for found in reading.strata) + note)
        return
    head = "".join(f"<th scope='col'>{words}</th>" for words in ("Group", "%", "At risk", "Difference"))
    rows = "".join(_row(estimated, found, levels) for found in reading.strata)
    st.html(f"{title}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{note}")


def _lines(estimated: Estimate, found: StratumReading, reading: Reading, levels: Sequence[str]) -> str:
    share, risk = escape(share_words(found)), at_risk_words(found)
    if len(reading.strata) == 1:
        number, bracket, limits = share.partition(" (")
        return f"<p class='board-alone'><strong>{number}</strong>{bracket}{limits}<br>{risk}</p>"
    name = f"<h3>{_mark(estimated, found, levels)}{escape(clipped(found.label))}</h3>"
    difference = escape(difference_words(found))
    more = f"<p>{difference}</p>" if difference else ""
    return f"<div class='board-stratum'>{name}<p><strong>{share}</strong> {risk}</p>{more}</div>"


def _row(estimated: Estimate, found: StratumReading, levels: Sequence[str]) -> str:
    share, difference = short_words(found)
    name = (
        f"<th scope='row'>{_mark(estimated, found, levels)}{escape(clipped(found.label, SHORT_LABEL))}</th>"
    )
    cells = "".join(f"<td>{escape(words)}</td>" for words in (share, f"{found.at_risk:,}", difference))
    return f"<tr>{name}{cells}</tr>"


def _mark(estimated: Estimate, found: StratumReading, levels: Sequence[str]) -> str:
    drawn = look_in(estimated, found.stratum, levels)
    style = f"background:{drawn.colour};clip-path:{SHAPES[drawn.mark]}"
    return f"<span class='board-mark' style='{style}'></span>"
