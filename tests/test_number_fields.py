"""Numbers that people type: a decimal comma is one everywhere, what cannot be read is said and answers nothing."""

from __future__ import annotations

import math

import pytest

from gepnet_core.criteria import Between, parse_between
from gepnet_core.errors import OptionRefused
from gepnet_core.spelled import (
    number_text,
    parse_level,
    parse_lines,
    parse_months,
    parse_percent,
    parse_window,
    typed_number,
    whole_from,
)
from gepnet_core.store import build_adtte
from gepnet_core.vocabulary import DeathRule
from tests.conftest import REFERENCE
from tests.test_cli import assert_refused
from tests.test_pages import control, in_url, open_page, opened_with, words

__all__ = ["open_page"]
PAGES = {"similar.py": "Patients like this one", "patients.py": "Patients", "take_away.py": "Take away"}


@pytest.fixture
def opened(shelf, app_test):
    """Open one of the pages that have number fields in their main area, or that follow one of the sidebar."""
    assert shelf.names() == ["synthetic"]
    return lambda page, **query: opened_with(app_test, page, PAGES[page], query)


def field(app, label: str):
    """Return the one number field with this label, wherever it stands."""
    (found,) = [widget for widget in (*app.main.text_input, *app.sidebar.text_input) if widget.label == label]
    return found


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2.5", 2.5),
        ("2,5", 2.5),
        ("-2,5", -2.5),
        (",5", 0.5),
        ("12,", 12.0),
        ("0,125", 0.125),
        ("1234,567", 1234.567),
        ("1.234", 1.234),
        ("2,5e1", 25.0),
        ("007", 7.0),
    ],
)
def test_a_number_is_read_with_a_point_or_a_comma(text: str, number: float) -> None:
    assert typed_number(text) == number


@pytest.mark.parametrize(
    "text", ["", "many", "2,5,1", "2..5", "1e", "２", "²", "½", "nan", "inf", "2 %", "- 2"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert math.isnan(typed_number(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1.234,5", "'1.234,5' has a mark between thousands"),
        ("1,234.5", "'1,234.5' has a mark between thousands"),
        ("1,234,567", "has a mark between thousands"),
        ("1.234.567", "has a mark between thousands"),
        ("1'234", "has a mark between thousands"),
        ("1 234,5", "has a mark between thousands"),
        ("1,234", "'1,234' can be read in two ways. Write 1.234 or 1234."),
        ("12,500", "Write 12.500 or 12500."),
    ],
)
def test_a_mark_between_thousands_is_refused_with_what_to_write(text: str, words: str) -> None:
    with pytest.raises(OptionRefused, match=words.replace(".", r"\.")):
        typed_number(text)


@pytest.mark.parametrize(
    ("parse", "text", "words"),
    [
        (parse_percent, "125", "'125' is not a percentage from 0 to 100."),
        (parse_percent, "-3", "'-3' is not a percentage from 0 to 100."),
        (parse_percent, "100,1", "'100,1' is not a percentage from 0 to 100."),
        (parse_lines, "2,5", "'2,5' is not a whole number of agents from 0 to 99."),
        (parse_lines, "100", "'100' is not a whole number of agents from 0 to 99."),
        (parse_window, "999", "'999' is not a whole number of days from 1 to 365."),
        (parse_window, "0", "'0' is not a whole number of days from 1 to 365."),
        (parse_months, "0", "'0' is not a number of months above 0 and up to 1200."),
        (parse_months, "1200,1", "'1200,1' is not a number of months above 0 and up to 1200."),
        (parse_level, "95", "'95' is not a confidence level. Give a number between 0 and 1, as 0.95."),
        (whole_from(5, 50), "4", "'4' is not a whole number from 5 to 50."),
        (whole_from(1, 1234), "1235", "'1235' is not a whole number from 1 to 1,234."),
        (whole_from(1, 3), "9" * 5000, "is not a whole number from 1 to 3."),
    ],
)
def test_a_number_out_of_range_says_the_range(parse, text: str, words: str) -> None:
    with pytest.raises(OptionRefused) as refused:
        parse(text)
    assert words in str(refused.value)


@pytest.mark.parametrize("number", [0.1, 1 / 3, 12.0, 6.123456789, 1e-5, 1200.0])
def test_a_number_of_a_link_is_shown_without_loss(number: float) -> None:
    assert parse_months(number_text(number)) == number


def test_ranges_of_conditions_take_a_comma_too() -> None:
    assert parse_between("ki67_percent:2,5:=20,5") == Between("ki67_percent", 2.5, 20.5, high_in=True)


COMMAS = [
    (["similar", "--dataset", "synthetic", "--endpoint", "TTNST"], "--ki67", "2,5", "2.5"),
    (
        ["similar", "--dataset", "synthetic", "--endpoint", "TTNST"],
        "--range",
        "ki67_percent:2,5:20",
        "ki67_percent:2.5:20",
    ),
    (
        ["compare", "--dataset", "synthetic", "--endpoint", "TTNST", "--unit", "months"],
        "--tau",
        "12,5",
        "12.5",
    ),
    (
        ["compare", "--dataset", "synthetic", "--endpoint", "TTNST", "--unit", "months"],
        "--landmark",
        "1,5",
        "1.5",
    ),
    (["estimate", "--dataset", "synthetic", "--endpoint", "TTNST", "--unit", "months"], "--at", "1,5", "1.5"),
    (["read", "--dataset", "synthetic", "--endpoint", "TTNST", "--unit", "months"], "--at", "1,5", "1.5"),
    (["estimate", "--dataset", "synthetic", "--endpoint", "TTNST"], "--conf-level", "0,9", "0.9"),
]


@pytest.mark.parametrize(
    ("asked", "option", "comma", "point"), COMMAS, ids=[f"{row[0][0]}{row[1]}" for row in COMMAS]
)
def test_every_number_of_the_command_line_takes_a_comma(cli, asked, option, comma, point) -> None:
    answers = [cli(*asked, option, text) for text in (comma, point)]
    assert [answer.code for answer in answers] == [0, 0], answers[0].said
    assert answers[0].json == answers[1].json


@pytest.mark.parametrize(
    ("option", "text", "words"),
    [
        ("--ki67", "125", "'125' is not a percentage from 0 to 100"),
        ("--ki67", "1.234,5", "'1.234,5' has a mark between thousands"),
        ("--lines", "2,5", "'2,5' is not a whole number of agents from 0 to 99"),
        ("--least", "2,5", "'2,5' is not a whole number from 1"),
    ],
)
def test_the_command_line_refuses_in_the_same_words(cli, option: str, text: str, words: str) -> None:
    assert_refused(cli("similar", "--dataset", "synthetic", "--endpoint", "TTNST", option, text), words)


def test_ki67_with_a_comma_is_the_command_lines_band(opened, cli) -> None:
    app = opened("similar.py")
    field(app, "Ki-67, %").set_value("2,5").run()
    told = cli("similar", "--dataset", "synthetic", "--endpoint", "TTNST", "--ki67", "2.5").json
    assert told["sentence"] in words(app)
    assert "Ki-67 below 3 %" in words(app)
    assert in_url(app, "case_ki67_percent") == ["2.5"]
    assert field(app, "Ki-67, %").value == "2,5"


@pytest.mark.parametrize(
    ("label", "text", "said"),
    [
        ("Ki-67, %", "125", "'125' is not a percentage from 0 to 100."),
        ("Ki-67, %", "-3", "'-3' is not a percentage from 0 to 100."),
        ("Ki-67, %", "1.234,5", "'1.234,5' has a mark between thousands."),
        ("Systemic agents so far", "2,5", "'2,5' is not a whole number of agents from 0 to 99."),
        ("Systemic agents so far", "999", "'999' is not a whole number of agents from 0 to 99."),
        ("Patients wanted", "0", "'0' is not a whole number from 5 to 50."),
        ("Patients wanted", "ten", "'ten' is not a whole number from 5 to 50."),
    ],
)
def test_a_case_with_a_number_that_cannot_be_read_answers_nothing(opened, label, text, said) -> None:
    app = opened("similar.py", case_primary_site="pancreas")
    before = app.main.table[0].value.to_csv()
    field(app, label).set_value(text).run()
    assert next(str(error.value).replace("\\", "") for error in app.main.error).startswith(said)
    assert f"**{label}**: {said}" in words(app)
    assert (len(app.main.table), len(app.main.header), len(app.main.get("plotly_chart"))) == (0, 0, 0)
    field(app, label).set_value(" ").run()
    assert not app.main.error
    assert app.main.table[0].value.to_csv() == before


def test_a_landmark_with_a_comma_is_the_command_lines(open_page, cli) -> None:
    app = open_page("compare.py")
    control(app, "text_input", "Landmark, months").set_value("1,5").run()
    told = cli(
        *("compare", "--dataset", "synthetic", "--endpoint", "TTNST", "--landmark", "1.5", "--unit", "months")
    ).json
    gone = sum(told["landmark"]["left_out"].values())
    assert f"{gone} patient" in words(app)
    assert in_url(app, "landmark") == ["1.5"]


@pytest.mark.parametrize(
    "label", ["Landmark, months", "Restricted mean up to, months", "Difference at, months"]
)
@pytest.mark.parametrize("text", ["0", "-3", "1201", "six", "1,234.5"])
def test_a_comparison_with_a_time_that_cannot_be_read_answers_nothing(
    open_page, label: str, text: str
) -> None:
    app = open_page("compare.py", landmark="6")
    control(app, "text_input", label).set_value(text).run()
    said = (
        "has a mark between thousands" if "." in text else "is not a number of months above 0 and up to 1200."
    )
    assert said in str(app.sidebar.error[0].value).replace("\\", "")
    assert f"**{label}**: '{text}' {said}" in words(app)
    assert (len(app.main.table), len(app.main.header), len(app.main.get("plotly_chart"))) == (0, 0, 0)
    assert len(app.main.get("download_button")) == 0
    control(app, "text_input", label).set_value("").run()
    assert app.main.table


def test_nothing_is_taken_away_under_a_time_that_cannot_be_read(opened) -> None:
    app = opened("take_away.py")
    control(app, "text_input", "Landmark, months").set_value("2,5,1").run()
    assert "**Landmark, months**: '2,5,1' is not a number of months" in words(app)
    assert (len(app.main.button), len(app.main.get("download_button"))) == (0, 0)


def test_a_field_out_of_use_does_not_hold_up_the_page(open_page, shelf) -> None:
    build_adtte(shelf, "mgus", REFERENCE / "mgus2_covariates_adtte.csv", competing_cnsr=2)
    app = open_page("compare.py", dataset="mgus")
    control(app, "text_input", "Restricted mean up to, months").set_value("six").run()
    assert not app.main.table
    control(app, "selectbox", "Death before the event").set_value(DeathRule.COMPETING).run()
    assert control(app, "text_input", "Restricted mean up to, months").disabled
    assert app.main.table


@pytest.mark.parametrize("text", ["999", "0", "-3", "2,5", "ten"])
def test_a_window_of_side_effects_that_cannot_be_read_answers_nothing(open_page, text: str) -> None:
    app = open_page("side_effects.py")
    window = "Window, days (1 to 365)"
    control(app, "text_input", window).set_value(text).run()
    assert f"**{window}**: '{text}' is not a whole number of days from 1 to 365." in words(app)
    assert not app.main.table
    control(app, "text_input", window).set_value("").run()
    assert "within 90 days" in words(app)


@pytest.mark.parametrize("text", ["4", "0", "1,5", "last"])
def test_a_page_of_patients_that_is_not_there_is_not_another_page(opened, text: str) -> None:
    app = opened("patients.py", part="2")
    field(app, "Page (1 to 3)").set_value(text).run()
    assert f"'{text}' is not a whole number from 1 to 3." in words(app)
    assert (len(app.main.table), len(app.main.get("plotly_chart"))) == (0, 0)
    field(app, "Page (1 to 3)").set_value("3").run()
    assert "**Patients 51–59 of 59**" in words(app)


def test_no_page_uses_the_browsers_own_number_field() -> None:
    from tests.test_house_rules import ROOT, modules

    assert [
        path.name for path in modules(ROOT / "pages") if ".number_input(" in path.read_text("utf-8")
    ] == []
