"""The at-risk table under a curve on the screen: at every tick, who is where."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from gepnet_core.characters import escape
from gepnet_core.figure_words import RiskTableRow


def risk_table_traces(rows: Sequence[RiskTableRow], months: Sequence[float]) -> list[go.Scatter]:
    """Return the at-risk table as two text traces: the numbers, and the headings of the strata."""
    numbers = [
        (month, place, str(row.number(month)))
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
