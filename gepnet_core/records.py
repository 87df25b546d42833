"""Small text files in, such as settings and mappings: UTF-8, whole."""

from __future__ import annotations

from pathlib import Path

from gepnet_core.errors import FileRefused


def read_text(path: Path, *, required: bool = False) -> str:
    """Return the text of a UTF-8 file; one that is not there and not required is empty.

    Raises
    ------
    FileRefused
        If the file cannot be read, is not UTF-8, or holds a NUL byte. A link that leads nowhere cannot be read.
    """
    if not required and not path.exists() and not path.is_symlink():
        return ""
    try:
        content = path.read_bytes()
    except OSError as failed:
        raise FileRefused(path.name, f"cannot be read ({failed.strerror}). Check the path.") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as failed:
        line = _line_at(content[: failed.start].decode("latin-1"))
        raise FileRefused(path.name, "is not UTF-8 text. Save the file as UTF-8.", line=line) from None
    if "\0" in text:
        line = _line_at(text[: text.index("\0")])
        raise FileRefused(path.name, "holds a NUL byte. Export the file again as text.", line=line)
    return text


def _line_at(before: str) -> int:
    """Return the line on which the text after `before` stands, whatever ends the lines."""
    return before.count("\n") + before.count("\r") - before.count("\r\n") + 1
