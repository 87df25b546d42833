"""The columns of an ADTTE file that describe the patient: which are baseline, and how each is stored."""

from __future__ import annotations

from collections.abc import Sequence

from gepnet_core.view import plain_number

# Columns that describe the record of the event, or that are known only after time zero.
NOT_BASELINE = frozenset(
    """
    AVALC AVALU ADY ADTM ADTF STARTDTM STARTDTF EVNTDESC CNSDTDSC CNSDTDTC PARAMN PARCAT1 PARCAT2
    SRCDOM SRCVAR SRCSEQ ASEQ ANL01FL TRTEDT TRTEDTM TRTDUR TRTDURD EOSDT EOSSTT EOTSTT DCSREAS
    DTHDT DTHDTC DTHFL LSTALVDT LASTCNDT
    """.split()
)
# The store's own names.
TAKEN = frozenset(
    "dataset_version patient_id modality index_date t_endpoint t_start t_days t_status t_reason".split()
)
EXPORTED_PARTS = ("days", "status", "reason")
MOST_KNOWN = 1_000


def candidates(header: Sequence[str], core: Sequence[str]) -> dict[int, str]:
    """Return the columns that may be baseline, by their place: not ADTTE's own, not known later, not taken."""
    return {
        place: name
        for place, name in enumerate(header)
        if name not in core and name.upper() not in NOT_BASELINE and name.lower() not in TAKEN
    }


def exported_as(endpoints: Sequence[str]) -> set[str]:
    """Return the names, in lower case, that a cohort's own download gives to these endpoints."""
    return {f"{code}_{part}".lower() for code in endpoints for part in EXPORTED_PARTS}


class KindSeen:
    """How a baseline column is stored and summarised, as far as its values were seen.

    "whole", "numeric" or "categorical"; a column of ids or codes such as 007 is categorical.
    """

    def __init__(self, name: str) -> None:
        self.categorical = name.upper().endswith("ID")
        self.whole = True
        self.filled = False
        self._known: set[str] = set()

    def see(self, value: str) -> None:
        """Take one value into account; a value that was seen changes nothing."""
        if self.categorical or not value or value in self._known:
            return
        if len(self._known) < MOST_KNOWN:
            self._known.add(value)
        self.filled = True
        number = plain_number(value)
        coded = len(value) > 1 and value[0] == "0" and value[1] != "."  # 007 is a code, not a number
        if number - number != 0.0 or coded or abs(number) >= 2**53:  # nor is what a number cannot tell apart
            self.categorical = True
            self._known.clear()
        else:
            self.whole = self.whole and number == int(number)

    @property
    def kind(self) -> str:
        """The kind so far."""
        if self.categorical or not self.filled:
            return "categorical"
        return "whole" if self.whole else "numeric"
