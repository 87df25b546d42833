"""The page of patients: whose they are in one sentence, a line each, pages, and the history of one."""

from __future__ import annotations

import csv
import re

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gepnet_core.store import Shelf, build_adtte, open_dataset
from gepnet_core.store.histories import Listing, members
from gepnet_core.view import View
from gepnet_core.vocabulary import Order
from tests.test_histories import TRIAL
from tests.test_pages import Opener, in_url, opened_with, plain, table, words

HOSTILE = ("<b>|x](", "=1+1", "a*b_c`d", "$x$ :red[no]")


@pytest.fixture
def open_patients(shelf: Shelf, app_test: type[AppTest]) -> Opener:
    """Open the page with a query string, on the synthetic cohort."""
    assert shelf.names() == ["synthetic"]

    return lambda **query: opened_with(app_test, "patients.py", "Patients", query)


def header(app: AppTest) -> str:
    """Return the sentence at the head of the page."""
    return plain(app.main.header[0].value)


def patients(app: AppTest, number: int = 0) -> list[str]:
    """Return the ids in the first column of a table."""
    return list(table(app, number).index)


def cells(frame: pd.DataFrame, name: str) -> list[str]:
    """Return the cells of a patient's line."""
    return list(frame.loc[name])


def press(app: AppTest, label: str) -> AppTest:
    """Press the button with this label."""
    (found,) = (button for button in app.main.button if button.label == label)
    found.click().run()
    assert not app.exception
    return app


def choose(app: AppTest, label: str, value: object) -> AppTest:
    """Choose from the dropdown with this label."""
    (found,) = (box for box in app.main.selectbox if box.label == label)
    found.set_value(value).run()
    assert not app.exception
    return app


def charts(app: AppTest) -> int:
    """Return how many charts are drawn."""
    return len(app.main.get("plotly_chart"))


def test_the_page_opens_on_everybody_by_index_date(open_patients: Opener, shelf: Shelf) -> None:
    app = open_patients()
    assert header(app) == "59 patients; 25 a page."
    assert "**Patients 1–25 of 59**" in words(app)
    dataset = open_dataset(shelf, "synthetic")
    listed = members(dataset, Listing(View().selection, "TTNST"), limit=25)
    assert patients(app) == [member.patient_id for member in listed]
    assert cells(table(app), "P01") == [
        *("Surgical resection", "2014-01-10", "44.3 (last contact)"),
        *("42.0", "event", "new systemic therapy"),
    ]
    assert charts(app) == 1


def test_pages_are_turned_by_buttons_and_by_number_and_the_address_agrees(open_patients: Opener) -> None:
    app = press(open_patients(), "Next page")
    assert "**Patients 26–50 of 59**" in words(app)
    assert in_url(app, "part") == ["2"]
    app = press(app, "Next page")
    assert "**Patients 51–59 of 59**" in words(app)
    assert next(button for button in app.main.button if button.label == "Next page").disabled
    app.main.text_input[0].set_value("1").run()
    assert "**Patients 1–25 of 59**" in words(app)
    assert in_url(app, "part") == []


def test_a_page_beyond_the_last_is_the_last(open_patients: Opener) -> None:
    app = open_patients(part="40", modality="RFA")
    assert "**Patients 1–17 of 17**" in words(app)
    assert in_url(app, "part") == []


def test_order_group_and_endpoint_are_chosen_on_the_page_and_kept_in_the_address(
    open_patients: Opener, shelf: Shelf
) -> None:
    app = choose(open_patients(part="2"), "Sort by", Order.ENDPOINT)
    app = choose(app, "Group by", "sex")
    app = choose(app, "Endpoint", "PFS")
    assert [in_url(app, key) for key in ("order", "lanes", "endpoint", "part")] == [
        *(["endpoint"], ["sex"], ["PFS"], []),
    ]
    asked = Listing(View().selection, "PFS", order=Order.ENDPOINT, lanes="sex")
    listed = members(open_dataset(shelf, "synthetic"), asked, limit=25)
    assert patients(app) == [member.patient_id for member in listed]
    assert next(iter(table(app).columns)) == "Sex"
    assert "PFS, months" in table(app).columns


def test_a_link_behind_a_number_lists_exactly_its_patients_and_can_be_left(open_patients: Opener) -> None:
    app = open_patients(behind="ended:TTNST:1:new systemic therapy", within="modality:RFA")
    assert (
        header(app)
        == "5 patients whose time to new systemic therapy ended with the event, new systemic therapy, in RFA."
    )
    assert patients(app) == ["P12", "P13", "P17", "P24", "P33"]
    app = press(app, "Show all selected patients")
    assert header(app) == "59 patients; 25 a page."
    assert in_url(app, "behind") == in_url(app, "within") == []


def test_those_outside_the_cohort_are_listed_with_the_reason_and_without_a_lane(
    open_patients: Opener,
) -> None:
    app = open_patients(behind="step:metastatic:out", modality="RFA")
    assert (
        header(app) == "10 patients left out by the eligibility step “metastatic by the date of treatment”."
    )
    assert "This number is counted before the filters" in words(app)
    assert "10 patients of this page without a lane: not in the cohort" in words(app)
    assert len(patients(app)) == 10
    assert set(table(app)["Why not in the cohort"]) == {"not “metastatic by the date of treatment”"}
    assert charts(app) == 0


def test_nothing_left_says_so_and_draws_nothing(open_patients: Opener) -> None:
    app = open_patients(index_from="2010-01-01", index_to="2011-01-01")
    assert "No patient matches these filters." in words(app)
    assert charts(app) == len(app.main.table) == 0


def test_filters_that_leave_nobody_still_list_those_whom_they_leave_out(open_patients: Opener) -> None:
    app = open_patients(index_from="2010-01-01", index_to="2011-01-01", behind="filter:index-date:out")
    assert header(app).startswith("59 patients left out by a filter, index date outside the chosen days")
    assert len(patients(app)) == 25


def test_nobody_behind_a_number_says_so(open_patients: Opener) -> None:
    app = open_patients(behind="untimed:OS")
    assert header(app) == "0 patients without a time of OS."
    assert "Nobody stands behind this number under these filters." in words(app)


def test_the_cut_off_takes_the_lane_of_those_whose_index_date_it_does_not_reach(
    open_patients: Opener,
) -> None:
    app = open_patients(cutoff="2015-01-01", behind="filter:cutoff:out")
    assert "without a lane: the index date is after the data cut-off" in words(app)
    assert charts(app) == 0


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param({"lanes": "shoe"}, "has no column 'shoe' to group patients by", id="column"),
        pytest.param({"within": "shoe:44"}, "has no column 'shoe' to filter by", id="condition"),
        pytest.param({"behind": "finding:shoe"}, "The data quality has no rule 'shoe'", id="rule"),
        pytest.param({"behind": "ended:TTE:1"}, "has no endpoint 'TTE'", id="endpoint"),
    ],
)
def test_a_list_that_cannot_be_is_said_and_everybody_offered(open_patients: Opener, query, said: str) -> None:
    app = open_patients(**query)
    assert said in words(app)
    assert len(app.main.table) == 0
    assert header(press(app, "Show all selected patients")) == "59 patients; 25 a page."


# one patient


def test_a_patients_own_page_tells_what_happened_and_why(open_patients: Opener) -> None:
    app = open_patients(patient="P24", endpoint="PFS")
    assert header(app) == (
        "Patient P24: RFA on 2015-09-18, observed for 18.6 months (566 days); ends with last contact."
    )
    assert charts(app) == 1
    shown = {plain(frame.value.index.name): table(app, place) for place, frame in enumerate(app.main.table)}
    times = shown["Endpoint"]
    assert cells(times, "Time to new systemic therapy") == ["416", "13.7", "event", "new systemic therapy"]
    assert cells(times, "Overall survival") == ["566", "18.6", "censored", "last contact"]
    records = shown["Day"]
    assert cells(records, "1") == ["2015-09-19", "0.0", "Pleural effusion", "2", "adverse_events"]
    assert cells(records, "−47") == ["2015-08-02", "−1.5", "focal progression", "–", "progressions"]
    assert cells(shown["Characteristic"], "Sex") == ["male"]
    assert "Why" in [plain(each.value) for each in app.main.header]
    assert "In the cohort: treatment T030" in words(app)


def test_the_neighbours_follow_the_list_and_the_way_back_leads_to_its_page(open_patients: Opener) -> None:
    listed = patients(press(open_patients(), "Next page"))
    app = open_patients(patient=listed[0])
    assert header(app).startswith(f"Patient {listed[0]}: ")
    app = press(app, "Next patient")
    assert header(app).startswith(f"Patient {listed[1]}: ")
    app = press(press(app, "Previous patient"), "Previous patient")
    assert not header(app).startswith(f"Patient {listed[0]}: ")
    app = press(press(app, "Next patient"), "Back to the list")
    assert (in_url(app, "patient"), in_url(app, "part")) == ([], ["2"])
    assert patients(app) == listed


def test_a_patient_outside_the_filters_opens_and_the_page_says_so(open_patients: Opener) -> None:
    app = open_patients(patient="P24", modality="EBRT")
    assert header(app).startswith("Patient P24: RFA")
    assert "not part of the list that the filters and the link describe" in words(app)
    assert "Next patient" not in [button.label for button in app.main.button]


def test_a_patient_outside_the_cohort_counts_from_the_first_record_and_shows_findings(
    open_patients: Opener,
) -> None:
    app = open_patients(patient="P102", behind="step:metastatic:out")
    assert header(app) == "Patient P102 is not in the cohort: not “metastatic by the date of treatment”."
    assert "Time zero is the first dated record, 2015-08-28: there is no index date." in words(app)
    assert "Not in the cohort: no local treatment passed every step." in words(app)
    assert "Data quality" in [plain(each.value) for each in app.main.header]
    assert "patients.csv, line 103, column metastatic_date" in str(table(app, len(app.main.table) - 1))


def test_an_unknown_patient_is_said_and_nobody_is_shown(open_patients: Opener) -> None:
    app = open_patients(patient="P999")
    assert "“synthetic” has no patient 'P999'. Check the id in the link." in words(app)
    assert charts(app) == len(app.main.table) == 0
    assert header(press(app, "Back to the list")) == "59 patients; 25 a page."


def test_a_trial_without_dates_lists_its_patients_and_opens_one(
    open_patients: Opener, shelf, tmp_path
) -> None:
    path = tmp_path / "trial.csv"
    path.write_text(TRIAL, encoding="utf-8")
    build_adtte(shelf, "trial", path, competing_cnsr=2)
    app = open_patients(dataset="trial", endpoint="TTP", order="observed", death="competing")
    assert patients(app) == ["t1", "t3", "t2"]
    assert list(table(app).columns)[:2] == ["Treatment (TRTP)", "Observed, months"]
    assert cells(table(app), "t2")[1:] == ["1.6 (death)", "1.6", "death before the event", "DEATH"]
    app = open_patients(dataset="trial")
    assert patients(app) == ["t1", "t2", "t3"]
    (order,) = [box for box in app.main.selectbox if box.label == "Sort by"]
    assert order.value is Order.PATIENT, "without dates there is no order by index date"
    assert "index date" not in order.options
    app = open_patients(dataset="trial", patient="t1")
    assert header(app) == "Patient t1: drug, observed for 4.3 months (130 days); ends with death."
    assert charts(app) == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_ids_are_text_everywhere(open_patients: Opener, shelf, tmp_path, name: str) -> None:
    path = tmp_path / "hostile.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerows([line.split(",") for line in TRIAL.replace("t1", "\0").splitlines()])
    path.write_text(path.read_text(encoding="utf-8").replace("\0", name), encoding="utf-8")
    build_adtte(shelf, "hostile", path, competing_cnsr=2)
    app = open_patients(dataset="hostile", order="observed")
    raw = app.main.table[0].value.index[0]
    match = re.fullmatch(r"\[(.*)\]\(<patients\?([^<>\s]*)>\)", raw)
    assert match is not None
    assert match[1].replace("\\", "").replace("\u2060", "") == name
    assert all(f"\\{sign}" in match[1] for sign in "<[*_`$|" if sign in name)
    app = open_patients(dataset="hostile", patient=name)
    assert plain(app.main.header[0].value).startswith(f"Patient {name}: drug")
