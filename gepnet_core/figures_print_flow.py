"""The way from the records to the patients, for print, in the STROBE manner: boxes, arrows, and who is left out."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gepnet_core.figures_print_paper import FAINT, Paper, PrintFigure
from gepnet_core.flow import Flow, FlowGroup
from gepnet_core.formatting import NO_BREAK, format_count, format_share
from gepnet_core.print_size import Width
from gepnet_core.selection import Selection
from gepnet_core.sheets import capital, provenance
from gepnet_core.store.dataset import DataSet

TITLE = "How the patients came about"
MAIN, BETWEEN = (
    0.52,
    0.08,
)  # shares of the width: the boxes of those who stay, and the arrow to those who leave
PAD = 1.2  # mm between a box and its words
STEP = 5.0  # mm of arrow between two boxes
APART = 1.5
NARROWEST = 25.0  # mm of a group's box


def flow_sheet(found: Flow, dataset: DataSet, selection: Selection, size: Width) -> PrintFigure:
    """Draw who is left after each step, at its side who is left out and why, and the groups at the end.

    References
    ----------
    von Elm et al. (2007), Lancet 370:1453-1457 (STROBE), item 13.
    """
    paper = Paper(size)
    main = MAIN * paper.width
    aside = (MAIN + BETWEEN) * paper.width
    centre = main / 2
    bottom = _box(paper, 0.0, 0.0, main, [format_count(found.start, found.start_label.removesuffix("s"))])
    free = 0.0  # from here down nothing stands at the side
    for step in found.steps:
        words = [capital(step.label), format_count(step.left, "patient")]
        top = bottom + STEP
        if step.out:
            gone = [f"{capital(step.reason)} (n{NO_BREAK}={NO_BREAK}{step.out:,})"]
            high = _height(paper, gone, paper.width - aside)
            place = max(bottom + STEP / 2 - high / 2, free)
            middle = place + high / 2
            top = max(top, middle + STEP / 2)
            _box(paper, aside, place, paper.width - aside, gone)
            paper.arrow([centre, aside], [middle, middle])
            free = place + high + APART
        paper.arrow([centre, centre], [bottom, top])
        bottom = _box(paper, 0.0, top, main, words)
    if found.groups:
        bottom = _groups(paper, found.groups, found.left, centre, bottom, max(bottom, free - APART))
    bottom = max(bottom, free)
    words = paper.wrapped(provenance(dataset, selection), paper.width)
    bottom = paper.lines(0.0, bottom + paper.row, words, colour=FAINT)
    return paper.finish(bottom, TITLE, flow_sentence(found))


def flow_sentence(found: Flow) -> str:
    """Return the way in one sentence."""
    start = format_count(found.start, found.start_label.removesuffix("s"))
    gone = "; ".join(f"{step.out:,} {step.reason}" for step in found.steps if step.out)
    groups = ", ".join(f"{group.label} {group.patients:,}" for group in found.groups)
    said = f"Of {start}, {format_count(found.left, 'patient')} are left"
    said += f"; left out: {gone}" if gone else ""
    return f"{said}. By group: {groups}." if groups else f"{said}."


def _groups(
    paper: Paper, groups: Sequence[FlowGroup], whole: int, centre: float, bottom: float, below: float
) -> float:
    """Draw the groups, in as many rows as they need; return where they end.

    A line runs down from the last box to a bar over the first row; further rows hang on a line at the left edge.
    """
    most = max(1, int((paper.width - 2 * APART + APART) // (NARROWEST + APART)))
    rows = math.ceil(len(groups) / most)
    in_row = math.ceil(len(groups) / rows)
    inset = 2 * APART if rows > 1 else 0.0
    wide = (paper.width - inset - (in_row - 1) * APART) / in_row
    bar = below + STEP / 2
    paper.line([centre, centre], [bottom, bar])
    for row in range(rows):
        here = groups[row * in_row : (row + 1) * in_row]
        places = [inset + place * (wide + APART) for place in range(len(here))]
        middles = [place + wide / 2 for place in places]
        edges = [*middles, *([centre] if row == 0 else []), *([0.0] if rows > 1 else [])]
        paper.line([min(edges), max(edges)], [bar, bar])
        texts = [[capital(group.label), format_share(group.patients, whole)] for group in here]
        high = max(_height(paper, words, wide) for words in texts)
        for place, middle, words in zip(places, middles, texts, strict=True):
            paper.arrow([middle, middle], [bar, bar + STEP / 2 + 1.0])
            _box(paper, place, bar + STEP / 2 + 1.0, wide, words, high)
        bottom = bar + STEP / 2 + 1.0 + high
        if row < rows - 1:
            paper.line([0.0, 0.0], [bar, bottom + STEP / 2])
        bar = bottom + STEP / 2
    return bottom


def _wrapped(paper: Paper, words: Sequence[str], wide: float) -> list[str]:
    return [line for text in words for line in paper.wrapped(text, wide - 2 * PAD)]


def _height(paper: Paper, words: Sequence[str], wide: float) -> float:
    return len(_wrapped(paper, words, wide)) * paper.row + 2 * PAD


def _box(
    paper: Paper, x: float, y: float, wide: float, words: Sequence[str], high: float | None = None
) -> float:
    """Draw a box with its words in the middle; return where it ends."""
    lines = _wrapped(paper, words, wide)
    high = high or _height(paper, words, wide)
    paper.box(x, y, wide, high)
    paper.lines(x + wide / 2, y + (high - len(lines) * paper.row) / 2, lines, align="center")
    return y + high
