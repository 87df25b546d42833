"""Table 1: medians, shares, missing values and standardised differences, by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from gepnet_core.baseline import BaselineTable, NumericSummary, baseline_table
from gepnet_core.criteria import Between
from gepnet_core.selection import Selection
from gepnet_core.store import Shelf, build_adtte, open_dataset
from tests.conftest import REFERENCE


@pytest.fixture
def table(tmp_path: Path):
    """Make table 1 of rows (treatment, value) with one baseline column."""

    def made(*rows: tuple[str, str]) -> BaselineTable:
        path = tmp_path / "trial.csv"
        lines = [f"{i},{arm},A,Time,10,DAYS,0,{value}" for i, (arm, value) in enumerate(rows)]
        path.write_text("USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,X\n" + "\n".join(lines), encoding="utf-8")
        shelf = Shelf(tmp_path / "data")
        build_adtte(shelf, "trial", path)
        return baseline_table(open_dataset(shelf, "trial"), Selection())

    return made


def rows(**groups: str) -> list[tuple[str, str]]:
    """Return (group, value) pairs from values as words: rows(a="x x y", b="y")."""
    return [
        (arm, "" if value == "-" else value) for arm, values in groups.items() for value in values.split()
    ]


def test_a_number_is_summarised_by_median_and_quartiles_of_what_is_recorded(table) -> None:
    found = table(*rows(a="1 2 3 4 -", b="10 20"))
    assert found.groups == ("a", "b")
    assert found.sizes == (5, 2)
    assert found.rows[0].cells == (
        NumericSummary(4, 2.5, 1.75, 3.25),
        NumericSummary(2, 15.0, 12.5, 17.5),
        NumericSummary(6, 3.5, 2.25, 8.5),
    )
    assert (found.rows[1].level, found.rows[1].cells) == ("not recorded", (1, 0, 1))


def test_the_difference_of_numbers_is_that_of_means_over_the_mean_spread(table) -> None:
    found = table(*rows(a="1 2 3", b="3 4 5"))  # means 2 and 4, both variances 1
    assert found.rows[0].difference == pytest.approx(2.0)


def test_the_difference_of_a_binary_column_is_that_of_its_shares(table) -> None:
    found = table(*rows(a="x x x y", b="x y y y"))
    assert [row.level for row in found.rows] == ["x", "y"]
    assert found.rows[0].cells == (3, 1, 4)
    assert found.rows[0].difference == pytest.approx(0.5 / math.sqrt(0.75 * 0.25))
    assert found.rows[1].difference is None


@pytest.mark.parametrize(
    "groups",
    [
        pytest.param({"a": "x x", "b": "y y"}, id="one-level-each"),
        pytest.param({"a": "x y", "b": "z z"}, id="two-levels-and-one"),
        pytest.param({"a": "z z", "b": "x y"}, id="the-order-of-names-does-not-matter"),
        pytest.param({"a": "1 1", "b": "2 2"}, id="numbers-without-spread"),
        pytest.param({"a": "x y", "b": "y x", "c": "z z"}, id="wins-over-groups-that-agree"),
    ],
)
def test_groups_that_share_no_value_do_not_overlap(table, groups) -> None:
    assert table(*rows(**groups)).rows[0].difference == math.inf


@pytest.mark.parametrize("names", ["x y z", "z x y", "y z x"])
def test_the_difference_of_three_levels_does_not_depend_on_their_names(table, names: str) -> None:
    one, two, three = names.split()
    found = table(*rows(a=f"{one} {one} {two} {three}", b=f"{one} {two} {two} {three}"))
    # shares (.5, .25, .25) and (.25, .5, .25): gap (.25, -.25), covariance ((.21875, -.125), (-.125, .21875))
    assert found.rows[0].difference == pytest.approx(math.sqrt(2 * 0.25**2 / (0.21875 + 0.125)))


@pytest.mark.parametrize("groups", [{"a": "5 5", "b": "5 5"}, {"a": "x y", "b": "x y"}])
def test_groups_alike_differ_by_nothing(table, groups) -> None:
    assert table(*rows(**groups)).rows[0].difference == pytest.approx(0.0)


def test_a_column_that_is_the_same_in_all_is_named_and_not_shown(table) -> None:
    found = table(*rows(a="x x", b="x"))
    assert (found.rows, found.constant, found.left_out) == ((), ("X",), ())


def test_one_value_beside_missing_ones_is_shown(table) -> None:
    found = table(*rows(a="x -", b="x"))
    assert [(row.level, row.cells) for row in found.rows] == [("x", (1, 1, 2)), ("not recorded", (1, 0, 1))]


def test_a_column_of_many_words_is_named_and_not_shown(table) -> None:
    found = table(*[("a", f"word{i}") for i in range(13)])
    assert (found.rows, found.left_out) == ((), ("X",))


@pytest.mark.parametrize("value", ["0.1", "27.3", "1e-9", "123456789.7"])
def test_a_number_that_is_the_same_in_all_differs_by_nothing(table, value: str) -> None:
    found = table(*[("a", value)] * 7, *[("b", value)] * 13, *[("c", value)] * 29)
    assert found.rows[0].difference == 0.0


def test_nobody_has_no_numbers(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    build_adtte(shelf, "lung", REFERENCE / "lung_covariates_adtte.csv")
    nobody = Selection(criteria=(Between("age", None, 0.0),))
    found = baseline_table(open_dataset(shelf, "lung"), nobody)
    assert (found.groups, found.sizes) == ((), ())
    assert [row.cells for row in found.rows if row.name == "age"] == [(NumericSummary(0, None, None, None),)]
