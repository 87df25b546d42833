"""Side effects for print: shares with exact limits by modality, and the terms by how often they occur."""

from __future__ import annotations

from collections.abc import Sequence

from gepnet_core.figures_print_paper import CURVE, FAINT, MARK, THIN, Paper, PrintFigure
from gepnet_core.formatting import format_level
from gepnet_core.palette import PALE_SLATE, SLATE
from gepnet_core.print_size import Width
from gepnet_core.sheets import capital, provenance
from gepnet_core.side_effects import ANY_TERM, SideEffectRow, SideEffects, result_sentence

MOST_TERMS = 15
ANY_GRADE, SEVERE, MILD = "Any grade", "Grade 3 and above", "Grade 1 or 2"
NAMES = 0.34  # of the width
PAD = 3.0  # mm at the right, for half a number
APART = 0.8  # of a line, between the two marks of a modality


def side_effects_sheet(found: SideEffects, size: Width) -> PrintFigure:
    """Draw, by modality, the share with a side effect and with a severe one; below, the most frequent terms."""
    paper = Paper(size)
    rows = [row for row in found.per_patient if row.term == ANY_TERM]
    if len(rows) == 2:
        rows = rows[1:]  # all, and the only modality, are the same
    y = _shares(paper, found, rows)
    terms = [row for row in found.per_patient if row.modality is None and row.term != ANY_TERM]
    if terms:
        y = _terms(paper, terms[:MOST_TERMS], y + 1.5 * paper.row)
    caption = (
        f"Side effects within {found.window} days of the index treatment; intervals are exact, "
        f"{format_level(found.conf_level)} (Clopper-Pearson). {provenance(found.dataset, found.selection)}"
    )
    if len(terms) > MOST_TERMS:
        caption = f"The {MOST_TERMS} most frequent of {len(terms)} terms. {caption}"
    bottom = paper.lines(0.0, y + paper.row, paper.wrapped(caption, paper.width), colour=FAINT)
    return paper.finish(bottom, "Side effects of the index treatment", result_sentence(found))


def _shares(paper: Paper, found: SideEffects, rows: Sequence[SideEffectRow]) -> float:
    """Draw the shares by modality; return where the picture ends."""
    top = paper.row + 1.5
    left = NAMES * paper.width
    wide = paper.width - left - PAD
    _keys(paper, left, 0.0, ((ANY_GRADE, PALE_SLATE, "o"), (SEVERE, SLATE, "s")))
    y, middles = top, []
    for row in rows:
        words = paper.wrapped(f"{found.label(row.modality)} (n={row.any_grade.n:,})", left - 2.0)
        high = max(len(words), 2) * paper.row + 1.5
        paper.lines(0.0, y + (high - len(words) * paper.row) / 2, words)
        middles.append(y + high / 2 - top)
        y += high
    axes = paper.axes(left, top, wide, y - top)
    for row, middle in zip(rows, middles, strict=True):
        shift = APART * paper.row / 2
        for share, place, colour, marker in (
            (row.any_grade, middle - shift, PALE_SLATE, "o"),
            (row.severe, middle + shift, SLATE, "s"),
        ):
            limits = [100.0 * share.lower, 100.0 * share.upper]
            axes.plot(limits, [place, place], color=colour, linewidth=CURVE, gid="interval")
            axes.plot(
                limits,
                [place, place],
                linestyle="none",
                marker="|",
                markersize=MARK,
                markeredgewidth=THIN,
                color=colour,
            )
            axes.plot(
                [100.0 * share.share],
                [place],
                marker=marker,
                markersize=MARK,
                color=colour,
                markeredgewidth=0.0,
                gid="share",
            )
    axes.set_xlim(-2.0, 102.0)
    axes.set_ylim(y - top, 0.0)
    axes.tick_params(left=False)
    axes.set_yticks([])
    paper.label_ticks(axes.xaxis, [0, 25, 50, 75, 100], ["0", "25", "50", "75", "100"])
    paper.text(left + wide / 2, y + 1.5 + paper.row, "Patients (%)", align="center")
    return y + 1.5 + 2 * paper.row


def _terms(paper: Paper, rows: Sequence[SideEffectRow], y: float) -> float:
    """Draw the terms as bars, each with its number; return where the picture ends."""
    left = NAMES * paper.width
    room = paper.wide(f" {max(row.any_grade.count for row in rows):,}") + 1.0
    scale = (paper.width - left - room) / max(1, *(row.any_grade.count for row in rows))
    swatch = 3.5
    x = left
    for name, colour in ((SEVERE, SLATE), (MILD, PALE_SLATE)):
        paper.block(x, y + 0.15 * paper.row, swatch, 0.7 * paper.row, colour)
        paper.text(x + swatch + 1.0, y, name)
        x += swatch + 1.0 + paper.wide(name) + 3.0
    y += paper.row + 1.5
    start = y
    for row in rows:
        words = paper.wrapped(capital(row.term), left - 2.0)
        high = len(words) * paper.row + 1.0
        paper.lines(0.0, y + 0.5, words)
        bar = 0.8 * paper.row
        place = y + (high - bar) / 2
        severe = row.severe.count * scale
        whole = row.any_grade.count * scale
        paper.block(left, place, severe, bar, SLATE)
        paper.block(left + severe, place, whole - severe, bar, PALE_SLATE)
        paper.text(left + whole + 1.0, y + (high - paper.row) / 2, f"{row.any_grade.count:,}")
        y += high
    paper.line([left, left], [start, y])
    paper.text(left, y + 0.5, "Patients with the side effect", align="left")
    return y + 0.5 + paper.row


def _keys(paper: Paper, x: float, y: float, keys: Sequence[tuple[str, str, str]]) -> None:
    for words, colour, marker in keys:
        paper.mark(x + 1.0, y + paper.row / 2, marker, colour)
        paper.text(x + 3.0, y, words)
        x += 3.0 + paper.wide(words) + 4.0
