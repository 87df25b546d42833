"""Invented trials of any size."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from pathlib import Path

STRATA = ("resection", "RFA", "EBRT", "HAE")
SEED = 20140110


def write_trial(path: Path, patients: int, *, columns: int = 0) -> Path:
    """Write an ADTTE file of `patients` over 2,500 distinct days, with baseline columns of four values each."""
    draw = random.Random(SEED)
    names = [f"C{number:02d}" for number in range(columns)]
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow([*"USUBJID TRTP PARAMCD PARAM AVAL AVALU CNSR STARTDT ADT".split(), *names])
        for number in range(patients):
            days = int(draw.expovariate(1 / 600)) % 2500 + 1
            start = date(2014, 1, 1) + timedelta(days=draw.randrange(1200))
            writer.writerow(
                [
                    *(f"S{number:07d}", draw.choice(STRATA), "TTE", "Time to event"),
                    *(days, "DAYS", draw.randrange(2), start, start + timedelta(days=days)),
                    *draw.choices("abcd", k=columns),
                ]
            )
    return path
