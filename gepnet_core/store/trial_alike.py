"""Values of a trial that are one but for their spelling: treatments, parameters, patients. Checked by SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gepnet_core.intake.adsl import Subjects
from gepnet_core.intake.cells import folded, spelled_otherwise
from gepnet_core.intake.report import MOST_KEPT, Report
from gepnet_core.intake.times import Times
from gepnet_core.store.connection import Building
from gepnet_core.vocabulary import NOT_RECORDED

ADTTE_KEY = "USUBJID and PARAMCD"
# more different treatments than this are no treatments, and other rules' business
MOST_WORDS = 10_000
# nor is a column of more values one that groups
MOST_LEVELS = 1_000
# an id without case, blanks, what cannot be seen, a last ".0" and zeros before its first number
FOLDED = r"""
    regexp_replace(regexp_replace(regexp_replace(lower(nfc_normalize(patient_id)),
        '[\s\p{Z}\p{Cf}]+', '', 'g'), '\.0$', ''), '^([^0-9]*)0+([0-9])', '\1\2')
"""


def check_spelling(
    file: Building, report: Report, times: Times, subjects: Subjects | None, labelled: list[str]
) -> None:
    """Refuse treatments and parameters that differ only in case, blanks or characters that cannot be seen.

    `labelled` are the treatments to which the settings give a label.
    """
    at = subjects.place("TRT01P") if subjects is not None and not times.treatment_column else None
    if subjects is not None and at is not None:
        sql = f"SELECT trim(c{at}), min(line) FROM subjects WHERE trim(c{at}) <> '' GROUP BY 1 ORDER BY 2"
        _one_spelling(file, report, sql, subjects.file, "TRT01P", labelled)
    else:
        sql = (
            "SELECT treatment, min(line) FROM times_read WHERE treatment <> $unknown GROUP BY 1 ORDER BY 2, 1"
        )
        _one_spelling(
            file, report, sql, times.file, times.treatment_column, labelled, {"unknown": NOT_RECORDED}
        )
    column = "PARAMCD" if times.key == ADTTE_KEY else times.time_column
    sql = "SELECT endpoint, min(line) FROM times_read GROUP BY 1 ORDER BY 2, 1"
    _one_spelling(file, report, sql, times.file, column, [])


def _one_spelling(
    file: Building,
    report: Report,
    sql: str,
    where: str,
    column: str,
    known: list[str],
    bound: dict[str, object] | None = None,
) -> None:
    spelled = {folded(word): word for word in known}
    for word, line in file.rows(f"{sql} LIMIT {MOST_WORDS}", bound or {}):
        other = spelled.setdefault(folded(word), word)
        if other != word:
            words = spelled_otherwise(word, other)
            report.add("spelling", where, words, line=line, column=column, value=word)


def warn_levels(file: Building, report: Report, held: Times | Subjects | None, at: int, column: str) -> None:
    """Point at levels of a baseline column that are one but for their spelling; the rarer is the wrong one.

    `held` are the rows of which it is the column `at`. One of more than MOST_LEVELS values does not group.
    """
    assert held is not None
    table = "cells" if isinstance(held, Times) else "subjects"
    sql = f"""
        SELECT trim(c{at}), count(*), min(line) FROM {table} WHERE trim(c{at}) <> '' GROUP BY 1
        ORDER BY 2 DESC, 3 LIMIT {MOST_LEVELS + 1}
    """
    levels = file.rows(sql)
    if len(levels) > MOST_LEVELS:
        return
    spelled: dict[str, str] = {}
    for level, rows, line in levels:
        other = spelled.setdefault(folded(level), level)
        if other != level:
            words = (
                f"{spelled_otherwise(level, other)} They count as two groups ({rows:,} rows with this one)."
            )
            report.add("level-spelling", held.file, words, line=line, column=column, value=level)


def warn_no_treatment(file: Building, report: Report, times: Times) -> None:
    """Point at patients without a treatment, where others have one."""
    bound: dict[str, object] = {"unknown": NOT_RECORDED}
    sql = "SELECT count(*), count(*) FILTER (WHERE modality = $unknown) FROM cohort"
    n, without = file.rows(sql, bound)[0]
    if not 0 < without < n:
        return
    words = (
        f"is empty, as for {without:,} of {n:,} patients in all: the patient stays as “{NOT_RECORDED}”, and tests "
        "and ratios between treatments leave the patient out. Fill it in."
    )
    sql = """
        SELECT min(line), patient_id FROM times_read JOIN cohort USING (patient_id)
        WHERE modality = $unknown GROUP BY patient_id ORDER BY 1
    """
    for line, patient in file.rows(f"{sql} LIMIT {MOST_KEPT}", bound):
        report.add(
            "treatment-empty",
            times.file,
            words,
            line=line,
            column=times.treatment_column or "TRT01P",
            patient=patient,
        )
    report.counts["treatment-empty"] = without


def warn_similar_ids(file: Building, report: Report, times: Times) -> None:
    """Point at patients whose ids differ only in what people write in two ways."""
    sql = f"""
        SELECT line, patient_id, first_id, first_line FROM (
            SELECT line, patient_id, first_value(patient_id) OVER alike AS first_id,
                   first_value(line) OVER alike AS first_line
            FROM (SELECT patient_id, {FOLDED} AS plain, min(line) AS line FROM times_read GROUP BY patient_id)
            WINDOW alike AS (PARTITION BY plain ORDER BY line))
        WHERE patient_id <> first_id ORDER BY line
    """
    for line, patient, first, first_line in some(file, report, "similar-id", sql):
        words = (
            f"differs from the id on line {first_line} only in case, blanks, Unicode form, leading zeros or a "
            "trailing .0. If they are one patient, use one id."
        )
        report.add(
            "similar-id",
            times.file,
            words,
            line=line,
            column="USUBJID" if times.key == ADTTE_KEY else times.key,
            value=f"{patient} and {first}",
            patient=patient,
        )


def some(file: Building, report: Report, rule: str, sql: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows that a report keeps of a rule, then count the others."""
    yield from file.rows(f"{sql} LIMIT {MOST_KEPT}")
    n = int(file.rows(f"SELECT count(*) FROM ({sql})")[0][0])
    if n > MOST_KEPT:
        report.counts[rule] += n - MOST_KEPT
