"""No patient's id stands in an address or a log: a handle does, and an address of before opens the same patient."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from streamlit.testing.v1 import AppTest

from gepnet_core.store import DataSet, Shelf, build_adtte, open_dataset
from gepnet_core.store.patient_handle import HANDLE, handle_of, patient_behind
from server.logs import keep_patients_out, without_queries
from tests.served import WAYS, Served, served, words_of_page
from tests.test_pages import in_url, opened_with, plain

HEADER = "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC"
IDS = ["4711007", "4711008", "4711009", "a b&c=d;e?", "ÄÖ-1"]


def trial(folder: Path, ids: list[str], days: int = 10) -> Path:
    """Write a trial of these patients."""
    lines = [f"{name},arm,OS,OS,{days + place},DAYS,0,death" for place, name in enumerate(ids)]
    path = folder / f"trial-{days}.csv"
    path.write_text("\n".join([HEADER, *lines]), encoding="utf-8")
    return path


def found(shelf: Shelf, name: str = "trial") -> DataSet:
    return open_dataset(shelf, name)


@pytest.fixture
def held_trial(data_dir, tmp_path) -> DataSet:
    build_adtte(Shelf(data_dir), "trial", trial(tmp_path, IDS))
    return found(Shelf(data_dir))


# the handle


def test_a_handle_opens_its_patient_and_shows_nothing_of_the_id(held_trial: DataSet) -> None:
    handles = {name: handle_of(held_trial, name) for name in IDS}
    assert len(set(handles.values())) == len(IDS)
    for name, handle in handles.items():
        assert HANDLE.fullmatch(handle)
        assert patient_behind(held_trial, handle) == name
        assert patient_behind(held_trial, name) == name


@pytest.mark.parametrize("text", ["", "4711010", "0" * 20, "F" * 20, "abc"])
def test_what_names_no_patient_opens_none(held_trial: DataSet, text: str) -> None:
    assert patient_behind(held_trial, text) is None


def test_handles_are_the_same_for_colleagues_who_hold_the_version(held_trial, tmp_path) -> None:
    elsewhere = Shelf(tmp_path / "elsewhere")
    build_adtte(elsewhere, "other-name", trial(tmp_path, list(reversed(IDS)), days=11))
    build_adtte(elsewhere, "trial", trial(tmp_path, IDS))
    assert found(elsewhere).version == held_trial.version
    for name in IDS:
        assert handle_of(found(elsewhere), name) == handle_of(held_trial, name)


def test_one_number_has_another_handle_in_other_data(held_trial, data_dir, tmp_path) -> None:
    build_adtte(Shelf(data_dir), "later", trial(tmp_path, IDS, days=11))
    build_adtte(Shelf(data_dir), "fewer", trial(tmp_path, IDS[:2]))
    handles = {
        handle_of(each, IDS[0])
        for each in (held_trial, *(found(Shelf(data_dir), n) for n in ("later", "fewer")))
    }
    assert len(handles) == 3


def test_patients_outside_the_cohort_have_handles_as_well(shelf) -> None:
    data = found(shelf, "synthetic")
    assert patient_behind(data, handle_of(data, "P102")) == "P102"


# the addresses of the pages


@pytest.mark.parametrize("query", [{}, {"behind": "step:metastatic:out"}, {"part": "3", "modality": "RFA"}])
def test_every_link_of_a_list_holds_a_handle(shelf, app_test: type[AppTest], query) -> None:
    data = found(shelf, "synthetic")
    app = opened_with(app_test, "patients.py", "Patients", query)
    links = [each for table in app.main.table for each in table.value.index if "](<" in str(each)]
    assert links
    for link in links:
        words, address = re.fullmatch(r"\[(.*)\]\(<(.*)>\)", link).groups()
        (handle,) = parse_qs(urlsplit(address).query)["patient"]
        assert patient_behind(data, handle) == plain(words)
        assert not re.search(r"P\d", address)


@pytest.mark.parametrize("page", ["patients.py", "overview.py", "survival.py"])
def test_an_address_of_before_opens_the_same_patient_and_loses_the_id(
    shelf, app_test: type[AppTest], page: str
) -> None:
    data = found(shelf, "synthetic")
    titles = {"patients.py": "Patients", "overview.py": "Overview", "survival.py": "Survival"}
    app = opened_with(app_test, page, titles[page], {"patient": "P24"})
    assert in_url(app, "patient") == [handle_of(data, "P24")]
    if page == "patients.py":
        assert plain(app.main.header[0].value).startswith("Patient P24: RFA")


def test_a_handle_in_the_address_opens_the_patient(shelf, app_test: type[AppTest]) -> None:
    handle = handle_of(found(shelf, "synthetic"), "P24")
    app = opened_with(app_test, "patients.py", "Patients", {"patient": handle})
    assert plain(app.main.header[0].value).startswith("Patient P24: RFA")
    next(button for button in app.main.button if button.label == "Next patient").click().run()
    (now,) = in_url(app, "patient")
    assert HANDLE.fullmatch(now)
    assert now != handle


def test_the_open_patient_stays_open_when_a_newer_version_is_shown(
    data_dir, tmp_path, app_test: type[AppTest]
) -> None:
    build_adtte(Shelf(data_dir), "trial", trial(tmp_path, IDS))
    app = opened_with(app_test, "patients.py", "Patients", {"dataset": "trial", "patient": IDS[0]})
    build_adtte(Shelf(data_dir), "trial", trial(tmp_path, IDS, days=11))
    app.run()
    next(button for button in app.sidebar.button if button.label == "Show the current version").click().run()
    assert plain(app.main.header[0].value).startswith(f"Patient {IDS[0]}: ")
    assert in_url(app, "patient") == [handle_of(found(Shelf(data_dir)), IDS[0])]


# the log


@pytest.fixture(scope="module", params=list(WAYS))
def dashboard(request, tmp_path_factory) -> Iterator[Served]:
    with served(request.param, tmp_path_factory.mktemp("served")) as running:
        yield running


def test_no_log_of_the_server_holds_an_id(dashboard: Served) -> None:
    for path in (
        "patients?patient=P12",
        "patients?x=1&patient=P12#P12",
        "_stcore/health?patient=P12",
        "?patient=P12",
    ):
        with urlopen(f"{dashboard.address}/{path}", timeout=20) as answer:
            assert answer.status == 200
    for query in ("patient=P12", f"patient=P12&{'&' * 1_001}", "patient=P12;P12"):
        assert words_of_page(dashboard.address, query, "patients")
    log = dashboard.log.read_text(encoding="utf-8")
    assert "P12" not in log
    assert "/patients?…" in log or "GET" not in log


@pytest.fixture
def logged() -> Iterator[Callable[[], str]]:
    """A logger whose lines come back as text, in a process that keeps patients out of its logs."""
    before, told = logging.getLogRecordFactory(), io.StringIO()
    handler = logging.StreamHandler(told)
    keep_patients_out()
    logger = logging.getLogger("tests.logs")
    logger.addHandler(handler)
    yield told.getvalue
    logger.removeHandler(handler)
    logging.setLogRecordFactory(before)


def test_the_words_of_an_error_stay_out_of_the_log(logged) -> None:
    patient = "P12"
    try:
        try:
            {}[patient]
        except KeyError as missing:
            raise ValueError(f"no such patient: {patient}") from missing
    except ValueError as error:
        logging.getLogger("tests.logs").error("A page failed", exc_info=error)
        logging.getLogger("tests.logs").warning("failed: %s, %s", error, 3)
        logging.getLogger("tests.logs").warning(error)
    said = logged()
    assert "P12" not in said
    assert said.startswith("A page failed\nTraceback (most recent call last):\n")
    assert "builtins.KeyError\n\nwhich led to\n\nTraceback" in said
    assert said.endswith("builtins.ValueError\nfailed: ValueError, 3\nValueError\n")


def test_every_address_in_a_log_is_cut_at_its_question_mark(logged) -> None:
    logger = logging.getLogger("tests.logs")
    logger.warning('%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "GET", "/patients?patient=P12", "1.1", 200)
    logger.warning("GET http://127.0.0.1:8501/?patient=P12 failed")
    logger.warning("%(path)s", {"path": "/a/b?patient=P12&part=2"})
    assert logged() == (
        '127.0.0.1:5 - "GET /patients?… HTTP/1.1" 200\nGET http://127.0.0.1:8501/?… failed\n/a/b?…\n'
    )


def test_text_without_an_address_is_logged_as_it_is() -> None:
    for text in ("Is it ready? Yes", "a/b", "Really?!", "3 of 4 (75 %)?"):
        assert without_queries(text) == text
