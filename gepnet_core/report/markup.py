"""HTML of a report: the only module that turns text into markup. All text is escaped here."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from html import escape

from gepnet_core.characters import writable
from gepnet_core.sheet import Sheet

LIMITS = re.compile(r"\([^()a-z]{1,24}\)|[0-9.]+–[0-9.]+")
BRACKET = re.compile(r"\([^()]{1,20}\)")
NARROW = 6  # columns that fit across a page at the usual size
SHORT = 16  # rows that are kept on one page


def text(words: str) -> str:
    """Return text as it may stand in an element or an attribute; what no document may hold is replaced."""
    return escape(writable(words))


def section(identifier: str, heading: str, parts: Iterable[str]) -> str:
    """Return a section with its heading; "" where it has no part."""
    inner = "\n".join(part for part in parts if part)
    if not inner:
        return ""
    head = f'<h2 id="{identifier}">{text(heading)}</h2>'
    return f"<section>\n{head}\n{inner}\n</section>"


def paragraph(words: str | None, kind: str = "") -> str:
    """Return a paragraph; "" where there are no words."""
    if not words:
        return ""
    return f'<p class="{kind}">{text(words)}</p>' if kind else f"<p>{text(words)}</p>"


def listed(lines: Iterable[str], kind: str = "ul") -> str:
    """Return a list, bulleted or numbered ("ol"); "" where there is nothing to list."""
    items = "".join(f"<li>{text(line)}</li>" for line in lines)
    return f"<{kind}>{items}</{kind}>" if items else ""


def named(pairs: Iterable[tuple[str, str]]) -> str:
    """Return names with what they stand for."""
    return f"<dl>{''.join(f'<dt>{text(name)}</dt><dd>{text(words)}</dd>' for name, words in pairs)}</dl>"


def table(found: Sheet, identifier: str, *, said: Container[str] = ()) -> str:
    """Return a table with caption, column heads and row heads; notes that are `said` elsewhere are left out.

    On a narrow screen it scrolls within a region that the keyboard reaches.
    """
    head = "".join(f'<th scope="col">{_unbroken(name, BRACKET)}</th>' for name in found.header)
    rows = "\n".join(
        f'<tr><th scope="row">{text(name)}</th>'
        f"{''.join(f'<td>{_unbroken(cell, LIMITS)}</td>' for cell in cells)}</tr>"
        for name, *cells in found.rows
    )
    notes = "".join(paragraph(note, "note") for note in found.notes if note not in said)
    kind = ' class="wide"' if len(found.header) > NARROW else ""
    whole = " short" if len(found.rows) <= SHORT else ""
    return (
        f'<div class="table{whole}"><div class="scroll" role="group" tabindex="0" aria-labelledby="{identifier}">\n'
        f'<table{kind}>\n<caption id="{identifier}">{text(found.title)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>{notes}</div>"
    )


def _unbroken(words: str, together: re.Pattern[str]) -> str:
    """Return text of which what stands `together` is not broken over two lines."""
    return together.sub(r'<span class="whole">\g<0></span>', text(words))
