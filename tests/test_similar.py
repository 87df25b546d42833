"""Patients like one under discussion: who matches, what is relaxed and when, and what is said of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet_core import similar_words
from gepnet_core.case import Case
from gepnet_core.criteria import Between, OneOf, parse_between
from gepnet_core.errors import ControlMissing, OptionRefused
from gepnet_core.estimates import estimate
from gepnet_core.selection import Selection
from gepnet_core.similar import PARTS, Likeness, alike, levels, offered
from gepnet_core.store import DataSet, Shelf, build_adtte, open_dataset
from gepnet_core.vocabulary import ConfType, DeathRule

# B is the patient of CASE; K has no primary site, H no grade, F no Ki-67
ROWS = """\
USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,primary_site,tumour_grade,ki67_percent,target_site,systemic_agents_so_far
A,RFA,OS,Overall survival,100,DAYS,0,pancreas,G2,3,liver,0
B,RFA,OS,Overall survival,200,DAYS,1,pancreas,G2,20,liver,1
C,RFA,OS,Overall survival,400,DAYS,0,pancreas,G2,2.9,liver,1
D,RFA,OS,Overall survival,800,DAYS,1,pancreas,G2,20.1,liver,3
E,HAE,OS,Overall survival,300,DAYS,1,pancreas,G2,10,bone,2
F,HAE,OS,Overall survival,500,DAYS,0,pancreas,G2,,liver,1
G,HAE,OS,Overall survival,600,DAYS,1,pancreas,G1,1,liver,4
H,HAE,OS,Overall survival,700,DAYS,1,pancreas,,5,liver,1
I,RFA,OS,Overall survival,150,DAYS,0,stomach,G2,12,liver,1
J,RFA,OS,Overall survival,250,DAYS,1,stomach,G3,40,bone,0
K,HAE,OS,Overall survival,350,DAYS,1,,G2,12,liver,1
"""
CASE = Case("pancreas", "G2", 12.0, "liver", 1, least=5)
RELAXED = ["lines", "ki67_percent", "target_site", "tumour_grade", "primary_site"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with "eleven" patients, and "plain": the same without what a board may know of them."""
    folder = tmp_path_factory.mktemp("alike")
    texts = {"eleven": ROWS, "plain": "\n".join(",".join(row.split(",")[:7]) for row in ROWS.splitlines())}
    for name, text in texts.items():
        path = folder / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        build_adtte(Shelf(folder / "data"), name, path)
    return folder / "data"


@pytest.fixture(scope="module")
def eleven(built: Path) -> DataSet:
    """The eleven patients of ROWS."""
    return open_dataset(Shelf(built), "eleven")


@pytest.fixture(scope="module")
def synthetic(shipped: Path) -> DataSet:
    """The synthetic cohort."""
    return open_dataset(Shelf(shipped), "synthetic")


def ids(dataset: DataSet, selection: Selection) -> str:
    """Return the ids that a selection leaves, as one word."""
    return "".join(sorted(str(row[0]) for row in dataset.patients(selection)[1]))


def fields(conditions) -> list[str]:
    """Return the fields of a case that conditions stand for."""
    return [condition.part.field for condition in conditions]


def test_each_stage_counts_those_left_and_those_lost_to_a_missing_value(eleven):
    found = alike(eleven, Selection(), CASE)
    assert [(stage.condition.words, stage.left, stage.missing, stage.kept) for stage in found.stages] == [
        ("primary site pancreas", 8, 1, True),
        ("tumour grade G2", 6, 1, True),
        ("target site liver", 5, 0, True),
        ("Ki-67 3 to 20 %", 2, 1, False),
        ("1 systemic agent so far", 1, 0, False),
    ]
    assert (found.searched, found.patients, found.matched_exactly, found.missing) == (11, 5, 1, 2)
    assert [ids(eleven, found.up_to(stage)) for stage in found.stages] == [
        "ABCDEFGH",
        "ABCDEF",
        "ABCDF",
        "AB",
        "B",
    ]
    assert ids(eleven, found.selection) == "ABCDF"


@pytest.mark.parametrize(
    ("least", "relaxed", "left"),
    [
        pytest.param(5, RELAXED[:2], "ABCDF", id="no-further-than-needed"),
        pytest.param(6, RELAXED[:3], "ABCDEF", id="then-target-site"),
        pytest.param(8, RELAXED[:4], "ABCDEFGH", id="then-grade"),
        pytest.param(9, RELAXED, "ABCDEFGHIJK", id="primary-site-last"),
        pytest.param(50, RELAXED, "ABCDEFGHIJK", id="too-few-even-so"),
    ],
)
def test_conditions_are_relaxed_in_the_stated_order_until_enough_match(eleven, least, relaxed, left):
    found = alike(eleven, Selection(), replace(CASE, least=least))
    assert fields(found.relaxed) == relaxed
    assert fields(found.kept) == [field for field in reversed(RELAXED) if field not in relaxed]
    assert ids(eleven, found.selection) == left


def test_the_stated_order_is_the_order_of_the_parts():
    assert [part.field for part in PARTS] == RELAXED
    sentence = similar_words.order_sentence()
    places = [sentence.index(f"{part.name} (") for part in PARTS]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("percent", "words", "left"),
    [
        pytest.param(0.0, "Ki-67 below 3 %", "CG", id="zero"),
        pytest.param(2.99, "Ki-67 below 3 %", "CG", id="just-below-3"),
        pytest.param(3.0, "Ki-67 3 to 20 %", "ABEHIK", id="3-is-in-the-middle"),
        pytest.param(20.0, "Ki-67 3 to 20 %", "ABEHIK", id="20-is-in-the-middle"),
        pytest.param(20.5, "Ki-67 above 20 %", "DJ", id="above-20"),
    ],
)
def test_ki67_is_matched_by_the_bands_of_the_grades(eleven, percent, words, left):
    (stage,) = alike(eleven, Selection(), Case(ki67_percent=percent, least=5)).stages
    assert stage.condition.words == words
    assert ids(eleven, Selection(criteria=(stage.condition.criterion,))) == left
    assert stage.missing == 1


@pytest.mark.parametrize(
    ("lines", "words", "left"),
    [
        pytest.param(0, "no systemic agents so far", "AJ", id="none"),
        pytest.param(1, "1 systemic agent so far", "BCFHIK", id="one"),
        pytest.param(2, "2 systemic agents so far", "E", id="two"),
        pytest.param(3, "3 or more systemic agents so far", "DG", id="three"),
        pytest.param(7, "3 or more systemic agents so far", "DG", id="many"),
    ],
)
def test_lines_of_therapy_are_matched_as_0_1_2_and_more(eleven, lines, words, left):
    (stage,) = alike(eleven, Selection(), Case(lines=lines)).stages
    assert stage.condition.words == words
    assert ids(eleven, Selection(criteria=(stage.condition.criterion,))) == left


def test_the_readers_filters_hold_and_the_modality_under_discussion_restricts_nobody(eleven):
    everybody = alike(eleven, Selection(), CASE)
    assert alike(eleven, Selection(), replace(CASE, modality="HAE")).patients == everybody.patients
    filtered = Selection(("HAE",), criteria=(OneOf("target_site", ("liver",)),))
    found = alike(eleven, filtered, replace(CASE, least=5))
    assert (found.searched, found.patients) == (4, 4)
    assert fields(found.relaxed) == RELAXED
    assert found.selection == filtered
    assert [stage.left for stage in found.stages] == [3, 1, 1, 0, 0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param(
            {"primary_site": "moon"}, "primary site 'moon'. There are: pancreas, stomach.", id="site"
        ),
        pytest.param({"tumour_grade": "not recorded"}, "There are: G1, G2, G3.", id="no-value-is-no-value"),
        pytest.param({"modality": "TACE"}, "no modality 'TACE'. There are: HAE, RFA.", id="modality"),
        pytest.param({"ki67_percent": 101.0}, "must be 0 to 100, not 101", id="ki67"),
        pytest.param({"least": 4}, "must be 5 to 50, not 4", id="too-few-wanted"),
        pytest.param({"least": 51}, "must be 5 to 50, not 51", id="too-many-wanted"),
    ],
)
def test_what_cannot_be_matched_is_refused_and_never_left_out(eleven, changes, words):
    with pytest.raises(OptionRefused) as refused:
        alike(eleven, Selection(), replace(CASE, **changes))
    assert words in str(refused.value)


def test_only_what_a_data_set_records_is_on_offer(built, eleven):
    plain = open_dataset(Shelf(built), "plain")
    assert set(offered(eleven)) == set(RELAXED)
    assert offered(plain) == {}
    assert (levels(eleven, "tumour_grade"), levels(plain, "tumour_grade")) == (["G1", "G2", "G3"], [])
    with pytest.raises(ControlMissing, match="no column 'tumour_grade' with tumour grade"):
        alike(plain, Selection(), Case(tumour_grade="G2"))
    assert "primary_site, tumour_grade, target_site, ki67_percent" in similar_words.nothing_offered()


# any case on the synthetic cohort, against its exported rows


def cases(dataset: DataSet) -> st.SearchStrategy[Case]:
    """Return a strategy of cases whose values the data set has."""

    def known(field: str):
        return st.none() | st.sampled_from(levels(dataset, field))

    return st.builds(
        Case,
        primary_site=known("primary_site"),
        tumour_grade=known("tumour_grade"),
        ki67_percent=st.none() | st.sampled_from([0.0, 2.9, 3.0, 12.0, 20.0, 20.1, 100.0]),
        target_site=known("target_site"),
        lines=st.none() | st.integers(0, 6),
        modality=st.none() | st.sampled_from(list(dataset.modality_labels)),
        least=st.integers(5, 50),
    )


def band(percent: float) -> int:
    """Return the WHO band of a Ki-67."""
    return 1 if percent < 3 else 2 if percent <= 20 else 3


def meets(row: dict, case: Case, kept: list[str]) -> bool:
    """Return True where a row of the exported cohort is like the case in what is kept."""
    if "lines" in kept and min(row["systemic_agents_so_far"], 3) != min(case.lines, 3):
        return False
    if "ki67_percent" in kept and (
        row["ki67_percent"] is None or band(row["ki67_percent"]) != band(case.ki67_percent)
    ):
        return False
    return all(
        row[field] == getattr(case, field)
        for field in ("target_site", "tumour_grade", "primary_site")
        if field in kept
    )


@given(data=st.data())
def test_any_case_finds_what_a_search_of_the_exported_rows_finds(synthetic, data):
    case = data.draw(cases(synthetic))
    selection = Selection(tuple(data.draw(st.sets(st.sampled_from(list(synthetic.modality_labels))))))
    found = alike(synthetic, selection, case)
    header, rows = synthetic.patients(selection)
    everybody = [dict(zip(header, row, strict=True)) for row in rows]
    asked = [field for field in reversed(RELAXED) if getattr(case, field) is not None]

    def count(kept: list[str]) -> int:
        return sum(meets(row, case, kept) for row in everybody)

    assert found.searched == len(everybody)
    assert [stage.left for stage in found.stages] == [count(asked[: n + 1]) for n in range(len(asked))]
    sizes = [found.searched, *(stage.left for stage in found.stages)]
    assert sizes == sorted(sizes, reverse=True)  # to relax a condition loses nobody
    kept = fields(found.kept)
    assert kept + fields(found.relaxed)[::-1] == asked
    assert found.patients == count(kept) == synthetic.n_selected(found.selection)
    assert not kept or found.patients >= case.least
    assert len(kept) == len(asked) or count(asked[: len(kept) + 1]) < case.least  # no further than needed


# words


def said(dataset: DataSet, likeness: Likeness, **options) -> list[similar_words.Told]:
    """Return what is told of the modalities."""
    return similar_words.tell(estimate(dataset, "OS", likeness.selection, by="modality", **options), likeness)


def test_the_headline_says_how_many_match_then_who_is_shown_and_what_was_dropped(eleven):
    found = alike(eleven, Selection(), replace(CASE, modality="RFA"))
    assert similar_words.headline(found) == (
        "1 of 11 patients is like this one in all that is known. Shown are 5 who share primary site pancreas, "
        "tumour grade G2, target site liver (systemic agents, Ki-67 dropped)."
    )
    assert similar_words.asked_sentence(found) == (
        "Asked: primary site pancreas, tumour grade G2, target site liver, Ki-67 12 % (band: 3 to 20 %), "
        "1 systemic agent so far; under discussion: RFA; at least 5 patients."
    )
    assert similar_words.remarks(found) == [
        "1 patient meets everything that was asked; at least 5 were wanted.",
        "2 patients left out because a value is not recorded: they may or may not be like this one.",
    ]


def test_the_headline_says_where_nothing_restricts(eleven):
    nothing = alike(eleven, Selection(), Case())
    assert similar_words.headline(nothing) == "All of 11 patients: nothing is known of the patient yet."
    assert nothing.matched_exactly == 11
    assert similar_words.remarks(nothing) == []
    relaxed = alike(eleven, Selection(), Case(tumour_grade="G3", least=12))
    assert similar_words.headline(relaxed) == (
        "1 of 11 patients is like this one in all that is known. Shown are all 11: no condition was left (tumour "
        "grade dropped)."
    )
    assert similar_words.remarks(relaxed) == [
        "1 patient meets everything that was asked; at least 12 were wanted.",
        "Fewer than the 12 wanted, with no condition left to drop: descriptive only.",
    ]


def test_the_modality_under_discussion_comes_first_with_interval_and_number_at_risk(eleven):
    # RFA: A dies on day 100, C on day 400, B and D censored on 200 and 800; HAE: F dies on day 500
    told = said(eleven, alike(eleven, Selection(), replace(CASE, modality="RFA")))
    assert [(each.label, each.discussed) for each in told] == [("RFA", True), ("HAE", False)]
    few = "still at risk then (fewer than 5: descriptive only)."
    assert [sentence.replace("\u00a0", " ") for sentence in told[0].sentences] == [
        f"Of the 4 treated by RFA, 75.0 % (95 % CI 12.8–96.1, log-log) were alive at 6 months; 3 were {few}",
        f"Of the 4 treated by RFA, 75.0 % (95 % CI 12.8–96.1, log-log) were alive at 12 months; 2 were {few}",
        f"Of the 4 treated by RFA, 37.5 % (95 % CI 1.1–80.8, log-log) were alive at 24 months; 1 was {few}",
    ]
    assert [sentence.replace("\u00a0", " ") for sentence in told[1].sentences] == [
        f"Of the 1 treated by HAE, 100.0 % (95 % CI not estimable, log-log) were alive at 6 months; 1 was {few}",
        f"Of the 1 treated by HAE, 100.0 % (95 % CI not estimable, log-log) were alive at 12 months; 1 was {few}",
        f"Of the 1 treated by HAE, 0.0 % (95 % CI not estimable, log-log) were alive at 24 months; none were {few}",
    ]


def test_beyond_the_last_follow_up_nothing_is_estimated_and_a_modality_without_patients_is_said(eleven):
    case = Case(target_site="bone", least=5)
    (stage,) = alike(eleven, Selection(), case).stages
    assert stage.left == 2
    # E and J: HAE censored on day 300, RFA on day 250
    likeness = replace(
        alike(eleven, Selection(), case), selection=Selection(criteria=(stage.condition.criterion,))
    )
    hae = said(eleven, likeness)[0]
    assert hae.sentences[1].replace("\u00a0", " ") == (
        "Of the 1 treated by HAE, the share alive at 12 months is not estimable: nobody was at risk beyond 9.9 "
        "months."
    )
    only_hae = alike(eleven, Selection(("HAE",)), Case(modality="RFA", least=5))
    first = said(eleven, only_hae)[0]
    assert (first.label, first.sentences) == ("RFA", ("None of these 5 patients was treated by RFA.",))


def test_under_competing_deaths_the_sentence_is_of_the_incidence(tmp_path: Path):
    rows = [
        "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,tumour_grade",
        *(f"{n},RFA,TTNST,Time to new systemic therapy,{n}0,DAYS,{n % 3},G2" for n in range(1, 10)),
    ]
    path = tmp_path / "nine.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    build_adtte(Shelf(tmp_path / "shelf"), "nine", path, competing_cnsr=2)
    nine = open_dataset(Shelf(tmp_path / "shelf"), "nine")
    likeness = alike(nine, Selection(death=DeathRule.COMPETING), Case(tumour_grade="G2", least=5))
    found = estimate(nine, "TTNST", likeness.selection, by="modality", conf_type=ConfType.PLAIN)
    (stratum,) = found.strata
    at = stratum.curve.at(2 * 30.4375)
    assert at.survival is not None
    share = f"{100 * (1 - at.survival):.1f}"
    sentence = similar_words.sentence_at(found, stratum, 2.0).replace("\u00a0", " ")
    assert sentence.startswith(f"Of the 9 treated by RFA, {share} % (95 % CI {100 * (1 - at.upper):.1f}–")
    assert "log-log) were with new systemic therapy by 2 months; 3 were still at risk then" in sentence


def test_the_caution_says_what_this_is_not(eleven, synthetic):
    assert similar_words.caution(synthetic) == (
        "This shows what happened to earlier patients who resemble this one in what is listed. It is not a "
        "prediction for this patient, and not a randomised comparison: the treatment was chosen for each patient."
    )
    assert "not a prediction for this patient" in similar_words.caution(eleven)
    assert "randomised" not in similar_words.caution(eleven)


# the range that the middle band needed


@pytest.mark.parametrize(
    ("range_", "text", "words"),
    [
        pytest.param(Between("x", 3.0, 20.0, high_in=True), "x:3.0:=20.0", "x: from 3 to 20", id="both-in"),
        pytest.param(Between("x", 20.0, low_in=False), "x:>20.0:", "x: above 20", id="above"),
        pytest.param(Between("x", high=3.0), "x::3.0", "x: below 3", id="below"),
        pytest.param(Between("x", high=3.0, high_in=True), "x::=3.0", "x: up to 3", id="up-to"),
        pytest.param(Between("x", 1.0, 1.0, high_in=True), "x:1.0:=1.0", "x: 1", id="one-value"),
        pytest.param(
            Between("x", 1.0, 2.0, low_in=False), "x:>1.0:2.0", "x: above 1 to below 2", id="both-out"
        ),
    ],
)
def test_a_range_says_which_of_its_ends_it_holds_in_words_and_in_a_link(range_, text, words):
    assert range_.to_text() == text
    assert parse_between(text) == range_
    assert range_.describe(lambda column, _: column) == words


def test_an_open_end_is_one_value_and_a_range_of_nothing_is_refused():
    assert Between("x", 1.0, high_in=True) == Between("x", 1.0)
    assert Between("x", high=1.0, low_in=False) == Between("x", high=1.0)
    for broken in ({"low_in": False, "high_in": True}, {}):
        with pytest.raises(OptionRefused, match="runs from 2 to 2"):
            Between("x", 2.0, 2.0, **broken)
    for text in ("x:=1:2", "x:1:>2", "x:>>1:"):
        with pytest.raises(OptionRefused, match="not a number"):
            parse_between(text)


# the command line


def test_the_command_line_answers_the_same_and_refuses_what_the_page_refuses(cli, held):
    asked = ["similar", "--dataset", "eleven", "--primary-site", "pancreas", "--tumour-grade", "G2"]
    asked += ["--ki67", "12", "--target-site", "liver", "--lines", "1", "--modality", "RFA", "--least", "5"]
    found = cli(*asked, "--endpoint", "OS", "--json")
    assert (found.code, found.said) == (0, "")
    told = found.json
    assert (told["searched"], told["patients"], told["matched_exactly"], told["missing"]) == (11, 5, 1, 2)
    assert (told["kept"], told["relaxed"]) == (RELAXED[:1:-1], RELAXED[:2])
    assert [stage["patients"] for stage in told["stages"]] == [8, 6, 5, 2, 1]
    assert [(row["stratum"], row["n"], row["events"]) for row in told["strata"]] == [
        ("HAE", 1, 1),
        ("RFA", 4, 2),
    ]
    assert told["strata"][1]["at_months"][1]["survival"] == 0.75
    assert told["sentences"][0].startswith("Of the 4 treated by RFA")
    filtered = cli(*asked, "--endpoint", "OS", "--filter-modality", "HAE").json
    assert (filtered["searched"], filtered["patients"], filtered["kept"]) == (5, 5, [])
    for option, value, words in (
        ("--primary-site", "moon", "There are: pancreas, stomach."),
        ("--least", "4", "must be 5 to 50"),
        ("--ki67", "200", "not a percentage"),
    ):
        refused = cli(*asked, "--endpoint", "OS", option, value)
        assert (refused.code, refused.json) == (2, None)
        assert words in refused.said
    assert held.names() == ["eleven", "plain"]
