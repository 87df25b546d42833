"""Every benchmark runs to its end at a small size, by the one command that runs them all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import BENCHMARKS

ROOT = Path(__file__).resolve().parents[1]
WITH_BROWSER = {"click_to_curve"}
LAST_LINES = {
    "counts_to_curves": "    1,000 ",
    "import_adtte": "last against first: ",
    "click_to_curve": "           ratio: ",
}


def small(*names: str) -> subprocess.CompletedProcess[str]:
    """Run benchmarks at small sizes."""
    command = [sys.executable, "-m", "bench", "--small", *names]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)


def test_the_command_knows_every_benchmark():
    found = {
        path.stem
        for path in (ROOT / "bench").glob("*.py")
        if '__name__ == "__main__"' in path.read_text(encoding="utf-8") and path.stem != "__main__"
    }
    assert found == set(BENCHMARKS) == set(LAST_LINES)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.browser] if name in WITH_BROWSER else [], id=name)
        for name in BENCHMARKS
    ],
)
def test_a_benchmark_runs_to_its_end(name):
    done = small(name)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith(LAST_LINES[name])


def test_a_benchmark_that_fails_is_told_and_ends_the_command():
    unknown = small("none")
    assert (unknown.returncode, "there is no benchmark 'none'" in unknown.stderr) == (2, True)
    command = [sys.executable, "-m", "bench.import_adtte", "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "has no row below the header" in done.stderr
    assert done.stderr.splitlines()[-1] == "The import of 0.csv failed with code 2."
