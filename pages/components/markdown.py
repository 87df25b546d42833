"""Text of the data on its way into Markdown."""

from __future__ import annotations

import re

from gepnet_core.characters import visible

JOINER = "\N{WORD JOINER}"
LINE_BREAK = "  \n"
# Streamlit turns "->", ">=", "--", "~=" and ":name:" into signs, and addresses into links, even where they are
# escaped; between their characters, one that is not seen prevents it.
TYPOGRAPHY = re.compile(r"(?<=[-<>~=])(?=[-<>=])|(?<=:)(?=[a-z/])|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
SPECIAL = frozenset("\\`*_{}[]()#+-.!|<>~$:&^=")


def escaped(text: str) -> str:
    """Return text as Markdown that shows it exactly as it is."""
    return "".join(f"\\{c}" if c in SPECIAL else c for c in TYPOGRAPHY.sub(JOINER, visible(text)))
