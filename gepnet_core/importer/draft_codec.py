"""A draft of a mapping on its way between processes and into a file, and what it leaves to a person."""

from __future__ import annotations

from typing import Any

from gepnet_core.errors import quoted
from gepnet_core.intake.dates import DateFormat
from gepnet_core.intake.draft import Draft
from gepnet_core.intake.mapping import Cell, ColumnMapping, Group, TimeColumns
from gepnet_core.intake.reading import Reading
from gepnet_core.vocabulary import NOT_RECORDED, TimeUnit


def told_draft(draft: Draft) -> dict[str, Any]:
    """Return a draft as JSON; `draft_from` gives it back equal."""
    return {
        "patient_id": draft.patient_id.told(),
        "groups": [
            {"table": group.table, "cells": {name: cell.told() for name, cell in group.cells.items()}}
            for group in draft.groups
        ],
        "endpoints": [
            {
                "code": times.code,
                "name": times.name,
                "time": times.time,
                "status": times.status,
                "unit": times.unit.value,
                "event": list(times.event),
                "censored": list(times.censored),
                "competing": list(times.competing),
            }
            for times in draft.endpoints
        ],
        "treatment": None if draft.treatment is None else draft.treatment.told(),
        "values": draft.values,
        "missing": list(draft.missing),
        "decimal": draft.decimal,
        "dates": {column: spelled.value for column, spelled in draft.dates.items()},
        "ambiguous": list(draft.ambiguous),
        "unsaid_units": list(draft.unsaid_units),
        "unused": list(draft.unused),
    }


def draft_from(told: dict[str, Any]) -> Draft:
    """Return the draft that `told_draft` told."""
    return Draft(
        patient_id=_cell(told["patient_id"]),
        groups=[
            Group(group["table"], {name: _cell(cell) for name, cell in group["cells"].items()})
            for group in told["groups"]
        ],
        endpoints=[
            TimeColumns(
                times["code"],
                times["name"],
                times["time"],
                times["status"],
                TimeUnit(times["unit"]),
                tuple(times["event"]),
                tuple(times["censored"]),
                tuple(times["competing"]),
            )
            for times in told["endpoints"]
        ],
        treatment=None if told["treatment"] is None else _cell(told["treatment"]),
        values=told["values"],
        missing=tuple(told["missing"]),
        decimal=told["decimal"],
        dates={column: DateFormat(word) for column, word in told["dates"].items()},
        ambiguous=told["ambiguous"],
        unsaid_units=told["unsaid_units"],
        unused=told["unused"],
    )


def _cell(told: str | dict[str, Any]) -> Cell:
    if isinstance(told, str):
        return Cell(column=told)
    return Cell(row_number=True) if told.get("row_number") else Cell(value=told["value"])


def draft_mapping(draft: Draft, reading: Reading) -> ColumnMapping:
    """Return a draft as a mapping that may be incomplete, to be written to a file and completed there."""
    return ColumnMapping(
        draft.patient_id,
        groups=tuple(draft.groups),
        endpoints=tuple(draft.endpoints),
        treatment=(draft.treatment or Cell(value=NOT_RECORDED)) if draft.endpoints else None,
        reading=reading.over(draft.reading),
        missing=draft.missing,
        dates=dict(draft.dates),
        values=draft.values,
    )


def questions(draft: Draft) -> list[str]:
    """Return what only a person can decide, a sentence each."""
    asked = []
    if draft.patient_id.row_number:
        asked.append("No column of patient ids was found: the number of the row stands for it.")
    for group in draft.of("local_treatments"):
        for name in ("date", "modality"):
            if name not in group.cells:
                asked.append(f"A local treatment has no {name}: name its column, or a value for all rows.")
    if not draft.endpoints and not draft.of("local_treatments"):
        asked.append("No local treatment was found: name the columns of its date and modality.")
    if not draft.endpoints and not draft.of("follow_up"):
        asked.append("No end of observation was found: name the columns of last contact and death.")
    for name in draft.ambiguous:
        if name not in draft.dates:
            asked.append(f"The dates of {quoted(name)} read both day first and month first: say the format.")
    for times in draft.endpoints:
        if not times.event:
            asked.append(
                f"{times.code}: say which values of {quoted(times.status)} are an event, which censored."
            )
        if times.code in draft.unsaid_units:
            asked.append(f"{times.code}: the unit of {quoted(times.time)} is not said; days are assumed.")
    return asked
