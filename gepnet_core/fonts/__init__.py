"""The typeface of screens, reports and printed figures, shipped with the program: nothing is fetched to show it."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

from gepnet_core.errors import listed

FAMILY = "Inter"
FOLDER = Path(__file__).resolve().parent
WEIGHTS = {400: "regular", 600: "semibold", 700: "bold"}
PRINTED = (400, 700)  # those that printed figures use, in TrueType form


def font_path(weight: int = 400) -> Path:
    """Return the TrueType file of a weight, for printed figures.

    Name it to matplotlib by this path: by its family, a font of the same name on the machine could come first.

    Parameters
    ----------
    weight
        400 (regular) or 700 (bold), as CSS counts.

    Raises
    ------
    ValueError
        If no such file is shipped.
    """
    if weight not in PRINTED:
        raise ValueError(
            f"No font of weight {weight} for print. There are: {listed([str(w) for w in PRINTED])}."
        )
    return FOLDER / f"inter-{WEIGHTS[weight]}.ttf"


def screen_path(weight: int = 400) -> Path:
    """Return the WOFF2 file of a weight (400, 600 or 700), for browsers.

    Raises
    ------
    ValueError
        If no such file is shipped.
    """
    if weight not in WEIGHTS:
        raise ValueError(f"No font of weight {weight}. There are: {listed([str(w) for w in WEIGHTS])}.")
    return FOLDER / f"inter-{WEIGHTS[weight]}.woff2"


def font_face_css() -> str:
    """Return @font-face rules that hold the fonts themselves, for a file that must stand alone."""
    rules = []
    for weight in WEIGHTS:
        data = b64encode(screen_path(weight).read_bytes()).decode("ascii")
        rules.append(
            f'@font-face {{ font-family: "{FAMILY}"; font-style: normal; font-weight: {weight}; '
            f'font-display: swap; src: url("data:font/woff2;base64,{data}") format("woff2"); }}'
        )
    return "\n".join(rules)
