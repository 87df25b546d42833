"""ZIP directories checked before anything is unpacked, and members read no further than they declare.

The only module that opens a ZIP. zipfile itself stops at the declared size and compares the checksum.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from gepnet_core.errors import FileRefused, listed, printable
from gepnet_core.intake.heading import too_many
from gepnet_core.intake.limits import MIB, Limits

CHUNK = 1 << 20
LOCAL_HEADER = 30
ENTRY_BYTES = 4096
PLAIN = "Pack plain files again, without a password."


def opened(path: Path, file: str, limits: Limits) -> zipfile.ZipFile:
    """Return a ZIP whose directory is within the limits and tells no lies that can be seen without unpacking.

    Raises
    ------
    FileRefused
        If it is no ZIP, has too many members or bytes, unpacks to far more than it holds, is encrypted, or
        names a file twice, outside itself or over another one.
    """
    with refusing(file):
        _check_size_of_directory(path, file, limits)
        archive = zipfile.ZipFile(path)
    try:
        _check(archive, file, limits)
    except FileRefused:
        archive.close()
        raise
    return archive


def chunks(path: Path, member: zipfile.ZipInfo, file: str) -> Generator[bytes, None, None]:
    """Yield a member of a ZIP that `opened` found safe, piece by piece.

    Raises
    ------
    FileRefused
        If its bytes are not those that the directory declares.
    """
    read = 0
    with refusing(file), zipfile.ZipFile(path) as archive, archive.open(member) as source:
        while chunk := source.read(CHUNK):
            read += len(chunk)
            yield chunk
        if read != member.file_size:
            raise zipfile.BadZipFile


@contextmanager
def refusing(file: str) -> Iterator[None]:
    """Turn what unpacking raises into a refusal."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError):
        reason = "is not a ZIP that can be unpacked: its content and its directory differ. Pack it again."
        raise FileRefused(file, reason, rule="archive-unsafe") from None
    except OSError as failed:
        raise FileRefused(file, f"cannot be read ({failed.strerror}). Check the path.") from None


def _check_size_of_directory(path: Path, file: str, limits: Limits) -> None:
    """Refuse a directory that would fill the memory before its members can be counted."""
    with path.open("rb") as handle:
        end = zipfile._EndRecData(handle)  # type: ignore[attr-defined]  # the reader's own, so both agree
    if end is not None and int(end[zipfile._ECD_SIZE]) > limits.members * ENTRY_BYTES:  # type: ignore[attr-defined]
        too_many(file, int(end[zipfile._ECD_ENTRIES_TOTAL]), limits.members, "members")  # type: ignore[attr-defined]
        raise FileRefused(
            file, f"has a directory larger than its members need. {PLAIN}", rule="archive-unsafe"
        )


def _check(archive: zipfile.ZipFile, file: str, limits: Limits) -> None:
    members = archive.infolist()
    too_many(file, len(members), limits.members, "members")
    for member in members:
        if fault := _fault(member, limits):
            raise FileRefused(file, f"{printable(member.filename)} {fault}", rule="archive-unsafe")
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked_bytes:
        too_many(file, -(-unpacked // MIB), limits.unpacked_bytes // MIB, "MiB when unpacked")
    names = [_slashed(member.filename) for member in members]
    if len(set(names)) < len(names):
        twice = listed(sorted({printable(name) for name in names if names.count(name) > 1}))
        raise FileRefused(file, f"holds {twice} twice. {PLAIN}", rule="archive-unsafe")
    placed = sorted((member.header_offset, member.compress_size) for member in members)
    for (start, size), (following, _) in pairwise([*placed, (archive.start_dir, 0)]):
        if start + LOCAL_HEADER + size > following:
            reason = (
                f"holds members that lie over each other, so that it unpacks to more than it holds. {PLAIN}"
            )
            raise FileRefused(file, reason, rule="archive-unsafe")


def _fault(member: zipfile.ZipInfo, limits: Limits) -> str:
    """Return what is unsafe about a member; empty where nothing is."""
    name = _slashed(member.filename)
    if member.flag_bits & 0x1:
        return f"is encrypted. {PLAIN}"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"is packed by a method other than deflate. {PLAIN}"
    outside = name.startswith("/") or re.match("[A-Za-z]:", name) or ".." in name.split("/")
    if outside or member.filename != member.orig_filename:
        return f"names a place outside the archive. {PLAIN}"
    packed = max(member.compress_size, 1)
    if member.file_size > limits.ratio_from and member.file_size > limits.ratio * packed:
        return (
            f"unpacks to {member.file_size // packed:,} times its packed size; an import may have "
            f"{limits.ratio:,} times. Leave it out or pack plain tables."
        )
    return ""


def _slashed(name: str) -> str:
    return name.replace("\\", "/")
