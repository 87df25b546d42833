"""The source tables' contract: every broken rule is refused with its place, and the shelf stays as it was."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from gepnet_core.errors import FileRefused
from gepnet_core.intake.checks import check_source
from gepnet_core.intake.files import open_sheets
from gepnet_core.intake.reading import Reading
from gepnet_core.intake.report import Report, ReportRefused
from gepnet_core.intake.source import Source
from gepnet_core.intake.source_tables import read_source
from gepnet_core.selection import Selection
from gepnet_core.settings import Modality, Settings, read_settings
from gepnet_core.store import Shelf, build_source, open_dataset
from tests.conftest import everything_below

EXTRACTED = date(2017, 1, 1)

TINY = {
    "patients": """\
patient_id,sex,birth_year,primary_site,tumour_grade,ki67_percent,functional,metastatic_date
A,female,1950,pancreas,G1,2.5,no,2013-01-01
B,male,1960,rectum,,,,2013-06-01
""",
    "local_treatments": """\
treatment_id,patient_id,date,modality,target_site,indication
T1,A,2014-03-01,RFA,liver,focal progression
T2,B,2014-04-01,HAE,,focal progression
""",
    "systemic_therapies": """\
patient_id,agent,start_date,stop_date
A,lanreotide,2013-05-01,2014-01-01
B,everolimus,2015-05-01,
""",
    "progressions": "patient_id,date,extent\nA,2015-01-01,focal\n",
    "adverse_events": "patient_id,date,term,ctcae_grade,treatment\nA,2014-03-05,Fever,2,T1\n",
    "follow_up": "patient_id,last_contact_date,death_date\nA,2016-01-01,2016-02-01\nB,2016-06-01,\n",
}


def tiny_in(folder: Path) -> Path:
    """Write the two patients into a folder that is not there yet."""
    folder.mkdir()
    for table, text in TINY.items():
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A source folder of two patients that breaks no rule."""
    return tiny_in(tmp_path / "tiny")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that holds the two patients as the data set "tiny"; `held` is a copy of it."""
    folder = tmp_path_factory.mktemp("held")
    build_source(Shelf(folder / "data"), "tiny", tiny_in(folder / "tiny"), extracted=EXTRACTED)
    return folder / "data"


def change(folder: Path, table: str, old: str, new: str) -> None:
    """Replace one text that occurs once in a table."""
    path = folder / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def refused(shelf: Shelf, folder: Path) -> str:
    """Import a folder that must be refused, without a trace; return what was said, in one line."""
    before = everything_below(shelf.root)
    assert before
    with pytest.raises(ReportRefused) as found:
        build_source(shelf, "tiny", folder, extracted=EXTRACTED)
    assert everything_below(shelf.root) == before
    assert "\n" not in str(found.value)
    return str(found.value)


def refused_to_a_person(cli, shelf: Shelf, folder: Path) -> str:
    """The same on the command line, which reads in a process of its own."""
    before = everything_below(shelf.root)
    assert before
    answer = cli("import", folder, "--dataset", "tiny", "--extracted", EXTRACTED)
    assert (answer.code, answer.json) == (2, None)
    assert answer.said.endswith("\n")
    assert answer.said.count("\n") == 1
    assert everything_below(shelf.root) == before
    return answer.said.rstrip("\n")


def source_of(folder: Path) -> tuple[Source, Report]:
    """Read and check the tables of a folder; return them and what was found."""
    report = Report()
    source = read_source(open_sheets(folder, Reading(), report), report)
    check_source(source, report, Settings(), EXTRACTED)
    return source, report


def test_a_folder_that_breaks_no_rule_is_imported(cli, held, tiny):
    answer = cli("import", tiny, "--dataset", "again", "--extracted", EXTRACTED)
    assert answer.code == 0
    assert answer.json["n"] == 2
    assert held.names() == ["again", "tiny"]


def test_without_the_day_of_the_export_no_table_is_read(cli, held, tiny):
    before = everything_below(held.root)
    answer = cli("import", tiny, "--dataset", "tiny")
    assert (answer.code, answer.json) == (2, None)
    assert answer.said == (
        "The day on which the data were exported is needed for source tables (folder, ZIP or workbook): a later "
        "date would lie in the future, and who was not seen for long cannot be told. "
        "Give --extracted YYYY-MM-DD.\n"
    )
    assert everything_below(held.root) == before


@pytest.mark.parametrize(
    ("table", "old", "new", "place", "reason"),
    [
        # columns
        pytest.param(
            "patients", "birth_year", "", "line 1, column birth_year", "is missing", id="column-without-name"
        ),
        pytest.param(
            "patients", ",sex", ",gender", "line 1, column sex", "is missing", id="column-spelled-otherwise"
        ),
        pytest.param(
            "progressions",
            "patient_id,date,extent\nA,2015-01-01,focal",
            "patient_id,date\nA,2015-01-01",
            "line 1, column extent",
            "is missing",
            id="column-missing",
        ),
        pytest.param(
            "progressions",
            "patient_id,date,extent\nA,2015-01-01,focal",
            "patient_id,date,extent,note\nA,2015-01-01,focal,x",
            "line 1, column note",
            "is not part of the table",
            id="column-unknown",
        ),
        pytest.param(
            "progressions",
            "patient_id,date,extent\nA,2015-01-01,focal",
            "patient_id,date,extent,Date\nA,2015-01-01,focal,2015-01-02",
            "line 1, column Date",
            "is the column date, as is 'date'",
            id="column-twice-but-for-case",
        ),
        # cells
        pytest.param(
            "patients",
            "A,female,1950",
            ",female,1950",
            "line 2, column patient_id",
            "is empty",
            id="key-empty",
        ),
        pytest.param(
            "adverse_events",
            "Fever,2,",
            "Fever,,",
            "line 2, column ctcae_grade",
            "is empty",
            id="required-number-empty",
        ),
        pytest.param(
            "local_treatments", "2014-04-01", "", "line 3, column date", "is empty", id="treatment-undated"
        ),
        pytest.param(
            "local_treatments", "HAE", "  ", "line 3, column modality", "is empty", id="required-blank"
        ),
        pytest.param(
            "follow_up",
            "2016-06-01",
            "",
            "line 3, column last_contact_date",
            "is empty, and so is the date of death",
            id="neither-contact-nor-death",
        ),
        pytest.param(
            "local_treatments",
            "2014-03-01",
            "2014-02-31",
            "line 2, column date",
            "'2014-02-31' is not a date",
            id="date-not-in-calendar",
        ),
        pytest.param(
            "local_treatments",
            "2014-03-01",
            "01/03/2014",
            "line 2, column date",
            "'01/03/2014' is not a date",
            id="date-in-another-order",
        ),
        pytest.param(
            "local_treatments",
            "2014-03-01",
            "20140301",
            "line 2, column date",
            "'20140301' is not a date",
            id="date-without-dashes",
        ),
        pytest.param(
            "patients",
            "2.5",
            "2;5",
            "line 2, column ki67_percent",
            "'2;5' is not a number",
            id="number-misspelt",
        ),
        pytest.param(
            "patients", "2.5", "nan", "line 2, column ki67_percent", "is not a number", id="number-nan"
        ),
        pytest.param(
            "patients", "2.5", "inf", "line 2, column ki67_percent", "is not a number", id="number-infinite"
        ),
        pytest.param(
            "patients",
            "1950",
            "1950.5",
            "line 2, column birth_year",
            "is not a whole number",
            id="number-with-fraction",
        ),
        pytest.param(
            "patients",
            "2.5",
            "100.1",
            "line 2, column ki67_percent",
            "is not between 0 and 100",
            id="percent-above-100",
        ),
        pytest.param(
            "patients",
            "2.5",
            "-1",
            "line 2, column ki67_percent",
            "is not between 0 and 100",
            id="percent-below-0",
        ),
        pytest.param(
            "adverse_events",
            "Fever,2",
            "Fever,6",
            "line 2, column ctcae_grade",
            "is not between 1 and 5",
            id="ctcae-grade-6",
        ),
        pytest.param(
            "patients",
            "female",
            "Female",
            "line 2, column sex",
            "'Female' is not one of female, male",
            id="value-not-allowed",
        ),
        pytest.param(
            "progressions",
            "focal",
            "diffuse",
            "line 2, column extent",
            "'diffuse' is not one of focal, multifocal",
            id="extent-not-allowed",
        ),
        # keys and references
        pytest.param(
            "patients",
            "B,male",
            "A,male",
            "line 3, column patient_id",
            "same as on line 2",
            id="patient-twice",
        ),
        pytest.param(
            "local_treatments",
            "T2,B",
            "T1,B",
            "line 3, column treatment_id",
            "same as on line 2",
            id="treatment-twice",
        ),
        pytest.param(
            "follow_up",
            "B,2016-06-01,",
            "A,2016-06-01,",
            "line 3, column patient_id",
            "same as on line 2",
            id="follow-up-twice",
        ),
        pytest.param(
            "systemic_therapies",
            "B,everolimus",
            "C,everolimus",
            "line 3, column patient_id",
            "not in the patients table",
            id="patient-unknown",
        ),
        pytest.param(
            "adverse_events",
            "Fever,2,T1",
            "Fever,2,T2",
            "line 2, column treatment",
            "no local treatment of this patient",
            id="side-effect-of-another-patients-treatment",
        ),
        pytest.param(
            "adverse_events",
            "Fever,2,T1",
            "Fever,2,T9",
            "line 2, column treatment",
            "no local treatment of this patient",
            id="side-effect-of-unknown-treatment",
        ),
        # order of dates
        pytest.param(
            "patients",
            "2013-01-01",
            "1949-12-31",
            "line 2, column metastatic_date",
            "before the patient's year of birth",
            id="before-birth-year",
        ),
        pytest.param(
            "progressions",
            "2015-01-01",
            "2016-02-02",
            "line 2, column date",
            "after the patient's death",
            id="event-after-death",
        ),
        pytest.param(
            "systemic_therapies",
            "2014-01-01",
            "2016-02-02",
            "line 2, column stop_date",
            "after the patient's death",
            id="therapy-stops-after-death",
        ),
        pytest.param(
            "follow_up",
            "A,2016-01-01",
            "A,2016-02-02",
            "line 2, column last_contact_date",
            "after the patient's death",
            id="contact-after-death",
        ),
        pytest.param(
            "progressions",
            "2015-01-01",
            "2016-01-02",
            "line 2, column date",
            "after the patient's last contact",
            id="event-after-last-contact",
        ),
        pytest.param(
            "local_treatments",
            "2014-04-01",
            "2016-06-02",
            "line 3, column date",
            "after the patient's last contact",
            id="treatment-after-last-contact",
        ),
        pytest.param(
            "systemic_therapies",
            "2014-01-01",
            "2013-04-30",
            "line 2, column stop_date",
            "2013-04-30 lies before start_date 2013-05-01",
            id="stop-before-start",
        ),
        pytest.param(
            "follow_up",
            "B,2016-06-01",
            "B,2017-01-02",
            "line 3, column last_contact_date",
            "after the day of extraction, 2017-01-01",
            id="in-the-future",
        ),
        # shape
        pytest.param(
            "progressions",
            "A,2015-01-01,focal",
            "A,2015-01-01",
            "line 2",
            "has 2 cells where the header has 3",
            id="row-too-short",
        ),
        pytest.param(
            "progressions",
            "A,2015-01-01,focal",
            "A,2015-01-01,focal,",
            "line 2",
            "has 4 cells where the header has 3",
            id="row-too-long",
        ),
        pytest.param("adverse_events", "Fever", "Fe\0ver", "line 2", "holds a NUL byte", id="nul-byte"),
        pytest.param(
            "adverse_events", "Fever", '"Fever', "line 2", "cannot be read as CSV", id="quote-not-closed"
        ),
    ],
)
def test_a_broken_rule_is_refused_with_its_place(held, tiny, table, old, new, place, reason):
    change(tiny, table, old, new)
    said = refused(held, tiny)
    assert said.startswith(f"{table}.csv, {place}: ")
    assert reason in said


@pytest.mark.parametrize(
    ("table", "old", "new", "said"),
    [
        pytest.param(
            "patients",
            "birth_year",
            "",
            "patients.csv, line 1, column birth_year: is missing. Add the column. (Rule column-missing.)",
            id="header",
        ),
        pytest.param(
            "patients",
            "2.5",
            "2;5",
            "patients.csv, line 2, column ki67_percent: '2;5' is not a number. "
            "Write it with digits and a decimal point. (Rule number.)",
            id="cell",
        ),
        pytest.param(
            "follow_up",
            "B,2016-06-01,",
            "A,2016-06-01,",
            "follow_up.csv, line 3, column patient_id: the same as on line 2. Each row needs its own. "
            "(Rule id-duplicate. The first of 2 errors; --report FILE.html lists them.)",
            id="two-errors",
        ),
        pytest.param(
            "progressions",
            "2015-01-01",
            "2016-02-02",
            "progressions.csv, line 2, column date: 2016-02-02 lies after the patient's death. "
            "Correct one of the two dates. (Rule after-death.)",
            id="order-of-dates",
        ),
        pytest.param(
            "adverse_events",
            "Fe",
            "Fe\0",
            "adverse_events.csv, line 2: holds a NUL byte. Export the file again as text. "
            "If it is UTF-16, say --encoding utf-16. (Rule file-nul.)",
            id="bytes",
        ),
    ],
)
def test_the_command_line_says_the_first_error_and_how_many(cli, held, tiny, table, old, new, said):
    change(tiny, table, old, new)
    assert refused_to_a_person(cli, held, tiny) == said


@pytest.mark.parametrize("table", sorted(TINY))
def test_a_missing_file_is_refused_by_its_name(held, tiny, table):
    (tiny / f"{table}.csv").unlink()
    assert refused(held, tiny) == f"{table}.csv: is not there. Add it, with its header at least."


def test_a_folder_that_is_not_there_is_refused_by_its_name(cli, held, tmp_path):
    said = "gone: cannot be read (No such file or directory). Check the path. (Rule file-unreadable.)"
    assert refused_to_a_person(cli, held, tmp_path / "gone") == said


@pytest.mark.parametrize("table", sorted(TINY))
def test_an_empty_file_is_refused_by_its_name(held, tiny, table):
    (tiny / f"{table}.csv").write_bytes(b"")
    assert refused(held, tiny) == f"{table}.csv: is empty. The first line must name the columns."


def test_a_table_of_patients_without_a_row_is_refused(held, tiny):
    for table, text in TINY.items():
        (tiny / f"{table}.csv").write_text(text.splitlines()[0] + "\n", encoding="utf-8")
    assert refused(held, tiny) == "patients.csv: has no patient. Add at least one row."


def test_a_patient_without_follow_up_is_refused(held, tiny):
    change(tiny, "follow_up", "B,2016-06-01,\n", "")
    said = refused(held, tiny)
    assert said.startswith("patients.csv, line 3, column patient_id: has no row in the follow_up table")


def test_bytes_that_are_not_utf_8_are_refused_with_their_line(held, tiny):
    path = tiny / "adverse_events.csv"
    path.write_bytes(path.read_bytes().replace(b"Fever", "Fiévre".encode("latin-1")))
    assert refused(held, tiny).startswith("adverse_events.csv, line 2: is not UTF-8 text.")


def test_the_line_counts_line_breaks_inside_cells(held, tiny):
    change(tiny, "local_treatments", "RFA,liver", 'RFA,"left\nliver"')
    change(tiny, "local_treatments", "2014-04-01", "2014-04-31")
    assert refused(held, tiny).startswith("local_treatments.csv, line 4, column date: '2014-04-31'")


def test_every_error_is_in_the_report_with_its_place(tiny):
    change(tiny, "patients", "2.5", "250")
    change(tiny, "progressions", "2015-01-01", "2015-02-30")
    change(tiny, "follow_up", "B,2016-06-01", "B,2013-06-01")
    _, report = source_of(tiny)
    assert [(found.rule, found.file, found.line, found.column) for found in report.findings] == [
        ("ki67-range", "patients.csv", 2, "ki67_percent"),
        ("date", "progressions.csv", 2, "date"),
        ("observation-before-index", "local_treatments.csv", 3, "date"),
        ("after-last-contact", "systemic_therapies.csv", 3, "start_date"),
    ]


@pytest.mark.parametrize("file", ["settings.toml", "published.toml"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("title = ", id="not-toml"),
        pytest.param("figures = [{ figure = 1 }]\nmodalities = [{ value = 1 }]", id="incomplete-entry"),
        pytest.param("title = 'caf\xe9'", id="not-utf-8"),
    ],
)
def test_a_broken_file_beside_the_tables_is_refused_by_its_name(held, tiny, file, text):
    (tiny / file).write_bytes(text.encode("latin-1"))
    assert refused(held, tiny).startswith(file)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("colour = 'red'", "'colour' is not a setting", id="unknown-setting"),
        pytest.param(
            "[eligibility]\nsites = []", "'sites' is not a setting", id="unknown-eligibility-setting"
        ),
        pytest.param("title = 3", "'title' must be of kind str", id="wrong-kind"),
        pytest.param("[eligibility]\nprimary_sites = [1]", "'primary_sites'", id="sites-not-text"),
        pytest.param(
            "[eligibility]\nwindow = { from = 2014-01-01T10:00:00, to = 2015-01-01 }",
            "'from' must be of kind date",
            id="time-of-day-in-the-window",
        ),
        pytest.param(
            "[eligibility]\nwindow = { from = 2015-01-02, to = 2015-01-01 }",
            "the window runs backwards",
            id="reversed-window",
        ),
        pytest.param(
            "[eligibility]\nwindow = { from = '2015-01-02' }",
            "'from' must be of kind date",
            id="date-as-text",
        ),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(tmp_path, text, words):
    path = tmp_path / "settings.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileRefused, match=re.escape(f"settings.toml: {words}")):
        read_settings(path)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param('quantity = "mean"', id="unknown-quantity"),
        pytest.param('quantity = "median"\npart = "estimate"\nconf_type = "log"', id="median-of-nothing"),
        pytest.param(
            'quantity = "median"\nendpoint = "OS"\npart = "middle"\nconf_type = "log"', id="unknown-part"
        ),
        pytest.param(
            'quantity = "median"\nendpoint = "OS"\npart = "lower"\nconf_type = "wald"', id="unknown-conf-type"
        ),
        pytest.param('quantity = "share"', id="share-of-nothing"),
        pytest.param('quantity = "patients"\nwhere = "TTNST"', id="condition-not-a-table"),
        pytest.param('quantity = "patients"\nwhere = [{ event = true }]', id="condition-without-endpoint"),
    ],
)
def test_a_published_figure_that_cannot_be_computed_is_refused_in_one_line(held, tiny, entry):
    figure = '[[figures]]\nfigure = "F"\npublished = "1"\nunit = "u"\nconvention = "c"\n'
    (tiny / "published.toml").write_text(figure + entry + "\n", encoding="utf-8")
    assert refused(held, tiny).startswith("published.toml: figure 1")


def test_settings_left_out_do_not_restrict(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text('modalities = [{ value = "RFA", label = "Ablation" }]', encoding="utf-8")
    assert read_settings(path) == Settings(modalities=(Modality("RFA", "Ablation"),))
    with pytest.raises(FileRefused, match=r"none\.toml: cannot be read"):
        read_settings(tmp_path / "none.toml")


@pytest.mark.parametrize(
    "spell",
    [
        pytest.param(lambda text: b"\xef\xbb\xbf" + text.encode(), id="byte-order-mark"),
        pytest.param(lambda text: text.encode("utf-16"), id="utf-16"),
        pytest.param(lambda text: text.replace(",", ";").encode(), id="semicolons"),
        pytest.param(lambda text: text.replace(",", "\t").encode(), id="tabs"),
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="windows-line-ends"),
        pytest.param(lambda text: text.rstrip("\n").encode(), id="no-line-end-at-the-end"),
        pytest.param(lambda text: text.replace("\n", "\n\n").encode(), id="blank-lines"),
        pytest.param(lambda text: text.replace(",", " , ").encode(), id="blanks-around-cells"),
        pytest.param(
            lambda text: "\n".join(
                ",".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines()
            ).encode(),
            id="every-cell-quoted",
        ),
    ],
)
def test_another_spelling_of_the_same_rows_is_the_same_version(held, tiny, spell):
    first = held.current("tiny").version
    for table, text in TINY.items():
        (tiny / f"{table}.csv").write_bytes(spell(text))
    assert build_source(held, "tiny", tiny, extracted=EXTRACTED).version == first
    assert held.current("tiny").version == first


def test_a_day_at_midnight_is_the_same_day(held, tiny):
    change(tiny, "local_treatments", "2014-03-01", "2014-03-01 00:00:00")
    change(tiny, "follow_up", "2016-06-01", "2016-06-01T00:00:00")
    assert build_source(held, "other", tiny, extracted=EXTRACTED).version == held.current("tiny").version


def test_the_order_of_rows_and_columns_changes_no_version(held, tiny):
    for table, text in TINY.items():
        rows = [",".join(reversed(line.split(","))) for line in text.splitlines()]
        (tiny / f"{table}.csv").write_text("\n".join([rows[0], *reversed(rows[1:])]) + "\n", encoding="utf-8")
    assert build_source(held, "other", tiny, extracted=EXTRACTED).version == held.current("tiny").version


def test_a_date_may_stand_on_the_day_of_birth_year_death_and_last_contact(tiny):
    change(tiny, "patients", "2013-01-01", "1950-01-01")
    change(tiny, "progressions", "2015-01-01", "2016-01-01")
    change(tiny, "systemic_therapies", "2014-01-01", "2016-02-01")
    change(tiny, "follow_up", "2016-01-01,2016-02-01", "2016-02-01,2016-02-01")
    source, report = source_of(tiny)
    assert report.findings == []
    assert [row.values["patient_id"] for row in source["patients"]] == ["A", "B"]


def test_an_empty_optional_cell_is_not_recorded(tiny):
    change(tiny, "patients", "B,male,1960,rectum", "B,,,")
    change(tiny, "follow_up", "A,2016-01-01", "A,")
    source, report = source_of(tiny)
    assert report.findings == []
    values = source["patients"][1].values
    assert values.pop("patient_id") == "B"
    assert str(values.pop("metastatic_date")) == "2013-06-01"
    assert set(values.values()) == {None}
    assert source["follow_up"][0].values["last_contact_date"] is None


def test_an_age_and_a_site_that_are_not_recorded_leave_the_patient_in(held, tiny):
    change(tiny, "patients", "B,male,1960,rectum", "B,male,,")
    build_source(held, "unknown", tiny, extracted=EXTRACTED)
    header, rows = open_dataset(held, "unknown").patients(Selection())
    found = [dict(zip(header, row, strict=True)) for row in rows]
    assert [(row["age_at_index"], row["primary_site"]) for row in found] == [(64, "pancreas"), (None, None)]


@pytest.mark.parametrize(
    ("status", "place", "rule"),
    [
        pytest.param("A,2016-01-01,2016-02-01,dead\nB,2016-06-01,,alive\n", None, None, id="agrees"),
        pytest.param("A,2016-01-01,2016-02-01,\nB,2016-06-01,,\n", None, None, id="not-recorded"),
        pytest.param(
            "A,2016-01-01,2016-02-01,alive\nB,2016-06-01,,\n",
            "follow_up.csv, line 2, column death_date",
            "death-but-alive",
            id="dead-but-alive",
        ),
        pytest.param(
            "A,2016-01-01,2016-02-01,dead\nB,2016-06-01,,dead\n",
            "follow_up.csv, line 3, column death_date",
            "dead-without-date",
            id="dead-without-a-date",
        ),
        pytest.param(
            "A,2016-01-01,2016-02-01,dead\nB,2016-06-01,,unknown\n",
            "follow_up.csv, line 3, column vital_status",
            "value-not-allowed",
            id="another-word",
        ),
    ],
)
def test_the_optional_status_must_agree_with_the_date_of_death(tiny, status, place, rule):
    header = "patient_id,last_contact_date,death_date,vital_status\n"
    (tiny / "follow_up.csv").write_text(header + status, encoding="utf-8")
    _, report = source_of(tiny)
    expected = [] if rule is None else [(rule, place)]
    assert [(found.rule, str(found).partition(": ")[0]) for found in report.findings] == expected


def test_a_folder_in_which_nobody_is_eligible_is_refused_and_nothing_becomes_current(cli, held, tiny):
    change(tiny, "patients", "2013-01-01", "")
    change(tiny, "patients", "2013-06-01", "")
    assert "no patient is eligible" in refused_to_a_person(cli, held, tiny)
    assert open_dataset(held, "tiny").n == 2
