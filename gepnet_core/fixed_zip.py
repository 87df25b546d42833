"""ZIP files out: the same content gives the same bytes, whenever it is written."""

from __future__ import annotations

from datetime import datetime
from zipfile import ZIP_DEFLATED, ZipInfo

EPOCH = datetime(1980, 1, 1)  # the first day that a ZIP can name
OWNER_ONLY = 0o600 << 16
UNIX = 3


def entry(name: str) -> ZipInfo:
    """Return a member of a ZIP file, with a date, rights and a system that never change."""
    info = ZipInfo(name, EPOCH.timetuple()[:6])
    info.compress_type, info.external_attr, info.create_system = ZIP_DEFLATED, OWNER_ONLY, UNIX
    return info
