"""Compute every number of the report again from the CSV files of this folder, and compare with expected.csv.

Run `python analysis.py` (or name other folders). It needs NumPy, and lifelines for the Cox models. It writes
numbers.csv, prints the largest difference of each section, and ends with 1 where a number differs or is missing.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
try:
    from compared import Recomputed
    from described import GUARD, read
except ModuleNotFoundError as missing:
    sys.exit(f"The package {missing.name} is not installed: pip install numpy lifelines")

COX = ("hazard ratios", "subgroups")
COLUMNS = ("section", "group", "quantity", "at")


def cell(text):
    """Return text as a cell of CSV that no spreadsheet runs as a formula."""
    text = f"'{text}" if GUARD.match(text) else text
    return '"' + text.replace('"', '""') + '"'


def written(value):
    """Return a number as text, and nothing where there is none."""
    return "" if value is None else repr(float(value))


def gap(found, expected):
    """Return the difference of two numbers, absolute or relative, whichever is smaller."""
    if found is None or expected is None:
        return 0.0 if found is expected else math.inf
    return abs(found - expected) / max(1.0, abs(expected))


def check(folder):
    """Recompute a folder, write numbers.csv and compare; return True where all agree."""
    print("Folder:", folder)
    found = Recomputed(folder).numbers
    lines = [",".join((*map(cell, key), written(value))) for key, value in found.items()]
    text = "\n".join([",".join((*COLUMNS, "value")), *lines, ""])
    (folder / "numbers.csv").write_text(text, encoding="utf-8", newline="")
    expected = {
        tuple(row[name] for name in COLUMNS): float(row["value"]) if row["value"] else None
        for row in read(folder / "expected.csv")
    }
    for key in [*(expected.keys() - found.keys()), *(found.keys() - expected.keys())]:
        print("missing in", "numbers.csv:" if key in expected else "expected.csv:", " | ".join(key))
    agree, largest = expected.keys() == found.keys(), {}
    for key in expected.keys() & found.keys():
        apart = gap(found[key], expected[key])
        before, count = largest.get(key[0], (0.0, 0))
        largest[key[0]] = max(before, apart), count + 1
        if apart > (1e-5 if key[0].startswith(COX) else 1e-6):
            agree = False
            print("differs:", " | ".join(key), "| expected", expected[key], "| found", found[key])
    for section, (apart, count) in sorted(largest.items()):
        print(f"{section}: {count} numbers, largest difference {apart:.1e}")
    compared = len(expected.keys() & found.keys())
    print(f"{compared} of {len(expected)} numbers compared:", "all agree" if agree else "NOT all agree")
    return agree


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    agreed = [check(Path(name)) for name in sys.argv[1:] or [HERE]]
    sys.exit(0 if all(agreed) else 1)
