"""One look a stratum: the same colour and dash on every figure, whoever else is shown, and for nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet_core.comparison import compare
from gepnet_core.estimates import estimate
from gepnet_core.figure_words import Look
from gepnet_core.figures import survival_figure
from gepnet_core.figures_compare import forest_figure, incidence_figure, log_minus_log_figure, stacked_figure
from gepnet_core.figures_side_effects import modality_figure, term_figure
from gepnet_core.palette import COLOURS, DASHES, PALE_SLATE, SLATE, TOGETHER, look_of
from gepnet_core.question import Question
from gepnet_core.selection import Selection
from gepnet_core.side_effects import side_effects
from gepnet_core.store import build_adtte, open_dataset
from gepnet_core.vocabulary import DeathRule

MGUS = Path(__file__).parent / "reference" / "mgus2_covariates_adtte.csv"
COMPETING = Selection(death=DeathRule.COMPETING)
NAMES = st.lists(
    st.text("abcdef", min_size=1, max_size=4), min_size=1, max_size=len(COLOURS) * len(DASHES), unique=True
)


def drawn_as(figure) -> dict[str, set[tuple[str, str]]]:
    """Return the colours and dashes in which each named curve of a figure is drawn, its faint double aside."""
    found: dict[str, set[tuple[str, str]]] = {}
    for trace in figure.data:
        if trace.mode == "lines" and trace.name and "Kaplan-Meier" not in trace.name:
            found.setdefault(trace.name, set()).add((trace.line.color, trace.line.dash))
    return found


def colours_of(figure) -> set[str]:
    """Return every colour that a figure gives to its lines and marks."""
    said = figure.to_plotly_json()["data"]
    return {word for word in _words(said) if word.startswith("#")}


def _words(part: object) -> list[str]:
    if isinstance(part, dict):
        return [word for value in part.values() for word in _words(value)]
    if isinstance(part, (list, tuple)):
        return [word for value in part for word in _words(value)]
    return [part] if isinstance(part, str) else []


@given(NAMES)
def test_no_two_strata_look_alike_with_or_without_colour_among_the_first_six(names: list[str]) -> None:
    looks = [look_of(name, names) for name in names]
    assert len(set(looks)) == len(names)
    for part in ("colour", "dash", "mark"):
        first = [getattr(look, part) for look in looks[: len(COLOURS)]]
        assert len(set(first)) == len(first)


@pytest.mark.parametrize("endpoint", ["TTNST", "TTAI", "PFS", "OS"])
@pytest.mark.parametrize(
    "modalities",
    [(), ("HAE",), ("EBRT", "RFA"), ("HAE", "resection")],
    ids="all one two-middle two-ends".split(),
)
def test_a_modality_keeps_its_look_whoever_else_is_shown_on_every_figure(shelf, endpoint, modalities) -> None:
    data = open_dataset(shelf, "synthetic")
    levels = data.levels("modality")
    whole = drawn_as(survival_figure(estimate(data, "TTNST", Selection(), by="modality"), Look(), levels))
    assert len({frozenset(look) for look in whole.values()}) == 4
    expected = {
        data.modality_labels[name]: whole[data.modality_labels[name]] for name in modalities or levels
    }
    selection = Selection(modalities=modalities)
    found = estimate(data, endpoint, selection, by="modality")
    assert drawn_as(survival_figure(found, Look(), levels)) == expected
    if len(expected) > 1:
        compared = compare(data, Question(endpoint, selection, by="modality"))
        assert drawn_as(log_minus_log_figure(compared, levels)) == expected


@pytest.mark.parametrize("levels", [(), ("male",)], ids=["both", "the-second-alone"])
def test_a_group_keeps_its_look_where_deaths_compete(shelf, levels) -> None:
    build_adtte(shelf, "mgus", MGUS, competing_cnsr=2)
    data = open_dataset(shelf, "mgus")
    every = data.levels("sex")
    assert set(every) == {"female", "male"}
    found = compare(data, Question(next(iter(data.endpoints)), COMPETING, by="sex", levels=levels))
    expected = {
        found.label(name): {(look_of(name, every).colour, look_of(name, every).dash)}
        for name in levels or every
    }
    assert drawn_as(incidence_figure(found, every)) == expected
    assert drawn_as(survival_figure(found.estimated, Look(), every)) == expected


def test_what_is_no_stratum_never_has_the_colour_of_one(shelf) -> None:
    assert not {SLATE, PALE_SLATE, TOGETHER} & set(COLOURS)
    data = open_dataset(shelf, "synthetic")
    harm = side_effects(data, Selection())
    build_adtte(shelf, "mgus", MGUS, competing_cnsr=2)
    mgus = open_dataset(shelf, "mgus")
    found = compare(mgus, Question(next(iter(mgus.endpoints)), COMPETING, by="sex"))
    ratios = [(ratio.stratum, ratio) for ratio in found.model.ratios]
    for figure in (modality_figure(harm), term_figure(harm), stacked_figure(found)):
        assert colours_of(figure) == {SLATE, PALE_SLATE}
    assert colours_of(forest_figure(ratios)) == {SLATE}


def test_all_patients_look_like_no_modality_and_one_modality_alone_looks_like_itself(shelf) -> None:
    data = open_dataset(shelf, "synthetic")
    by = drawn_as(
        survival_figure(estimate(data, "OS", Selection(), by="modality"), Look(), data.levels("modality"))
    )
    together = drawn_as(survival_figure(estimate(data, "OS", Selection()), Look(), data.levels(None)))
    assert together == {"All patients": {(TOGETHER, "solid")}}
    alone = estimate(data, "OS", Selection(("EBRT",)))
    assert drawn_as(survival_figure(alone, Look(), data.levels(None))) == {
        "All patients": by["External beam radiation"]
    }
