"""The SQL of selected times, and counts from what it returns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np

from gepnet_core.selection import Selection
from gepnet_core.sql_names import identifier
from gepnet_core.store.level_order import Natural, natural
from gepnet_core.survival import EventCounts
from gepnet_core.vocabulary import CUT_OFF_REASON, NOT_RECORDED, Status

Place = tuple[bool, int, float, Natural, str]


def selected(
    selection: Selection, *, offset: str, stratum: str, **further: str
) -> tuple[str, dict[str, object]]:
    """Return the query of all selected times after the cut-off, and its bound parameters.

    Up to the cut-off C a time runs at most C - start + offset days; what comes after is not known yet, so a
    longer time is censored there. `stratum` is an SQL expression over the table `times` c, as are `further`
    ones by the name of their column.
    """
    where, bound = selection.where()
    days, status, reason = "c.t_days", "c.t_status", "c.t_reason"
    if selection.cutoff is not None:
        limit = "date_diff('day', c.t_start, $cutoff) + $offset"
        bound["offset"] = int(offset)
        where += " AND c.t_start <= $cutoff"
        days = f"least(c.t_days, {limit})"
        status = f"CASE WHEN c.t_days > {limit} THEN {int(Status.CENSORED)} ELSE c.t_status END"
        reason = f"CASE WHEN c.t_days > {limit} THEN '{CUT_OFF_REASON}' ELSE c.t_reason END"
    more = "".join(f", {expression} AS {identifier(name)}" for name, expression in further.items())
    return (
        f"SELECT c.patient_id, c.t_endpoint AS endpoint, {stratum} AS stratum, {days} AS days, "
        f"{status} AS status, {reason} AS reason{more} FROM times c WHERE {where}",
        bound,
    )


def level(column: str) -> str:
    """Return the SQL expression of a patient's stratum by a column of the table `times` (or `cohort`) c."""
    return f"coalesce(CAST(c.{identifier(column)} AS VARCHAR), '{NOT_RECORDED}')"


def place(stratum: str, known: Sequence[str], *, numeric: bool) -> Place:
    """Return where a stratum sorts: by `known`, numbers by size, "<65" first and ">80" last, no value last.

    What is left sorts as people count: "2 mg" before "10 mg".
    """
    unknown = stratum == NOT_RECORDED
    number = float(stratum.startswith((">", "≥"))) - float(stratum.startswith(("<", "≤")))
    if numeric and not unknown:
        number = float(stratum)
    return (
        unknown,
        known.index(stratum) if stratum in known else len(known),
        number,
        natural(stratum),
        stratum,
    )


def counts(rows: Iterable[tuple[Any, ...]]) -> Iterator[EventCounts]:
    """Yield the counts per stratum from (stratum, day, censored, events, competing), sorted by the first two."""
    for stratum, members in groupby(rows, key=itemgetter(0)):
        table = np.array([row[1:] for row in members], dtype=np.int64)
        yield EventCounts(stratum, *(np.ascontiguousarray(table[:, i]) for i in range(4)))
