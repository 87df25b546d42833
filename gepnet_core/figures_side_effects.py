"""Figures of side effects: shares with exact intervals by modality, and the terms by how often they occur."""

from __future__ import annotations

from textwrap import wrap

import plotly.graph_objects as go

from gepnet_core.characters import escape
from gepnet_core.figures import GRID, dressed
from gepnet_core.formatting import format_percent
from gepnet_core.palette import PALE_SLATE, SLATE
from gepnet_core.side_effects import ANY_TERM, Proportion, SideEffects

MOST_TERMS = 15
# the names start at the edge, so that on a narrow screen they end before the buttons
NARROW = {"margin": {"l": 10}, "legend": {"xref": "container"}}
ANY_GRADE, SEVERE = "any grade", "grade 3 and above"


def modality_figure(found: SideEffects) -> go.Figure:
    """Draw, by modality, the share of patients with a side effect, and with one of grade 3 or above."""
    rows = [row for row in found.per_patient if row.term == ANY_TERM]
    if len(rows) == 2:
        rows = rows[1:]  # all, and the only modality, are the same
    names = [f"{_wrapped(found.label(row.modality))}<br>(n={row.any_grade.n:,})" for row in rows]
    figure = go.Figure()
    for shares, name, colour, symbol, shift in (
        ([row.any_grade for row in rows], ANY_GRADE, PALE_SLATE, "circle", -0.15),
        ([row.severe for row in rows], SEVERE, SLATE, "square", 0.15),
    ):
        figure.add_trace(
            go.Scatter(
                x=[100.0 * share.share for share in shares],
                y=[place + shift for place in range(len(rows))],
                mode="markers",
                name=name.capitalize(),
                marker={"color": colour, "symbol": symbol, "size": 11},
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": [100.0 * (share.upper - share.share) for share in shares],
                    "arrayminus": [100.0 * (share.share - share.lower) for share in shares],
                    "color": colour,
                    "thickness": 2,
                },
                text=[_hover(words, name, share) for words, share in zip(names, shares, strict=True)],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    figure.update_xaxes(
        range=[-2, 102], title_text="Patients (%)", gridcolor=GRID, zeroline=False, fixedrange=True
    )
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=names,
        range=[len(rows) - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
        automargin=True,
    )
    return dressed(figure, 150 + 52 * len(rows), legend=True).update_layout(**NARROW)


def term_figure(found: SideEffects) -> go.Figure:
    """Draw the most frequent terms in all patients, grade 1 and 2 apart from grade 3 and above."""
    rows = [row for row in found.per_patient if row.modality is None and row.term != ANY_TERM]
    rows = rows[:MOST_TERMS]
    names = [_wrapped(row.term, 26) for row in rows]
    most = max((row.any_grade.count for row in rows), default=0)
    figure = go.Figure()
    for counts, name, colour, pattern in (
        ([row.severe.count for row in rows], "Grade 3 and above", SLATE, ""),
        ([row.any_grade.count - row.severe.count for row in rows], "Grade 1 or 2", PALE_SLATE, "/"),
    ):
        figure.add_trace(
            go.Bar(
                x=counts,
                y=names,
                orientation="h",
                name=name,
                marker={"color": colour, "pattern": {"shape": pattern, "fillmode": "overlay"}},
                hovertemplate="%{y}: %{x} patients<extra></extra>",
            )
        )
    figure.update_xaxes(
        title_text="Patients",
        dtick=1 if most <= 10 else None,
        gridcolor=GRID,
        zeroline=False,
        fixedrange=True,
        rangemode="tozero",
    )
    figure.update_yaxes(autorange="reversed", showgrid=False, fixedrange=True, automargin=True)
    figure.update_layout(barmode="stack", bargap=0.35)
    return dressed(figure, 150 + 38 * max(len(rows), 1), legend=True).update_layout(**NARROW)


def _wrapped(words: str, width: int = 18) -> str:
    """Return words on several lines, so that they leave room on a narrow screen."""
    return "<br>".join(escape(line) for line in wrap(words, width))


def _hover(words: str, name: str, share: Proportion) -> str:
    return (
        f"<b>{words}</b><br>{name}: {share.count:,} of {share.n:,}<br>"
        f"{format_percent(share.share)} % ({format_percent(share.lower)}–{format_percent(share.upper)})"
    )
