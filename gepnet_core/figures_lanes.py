"""What the figures of patients share: marks with their symbols, courses of therapy, axes, and the caption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import plotly.graph_objects as go

from gepnet_core.characters import escape
from gepnet_core.figure_words import ticks
from gepnet_core.figures import GRID, add_caption, dressed
from gepnet_core.formatting import format_months
from gepnet_core.history import EndedBy, History, Mark, MarkKind, Span
from gepnet_core.palette import look_of
from gepnet_core.selection import Selection
from gepnet_core.store.dataset import DataSet
from gepnet_core.vocabulary import DAYS_PER_MONTH

# what is no modality; reads on white and on the dark background alike
GREY, PALE = "#7a7a7a", "rgba(122,122,122,0.45)"
LOCAL_KINDS = (
    *(MarkKind.INDEX, MarkKind.LOCAL, MarkKind.EARLIER_LOCAL),
    *(MarkKind.SAME_DAY, MarkKind.UNPLACED),
)
# none of them is the mark of a modality
SYMBOLS = {
    MarkKind.FOCAL.value: "triangle-down-open",
    MarkKind.MULTIFOCAL.value: "triangle-down",
    MarkKind.SIDE_EFFECT.value: "asterisk-open",
    EndedBy.DEATH.value: "x",
    EndedBy.LAST_CONTACT.value: "arrow-right",
    EndedBy.CENSORED.value: "arrow-right",
    EndedBy.CUT_OFF.value: "line-ns-open",
}
EVENT_SYMBOLS = ("star", "hexagon", "bowtie", "hourglass", "star-square", "star-diamond")


@dataclass(slots=True)
class Marks:
    """The points of one trace: months, rows, hover texts and patients."""

    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    patients: list[str] = field(default_factory=list)

    def add(self, day: float, row: float, text: str, patient: str) -> None:
        """Add a point."""
        self.x.append(day / DAYS_PER_MONTH)
        self.y.append(row)
        self.text.append(text)
        self.patients.append(patient)

    def trace(
        self, name: str, symbol: str, colour: str, *, size: int = 11, legend: bool = True, group: str = ""
    ) -> go.Scatter:
        """Return the points as marks with one entry in the legend, or as part of the entry of a group."""
        return go.Scatter(
            x=self.x,
            y=self.y,
            mode="markers",
            name=escape(name),
            marker={"symbol": symbol, "size": size, "color": colour, "line": {"width": 2, "color": colour}},
            text=self.text,
            customdata=self.patients,
            hovertemplate="%{text}<extra></extra>",
            showlegend=legend,
            legendgroup=group,
            **never_faded(),
        )


def never_faded() -> dict[str, object]:
    """Return what keeps marks as they are when one of them is chosen: the choice opens another screen."""
    return {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}


def stop_day(history: History, span: Span) -> float:
    """Return where a course ends on the figure: going on, it reaches to the end of observation."""
    return float(span.stop if span.stop is not None else max(history.observed_days or 0, span.start))


def course_words(history: History, span: Span) -> str:
    """Return what a course of therapy says under the pointer."""
    stop = "going on" if span.stop is None else f"to {format_months(span.stop)} months"
    words = f"{span.agent}: from {format_months(span.start)} months, {stop}"
    return f"<b>{escape(history.patient_id)}</b><br>{escape(words)}"


def drawn_as(data: DataSet, mark: Mark, levels: Sequence[str]) -> tuple[str, str, str]:
    """Return the name in the legend, the symbol and the colour of a mark."""
    if mark.kind in LOCAL_KINDS:
        symbol, colour = "octagon", GREY
        if mark.of in levels:
            look = look_of(mark.of, levels)
            symbol, colour = look.mark, look.colour
        return f"local treatment: {data.words_for('modality', mark.of)}", symbol, colour
    if mark.kind is MarkKind.EVENT:
        place = list(data.endpoints).index(mark.of)
        return f"{mark.of}: event", EVENT_SYMBOLS[place % len(EVENT_SYMBOLS)], GREY
    return mark.kind.value, SYMBOLS[mark.kind.value], GREY


def draw_axes(
    figure: go.Figure,
    across: tuple[float, float],
    places: Sequence[int],
    names: Sequence[str],
    n_rows: int,
    zero: str,
) -> None:
    """Set the axis of months from `zero` over the days `across`, and the names of the rows at their places."""
    first, last = (day / DAYS_PER_MONTH for day in across)
    step = ([*ticks(max(last - first, 1.0)), 1.0, 1.0])[1]
    count = int(max(-first, last) // step)
    figure.update_xaxes(
        range=[first, last],
        tickvals=[step * place for place in range(-count, count + 1) if first <= step * place <= last],
        title={"text": f"Months from {zero}", "font": {"size": 15}, "standoff": 8},
        gridcolor=GRID,
        zeroline=False,
        fixedrange=True,
    )
    figure.update_yaxes(
        range=[n_rows - 0.4, -0.6],
        tickvals=list(places),
        ticktext=list(names),
        tickfont_size=13,
        showgrid=False,
        zeroline=False,
        fixedrange=True,
        automargin=True,
    )
    figure.update_layout(barmode="overlay", bargap=0)


def of_data(data: DataSet, selection: Selection) -> list[str]:
    """Return what a caption says of selection, data set and version."""
    found = [data.describe(selection), f"data set {data.name}, {data.version}"]
    return [*found, data.meta["notice"]] if data.meta["notice"] else found


def finished(figure: go.Figure, lanes: int, words: str, *, legend: bool = True) -> go.Figure:
    """Return the figure with what it must say once it has left the screen, in its ink and at its height."""
    caption = add_caption(figure, words, -56)
    above = 130 if legend else 14
    dressed(figure, lanes + above + 78 + caption, legend=legend)
    return figure.update_layout(
        margin={"l": 10, "r": 20 if legend else 46, "t": 10, "b": 78 + caption},
        legend={"yref": "paper", "yanchor": "bottom", "y": 1.01, "font": {"size": 13}},
        hoverlabel={"align": "left"},
    )
