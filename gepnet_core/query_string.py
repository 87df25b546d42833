"""A link's query string as it was sent: every part of it is read, or it is said why it was not.

A reader of query strings that leaves out what it cannot read turns a link to seventeen patients into one to all.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

# what the framework of the screens passes on; of a longer one it passes on nothing, and says so in the log alone
MOST_PARTS = 1_000
MOST_CHARACTERS = 512 * 1024
UNREAD_PARTS, UNREAD_CHARACTERS = "unread_parts", "unread_characters"
OF_THE_FRAMEWORK = ("embed", "embed_options")  # how the page stands in another one; never about patients
ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def bounded(text: str) -> str:
    """Return a query string, or in place of one that is too long for the framework a short one that says so."""
    if len(text) > MOST_CHARACTERS:
        return f"{UNREAD_CHARACTERS}={len(text)}"
    parts = text.count("&") + 1
    return f"{UNREAD_PARTS}={parts}" if parts > MOST_PARTS else text


def read_query(text: str) -> tuple[dict[str, list[str]], list[str]]:
    """Return the values of each key in order, and a sentence for each thing that keeps the link from being read.

    A caller with any sentence must not show results: what was not read could have narrowed the cohort. A key
    without "=" has an empty value; empty parts ("&&") say nothing and are passed over.
    """
    values: dict[str, list[str]] = {}
    problems: list[str] = []
    text = bounded(text.removeprefix("?"))
    for mark, remedy in ((";", "Parts are separated by “&”"), ("?", "The parts begin after the first “?”")):
        if mark in text:
            written = f"%{ord(mark):02X}"
            problems.append(
                f"The link holds a “{mark}” that may hide a part of it. {remedy}; in a value write it as {written}."
            )
    for part in filter(None, text.split("&")):
        key, _, value = part.partition("=")
        read = (_decoded(key), _decoded(value))
        if None in read:
            problems.append(
                f"A part of the link cannot be read: “{part[:40]}” is not in the encoding of addresses (UTF-8, "
                "with %XX). Copy the whole address again."
            )
            continue
        name, told = (word or "" for word in read)
        if name.lower() in OF_THE_FRAMEWORK:
            continue
        if name in (UNREAD_PARTS, UNREAD_CHARACTERS) and told.isascii() and told.isdigit():
            problems.append(_too_long(name, int(told)))
            continue
        values.setdefault(name, []).append(told)
    return values, problems


def _decoded(text: str) -> str | None:
    """Return a key or value as it was meant, or None where it is not encoded as addresses are."""
    if ESCAPE.search(text):
        return None
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
    except UnicodeError:
        return None


def _too_long(name: str, found: int) -> str:
    what, most = ("parts", MOST_PARTS) if name == UNREAD_PARTS else ("characters", MOST_CHARACTERS)
    return (
        f"The link has {found:,} {what} and was not read: it may have {most:,}. Choose in the sidebar instead; a "
        "characteristic takes a range where a list of values is too long."
    )
