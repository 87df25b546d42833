"""One figure of a view as a file, at a journal's width."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from gepnet_core.comparison import compare
from gepnet_core.errors import OptionRefused
from gepnet_core.estimates import estimate
from gepnet_core.figure_words import Look
from gepnet_core.flow import flow
from gepnet_core.histories import page_of
from gepnet_core.print_size import FigureFormat, Resolution, Width
from gepnet_core.question import asked, landmark_day
from gepnet_core.side_effects import DEFAULT_WINDOW, side_effects
from gepnet_core.store.dataset import DataSet
from gepnet_core.store.histories import listing_of
from gepnet_core.view import View

if TYPE_CHECKING:
    from gepnet_core.figures_print_paper import PrintFigure


class FigureKind(StrEnum):
    """What a figure shows."""

    SURVIVAL = "survival"
    FLOW = "flow"
    FOREST = "forest"
    SUBGROUPS = "subgroups"
    SIDE_EFFECTS = "side-effects"
    LANES = "lanes"


def drawn(dataset: DataSet, view: View, kind: FigureKind, width: Width) -> PrintFigure:
    """Draw one figure of a view.

    Raises
    ------
    NothingLeft
        If the selection leaves no patient.
    OptionRefused
        If the view asks for what the data set does not have, or leaves nothing to compare.
    """
    # their library takes long to load
    from gepnet_core.figures_print import survival_sheet
    from gepnet_core.figures_print_flow import flow_sheet
    from gepnet_core.figures_print_forest import forest_sheet, subgroup_sheet
    from gepnet_core.figures_print_lanes import lanes_sheet
    from gepnet_core.figures_print_side_effects import side_effects_sheet

    question = asked(view, dataset)
    if kind is FigureKind.SURVIVAL:
        found = estimate(
            dataset,
            question.endpoint,
            view.selection,
            by=view.by,
            conf_type=view.conf_type,
            conf_level=view.conf_level,
            levels=view.levels,
            landmark=landmark_day(view, dataset),
        )
        look = Look(view.horizon, view.band, view.failure)
        return survival_sheet(found, look, dataset.levels(view.by), width)
    if kind is FigureKind.FLOW:
        way = flow(dataset, view.selection, question.endpoint, by=question.by)
        return flow_sheet(way, dataset, view.selection, width)
    if kind is FigureKind.SIDE_EFFECTS:
        window = view.window or DEFAULT_WINDOW
        harm = side_effects(dataset, view.selection, window=window, conf_level=view.conf_level)
        return side_effects_sheet(harm, width)
    if kind is FigureKind.LANES:
        return lanes_sheet(
            page_of(dataset, listing_of(dataset, view), view.part), dataset.levels("modality"), width
        )
    compared = compare(dataset, question)
    if len(compared.strata) < 2:
        raise OptionRefused(
            f"Only one group is left ({compared.strata[0].label}): there is nothing to compare. Widen the filters."
        )
    if kind is FigureKind.FOREST:
        return forest_sheet(compared, width)
    if not compared.subgroups:
        raise OptionRefused("No column is chosen to form subgroups by. Choose one or more.")
    return subgroup_sheet(compared, width)


def figure_bytes(figure: PrintFigure, file_format: FigureFormat, dpi: int = Resolution.FINE) -> bytes:
    """Return a figure as the bytes of a file; `dpi` is that of a PNG."""
    return figure.svg() if file_format is FigureFormat.SVG else figure.png(dpi)
