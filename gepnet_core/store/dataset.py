"""One version of a data set, as the estimates and screens ask it: checked selections in, counts out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from gepnet_core.criteria import OneOf
from gepnet_core.errors import ControlMissing, OptionRefused, listed, quoted
from gepnet_core.selection import Selection
from gepnet_core.sql_names import identifier
from gepnet_core.store import times
from gepnet_core.store.connection import Database
from gepnet_core.store.described import Attrition, BaselineColumn
from gepnet_core.store.fitting import refuse_unfit, refuse_unknown
from gepnet_core.store.level_order import Orders, labels_in_order, orders_of
from gepnet_core.store.offered import Offered, offered
from gepnet_core.survival import EventCounts
from gepnet_core.time_scale import TimeScale
from gepnet_core.vocabulary import (
    WHOLE_COHORT,
    DeathRule,
    Endpoint,
    endpoint_named,
)

MOST_LEVELS = 12
MOST_KEPT = 256
Kept = TypeVar("Kept")


class DataSet:
    """One immutable version of a data set."""

    def __init__(self, name: str, version: str, database: Database) -> None:
        self.name = name
        self.version = version
        self.database = database
        self._kept: dict[tuple[object, ...], Any] = {}

    @cached_property
    def meta(self) -> dict[str, str]:
        """Title, notice, settings and what is known of dates, as text."""
        return {key: value or "" for key, value in self.database.rows("SELECT key, value FROM meta")}

    @cached_property
    def n(self) -> int:
        """Patients in the cohort."""
        return int(self.database.rows("SELECT count(*) FROM cohort")[0][0])

    @property
    def has_dates(self) -> bool:
        """True where every time has calendar dates that agree with it."""
        return self.meta["offset"] != ""

    @cached_property
    def modality_labels(self) -> dict[str, str]:
        """Labels of the modalities that occur in the cohort, by stored value, in the data set's order."""
        return labels_in_order(self.database, self.meta["settings"], self.orders.levels.get("modality", []))

    @cached_property
    def orders(self) -> Orders:
        """Which columns of numbers order the levels of others, and how."""
        return orders_of(self.database, self.baseline, self.is_trial * self.meta["treatment_column"])

    @cached_property
    def endpoints(self) -> dict[str, Endpoint]:
        """The endpoints, by code, in order."""
        found = self.database.rows("SELECT code, name FROM endpoints ORDER BY position")
        return {code: endpoint_named(code, name) for code, name in found}

    @cached_property
    def time_scales(self) -> dict[str, TimeScale]:
        """How asked times become days, by endpoint: whole days where all its times came in months or years."""
        if not self.is_trial:
            return {code: TimeScale() for code in self.endpoints}
        sql = "SELECT endpoint, bool_and(avalu IN ('months', 'years')) FROM time_to_event GROUP BY endpoint"
        return {code: TimeScale(whole=whole) for code, whole in self.database.rows(sql)}

    def time_scale(self, endpoint: str) -> TimeScale:
        """Return how a time that is asked of this endpoint becomes days."""
        return self.time_scales[self.endpoint(endpoint).code]

    @cached_property
    def offered(self) -> Offered:
        """Which columns are a baseline, and which are not since they are known only after the index date."""
        return offered(self.name, self.database, judging=self.is_trial)

    @property
    def baseline(self) -> tuple[BaselineColumn, ...]:
        """The baseline columns, in order."""
        return self.offered.columns

    @property
    def groupings(self) -> dict[str, str]:
        """Columns with few levels that a screen offers to stratify by, name to label; no partner of another."""
        return {"modality": self.meta["treatment_label"]} | {
            column.name: column.label
            for column in self.baseline
            if 2 <= column.levels <= MOST_LEVELS and column.name not in self.orders.partners.values()
        }

    @cached_property
    def index_dates(self) -> tuple[date, date] | None:
        """First and last index date, or None without dates."""
        if not self.has_dates:
            return None
        first, last = self.database.rows("SELECT min(index_date), max(index_date) FROM cohort")[0]
        return first, last

    @cached_property
    def last_date(self) -> date | None:
        """The last day on which anybody was observed, or None without dates."""
        if not self.has_dates:
            return None
        sql = "SELECT max(index_date + CAST(days - $offset AS INTEGER)) FROM time_to_event"
        found: date = self.database.rows(sql, {"offset": int(self.meta["offset"])})[0][0]
        return found

    def describe(self, selection: Selection) -> str:
        """Return the selection in words, with the data set's own labels."""
        everything = "all treatments" if self.is_trial else "all modalities"
        return selection.describe(self.modality_labels, everything=everything, column=self.words_for)

    def words_for(self, column: str, value: str | None) -> str:
        """Return the words for a baseline column, or for one of its values."""
        if column == "modality":
            return self.meta["treatment_label"] if value is None else self.modality_labels.get(value, value)
        if value is not None:
            return value
        return next((found.label for found in self.baseline if found.name == column), column)

    @property
    def is_trial(self) -> bool:
        """True where the data set came as ADTTE, with its own cohort and endpoints."""
        return self.meta["kind"] == "ADTTE"

    @property
    def not_recorded(self) -> tuple[str, ...]:
        """Tables of which the data set knows nothing."""
        told = self.meta.get("not_recorded", "")
        return tuple(told.split(", ")) if told else ()

    def attrition(self) -> list[Attrition]:
        """Return the eligibility steps with the patients left after each; empty for an ADTTE file."""
        rows = self.database.rows("SELECT code, label, patients FROM attrition ORDER BY step")
        return [Attrition(code, label, int(patients)) for code, label, patients in rows]

    def same_day_treatments(self) -> int:
        """Return how many patients had two eligible treatments on their index date."""
        return int(self.database.rows("SELECT count(*) FROM same_day")[0][0])

    def endpoint(self, code: str) -> Endpoint:
        """Return the endpoint of this code; raise OptionRefused where the data set has none."""
        if code not in self.endpoints:
            raise OptionRefused(
                f"“{self.name}” has no endpoint {quoted(code)}. There are: {listed(self.endpoints)}."
            )
        return self.endpoints[code]

    def check(self, selection: Selection) -> None:
        """Raise OptionRefused where a selection asks for what the data set does not have."""
        kinds = {"modality": "categorical"} | {column.name: column.kind for column in self.baseline}
        for criterion in selection.criteria:
            self.offered.refuse(criterion.column)
        refuse_unfit(
            selection, self.name, self.modality_labels, kinds, "" if self.has_dates else self.meta["no_dates"]
        )
        for criterion in selection.criteria:
            if isinstance(criterion, OneOf):
                refuse_unknown(criterion, self.words_for(criterion.column, None), self._values_of(criterion))

    def _values_of(self, criterion: OneOf) -> set[str]:
        """Return those of a condition's values that somebody in the whole cohort has."""

        def ask() -> set[str]:
            where, bound = criterion.where("c", 0)
            found = self.database.rows(
                f"SELECT DISTINCT {times.level(criterion.column)} FROM cohort c WHERE {where}", bound
            )
            return {value for (value,) in found}

        return self.kept(("values", criterion), ask)

    def grouping(self, by: str | None) -> str | None:
        """Return the stored column to group by, or None; raise ControlMissing where there is none."""
        if by is None or by in ("modality", self.meta["treatment_column"]):
            return by and "modality"
        names = [column.name for column in self.baseline]
        if by not in names:
            self.offered.refuse(by)
            raise ControlMissing(
                f"“{self.name}” has no column {quoted(by)} to group by. There are: "
                f"{listed(['modality', *names])}."
            )
        return by

    def levels(self, by: str | None) -> list[str]:
        """Return every stratum of a grouping in the whole cohort, so that a stratum keeps its look."""
        column = self.grouping(by)
        if column is None:
            return [WHOLE_COHORT]
        rows = self.database.rows(f"SELECT DISTINCT {times.level(column)} FROM cohort c")
        return sorted((value for (value,) in rows), key=self.place(column))

    def event_counts(
        self, endpoint: str, selection: Selection, *, by: str | None = None, among: str | None = None
    ) -> list[EventCounts]:
        """Count how many left on which day and how, per stratum; one GROUP BY.

        With `among`, only patients who have a selected time of that other endpoint are counted. Strata come
        in the data set's order, patients without a value last; empty strata are left out.

        Raises
        ------
        OptionRefused
            If the selection, the endpoint or the grouping asks for what is not there.
        """
        self.endpoint(endpoint)
        column = self.grouping(by)
        if among == endpoint or self.is_complete:
            among = None
        # a version never changes, and the death rule acts on the counts: so they can be kept
        key = (endpoint, replace(selection, death=DeathRule.CENSOR), column, among)
        return self.kept(key, lambda: self._count(endpoint, selection, column, among))

    def kept(self, key: tuple[object, ...], compute: Callable[[], Kept]) -> Kept:
        """Return what was computed for this key before, or compute it; a version never changes."""
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = compute()
        found: Kept = self._kept[key]
        return found

    def _count(
        self, endpoint: str, selection: Selection, column: str | None, among: str | None = None
    ) -> list[EventCounts]:
        stratum = f"'{WHOLE_COHORT}'" if column is None else times.level(column)
        query, bound = self.selected_times(selection, stratum=stratum)
        bound["endpoint"] = endpoint
        others = ""
        if among is not None:
            others = f"AND c.patient_id IN (SELECT patient_id FROM ({query}) WHERE endpoint = $among)"
            bound["among"] = among
        rows = self.database.rows(
            "SELECT stratum, days, count(*) FILTER (WHERE status = 0), count(*) FILTER (WHERE status = 1), "
            f"count(*) FILTER (WHERE status = 2) FROM ({query} AND c.t_endpoint = $endpoint {others}) "
            "GROUP BY stratum, days ORDER BY stratum, days",
            bound,
        )
        place = self.place(column)
        return sorted(times.counts(rows), key=lambda counts: place(counts.stratum))

    @cached_property
    def is_complete(self) -> bool:
        """True where every patient has a time of every endpoint, all from one index date."""
        recorded, apart = self.database.rows(
            "SELECT count(*), count(*) FILTER (WHERE t_start IS DISTINCT FROM index_date) FROM times"
        )[0]
        return bool(recorded == self.n * len(self.endpoints) and apart == 0)

    def n_selected(self, selection: Selection) -> int:
        """Return how many patients a selection leaves."""
        self.check(selection)
        where, bound = selection.where()
        return int(self.database.rows(f"SELECT count(*) FROM cohort c WHERE {where}", bound)[0][0])

    def has_endpoint_for_all(self, code: str, endpoint: str, selection: Selection) -> bool:
        """Return True where every selected patient with a time of `endpoint` has one of `code` as well."""
        if code not in self.endpoints:
            return False
        if self.is_complete:
            return True
        query, bound = self.selected_times(selection, stratum="NULL")
        lacking = self.database.rows(
            f"SELECT count(*) FROM (SELECT patient_id FROM ({query}) WHERE endpoint = $endpoint "
            f"EXCEPT SELECT patient_id FROM ({query}) WHERE endpoint = $code)",
            {**bound, "endpoint": endpoint, "code": code},
        )
        return bool(lacking[0][0] == 0)

    def n_modality(self, modality: str) -> int:
        """Return how many patients of the whole cohort had this index modality; 0 for one that is not there."""
        sql = "SELECT count(*) FROM cohort WHERE modality = $modality"
        return int(self.database.rows(sql, {"modality": modality})[0][0])

    def patients(
        self, selection: Selection, endpoint: str | None = None, *, after: float | None = None
    ) -> tuple[list[str], Iterator[list[Any]]]:
        """Return the header and the rows of the filtered cohort, a row a patient.

        Columns: id, modality, index date, baseline columns, and of every endpoint days, status and reason.
        With `endpoint`, only patients who have a time of it; with `after`, one of more days than that.
        """
        columns, chosen, bound = self.patient_columns()
        where, where_bound = selection.where()
        query, query_bound = self.selected_times(selection, stratum="NULL")
        bound |= where_bound | query_bound
        having = ""
        if endpoint is not None:
            self.endpoint(endpoint)
            bound["endpoint"] = endpoint
            bound["after"] = -1.0 if after is None else after
            having = "HAVING count(*) FILTER (WHERE e.endpoint = $endpoint AND e.days > $after) > 0"
        rows = self.database.stream(
            f"SELECT c.patient_id, {chosen} FROM cohort c LEFT JOIN ({query}) e USING (patient_id) "
            f"WHERE {where} GROUP BY c.patient_id {having} ORDER BY min(c.index_date), c.patient_id",
            bound,
        )
        return columns, (list(row) for batch in rows for row in batch)

    def patient_columns(self) -> tuple[list[str], str, dict[str, object]]:
        """Return header, expressions after the id, and parameters of a row a patient: cohort c, its times e."""
        columns = ["patient_id", "modality", *(["index_date"] if self.has_dates else [])]
        columns += [column.name for column in self.baseline]
        chosen = [f"any_value(c.{identifier(name)}) AS {identifier(name)}" for name in columns[1:]]
        bound: dict[str, object] = {}
        for place, code in enumerate(self.endpoints):
            bound[f"code_{place}"] = code
            for part in ("days", "status", "reason"):
                columns.append(f"{code}_{part}")
                chosen.append(f"any_value(e.{part}) FILTER (WHERE e.endpoint = $code_{place})")
        return columns, ", ".join(chosen), bound

    def selected_times(
        self, selection: Selection, *, stratum: str, **further: str
    ) -> tuple[str, dict[str, object]]:
        """Return the query of all selected times after the cut-off, and its bound parameters."""
        self.check(selection)
        return times.selected(selection, offset=self.meta["offset"], stratum=stratum, **further)

    def place(self, column: str | None) -> Callable[[str], times.Place]:
        """Return the sort key of a stratum of this column."""
        order = self.orders.levels | {"modality": list(self.modality_labels)}
        known = order.get(column or "", [])
        numeric = any(entry.name == column and entry.kind == "numeric" for entry in self.baseline)
        return lambda stratum: times.place(stratum, known, numeric=numeric)
