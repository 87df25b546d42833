"""What is chosen in a comparison changes its numbers as it should, in every part and every unit."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gepnet_core.comparison import compare
from gepnet_core.comparison_words import difference_rows, guards, stability_sentence
from gepnet_core.export_comparison import comparison_lines
from gepnet_core.hazard_ratios import Covariate, hazard_ratios
from gepnet_core.partial_likelihood import Cells
from gepnet_core.question import Question
from gepnet_core.selection import Selection
from gepnet_core.store import open_dataset
from gepnet_core.subgroups import interaction_test
from gepnet_core.survival import EventCounts
from gepnet_core.vocabulary import DAYS_PER_MONTH, DeathRule
from tests import naive
from tests.conftest import REFERENCE

MGUS = REFERENCE / "mgus2_covariates_adtte.csv"


def counts(stratum: str, told: str) -> EventCounts:
    days, censored, events, competing = (
        np.array(part, dtype=np.int64) for part in naive.tally(naive.times(told))
    )
    return EventCounts(stratum, days, censored, events, competing)


def model(days: list[int], events: list[int], arms: str, patients: list[int], values: tuple) -> object:
    leaving = np.array(patients)
    cells = Cells(np.array(days), leaving, np.array(events) * leaving, np.empty((len(days), 0)))
    covariates = [Covariate("S", "S", tuple(sorted({v for v in values if v})), values)]
    return hazard_ratios(cells, list(arms), ["A", "B"], "A", str, conf_level=0.95, covariates=covariates)


# ---- groups that were not chosen -----------------------------------------------------------------------------


@pytest.mark.parametrize("options", [(), ("--landmark", 30)], ids=["from-the-start", "landmark"])
def test_groups_that_were_not_chosen_are_as_if_they_had_never_been(cli, tmp_path: Path, options) -> None:
    with (REFERENCE / "veteran_covariates_adtte.csv").open(newline="", encoding="utf-8") as handle:
        lines = list(csv.DictReader(handle))
    two = [line for line in lines if line["TRTP"] in ("adeno", "large")]
    assert 0 < len(two) < len(lines)
    for name, part in (("four", lines), ("two", two)):
        with (tmp_path / f"{name}.csv").open("w", newline="", encoding="utf-8") as handle:
            out = csv.DictWriter(handle, list(lines[0]))
            out.writeheader()
            out.writerows(part)
        assert cli("import", tmp_path / f"{name}.csv", "--dataset", name, "--competing-cnsr", 2).code == 0
    asked = ["--endpoint", "TTE", "--reference", "adeno", "--adjust", "age", "karno", "--stratify", "prior"]
    asked += ["--subgroup", "prior", *map(str, options), "--json"]
    chosen = cli("compare", "--dataset", "four", "--level", "adeno", "large", *asked).json
    alone = cli("compare", "--dataset", "two", *asked).json
    assert chosen["cox_model"]["n"] == alone["cox_model"]["n"]
    for part in ("logrank", "stratified_logrank", "cox", "cox_covariates", "ph_test", "rmst", "subgroups"):
        assert chosen[part] == alone[part], part
    assert chosen["stratified_logrank"]["p"] is not None


# ---- units ---------------------------------------------------------------------------------------------------


def scaled(value: object, key: str = "") -> object:
    """Return an answer in months as it would be in days."""
    times = {"tau", "se", "estimate", "lower", "upper", "at", "median", "smallest", "largest"}
    if isinstance(value, dict):
        return {name: scaled(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [scaled(part, key) for part in value]
    return value * DAYS_PER_MONTH if key in times and value is not None else value


@pytest.mark.parametrize("landmark", [None, 2])
def test_an_answer_in_months_is_that_in_days_in_other_words(cli, landmark: int | None) -> None:
    answers = {}
    for unit, size in (("days", DAYS_PER_MONTH), ("months", 1.0)):
        mark = [] if landmark is None else ["--landmark", landmark * size]
        asked = ["--tau", 10 * size, "--at", 4 * size, 8 * size, *mark, "--unit", unit, "--json"]
        answers[unit] = cli("compare", "--dataset", "synthetic", "--endpoint", "TTNST", *asked).json
    days, months = answers["days"], answers["months"]
    assert months["rmst"]["tau"] == 10
    for part in ("rmst", "stability"):
        assert _flat(scaled(months[part])) == pytest.approx(_flat(days[part]), rel=1e-12)
    assert [row["at"] for row in months["differences_at"]] == [4, 8] * 3
    assert [row["estimate"] for row in months["differences_at"]] == pytest.approx(
        [row["estimate"] for row in days["differences_at"]]
    )
    if landmark:
        assert (months["landmark"]["at"], days["landmark"]["at"]) == (2, 2 * DAYS_PER_MONTH)
        assert months["landmark"]["left_out"] == days["landmark"]["left_out"]


def _flat(value: object, place: str = "") -> dict[str, float]:
    if isinstance(value, dict):
        return {k: v for name, part in value.items() for k, v in _flat(part, f"{place}.{name}").items()}
    if isinstance(value, list):
        return {k: v for i, part in enumerate(value) for k, v in _flat(part, f"{place}.{i}").items()}
    return {place: float(value)} if isinstance(value, int | float) else {}


# ---- models --------------------------------------------------------------------------------------------------

DAYS = [5, 8, 12, 20, 2, 3, 6, 9, 4, 7, 10, 15]
EVENTS = [1, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0]


def test_a_level_without_events_leaves_the_other_ratios_in_their_limit_with_a_word() -> None:
    values = tuple("YYYZYYZZYYZZ")
    none = model([*DAYS, 11, 13], [*EVENTS, 0, 0], "AAAAAABBBBBBAB", [1] * 14, (*values, "X", "X"))
    alone = model(DAYS, EVENTS, "AAAAAABBBBBB", [1] * 12, values)
    assert [replace(ratio, limit=None) for ratio in none.ratios] == list(alone.ratios)
    assert [replace(ratio, limit=None) for ratio in none.covariates[:-1]] == list(alone.covariates)
    assert none.covariates[-1].stratum == "S: X"
    assert none.covariates[-1].note == "not estimable: no events in S: X, so its ratio has no bound"
    assert none.ratios[0].limit == "in the limit: S: X separates events from non-events and has no bound"
    assert (none.n, none.events) == (14, 8), "as coxph counts them"
    assert none.warnings[0].startswith("No events where S is X: it separates events from non-events there.")


def test_dropped_are_patients_not_rows() -> None:
    values = (*"YYYZYYZZYYZ", None)
    found = model(DAYS, EVENTS, "AAAAAABBBBBB", [2] * 11 + [7], values)
    assert (found.n, found.dropped) == (22, 7)


@pytest.mark.parametrize(("events", "warned"), [(9, True), (10, False)])
def test_fewer_than_ten_events_a_ratio_are_said(events: int, warned: bool) -> None:
    cells = Cells(
        np.arange(1, 21),
        np.ones(20, dtype=int),
        np.array([1] * events + [0] * (20 - events)),
        np.empty((20, 0)),
    )
    found = hazard_ratios(cells, list("AB" * 10), ["A", "B"], "A", str, conf_level=0.95)
    assert bool(found.warnings) is warned


def test_the_interaction_takes_levels_as_r_does() -> None:
    crossed = {
        "s1": [counts("A", "1 4 6 9+"), counts("B", "2 3 5 8")],
        "s2": [counts("A", "2 5 7+ 8"), counts("B", "1 3+ 6 9")],
        "s3": [counts("A", "2 4 8+"), counts("B", "3+ 6+ 9+")],
    }
    found = interaction_test(crossed, "B")
    # R: twice the difference of the log likelihoods of coxph(Surv(t, e) ~ s * l) and coxph(Surv(t, e) ~ s + l)
    assert (found.chisq, found.df) == (pytest.approx(4.23863358761778, rel=1e-6), 2)
    more = {
        "none": [counts("A", "3+ 5+"), counts("B", "4+ 7+")],
        "not recorded": [counts("A", "3 5"), counts("B", "4 7")],
    }
    assert interaction_test(crossed | more, "B") == found


def test_a_test_without_a_variance_has_the_degrees_of_freedom_it_would_have(cli, tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    header = "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR\n"
    path.write_text(header + "".join(f"{i},{'ABC'[i % 3]},OS,OS,{5 + i},DAYS,1\n" for i in range(9)))
    assert cli("import", path, "--dataset", "none").code == 0
    answer = cli("compare", "--dataset", "none", "--endpoint", "OS", "--json").json
    assert answer["logrank"] == {"chisq": None, "df": 0, "p": None}


# ---- words, counts, files ------------------------------------------------------------------------------------


@pytest.fixture
def mgus(cli, shelf):
    """Import the trial with competing deaths and covariates."""
    assert cli("import", MGUS, "--dataset", "mgus", "--competing-cnsr", 2).code == 0
    return open_dataset(shelf, "mgus")


def test_the_comparisons_of_a_view_are_counted(cli, mgus) -> None:
    asked = ["--dataset", "mgus", "--endpoint", "TTE", "--level", "61-75", "76-", "--at", 60, 90]
    # three rank tests, one ratio and its proportionality, one restricted mean, two times
    assert cli("compare", *asked, "--json").json["comparisons"] == 3 + 2 + 1 + 2
    # with an adjusted model of two ratios and its proportionality, and two subgroups with their interaction
    more = cli("compare", *asked, "--adjust", "hgb", "--subgroup", "sex", "--json").json
    assert more["comparisons"] == 8 + 3 + 3
    # without the restricted mean, with Gray's test for two causes
    assert cli("compare", *asked, "--death", "competing", "--json").json["comparisons"] == 8 - 1 + 2
    assert mgus.n == 462


def test_guards_say_what_the_model_assumes_and_whom_it_misses(cli, mgus, shelf) -> None:
    lung = REFERENCE / "lung_covariates_adtte.csv"
    assert cli("import", lung, "--dataset", "lung").code == 0
    found = compare(open_dataset(shelf, "lung"), Question("TTE", Selection(), adjust=("ecog", "karno")))
    assert found.adjusted.dropped == 2
    assert "2 patients without a recorded covariate are not in the adjusted model." in guards(found)
    steep = compare(mgus, Question("TTE", Selection()))
    assert steep.crude.ph.p < 0.05
    assert any(said.startswith("The hazards do not look proportional (p") for said in guards(steep))


def test_a_median_that_moves_and_one_that_stays_are_told_apart(mgus) -> None:
    found = compare(mgus, Question("TTE", Selection(death=DeathRule.EVENT)))
    for moved in found.stability:
        said = stability_sentence(found, moved)
        still = moved.left_out.smallest == moved.left_out.largest
        assert (f"{moved.left_out.analyses} patients left out still" in said) is still
    assert any(m.left_out.smallest != m.left_out.largest for m in found.stability)


def test_differences_are_shown_in_percentage_points(mgus) -> None:
    found = compare(mgus, Question("TTE", Selection(), times=(90.0,)))
    (first, *_) = found.differences_at
    shown = difference_rows(found)[0][2].split(" (")[0].replace("−", "-")
    assert float(shown) == pytest.approx(100 * first.difference.estimate, abs=0.0501)
    assert abs(first.difference.estimate) > 0.001


def test_the_file_of_a_comparison_holds_each_number_and_what_was_asked(mgus) -> None:
    question = Question(
        "TTE", Selection(death=DeathRule.COMPETING), landmark=30.0, times=(60.0,), conf_level=0.9
    )
    found = compare(mgus, question)
    lines = list(csv.DictReader(io.StringIO("".join(comparison_lines(found)))))
    assert {(line["landmark_day"], line["conf_level"], line["groups_by"]) for line in lines} == {
        ("30.0", "0.9", "modality")
    }
    pairs = [line for line in lines if line["what"] == "log-rank test of a pair"]
    assert [float(line["p_holm"]) for line in pairs] == [pair.p_holm for pair in found.pairwise]
    assert [line["p"] for line in pairs] != [line["p_holm"] for line in pairs]
    (first, *_) = [line for line in lines if line["what"] == "cumulative incidence of event"]
    assert float(first["se"]) ** 2 == pytest.approx(found.incidences[0].incidence_at(60.0).variance)
    assert {line["what"] for line in lines if line["what"].startswith("difference")} == {"difference of F"}
