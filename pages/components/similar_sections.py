"""The parts of the screen of patients like one under discussion: how they were found, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from gepnet_core import similar_words
from gepnet_core.figures_swimmer import swimmer_figure
from gepnet_core.formatting import format_count
from gepnet_core.histories import page_of
from gepnet_core.similar import Likeness
from gepnet_core.similar_words import Told
from gepnet_core.store.histories import Listing
from gepnet_core.view import View
from pages.components import figure, links, patient_list, tables
from pages.components.markdown import escaped

HEADER = ("Condition, beside those above it", "Patients left", "Left out: not recorded", "Kept or dropped")


def show_stages(likeness: Likeness, view: View) -> None:
    """Draw a row a condition, with the patients whom it and those above it leave; each count opens them."""
    for remark in similar_words.remarks(likeness):
        st.caption(escaped(remark))
    if not likeness.stages:
        return
    rows = []
    for stage in likeness.stages:
        left = replace(view, selection=likeness.up_to(stage))
        linked = links.patients(f"{stage.left:,}", stage.left, left, None)
        rows.append([stage.condition.words, linked, f"{stage.missing:,}", similar_words.verdict(stage)])
    tables.show(HEADER, rows, alt="Patients left by each condition, and which were dropped", wrapped=True)
    st.caption(escaped(similar_words.order_sentence()))


def show_told(told: Sequence[Told]) -> None:
    """Draw the sentences of every modality, the one under discussion first."""
    for each in told:
        aside = " (under discussion)" if each.discussed else ""
        lines = "".join(f"\n- {escaped(sentence)}" for sentence in each.sentences)
        st.markdown(f"**{escaped(each.label)}**{aside}\n{lines}")


def show_lanes(likeness: Likeness, view: View) -> None:
    """Draw a lane for each of the patients, by modality, as far as one page of them goes, and link to them all."""
    data = likeness.dataset
    listed = page_of(data, Listing(likeness.selection, view.endpoint or "", lanes="modality"), 1)
    if patient_list.has_lanes(listed):
        figure.show(
            swimmer_figure(listed, data.levels("modality")),
            "similar_lanes",
            alt=f"{listed.place}: a lane each, from the index treatment to the end of observation.",
            filename=f"{data.name}_similar_lanes",
        )
        bars = "" if data.is_trial else " Slim bars are systemic therapies."
        st.caption(f"{listed.place}, by {'treatment' if data.is_trial else 'modality'}.{bars}")
    theirs = links.address("patients", view, behind=None, within=(), patient=None, lanes="modality", part=1)
    st.markdown(f"[Open these {format_count(likeness.patients, 'patient')}](<{theirs}>)")
