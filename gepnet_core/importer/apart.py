"""A job in a process of its own, with bounds on memory and time; the one who asks is told how far it is."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from gepnet_core import errors
from gepnet_core.errors import CohortError
from gepnet_core.importer.worker import ANSWER
from gepnet_core.intake.limits import DEFAULT, Limits
from gepnet_core.intake.report import Report
from gepnet_core.intake.request import Format, Request
from gepnet_core.store.versions import Current

PROJECT = Path(__file__).resolve().parents[2]
MOST_IDLE = 2
NEVER_BEGAN = -999  # no exit code: the process was gone before the job began
Progress = Callable[[str, int], None]
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Import:
    """A file that was read and checked apart: its report, and the version that can be published.

    `format` is None where the file could not be read far enough to tell; `path` and `current` where errors
    block the import. `effect` is what `importer.effect` tells.
    """

    format: Format | None
    report: Report
    path: Path | None
    current: Current | None
    effect: dict[str, Any] | None


def prepare_apart(
    request: Request, folder: Path, *, limits: Limits = DEFAULT, progress: Progress | None = None
) -> Import:
    """Read and check a file in another process and write its version into `folder`.

    Raises
    ------
    CohortError
        If an option is missing, a bound is passed, or the version cannot be written. What is wrong with the
        file itself is in the report.
    """
    told = run("prepare", request, folder, limits, progress)
    return Import(
        None if told["format"] is None else Format(told["format"]),
        Report.from_json(told["report"]),
        None if told["path"] is None else Path(told["path"]),
        None if told["current"] is None else Current(**told["current"]),
        told["effect"],
    )


def peek_apart(request: Request, folder: Path, *, limits: Limits = DEFAULT) -> dict[str, Any]:
    """Return what a file seems to hold, and its first rows, read in another process; see `importer.peek`."""
    return run("peek", request, folder, limits, None)


def run(
    job: str, request: Request, folder: Path, limits: Limits, progress: Progress | None
) -> dict[str, Any]:
    """Do a job in another process and return its answer; raise what it refused."""
    folder = folder.absolute()  # the other process has a working folder of its own
    beside = None if request.beside is None else request.beside.absolute()
    request = replace(request, path=request.path.absolute(), beside=beside)
    answer = folder / ANSWER
    answer.unlink(missing_ok=True)
    asked = {"job": job, "request": request.to_json(), "folder": str(folder), "limits": asdict(limits)}
    for _ in range(2):  # that a worker ended while it waited is found out only now
        with _worker() as worker:
            code, late, said = worker.do(asked, limits.seconds, progress)
        if code != NEVER_BEGAN:
            break
    if said is not None:
        return _checked(said)
    if answer.is_file():
        return _checked(json.loads(answer.read_text(encoding="utf-8")))
    raise CohortError(f"{request.path.name} {_why(code, limits, late)}")


class _Worker:
    """A process that waits for jobs; one at a time."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gepnet_core.importer.worker"],
            cwd=PROJECT,
            # with one arena, memory that is used up is an error at once; with several, the C library searches all
            # of them at each request, for minutes
            env={**os.environ, "MALLOC_ARENA_MAX": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    def do(
        self, asked: dict[str, Any], seconds: int, progress: Progress | None
    ) -> tuple[int, bool, Answer | None]:
        """Wait for a job; return the exit code of its process, True where it took too long, and what it said.

        An answer is said only where it cannot be written.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with suppress(BrokenPipeError):  # it has just ended: its output says so
            self.process.stdin.write(json.dumps(asked) + "\n")
            self.process.stdin.flush()
        late = threading.Event()
        watch: threading.Timer | None = None
        said: Answer | None = None
        code = NEVER_BEGAN
        try:
            for line in self.process.stdout:
                code = -1
                told = json.loads(line)
                if "pid" in told:
                    watch = threading.Timer(seconds, _stop, (told["pid"], late))
                    watch.daemon = True
                    watch.start()
                elif "ended" in told:
                    return int(told["ended"]), late.is_set(), said
                elif "answer" in told:
                    said = told["answer"]
                elif progress is not None:
                    progress(told["phase"], told["rows"])
        finally:
            if watch is not None:
                watch.cancel()
        self.process.wait()  # its output has ended, so it has or is about to
        return code, late.is_set(), said

    def close(self) -> None:
        """End the process and what it does."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.kill()
        self.process.wait()
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()


def _stop(child: int, late: threading.Event) -> None:
    late.set()
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)


_idle: list[_Worker] = []
_guard = threading.Lock()


@contextmanager
def _worker() -> Iterator[_Worker]:
    """Yield a worker that is free, or a new one; it is kept for the next job unless something went wrong."""
    with _guard:
        worker = _idle.pop() if _idle else None
    if worker is not None and worker.process.poll() is not None:
        worker.close()
        worker = None
    worker = worker or _Worker()
    kept = False
    try:
        yield worker
        with _guard:
            kept = len(_idle) < MOST_IDLE and worker.process.poll() is None
            if kept:
                _idle.append(worker)
    finally:
        if not kept:
            worker.close()


@atexit.register
def _close_idle() -> None:
    while _idle:
        _idle.pop().close()


def _why(code: int, limits: Limits, late: bool) -> str:
    if late:
        return f"took longer than {limits.seconds} s to read. Split the file; nothing was changed."
    return (
        f"could not be read: the reader ended with code {code}, most likely for want of memory (it may use "
        f"{limits.memory_bytes >> 20:,} MiB). Split the file; nothing was changed."
    )


def _checked(told: dict[str, Any]) -> dict[str, Any]:
    """Return an answer; raise what the other process refused."""
    if "error" not in told:
        return told
    raise getattr(errors, told["error"], CohortError)(told["words"])
