"""Where a version is written before it is current: a folder beside the data sets, swept when its owner is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from gepnet_core.leftovers import sweep, working_folder
from gepnet_core.store.space import explained

PREFIX = ".importing-"


@contextmanager
def scratch_folder(root: Path) -> Iterator[Path]:
    """Yield an empty folder on the same file system as the data sets; it goes on leaving.

    Folders that processes left behind which were killed are swept first: nobody holds their lock.

    Raises
    ------
    StoreDamaged
        If there is no space for it, or no right.
    """
    with ExitStack() as used:
        with explained():
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder = used.enter_context(working_folder(root, PREFIX))
        yield folder


def sweep_scratch(root: Path) -> None:
    """Remove the scratch folders of killed imports, with the files that were uploaded."""
    sweep(root, PREFIX)
