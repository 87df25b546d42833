"""The tour shows itself once, to who opens the bare address, and is brought back on the Methods page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.test_pages import Opener, open_page, plain, words

__all__ = ["open_page"]  # a fixture of the pages' tests


def step(app: AppTest) -> str:
    """Return the heading of the step that is shown, or nothing."""
    found = [plain(part.value) for part in app.main.markdown if "A short tour" in part.value]
    return found[0].split("**")[1] if found else ""


def press(app: AppTest, label: str) -> None:
    """Press a button of the main area by its words."""
    next(button for button in app.main.button if button.label == label).click().run()
    assert not app.exception


def test_a_bare_start_shows_three_steps_forth_and_back(open_page: Opener) -> None:
    app = open_page("overview.py")
    seen = [step(app)]
    for label in ("Next", "Next", "Back"):
        press(app, label)
        seen.append(step(app))
    assert seen == [f"A short tour, step {number} of 3." for number in (1, 2, 3, 2)]
    assert "59 of 59 patients" in words(app), "the page stands below as ever"


def test_each_step_leads_to_what_it_speaks_of(open_page: Opener) -> None:
    app = open_page("overview.py")
    for address in ("(<?dataset=synthetic", "(<patients?dataset=synthetic", "(<take-away?dataset=synthetic"):
        assert address in next(part.value for part in app.main.markdown if "A short tour" in part.value)
        if "take-away" not in address:
            press(app, "Next")


def test_closed_it_stays_away_for_the_session_and_methods_brings_it_back(open_page: Opener) -> None:
    app = open_page("overview.py")
    press(app, "Close the tour")
    assert step(app) == ""
    app.switch_page("survival.py").run()
    app.switch_page("overview.py").run()
    assert step(app) == ""
    app.switch_page("methods.py").run()
    press(app, "Take the tour")
    assert [title.value for title in app.title] == ["Overview"]
    assert step(app) == "A short tour, step 1 of 3."


@pytest.mark.parametrize("query", [{"modality": "RFA"}, {"dataset": "synthetic"}, {"modality": "nobody"}])
def test_who_follows_a_link_is_not_held_up(open_page: Opener, query: dict[str, str]) -> None:
    assert step(open_page("overview.py", **query)) == ""
