"""Curves for print: a journal's width, real millimetres, dark ink on white, the at-risk table below.

    figure: PrintFigure = survival_sheet(estimated, look, levels, Width.SINGLE)
    figure.svg() -> bytes, figure.inline_svg(salt) -> str (to stand in HTML), figure.png(dpi) -> bytes
    figure.title, figure.description      the words of the figure (alternative text)
    figures_print_flow.flow_sheet(flow, dataset, selection, width)
    figures_print_forest.forest_sheet(comparison, width), subgroup_sheet(comparison, width)
    figures_print_side_effects.side_effects_sheet(side_effects, width)
    Width.SINGLE, .MIDDLE, .DOUBLE: 85, 114 and 174 mm

matplotlib takes long to load: import these modules where a figure is asked for, not before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from gepnet_core.estimates import Estimate, StratumEstimate
from gepnet_core.figure_points import curve_points
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
from gepnet_core.figures_print_paper import CURVE, DASHES, FAINT, INK, THIN, Paper, PrintFigure
from gepnet_core.formatting import FEW_AT_RISK, result_sentence, time_axis
from gepnet_core.print_size import Width

__all__ = ["PrintFigure", "Width", "survival_sheet"]
PAD = 0.02  # of the time axis, on both sides, as on the screen
SAMPLE = 7.0  # mm of line before a name in the legend
GAP = 1.5
FADED = 0.5


def survival_sheet(estimated: Estimate, look: Look, levels: Sequence[str], size: Width) -> PrintFigure:
    """Draw the curves with their at-risk table below, on one time axis in months.

    Parameters
    ----------
    levels
        Every stratum of the grouping in the whole cohort: its place gives colour and dash, so a stratum
        keeps its look under any filter.
    """
    if estimated.is_incidence:  # a cumulative incidence rises
        look = replace(look, failure=True)
    paper = Paper(size)
    end = last_month(estimated, look)
    months = ticks(end)
    rows = risk_table_rows(estimated)
    widest = max(paper.wide(str(row.number(month))) for row in rows if not row.heading for month in months)
    words = max(paper.wide(row.words) for row in rows if not row.heading)
    left = max(words + widest / 2 + 1.0, 2 * paper.row + paper.wide("100") + 2.5)
    right = max(2.0, widest / 2)
    wide = paper.width - left - right
    top = _legend(paper, estimated, levels) + 1.0
    high = min(0.66 * wide + 6.0, 92.0)
    axes = paper.axes(left, top, wide, high)
    for stratum in estimated.strata:
        _curve(axes, estimated, stratum, look, levels)
    axes.set_xlim(-PAD * end, (1 + PAD) * end)
    axes.set_ylim(-2.0, 102.0)
    paper.label_ticks(axes.xaxis, months, [f"{month:g}" for month in months])
    paper.label_ticks(axes.yaxis, [0, 25, 50, 75, 100], ["0", "25", "50", "75", "100"])
    axis = paper.wrapped(share_axis(estimated, look), high + 4.0)
    for place, line in enumerate(reversed(axis)):
        x = left - paper.wide("100") - 2.5 - (place + 0.5) * paper.row
        paper.text(x, top + high / 2, line, turned=True)
    below = top + high + 1.5 + paper.row
    below = paper.lines(
        left + wide / 2, below, paper.wrapped(time_axis(estimated), paper.width - left), align="center"
    )

    def across(month: float) -> float:
        return left + wide * (month / end + PAD) / (1 + 2 * PAD)

    shown = _apart(months, widest + 0.8, lambda a, b: across(b) - across(a))
    below = _risk_table(paper, rows, shown, across, below + 0.6 * paper.row)
    caption = paper.wrapped(caption_words(estimated) + ".", paper.width)
    below = paper.lines(0.0, below + 0.5 * paper.row, caption, colour=FAINT)
    return paper.finish(below, estimated.endpoint.name, result_sentence(estimated))


def _legend(paper: Paper, estimated: Estimate, levels: Sequence[str]) -> float:
    """Write the names of the strata with their lines, on as many lines as they need; return where they end."""
    if len(estimated.strata) < 2:
        return 0.0
    x, y, used = 0.0, 0.0, 1
    for stratum in estimated.strata:
        drawn = look_in(estimated, stratum.stratum, levels)
        words = paper.wrapped(stratum.label, paper.width - SAMPLE - GAP)
        wide = SAMPLE + GAP + max(map(paper.wide, words))
        if x and x + wide > paper.width:
            x, y, used = 0.0, y + used * paper.row, 1
        middle = y + paper.row / 2
        paper.line([x, x + SAMPLE], [middle, middle], colour=drawn.colour, width=CURVE, dash=drawn.dash)
        paper.lines(x + SAMPLE + GAP, y, words)
        used = max(used, len(words))
        x += wide + 2.5 * GAP
    return y + used * paper.row


def _curve(
    axes: Axes, estimated: Estimate, stratum: StratumEstimate, look: Look, levels: Sequence[str]
) -> None:
    """Draw band, curve (faded where few are at risk) and censor marks of one stratum."""
    drawn = look_in(estimated, stratum.stratum, levels)
    points = curve_points(estimated, stratum, look)
    if look.band:
        low, high = np.minimum(*points.edges), np.maximum(*points.edges)
        axes.fill_between(
            points.months,
            low,
            high,
            where=np.isfinite(low) & np.isfinite(high),
            step="post",
            color=drawn.colour,
            alpha=max(0.05, 0.2 / len(estimated.strata)),
            linewidth=0.0,
            gid="band",
        )
    for part, alpha in ((slice(0, points.turn + 1), 1.0), (slice(points.turn, None), FADED)):
        if points.months[part].size < 2 and alpha < 1.0:
            continue
        axes.add_line(
            Line2D(
                points.months[part],
                points.share[part],
                drawstyle="steps-post",
                color=drawn.colour,
                linestyle=DASHES[drawn.dash],
                linewidth=CURVE,
                alpha=alpha,
                solid_joinstyle="miter",
                dash_capstyle="butt",
                label=stratum.stratum,
                gid="curve",
            )
        )
    axes.add_line(
        Line2D(
            points.months[points.marks],
            points.share[points.marks],
            linestyle="none",
            marker="|",
            markersize=4.5,
            markeredgewidth=THIN,
            color=drawn.colour,
            label=stratum.stratum,
            gid="censored",
        )
    )


def _apart(months: Sequence[float], least: float, distance: Callable[[float, float], float]) -> list[float]:
    """Return the ticks whose numbers do not touch: all, or every second, third and so on."""
    step = 1
    while step < len(months) and distance(months[0], months[step]) < least:
        step += 1
    return list(months[::step])


def _risk_table(
    paper: Paper,
    rows: Sequence[RiskTableRow],
    months: Sequence[float],
    across: Callable[[float], float],
    y: float,
) -> float:
    """Write who is where at every tick, faint where few are at risk; return where the table ends."""
    for row in rows:
        if row.heading:
            y = paper.lines(0.0, y, paper.wrapped(row.words, paper.width, bold=True), bold=True)
            continue
        paper.text(0.0, y, row.words)
        for month in months:
            few = replace(row, part="at_risk").number(month) < FEW_AT_RISK
            words = str(row.number(month))
            written = paper.text(across(month), y, words, align="center", colour=FAINT if few else INK)
            written.set_gid(f"{row.part} {row.stratum.stratum} {month:g}")
        y += paper.row
    return y
