"""The DuckDB connection. The only module that imports duckdb."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import duckdb

from gepnet_core.errors import StoreDamaged, one_line
from gepnet_core.store.space import unwritten

LOCKED_DOWN = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
}
BUILDING = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
BUILDING_MEMORY = "512MB"
BATCH = 10_000
# A table is shared out among threads by groups of 122,880 rows: in a file of this size there is nothing to share.
SMALL_FILE = 8 << 20
ONE_THREAD = {"threads": "1"}
DAMAGE = (
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.InternalException,
    duckdb.FatalException,
    duckdb.SerializationException,
)


class Database:
    """One immutable version file, open read-only. Handles to the same file share one; it closes when unused."""

    _open: ClassVar[weakref.WeakValueDictionary[tuple[Path, int], Database]] = weakref.WeakValueDictionary()
    _guard = threading.Lock()

    def __init__(self, path: Path) -> None:
        config = LOCKED_DOWN | (ONE_THREAD if path.stat().st_size <= SMALL_FILE else {})
        try:
            self._connection = duckdb.connect(str(path), read_only=True, config=dict(config))
        except duckdb.Error as failed:
            raise _damaged(path) from failed
        self._path = path
        weakref.finalize(self, self._connection.close)

    @classmethod
    def open(cls, path: Path) -> Database:
        """Return the handle of a version file."""
        path = path.resolve()
        key = (path, path.stat().st_ino)  # a file that was replaced is another file
        with cls._guard:
            found = cls._open.get(key)
            if found is None:
                found = cls._open[key] = cls(path)
            return found

    def rows(self, sql: str, bound: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a query; each call has a cursor of its own, so threads cannot mix results."""
        try:
            with self._connection.cursor() as cursor:
                return cursor.execute(sql, dict(bound or {})).fetchall()
        except DAMAGE as failed:
            raise _damaged(self._path) from failed

    def stream(self, sql: str, bound: Mapping[str, object] | None = None) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of a query in batches, for results that should not stand in memory whole."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql, dict(bound or {}))
            while batch := cursor.fetchmany(BATCH):
                yield batch


class Building:
    """A new file, open for writing by one thread."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def run(self, sql: str, bound: Mapping[str, object] | None = None) -> None:
        """Run a statement."""
        self._connection.execute(sql, dict(bound) if bound else None)

    def rows(self, sql: str, bound: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return self._connection.execute(sql, dict(bound) if bound else None).fetchall()


@contextmanager
def building(path: Path, scratch: Path, *, small: bool = False) -> Iterator[Building]:
    """Open a new file for writing; on leaving, everything is in the file itself (CHECKPOINT) and it is closed.

    What does not fit in memory goes to `scratch` meanwhile. A `small` file is written by one thread in one
    transaction, so that no statement waits for the disk, and without choosing compressions, which takes as long
    for 59 rows as for thousands. Of a large one a transaction would hold too much in memory.

    Raises
    ------
    StoreDamaged
        If the file cannot be written, for want of space or rights.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        **BUILDING,
        "temp_directory": str(scratch),
        "memory_limit": BUILDING_MEMORY,
        **(ONE_THREAD if small else {}),
    }
    try:
        connection = duckdb.connect(str(path), config=config)
        try:
            if small:
                connection.execute("SET force_compression = 'uncompressed'")
                connection.execute("BEGIN")
            yield Building(connection)
            if small:
                connection.execute("COMMIT")
            connection.execute("CHECKPOINT")
        finally:
            connection.close()
    except duckdb.OutOfMemoryException as failed:
        raise StoreDamaged(
            "The memory does not suffice to write the version. Split the file or leave out what is not needed; "
            "nothing was changed."
        ) from failed
    except DAMAGE as failed:
        raise unwritten(one_line(str(failed))) from failed


def _damaged(path: Path) -> StoreDamaged:
    return StoreDamaged(f"The stored version {path.stem} cannot be read. Import the data set again.")
