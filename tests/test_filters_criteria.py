"""Filters by characteristics known on the index date: chosen, linked, said, cleared; the command line agrees."""

from __future__ import annotations

import pytest

from tests.test_pages import FILTERED, Opener, control, in_url, open_page, table, words

__all__ = ["open_page"]


def only(app) -> list[str]:
    """Return the conditions that the sidebar says."""
    shown = [str(part.value).replace("\\", "") for part in app.sidebar.markdown]
    return [text.removeprefix("Only: ") for text in shown if text.startswith("Only: ")]


def buttons(app) -> list[str]:
    """Return the labels of the sidebar's buttons that clear something."""
    return [button.label for button in app.sidebar.button if button.label.startswith("Clear")]


def selected(cli, *options: str) -> int:
    """Return how many patients the command line selects."""
    told = cli("estimate", "--dataset", "synthetic", "--endpoint", "OS", *options).json
    return told["strata"][0]["n"]


@pytest.mark.parametrize("page", FILTERED)
def test_a_characteristic_chosen_selects_the_command_lines_patients_on_every_page(
    open_page: Opener, cli, page: str
) -> None:
    app = open_page(page)
    control(app, "selectbox", "Characteristic").set_value("sex").run()
    assert "59 of 59 patients" in words(app)
    control(app, "multiselect", "Sex").set_value(["female"]).run()
    assert not app.exception
    women = selected(cli, "--where", "sex:female")
    assert 0 < women < 59
    assert f"**all modalities; Sex: female** · {women} of 59 patients" in words(app)
    assert (only(app), in_url(app, "where")) == (["Sex: female"], ["sex:female"])


def test_conditions_of_a_link_are_said_and_cleared_one_by_one(open_page: Opener, cli) -> None:
    app = open_page(
        "survival.py", where=["sex:female", "tumour_grade:G1:G2"], range="ki67_percent:2:20", modality="RFA"
    )
    asked = ("--modality", "RFA", "--where", "tumour_grade:G1:G2", "--range", "ki67_percent:2:20")
    both = selected(cli, *asked, "--where", "sex:female")
    assert table(app).loc["All patients", "n"] == str(both)
    assert only(app) == ["Sex: female", "Tumour grade (WHO): G1 or G2", "Ki-67 (%): from 2 to below 20"]
    assert buttons(app) == [
        "Clear Sex",
        "Clear Tumour grade \\(WHO\\)",
        "Clear Ki\\-67 \\(%\\)",
        "Clear filters",
    ]
    next(button for button in app.sidebar.button if button.label == "Clear Sex").click().run()
    assert only(app) == ["Tumour grade (WHO): G1 or G2", "Ki-67 (%): from 2 to below 20"]
    assert table(app).loc["All patients", "n"] == str(selected(cli, *asked)) != str(both)
    assert in_url(app, "where") == ["tumour_grade:G1:G2"]
    assert control(app, "multiselect", "Modality").value == ["RFA"]


def test_the_control_shows_what_a_link_chose_and_changes_that_condition_alone(open_page: Opener, cli) -> None:
    app = open_page("survival.py", where=["sex:female", "functional:yes"])
    control(app, "selectbox", "Characteristic").set_value("functional").run()
    found = control(app, "multiselect", "Functional tumour")
    assert found.value == ["yes"]
    found.set_value(["no", "not recorded"]).run()
    assert only(app) == ["Functional tumour: no or not recorded", "Sex: female"]
    n = selected(cli, "--where", "sex:female", "--where", "functional:no:not recorded")
    assert f"{n} of 59 patients" in words(app)
    control(app, "multiselect", "Functional tumour").set_value([]).run()
    assert only(app) == ["Sex: female"]


def test_clear_filters_clears_conditions_too(open_page: Opener) -> None:
    app = open_page("overview.py", where="sex:female", range="age_at_index:60:")
    assert len(only(app)) == 2
    next(button for button in app.sidebar.button if button.label == "Clear filters").click().run()
    assert (only(app), in_url(app, "where"), in_url(app, "range")) == ([], [], [])
    assert "59 of 59 patients" in words(app)


def test_a_condition_on_a_column_that_is_not_there_is_refused_and_can_be_left_behind(
    open_page: Opener,
) -> None:
    app = open_page("survival.py", where=["shoe_size:43", "sex:female"])
    assert "has no column 'shoe_size' to filter by" in words(app)
    rest = next(button for button in app.main.button if "rest of the link" in button.label)
    assert "shoe" not in rest.label
    rest.click().run()
    assert only(app) == ["Sex: female"]
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize(
    ("option", "value", "complaint"),
    [
        pytest.param("--where", "sex", "not a column with its values, as sex:female", id="no-value"),
        pytest.param("--where", "shoe_size:43", "has no column 'shoe_size' to filter by", id="no-column"),
        pytest.param("--range", "ki67_percent:3", "not a column with two ends", id="one-end"),
        pytest.param("--range", "ki67_percent:low:20", "an end that is not a number", id="no-number"),
        pytest.param("--range", "ki67_percent:20:3", "runs from 20 to 3", id="backwards"),
        pytest.param("--range", "sex:1:2", "holds no numbers", id="no-numbers"),
    ],
)
def test_the_command_line_refuses_a_condition_that_cannot_be(
    shelf, cli, option: str, value: str, complaint: str
) -> None:
    assert shelf.names() == ["synthetic"]
    answer = cli("estimate", "--dataset", "synthetic", "--endpoint", "OS", option, value)
    assert (answer.code, answer.json) == (2, None)
    assert complaint in answer.said


def test_the_command_line_says_its_conditions(shelf, cli) -> None:
    assert shelf.names() == ["synthetic"]
    told = cli(
        *("estimate", "--dataset", "synthetic", "--endpoint", "OS"),
        *("--where", "sex:male", "--range", "ki67_percent::20"),
    ).json
    assert told["selection"]["sentence"] == "all modalities; Sex: male; Ki-67 (%): below 20"
