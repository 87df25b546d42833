"""Another data set is chosen: what was chosen for the one before is said, and one click brings it back."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from gepnet_core.store import Shelf, build_adtte, open_dataset
from pages.components.session import everybody
from pages.components.switched import chosen_of
from tests.test_pages import PAGES, control, in_url, opened_with, words

REFERENCE = Path(__file__).parent / "reference"
BACK = "Back to “synthetic” with all this"
ALL = {
    "modality": ["RFA", "EBRT"],
    "where": "sex:female",
    "index_from": "2015-01-01",
    "cutoff": "2016-12-31",
    "endpoint": "PFS",
    "by": "sex",
    "conf_type": "plain",
    "conf_level": "0.9",
}


@pytest.fixture(autouse=True)
def two(shelf) -> Shelf:
    build_adtte(shelf, "lung", REFERENCE / "lung_adtte.csv")
    return shelf


def switched(app: AppTest, name: str) -> AppTest:
    return control(app, "selectbox", "Data set").set_value(name).run()


def buttons(app: AppTest) -> list[str]:
    return [button.label for button in app.main.button]


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.main.button if button.label == label).click().run()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_what_is_left_out_and_brings_it_back(app_test: type[AppTest], page: str) -> None:
    app = switched(opened_with(app_test, page, PAGES[page], ALL), "lung")
    assert not app.exception
    assert (
        "The data set is “lung” now, with all its patients. What was chosen for “synthetic” is not used here: "
        "RFA or External beam radiation; index date from 2015-01-01; Sex: female; data cut-off 2016-12-31; "
        "endpoint PFS; groups by Sex; intervals plain, 90 %." in words(app)
    )
    assert in_url(app, "dataset") == ["lung"]
    app = press(app, BACK)
    assert {key: in_url(app, key) for key in ALL} == {
        key: value if isinstance(value, list) else [value]
        for key, value in (ALL | {"modality": ["EBRT", "RFA"]}).items()
    }
    assert BACK not in buttons(app)
    assert "The data set is" not in words(app)


def test_where_nothing_was_chosen_nothing_is_said(app_test: type[AppTest]) -> None:
    app = switched(opened_with(app_test, "survival.py", "Survival", {}), "lung")
    assert "**all treatments** · 228 of 228 patients" in words(app)
    assert "is not used here" not in words(app)


def test_it_stays_on_other_pages_until_it_is_closed(app_test: type[AppTest]) -> None:
    app = switched(opened_with(app_test, "survival.py", "Survival", {"modality": "RFA"}), "lung")
    app = app.switch_page("data.py").run()
    assert "is not used here: RFA." in words(app)
    app = press(app, "Close")
    assert "is not used here" not in words(app)
    app = app.switch_page("survival.py").run()
    assert "is not used here" not in words(app)
    assert "**all treatments** · 228 of 228 patients" in words(app)


def test_a_filter_moved_after_the_switch_does_not_end_the_way_back(app_test: type[AppTest]) -> None:
    app = switched(opened_with(app_test, "survival.py", "Survival", {"modality": "RFA"}), "lung")
    treatment = control(app, "multiselect", "Modality").options[0]
    control(app, "multiselect", "Modality").set_value([treatment]).run()
    assert "is not used here: RFA." in words(app)
    app = press(app, BACK)
    assert "**RFA** · 17 of 59 patients" in words(app)
    app = switched(app, "lung")
    assert "**all treatments** · 228 of 228 patients" not in words(app)
    assert f"The data set is “lung” now, with {treatment}. What was chosen for “synthetic”" in words(app)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"modality": "RFA"}, "RFA"),
        ({"endpoint": "OS"}, "endpoint OS"),
        ({"by": "primary_site"}, "groups by Primary site"),
        ({"cutoff": "2016-01-01"}, "all modalities; data cut-off 2016-01-01"),
        ({"range": "ki67_percent:3:20"}, "all modalities; Ki-67 (%)"),
        ({"death": "event"}, "death before the event: count as event"),
        ({"tau": "12.0"}, "reference, adjustment, times or subgroups of the comparison"),
        ({"horizon": "24"}, "the look of the figure"),
        ({"window": "60"}, "side effects within 60 days"),
        ({"case_tumour_grade": "G2"}, "the patient under discussion"),
    ],
)
def test_each_control_that_is_left_out_is_named(app_test: type[AppTest], query, said: str) -> None:
    app = switched(opened_with(app_test, "overview.py", "Overview", query), "lung")
    assert f"is not used here: {said}" in words(app)


def test_a_view_at_its_defaults_has_nothing_chosen(two) -> None:
    for name in two.names():
        data = open_dataset(two, name)
        assert chosen_of(data, everybody(data)) == []
