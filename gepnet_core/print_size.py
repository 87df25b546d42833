"""How wide and how fine a figure is printed, in the words of journals."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Width(StrEnum):
    """How wide a figure is printed."""

    SINGLE = "single"
    MIDDLE = "middle"
    DOUBLE = "double"

    @property
    def mm(self) -> float:
        """Millimetres."""
        return {"single": 85.0, "middle": 114.0, "double": 174.0}[self.value]

    @property
    def points(self) -> float:
        """Size of the type."""
        return {"single": 7.0, "middle": 7.5, "double": 8.0}[self.value]

    @property
    def label(self) -> str:
        """The words on a control."""
        names = {"single": "One column", "middle": "One and a half columns", "double": "Two columns"}
        return f"{names[self.value]} ({self.mm:g} mm)"


class Resolution(IntEnum):
    """Dots per inch of a PNG file."""

    FINE = 300
    FINEST = 600


class FigureFormat(StrEnum):
    """The kind of file of a figure."""

    SVG = "svg"
    PNG = "png"

    @property
    def mime(self) -> str:
        """What a browser is told of the file."""
        return {"svg": "image/svg+xml", "png": "image/png"}[self.value]
