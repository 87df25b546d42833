"""The typeface of printed figures: shipped with the program, measured without a printer or a screen."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from pathlib import Path

import matplotlib
from matplotlib import font_manager
from matplotlib.font_manager import FontEntry, FontProperties
from matplotlib.textpath import text_to_path

from gepnet_core.characters import writable
from gepnet_core.fonts import font_path

MM_PER_INCH = 25.4
MM_PER_POINT = MM_PER_INCH / 72.0
OWN, FALLBACK = "GEP-NET Inter", "GEP-NET DejaVu"  # no font on the machine has these names
NOT_DRAWN = "\N{REPLACEMENT CHARACTER}"


@cache
def _families() -> dict[bool, tuple[frozenset[int], ...]]:
    """Make the fonts known under names of our own; return the characters of each, regular and bold."""
    spare = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    files = {
        False: (font_path(400), spare / "DejaVuSans.ttf"),
        True: (font_path(700), spare / "DejaVuSans-Bold.ttf"),
    }
    for bold, paths in files.items():
        for name, path in zip((OWN, FALLBACK), paths, strict=True):
            weight = 700 if bold else 400
            font_manager.fontManager.ttflist.append(
                FontEntry(
                    str(path), 0, name, "normal", "normal", weight=weight, stretch="normal", size="scalable"
                )
            )
    return {
        bold: tuple(frozenset(font_manager.get_font(str(path)).get_charmap()) for path in paths)
        for bold, paths in files.items()
    }


def font(points: float, bold: bool = False) -> FontProperties:
    """Return the typeface at a size, with a second one for characters that it lacks."""
    _families()
    return FontProperties(family=[OWN, FALLBACK], weight=700 if bold else 400, size=points)


def drawable(words: str) -> str:
    """Return text as it can be drawn: a character of neither typeface is replaced, one unseen left out."""
    known = [characters for both in _families().values() for characters in both]
    shown = []
    for c in writable(words):
        if unicodedata.category(c) == "Cf" or 0xFE00 <= ord(c) <= 0xFE0F:
            continue
        shown.append(c if any(ord(c) in characters for characters in known) else NOT_DRAWN)
    return "".join(shown)


@lru_cache(maxsize=4096)
def width_of(words: str, points: float, bold: bool) -> float:
    """Return the width of text in mm."""
    if not words:
        return 0.0
    wide, _, _ = text_to_path.get_text_width_height_descent(words, font(points, bold), False)
    return float(wide) * MM_PER_POINT
