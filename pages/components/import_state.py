"""What the data page remembers between reruns: the file that was looked at, and what was checked last."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from gepnet_core.importer.apart import Import
from gepnet_core.intake.mapping import ColumnMapping
from gepnet_core.intake.reading import DECIMALS, DELIMITERS, Reading
from gepnet_core.intake.request import Request
from gepnet_core.store import Shelf
from gepnet_core.store.scratch import scratch_folder

KEY = "import_state"


@dataclass(frozen=True)
class Done:
    """What was imported last, and the version that was current before; None: the data set is new."""

    name: str
    version: str
    patients: int
    warnings: int
    before: str | None


@dataclass
class ImportState:
    """One import on its way.

    `upload` is the file itself, which outlives a visit to another page, and `columns` are those of the last file
    that could be read. `peeked` holds the first looks by what they were asked; `checked_as` is the request
    (without places) that `checked` answers. `judged` are the columns that the last check found to be known only
    after the index date, or perhaps, and `decisions` what was said of them. `loaded` is the mapping with which the
    controls start, `last` the one that they say. `leave_out` are rules by which patients are left out; `again` asks
    for the check at once, `waived` that nobody is asked for metastases.
    """

    uploads: int = 0
    generation: int = 0
    columns: object = None
    peeked: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    loaded: ColumnMapping | None = None
    loaded_as: str = ""
    last: ColumnMapping | None = None
    extracted: date | None = None
    reading: tuple[str, str, str] = ("", "", "")
    checked_as: str = ""
    checked: Import | None = None
    judged: list[dict[str, str]] = field(default_factory=list)
    decisions: dict[str, bool] = field(default_factory=dict)
    upload: Any = None
    name: str = ""
    leave_out: tuple[str, ...] = ()
    again: bool = False
    waived: bool = False
    done: Done | None = None

    def key(self, name: str) -> str:
        """Return the key of a widget; a file of other columns makes it a new one."""
        return f"import:{self.generation}:{name}"

    def file_key(self, name: str) -> str:
        """Return the key of a widget that stays until a file was imported."""
        return f"import:file:{self.uploads}:{name}"

    def is_another(self, columns: object) -> bool:
        """Return True, once, where a file has other columns than the one before: a corrected file has not."""
        before, self.columns = self.columns, columns if columns else self.columns
        if before is None or not columns or before == columns:
            return False
        self.restart()
        return True

    def waive(self) -> None:
        """Let the settings start without asking for metastases."""
        self.waived = True

    def restart(self) -> None:
        """Forget what was said of the file before."""
        self.generation += 1
        self.groups = {}
        self.loaded, self.loaded_as, self.last, self.extracted = None, "", None, None
        self.checked, self.checked_as, self.name = None, "", ""
        self.judged, self.decisions = [], {}
        self.leave_out, self.again, self.waived = (), False, False

    def said(self) -> Reading:
        """Return how the file is read, as far as somebody said it."""
        encoding, delimiter, decimal = self.reading
        return Reading(encoding, DELIMITERS.get(delimiter, ""), DECIMALS.get(decimal, ""))

    def rest(self) -> None:
        """Keep what was said while no file is there: controls that are not drawn forget it."""
        if self.last is not None:
            self.loaded = self.last

    def finish(self, done: Done) -> None:
        """Remember what was imported, and ask for the next file."""
        self.restart()
        self.forget()
        self.columns, self.peeked = None, {}
        self.done = done

    def forget(self) -> None:
        """Let go of the file; what was said of its columns stays for a corrected one."""
        self.rest()
        self.uploads += 1
        self.upload = None
        self.leave_out, self.again = (), False

    def take_mapping(self, file_id: str) -> None:
        """Start the controls anew from a mapping that was kept."""
        self.generation += 1
        self.groups = {}
        self.loaded_as = file_id


def state() -> ImportState:
    """Return what this browser session remembers of its import."""
    found: ImportState = st.session_state.setdefault(KEY, ImportState())
    return found


def file_name(name: str, fallback: str) -> str:
    """Return the name of an upload as a plain file name."""
    plain = re.sub(r"[^\w .()\[\]-]", "_", Path(name.replace("\\", "/")).name).strip(". ")
    return plain[-120:] or fallback


@contextmanager
def on_disk(shelf: Shelf, upload: Any, beside: Any | None) -> Iterator[tuple[Path, Path, Path | None]]:
    """Yield a scratch folder, the uploaded file in it, and the second one; all of it goes on leaving."""
    with scratch_folder(shelf.root) as folder:
        places: list[Path | None] = []
        for part, one in (("file", upload), ("beside", beside)):
            if one is None:
                places.append(None)
                continue
            (folder / part).mkdir()
            place = folder / part / file_name(one.name, part)
            place.write_bytes(one.getbuffer())
            places.append(place)
        assert places[0] is not None
        yield folder, places[0], places[1]


def fingerprint(request: Request, *uploads: Any | None) -> str:
    """Return what tells two requests apart, whatever the places of their files."""
    told = request.to_json()
    told.pop("path")
    told.pop("beside")
    return repr((told, [None if one is None else one.file_id for one in uploads]))
