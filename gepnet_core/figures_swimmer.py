"""The figure of a list of patients: a lane each, with therapies, progressions, treatments and the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    never_faded,
    of_data,
    stop_day,
)
from gepnet_core.formatting import format_months
from gepnet_core.histories import Listed
from gepnet_core.history import History, Mark, MarkKind
from gepnet_core.history_words import history_sentence
from gepnet_core.palette import look_of
from gepnet_core.store.dataset import DataSet
from gepnet_core.vocabulary import DAYS_PER_MONTH

LANE_PIXELS = 30
LEAST_PIXELS = 190  # so that a legend of many lines, on a telephone, leaves room for a single lane
BEFORE = 3 * DAYS_PER_MONTH
NAME_LENGTH = 14
KNOWN_AGENT, NEW_AGENT = "systemic therapy known at index", "new systemic therapy"


def swimmer_figure(listed: Listed, levels: Sequence[str]) -> go.Figure:
    """Draw a lane for each patient of the page who has a time zero, in its order, groups under their headings.

    A lane begins three months before the index date where anything was going on by then. Every lane carries its
    patient's id as `customdata`.

    Parameters
    ----------
    levels
        Every modality of the whole cohort, whose place gives its look.
    """
    data = listed.dataset
    rows = _rows(listed)
    drawn = [(row, history) for row, history in rows if isinstance(history, History)]
    early = any(span.start < 0 for _, history in drawn for span in history.spans)
    early = early or any(_is_shown(mark) and mark.day < 0 for _, history in drawn for mark in history.marks)
    first = -BEFORE if early else 0.0
    last = max([DAYS_PER_MONTH, *(history.observed_days or 0 for _, history in drawn)])
    pad = 0.03 * (last - first)
    figure = go.Figure(_hit_areas(listed, drawn, (first - pad, last + pad)))
    figure.add_traces([*_lanes(data, drawn, levels), *_therapies(drawn, first)])
    figure.add_traces([*_all_marks(data, drawn, levels, first)])
    for row, heading in rows:
        if isinstance(heading, str):
            _add_heading(figure, row, heading)
    zero = "time zero" if data.is_trial else "the index date"
    names = [_short(history.patient_id) for _, history in drawn]
    draw_axes(figure, (first - pad, last + pad), [row for row, _ in drawn], names, len(rows), zero)
    words = "; ".join(
        [
            f"{listed.place}, sorted by {listed.listing.order.label}: {listed.sentence}",
            *of_data(data, listed.listing.selection),
        ]
    )
    return finished(figure, max(LANE_PIXELS * len(rows), LEAST_PIXELS), words)


def _rows(listed: Listed) -> list[tuple[int, History | str]]:
    """Return what stands on each row: a lane, or the heading of the lanes below."""
    found: list[History | str] = []
    before: str | None = None
    for history in listed.histories:
        if not history.in_cohort or history.observed_days is None:
            continue
        if listed.listing.lanes is not None and history.stratum != before:
            found.append(history.stratum)
            before = history.stratum
        found.append(history)
    return list(enumerate(found))


def _is_shown(mark: Mark) -> bool:
    return mark.kind is not MarkKind.SIDE_EFFECT and mark.day >= -BEFORE


def _hit_areas(
    listed: Listed, drawn: Sequence[tuple[int, History]], across: tuple[float, float]
) -> list[go.Bar]:
    """Return an unseen bar over each whole lane, so that a click anywhere on it means its patient."""
    data, code = listed.dataset, listed.listing.endpoint
    return [
        go.Bar(
            x=[(across[1] - across[0]) / DAYS_PER_MONTH for _ in drawn],
            base=[across[0] / DAYS_PER_MONTH for _ in drawn],
            y=[row for row, _ in drawn],
            width=0.96,
            orientation="h",
            marker={"color": "rgba(0,0,0,0)", "line": {"width": 0}},
            customdata=[history.patient_id for _, history in drawn],
            text=[_hover(data, history, code) for _, history in drawn],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
            showlegend=False,
            **never_faded(),
        )
    ]


def _hover(data: DataSet, history: History, code: str) -> str:
    lines = wrap(history_sentence(data, history), 60)
    if time := history.time_of(code):
        lines.append(f"{code}: {format_months(time.days)} months, {time.status.label} ({time.reason})")
    return "<br>".join(escape(line) for line in lines)


def _lanes(
    data: DataSet, drawn: Sequence[tuple[int, History]], levels: Sequence[str]
) -> Iterable[go.Scatter]:
    """Yield a line for each modality, from time zero to the end of observation of its patients.

    One more trace, without points, stands in the legend for the line and the mark of a modality together.
    """
    for modality in levels:
        x: list[float | None] = []
        y: list[float | None] = []
        for row, history in drawn:
            if history.modality == modality:
                x += [0.0, (history.observed_days or 0) / DAYS_PER_MONTH, None]
                y += [row, row, None]
        if x:
            look = look_of(modality, levels)
            line = {"color": look.colour, "dash": look.dash, "width": 4}
            shared = {"line": line, "hoverinfo": "skip", "legendgroup": modality}
            yield go.Scatter(x=x, y=y, mode="lines", showlegend=False, **shared)
            yield go.Scatter(
                x=[None],
                y=[None],
                mode="lines+markers",
                name=escape(data.words_for("modality", modality)),
                marker={"symbol": look.mark, "size": 11, "color": look.colour},
                **shared,
            )


def _therapies(drawn: Sequence[tuple[int, History]], first: float) -> Iterable[go.Bar]:
    """Yield the courses of agents as slim bars under the lanes: those known at index hatched, new ones full."""
    for known, name, pattern in ((True, KNOWN_AGENT, "/"), (False, NEW_AGENT, "")):
        found = [
            (row, history, span)
            for row, history in drawn
            for span in history.spans
            if span.known is known and stop_day(history, span) > first
        ]
        if not found:
            continue
        starts = [max(float(span.start), first) for _, _, span in found]
        yield go.Bar(
            base=[start / DAYS_PER_MONTH for start in starts],
            x=[
                max(stop_day(history, span) - start, 4.0) / DAYS_PER_MONTH
                for start, (_, history, span) in zip(starts, found, strict=True)
            ],
            y=[row + (0.2 if known else 0.36) for row, _, _ in found],
            width=0.14,
            orientation="h",
            name=name,
            marker={
                "color": PALE if known else GREY,
                "pattern": {"shape": pattern, "fgcolor": GREY, "size": 5},
                "line": {"width": 1, "color": GREY},
            },
            text=[course_words(history, span) for _, history, span in found],
            textposition="none",
            customdata=[history.patient_id for _, history, _ in found],
            hovertemplate="%{text}<extra></extra>",
            **never_faded(),
        )


def _all_marks(
    data: DataSet, drawn: Sequence[tuple[int, History]], levels: Sequence[str], first: float
) -> Iterable[go.Scatter]:
    """Yield the marks on the lanes, a trace a kind; a legend names those of a modality by their lane."""
    found: dict[tuple[str, str, str, str], Marks] = {}
    with_lane = {history.modality for _, history in drawn}

    def add(key: tuple[str, str, str, str], day: float, row: float, history: History, words: str) -> None:
        when = f"{format_months(day)} months"
        text = f"<b>{escape(history.patient_id)}</b><br>{escape(words)}: {when}"
        found.setdefault(key, Marks()).add(day, row, text, history.patient_id)

    for row, history in drawn:
        for mark in filter(_is_shown, history.marks):
            words = f"{mark.kind}: {mark.words}" if mark.kind in LOCAL_KINDS else mark.words
            add((*drawn_as(data, mark, levels), mark.of), mark.day, row, history, words)
        if history.ended_by is not None and history.ended_by.value in SYMBOLS:  # an event has its own mark
            end = history.ended_by.value
            add((end, SYMBOLS[end], GREY, ""), history.observed_days or 0, row, history, end)
        if any(
            span.known and span.start < first and stop_day(history, span) > first for span in history.spans
        ):
            words = "on systemic therapy since earlier"
            add((words, "arrow-left", GREY, ""), first, row + 0.2, history, words)
    for (name, symbol, colour, of), marks in found.items():
        yield marks.trace(name, symbol, colour, legend=of not in with_lane, group=of)


def _add_heading(figure: go.Figure, row: int, words: str) -> None:
    figure.add_annotation(
        text=f"<b>{escape(words)}</b>",
        xref="paper",
        x=0,
        y=row + 0.1,
        xanchor="left",
        yanchor="middle",
        showarrow=False,
        font={"size": 13},
    )


def _short(name: str) -> str:
    """Return a patient's id as a lane is labelled: the middle of a long one is left out."""
    if len(name) > NAME_LENGTH:
        name = f"{name[: NAME_LENGTH - 6]}…{name[-5:]}"
    return escape(name)
