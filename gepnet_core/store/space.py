"""A data folder that cannot be written: for want of space, or of rights, in words."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from gepnet_core.errors import StoreDamaged

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def unwritable(failed: OSError) -> StoreDamaged:
    """Return the words for what the system says while something is written."""
    return unwritten(os.strerror(failed.errno) if failed.errno else str(failed))


def unwritten(reason: str) -> StoreDamaged:
    """Return the words for a reason that names, or ends in, what the system says."""
    if any(os.strerror(number) in reason for number in FULL):
        return StoreDamaged("The data folder has no space left. Free some; nothing was changed.")
    return StoreDamaged(
        f"The data folder cannot be written ({reason[-120:]}). Check its free space and rights; "
        "nothing was changed."
    )


@contextmanager
def explained() -> Iterator[None]:
    """Turn what the system says into words; see `unwritable`."""
    try:
        yield
    except OSError as failed:
        raise unwritable(failed) from failed
