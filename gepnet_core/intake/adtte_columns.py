"""The columns of an ADTTE file that describe the patient: which are baseline, and how each is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gepnet_core.intake.warning_rules import MIXED_FROM, MIXED_SHARE
from gepnet_core.spelled import plain_number
from gepnet_core.vocabulary import TimeUnit

# Columns that describe the record of the event; what else is known only later is told in known_later.py.
NOT_BASELINE = frozenset(
    """
    AVALC AVALU ADY ADTM ADTF STARTDTM STARTDTF EVNTDESC CNSDTDSC CNSDTDTC PARAMN PARCAT1 PARCAT2
    SRCDOM SRCVAR SRCSEQ ASEQ ANL01FL
    """.split()
)
# The store's own names.
TAKEN = frozenset(
    "dataset_version patient_id modality index_date t_endpoint t_start t_days t_status t_reason".split()
)
EXPORTED_PARTS = ("days", "status", "reason")
MOST_KNOWN, LONGEST_KNOWN = 1_000, 200
# how a file spells its unit
UNITS = {
    word: unit
    for unit, words in {
        TimeUnit.DAYS: ("D", "DAY", "DAYS"),
        TimeUnit.WEEKS: ("W", "WK", "WEEK", "WEEKS"),
        TimeUnit.MONTHS: ("M", "MO", "MONTH", "MONTHS"),
        TimeUnit.YEARS: ("Y", "YR", "YEAR", "YEARS"),
    }.items()
    for word in words
}
MOST_ODD = 200  # of a thousand values, one in five: with more it is no column of numbers


def candidates(header: Sequence[str], core: Sequence[str]) -> dict[int, str]:
    """Return the columns that may be baseline, by their place: not ADTTE's own, not taken."""
    return {
        place: name
        for place, name in enumerate(header)
        if name not in core and name.upper() not in NOT_BASELINE and name.lower() not in TAKEN
    }


def exported_as(endpoints: Sequence[str]) -> set[str]:
    """Return the names, in lower case, that a cohort's own download gives to these endpoints."""
    return {f"{code}_{part}".lower() for code in endpoints for part in EXPORTED_PARTS}


@dataclass(frozen=True, slots=True)
class Odd:
    """The first value of a column of numbers that is none; `numbers` of `values` different ones are numbers."""

    line: int
    value: str
    numbers: int
    values: int


class KindSeen:
    """How a baseline column is stored and summarised, as far as its values were seen.

    "whole", "numeric" or "categorical"; a column of ids or codes such as 007 is categorical. Of its different
    values the first thousand are known; once what is left is plain, `see` returns at once.
    """

    def __init__(self, name: str) -> None:
        self.categorical = self._settled = name.upper().endswith("ID")
        self.whole = True
        self.filled = False
        self._known: set[str] = set()
        self._numbers = self._odd = 0
        self._first_odd = (0, "")

    def see(self, value: str, line: int) -> None:
        """Take one value into account; a value that was seen changes nothing."""
        if self._settled or not value or value in self._known:
            return
        if len(value) > LONGEST_KNOWN:  # a column with whole sentences is none of numbers
            self._settle()
            return
        full = len(self._known) >= MOST_KNOWN
        if not full:
            self._known.add(value)
        self.filled = True
        number = plain_number(value)
        coded = len(value) > 1 and value[0] == "0" and value[1] != "."  # 007 is a code, not a number
        if coded or abs(number) >= 2**53:  # nor is what a number cannot tell apart
            self._settle()
        elif number - number != 0.0:
            self.categorical = True
            self._odd += 1
            if self._odd == 1:
                self._first_odd = line, value
            if full or self._odd > MOST_ODD:
                self._settle(odd=self._odd)
        else:
            self.whole = self.whole and number == int(number)
            self._numbers += not full
            if full and self.categorical:
                self._settle(odd=self._odd)

    def _settle(self, odd: int = 0) -> None:
        self.categorical = self._settled = True
        self._odd = odd
        self._known.clear()

    @property
    def kind(self) -> str:
        """The kind so far."""
        if self.categorical or not self.filled:
            return "categorical"
        return "whole" if self.whole else "numeric"

    @property
    def odd(self) -> Odd | None:
        """The first value that is no number in a column of which most are, so that all of it is text."""
        values = self._numbers + self._odd
        if not self._odd or values < MIXED_FROM or self._numbers < MIXED_SHARE * values:
            return None
        return Odd(*self._first_odd, self._numbers, values)
