"""The figures of a report, as elements within its HTML: drawn for print, with their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gepnet_core.figure_words import Look
from gepnet_core.report.contents import Report
from gepnet_core.report.markup import text

if TYPE_CHECKING:
    from gepnet_core.figures_print_paper import PrintFigure

CAPTIONS = {
    "whole": "Curve of all patients together; below it, who was still at risk.",
    "groups": "Curves by group; below them, who was still at risk.",
}


def pictures(report: Report) -> dict[str, str]:
    """Return the figures of a report by name, each as a figure element with its caption."""
    return {name: figure(drawn, name) for name, drawn in drawings(report).items()}


def drawings(report: Report) -> dict[str, PrintFigure]:
    """Return the figures of a report by name, at the width of a page; `groups` only where there are several."""
    from gepnet_core.figures_print import Width, survival_sheet  # its library takes long to load

    view, found = report.view, report.comparison
    look = Look(view.horizon, view.band, view.failure)
    drawn = {"whole": survival_sheet(report.whole, look, report.dataset.levels(None), Width.DOUBLE)}
    if report.compares:
        levels = report.dataset.levels(found.question.by)
        drawn["groups"] = survival_sheet(found.estimated, look, levels, Width.DOUBLE)
    return drawn


def figure(drawn: PrintFigure, name: str) -> str:
    """Return a figure element: the drawing, which names itself, on white in either theme."""
    drawing = f'<div class="plate">{drawn.inline_svg(name)}</div>'
    return f"<figure>\n{drawing}\n<figcaption>{text(CAPTIONS[name])}</figcaption>\n</figure>"
