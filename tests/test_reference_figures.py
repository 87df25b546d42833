"""Every figure of the reference files, asked of the command line as a person would ask.

`survival_reference.csv` holds R's figures for four public data sets; `calibrated_expected.csv` those of the
synthetic cohort; RADIANT-4 is a reconstructed trial that lies beside the project. README.md in the folder of
the references says which function of R gave what.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gepnet_core.cli import main

REFERENCE = Path(__file__).parent / "reference"
DATASETS = ("lung", "veteran", "ovarian", "mgus2")
CONF_TYPES = ("plain", "log", "log-log", "logit", "arcsin")
NULL_WHERE_S_IS_1 = ("log-log", "logit", "arcsin")
# How many rows of the file hold each quantity that is checked here, and which are checked elsewhere
HERE = {
    "n": 20,
    "events": 20,
    "median": 20,
    "median_lower": 100,
    "median_upper": 100,
    "survival": 60,
    "at_risk": 60,
    "survival_lower": 300,
    "survival_upper": 300,
    "follow_up_reverse_km": 20,
}
ELSEWHERE = {
    *("cumulative_incidence", "cumulative_incidence_var", "rmst", "rmst_se"),
    *("gray_p_cause1", "gray_stat_cause1", "gray_p_cause2", "gray_stat_cause2"),
    *("hazard_ratio", "hazard_ratio_lower", "hazard_ratio_upper"),
    *("logrank_chisq", "logrank_df", "peto_peto_chisq", "ph_global_chisq", "ph_global_df", "ph_global_p"),
}

Row = dict[str, str]
Ask = Callable[..., Any]


def read(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


FIGURES = [row for row in read(REFERENCE / "survival_reference.csv") if row["quantity"] in HERE]


@dataclass(frozen=True)
class Case:
    """One run of `estimate`: a data set, whole or in a window of index dates, and a scale of the limits."""

    dataset: str
    window: tuple[str, str]
    conf_type: str

    @property
    def id(self) -> str:
        return f"{self.dataset}-{'-to-'.join(self.window) if any(self.window) else 'whole'}-{self.conf_type}"

    @property
    def figures(self) -> list[Row]:
        """The rows that this run answers; those without a scale are answered by every scale."""
        return [
            row
            for row in FIGURES
            if (row["dataset"], row["index_from"], row["index_to"]) == (self.dataset, *self.window)
            and row["conf_type"] in ("", self.conf_type)
        ]


CASES = [
    Case(dataset, window, conf_type)
    for dataset, *window_of in sorted({(r["dataset"], r["index_from"], r["index_to"]) for r in FIGURES})
    for window in [tuple(window_of)]
    for conf_type in CONF_TYPES
]


def command(folder: Path, *arguments: object) -> Any:
    """Run the command line on the data folder `folder`; return its JSON."""
    out, said = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(said):
        patch.setenv("GEPNET_DATA_DIR", str(folder))
        code = main([str(argument) for argument in arguments])
    assert code == 0, said.getvalue()
    return json.loads(out.getvalue())


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """The command line on a data folder that holds the synthetic cohort and the four public data sets."""
    folder = tmp_path_factory.mktemp("data")
    assert [found["name"] for found in command(folder, "datasets", "--json")] == ["synthetic"]
    for name in DATASETS:
        told = ("--competing-cnsr", 2) if name == "mgus2" else ()
        command(folder, "import", REFERENCE / f"{name}_adtte.csv", "--dataset", name, *told, "--json")
    return lambda *arguments: command(folder, *arguments, "--json")


def strata_of(ask: Ask, case: Case) -> dict[str, Any]:
    """Estimate by modality at all times of the reference; return the strata by name."""
    first, last = case.window
    times = sorted({row["at"] for row in case.figures} - {""}, key=float)
    answer = ask(
        *("estimate", "--dataset", case.dataset, "--endpoint", "TTE", "--by", "modality"),
        *("--conf-type", case.conf_type),
        *(("--index-from", first, "--index-to", last) if first else ()),
        *(word for time in times for word in ("--at", time)),
    )
    assert (answer["conf_type"], answer["conf_level"], answer["unit"]) == (case.conf_type, 0.95, "days")
    return {stratum["stratum"]: stratum for stratum in answer["strata"]}


def figure(stratum: dict[str, Any], row: Row) -> float | None:
    """Return the answer of the command line to one row of the reference."""
    quantity = row["quantity"]
    if quantity in ("n", "events"):
        return stratum[quantity]
    if quantity.startswith("median"):
        return stratum["median"][{"": "estimate", "_lower": "lower", "_upper": "upper"}[quantity[6:]]]
    if quantity == "follow_up_reverse_km":
        return stratum["follow_up"]["reverse_km"]["estimate"]
    found = [at for at in stratum["survival_at"] if at["at"] == float(row["at"])]
    assert len(found) == 1
    return found[0][quantity.removeprefix("survival_")]


def expected(case: Case, row: Row) -> float | None:
    """Return R's figure, or None where there is none: limits at S = 1 do not exist on three scales.

    Before the first observed time R prints 1 for them and after a first censoring nothing; both are null here.
    """
    if row["quantity"].startswith("survival_") and case.conf_type in NULL_WHERE_S_IS_1:
        same = ("group", "at")
        (s,) = (
            other["value"]
            for other in case.figures
            if other["quantity"] == "survival" and all(other[key] == row[key] for key in same)
        )
        if float(s) == 1.0:
            assert row["value"] in ("", "1")
            return None
    return float(row["value"]) if row["value"] else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_every_figure_of_r_comes_out_of_the_command_line(ask: Ask, case: Case) -> None:
    strata = strata_of(ask, case)
    assert strata.keys() == {row["group"] for row in case.figures}
    found = [figure(strata[row["group"]], row) for row in case.figures]
    wanted = [expected(case, row) for row in case.figures]
    # n, events, median and its limits, follow-up; and S, its limits and at risk at three times
    assert len(found) == (6 + 3 * 4) * len(strata)
    missed = [
        (row["group"], row["quantity"], row["at"], ours, theirs)
        for row, ours, theirs in zip(case.figures, found, wanted, strict=True)
        if (ours is None) != (theirs is None)
        or (ours is not None and ours != pytest.approx(theirs, rel=1e-6))
    ]
    assert missed == []


def test_no_row_of_the_reference_is_left_out() -> None:
    rows = read(REFERENCE / "survival_reference.csv")
    counted = Counter(row["quantity"] for row in rows)
    assert {quantity: counted[quantity] for quantity in HERE} == HERE
    assert counted.keys() - HERE.keys() == ELSEWHERE
    asked = {tuple(row.items()) for case in CASES for row in case.figures}
    assert asked == {tuple(row.items()) for row in rows if row["quantity"] in HERE}
    assert len(asked) == len(FIGURES) == sum(HERE.values()) == 1000
    assert len(CASES) == 4 * 2 * 5


def test_limits_at_s_1_are_null_although_r_prints_1_before_the_first_observed_time(ask: Ask) -> None:
    differing = [
        (case, row)
        for case in CASES
        for row in case.figures
        if row["value"] == "1" and expected(case, row) is None
    ]
    # ovarian at day 156: one group of the whole, both of the window; three scales, two limits
    assert Counter((case.dataset, *case.window, row["at"]) for case, row in differing) == {
        ("ovarian", "", "", "156"): 1 * 3 * 2,
        ("ovarian", "2014-06-01", "2016-12-31", "156"): 2 * 3 * 2,
    }
    assert {case.conf_type for case, _ in differing} == set(NULL_WHERE_S_IS_1)
    for case, row in differing:
        stratum = strata_of(ask, case)[row["group"]]
        at = next(at for at in stratum["survival_at"] if at["at"] == 156)
        assert (at["survival"], at["lower"], at["upper"]) == (1.0, None, None)


def test_the_whole_of_a_data_set_is_one_stratum_without_a_grouping(ask: Ask) -> None:
    found = ask("estimate", "--dataset", "lung", "--endpoint", "TTE")["strata"]
    assert [(s["stratum"], s["n"], s["events"], s["censored"]) for s in found] == [("all", 228, 165, 63)]
    # R: survfit(Surv(time, status) ~ 1, data = lung)
    assert found[0]["median"]["estimate"] == 310


def test_competing_deaths_are_counted_apart_only_where_the_import_was_told(ask: Ask) -> None:
    rows = read(REFERENCE / "mgus2_adtte.csv")
    deaths = Counter(row["TRTP"] for row in rows if row["CNSR"] == "2")
    found = ask("estimate", "--dataset", "mgus2", "--endpoint", "TTE", "--by", "modality")["strata"]
    assert {s["stratum"]: s["competing"] for s in found} == deaths
    for stratum in found:
        assert stratum["events"] + stratum["censored"] + stratum["competing"] == stratum["n"]
    told_nothing = ask("estimate", "--dataset", "veteran", "--endpoint", "TTE")["strata"]
    assert told_nothing[0]["competing"] == 0


# The synthetic cohort -----------------------------------------------------------------------------------

CALIBRATED = read(REFERENCE / "calibrated_expected.csv")
# The file states no limits for these, which is not the same as limits that do not exist
NO_LIMITS_STATED = {"events", "median_days", "observed_median_days"}
OS_WITHOUT_LIMITS = ("OS", "survival")


def printed(value: float | None, like: str) -> str:
    """Return `value` with as many decimals as `like` has; nothing for null."""
    return "" if value is None else f"{value:.{len(like.partition('.')[2])}f}"


def calibrated_answer(ask: Ask, row: Row) -> tuple[float | None, float | None, float | None]:
    """Return the value and the limits that the command line gives to a row."""
    quantity = row["quantity"]
    unit = "days" if quantity.endswith("days") else "months"
    endpoint = "TTNST" if row["endpoint"] == "FOLLOW_UP" else row["endpoint"]
    answer = ask(
        *("estimate", "--dataset", "synthetic", "--endpoint", endpoint, "--unit", unit),
        *(("--conf-type", row["conf_type"]) if row["conf_type"] else ()),
        *(("--at", row["at_months"]) if row["at_months"] else ()),
    )
    (stratum,) = answer["strata"]
    assert stratum["n"] == 59
    if quantity == "events":
        return stratum["events"], None, None
    if quantity == "observed_median_days":
        return stratum["follow_up"]["observed_median"], None, None
    if quantity == "survival":
        (found,) = stratum["survival_at"]
        assert found["at"] == float(row["at_months"])
        return found["survival"], found["lower"], found["upper"]
    found = stratum["follow_up"]["reverse_km"] if quantity.startswith("reverse_km") else stratum["median"]
    return found["estimate"], found["lower"], found["upper"]


@pytest.mark.parametrize(
    "row",
    CALIBRATED,
    ids=lambda row: "-".join(
        filter(None, (row["endpoint"], row["quantity"], row["conf_type"], row["at_months"]))
    ),
)
def test_the_synthetic_cohort_gives_the_calibrated_figures_to_the_digits_printed(ask: Ask, row: Row) -> None:
    value, lower, upper = calibrated_answer(ask, row)
    assert printed(value, row["value"]) == row["value"]
    if row["quantity"] in NO_LIMITS_STATED or (row["endpoint"], row["quantity"]) == OS_WITHOUT_LIMITS:
        assert (row["lower"], row["upper"]) == ("", "")
    else:
        assert printed(lower, row["lower"]) == row["lower"]
        assert printed(upper, row["upper"]) == row["upper"]


def test_the_calibrated_file_is_checked_whole() -> None:
    assert Counter(row["endpoint"] for row in CALIBRATED) == {
        "TTNST": 11,
        "TTAI": 11,
        "PFS": 2,
        "OS": 1,
        "FOLLOW_UP": 4,
    }
    assert {row["conf_type"] for row in CALIBRATED} == {"", *CONF_TYPES, "spss"}


def test_every_time_of_an_answer_is_in_the_unit_that_was_asked(ask: Ask) -> None:
    run = ("estimate", "--dataset", "synthetic", "--endpoint", "TTAI", "--conf-type", "spss")
    days, months = (
        ask(*run, "--unit", unit, "--at", at)["strata"][0] for unit, at in (("days", 365.25), ("months", 12))
    )
    for name in ("estimate", "lower", "upper"):
        assert months["median"][name] * 30.4375 == pytest.approx(days["median"][name], rel=1e-12)
        watched = (stratum["follow_up"]["reverse_km"][name] for stratum in (months, days))
        assert next(watched) * 30.4375 == pytest.approx(next(watched), rel=1e-12)
    assert days["follow_up"]["observed_median"] == 516
    assert months["follow_up"]["observed_median"] == pytest.approx(516 / 30.4375, rel=1e-12)
    assert (days["survival_at"][0].pop("at"), months["survival_at"][0].pop("at")) == (365.25, 12)
    assert days["survival_at"] == months["survival_at"]


@pytest.mark.parametrize("endpoint", ["TTNST", "TTAI", "PFS", "OS"])
def test_follow_up_of_the_synthetic_cohort_belongs_to_its_patients_whatever_the_endpoint(
    ask: Ask, endpoint: str
) -> None:
    answer = ask("estimate", "--dataset", "synthetic", "--endpoint", endpoint)
    watched = answer["strata"][0]["follow_up"]
    assert watched["basis"] == "OS"
    assert (watched["reverse_km"]["estimate"], watched["observed_median"]) == (519, 516)


def test_the_modalities_of_the_synthetic_cohort_have_the_published_numbers(ask: Ask) -> None:
    found = ask("estimate", "--dataset", "synthetic", "--endpoint", "TTNST", "--by", "modality")["strata"]
    cohort = read(REFERENCE / "calibrated_cohort.csv")
    assert {s["stratum"]: s["n"] for s in found} == Counter(row["modality"] for row in cohort)
    assert sorted(s["n"] for s in found) == [11, 15, 16, 17]
    assert {s["stratum"]: s["events"] for s in found} == {
        s["stratum"]: sum(r["ttnst_event"] == "1" for r in cohort if r["modality"] == s["stratum"])
        for s in found
    }


# A real trial without dates -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def radiant(tmp_path_factory: pytest.TempPathFactory, realdata: Path) -> Ask:
    """The command line on a data folder that holds RADIANT-4: progression-free and overall survival."""
    folder = tmp_path_factory.mktemp("radiant")
    for code in ("pfs", "os"):
        found = command(folder, "import", realdata / f"radiant4_{code}_adtte.csv", "--dataset", f"r4_{code}")
        assert (found["endpoints"], found["has_dates"]) == ([code.upper()], False)
    return lambda *arguments: command(folder, *arguments, "--json")


@pytest.mark.parametrize("conf_type", ["log-log", "log", "plain"])
def test_radiant_4_has_the_medians_that_r_finds_on_whole_days(
    radiant: Ask, realdata: Path, conf_type: str
) -> None:
    rows = [
        row
        for row in read(realdata / "radiant4_pfs_expected.csv")
        if row["quantity"] == f"median_days_{conf_type}"
    ]
    answer = radiant(
        *("estimate", "--dataset", "r4_pfs", "--endpoint", "PFS", "--by", "modality"),
        *("--conf-type", conf_type),
    )
    found = {s["stratum"]: [*s["median"].values()] for s in answer["strata"]}
    assert len(rows) == 2
    assert found == {row["group"]: [float(row[key]) for key in ("value", "lower", "upper")] for row in rows}


def test_radiant_4_has_the_patients_and_events_that_r_finds(radiant: Ask, realdata: Path) -> None:
    rows = [r for r in read(realdata / "radiant4_pfs_expected.csv") if r["quantity"] == "n_events"]
    answer = radiant("estimate", "--dataset", "r4_pfs", "--endpoint", "PFS", "--by", "modality")
    assert len(rows) == 2
    assert {s["stratum"]: (s["n"], s["events"]) for s in answer["strata"]} == {
        row["group"]: (int(row["value"]), int(row["lower"])) for row in rows
    }


def test_radiant_4_overall_survival_has_the_patients_and_deaths_of_its_file(
    radiant: Ask, realdata: Path
) -> None:
    rows = read(realdata / "radiant4_os_adtte.csv")
    answer = radiant("estimate", "--dataset", "r4_os", "--endpoint", "OS", "--by", "modality")
    assert sum(s["n"] for s in answer["strata"]) == len(rows) == 302
    assert {s["stratum"]: (s["n"], s["events"]) for s in answer["strata"]} == {
        arm: (
            sum(row["TRTP"] == arm for row in rows),
            sum(row["TRTP"] == arm and row["CNSR"] == "0" for row in rows),
        )
        for arm in ("everolimus", "placebo")
    }
    assert answer["strata"][0]["follow_up"]["basis"] == "OS"
