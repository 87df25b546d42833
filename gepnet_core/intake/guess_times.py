"""Times instead of dates: which columns are an endpoint's time and status. What a status means is never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gepnet_core.intake.cbioportal import NAMES
from gepnet_core.intake.mapping import TimeColumns
from gepnet_core.intake.profile import ColumnProfile
from gepnet_core.intake.synonyms import squashed
from gepnet_core.vocabulary import TimeUnit

UNITS = {
    TimeUnit.DAYS: ("days", "day", "tage", "tagen"),
    TimeUnit.WEEKS: ("weeks", "week", "wochen"),
    TimeUnit.MONTHS: ("months", "month", "mos", "mo", "monate", "monaten"),
    TimeUnit.YEARS: ("years", "year", "yrs", "jahre", "jahren"),
}
UNIT = re.compile(rf"(.*?)(?:in)?({'|'.join(word for words in UNITS.values() for word in words)})")
TIME = re.compile(r"(?:time(?:to)?)?(.*?)(?:time|zeit|duration|dauer)?")
STATUS_WORD = "status|stat|event|censored|censoring|censor|cens|cnsr|indicator|ereignis|zensiert|zensur"
STATUS = re.compile(rf"(?:(?:{STATUS_WORD})(.*)|(.*?)(?:{STATUS_WORD})(?:indicator)?)")
# these are times by their name alone, where a status stands beside them
CODES = {*map(str.casefold, NAMES), "efs", "rfs", "mfs", "ttp", "ttnst", "ttai", "survival"}
UNNAMED = {"", "fu", "followup", "surv", "survival", "lastfollowup"}
CODED = {"overallsurvival": "os", "progressionfreesurvival": "pfs", "diseasefreesurvival": "dfs"}
MOST_STATUSES = 10


def guess_times(profiled: Mapping[str, ColumnProfile]) -> tuple[list[TimeColumns], list[str]]:
    """Return the endpoints, without the meaning of any status, and the codes of those whose unit is not said.

    A time is a column of numbers, a status one of up to ten values; they belong together by what is left of
    their names: OS_months and OS_status, time and status, pfs and pfs_event.
    """
    times: dict[str, tuple[str, TimeUnit | None]] = {}
    statuses: dict[str, str] = {}
    for name, held in profiled.items():
        word = squashed(name)
        status = STATUS.fullmatch(word)
        if status and 0 < held.n_distinct <= MOST_STATUSES and not held.is_date:
            statuses.setdefault(_key(status[1] or status[2] or ""), name)
        elif held.number and not status:
            unit, rest = _unit(word)
            named = TIME.fullmatch(rest)
            key = _key(named[1] if named else rest)
            if unit or rest != key or key in CODES:
                times.setdefault(key, (name, unit))
    if "" in statuses and len(statuses) == len(times) == 1:
        statuses = dict.fromkeys(times, statuses[""])
    found, unsaid = [], []
    for key, (time, unit) in times.items():
        if key in statuses:
            code = key.upper() or "TIME"
            found.append(TimeColumns(code, NAMES.get(code, code), time, statuses[key], unit or TimeUnit.DAYS))
            if unit is None:
                unsaid.append(code)
    return found, unsaid


def _unit(word: str) -> tuple[TimeUnit | None, str]:
    """Return the unit that a heading ends in, and the heading without it."""
    parts = UNIT.fullmatch(word)
    if parts is None:
        return None, word
    return next(unit for unit, words in UNITS.items() if parts[2] in words), parts[1]


def _key(text: str) -> str:
    return "" if text in UNNAMED else CODED.get(text, text)
