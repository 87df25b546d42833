"""Why this patient: the eligibility of each treatment, and the rules behind each time, one by one."""

from __future__ import annotations

import streamlit as st

from gepnet_core.explanation import Explanation, explain
from gepnet_core.store import DataSet
from gepnet_core.view import View
from pages.components import tables
from pages.components.markdown import escaped


def show(data: DataSet, view: View, patient_id: str) -> None:
    """Draw the explanation of one patient, the endpoint of the view first and open."""
    found = explain(data, patient_id, view.selection)
    st.header("Why", anchor=False)
    st.markdown(escaped(found.membership))
    if found.treatments:
        _show_treatments(found)
    times = sorted(found.times, key=lambda each: each.endpoint != view.endpoint)
    for place, time in enumerate(times):
        with st.expander(f"**{escaped(time.name)}**: {escaped(time.result)}", expanded=place == 0):
            st.markdown(
                "\n".join(f"{number}. {escaped(line)}" for number, line in enumerate(time.lines, start=1))
            )


def _show_treatments(found: Explanation) -> None:
    """Draw a line a treatment and step, up to the first step that it fails."""
    with st.expander("Eligibility, treatment by treatment", expanded=not found.times):
        rows = [
            [
                f"{each.treatment_id}, {each.modality}" + (" (index treatment)" if each.is_index else ""),
                verdict.label,
                "yes" if verdict.passed else "no: stops here",
                verdict.words,
            ]
            for each in found.treatments
            for verdict in each.verdicts
        ]
        tables.show(
            ["Treatment", "Step", "Passed", "The record"],
            rows,
            alt="Eligibility of each local treatment, step by step",
            wrapped=True,
        )
