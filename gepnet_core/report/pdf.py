"""A report as PDF: a browser that is on this machine prints its HTML, without a window and without a network."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gepnet_core.errors import OptionRefused
from gepnet_core.leftovers import PRINTING, working_folder

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
CHOSEN = "GEPNET_BROWSER"
SECONDS = 60.0
PR_SET_PDEATHSIG = 1
LONGEST_TEMPORARY = (
    60  # the browser puts a socket there, 46 characters longer, and a socket's path has 107 at most
)
END_GROUP_AT_EOF = 'read -r _; kill -KILL "-$1"'
LIBC = ctypes.CDLL(None)  # before a process is split off, where nothing may be loaded
NO_BROWSER = (
    "No browser that can print was found on this machine. Open the HTML report and print it to PDF, or install "
    f"chromium (or say where a browser is: {CHOSEN})."
)
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--no-pdf-header-footer",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
)


class BrowserMissing(OptionRefused):
    """No browser that can print is on this machine."""


def browser() -> str:
    """Return the path of a browser that can print.

    Raises
    ------
    BrowserMissing
        If there is none, or the one that `GEPNET_BROWSER` names is not there.
    """
    chosen = os.environ.get(CHOSEN)
    if chosen:
        if found := shutil.which(chosen):
            return found
        raise BrowserMissing(
            f"The browser that {CHOSEN} names is not there or cannot be started: {chosen}. Correct it, or leave it "
            "out to use the one that is found."
        )
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    raise BrowserMissing(NO_BROWSER)


def printed_pdf(html: str, *, seconds: float = SECONDS) -> bytes:
    """Return an HTML document, which must stand alone, as PDF.

    Raises
    ------
    BrowserMissing
        If no browser is there.
    OptionRefused
        If the browser fails, takes longer than `seconds`, or there is no space; all that it started is ended then.
    """
    program = browser()
    with _space_to_print() as folder:
        source, out = folder / "report.html", folder / "report.pdf"
        source.write_text(html, encoding="utf-8")
        command = [program, *FLAGS, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={out}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # chromium refuses to start for root with it
        _run([*command, source.as_uri()], folder, seconds)
        if not out.is_file() or not (made := out.read_bytes()).startswith(b"%PDF"):
            raise OptionRefused(
                f"The browser made no PDF of the report. Check that there is space in {folder.parent}, open the "
                f"HTML report and print it to PDF, or name another browser by {CHOSEN}."
            )
        return made


@contextmanager
def _space_to_print() -> Iterator[Path]:
    """Yield an empty folder, which goes on leaving; say so where it cannot be written."""
    try:
        with working_folder(Path(tempfile.gettempdir()), PRINTING) as folder:
            yield folder
    except OSError as failed:
        raise OptionRefused(
            f"The folder for temporary files cannot be written ({failed.strerror}). Free some space there, or name "
            "another one by TMPDIR."
        ) from None


def _end_with_parent() -> None:
    """Ask the kernel to end this process with the one that started it, also where that one is killed."""
    LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))


def _environment(folder: Path) -> dict[str, str]:
    """Return the browser's environment: what it writes goes into the folder, unless the path is too long."""
    places = [str(folder), tempfile.gettempdir(), "/tmp"]
    fitting = [place for place in places if len(os.fsencode(place)) <= LONGEST_TEMPORARY]
    own = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "TMPDIR": fitting[0]}
    return {**os.environ, **own}


def _run(command: list[str], folder: Path, seconds: float) -> None:
    """Run the browser in a group of its own, so that nothing that it started stays behind."""
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )
    except OSError as failed:
        raise BrowserMissing(
            f"The browser {command[0]} cannot be started ({failed.strerror}). Open the HTML report and print it to "
            "PDF."
        ) from None
    try:
        with _ended_with_us(process.pid):
            process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise OptionRefused(
            f"The browser took longer than {seconds:g} s to print and was ended. Open the HTML report and print it "
            "to PDF."
        ) from None
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def _ended_with_us(group: int) -> Iterator[None]:
    """Have a small process end a process group where this process is killed: it reads a pipe that closes then."""
    watch = subprocess.Popen(
        ["/bin/sh", "-c", END_GROUP_AT_EOF, "sh", str(group)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        watch.kill()  # first: the pipe closes, and the group's number may be another's soon
        watch.wait()
        assert watch.stdin is not None
        watch.stdin.close()
