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
    "forest": "Hazard ratios with their limits.",
    "subgroups": "The contrast within the levels of the chosen columns.",
    "side_effects": "Side effects of the index treatment.",
}


def pictures(report: Report) -> dict[str, str]:
    """Return the figures of a report by name, each as a figure element with its caption."""
    return {name: figure(drawn, name) for name, drawn in drawings(report).items()}


def drawings(report: Report) -> dict[str, PrintFigure]:
    """Return the figures of a report by name, at the width of a page; those of groups where there are several."""
    # their library takes long to load
    from gepnet_core.figures_print import Width, survival_sheet
    from gepnet_core.figures_print_forest import forest_sheet, subgroup_sheet
    from gepnet_core.figures_print_side_effects import side_effects_sheet

    view, found = report.view, report.comparison
    look = Look(view.horizon, view.band, view.failure)
    drawn = {"whole": survival_sheet(report.whole, look, report.dataset.levels(None), Width.DOUBLE)}
    if report.compares:
        levels = report.dataset.levels(found.question.by)
        drawn["groups"] = survival_sheet(found.estimated, look, levels, Width.DOUBLE)
        drawn["forest"] = forest_sheet(found, Width.DOUBLE)
        if found.subgroups:
            drawn["subgroups"] = subgroup_sheet(found, Width.DOUBLE)
    if report.side_effects is not None:
        drawn["side_effects"] = side_effects_sheet(report.side_effects, Width.DOUBLE)
    return drawn


def figure(drawn: PrintFigure, name: str) -> str:
    """Return a figure element: the drawing, which names itself, on white in either theme."""
    drawing = f'<div class="plate">{drawn.inline_svg(name)}</div>'
    return f"<figure>\n{drawing}\n<figcaption>{text(CAPTIONS[name])}</figcaption>\n</figure>"
