"""The columns of an ADTTE file that describe the patient: which are baseline, and how each is stored."""

from __future__ import annotations

from collections.abc import Sequence

from gepnet_core.contract import Value, parse_number
from gepnet_core.errors import OptionRefused

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


def candidates(header: Sequence[str], core: Sequence[str], endpoints: Sequence[str]) -> dict[int, str]:
    """Return the columns that may be baseline, by their place: not ADTTE's own, not known later, not taken."""
    exported = {f"{code}_{part}".lower() for code in endpoints for part in EXPORTED_PARTS}
    return {
        place: name
        for place, name in enumerate(header)
        if name not in core
        and name.upper() not in NOT_BASELINE
        and name.lower() not in TAKEN
        and name.lower() not in exported
    }


def kind(name: str, values: Sequence[str]) -> str:
    """Return "whole", "numeric" or "categorical": how a baseline column is stored and summarised."""
    filled = [value for value in values if value]
    if not filled or name.upper().endswith("ID"):
        return "categorical"
    whole = True
    for value in filled:
        try:
            number = parse_number(value)
        except OptionRefused:
            return "categorical"
        coded = len(value) > 1 and value[0] == "0" and value[1] != "."  # 007 is a code, not a number
        if coded or abs(number) >= 2**53:  # nor is what a number could not tell apart
            return "categorical"
        whole = whole and number == int(number)
    return "whole" if whole else "numeric"


def typed(text: str, stored_as: str) -> Value:
    """Return a baseline value as it is stored; an empty cell is None."""
    if not text:
        return None
    return int(float(text)) if stored_as == "whole" else float(text) if stored_as == "numeric" else text
