"""Times asked in months: of data that came in months or years they become days as the data did."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet_core.board_words import heading
from gepnet_core.comparison import compare
from gepnet_core.cursor import read_at
from gepnet_core.estimates import Estimate, estimate
from gepnet_core.figure_words import longest_months, risk_table_rows, ticks
from gepnet_core.question import Question, asked
from gepnet_core.report.contents import compose
from gepnet_core.report.methods import methods
from gepnet_core.report.numbers import times_told
from gepnet_core.selection import Selection
from gepnet_core.sheets import estimates_sheet
from gepnet_core.sheets_compare import differences_sheet
from gepnet_core.store import Shelf, build_adtte, open_dataset
from gepnet_core.store.dataset import DataSet
from gepnet_core.time_scale import TimeScale
from gepnet_core.view import View
from gepnet_core.vocabulary import TimeUnit
from pages.components.board_keys import moved

REFERENCE = Path(__file__).parent / "reference"
# (treatment, time, CNSR): A ends at 12 units, B at 40
SEVEN = [
    *(("A", time, cnsr) for time, cnsr in ((3, 0), (6, 0), (9, 0), (12, 1), (12, 1), (12, 1))),
    *(("B", time, cnsr) for time, cnsr in ((2, 0), (6, 0), (6, 0), (24, 0), (36, 0), (36, 1), (40, 1))),
]
IN_DAYS = [(arm, round(time * 30.4375), cnsr) for arm, time, cnsr in SEVEN]
WHOLE = TimeScale(whole=True)


def write(path: Path, rows: list[tuple[str, float, int]], unit: str = "MONTHS") -> Path:
    lines = [f"P{place},{arm},T,Time,{time},{unit},{cnsr}" for place, (arm, time, cnsr) in enumerate(rows)]
    path.write_text("\n".join(["USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR", *lines]) + "\n")
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder: the same patients in months and in days, and R's patients."""
    folder = tmp_path_factory.mktemp("months")
    shelf = Shelf(folder / "data")
    build_adtte(shelf, "months", write(folder / "months.csv", SEVEN))
    build_adtte(shelf, "days", write(folder / "days.csv", IN_DAYS, "DAYS"))
    build_adtte(shelf, "weeks", write(folder / "weeks.csv", SEVEN, "WEEKS"))
    build_adtte(
        shelf, "sixty", write(folder / "sixty.csv", [("A", time, int(time == 60)) for time in (14, 25, 60)])
    )
    build_adtte(shelf, "judged", REFERENCE / "months_adtte.csv")
    return folder / "data"


@pytest.fixture(scope="module")
def opened(built: Path) -> Callable[[str], DataSet]:
    """Open a data set of the folder."""
    return lambda name: open_dataset(Shelf(built), name)


def estimated(data: DataSet, endpoint: str = "T", **how: object) -> Estimate:
    return estimate(data, endpoint, Selection(), by="modality", **how)


def by_r() -> list[tuple[tuple[str, str, str], list[dict[str, str]]]]:
    with (REFERENCE / "months_reference.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        (key, list(found))
        for key, found in groupby(rows, lambda r: (r["endpoint"], r["landmark"], r["group"]))
    ]


@pytest.mark.parametrize(
    ("key", "rows"), [pytest.param(key, rows, id="-".join(filter(None, key))) for key, rows in by_r()]
)
def test_every_month_and_year_is_as_r_has_it_in_the_unit_of_the_data(opened, key, rows):
    endpoint, landmark, group = key
    data = opened("judged")
    day = data.time_scale(endpoint).to_days(float(landmark)) if landmark else None
    found = estimated(data, endpoint, landmark=day)
    stratum = next(stratum for stratum in found.strata if stratum.stratum == group)
    assert stratum.n == int(rows[0]["n"])
    for row in rows:
        at = stratum.curve.at(found.scale.to_days(float(row["month"])))
        assert at.survival == pytest.approx(float(row["survival"]), abs=1e-12), row
        assert at.at_risk == int(row["at_risk"]), row


def test_r_was_asked_for_every_month_to_60_and_every_year_to_10():
    asked_of = {
        endpoint: {int(row["month"]) for (code, _, _), rows in by_r() for row in rows if code == endpoint}
        for endpoint in ("WHOLE", "TENTH", "YEARS")
    }
    assert asked_of == {
        "WHOLE": set(range(1, 61)),
        "TENTH": set(range(1, 61)),
        "YEARS": set(range(12, 121, 12)),
    }


@pytest.mark.parametrize(
    ("name", "days", "share", "at_risk"),
    [
        pytest.param("months", 365, 0.5, 3, id="months-are-rounded-as-the-data"),
        pytest.param("days", 365.25, None, 0, id="days-are-not"),
    ],
)
def test_twelve_months_are_a_day_of_the_data_where_these_came_in_months(opened, name, days, share, at_risk):
    found = estimated(opened(name))
    assert found.scale.to_days(12.0) == days
    at = found.strata[0].curve.at(days)
    assert (at.survival, at.at_risk) == (share if share is None else pytest.approx(share), at_risk)


@pytest.mark.parametrize("name", ["days", "weeks"])
def test_twelve_months_of_data_in_days_or_weeks_are_365_and_a_quarter_days(opened, name):
    assert opened(name).time_scale("T").to_days(12.0) == 365.25


def test_the_synthetic_cohort_keeps_its_months(shelf):
    data = open_dataset(shelf, "synthetic")
    assert {code: data.time_scale(code).to_days(12.0) for code in data.endpoints} == dict.fromkeys(
        data.endpoints, 365.25
    )


def test_each_endpoint_has_the_rule_of_its_own_times(tmp_path):
    header = "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR\n"
    rows = ["A,a,OS,Death,12,MONTHS,0", "A,a,X,X,100,DAYS,0", "A,a,Y,Y,1,YEARS,0"]
    rows += ["B,b,OS,Death,2,YEARS,1", "B,b,X,X,90,DAYS,0", "B,b,Y,Y,300,DAYS,0"]
    (tmp_path / "mixed.csv").write_text(header + "\n".join(rows) + "\n")
    shelf = Shelf(tmp_path / "data")
    build_adtte(shelf, "mixed", tmp_path / "mixed.csv")
    found = open_dataset(shelf, "mixed").time_scales
    assert {code: scale.whole for code, scale in found.items()} == {"OS": True, "X": False, "Y": False}


@pytest.fixture
def ask(cli: Callable[..., object], built: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., object]:
    """Ask the command line on the folder of this module."""
    monkeypatch.setenv("GEPNET_DATA_DIR", str(built))

    def answer(command: str, *options: object, dataset: str = "months") -> dict[str, object]:
        found = cli(command, "--dataset", dataset, "--endpoint", "T", *options)
        assert found.code == 0, found.said
        return found.json

    return answer


def shares(answer: dict[str, object], place: int = 0) -> list[tuple[float, float | None, int]]:
    at = answer["strata"][place]["survival_at"]
    return [(point["at"], point["survival"], point["at_risk"]) for point in at]


def test_estimate_answers_at_whole_days(ask):
    answer = ask("estimate", "--by", "modality", "--unit", "months", "--at", 6, 12, 36)
    assert shares(answer) == [(6, pytest.approx(4 / 6), 5), (12, pytest.approx(0.5), 3), (36, None, 0)]
    assert shares(answer, 1) == [
        (6, pytest.approx(4 / 7), 6),
        (12, pytest.approx(4 / 7), 4),
        (36, pytest.approx(2 / 7), 3),
    ]


@pytest.mark.parametrize("unit", ["days", "months"])
def test_the_times_of_nobody_s_choice_follow_the_same_rule(ask, unit):
    answer = ask("estimate", "--by", "modality", "--unit", unit)
    assert [share for _, share, _ in shares(answer)] == [pytest.approx(4 / 6), pytest.approx(0.5), None, None]
    times = [6.0, 12.0, 24.0, 36.0] if unit == "months" else [183.0, 365.0, 730.0, 1096.0]
    assert [at for at, _, _ in shares(answer)] == times


def test_who_was_watched_to_the_end_of_the_study_is_known_there(ask):
    assert shares(ask("estimate", "--unit", "months", "--at", 60, dataset="sixty")) == [
        (60, pytest.approx(1 / 3), 1)
    ]


def test_compare_takes_the_last_month_and_the_landmark_of_the_data(ask):
    answer = ask("compare", "--unit", "months", "--tau", 6, "--at", 6, "--landmark", 6)
    assert [stratum["n"] for stratum in answer["strata"]] == [4, 4]
    assert answer["landmark"] == {"at": 6.0, "left_out": {"event": 5, "competing": 0, "censored": 0}}
    plain = ask("compare", "--unit", "months", "--tau", 12, "--at", 6)
    assert plain["rmst"]["tau"] == 12.0
    assert plain["rmst"]["strata"][0]["estimate"] == pytest.approx(
        (3 * 6 + 3 * 5 + 3 * 4 + 3 * 3) / 6, abs=0.02
    )
    assert plain["differences_at"][0]["estimate"] == pytest.approx(4 / 7 - 4 / 6)


def test_a_month_beyond_the_last_is_refused_with_one_that_can_be_asked_for(cli, built, monkeypatch):
    monkeypatch.setenv("GEPNET_DATA_DIR", str(built))
    asked_for = ("compare", "--dataset", "months", "--endpoint", "T", "--unit", "months", "--tau")
    refused = cli(*asked_for, 12.1)
    assert refused.code == 2
    assert "cannot run to 368 days (12.10 months): A is followed for 365 days (12.00 months)" in refused.said
    assert cli(*asked_for, 12).code == 0


def test_read_and_board_read_the_same_day(ask, opened):
    assert [
        stratum["share"]
        for stratum in ask("read", "--by", "modality", "--unit", "months", "--at", 6)["readings"][0]["strata"]
    ] == [
        pytest.approx(4 / 6),
        pytest.approx(4 / 7),
    ]
    assert ask("read", "--unit", "months", "--at", 6, 7)["readings"][1]["at"] == 7.0
    found = estimated(opened("months"))
    reading = read_at(found, found.scale.to_days(12.0))
    assert "at 12.0 months" in heading(found, reading)
    assert [stratum.at_risk for stratum in reading.strata] == [3, 4]


def test_the_board_s_last_month_is_the_last_of_the_data(opened):
    data = opened("sixty")
    assert moved(data, View(endpoint="T"), "end").at == 60.0
    assert (
        moved(opened("days"), View(endpoint="T"), "end").at == 40.0
    )  # 1,218 of its days, 1,217.5 of the calendar


def test_tables_and_figures_count_at_whole_days(opened):
    found = estimated(opened("months"))
    assert longest_months(found) == 40.0
    assert 40.0 not in ticks(39.99)
    row = next(row for row in risk_table_rows(found) if row.part == "at_risk")
    assert [row.number(month) for month in (0, 3, 6, 9, 12, 13)] == [6, 6, 5, 4, 3, 0]
    events = next(row for row in risk_table_rows(found) if row.part == "events")
    assert [events.number(month) for month in (3, 6, 9, 12)] == [0, 1, 2, 3]
    assert [str(cell)[:4] for cell in estimates_sheet(found).rows[0][4:]] == ["66.7", "50.0", "NE", "NE"]
    compared = compare(opened("months"), Question("T", Selection(), times=(365.0,)))
    assert [row[1] for row in differences_sheet(compared).rows] == ["12"]


def test_a_view_carries_months_whatever_unit_was_asked(ask):
    by_months, by_days = (
        ask("link", "--unit", unit, "--landmark", landmark, "--tau", tau, "--at", at)
        for unit, landmark, tau, at in (("months", 8, 4, 3), ("days", 244, 121, 91))
    )
    for answer in (by_months, by_days):
        query = parse_qs(answer["query"])
        assert [float(query[key][0]) for key in ("landmark", "tau", "at")] == [8.0, 4.0, 3.0]


def test_a_view_asks_for_the_days_of_the_data(opened):
    question = asked(View(endpoint="T", landmark=6.0, tau=6.0, at=3.0), opened("months"))
    assert (question.landmark, question.tau, question.times) == (183.0, 182.0, (91.0,))
    other = asked(View(endpoint="T", landmark=6.0, tau=6.0, at=3.0), opened("days"))
    assert (other.landmark, other.tau, other.times) == (182.625, 182.625, (91.3125,))


def test_the_report_s_numbers_are_at_whole_days_and_its_bundle_finds_them_again(ask, opened, tmp_path):
    report = compose(opened("months"), View(endpoint="T", by="modality"))
    assert times_told(report) == [183.0, 365.0, 730.0, 1096.0]
    ask("bundle", "--by", "modality", "--out", tmp_path / "bundle.zip")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "bundle.zip").read_bytes())) as packed:
        packed.extractall(tmp_path / "bundle")
    script = next((tmp_path / "bundle").rglob("analysis.py"))
    ran = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=False, timeout=60, cwd=script.parent
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_report_says_the_rule(opened):
    words = {name: str(methods(compose(opened(name), View(endpoint="T")))) for name in ("months", "days")}
    assert "12 months are day 365" in words["months"]
    assert "12 months are day 365" not in words["days"]


@given(day=st.integers(0, 20_000), landmark=st.integers(0, 4_000))
def test_each_whole_day_has_a_number_of_months_that_means_it(day, landmark):
    scale = WHOLE.from_landmark(float(landmark))
    assert scale.to_days(scale.to_months(float(day))) == day
    assert scale.to_days(scale.in_unit(float(day), TimeUnit.YEARS), TimeUnit.YEARS) == day
    assert scale.to_days(scale.months_within(float(day))) <= day


@given(month=st.integers(0, 600), landmark=st.integers(0, 120))
def test_a_month_after_a_landmark_ends_on_the_day_of_the_data(month, landmark):
    start = WHOLE.to_days(float(landmark))
    after = replace(WHOLE, landmark=start)
    assert (
        start + after.to_days(float(month))
        == WHOLE.to_days(float(landmark + month))
        == round((landmark + month) * 30.4375)
    )
    assert after.to_months(after.to_days(float(month))) == month


@given(day=st.floats(0.01, 10_000))
def test_data_in_days_keep_every_moment(day):
    assert TimeScale().to_days(day, TimeUnit.DAYS) == pytest.approx(day)
    assert TimeScale().to_days(TimeScale().to_months(day)) == pytest.approx(day, abs=1e-6)
