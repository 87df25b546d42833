"""Bytes into lines of text, in bounded memory. The only module that decides on an encoding."""

from __future__ import annotations

import codecs
import io
from collections.abc import Generator, Iterable, Iterator
from itertools import chain
from pathlib import Path

from gepnet_core.errors import FileRefused
from gepnet_core.intake.heading import too_many

CHUNK = 1 << 20
LONGEST_LINE = 1 << 24
MARKS = (
    (codecs.BOM_UTF8, "utf-8", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16-be"),
)
LABELS = {"utf-8": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}


def chunks(path: Path, file: str) -> Generator[bytes, None, None]:
    """Yield the bytes of a file piece by piece.

    Raises
    ------
    FileRefused
        If it cannot be read.
    """
    try:
        with path.open("rb") as handle:
            while chunk := handle.read(CHUNK):
                yield chunk
    except OSError as failed:
        raise FileRefused(file, f"cannot be read ({failed.strerror}). Check the path.") from None


def lines(source: Iterable[bytes], file: str, encoding: str = "") -> Iterator[str]:
    """Yield the lines of a text, each with the CR, LF or CRLF that ends it.

    Parameters
    ----------
    source
        The bytes, piece by piece; the first piece holds the byte-order mark if there is one.
    encoding
        One of ENCODINGS; empty: by the byte-order mark, else UTF-8.

    Raises
    ------
    FileRefused
        If the bytes are not text in the encoding, hold a NUL, or a line has more characters than LONGEST_LINE.
    """
    pieces: list[str] = []
    length, line = 0, 1
    for text in _decoded(source, file, encoding):
        pieces.append(text)
        length += len(text)
        if "\n" not in text and "\r" not in text:
            too_many(file, length, LONGEST_LINE, "characters in one line", line)
            continue
        found = list(io.StringIO("".join(pieces), newline=""))
        rest = "" if found[-1].endswith(("\n", "\r")) else found.pop()
        pieces, length = [rest], len(rest)
        line += len(found)
        yield from found
    if length:
        yield "".join(pieces)


def _decoded(source: Iterable[bytes], file: str, encoding: str) -> Iterator[str]:
    """Yield text that never ends between CR and LF, except at the end of the file."""
    remaining = iter(source)
    first = next(remaining, b"")
    label, codec, mark = _codec(first, file, encoding)
    decoder = codecs.getincrementaldecoder(codec)()
    line, held = 1, ""
    utf8 = _Utf8() if label == "cp1252" else None
    for chunk in chain([first[mark:]], remaining, [b""]):
        if utf8 is not None:
            utf8.see(chunk, line)
        try:
            text = held + decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as failed:
            if utf8 is not None and utf8.line:
                raise _is_utf8(file, utf8.line) from None
            before = held + failed.object[: failed.start].decode(codec, errors="replace")
            raise _not_text(file, label, line + breaks(before)) from None
        held = "\r" if chunk and text.endswith("\r") else ""
        text = text.removesuffix("\r") if held else text
        if "\0" in text:
            other = "" if label == "utf-16" else " If it is UTF-16, say --encoding utf-16."
            raise FileRefused(
                file,
                f"holds a NUL byte. Export the file again as text.{other}",
                line=line + breaks(text[: text.index("\0")]),
                rule="file-nul",
            )
        line += breaks(text)
        if text:
            yield text
    if utf8 is not None and utf8.line:
        raise _is_utf8(file, utf8.line)


class _Utf8:
    """Whether bytes that are said to be Windows-1252 are UTF-8, as no such text is by chance.

    `line` is that of the first letter of several bytes; 0 without one, and once a byte cannot be UTF-8.
    """

    def __init__(self) -> None:
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.possible, self.line = True, 0

    def see(self, chunk: bytes, line: int) -> None:
        """Take the next bytes into account, which begin on this line."""
        if not self.possible:
            return
        try:
            text = self.decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError:
            self.possible, self.line = False, 0
            return
        if not self.line and not text.isascii():
            before = next(at for at, letter in enumerate(text) if not letter.isascii())
            self.line = line + breaks(text[:before])


def _codec(first: bytes, file: str, encoding: str) -> tuple[str, str, int]:
    """Return the encoding, the codec that reads it and the length of the byte-order mark."""
    for mark, told, codec in MARKS:
        if first.startswith(mark):
            if encoding not in ("", told):
                reason = (
                    f"is marked as {LABELS[told]}, not {LABELS[encoding]}. Say --encoding {told} or nothing."
                )
                raise FileRefused(file, reason, line=1, rule="file-encoding")
            return told, codec, len(mark)
    if encoding == "utf-16":
        return encoding, "utf-16-be" if first[:1] == b"\0" else "utf-16-le", 0
    return encoding or "utf-8", encoding or "utf-8", 0


def _not_text(file: str, encoding: str, line: int) -> FileRefused:
    other = " Or say --encoding cp1252 if it is Windows-1252." if encoding == "utf-8" else ""
    reason = f"is not {LABELS[encoding]} text. Save the file as UTF-8.{other}"
    return FileRefused(file, reason, line=line, rule="file-encoding")


def _is_utf8(file: str, line: int) -> FileRefused:
    reason = "is said to be Windows-1252, but its bytes are UTF-8. Leave --encoding out, or say utf-8."
    return FileRefused(file, reason, line=line, rule="file-encoding")


def breaks(text: str) -> int:
    """Return how many lines end in the text, whatever ends them."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")
