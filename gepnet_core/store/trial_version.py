"""A version out of times: a trial's own cohort and endpoints. What needs all rows at once is checked by SQL."""

from __future__ import annotations

from dataclasses import dataclass

from gepnet_core.errors import quoted
from gepnet_core.intake.adsl import Subjects
from gepnet_core.intake.known_later import judged_name
from gepnet_core.intake.report import Report
from gepnet_core.intake.times import Times
from gepnet_core.intake.warning_rules import MISSING_SHARE
from gepnet_core.settings import Settings
from gepnet_core.sql_names import identifier
from gepnet_core.store.connection import Building
from gepnet_core.store.trial_alike import (
    check_spelling,
    some,
    warn_levels,
    warn_no_treatment,
    warn_similar_ids,
)
from gepnet_core.store.trial_baseline import TrialBaseline
from gepnet_core.store.trial_groups import warn_unordered
from gepnet_core.store.trial_ties import warn_merged_times
from gepnet_core.store.writing import Recipe, endpoints_spool
from gepnet_core.vocabulary import NOT_RECORDED

UNIT_DAYS = "CASE {}.avalu WHEN 'days' THEN 1 WHEN 'weeks' THEN 7 WHEN 'months' THEN 30.4375 ELSE 365.25 END"
# days by which times in two units may differ by rounding: a twentieth of the coarser unit
SLACK = f"CAST(ceil(0.05 * greatest({UNIT_DAYS.format('t')}, {UNIT_DAYS.format('d')})) AS INTEGER)"
STORED = {"whole": "BIGINT", "numeric": "DOUBLE", "categorical": "VARCHAR"}


def trial_recipe(times: Times, settings: Settings, subjects: Subjects | None = None) -> Recipe:
    """Return how times, with the subjects of ADSL where there are any, become a version."""
    spools = [times.cells, times.times]
    if subjects is not None:
        spools.append(subjects.rows)
    spools.append(endpoints_spool(times.folder, [(found.code, found.name) for found in times.endpoints]))
    treatment = times.treatment_column or "TRT01P"
    meta = {
        "title": settings.title,
        "notice": settings.notice,
        "about": settings.about,
        "settings": _kept(settings).to_json() if _kept(settings) != Settings() else "",
        "published": "",
        "treatment_column": treatment,
        "treatment_label": times.treatment_label if times.treatment_column else f"Treatment ({treatment})",
        "offset": "" if times.offset is None else str(times.offset),
        "no_dates": times.no_dates,
        "kind": "ADTTE",
        "columns": "\n".join(times.header),
        "explained": " ".join(str(code) for code in times.explained),
    }
    return Recipe(spools, _Deriving(times, settings, subjects), meta)


def _kept(settings: Settings) -> Settings:
    """Return the settings that hold for times: words, labels and order."""
    return Settings(
        title=settings.title,
        notice=settings.notice,
        about=settings.about,
        modalities=settings.plain().modalities,
        missing=settings.missing,
        extracted=settings.extracted,
        baseline=settings.baseline,
    )


@dataclass(frozen=True, slots=True)
class _Deriving:
    """Checks the rows together and makes cohort and `time_to_event` of them."""

    times: Times
    settings: Settings
    subjects: Subjects | None

    def __call__(self, file: Building, report: Report) -> None:
        self._check_unique(file, report)
        if self.subjects is not None:
            self._check_subjects(file, self.subjects, report)
        labelled = [modality.value for modality in self.settings.modalities]
        check_spelling(file, report, self.times, self.subjects, labelled)
        if not report.counts["spelling"]:  # a treatment in two spellings is no second treatment
            self._check_treatment(file, report)
        self._check_death(file, report)
        report.stop_on_errors()
        baseline = TrialBaseline(file, report, self.times, self.subjects, dict(self.settings.baseline))
        columns = baseline.columns()
        report.stop_on_errors()
        self._derive(file, [column for column in columns if not judged_name(column[0]).is_sure])
        kept = baseline.offer(columns)
        self._warn(file, report, kept)
        for table in ("cells", "times_read", *(["subjects"] if self.subjects is not None else [])):
            file.run(f"DROP TABLE {table}")

    def _check_unique(self, file: Building, report: Report) -> None:
        sql = """
            SELECT line, patient_id, first_line FROM (
                SELECT line, patient_id, min(line) OVER (PARTITION BY patient_id, endpoint) AS first_line
                FROM times_read)
            WHERE line > first_line ORDER BY line
        """
        for line, patient, first in some(file, report, "id-duplicate", sql):
            words = f"the same patient and parameter as on line {first}. Keep one row of the two."
            self._find(report, "id-duplicate", line, self.times.key, words, patient)

    def _check_treatment(self, file: Building, report: Report) -> None:
        sql = """
            SELECT line, patient_id, first_line FROM (
                SELECT line, patient_id, treatment,
                       first_value(treatment) OVER patients AS first_treatment,
                       first_value(line) OVER patients AS first_line
                FROM times_read WINDOW patients AS (PARTITION BY patient_id ORDER BY line))
            WHERE treatment <> first_treatment ORDER BY line
        """
        for line, patient, first in some(file, report, "treatment-differs", sql):
            words = f"the patient has another treatment on line {first}. Give each patient one."
            self._find(report, "treatment-differs", line, self.times.treatment_column, words, patient)

    def _check_death(self, file: Building, report: Report) -> None:
        """Refuse a time that goes on after the patient's death, which a death in OS tells."""
        ends = "{0}.days" if self.times.offset is None else "{0}.start + {0}.days"
        late = (
            f"{ends.format('t')} > {ends.format('d')} + CASE WHEN t.avalu = d.avalu THEN 0 ELSE {SLACK} END"
        )
        sql = f"""
            SELECT t.line, t.patient_id, t.endpoint, d.line
            FROM times_read t JOIN times_read d USING (patient_id)
            WHERE d.endpoint = 'OS' AND d.status = 1 AND t.endpoint <> 'OS' AND {late} ORDER BY t.line
        """
        for line, patient, endpoint, death in some(file, report, "after-death", sql):
            words = f"{endpoint} goes on after the patient's death (line {death}). Correct one of the two."
            self._find(report, "after-death", line, self.times.time_column, words, patient)
        sql = f"""
            SELECT t.line, t.patient_id, t.endpoint, d.line
            FROM times_read t JOIN times_read d USING (patient_id)
            WHERE d.endpoint = 'OS' AND d.status = 0 AND t.endpoint <> 'OS' AND t.status = 1 AND {late}
            ORDER BY t.line
        """
        for line, patient, endpoint, contact in some(file, report, "after-last-contact", sql):
            words = (
                f"the event of {endpoint} comes after the patient was last known alive (OS is censored on line "
                f"{contact}). Correct one of the two."
            )
            self._find(report, "after-last-contact", line, self.times.time_column, words, patient)

    def _check_subjects(self, file: Building, subjects: Subjects, report: Report) -> None:
        subject = f"trim(c{subjects.place('USUBJID')})"
        sql = f"""
            SELECT line, subject, first_line FROM (
                SELECT line, {subject} AS subject, min(line) OVER (PARTITION BY {subject}) AS first_line
                FROM subjects) WHERE line > first_line ORDER BY line
        """
        for line, patient, first in some(file, report, "id-duplicate", sql):
            words = f"the same subject as on line {first}. Keep one row of the two."
            self._find(report, "id-duplicate", line, "USUBJID", words, patient, subjects.file)
        sql = f"""
            SELECT min(line), patient_id FROM times_read
            WHERE patient_id NOT IN (SELECT {subject} FROM subjects) GROUP BY patient_id ORDER BY 1
        """
        for line, patient in some(file, report, "subject-unknown", sql):
            words = f"names a subject who is not in {subjects.file}. Add the subject there."
            self._find(report, "subject-unknown", line, "USUBJID", words, patient)
        sql = f"""
            SELECT line, {subject} FROM subjects
            WHERE {subject} NOT IN (SELECT patient_id FROM times_read) ORDER BY line
        """
        for line, patient in some(file, report, "subject-without-time", sql):
            words = f"the subject has no row in {self.times.file} and is left out."
            self._find(report, "subject-without-time", line, "USUBJID", words, patient, subjects.file)
        if not report.counts["id-duplicate"]:
            self._check_agreement(file, subjects, report)
        self._take_treatment(file, subjects, subject, report)

    def _take_treatment(self, file: Building, subjects: Subjects, subject: str, report: Report) -> None:
        """Fill treatments that ADTTE leaves open from ADSL, and refuse those on which the two disagree."""
        at = subjects.place("TRT01P")
        if at is None:
            if not self.times.treatment_column:
                words = "is missing in both files. Add the planned treatment."
                report.add("column-missing", subjects.file, words, line=1, column="TRTP or TRT01P")
            return
        planned = f"(SELECT {subject} AS subject, line AS there, trim(c{at}) AS planned FROM subjects) s"
        sql = f"""
            SELECT min(line), patient_id, min(s.there)
            FROM times_read JOIN {planned} ON s.subject = patient_id
            WHERE treatment <> '{NOT_RECORDED}' AND planned <> '' AND treatment <> planned
            GROUP BY patient_id ORDER BY 1
        """
        for line, patient, there in some(file, report, "adsl-differs", sql):
            words = f"is another treatment than on line {there} of {subjects.file}. Correct one of the two."
            self._find(report, "adsl-differs", line, self.times.treatment_column, words, patient)
        file.run(
            f"UPDATE times_read SET treatment = s.planned FROM {planned} "
            "WHERE s.subject = patient_id AND treatment = $unknown AND s.planned <> ''",
            {"unknown": NOT_RECORDED},
        )

    def _check_agreement(self, file: Building, subjects: Subjects, report: Report) -> None:
        """Refuse a column that both files have and that says two things of one subject."""
        for at, name in self.times.candidates.items():
            there = subjects.place(name)
            if (
                there not in subjects.candidates or judged_name(name).is_sure
            ):  # no baseline: nothing rests on it
                continue
            sql = f"""
                SELECT t.line, t.patient_id, s.line FROM times_read t JOIN cells c USING (line)
                JOIN subjects s ON trim(s.c{subjects.place("USUBJID")}) = t.patient_id
                WHERE coalesce(c.c{at}, '') <> coalesce(trim(s.c{there}), '') ORDER BY t.line
            """
            for line, patient, other in some(file, report, "adsl-differs", sql):
                words = f"says something else on line {other} of {subjects.file}. Correct one of the two."
                self._find(report, "adsl-differs", line, name, words, patient)

    def _derive(self, file: Building, kept: list[tuple[str, str, str]]) -> None:
        baseline = "".join(
            f", CAST({_cast(f'first_of.{sql[0]}_{sql[2:]}', kind)} AS {STORED[kind]}) AS {identifier(name)}"
            for name, sql, kind in kept
        )
        cells = "".join(f", nullif(trim({sql}), '') AS {sql[0]}_{sql[2:]}" for _, sql, _ in kept)
        dated = self.times.offset is not None
        start = "min(start)" if dated else "CAST(NULL AS DATE)"
        joined = ""
        if self.subjects is not None:
            at = self.subjects.place("USUBJID")
            joined = f"LEFT JOIN subjects s ON trim(s.c{at}) = f.patient_id"
        file.run(
            f"""
            CREATE TABLE cohort AS
            SELECT patient_id, modality, index_date{baseline} FROM (
                SELECT f.patient_id, f.modality, f.index_date{cells} FROM (
                    SELECT patient_id, min(line) AS line, arg_min(treatment, line) AS modality,
                           {start} AS index_date
                    FROM times_read GROUP BY patient_id) f
                JOIN cells c USING (line) {joined}) first_of
            """
        )
        file.run(
            f"""
            CREATE TABLE time_to_event AS
            SELECT patient_id, endpoint, {"start" if dated else "CAST(NULL AS DATE)"} AS index_date, days,
                   status, reason, aval, avalu FROM times_read
            """
        )
        own = ", ".join(f"c{at} AS {identifier(name)}" for at, name in enumerate(self.times.header))
        # sorted by what is short: all columns as a key would not fit into memory
        file.run(
            f"CREATE TABLE source.adtte AS SELECT {own} FROM cells LEFT JOIN (SELECT line, min(patient_id) AS id, "
            "min(endpoint) AS code FROM times_read GROUP BY line) t USING (line) ORDER BY t.id, t.code, cells.line"
        )
        if self.subjects is not None:
            own = ", ".join(f"c{at} AS {identifier(name)}" for at, name in enumerate(self.subjects.header))
            file.run(
                f"CREATE TABLE source.adsl AS SELECT {own} FROM subjects ORDER BY c{self.subjects.place('USUBJID')}"
            )
        file.run("CREATE TABLE attrition(step INTEGER, code VARCHAR, label VARCHAR, patients BIGINT)")
        file.run("CREATE TABLE same_day(patient_id VARCHAR)")
        self._modalities(file)

    def _modalities(self, file: Building) -> None:
        labelled = {modality.value: modality.label for modality in self.settings.modalities}
        found = [value for (value,) in file.rows("SELECT DISTINCT modality FROM cohort")]
        file.run("CREATE TABLE modalities(value VARCHAR, label VARCHAR, position INTEGER)")
        for place, value in enumerate([*labelled, *sorted(set(found) - set(labelled))]):
            file.run(
                "INSERT INTO modalities VALUES ($value, $label, $place)",
                {"value": value, "label": labelled.get(value, value), "place": place},
            )

    def _warn(self, file: Building, report: Report, kept: list[tuple[str, str, str]]) -> None:
        sql = "SELECT line, patient_id, endpoint FROM times_read WHERE days = 0 ORDER BY line"
        for line, patient, endpoint in some(file, report, "time-zero", sql):
            words = f"0 days for {endpoint}: the time ends on the day it begins."
            self._find(report, "time-zero", line, self.times.time_column, words, patient)
        warn_merged_times(file, report, self.times)
        warn_unordered(file, report, self.times, kept, self.times.treatment_column or "TRT01P")
        warn_similar_ids(file, report, self.times)
        warn_no_treatment(file, report, self.times)
        for name, sql, kind in kept:
            at, of_subjects = int(sql[3:]), sql.startswith("s.")
            self._warn_odd(report, at, of_subjects=of_subjects)
            if kind == "categorical":
                warn_levels(file, report, self.subjects if of_subjects else self.times, at, name)
        if not kept:
            return
        counted = ", ".join(f"count(*) - count({identifier(name)})" for name, _, _ in kept)
        n, *empty = file.rows(f"SELECT count(*), {counted} FROM cohort")[0]
        for (name, sql, _), missing in zip(kept, empty, strict=True):
            if missing > MISSING_SHARE * n:
                words = f"{missing} of {n} patients have no value ({100 * missing / n:.0f} %)."
                where = self.subjects.file if self.subjects and sql.startswith("s.") else self.times.file
                report.add("missing-share", where, words, column=name)

    def _warn_odd(self, report: Report, at: int, *, of_subjects: bool) -> None:
        """Point at the first value that keeps a column of numbers from being stored as such."""
        table = self.subjects if of_subjects and self.subjects is not None else self.times
        odd = table.kinds[at].odd
        if odd is not None:
            words = (
                f"{quoted(odd.value)} is no number, but {odd.numbers:,} of {odd.values:,} different values are: "
                "the column is stored as text. Correct it, or leave the cell empty."
            )
            name = table.candidates[at]
            report.add("mixed-column", table.file, words, line=odd.line, column=name, value=odd.value)

    def _find(
        self, report: Report, rule: str, line: int, column: str, words: str, patient: str, file: str = ""
    ) -> None:
        where = file or self.times.file
        report.add(rule, where, words, line=line, column=column, value=patient, patient=patient)


def _cast(sql: str, kind: str) -> str:
    """Return a value on its way to its stored type: 63.0 is a whole number, but no text of one."""
    return f"CAST({sql} AS DOUBLE)" if kind == "whole" else sql
