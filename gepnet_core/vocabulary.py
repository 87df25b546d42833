"""The words of the field, spelled once: stored value, label, and the sentence each stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum

DAYS_PER_MONTH = 30.4375
DATASET_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
NOT_RECORDED = "not recorded"
VERSION_COLUMN = "dataset_version"
WHOLE_COHORT = "all"
CUT_OFF_REASON = "data cut-off"
# the event of these includes death, so no death should come before it
DEATH_IS_EVENT = frozenset({"PFS", "OS"})
DEFAULT_TIMES_MONTHS = (6.0, 12.0, 24.0, 36.0)


class Status(IntEnum):
    """What ended a time: the reverse of CDISC's CNSR, with competing deaths apart."""

    CENSORED = 0
    EVENT = 1
    COMPETING_DEATH = 2

    @property
    def label(self) -> str:
        """The word in a table or beside a mark."""
        return ("censored", "event", "death before the event")[self]


class ConfType(StrEnum):
    """The scale on which a confidence interval is symmetric."""

    LOG_LOG = "log-log"
    LOG = "log"
    PLAIN = "plain"
    LOGIT = "logit"
    ARCSIN = "arcsin"
    SPSS = "spss"

    @property
    def label(self) -> str:
        """The name beside an interval of a median."""
        return "symmetric (SPSS)" if self is ConfType.SPSS else self.value

    @property
    def pointwise(self) -> ConfType:
        """The convention of S(t) and of bands; the symmetric one exists for times only."""
        return ConfType.PLAIN if self is ConfType.SPSS else self


class DeathRule(StrEnum):
    """How a death before the event counts."""

    CENSOR = "censor"
    EVENT = "event"
    COMPETING = "competing"

    @property
    def label(self) -> str:
        """The words on the control."""
        return {
            "censor": "censor (as published)",
            "event": "count as event",
            "competing": "competing event",
        }[self.value]

    def counts_as(self, status: Status) -> Status:
        """Return what a status counts as under this rule."""
        if self is DeathRule.EVENT and status is Status.COMPETING_DEATH:
            return Status.EVENT
        return status


class Order(StrEnum):
    """How patients are sorted in a list and its lanes."""

    INDEX_DATE = "index-date"
    OBSERVED = "observed"
    ENDPOINT = "endpoint"
    PATIENT = "patient"

    @property
    def label(self) -> str:
        """The words on the control."""
        return {
            "index-date": "index date",
            "observed": "time observed, longest first",
            "endpoint": "time to the endpoint, longest first",
            "patient": "patient id",
        }[self.value]


class TimeUnit(StrEnum):
    """A unit of time in a file or on a screen; times are computed in whole days."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"

    @property
    def days(self) -> float:
        """Days per unit."""
        return {"days": 1.0, "weeks": 7.0, "months": DAYS_PER_MONTH, "years": 365.25}[self.value]

    def to_days(self, time: float) -> float:
        """Return a time in days; one that is a whole day but for binary noise is that day.

        125 days are 4.1067761806981515 months, and 30.4375 times that is a little less than 125.
        """
        days = time * self.days
        return float(round(days)) if abs(days - round(days)) <= 1e-9 * max(1.0, days) else days


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A time to event, with the words that axis and sentences use.

    `phrase` says what S(t) is the share of ("still without new systemic therapy"), `outcome` what 1 - S(t) is
    the share of ("with new systemic therapy").
    """

    code: str
    name: str
    phrase: str
    outcome: str

    @property
    def named_within(self) -> str:
        """The name as it stands within a sentence; one that is not the study's is kept as it is spelt."""
        ours = any(self.name.startswith(known.name) for known in STUDY_ENDPOINTS.values())
        return self.name[0].lower() + self.name[1:] if ours else self.name

    def under(self, death: DeathRule, competing: int) -> Endpoint:
        """Return the endpoint as it is called when `competing` deaths count under the rule `death`."""
        if competing and self.code in DEATH_IS_EVENT:
            # as the file was told: then S(t) is not the share alive
            return Endpoint(self.code, self.name, "without the event", "with the event")
        if death is DeathRule.CENSOR or competing == 0:
            return self
        if death is DeathRule.COMPETING:
            return Endpoint(self.code, self.name, f"{self.phrase} or dead before it", self.outcome)
        return Endpoint(
            self.code, f"{self.name} or death", f"alive and {self.phrase}", f"dead or {self.outcome}"
        )


STUDY_ENDPOINTS = {
    endpoint.code: endpoint
    for endpoint in (
        Endpoint(
            "TTNST",
            "Time to new systemic therapy",
            "still without new systemic therapy",
            "with new systemic therapy",
        ),
        Endpoint(
            "TTAI",
            "Time to any additional intervention",
            "without any further intervention",
            "with a further intervention",
        ),
        Endpoint("PFS", "Progression-free survival", "alive without progression", "progressed or dead"),
        Endpoint("OS", "Overall survival", "alive", "dead"),
    )
}


def endpoint_named(code: str, name: str) -> Endpoint:
    """Return the words for an endpoint of this code and name.

    The study's words stand where the name is the study's. PFS and OS mean the same everywhere, so their
    sentences are kept under another name; any other code may mean anything.
    """
    known = STUDY_ENDPOINTS.get(code)
    if known is not None and _letters(known.name) == _letters(name):
        return known
    if known is not None and code in DEATH_IS_EVENT:
        return Endpoint(code, name, known.phrase, known.outcome)
    return Endpoint(code, name, "without the event", "with the event")


def _letters(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalpha())
