"""What a figure says and shows, whoever draws it: ticks, axis, caption and the lines of its at-risk table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gepnet_core.estimates import Estimate, StratumEstimate
from gepnet_core.formatting import format_count, format_interval, time_axis
from gepnet_core.palette import StratumLook, look_of
from gepnet_core.time_scale import TimeScale

TICK_STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120, 240)
RATIO_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
WIDEST_RATIO = 100.0


@dataclass(frozen=True, slots=True)
class Look:
    """How curves are drawn: months shown (None: all), bands, 1 - S instead of S."""

    horizon: int | None = None
    band: bool = True
    failure: bool = False


@dataclass(frozen=True, slots=True)
class RiskTableRow:
    """A line of the at-risk table: a stratum's heading, or words with a number for each tick."""

    words: str
    stratum: StratumEstimate
    scale: TimeScale
    part: str = ""

    @property
    def heading(self) -> bool:
        """True for the line that names a stratum."""
        return not self.part

    def number(self, month: float) -> int:
        """Return the number of this line at a tick."""
        found: int = getattr(self.stratum.curve.risk_at(self.scale.to_days(month)), self.part)
        return found


def look_in(estimated: Estimate, stratum: str, levels: Sequence[str]) -> StratumLook:
    """Return the look of a stratum of an estimate; patients of one modality look like it, grouped or not."""
    chosen = estimated.selection.modalities
    if estimated.by is None and len(chosen) == 1:
        return look_of(chosen[0], estimated.dataset.levels("modality"))
    return look_of(stratum, levels)


def risk_table_rows(estimated: Estimate) -> list[RiskTableRow]:
    """Return the lines of the table: at risk, censored and events of each stratum, deaths where there are any."""
    parts = [("At risk", "at_risk"), ("Censored", "censored"), ("Events", "events")]
    if any(stratum.competing for stratum in estimated.strata):
        parts.append(("Deaths", "competing"))
    rows = []
    for stratum in estimated.strata:
        if len(estimated.strata) > 1:
            rows.append(RiskTableRow(stratum.label, stratum, estimated.scale))
        rows += [RiskTableRow(words, stratum, estimated.scale, part) for words, part in parts]
    return rows


def ticks(horizon: float) -> list[float]:
    """Return at most seven whole-month ticks from 0 to `horizon` months."""
    step = next((step for step in TICK_STEPS if horizon / step <= 6), math.ceil(horizon / 720) * 120)
    return [float(month) for month in np.arange(0, horizon + 1e-9, step)]


def longest_months(estimated: Estimate) -> float:
    """Return the longest observed time over all strata, in months."""
    return estimated.scale.to_months(max(stratum.curve.last_day for stratum in estimated.strata))


def last_month(estimated: Estimate, look: Look) -> float:
    """Return where the time axis ends, in months."""
    return float(look.horizon) if look.horizon else max(longest_months(estimated), 1.0)


def share_axis(estimated: Estimate, look: Look) -> str:
    """Return what the axis of shares says: the words of S(t), or of 1 - S(t)."""
    phrase = estimated.endpoint.outcome if look.failure else estimated.endpoint.phrase
    return f"{phrase[0].upper()}{phrase[1:]} (%)"


def caption_words(estimated: Estimate) -> str:
    """Return what a figure must say once it has left the screen."""
    data = estimated.dataset
    parts = [
        estimated.endpoint.name,
        data.describe(estimated.selection),
        *([time_axis(estimated).lower()] if estimated.landmark else []),
        format_count(estimated.n, "patient"),
        f"pointwise {format_interval(estimated.conf_level, estimated.conf_type.pointwise)}",
        *(remark.rstrip(".") for remark in data.offered.remarks([estimated.by])),
        f"data set {data.name}, {data.version}",
    ]
    return "; ".join([*parts, data.meta["notice"]] if data.meta["notice"] else parts)
