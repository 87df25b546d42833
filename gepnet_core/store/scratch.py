"""Where a version is written before it is current: a folder beside the data sets, swept when its owner is gone."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from gepnet_core.store.space import explained

PREFIX = ".importing-"
LOCK = "in-use"
GUARD = ".importing"


@contextmanager
def scratch_folder(root: Path) -> Iterator[Path]:
    """Yield an empty folder on the same file system as the data sets; it goes on leaving.

    Folders that processes left behind which were killed are swept first: nobody holds their lock.

    Raises
    ------
    StoreDamaged
        If there is no space for it, or no right.
    """
    with explained():
        folder, handle = _made(root)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        handle.close()


def _made(root: Path) -> tuple[Path, IO[str]]:
    """Return a new folder, and the open file whose lock says that it is in use."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (root / GUARD).open("w") as guard:  # making and sweeping exclude each other
        fcntl.flock(guard, fcntl.LOCK_EX)
        _sweep(root)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
        handle = (folder / LOCK).open("w")
        fcntl.flock(handle, fcntl.LOCK_EX)
    return folder, handle


def _sweep(root: Path) -> None:
    """Remove the scratch folders that no process uses any more."""
    for folder in root.glob(f"{PREFIX}*"):
        try:
            with (folder / LOCK).open("a") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            continue  # in use
