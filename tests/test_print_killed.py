"""A browser that prints ends with the process that asked for it, also where that one is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gepnet_core.leftovers import PRINTING, sweep
from gepnet_core.report.pdf import printed_pdf
from tests.conftest import ROOT

CHROMIUM = Path("/usr/bin/chromium")
OPEN = "from gepnet_core.store import open_shelf; open_shelf()"


def is_running(pid: int) -> bool:
    """Return True where a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's signal at a parent's death is Linux's")
def test_the_browser_of_a_killed_process_ends(tmp_path):
    told = tmp_path / "pid"
    browser = tmp_path / "browser"
    browser.write_text(
        f"#!/bin/sh\necho $$ > {told}.part\nmv {told}.part {told}\nexec sleep 60\n", encoding="utf-8"
    )
    browser.chmod(0o700)
    code = "from gepnet_core.report.pdf import printed_pdf; printed_pdf('<p>')"
    environment = {**os.environ, "GEPNET_BROWSER": str(browser), "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment) as asking:
        until = time.monotonic() + 30
        while not told.exists() and time.monotonic() < until:
            time.sleep(0.05)
        pid = int(told.read_text(encoding="utf-8"))
        assert is_running(pid)
        asking.send_signal(signal.SIGKILL)
    until = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_running(pid)


def naming(text: str) -> list[str]:
    """Return the command lines, among all running processes, that hold a text."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # no process, or ended meanwhile
            continue
        if text in command:
            found.append(command)
    return found


def ends_within(seconds: float, is_so) -> bool:
    """Wait until something is so; return False where it is not after some seconds."""
    until = time.monotonic() + seconds
    while not (now := is_so()) and time.monotonic() < until:
        time.sleep(0.05)
    return bool(now)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_what_a_browser_started_ends_where_its_starter_and_itself_were_killed(tmp_path):
    told = tmp_path / "pid"
    browser = tmp_path / "browser"  # a launcher that does not become the browser
    browser.write_text(
        f"#!/bin/sh\nsleep 60 &\necho $! > {told}.part\nmv {told}.part {told}\nwait\n", encoding="utf-8"
    )
    browser.chmod(0o700)
    code = "from gepnet_core.report.pdf import printed_pdf; printed_pdf('<p>')"
    environment = {**os.environ, "GEPNET_BROWSER": str(browser), "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment) as asking:
        assert ends_within(30, told.exists)
        pid = int(told.read_text(encoding="utf-8"))
        time.sleep(0.5)  # the one that watches is started just after the browser
        assert is_running(pid)
        asking.send_signal(signal.SIGKILL)
    assert ends_within(10, lambda: not is_running(pid))


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose name is so short that the browser's socket can stand in it."""
    with tempfile.TemporaryDirectory(prefix="t-", dir="/tmp") as name:
        yield Path(name)


@pytest.mark.browser
@pytest.mark.skipif(sys.platform != "linux" or not CHROMIUM.exists(), reason="Debian's chromium is not here")
@pytest.mark.usefixtures("data_dir")
def test_a_killed_report_leaves_no_browser_and_its_files_go_at_the_next_start(short_folder):
    folder = short_folder
    (folder / "gepnet-of-somebody-else").mkdir()
    code = "from gepnet_core.report.pdf import printed_pdf; printed_pdf('<p>P0001</p><script>for(;;){}</script>')"
    environment = {**os.environ, "GEPNET_BROWSER": str(CHROMIUM), "TMPDIR": str(folder)}
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment) as asking:
        try:
            assert ends_within(30, lambda: any("--type=renderer" in one for one in naming(str(folder))))
            (left,) = folder.glob(f"{PRINTING}*")
            sweep(folder, PRINTING)  # another process starts meanwhile
            assert (left / "report.html").exists()
        finally:
            asking.send_signal(signal.SIGKILL)
    assert ends_within(10, lambda: not naming(str(folder)))
    assert (left / "report.html").exists()
    assert left.stat().st_mode & 0o777 == 0o700
    subprocess.run([sys.executable, "-c", OPEN], cwd=ROOT, env=environment, check=True)
    assert [path.name for path in folder.iterdir()] == ["gepnet-of-somebody-else"]


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not here")
def test_a_temporary_folder_of_a_long_name_is_no_hindrance(tmp_path, monkeypatch):
    folder = tmp_path / ("long" * 20)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    assert printed_pdf("<p>").startswith(b"%PDF")
    assert list(folder.iterdir()) == []
