"""The data pages without a browser: upload, mapping, check, import; quality; dictionary."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from gepnet_core.intake.mapping import mapping_from
from gepnet_core.intake.request import Format
from gepnet_core.store import Shelf, build_source, open_dataset
from tests.test_pages import Opener, open_page, press, table, words

__all__ = ["open_page"]
ROOT = Path(__file__).resolve().parents[1]
MESSY = """\
Pat-Nr;Geschlecht;Geb.jahr;Ki-67;Metastasen Datum;Lokaltherapie Datum;Lokaltherapie;Indikation;\
Progress am;Progress;Letzter Kontakt;Tod;Status
001;m;1955;7,5;03.02.2013;12.05.2014;RFA;fokaler Progress;01.03.2015;fokal;30.06.2016;;lebt
002;w;1948;1,0;11.11.2012;04.06.2014;Resektion;fokaler Progress;;;02.05.2017;;lebt
003;m;1961;k.A.;05.05.2013;07.07.2014;RFA;fokaler Progress;08.12.2014;multifokal;03.03.2016;04.04.2016;tot
"""
LUNG = "id,time,status,arm\n1,306,2,a\n2,455,2,a\n3,1010,1,b\n4,210,2,b\n"


@pytest.fixture
def app(open_page: Opener) -> AppTest:
    """The data page, nothing uploaded."""
    return open_page("data.py")


def upload(app: AppTest, name: str, content: str | bytes, at: int = 0) -> AppTest:
    """Upload a file into one of the uploaders of the page."""
    held = content.encode() if isinstance(content, str) else content
    app.main.file_uploader[at].set_value((name, held, "application/octet-stream")).run()
    assert not app.exception
    return app


def choice(app: AppTest, kind: str, label: str):
    """Return the one control of the main area with this label."""
    found = [widget for widget in app.main.get(kind) if widget.label == label]
    assert len(found) == 1, f"{len(found)} controls of kind {kind} are labelled {label}"
    return found[0]


def export_day(app: AppTest, day: date) -> AppTest:
    """Say the day of the export."""
    choice(app, "date_input", "Day of the export *").set_value(day).run()
    return app


def tables_zip(old: bytes = b"", new: bytes = b"") -> bytes:
    """Return the shipped source tables as a ZIP, with a text changed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted((ROOT / "data" / "synthetic").iterdir()):
            if path.suffix in (".csv", ".toml"):
                archive.writestr(path.name, path.read_bytes().replace(old, new) if old else path.read_bytes())
    return packed.getvalue()


def test_without_a_file_the_page_says_what_it_takes_and_that_nothing_leaves_the_machine(app: AppTest) -> None:
    assert "Nothing leaves this machine, and nothing changes before the last step." in words(app)
    assert not [button for button in app.main.button if button.label == "Check the file"]


def test_a_messy_wide_file_is_guessed_checked_and_imported(app: AppTest, data_dir: Path) -> None:
    upload(app, "messy.csv", MESSY)
    assert choice(app, "selectbox", "What the file holds").value == "wide"
    assert choice(app, "selectbox", "Patient id *").value == "Pat-Nr"
    assert choice(app, "selectbox", "Date of treatment *").value == "Lokaltherapie Datum"
    assert choice(app, "selectbox", "Last contact").value == "Letzter Kontakt"
    assert choice(app, "multiselect", "Words that mean missing").value == ["k.A."]
    assert choice(app, "selectbox", "w (1)").value == "female"
    assert "Say the day of the export." in words(app)
    assert choice(app, "button", "Check the file").disabled
    export_day(app, date(2017, 6, 1))
    press(app, "Check the file")
    said = words(app)
    assert "No error" in said
    assert "**3 of 3 patients** form the cohort." in said
    assert "--mapping mapping.toml --extracted 2017-06-01" in said
    assert Shelf(data_dir).names() == ["synthetic"]
    press(app, "Import as “messy”")
    assert "**“messy” was imported**: 3 patients" in "\n".join(part.value for part in app.main.success)
    dataset = open_dataset(Shelf(data_dir), "messy")
    assert (dataset.n, list(dataset.modality_labels)) == (3, ["RFA", "Resektion"])
    rows = dataset.database.rows(
        "SELECT patient_id, days, status FROM time_to_event WHERE endpoint = 'PFS' ORDER BY patient_id"
    )
    assert rows == [("001", 293, 1), ("002", 1063, 0), ("003", 154, 1)]
    assert app.query_params["dataset"] in ("messy", ["messy"])
    assert app.main.file_uploader[0].value is None


def test_a_change_after_the_check_asks_for_another_check(app: AppTest) -> None:
    export_day(upload(app, "messy.csv", MESSY), date(2017, 6, 1))
    press(app, "Check the file")
    export_day(app, date(2017, 7, 1))
    assert "Something was changed since the last check: check again." in words(app)
    assert not [button for button in app.main.button if button.label.startswith("Import as")]


def test_errors_block_the_import_and_stand_with_their_places(app: AppTest, data_dir: Path) -> None:
    export_day(upload(app, "messy.csv", MESSY.replace("02.05.2017", "31.02.2017")), date(2017, 6, 1))
    choice(app, "selectbox", "Letzter Kontakt").set_value("DD.MM.YYYY").run()
    press(app, "Check the file")
    assert "**1 error: nothing was imported.**" in words(app)
    found = table(app, 1).reset_index()
    assert list(found.iloc[0])[1:] == ["3", "Letzter Kontakt", "002", "error: date"]
    assert "'31.02.2017' is not a date: the calendar has no such day" in found.iloc[0, 0]
    assert not [button for button in app.main.button if button.label.startswith("Import as")]
    assert Shelf(data_dir).names() == ["synthetic"]


def test_dates_that_read_both_ways_are_asked_for_never_guessed(app: AppTest) -> None:
    rows = "id,surgery date,last contact\n1,03/04/2014,05/06/2016\n2,01/02/2015,07/08/2016\n"
    upload(app, "both.csv", rows)
    assert choice(app, "selectbox", "surgery date").value is None
    assert "Say how the dates of “surgery date” are written." in words(app)
    choice(app, "selectbox", "surgery date").set_value("DD/MM/YYYY").run()
    assert "Say how the dates of “surgery date” are written." not in words(app)
    assert "Say how the dates of “last contact” are written." in words(app)


def test_what_a_status_means_is_asked_and_never_guessed(app: AppTest, data_dir: Path) -> None:
    upload(app, "lung.csv", LUNG)
    assert choice(app, "button_group", "The table holds").value in ("times", ["times"])
    assert choice(app, "selectbox", "status = 2 (3)").value is None
    assert choice(app, "button", "Check the file").disabled
    choice(app, "selectbox", "status = 2 (3)").set_value("event").run()
    assert "Say what 1 means in “status”." in words(app)
    choice(app, "selectbox", "status = 1 (1)").set_value("censored").run()
    choice(app, "text_input", "Short name").set_value("OS").run()
    press(app, "Check the file")
    press(app, "Import as “lung”")
    assert open_dataset(Shelf(data_dir), "lung").endpoints["OS"].name == "Overall survival"
    rows = open_dataset(Shelf(data_dir), "lung").database.rows(
        "SELECT patient_id, days, status FROM time_to_event ORDER BY patient_id"
    )
    assert rows == [("1", 306, 1), ("2", 455, 1), ("3", 1010, 0), ("4", 210, 1)]


def test_the_source_tables_as_a_zip_give_the_same_data_set(app: AppTest, data_dir: Path) -> None:
    upload(app, "tables.zip", tables_zip())
    assert choice(app, "selectbox", "What the file holds").value == "tables"
    assert choice(app, "date_input", "Day of the export *").value == date(2017, 9, 30)
    press(app, "Check the file")
    assert "**59 of 160 patients** form the cohort." in words(app)
    press(app, "Import as “tables”")
    shelf = Shelf(data_dir)
    assert shelf.current("tables").rows["cohort"] == shelf.current("synthetic").rows["cohort"]
    found, shipped = (open_dataset(shelf, name) for name in ("tables", "synthetic"))
    sql = "SELECT * FROM time_to_event ORDER BY ALL"
    assert found.database.rows(sql) == shipped.database.rows(sql)


def test_a_window_and_an_exclusion_set_on_the_screen_hold(app: AppTest) -> None:
    upload(app, "tables.zip", tables_zip())
    choice(app, "date_input", "First day of treatment").set_value(date(2015, 1, 1)).run()
    choice(app, "multiselect", "Excluded modalities").set_value(
        ["lobar HAE", "cytoreductive surgery", "RFA"]
    ).run()
    press(app, "Check the file")
    steps = dict(zip(table(app, 2).index, table(app, 2).iloc[:, 0], strict=True))
    assert "treated from 2015-01-01 to 2017-05-31" in steps
    assert "treated by other than RFA" in steps


def test_headings_of_tables_may_be_written_otherwise(app: AppTest) -> None:
    upload(app, "tables.zip", tables_zip(b",modality,", b", Modality,"))
    assert "RFA" in choice(app, "multiselect", "Excluded modalities").options


def test_an_existing_name_gets_a_new_version_that_can_be_taken_back(app: AppTest, data_dir: Path) -> None:
    export_day(upload(app, "messy.csv", MESSY), date(2017, 6, 1))
    choice(app, "text_input", "Name of the data set").set_value("synthetic").run()
    assert "The data set 'synthetic' exists: it gets a new version, and the old one is kept." in words(app)
    before = Shelf(data_dir).current("synthetic").version
    press(app, "Check the file")
    press(app, "Import as “synthetic”")
    assert Shelf(data_dir).current("synthetic").rows["cohort"] == 3
    press(app, "Take it back")
    assert Shelf(data_dir).current("synthetic").version == before


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("x.csv", b"\xff\xfe", "is empty", id="nothing-but-a-mark"),
        pytest.param("x.csv", "a,,b\n1,2,3\n", "has no name", id="a-column-without-a-name"),
        pytest.param("x.csv", "a,b\n1,\x00\n", "NUL", id="nul"),
        pytest.param("x.xlsx", b"no workbook", "is not a workbook", id="no-workbook"),
        pytest.param("x.zip", b"PK\x03\x04broken", "ZIP", id="broken-zip"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(app: AppTest, name, content, said: str) -> None:
    upload(app, name, content)
    assert "The file cannot be read." in words(app)
    assert said in words(app)


def test_the_mapping_that_the_screen_gives_away_is_one_that_it_takes(app: AppTest) -> None:
    export_day(upload(app, "messy.csv", MESSY), date(2017, 6, 1))
    offered = next(button for button in app.main.get("download_button") if button.label == "Mapping (TOML)")
    assert offered.label == "Mapping (TOML)"
    kept = mapping_from("mapping.toml", KEPT)
    upload(app, "mapping.toml", KEPT, at=1)
    assert choice(app, "selectbox", "Date of treatment *").value == "Lokaltherapie Datum"
    assert choice(app, "selectbox", "Sex").value == "\0none"
    assert len(kept.groups) == 2


KEPT = """\
patient_id = "Pat-Nr"

[[local_treatments]]
date = "Lokaltherapie Datum"
modality = "Lokaltherapie"

[follow_up]
last_contact_date = "Letzter Kontakt"
death_date = "Tod"
"""


def test_the_versions_are_listed_and_one_is_put_back(
    open_page: Opener, data_dir: Path, tmp_path: Path
) -> None:
    shelf = Shelf(data_dir)
    before = shelf.current("synthetic").version
    folder = tmp_path / "changed"
    folder.mkdir()
    for path in (ROOT / "data" / "synthetic").iterdir():
        if path.suffix in (".csv", ".toml"):
            text = path.read_text(encoding="utf-8")
            (folder / path.name).write_text(text.replace("P01,male", "P01,female"), encoding="utf-8")
    build_source(shelf, "synthetic", folder)
    app = open_page("data.py")
    assert list(table(app).iloc[:, -1]) == ["current", "kept"]
    choice(app, "selectbox", "Put a version back").set_value(before).run()
    press(app, "Make it the current one")
    assert shelf.current("synthetic").version == before


def test_quality_lists_the_warnings_and_the_patients_behind_a_number(open_page: Opener) -> None:
    app = open_page("quality.py")
    assert [header.value for header in app.main.header] == ["49 warnings of 3 rules to look at."]
    press(app, "42 findings, 42 patients")
    assert len(table(app)) == 42
    assert list(table(app).reset_index().iloc[0])[:4] == ["P25", "follow_up.csv", "26", "last_contact_date"]
    assert app.query_params["finding"] in ("not-seen", ["not-seen"])


def test_a_link_to_a_finding_opens_it(open_page: Opener) -> None:
    app = open_page("quality.py", finding="missing-share")
    assert len(table(app)) == 2


def test_a_data_set_without_warnings_says_so(open_page: Opener, cli, realdata: Path) -> None:
    assert cli("import", realdata / "cdiscpilot01_adtte.csv", "--dataset", "pilot").code == 0
    app = open_page("quality.py", dataset="pilot")
    assert [header.value for header in app.main.header] == ["No warning: no rule found anything to look at."]


def test_the_dictionary_names_every_column_and_every_rule(open_page: Opener) -> None:
    app = open_page("dictionary.py")
    shown = [word for place in range(len(app.main.table)) for word in table(app, place).index]
    assert {"ki67_percent", "death_date", "vital_status", "days", "after-death", "not-seen"} <= set(shown)


def test_a_file_outlives_a_visit_to_another_page(app: AppTest) -> None:
    export_day(upload(app, "messy.csv", MESSY), date(2017, 6, 1))
    app.switch_page("survival.py").run()
    app.switch_page("data.py").run()
    assert "Still here: **messy.csv**" in words(app)
    assert choice(app, "date_input", "Day of the export *").value == date(2017, 6, 1)
    assert choice(app, "selectbox", "Patient id *").value == "Pat-Nr"
    press(app, "Forget it")
    assert "Still here" not in words(app)


def test_a_first_import_can_be_taken_back(app: AppTest, data_dir: Path) -> None:
    export_day(upload(app, "messy.csv", MESSY), date(2017, 6, 1))
    press(app, "Check the file")
    press(app, "Import as “messy”")
    assert Shelf(data_dir).names() == ["messy", "synthetic"]
    press(app, "Take it back")
    assert Shelf(data_dir).names() == ["synthetic"]
    assert app.query_params["dataset"] in ("synthetic", ["synthetic"])


def test_what_was_imported_is_said_of_that_data_set_whatever_is_shown(app: AppTest) -> None:
    export_day(upload(app, "messy.csv", MESSY), date(2017, 6, 1))
    press(app, "Check the file")
    press(app, "Import as “messy”")
    next(box for box in app.sidebar.selectbox if box.label == "Data set").set_value("synthetic").run()
    said = "\n".join(part.value for part in app.main.success)
    assert "“messy” was imported**: 3 patients" in said


def test_a_mapping_of_another_file_is_refused_and_changes_nothing(app: AppTest) -> None:
    upload(app, "messy.csv", MESSY)
    upload(app, "mapping.toml", KEPT.replace("Pat-Nr", "Number"), at=1)
    assert "This mapping names columns that the file lacks: Number. Nothing was changed." in words(app)
    assert choice(app, "selectbox", "Patient id *").value == "Pat-Nr"


def test_a_corrected_spelling_leaves_the_settings_too(app: AppTest) -> None:
    wrong = MESSY.replace("07.07.2014;RFA", "07.07.2014;rfa ")
    export_day(upload(app, "messy.csv", wrong), date(2017, 6, 1))
    press(app, "Check the file")
    assert "error: nothing was imported" in words(app)
    upload(app, "messy.csv", MESSY)
    press(app, "Check the file")
    assert "**3 of 3 patients** form the cohort." in words(app)


def test_an_unknown_name_is_an_open_question_with_a_proposal(app: AppTest) -> None:
    export_day(upload(app, "messy.csv", MESSY), date(2017, 6, 1))
    choice(app, "text_input", "Name of the data set").set_value("My Review").run()
    assert "For instance: my_review" in words(app)
    assert choice(app, "button", "Check the file").disabled


def test_a_wrong_dictionary_is_refused_at_once(app: AppTest) -> None:
    upload(app, "export.csv", "record_id,sex\n1,1\n")
    choice(app, "selectbox", "What the file holds").set_value(Format.REDCAP).run()
    upload(app, "dictionary.csv", "table,column\npatients,sex\n", at=1)
    assert "is not the data dictionary of a REDCap project" in words(app)


def test_a_file_without_progressions_shows_no_endpoint_that_needs_them(app: AppTest, data_dir: Path) -> None:
    rows = (
        "id,surgery date,last contact,death\n1,13/04/2014,25/06/2016,\n2,14/02/2015,17/08/2016,17/08/2016\n"
    )
    export_day(upload(app, "bare.csv", rows), date(2017, 6, 1))
    choice(app, "selectbox", "Modality *").set_value("\0fixed").run()
    choice(app, "text_input", "Modality *: value for all rows").set_value("resection").run()
    choice(app, "selectbox", "First metastasis").set_value("surgery date").run()
    press(app, "Check the file")
    said = words(app)
    assert "Not offered: PFS, TTAI, TTNST. Nothing is recorded of " in said
    press(app, "Import as “bare”")
    assert list(open_dataset(Shelf(data_dir), "bare").endpoints) == ["OS"]
    app.switch_page("side_effects.py").run()
    assert "holds no record of side effects" in words(app)


# remedies beside what was found


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.main.button]


def test_a_windows_file_is_read_with_one_click_and_no_option_is_named(app: AppTest) -> None:
    upload(app, "messy.csv", MESSY.replace("fokaler", "f\u00f6kaler").encode("cp1252"))
    assert "The file cannot be read." in words(app)
    assert "--" not in words(app)
    press(app, "Read it as Windows-1252")
    assert "The file cannot be read." not in words(app)
    assert choice(app, "selectbox", "Encoding").value == "cp1252"
    assert "f\u00f6kaler Progress" in app.main.dataframe[0].value.to_string()


def test_a_delimiter_that_cannot_be_told_is_a_button(app: AppTest) -> None:
    upload(app, "x.csv", "a;b,c;d\n1;2,3;4\n")
    assert "--" not in words(app)
    press(app, "Delimiter: semicolon")
    assert list(app.main.dataframe[0].value.columns) == ["a", "b,c", "d"]


def test_one_impossible_date_is_named_before_the_check_and_the_patient_may_be_left_out(
    app: AppTest, data_dir: Path
) -> None:
    export_day(upload(app, "messy.csv", MESSY.replace("02.05.2017", "31.02.2017")), date(2017, 6, 1))
    assert "2 of 3 different dates fit DD.MM.YYYY. This does not: '31.02.2017'." in words(app)
    press(app, "Check the file")
    press(app, "Leave out 1 patient (date) and say so")
    assert "No error" in words(app)
    assert "1 patient was left out at import for rows that break a rule (date: 1)." in words(app)
    press(app, "Import as \u201cmessy\u201d")
    data = open_dataset(Shelf(data_dir), "messy")
    assert data.n == 2
    assert data.meta["notice"] == "1 patient was left out at import for rows that break a rule (date: 1)"


def test_who_was_left_out_may_be_kept_after_all(app: AppTest) -> None:
    export_day(upload(app, "messy.csv", MESSY.replace("02.05.2017", "31.02.2017")), date(2017, 6, 1))
    press(app, "Check the file")
    press(app, "Leave out 1 patient (date) and say so")
    press(app, "Leave nobody out")
    assert "**1 error: nothing was imported.**" in words(app)


def test_a_file_without_metastases_is_read_with_one_click(app: AppTest) -> None:
    text = MESSY.replace("Metastasen Datum", "egal")
    export_day(upload(app, "messy.csv", text), date(2017, 6, 1))
    press(app, "Check the file")
    assert "none passed the step" in words(app) or "no patient is eligible" in table(app, 1).to_string()
    press(app, "Do not ask for metastases by the treatment")
    assert "No error" in words(app)
    assert "**3 of 3 patients** form the cohort." in words(app)


def test_a_decimal_comma_is_read_with_one_click(app: AppTest) -> None:
    # one point among the commas: the columns do not show the mark
    text = MESSY.replace("k.A.", "3.5").replace("Geb.jahr", "Gr\u00f6\u00dfe")
    export_day(upload(app, "messy.csv", text), date(2017, 6, 1))
    choice(app, "selectbox", "Ki-67 (%)").set_value("Ki-67").run()
    press(app, "Check the file")
    assert "Read numbers with a decimal comma" in labels(app)
    press(app, "Read numbers with a decimal comma")
    assert "1 error" in words(app)
