"""Where versions live: one immutable file each, and a small `current.json` that is replaced atomically.

Beside each version file stands what `current.json` says of it, so that an older one can be put back.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gepnet_core.errors import DataSetUnknown, StoreDamaged, listed
from gepnet_core.store.space import explained
from gepnet_core.vocabulary import DATASET_NAME

CURRENT = "current.json"
WITHDRAWN = "withdrawn.json"
KEPT = 10


@dataclass(frozen=True, slots=True)
class Current:
    """What `current.json` holds: the version, its row counts by table, its content hash and where it is from.

    `origin` is "shipped" for the data set that comes with the project, else "imported"; `source` is the hash
    of the shipped files. `number` counts the versions of a data set as they were first imported, `file` is the
    name of the file that was imported last as this version. `sha256` is the hash of the version file as it was
    published; empty where an older release wrote it.
    """

    version: str
    content: str
    rows: dict[str, int]
    origin: str
    source: str = ""
    number: int = 0
    file: str = ""
    sha256: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the entry as `current.json` holds it."""
        return asdict(self)

    @property
    def patients(self) -> int:
        """Patients in the cohort."""
        return self.rows.get("cohort", 0)


@dataclass(frozen=True, slots=True)
class Kept:
    """A version on the shelf: what it is, when its file was written, and whether it is the current one."""

    entry: Current
    written: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of all data sets."""

    root: Path

    def names(self) -> list[str]:
        """Return the data sets by name: those with a current version, and those that lost track of theirs."""
        if not self.root.is_dir():
            return []
        return sorted(
            entry.name
            for entry in self.root.iterdir()
            if DATASET_NAME.fullmatch(entry.name)
            and ((entry / CURRENT).exists() or (any(entry.glob("v*.json")) and not _withdrawn(entry)))
        )

    def current(self, name: str) -> Current:
        """Return what is current of a data set.

        Raises
        ------
        DataSetUnknown
            If there is no such data set.
        StoreDamaged
            If `current.json` cannot be read, or is gone.
        """
        if name not in self.names():
            known = listed(self.names()) or "none"
            raise DataSetUnknown(f"There is no data set “{name}”. There are: {known}.")
        found = _read(self.root / name / CURRENT)
        if found is None:
            raise StoreDamaged(f"{CURRENT} of “{name}” cannot be read. {self.remedy(name)}")
        return found

    def path(self, name: str, version: str) -> Path:
        """Return the file of a version.

        Raises
        ------
        DataSetUnknown
            If an older version is not kept any more, or was never there.
        StoreDamaged
            If the file of the current version is gone.
        """
        path = self.file(name, version)
        if version.isalnum() and path.is_file():
            return path
        current = self.current(name).version
        if version == current:
            raise StoreDamaged(
                f"The file of the current version {version} of “{name}” is gone. {self.remedy(name, version)}"
            )
        raise DataSetUnknown(
            f"Version {version[:16]} of “{name}” is not here any more. The current version is {current}."
        )

    def file(self, name: str, version: str) -> Path:
        """Return where the file of a version stands, or would."""
        return self.root / name / f"{version}.duckdb"

    def kept(self, name: str) -> list[Kept]:
        """Return the versions of a data set whose files are on the shelf, the last imported first.

        Where `current.json` cannot be read, none of them is the current one.
        """
        if name not in self.names():
            self.current(name)  # raises
        current = _read(self.root / name / CURRENT)
        found = {entry.version: entry for entry in self._entries(name)}
        found |= {current.version: current} if current else {}
        shelved = []
        for entry in found.values():
            file = self.file(name, entry.version)
            if file.is_file():
                written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
                shelved.append(Kept(entry, written, current is not None and entry.version == current.version))
        return sorted(shelved, key=lambda kept: kept.entry.number, reverse=True)

    def entry(self, name: str, version: str) -> Current | None:
        """Return what is known of a version, or None."""
        current = _read(self.root / name / CURRENT)
        if current is not None and current.version == version:
            return current
        return next((entry for entry in self._entries(name) if entry.version == version), None)

    def is_as_published(self, name: str, entry: Current) -> bool:
        """Return True where the file of a version has the bytes with which it was published, read from the disk.

        Reading 130 MiB, a million patients with 23 columns, takes a quarter of a second.
        """
        try:
            return bool(entry.sha256) and file_hash(self.file(name, entry.version)) == entry.sha256
        except OSError:
            return False

    def earlier(self, name: str, *, older: bool = False) -> Current | None:
        """Return the newest version that is whole and older than the current one, else the newest other.

        None: there is none; with `older`, none that is older. Where nobody knows which is the current one, any may
        be the newest.
        """
        current = _read(self.root / name / CURRENT)
        kept = [kept.entry for kept in self.kept(name) if not kept.is_current]
        if current is not None:
            kept = [entry for entry in kept if not older or entry.number < current.number]
            kept.sort(key=lambda entry: (entry.number < current.number, entry.number), reverse=True)
        whole = (entry for entry in kept if not entry.sha256 or self.is_as_published(name, entry))
        return next(whole, None)

    def remedy(self, name: str, version: str = "") -> str:
        """Return what to do about a version that cannot be read, the current one by default."""
        current = _read(self.root / name / CURRENT)
        is_current = current is None or version in ("", current.version)
        whole = self.earlier(name) if is_current else None
        if whole is None:
            return "Import the data set again."
        return (
            f"Put version {whole.version} back (put-back --dataset {name} --version {whole.version}), or import "
            "the data set again."
        )

    def _entries(self, name: str) -> Iterator[Current]:
        """Yield what stands beside the version files."""
        for path in (self.root / name).glob("v*.json"):
            entry = _read(path)
            if entry is not None and entry.version == path.stem:
                yield entry

    @contextmanager
    def lock(self, name: str = "") -> Iterator[None]:
        """Hold the lock of one data set, or of the shelf; a second process waits."""
        folder = self.root / name
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        with (folder / ".lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def publish(self, name: str, built: Path, current: Current, *, keep: bool) -> Current:
        """Make a built and checked file the current version; older versions stay, the oldest are pruned.

        With `keep`, a whole file of this version is there already: it stays, since sessions may hold it open.
        The lock of the data set must be held.
        """
        folder = self.root / name
        for left in folder.glob(".*.json.*"):  # by who was killed while writing it
            left.unlink(missing_ok=True)
        numbers = [entry.number for entry in self._entries(name)]
        known = self.entry(name, current.version)
        number = known.number if known is not None else max(numbers, default=0) + 1
        sha256 = known.sha256 if keep and known is not None else file_hash(built)
        current = replace(current, number=number, sha256=sha256)
        with explained(), ExitStack() as staged:  # all that needs space comes before the first change
            beside = staged.enter_context(_staged(folder / f"{current.version}.json", current))
            now = staged.enter_context(_staged(folder / CURRENT, current))
            if not keep:
                built.chmod(0o600)
                _sync(built)
            beside.replace(folder / f"{current.version}.json")
            if not keep:
                built.replace(folder / f"{current.version}.duckdb")
            now.replace(folder / CURRENT)
            (folder / WITHDRAWN).unlink(missing_ok=True)
            _sync(folder)
        built.unlink(missing_ok=True)
        self._prune(name)
        return current

    def withdraw(self, name: str) -> None:
        """Take a data set off the list; its versions stay in the folder until it is imported again.

        The lock of the data set must be held.
        """
        (self.root / name / CURRENT).replace(self.root / name / WITHDRAWN)
        _sync(self.root / name)

    def put_back(self, name: str, entry: Current) -> None:
        """Make a version that is on the shelf the current one. The lock of the data set must be held."""
        folder = self.root / name
        with explained(), _staged(folder / CURRENT, entry) as now:
            now.replace(folder / CURRENT)
            _sync(folder)

    def _prune(self, name: str) -> None:
        """Remove what is older than the last versions; who has one open keeps reading it."""
        for entry in list(self._entries(name)):
            if not (self.root / name / f"{entry.version}.duckdb").is_file():
                (self.root / name / f"{entry.version}.json").unlink(missing_ok=True)
        for kept in self.kept(name)[KEPT:]:
            if not kept.is_current:
                for suffix in ("json", "duckdb"):
                    (self.root / name / f"{kept.entry.version}.{suffix}").unlink(missing_ok=True)


def damaged(path: Path) -> StoreDamaged:
    """Return the words for a version file that cannot be read, with what to do about it."""
    shelf, name = Shelf(path.parents[1]), path.parent.name
    remedy = shelf.remedy(name, path.stem) if name in shelf.names() else "Import the data set again."
    return StoreDamaged(f"The stored version {path.stem} cannot be read. {remedy}")


def for_owner_alone(*folders: Path) -> None:
    """Close the folders of the store to everybody but their owner (0700), where this user is the owner.

    A folder in which everybody may write, as the system's temporary one (sticky), stays open.
    """
    for folder in folders:
        with suppress(OSError):
            found = folder.stat()
            is_ours = found.st_uid == os.geteuid() and not found.st_mode & stat.S_ISVTX
            if is_ours and found.st_mode & 0o077:
                folder.chmod(0o700)


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _withdrawn(folder: Path) -> bool:
    return (folder / WITHDRAWN).exists()


def _read(path: Path) -> Current | None:
    """Return what such a file says, or None where it cannot be read."""
    try:
        found = Current(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    words = (found.version, found.content, found.origin, found.source)
    whole = all(isinstance(word, str) for word in words) and isinstance(found.rows, dict)
    return found if whole and isinstance(found.number, int) else None


@contextmanager
def _staged(path: Path, current: Current) -> Iterator[Path]:
    """Write what is to take the place of a small file beside it; what has not taken its place goes on leaving."""
    told = path.parent / f".{path.name}.{os.getpid()}"
    try:
        told.write_text(json.dumps(current.to_json(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
        told.chmod(0o600)
        _sync(told)
        yield told
    finally:
        told.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
