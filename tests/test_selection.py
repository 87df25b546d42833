"""A selection in one row: the filter, its sentence, and the patients it leaves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gepnet_core.behind import parse_behind
from gepnet_core.criteria import Between, Criterion, OneOf, parse_between, parse_one_of
from gepnet_core.errors import ControlMissing, OptionRefused
from gepnet_core.selection import Selection
from gepnet_core.store import DataSet, Shelf, build_adtte, open_dataset
from gepnet_core.vocabulary import NOT_RECORDED, DeathRule

# a modality whose name is SQL, one with an umlaut, and an index date on each end of a month
ROWS = """\
USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,STARTDT,ADT,SEX,AGE,"A ""b:c"
A,RFA,OS,Overall survival,10,DAYS,0,DEATH,2015-01-01,2015-01-11,F,40,x
B,RFA,OS,Overall survival,20,DAYS,1,,2015-01-31,2015-02-20,F,50,"y:z'"
C,HAE,OS,Overall survival,30,DAYS,0,DEATH,2015-02-01,2015-03-03,M,60.5,x
D,'; DROP TABLE cohort --,OS,Overall survival,40,DAYS,1,,2015-02-28,2015-04-09,M,,x
E,Öffnung,OS,Overall survival,50,DAYS,1,,2015-03-31,2015-05-20,,70,x
"""
LABELS = {"RFA": "Radiofrequency ablation", "HAE": "Selective HAE"}


@pytest.fixture
def five(tmp_path: Path) -> DataSet:
    """Five patients under four treatments."""
    path = tmp_path / "five.csv"
    path.write_text(ROWS, encoding="utf-8")
    shelf = Shelf(tmp_path / "shelf")
    build_adtte(shelf, "five", path)
    return open_dataset(shelf, "five")


def only(*criteria: Criterion) -> Selection:
    """Return a selection by characteristics alone."""
    return Selection(criteria=criteria)


def patients(dataset: DataSet, selection: Selection) -> str:
    """Return the ids that a selection leaves, as one word."""
    _, rows = dataset.patients(selection)
    return "".join(sorted(row[0] for row in rows))


@pytest.mark.parametrize(
    ("selection", "sentence", "left"),
    [
        pytest.param(Selection(), "all modalities", "ABCDE", id="no-filter"),
        pytest.param(Selection(("RFA",)), "RFA", "AB", id="one-modality"),
        pytest.param(Selection(("RFA", "HAE")), "HAE or RFA", "ABC", id="two-modalities"),
        pytest.param(Selection(("HAE", "RFA", "HAE")), "HAE or RFA", "ABC", id="in-whatever-order"),
        pytest.param(Selection(("Öffnung",)), "Öffnung", "E", id="not-ascii"),
        pytest.param(
            Selection(("'; DROP TABLE cohort --",)), "'; DROP TABLE cohort --", "D", id="value-that-is-sql"
        ),
        pytest.param(
            Selection(index_from=date(2015, 1, 31)),
            "all modalities; index date from 2015-01-31",
            "BCDE",
            id="from-is-inclusive",
        ),
        pytest.param(
            Selection(index_to=date(2015, 2, 1)),
            "all modalities; index date to 2015-02-01",
            "ABC",
            id="to-is-inclusive",
        ),
        pytest.param(
            Selection(index_from=date(2015, 1, 31), index_to=date(2015, 2, 28)),
            "all modalities; index date from 2015-01-31 to 2015-02-28",
            "BCD",
            id="both-ends",
        ),
        pytest.param(
            Selection(index_from=date(2015, 2, 1), index_to=date(2015, 2, 1)),
            "all modalities; index date from 2015-02-01 to 2015-02-01",
            "C",
            id="one-day",
        ),
        pytest.param(
            Selection(cutoff=date(2015, 2, 28)),
            "all modalities; data cut-off 2015-02-28",
            "ABCD",
            id="cut-off-keeps-its-own-day",
        ),
        pytest.param(
            Selection(death=DeathRule.EVENT),
            "all modalities; death before the event counts as event",
            "ABCDE",
            id="death-rule-changes-no-patient",
        ),
        pytest.param(
            Selection(("RFA",), date(2015, 1, 2), date(2015, 12, 31), date(2015, 2, 1), DeathRule.EVENT),
            "RFA; index date from 2015-01-02 to 2015-12-31; data cut-off 2015-02-01; "
            "death before the event counts as event",
            "B",
            id="everything-together",
        ),
        pytest.param(
            Selection(("HAE",), index_to=date(2015, 1, 31)),
            "HAE; index date to 2015-01-31",
            "",
            id="nobody-left",
        ),
        pytest.param(only(OneOf("SEX", ("F",))), "all modalities; SEX: F", "AB", id="one-value"),
        pytest.param(
            only(OneOf("SEX", ("M", NOT_RECORDED))),
            "all modalities; SEX: M or not recorded",
            "CDE",
            id="a-value-or-none-recorded",
        ),
        pytest.param(
            only(OneOf("AGE", ("60.5",))),
            "all modalities; AGE: 60.5",
            "C",
            id="a-number-as-the-stratum-it-is",
        ),
        pytest.param(
            only(OneOf('A "b:c', ("y:z'",))),
            "all modalities; A \"b:c: y:z'",
            "B",
            id="quotes-in-column-and-value",
        ),
        pytest.param(
            only(Between("AGE", 50, 60.5)),
            "all modalities; AGE: from 50 to below 60.5",
            "B",
            id="a-range-includes-its-lower-end-alone",
        ),
        pytest.param(only(Between("AGE", high=60.5)), "all modalities; AGE: below 60.5", "AB", id="below"),
        pytest.param(
            only(Between("AGE", 50)), "all modalities; AGE: from 50", "BCE", id="from-and-no-age-is-no-match"
        ),
        pytest.param(
            Selection(("RFA", "HAE"), criteria=(Between("AGE", 45), OneOf("SEX", ("F",)))),
            "HAE or RFA; SEX: F; AGE: from 45",
            "B",
            id="all-conditions-hold",
        ),
    ],
)
def test_a_selection_its_sentence_and_its_patients(five, selection, sentence, left):
    assert selection.describe() == sentence
    assert patients(five, selection) == left
    assert five.n_selected(selection) == len(left)
    assert sum(counts.n for counts in five.event_counts("OS", selection, by="modality")) == len(left)


def test_the_sentence_uses_labels_in_the_order_of_the_data_set():
    assert Selection(("HAE", "x", "RFA")).describe(LABELS) == "Radiofrequency ablation or Selective HAE or x"


def test_selections_that_mean_the_same_are_the_same_key():
    one, other = Selection(("RFA", "HAE")), Selection(("HAE", "RFA", "RFA"))
    assert one == other
    assert len({one, other, Selection()}) == 2


def test_values_never_enter_sql_text():
    where, bound = Selection(("'; DROP TABLE cohort --",), date(2015, 1, 1), cutoff=date(2016, 1, 1)).where()
    assert "DROP" not in where
    assert "2015" not in where
    assert bound == {
        "modalities": ["'; DROP TABLE cohort --"],
        "index_from": date(2015, 1, 1),
        "cutoff": date(2016, 1, 1),
    }


@pytest.mark.parametrize(
    ("build", "words"),
    [
        pytest.param(
            lambda: Selection(index_from=date(2015, 1, 2), index_to=date(2015, 1, 1)),
            r"run backwards: from 2015-01-02 to 2015-01-01\. Swap",
            id="reversed-window",
        ),
        pytest.param(lambda: Selection(("RFA", "")), "A modality is empty", id="empty-modality"),
    ],
)
def test_a_selection_that_cannot_be_meant_is_refused(build, words):
    with pytest.raises(OptionRefused, match=words):
        build()


def test_an_unknown_modality_is_refused_never_everybody(five):
    with pytest.raises(OptionRefused, match="no modality 'rfa'"):
        five.event_counts("OS", Selection(("rfa",)))
    with pytest.raises(OptionRefused, match="no modality 'rfa'"):
        five.n_selected(Selection(("rfa", "RFA")))


@pytest.mark.parametrize("control", ["index_from", "index_to", "cutoff"])
def test_dates_are_refused_where_the_data_set_has_none(tmp_path, control):
    path = tmp_path / "undated.csv"
    path.write_text("USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR\n1,a,OS,Death,3,DAYS,0\n", encoding="utf-8")
    shelf = Shelf(tmp_path / "shelf")
    build_adtte(shelf, "undated", path)
    dataset = open_dataset(shelf, "undated")
    assert (dataset.has_dates, dataset.index_dates, dataset.last_date) == (False, None, None)
    with pytest.raises(ControlMissing, match="cannot be filtered by date: the file has no dates"):
        dataset.n_selected(Selection(**{control: date(2015, 1, 1)}))


def test_the_range_of_dates_is_known_where_there_are_dates(five):
    assert five.index_dates == (date(2015, 1, 1), date(2015, 3, 31))
    assert five.last_date == date(2015, 5, 20)


def test_conditions_are_in_an_order_of_their_own():
    older, female = Between("AGE", 45), OneOf("SEX", ("F",))
    assert only(older, female) == only(female, older, female)
    assert OneOf("SEX", ("M", "F", "M")) == OneOf("SEX", ("F", "M"))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(lambda: OneOf("SEX", ()), "names no value", id="no-value"),
        pytest.param(lambda: Between("AGE"), "has no end", id="no-end"),
        pytest.param(lambda: Between("AGE", 5, 5), "runs from 5 to 5", id="backwards"),
        pytest.param(lambda: parse_one_of("SEX"), "'SEX' is not a column with its values", id="column-alone"),
        pytest.param(lambda: parse_one_of(":F"), "is not a column with its values", id="no-column"),
        pytest.param(lambda: parse_one_of("SEX:"), "is not a column with its values", id="empty-value"),
        pytest.param(lambda: parse_between("AGE:1"), "is not a column with two ends", id="one-end"),
        pytest.param(lambda: parse_between("AGE:1:x"), "an end that is not a number", id="no-number"),
        pytest.param(lambda: parse_between("AGE:nan:"), "an end that is not a number", id="not-a-number"),
        pytest.param(lambda: parse_between("AGE:1_0:"), "an end that is not a number", id="python-number"),
        pytest.param(
            lambda: parse_between("AGE:٣:"), "an end that is not a number", id="digits-of-another-script"
        ),
        pytest.param(lambda: parse_behind("ended:OS: 1"), "names no patients", id="status-with-a-blank"),
        pytest.param(lambda: parse_behind("ended:OS:٠"), "names no patients", id="status-in-another-script"),
        pytest.param(lambda: parse_between("AGE::"), "has no end", id="both-open"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(make, words):
    with pytest.raises(OptionRefused, match=words):
        make()


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        pytest.param(
            only(OneOf("RACE", ("x",))),
            "no column 'RACE' to filter by. There are: modality, SEX",
            id="column",
        ),
        pytest.param(only(Between("SEX", 1)), "'SEX' holds no numbers", id="range-of-words"),
        pytest.param(
            only(OneOf("SEX", ("F", "X"))), "Nobody has the value 'X' of “SEX”", id="value-of-nobody"
        ),
        pytest.param(
            only(OneOf("AGE", ("60",))), "Nobody has the value '60' of “AGE”", id="number-of-nobody"
        ),
    ],
)
def test_a_condition_on_what_the_data_set_does_not_have_is_refused(five, selection, words):
    with pytest.raises(OptionRefused, match=words):
        five.n_selected(selection)
