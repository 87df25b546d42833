"""Where versions live: one immutable file each, and a small `current.json` that is replaced atomically."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from gepnet_core.errors import DataSetUnknown, StoreDamaged, listed
from gepnet_core.vocabulary import DATASET_NAME

CURRENT = "current.json"


@dataclass(frozen=True, slots=True)
class Current:
    """What `current.json` holds: the version, its row counts by table, its content hash and where it is from.

    `origin` is "shipped" for the data set that comes with the project, else "imported"; `source` is the hash
    of the shipped files.
    """

    version: str
    content: str
    rows: dict[str, int]
    origin: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of all data sets."""

    root: Path

    def names(self) -> list[str]:
        """Return the data sets that have a current version, by name."""
        if not self.root.is_dir():
            return []
        return sorted(
            entry.name
            for entry in self.root.iterdir()
            if DATASET_NAME.fullmatch(entry.name) and (entry / CURRENT).is_file()
        )

    def current(self, name: str) -> Current:
        """Return what is current of a data set.

        Raises
        ------
        DataSetUnknown
            If there is no such data set.
        StoreDamaged
            If `current.json` cannot be read.
        """
        path = self.root / name / CURRENT
        if name not in self.names():
            known = listed(self.names()) or "none"
            raise DataSetUnknown(f"There is no data set “{name}”. There are: {known}.")
        try:
            found = Current(**json.loads(path.read_text(encoding="utf-8")))
            words = (found.version, found.content, found.origin, found.source)
            if not all(isinstance(word, str) for word in words) or not isinstance(found.rows, dict):
                raise TypeError
        except (ValueError, TypeError) as failed:
            raise StoreDamaged(
                f"{CURRENT} of “{name}” cannot be read. Import the data set again."
            ) from failed
        return found

    def path(self, name: str, version: str) -> Path:
        """Return the file of a version; raise DataSetUnknown where it is gone."""
        path = self.root / name / f"{version}.duckdb"
        if not version.isalnum() or not path.is_file():
            raise DataSetUnknown(
                f"Version {version[:16]} of “{name}” is not here any more. The current version is "
                f"{self.current(name).version}."
            )
        return path

    @contextmanager
    def lock(self, name: str = "") -> Iterator[None]:
        """Hold the lock of one data set, or of the shelf; a second process waits."""
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def publish(self, name: str, built: Path, current: Current, *, keep: bool) -> None:
        """Make a built and checked file the current version; the older versions stay.

        With `keep`, a whole file of this version is there already: it stays, since sessions may hold it open.
        """
        folder = self.root / name
        target = folder / f"{current.version}.duckdb"
        if keep:
            built.unlink()
        else:
            _sync(built)
            built.replace(target)
        pointer = folder / f".{CURRENT}.{os.getpid()}"
        pointer.write_text(json.dumps(asdict(current), indent=1, sort_keys=True) + "\n", encoding="utf-8")
        _sync(pointer)
        pointer.replace(folder / CURRENT)
        _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
