"""A version out of source tables: the cohort by eligibility, its endpoints, and what to look at."""

from __future__ import annotations

from pathlib import Path

from gepnet_core import contract, eligibility, endpoints
from gepnet_core.intake.report import Report
from gepnet_core.intake.source import Source
from gepnet_core.intake.spool import spooled
from gepnet_core.settings import Settings
from gepnet_core.sql_names import identifier
from gepnet_core.store.connection import Building
from gepnet_core.store.writing import Recipe, columns_spool, endpoints_spool, modalities_spool
from gepnet_core.vocabulary import STUDY_ENDPOINTS

# the tables on which an endpoint or a baseline column rests, and which a data set may lack
NEEDS = {
    "TTNST": {"systemic_therapies"},
    "TTAI": {"systemic_therapies"},
    "PFS": {"progressions"},
    "systemic_agents_so_far": {"systemic_therapies"},
    "on_systemic_therapy": {"systemic_therapies"},
}


def cohort_recipe(source: Source, settings: Settings, scratch: Path, published: str = "") -> Recipe:
    """Return how source tables become a version; `published` is the text of the published figures, if any.

    An endpoint, or a baseline column, that rests on a table which is not recorded is not offered.
    """
    settings = settings.plain()
    absent = set(settings.not_recorded)
    offered = [found for code, found in STUDY_ENDPOINTS.items() if not NEEDS.get(code, set()) & absent]
    columns = [row for row in endpoints.BASELINE_COLUMNS if not NEEDS.get(row[0], set()) & absent]
    labelled = {modality.value: modality.label for modality in settings.modalities}
    excluded = {modality.value for modality in settings.excluded}
    found = {str(row.values["modality"]) for row in source["local_treatments"]}
    values = [*labelled, *sorted(found - set(labelled) - excluded)]
    spools = [
        spooled(
            scratch,
            f"source.{table.name}",
            tuple((column.name, column.sql_type) for column in table.columns),
            [row.values for row in source[table.name]],
        )
        for table in contract.TABLES
    ]
    spools += [
        modalities_spool(scratch, [(value, labelled.get(value, value)) for value in values]),
        endpoints_spool(scratch, [(found.code, found.name) for found in offered]),
        columns_spool(scratch, columns),
    ]
    meta = {
        "title": settings.title,
        "notice": settings.notice,
        "about": settings.about,
        "settings": settings.to_json(),
        "published": published,
        "treatment_column": "modality",
        "treatment_label": "Modality",
        "offset": "0",
        "no_dates": "",
        "kind": "source tables",
        "not_recorded": ", ".join(settings.not_recorded),
    }

    def derive(file: Building, report: Report) -> None:
        for sql, bound in _derivation(settings):
            file.run(sql, bound)
        _leave_out(file, set(STUDY_ENDPOINTS) - {found.code for found in offered}, report)
        for name, _, _ in set(endpoints.BASELINE_COLUMNS) - set(columns):
            file.run(f"ALTER TABLE cohort DROP COLUMN {identifier(name)}")
        _warn_time_zero(file, source, report)

    return Recipe(spools, derive, meta)


def _leave_out(file: Building, codes: set[str], report: Report) -> None:
    """Take out the endpoints that the tables cannot tell, and say so."""
    for code in sorted(codes):
        file.run("DELETE FROM time_to_event WHERE endpoint = $code", {"code": code})
    if codes:
        needed = sorted({table.replace("_", " ") for code in codes for table in NEEDS[code]})
        report.note(
            f"Not offered: {', '.join(sorted(codes))}. Nothing is recorded of {' and '.join(needed)}."
        )


def _derivation(settings: Settings) -> list[tuple[str, dict[str, object]]]:
    """Return the statements that make cohort, attrition and `time_to_event` from the source tables."""
    chain = eligibility.steps(settings)
    candidates, bound = eligibility.candidates_sql(chain)
    attrition = [
        (
            "INSERT INTO attrition SELECT $step, $code, $label, "
            "count(DISTINCT patient_id) FILTER (WHERE passed >= $step) FROM candidates",
            {"step": place, "code": code, "label": label},
        )
        for place, (code, label) in enumerate(
            [("records", "records"), *((step.code, step.label) for step in chain)]
        )
    ]
    return [
        (f"CREATE TABLE candidates AS {candidates}", bound),
        ("CREATE TABLE attrition(step INTEGER, code VARCHAR, label VARCHAR, patients BIGINT)", {}),
        *attrition,
        (f"CREATE TABLE index_treatments AS {eligibility.INDEX_TREATMENT}", {"all_steps": len(chain)}),
        (f"CREATE TABLE cohort AS {endpoints.BASELINE}", {}),
        (f"CREATE TABLE first_events AS {endpoints.FIRST_EVENTS}", {}),
        (
            "CREATE TABLE time_to_event AS SELECT *, CAST(days AS DOUBLE) AS aval, 'days' AS avalu "
            f"FROM ({endpoints.TIME_TO_EVENT})",
            {},
        ),
        ("CREATE TABLE same_day AS SELECT patient_id FROM index_treatments WHERE same_day > 1", {}),
        ("DROP TABLE first_events", {}),
        ("DROP TABLE candidates", {}),
    ]


def _warn_time_zero(file: Building, source: Source, report: Report) -> None:
    """Point at the index treatment of patients whose observation ends on the day it begins."""
    sql = (
        "SELECT i.treatment_id, string_agg(t.endpoint, ', ' ORDER BY t.endpoint) FROM time_to_event t "
        "JOIN index_treatments i USING (patient_id) WHERE t.days = 0 GROUP BY i.treatment_id"
    )
    zero = dict(file.rows(sql))
    for row in source["local_treatments"]:
        if row.values["treatment_id"] in zero:
            words = (
                f"observation ends on the day of treatment: 0 days for {zero[row.values['treatment_id']]}."
            )
            source.find(report, "time-zero", "local_treatments", row, "date", words)
