"""The figures of a report, as elements within its HTML: drawn for print, with their words."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from zipfile import ZipFile

from gepnet_core.figure_words import Look
from gepnet_core.fixed_zip import entry
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


def drawings(report: Report, width: str = "double") -> dict[str, PrintFigure]:
    """Return the figures of a report by name; those of groups where there are several.

    Parameters
    ----------
    width
        That of a journal's column or page: "single", "middle" or "double".
    """
    # their library takes long to load
    from gepnet_core.figures_print import Width, survival_sheet
    from gepnet_core.figures_print_forest import forest_sheet, subgroup_sheet
    from gepnet_core.figures_print_side_effects import side_effects_sheet

    view, found, size = report.view, report.comparison, Width(width)
    look = Look(view.horizon, view.band, view.failure)
    drawn = {"whole": survival_sheet(report.whole, look, report.dataset.levels(None), size)}
    if report.compares:
        levels = report.dataset.levels(found.question.by)
        drawn["groups"] = survival_sheet(found.estimated, look, levels, size)
        drawn["forest"] = forest_sheet(found, size)
        if found.subgroups:
            drawn["subgroups"] = subgroup_sheet(found, size)
    if report.side_effects is not None:
        drawn["side_effects"] = side_effects_sheet(report.side_effects, size)
    return drawn


def figures_zip(report: Report, width: str) -> bytes:
    """Return the figures of a report, and the flow of its patients, as SVG and PNG files in a ZIP file."""
    from gepnet_core.figures_print import Width
    from gepnet_core.figures_print_flow import flow_sheet

    flow = flow_sheet(report.flow, report.dataset, report.view.selection, Width(width))
    handle = io.BytesIO()
    with ZipFile(handle, "w") as archive:
        for name, drawn in {"flow": flow, **drawings(report, width)}.items():
            archive.writestr(entry(f"{name}.svg"), drawn.svg())
            archive.writestr(entry(f"{name}.png"), drawn.png())
    return handle.getvalue()


def figure(drawn: PrintFigure, name: str) -> str:
    """Return a figure element: the drawing, which names itself, on white in either theme."""
    words = text(CAPTIONS[name])
    plate = f'<div class="plate" role="group" tabindex="0" aria-label="{words}">'
    return f"<figure>\n{plate}{drawn.inline_svg(name)}</div>\n<figcaption>{words}</figcaption>\n</figure>"
