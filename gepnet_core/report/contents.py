"""What a report says, as value objects: page, paper and bundle are all written from these."""

from __future__ import annotations

from dataclasses import dataclass

from gepnet_core.baseline import BaselineTable, baseline_table
from gepnet_core.comparison import Comparison, compare
from gepnet_core.errors import CohortError, ControlMissing
from gepnet_core.estimates import Estimate, estimate_of
from gepnet_core.flow import Flow, flow
from gepnet_core.formatting import result_sentence
from gepnet_core.question import asked
from gepnet_core.side_effects import DEFAULT_WINDOW, SideEffects, side_effects
from gepnet_core.store.dataset import DataSet
from gepnet_core.store.described import Kind
from gepnet_core.store.endings import kinds
from gepnet_core.store.versions import Shelf
from gepnet_core.view import View


@dataclass(frozen=True, slots=True)
class Report:
    """All that is reported of a view.

    `whole` estimates the endpoint for all selected patients together, `comparison` by the view's groups (its
    `estimated` holds a curve each); `side_effects` is None where the data set has no record of any, and
    `no_side_effects` says so. `kinds` counts how the times of every endpoint ended. `content` is the hash of the
    data, "" where it is not known.
    """

    dataset: DataSet
    view: View
    flow: Flow
    baseline: BaselineTable
    kinds: tuple[Kind, ...]
    whole: Estimate
    comparison: Comparison
    side_effects: SideEffects | None
    no_side_effects: str
    content: str = ""

    @property
    def compares(self) -> bool:
        """True where there are two groups or more to set against each other."""
        return len(self.comparison.strata) > 1

    @property
    def grouped(self) -> bool:
        """True where somebody has chosen groups or a landmark: the result is then that of the comparison."""
        return self.view.by is not None or bool(self.view.levels) or self.view.landmark is not None

    @property
    def sentence(self) -> str:
        """The result: of the groups where somebody has chosen them, else of all patients together."""
        return result_sentence(self.comparison.estimated if self.grouped else self.whole)


def compose(dataset: DataSet, view: View, *, shelf: Shelf | None = None) -> Report:
    """Compute all that is reported of a view; the `shelf` tells the hash of the data.

    Raises
    ------
    NothingLeft
        If the selection leaves no patient with a time of the endpoint.
    OptionRefused
        If the view asks for what the data set does not have.
    """
    question = asked(view, dataset)
    harm, why = None, ""
    try:
        harm = side_effects(
            dataset, view.selection, window=view.window or DEFAULT_WINDOW, conf_level=view.conf_level
        )
    except ControlMissing as missing:
        why = str(missing)
    return Report(
        dataset,
        view,
        flow(dataset, view.selection, question.endpoint, by=question.by),
        baseline_table(dataset, view.selection),
        tuple(kinds(dataset, view.selection)),
        estimate_of(dataset, view),
        compare(dataset, question),
        harm,
        why,
        "" if shelf is None else _content(shelf, dataset),
    )


def _content(shelf: Shelf, dataset: DataSet) -> str:
    """Return the hash of the data of a version; "" where its entry is off the shelf by now."""
    try:
        kept = shelf.kept(dataset.name)
    except CohortError:  # taken off the list while somebody looks at it
        return ""
    return next((found.entry.content for found in kept if found.entry.version == dataset.version), "")
