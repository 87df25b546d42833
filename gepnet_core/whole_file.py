"""A file that is written whole or not at all: beside its place first, then renamed."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from gepnet_core.errors import NothingLeft, OptionRefused
from gepnet_core.leftovers import hold, sweep

PREFIX = ".gepnet-export-"


@contextmanager
def writing(out: Path, *, ending: str) -> Iterator[IO[bytes]]:
    """Open a temporary file that takes the place of `out` on leaving; an error leaves `out` as it was.

    The file is for its owner alone (0600), whatever the rights of the one that it replaces.
    What killed processes left unfinished in the same folder is removed first.

    Raises
    ------
    OptionRefused
        If the file cannot be written; `ending` is the one that a file name should have.
    """
    part: Path | None = None
    try:
        with _explained(out):
            place = _place(out, ending)
            sweep(place.parent, PREFIX)
            with _part(place.parent) as handle:
                part = Path(handle.name)
                yield handle
                handle.flush()
                part.replace(place)  # while it is locked: nobody may sweep it
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


@contextmanager
def _part(folder: Path) -> Iterator[IO[bytes]]:
    """Open a new file in a folder, locked until it is closed; a ZIP goes back to what it wrote."""
    while True:  # another process may sweep it before it is locked
        with tempfile.NamedTemporaryFile("w+b", dir=folder, prefix=PREFIX, delete=False) as handle:
            if hold(handle, Path(handle.name)):
                yield handle
                return


def check_place(out: Path, *, ending: str) -> None:
    """Refuse a place that cannot be written before anything is computed for it; `out` stays as it is.

    Raises
    ------
    OptionRefused
        As `writing`, but for a disk that fills later.
    """
    with _explained(out), tempfile.NamedTemporaryFile(dir=_place(out, ending).parent, prefix=PREFIX):
        pass


def _place(out: Path, ending: str) -> Path:
    """Return the path without links that is to be written."""
    if not out.name:
        raise OptionRefused(f"{str(out)!r} is not a file. Give a file name that ends in {ending}.")
    place = Path(os.path.realpath(out))  # Path.resolve has an error of its own for links in a circle
    if place.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if place.exists() and not place.is_file():
        raise OptionRefused(f"{out} cannot be written: it is there and not a file. Choose another place.")
    return place


@contextmanager
def _explained(out: Path) -> Iterator[None]:
    """Say an error of the system in words."""
    try:
        yield
    except OSError as failed:
        raise OptionRefused(f"{out} cannot be written ({failed.strerror}). {_remedy(failed)}") from None


def _remedy(failed: OSError) -> str:
    if failed.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "Free some space, or choose another place."
    if failed.errno == errno.ENOENT:
        return "Make its folder, or choose another place."
    return "Choose another place."


def write_lines(out: Path, lines: Iterable[str]) -> int:
    """Write a header and rows as UTF-8; return the number of rows.

    Raises
    ------
    NothingLeft
        If there is no row; an existing file stays as it was.
    OptionRefused
        If the file cannot be written.
    """
    written = -1
    with writing(out, ending=".csv") as handle:
        for line in lines:
            handle.write(line.encode())
            written += 1
        if written < 1:
            raise NothingLeft
    return written
