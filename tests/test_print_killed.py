"""A browser that prints ends with the process that asked for it, also where that one is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT


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
