"""The SQL of a list of patients and of what happened to them; only the patients of one page are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gepnet_core.behind import Behind
from gepnet_core.criteria import OneOf
from gepnet_core.endpoints import AGENT
from gepnet_core.errors import ControlMissing, listed, quoted
from gepnet_core.intake.report import Finding
from gepnet_core.selection import Selection
from gepnet_core.sql_names import identifier
from gepnet_core.store import times
from gepnet_core.store.behind import Query, patients_behind, steps_passed
from gepnet_core.store.dataset import DataSet
from gepnet_core.store.writing import FINDINGS
from gepnet_core.view import View
from gepnet_core.vocabulary import Order

OBSERVED_BY = "OS"
OF_THESE = "patient_id IN (SELECT unnest($ids))"


@dataclass(frozen=True, slots=True)
class Listing:
    """Which patients are listed, and in which order: a selection, the number that they stand behind, conditions.

    `endpoint` is the one by whose time they may be sorted, `lanes` the column that groups them first.
    """

    selection: Selection
    endpoint: str
    behind: Behind | None = None
    within: tuple[OneOf, ...] = ()
    order: Order = Order.INDEX_DATE
    lanes: str | None = None


def listing_of(dataset: DataSet, view: View) -> Listing:
    """Return what a view lists, of its endpoint or the first; without dates there is no order by index date."""
    order = view.order
    if order is Order.INDEX_DATE and not dataset.has_dates:
        order = Order.PATIENT
    endpoint = view.endpoint or next(iter(dataset.endpoints))
    return Listing(view.selection, endpoint, view.behind, view.within, order, view.lanes)


@dataclass(frozen=True, slots=True)
class Member:
    """A listed patient, the stratum of the lanes (None outside the cohort), and whether in the cohort."""

    patient_id: str
    stratum: str | None
    in_cohort: bool


@dataclass(frozen=True, slots=True)
class Records:
    """What the source tables hold of some patients up to the data cut-off, a row a record, the patient first.

    `therapies`: start, stop (None: not stopped by then), agent, known by the index date. `local_treatments`: date,
    modality, site, indication, treatment, is index. `progressions`: date, extent. `adverse_events`: date, term,
    grade, treatment. `follow_up`: last contact, death, end of observation whatever the cut-off. `patients`: first
    metastasis, then columns as recorded.
    """

    therapies: list[tuple[Any, ...]] = field(default_factory=list)
    local_treatments: list[tuple[Any, ...]] = field(default_factory=list)
    progressions: list[tuple[Any, ...]] = field(default_factory=list)
    adverse_events: list[tuple[Any, ...]] = field(default_factory=list)
    follow_up: list[tuple[Any, ...]] = field(default_factory=list)
    patients: list[tuple[Any, ...]] = field(default_factory=list)


def listed_query(dataset: DataSet, listing: Listing) -> Query:
    """Return the query of the listed ids, in no order, and its bound parameters.

    Raises
    ------
    OptionRefused
        If the data set has not what the listing names.
    """
    query, bound = patients_behind(dataset, listing.selection, listing.behind)
    if not listing.within:
        return query, bound
    dataset.check(Selection(criteria=listing.within))
    terms = []
    # numbered after those of the selection, which may stand in the same query
    for place, criterion in enumerate(listing.within, start=len(listing.selection.criteria)):
        term, values = criterion.where("c", place)
        terms.append(term)
        bound = bound | values
    where = " AND ".join(terms)
    return (
        f"SELECT patient_id FROM ({query}) WHERE patient_id IN (SELECT c.patient_id FROM cohort c WHERE {where})",
        bound,
    )


def n_listed(dataset: DataSet, listing: Listing) -> int:
    """Return how many patients are listed."""
    query, bound = listed_query(dataset, listing)
    key = ("n_listed", listing.selection, listing.behind, listing.within)
    return dataset.kept(
        key, lambda: int(dataset.database.rows(f"SELECT count(*) FROM ({query})", bound)[0][0])
    )


def members(dataset: DataSet, listing: Listing, *, limit: int | None = None, skip: int = 0) -> list[Member]:
    """Return the listed patients in their order, `limit` of them (None: all) after the first `skip`."""
    columns, source, keys, bound = _ordered(dataset, listing)
    bound = bound | {"page_limit": limit, "page_skip": skip}
    sql = f"SELECT {columns} FROM {source} ORDER BY {keys} LIMIT $page_limit OFFSET $page_skip"
    return dataset.kept(
        ("members", listing, limit, skip), lambda: [Member(*row) for row in dataset.database.rows(sql, bound)]
    )


def beside(dataset: DataSet, listing: Listing, patient: str) -> tuple[int, str | None, str | None] | None:
    """Return a patient's place in the list (from 0) and who comes before and after; None for one not listed."""
    placed, bound = _placed(dataset, listing)
    key = ("beside", listing, patient)
    return dataset.kept(key, lambda: _beside(dataset, placed, {**bound, "page_patient": patient}))


def _beside(
    dataset: DataSet, placed: str, bound: dict[str, Any]
) -> tuple[int, str | None, str | None] | None:
    rows = dataset.database.rows(
        f"WITH placed AS MATERIALIZED ({placed}) SELECT patient_id, place, own FROM placed, "
        "(SELECT place AS own FROM placed WHERE patient_id = $page_patient) "
        "WHERE place BETWEEN own - 1 AND own + 1",
        bound,
    )
    if not rows:
        return None
    named, own = {int(place): name for name, place, _ in rows}, int(rows[0][2])
    return own - 1, named.get(own - 1), named.get(own + 1)


def _placed(dataset: DataSet, listing: Listing) -> Query:
    """Return the query of listed ids with stratum, whether in the cohort, and their place from 1."""
    columns, source, keys, bound = _ordered(dataset, listing)
    return f"SELECT {columns}, row_number() OVER (ORDER BY {keys}) AS place FROM {source}", bound


def _ordered(dataset: DataSet, listing: Listing) -> tuple[str, str, str, dict[str, Any]]:
    """Return the SQL of a list: its columns (id, stratum, whether in the cohort), source and order; parameters."""
    query, bound = listed_query(dataset, listing)
    stratum, keys = "CAST(NULL AS VARCHAR)", []
    if listing.lanes is not None:
        if listing.lanes not in dataset.groupings:
            raise ControlMissing(
                f"“{dataset.name}” has no column {quoted(listing.lanes)} to group patients by. There are: "
                f"{listed(dataset.groupings)}."
            )
        stratum = f"CASE WHEN c.patient_id IS NOT NULL THEN {times.level(listing.lanes)} END"
        keys.append(f"list_position($page_levels, {stratum}) NULLS LAST")
        bound = bound | {"page_levels": dataset.levels(listing.lanes)}
    watched = ""
    if listing.order in (Order.OBSERVED, Order.ENDPOINT):
        dataset.endpoint(listing.endpoint)
        everybody, more = _times(dataset, listing.selection)
        bound = bound | more | {"page_endpoint": listing.endpoint}
        chosen = f"SELECT patient_id, days FROM ({everybody}) WHERE endpoint = $page_endpoint"
        if listing.order is Order.OBSERVED:
            chosen = (
                f"SELECT patient_id, coalesce(max(days) FILTER (WHERE endpoint = '{OBSERVED_BY}'), "
                f"max(days) FILTER (WHERE endpoint = $page_endpoint), max(days)) AS days FROM ({everybody}) "
                "GROUP BY patient_id"
            )
        watched = f"LEFT JOIN ({chosen}) w ON w.patient_id = b.patient_id"
        keys.append("w.days DESC NULLS LAST")
    elif listing.order is Order.INDEX_DATE:
        keys.append("c.index_date NULLS LAST")
    keys.append("b.patient_id")
    return (
        f"b.patient_id, {stratum} AS stratum, c.patient_id IS NOT NULL AS in_cohort",
        f"({query}) b LEFT JOIN cohort c ON c.patient_id = b.patient_id {watched}",
        ", ".join(keys),
        bound,
    )


def _times(dataset: DataSet, selection: Selection) -> Query:
    """Return the query of everybody's times up to the cut-off: some who are listed are outside the selection."""
    return dataset.selected_times(Selection(cutoff=selection.cutoff), stratum="NULL")


def times_of(dataset: DataSet, selection: Selection, ids: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return (patient, endpoint, days, status, reason) of some patients up to the cut-off; deaths as stored."""
    query, bound = _times(dataset, selection)
    return dataset.database.rows(
        f"SELECT patient_id, endpoint, days, status, reason FROM ({query}) WHERE {OF_THESE} ORDER BY ALL",
        {**bound, "ids": list(ids)},
    )


def cohort_rows(dataset: DataSet, ids: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return (patient, modality, index date, baseline columns) of those who are in the cohort."""
    names = ["patient_id", "modality", "index_date", *(column.name for column in dataset.baseline)]
    chosen = ", ".join(identifier(name) for name in names)
    return dataset.database.rows(f"SELECT {chosen} FROM cohort WHERE {OF_THESE}", {"ids": list(ids)})


def records_of(dataset: DataSet, ids: Sequence[str], until: date | None) -> Records:
    """Return what the source tables hold of some patients up to the day `until`; nothing for a trial."""
    if dataset.is_trial:
        return Records()

    def found(columns: str, rest: str, known: str) -> list[tuple[Any, ...]]:
        return dataset.database.rows(
            f"SELECT s.patient_id, {columns} FROM source.{rest} "
            f"WHERE s.{OF_THESE} AND ($until IS NULL OR {known} <= $until) ORDER BY ALL",
            {"ids": list(ids), "until": until},
        )

    def unless_later(day: str) -> str:
        return f"CASE WHEN $until IS NULL OR s.{day} <= $until THEN s.{day} END AS {day}"

    return Records(
        found(
            f"s.start_date, {unless_later('stop_date')}, s.agent, coalesce(bool_or(s.start_date <= c.index_date) "
            f"OVER (PARTITION BY s.patient_id, {AGENT.format('s')}), FALSE)",
            "systemic_therapies s LEFT JOIN cohort c USING (patient_id)",
            "s.start_date",
        ),
        found(
            "s.date, s.modality, s.target_site, s.indication, s.treatment_id, "
            "coalesce(s.treatment_id = i.treatment_id, FALSE)",
            "local_treatments s LEFT JOIN index_treatments i USING (patient_id)",
            "s.date",
        ),
        found("s.date, s.extent", "progressions s", "s.date"),
        found("s.date, s.term, s.ctcae_grade, s.treatment", "adverse_events s", "s.date"),
        found(
            f"{unless_later('last_contact_date')}, {unless_later('death_date')}, "
            "coalesce(s.death_date, s.last_contact_date)",
            "follow_up s",
            "DATE '0001-01-01'",
        ),
        found(
            f"{unless_later('metastatic_date')}, s.sex, s.birth_year, s.primary_site, s.tumour_grade, "
            "s.ki67_percent, s.functional",
            "patients s",
            "DATE '0001-01-01'",
        ),
    )


def why_outside(dataset: DataSet, ids: Sequence[str]) -> dict[str, str]:
    """Return the eligibility step that left out each of these patients; those of no source table are missing."""
    if dataset.is_trial or not ids:
        return {}
    passed, bound = steps_passed(dataset)
    rows = dataset.database.rows(
        f"SELECT patient_id, passed FROM ({passed}) WHERE {OF_THESE}", {**bound, "ids": list(ids)}
    )
    labels = [step.label for step in dataset.attrition()[1:]]
    return {patient: labels[passed] for patient, passed in rows if passed < len(labels)}


def is_known(dataset: DataSet, patient: str) -> bool:
    """Return whether cohort, source tables or findings name a patient."""
    tables = ["SELECT patient_id FROM cohort", "SELECT patient FROM findings WHERE patient <> ''"]
    if not dataset.is_trial:
        tables.append("SELECT patient_id FROM source.patients")
    sql = f"SELECT count(*) FROM ({' UNION ALL '.join(tables)}) p(patient_id) WHERE patient_id = $patient"
    return bool(dataset.database.rows(sql, {"patient": patient})[0][0])


def findings_of(dataset: DataSet, patient: str) -> list[Finding]:
    """Return the warnings of the data quality that name a patient."""
    names = [name for name, _ in FINDINGS]
    chosen = ", ".join(
        f"coalesce(\"{name}\", '')" if kind == "VARCHAR" else f'"{name}"' for name, kind in FINDINGS
    )
    rows = dataset.database.rows(
        f"SELECT {chosen} FROM findings WHERE patient = $patient ORDER BY ALL", {"patient": patient}
    )
    return [Finding(**dict(zip(names, row, strict=True))) for row in rows]


def listed_rows(dataset: DataSet, listing: Listing) -> tuple[list[str], Iterator[list[Any]]]:
    """Return header and rows of all listed patients in their order, as the cohort's own download has them.

    The last column says why a patient is not in the cohort, empty for those who are.
    """
    placed, bound = _placed(dataset, listing)
    whole, more = _times(dataset, listing.selection)
    columns, chosen, codes = dataset.patient_columns()
    batches = dataset.database.stream(
        f"SELECT o.patient_id, {chosen}, bool_and(o.in_cohort) FROM ({placed}) o "
        "LEFT JOIN cohort c ON c.patient_id = o.patient_id "
        f"LEFT JOIN ({whole}) e ON e.patient_id = o.patient_id GROUP BY o.patient_id ORDER BY min(o.place)",
        bound | more | codes,
    )

    def rows() -> Iterator[list[Any]]:
        for batch in batches:
            why = why_outside(dataset, [row[0] for row in batch if not row[-1]])
            for *cells, in_cohort in batch:
                yield [*cells, "" if in_cohort else why.get(cells[0], NO_RECORD)]

    return [*columns, "left_out_by"], rows()


NO_RECORD = "no record of this patient"
