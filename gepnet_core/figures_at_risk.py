"""The at-risk table under a curve: at every tick, who is where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go

from gepnet_core.estimates import Estimate, StratumEstimate
from gepnet_core.vocabulary import DAYS_PER_MONTH


@dataclass(frozen=True, slots=True)
class RiskTableRow:
    """A line of the at-risk table: a stratum's heading, or words with a number for each tick."""

    words: str
    stratum: StratumEstimate
    part: str = ""

    @property
    def heading(self) -> bool:
        """True for the line that names a stratum."""
        return not self.part


def risk_table_rows(estimated: Estimate) -> list[RiskTableRow]:
    """Return the lines of the table: at risk, censored and events of each stratum, deaths where there are any."""
    parts = [("At risk", "at_risk"), ("Censored", "censored"), ("Events", "events")]
    if any(stratum.competing for stratum in estimated.strata):
        parts.append(("Deaths", "competing"))
    rows = []
    for stratum in estimated.strata:
        if len(estimated.strata) > 1:
            rows.append(RiskTableRow(stratum.label, stratum))
        rows += [RiskTableRow(words, stratum, part) for words, part in parts]
    return rows


def risk_table_traces(rows: Sequence[RiskTableRow], months: Sequence[float]) -> list[go.Scatter]:
    """Return the at-risk table as two text traces: the numbers, and the headings of the strata."""
    numbers = [
        (month, place, str(getattr(row.stratum.curve.risk_at(month * DAYS_PER_MONTH), row.part)))
        for place, row in enumerate(rows)
        if not row.heading
        for month in months
    ]
    headings = [(0.0, place, f"<b>{escape(row.words)}</b>") for place, row in enumerate(rows) if row.heading]
    return [
        go.Scatter(
            x=[x for x, _, _ in cells],
            y=[y for _, y, _ in cells],
            text=[text for _, _, text in cells],
            mode="text",
            textposition=position,
            cliponaxis=False,
            hoverinfo="skip",
            showlegend=False,
            xaxis="x2",
            yaxis="y2",
        )
        for cells, position in ((numbers, "middle center"), (headings, "middle right"))
        if cells
    ]
