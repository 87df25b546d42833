"""The methods of a report say what was done: each choice turns the sentence that tells it, and no other claim."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from gepnet_core.criteria import Between, OneOf
from gepnet_core.report.contents import compose
from gepnet_core.report.definitions import DEFINITIONS
from gepnet_core.report.methods import methods
from gepnet_core.report.references import REFERENCES, Cited
from gepnet_core.selection import Selection
from gepnet_core.store import Shelf, build_adtte, open_dataset
from gepnet_core.view import View
from gepnet_core.vocabulary import STUDY_ENDPOINTS, ConfType, DeathRule

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = Path(__file__).parent / "reference"
# 860 of these patients died before the event; in the synthetic cohort nobody did
COMPETING = {"dataset": "mgus2", "endpoint": "TTE", "selection": Selection(death=DeathRule.COMPETING)}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, shipped: Path) -> Path:
    """A data folder with the synthetic cohort and two trials."""
    folder = tmp_path_factory.mktemp("methods") / "data"
    shutil.copytree(shipped, folder)
    shelf = Shelf(folder)
    build_adtte(shelf, "mgus2", REFERENCE / "mgus2_adtte.csv", competing_cnsr=2)
    build_adtte(shelf, "veteran", REFERENCE / "veteran_covariates_adtte.csv")
    rows = [f"P{day},TTX,Time to it,{day},DAYS,1,{'AB'[day % 2]}" for day in range(1, 9)]
    path = folder.parent / "censored.csv"
    path.write_text("\n".join(["USUBJID,PARAMCD,PARAM,AVAL,AVALU,CNSR,TRTP", *rows]) + "\n", encoding="utf-8")
    build_adtte(shelf, "censored", path)
    return folder


@pytest.fixture
def told(held: Shelf):
    """Return the paragraphs of the methods of a view by heading, and their references."""

    def found(dataset: str = "synthetic", **changes: object) -> tuple[dict[str, str], tuple[str, ...]]:
        data = open_dataset(held, dataset)
        view = View(**{"endpoint": next(iter(data.endpoints)), **changes})
        written = methods(compose(data, view))
        return (
            {heading: words.replace("\u00a0", " ") for heading, words in written.paragraphs},
            written.references,
        )

    return found


@pytest.mark.parametrize(
    ("changes", "heading", "said", "silent"),
    [
        pytest.param(
            {}, "Patients", "All 59 patients of the cohort were analysed", "restricted", id="everybody"
        ),
        pytest.param(
            {"selection": Selection(("RFA", "EBRT"), date(2014, 6, 1), date(2016, 1, 1))},
            "Patients",
            "restricted to modality RFA or External beam radiation; index dates from 2014-06-01 to 2016-01-01, "
            "both days included",
            "All 59",
            id="modality-and-window",
        ),
        pytest.param(
            {"selection": Selection(criteria=(OneOf("sex", ("female",)), Between("age_at_index", 50)))},
            "Patients",
            "Sex: female; Age at index treatment (years): from 50",
            "All 59",
            id="characteristics",
        ),
        pytest.param(
            {"selection": Selection(cutoff=date(2016, 6, 30))},
            "Patients",
            "Data were cut off on 2016-06-30",
            "restricted",
            id="cut-off",
        ),
        pytest.param(
            {}, "Endpoint", "The event was the first start of an agent", "cut off", id="primary-endpoint"
        ),
        pytest.param(
            {"endpoint": "PFS"},
            "Endpoint",
            "The event was progression, focal or",
            "before the event",
            id="pfs",
        ),
        pytest.param({"endpoint": "OS"}, "Endpoint", "The event was death.", "systemic", id="os"),
        pytest.param({}, "Estimates", "product-limit method [", "Aalen", id="kaplan-meier"),
        pytest.param({}, "Estimates", "log(−log) scale (log-log)", "SPSS", id="log-log"),
        pytest.param(
            {"conf_type": ConfType.PLAIN, "conf_level": 0.9},
            "Estimates",
            "90 % confidence intervals (CI), symmetric on the scale of the estimate (plain)",
            "95 %",
            id="plain-at-90",
        ),
        pytest.param(
            {"conf_type": ConfType.SPSS},
            "Estimates",
            "symmetric as printed by SPSS",
            "or the midpoint",
            id="symmetric-median-without-midpoint",
        ),
        pytest.param(
            COMPETING,
            "Estimates",
            "Aalen-Johansen estimator [",
            "product-limit",
            id="cumulative-incidence",
        ),
        pytest.param(
            COMPETING,
            "Comparisons",
            "Gray’s test [",
            "Restricted mean",
            id="gray-and-no-restricted-mean",
        ),
        pytest.param({}, "Comparisons", "Holm’s correction [13] over the 6 pairs", "adjusted", id="pairs"),
        pytest.param(
            {"levels": ("RFA", "EBRT")},
            "Comparisons",
            "chosen from those of modality: RFA and External beam radiation; RFA was the reference",
            "Holm",
            id="two-groups-are-one-pair",
        ),
        pytest.param(
            {"adjust": ("ki67_percent",)},
            "Comparisons",
            "crude and adjusted for Ki-67 (%). The adjusted model rests on complete cases; 8 patients without",
            "No patient lacked",
            id="complete-cases",
        ),
        pytest.param(
            {"adjust": ("sex",)},
            "Comparisons",
            "No patient lacked a covariate",
            "complete",
            id="none-dropped",
        ),
        pytest.param(
            {"stratify": "sex"},
            "Comparisons",
            "log-rank test stratified by sex was added",
            "landmark",
            id="strata",
        ),
        pytest.param(
            {"tau": 12.0}, "Comparisons", "up to 12.0 months were compared", "smallest", id="own-tau"
        ),
        pytest.param(
            {},
            "Comparisons",
            "up to 31.2 months, the smallest last observed time",
            "landmark",
            id="default-tau",
        ),
        pytest.param(
            {"tau": 90.0},
            "Comparisons",
            "Differences in the share",
            "Restricted mean",
            id="refused-tau-is-not-told",
        ),
        pytest.param({"at": 18.0}, "Comparisons", "given at 18 months", "6, 12", id="one-time"),
        pytest.param(
            {"landmark": 3.0},
            "Comparisons",
            "from a landmark at 3.0 months [",
            "stratified",
            id="landmark",
        ),
        pytest.param(
            {"subgroups": ("sex",)},
            "Comparisons",
            "within the levels of sex",
            "stratified by",
            id="subgroups",
        ),
        pytest.param({}, "Comparisons", "not allocated at random", "planned", id="not-randomised"),
        pytest.param({}, "Side effects", "to 90 days later", "30 days", id="window-of-90-days"),
        pytest.param({"window": 30}, "Side effects", "to 30 days later", "90 days", id="window-of-30-days"),
        pytest.param({}, "Software and data", "hazard ratios by lifelines", "hash", id="software"),
    ],
)
def test_each_choice_turns_its_sentence(told, changes, heading, said, silent) -> None:
    paragraphs, _ = told(**changes)
    assert said in paragraphs[heading]
    assert silent not in paragraphs[heading]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (DeathRule.CENSOR, "The 860 patients who died before the event were censored at the death."),
        (
            DeathRule.EVENT,
            "The 860 patients who died before the event were counted as having had the event on",
        ),
        (
            DeathRule.COMPETING,
            "The 860 patients who died before the event were counted as having had a competing",
        ),
    ],
)
def test_the_death_rule_is_told_where_somebody_died_before_the_event(told, rule, said) -> None:
    paragraphs, _ = told("mgus2", endpoint="TTE", selection=Selection(death=rule))
    assert said in paragraphs["Endpoint"]


def test_where_nobody_died_before_the_event_that_is_said_of_the_study_and_nothing_of_a_trial(told) -> None:
    assert "No death was recorded before the event." in told()[0]["Endpoint"]
    assert "before the event" not in told("veteran")[0]["Endpoint"]


def test_a_trial_claims_neither_eligibility_nor_definitions_nor_side_effects(told) -> None:
    paragraphs, references = told("veteran")
    assert "are those of that source" in paragraphs["Patients"]
    assert "eligible" not in paragraphs["Patients"]
    assert "The event was" not in paragraphs["Endpoint"]
    assert "Unless they were planned" in paragraphs["Comparisons"]
    assert "Side effects" not in paragraphs
    assert not any(work.startswith("Clopper") for work in references)


def test_one_group_is_not_compared_and_no_model_is_claimed(told) -> None:
    paragraphs, references = told(selection=Selection(("RFA",)))
    assert "Comparisons" not in paragraphs
    assert "lifelines" not in paragraphs["Software and data"]
    assert not any(work.startswith(("Cox", "Mantel", "Holm", "Davidson")) for work in references)


def test_where_nothing_could_be_compared_one_sentence_says_so_and_no_test_is_claimed(told) -> None:
    paragraphs, references = told("censored")
    groups, said = paragraphs["Comparisons"].split(" was the reference. ")
    assert groups.startswith("Groups were formed by")
    assert said == "No test, ratio or difference could be computed: too few of these patients had the event."
    assert not any(work.startswith(("Cox", "Mantel", "Holm")) for work in references)


def test_how_far_an_estimate_reaches_is_told_as_it_was_made(told) -> None:
    nothing = "Nothing was estimated beyond the last observed time of a group"
    assert f"{nothing}, unless the estimate had reached 0 by then." in told()[0]["Estimates"]
    assert f"{nothing}." in told(**COMPETING)[0]["Estimates"]


def test_the_hash_of_the_data_stands_where_the_shelf_tells_it(held: Shelf) -> None:
    data = open_dataset(held, "synthetic")
    words = dict(methods(compose(data, View(endpoint="OS"), shelf=held)).paragraphs)["Software and data"]
    assert f"(hash {held.current('synthetic').content})" in words
    assert held.current("synthetic").content[:12] == data.version[1:]


def test_references_are_numbered_in_the_order_of_the_text_and_each_is_cited(told) -> None:
    for changes in ({}, {**COMPETING, "landmark": 3.0}):
        paragraphs, references = told(**changes)
        groups = re.findall(r"\[([0-9,]+)\]", " ".join(paragraphs.values()))
        cited = [int(number) for group in groups for number in group.split(",")]
        assert list(dict.fromkeys(cited)) == list(range(1, len(references) + 1))
        assert len(set(references)) == len(references)


def test_a_work_that_is_cited_again_keeps_its_number() -> None:
    cited = Cited()
    assert [cited("cox"), cited("holm", "cox"), cited("cox")] == ["\u00a0[1]", "\u00a0[1,2]", "\u00a0[1]"]
    assert cited.listed() == (REFERENCES["cox"], REFERENCES["holm"])


def test_every_endpoint_of_the_study_is_defined_in_the_words_of_the_documented_methods() -> None:
    text = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    assert DEFINITIONS.keys() == STUDY_ENDPOINTS.keys()
    for code, definition in DEFINITIONS.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| {code} |"))
        assert row.split("|")[3].strip() == definition.event


def test_every_work_on_the_list_of_references_is_cited_by_some_report(told) -> None:
    views = [
        told()[1],
        told(landmark=3.0)[1],
        told(**COMPETING)[1],
    ]
    assert {work for references in views for work in references} == set(REFERENCES.values())
