"""Remedies as buttons beside what an import found: each says one thing otherwise, and reads or checks again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from gepnet_core.formatting import format_count
from gepnet_core.intake.leave_out import ALLOWED
from gepnet_core.intake.reading import DELIMITERS
from gepnet_core.intake.report import Report
from pages.components.import_state import ImportState

OPTION = re.compile(r"(?<!\S)--[a-z]|\{ value|eligibility\.[a-z_]+|\bTOML\b")
SENTENCE = re.compile(r"(?<=[.?!]) (?=[A-Z])")
VALUE = re.compile(r", or say (?:[a-z_]+ = )?\{ value = \"\.\.\.\" \}")


def in_browser(words: str) -> str:
    """Return words without the sentences on the command line or on mapping files: here a control does it."""
    words = VALUE.sub(", or choose one value for all rows", words)
    said = [sentence for sentence in SENTENCE.split(words) if not OPTION.search(sentence)]
    return " ".join(said) or words


@dataclass(frozen=True)
class Offer:
    """A button: what it says, and what it changes."""

    label: str
    take: Callable[[], None]


def show(state: ImportState, report: Report) -> None:
    """Draw the remedies of what a report found, if there are any."""
    found = _offers(state, report)
    if not found:
        return
    with st.container(horizontal=True):
        for place, offer in enumerate(found):
            st.button(
                offer.label,
                icon=":material/build:",
                key=state.file_key(f"offer:{place}:{offer.label}"),
                on_click=_taken,
                args=(state, offer.take),
            )


def _taken(state: ImportState, take: Callable[[], None]) -> None:
    take()
    state.again = state.checked is not None


def _offers(state: ImportState, report: Report) -> list[Offer]:
    encoding, delimiter, decimal = state.reading
    found: list[Offer] = []

    def read(name: str, label: str, value: str) -> None:
        def take() -> None:
            st.session_state[state.file_key(name)] = value

        found.append(Offer(label, take))

    if report.counts["file-encoding"] and not encoding:
        read("encoding", "Read it as Windows-1252", "cp1252")
    if report.counts["delimiter"] and not delimiter:
        for word in DELIMITERS:
            read("delimiter", f"Delimiter: {word}", word)
    marked = [row.words for row in report.findings if "say that it is the decimal mark" in row.words]
    if marked and not decimal:
        other = "point" if "a decimal comma" in marked[0] else "comma"
        read("decimal", f"Read numbers with a decimal {other}", other)
    if any(
        row.rule == "nobody-eligible" and "eligibility.metastatic to false" in row.words
        for row in report.findings
    ):
        found.append(Offer("Do not ask for metastases by the treatment", state.waive))
    for rule in ALLOWED:
        patients = {row.patient for row in report.findings if row.rule == rule and row.patient}
        if patients and rule not in state.leave_out:
            found.append(
                Offer(
                    f"Leave out {format_count(len(patients), 'patient')} ({rule}) and say so",
                    _leave_out(state, rule),
                )
            )
    return found


def _leave_out(state: ImportState, rule: str) -> Callable[[], None]:
    def take() -> None:
        state.leave_out = (*state.leave_out, rule)

    return take


def show_left_out(state: ImportState) -> None:
    """Draw by which rules patients are left out, and a way back."""
    if not state.leave_out:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Patients whose rows break these rules are left out: {', '.join(state.leave_out)}.")
        st.button(
            "Leave nobody out",
            icon=":material/undo:",
            key=state.file_key("keep-all"),
            on_click=_taken,
            args=(state, lambda: setattr(state, "leave_out", ())),
        )
