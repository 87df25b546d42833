"""What happened to one patient, as a value: how long watched, therapies, marks, times, records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gepnet_core.vocabulary import Endpoint, Status

NO_RECORD = "no record of this patient in the data set"


class EndedBy(StrEnum):
    """What ended the observation of a patient; an event does where nothing is recorded after it.

    A file of times says that a time was censored, not that it ended at a contact.
    """

    DEATH = "death"
    LAST_CONTACT = "last contact"
    CUT_OFF = "data cut-off"
    CENSORED = "censored"
    EVENT = "event"


class MarkKind(StrEnum):
    """What a mark on a lane stands for."""

    INDEX = "index treatment"
    LOCAL = "further local treatment"
    EARLIER_LOCAL = "earlier local treatment"
    SAME_DAY = "second local treatment on the index date"
    UNPLACED = "local treatment"
    FOCAL = "focal progression"
    MULTIFOCAL = "multifocal progression"
    SIDE_EFFECT = "side effect"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Span:
    """A course of an agent, in days from time zero; `stop` None: not stopped by the end of observation.

    `known` True: the patient took or had taken the agent by the index date.
    """

    agent: str
    start: int
    stop: int | None
    known: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day from time zero; `of` is the modality, the term or the endpoint."""

    kind: MarkKind
    day: int
    words: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class EndpointTime:
    """The time of an endpoint up to the cut-off; `status` is what it counts as under the death rule."""

    endpoint: Endpoint
    days: int
    status: Status
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a patient's chronology; `day` counts from time zero, None without dates."""

    date: date | None
    day: int | None
    what: str
    table: str
    ctcae_grade: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What happened to one patient, up to the data cut-off.

    `zero` is the day from which all days count: the index date, or the first dated record of a patient who is not
    in the cohort; None without dates. `observed_days` is None where observation from the index date on is not
    known. `left_out` says why the patient is not in the cohort, empty for those who are. `stratum` is the label of
    the group of lanes, `modality` the stored value, empty outside the cohort.
    """

    patient_id: str
    stratum: str
    modality: str
    index_date: date | None
    zero: date | None
    observed_days: int | None
    ended_by: EndedBy | None
    spans: tuple[Span, ...]
    marks: tuple[Mark, ...]
    times: tuple[EndpointTime, ...]
    baseline: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...]
    left_out: str = ""

    @property
    def in_cohort(self) -> bool:
        """True for a patient of the cohort."""
        return not self.left_out

    @property
    def after_cutoff(self) -> bool:
        """True for a patient of the cohort whose time zero the cut-off does not reach."""
        return self.in_cohort and self.observed_days is None

    def time_of(self, code: str) -> EndpointTime | None:
        """Return the time of an endpoint, or None where there is none."""
        return next((time for time in self.times if time.endpoint.code == code), None)
