"""The figure of one patient: a row for each treatment, agent, finding and endpoint, named beside it."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

import plotly.graph_objects as go

from gepnet_core.characters import escape
from gepnet_core.figures_lanes import (
    GREY,
    LOCAL_KINDS,
    PALE,
    SYMBOLS,
    Marks,
    course_words,
    draw_axes,
    drawn_as,
    finished,
    of_data,
    stop_day,
)
from gepnet_core.formatting import format_months
from gepnet_core.history import History, MarkKind, Span
from gepnet_core.history_words import history_sentence
from gepnet_core.palette import look_of
from gepnet_core.selection import Selection
from gepnet_core.store.dataset import DataSet
from gepnet_core.vocabulary import DAYS_PER_MONTH, Status

ROW_PIXELS = 34
LABEL_WIDTH, LINE_PIXELS = 24, 17
SHORT = {
    MarkKind.INDEX: "index",
    MarkKind.LOCAL: "further",
    MarkKind.EARLIER_LOCAL: "earlier",
    MarkKind.SAME_DAY: "same day",
}
STATUS_SYMBOLS = {Status.EVENT: "circle", Status.CENSORED: "circle-open", Status.COMPETING_DEATH: "x"}


def timeline_figure(
    data: DataSet, selection: Selection, history: History, levels: Sequence[str]
) -> go.Figure:
    """Draw all that happened to one patient: a row for each treatment, agent, finding and endpoint, named there."""
    rows: list[str] = []
    figure = go.Figure()

    def row_of(name: str) -> int:
        if name not in rows:
            rows.append(name)
        return rows.index(name)

    def add(name: str, day: float, symbol: str, colour: str, words: str) -> None:
        marks = Marks()
        marks.add(day, row_of(name), f"{escape(words)}: {format_months(day)} months", history.patient_id)
        figure.add_trace(marks.trace(name, symbol, colour, size=13, legend=False))

    if history.observed_days is not None and history.ended_by is not None:
        end, words = history.ended_by.value, f"observation ({history.ended_by})"
        colour, dash = GREY, "solid"
        if history.modality in levels:
            look = look_of(history.modality, levels)
            colour, dash = look.colour, look.dash
        _add_line(figure, row_of(words), 0, history.observed_days, colour, dash)
        if end in SYMBOLS:  # an event has its own mark
            add(words, history.observed_days, SYMBOLS[end], GREY, end)
    for mark in sorted(history.marks, key=lambda mark: _order(mark.kind)):
        name, symbol, colour = drawn_as(data, mark, levels)
        if mark.kind in LOCAL_KINDS:
            name = f"{SHORT.get(mark.kind, mark.kind)}: {mark.words}"
        elif mark.kind is MarkKind.SIDE_EFFECT:
            name = f"side effect: {mark.of}"
        add(name, mark.day, symbol, colour, f"{mark.kind}: {mark.words}")
    for span in history.spans:
        words = f"{span.agent}" if span.known or not history.in_cohort else f"{span.agent} (new)"
        _add_course(figure, row_of(words), history, span)
    for time in history.times:
        name = f"{time.endpoint.code}: {time.status.label}"
        _add_line(figure, row_of(name), 0, time.days, GREY, "dot")
        add(name, time.days, STATUS_SYMBOLS[time.status], GREY, f"{name}, {time.reason}")
    days = [
        0.0,
        DAYS_PER_MONTH,
        float(history.observed_days or 0),
        *(float(mark.day) for mark in history.marks),
    ]
    days += [edge for span in history.spans for edge in (float(span.start), stop_day(history, span))]
    first, last = min(days), max([*days, *(float(time.days) for time in history.times)])
    pad = 0.04 * (last - first)
    zero = "time zero" if data.is_trial else "the index date"
    if not history.in_cohort:
        zero = "the first dated record"
    figure.add_vline(x=0, line={"color": GREY, "width": 1, "dash": "dash"})
    names = ["<br>".join(escape(line) for line in wrap(name, LABEL_WIDTH)) for name in rows]
    draw_axes(figure, (first - pad, last + pad), list(range(len(rows))), names, len(rows), zero)
    told = [
        history_sentence(data, history).rstrip("."),
        *of_data(data, selection),
    ]
    pixels = max([ROW_PIXELS, *(LINE_PIXELS * (name.count("<br>") + 1) + 4 for name in names)])
    return finished(figure, max(pixels * len(rows), 100), "; ".join(told), legend=False)


def _order(kind: MarkKind) -> int:
    return [*LOCAL_KINDS, MarkKind.FOCAL, MarkKind.MULTIFOCAL, MarkKind.EVENT, MarkKind.SIDE_EFFECT].index(
        kind
    )


def _add_line(figure: go.Figure, row: int, start: float, end: float, colour: str, dash: str) -> None:
    figure.add_trace(
        go.Scatter(
            x=[start / DAYS_PER_MONTH, end / DAYS_PER_MONTH],
            y=[row, row],
            mode="lines",
            line={"color": colour, "dash": dash, "width": 3},
            hoverinfo="skip",
            showlegend=False,
        )
    )


def _add_course(figure: go.Figure, row: int, history: History, span: Span) -> None:
    length = max(stop_day(history, span) - span.start, 4.0)
    figure.add_trace(
        go.Bar(
            base=[span.start / DAYS_PER_MONTH],
            x=[length / DAYS_PER_MONTH],
            y=[row],
            width=0.4,
            orientation="h",
            marker={
                "color": PALE if span.known else GREY,
                "pattern": {"shape": "/" if span.known else "", "fgcolor": GREY, "size": 6},
                "line": {"width": 1, "color": GREY},
            },
            text=[course_words(history, span)],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
            showlegend=False,
        )
    )
