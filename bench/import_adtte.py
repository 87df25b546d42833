"""What the import of a large ADTTE file costs: time and peak memory of 1,000,000 rows against 100,000.

Run it with `python -m bench.import_adtte`. Ratios in one run on one machine: ten times the rows may take ten
times as long, but not ten times the memory.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (100_000, 1_000_000)
HEADER = "STUDYID,USUBJID,SEX,AGE,SITE,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,STARTDT,ADT"
CHILD = """
import resource, subprocess, sys
command = [sys.executable, "-m", "gepnet_core", "import", *sys.argv[1:]]
code = subprocess.run(command, stdout=subprocess.DEVNULL).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""


def write(path: Path, rows: int) -> None:
    """Write an ADTTE file: two endpoints a patient, whole days, dates that agree."""
    chance = random.Random(1)
    with path.open("w", encoding="utf-8") as handle:
        handle.write(HEADER + "\n")
        for patient in range(rows // 2):
            sex, age, arm = chance.choice("FM"), chance.randint(30, 85), chance.choice("ABCD")
            start = f"20{chance.randint(10, 16)}-{chance.randint(1, 12):02}-01"
            days = 0
            for code, name in (("PFS", "Progression-free survival"), ("OS", "Overall survival")):
                days, cnsr = days + chance.randint(0, 2000), chance.randint(0, 1)
                handle.write(
                    f"S1,P{patient:07},{sex},{age},{patient % 40},{arm},{code},{name},{days},DAYS,{cnsr},"
                    f"{'EVENT' if cnsr == 0 else 'CENSORED'},{start},\n"
                )


def main() -> None:
    """Import both sizes and print what each took."""
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        for rows in SIZES:
            path = Path(scratch) / f"{rows}.csv"
            write(path, rows)
            environment = {**os.environ, "GEPNET_DATA_DIR": str(Path(scratch) / f"data{rows}")}
            begun = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", CHILD, str(path), "--dataset", "large"],
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            )
            seconds, mib = time.perf_counter() - begun, int(done.stdout) / 1024
            found.append((seconds, mib))
            print(f"{rows:>9,} rows ({path.stat().st_size >> 20} MiB): {seconds:6.1f} s, peak {mib:6.0f} MiB")
    times, memory = found[1][0] / found[0][0], found[1][1] / found[0][1]
    print(f"ten times the rows: {times:.1f} x the time, {memory:.1f} x the memory")


if __name__ == "__main__":
    main()
