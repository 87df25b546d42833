"""The guard on text in our own downloads, put on and taken off. The only place that knows its rule.

A spreadsheet runs text that starts with one of = + - @ TAB CR as a formula; a quote in front keeps it text.
Text that carries such a quote of its own gets one more, so that taking one off always gives the text back.
"""

from __future__ import annotations

import re

NEEDS_GUARD = re.compile(r"'*[=+\-@\t\r]")


def guarded(cell: object) -> str:
    """Return a cell as it is written: text that a spreadsheet would run gets a leading quote, numbers never."""
    if isinstance(cell, str):
        return "'" + cell if NEEDS_GUARD.match(cell) else cell
    return "" if cell is None else str(cell)


def unguarded(cell: str) -> str:
    """Return the text that `guarded` wrote: without the one quote that it put in front."""
    return cell[1:] if cell.startswith("'") and NEEDS_GUARD.match(cell) else cell
