"""Why a patient has this status, reason and number of days: the rules of the study, read one by one.

A second reading beside the SQL of eligibility and endpoints, written for one patient and in words; tests hold the
two against each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from gepnet_core.formatting import format_count, format_months, format_number
from gepnet_core.judged import JudgedTreatment, judged_treatments
from gepnet_core.selection import Selection
from gepnet_core.store.dataset import DataSet
from gepnet_core.store.patient_record import Cells, PatientRecord, StoredTime, patient_record
from gepnet_core.vocabulary import CUT_OFF_REASON, DEATH_IS_EVENT, DeathRule, Status, TimeUnit

RULES = {
    "TTNST": "The event is the first start, after the index date, of an agent that the patient was not taking on "
    "the index date and had not taken before.",
    "TTAI": "The event is the first new systemic therapy or the first further local treatment after the index "
    "date, whichever comes first; on the same day it is the systemic therapy.",
    "PFS": "The event is the first progression after the index date, focal or multifocal, or death. A new "
    "therapy does not end the time.",
    "OS": "The event is death.",
}


@dataclass(frozen=True, slots=True)
class ExplainedTime:
    """A time of an endpoint with the rules that led to it; `days`, `status` and `reason` are what they give."""

    endpoint: str
    name: str
    lines: tuple[str, ...]
    days: int
    status: Status
    reason: str

    @property
    def result(self) -> str:
        """The end of the story: "event on day 271 (8.9 months): new systemic therapy"."""
        months = format_months(float(self.days))
        return f"{self.status.label} on day {self.days:,} ({months} months): {self.reason}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a patient is in the cohort or not, and why each time ended as it did.

    `treatments` judges every local treatment by the eligibility steps, in the order of the dates; it is empty for
    a trial, and for a patient without local treatment `membership` alone says why.
    """

    patient_id: str
    membership: str
    treatments: tuple[JudgedTreatment, ...]
    times: tuple[ExplainedTime, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """What could end a time: its day from the index date, its reason, and what was looked at."""

    day: int | None
    reason: str
    lines: list[str]


def explain(dataset: DataSet, patient_id: str, selection: Selection) -> Explanation:
    """Explain one patient under the data cut-off and the death rule of a selection, whatever its other filters.

    Raises
    ------
    OptionRefused
        If the data set knows no such patient, or the selection asks for what it does not have.
    """
    dataset.check(selection)
    record = patient_record(dataset, patient_id)
    treatments = () if dataset.is_trial else judged_treatments(dataset, record)
    known = [stored for stored in record.times if not _is_after_cutoff(stored, selection)]
    times = tuple(_explained(dataset, record, stored, selection) for stored in known)
    return Explanation(patient_id, _membership(dataset, record, treatments, selection), treatments, times)


def _is_after_cutoff(stored: StoredTime, selection: Selection) -> bool:
    return selection.cutoff is not None and stored.start is not None and stored.start > selection.cutoff


def _membership(
    dataset: DataSet, record: PatientRecord, treatments: tuple[JudgedTreatment, ...], selection: Selection
) -> str:
    if record.times and all(_is_after_cutoff(stored, selection) for stored in record.times):
        start = record.times[0].start
        return f"The index date {start} is after the data cut-off: nothing of this patient is known by then."
    if dataset.is_trial:
        return "The patient came with times to events: the file itself chose cohort and time zero."
    index = next((each for each in treatments if each.is_index), None)
    if index is not None:
        others = sum(each.passed_all for each in treatments) - 1
        more = f"; {format_count(others, 'other')} passed as well" if others else ""
        return (
            f"In the cohort: treatment {index.treatment_id} ({index.modality}, {index.date}) is the first that "
            f"passed every step{more}. Its date is the index date, time zero."
        )
    if not treatments:
        return "Not in the cohort: the patient had no local treatment."
    furthest = max(treatments, key=lambda each: len(each.verdicts))
    return (
        f"Not in the cohort: no local treatment passed every step. {furthest.treatment_id} came furthest and "
        f"stopped at “{furthest.verdicts[-1].label}”."
    )


def _explained(
    dataset: DataSet, record: PatientRecord, stored: StoredTime, selection: Selection
) -> ExplainedTime:
    lines, days, status, reason = (
        _as_imported(stored) if dataset.is_trial else _by_the_rules(record, stored.endpoint, stored.start)
    )
    if status is Status.COMPETING_DEATH:
        words = {
            DeathRule.CENSOR: "is censored",
            DeathRule.EVENT: "counts as the event",
            DeathRule.COMPETING: "is a competing event",
        }
        lines.append(f"Death before the event {words[selection.death]}, as the control says.")
    status = selection.death.counts_as(status)
    if selection.cutoff is not None and stored.start is not None:
        limit = (selection.cutoff - stored.start).days + int(dataset.meta["offset"])
        if days > limit:
            lines.append(
                f"The data cut-off {selection.cutoff} is day {limit:,}: what came after is not known yet, so the "
                "time is censored there."
            )
            days, status, reason = limit, Status.CENSORED, CUT_OFF_REASON
        else:
            lines.append(f"The data cut-off {selection.cutoff} is day {limit:,}, which changes nothing here.")
    name = dataset.endpoints[stored.endpoint].name
    return ExplainedTime(stored.endpoint, name, tuple(lines), days, status, reason)


def _as_imported(stored: StoredTime) -> tuple[list[str], int, Status, str]:
    """Return how a row of an ADTTE file was read."""
    unit = TimeUnit(stored.avalu)
    lines = [f"The file gives the time as {stored.aval:g} {stored.avalu}."]
    if unit is not TimeUnit.DAYS:
        lines.append(
            f"Times run in whole days: {stored.aval:g} × {unit.days:g} = "
            f"{format_number(stored.aval * unit.days, 2)}, which is day {stored.days:,}."
        )
    lines.append(f"The file says how it ended: {stored.reason}, read as {stored.status.label}.")
    return lines, stored.days, stored.status, stored.reason


def _by_the_rules(
    record: PatientRecord, endpoint: str, start: date | None
) -> tuple[list[str], int, Status, str]:
    """Return the reading of the source rows by the rules of an endpoint of the study."""
    assert start is not None  # a cohort has dates
    lines = [RULES[endpoint]]
    candidates = {
        "TTNST": [_new_systemic],
        "TTAI": [_new_systemic, _further_local],
        "PFS": [_progression],
        "OS": [],
    }[endpoint]
    found = [look(record, start) for look in candidates]
    lines += [line for each in found for line in each.lines]
    events = [each for each in found if each.day is not None]
    follow_up = record.tables["follow_up"][0]
    death, contact = follow_up["death_date"], follow_up["last_contact_date"]
    if events:
        first = min(
            events, key=lambda each: each.day or 0
        )  # of two on a day the systemic therapy, named first
        day = first.day or 0
        return (
            [*lines, f"So the event is on day {day:,}: {first.reason}."],
            day,
            Status.EVENT,
            first.reason,
        )
    if death is not None:
        day = (death - start).days
        at_death = Status.EVENT if endpoint in DEATH_IS_EVENT else Status.COMPETING_DEATH
        ended = "is the event" if at_death is Status.EVENT else "came before any event"
        return [*lines, f"Death on {death}, day {day:,}, {ended}."], day, at_death, "death"
    day = (contact - start).days
    return (
        [*lines, f"No event: the time ends at the last contact, {contact}, day {day:,}."],
        day,
        Status.CENSORED,
        "last contact",
    )


def _new_systemic(record: PatientRecord, start: date) -> _Found:
    """Look for the first agent that was not known on the index date."""
    therapies = sorted(record.tables["systemic_therapies"], key=lambda row: (row["start_date"], row["agent"]))
    before = [row for row in therapies if row["start_date"] <= start]
    known = {_agent(row) for row in before}
    lines = []
    if before:
        told = ", ".join(sorted({f"{row['agent']} (from {row['start_date']})" for row in before}))
        lines.append(f"Known on the index date: {told}. Starting one of these again is not new.")
    else:
        lines.append("No systemic therapy is known on the index date: any agent is new.")
    first: int | None = None
    for row in therapies:
        if row["start_date"] <= start:
            continue
        day = (row["start_date"] - start).days
        told = f"{row['agent']} started on {row['start_date']}, day {day:,}"
        if _agent(row) in known:
            lines.append(f"{told}: not new, it was taken before.")
        elif first is None:
            first = day
            lines.append(f"{told}: the first new systemic therapy.")
        else:
            lines.append(f"{told}: new, but later.")
    if len(lines) == 1:
        lines.append("No systemic therapy started after the index date.")
    return _Found(first, "new systemic therapy", lines)


def _agent(row: Cells) -> str:
    """Return an agent as one word whatever its case and blanks, letter by letter as the store folds them."""
    letters = "".join(letter.lower()[:1] for letter in str(row["agent"]))
    return " ".join(re.split(r"[\t\n\f\r ]+", letters.strip(" ")))


def _further_local(record: PatientRecord, start: date) -> _Found:
    later = sorted(
        (row for row in record.tables["local_treatments"] if row["date"] > start), key=lambda row: row["date"]
    )
    return _first(
        [(row["date"], f"{row['modality']} ({row['treatment_id']})") for row in later],
        start,
        "further local treatment",
    )


def _progression(record: PatientRecord, start: date) -> _Found:
    later = sorted(
        (row for row in record.tables["progressions"] if row["date"] > start), key=lambda row: row["date"]
    )
    return _first([(row["date"], f"{row['extent']} progression") for row in later], start, "progression")


def _first(dated: list[tuple[date, str]], start: date, reason: str) -> _Found:
    if not dated:
        return _Found(None, reason, [f"No {reason} after the index date."])
    day = (dated[0][0] - start).days
    lines = [
        f"{words[0].upper()}{words[1:]} on {when}, day {(when - start).days:,}." for when, words in dated
    ]
    return _Found(day, reason, lines)
