"""The typeface that is shipped draws every sign that a screen can show, and needs nothing from outside."""

from __future__ import annotations

import ast
import re
import unicodedata
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from gepnet_core.fonts import FAMILY, FOLDER, PRINTED, WEIGHTS, font_face_css, font_path, screen_path

ROOT = Path(__file__).resolve().parents[1]
# the marks of a fifth and a sixth stratum come from another typeface of the machine, a broken sign is never written
ELSEWHERE = {"\N{BLACK PENTAGON}", "\N{HEAVY GREEK CROSS}", "\N{REPLACEMENT CHARACTER}"}
PRINT = [font_path(weight) for weight in PRINTED]
SCREEN = [screen_path(weight) for weight in WEIGHTS]


def written() -> set[str]:
    """Return every character beyond ASCII in the words of the program, its docstrings aside."""
    found: set[str] = set()
    for path in [*(ROOT / "gepnet_core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        apart = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
                found |= {char for char in node.value if ord(char) > 126}
    return found


@pytest.mark.parametrize("path", PRINT, ids=lambda path: path.name)
def test_every_sign_of_the_screens_is_in_each_font(path: Path) -> None:
    font = TTFont(BytesIO(path.read_bytes()))
    assert {char for char in "0123456789NRE%–−≥²≤äßŁéα" if ord(char) not in font.getBestCmap()} == set()
    shown = {char for char in written() if unicodedata.category(char) not in ("Cf", "Cn")}
    missing = {char for char in shown - ELSEWHERE if ord(char) not in font.getBestCmap()}
    assert missing == set(), "add them to RANGES in scripts/subset_fonts.py, or choose signs of this typeface"


@pytest.mark.parametrize("path", PRINT, ids=lambda path: path.name)
def test_each_font_carries_its_name_its_licence_and_figures_of_one_width(path: Path) -> None:
    font = TTFont(BytesIO(path.read_bytes()))
    names = {record.nameID: record.toUnicode() for record in font["name"].names}
    assert names.get(16, names[1]) == FAMILY
    assert "SIL Open Font License" in names[13]
    features = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
    assert "tnum" in features
    assert "calt" not in features, "contextual alternates draw “->” as an arrow"


def test_the_fonts_are_small_and_their_licence_stands_beside_them() -> None:
    assert sum(path.stat().st_size for path in (*PRINT, *SCREEN)) < 400_000
    assert {path.read_bytes()[:4] for path in SCREEN} == {b"wOF2"}
    assert "SIL OPEN FONT LICENSE" in (FOLDER / "LICENSE.txt").read_text(encoding="utf-8")


def test_the_rules_for_a_file_that_stands_alone_hold_the_fonts_themselves() -> None:
    css = font_face_css()
    assert re.findall(r"font-weight: (\d+)", css) == ["400", "600", "700"]
    held = re.findall(r"url\(\"data:font/woff2;base64,([^\"]+)\"\)", css)
    assert [b64decode(data) for data in held] == [screen_path(weight).read_bytes() for weight in WEIGHTS]
    assert css.count("url(") == 3


@pytest.mark.parametrize("asked", [font_path, screen_path])
def test_a_weight_that_is_not_shipped_is_refused_with_those_that_are(asked) -> None:
    with pytest.raises(ValueError, match=r"No font of weight 500.*400"):
        asked(500)
