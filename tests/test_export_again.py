"""Data out so that it can come back: CDISC tables, source tables, the dictionary and the empty workbook."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest

from gepnet_core.contract import TABLES
from gepnet_core.dictionary import DERIVED, TABLE_WORDS, TYPES, Entry, dictionary_lines, dictionary_rows
from gepnet_core.errors import ControlMissing, OptionRefused
from gepnet_core.export_adtte import adsl_lines, adtte_lines
from gepnet_core.export_tables import settings_toml, tables_bytes, write_tables
from gepnet_core.selection import Selection
from gepnet_core.settings import Modality, Settings, read_settings
from gepnet_core.store import DataSet, Shelf, build_adtte, build_source, open_dataset
from gepnet_core.template import template_workbook
from gepnet_core.vocabulary import DeathRule

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = Path(__file__).parent / "reference"
SYNTHETIC = ROOT / "data" / "synthetic"
# time runs from day 1; months beside days, a competing death, no treatment, no reason
TRIAL = """\
STUDYID,USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,STARTDT,ADT,sex,AGE
NET-1,B,drug,OS,Overall survival,60.0,DAYS,0,death,2014-01-01,2014-03-01,F,63.5
NET-1,A,placebo,REL,Relapse,31,DAYS,2,"death, other",2014-01-01,2014-01-31,M,70
NET-1,A,placebo,OS,Overall survival,2.01,MONTHS,1,last contact,2014-01-01,2014-03-02,M,70
NET-1,C,,OS,Overall survival,5,day,0,,2014-02-01,2014-02-05,F,
"""
FORMULAS = """\
USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,NOTE
=1,+drug,OS,Overall survival,0.00001,YEARS,0,-death,@x
"""


def held_as(folder: Path, name: str, text: str) -> DataSet:
    """Import a text as ADTTE in which CNSR 2 is a competing death."""
    path = folder / f"{name}.csv"
    path.write_text(text, encoding="utf-8")
    build_adtte(Shelf(folder / "shelf"), name, path, competing_cnsr=2)
    return open_dataset(Shelf(folder / "shelf"), name)


@pytest.fixture(scope="module")
def synthetic(shipped: Path) -> DataSet:
    """The shipped cohort, only read."""
    return open_dataset(Shelf(shipped), "synthetic")


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    """Three patients and four times that a person can check by hand."""
    return held_as(tmp_path_factory.mktemp("trial"), "net", TRIAL)


def without_version(dataset: DataSet, lines: str) -> list[list[str]]:
    """Return the cells of a CSV text without its first column, which must be the data version."""
    rows = list(csv.reader(io.StringIO(lines, newline=""), strict=True))
    assert {row[0] for row in rows[1:]} <= {dataset.version}
    assert rows[0][0] == "dataset_version"
    return [row[1:] for row in rows]


def adtte(dataset: DataSet, selection: Selection) -> list[list[str]]:
    """Return the rows of an ADTTE export without header and version."""
    return without_version(dataset, "".join(adtte_lines(dataset, selection)))[1:]


# ADTTE out and in again


@pytest.mark.parametrize(
    ("source", "statuses", "offset"),
    [
        pytest.param("synthetic", {0: 160, 1: 76}, "0", id="synthetic-cohort"),
        pytest.param("mgus2", {0: 409, 1: 115, 2: 860}, "0", id="competing-deaths"),
        pytest.param("radiant4_pfs", {0: 133, 1: 169}, "", id="months-without-dates"),
        pytest.param("radiant4_os", {0: 232, 1: 70}, "", id="months-of-survival-without-dates"),
        pytest.param("cdiscpilot01", {0: 102, 1: 152}, "1", id="first-day-is-day-1"),
        pytest.param("trial", {0: 1, 1: 2, 2: 1}, "1", id="units-mixed"),
    ],
)
def test_adtte_comes_back_with_the_same_times(request, tmp_path, source, statuses, offset):
    if source in ("synthetic", "trial"):
        dataset = request.getfixturevalue(source)
    else:
        folder = REFERENCE if source == "mgus2" else request.getfixturevalue("realdata")
        text = (folder / f"{source}_adtte.csv").read_text(encoding="utf-8")
        dataset = held_as(tmp_path, "first", text)
    again = held_as(tmp_path, "again", "".join(adtte_lines(dataset, Selection())))
    every_time = (
        "SELECT patient_id, endpoint, index_date, days, status, reason, aval, avalu FROM time_to_event "
        "ORDER BY ALL"
    )
    before, after = (found.database.rows(every_time) for found in (dataset, again))
    assert after == before
    assert Counter(row[4] for row in after) == statuses
    assert again.meta["offset"] == dataset.meta["offset"] == offset
    treated = "SELECT patient_id, modality, index_date FROM cohort ORDER BY ALL"
    assert again.database.rows(treated) == dataset.database.rows(treated)
    assert {code: found.name for code, found in again.endpoints.items()} == {
        code: found.name for code, found in dataset.endpoints.items()
    }


def test_adtte_has_cdisc_names_and_the_original_times(trial):
    assert "".join(adtte_lines(trial, Selection())) == (
        "dataset_version,STUDYID,USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,STARTDT,ADT\n"
        f"{trial.version},NET-1,A,placebo,OS,Overall survival,2.01,MONTHS,1,last contact,2014-01-01,2014-03-02\n"
        f'{trial.version},NET-1,A,placebo,REL,Relapse,31,DAYS,2,"death, other",2014-01-01,2014-01-31\n'
        f"{trial.version},NET-1,B,drug,OS,Overall survival,60,DAYS,0,death,2014-01-01,2014-03-01\n"
        f"{trial.version},NET-1,C,not recorded,OS,Overall survival,5,DAYS,0,event,2014-02-01,2014-02-05\n"
    )


@pytest.mark.parametrize(
    ("selection", "rows"),
    [
        pytest.param(
            Selection(("drug",)),
            ["B,OS,60,DAYS,0,death,2014-03-01"],
            id="modality",
        ),
        pytest.param(Selection(index_from=date(2014, 1, 2)), ["C,OS,5,DAYS,0,event,2014-02-05"], id="window"),
        pytest.param(
            Selection(cutoff=date(2014, 1, 31)),
            [
                "A,OS,31,DAYS,1,data cut-off,2014-01-31",
                "A,REL,31,DAYS,2,death, other,2014-01-31",
                "B,OS,31,DAYS,1,data cut-off,2014-01-31",
            ],
            id="cut-off-on-the-day-of-a-death",
        ),
        pytest.param(
            Selection(("placebo",), cutoff=date(2014, 1, 15), death=DeathRule.EVENT),
            ["A,OS,15,DAYS,1,data cut-off,2014-01-15", "A,REL,15,DAYS,1,data cut-off,2014-01-15"],
            id="cut-off-before-a-death",
        ),
        pytest.param(
            Selection(("placebo",), death=DeathRule.EVENT),
            [
                "A,OS,2.01,MONTHS,1,last contact,2014-03-02",
                "A,REL,31,DAYS,2,death, other,2014-01-31",
            ],
            id="how-deaths-count-changes-nothing",
        ),
        pytest.param(Selection(index_from=date(2015, 1, 1)), [], id="nobody"),
    ],
)
def test_adtte_holds_the_times_that_the_selection_says(trial, selection, rows):
    found = [",".join([row[1], row[3], *row[5:9], row[10]]) for row in adtte(trial, selection)]
    assert found == rows


def test_a_cut_off_gives_the_times_that_the_estimates_see(synthetic):
    selection = Selection(("RFA", "HAE"), cutoff=date(2015, 12, 31))
    found = Counter((row[3], int(row[5]), row[7]) for row in adtte(synthetic, selection))
    seen: Counter[tuple[str, int, str]] = Counter()
    for code in ("TTNST", "TTAI", "PFS", "OS"):
        (counts,) = synthetic.event_counts(code, selection)
        for day, events, censored in zip(counts.days, counts.events, counts.censored, strict=True):
            seen += Counter({(code, int(day), "0"): int(events), (code, int(day), "1"): int(censored)})
    assert found == seen
    assert found.total() == 4 * 15


def test_a_data_set_without_a_study_is_named_for_itself_and_sorted(synthetic):
    rows = adtte(synthetic, Selection())
    assert {row[0] for row in rows} == {"synthetic"}
    assert [(row[1], row[3]) for row in rows] == sorted((row[1], row[3]) for row in rows)
    assert Counter(row[2] for row in rows) == {"resection": 64, "RFA": 68, "EBRT": 60, "HAE": 44}
    assert rows[0] == (
        "synthetic,P01,resection,OS,Overall survival,1348,DAYS,1,last contact,2014-01-10,2017-09-19"
    ).split(",")


def test_text_is_guarded_dates_are_blank_and_small_times_stay_exact(tmp_path):
    dataset = held_as(tmp_path, "odd", FORMULAS)
    assert adtte(dataset, Selection()) == [
        ["odd", "'=1", "'+drug", "OS", "Overall survival", "1e-05", "YEARS", "0", "'-death", "", ""]
    ]
    assert without_version(dataset, "".join(adsl_lines(dataset, Selection()))) == [
        ["STUDYID", "USUBJID", "TRT01P", "NOTE"],
        ["odd", "'=1", "'+drug", "'@x"],
    ]


@pytest.mark.parametrize("lines", [adtte_lines, adsl_lines], ids=["adtte", "adsl"])
def test_what_the_data_set_does_not_have_is_refused_before_the_first_line(tmp_path, synthetic, lines):
    with pytest.raises(OptionRefused, match="“synthetic” has no modality 'chemo'"):
        lines(synthetic, Selection(("chemo",)))
    with pytest.raises(ControlMissing, match="“odd” cannot be filtered by date: the file has no dates"):
        lines(held_as(tmp_path, "odd", FORMULAS), Selection(cutoff=date(2015, 1, 1)))


# ADSL


def test_adsl_of_the_study_has_cdisc_names_where_cdisc_has_them(synthetic):
    header, *rows = without_version(synthetic, "".join(adsl_lines(synthetic, Selection())))
    assert header == [
        *("STUDYID", "USUBJID", "TRT01P", "SEX", "AGE", "PRIMARY_SITE", "TUMOUR_GRADE", "KI67_PERCENT"),
        *("FUNCTIONAL", "TARGET_SITE", "MONTHS_SINCE_METASTASIS", "SYSTEMIC_AGENTS_SO_FAR"),
        "ON_SYSTEMIC_THERAPY",
    ]
    assert rows[0] == "synthetic,P01,resection,M,52,stomach,G2,14,no,peritoneum,62.5,2,yes".split(",")
    assert [row[1] for row in rows] == [f"P{number:02}" for number in range(1, 60)]
    assert Counter(row[3] for row in rows) == {"F": 26, "M": 33}


def test_adsl_of_an_imported_file_keeps_its_own_columns_and_its_study(trial):
    assert without_version(trial, "".join(adsl_lines(trial, Selection()))) == [
        ["STUDYID", "USUBJID", "TRT01P", "sex", "AGE"],
        ["NET-1", "A", "placebo", "M", "70"],
        ["NET-1", "B", "drug", "F", "63.5"],
        ["NET-1", "C", "not recorded", "F", ""],
    ]
    left = without_version(trial, "".join(adsl_lines(trial, Selection(cutoff=date(2014, 1, 15)))))
    assert [row[1] for row in left[1:]] == ["A", "B"]


# source tables


def typed(sql_type: str, text: str) -> object:
    """Return a cell by the contract's type; an empty one is None."""
    if not text:
        return None
    return {"INTEGER": int, "DOUBLE": float, "DATE": date.fromisoformat}.get(sql_type, str)(text)


def rows_of(table, text: str) -> Counter[tuple[object, ...]]:
    """Return the rows of a table as values, with how often each stands there."""
    return Counter(
        tuple(typed(column.sql_type, row.get(column.name, "")) for column in table.columns)
        for row in csv.DictReader(io.StringIO(text, newline=""), strict=True)
    )


def unzipped(packed: bytes, folder: Path) -> Path:
    """Write the files of a ZIP to a folder, tables without their first column."""
    folder.mkdir()
    with ZipFile(io.BytesIO(packed)) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode()
            if name.endswith(".csv"):
                rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
                assert rows[0][0] == "dataset_version"
                with (folder / name).open("w", encoding="utf-8", newline="") as handle:
                    csv.writer(handle).writerows(row[1:] for row in rows)
            else:
                (folder / name).write_bytes(text.encode())
    return folder


def test_the_source_tables_come_back_row_for_row(synthetic, tmp_path):
    folder = unzipped(tables_bytes(synthetic), tmp_path / "out")
    assert sorted(path.name for path in folder.iterdir()) == [
        "adverse_events.csv",
        "follow_up.csv",
        "local_treatments.csv",
        "patients.csv",
        "progressions.csv",
        "published.toml",
        "settings.toml",
        "systemic_therapies.csv",
    ]
    for table in TABLES:
        shipped_rows = rows_of(table, (SYNTHETIC / table.file).read_text(encoding="utf-8"))
        assert rows_of(table, (folder / table.file).read_text(encoding="utf-8")) == shipped_rows
        assert shipped_rows
    assert read_settings(folder / "settings.toml") == read_settings(SYNTHETIC / "settings.toml")
    assert (folder / "published.toml").read_bytes() == (SYNTHETIC / "published.toml").read_bytes()


def test_source_tables_that_come_back_are_the_same_version(synthetic, tmp_path):
    folder = unzipped(tables_bytes(synthetic), tmp_path / "out")
    assert build_source(Shelf(tmp_path / "shelf"), "again", folder).version == synthetic.version


def test_every_row_of_a_table_names_the_version(synthetic):
    with ZipFile(io.BytesIO(tables_bytes(synthetic))) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("patients.csv").decode(), newline="")))
    assert list(rows[0])[:4] == ["dataset_version", "patient_id", "sex", "birth_year"]
    assert {row["dataset_version"] for row in rows} == {synthetic.version}
    assert rows[0]["ki67_percent"] == "14"
    assert len(rows) == 160


def test_the_zip_is_the_same_bytes_whenever_it_is_made(synthetic, tmp_path):
    out = tmp_path / "tables.zip"
    assert write_tables(synthetic, out) == 1147
    assert out.read_bytes() == tables_bytes(synthetic)
    with ZipFile(out) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert out.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["tables.zip"]


def test_text_in_the_tables_is_guarded_and_no_published_figures_are_no_file(synthetic_copy, tmp_path):
    (synthetic_copy / "published.toml").unlink()
    treatments = synthetic_copy / "local_treatments.csv"
    text = treatments.read_text(encoding="utf-8")
    treatments.write_text(text.replace("symptom control", "=symptom"), encoding="utf-8")
    shelf = Shelf(tmp_path / "shelf")
    build_source(shelf, "guarded", synthetic_copy)
    with ZipFile(io.BytesIO(tables_bytes(open_dataset(shelf, "guarded")))) as archive:
        assert archive.read("local_treatments.csv").decode().count(",'=symptom\n") == 11
        assert "published.toml" not in archive.namelist()


@pytest.mark.parametrize("write", [tables_bytes, lambda found: write_tables(found, Path("tables.zip"))])
def test_an_adtte_data_set_has_no_source_tables(trial, tmp_path, monkeypatch, write):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ControlMissing) as refused:
        write(trial)
    assert str(refused.value) == (
        "“net” was imported as times to events, without source tables. Export it as ADTTE instead."
    )
    assert list(tmp_path.iterdir()) == []


# a value for every kind of setting, so that a new setting is tried as well
OF_KIND = {
    "str": 'A "title"\nwith \\, = and naïve 漢字',
    "bool": False,
    "date | None": date(2014, 1, 1),
    "tuple[str, ...]": ("pancreas", "#colon"),
    "tuple[tuple[str, bool], ...]": (('tumour "status"', False), ("Übergang", True)),
    "tuple[Modality, ...]": (Modality("b", "B, first"), Modality("a", "A")),
}
OWN = {"not_recorded": ("progressions",)}  # takes no other words
EVERYTHING = Settings(
    **{setting.name: OF_KIND[str(setting.type)] for setting in fields(Settings) if setting.compare} | OWN
)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(Settings(), id="nothing-set"),
        pytest.param(EVERYTHING, id="everything-set"),
        pytest.param(replace(EVERYTHING, window_to=None), id="window-without-end"),
        pytest.param(replace(EVERYTHING, window_from=None), id="window-without-start"),
    ],
)
def test_settings_are_read_back_as_they_were(settings, tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text(settings_toml(settings.to_json()), encoding="utf-8")
    assert read_settings(path) == settings
    assert EVERYTHING.focal_only is not Settings().focal_only


# the dictionary


def test_the_dictionary_has_every_stored_column_in_order_and_with_its_type(synthetic):
    told = dictionary_rows()
    for table in (*TABLES, *DERIVED):
        stored = synthetic.database.rows(f"DESCRIBE {'source.' if table in TABLES else ''}{table.name}")
        own = [(row.column, row.type) for row in told if row.table == table.name]
        assert sorted(own) == sorted((row[0], TYPES[row[1]]) for row in stored), table.name
    assert list(dict.fromkeys(row.table for row in told)) == list(TABLE_WORDS)


def test_what_is_required_is_there_and_what_is_allowed_is_kept(synthetic):
    for row in dictionary_rows():
        schema = "source." if row.table in {table.name for table in TABLES} else ""
        column = f"{schema}{row.table}", row.column
        empty, *_ = synthetic.database.rows(
            f'SELECT count(*) FILTER (WHERE "{column[1]}" IS NULL) FROM {column[0]}'
        )[0]
        assert empty == 0 or row.required == "no", column
        if ", " in row.allowed:
            found = synthetic.database.rows(f'SELECT DISTINCT "{column[1]}" FROM {column[0]}')
            assert {value for (value,) in found} - {None} <= set(row.allowed.split(", ")), column


def test_no_column_is_left_without_a_label_and_a_meaning():
    told = dictionary_rows()
    assert [(row.table, row.column) for row in told if not (row.label and row.meaning)] == []
    assert len({(row.table, row.column) for row in told}) == len(told) >= 50


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(
            Entry(
                *("patients", "ki67_percent", "number", "no", "0 to 100", "Ki-67 (%)"),
                *("share of tumour cells that stain for Ki-67", "%"),
            ),
            id="source-column-with-a-range",
        ),
        pytest.param(
            Entry(
                *("progressions", "extent", "text", "yes", "focal, multifocal", "Extent"),
                *("focal: at one site; multifocal: at several", ""),
            ),
            id="source-column-with-values",
        ),
        pytest.param(
            Entry(
                *("cohort", "ki67_percent", "number", "no", "0 to 100", "Ki-67 (%)"),
                *("share of tumour cells that stain for Ki-67", "%"),
            ),
            id="the-same-in-the-cohort",
        ),
        pytest.param(
            Entry(
                *("time_to_event", "days", "whole number", "yes", "from 0", "Time"),
                *("whole days from the index date", "days"),
            ),
            id="derived-column",
        ),
    ],
)
def test_the_dictionary_says_of_a_column(row):
    assert row in dictionary_rows()


def test_the_dictionary_as_csv_is_the_same_and_belongs_to_no_data_set():
    header, *rows = csv.reader(io.StringIO("".join(dictionary_lines()), newline=""), strict=True)
    assert header == ["table", "column", "type", "required", "allowed", "label", "meaning", "unit"]
    assert [Entry(*row) for row in rows] == dictionary_rows()
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


# the empty workbook


@pytest.fixture(scope="module")
def workbook() -> openpyxl.Workbook:
    """The template as a spreadsheet program opens it."""
    return openpyxl.load_workbook(io.BytesIO(template_workbook()))


def test_the_workbook_has_a_sheet_a_table_and_no_row_in_any(workbook):
    assert workbook.sheetnames == ["read me", *(table.name for table in TABLES)]
    for table in TABLES:
        sheet = workbook[table.name]
        assert list(sheet.values) == [tuple(column.name for column in table.columns)]
        assert sheet.freeze_panes == "A2"
        for column, cell in zip(table.columns, sheet[1], strict=True):
            assert cell.font.bold
            assert (cell.fill.fgColor.rgb == "00FFE699") is column.required
            assert column.help[1:] in cell.comment.text
            assert ("Required." in cell.comment.text) is column.required
            assert sheet.column_dimensions[cell.column_letter].width >= len(column.name)


def test_ids_are_text_and_days_are_shown_as_they_are_written(workbook):
    shown = {
        (sheet.title, cell.value): sheet.column_dimensions[cell.column_letter].number_format
        for sheet in workbook.worksheets[1:]
        for cell in sheet[1]
    }
    assert {shown[table.name, "patient_id"] for table in TABLES} == {"@"}
    assert (shown["local_treatments", "treatment_id"], shown["adverse_events", "treatment"]) == ("@", "@")
    dates = {(table.name, c.name) for table in TABLES for c in table.columns if c.sql_type == "DATE"}
    assert {place for place, form in shown.items() if form == "yyyy-mm-dd"} == dates
    assert len(dates) == 8


def test_cells_take_only_what_the_contract_allows(workbook):
    rules = {}
    for sheet in workbook.worksheets[1:]:
        for rule in sheet.data_validations.dataValidation:
            letter, last = str(rule.sqref).split("2:")
            assert last == f"{letter}1048576"
            column = sheet[f"{letter}1"].value
            assert rule.showErrorMessage
            assert rule.error
            rules[sheet.title, column] = (rule.type, rule.formula1, rule.formula2, rule.allowBlank)
    day = ("date", "DATE(1850,1,1)", "DATE(2150,12,31)")
    assert rules["patients", "sex"] == ("list", '"female,male"', None, True)
    assert rules["patients", "birth_year"] == ("whole", "1880", "2100", True)
    assert rules["patients", "ki67_percent"] == ("decimal", "0", "100", True)
    assert rules["patients", "metastatic_date"] == (*day, True)
    assert rules["local_treatments", "date"] == (*day, False)
    assert rules["progressions", "extent"] == ("list", '"focal,multifocal"', None, False)
    assert rules["adverse_events", "ctcae_grade"] == ("whole", "1", "5", False)
    assert set(rules) == {
        (table.name, column.name)
        for table in TABLES
        for column in table.columns
        if column.allowed or column.sql_type != "VARCHAR"
    }
    assert ("local_treatments", "modality") not in rules


def test_the_first_sheet_explains_tables_required_columns_and_allowed_values(workbook):
    rows = [tuple(cell for cell in row if cell is not None) for row in workbook["read me"].values]
    assert ("follow_up", "exactly one row for each patient of patients") in rows
    told = {row[:2]: row[2:5] for row in rows if len(row) >= 5}
    assert told["progressions", "extent"] == ("yes", "text", "focal, multifocal")
    assert told["patients", "ki67_percent"] == ("no", "number", "0 to 100")
    assert {(table.name, column.name) for table in TABLES for column in table.columns} <= set(told)


def test_the_workbook_is_the_same_bytes_whenever_it_is_made(workbook):
    first = template_workbook()
    assert template_workbook() == first
    assert workbook.properties.modified == workbook.properties.created == datetime(1980, 1, 1)
    with ZipFile(io.BytesIO(first)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


# the command line


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where a command writes, a folder of its own."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder / "file"


@pytest.mark.parametrize(
    ("options", "rows", "start"),
    [
        pytest.param(["adtte"], 236, b"dataset_version,STUDYID,USUBJID,TRTP,PARAMCD,", id="adtte"),
        pytest.param(["adsl"], 59, b"dataset_version,STUDYID,USUBJID,TRT01P,SEX,AGE,", id="adsl"),
        pytest.param(["adsl", "--modality", "HAE"], 11, b"dataset_version,STUDYID,", id="adsl-of-a-modality"),
        pytest.param(["tables"], 1147, b"PK", id="tables"),
    ],
)
def test_export_writes_a_format(cli, shelf, out, options, rows, start):
    answer = cli("export", "--dataset", "synthetic", "--out", out, "--format", *options)
    assert (answer.code, answer.said) == (0, f"{rows} rows written to {out}.\n")
    assert answer.json == {
        "dataset": "synthetic",
        "version": shelf.current("synthetic").version,
        "format": options[0],
        "rows": rows,
        "out": str(out),
    }
    assert out.read_bytes().startswith(start)
    assert out.stat().st_mode & 0o777 == 0o600
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.parametrize("options", [[], ["--format", "csv"]], ids=["by-default", "csv"])
def test_export_writes_the_cohort_as_before(cli, shelf, out, options):
    answer = cli("export", "--dataset", "synthetic", "--out", out, "--endpoint", "OS", *options)
    assert answer.json == {
        "dataset": "synthetic",
        "version": shelf.current("synthetic").version,
        "n": 59,
        "out": str(out),
    }
    assert answer.said == f"59 patients written to {out}.\n"
    assert out.read_bytes().startswith(b"dataset_version,patient_id,modality,index_date,age_at_index,")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(["--format", "sas"], "'sas' is none of csv, adtte, adsl, tables", id="unknown-format"),
        pytest.param(
            ["--format", "adtte", "--endpoint", "OS"],
            "--endpoint belongs to --format csv, not to adtte. Leave it out.",
            id="endpoint",
        ),
        pytest.param(
            ["--format", "tables", "--modality", "RFA"],
            "The source tables are written whole. Leave the filters out.",
            id="filtered-tables",
        ),
        pytest.param(
            ["--format", "adtte", "--index-from", "2030-01-01"], "No patient matches", id="nobody-left"
        ),
        pytest.param(["--format", "adsl", "--modality", "chemo"], "has no modality 'chemo'", id="modality"),
    ],
)
def test_an_export_that_is_refused_leaves_the_earlier_file(cli, shelf, out, options, words):
    assert shelf.names() == ["synthetic"]
    out.write_bytes(b"an earlier export")
    answer = cli("export", "--dataset", "synthetic", "--out", out, *options)
    assert (answer.code, answer.json) == (2, None)
    assert words in answer.said
    assert answer.said.count("\n") == 1
    assert [path.read_bytes() for path in out.parent.iterdir()] == [b"an earlier export"]


@pytest.mark.parametrize(
    ("command", "answered", "start"),
    [
        pytest.param("dictionary", {"rows": len(dictionary_rows())}, b"table,column,type,", id="dictionary"),
        pytest.param("template", {}, b"PK", id="template"),
    ],
)
def test_what_belongs_to_no_data_set_is_written_without_one(cli, data_dir, out, command, answered, start):
    out.write_bytes(b"an earlier file")
    out.chmod(0o644)
    answer = cli(command, "--out", out)
    assert answer.code == 0, answer.said
    assert answer.json == {**answered, "out": str(out)}
    assert out.read_bytes().startswith(start)
    assert out.stat().st_mode & 0o777 == 0o600
    assert not data_dir.exists()


@pytest.mark.parametrize("command", ["dictionary", "template"])
def test_a_file_that_cannot_be_written_is_said_in_one_line(cli, tmp_path, command):
    assert cli(command, "--out", tmp_path).said == (
        f"{tmp_path} cannot be written: it is there and not a file. Choose another place.\n"
    )
    lost = tmp_path / "nowhere" / "file"
    answer = cli(command, "--out", lost)
    assert (answer.code, answer.json) == (2, None)
    assert answer.said == (
        f"{lost} cannot be written (No such file or directory). Make its folder, or choose another place.\n"
    )
