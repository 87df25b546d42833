"""Each format goes in and comes out again equal: real trials, source tables, wide tables, REDCap, cBioPortal."""

from __future__ import annotations

import csv
import io
import json
import shutil
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import astuple, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pyreadstat
import pytest
import tomli_w
from lifelines import datasets as public

from gepnet_core import cli
from gepnet_core.cli_import import add_options, requested
from gepnet_core.contract import TABLES
from gepnet_core.estimates import estimate
from gepnet_core.importer.sniff import with_format
from gepnet_core.intake.files import open_sheets
from gepnet_core.intake.report import Report
from gepnet_core.selection import Selection
from gepnet_core.store import DataSet, Shelf, open_dataset
from gepnet_core.store.build import build
from gepnet_core.template import template_workbook

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = Path(__file__).parent / "reference"
SYNTHETIC = ROOT / "data" / "synthetic"
EXTRACTED = ("--extracted", "2017-09-30")
SETTINGS = ("--settings", SYNTHETIC / "settings.toml")
Rows = list[dict[str, str]]


class Desk:
    """The import and export of the command line, on one shelf for all tests here; each import has its own name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf, self.imports = shelf, 0
        self.known: dict[Path, DataSet] = {}

    def run(self, *arguments: object) -> tuple[int, Any, str]:
        """Return exit code, JSON and standard error of a command."""
        out, said = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(said):
            code = cli.main([str(argument) for argument in arguments])
        return code, json.loads(out.getvalue() or "null"), said.getvalue()

    def name(self) -> str:
        """Return a name that no data set has."""
        self.imports += 1
        return f"set{self.imports}"

    def takes(self, path: Path, *options: object) -> DataSet:
        """Import a file that breaks no rule, and open what it became."""
        name = self.name()
        code, _, said = self.run("import", path, "--dataset", name, *options)
        assert code == 0, said
        return open_dataset(self.shelf, name)

    def builds(self, path: Path, *options: object) -> DataSet:
        """Do the same in this process, which takes a quarter of the time: for what has many cases."""
        name = self.name()
        parser = ArgumentParser()
        add_options(parser)
        asked = parser.parse_args([str(argument) for argument in (path, "--dataset", name, *options)])
        request = requested(asked)
        sheets = open_sheets(path, request.reading, Report(), comments=True)
        request = replace(request, format=with_format(request, sheets))
        request.check()
        build(self.shelf, name, request)
        return open_dataset(self.shelf, name)

    def knows(self, path: Path) -> DataSet:
        """Import a file that several tests start from, once."""
        if path not in self.known:
            self.known[path] = self.takes(path)
        return self.known[path]

    def refuses(self, path: Path, *options: object) -> list[tuple[str, int | None, str, str]]:
        """Import a file that breaks a rule; return rule, line, column and value of every error."""
        name = self.name()
        code, told, _ = self.run("import", path, "--dataset", name, "--json", *options)
        assert (code, told["imported"]) == (2, False)
        assert name not in self.shelf.names()
        errors = [found for found in told["report"]["findings"] if found["severity"] == "error"]
        assert {found["file"] for found in errors} == {path.name}
        return [(found["rule"], found["line"], found["column"], found["value"]) for found in errors]

    def writes(self, dataset: DataSet, kind: str, out: Path) -> Path:
        """Export a data set."""
        code, _, said = self.run("export", "--dataset", dataset.name, "--format", kind, "--out", out)
        assert code == 0, said
        return out


@pytest.fixture(scope="module")
def desk(shipped, tmp_path_factory) -> Iterator[Desk]:
    """The command line on a shelf that holds the synthetic cohort."""
    folder = tmp_path_factory.mktemp("desk") / "data"
    shutil.copytree(shipped, folder)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GEPNET_DATA_DIR", str(folder))
        yield Desk(Shelf(folder))


def times(dataset: DataSet) -> list[tuple[Any, ...]]:
    """Return every row and column of `time_to_event`."""
    return dataset.database.rows("SELECT * FROM time_to_event ORDER BY patient_id, endpoint")


def figures(dataset: DataSet) -> list[tuple[Any, ...]]:
    """Return of each endpoint and stratum: patients, events, competing deaths, median with its limits."""
    return [
        (code, one.stratum, one.n, one.events, one.competing, astuple(one.median))
        for code in dataset.endpoints
        for one in estimate(dataset, code, Selection(), by="modality").strata
    ]


def read(path: Path) -> Rows:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def written(path: Path, rows: Iterable[Sequence[object]]) -> Path:
    """Write a CSV file, header first."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(rows)
    return path


def toml(path: Path, told: dict[str, Any]) -> Path:
    """Write a mapping."""
    path.write_text(tomli_w.dumps(told), encoding="utf-8")
    return path


# ADTTE

TRIALS = [
    pytest.param(
        "cdiscpilot01_adtte.csv",
        [
            ("TTDE", "Placebo", 86, 29),
            ("TTDE", "Xanomeline High Dose", 84, 61),
            ("TTDE", "Xanomeline Low Dose", 84, 62),
        ],
        id="cdisc-pilot-days-from-day-1",
    ),
    pytest.param(
        "radiant4_pfs_adtte.csv",
        [("PFS", "everolimus", 205, 109), ("PFS", "placebo", 97, 60)],
        id="radiant-4-pfs-in-months",
    ),
    pytest.param(
        "radiant4_os_adtte.csv",
        [("OS", "everolimus", 205, 42), ("OS", "placebo", 97, 28)],
        id="radiant-4-os-in-months",
    ),
]


@pytest.mark.parametrize(("file", "events"), TRIALS)
def test_a_trial_goes_in_and_out_and_in_with_equal_times_and_medians(desk, realdata, tmp_path, file, events):
    first = desk.knows(realdata / file)
    out = desk.writes(first, "adtte", tmp_path / "out.csv")
    again = desk.takes(out)
    assert len(times(first)) == len(read(realdata / file))
    assert times(again) == times(first)
    assert figures(again) == figures(first)
    assert [row[:4] for row in figures(first)] == events
    second = desk.writes(again, "adtte", tmp_path / "second.csv")
    versioned = [{**row, "dataset_version": ""} for row in read(out)]
    assert [{**row, "dataset_version": ""} for row in read(second)] == versioned


def sas_days(text: str) -> float | None:
    """Return a date as SAS holds it: a number, the days since 1960."""
    return (date.fromisoformat(text) - date(1960, 1, 1)).days if text else None


@pytest.mark.parametrize(("file", "events"), TRIALS)
@pytest.mark.parametrize("version", [5, 8])
def test_a_sas_transport_file_gives_the_times_of_the_csv_file(
    desk, realdata, tmp_path, file, events, version
):
    rows = read(realdata / file)
    table = pd.DataFrame(rows)
    for name in {"AGE", "AGEGR1N", "RACEN", "TRTDUR", "TRTAN", "AVAL", "CNSR", "SRCSEQ"} & set(table):
        table[name] = pd.to_numeric(table[name])
    dated = {name: "DATE9." for name in ("TRTSDT", "TRTEDT", "STARTDT", "ADT") if name in table}
    for name in dated:
        table[name] = table[name].map(sas_days).astype(float)
    path = tmp_path / "adtte.xpt"
    pyreadstat.write_xport(
        table, path, table_name="ADTTE", file_format_version=version, variable_format=dated
    )
    plain, packed = desk.knows(realdata / file), desk.takes(path)
    assert times(packed) == times(plain)
    assert [row[:4] for row in figures(packed)] == events
    assert packed.meta["offset"] == plain.meta["offset"] == ("1" if dated else "")


def test_baseline_columns_come_back_out_of_adsl(desk, realdata, tmp_path):
    first = desk.knows(realdata / "cdiscpilot01_adtte.csv")
    adtte, adsl = (desk.writes(first, kind, tmp_path / f"{kind}.csv") for kind in ("adtte", "adsl"))
    again = desk.takes(adtte, "--adsl", adsl)
    told = [(column.name, column.kind, column.levels) for column in first.baseline]
    names = [name for name, _, _ in told]
    assert {"AGE", "AGEGR1", "RACE", "SEX", "STUDYID", "TRTSDT"} < set(names)
    assert sorted((column.name, column.kind, column.levels) for column in again.baseline) == sorted(told)
    columns = ", ".join(f'"{name}"' for name in ("patient_id", "modality", "index_date", *names))
    sql = f"SELECT {columns} FROM cohort ORDER BY patient_id"
    assert again.database.rows(sql) == first.database.rows(sql)
    assert first.database.rows('SELECT count(*), sum("AGE") FROM cohort') == [(254, 19072)]
    alone = desk.takes(adtte)
    assert [column.name for column in alone.baseline] == ["STUDYID"]


# source tables


def synthetic_rows(table: str) -> Rows:
    """Return the rows of a shipped source table."""
    return read(SYNTHETIC / f"{table}.csv")


def excel(column: Any, text: str) -> object:
    """Return a cell as a person types it into a spreadsheet: dates are dates, numbers numbers."""
    if not text:
        return None
    if column.sql_type == "DATE":
        return datetime.fromisoformat(text)
    if column.sql_type in ("INTEGER", "DOUBLE"):
        return float(text)
    return text


def as_folder(out: Path) -> Path:
    folder = out / "tables"
    folder.mkdir()
    for table in TABLES:
        shutil.copy(SYNTHETIC / table.file, folder)
    return folder


def as_zip(out: Path) -> Path:
    path = out / "tables.zip"
    with ZipFile(path, "w") as packed:
        for table in TABLES:
            packed.write(SYNTHETIC / table.file, f"export/{table.file}")
    return path


def as_workbook(out: Path) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for table in TABLES:
        sheet = book.create_sheet(table.name.replace("_", " ").title())
        rows = synthetic_rows(table.name)
        columns = [column for column in reversed(table.columns) if column.name in rows[0]]
        sheet.append([column.name for column in columns])
        for row in rows:
            sheet.append([excel(column, row[column.name]) for column in columns])
    path = out / "cohort.xlsx"
    book.save(path)
    return path


def as_template(out: Path) -> Path:
    path = out / "template.xlsx"
    path.write_bytes(template_workbook())
    book = openpyxl.load_workbook(path)
    for table in TABLES:
        sheet = book[table.name]
        place = {cell.value: cell.column for cell in sheet[1]}
        for line, row in enumerate(synthetic_rows(table.name), start=2):
            for column in table.columns:
                if text := row.get(column.name):
                    sheet.cell(line, place[column.name], excel(column, text))
    book.save(path)
    return path


@pytest.fixture(scope="module")
def unpublished(desk, tmp_path_factory) -> DataSet:
    """The shipped tables without the published figures, which no workbook holds."""
    return desk.takes(as_folder(tmp_path_factory.mktemp("plain")), *SETTINGS, *EXTRACTED)


@pytest.mark.parametrize("made", [as_zip, as_workbook, as_template], ids=lambda made: made.__name__)
def test_source_tables_are_one_version_however_they_are_packed(desk, unpublished, tmp_path, made):
    found = desk.takes(made(tmp_path), *SETTINGS, *EXTRACTED)
    shipped = open_dataset(desk.shelf, "synthetic")
    assert found.version == unpublished.version
    assert times(found) == times(shipped)
    assert [row[3] for row in figures(found) if row[0] == "TTNST"] == [
        row.events for row in estimate(shipped, "TTNST", Selection(), by="modality").strata
    ]


def test_source_tables_go_out_as_a_zip_and_in_as_the_same_version(desk, tmp_path):
    first = open_dataset(desk.shelf, "synthetic")
    again = desk.takes(desk.writes(first, "tables", tmp_path / "out.zip"), *EXTRACTED)
    assert again.version == first.version
    assert (again.n, [row[2:5] for row in figures(again) if row[0] == "OS"]) == (
        59,
        [(16, 1, 0), (17, 1, 0), (15, 1, 0), (11, 1, 0)],
    )


# a wide table with dates

PANCREAS: dict[str, Any] = {
    "patient_id": {"row_number": True},
    "reading": {"missing": ["."]},
    "patients": {
        "birth_year": {"value": "1940"},
        "primary_site": {"value": "pancreas"},
        "metastatic_date": "onstudy",
    },
    "local_treatments": [{"date": "onstudy", "modality": "stage"}],
    "progressions": [{"date": "progression", "extent": {"value": "focal"}}],
    "follow_up": {"death_date": "death"},
    "settings": {"eligibility": {"focal_only": False}},
}
STUDIED = ("--extracted", "2011-01-01")


def pancreas(folder: Path, **reading: object) -> tuple[str, Path]:
    """Write the mapping of the pancreatic trial, and return it as an option."""
    told = {**PANCREAS, "reading": {**PANCREAS["reading"], **reading}}
    return "--mapping", toml(folder / "pancreas.toml", told)


def day(text: str) -> date:
    """Return a day as R's data set spells it, month first."""
    return datetime.strptime(text, "%m/%d/%Y").date()


def test_every_patient_of_a_wide_table_has_the_days_of_the_published_data_set(desk, realdata, tmp_path):
    found = desk.takes(realdata / "pancreatic.csv", *pancreas(tmp_path), *STUDIED)
    rows, expected = read(realdata / "pancreatic.csv"), read(realdata / "pancreatic2.csv")
    sql = "SELECT patient_id, endpoint, index_date, days, status, reason FROM time_to_event"
    told = {(int(row[0]), row[1]): row[2:] for row in found.database.rows(sql)}
    for number, (row, days) in enumerate(zip(rows, expected, strict=True), start=1):
        ended = "death" if row["progression"] == "." else "progression"
        assert told[number, "PFS"] == (day(row["onstudy"]), int(days["pfs"]), 1, ended), number
        assert told[number, "OS"] == (day(row["onstudy"]), int(days["os"]), 1, "death"), number
    assert len(expected) == found.n == 41
    assert found.database.rows("SELECT modality, count(*) FROM cohort GROUP BY ALL ORDER BY ALL") == [
        ("LA", 8),
        ("M", 33),
    ]


def test_dates_in_the_wrong_order_are_refused_at_their_places(desk, realdata, tmp_path):
    path = realdata / "pancreatic.csv"
    found = desk.refuses(path, *pancreas(tmp_path), *STUDIED, "--date-format", "DD/MM/YYYY")
    impossible = [
        ("date", line, column, row[column])
        for line, row in enumerate(read(path), start=2)
        for column in ("onstudy", "progression", "death")
        if row[column] != "." and int(row[column].split("/")[1]) > 12
    ]
    assert len(impossible) == 70
    told = [one for one in found if one[0] == "date"]
    assert sorted(set(told)) == sorted(impossible)  # the index date stands in two tables and is said of each
    assert {one[0] for one in found} - {"date"} == {"after-death"}  # days that exist are read as told


@pytest.fixture
def both_ways(realdata, tmp_path) -> Path:
    """The three patients all whose dates read day first and month first."""
    rows = read(realdata / "pancreatic.csv")
    kept = [row for row in rows if all(row[at] == "." or day_first(row[at]) for at in list(row)[1:])]
    return written(tmp_path / "both_ways.csv", [list(rows[0]), *(row.values() for row in kept)])


def day_first(text: str) -> bool:
    return int(text.split("/")[1]) <= 12


def test_dates_that_read_both_ways_are_refused_until_the_format_is_said(desk, both_ways, tmp_path):
    assert desk.refuses(both_ways, *pancreas(tmp_path), *STUDIED) == [
        ("date-ambiguous", 1, "onstudy", ""),
        ("date-ambiguous", 1, "death", ""),
    ]


@pytest.mark.parametrize(
    ("told", "days"),
    [
        pytest.param({"date_format": "MM/DD/YYYY"}, [610, 975, 527], id="month-first-as-it-is"),
        pytest.param({"date_format": "DD/MM/YYYY"}, [342, 739, 643], id="day-first-as-told"),
        pytest.param(
            {"dates": {"onstudy": "MM/DD/YYYY", "death": "MM/DD/YYYY"}}, [610, 975, 527], id="by-column"
        ),
    ],
)
def test_a_format_that_is_said_is_the_one_that_is_read(desk, both_ways, tmp_path, told, days):
    found = desk.builds(both_ways, *pancreas(tmp_path, **told), *STUDIED)
    assert [row[3] for row in times(found) if row[1] == "OS"] == days


def test_a_wide_table_goes_out_as_source_tables_and_in_with_equal_times(desk, realdata, tmp_path):
    first = desk.takes(realdata / "pancreatic.csv", *pancreas(tmp_path), *STUDIED)
    again = desk.takes(desk.writes(first, "tables", tmp_path / "out.zip"), *STUDIED)
    assert again.version == first.version
    assert times(again) == times(first)
    assert len(times(again)) == 2 * 41  # PFS and OS: of systemic therapies the file knows nothing


# REDCap

SITES = {"1": "liver", "2": "bone", "3": "lung", "-9": "lymph node"}
WORDS: dict[str, dict[str, str]] = {
    "sex": {"1": "male", "2": "female"},
    "tumour_grade": {"1": "G1", "2": "G2", "3": "G3"},
    "extent": {"0": "focal", "1": "multifocal"},
}
FORMS = {
    "base": ("sex", "birth_year", "primary_site", "tumour_grade", "ki67_percent", "functional", "met_date"),
    "treatment": ("lt_date", "modality", "sites", "indication"),
    "systemic": ("agent", "start", "stop"),
    "progress": ("pg_date", "extent"),
    "harm": ("ae_date", "term", "ctcae"),
    "contact": ("last_seen", "died"),
}
REDCAP_MAPPING = {
    "patient_id": "record_id",
    "patients": {
        "sex": "sex",
        "birth_year": "birth_year",
        "primary_site": "primary_site",
        "tumour_grade": "tumour_grade",
        "ki67_percent": "ki67_percent",
        "functional": "functional",
        "metastatic_date": "met_date",
    },
    "local_treatments": [
        {"date": "lt_date", "modality": "modality", "target_site": "sites", "indication": "indication"}
    ],
    "systemic_therapies": [{"agent": "agent", "start_date": "start", "stop_date": "stop"}],
    "progressions": [{"date": "pg_date", "extent": "extent"}],
    "adverse_events": [{"date": "ae_date", "term": "term", "ctcae_grade": "ctcae"}],
    "follow_up": {"last_contact_date": "last_seen", "death_date": "died"},
    "values": {"functional": {"Yes": "yes", "No": "no"}},
}
REPEATED = {
    "treatment": (
        "local_treatments",
        {"lt_date": "date", "modality": "modality", "indication": "indication"},
    ),
    "systemic": ("systemic_therapies", {"agent": "agent", "start": "start_date", "stop": "stop_date"}),
    "progress": ("progressions", {"pg_date": "date", "extent": "extent"}),
    "harm": ("adverse_events", {"ae_date": "date", "term": "term", "ctcae": "ctcae_grade"}),
}


class Project:
    """A REDCap project of some of the synthetic patients; a treatment may have several sites."""

    def __init__(self, most: int) -> None:
        self.patients = [row["patient_id"] for row in synthetic_rows("patients")][:most]
        self.tables = {
            table.name: [row for row in synthetic_rows(table.name) if row["patient_id"] in self.patients]
            for table in TABLES
        }
        self.words = dict(WORDS)
        by_patient: dict[str, int] = {}
        self.named: dict[str, str] = {}
        for row in self.tables["local_treatments"]:
            number = by_patient[row["patient_id"]] = by_patient.get(row["patient_id"], 0) + 1
            self.named[row["treatment_id"]] = row["treatment_id"] = f"{row['patient_id']}-{number}"
            known = row["target_site"] if row["target_site"] in SITES.values() else "liver"
            row["target_site"] = "bone; lung" if number == 2 else known
        treated = self.tables["local_treatments"]
        for row in self.tables["adverse_events"]:
            own = [one for one in treated if one["patient_id"] == row["patient_id"]]
            before = [one for one in own if one["date"] <= row["date"]]
            row["treatment"] = max(before, key=lambda one: one["date"])["treatment_id"]
        for field, table in (("primary_site", "patients"), ("modality", "local_treatments")):
            words = sorted({row[field] for row in self.tables[table]})
            self.words[field] = {str(code): word for code, word in enumerate(words, start=1)}

    def source_tables(self, folder: Path) -> Path:
        """Write the patients as source tables."""
        folder.mkdir()
        for name, rows in self.tables.items():
            header = list(synthetic_rows(name)[0])
            written(folder / f"{name}.csv", [header, *([row[at] for at in header] for row in rows)])
        return folder

    def dictionary(self, path: Path) -> Path:
        """Write the data dictionary."""
        rows = [["record_id", "base", "", "text", "Record ID", ""]]
        for form, fields in FORMS.items():
            for field in fields:
                kind, choices = "text", ""
                if field in self.words:
                    kind = "radio"
                    choices = " | ".join(f"{code}, {word}" for code, word in self.words[field].items())
                elif field == "sites":
                    kind = "checkbox"
                    choices = " | ".join(f"{code}, {word}" for code, word in SITES.items())
                elif field == "functional":
                    kind = "yesno"
                rows.append([field, form, "", kind, f"The {field} of it", choices])
        header = ["Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label"]
        return written(path, [[*header, "Choices, Calculations, OR Slider Labels"], *rows])

    def export(self, path: Path, *, labelled: bool) -> Path:
        """Write the data as codes under names, or as labels under labels."""
        header = ["record_id", "redcap_repeat_instrument", "redcap_repeat_instance"]
        labels = ["Record ID", "Repeat Instrument", "Repeat Instance"]
        for fields in FORMS.values():
            for field in fields:
                if field == "sites":
                    header += [f"sites___{code}".replace("-", "_") for code in SITES]
                    labels += [f"The sites of it (choice={word})" for word in SITES.values()]
                else:
                    header.append(field)
                    labels.append(f"The {field} of it")
        rows = []
        for patient in self.patients:
            for told in self.records(patient):
                rows.append([self.cell(told, name, labelled=labelled) for name in header])
        return written(path, [labels if labelled else header, *rows])

    def records(self, patient: str) -> Iterable[dict[str, str]]:
        """Yield the rows of a record: the one that stands once, then the repeats of each instrument."""
        (base,) = (row for row in self.tables["patients"] if row["patient_id"] == patient)
        (contact,) = (row for row in self.tables["follow_up"] if row["patient_id"] == patient)
        seen = {"last_seen": contact["last_contact_date"], "died": contact["death_date"]}
        yield {"record_id": patient, **base, "met_date": base["metastatic_date"], **seen}
        for form, (table, columns) in REPEATED.items():
            own = [row for row in self.tables[table] if row["patient_id"] == patient]
            for number, row in enumerate(own, start=1):
                repeat = {"redcap_repeat_instrument": form, "redcap_repeat_instance": str(number)}
                told = {field: row[column] for field, column in columns.items()}
                yield {"record_id": patient, **repeat, **told, "sites": row.get("target_site", "")}

    def cell(self, told: dict[str, str], name: str, *, labelled: bool) -> str:
        """Return a cell as REDCap exports it."""
        if name.startswith("sites___"):
            code = name.removeprefix("sites___").replace("_", "-")
            ticked = SITES[code] in told.get("sites", "").split("; ")
            return ("Checked" if ticked else "Unchecked") if labelled else str(int(ticked))
        text = told.get(name, "")
        if name == "functional" and text:
            return text.capitalize() if labelled else str(int(text == "yes"))
        if name in self.words and text and not labelled:
            return next(code for code, word in self.words[name].items() if word == text)
        return text


@pytest.mark.parametrize("labelled", [pytest.param(False, id="raw"), pytest.param(True, id="labelled")])
def test_a_redcap_project_is_the_version_of_the_same_patients_source_tables(desk, tmp_path, labelled):
    project = Project(most=25)
    tables = desk.takes(project.source_tables(tmp_path / "source"), *SETTINGS, *EXTRACTED)
    export = project.export(tmp_path / "export.csv", labelled=labelled)
    assert len(read(export)) == 199
    options = ("--dictionary", project.dictionary(tmp_path / "dictionary.csv"))
    mapping = ("--mapping", toml(tmp_path / "redcap.toml", REDCAP_MAPPING))
    found = desk.takes(export, *options, *mapping, *SETTINGS, *EXTRACTED)
    assert times(found) == times(tables)
    assert found.n == 25
    assert ("bone; lung",) in found.database.rows("SELECT target_site FROM source.local_treatments")
    assert found.version == tables.version


# cBioPortal

PORTAL = """\
#Patient\tArm\tAge\tSurvival (Months)\tStatus\tProgression Free (Months)\tProgression Free Status
#Identifier\tArm\tAge at diagnosis\tmonths\tstatus\tmonths\tstatus
#STRING\tSTRING\tNUMBER\tNUMBER\tSTRING\tNUMBER\tSTRING
#1\t1\t1\t1\t1\t1\t1
#Patient Identifier\tArm\tAge\tOverall\tOverall\tProgression\tProgression
PATIENT_ID\tARM\tAGE\tOS_MONTHS\tOS_STATUS\tPFS_MONTHS\tPFS_STATUS
T-1\tRFA\t61\t12.5\t1:DECEASED\t3.25\t1:PROGRESSION
T-2\tRFA\t[Not Available]\t40\t0:LIVING\t40\t0:CENSORED
T-3\tHAE\t70\t0.03\t0:LIVING\t[Not Available]\t[Not Available]
T-4\tHAE\t55\t7\t1:DECEASED\t7\t1:DECEASED
T-5\t[Not Available]\t44\t24\t0:LIVING\t9.75\t1:PROGRESSION
"""


def test_a_cbioportal_file_goes_in_and_out_as_adtte_and_in_with_equal_times(desk, tmp_path):
    path = tmp_path / "data_clinical_patient.txt"
    path.write_text(PORTAL, encoding="utf-8")
    first = desk.takes(path, "--treatment", "ARM")
    assert [(row[0], row[1], row[3], row[4], row[6], row[7]) for row in times(first)] == [
        ("T-1", "OS", 380, 1, 12.5, "months"),
        ("T-1", "PFS", 99, 1, 3.25, "months"),
        ("T-2", "OS", 1218, 0, 40.0, "months"),
        ("T-2", "PFS", 1218, 0, 40.0, "months"),
        ("T-3", "OS", 1, 0, 0.03, "months"),
        ("T-4", "OS", 213, 1, 7.0, "months"),
        ("T-4", "PFS", 213, 1, 7.0, "months"),
        ("T-5", "OS", 730, 0, 24.0, "months"),
        ("T-5", "PFS", 297, 1, 9.75, "months"),
    ]
    adtte, adsl = (desk.writes(first, kind, tmp_path / f"{kind}.csv") for kind in ("adtte", "adsl"))
    again = desk.takes(adtte, "--adsl", adsl)
    assert times(again) == times(first)
    assert figures(again) == figures(first)
    ages = 'SELECT patient_id, modality, "AGE" FROM cohort ORDER BY patient_id'
    assert again.database.rows(ages) == first.database.rows(ages)
    assert [row[1:] for row in first.database.rows(ages)] == [
        ("RFA", 61),
        ("RFA", None),
        ("HAE", 70),
        ("HAE", 55),
        ("not recorded", 44),
    ]


# 0, 1 and 2 mean what somebody says, never what they look like


def endpoint(time: str, status: str, unit: str = "days", **words: Sequence[str]) -> dict[str, Any]:
    """Return an endpoint of a mapping: by default 1 is the event and 0 censored."""
    said = {"event": ["1"], "censored": ["0"], **words}
    return {"code": status.upper(), "time": time, "status": status, "unit": unit, **said}


# What each data set's own description says: patients and events.
PUBLIC = [
    pytest.param("lung", "time", "status", "days", 228, 165, id="lung-165-deaths"),
    pytest.param("rossi", "week", "arrest", "weeks", 432, 114, id="rossi-114-arrests"),
    pytest.param("waltons", "T", "E", "days", 163, 156, id="waltons-156-flies"),
    pytest.param("larynx", "time", "death", "years", 90, 50, id="larynx-50-deaths-in-years"),
    pytest.param("gbsg2", "time", "cens", "days", 686, 299, id="gbsg2-cens-1-is-the-event"),
    pytest.param("lymphoma", "Time", "Censor", "days", 80, 54, id="lymphoma-censor-1-is-the-event"),
    pytest.param("leukemia", "t", "status", "weeks", 42, 30, id="leukemia-30-relapses"),
    pytest.param("psychiatric_patients", "T", "C", "years", 26, 14, id="psychiatric-c-1-is-death"),
    pytest.param("kidney_transplant", "time", "death", "days", 863, 140, id="kidney-140-deaths"),
    pytest.param("lymph_node", "survtime", "censdead", "days", 686, 171, id="lymph-node-171-deaths"),
]


def public_file(folder: Path, name: str) -> Path:
    """Write a public data set as a person would save it."""
    path = folder / f"{name}.csv"
    getattr(public, f"load_{name}")().to_csv(path, index=False)
    return path


@pytest.mark.parametrize(("name", "time", "status", "unit", "n", "events"), PUBLIC)
def test_a_public_data_set_has_the_events_that_its_description_says(
    desk, tmp_path, name, time, status, unit, n, events
):
    path = public_file(tmp_path, name)
    told = {"patient_id": {"row_number": True}, "treatment": {"value": "all"}}
    swapped = endpoint(time, status, unit, event=["0"], censored=["1"])
    for one, expected in ((endpoint(time, status, unit), events), (swapped, n - events)):
        mapping = toml(tmp_path / "mapping.toml", {**told, "endpoints": [one]})
        found = desk.builds(path, "--mapping", mapping)
        assert found.database.rows("SELECT count(*), sum(status) FROM time_to_event") == [(n, expected)]
    per = {"days": 1, "weeks": 7, "years": 365.25}[unit]
    rows = enumerate(read(path), start=1)
    days = {str(number): round(float(row[time]) * per) for number, row in rows}
    assert dict(found.database.rows("SELECT patient_id, days FROM time_to_event")) == days


@pytest.mark.parametrize("name", ["lung", "veteran", "ovarian", "mgus2"])
def test_status_1_and_2_as_r_codes_them_give_what_adtte_gives(desk, tmp_path, name):
    path = REFERENCE / f"{name}_adtte.csv"
    codes = {"0": "2", "1": "1", "2": "3"}
    rows = [[row["USUBJID"], row["TRTP"], row["AVAL"], codes[row["CNSR"]]] for row in read(path)]
    wide = written(tmp_path / f"{name}.csv", [["id", "rx", "time", "status"], *rows])
    two = endpoint("time", "status", event=["2"], censored=["1"], competing=["3"])
    told = {"patient_id": "id", "treatment": "rx", "endpoints": [{**two, "code": "TTE"}]}
    found = desk.builds(wide, "--mapping", toml(tmp_path / "mapping.toml", told))
    trial = desk.builds(path, "--competing-cnsr", "2")
    assert figures(found) == figures(trial)
    sql = "SELECT patient_id, endpoint, days, status FROM time_to_event ORDER BY ALL"
    assert found.database.rows(sql) == trial.database.rows(sql)
    events = {"lung": 165, "veteran": 128, "ovarian": 12, "mgus2": 115}[name]
    assert sum(row[3] for row in figures(found)) == events


def test_a_status_that_nobody_mapped_is_refused_in_every_row_of_it(desk, tmp_path):
    wide = written(
        tmp_path / "wide.csv", [["id", "time", "status"], [1, 5, 1], [2, 6, 2], [3, 7, 0], [4, 8, "1.5"]]
    )
    told = {"patient_id": "id", "treatment": {"value": "all"}, "endpoints": [endpoint("time", "status")]}
    mapping = ("--mapping", toml(tmp_path / "mapping.toml", told))
    assert desk.refuses(wide, *mapping) == [
        ("status-unmapped", 3, "status", "2"),
        ("status-unmapped", 5, "status", "1.5"),
    ]


# encodings, delimiters, decimal marks, ends of lines

REVIEW = [
    [
        "Fall",
        "Geschlecht",
        "Jahrgang",
        "Primärtumor",
        "Ki67",
        "Metastase",
        "Eingriff",
        "Art",
        "Kontakt",
        "Tod",
    ],
    ["A", "weiblich", "1950", "Dünndarm", "2.5", "2013-05-01", "2014-01-10", "RFA", "2016-01-01", ""],
    ["B", "männlich", "1948", "Rektum, oben", "12", "2012-05-01", "2014-03-01", "Löffel", "", "2015-02-03"],
    ["C", "", "1961", "Übergang; Magen", "", "2013-06-30", "2015-07-01", "RFA", "2017-01-31", ""],
]
REVIEWED = {
    "patient_id": "Fall",
    "patients": {
        "sex": "Geschlecht",
        "birth_year": "Jahrgang",
        "primary_site": "Primärtumor",
        "ki67_percent": "Ki67",
        "metastatic_date": "Metastase",
    },
    "local_treatments": [{"date": "Eingriff", "modality": "Art"}],
    "follow_up": {"last_contact_date": "Kontakt", "death_date": "Tod"},
    "values": {"Geschlecht": {"weiblich": "female", "männlich": "male"}},
    "settings": {"eligibility": {"focal_only": False}},
}


def review(delimiter: str = ",", decimal: str = ".", ends: str = "\n") -> str:
    """Return the chart review as text; only its numbers have a decimal mark."""
    lines = []
    for number, row in enumerate(REVIEW):
        cells = [cell.replace(".", decimal) if number and at == 4 else cell for at, cell in enumerate(row)]
        lines.append(
            delimiter.join(f'"{cell}"' if any(mark in cell for mark in ",;") else cell for cell in cells)
            + ends
        )
    return "".join(lines)


@pytest.fixture(scope="module")
def reviewed(desk, tmp_path_factory) -> DataSet:
    """The chart review as UTF-8 with commas."""
    folder = tmp_path_factory.mktemp("review")
    path = folder / "plain.csv"
    path.write_text(review(), encoding="utf-8")
    return desk.takes(path, "--mapping", toml(folder / "review.toml", REVIEWED), *EXTRACTED)


@pytest.mark.parametrize(
    ("content", "options"),
    [
        pytest.param(review().encode(), [], id="utf-8"),
        pytest.param(review(ends="\r\n").encode("utf-8-sig"), [], id="utf-8-with-mark-and-crlf"),
        pytest.param(review("\t").encode("utf-16"), [], id="utf-16-tabs"),
        pytest.param(review().encode("utf-16-be"), ["--encoding", "utf-16"], id="utf-16-as-said"),
        pytest.param(review().encode("cp1252"), ["--encoding", "cp1252"], id="cp1252-as-said"),
        pytest.param(review(";").encode(), [], id="semicolons"),
        pytest.param(review("\t", ends="\r").encode(), [], id="tabs-and-old-mac-ends"),
        pytest.param(review(";", ",").encode(), ["--decimal", "comma"], id="decimal-comma"),
        pytest.param(review(",", ",").encode(), ["--decimal", "comma"], id="decimal-comma-among-commas"),
        pytest.param(
            review(";", ",", "\r\n").encode("cp1252"),
            ["--encoding", "cp1252", "--decimal", "comma", "--delimiter", "semicolon"],
            id="as-excel-saves-it-in-germany",
        ),
    ],
)
def test_one_table_is_one_version_however_its_text_is_written(desk, reviewed, tmp_path, content, options):
    mapping = ("--mapping", toml(tmp_path / "review.toml", REVIEWED))
    path = tmp_path / "review.csv"
    path.write_bytes(content)
    found = desk.builds(path, *mapping, *EXTRACTED, *options)
    assert found.version == reviewed.version
    assert found.database.rows(
        "SELECT * EXCLUDE (functional, tumour_grade) FROM source.patients ORDER BY 1"
    ) == [
        ("A", "female", 1950, "Dünndarm", 2.5, date(2013, 5, 1)),
        ("B", "male", 1948, "Rektum, oben", 12.0, date(2012, 5, 1)),
        ("C", None, 1961, "Übergang; Magen", None, date(2013, 6, 30)),
    ]
    treated = "SELECT patient_id, modality, index_date FROM cohort ORDER BY 1"
    assert found.database.rows(treated)[1] == ("B", "Löffel", date(2014, 3, 1))
    assert date(2014, 3, 1) + timedelta(days=339) == date(2015, 2, 3)
    assert [row[3] for row in times(found) if row[1] == "OS"] == [721, 339, 580]
