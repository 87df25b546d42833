"""What a killed process leaves is removed at the next start; what is in use, or somebody else's, stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gepnet_core.leftovers import LOCK, PRINTING, sweep, working_folder
from gepnet_core.store import open_shelf
from gepnet_core.store.scratch import PREFIX
from gepnet_core.whole_file import PREFIX as PART
from gepnet_core.whole_file import writing
from tests.conftest import ROOT
from tests.served import WAYS, served


def left_behind(place: Path, name: str) -> Path:
    """Make a folder as a killed process leaves it."""
    folder = place / name
    folder.mkdir()
    for file in (LOCK, "upload.csv"):
        (folder / file).write_text("P0001", encoding="utf-8")
    return folder


def children(process: int) -> list[int]:
    """Return the processes that a process started, and what these started."""
    found = []
    for one in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, one.read_text(encoding="utf-8").split()):
            found += [child, *children(child)]
    return found


def is_running(pid: int) -> bool:
    """Return True where a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_opening_the_store_removes_what_killed_imports_left_and_nothing_in_use(shelf):
    left = left_behind(shelf.root, f"{PREFIX}killed")
    with working_folder(shelf.root, PREFIX) as used:
        again = left_behind(shelf.root, f"{PREFIX}again")
        open_shelf()
        assert used.is_dir()
        assert not left.exists()
        assert not again.exists()
    assert not used.exists()
    assert shelf.names() == ["synthetic"]


def test_a_folder_that_was_left_before_it_was_locked_is_removed(tmp_path):
    (tmp_path / "gepnet-x1").mkdir()
    sweep(tmp_path, "gepnet-x")
    assert list(tmp_path.iterdir()) == []


def test_a_link_and_a_folder_of_another_name_stay(tmp_path):
    other = left_behind(tmp_path, "other")
    (tmp_path / "gepnet-x-link").symlink_to(other)
    sweep(tmp_path, "gepnet-x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gepnet-x-link", "other"]
    assert (other / "upload.csv").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
def test_the_folder_of_another_user_stays(tmp_path):
    folder = left_behind(tmp_path, "gepnet-x1")
    os.chown(folder, 12_345, 12_345)
    sweep(tmp_path, "gepnet-x")
    assert (folder / "upload.csv").exists()


def test_no_folder_to_sweep_is_no_error(tmp_path):
    sweep(tmp_path / "none", "gepnet-x")


def test_an_export_removes_what_a_killed_one_left_in_its_folder_and_not_one_that_goes_on(tmp_path):
    left = tmp_path / f"{PART}abc"
    left.write_text("P0001", encoding="utf-8")
    with writing(tmp_path / "one.csv", ending=".csv") as one:
        assert not left.exists()
        one.write(b"1")
        with writing(tmp_path / "two.csv", ending=".csv") as two:
            two.write(b"2")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"one.csv": b"1", "two.csv": b"2"}


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_a_killed_import_ends_its_reader_and_its_files_go_when_the_store_is_opened(shelf, tmp_path):
    path = tmp_path / "large.csv"
    with path.open("w", encoding="utf-8") as handle:
        handle.write("USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR\n")
        handle.writelines(
            f"P{n},{'ab'[n % 2]},OS,Survival,{n % 900 + 1},DAYS,{n % 2}\n" for n in range(200_000)
        )
    command = [sys.executable, "-m", "gepnet_core", "import", str(path), "--dataset", "trial"]
    readers: list[int] = []
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as importing:
        until = time.monotonic() + 60
        left = []
        while (len(readers) < 2 or not left) and time.monotonic() < until:
            readers = children(importing.pid)
            left = [file for file in shelf.root.glob(f"{PREFIX}*/*") if file.name != LOCK]
            time.sleep(0.02)
        assert importing.poll() is None
        importing.send_signal(signal.SIGKILL)
    assert len(readers) >= 2  # the reader, and the job
    until = time.monotonic() + 10
    while any(map(is_running, readers)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(is_running, readers))
    assert left
    assert list(shelf.root.glob(f"{PREFIX}*"))
    code = "from gepnet_core.store import open_shelf; open_shelf()"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    assert list(shelf.root.glob(f"{PREFIX}*")) == []
    assert shelf.names() == ["synthetic"]


@pytest.mark.parametrize("way", WAYS)
def test_the_server_removes_what_was_left_when_it_starts(way, tmp_path):
    data, temporary = tmp_path / "data", tmp_path / "temporary"
    data.mkdir()
    temporary.mkdir()
    left = [left_behind(data, f"{PREFIX}killed"), left_behind(temporary, f"{PRINTING}killed")]
    with served(way, tmp_path, GEPNET_DATA_DIR=str(data), TMPDIR=str(temporary)):
        assert not any(folder.exists() for folder in left)  # nobody has opened a page
