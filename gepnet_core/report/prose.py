"""Words as running text joins them."""

from __future__ import annotations

from collections.abc import Sequence


def joined(words: Sequence[str], link: str = "or") -> str:
    """Return "a", "a or b", "a, b or c"; "" for no word."""
    before, last = ", ".join(words[:-1]), "".join(words[-1:])
    return f"{before} {link} {last}" if before else last


def amid(words: str) -> str:
    """Return words that begin a sentence as they stand within one; an abbreviation keeps its capitals."""
    return words if words[1:2].isupper() else f"{words[:1].lower()}{words[1:]}"
