"""The store: data sets as immutable versions in DuckDB files."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from gepnet_core.errors import OptionRefused, StoreDamaged
from gepnet_core.leftovers import sweep_temporary
from gepnet_core.store.build import build_adtte, build_source
from gepnet_core.store.connection import Database
from gepnet_core.store.dataset import DataSet
from gepnet_core.store.fingerprint import fingerprint
from gepnet_core.store.scratch import sweep_scratch
from gepnet_core.store.versions import Current, Shelf, for_owner_alone
from gepnet_core.store.writing import check_whole, publish, put_back, withdraw

__all__ = [
    "Current",
    "DataSet",
    "Shelf",
    "build_adtte",
    "build_source",
    "open_dataset",
    "open_shelf",
    "publish",
    "put_back",
    "sweep_leftovers",
    "withdraw",
]

PROJECT = Path(__file__).resolve().parents[2]
SHIPPED = PROJECT / "data" / "synthetic"
SHIPPED_NAME = "synthetic"


def open_shelf() -> Shelf:
    """Return the folder of all data sets; an empty one gets the shipped synthetic cohort first.

    `GEPNET_DATA_DIR` says where it is; the default is `.data` in the project's root. It is closed to everybody
    but its owner (0700), and what killed imports and reports left is removed. A shipped cohort that is older
    than the shipped files gets a new version.
    """
    root = _root()
    if "?" in str(root):
        raise OptionRefused(
            f"GEPNET_DATA_DIR holds a question mark, which DuckDB cannot open: {root}. Rename it."
        )
    shelf = Shelf(root)
    for_owner_alone(root, *(root / name for name in shelf.names()))  # made by hand, or by an older release
    sweep_scratch(root)
    _sweep_temporary_once()
    if _shipped_is_due(shelf):
        with shelf.lock():
            if _shipped_is_due(shelf):  # another process may have built it meanwhile
                build_source(shelf, SHIPPED_NAME, SHIPPED, origin="shipped")
    return shelf


def sweep_leftovers() -> None:
    """Remove what killed imports and reports of this user left, in the data folder and the temporary one."""
    sweep_scratch(_root())
    sweep_temporary()


def _root() -> Path:
    return Path(os.environ.get("GEPNET_DATA_DIR") or PROJECT / ".data").resolve()


@cache
def _sweep_temporary_once() -> None:
    """Look through the system's temporary folder, which may be long, at the start of a process alone."""
    sweep_temporary()


def _shipped_is_due(shelf: Shelf) -> bool:
    names = shelf.names()
    if SHIPPED_NAME not in names:
        return not names
    try:
        current = shelf.current(SHIPPED_NAME)
    except StoreDamaged:
        return False  # said where it is opened; it may be somebody's own import
    return current.origin == "shipped" and current.source != fingerprint(SHIPPED)


def open_dataset(shelf: Shelf, name: str, version: str | None = None) -> DataSet:
    """Return a version of a data set, the current one by default.

    Raises
    ------
    DataSetUnknown
        If there is no such data set or version.
    StoreDamaged
        If the file is not what was written.
    """
    current = shelf.current(name)
    wanted = current.version if version is None else version
    path = shelf.path(name, wanted)
    database = Database.open(path)
    check_whole(database, path, wanted, current.rows if wanted == current.version else None)
    return DataSet(name, wanted, database)
