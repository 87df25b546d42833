"""Hazard ratios for print: a line a group, its numbers at both sides, one logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from gepnet_core.comparison import Comparison
from gepnet_core.comparison_words import (
    EXPLORATORY,
    EXPLORATORY_TRIAL,
    kind_of_ratio,
    left_out,
    model_words,
)
from gepnet_core.figure_words import RATIO_TICKS, WIDEST_RATIO
from gepnet_core.figures_print_paper import (
    AXIS,
    CURVE,
    DASHES,
    FAINT,
    INK,
    MARK,
    THIN,
    Paper,
    PrintFigure,
)
from gepnet_core.formatting import format_level, format_p, format_ratio
from gepnet_core.hazard_ratios import HazardRatio
from gepnet_core.intake.known_later import KNOWN_LATER
from gepnet_core.palette import SLATE
from gepnet_core.print_size import Width
from gepnet_core.result_words import ratio_words
from gepnet_core.sheets import capital, estimate_provenance

GAP = 2.0  # mm between columns
BETWEEN = 1.2  # mm between lines
LEAST = 24.0  # mm of axis
REFERENCE = "1 (reference)"
SHORT = "Hazard ratio"


@dataclass(frozen=True, slots=True)
class ForestLine:
    """A line of the picture: a heading (nothing but words), the reference (no ratio), or a ratio."""

    words: str
    events: str = ""
    ratio: HazardRatio | None = None
    p: str = ""

    @property
    def heading(self) -> bool:
        """True for a line of words alone."""
        return not self.events

    @property
    def drawn(self) -> tuple[float, float, float] | None:
        """The ratio with its limits, or None where there is nothing to draw."""
        if self.ratio is None or self.ratio.hazard_ratio is None:
            return None
        if not self.ratio.lower or not self.ratio.upper:
            return None
        return self.ratio.lower, self.ratio.hazard_ratio, self.ratio.upper


def forest_sheet(found: Comparison, size: Width) -> PrintFigure:
    """Draw the hazard ratio of every group against the reference: adjusted where covariates were chosen."""
    ratios = {ratio.stratum: ratio for ratio in found.model.ratios}
    lines = [
        ForestLine(
            stratum.label,
            f"{stratum.events:,} / {stratum.n:,}",
            ratios.get(stratum.stratum),
            format_p(ratios[stratum.stratum].p) if stratum.stratum in ratios else "",
        )
        for stratum in found.strata
    ]
    return _sheet(found, lines, f"{kind_of_ratio(found)}s", model_words(found), "p (Wald)", size)


def subgroup_sheet(found: Comparison, size: Width) -> PrintFigure:
    """Draw the contrast within each level of the chosen columns, with the p-value of the interaction."""
    lines = []
    for group in found.subgroups:
        short = group.label.removesuffix(f" ({KNOWN_LATER})")  # the words stand in the caption
        lines.append(ForestLine(short, p=format_p(group.interaction.p)))
        lines += [ForestLine(row.level, f"{row.events:,} / {row.n:,}", row.ratio) for row in group.rows]
    who = found.label(found.contrast) if found.contrast else "nobody"
    title = f"{kind_of_ratio(found)}s of {who}"
    wary = found.dataset.offered.remarks(found.question.subgroups)
    return _sheet(found, lines, title, "crude", "p (interaction)", size, wary)


def _sheet(
    found: Comparison,
    lines: Sequence[ForestLine],
    title: str,
    how: str,
    p_words: str,
    size: Width,
    remarks: Sequence[str] = (),
) -> PrintFigure:
    paper = Paper(size)
    level = format_level(found.question.conf_level)
    head = [SHORT, f"({level} CI)"]
    spans = [line.drawn for line in lines]
    numbers = [_number(line) for line in lines]
    p_head = p_words.split(" ")
    short = [words for words, line in zip(numbers, lines, strict=True) if line.ratio is None or line.drawn]
    wide_p = _widest(paper, p_head, [line.p for line in lines])
    wide_number = _widest(paper, head, short)
    wide_events = _widest(paper, ["Events / n"], [line.events for line in lines])
    taken = wide_p + wide_number + wide_events + 4 * GAP
    names = max(paper.wide(line.words, bold=line.heading) for line in lines) if lines else 0.0
    name = max(min(names, 0.34 * paper.width, paper.width - taken - LEAST), 12.0)
    events = name + GAP + wide_events  # its right edge
    left = events + GAP
    wide = paper.width - left - GAP - wide_number - GAP - wide_p
    number = left + wide + GAP
    y = 2 * paper.row
    for x, column, align in (
        (0.0, ["Group"], "left"),
        (events, ["Events / n"], "right"),
        (number, head, "left"),
        (paper.width, p_head, "right"),
    ):
        paper.lines(x, y - len(column) * paper.row, column, bold=True, align=align)
    y += 0.6
    paper.line([0.0, paper.width], [y, y])
    top = y = y + BETWEEN
    middles, free = [], []
    for line, words in zip(lines, numbers, strict=True):
        named = paper.wrapped(line.words, paper.width if line.heading else name, bold=line.heading)
        note = line.ratio is not None and line.drawn is None
        said = paper.wrapped(words, paper.width - left - wide_p - GAP) if note else [words]
        middles.append(y + paper.row / 2 - top)
        below = paper.lines(0.0, y, named, bold=line.heading)
        paper.text(events, y, line.events, align="right")
        below = max(below, paper.lines(left if note else number, y, said, colour=FAINT if note else INK))
        paper.text(paper.width, y, line.p, align="right")
        if not note:
            free.append((y - top, below + BETWEEN - top))
        y = below + BETWEEN
    high = max(y - top, paper.row)
    axes = paper.axes(left, top, wide, high)
    _draw(paper, axes, spans, middles, free, high, wide)
    y = top + high + 1.5 + paper.row
    paper.text(left + wide / 2, y, "log scale", align="center")
    warning = EXPLORATORY_TRIAL if found.dataset.is_trial else EXPLORATORY
    against = f"against {found.label(found.reference)}, {how}"
    wary = "".join(f" {remark}" for remark in remarks)
    beside = dict.fromkeys(line.ratio.remark for line in lines if line.ratio is not None)
    noted = "".join(f" {capital(words)}." for words in beside if words)
    caption = (
        f"{title} {against}; {level} CI by Wald.{noted} {found.estimated.endpoint.name}.{wary} {warning} "
        f"{' '.join([*left_out(found), estimate_provenance(found.estimated)])}"
    )
    bottom = paper.lines(0.0, y + 1.5 * paper.row, paper.wrapped(caption, paper.width), colour=FAINT)
    told = "; ".join(
        f"{line.words} {words}" for line, words in zip(lines, numbers, strict=True) if line.ratio is not None
    )
    said_all = f"{title} {against} ({level} CI): {told}." if told else f"{title} {against}: none."
    return paper.finish(
        bottom, f"{found.estimated.endpoint.name}: {title[0].lower()}{title[1:]}", capital(said_all)
    )


def _widest(paper: Paper, head: Sequence[str], cells: Sequence[str]) -> float:
    """Return the width of a column with its bold head."""
    return max(
        *(paper.wide(words, bold=True) for words in head), *(paper.wide(words) for words in cells), 0.0
    )


def _number(line: ForestLine) -> str:
    if line.heading:
        return ""
    if line.ratio is None:
        return REFERENCE
    if line.drawn is None:
        return ratio_words(line.ratio)
    return format_ratio(line.ratio.hazard_ratio, line.ratio.lower, line.ratio.upper)


def _draw(
    paper: Paper,
    axes: Axes,
    spans: Sequence[tuple[float, float, float] | None],
    middles: Sequence[float],
    free: Sequence[tuple[float, float]],
    high: float,
    wide: float,
) -> None:
    """Draw the ratios; limits beyond 1/100 and 100 end in an arrow. The line at 1 leaves words `free`."""
    low, most = 0.5, 2.0
    for stretch in free:
        axes.plot([1.0, 1.0], stretch, color=AXIS, linewidth=THIN, linestyle=DASHES["dot"])
    for span, y in zip(spans, middles, strict=True):
        if span is None:
            continue
        left, right = max(span[0], 1 / WIDEST_RATIO), min(span[2], WIDEST_RATIO)
        low, most = min(low, left), max(most, right)
        axes.plot([left, right], [y, y], color=SLATE, linewidth=CURVE, gid="interval")
        middle = min(max(span[1], left), right)
        axes.plot([middle], [y], marker="s", markersize=MARK, color=SLATE, markeredgewidth=0.0, gid="ratio")
        for place, limit, arrow in ((left, span[0], "<"), (right, span[2], ">")):
            axes.plot(
                [place],
                [y],
                marker="|" if place == limit else arrow,
                markersize=MARK,
                color=SLATE,
                markeredgewidth=THIN,
                gid="limit",
            )
    axes.set_xscale("log")
    axes.set_xlim(low / 1.15, most * 1.15)
    axes.set_ylim(high, 0.0)
    axes.spines["left"].set_visible(False)
    axes.yaxis.set_visible(False)
    axes.xaxis.set_minor_locator(NullLocator())
    there = [tick for tick in RATIO_TICKS if low / 1.15 <= tick <= most * 1.15]
    whole = math.log(most * 1.15) - math.log(low / 1.15)
    kept: list[float] = []
    for tick in sorted(
        there, key=lambda tick: abs(math.log(tick))
    ):  # from 1 outwards, as far as there is room
        room = [abs(math.log(tick / other)) / whole * wide for other in kept]
        least = [(paper.wide(f"{tick:g}") + paper.wide(f"{other:g}")) / 2 + 1.0 for other in kept]
        if all(a >= b for a, b in zip(room, least, strict=True)):
            kept.append(tick)
    paper.label_ticks(axes.xaxis, sorted(kept), [f"{tick:g}" for tick in sorted(kept)])
