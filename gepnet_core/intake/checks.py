"""What rows of the source tables say together: references, the order of dates, and what no one cell shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from gepnet_core.contract import TABLES
from gepnet_core.intake.cells import folded, spelled_otherwise
from gepnet_core.intake.report import Report
from gepnet_core.intake.source import Source, SourceRow
from gepnet_core.settings import Settings


@dataclass(slots=True)
class _Patient:
    """What is known of one patient when the dates are judged."""

    born: int | None = None
    contact: date | None = None
    death: date | None = None
    extracted: date | None = None
    treated: dict[str, date] = field(default_factory=dict)

    @property
    def observed_to(self) -> date | None:
        return self.death or self.contact


def check_source(source: Source, report: Report, settings: Settings, extracted: date | None) -> None:
    """Report every row that breaks a rule of records.

    Parameters
    ----------
    extracted
        The day on which the tables were exported; a later date lies in the future. None: nothing is known of
        the future.
    """
    patients = _patients(source, extracted)
    _check_references(source, report, patients)
    _check_dates(source, report, patients)
    _check_follow_up(source, report)
    _check_side_effects(source, report, patients)
    _check_spelling(source, report, settings)


def _patients(source: Source, extracted: date | None) -> dict[str, _Patient]:
    found: dict[str, _Patient] = {}
    for row in source["patients"]:
        born = row.values["birth_year"]
        found[row.patient] = _Patient(born if isinstance(born, int) else None, extracted=extracted)
    for row in source["follow_up"]:
        if row.patient in found:
            contact, death = row.values["last_contact_date"], row.values["death_date"]
            known = found[row.patient]
            known.contact = contact if isinstance(contact, date) else None
            known.death = death if isinstance(death, date) else None
    for row in source["local_treatments"]:
        day = row.values["date"]
        if row.patient in found and isinstance(day, date):
            found[row.patient].treated[str(row.values["treatment_id"])] = day
    return found


def _check_references(source: Source, report: Report, patients: dict[str, _Patient]) -> None:
    for table in TABLES if "patients" not in source.incomplete else ():
        for row in source[table.name]:
            if row.patient not in patients and row.patient not in source.spoiled:
                words = "names a patient who is not in the patients table. Add the patient or remove the row."
                source.find(report, "patient-unknown", table.name, row, "patient_id", words)
    followed = {row.patient for row in source["follow_up"]} | source.spoiled
    for row in source["patients"] if "follow_up" not in source.incomplete else ():
        if row.patient not in followed:
            words = "has no row in the follow_up table, so the end of observation is unknown. Add one."
            source.find(report, "follow-up-missing", "patients", row, "patient_id", words)


def _check_dates(source: Source, report: Report, patients: dict[str, _Patient]) -> None:
    for table in TABLES:
        dated = [column.name for column in table.columns if column.sql_type == "DATE"]
        for row in source[table.name]:
            known = patients.get(row.patient)
            if known is None:
                continue
            for name in dated:
                day = row.values[name]
                if isinstance(day, date):
                    for rule, words in _broken(table.name, name, day, known):
                        source.find(report, rule, table.name, row, name, words)
            start, stop = row.values.get("start_date"), row.values.get("stop_date")
            if isinstance(start, date) and isinstance(stop, date) and stop < start:
                words = f"{stop} lies before start_date {start}. Swap the dates."
                source.find(report, "stop-before-start", table.name, row, "stop_date", words)


def _broken(table: str, name: str, day: date, known: _Patient) -> Iterator[tuple[str, str]]:
    """Yield the first rule that a date breaks where it stands, with words."""
    planned = name in ("stop_date", "death_date", "last_contact_date")
    if known.born is not None and day.year < known.born:
        yield "before-birth", f"{day} lies before the patient's year of birth. Correct one of the two."
    elif known.extracted is not None and day > known.extracted:
        yield (
            "after-extraction",
            f"{day} lies after the day of extraction, {known.extracted}. Correct it, or the extraction date.",
        )
    elif known.death is not None and day > known.death:
        yield "after-death", f"{day} lies after the patient's death. Correct one of the two dates."
    elif not planned and known.contact is not None and day > known.contact:
        if table == "local_treatments" and known.death is None:
            yield (
                "observation-before-index",
                f"{day} lies after the patient's last contact {known.contact}: observation ends before this "
                "treatment. Correct one of the two dates.",
            )
        else:
            yield (
                "after-last-contact",
                f"{day} lies after the patient's last contact. Correct one of the two dates.",
            )


def _check_follow_up(source: Source, report: Report) -> None:
    for row in source["follow_up"]:
        contact, death = row.values["last_contact_date"], row.values["death_date"]
        status = row.values.get("vital_status")
        if contact is None and death is None:
            words = "is empty, and so is the date of death: the end of observation is unknown. Fill in one."
            source.find(report, "follow-up-missing", "follow_up", row, "last_contact_date", words)
        if status == "alive" and death is not None:
            words = f"{death} is a date of death, but the status is alive. Correct one of the two."
            source.find(report, "death-but-alive", "follow_up", row, "death_date", words)
        if status == "dead" and death is None:
            words = (
                "the status is dead, but there is no date: the patient counts as censored at last contact."
            )
            source.find(report, "dead-without-date", "follow_up", row, "death_date", words)


def _check_side_effects(source: Source, report: Report, patients: dict[str, _Patient]) -> None:
    for row in source["adverse_events"]:
        known = patients.get(row.patient)
        if known is None:
            continue
        treated = known.treated.get(str(row.values["treatment"]))
        noticed = row.values["date"]
        if treated is None:
            if row.patient not in source.spoiled and "local_treatments" not in source.incomplete:
                words = "names no local treatment of this patient. Give the treatment_id of one."
                source.find(report, "treatment-unknown", "adverse_events", row, "treatment", words)
        elif isinstance(noticed, date) and noticed < treated:
            words = f"{noticed} lies before the treatment it belongs to ({treated}). Correct one of the two."
            source.find(report, "before-treatment", "adverse_events", row, "date", words)
        followed = "follow_up" not in source.incomplete and row.patient not in source.spoiled
        if row.values["ctcae_grade"] == 5 and known.death is None and followed:
            words = (
                "grade 5 is death, but the patient has no date of death. Correct the grade or add the date."
            )
            source.find(report, "grade-5-without-death", "adverse_events", row, "ctcae_grade", words)


def _check_spelling(source: Source, report: Report, settings: Settings) -> None:
    """Words that differ only in case or blanks are one word; "Lobar HAE" must not pass where "lobar HAE" cannot."""
    modalities = [modality.value for modality in (*settings.modalities, *settings.excluded)]
    known = {
        ("patients", "primary_site"): list(settings.primary_sites),
        ("local_treatments", "modality"): modalities,
        ("local_treatments", "indication"): [settings.focal_indication] if settings.focal_only else [],
        ("local_treatments", "target_site"): [],
        ("adverse_events", "term"): [],
    }
    for (table, column), words in known.items():
        spelled = {folded(word): word for word in words}
        times = Counter(str(row.values[column]) for row in source[table] if row.values[column] is not None)
        for word, _ in times.most_common():  # of several spellings the most frequent is right
            spelled.setdefault(folded(word), word)
        for row in source[table]:
            value = row.values[column]
            if isinstance(value, str) and spelled[folded(value)] != value:
                source.find(
                    report, "spelling", table, row, column, spelled_otherwise(value, spelled[folded(value)])
                )


def treatments_by_day(source: Source) -> Iterator[tuple[SourceRow, set[str]]]:
    """Yield, for each patient and day with more than one modality, a row of that day and the modalities."""
    days: dict[tuple[str, date], list[SourceRow]] = defaultdict(list)
    for row in source["local_treatments"]:
        day = row.values["date"]
        if isinstance(day, date):
            days[row.patient, day].append(row)
    for rows in days.values():
        modalities = {str(row.values["modality"]) for row in rows}
        if len(modalities) > 1:
            yield rows[0], modalities
