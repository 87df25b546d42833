"""Patients without a value are no group: tests, ratios and pairs leave them out as R does, and say how many."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest

from gepnet_core.question import compared_levels
from tests.test_pages import Opener, control, open_page, words

__all__ = ["open_page"]
GROUPS = (
    "5 patients without a recorded value of “Treatment (TRTP)” are not compared. To compare them too, choose the "
    "group “not recorded”."
)
STRATIFIED = "12 patients without a recorded value of “SITE” are not in the stratified test."
SUBGROUP = "8 patients without a recorded value of “SITE” are in no subgroup of it."


@pytest.fixture
def imported(cli, tmp_path: Path):
    """Thirty-six patients, five without a treatment and thirteen without a site."""
    path = tmp_path / "in.csv"
    lines = ["USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,SITE,SEX"]
    for i in range(36):
        arm, site = ("A", "B", "C", "")[i * 3 % 7 % 4], ("lung", "", "liver")[i * 5 % 11 % 3]
        cnsr = 1 if i % 4 == 1 else 2 if i % 9 == 2 else 0
        lines.append(f"P{i:02},{arm},TTE,Time,{(i * 37) % 61 + 1},DAYS,{cnsr},{site},{'fm'[i % 2]}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert cli("import", path, "--dataset", "own", "--competing-cnsr", 2).code == 0
    return cli


def compared(cli, *options: object):
    return cli("compare", "--dataset", "own", "--endpoint", "TTE", *options, "--json")


def close(value: float):
    return pytest.approx(value, rel=1e-6)


def test_tests_ratios_and_pairs_are_those_of_r_which_drops_missing_groups(imported) -> None:
    # R: survdiff(Surv(AVAL, CNSR == 0) ~ TRTP, d), rho = 0 and 1, coxph, cuminc; na.strings = ""
    answer = compared(imported, "--death", "competing")
    found = answer.json
    assert found["logrank"] == {"chisq": close(0.129324949722628), "df": 2, "p": close(0.937383753748)}
    assert (found["peto_peto"]["chisq"], found["peto_peto"]["df"]) == (close(0.318423697390062), 2)
    assert [ratio["hazard_ratio"] for ratio in found["cox"]] == [
        pytest.approx(1.190249879995113, rel=1e-5),
        pytest.approx(0.992045651813431, rel=1e-5),
    ]
    assert [(pair["a"], pair["b"]) for pair in found["pairwise"]] == [("A", "B"), ("A", "C"), ("B", "C")]
    gray = [test["statistic"] for test in found["gray"]]
    assert gray == [close(0.1440802521236533), close(0.0582408680355703)]
    assert [stratum["n"] for stratum in found["strata"]] == [11, 10, 10]
    assert {stratum["stratum"] for stratum in found["stability"]} == {"A", "B", "C"}
    assert found["rmst"] is None
    assert (found["not_recorded"], found["cox_model"]["n"]) == (5, 31)
    assert GROUPS in answer.said


def test_a_stratum_or_subgroup_that_is_not_recorded_takes_no_part(imported) -> None:
    # R: survdiff(Surv(AVAL, CNSR == 0) ~ TRTP + strata(SITE), d)
    answer = compared(imported, "--stratify", "SITE", "--subgroup", "SITE")
    assert answer.json["stratified_logrank"] == {
        "chisq": close(0.177958364756186),
        "df": 2,
        "p": close(0.914864618681942),
        "not_recorded": 12,
    }
    (group,) = answer.json["subgroups"]
    assert [level["level"] for level in group["levels"]] == ["liver", "lung"]
    assert group["not_recorded"] == 6
    assert STRATIFIED in answer.said


def test_the_page_says_how_many_and_compares_them_where_they_are_chosen(open_page: Opener, imported) -> None:
    assert imported
    app = open_page("compare.py", dataset="own")
    assert GROUPS in words(app)
    assert "not recorded" not in control(app, "selectbox", "Reference").options
    groups = control(app, "multiselect", "Groups to compare")
    groups.set_value(["A", "B", "C", "not recorded"]).run()
    assert not app.exception
    assert "4 groups" in words(app)
    assert "not recorded" in control(app, "selectbox", "Reference").options


@pytest.mark.parametrize(
    ("options", "names"),
    [
        pytest.param(
            ("--level", "A", "B", "C", "not recorded"), ["A", "B", "C", "not recorded"], id="as-a-level"
        ),
        pytest.param(("--reference", "not recorded"), ["A", "B", "C", "not recorded"], id="as-the-reference"),
        pytest.param(("--contrast", "not recorded"), ["A", "B", "C", "not recorded"], id="as-the-contrast"),
        pytest.param(("--level", "A", "B"), ["A", "B"], id="other-levels"),
        pytest.param(("--by", "SEX"), ["f", "m"], id="a-column-without-gaps"),
        pytest.param(("--by", "SITE"), ["liver", "lung"], id="a-baseline-column"),
    ],
)
def test_not_recorded_is_a_group_only_where_it_is_asked_for(imported, options, names) -> None:
    found = compared(imported, *options).json
    assert [stratum["stratum"] for stratum in found["strata"]] == names
    assert found["logrank"]["df"] == len(names) - 1
    expected = {"SITE": 13, "SEX": 0}.get(options[1], 0 if "not recorded" in options else 5)
    assert found["not_recorded"] == expected


def test_where_nobody_has_a_value_all_patients_stay() -> None:
    assert compared_levels(["not recorded"], (), None, None) == ("not recorded",)
    assert compared_levels(["a", "not recorded"], (), None, None) == ("a",)
    assert compared_levels([], (), None, None) == ()


def test_curves_and_medians_still_show_them(imported) -> None:
    found = imported("estimate", "--dataset", "own", "--endpoint", "TTE", "--by", "TRTP", "--json").json
    assert [stratum["stratum"] for stratum in found["strata"]] == ["A", "B", "C", "not recorded"]


def test_report_tables_and_bundle_say_how_many_are_left_out(imported, tmp_path: Path) -> None:
    options = ("--dataset", "own", "--endpoint", "TTE", "--stratify", "SITE", "--subgroup", "SITE")
    report, tables, bundle = (tmp_path / name for name in ("r.html", "t.docx", "b.zip"))
    assert imported("report", *options, "--format", "html", "--out", report).code == 0
    text = report.read_text(encoding="utf-8")
    assert GROUPS in text
    assert STRATIFIED in text
    assert "5 patients without a recorded value took no part." in text
    assert "in which 12 patients without a recorded value took no part" in text
    assert "In no subgroup were 6 patients without a recorded value of SITE." in text
    assert imported("tables", *options, "--format", "docx", "--out", tables).code == 0
    with zipfile.ZipFile(tables) as packed:
        assert GROUPS in packed.read("word/document.xml").decode()
    assert imported("bundle", *options, "--out", bundle).code == 0
    with zipfile.ZipFile(bundle) as packed:
        name = next(name for name in packed.namelist() if name.endswith("expected.csv"))
        rows = list(csv.DictReader(packed.read(name).decode().splitlines()))
    counted = {row["quantity"]: row["value"] for row in rows if row["section"] == "not recorded"}
    assert counted == {"groups": "5", "stratified test": "12"}
