"""Published figures beside the live ones: each is computed again from the data, under its convention."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from gepnet_core.errors import ControlMissing
from gepnet_core.estimates import estimate
from gepnet_core.published_figures import read_published
from gepnet_core.selection import Selection
from gepnet_core.store.dataset import DataSet
from gepnet_core.vocabulary import DAYS_PER_MONTH, ConfType

EVERYBODY = Selection()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A published figure beside the live one, rounded to the digits that were printed; None: not estimable."""

    figure: str
    published: float
    live: float | None
    unit: str
    convention: str

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
            float(figure.printed),
            _as_printed(QUANTITIES[figure.quantity](dataset, figure.needs), figure.printed),
            figure.unit,
            figure.convention,
        )
        for figure in figures
    ]


def _as_printed(value: float | None, printed: str) -> float | None:
    """Return `value` rounded, half up, to as many decimals as `printed` has."""
    if value is None:
        return None
    return float(Decimal(repr(value)).quantize(Decimal(printed), rounding=ROUND_HALF_UP))


def _patients(dataset: DataSet, needs: dict[str, Any]) -> float:
    return float(dataset.count_where(needs.get("where", [])))


def _share(dataset: DataSet, needs: dict[str, Any]) -> float:
    if "modality" in needs:
        part = dataset.n_selected(Selection(modalities=(needs["modality"],)))
    else:
        part = dataset.count_where(needs["where"])
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
