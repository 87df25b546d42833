"""What the import of a large ADTTE file costs: time, and the peak memory of each process.

The process that was called hands the file to another, which reads it and writes the version; both are measured.
Ten times the rows may take ten times as long, but not ten times the memory. The last file has a row a patient and
many baseline columns.

    python -m bench.import_adtte [ROWS | ROWSxCOLUMNS ...]      COLUMNS: baseline columns, a row a patient
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.invented import write_trial

SIZES = ("100000", "1000000", "1000000x23")
HEADER = "STUDYID,USUBJID,SEX,AGE,SITE,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,STARTDT,ADT"
READER = "gepnet_core.importer.worker"
LOOKS = 0.05  # seconds between two looks at the processes


@dataclass(frozen=True)
class Cost:
    """Seconds, and the peak memory of the process that was called and of the one that reads, in MiB."""

    seconds: float
    caller: float
    reader: float


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


def imported(path: Path, data_dir: Path) -> Cost:
    """Import a file by the command line and return what it cost; raise where the import fails."""
    command = [sys.executable, "-m", "gepnet_core", "import", str(path), "--dataset", "large"]
    begun = time.perf_counter()
    caller, reader = 0.0, 0.0
    with subprocess.Popen(
        command, env={**os.environ, "GEPNET_DATA_DIR": str(data_dir)}, stdout=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            for name, peak in _peaks(process.pid):
                caller, reader = (caller, max(reader, peak)) if name else (max(caller, peak), reader)
            time.sleep(LOOKS)
    if process.returncode:
        raise SystemExit(f"The import of {path.name} failed with code {process.returncode}.")
    return Cost(time.perf_counter() - begun, caller, reader)


def _peaks(pid: int) -> Iterator[tuple[bool, float]]:
    """Yield, for a process and all below it, whether it is the reader and its peak memory in MiB."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    except (FileNotFoundError, ProcessLookupError):
        return  # it has just ended
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            yield READER in command, int(line.split()[1]) / 1024
    for child in children:
        yield from _peaks(int(child))


def main(arguments: Sequence[str] | None = None) -> None:
    """Import files of all sizes and print what each took."""
    parser = argparse.ArgumentParser(prog="python -m bench.import_adtte", allow_abbrev=False)
    parser.add_argument("sizes", nargs="*", default=SIZES, metavar="ROWS[xCOLUMNS]")
    plain: list[Cost] = []
    with tempfile.TemporaryDirectory() as scratch:
        for size in parser.parse_args(arguments).sizes:
            rows, _, columns = size.partition("x")
            path = Path(scratch) / f"{size}.csv"
            if columns:
                write_trial(path, int(rows), columns=int(columns))
            else:
                write(path, int(rows))
            cost = imported(path, Path(scratch) / f"data{size}")
            print(
                f"{int(rows):>9,} rows, {columns or 4:>2} baseline columns ({path.stat().st_size >> 20} MiB): "
                f"{cost.seconds:6.1f} s, peak MiB: reader {cost.reader:4.0f}, caller {cost.caller:4.0f}",
                flush=True,
            )
            if not columns:
                plain.append(cost)
    if len(plain) > 1:
        first, last = plain[0], plain[-1]
        print(
            f"last against first: {last.seconds / first.seconds:.1f} x the time, "
            f"{last.reader / first.reader:.1f} x the memory of the reader"
        )


if __name__ == "__main__":
    main()
