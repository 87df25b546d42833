"""An import that is killed, or runs out of space, leaves the old version or the new one, and nothing between."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gepnet_core.intake.request import Format, Request
from gepnet_core.store import Shelf, open_dataset
from gepnet_core.store.build import build, prepare
from gepnet_core.store.scratch import PREFIX, scratch_folder

ROOT = Path(__file__).resolve().parents[1]
SEED = 20261126
HEADER = "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,STARTDT,ADT,AGE\n"
Tables = dict[str, list[tuple[Any, ...]]]


def trial(folder: Path, days: int) -> Path:
    """Write an ADTTE file of twenty patients."""
    rows = [
        f"P{n:02},{'drug' if n % 2 else 'placebo'},OS,Overall survival,{days},DAYS,{n % 3 % 2},,"
        f"2014-01-01,2014-01-{days + 1:02},{50 + n}\n"
        for n in range(20)
    ]
    path = folder / f"trial-{days}.csv"
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def held(shelf: Shelf) -> dict[str, bytes]:
    """Return the files of the trial that are not hidden, with their bytes."""
    folder = shelf.root / "trial"
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


def tables(shelf: Shelf, version: str | None = None) -> Tables:
    """Return every row of every table of a version."""
    database = open_dataset(shelf, "trial", version).database
    names = database.rows(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables ORDER BY 1"
    )
    return {name: database.rows(f"FROM {name} ORDER BY ALL") for (name,) in names}


@dataclass(frozen=True)
class Clean:
    """What undisturbed imports leave: the shelf with the first file, and the tables of both versions."""

    root: Path
    first: Path
    second: Path
    old: str
    new: str
    tables: dict[str, Tables]
    files: dict[str, bytes]

    def copy(self, folder: Path) -> Shelf:
        """Return a shelf of its own with the old version."""
        shutil.copytree(self.root, folder)
        return Shelf(folder)

    def check(self, shelf: Shelf) -> str:
        """Return the current version, which must be whole, beside the old one as it was."""
        found = held(shelf)
        assert {name: found[name] for name in self.files if name != "current.json"} == {
            name: content for name, content in self.files.items() if name != "current.json"
        }
        assert set(found) - set(self.files) <= {f"{self.new}.duckdb", f"{self.new}.json"}
        if found["current.json"] == self.files["current.json"]:
            return self.old  # by the same bytes as before, its tables too
        assert shelf.current("trial").version == self.new
        assert tables(shelf) == self.tables[self.new]
        return self.new

    def imports_again(self, shelf: Shelf) -> None:
        """Import the second file; it must work and leave nothing else behind."""
        build(shelf, "trial", Request(self.second, Format.ADTTE))
        assert self.check(shelf) == self.new
        assert sorted(held(shelf)) == sorted([*self.files, f"{self.new}.duckdb", f"{self.new}.json"])
        assert leftovers(shelf) == []


def leftovers(shelf: Shelf) -> list[str]:
    """Return what an import makes for itself and should be gone."""
    scratch = [path.name for path in shelf.root.glob(f"{PREFIX}*")]
    return scratch + [path.name for path in (shelf.root / "trial").glob(".*") if path.name != ".lock"]


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> Clean:
    """Two versions, imported without disturbance."""
    folder = tmp_path_factory.mktemp("clean")
    first, second = trial(folder, 10), trial(folder, 11)
    root = folder / "data"
    versions = [
        build(Shelf(root), "trial", Request(path, Format.ADTTE))[0].version for path in (first, second)
    ]
    found = {version: tables(Shelf(root), version) for version in versions}
    shutil.rmtree(root)
    build(Shelf(root), "trial", Request(first, Format.ADTTE))
    return Clean(root, first, second, *versions, found, held(Shelf(root)))


def test_the_two_files_are_two_versions_of_different_tables(clean):
    assert clean.old != clean.new
    old, new = clean.tables[clean.old], clean.tables[clean.new]
    assert {name for name in old if old[name] != new[name]} == {
        "main.meta", "main.time_to_event", "main.times", "source.adtte",
    }  # fmt: skip
    assert [row[3] for row in new["main.time_to_event"]] == [11] * 20
    assert sorted(clean.files) == ["current.json", f"{clean.old}.duckdb", f"{clean.old}.json"]


# killed

# The same command in a process that has its modules loaded: half of an import's time is Python's start.
WARM = """
import json, os, resource, sys
import pandas  # which the database would load in every child
from gepnet_core.cli import main
for line in sys.stdin:
    told = json.loads(line)
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.environ["GEPNET_DATA_DIR"] = told["root"]
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(0, 1)
        os.dup2(theirs, 2)
        if told["most"] is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (told["most"], told["most"]))
        os._exit(main(["import", told["path"], "--dataset", "trial"]))
    print(child, flush=True)
    os.close(theirs)
    with open(ours) as heard:
        said = heard.read()
    print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said]), flush=True)
"""


class Cold:
    """Starts `python -m gepnet_core import`, as a person would."""

    @contextmanager
    def __call__(self, shelf: Shelf, path: Path) -> Iterator[tuple[int, Callable[[], int]]]:
        """Start an import in a process group of its own; yield its id, and what waits for its exit code."""
        process = subprocess.Popen(
            [sys.executable, "-m", "gepnet_core", "import", str(path), "--dataset", "trial"],
            cwd=ROOT,
            env={**os.environ, "GEPNET_DATA_DIR": str(shelf.root)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield process.pid, lambda: process.wait(60)
        finally:
            process.kill()
            process.wait()


class Warm:
    """Starts the same in a process that loads nothing first, one at a time; `said` is the last standard error.

    `most` forbids the import, and all that it starts, to write a file beyond this size.
    """

    def __init__(self) -> None:
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "-c", WARM], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def told(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def wait(self) -> int:
        code, self.said = self.told()
        return int(code)

    @contextmanager
    def __call__(
        self, shelf: Shelf, path: Path, most: int | None = None
    ) -> Iterator[tuple[int, Callable[[], int]]]:
        """Start an import; yield its id, and what waits for its exit code."""
        assert self.process.stdin is not None
        told = {"root": str(shelf.root), "path": str(path), "most": most}
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        yield self.told(), self.wait

    def close(self) -> None:
        """End the process that waits."""
        self.process.communicate()


def members(group: int) -> list[int]:
    """Return the processes of a group that still run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, _, of = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
            except OSError:
                continue
            if int(of) == group and state != "Z":
                found.append(int(entry.name))
    return found


Start = Callable[[Shelf, Path], Any]


def killed_after(clean: Clean, start: Start, folder: Path, seconds: float) -> tuple[str, int, bool]:
    """Kill an import after a while; return what is current then, how many processes it had, and what it left."""
    shelf = clean.copy(folder)
    with start(shelf, clean.second) as (process, wait):
        time.sleep(seconds)
        running = members(process)
        with suppress(ProcessLookupError):  # it may be done
            os.kill(process, signal.SIGKILL)
        assert wait() in (0, -signal.SIGKILL)
    for _ in range(2_000):
        if not members(process):
            break
        time.sleep(0.01)
    assert members(process) == []
    current, left = clean.check(shelf), bool(leftovers(shelf))
    if current == clean.new or int(folder.name) % 3 == 0:
        clean.imports_again(shelf)
    else:
        with scratch_folder(shelf.root):  # as any import begins
            assert len(list(shelf.root.glob(f"{PREFIX}*"))) == 1
    shutil.rmtree(folder)
    return current, len(running), left


def undisturbed(clean: Clean, start: Start, folder: Path) -> float:
    """Return the seconds that an import takes which nobody kills."""
    shelf = clean.copy(folder)
    begun = time.monotonic()
    with start(shelf, clean.second) as (_, wait):
        assert wait() == 0
    spent = time.monotonic() - begun
    assert clean.check(shelf) == clean.new
    assert leftovers(shelf) == []
    return spent


@pytest.fixture(scope="module")
def warm() -> Iterator[list[Warm]]:
    """Two processes that wait to start an import."""
    found = [Warm(), Warm()]
    yield found
    for one in found:
        one.close()


@pytest.mark.parametrize(
    ("kind", "kills"),
    [
        pytest.param("cold", 4, id="started-as-a-person-would"),
        pytest.param("warm", 26, id="started-with-its-modules-loaded"),
    ],
)
def test_an_import_killed_at_any_moment_leaves_the_old_version_or_the_new_one(
    clean, warm, tmp_path, kind, kills
):
    chance = random.Random(SEED)
    ways = warm if kind == "warm" else [Cold(), Cold()]

    def both(one: int) -> list[tuple[str, int, bool]]:
        return [
            killed_after(
                clean, ways[one], tmp_path / str(number), duration * (number + chance.random()) / kills
            )
            for number in range(one, kills, 2)
        ]

    with ThreadPoolExecutor(2) as pool:  # as many at once as when they are killed
        spent = pool.map(lambda one: undisturbed(clean, ways[one], tmp_path / f"{one}-undisturbed"), (0, 1))
        duration = max(spent)
        found = [one for half in pool.map(both, (0, 1)) for one in half]
    assert len(found) == kills
    assert found[0][0] == clean.old
    if kind == "warm":  # so many that some fall between its first file and its last, however busy the machine
        assert sum(left for _, _, left in found) >= 3
        assert max(processes for _, processes, _ in found) >= 2  # the command and the reader, or its job too


# killed at every step of publishing

# Ends itself before the k-th call that changes a file or makes it last, in a copy of its own for each k.
STEPS = """
import json, os, sys
from pathlib import Path
from gepnet_core.store import Shelf, publish
from gepnet_core.store.versions import Current

CALLS = "replace fsync unlink open rename".split()


def ending_at(k):
    count = 0

    def counted(call):
        def run(*args, **options):
            nonlocal count
            count += 1
            if count == k:
                os._exit(9)
            return call(*args, **options)
        return run

    for name in CALLS:
        setattr(os, name, counted(getattr(os, name)))


for line in sys.stdin:
    told = json.loads(line)
    child = os.fork()
    if child == 0:
        ending_at(told["k"])
        publish(Shelf(Path(told["root"])), "trial", Path(told["built"]), Current(**told["current"]))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.mark.parametrize(
    ("there", "least"),
    [
        pytest.param(False, 8, id="a-new-version"),
        pytest.param(True, 7, id="a-version-that-is-there-already"),
    ],
)
def test_publishing_that_ends_before_any_of_its_steps_leaves_one_version_or_the_other(
    clean, tmp_path, there, least
):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    found = prepare(Request(clean.second, Format.ADTTE), scratch)
    assert found.path is not None
    assert found.current is not None
    start = clean.copy(tmp_path / "start")
    if there:
        build(start, "trial", Request(clean.second, Format.ADTTE))
        build(start, "trial", Request(clean.first, Format.ADTTE))
        assert clean.check(start) == clean.old
    driver = subprocess.Popen(
        [sys.executable, "-c", STEPS], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert driver.stdin is not None
    assert driver.stdout is not None
    seen = []
    for k in range(1, 40):
        shelf = Shelf(tmp_path / str(k))
        shutil.copytree(start.root, shelf.root)
        with scratch_folder(shelf.root) as left:  # what a killed import leaves, with nobody in it
            shutil.copytree(left, shelf.root / f"{PREFIX}killed")
        built = shutil.copy(found.path, shelf.root / f"{PREFIX}killed")
        told = {"k": k, "root": str(shelf.root), "built": str(built), "current": found.current.to_json()}
        driver.stdin.write(json.dumps(told) + "\n")
        driver.stdin.flush()
        code = int(driver.stdout.readline())
        assert code in (0, 9), k
        seen.append(clean.check(shelf))
        if code == 0:
            break
        if k % 3 == 0:
            clean.imports_again(shelf)
    driver.communicate()
    assert code == 0
    assert len(seen) > least
    assert seen == [clean.old] * seen.count(clean.old) + [clean.new] * seen.count(clean.new)
    assert seen.count(clean.new) >= 2  # the last step makes it last; before it, it is current


# no space left

NO_SPACE = "The data folder has no space left. Free some; nothing was changed.\n"


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[bool]:
    """Mount a small file system at a folder; yield False where that is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    allowed = shutil.which("mount") is not None and subprocess.run(mount, capture_output=True).returncode == 0
    try:
        yield allowed
    finally:
        if allowed:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def refused_for_space(clean: Clean, start: Warm, shelf: Shelf, most: int | None = None) -> None:
    """Import the second file, for which there is no space."""
    with start(shelf, clean.second, most) as (_, wait):
        assert (wait(), start.said) == (2, NO_SPACE)
    assert clean.check(shelf) == clean.old
    assert tables(shelf) == clean.tables[clean.old]
    assert leftovers(shelf) == []


@pytest.mark.parametrize(
    "free",
    [pytest.param(free, id=f"{free >> 10}-KiB-free") for free in (0, 4096, 24 << 10, 1 << 20, 2_300_000)],
)
def test_a_full_disk_is_said_in_one_line_and_changes_nothing(clean, warm, tmp_path, free):
    with small_disk(tmp_path / "disk", 8 << 20) as mounted:
        shelf = clean.copy(tmp_path / "disk" / "data")
        filler = tmp_path / "disk" / "filler"
        if mounted:
            room = os.statvfs(tmp_path / "disk")
            with filler.open("wb") as handle:
                handle.write(b"\0" * (room.f_bavail * room.f_frsize - free))
        refused_for_space(clean, warm[0], shelf, None if mounted else max(free, 1))
        filler.unlink(missing_ok=True)
        clean.imports_again(shelf)
        shutil.rmtree(shelf.root)


@pytest.mark.parametrize(
    "most", [pytest.param(most, id=f"{most}-bytes-a-file") for most in (1, 100_000, 2_000_000)]
)
def test_a_bound_on_the_size_of_files_is_said_in_one_line_and_changes_nothing(clean, warm, tmp_path, most):
    shelf = clean.copy(tmp_path / "data")
    refused_for_space(clean, warm[0], shelf, most)
    clean.imports_again(shelf)
