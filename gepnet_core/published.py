"""Published figures beside the live ones: each is computed again from the data, under its convention."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gepnet_core.errors import ControlMissing
from gepnet_core.estimates import estimate
from gepnet_core.published_figures import read_published
from gepnet_core.rounding import round_half_up
from gepnet_core.selection import Selection
from gepnet_core.store.conditions import count_where
from gepnet_core.store.dataset import DataSet
from gepnet_core.vocabulary import DAYS_PER_MONTH, ConfType

EVERYBODY = Selection()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A published figure, as printed, beside the live value (None: not estimable)."""

    figure: str
    printed: str
    value: float | None
    unit: str
    convention: str

    @property
    def published(self) -> float:
        """The published figure as a number."""
        return float(self.printed)

    @property
    def live_as_printed(self) -> str | None:
        """The live value rounded, half up, to as many decimals as were printed."""
        return None if self.value is None else str(round_half_up(self.value, _decimals(self.printed)))

    @property
    def live(self) -> float | None:
        """The live value, rounded as printed, as a number."""
        return None if self.live_as_printed is None else float(self.live_as_printed)

    @property
    def reproduced(self) -> bool:
        """True where the live figure rounds to the printed one."""
        return self.live is not None and self.live == self.published


def compare(dataset: DataSet) -> list[Comparison]:
    """Compute every published figure of a data set again.

    Raises
    ------
    ControlMissing
        If the data set comes without published figures.
    """
    figures = read_published(dataset.meta["published"])
    if not figures:
        raise ControlMissing(
            f"“{dataset.name}” comes without published figures, so there is nothing to compare with."
        )
    return [
        Comparison(
            figure.figure,
            figure.printed,
            QUANTITIES[figure.quantity](dataset, figure.needs),
            figure.unit,
            figure.convention,
        )
        for figure in figures
    ]


def _decimals(printed: str) -> int:
    """Return how many decimals a printed number has."""
    return len(printed.partition(".")[2])


def _patients(dataset: DataSet, needs: dict[str, Any]) -> float:
    return float(count_where(dataset, needs.get("where", [])))


def _share(dataset: DataSet, needs: dict[str, Any]) -> float:
    part = (
        dataset.n_modality(needs["modality"]) if "modality" in needs else count_where(dataset, needs["where"])
    )
    return 100.0 * part / dataset.n


def _median(dataset: DataSet, needs: dict[str, Any]) -> float | None:
    found = estimate(dataset, needs["endpoint"], EVERYBODY, conf_type=ConfType(needs["conf_type"]))
    days: float | None = getattr(found.strata[0].median, needs["part"])
    return None if days is None else days / DAYS_PER_MONTH


def _follow_up(dataset: DataSet, needs: dict[str, Any]) -> float | None:
    found = estimate(dataset, needs["endpoint"], EVERYBODY).strata[0].follow_up
    days = found.observed_median if needs["part"] == "observed" else found.reverse_km.estimate
    return None if days is None else days / DAYS_PER_MONTH


QUANTITIES: dict[str, Callable[[DataSet, dict[str, Any]], float | None]] = {
    "patients": _patients,
    "share": _share,
    "median": _median,
    "follow_up": _follow_up,
}
