"""ZIP files out: the same content gives the same bytes, whenever it is written."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

EPOCH = datetime(1980, 1, 1)  # the first day that a ZIP can name
OWNER_ONLY = 0o600 << 16
UNIX = 3


def entry(name: str) -> ZipInfo:
    """Return a member of a ZIP file, with a date, rights and a system that never change."""
    info = ZipInfo(name, EPOCH.timetuple()[:6])
    info.compress_type, info.external_attr, info.create_system = ZIP_DEFLATED, OWNER_ONLY, UNIX
    return info


class FixedZip(ZipFile):
    """A ZIP file whose members never name the hour, also where a library names them by their path alone."""

    def writestr(self, zinfo_or_arcname: str | ZipInfo, *content: Any, **options: Any) -> None:
        """Write a member whole."""
        named = entry(zinfo_or_arcname) if isinstance(zinfo_or_arcname, str) else zinfo_or_arcname
        super().writestr(named, *content, **options)
