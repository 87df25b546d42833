"""Folders and files for what is under way: locked while in use, removed later where their process was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

LOCK = "in-use"
PRINTING = "gepnet-print-"


@contextmanager
def working_folder(place: Path, prefix: str) -> Iterator[Path]:
    """Yield a new folder in `place`, for its owner alone (0700); it goes on leaving.

    Its name begins with `prefix`. Folders of that name which killed processes left are removed first.

    Raises
    ------
    OSError
        If the folder cannot be made.
    """
    sweep(place, prefix)
    folder, handle = _made(place, prefix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        handle.close()


def sweep(place: Path, prefix: str) -> None:
    """Remove folders and files in `place` whose name begins with `prefix`, of this user, that nobody uses any more.

    A folder is in use while a process holds the lock of the file `in-use` in it, a file while one holds its own.
    The lock goes with the process, however it ends. What cannot be read or removed stays.
    """
    with suppress(OSError), os.scandir(place) as found:
        for entry in found:
            if entry.name.startswith(prefix):
                with suppress(OSError):
                    _remove_unused(Path(entry.path), entry.stat(follow_symlinks=False))


def hold(handle: IO[bytes] | IO[str], path: Path) -> bool:
    """Lock an open file as in use until it is closed; return False where it was removed before that.

    Where the file system knows no locks, it is left unlocked: then nobody can sweep it either.
    """
    with suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        return os.path.samestat(path.stat(), os.fstat(handle.fileno()))
    except OSError:
        return False


def _made(place: Path, prefix: str) -> tuple[Path, IO[str]]:
    """Return a new folder, and the open file whose lock says that it is in use."""
    while True:  # another process may sweep it before it is locked
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
        try:
            handle = (folder / LOCK).open("w")
        except FileNotFoundError:
            continue
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if hold(handle, folder / LOCK):
            return folder, handle
        handle.close()


def _remove_unused(path: Path, found: os.stat_result) -> None:
    """Remove a folder or file of this user that no process has locked; raise OSError where one has."""
    is_folder = stat.S_ISDIR(found.st_mode)
    if found.st_uid != os.geteuid() or not (is_folder or stat.S_ISREG(found.st_mode)):
        return
    with (path / LOCK if is_folder else path).open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if is_folder:
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def sweep_temporary() -> None:
    """Remove what killed processes of this user left in the system's folder for temporary files."""
    sweep(Path(tempfile.gettempdir()), PRINTING)
