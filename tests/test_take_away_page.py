"""The take-away page: the link of a view, its report and its files, and what it says where they cannot be."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlencode

import pytest
from streamlit.testing.v1 import AppTest

from gepnet_core.report import pdf
from gepnet_core.store import build_adtte, open_dataset
from gepnet_core.view import View
from pages.components.session import Remembered, everybody
from tests.test_pages import ROOT, Opener, control, opened_with, plain, press, words

REFERENCE = ROOT / "tests" / "reference"


@pytest.fixture
def take_away(shelf, app_test: type[AppTest]) -> Opener:
    """Open the take-away page as a browser would, with a query string."""
    assert shelf.names() == ["synthetic"]

    return lambda **query: opened_with(app_test, "take_away.py", "Take away", query)


def link_of(app: AppTest) -> dict[str, list[str]]:
    """Return the query string of the link that the page offers."""
    assert len(app.main.code) == 1
    return parse_qs(app.main.code[0].value.partition("?")[2])


def offered(app: AppTest) -> list[str]:
    """Return the labels of all downloads."""
    return [button.label for button in app.main.get("download_button")]


def test_the_page_says_the_result_and_offers_everything_in_order(take_away: Opener) -> None:
    app = take_away()
    assert "Median time to new systemic therapy 42.0 months (95 % CI 14.1–NE, log-log)" in words(app)
    assert [part.value for part in app.main.subheader] == [
        "Link",
        "Report",
        "Reproduction bundle",
        "Figures",
        "Tables",
    ]
    assert offered(app) == [
        "Report (HTML)",
        "Bundle (ZIP)",
        "Figure",
        "All figures (ZIP)",
        "Tables (CSV)",
        "Tables (Word)",
    ]


def test_the_link_carries_every_control_the_conventions_and_the_version(take_away: Opener, shelf) -> None:
    query = {
        "modality": ["RFA", "EBRT"],
        "index_from": "2014-06-01",
        "cutoff": "2016-12-31",
        "endpoint": "TTAI",
        "conf_type": "plain",
        "conf_level": "0.9",
        "reference": "EBRT",
        "adjust": "sex",
        "landmark": "2.0",
        "window": "30",
        "patient": "P-1",
    }
    app = take_away(**query)
    found = link_of(app)
    wanted = {key: value if isinstance(value, list) else [value] for key, value in query.items()}
    wanted.pop("patient")
    wanted["modality"] = ["EBRT", "RFA"]
    assert {key: found[key] for key in wanted} == wanted
    assert found["version"] == [shelf.current("synthetic").version]
    assert "patient" not in found
    view, problems = View.from_query(found)
    assert problems == []
    assert view.selection.cutoff == date(2016, 12, 31)
    said = words(app)
    assert (
        "filters: RFA or External beam radiation; index date from 2014-06-01; data cut-off 2016-12-31" in said
    )
    assert "endpoint TTAI, 90 % CI, plain" in said
    assert "adjusted for Sex" in said


def test_the_link_opens_the_page_that_is_chosen(take_away: Opener) -> None:
    app = take_away()
    assert app.main.code[0].value.startswith("survival?dataset=synthetic&")
    app.main.selectbox[0].set_value("compare").run()
    assert app.main.code[0].value.startswith("compare?dataset=synthetic&")


def test_a_control_that_is_changed_changes_the_link_and_the_sentence(take_away: Opener) -> None:
    app = take_away()
    control(app, "selectbox", "Endpoint").set_value("OS").run()
    assert link_of(app)["endpoint"] == ["OS"]
    assert "Median overall survival not reached" in words(app)


def test_figures_are_those_that_the_view_has(take_away: Opener) -> None:
    def figures(app: AppTest) -> list[str]:
        found = [box for box in app.main.selectbox if box.label == "Figure"]
        assert len(found) == 1
        return [str(option) for option in found[0].options]

    assert len(figures(take_away())) == 5
    assert len(figures(take_away(subgroup="sex"))) == 6
    alone = figures(take_away(modality="RFA"))
    assert [words.split(" ")[0] for words in alone] == ["How", "Curve", "Side"]


def test_nobody_left_says_so_and_offers_nothing(take_away: Opener) -> None:
    app = take_away(index_from="2010-01-01", index_to="2011-01-01")
    assert "No patient matches these filters" in words(app)
    assert offered(app) == []
    assert len(app.main.code) == 0


def test_without_a_browser_the_pdf_rests_and_it_is_said_why(
    take_away: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(pdf.CHOSEN, raising=False)
    app = take_away()
    (button,) = [button for button in app.main.button if button.label == "Make the PDF"]
    assert button.disabled
    assert "Open the HTML report and print it to PDF, or install chromium" in words(app)
    assert "Report (HTML)" in offered(app)


def test_a_browser_that_fails_is_said_to_have_failed(
    take_away: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    broken = tmp_path / "browser"
    broken.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setenv(pdf.CHOSEN, str(broken))
    app = take_away(endpoint="PFS")
    press(app, "Make the PDF")
    assert "The browser made no PDF of the report" in words(app)
    assert "Report (PDF)" not in offered(app)


def test_a_trial_without_side_effects_has_a_link_and_a_report(take_away: Opener, shelf) -> None:
    build_adtte(shelf, "veteran", REFERENCE / "veteran_adtte.csv")
    app = take_away(dataset="veteran")
    assert link_of(app)["dataset"] == ["veteran"]
    assert "Report (HTML)" in offered(app)
    figures = next(box for box in app.main.selectbox if box.label == "Figure")
    assert not any("Side effects" in option for option in figures.options)


# a link whose version is gone


def test_a_link_to_a_version_that_is_gone_says_so_and_shows_nobody(take_away: Opener, shelf) -> None:
    app = take_away(version="v0123456789ab", modality="RFA", endpoint="OS")
    said = words(app)
    assert "Version v0123456789ab of “synthetic” is not here any more (the last 10 are kept)" in said
    assert "this link cannot show the numbers that it showed" in said
    assert f"The current version is {shelf.current('synthetic').version}." in said
    assert offered(app) == []


def test_the_current_version_is_shown_with_all_that_such_a_link_asks_for(take_away: Opener, shelf) -> None:
    app = take_away(version="v0123456789ab", modality="RFA", endpoint="OS", conf_type="log")
    press(app, "Show the current version with all that the link asks for: RFA")
    found = link_of(app)
    assert found["version"] == [shelf.current("synthetic").version]
    assert (found["modality"], found["endpoint"], found["conf_type"]) == (["RFA"], ["OS"], ["log"])


def test_such_a_link_without_filters_keeps_its_other_controls(take_away: Opener) -> None:
    app = take_away(version="v0123456789ab", endpoint="PFS")
    press(app, "Show the current version with all that the link asks for: all modalities")
    assert link_of(app)["endpoint"] == ["PFS"]
    assert "59 of 59 patients" in words(app)


def test_a_link_with_another_fault_beside_the_version_offers_what_is_left_of_it(take_away: Opener) -> None:
    app = take_away(version="v0123456789ab", modality="RFA", endpoint="DFS")
    labels = [plain(button.label) for button in app.main.button]
    assert labels == ["Show what the rest of the link says: RFA", "Show all patients instead"]


def test_a_link_within_a_session_shows_the_version_that_it_holds_though_it_is_gone(shelf) -> None:
    held = open_dataset(shelf, "synthetic")
    query = urlencode(everybody(held).to_query(), doseq=True)
    remembered = Remembered("synthetic")
    remembered.opened["synthetic"] = held
    shelf.path("synthetic", held.version).rename(shelf.root / "away")
    remembered.follow(shelf, query)
    assert remembered.problems == []
    assert remembered.data is held
