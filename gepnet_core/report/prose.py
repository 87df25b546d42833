"""Words as running text joins them."""

from __future__ import annotations

from collections.abc import Sequence


def joined(words: Sequence[str], link: str = "or") -> str:
    """Return "a", "a or b", "a, b or c"; "" for no word."""
    before, last = ", ".join(words[:-1]), "".join(words[-1:])
    return f"{before} {link} {last}" if before else last


def amid(words: str) -> str:
    """Return words that begin a sentence as they stand within one; a name as PFS or Ki-67 keeps its capital."""
    first = words.split(" ")[0]
    named = any(c.isupper() or c.isdigit() for c in first[1:])
    return words if named else f"{words[:1].lower()}{words[1:]}"
