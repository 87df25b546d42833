"""An investigator's walk through the comparison and the side effects, beside the command line's numbers."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.dashboard import ROOT, choose, command, go, main_text, tables

pytestmark = pytest.mark.browser


def test_an_investigators_walk_through_the_comparison_finds_the_command_lines_numbers(
    address: str, data_dir: Path, page: Page
) -> None:
    reference = ROOT / "tests" / "reference" / "mgus2_covariates_adtte.csv"
    command(data_dir, "import", str(reference), "--dataset", "mgus", "--competing-cnsr", "2")
    go(page, f"{address}/compare")
    told = command(data_dir, "compare", "--dataset", "synthetic", "--endpoint", "TTNST")
    assert f"log-rank p = {told['logrank']['p']:.3f}" in main_text(page)

    choose(page, "Groups to compare", "RFA")
    choose(page, "Groups to compare", "Surgical resection")
    choose(page, "Reference", "RFA")
    choose(page, "Adjust hazard ratios for", "Sex")
    choose(page, "Subgroups by", "Functional tumour")
    asked = [
        "compare",
        "--dataset",
        "synthetic",
        "--endpoint",
        "TTNST",
        "--level",
        "RFA",
        "--level",
        "resection",
    ]
    asked += ["--reference", "RFA", "--adjust", "sex", "--subgroup", "functional"]
    told = command(data_dir, *asked)
    shown = tables(page)
    ratios = next(table for table in shown if table[0][1] == "Events / n")
    row = next(row for row in ratios if row[0] == "Surgical resection")
    for place, ratio in ((2, told["cox_crude"][0]), (4, told["cox"][0])):
        assert row[place] == f"{ratio['hazard_ratio']:.2f} ({ratio['lower']:.2f}–{ratio['upper']:.2f})"
        assert row[place + 1] == f"{ratio['p']:.3f}"
    means = next(table for table in shown if table[0][1].startswith("Months (95 % CI"))
    gap = told["rmst"]["differences"][0]
    months = [f"{gap[part] / 30.4375:.1f}".replace("-", "−") for part in ("estimate", "lower", "upper")]
    assert means[-1] == [
        *("Surgical resection less RFA", f"{months[0]} ({months[1]} to {months[2]})"),
        *(f"{gap['se'] / 30.4375:.1f}", f"{gap['p']:.3f}"),
    ]
    subgroups = shown[-1]
    levels = told["subgroups"][0]["levels"]
    assert [row[1] for row in subgroups[1:]] == [f"{level['events']} / {level['n']}" for level in levels]
    assert f"This view has made {told['comparisons']} comparisons." in main_text(page)
    with page.expect_download() as started:
        page.get_by_role("button", name="Comparison (CSV)").click()
    lines = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text(encoding="utf-8"))))
    (crude,) = (line for line in lines if line["what"] == "hazard ratio, crude")
    assert float(crude["estimate"]) == told["cox_crude"][0]["hazard_ratio"]

    choose(page, "Data set", "mgus")
    choose(page, "Death before the event", "competing event")
    told = command(data_dir, "compare", "--dataset", "mgus", "--endpoint", "TTE", "--death", "competing")
    gray = next(table for table in tables(page) if table[0][0] == "Gray's test")
    assert [row[1] for row in gray[1:]] == [f"{test['statistic']:.2f}" for test in told["gray"]]


def test_the_side_effects_screen_shows_and_downloads_the_command_lines_counts(
    address: str, data_dir: Path, page: Page
) -> None:
    go(page, f"{address}/side-effects?modality=RFA&window=30")
    told = command(data_dir, "side-effects", "--dataset", "synthetic", "--modality", "RFA", "--window", "30")
    shown = tables(page)
    assert len(shown) == 6
    for place, rows in ((0, told["per_patient"]), (3, told["per_treatment"])):
        groups = list(dict.fromkeys(row["modality"] for row in rows))
        groups = groups[1:] if len(groups) == 2 else groups
        for drawn, grade in zip(shown[place : place + 2], ("any_grade", "grade_3_and_above"), strict=True):
            counts = [row[grade]["count"] for row in rows if row["modality"] in groups]
            assert len(drawn[0]) == 1 + len(groups)
            assert [int(cell.split()[0]) for row in drawn[1:] for cell in row[1:]] == counts
    with page.expect_download() as started:
        page.get_by_role("button", name="Side effects (CSV)").click()
    lines = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text(encoding="utf-8"))))
    assert [int(line["any_grade"]) for line in lines] == [
        row["any_grade"]["count"] for row in (*told["per_patient"], *told["per_treatment"])
    ]
