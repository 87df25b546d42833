"""Characters that no text should hold: found in what comes in, and replaced in what is drawn.

Control characters other than tab and line breaks, halves of surrogate pairs, U+FFFE and U+FFFF: XML (and with it
Word, SVG and workbooks) cannot hold them, and a screen shows nothing or a box.
"""

from __future__ import annotations

import html
import re
import unicodedata

UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
NOT_DRAWN = "\N{REPLACEMENT CHARACTER}"
# they change the direction in which what follows them is written
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff")


def fault(text: str) -> str:
    """Return why a text cannot stand in a document, with place and code point, or nothing."""
    if text.isprintable():
        return ""
    found = UNFIT.search(text)
    if found is None:
        return ""
    return (
        f"holds a character that no document can hold (U+{ord(found[0]):04X}, number {found.start() + 1} of "
        f"{len(text)}). Type the text again without it."
    )


def visible(text: str) -> str:
    """Return text in which what cannot be drawn is U+FFFD; line breaks and tabs stay."""
    return text if text.isprintable() else UNFIT.sub(NOT_DRAWN, text)


def escape(text: str, quote: bool = True) -> str:
    """Return text as it may stand in HTML or in a figure's labels, `quote` also in an attribute."""
    return html.escape(visible(text), quote)


def writable(text: str) -> str:
    """Return text that XML and every reader can hold, on one line."""
    if text.isprintable():
        return text
    return "".join(_writable(c) for c in text)


def _writable(c: str) -> str:
    if c in "\n\r\t":
        return " "
    unfit = c in TURNING or unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")
    return NOT_DRAWN if unfit else c
