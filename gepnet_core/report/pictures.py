"""The figures of a report, as elements within its HTML: drawn for print, with their words."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from zipfile import ZipFile

from gepnet_core.figure_words import Look
from gepnet_core.fixed_zip import entry
from gepnet_core.print_size import Resolution, Width
from gepnet_core.report.contents import Report
from gepnet_core.report.markup import text

if TYPE_CHECKING:
    from gepnet_core.figures_print_paper import PrintFigure

CAPTIONS = {
    "flow": "How the patients came about.",
    "whole": "Curve of all patients together; below it, who was still at risk.",
    "groups": "Curves by group; below them, who was still at risk.",
    "forest": "Hazard ratios with their limits.",
    "subgroups": "The contrast within the levels of the chosen columns.",
    "side_effects": "Side effects of the index treatment.",
}


def available(report: Report) -> list[str]:
    """Return the names of the figures that a report has; those of groups where there are several."""
    there = {
        "groups": report.compares,
        "forest": report.compares,
        "subgroups": report.compares and bool(report.comparison.subgroups),
        "side_effects": report.side_effects is not None,
    }
    return [name for name in CAPTIONS if there.get(name, True)]


def drawing(report: Report, name: str, width: Width) -> PrintFigure:
    """Return one of the available figures, drawn for print."""
    # their library takes long to load
    from gepnet_core.figures_print import survival_sheet
    from gepnet_core.figures_print_flow import flow_sheet
    from gepnet_core.figures_print_forest import forest_sheet, subgroup_sheet
    from gepnet_core.figures_print_side_effects import side_effects_sheet

    data, view, found = report.dataset, report.view, report.comparison
    look = Look(view.horizon, view.band, view.failure)
    if name == "flow":
        return flow_sheet(report.flow, data, view.selection, width)
    if name == "groups":
        return survival_sheet(found.estimated, look, data.levels(found.question.by), width)
    if name == "forest":
        return forest_sheet(found, width)
    if name == "subgroups":
        return subgroup_sheet(found, width)
    if name == "side_effects" and report.side_effects is not None:
        return side_effects_sheet(report.side_effects, width)
    return survival_sheet(report.whole, look, data.levels(None), width)


def figures_zip(report: Report, width: Width) -> bytes:
    """Return every figure of a report as SVG and as PNG of 600 dots per inch, in a ZIP file."""
    handle = io.BytesIO()
    with ZipFile(handle, "w") as archive:
        for name in available(report):
            drawn = drawing(report, name, width)
            archive.writestr(entry(f"{name}.svg"), drawn.svg())
            archive.writestr(entry(f"{name}.png"), drawn.png(Resolution.FINEST))
    return handle.getvalue()


def picture(report: Report, name: str) -> str:
    """Return a figure with its caption as an element of the HTML; "" where the report has no such figure."""
    if name not in available(report):
        return ""
    words, drawn = text(CAPTIONS[name]), drawing(report, name, Width.DOUBLE)
    plate = f'<div class="plate" role="group" tabindex="0" aria-label="{words}">'
    return f"<figure>\n{plate}{drawn.inline_svg(name)}</div>\n<figcaption>{words}</figcaption>\n</figure>"
