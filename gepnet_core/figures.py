"""Figures of curves for the screen. Only the modules whose names begin with figures_, and this, import plotly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gepnet_core.characters import escape
from gepnet_core.estimates import Estimate, StratumEstimate
from gepnet_core.figure_points import CurvePoints, curve_points
from gepnet_core.figure_words import (
    Look,
    RiskTableRow,
    caption_words,
    last_month,
    look_in,
    risk_table_rows,
    share_axis,
    ticks,
)
from gepnet_core.figures_at_risk import risk_table_traces
from gepnet_core.formatting import format_level, format_months, format_percent, time_axis
from gepnet_core.palette import COLOURS

ROW_PIXELS = 18
CURVE_PIXELS = 360
INK = "#1b2733"
GRID = "rgba(128,128,128,0.3)"
# the dashboard's own first, then those that an exported figure finds where it is opened, none of them wider
FONTS = "Inter, Arial, 'Liberation Sans', Helvetica, sans-serif"
CAPTION_WIDTH = 42  # characters, so that it fits a telephone


def survival_figure(estimated: Estimate, look: Look, levels: Sequence[str]) -> go.Figure:
    """Draw the curves with their at-risk table below, on one time axis in months.

    The figure says by itself what it shows (selection, n, interval, version), since it leaves the screen as a
    file; it is drawn as dark ink on white, which a screen may replace by its own colours.

    Parameters
    ----------
    levels
        Every stratum of the grouping in the whole cohort: its place gives colour and dash, so a stratum
        keeps its look under any filter.
    """
    if estimated.is_incidence:  # a cumulative incidence rises
        look = replace(look, failure=True)
    end = last_month(estimated, look)
    months = ticks(end)
    rows = risk_table_rows(estimated)
    table = ROW_PIXELS * (len(rows) + 1)
    figure = make_subplots(
        rows=2,
        cols=1,
        shared_xaxes=True,
        row_heights=[CURVE_PIXELS, table],
        vertical_spacing=76 / (CURVE_PIXELS + table + 76),
    )
    traces: list[go.Scatter] = []
    for stratum in estimated.strata:
        drawn = look_in(estimated, stratum.stratum, levels)
        traces += _curve(estimated, stratum, look, drawn.colour, drawn.dash)
    figure.add_traces(traces + risk_table_traces(rows, months))
    _draw_axes(figure, estimated, look, rows, end)
    bottom = add_caption(figure, caption_words(estimated), -6)
    figure.update_layout(
        height=CURVE_PIXELS + table + 150 + bottom,
        margin={"l": 10, "r": 46, "t": 10, "b": 10 + bottom},
        dragmode="pan",
        hovermode="closest",
        font={"size": 14, "color": INK, "family": FONTS},
        paper_bgcolor="white",
        plot_bgcolor="white",
        showlegend=len(estimated.strata) > 1,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0, "font": {"size": 15}},
        hoverlabel={"align": "left"},
        modebar={
            "orientation": "v",
            "bgcolor": "rgba(0,0,0,0)",
            "color": "#7a7a7a",
            "activecolor": COLOURS[0],
        },
    )
    return figure


def _draw_axes(
    figure: go.Figure, estimated: Estimate, look: Look, rows: Sequence[RiskTableRow], end: float
) -> None:
    """Set both time axes alike, the axis of shares, and the words before the lines of the at-risk table."""
    pad = 0.02 * end
    figure.update_xaxes(range=[-pad, end + pad], tickvals=ticks(end), zeroline=False, showgrid=False)
    figure.update_xaxes(tickfont_size=15, title_font_size=16, linecolor=GRID, showline=True)
    figure.update_yaxes(tickfont_size=15, title_font_size=16, gridcolor=GRID, zeroline=False, automargin=True)
    figure.update_xaxes(
        title_text=time_axis(estimated),
        showticklabels=True,
        ticks="outside",
        row=1,
        col=1,
    )
    figure.update_xaxes(showticklabels=False, showline=False, fixedrange=True, row=2, col=1)
    figure.update_yaxes(
        title_text=_wrapped(escape(share_axis(estimated, look), quote=False)),
        range=[-2, 102],
        tickvals=[0, 25, 50, 75, 100],
        fixedrange=True,
        row=1,
        col=1,
    )
    figure.update_yaxes(
        ticklabelstandoff=14,
        range=[len(rows) - 0.5, -0.7],
        tickvals=[place for place, row in enumerate(rows) if not row.heading],
        ticktext=[row.words for row in rows if not row.heading],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
        row=2,
        col=1,
    )


def add_caption(figure: go.Figure, words: str, yshift: int) -> int:
    """Add what the figure must say once it has left the screen; return its height in pixels."""
    lines = wrap(words, CAPTION_WIDTH, break_on_hyphens=False)
    figure.add_annotation(
        text="<br>".join(escape(line, quote=False) for line in lines),
        xref="paper",
        yref="paper",
        x=0,
        y=0,
        xanchor="left",
        yanchor="top",
        yshift=yshift,
        showarrow=False,
        align="left",
        font={"size": 11},
    )
    return 15 * len(lines)


def _curve(
    estimated: Estimate, stratum: StratumEstimate, look: Look, colour: str, dash: str
) -> list[go.Scatter]:
    """Return band, curve (faded where few are at risk) and censor marks of one stratum."""
    traces: list[go.Scatter] = []
    points = curve_points(estimated, stratum, look)
    x, shown, turn = points.months, points.share, points.turn
    hover = [_hover(estimated, stratum, points, place, look=look) for place in range(x.size)]
    if look.band:
        for edge, fill in zip(points.edges, (None, "tonexty"), strict=True):
            traces.append(
                go.Scatter(
                    x=x,
                    y=edge,
                    mode="lines",
                    line={"shape": "hv", "width": 0},
                    fill=fill,
                    fillcolor=faded(colour, max(0.04, 0.2 / len(estimated.strata))),
                    hoverinfo="skip",
                    showlegend=False,
                    legendgroup=stratum.stratum,
                )
            )
    for part, opacity in ((slice(0, turn + 1), 1.0), (slice(turn, None), 0.5)):
        if len(x[part]) < 2 and opacity < 1.0:
            continue
        traces.append(
            go.Scatter(
                x=x[part],
                y=shown[part],
                mode="lines",
                name=escape(stratum.label),
                line={"shape": "hv", "color": colour, "dash": dash, "width": 3},
                opacity=opacity,
                text=hover[part],
                hovertemplate="%{text}<extra></extra>",
                legendgroup=stratum.stratum,
                showlegend=opacity == 1.0,
            )
        )
    marks = points.marks
    traces.append(
        go.Scatter(
            x=x[marks],
            y=shown[marks],
            mode="markers",
            name=f"{escape(stratum.label)}, censored",
            marker={"symbol": "line-ns-open", "size": 10, "color": colour, "line": {"width": 2}},
            text=[hover[i] for i in marks],
            hovertemplate="%{text}<extra></extra>",
            legendgroup=stratum.stratum,
            showlegend=False,
        )
    )
    return traces


def _hover(
    estimated: Estimate, stratum: StratumEstimate, points: CurvePoints, place: int, *, look: Look
) -> str:
    day, share = float(points.days[place]), float(points.survival[place])
    lower, upper = float(points.lower[place]), float(points.upper[place])
    if look.failure:
        share, lower, upper = 1.0 - share, 1.0 - upper, 1.0 - lower
    limits = [format_percent(limit if np.isfinite(limit) else None) for limit in (lower, upper)]
    return (
        f"<b>{escape(stratum.label)}</b>, {format_months(day)} months (day {int(day)})<br>"
        f"{_symbol(estimated, look)}(t) {format_percent(share)} % "
        f"({format_level(estimated.conf_level)} CI {limits[0]}–{limits[1]}, {estimated.conf_type.pointwise})"
        f"<br>{int(points.at_risk[place])} at risk"
    )


def _symbol(estimated: Estimate, look: Look) -> str:
    if estimated.is_incidence:
        return "F"
    return "1 − S" if look.failure else "S"


def dressed(figure: go.Figure, height: int, *, legend: bool) -> go.Figure:
    """Return a figure in ink on white, which a screen may replace by its own colours."""
    figure.update_layout(
        height=height,
        margin={"l": 70, "r": 20, "t": 70 if legend else 10, "b": 60},
        dragmode="pan",
        hovermode="closest",
        font={"size": 14, "color": INK, "family": FONTS},
        paper_bgcolor="white",
        plot_bgcolor="white",
        showlegend=legend,
        legend={"orientation": "h", "yref": "container", "yanchor": "top", "y": 1.0, "x": 0},
        modebar={
            "orientation": "v",
            "bgcolor": "rgba(0,0,0,0)",
            "color": "#7a7a7a",
            "activecolor": COLOURS[0],
        },
    )
    return figure


def faded(colour: str, alpha: float) -> str:
    """Return a colour with the opacity `alpha`."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def _wrapped(text: str, width: int = 46) -> str:
    """Return a long axis title on two lines."""
    if len(text) <= width:
        return text
    cut = text.rfind(" ", 0, width)
    return f"{text[:cut]}<br>{text[cut + 1 :]}"
