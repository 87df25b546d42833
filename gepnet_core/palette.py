"""The look of a stratum: colour, dash and mark by its place, the same on every page, figure and sheet of paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gepnet_core.vocabulary import WHOLE_COHORT

# After Okabe & Ito (2008), shifted so that each reads on white and on the dark background alike.
COLOURS = ("#1f7fc4", "#d55e00", "#008f68", "#b5609a", "#a87900", "#7a7a7a")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
# for what is no stratum (a grade, a cause, a ratio): each reads on both backgrounds, and no stratum has them
SLATE, PALE_SLATE = "#56697c", "#8496a8"
TOGETHER = "#677a8d"  # all patients: as far from white as from the dark background
MARKS = ("circle", "square", "diamond", "triangle-up", "pentagon", "cross")


@dataclass(frozen=True, slots=True)
class StratumLook:
    """How a stratum is drawn: a colour, and a dash and a mark that tell it apart without colour.

    Dash and mark are named as plotly names them.
    """

    colour: str
    dash: str
    mark: str


def look_of(stratum: str, levels: Sequence[str]) -> StratumLook:
    """Return the look of a stratum by its place among all `levels` of the whole cohort, under any filter.

    All patients together are no stratum: they have a grey of their own.
    """
    if list(levels) == [WHOLE_COHORT]:
        return StratumLook(TOGETHER, DASHES[0], MARKS[0])
    place = levels.index(stratum) if stratum in levels else 0
    turned = (place + place // len(COLOURS)) % len(DASHES)
    return StratumLook(COLOURS[place % len(COLOURS)], DASHES[turned], MARKS[turned])
