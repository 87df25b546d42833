"""Cox's regression with covariates far from zero or in odd units, and with such that separate the events.

The figures are R's: `regression.R` stands beside them. What separates is named wherever a ratio is shown.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gepnet_core.baseline import _numeric_difference
from gepnet_core.cli import main
from gepnet_core.comparison import compare
from gepnet_core.export_comparison import comparison_lines
from gepnet_core.figures_compare import forest_figure
from gepnet_core.hazard_ratios import CoxModel, hazard_ratios
from gepnet_core.partial_likelihood import Cells, standardised
from gepnet_core.question import Question
from gepnet_core.regression_columns import Covariate
from gepnet_core.selection import Selection
from gepnet_core.sheets_compare import covariates_sheet, hazard_sheet
from gepnet_core.store import Shelf, open_dataset
from tests.test_comparison_reference import found_at, read

REFERENCE = Path(__file__).parent / "reference"
FIGURES = read("regression_reference.csv")
WARY = " (may be known only after the index date)"  # beside a column that the import was told to take
QUESTIONS = list(dict.fromkeys(row["options"] for row in FIGURES))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the patients of the reference."""
    made = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEPNET_DATA_DIR", str(made))
        patch.setattr("builtins.print", lambda *_, **__: None)
        # they separate the events by design, and were known on the index date
        known = [f"--baseline={column}=yes" for column in ("apart", "level", "score")]
        assert main(["import", str(REFERENCE / "regression_adtte.csv"), "--dataset", "odd", *known]) == 0
    return made


@pytest.fixture
def odd(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return the answer of `compare` to these options."""
    monkeypatch.setenv("GEPNET_DATA_DIR", str(folder))

    def ask(options: str) -> Any:
        assert main(["compare", "--dataset", "odd", "--endpoint", "TTE", *options.split(), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return ask


@pytest.mark.parametrize("options", QUESTIONS)
def test_a_covariate_in_any_place_and_unit_gives_the_figures_of_r(odd: Any, options: str) -> None:
    answer = odd(options)
    figures = [row for row in FIGURES if row["options"] == options]
    missed = []
    for row in figures:
        ours = found_at(answer, row["place"])
        if ours != (pytest.approx(float(row["value"]), rel=1e-5) if row["value"] else None):
            missed.append((row["place"], ours, row["value"]))
    assert missed == []
    assert len(figures) >= 6


def test_the_reference_holds_covariates_with_and_without_a_bound() -> None:
    assert len(FIGURES) == 207
    assert sum(row["place"].startswith("cox_covariates") for row in FIGURES) == 56


@pytest.mark.parametrize(
    ("options", "row", "note", "limit"),
    [
        pytest.param(
            "--reference standard --adjust apart",
            f"apart{WARY}",
            f"not estimable: apart{WARY} separates events from non-events, so its ratio has no bound",
            f"in the limit: apart{WARY} separates events from non-events and has no bound",
            id="a-number-that-is-1-without-event",
        ),
        pytest.param(
            "--reference standard --adjust few",
            "few",
            "not estimable: few separates events from non-events, so its ratio has no bound",
            "in the limit: few separates events from non-events and has no bound",
            id="a-number-that-is-1-for-every-event-and-some-others",
        ),
        pytest.param(
            "--reference standard --adjust level",
            f"level{WARY}: c",
            f"not estimable: no events in level{WARY}: c, so its ratio has no bound",
            f"in the limit: level{WARY}: c separates events from non-events and has no bound",
            id="a-level-without-events",
        ),
        pytest.param(
            "--reference standard --adjust half other",
            "other",
            "not estimable: half and other together order the events, so their ratios have no bound",
            "in the limit: half and other together order the events and have no bound",
            id="two-columns-that-separate-only-together",
        ),
    ],
)
def test_the_column_that_separates_is_named_at_its_row_and_beside_the_group(
    odd: Any, options: str, row: str, note: str, limit: str
) -> None:
    answer = odd(options)
    (covariate,) = (found for found in answer["cox_covariates"] if found["stratum"] == row)
    assert covariate["note"] == note
    assert [covariate[part] for part in ("hazard_ratio", "lower", "upper", "p")] == [None] * 4
    (group,) = answer["cox"]
    assert (group["note"], group["remark"]) == (None, limit)
    assert group["hazard_ratio"] is not None
    assert any("no bound" in said for said in answer["cox_model"]["warnings"])
    assert (answer["cox_model"]["n"], answer["cox_model"]["events"]) == (137, 128)


def model(days: list[int], events: list[int], groups: str, *values: list[float]) -> CoxModel:
    ones = np.ones(len(days), dtype=np.int64)
    cells = Cells(np.array(days), ones, np.array(events), np.empty((len(days), 0)))
    named = [Covariate(name, name, (), tuple(found)) for name, found in zip("XYZ", values, strict=False)]
    return hazard_ratios(
        cells, list(groups), sorted(set(groups)), "A", str, conf_level=0.95, covariates=named
    )


DAYS = [10, 12, 20, 25, 30, 40, 50, 60]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_covariate_that_orders_the_events_is_named_and_not_the_groups(sign: float) -> None:
    found = model(DAYS, [1] * 6 + [0] * 2, "AABABBAB", [sign * day**1.5 for day in DAYS])
    assert found.covariates[0].note == "not estimable: X orders the events, so its ratio has no bound"
    assert (
        found.ratios[0].note
        == "not estimable: X orders the events, which leaves no bound to this ratio either"
    )
    assert (found.n, found.events) == (8, 6)
    assert "X orders the events, so its ratio has no bound." in found.warnings


def test_groups_that_do_not_overlap_are_still_called_so() -> None:
    found = model(DAYS, [1] * 8, "AAAABBBB", [3, 1, 2, 5, 4, 3, 1, 2])
    assert found.ratios[0].note == (
        "not estimable: the events of the groups do not overlap in time, so the ratio has no bound"
    )
    assert found.covariates[0].limit == "in the limit: the groups order the events and have no bound"


def test_a_covariate_that_varies_only_before_the_first_event_is_left_out_and_the_groups_are_estimated() -> (
    None
):
    plain = model([5, *DAYS], [0] + [1] * 8, "AAABABBAB")
    found = model([5, *DAYS], [0] + [1] * 8, "AAABABBAB", [1.0] + [0.0] * 8)
    assert found.covariates == ()
    assert found.ratios == plain.ratios
    assert "X says nothing beyond the groups and the other covariates, and is left out." in found.warnings


def test_a_constant_far_from_zero_says_nothing() -> None:
    found = model(DAYS, [1] * 8, "AABABBAB", [1e9 + 0.1] * 8)
    assert found.covariates == ()
    assert found.ratios[0].hazard_ratio is not None


@pytest.mark.parametrize("offset", [0.0, 1e9, -1e12])
@pytest.mark.parametrize("unit", [1.0, 1e-150, 1e150])
def test_a_column_is_read_in_its_own_units(offset: float, unit: float) -> None:
    values = np.array([3.0, 1.0, 4.0, 1.5, 5.0]) + offset
    cells = Cells(np.arange(5), np.ones(5, dtype=int), np.ones(5, dtype=int), (values * unit)[:, None])
    scaled, spread = standardised(cells)
    assert scaled.design.std(ddof=1) == pytest.approx(1.0, rel=1e-6)
    assert spread[0] == pytest.approx(values.std(ddof=1) * unit, rel=1e-3 if offset == -1e12 else 1e-6)


def test_the_standardised_difference_does_not_depend_on_the_place() -> None:
    a, b = np.array([0.25, 0.5, 0.125, 0.75]), np.array([0.5, 0.625, 0.375, 0.25])
    assert _numeric_difference(a - 1e9, b - 1e9) == pytest.approx(_numeric_difference(a, b), rel=1e-12)


def test_every_output_says_what_separates(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("GEPNET_DATA_DIR", str(folder))
    question = Question("TTE", Selection(), reference="standard", adjust=("apart",))
    found = compare(open_dataset(Shelf(folder), "odd"), question)
    limit = f"in the limit: apart{WARY} separates events from non-events and has no bound"
    said = " ".join(str(cell) for row in hazard_sheet(found).rows for cell in row)
    assert limit in said
    assert any(f"apart{WARY} separates events" in note for note in hazard_sheet(found).notes)
    assert f"apart{WARY} separates events" in str(covariates_sheet(found).rows)
    drawn = forest_figure([("test", ratio) for ratio in found.model.ratios]).layout.annotations
    assert limit in drawn[0].text
    lines = list(csv.DictReader(io.StringIO("".join(comparison_lines(found)))))
    adjusted = [row["note"] for row in lines if row["what"] == "hazard ratio, adjusted"]
    assert len(adjusted) == 2
    assert all(f"apart{WARY} separates events from non-events" in note for note in adjusted)
    shown = ["--dataset", "odd", "--endpoint", "TTE", "--reference", "standard", "--adjust", "apart"]
    out = tmp_path / "report.html"
    assert main(["report", *shown, "--format", "html", "--out", str(out)]) == 0
    capsys.readouterr()
    assert out.read_text(encoding="utf-8").count(limit) >= 1
