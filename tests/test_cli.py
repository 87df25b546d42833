"""The command line: the shape of every answer, its exit codes, and one line where it refuses."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gepnet_core.store import Shelf, build_adtte
from tests.conftest import everything_below

MONTH = 30.4375
TRIAL = """\
USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,STARTDT,ADT,SEX,AGE,SITE
1,drug,PFS,Progression-free survival,100,DAYS,0,PROGRESSION,2014-01-01,2014-04-11,F,70,a
2,drug,PFS,Progression-free survival,200,DAYS,2,DEATH,2014-01-02,2014-07-21,M,8,
3,placebo,PFS,Progression-free survival,50,DAYS,0,PROGRESSION,2014-01-03,2014-02-22,F,9,b
4,placebo,PFS,Progression-free survival,300,DAYS,1,CENSORED,2014-01-04,2014-10-31,F,70,b
"""
UNDATED = """\
USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR
1,drug,OS,Overall survival,10,DAYS,0
2,drug,OS,Overall survival,20,DAYS,1
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with "trial" (four patients, one competing death) and "undated" (two, no dates)."""
    folder = tmp_path_factory.mktemp("held")
    for name, text in (("trial", TRIAL), ("undated", UNDATED)):
        path = folder / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        build_adtte(Shelf(folder / "data"), name, path, competing_cnsr=2)
    return folder / "data"


@pytest.fixture
def undated(built: Path) -> Path:
    """The file that "undated" was imported from."""
    return built.with_name("undated.csv")


def estimated(cli, *options: object, dataset: str = "trial", endpoint: str = "PFS"):
    """Return the answer of `estimate`, which must succeed."""
    answer = cli("estimate", "--dataset", dataset, "--endpoint", endpoint, *options, "--json")
    assert answer.code == 0, answer.said
    return answer.json


def strata(cli, *options: object, **where: str) -> dict[str, int]:
    """Return the number of patients by stratum."""
    return {row["stratum"]: row["n"] for row in estimated(cli, *options, **where)["strata"]}


def assert_refused(answer, *words: str) -> None:
    """Check that a command ended with exit code 2, no answer, and one line that holds these words."""
    assert (answer.code, answer.json) == (2, None)
    assert answer.said.count("\n") == 1
    assert answer.said.endswith("\n")
    for word in words:
        assert word in answer.said


# the shape of answers


def test_datasets_lists_name_version_n_endpoints_and_has_dates(cli, held):
    answer = cli("datasets")
    assert (answer.code, answer.said) == (0, "")
    assert answer.json == [
        {
            "name": name,
            "version": held.current(name).version,
            "n": n,
            "endpoints": endpoints,
            "has_dates": has_dates,
        }
        for name, n, endpoints, has_dates in (("trial", 4, ["PFS"], True), ("undated", 2, ["OS"], False))
    ]


def test_the_synthetic_cohort_has_the_four_endpoints_in_order(cli):
    (found,) = cli("datasets").json
    assert (found["name"], found["n"], found["has_dates"]) == ("synthetic", 59, True)
    assert found["endpoints"] == ["TTNST", "TTAI", "PFS", "OS"]


def test_estimate_answers_with_exactly_the_specified_parts(cli, held):
    found = estimated(cli)
    assert list(found) == [
        "dataset",
        "version",
        "endpoint",
        "selection",
        "conf_type",
        "conf_level",
        "unit",
        "strata",
    ]
    assert list(found["selection"]) == ["modality", "index_from", "index_to", "cutoff", "death", "sentence"]
    (stratum,) = found["strata"]
    assert list(stratum) == [
        "stratum",
        "n",
        "events",
        "censored",
        "competing",
        "median",
        "survival_at",
        "follow_up",
    ]
    assert list(stratum["median"]) == ["estimate", "lower", "upper"]
    assert list(stratum["survival_at"][0]) == ["at", "at_risk", "survival", "lower", "upper"]
    assert list(stratum["follow_up"]) == ["basis", "reverse_km", "observed_median"]
    assert list(stratum["follow_up"]["reverse_km"]) == ["estimate", "lower", "upper"]
    assert found["version"] == held.current("trial").version


def test_estimate_without_options_is_the_whole_at_the_defaults(cli, held):
    assert held.names() == ["trial", "undated"]
    found = estimated(cli)
    assert found["selection"] == {
        "modality": [],
        "index_from": None,
        "index_to": None,
        "cutoff": None,
        "death": "censor",
        "sentence": "all treatments",
    }
    assert (found["dataset"], found["endpoint"]) == ("trial", "PFS")
    assert (found["conf_type"], found["conf_level"], found["unit"]) == ("log-log", 0.95, "days")
    (stratum,) = found["strata"]
    assert stratum["stratum"] == "all"
    assert (stratum["n"], stratum["events"], stratum["censored"], stratum["competing"]) == (4, 2, 1, 1)
    # times 50 event, 100 event, 200 death, 300 censored: S is 3/4, then 1/2 to the end
    assert stratum["median"]["estimate"] == 100.0
    assert [row["at"] for row in stratum["survival_at"]] == [6 * MONTH, 12 * MONTH, 24 * MONTH, 36 * MONTH]
    assert stratum["survival_at"][0]["at_risk"] == 2
    assert stratum["survival_at"][0]["survival"] == pytest.approx(0.5, rel=1e-12)
    assert stratum["survival_at"][1] == {
        "at": 12 * MONTH,
        "at_risk": 0,
        "survival": None,
        "lower": None,
        "upper": None,
    }
    assert stratum["follow_up"]["basis"] == "PFS"
    assert stratum["follow_up"]["observed_median"] == 150.0


def test_under_competing_deaths_survival_is_one_less_the_cumulative_incidence(cli, held):
    assert held.names() == ["trial", "undated"]
    options = ["--dataset", "trial", "--endpoint", "PFS", "--death", "competing", "--conf-type", "plain"]
    answer = cli("estimate", *options, "--at", 49, 50, "--at", 250, "--json")
    assert (answer.json["conf_type"], answer.json["selection"]["death"]) == ("log-log", "competing")
    assert answer.said == "Limits of a cumulative incidence are log-log, not plain.\n"
    assert cli("compare", *options, "--json").said == answer.said
    (stratum,) = answer.json["strata"]
    assert (stratum["n"], stratum["events"], stratum["censored"], stratum["competing"]) == (4, 2, 1, 1)
    # times 50 event, 100 event, 200 death, 300 censored: F is 1/4 at 50, 1/2 from 100 on, the death leaves it
    assert [row["at"] for row in stratum["survival_at"]] == [49, 50, 250]
    assert [row["survival"] for row in stratum["survival_at"]] == pytest.approx([1.0, 0.75, 0.5], rel=1e-12)
    assert stratum["median"]["estimate"] == 100.0


def test_the_selection_is_repeated_in_the_answer(cli, held):
    assert held.names() == ["trial", "undated"]
    filters = ["--modality", "placebo", "--modality", "drug", "--index-from", "2014-01-01"]
    filters += ["--index-to", "2014-12-31", "--cutoff", "2015-01-01", "--death", "event"]
    assert estimated(cli, *filters)["selection"] == {
        "modality": ["drug", "placebo"],
        "index_from": "2014-01-01",
        "index_to": "2014-12-31",
        "cutoff": "2015-01-01",
        "death": "event",
        "sentence": "drug or placebo; index date from 2014-01-01 to 2014-12-31; data cut-off 2015-01-01; "
        "death before the event counts as event",
    }


def test_import_answers_with_what_is_now_current(cli, held, undated):
    answer = cli("import", undated, "--dataset", "new", "--json")
    assert answer.code == 0
    report = answer.json.pop("report")
    assert answer.json == {
        "name": "new",
        "version": held.current("new").version,
        "n": 2,
        "endpoints": ["OS"],
        "has_dates": False,
        "format": "adtte",
        "effect": {
            "patients": 2,
            "eligible": 2,
            "attrition": [],
            "endpoints": [
                {
                    "code": "OS",
                    "name": "Overall survival",
                    "n": 2,
                    "events": 1,
                    "censored": 1,
                    "competing": 0,
                }
            ],
            "modalities": [{"value": "drug", "label": "drug", "patients": 2}],
            "has_dates": False,
            "no_dates": "the file has no dates",
            "known_later": [],
        },
        "imported": True,
        "warnings": 0,
    }
    assert report == {"errors": 0, "warnings": 0, "rules": [], "findings": [], "notes": []}
    assert answer.said == "No date filters and no cut-off for this data set: the file has no dates.\n"
    assert "report" not in cli("import", undated, "--dataset", "new").json


def test_import_of_source_tables_answers_with_attrition_and_warnings(cli, held, synthetic_copy):
    answer = cli("import", synthetic_copy, "--dataset", "new", "--extracted", "2018-12-31", "--json")
    assert answer.code == 0
    assert (answer.json["n"], answer.json["format"], answer.json["imported"]) == (59, "tables", True)
    effect = answer.json["effect"]
    assert [step["patients"] for step in effect["attrition"]][-1] == effect["eligible"] == 59
    assert effect["attrition"][0] == {"label": "records", "patients": effect["patients"]}
    assert {row["value"]: row["patients"] for row in effect["modalities"]} == {
        "resection": 16,
        "RFA": 17,
        "EBRT": 15,
        "HAE": 11,
    }
    report = answer.json["report"]
    counted = {rule["id"]: rule["count"] for rule in report["rules"]}
    assert report["warnings"] == answer.json["warnings"] == sum(counted.values()) > 0
    said = answer.said.splitlines()
    assert [line for line in said if not line.startswith("Warning: ")] == report["notes"]
    assert len(said) - len(report["notes"]) == len(counted)
    assert held.names() == ["new", "trial", "undated"]


def test_a_dry_run_answers_with_the_same_and_changes_nothing(cli, held, undated):
    before = everything_below(held.root)
    answer = cli("import", undated, "--dataset", "new", "--dry-run")
    assert answer.code == 0
    assert answer.said.splitlines()[-1] == "Nothing was changed: --dry-run."
    assert everything_below(held.root) == before
    told = cli("import", undated, "--dataset", "new")
    assert told.json["version"] == answer.json["version"]
    assert told.json["effect"] == answer.json["effect"]
    assert (answer.json["imported"], told.json["imported"]) == (False, True)


def test_export_writes_the_file_and_says_how_many(cli, held, tmp_path):
    out = tmp_path / "out.csv"
    answer = cli("export", "--dataset", "trial", "--out", out)
    assert answer.code == 0
    assert answer.json == {
        "dataset": "trial",
        "version": held.current("trial").version,
        "n": 4,
        "out": str(out),
    }
    with out.open(encoding="utf-8", newline="") as handle:
        assert len(list(csv.DictReader(handle))) == 4


def test_published_answers_with_rows_of_exactly_the_specified_parts(cli):
    answer = cli("published", "--json")
    assert (answer.code, answer.said) == (0, "")
    for row in answer.json:
        assert list(row) == ["figure", "published", "live", "unit", "convention", "reproduced"]


# options


@pytest.mark.parametrize("by", ["modality", "TRTP"])
def test_the_treatment_groups_under_both_its_names(cli, held, by):
    assert held.names() == ["trial", "undated"]
    assert strata(cli, "--by", by) == {"drug": 2, "placebo": 2}


def test_a_baseline_column_groups_with_missing_values_last(cli, held):
    assert held.names() == ["trial", "undated"]
    assert strata(cli, "--by", "SEX") == {"F": 3, "M": 1}
    assert list(strata(cli, "--by", "SITE").items()) == [("a", 1), ("b", 2), ("not recorded", 1)]


def test_numbers_group_in_the_order_of_numbers(cli, held):
    assert held.names() == ["trial", "undated"]
    assert list(strata(cli, "--by", "AGE").items()) == [("8", 1), ("9", 1), ("70", 2)]


def test_the_modalities_of_the_study_group_in_its_order_as_stored(cli):
    found = strata(cli, "--by", "modality", dataset="synthetic", endpoint="TTNST")
    assert list(found.items()) == [("resection", 16), ("RFA", 17), ("EBRT", 15), ("HAE", 11)]
    for name, n in found.items():
        assert strata(cli, "--modality", name, dataset="synthetic", endpoint="TTNST") == {"all": n}


def test_a_stratum_without_patients_is_left_out(cli, held):
    assert held.names() == ["trial", "undated"]
    assert strata(cli, "--by", "modality", "--modality", "drug") == {"drug": 2}
    assert strata(cli, "--by", "SEX", "--modality", "placebo") == {"F": 2}


@pytest.mark.parametrize(
    ("window", "n"),
    [
        pytest.param(["--index-from", "2014-01-02"], 3, id="from-is-inclusive"),
        pytest.param(["--index-from", "2014-01-03"], 2, id="from-a-day-later"),
        pytest.param(["--index-to", "2014-01-02"], 2, id="to-is-inclusive"),
        pytest.param(["--index-to", "2014-01-01"], 1, id="to-a-day-earlier"),
        pytest.param(["--index-from", "2014-01-02", "--index-to", "2014-01-02"], 1, id="one-day"),
        pytest.param(["--cutoff", "2014-01-02"], 2, id="cut-off-keeps-its-own-day"),
    ],
)
def test_dates_are_inclusive_and_stand_alone_or_together(cli, held, window, n):
    assert held.names() == ["trial", "undated"]
    assert strata(cli, *window) == {"all": n}


@pytest.mark.parametrize(
    ("options", "counts"),
    [
        pytest.param([], (4, 2, 1, 1), id="censor-is-the-default"),
        pytest.param(["--death", "censor"], (4, 2, 1, 1), id="censor"),
        pytest.param(["--death", "event"], (4, 3, 1, 0), id="event-adds-the-death"),
        pytest.param(["--death", "event", "--cutoff", "2014-07-21"], (4, 3, 1, 0), id="death-on-the-cut-off"),
        pytest.param(
            ["--death", "event", "--cutoff", "2014-07-20"], (4, 2, 2, 0), id="death-after-the-cut-off"
        ),
        pytest.param(["--cutoff", "2014-02-22"], (4, 1, 3, 0), id="event-on-the-cut-off"),
        pytest.param(["--cutoff", "2014-02-21"], (4, 0, 4, 0), id="event-after-the-cut-off"),
    ],
)
def test_counts_follow_death_rule_and_cut_off(cli, held, options, counts):
    assert held.names() == ["trial", "undated"]
    (found,) = estimated(cli, *options)["strata"]
    assert (found["n"], found["events"], found["censored"], found["competing"]) == counts


def test_months_scale_every_time_and_nothing_else(cli):
    options = {"dataset": "synthetic", "endpoint": "TTAI"}
    (days,) = estimated(cli, "--by", "modality", "--modality", "RFA", **options)["strata"]
    found = estimated(cli, "--by", "modality", "--modality", "RFA", "--unit", "months", **options)
    (months,) = found["strata"]
    assert found["unit"] == "months"
    assert [row["at"] for row in months["survival_at"]] == [6.0, 12.0, 24.0, 36.0]
    for key in ("n", "events", "censored", "competing"):
        assert months[key] == days[key]
    for row, other in zip(months["survival_at"], days["survival_at"], strict=True):
        assert row["at"] * MONTH == pytest.approx(other["at"], rel=1e-12)
        assert {**row, "at": 0} == {**other, "at": 0}
    for mine, theirs in (
        (months["median"], days["median"]),
        (months["follow_up"]["reverse_km"], days["follow_up"]["reverse_km"]),
    ):
        for part in ("estimate", "lower", "upper"):
            expected = None if theirs[part] is None else pytest.approx(theirs[part] / MONTH, rel=1e-12)
            assert mine[part] == expected
    assert months["follow_up"]["observed_median"] == pytest.approx(
        days["follow_up"]["observed_median"] / MONTH, rel=1e-12
    )


def test_chosen_times_are_in_the_unit_and_in_the_order_given(cli, held):
    assert held.names() == ["trial", "undated"]
    (days,) = estimated(cli, "--at", "100", "--at", "99.5", "--at", "0")["strata"]
    assert [(row["at"], row["at_risk"], row["survival"]) for row in days["survival_at"]] == [
        (100.0, 3, pytest.approx(0.5)),
        (99.5, 3, pytest.approx(0.75)),
        (0.0, 4, 1.0),
    ]
    (months,) = estimated(cli, "--unit", "months", "--at", repr(100 / MONTH))["strata"]
    assert months["survival_at"][0]["survival"] == pytest.approx(0.5)


@pytest.mark.parametrize("conf_type", ["log-log", "log", "plain", "logit", "arcsin", "spss"])
def test_every_convention_changes_the_limits_not_the_estimate(cli, conf_type):
    options = {"dataset": "synthetic", "endpoint": "TTAI"}
    found = estimated(cli, "--conf-type", conf_type, "--conf-level", "0.9", **options)
    (stratum,) = found["strata"]
    assert (found["conf_type"], found["conf_level"]) == (conf_type, 0.9)
    (wider,) = estimated(cli, "--conf-type", conf_type, "--conf-level", "0.99", **options)["strata"]
    assert stratum["median"]["estimate"] == wider["median"]["estimate"]
    assert wider["median"]["lower"] <= stratum["median"]["lower"]
    assert wider["survival_at"][0]["lower"] < stratum["survival_at"][0]["lower"]
    assert stratum["survival_at"][0]["upper"] < wider["survival_at"][0]["upper"]


# refusals


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param([], ["COMMAND"], id="no-command"),
        pytest.param(["forecast"], ["forecast"], id="unknown-command"),
        pytest.param(["datasets", "--all"], ["--all"], id="unknown-option"),
        pytest.param(["estimate", "--dataset", "trial"], ["--endpoint"], id="endpoint-left-out"),
        pytest.param(["estimate", "--endpoint", "PFS"], ["--dataset"], id="data-set-left-out"),
        pytest.param(["import", "x.csv"], ["--dataset"], id="import-without-name"),
        pytest.param(["import", "--dataset", "x"], ["FILE"], id="import-without-file"),
        pytest.param(["export", "--dataset", "trial"], ["--out"], id="export-without-file"),
        pytest.param(["published", "--dataset", "trial"], ["without published figures"], id="none-published"),
        pytest.param(["published", "--dataset", "lung"], ["no data set “lung”"], id="published-of-nothing"),
    ],
)
def test_a_command_that_cannot_be_meant_is_refused(cli, held, arguments, words):
    assert held.names() == ["trial", "undated"]
    assert_refused(cli(*arguments), *words)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(["--dataset", "lung"], ["no data set “lung”", "trial, undated"], id="unknown-data-set"),
        pytest.param(["--endpoint", "OS"], ["no endpoint 'OS'", "PFS"], id="unknown-endpoint"),
        pytest.param(["--endpoint", ""], ["no endpoint"], id="empty-endpoint"),
        pytest.param(["--by", "sex"], ["no column 'sex'", "SEX"], id="column-in-another-case"),
        pytest.param(["--by", "patient_id"], ["no column 'patient_id'"], id="column-that-is-no-baseline"),
        pytest.param(["--by", ""], ["no column"], id="empty-column"),
        pytest.param(["--by", "SEX; DROP TABLE cohort"], ["no column"], id="column-that-is-sql"),
        pytest.param(["--modality", "RFA"], ["no modality 'RFA'", "drug, placebo"], id="unknown-modality"),
        pytest.param(["--modality", "drug", "--modality", "x"], ["no modality 'x'"], id="one-of-two-unknown"),
        pytest.param(["--modality", ""], ["empty"], id="empty-modality"),
        pytest.param(["--modality", "' OR 1=1 --"], ["no modality"], id="modality-that-is-sql"),
        pytest.param(["--version", "v123"], ["Version v123"], id="unknown-version"),
        pytest.param(["--version", ""], [], id="empty-version"),
        pytest.param(
            ["--index-from", "2014-01-02", "--index-to", "2014-01-01"], ["backwards"], id="reversed-window"
        ),
        pytest.param(
            ["--index-from", "2014-02-31"], ["'2014-02-31' is not a date"], id="date-not-in-calendar"
        ),
        pytest.param(["--index-to", "01/02/2014"], ["is not a date"], id="date-in-another-order"),
        pytest.param(["--cutoff", ""], ["'' is not a date"], id="empty-date"),
        pytest.param(["--cutoff", "2013-12-31"], ["No patient matches"], id="cut-off-before-everybody"),
        pytest.param(["--index-from", "2020-01-01"], ["No patient matches"], id="nobody-left"),
        pytest.param(
            ["--modality", "drug", "--index-from", "2014-01-03"],
            ["No patient matches"],
            id="nobody-left-of-both",
        ),
        pytest.param(["--death", "ignore"], ["'ignore' is none of censor, event"], id="unknown-death-rule"),
        pytest.param(["--conf-type", "wald"], ["'wald' is none of log-log"], id="unknown-conf-type"),
        pytest.param(["--conf-level", "95"], ["'95' is not a confidence level"], id="level-in-percent"),
        pytest.param(["--conf-level", "1"], ["is not a confidence level"], id="level-1"),
        pytest.param(["--conf-level", "0"], ["is not a confidence level"], id="level-0"),
        pytest.param(["--conf-level", "nan"], ["is not a confidence level"], id="level-nan"),
        pytest.param(["--unit", "weeks"], ["'weeks' is none of days, months"], id="unknown-unit"),
        pytest.param(["--at", "-1"], ["--at"], id="negative-time"),
        pytest.param(["--at=-1"], ["'-1' is not a time"], id="negative-time-given-with-equals"),
        pytest.param(["--at", "soon"], ["'soon' is not a time"], id="time-as-word"),
        pytest.param(["--at", "nan"], ["'nan' is not a time"], id="time-nan"),
        pytest.param(["--at", "inf"], ["'inf' is not a time"], id="time-infinite"),
        pytest.param(["--conf", "0.9"], ["--conf"], id="abbreviated-option"),
        pytest.param(["--modality", "a\nb"], ["no modality"], id="value-with-a-line-break"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused_in_one_line(cli, held, options, words):
    assert held.names() == ["trial", "undated"]
    assert_refused(cli("estimate", "--dataset", "trial", "--endpoint", "PFS", *options, "--json"), *words)


@pytest.mark.parametrize(
    "option",
    [["--cutoff", "2014-01-01"], ["--index-from", "2014-01-01"], ["--index-to", "2014-01-01"]],
    ids=lambda option: option[0],
)
def test_a_control_that_the_data_set_lacks_is_refused_with_the_reason(cli, held, tmp_path, option):
    assert held.names() == ["trial", "undated"]
    assert strata(cli, dataset="undated", endpoint="OS") == {"all": 2}
    words = ["cannot be filtered by date", "the file has no dates"]
    assert_refused(cli("estimate", "--dataset", "undated", "--endpoint", "OS", *option), *words)
    out = tmp_path / "out.csv"
    assert_refused(cli("export", "--dataset", "undated", "--out", out, *option), *words)
    assert not out.exists()


@pytest.mark.parametrize("name", ["a", "0", "a-b_c", "radiant-4", "x" * 64])
def test_a_name_of_small_letters_digits_dash_and_underline_is_taken(cli, held, undated, name):
    assert cli("import", undated, "--dataset", name).json["name"] == name
    assert name in held.names()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("", id="empty"),
        pytest.param("x" * 65, id="too-long"),
        pytest.param("_a", id="starts-with-underline"),
        pytest.param("Trial", id="capital"),
        pytest.param("a b", id="blank"),
        pytest.param("a.b", id="dot"),
        pytest.param("..", id="parent-folder"),
        pytest.param("../a", id="outside"),
        pytest.param("a/b", id="below"),
        pytest.param("ä", id="umlaut"),
        pytest.param("a\n", id="line-break"),
        pytest.param("٣", id="digit-of-another-script"),
    ],
)
def test_another_name_is_refused_and_makes_nothing(cli, held, undated, tmp_path, name):
    before = sorted(tmp_path.rglob("*"))
    assert_refused(cli("import", undated, "--dataset", name), "is not a data set name")
    assert_refused(cli("estimate", "--dataset", name, "--endpoint", "OS"), "is not a data set name")
    assert sorted(tmp_path.rglob("*")) == before
    assert held.names() == ["trial", "undated"]


def test_options_of_an_adtte_file_do_not_fit_a_folder(cli, synthetic_copy):
    said = ["has no meaning for source tables", "columns of an ADTTE file"]
    assert_refused(cli("import", synthetic_copy, "--dataset", "x", "--time-unit", "days"), *said)
    assert_refused(cli("import", synthetic_copy, "--dataset", "x", "--competing-cnsr", 2), *said)


@pytest.mark.parametrize(
    "out", [pytest.param("none/out.csv", id="no-such-folder"), pytest.param(".", id="a-folder")]
)
def test_an_export_that_cannot_be_written_is_refused(cli, held, tmp_path, out):
    assert held.names() == ["trial", "undated"]
    before = sorted(tmp_path.rglob("*"))
    assert_refused(cli("export", "--dataset", "trial", "--out", tmp_path / out), "cannot be written")
    assert sorted(tmp_path.rglob("*")) == before


# as a person runs it


def test_the_module_answers_from_the_root_of_the_project(cli_process, held):
    answer = cli_process(
        "estimate",
        "--dataset",
        "trial",
        "--endpoint",
        "PFS",
        "--by",
        "modality",
        "--modality",
        "drug",
        "--json",
    )
    assert (answer.code, answer.said) == (0, "")
    assert answer.json["version"] == held.current("trial").version
    assert [(row["stratum"], row["n"]) for row in answer.json["strata"]] == [("drug", 2)]


def test_the_module_refuses_with_one_line_and_code_2(cli_process, held):
    assert held.names() == ["trial", "undated"]
    assert_refused(cli_process("estimate", "--dataset", "trial", "--endpoint", "OS"), "no endpoint 'OS'")
    assert_refused(cli_process("estimate", "--dataset", "trial"), "--endpoint")
