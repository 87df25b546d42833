"""Paper of a journal's width: what printed figures are drawn on, in millimetres from its upper left corner."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from gepnet_core.characters import writable
from gepnet_core.figures_print_svg import finished
from gepnet_core.figures_print_type import MM_PER_INCH, MM_PER_POINT, drawable, font, width_of
from gepnet_core.print_size import Resolution, Width

INK, FAINT, AXIS = "#1b2733", "#66707a", "#4a5560"
EDGE = 0.5  # mm left free on every side
THIN, CURVE, MARK = 0.75, 1.2, 4.0  # points
LEADING = 1.22  # of the size of the type
# in widths of the line; the names are those of the palette
DASHES: dict[str, Any] = {
    "solid": "-",
    "dash": (0, (4.0, 2.0)),
    "dot": (0, (1.0, 1.5)),
    "dashdot": (0, (4.0, 1.5, 1.0, 1.5)),
    "longdash": (0, (7.0, 2.5)),
    "longdashdot": (0, (7.0, 2.0, 1.0, 2.0)),
}
MARKERS = {"circle": "o", "square": "s", "diamond": "D", "triangle-up": "^", "pentagon": "p", "cross": "P"}

# what a file on the machine sets must not change a figure
matplotlib.rcParams.update(matplotlib.rcParamsDefault)
matplotlib.rcParams.update({"svg.hashsalt": "gepnet", "svg.fonttype": "path", "path.simplify": False})


@dataclass(frozen=True, slots=True, eq=False)
class PrintFigure:
    """A figure ready to be printed, and what it says in words; the same figure gives the same bytes."""

    figure: Figure
    width_mm: float
    height_mm: float
    title: str
    description: str

    def svg(self, salt: str = "") -> bytes:
        """Return the figure as an SVG file with its size in mm, its text as paths, and nothing fetched."""
        return b'<?xml version="1.0" encoding="utf-8"?>\n' + self.inline_svg(salt).encode()

    def inline_svg(self, salt: str = "") -> str:
        """Return the figure to be put into an HTML page.

        Its ids are its own: give each of several equal figures on one page a `salt`.
        """
        for artist in self.figure.findobj():
            if named := artist.get_gid():
                artist.set_gid(writable(named))
        out = io.BytesIO()
        self.figure.set_size_inches(self.width_mm / MM_PER_INCH, self.height_mm / MM_PER_INCH)
        untold = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        self.figure.savefig(out, format="svg", metadata=untold)
        return finished(out.getvalue(), self.width_mm, self.height_mm, self.title, self.description, salt)

    def png(self, dpi: int = Resolution.FINE) -> bytes:
        """Return the figure as a PNG file, as many pixels wide as its millimetres make at `dpi`."""
        sides = (self.width_mm, self.height_mm)
        wide, high = (round(side / MM_PER_INCH * dpi) for side in sides)
        self.figure.set_size_inches((wide + 0.01) / dpi, (high + 0.01) / dpi)  # it is cut to whole pixels
        told = {"Software": None, "Title": self.title, "Description": self.description}
        out = io.BytesIO()
        self.figure.savefig(out, format="png", dpi=dpi, metadata=told, pil_kwargs={"dpi": (dpi, dpi)})
        return out.getvalue()


class Paper:
    """A sheet that grows downwards; places are in mm from the upper left corner of its usable part.

    `width` is that of the usable part in mm, `points` the size of the type.
    """

    def __init__(self, width: Width) -> None:
        self.outer = width.mm
        self.width = width.mm - 2 * EDGE
        self.points = width.points
        self.figure = Figure(figsize=(width.mm / MM_PER_INCH, 1.0), dpi=72.0, facecolor="white")
        self._mm = Affine2D()
        self._transform = self._mm + self.figure.dpi_scale_trans
        self._axes: list[tuple[Axes, tuple[float, float, float, float]]] = []

    @property
    def row(self) -> float:
        """The height of a line of text, in mm."""
        return self.points * MM_PER_POINT * LEADING

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        bold: bool = False,
        align: str = "left",
        colour: str = INK,
        turned: bool = False,
    ) -> Text:
        """Write one line whose box begins `y` mm below the edge; `turned`: upwards, `x` and `y` its middle."""
        if turned:
            place: dict[str, Any] = {"rotation": 90, "ha": "center", "va": "center"}
        else:
            place = {"ha": align, "va": "baseline"}
            y += 0.5 * self.row + 0.36 * self.points * MM_PER_POINT
        return self.figure.text(
            x,
            y,
            drawable(words),
            transform=self._transform,
            fontproperties=font(self.points, bold),
            color=colour,
            parse_math=False,
            **place,
        )

    def lines(
        self,
        x: float,
        y: float,
        words: Sequence[str],
        *,
        bold: bool = False,
        align: str = "left",
        colour: str = INK,
    ) -> float:
        """Write lines below each other and return where they end."""
        for place, line in enumerate(words):
            self.text(x, y + place * self.row, line, bold=bold, align=align, colour=colour)
        return y + len(words) * self.row

    def wide(self, words: str, *, bold: bool = False) -> float:
        """Return how wide a line of text is, in mm."""
        return width_of(drawable(words), self.points, bold)

    def wrapped(self, words: str, width: float, *, bold: bool = False) -> list[str]:
        """Return text as lines at most `width` mm wide; a word that is wider is broken."""
        found: list[str] = []
        line = ""
        for word in writable(words).split(" "):
            longer = f"{line} {word}" if line else word
            if self.wide(longer, bold=bold) <= width:
                line = longer
                continue
            if line:
                found.append(line)
            line = word
            while self.wide(line, bold=bold) > width and len(line) > 1:
                fits = 1
                while fits < len(line) and self.wide(line[: fits + 1], bold=bold) <= width:
                    fits += 1
                found.append(line[:fits])
                line = line[fits:]
        return [*found, line] if line or not found else found

    def line(
        self,
        x: Sequence[float],
        y: Sequence[float],
        *,
        colour: str = AXIS,
        width: float = THIN,
        dash: str = "solid",
    ) -> None:
        """Draw a line through these places."""
        self.figure.add_artist(
            Line2D(
                x,
                y,
                transform=self._transform,
                color=colour,
                linewidth=width,
                linestyle=DASHES[dash],
                dash_capstyle="butt",
                solid_capstyle="butt",
            )
        )

    def mark(self, x: float, y: float, marker: str, colour: str, *, filled: bool = True) -> None:
        """Draw one mark."""
        self.figure.add_artist(
            Line2D(
                [x],
                [y],
                transform=self._transform,
                color=colour,
                marker=marker,
                markersize=MARK,
                markerfacecolor=colour if filled else "white",
                linestyle="none",
                markeredgewidth=THIN,
            )
        )

    def block(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Draw a coloured bar."""
        self.figure.add_artist(
            Rectangle(
                (x, y),
                width,
                height,
                transform=self._transform,
                facecolor=colour,
                edgecolor="none",
            )
        )

    def arrow(self, x: Sequence[float], y: Sequence[float]) -> None:
        """Draw a line with an arrow head at its last place; its last part runs along an axis."""
        head, half = 1.7, 0.75
        (x1, x2), (y1, y2) = x[-2:], y[-2:]
        along = (float((x2 > x1) - (x2 < x1)), float((y2 > y1) - (y2 < y1)))
        base = (x2 - head * along[0], y2 - head * along[1])
        self.line([*x[:-1], base[0]], [*y[:-1], base[1]])
        corners = [
            (x2, y2),
            (base[0] + half * along[1], base[1] + half * along[0]),
            (base[0] - half * along[1], base[1] - half * along[0]),
        ]
        self.figure.add_artist(Polygon(corners, transform=self._transform, facecolor=AXIS, edgecolor="none"))

    def box(
        self, x: float, y: float, width: float, height: float, colour: str = "white", edge: str = AXIS
    ) -> None:
        """Draw a box."""
        self.figure.add_artist(
            Rectangle(
                (x, y),
                width,
                height,
                transform=self._transform,
                facecolor=colour,
                edgecolor=edge,
                linewidth=THIN,
            )
        )

    def axes(self, x: float, y: float, width: float, height: float) -> Axes:
        """Return axes in this box: a line at the left and below, type and ticks as everywhere."""
        found = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self._axes.append((found, (x, y, width, height)))
        for side in ("top", "right"):
            found.spines[side].set_visible(False)
        for side in ("left", "bottom"):
            found.spines[side].set(linewidth=THIN, color=AXIS)
        found.tick_params(width=THIN, length=2.2, pad=2.0, color=AXIS, labelcolor=INK)
        found.patch.set_visible(False)
        return found

    def label_ticks(self, axis: Any, places: Sequence[float], words: Sequence[str]) -> None:
        """Set the ticks of an axis and their words."""
        axis.set_ticks(list(places), labels=[drawable(word) for word in words], minor=False)
        for label in axis.get_ticklabels():
            label.set_fontproperties(font(self.points))
            label.set_parse_math(False)

    def finish(self, height: float, title: str, description: str) -> PrintFigure:
        """Cut the paper below this height of its usable part."""
        height += 2 * EDGE
        self._mm.scale(1.0, -1.0).translate(EDGE, height - EDGE).scale(1.0 / MM_PER_INCH)
        for axes, (x, y, w, h) in self._axes:
            place = ((x + EDGE) / self.outer, 1.0 - (y + EDGE + h) / height)
            axes.set_position((*place, w / self.outer, h / height))
        return PrintFigure(self.figure, self.outer, height, writable(title), writable(description))
