"""Which settings, keys of a mapping and options of `import` have an effect on which files: the only list.

What has none is refused by name, with the reason. docs/import.md repeats the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Holding(StrEnum):
    """What a file holds: its format, and for a mapped one whether dates or times."""

    TABLES = "tables"
    WIDE = "wide"
    REDCAP = "redcap"
    WIDE_TIMES = "wide with endpoints"
    REDCAP_TIMES = "redcap with endpoints"
    ADTTE = "adtte"
    CBIOPORTAL = "cbioportal"

    @property
    def words(self) -> str:
        """What to call such a file in a sentence."""
        return {
            "tables": "source tables",
            "wide": "a wide table of dates",
            "redcap": "a REDCap export of dates",
            "wide with endpoints": "a wide table of times",
            "redcap with endpoints": "a REDCap export of times",
            "adtte": "ADTTE",
            "cbioportal": "cBioPortal's files",
        }[self.value]


MAPPED = (Holding.WIDE, Holding.REDCAP, Holding.WIDE_TIMES, Holding.REDCAP_TIMES)
DATED = (Holding.TABLES, Holding.WIDE, Holding.REDCAP)
TIMES = (Holding.WIDE_TIMES, Holding.REDCAP_TIMES, Holding.ADTTE, Holding.CBIOPORTAL)
EVERY = tuple(Holding)
WITH_DATES = (*DATED, Holding.ADTTE)


@dataclass(frozen=True, slots=True)
class Effect:
    """On which files a key or option works, and why it has no meaning for the others."""

    works: tuple[Holding, ...] = EVERY
    why_not: str = ""
    instead: str = "Take it out."

    def refusal(self, name: str, holding: Holding) -> str:
        """Return the sentences that refuse it for a file; empty where it works."""
        if holding in self.works:
            return ""
        return f"{name} has no meaning for {holding.words}: {self.why_not}. {self.instead}"


EVERYWHERE = Effect()
NO_DATES = "it holds no date that could lie after that day"
CHOOSES = "it chooses treatments by their {}, and this file holds times"
SETTINGS: Mapping[str, Effect] = {
    "title": EVERYWHERE,
    "notice": EVERYWHERE,
    "about": EVERYWHERE,
    "extracted": Effect(WITH_DATES, NO_DATES),
    "missing": EVERYWHERE,
    "modalities": EVERYWHERE,
    "not_recorded": Effect(DATED, "it names source tables, and this file holds times"),
    "baseline": Effect(TIMES, "the baseline of dated records is fixed, and known on the index date"),
    "eligibility.local_treatment": Effect(DATED, CHOOSES.format("date")),
    "eligibility.primary_sites": Effect(
        DATED, "it chooses patients of dated records, and this file holds times"
    ),
    "eligibility.metastatic": Effect(DATED, "it compares two dates, and this file holds times"),
    "eligibility.focal_only": Effect(DATED, CHOOSES.format("indication")),
    "eligibility.focal_indication": Effect(DATED, CHOOSES.format("indication")),
    "eligibility.window": Effect(DATED, CHOOSES.format("date")),
    "eligibility.excluded_modalities": Effect(
        DATED, "it chooses among dated treatments, and this file holds times"
    ),
}

NO_MAPPING = "its columns have their meaning by their names"
TIME_ONLY = "its columns are dates, not times"
MAPPING: Mapping[str, Effect] = {
    "patient_id": Effect(MAPPED, NO_MAPPING),
    "reading.encoding": Effect(MAPPED, NO_MAPPING),
    "reading.delimiter": Effect(MAPPED, NO_MAPPING),
    "reading.decimal": Effect(MAPPED, NO_MAPPING),
    "reading.missing": Effect(MAPPED, NO_MAPPING),
    "reading.date_format": Effect((Holding.WIDE, Holding.REDCAP), "no column of it is read as a date"),
    "reading.dates": Effect((Holding.WIDE, Holding.REDCAP), "no column of it is read as a date"),
    "groups": Effect((Holding.WIDE, Holding.REDCAP), "it is mapped by endpoints or by its own names"),
    "endpoints": Effect((Holding.WIDE_TIMES, Holding.REDCAP_TIMES), TIME_ONLY),
    "treatment": Effect(
        (Holding.WIDE_TIMES, Holding.REDCAP_TIMES),
        "a treatment of dated records is a row of local_treatments",
    ),
    "baseline": Effect(
        (Holding.WIDE_TIMES, Holding.REDCAP_TIMES),
        "the baseline of dated records is that of the patients table",
    ),
    "values": Effect(MAPPED, NO_MAPPING),
    "settings": Effect(MAPPED, NO_MAPPING),
}

ADTTE = (Holding.ADTTE,)
LEAVE = "Leave it out."
CNSR = "it explains AVAL and CNSR, columns of an ADTTE file"
OPTIONS: Mapping[str, Effect] = {
    "file": EVERYWHERE,
    "--dataset": EVERYWHERE,
    "--format": EVERYWHERE,
    "--extracted": Effect(WITH_DATES, NO_DATES, "Leave it out."),
    "--mapping": Effect(MAPPED, NO_MAPPING, "Leave it out, or say --format wide."),
    "--settings": EVERYWHERE,
    "--adsl": Effect(ADTTE, "ADSL lies beside ADTTE alone", LEAVE),
    "--dictionary": Effect(
        (Holding.REDCAP, Holding.REDCAP_TIMES), "a data dictionary lies beside a REDCap export alone", LEAVE
    ),
    "--samples": Effect(
        (Holding.CBIOPORTAL,), "a sample file lies beside cBioPortal's patient file alone", LEAVE
    ),
    "--encoding": EVERYWHERE,
    "--delimiter": EVERYWHERE,
    "--decimal": EVERYWHERE,
    "--sheet": Effect((*MAPPED, *ADTTE), "all tables of it are read", LEAVE),
    "--date-format": Effect((*DATED, *ADTTE), "no column of it is read as a date", LEAVE),
    "--time-unit": Effect(ADTTE, CNSR, LEAVE),
    "--competing-cnsr": Effect(ADTTE, CNSR, LEAVE),
    "--censored-cnsr": Effect(ADTTE, CNSR, LEAVE),
    "--treatment": Effect(
        (Holding.CBIOPORTAL,), "its treatment is named by its columns or by the mapping", "Leave it out."
    ),
    "--baseline": Effect(TIMES, "the baseline of dated records is fixed, and known on the index date", LEAVE),
    "--leave-out": EVERYWHERE,
    "--dry-run": EVERYWHERE,
    "--report": EVERYWHERE,
    "--json": EVERYWHERE,
}
