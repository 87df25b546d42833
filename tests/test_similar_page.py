"""The screen of patients like one under discussion: its form, its counts and words, and where it has nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.test_pages import control, in_url, labels, opened_with, plain, table
from tests.test_pages import words as shown_words
from tests.test_similar import ROWS, built  # noqa: F401  (a fixture)

TITLE = "Patients like this one"
CASE = {
    "case_primary_site": "pancreas",
    "case_tumour_grade": "G2",
    "case_ki67_percent": "12.0",
    "case_target_site": "liver",
    "case_lines": "1",
    "case_modality": "RFA",
}
FORM = {
    "Primary site": "selectbox",
    "Tumour grade (WHO)": "selectbox",
    "Ki-67, %": "text_input",
    "Target site": "selectbox",
    "Systemic agents so far": "text_input",
    "Modality under discussion": "selectbox",
    "Patients wanted": "text_input",
}


@pytest.fixture
def open_similar(shelf, app_test: type[AppTest]):
    """Open the screen on the shipped cohort with a query string."""
    assert shelf.names() == ["synthetic"]
    return lambda **query: opened_with(app_test, "similar.py", TITLE, query)


def words(app: AppTest) -> str:
    """Return all text of the main area, a link by its words."""
    return plain(shown_words(app))


def field(app: AppTest, label: str):
    """Return the one control of the form with this label."""
    (found,) = [widget for widget in app.main.get(FORM[label]) if widget.label == label]
    return found


def asked(cli, *options: object) -> dict:
    """Return what the command line answers."""
    answer = cli("similar", "--dataset", "synthetic", "--endpoint", "TTNST", *options)
    assert answer.code == 0, answer.said
    return answer.json


def test_it_opens_on_everybody_and_says_what_it_is_not(open_similar):
    app = open_similar()
    text = words(app)
    assert "All of 59 patients: nothing is known of the patient yet." in text
    assert "not a prediction for this patient, and not a randomised comparison" in text
    assert {"Endpoint", "Death before the event", "Confidence interval", "Confidence level"} <= labels(app)
    assert "Stratify by" not in labels(app)
    assert field(app, "Ki-67, %").value == ""
    assert field(app, "Patients wanted").value == "10"
    assert [key for key in app.query_params if key.startswith("case_")] == []


def test_a_case_entered_gives_the_command_lines_counts_and_stands_in_the_address(open_similar, cli):
    app = open_similar()
    field(app, "Primary site").set_value("pancreas").run()
    field(app, "Tumour grade (WHO)").set_value("G2").run()
    field(app, "Ki-67, %").set_value("12").run()
    field(app, "Systemic agents so far").set_value("1").run()
    field(app, "Modality under discussion").set_value("EBRT").run()
    field(app, "Patients wanted").set_value("8").run()
    told = asked(
        cli,
        *("--primary-site", "pancreas", "--tumour-grade", "G2", "--ki67", "12", "--lines", "1"),
        *("--modality", "EBRT", "--least", "8"),
    )
    text = words(app)
    assert told["sentence"] in text
    assert (
        "2 of 59 patients are like this one in all that is known. Shown are 8 who share primary site pancreas, "
        "tumour grade G2, Ki-67 3 to 20 % (systemic agents dropped)." in text
    )
    for sentence in told["sentences"]:
        assert sentence.replace("\u00a0", " ") in text
    assert text.index("**External beam radiation** (under discussion)") < text.index("**Surgical resection**")
    stages = table(app)
    assert [int(count) for count in stages["Patients left"]] == [s["patients"] for s in told["stages"]]
    assert list(stages["Kept or dropped"]) == ["kept" if s["kept"] else "dropped" for s in told["stages"]]
    assert [int(n) for n in table(app, 1)["n"]] == [row["n"] for row in told["strata"]]
    assert in_url(app, "case_primary_site") == ["pancreas"]
    assert in_url(app, "case_ki67_percent") == ["12.0"]
    assert in_url(app, "case_least") == ["8"]

    field(app, "Ki-67, %").set_value("").run()
    field(app, "Primary site").set_value("").run()
    assert in_url(app, "case_ki67_percent") == in_url(app, "case_primary_site") == []
    assert "tumour grade G2, 1 systemic agent so far" in words(app)


def test_a_link_fills_the_form_and_another_patient_empties_it(open_similar):
    app = open_similar(**CASE)
    assert [field(app, label).value for label in FORM] == ["pancreas", "G2", "12", "liver", "1", "RFA", "10"]
    assert (
        "1 of 59 patients is like this one in all that is known. Shown are 18 who share primary site pancreas "
        "(systemic agents, Ki-67, target site, tumour grade dropped)." in words(app)
    )
    (button,) = [found for found in app.main.button if found.label == "Another patient"]
    button.click().run()
    assert [field(app, label).value for label in FORM] == ["", "", "", "", "", "", "10"]
    assert "All of 59 patients" in words(app)


def test_counts_and_the_last_line_open_the_patients_behind_them(open_similar):
    app = open_similar(**CASE)
    cells = list(app.main.table[0].value.iloc[:, 0])
    assert all("(<patients?" in cell for cell in cells)
    assert "where=primary_site%3Apancreas" in cells[0]
    assert "where=tumour_grade" not in cells[0]
    assert "where=tumour_grade%3AG2" in cells[1]
    assert "range=ki67_percent%3A3.0%3A%3D20.0" in cells[3]
    assert "Open these 18 patients" in words(app)


def test_the_sidebars_filters_hold(open_similar, cli):
    app = open_similar(**CASE, modality="HAE")
    told = asked(cli, "--primary-site", "pancreas", "--filter-modality", "HAE", "--modality", "RFA")
    assert (told["searched"], told["relaxed"]) == (11, ["primary_site"])
    assert "**Selective HAE** · 11 of 59 patients" in words(app)
    assert "None of these 11 patients was treated by RFA." in words(app)
    control(app, "multiselect", "Modality").set_value([]).run()
    assert "1 of 59 patients is like this one in all that is known. Shown are 18 who share" in words(app)


def test_side_effects_are_those_of_the_patients_found(open_similar, cli):
    app = open_similar(**CASE)
    told = cli("side-effects", "--dataset", "synthetic", "--where", "primary_site:pancreas").json
    whole = next(row for row in told["per_patient"] if row["modality"] == "all")["any_grade"]
    assert f"{whole['count']} of 18 patients ({100 * whole['share']:.1f} %" in words(app)
    assert "had a side effect within 90 days of the index treatment" in words(app)


@pytest.mark.parametrize(
    ("query", "said", "label", "value"),
    [
        pytest.param(
            {"case_primary_site": "moon"}, "has the primary site 'moon'.", "Primary site", "moon", id="site"
        ),
        pytest.param(
            {"case_modality": "TACE"},
            "no modality 'TACE'.",
            "Modality under discussion",
            "TACE",
            id="modality",
        ),
        pytest.param(
            {"case_least": "3"},
            "'3' is not a whole number from 5 to 50.",
            "Patients wanted",
            "3",
            id="too-few",
        ),
        pytest.param(
            {"case_least": "80"},
            "'80' is not a whole number from 5 to 50.",
            "Patients wanted",
            "80",
            id="too-many",
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_said_and_nothing_else_is_shown(
    open_similar, query, said, label, value
):
    app = open_similar(**query)
    assert said in words(app)
    assert (len(app.main.table), len(app.main.header)) == (0, 0)
    assert field(app, label).value == value  # the form shows what the link says
    back = "10" if label == "Patients wanted" else ""
    field(app, label).set_value(back).run()
    assert "All of 59 patients" in words(app)
    assert in_url(app, next(iter(query))) == []


def test_a_case_that_cannot_be_read_at_all_is_refused_as_any_link(open_similar):
    app = open_similar(case_ki67_percent="many")
    assert "case_ki67_percent 'many' cannot be used" in words(app)
    assert len(app.main.table) == 0


def test_no_patient_under_the_filters_is_the_empty_state(open_similar):
    app = open_similar(**CASE, index_from="2010-01-01", index_to="2011-01-01")
    assert "No patient matches these filters" in words(app)
    assert len(app.main.table) == 0


def test_a_trial_offers_what_it_records_and_says_why_there_are_no_side_effects(held, app_test):
    app = opened_with(
        app_test, "similar.py", TITLE, {"dataset": "eleven", "case_tumour_grade": "G2", "case_least": "5"}
    )
    text = words(app)
    assert held.names() == ["eleven", "plain"]
    assert "8 of 11 patients are like this one: tumour grade G2." in text
    assert "1 patient left out because a value is not recorded" in text
    assert "side effects" in text.split("Side effects of these patients")[1]
    assert [found.label for found in app.main.selectbox][-1] == "Treatment under discussion"


def test_a_data_set_that_records_nothing_of_it_says_so_and_what_to_do(held, app_test):
    app = opened_with(app_test, "similar.py", TITLE, {"dataset": "plain"})
    assert held.names() == ["eleven", "plain"]
    assert "none of the columns by which patients are matched" in words(app)
    assert "Choose another data set" in words(app)
    assert len(app.main.selectbox) == 0


def test_an_endpoint_that_nobody_found_has_is_the_empty_state(data_dir: Path, app_test):
    from gepnet_core.store import Shelf, build_adtte

    path = data_dir.parent / "two.csv"
    rows = ROWS.splitlines()
    path.write_text("\n".join([*rows, rows[1].replace("A,RFA,OS,Overall survival", "A,RFA,PFS,PFS")]))
    build_adtte(Shelf(data_dir), "two", path)
    query = {"dataset": "two", "endpoint": "PFS", "case_primary_site": "stomach", "case_least": "5"}
    assert (
        "2 of 11 patients are like this one in all that is known. Shown are all 11: no condition was left "
        "(primary site dropped)." in words(opened_with(app_test, "similar.py", TITLE, query))
    )
    only_others = {"dataset": "two", "endpoint": "PFS", "where": ["target_site:bone"]}
    app = opened_with(app_test, "similar.py", TITLE, only_others)
    assert "None of these patients has a time of PFS. Choose another endpoint." in words(app)
