"""What tells whether the files of a source folder changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from gepnet_core import contract
from gepnet_core.published_figures import FILE as PUBLISHED_FILE
from gepnet_core.settings import FILE as SETTINGS_FILE
from gepnet_core.store.writing import SCHEMA


def fingerprint(folder: Path) -> str:
    """Return a hash of the files of a source folder, to see whether they changed since they were built."""
    digest = hashlib.sha256(str(SCHEMA).encode())
    files = [*(table.file for table in contract.TABLES), SETTINGS_FILE, PUBLISHED_FILE]
    for name in files:
        path = folder / name
        digest.update(f"\0{name}\0".encode() + (path.read_bytes() if path.is_file() else b""))
    return digest.hexdigest()
