"""A damaged data set on the pages: said in words, the others within reach, an older version put back."""

from __future__ import annotations

import re
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from gepnet_core.store import Shelf, build_adtte
from tests.test_data_page import choice, upload
from tests.test_pages import opened_with, press, words

HEADER = "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR\n"


@pytest.fixture
def damaged(shelf: Shelf, tmp_path) -> tuple[Shelf, str]:
    """A shelf with a data set whose current file was cut, and its version before."""
    versions = []
    for days in (10, 20):
        path = tmp_path / "trial.csv"
        rows = "".join(f"P{n},{'ab'[n % 2]},OS,Survival,{days + n},DAYS,{n % 2}\n" for n in range(9))
        path.write_text(HEADER + rows, encoding="utf-8")
        versions.append(build_adtte(shelf, "trial", path)[0].version)
    file = shelf.path("trial", versions[1])
    file.write_bytes(file.read_bytes()[:8192])
    return shelf, versions[0]


def errors(app: AppTest) -> str:
    """Return the errors on the screen, without the escapes of Markdown."""
    return re.sub(r"\\|\u2060", "", " ".join(found.value for found in app.error))


def test_a_page_that_is_opened_on_it_says_so_and_the_picker_works(damaged, app_test):
    _, before = damaged
    app = opened_with(app_test, "survival.py", "Survival", {"dataset": "trial"})
    assert "“trial” cannot be shown: The stored version" in errors(app)
    assert f"Put version {before} back" in errors(app)
    picker = next(box for box in app.sidebar.selectbox if box.label == "Data set")
    assert (picker.value, picker.options) == ("synthetic", ["synthetic", "trial"])


@pytest.mark.usefixtures("damaged")
def test_choosing_it_keeps_what_was_shown(app_test):
    app = opened_with(app_test, "survival.py", "Survival", {"dataset": "synthetic"})
    next(box for box in app.sidebar.selectbox if box.label == "Data set").select("trial").run()
    assert not app.exception
    assert "“trial” cannot be shown" in errors(app)
    assert next(box for box in app.sidebar.selectbox if box.label == "Data set").value == "synthetic"


def test_the_data_page_puts_the_version_before_it_back(damaged, app_test):
    shelf, before = damaged
    app = opened_with(app_test, "data.py", "Data", {"dataset": "synthetic"})
    button = next(one for one in app.button if one.label == f"Put version {before} of “trial” back")
    button.click().run()
    assert not app.exception
    assert shelf.current("trial").version == before
    assert errors(app) == ""


# the only data set


@pytest.fixture(
    params=[pytest.param("file", id="its-file-was-cut"), pytest.param("current.json", id="its-entry-was-cut")]
)
def only(damaged, request) -> tuple[Shelf, str]:
    """The same shelf without any other data set; what was cut is the version's file or what says which it is."""
    shelf, before = damaged
    shutil.rmtree(shelf.root / "synthetic")
    if request.param != "file":
        (shelf.root / "trial" / request.param).write_text("{", encoding="utf-8")
    return shelf, before


@pytest.mark.usefixtures("only")
@pytest.mark.parametrize(("page", "title"), [("overview.py", "Overview"), ("survival.py", "Survival")])
def test_where_no_data_set_can_be_shown_the_pages_lead_to_the_page_data(app_test, page, title):
    app = opened_with(app_test, page, title, {})
    assert "import the data set again" in errors(app)
    assert [link.label for link in app.main.get("page_link")] == ["Put a version back, or import a data set"]


def test_the_page_data_puts_a_version_of_the_only_data_set_back(only, app_test):
    shelf, before = only
    app = opened_with(app_test, "data.py", "Data", {})
    assert "“trial” cannot be shown" in errors(app)
    assert "Put a version back, or bring in a file." in words(app)
    press(app, f"Put version {before} of “trial” back")
    assert shelf.current("trial").version == before
    assert errors(app) == ""
    assert "Versions of “trial”" in words(app)


@pytest.mark.parametrize("name", ["trial", "lung"])
def test_the_page_data_brings_a_file_in_where_no_data_set_can_be_shown(only, app_test, name):
    shelf, _ = only
    app = opened_with(app_test, "data.py", "Data", {})
    rows = "".join(f"P{n},{'ab'[n % 2]},OS,Survival,{30 + n},DAYS,{n % 2}\n" for n in range(4))
    upload(app, "lung.csv", HEADER + rows)
    choice(app, "text_input", "Name of the data set").set_value(name).run()
    press(app, "Check the file")
    press(app, f"Import as “{name}”")
    assert shelf.current(name).patients == 4
    assert f"“{name}” was imported" in "".join(found.value for found in app.success)
