"""The words of the field, spelled once: stored value, label, and the sentence each stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum

DAYS_PER_MONTH = 30.4375
DATASET_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
NOT_RECORDED = "not recorded"
WHOLE_COHORT = "all"
CUT_OFF_REASON = "data cut-off"
DEFAULT_TIMES_MONTHS = (6.0, 12.0, 24.0, 36.0)


class Status(IntEnum):
    """What ended a time: the reverse of CDISC's CNSR, with competing deaths apart."""

    CENSORED = 0
    EVENT = 1
    COMPETING_DEATH = 2


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

    @property
    def label(self) -> str:
        """The words on the control."""
        return {"censor": "censor (as published)", "event": "count as event"}[self.value]


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


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A time to event, with the words that axis and sentences use.

    `phrase` says what S(t) is the share of ("still without new systemic therapy").
    """

    code: str
    name: str
    phrase: str

    def under(self, death: DeathRule, competing: int) -> Endpoint:
        """Return the endpoint as it is called when `competing` deaths count under the rule `death`."""
        if death is DeathRule.CENSOR or competing == 0:
            return self
        return Endpoint(self.code, f"{self.name} or death", f"alive and {self.phrase}")


STUDY_ENDPOINTS = {
    endpoint.code: endpoint
    for endpoint in (
        Endpoint("TTNST", "Time to new systemic therapy", "still without new systemic therapy"),
        Endpoint("TTAI", "Time to any additional intervention", "without any further intervention"),
        Endpoint("PFS", "Progression-free survival", "alive without progression"),
        Endpoint("OS", "Overall survival", "alive"),
    )
}


def endpoint_named(code: str, name: str) -> Endpoint:
    """Return the study's endpoint of this code, or one for an imported parameter of this name."""
    known = STUDY_ENDPOINTS.get(code)
    return known if known is not None else Endpoint(code, name, "without the event")
