"""The DuckDB connection. The only module that imports duckdb."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, ClassVar

import duckdb

from gepnet_core.errors import StoreDamaged, one_line
from gepnet_core.store.scratch import scratch_folder
from gepnet_core.store.space import unwritten
from gepnet_core.store.versions import damaged

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
# what DuckDB says of a block, or a folder, that it cannot read or write
DAMAGE = (
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.InternalException,
    duckdb.FatalException,
    duckdb.SerializationException,
)
# bytes that pass for a database, but not for this one: tables or columns that are not there, text that is none
NOT_OURS = (duckdb.CatalogException, duckdb.BinderException, UnicodeDecodeError)


class Database:
    """One immutable version file, open read-only. Handles to the same file share one; it closes when unused."""

    _open: ClassVar[weakref.WeakValueDictionary[tuple[Path, int], Database]] = weakref.WeakValueDictionary()
    _guard = threading.Lock()

    def __init__(self, path: Path, *, beside_another: bool = False) -> None:
        config = LOCKED_DOWN | (ONE_THREAD if path.stat().st_size <= SMALL_FILE else {})
        self._path = path
        with ExitStack() as aliased:
            name = path
            if (
                beside_another
            ):  # DuckDB knows a file by its path, and would go on reading the one that was replaced
                folder = aliased.enter_context(scratch_folder(path.parents[1]))
                name = folder / path.name
                name.hardlink_to(path)
            try:
                self._connection = duckdb.connect(str(name), read_only=True, config=dict(config))
            except (duckdb.Error, UnicodeDecodeError) as failed:
                raise damaged(path) from failed
        weakref.finalize(self, self._connection.close)

    @classmethod
    def open(cls, path: Path) -> Database:
        """Return the handle of a version file.

        Raises
        ------
        StoreDamaged
            If the file is gone, or is no database.
        """
        path = path.resolve()
        try:
            key = (path, path.stat().st_ino)  # a file that was replaced is another file
        except OSError as failed:
            raise damaged(path) from failed
        with cls._guard:
            found = cls._open.get(key)
            if found is None:
                others = [known for known, inode in cls._open if known == path]
                found = cls._open[key] = cls(path, beside_another=bool(others))
            return found

    @property
    def is_replaced(self) -> bool:
        """True where another file stands in the place of the one that is read."""
        try:
            return self._open.get((self._path, self._path.stat().st_ino)) is not self
        except OSError:
            return False  # it was removed, and is still read

    def rows(self, sql: str, bound: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a query; each call has a cursor of its own, so threads cannot mix results.

        Raises
        ------
        StoreDamaged
            If the file cannot be read where the query reads it.
        """
        with self._reading(), self._connection.cursor() as cursor:
            return cursor.execute(sql, dict(bound or {})).fetchall()

    def stream(self, sql: str, bound: Mapping[str, object] | None = None) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of a query in batches, for results that should not stand in memory whole.

        Raises
        ------
        StoreDamaged
            If the file cannot be read where the query reads it; batches before that place were yielded.
        """
        with self._connection.cursor() as cursor:
            with self._reading():
                cursor.execute(sql, dict(bound or {}))
            while batch := self._batch(cursor):
                yield batch

    def own_words(self) -> dict[str, str]:
        """Return what the file says of itself: its version and the layout that it was written in.

        Raises
        ------
        StoreDamaged
            If it is no version of a data set, or cannot be read.
        """
        try:
            return dict(self.rows("SELECT key, value FROM meta WHERE key IN ('version', 'schema')"))
        except NOT_OURS as failed:
            raise damaged(self._path) from failed

    def _batch(self, cursor: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
        with self._reading():
            return cursor.fetchmany(BATCH)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Say in words what DuckDB says of a file that cannot be read."""
        try:
            yield
        except DAMAGE as failed:
            raise damaged(self._path) from failed


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
