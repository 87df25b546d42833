"""One version of a data set, as the estimates and screens ask it: checked selections in, counts out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np

from gepnet_core.errors import ControlMissing, OptionRefused, quoted
from gepnet_core.selection import Selection
from gepnet_core.store.connection import Database, identifier
from gepnet_core.store.described import Attrition, BaselineColumn, Kind
from gepnet_core.survival import EventCounts
from gepnet_core.vocabulary import (
    CUT_OFF_REASON,
    NOT_RECORDED,
    WHOLE_COHORT,
    DeathRule,
    Endpoint,
    Status,
)

MOST_LEVELS = 12
MOST_KEPT = 256


class DataSet:
    """One immutable version of a data set."""

    def __init__(self, name: str, version: str, database: Database) -> None:
        self.name = name
        self.version = version
        self._database = database
        self._counted: dict[tuple[object, ...], list[EventCounts]] = {}

    @cached_property
    def meta(self) -> dict[str, str]:
        """Title, notice, settings and what is known of dates, as text."""
        return {key: value or "" for key, value in self._database.rows("SELECT key, value FROM meta")}

    @cached_property
    def n(self) -> int:
        """Patients in the cohort."""
        return int(self._database.rows("SELECT count(*) FROM cohort")[0][0])

    @property
    def has_dates(self) -> bool:
        """True where every time has calendar dates that agree with it."""
        return self.meta["offset"] != ""

    @cached_property
    def modality_labels(self) -> dict[str, str]:
        """Labels of the modalities that occur in the cohort, by stored value, in the data set's order."""
        return dict(
            self._database.rows(
                "SELECT value, label FROM modalities WHERE value IN (SELECT modality FROM cohort) "
                "ORDER BY position"
            )
        )

    @cached_property
    def endpoints(self) -> dict[str, Endpoint]:
        """The endpoints, by code, in order."""
        found = self._database.rows("SELECT code, name, phrase FROM endpoints ORDER BY position")
        return {code: Endpoint(code, name, phrase) for code, name, phrase in found}

    @cached_property
    def baseline(self) -> tuple[BaselineColumn, ...]:
        """The baseline columns, in order."""
        described = self._database.rows("SELECT name, label, kind FROM baseline_columns ORDER BY position")
        if not described:
            return ()
        counted = ", ".join(f"count(DISTINCT {identifier(name)})" for name, _, _ in described)
        levels = self._database.rows(f"SELECT {counted} FROM cohort")[0]
        return tuple(
            BaselineColumn(name, label, kind, int(count))
            for (name, label, kind), count in zip(described, levels, strict=True)
        )

    @property
    def groupings(self) -> dict[str, str]:
        """Columns with few levels that a screen offers to stratify by, name to label."""
        offered = {"modality": self.meta["treatment_label"]}
        return offered | {
            column.name: column.label for column in self.baseline if 2 <= column.levels <= MOST_LEVELS
        }

    @cached_property
    def index_dates(self) -> tuple[date, date] | None:
        """First and last index date, or None without dates."""
        if not self.has_dates:
            return None
        first, last = self._database.rows("SELECT min(index_date), max(index_date) FROM cohort")[0]
        return first, last

    @cached_property
    def last_date(self) -> date | None:
        """The last day on which anybody was observed, or None without dates."""
        if not self.has_dates:
            return None
        sql = "SELECT max(index_date + CAST(days - $offset AS INTEGER)) FROM time_to_event"
        found: date = self._database.rows(sql, {"offset": int(self.meta["offset"])})[0][0]
        return found

    def attrition(self) -> list[Attrition]:
        """Return the eligibility steps with the patients left after each; empty for an ADTTE file."""
        rows = self._database.rows("SELECT code, label, patients FROM attrition ORDER BY step")
        return [Attrition(code, label, int(patients)) for code, label, patients in rows]

    def same_day_treatments(self) -> int:
        """Return how many patients had two eligible treatments on their index date."""
        return int(self._database.rows("SELECT count(*) FROM same_day")[0][0])

    def endpoint(self, code: str) -> Endpoint:
        """Return the endpoint of this code; raise OptionRefused where the data set has none."""
        if code not in self.endpoints:
            raise OptionRefused(
                f"“{self.name}” has no endpoint {quoted(code)}. There are: {', '.join(self.endpoints)}."
            )
        return self.endpoints[code]

    def check(self, selection: Selection) -> None:
        """Raise OptionRefused where a selection asks for what the data set does not have."""
        for modality in selection.modalities:
            if modality not in self.modality_labels:
                raise OptionRefused(
                    f"“{self.name}” has no modality {quoted(modality)}. There are: "
                    f"{', '.join(self.modality_labels)}."
                )
        if selection.uses_dates and not self.has_dates:
            raise ControlMissing(
                f"“{self.name}” cannot be filtered by date: {self.meta['no_dates']}. Leave the dates out."
            )

    def grouping(self, by: str | None) -> str | None:
        """Return the stored column to group by, or None; raise ControlMissing where there is none."""
        if by is None or by in ("modality", self.meta["treatment_column"]):
            return by and "modality"
        names = [column.name for column in self.baseline]
        if by not in names:
            raise ControlMissing(
                f"“{self.name}” has no column {quoted(by)} to group by. There are: "
                f"{', '.join(['modality', *names])}."
            )
        return by

    def levels(self, by: str | None) -> list[str]:
        """Return every stratum of a grouping in the whole cohort, so that a stratum keeps its look."""
        column = self.grouping(by)
        if column is None:
            return [WHOLE_COHORT]
        rows = self._database.rows(
            f"SELECT DISTINCT coalesce(CAST({identifier(column)} AS VARCHAR), '{NOT_RECORDED}') FROM cohort"
        )
        return sorted((value for (value,) in rows), key=self._place(column))

    def strata_labels(self, by: str | None) -> dict[str, str]:
        """Return words for stored values of a grouping, in the data set's order, where it has any."""
        return self.modality_labels if self.grouping(by) == "modality" else {}

    def event_counts(
        self, endpoint: str, selection: Selection, *, by: str | None = None
    ) -> list[EventCounts]:
        """Count how many left on which day and how, per stratum; one GROUP BY.

        Strata come in the data set's order, patients without a value last; empty strata are left out.

        Raises
        ------
        OptionRefused
            If the selection, the endpoint or the grouping asks for what is not there.
        """
        self.endpoint(endpoint)
        column = self.grouping(by)
        # a version never changes, and the death rule acts on the counts: so they can be kept
        key = (endpoint, replace(selection, death=DeathRule.CENSOR), column)
        if key not in self._counted:
            if len(self._counted) >= MOST_KEPT:
                self._counted.clear()
            self._counted[key] = self._count(endpoint, selection, column)
        return self._counted[key]

    def _count(self, endpoint: str, selection: Selection, column: str | None) -> list[EventCounts]:
        if column is None:
            stratum = f"'{WHOLE_COHORT}'"
        else:
            stratum = f"coalesce(CAST(c.{identifier(column)} AS VARCHAR), '{NOT_RECORDED}')"
        times, bound = self._times(selection, stratum=stratum)
        rows = self._database.rows(
            "SELECT stratum, days, count(*) FILTER (WHERE status = 0), count(*) FILTER (WHERE status = 1), "
            f"count(*) FILTER (WHERE status = 2) FROM ({times} AND c.t_endpoint = $endpoint) "
            "GROUP BY stratum, days ORDER BY stratum, days",
            {**bound, "endpoint": endpoint},
        )
        return self._ordered(_counts(rows), column)

    def n_selected(self, selection: Selection) -> int:
        """Return how many patients a selection leaves."""
        self.check(selection)
        where, bound = selection.where()
        return int(self._database.rows(f"SELECT count(*) FROM cohort c WHERE {where}", bound)[0][0])

    def kinds(self, selection: Selection) -> list[Kind]:
        """Count how the times of every endpoint ended, by status and reason."""
        times, bound = self._times(selection, stratum="NULL")
        rows = self._database.rows(
            f"SELECT endpoint, status, reason, count(*) FROM ({times}) GROUP BY ALL ORDER BY 1, 2, 4 DESC, 3",
            bound,
        )
        found = [Kind(endpoint, Status(status), reason, int(n)) for endpoint, status, reason, n in rows]
        order = list(self.endpoints)
        return sorted(found, key=lambda kind: order.index(kind.endpoint))

    def count_where(self, conditions: list[Mapping[str, object]]) -> int:
        """Count the patients whose endpoints meet every condition (endpoint, and event or reason)."""
        terms, bound = [], {}
        for place, condition in enumerate(conditions):
            parts = [f"t.endpoint = $endpoint_{place}"]
            bound[f"endpoint_{place}"] = condition["endpoint"]
            if "event" in condition:
                parts.append(f"(t.status = {int(Status.EVENT)}) = $event_{place}")
                bound[f"event_{place}"] = condition["event"]
            if "reason" in condition:
                parts.append(f"t.reason = $reason_{place}")
                bound[f"reason_{place}"] = condition["reason"]
            terms.append(
                f"c.patient_id IN (SELECT t.patient_id FROM time_to_event t WHERE {' AND '.join(parts)})"
            )
        where = " AND ".join(terms) or "TRUE"
        return int(self._database.rows(f"SELECT count(*) FROM cohort c WHERE {where}", bound)[0][0])

    def has_endpoint_for_all(self, code: str, endpoint: str, selection: Selection) -> bool:
        """Return True where every selected patient with a time of `endpoint` has one of `code` as well."""
        if code not in self.endpoints:
            return False
        times, bound = self._times(selection, stratum="NULL")
        lacking = self._database.rows(
            f"SELECT count(*) FROM (SELECT patient_id FROM ({times}) WHERE endpoint = $endpoint "
            f"EXCEPT SELECT patient_id FROM ({times}) WHERE endpoint = $code)",
            {**bound, "endpoint": endpoint, "code": code},
        )
        return bool(lacking[0][0] == 0)

    def baseline_values(self, column: str, selection: Selection) -> list[tuple[str, Any, int]]:
        """Return (modality, value, patients) of one baseline column under a selection."""
        self.check(selection)
        where, bound = selection.where()
        return self._database.rows(
            f"SELECT coalesce(c.modality, '{NOT_RECORDED}'), c.{identifier(column)}, count(*) FROM cohort c "
            f"WHERE {where} GROUP BY ALL ORDER BY ALL",
            bound,
        )

    def patients(
        self, selection: Selection, endpoint: str | None = None
    ) -> tuple[list[str], Iterator[list[Any]]]:
        """Return the header and the rows of the filtered cohort, a row a patient.

        Columns: id, modality, index date, baseline columns, and of every endpoint days, status and reason.
        With `endpoint`, only patients who have a time of it.
        """
        where, bound = selection.where()
        times, times_bound = self._times(selection, stratum="NULL")
        bound |= times_bound
        columns = ["patient_id", "modality", *(["index_date"] if self.has_dates else [])]
        columns += [column.name for column in self.baseline]
        chosen = [f"any_value(c.{identifier(name)}) AS {identifier(name)}" for name in columns[1:]]
        for place, code in enumerate(self.endpoints):
            bound[f"code_{place}"] = code
            for part in ("days", "status", "reason"):
                columns.append(f"{code}_{part}")
                chosen.append(f"any_value(e.{part}) FILTER (WHERE e.endpoint = $code_{place})")
        having = ""
        if endpoint is not None:
            self.endpoint(endpoint)
            bound["endpoint"] = endpoint
            having = "HAVING count(*) FILTER (WHERE e.endpoint = $endpoint) > 0"
        rows = self._database.stream(
            f"SELECT c.patient_id, {', '.join(chosen)} FROM cohort c LEFT JOIN ({times}) e USING (patient_id) "
            f"WHERE {where} GROUP BY c.patient_id {having} ORDER BY min(c.index_date), c.patient_id",
            bound,
        )
        return columns, (list(row) for batch in rows for row in batch)

    def _times(self, selection: Selection, *, stratum: str) -> tuple[str, dict[str, object]]:
        """Return the query of all selected times after the cut-off, and its bound parameters.

        Up to the cut-off C a time runs at most C - index date + offset days; what comes after is not known
        yet, so a longer time is censored there.
        """
        self.check(selection)
        where, bound = selection.where()
        days, status, reason = "c.t_days", "c.t_status", "c.t_reason"
        if selection.cutoff is not None:
            limit = "date_diff('day', c.t_start, $cutoff) + $offset"
            bound["offset"] = int(self.meta["offset"])
            where += " AND c.t_start <= $cutoff"
            days = f"least(c.t_days, {limit})"
            status = f"CASE WHEN c.t_days > {limit} THEN {int(Status.CENSORED)} ELSE c.t_status END"
            reason = f"CASE WHEN c.t_days > {limit} THEN '{CUT_OFF_REASON}' ELSE c.t_reason END"
        return (
            f"SELECT c.patient_id, c.t_endpoint AS endpoint, {stratum} AS stratum, {days} AS days, "
            f"{status} AS status, {reason} AS reason FROM times c WHERE {where}",
            bound,
        )

    def _ordered(self, strata: list[EventCounts], column: str | None) -> list[EventCounts]:
        place = self._place(column)
        return sorted(strata, key=lambda counts: place(counts.stratum))

    def _place(self, column: str | None) -> Callable[[str], tuple[bool, int, float, str]]:
        """Return the sort key of a stratum: the data set's order, numbers by size, without a value last.

        Among words, "<65" comes first and ">80" last.
        """
        known = (
            {value: place for place, value in enumerate(self.modality_labels)} if column == "modality" else {}
        )
        numeric = any(entry.name == column and entry.kind == "numeric" for entry in self.baseline)

        def place(stratum: str) -> tuple[bool, int, float, str]:
            unknown = stratum == NOT_RECORDED
            number = float(stratum.startswith((">", "≥"))) - float(stratum.startswith(("<", "≤")))
            if numeric and not unknown:
                number = float(stratum)
            return unknown, known.get(stratum, len(known)), number, stratum

        return place


def _counts(rows: list[tuple[Any, ...]]) -> list[EventCounts]:
    """Return the counts per stratum from (stratum, day, censored, events, competing), sorted by the first two."""
    found = []
    for stratum, members in groupby(rows, key=itemgetter(0)):
        table = np.array([row[1:] for row in members], dtype=np.int64)
        found.append(EventCounts(stratum, *(np.ascontiguousarray(table[:, i]) for i in range(4))))
    return found
