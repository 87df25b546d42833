"""Figures of a comparison: forest plots, the log-minus-log picture, cumulative incidences."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gepnet_core.characters import escape
from gepnet_core.comparison import Comparison
from gepnet_core.figure_words import RATIO_TICKS, WIDEST_RATIO, longest_months, ticks
from gepnet_core.figures import GRID, dressed, faded
from gepnet_core.formatting import format_percent
from gepnet_core.hazard_ratios import HazardRatio
from gepnet_core.palette import PALE_SLATE, SLATE, look_of
from gepnet_core.result_words import ratio_words
from gepnet_core.survival import kaplan_meier
from gepnet_core.vocabulary import DAYS_PER_MONTH, Status

ROW = 40
MONTH_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)


def forest_figure(rows: Sequence[tuple[str, HazardRatio | None]]) -> go.Figure:
    """Draw hazard ratios with their limits on a log scale, the numbers above each line.

    A row without a ratio is a heading or the reference. Limits beyond 1/100 and 100 end in an arrow.
    """
    figure = go.Figure()
    low, high = 0.5, 2.0
    for place, (words, ratio) in enumerate(rows):
        text = f"<b>{escape(words)}</b>" if ratio is None else escape(words)
        if ratio is not None and ratio.hazard_ratio is not None and ratio.lower and ratio.upper:
            text += f": {escape(ratio_words(ratio))}"
            left, right = max(ratio.lower, 1 / WIDEST_RATIO), min(ratio.upper, WIDEST_RATIO)
            low, high = min(low, left), max(high, right)
            middle = min(max(ratio.hazard_ratio, left), right)
            figure.add_trace(
                go.Scatter(
                    x=[left, middle, right],
                    y=[place] * 3,
                    mode="lines+markers",
                    line={"color": SLATE, "width": 2},
                    marker={
                        "symbol": [
                            "line-ns-open" if left == ratio.lower else "triangle-left",
                            "square",
                            "line-ns-open" if right == ratio.upper else "triangle-right",
                        ],
                        "size": [9, 11, 9],
                        "color": SLATE,
                        "line": {"width": 2, "color": SLATE},
                    },
                    hoverinfo="text",
                    text=text,
                )
            )
        elif ratio is not None:
            text += ": not estimable"
        figure.add_annotation(
            x=0, y=place - 0.42, xref="paper", text=text, xanchor="left", showarrow=False, font={"size": 13}
        )
    figure.add_vline(x=1, line={"color": "#7a7a7a", "dash": "dot", "width": 1})
    figure.update_xaxes(
        type="log",
        range=[math.log10(low / 1.15), math.log10(high * 1.15)],
        tickvals=[tick for tick in RATIO_TICKS if low / 1.15 <= tick <= high * 1.15],
        ticktext=[f"{tick:g}" for tick in RATIO_TICKS if low / 1.15 <= tick <= high * 1.15],
        title_text="Hazard ratio (log scale)",
        gridcolor=GRID,
        zeroline=False,
        fixedrange=True,
    )
    figure.update_yaxes(
        range=[len(rows) - 0.4, -0.9], showticklabels=False, showgrid=False, zeroline=False, fixedrange=True
    )
    dressed(figure, 110 + ROW * max(len(rows), 1), legend=False)
    return figure.update_layout(margin={"l": 10})


def log_minus_log_figure(found: Comparison, levels: Sequence[str]) -> go.Figure:
    """Draw log(-log S) against the logarithm of time: where hazards are proportional, the curves are parallel."""
    figure = go.Figure()
    for stratum in found.strata:
        curve = kaplan_meier(stratum.curve.counts)
        days = np.asarray(curve.counts.days, dtype=float)
        shown = (days > 0.0) & (curve.survival > 0.0) & (curve.survival < 1.0)
        drawn = look_of(stratum.stratum, levels)
        colour, dash = drawn.colour, drawn.dash
        figure.add_trace(
            go.Scatter(
                x=days[shown] / DAYS_PER_MONTH,
                y=np.log(-np.log(curve.survival[shown])),
                mode="lines",
                line={"shape": "hv", "color": colour, "dash": dash, "width": 3},
                name=escape(stratum.label),
                hovertemplate="%{x:.1f} months<br>log(−log S) %{y:.2f}",
            )
        )
    figure.update_xaxes(
        type="log",
        title_text="Months (log scale)",
        tickvals=MONTH_TICKS,
        ticktext=[f"{tick:g}" for tick in MONTH_TICKS],
        gridcolor=GRID,
        zeroline=False,
    )
    figure.update_yaxes(title_text="log(−log S)", gridcolor=GRID, zeroline=False, automargin=True)
    return dressed(figure, 360, legend=True)


def incidence_figure(found: Comparison, levels: Sequence[str]) -> go.Figure:
    """Draw the cumulative incidence of event and of death side by side, and naive 1 - Kaplan-Meier faint."""
    figure = _side_by_side(["Event", "Death before it"])
    for curve in found.incidences:
        column = 1 if curve.cause is Status.EVENT else 2
        drawn = look_of(curve.stratum, levels)
        colour, dash = drawn.colour, drawn.dash
        label = escape(found.label(curve.stratum))
        if column == 1:
            naive = kaplan_meier(curve.counts)
            figure.add_trace(
                _step(
                    naive.counts.days,
                    1.0 - naive.survival,
                    f"{label}, 1 − Kaplan-Meier",
                    faded(colour, 0.45),
                    "solid",
                    1,
                    in_legend=False,
                ),
                row=1,
                col=1,
            )
        days, share = curve.counts.days, curve.incidence
        figure.add_trace(_step(days, share, label, colour, dash, 3, in_legend=column == 1), row=1, col=column)
    return _incidence_axes(figure, found)


def stacked_figure(found: Comparison) -> go.Figure:
    """Draw, per stratum, the shares with the event, dead before it, and with neither, which add up to 100 %."""
    figure = _side_by_side([stratum.label for stratum in found.strata])
    for place, stratum in enumerate(found.strata):
        curves = [curve for curve in found.incidences if curve.stratum == stratum.stratum]
        below = np.zeros(curves[0].incidence.size)
        for curve, colour, pattern in zip(curves, (SLATE, PALE_SLATE), ("", "/"), strict=True):
            below = below + curve.incidence
            name = curve.cause.label.capitalize()
            trace = _step(curve.counts.days, below, name, colour, "solid", 1, in_legend=place == 0)
            trace.update(
                fill="tonexty" if curve.cause is Status.COMPETING_DEATH else "tozeroy",
                fillcolor=faded(colour, 0.45),
                fillpattern={"shape": pattern, "fgcolor": colour},
            )
            figure.add_trace(trace, row=1 + place // 2, col=1 + place % 2)
    return _incidence_axes(figure, found)


def _side_by_side(titles: Sequence[str]) -> go.Figure:
    return make_subplots(
        rows=max(1, math.ceil(len(titles) / 2)),
        cols=2,
        shared_yaxes=True,
        subplot_titles=[escape(title) for title in titles],
        horizontal_spacing=0.06,
        vertical_spacing=0.45 / max(1, math.ceil(len(titles) / 2)),
    )


def _step(
    days: np.ndarray, share: np.ndarray, name: str, colour: str, dash: str, width: int, *, in_legend: bool
) -> go.Scatter:
    shares = np.concatenate(([0.0], share))
    return go.Scatter(
        showlegend=in_legend,
        x=np.concatenate(([0.0], np.asarray(days, dtype=float) / DAYS_PER_MONTH)),
        y=100.0 * shares,
        text=[format_percent(float(found)) for found in shares],
        mode="lines",
        name=name,
        line={"shape": "hv", "color": colour, "dash": dash, "width": width},
        hovertemplate="%{x:.1f} months: %{text} %",
    )


def _incidence_axes(figure: go.Figure, found: Comparison) -> go.Figure:
    longest = max(longest_months(found.estimated), 1.0)
    rows = len({axis.domain for axis in figure.select_yaxes()})
    figure.update_xaxes(
        range=[-0.02 * longest, 1.02 * longest],
        tickvals=ticks(longest)[:: 1 if longest < 12 else 2],
        showgrid=False,
        zeroline=False,
        title_text="Months",
    )
    figure.update_yaxes(range=[-2, 102], tickvals=[0, 25, 50, 75, 100], gridcolor=GRID, zeroline=False)
    figure.update_yaxes(title_text="Cumulative incidence (%)", col=1)
    dressed(figure, 160 + 290 * rows, legend=True)
    figure.update_annotations(font={"size": 14})
    return figure.update_layout(margin={"t": 100})  # the names of the panels stand under the legend
