"""The flow of the patients out: a row a box, with what it leaves and leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet_core.export import csv_lines
from gepnet_core.flow import Flow

COLUMNS = ("part", "step", "label", "patients_left", "patients_left_out", "reason")


def flow_lines(flow: Flow, version: str) -> Iterator[str]:
    """Yield the flow as CSV: the start, each step in order, and each group at the end."""
    rows: list[tuple[object, ...]] = [("Start", flow.start_label, flow.start_label, flow.start, "", "")]
    rows += [
        (step.part.value, step.code, step.label, step.left, step.out, step.reason) for step in flow.steps
    ]
    rows += [("Groups", group.stratum, group.label, group.patients, "", "") for group in flow.groups]
    return csv_lines(version, COLUMNS, rows)
