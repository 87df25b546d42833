"""Groups too small for the log-rank test's approximation: what is said, and the exact p-value beside it."""

from __future__ import annotations

import csv
import io
import json
import math
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gepnet_core import sheets_compare
from gepnet_core.comparison import compare
from gepnet_core.comparison_words import headline
from gepnet_core.export_comparison import comparison_lines
from gepnet_core.p_values import p_cell, p_field
from gepnet_core.permutation import permutation_test
from gepnet_core.question import Question
from gepnet_core.rank_tests import rank_test
from gepnet_core.selection import Selection
from gepnet_core.sheets_compare import hazard_sheet, pairs_sheet
from gepnet_core.small_groups import SmallGroup, small_groups_words
from gepnet_core.store import Shelf, open_dataset
from gepnet_core.survival import EventCounts
from tests.test_comparison import strata, write
from tests.test_comparison_reference import read

BY_COIN = read("permutation_reference.csv")


@pytest.mark.parametrize("row", BY_COIN, ids=[row["name"] for row in BY_COIN])
def test_the_p_value_by_permutation_is_that_of_coin(row: dict[str, str]) -> None:
    found = permutation_test(strata(**dict(part.split(": ") for part in row["times"].split("; "))))
    assert found is not None
    assert found.exact
    # of three groups coin draws a million arrangements, so that its p-value has a spread of 0.0005
    tolerance = {"rel": 1e-12} if row["exact"] == "TRUE" else {"abs": 0.002}
    assert found.p == pytest.approx(float(row["p"]), **tolerance)


def test_six_patients_are_counted_by_hand() -> None:
    # pooled hazard: 1/6, then + 1/5, + 1/3, so the scores are 5/6 and 19/30 (A), 3/10, -7/10, -7/10 and -11/30 (B)
    found = permutation_test(strata(A="1 2", B="2+ 4 5+ 5+"))
    scores = [5 / 6, 19 / 30, -11 / 30, 0.3, -0.7, -0.7]
    seen = abs(scores[0] + scores[1])
    as_far = sum(abs(scores[a] + scores[b]) >= seen - 1e-9 for a, b in combinations(range(6), 2))
    assert found is not None
    assert (found.p, found.exact, found.arrangements) == (as_far / 15, True, 15)
    assert rank_test([strata(A="1 2", B="2+ 4 5+ 5+")]).p < found.p


def many(*sizes: int) -> list[EventCounts]:
    chance = np.random.default_rng(3)
    found = []
    for place, size in enumerate(sizes):
        days, counted = np.unique(chance.integers(1, 900, size), return_counts=True)
        events = counted * (chance.random(days.size) < 0.5)
        found.append(EventCounts(str(place), days, counted - events, events, 0 * counted))
    return found


def test_too_many_arrangements_are_drawn_by_chance_with_limits_and_the_same_each_time() -> None:
    found = permutation_test(many(4, 60))
    assert found is not None
    assert (found.exact, found.arrangements) == (False, 10_001)
    assert found.lower < found.p < found.upper
    assert permutation_test(many(4, 60)) == found
    exact = permutation_test(many(3, 60))
    assert exact is not None
    assert (exact.exact, exact.arrangements) == (True, math.comb(63, 3))


@pytest.mark.parametrize("sizes", [(4, 1_500), (12, 1_000_000), (1, 1_000_000)])
def test_nothing_is_tried_where_it_would_take_too_long(sizes: tuple[int, ...]) -> None:
    assert permutation_test(many(*sizes)) is None


@pytest.mark.parametrize(
    ("arms", "why"),
    [
        pytest.param({"A": "1 2 3"}, "one group", id="one-group"),
        pytest.param({"A": "1+ 2+", "B": "4+"}, "no events", id="no-events"),
        pytest.param({"A": "5", "B": "5 5"}, "all alike", id="all-alike"),
    ],
)
def test_nothing_to_compare_has_no_permutation(arms: dict[str, str], why: str) -> None:
    assert permutation_test(strata(**arms)) is None, why


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        pytest.param(
            [("A", 1, 1), ("B", 292, 73)], "1 patient in A: the approximation does not hold", id="one"
        ),
        pytest.param(
            [("A", 40, 1), ("B", 30, 9)], "1 event in A: the approximation does not hold", id="event"
        ),
        pytest.param(
            [("A", 40, 0), ("B", 30, 9)], "no event in A: the approximation does not hold", id="none"
        )
        if False
        else pytest.param(
            [("A", 40, 0), ("B", 9, 9)], "no events in A: the approximation does not hold", id="none"
        ),
        pytest.param(
            [("A", 4, 4), ("B", 30, 3)],
            "4 patients in A, 3 events in B: the approximation is rough",
            id="two",
        ),
        pytest.param([("A", 5, 5), ("B", 30, 9)], None, id="five-are-enough"),
    ],
)
def test_a_small_group_is_said(groups: list[tuple[str, int, int]], said: str | None) -> None:
    assert small_groups_words([SmallGroup(*group) for group in groups]) == said


ARMS = {"one": "1", "many": " ".join(f"{3 + 7 * i}{'+' if i % 3 else ''}" for i in range(60))}
SAID = "1 patient in one: the approximation does not hold"


@pytest.fixture
def alone(cli: Any, tmp_path: Path) -> Any:
    """Import one patient against 60, and return what `compare` answers to further options."""
    told = cli("import", write(tmp_path / "in.csv", ARMS), "--dataset", "own", "--competing-cnsr", 2)
    assert told.code == 0, told.said
    return lambda *more: cli("compare", "--dataset", "own", "--endpoint", "TTE", *more, "--json").json


def test_one_patient_against_many_has_the_exact_p_value_and_a_word_everywhere(
    alone: Any, data_dir: Path
) -> None:
    answer = alone("--stratify", "SEX", "--subgroup", "SEX")
    assert answer["logrank"]["p"] < 1e-12
    assert answer["remark"] == SAID
    assert answer["logrank_permutation"] == {
        "p": pytest.approx(3 / 61),
        "exact": True,
        "arrangements": 61,
        "lower": None,
        "upper": None,
    }
    assert answer["pairwise"][0]["permutation"] == answer["logrank_permutation"]
    assert answer["pairwise"][0]["remark"] == SAID
    found = compare(open_dataset(Shelf(data_dir), "own"), Question("TTE", Selection()))
    assert "(by permutation p\N{NO-BREAK SPACE}= 0.049)" in headline(found)
    tests = sheets_compare.tests_sheet(found)
    said = "Log-rank by permutation: p\N{NO-BREAK SPACE}= 0.049, exact: over all 61 arrangements of the patients."
    assert said in tests.notes
    assert f"{SAID}." in tests.notes
    assert f"{SAID}." in hazard_sheet(found).notes
    lines = list(csv.DictReader(io.StringIO("".join(comparison_lines(found)))))
    noted = {row["what"]: row["note"] for row in lines}
    assert noted["log-rank test"] == noted["Gehan-Breslow test"] == noted["log-rank test of a pair"] == SAID
    assert noted["log-rank test by permutation"].startswith("exact: over all 61")


def test_grays_test_says_it_of_the_cause(alone: Any) -> None:
    answer = alone("--death", "competing")
    assert answer["gray"][0]["remark"] == SAID


def test_each_small_pair_has_its_own(cli: Any, data_dir: Path, tmp_path: Path) -> None:
    arms = {"a": "5 9+", "b": "1 3 4 6 8 10 12", "c": "2 4 7 9 11 13 15+"}
    assert cli("import", write(tmp_path / "in.csv", arms), "--dataset", "own").code == 0
    found = compare(open_dataset(Shelf(data_dir), "own"), Question("TTE", Selection()))
    assert set(found.pair_permutations) == {("a", "b"), ("a", "c")}
    pairs = pairs_sheet(found)
    (said,) = (note for note in pairs.notes if note.startswith("By permutation"))
    assert "a and b p" in said
    assert "a and c p" in said
    assert "b and c" not in said


def test_groups_of_five_and_more_have_neither_word_nor_permutation(cli: Any, tmp_path: Path) -> None:
    arms = {"b": "1 3 4 6 8 10 12", "c": "2 4 7 9 11 13 15+"}
    assert cli("import", write(tmp_path / "in.csv", arms), "--dataset", "own").code == 0
    answer = cli("compare", "--dataset", "own", "--endpoint", "TTE", "--json").json
    assert (answer["remark"], answer["logrank_permutation"]) == (None, None)
    assert answer["cox"][0]["remark"] is None


# ---- p-values that a number holds as 0 -----------------------------------------------------------------------


def test_a_p_value_below_what_a_number_holds_is_a_bound_and_never_zero() -> None:
    assert p_field(0.0) == {"p": None, "p_below": "< 1e-300"}
    assert p_field(1e-299, "p_holm") == {"p_holm": 1e-299}
    assert p_field(None) == {"p": None}
    assert (p_cell(0.0), p_cell(5e-324), p_cell(None), p_cell(0.5)) == ("< 1e-300", "< 1e-300", None, 0.5)


def test_groups_apart_by_thousands_of_patients_have_no_zero_in_any_file(
    cli: Any, data_dir: Path, tmp_path: Path
) -> None:
    arms = {"early": " ".join(["1 2 3"] * 700), "late": " ".join(["500 600 700+"] * 700), "third": "4 600"}
    assert cli("import", write(tmp_path / "in.csv", arms), "--dataset", "own").code == 0
    answer = cli("compare", "--dataset", "own", "--endpoint", "TTE", "--json").json
    assert (answer["logrank"]["p"], answer["logrank"]["p_below"]) == (None, "< 1e-300")
    pair = answer["pairwise"][0]
    assert (pair["p_below"], pair["p_holm_below"], pair["p"], pair["p_holm"]) == ("< 1e-300",) * 2 + (
        None,
    ) * 2
    assert '"p": 0.0,' not in json.dumps(answer)
    found = compare(open_dataset(Shelf(data_dir), "own"), Question("TTE", Selection()))
    lines = list(csv.DictReader(io.StringIO("".join(comparison_lines(found)))))
    shown = {row["p"] for row in lines}
    assert "< 1e-300" in shown
    assert not shown & {"0", "0.0"}
