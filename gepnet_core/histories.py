"""The histories of listed patients: read from the store and told in days from the index date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from gepnet_core.behind_words import listing_sentence
from gepnet_core.errors import OptionRefused, quoted
from gepnet_core.estimates import labelling
from gepnet_core.history import (
    NO_RECORD,
    EndedBy,
    EndpointTime,
    Entry,
    History,
    Mark,
    MarkKind,
    Span,
)
from gepnet_core.intake.report import Finding
from gepnet_core.store import histories as stored
from gepnet_core.store.dataset import DataSet
from gepnet_core.store.histories import Listing, Member
from gepnet_core.vocabulary import CUT_OFF_REASON, NOT_RECORDED, Status

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list: its patients, how many there are in all, and the place of the first (from 0)."""

    dataset: DataSet
    listing: Listing
    total: int
    first: int
    histories: tuple[History, ...]

    @property
    def sentence(self) -> str:
        """Whose patients these are."""
        return listing_sentence(self.dataset, self.listing, self.total)

    @property
    def headline(self) -> str:
        """Whose patients these are, and how many stand on a page where there are several."""
        paged = f"; {PAGE_SIZE} a page" if self.total > PAGE_SIZE else ""
        return f"{self.sentence}{paged}."

    @property
    def place(self) -> str:
        """Which of them stand on this page: "Patients 1–25 of 5,000"."""
        last = self.first + len(self.histories)
        if self.first + 1 == last:
            return f"Patient {last:,} of {self.total:,}"
        return f"Patients {self.first + 1:,}–{last:,} of {self.total:,}"


def n_pages(total: int) -> int:
    """Return how many pages a list fills; an empty one has a page as well."""
    return max(1, -(-total // PAGE_SIZE))


def page_of(dataset: DataSet, listing: Listing, part: int) -> Listed:
    """Return a page of a list, from 1; one after the last is empty.

    Raises
    ------
    OptionRefused
        If the data set has not what the listing names.
    """
    total, skip = stored.n_listed(dataset, listing), (part - 1) * PAGE_SIZE
    found = stored.members(dataset, listing, limit=PAGE_SIZE, skip=skip)
    return Listed(dataset, listing, total, skip, tuple(_histories(dataset, listing, found)))


def history_of(dataset: DataSet, listing: Listing, patient: str) -> History:
    """Return what happened to one patient, listed or not.

    Raises
    ------
    OptionRefused
        If the data set does not know the patient.
    """
    if not stored.is_known(dataset, patient):
        raise OptionRefused(f"“{dataset.name}” has no patient {quoted(patient)}. Check the id in the link.")
    in_cohort = bool(stored.cohort_rows(dataset, [patient]))
    (found,) = _histories(dataset, listing, [Member(patient, None, in_cohort)])
    return found


def findings_of(dataset: DataSet, patient: str) -> list[Finding]:
    """Return the warnings of the data quality that name a patient."""
    return stored.findings_of(dataset, patient)


def _histories(dataset: DataSet, listing: Listing, found: Sequence[Member]) -> list[History]:
    ids = [member.patient_id for member in found]
    cutoff = listing.selection.cutoff
    cohort = {row[0]: row[1:] for row in stored.cohort_rows(dataset, ids)}
    timed = by_patient(stored.times_of(dataset, listing.selection, ids))
    records = stored.records_of(dataset, ids, cutoff)
    therapies, treatments = by_patient(records.therapies), by_patient(records.local_treatments)
    progressions, harms = by_patient(records.progressions), by_patient(records.adverse_events)
    follow_up, known = by_patient(records.follow_up), by_patient(records.patients)
    why = stored.why_outside(dataset, [member.patient_id for member in found if not member.in_cohort])
    label = labelling(dataset, listing.lanes)
    told = []
    for member in found:
        name = member.patient_id
        modality, index_date, *values = cohort.get(name, ("", None))
        told.append(
            _history(
                dataset,
                listing,
                member,
                "" if member.stratum is None else label(member.stratum),
                modality or (NOT_RECORDED if member.in_cohort else ""),
                index_date,
                values,
                timed.get(name, []),
                _Own(
                    therapies.get(name, []),
                    treatments.get(name, []),
                    progressions.get(name, []),
                    harms.get(name, []),
                    *follow_up.get(name, [(None, None, None)]),
                    *known.get(name, [()]),
                ),
                why.get(name, NO_RECORD),
            )
        )
    return told


def by_patient(rows: Iterable[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    """Return rows by their first column, without it."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for patient, *rest in rows:
        found.setdefault(patient, []).append(tuple(rest))
    return found


@dataclass(frozen=True, slots=True)
class _Own:
    """The records of one patient."""

    therapies: list[tuple[Any, ...]]
    treatments: list[tuple[Any, ...]]
    progressions: list[tuple[Any, ...]]
    harms: list[tuple[Any, ...]]
    follow_up: tuple[Any, ...]
    known: tuple[Any, ...]

    def first_date(self) -> date | None:
        """Return the first dated record, that of the first metastasis included."""
        rows = [*self.therapies, *self.treatments, *self.progressions, *self.harms]
        days = [row[0] for row in rows] + [self.follow_up[0], self.follow_up[1], *self.known[:1]]
        return min((day for day in days if day is not None), default=None)


def _history(
    dataset: DataSet,
    listing: Listing,
    member: Member,
    stratum: str,
    modality: str,
    index_date: date | None,
    values: Sequence[object],
    timed: Sequence[tuple[Any, ...]],
    own: _Own,
    why: str,
) -> History:
    zero = index_date if member.in_cohort else own.first_date()
    death = listing.selection.death
    order = list(dataset.endpoints)
    as_stored = [
        EndpointTime(dataset.endpoints[code], int(days), Status(status), reason)
        for code, days, status, reason in sorted(timed, key=lambda row: order.index(row[0]))
    ]
    times = tuple(replace(time, status=death.counts_as(time.status)) for time in as_stored)
    contact = EndedBy.CENSORED if dataset.is_trial else EndedBy.LAST_CONTACT
    observed, ended_by = _observation(as_stored, listing.endpoint, contact)
    if member.in_cohort:
        baseline = [
            (column.label, _told(value)) for column, value in zip(dataset.baseline, values, strict=True)
        ]
    else:
        observed, ended_by = _observed_outside(own, zero, listing.selection.cutoff)
        baseline = list(zip(KNOWN, map(_told, own.known), strict=True)) if own.known else []
    marks = _marks(dataset, own, zero, index_date) if zero else ()
    if dataset.is_trial:
        marks = tuple(
            Mark(MarkKind.EVENT, time.days, time.reason, time.endpoint.code)
            for time in as_stored
            if time.status is Status.EVENT and time.endpoint.code != stored.OBSERVED_BY
        )
    return History(
        member.patient_id,
        stratum,
        modality,
        index_date,
        zero,
        observed,
        ended_by,
        _spans(own, zero) if zero else (),
        marks,
        times,
        tuple(baseline),
        _entries(dataset, own, zero, times, in_cohort=member.in_cohort),
        "" if member.in_cohort else why,
    )


KNOWN = (
    *("First metastasis", "Sex", "Year of birth", "Primary site", "Tumour grade (WHO)"),
    *("Ki-67 (%)", "Functional tumour"),
)


def _told(value: object) -> str:
    if value is None:
        return NOT_RECORDED
    return f"{value:g}" if isinstance(value, float) else str(value)


def _observation(
    times: Sequence[EndpointTime], endpoint: str, contact: EndedBy
) -> tuple[int | None, EndedBy | None]:
    """Return how long a patient was watched, and what ended it, `contact` where a time was censored.

    Overall survival tells it, else the time of the chosen endpoint, else the longest time there is.
    """
    if not times:
        return None, None
    watched = next((time for time in times if time.endpoint.code == stored.OBSERVED_BY), None)
    own = watched or next((time for time in times if time.endpoint.code == endpoint), None)
    last = own or max(times, key=lambda time: time.days)
    if last.reason == CUT_OFF_REASON:
        return last.days, EndedBy.CUT_OFF
    if last.status is Status.CENSORED:
        return last.days, contact
    died = watched is not None or last.status is Status.COMPETING_DEATH or last.reason == EndedBy.DEATH.value
    return last.days, EndedBy.DEATH if died else EndedBy.EVENT


def _observed_outside(own: _Own, zero: date | None, cutoff: date | None) -> tuple[int | None, EndedBy | None]:
    """Return the same for a patient who is not in the cohort, from the follow-up and the first record on."""
    _, death, end = own.follow_up
    if zero is None or end is None:
        return None, None
    if cutoff is not None and end > cutoff:
        return (cutoff - zero).days, EndedBy.CUT_OFF
    return (end - zero).days, EndedBy.DEATH if death is not None else EndedBy.LAST_CONTACT


def _spans(own: _Own, zero: date) -> tuple[Span, ...]:
    return tuple(
        Span(agent, (start - zero).days, None if stop is None else (stop - zero).days, known)
        for start, stop, agent, known in own.therapies
    )


def _treated(dataset: DataSet, modality: str, site: str | None) -> str:
    name = dataset.words_for("modality", modality)
    return f"{name}, {site}" if site else name


def _marks(dataset: DataSet, own: _Own, zero: date, index_date: date | None) -> tuple[Mark, ...]:
    marks = []
    for day, modality, site, _, _, is_index in own.treatments:
        kind = MarkKind.INDEX if is_index else _place(day, index_date)
        marks.append(Mark(kind, (day - zero).days, _treated(dataset, modality, site), modality))
    for day, extent in own.progressions:
        kind = MarkKind.FOCAL if extent == "focal" else MarkKind.MULTIFOCAL
        marks.append(Mark(kind, (day - zero).days, kind.value))
    for day, term, ctcae_grade, _ in own.harms:
        marks.append(Mark(MarkKind.SIDE_EFFECT, (day - zero).days, f"{term}, grade {ctcae_grade}", term))
    return tuple(sorted(marks, key=lambda mark: mark.day))


def _place(day: date, index_date: date | None) -> MarkKind:
    """Return what a local treatment is that is not the index treatment; without one it has no place."""
    if index_date is None:
        return MarkKind.UNPLACED
    if day == index_date:
        return MarkKind.SAME_DAY
    return MarkKind.LOCAL if day > index_date else MarkKind.EARLIER_LOCAL


def _entries(
    dataset: DataSet, own: _Own, zero: date | None, times: Sequence[EndpointTime], *, in_cohort: bool
) -> tuple[Entry, ...]:
    """Return the chronology: the dated records, or the times of a trial."""
    if dataset.is_trial:
        return tuple(
            Entry(None, time.days, f"{time.endpoint.code}: {time.status.label}, {time.reason}", "adtte")
            for time in sorted(times, key=lambda time: time.days)
        )
    found: list[tuple[date | None, str, str, int | None]] = []
    if own.known:
        found.append((own.known[0], "first metastasis", "patients", None))
    for start, stop, agent, known in own.therapies:
        word = "start of a new agent" if in_cohort and not known else "start"
        found.append((start, f"{agent}: {word}", "systemic_therapies", None))
        found.append((stop, f"{agent}: stop", "systemic_therapies", None))
    for day, modality, site, indication, _, is_index in own.treatments:
        words = _treated(dataset, modality, site) + (f" ({indication})" if indication else "")
        found.append((day, f"index treatment: {words}" if is_index else words, "local_treatments", None))
    found += [(day, f"{extent} progression", "progressions", None) for day, extent in own.progressions]
    found += [(day, term, "adverse_events", ctcae_grade) for day, term, ctcae_grade, _ in own.harms]
    contact, death, _ = own.follow_up
    if contact is not None and contact != death:
        found.append((contact, "last contact", "follow_up", None))
    found.append((death, "death", "follow_up", None))
    dated = [(day, what, table, ctcae_grade) for day, what, table, ctcae_grade in found if day is not None]
    return tuple(
        Entry(day, None if zero is None else (day - zero).days, what, table, ctcae_grade)
        for day, what, table, ctcae_grade in sorted(dated, key=lambda row: row[0])
    )
