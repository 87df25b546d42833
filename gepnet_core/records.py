"""Small text files in, such as settings and mappings: UTF-8, whole, within bounds."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from gepnet_core.characters import fault
from gepnet_core.errors import FileRefused

LARGEST = 1 << 20
DEEPEST = 32
LONGEST_NUMBER = 64
# What a TOML text is made of, as far as its depth depends on it. What stands in quotes or a remark counts for
# nothing; a quote that is not closed ends with its line, so that no part is read twice.
TOKENS = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"""|\\?\Z)|'
    r"'''.*?(?:'''|\Z)|"
    r'"(?:[^"\\\n]|\\.)*"?|'
    r"'[^'\n]*'?|"
    r"(?P<remark>#[^\n]*)|"
    r"(?P<open>[\[{])|"
    r"(?P<close>[\]}])|"
    r"(?P<dot>\.)|"
    r"(?P<next>[\n=,])|"
    rf"(?P<number>[+-]?(?:0[xob][0-9A-Fa-f_]{{{LONGEST_NUMBER},}}|[0-9][0-9_]{{{LONGEST_NUMBER},}}))",
    re.DOTALL,
)


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file of at most 1 MiB.

    Raises
    ------
    FileRefused
        If the file cannot be read, is larger, is not UTF-8, or holds a NUL byte.
    """
    try:
        with path.open("rb") as handle:
            content = handle.read(LARGEST + 1)
    except OSError as failed:
        raise FileRefused(path.name, f"cannot be read ({failed.strerror}). Check the path.") from None
    if len(content) > LARGEST:
        raise _too_large(path.name)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as failed:
        line = _line_at(content[: failed.start].decode("latin-1"))
        raise FileRefused(path.name, "is not UTF-8 text. Save the file as UTF-8.", line=line) from None
    if "\0" in text:
        line = _line_at(text[: text.index("\0")])
        raise FileRefused(path.name, "holds a NUL byte. Export the file again as text.", line=line)
    return text


def parse_toml(file: str, text: str, *, rule: str = "mapping") -> dict[str, Any]:
    """Return the table that a TOML text says.

    Raises
    ------
    FileRefused
        If it is not TOML (`rule`); is larger than 1 MiB, nested more than 32 deep, or has a number of more than 64
        digits; or if a word holds a character that no document can hold.
    """
    if len(text) > LARGEST:
        raise _too_large(file)
    _check_depth(file, text)
    try:
        found = tomllib.loads(text)
    except ValueError as failed:  # tomllib's own error is one
        raise FileRefused(file, f"is not TOML: {failed}.", rule=rule) from None
    _check_words(file, found)
    return found


def _too_large(file: str) -> FileRefused:
    reason = f"has more than {LARGEST:,} bytes, the most of such a file. Shorten it."
    return FileRefused(file, reason, rule="file-limit")


def _check_depth(file: str, text: str) -> None:
    """Refuse brackets, dotted keys and numbers beyond the bounds before anything is made of them."""
    depth = dots = 0
    for token in TOKENS.finditer(text):
        kind = token.lastgroup
        if kind == "open":
            depth, dots = depth + 1, 0
        elif kind == "close":
            depth, dots = max(0, depth - 1), 0
        elif kind == "dot":
            dots += 1
        elif kind == "next":
            dots = 0
        if depth > DEEPEST or dots > DEEPEST:
            reason = f"is nested more than {DEEPEST} deep. No such file needs it: write it anew."
            raise FileRefused(file, reason, line=_line_at(text[: token.start()]), rule="file-limit")
        if kind == "number":
            digits = sum(c.isalnum() for c in token[0])
            reason = f"holds a number of {digits:,} digits; one may have {LONGEST_NUMBER}. Correct it."
            raise FileRefused(file, reason, line=_line_at(text[: token.start()]), rule="file-limit")


def _check_words(file: str, found: dict[str, Any]) -> None:
    """Refuse a key or text with a character that no document can hold; say which."""
    waiting: list[tuple[str, Any]] = [("", found)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, dict):
            for key, inner in value.items():
                if why := fault(key):
                    named = place or "a key"
                    raise FileRefused(file, f"a key {why}", column=named, rule="character", value=key)
                waiting.append((f"{place}.{key}" if place else key, inner))
        elif isinstance(value, list):
            waiting += [(place, inner) for inner in value]
        elif isinstance(value, str) and (why := fault(value)):
            raise FileRefused(file, why, column=place, rule="character", value=value)


def _line_at(before: str) -> int:
    """Return the line on which the text after `before` stands, whatever ends the lines."""
    return before.count("\n") + before.count("\r") - before.count("\r\n") + 1
