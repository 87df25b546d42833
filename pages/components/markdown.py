"""Text of the data on its way into Markdown."""

from __future__ import annotations

SPECIAL = frozenset("\\`*_{}[]()#+-.!|<>~$:&^=")


def escaped(text: str) -> str:
    """Return text as Markdown that shows it exactly as it is."""
    return "".join(f"\\{c}" if c in SPECIAL else c for c in text)
