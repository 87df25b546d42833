"""The figure of the board view: curves to be read from the back row, and a cursor that reads every stratum."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from gepnet_core.board_words import (
    at_risk_words,
    clipped,
    phrase,
    share_words,
    short_words,
)
from gepnet_core.characters import escape
from gepnet_core.cursor import Reading, StratumReading
from gepnet_core.estimates import Estimate
from gepnet_core.figure_words import Look, longest_months, look_in, ticks
from gepnet_core.figures import FONTS, GRID, INK, faded
from gepnet_core.formatting import FEW_AT_RISK, format_interval, time_axis
from gepnet_core.palette import MARKS, StratumLook
from gepnet_core.vocabulary import DAYS_PER_MONTH

TICK_TYPE, LABEL_TYPE, HOVER_TYPE, HOVER_TYPE_OF_MANY = 26, 22, 20, 16
LINE = 5
LABEL_WIDTH = 14  # characters on a line of a label at the end of a curve
LABEL_LINES = 2
LABEL_PIXELS = 250
PLOT_PIXELS = 330  # high at least, on a screen of 1280 x 720
MOST_LABELS = 6
SIGNS = dict(zip(MARKS, "●■◆▲⬟✚", strict=True))  # the marks, as characters


def board_figure(
    estimated: Estimate,
    read: Sequence[Reading],
    look: Look,
    levels: Sequence[str],
    *,
    chosen: Reading,
    scale: float = 1.0,
) -> go.Figure:
    """Draw the curves in large type; the cursor says of all strata what is read at one time.

    Parameters
    ----------
    read
        The readings of the estimate, all days of change in order: the curves and the cursor hold nothing else.
    levels
        Every stratum of the grouping in the whole cohort: its place gives the look.
    chosen
        The reading that stands beside the figure: a line marks its time.
    scale
        How much larger than on a screen of 1280 x 720 the type is.
    """
    if look.failure:
        read, chosen = [reading.rising() for reading in read], chosen.rising()
    end = float(look.horizon) if look.horizon else max(longest_months(estimated), 1.0)
    figure = go.Figure()
    labels = end_labels(estimated, read, end)
    for place, stratum in enumerate(estimated.strata):
        drawn = look_in(estimated, stratum.stratum, levels)
        seen = [reading.strata[place] for reading in read]
        _draw_curve(figure, read, seen, drawn, look, len(estimated.strata), scale)
        _mark(figure, chosen.day, chosen.strata[place], drawn, scale)
        if stratum.stratum in labels:
            _draw_label(figure, stratum.label, seen, read, labels[stratum.stratum], drawn, end, scale)
    # where a figure has a band, plotly lists the lines of the cursor's label from the last to the first
    places = range(len(estimated.strata))
    for place in reversed(places) if look.band else places:
        _draw_cursor(figure, read, place, look_in(estimated, estimated.strata[place].stratum, levels))
    _dress(figure, estimated, chosen, end, scale, bool(labels))
    return figure


def end_labels(estimated: Estimate, read: Sequence[Reading], end: float) -> dict[str, float]:
    """Return the height, in per cent of the axis, of the label at the end of each curve.

    Labels keep the order of the curves' ends and are moved apart until none covers another. Empty where one
    curve needs none, or where there are too many: the table of readings tells them apart then.
    """
    if not 1 < len(estimated.strata) <= MOST_LABELS:
        return {}
    share_of_line = 100.0 * 1.25 * LABEL_TYPE / PLOT_PIXELS
    wanted = []
    for place, stratum in enumerate(estimated.strata):
        last = _last_within([reading.strata[place] for reading in read], read, end)
        wanted.append(
            (100.0 * (last[1] or 0.0), stratum.stratum, len(_wrapped(stratum.label)) * share_of_line)
        )
    wanted.sort(key=lambda found: found[0])
    if sum(height for _, _, height in wanted) > 100.0:
        return {}
    return _moved_apart(wanted)


def _moved_apart(wanted: Sequence[tuple[float, str, float]]) -> dict[str, float]:
    """Return the middle of each label, from its wish (ascending), name and height; those that touch are stacked.

    A stack stands where its labels are nearest to their wishes on average, within 0 and 100.
    """
    stacks: list[tuple[float, list[tuple[float, str, float]]]] = []  # the foot of each stack, and its labels
    for label in wanted:
        members = [label]
        foot = _foot(members)
        while stacks and stacks[-1][0] + sum(height for _, _, height in stacks[-1][1]) > foot:
            members = stacks.pop()[1] + members
            foot = _foot(members)
        stacks.append((foot, members))
    placed: dict[str, float] = {}
    for foot, members in stacks:
        for _, name, height in members:
            placed[name] = foot + height / 2
            foot += height
    return placed


def _foot(members: Sequence[tuple[float, str, float]]) -> float:
    total = sum(height for _, _, height in members)
    below, feet = 0.0, []
    for wish, _, height in members:
        feet.append(wish - height / 2 - below)
        below += height
    return min(max(0.0, sum(feet) / len(feet)), 100.0 - total)


def _draw_curve(
    figure: go.Figure,
    read: Sequence[Reading],
    seen: Sequence[StratumReading],
    drawn: StratumLook,
    look: Look,
    strata: int,
    scale: float,
) -> None:
    """Draw band and curve of one stratum as far as it is followed, faded where few are at risk."""
    inside = [place for place, found in enumerate(seen) if found.share is not None and found.at_risk > 0]
    x = np.array([read[place].day / DAYS_PER_MONTH for place in inside])
    y, lower, upper = (
        np.array([np.nan if value is None else 100.0 * value for value in values])
        for values in zip(*((seen[p].share, seen[p].lower, seen[p].upper) for p in inside), strict=True)
    )
    if look.band:
        for edge, fill in ((upper, None), (lower, "tonexty")):
            figure.add_scatter(
                x=x,
                y=edge,
                mode="lines",
                line={"shape": "hv", "width": 0},
                fill=fill,
                fillcolor=faded(drawn.colour, max(0.04, 0.2 / strata)),
                hoverinfo="skip",
            )
    staying = [seen[place + 1].at_risk if place + 1 < len(seen) else 0 for place in inside]
    few = [place for place, at_risk in enumerate(staying) if at_risk < FEW_AT_RISK]
    turn = few[0] if few else len(inside) - 1
    for part, opacity in ((slice(0, turn + 1), 1.0), (slice(turn, None), 0.5)):
        figure.add_scatter(
            x=x[part],
            y=y[part],
            mode="lines",
            name=escape(seen[0].label),
            line={"shape": "hv", "color": drawn.colour, "dash": drawn.dash, "width": LINE * scale},
            opacity=opacity,
            hoverinfo="skip",
        )


def _draw_cursor(figure: go.Figure, read: Sequence[Reading], place: int, drawn: StratumLook) -> None:
    """Add the unseen points that the cursor reads; they stand at every time, also beyond the follow-up.

    They lie where the curves are not, low or high, for the cursor's label to leave the curves in sight.
    """
    shares = [found.share for reading in read for found in reading.strata if found.share is not None]
    free = 12.0 if sum(shares) > len(shares) / 2 else 88.0
    figure.add_scatter(
        x=[reading.day / DAYS_PER_MONTH for reading in read],
        y=[free + place / 10] * len(read),
        mode="lines",
        line={"color": drawn.colour, "width": 0},
        text=[_hover(reading, place, drawn) for reading in read],
        hovertemplate="%{text}<extra></extra>",
    )


def _hover(reading: Reading, place: int, drawn: StratumLook) -> str:
    found = reading.strata[place]
    if len(reading.strata) == 1:
        return f"{share_words(found)}, {at_risk_words(found)}"
    share, difference = short_words(found)
    if found.difference is not None:
        difference = f"difference {difference}"
    mark = f'<span style="color:{drawn.colour}">{SIGNS[drawn.mark]}</span>'
    return f"{mark} <b>{escape(clipped(found.label))}</b> {share}, {at_risk_words(found)}, {difference}"


def _mark(figure: go.Figure, day: float, found: StratumReading, drawn: StratumLook, scale: float) -> None:
    """Mark where the chosen time meets a curve."""
    if found.share is not None:
        figure.add_scatter(
            x=[day / DAYS_PER_MONTH],
            y=[100.0 * found.share],
            mode="markers",
            marker={"symbol": drawn.mark, "size": 20 * scale, "color": drawn.colour},
            hoverinfo="skip",
        )


def _last_within(
    seen: Sequence[StratumReading], read: Sequence[Reading], end: float
) -> tuple[float, float | None]:
    """Return month and share at which a drawn curve ends."""
    months, share = 0.0, seen[0].share
    for reading, found in zip(read, seen, strict=True):
        if found.share is None or found.at_risk == 0 or reading.day / DAYS_PER_MONTH > end:
            break
        months, share = reading.day / DAYS_PER_MONTH, found.share
    return months, share


def _draw_label(
    figure: go.Figure,
    label: str,
    seen: Sequence[StratumReading],
    read: Sequence[Reading],
    height: float,
    drawn: StratumLook,
    end: float,
    scale: float,
) -> None:
    """Write the name of a curve beside the figure, with a thin line from where the curve ends."""
    months, share = _last_within(seen, read, end)
    figure.add_scatter(
        x=[months, end * 1.02],
        y=[100.0 * (share or 0.0), height],
        mode="lines",
        line={"color": drawn.colour, "width": 1.5 * scale, "dash": "dot"},
        hoverinfo="skip",
        cliponaxis=False,
    )
    figure.add_annotation(
        text="<br>".join(escape(line) for line in _wrapped(label)),
        x=1.0,
        xref="paper",
        xshift=4 * scale,
        y=height,
        xanchor="left",
        yanchor="middle",
        align="left",
        showarrow=False,
        font={"size": LABEL_TYPE * scale, "color": INK},
    )


def _wrapped(label: str) -> list[str]:
    """Return a label on at most two lines; what does not fit loses its middle."""
    lines = wrap(label, LABEL_WIDTH)
    if len(lines) <= LABEL_LINES:
        return lines or [label]
    return [lines[0], f"…{label[-(LABEL_WIDTH - 1) :].lstrip()}"]


def _dress(
    figure: go.Figure,
    estimated: Estimate,
    chosen: Reading,
    end: float,
    scale: float,
    labelled: bool,
) -> None:
    """Set axes, type, the line at the chosen time, and what the cursor's label looks like."""
    month = chosen.day / DAYS_PER_MONTH
    if month <= end:
        figure.add_vline(x=month, line={"color": "#7a7a7a", "width": 2 * scale, "dash": "dot"})
    interval = format_interval(estimated.conf_level, estimated.conf_type.pointwise)
    words = f"<br>{escape(phrase(estimated, chosen))}, %"
    if chosen.reference is not None:
        words += f"; difference to {escape(clipped(chosen.reference))} in points"
    hover_type = HOVER_TYPE if len(estimated.strata) <= MOST_LABELS else HOVER_TYPE_OF_MANY
    figure.add_annotation(
        text=f"{escape(phrase(estimated, chosen), quote=False)}, %",
        x=0,
        y=1,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="bottom",
        xshift=-62 * scale,
        yshift=12 * scale,
        showarrow=False,
        font={"size": LABEL_TYPE * scale},
    )
    figure.update_xaxes(
        range=[-0.015 * end, end * 1.02],
        tickvals=ticks(end),
        title={"text": time_axis(estimated), "font": {"size": LABEL_TYPE * scale}, "standoff": 6},
        tickfont={"size": TICK_TYPE * scale},
        showgrid=False,
        zeroline=False,
        showline=True,
        linecolor=GRID,
        fixedrange=True,
        unifiedhovertitle={"text": f"%{{x:.1f}} months ({interval}){words}"},
        showspikes=True,
        spikemode="across",
        spikesnap="hovered data",
        spikethickness=2,
        spikedash="solid",
        spikecolor="#7a7a7a",
    )
    figure.update_yaxes(
        range=[-2, 102],
        tickvals=[0, 25, 50, 75, 100],
        tickfont={"size": TICK_TYPE * scale},
        gridcolor=GRID,
        zeroline=False,
        fixedrange=True,
    )
    figure.update_layout(
        margin={
            "l": 66 * scale,
            "r": (LABEL_PIXELS - 50 if labelled else 20) * scale,
            "t": 50 * scale,
            "b": 78 * scale,
        },
        dragmode=False,
        hovermode="x unified",
        hoverdistance=-1,
        hoverlabel={"font": {"size": hover_type * scale, "family": FONTS}, "align": "left", "namelength": -1},
        font={"size": LABEL_TYPE * scale, "color": INK, "family": FONTS},
        paper_bgcolor="white",
        plot_bgcolor="white",
        showlegend=False,
    )
