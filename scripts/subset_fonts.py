"""Make the fonts in gepnet_core/fonts from Inter's own files: only the characters and features that are used.

`python -m scripts.subset_fonts FOLDER`, where FOLDER holds Inter-Regular.otf, Inter-SemiBold.otf and
Inter-Bold.otf (on Debian: the package fonts-inter). Compressing to WOFF2 needs the package brotli.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

from gepnet_core.fonts import PRINTED, WEIGHTS, font_path, screen_path

SOURCES = {400: "Inter-Regular.otf", 600: "Inter-SemiBold.otf", 700: "Inter-Bold.otf"}
# Latin of Western and Central Europe, Greek for formulas, punctuation, small figures, signs, arrows and marks
RANGES = (
    *((0x20, 0x7E), (0xA0, 0x17F), (0x218, 0x21B), (0x2C6, 0x2DD), (0x391, 0x3C9), (0x1E9E, 0x1E9E)),
    *((0x2007, 0x2015), (0x2018, 0x2022), (0x2026, 0x2026), (0x202F, 0x2033), (0x2039, 0x203A)),
    *((0x2044, 0x2044), (0x2060, 0x2060), (0x2070, 0x208E), (0x20AC, 0x20AC), (0x2122, 0x2122)),
    *((0x2190, 0x2193), (0x2202, 0x2211), (0x2212, 0x2212), (0x221A, 0x221E), (0x2248, 0x2265)),
    *((0x25A0, 0x25CF), (0x2713, 0x2717)),
)
# No contextual alternates: they draw "->" as an arrow and "3x4" as a product, and text of the data stays as it is.
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum"]
UNIT = 1000  # of an em: curves may move by one such unit when they become TrueType's


def main(folder: Path) -> None:
    """Write a WOFF2 file of each weight for screens, and TrueType files for printed figures."""
    drawn = _subset(folder / SOURCES[400]).getBestCmap()
    for weight in WEIGHTS:
        font = _subset(folder / SOURCES[weight])
        if font.getBestCmap() != drawn:
            raise SystemExit(f"{SOURCES[weight]} does not draw the same characters as {SOURCES[400]}.")
        font.flavor = "woff2"
        font.save(screen_path(weight))
        if weight in PRINTED:
            _as_truetype(_subset(folder / SOURCES[weight])).save(font_path(weight))


def _subset(path: Path) -> TTFont:
    options = Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.desubroutinize = True
    options.notdef_outline = True
    options.name_IDs = ["*"]  # copyright and licence stay readable in each file
    options.recalc_timestamp = False
    font = TTFont(path, recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
    subsetter.subset(font)
    return font


def _as_truetype(font: TTFont) -> TTFont:
    """Return the font with TrueType outlines, which every PDF writer can embed."""
    order, glyphs = font.getGlyphOrder(), font.getGlyphSet()
    drawn = {}
    for name in order:
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, font["head"].unitsPerEm / UNIT, reverse_direction=True))
        drawn[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, drawn
    font["hmtx"].metrics = {
        name: (advance, getattr(drawn[name], "xMin", 0))
        for name, (advance, _) in font["hmtx"].metrics.items()
        if drawn[name].recalcBounds(font["glyf"]) is None
    }
    maxp = font["maxp"] = newTable("maxp")
    maxp.tableVersion, maxp.numGlyphs = 0x00010000, len(order)
    maxp.maxZones, maxp.maxTwilightPoints, maxp.maxStorage, maxp.maxFunctionDefs = 1, 0, 0, 0
    maxp.maxInstructionDefs, maxp.maxStackElements, maxp.maxSizeOfInstructions = 0, 0, 0
    maxp.maxComponentElements = 0
    post = font["post"]
    post.formatType, post.extraNames, post.mapping, post.glyphOrder = 2.0, [], {}, order
    for table in ("CFF ", "VORG"):
        if table in font:
            del font[table]
    font.sfntVersion = "\x00\x01\x00\x00"
    return font


if __name__ == "__main__":
    main(Path(sys.argv[1]))
