"""The process that reads files: `python -m gepnet_core.importer.worker`, a job as a JSON line on standard input.

Each job runs in a child of its own, with bounds on memory, and leaves its answer in `answer.json` of the job's
folder. Standard output tells, a JSON line each, the child's id, its progress and its end. All of it ends with the
process that asked.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import select
import sys
import threading
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from gepnet_core.errors import CohortError, FileRefused
from gepnet_core.importer.effect import effect
from gepnet_core.importer.peek import peek
from gepnet_core.importer.sniff import with_format
from gepnet_core.intake.files import open_sheets
from gepnet_core.intake.limits import Limits
from gepnet_core.intake.report import Report
from gepnet_core.intake.request import Request
from gepnet_core.store.build import Prepared, prepare
from gepnet_core.store.space import unwritable

ANSWER = "answer.json"


def main() -> None:
    """Do one job after another until standard input ends."""
    for line in sys.stdin.buffer:
        told = json.loads(line)
        child = os.fork()
        if child == 0:
            _do(told)
        _say({"pid": child})
        _warm()
        _, status = os.waitpid(child, 0)
        _say({"ended": os.waitstatus_to_exitcode(status)})


def _warm() -> None:
    """Load, while the first job runs, what a database loads for itself at its first bound value.

    A child has what its parent had: each later job is spared a quarter of a second.
    """
    importlib.import_module("pandas")


def _do(told: dict[str, Any]) -> NoReturn:
    """Do one job in this process, a child, and end it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    limits = Limits(**told["limits"])
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    code = 1
    try:
        _leave(_answered(told, limits), Path(told["folder"]))
        code = 0
    finally:
        os._exit(code)  # nothing of the parent is to be cleaned up here


def _leave(answer: dict[str, Any], folder: Path) -> None:
    """Leave an answer in the folder, whole or not at all; say what keeps it from being written there."""
    part = folder / f"{ANSWER}.part"
    try:
        part.write_text(json.dumps(answer), encoding="utf-8")
        part.replace(folder / ANSWER)
    except OSError as failed:
        _say({"answer": _refused(unwritable(failed))})


def _answered(told: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """Return the answer to a job, whatever comes."""
    try:
        request = Request.from_json(told["request"])
    except CohortError as refused:  # a mapping or settings that would not be read from a file either
        return _refused(CohortError(str(refused)))
    try:
        return _answer(told["job"], request, Path(told["folder"]), limits)
    except MemoryError:
        pass  # as long as it is handled, it holds all that was read: the answer needs room
    except FileRefused as refused:
        return _blocked(request, refused)
    except CohortError as refused:
        return _refused(refused)
    except OSError as failed:
        return _refused(unwritable(failed))
    except Exception as fault:
        return _refused(CohortError(_fault(fault)))
    mib = limits.memory_bytes >> 20
    words = f"needs more than {mib:,} MiB to be read. Split the file or leave out what is not needed."
    return _blocked(request, FileRefused(request.path.name, words, rule="file-limit"))


def _blocked(request: Request, refused: FileRefused) -> dict[str, Any]:
    """Return the answer for a file that cannot be read at all: a report of one finding."""
    report = Report()
    report.take(refused)
    return told_of(Prepared(report)) | {"format": request.format, "sheets": []}


def _fault(fault: Exception) -> str:
    """Return the words for what nobody foresaw, with its place in the code."""
    last = traceback.extract_tb(fault.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    return (
        f"The file could not be read, by a fault of this program ({type(fault).__name__} at {place}). "
        "Nothing was changed."
    )


def _end_with_parent() -> None:
    """Wait until standard input is closed at its other end, which it is when the process that asked is gone."""
    poll = select.poll()
    poll.register(0, 0)  # a closed end is told in any case; lines are left for the parent
    poll.poll()
    os._exit(3)


def _refused(refused: CohortError) -> dict[str, Any]:
    return {"error": type(refused).__name__, "words": str(refused)}


def _answer(job: str, request: Request, folder: Path, limits: Limits) -> dict[str, Any]:
    if job == "peek":
        return peek(request, limits)
    if request.format is None:
        # cBioPortal's first lines are comments, which no other format has
        sheets = open_sheets(request.path, request.as_read, Report(), limits, comments=True)
        request = replace(request, format=with_format(request, sheets))
    request.check()
    prepared = prepare(request, folder, limits=limits, progress=_progress)
    return told_of(prepared) | {"format": request.format}


def told_of(prepared: Prepared) -> dict[str, Any]:
    """Return what was prepared, as JSON."""
    current = prepared.current
    return {
        "report": prepared.report.to_json(),
        "current": None if current is None else current.to_json(),
        "path": None if prepared.path is None else str(prepared.path),
        "effect": effect(prepared),
    }


def _progress(phase: str, rows: int) -> None:
    _say({"phase": phase, "rows": rows})


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
