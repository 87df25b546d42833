"""Every setting, key of a mapping and option of `import` that is taken has its effect, on every kind of file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gepnet_core.cli import _parser
from gepnet_core.cli_import import requested
from gepnet_core.errors import CohortError
from gepnet_core.intake.option_effects import MAPPING, OPTIONS, SETTINGS, Holding
from gepnet_core.selection import Selection
from gepnet_core.store.build import prepare
from gepnet_core.store.connection import Database
from gepnet_core.store.dataset import DataSet

DATED = """
id,sex,site,ki67,mets,treated,kind,why,seen,pd
A,female,ileum,2,2013-05-31,2014-01-30,RFA,focal progression,2015-03-31,2014-06-01
B,male,pancreas,3,2013-05-16,2014-02-11,HAE,focal progression,2015-04-25,2014-07-02
C,male,ileum,4,,2014-03-01,RFA,focal progression,2015-04-25,
D,male,ileum,5,2013-05-17,2015-02-11,RFA,debulking,2015-04-25,
"""
DATED_MAPPING = """patient_id = "id"
[patients]
sex = "sex"
primary_site = "site"
ki67_percent = "ki67"
metastatic_date = "mets"
[[local_treatments]]
date = "treated"
modality = "kind"
indication = "why"
[[progressions]]
date = "pd"
extent = { value = "focal" }
[follow_up]
last_contact_date = "seen"
"""
TIMES = """
id,arm,t,s,Sex,Relapse,Dose
A,x,60,1,F,late,1
B,y,70,0,M,early,2
C,y,80,1,M,early,3
"""
TIMES_MAPPING = """patient_id = "id"
treatment = "arm"
[[endpoints]]
code = "OS"
time = "t"
status = "s"
event = ["1"]
censored = ["0"]
"""
ADTTE = """
USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,STARTDT,ADT,Sex,Relapse,Dose
A,x,OS,Overall survival,60,DAYS,0,2014-01-01,2014-03-02,F,late,1
B,y,OS,Overall survival,70,DAYS,1,2014-01-02,2014-03-13,M,early,2
C,y,OS,Overall survival,80,DAYS,0,2014-01-03,2014-03-24,M,early,3
"""
CLINICAL = """
PATIENT_ID,OS_STATUS,OS_MONTHS,ARM,Sex,Relapse,Dose
A,1:DECEASED,12,x,F,late,1
B,0:LIVING,20,y,M,early,2
C,1:DECEASED,25,y,M,early,3
"""
MAIN = {
    Holding.TABLES: DATED,
    Holding.WIDE: DATED,
    Holding.REDCAP: DATED,
    Holding.WIDE_TIMES: TIMES,
    Holding.REDCAP_TIMES: TIMES,
    Holding.ADTTE: ADTTE,
    Holding.CBIOPORTAL: CLINICAL,
}
# where each table of the source tables takes its columns from
TABLES = {
    "patients": {"patient_id": "id", "sex": "sex", "primary_site": "site", "ki67_percent": "ki67"}
    | {"metastatic_date": "mets"},
    "local_treatments": {"treatment_id": "id", "patient_id": "id", "date": "treated", "modality": "kind"}
    | {"indication": "why"},
    "progressions": {"patient_id": "id", "date": "pd"},
    "follow_up": {"patient_id": "id", "last_contact_date": "seen"},
}
BLANK = {
    "patients": ("birth_year", "tumour_grade", "functional"),
    "local_treatments": ("target_site",),
    "follow_up": ("death_date",),
}
EMPTY = {
    "systemic_therapies": "patient_id,agent,start_date,stop_date\n",
    "adverse_events": "patient_id,date,term,ctcae_grade,treatment\n",
}


@dataclass
class Given:
    """What is imported: the rows of the main file, how they are written, the mapping, and the options."""

    held: Holding
    rows: list[list[str]]
    mapping: str
    options: dict[str, str] = field(default_factory=dict)
    settings: str = ""
    encoding: str = "utf-8"
    delimiter: str = ","
    sheets: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    beside: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, held: Holding) -> Given:
        """Return a file of this kind that imports."""
        rows = list(csv.reader(MAIN[held].strip().splitlines()))
        mapped = held.value.split()[0] in ("wide", "redcap")
        given = cls(held, rows, (DATED_MAPPING if rows[0][1] == "sex" else TIMES_MAPPING) if mapped else "")
        if rows[0][1] == "sex":
            given.options["--extracted"] = "2015-06-30"
        if held is Holding.CBIOPORTAL:
            given.options["--treatment"] = "ARM"
        return given

    def put(self, column: str, *values: str) -> None:
        """Put values into a column, from the first patient on."""
        at = self.rows[0].index(column)
        for row, value in zip(self.rows[1:], values, strict=False):
            row[at] = value

    def named(self, *names: str) -> str:
        """Return the first of these names that is a column."""
        return next(name for name in names if name in self.rows[0])

    def text(self, rows: list[list[str]]) -> bytes:
        told = io.StringIO(newline="")
        csv.writer(told, delimiter=self.delimiter, lineterminator="\n").writerows(rows)
        return told.getvalue().encode(self.encoding)

    def write(self, folder: Path) -> list[str]:
        """Write the files and return the arguments of `import`."""
        folder.mkdir()
        path = folder / ("file.xlsx" if self.sheets else "file.csv")
        options = dict(self.options)
        if self.held is Holding.TABLES:
            path = folder / "tables"
            path.mkdir()
            for name, columns in TABLES.items():
                at = [self.rows[0].index(column) for column in columns.values()]
                blank = BLANK.get(name, ())
                rows = [
                    [*columns, *blank],
                    *([*(row[place] for place in at), *("" for _ in blank)] for row in self.rows[1:]),
                ]
                if name == "progressions":
                    rows = [
                        ["patient_id", "date", "extent"],
                        *([*row, "focal"] for row in rows[1:] if row[1]),
                    ]
                (path / f"{name}.csv").write_bytes(self.text(rows))
            for name, text in EMPTY.items():
                (path / f"{name}.csv").write_text(text.replace(",", self.delimiter))
            for name in self.dropped:
                (path / f"{name}.csv").unlink()
        elif self.sheets:
            book = openpyxl.Workbook()
            book.remove(book.active)
            for name in self.sheets:
                sheet = book.create_sheet(name)
                for row in self.rows:
                    sheet.append(row)
            book.save(path)
        else:
            path.write_bytes(self.text(self.rows))
        if self.mapping:
            (folder / "mapping.toml").write_text(self.mapping, encoding="utf-8")
            options.setdefault("--mapping", str(folder / "mapping.toml"))
        if self.held.value.startswith("redcap"):
            fields = "".join(f'"{name}",base,text,"{name}",\n' for name in self.rows[0])
            header = "Variable / Field Name,Form Name,Field Type,Field Label,"
            header += '"Choices, Calculations, OR Slider Labels"\n'
            (folder / "dictionary.csv").write_text(header + fields, encoding="utf-8")
            options.setdefault("--dictionary", str(folder / "dictionary.csv"))
        for option, text in self.beside.items():
            (folder / "beside.csv").write_text(text, encoding="utf-8")
            options[option] = str(folder / "beside.csv")
        if self.settings:
            (folder / "settings.toml").write_text(self.settings, encoding="utf-8")
            options["--settings"] = str(folder / "settings.toml")
        kind = self.held.value.split()[0]
        told = [str(path), "--dataset", "d", "--format", kind]
        return told + [part for option, value in options.items() if value != "-" for part in (option, value)]


def facts(given: Given, folder: Path) -> dict[str, Any]:
    """Import in this process and return what came out: the error that a person would see first, or the data."""
    try:
        request = requested(_parser().parse_args(["import", *given.write(folder)]))
        request.check()
        (folder / "scratch").mkdir()
        found = prepare(request, folder / "scratch")
    except CohortError as refused:
        return {"error": str(refused)}
    if found.path is None or found.current is None:
        return {"error": "; ".join(f"{one.rule} {one.column} {one.words}" for one in found.report.findings)}
    data = DataSet("d", found.current.version, Database.open(found.path))
    return {
        "error": "",
        "n": data.n,
        "words": [data.meta[key] for key in ("title", "notice", "about")],
        "labels": data.modality_labels,
        "baseline": {column.name: (column.kind, data.levels(column.name)) for column in data.baseline},
        "endpoints": list(data.endpoints),
        "counts": {
            code: [[*counts.days.tolist(), int(counts.events.sum()), int(counts.competing.sum())]]
            for code in data.endpoints
            for counts in data.event_counts(code, Selection())
        },
        "warned": sorted(found.report.counts),
    }


Change = Callable[[Given], None]


def same(_: Given) -> None:
    """Change nothing of the file."""


def missing(given: Given) -> None:
    given.put(given.named("sex", "Sex"), "k.A.")


def decimal(given: Given) -> None:
    given.put(given.named("ki67", "Dose"), "2,5", "3,5", "4,5", "5,5")


def no_day(given: Given) -> None:
    given.options.pop("--extracted", None)


def without_progressions(given: Given) -> None:
    if given.held is Holding.TABLES:
        given.dropped = ("progressions",)


def encoded(given: Given) -> None:
    given.encoding = "cp1252"
    column = given.named("why", "Sex")
    given.put(column, *("für" if column == "Sex" else "focal progression",) * 4)
    if column == "why":
        given.put("why", "Rückfall")


def delimited(given: Given) -> None:
    if given.held is Holding.TABLES:  # the header tells it, and another one is no longer read
        return
    given.delimiter = ";"
    given.rows[0].append("a,b")
    for row in given.rows[1:]:
        row.append("1,2")


def dates(given: Given) -> None:
    if given.held is Holding.ADTTE:
        given.put("STARTDT", "01/02/2014", "02/02/2014", "03/02/2014")
        given.put("ADT", "02/04/2014", "13/04/2014", "24/04/2014")
        return
    given.put("mets", "01/05/2013", "02/06/2013", "", "03/07/2013")


def two_sheets(given: Given) -> None:
    given.sheets = ("first", "second")


def faulty(given: Given) -> None:
    column = given.named("seen", "t", "AVAL", "OS_MONTHS")
    given.put(column, "x" if column != "seen" else "2016-01-01")


def silent_unit(given: Given) -> None:
    given.put("AVALU", "", "", "")
    given.put("AVAL", "1.5", "2.5", "3.5")
    given.put("STARTDT", "", "", "")
    given.put("ADT", "", "", "")


def code_2(given: Given) -> None:
    given.put("CNSR", "0", "2", "2")


def in_settings(text: str) -> Change:
    def said(given: Given) -> None:
        given.settings = text

    return said


def in_mapping(text: str, *, top: bool = False) -> Change:
    def said(given: Given) -> None:
        given.mapping = f"{text}\n{given.mapping}" if top else f"{given.mapping}\n{text}"

    return said


def not_in_mapping(*lines: str) -> Change:
    def said(given: Given) -> None:
        for line in lines:
            assert line in given.mapping
            given.mapping = given.mapping.replace(line, "")

    return said


def option(name: str, value: str) -> Change:
    def said(given: Given) -> None:
        given.options[name] = value

    return said


def beside(name: str, text: str) -> Change:
    def said(given: Given) -> None:
        given.beside[name] = text

    return said


# key: (what the file is like, what is said, in which respect the two imports differ)
Case = tuple[Change, Change, str]
OF_SETTINGS: dict[str, Case] = {
    "title": (same, in_settings('title = "T"'), "words"),
    "notice": (same, in_settings('notice = "N"'), "words"),
    "about": (same, in_settings('about = "A"'), "words"),
    "extracted": (no_day, in_settings("extracted = {day}"), "error"),
    "missing": (missing, in_settings('missing = ["k.A."]'), "error or baseline"),
    "modalities": (same, in_settings('[[modalities]]\nvalue = "{first}"\nlabel = "The first"'), "labels"),
    "not_recorded": (without_progressions, in_settings('not_recorded = ["progressions"]'), "any"),
    "baseline": (same, in_settings('[baseline]\nRelapse = "yes"'), "baseline"),
    "eligibility.local_treatment": (same, in_settings("[eligibility]\nlocal_treatment = false"), "error"),
    "eligibility.primary_sites": (same, in_settings('[eligibility]\nprimary_sites = ["ileum"]'), "n"),
    "eligibility.metastatic": (same, in_settings("[eligibility]\nmetastatic = false"), "n"),
    "eligibility.focal_only": (same, in_settings("[eligibility]\nfocal_only = false"), "n"),
    "eligibility.focal_indication": (same, in_settings('[eligibility]\nfocal_indication = "debulking"'), "n"),
    "eligibility.window": (same, in_settings("[eligibility.window]\nfrom = 2014-02-01"), "n"),
    "eligibility.excluded_modalities": (
        same,
        in_settings('[[eligibility.excluded_modalities]]\nvalue = "HAE"\nlabel = "HAE"'),
        "n",
    ),
}
OF_MAPPING: dict[str, Case] = {
    "patient_id": (same, not_in_mapping('patient_id = "id"\n'), "error"),
    "reading.encoding": (encoded, in_mapping('[reading]\nencoding = "cp1252"'), "error"),
    "reading.delimiter": (delimited, in_mapping('[reading]\ndelimiter = "semicolon"'), "error"),
    "reading.decimal": (decimal, in_mapping('[reading]\ndecimal = "comma"'), "error or baseline"),
    "reading.missing": (missing, in_mapping('[reading]\nmissing = ["k.A."]'), "error or baseline"),
    "reading.date_format": (dates, in_mapping('[reading]\ndate_format = "DD/MM/YYYY"'), "error"),
    "reading.dates": (dates, in_mapping('[reading.dates]\nmets = "DD/MM/YYYY"'), "error"),
    "groups": (same, not_in_mapping('[follow_up]\nlast_contact_date = "seen"\n'), "error"),
    "endpoints": (same, not_in_mapping(TIMES_MAPPING[TIMES_MAPPING.index("[[endpoints]]") :]), "error"),
    "treatment": (same, not_in_mapping('treatment = "arm"\n'), "error"),
    "baseline": (same, in_mapping('baseline = ["Sex"]', top=True), "baseline"),
    "values": (same, in_mapping('[values.{sex}]\n{female} = "{female}"\n{male} = "{female}"'), "baseline"),
    "settings": (same, in_mapping('[settings]\ntitle = "T"'), "words"),
}
OF_OPTIONS: dict[str, Case] = {
    "--extracted": (no_day, option("--extracted", "{day}"), "error"),
    "--mapping": (same, option("--mapping", "-"), "error"),
    "--settings": (same, in_settings('title = "T"'), "words"),
    "--adsl": (same, beside("--adsl", "USUBJID,WEIGHT\nA,60\nB,70\nC,80\n"), "baseline"),
    "--dictionary": (same, option("--dictionary", "-"), "error"),
    "--samples": (
        same,
        beside("--samples", "PATIENT_ID\tSAMPLE_ID\tGRADE\nA\ta\tg1\nB\tb\tg2\nC\tc\tg2\n"),
        "any",
    ),
    "--encoding": (encoded, option("--encoding", "cp1252"), "error"),
    "--delimiter": (delimited, option("--delimiter", "semicolon"), "error"),
    "--decimal": (decimal, option("--decimal", "comma"), "error or baseline"),
    "--sheet": (two_sheets, option("--sheet", "second"), "error"),
    "--date-format": (dates, option("--date-format", "DD/MM/YYYY"), "error"),
    "--time-unit": (silent_unit, option("--time-unit", "months"), "error"),
    "--competing-cnsr": (code_2, option("--competing-cnsr", "2"), "counts"),
    "--censored-cnsr": (code_2, option("--censored-cnsr", "2"), "warned"),
    "--treatment": (same, option("--treatment", "Sex"), "labels"),
    "--baseline": (same, option("--baseline", "Relapse=yes"), "baseline"),
    "--leave-out": (faulty, option("--leave-out", "{rule}"), "error"),
}
# their effect is not on what is read: test_what_is_done_with_the_file
OF_THE_COMMAND = {"file", "--dataset", "--format", "--dry-run", "--report", "--json"}


@pytest.fixture(scope="module")
def imported() -> dict[str, dict[str, Any]]:
    """What came out of each file as it is, by what it is like."""
    return {}


def pairs(effects: Any, cases: dict[str, Case]) -> Iterator[Any]:
    for key, effect in effects.items():
        if key not in OF_THE_COMMAND:
            for held in effect.works:
                yield pytest.param(held, *cases[key], id=f"{key}-{held.name.lower()}")


def filled(given: Given, said: Change) -> None:
    """Say it, with the names and values that this kind of file has."""
    said(given)
    first = given.rows[1][given.rows[0].index(given.named("kind", "arm", "TRTP", "ARM"))]
    sex = given.named("sex", "Sex")
    dated = sex == "sex"
    rule = {"seen": "after-extraction", "t": "aval", "AVAL": "aval", "OS_MONTHS": "aval"}
    words = {
        "{first}": first,
        "{day}": "2015-06-30" if dated else "2014-03-01",
        "{sex}": sex,
        "{female}": "female" if dated else "F",
        "{male}": "male" if dated else "M",
        "{rule}": rule[given.named("seen", "t", "AVAL", "OS_MONTHS")],
    }
    for old, new in words.items():
        given.settings, given.mapping = given.settings.replace(old, new), given.mapping.replace(old, new)
        given.options = {name: value.replace(old, new) for name, value in given.options.items()}


@pytest.mark.parametrize(
    ("held", "file", "said", "respect"),
    [
        *pairs(SETTINGS, OF_SETTINGS),
        *pairs(MAPPING, OF_MAPPING),
        *pairs(OPTIONS, OF_OPTIONS),
    ],
)
def test_what_is_said_changes_what_comes_out(tmp_path, imported, held, file, said, respect):
    before, after = Given.of(held), Given.of(held)
    for given in (before, after):
        file(given)
    filled(after, said)
    known = repr(before)  # the same file without anything said serves many keys
    if known not in imported:
        imported[known] = facts(before, tmp_path / "before")
    found = [imported[known], facts(after, tmp_path / "after")]
    parts = {
        "error or baseline": ("error", "baseline"),
        "any": ("error", "endpoints", "baseline", "warned"),
    }.get(respect, (respect,))
    assert any(found[0].get(part) != found[1].get(part) for part in parts), found
    assert "" in [one["error"] for one in found], found  # one of the two imports


@pytest.mark.parametrize("held", Holding, ids=lambda held: held.name.lower())
def test_what_is_done_with_the_file_is_done_with_every_kind(cli, tmp_path, held):
    told = Given.of(held).write(tmp_path / "given")
    checked = cli("import", *told, "--dry-run", "--report", tmp_path / "report.json", "--json")
    assert (checked.code, checked.json["imported"]) == (0, False)
    assert (tmp_path / "report.json").stat().st_size > 0
    told[told.index("--format") + 1] = "cbioportal" if held is not Holding.CBIOPORTAL else "adtte"
    told += [] if held is Holding.CBIOPORTAL else ["--treatment", "ARM"]
    assert cli("import", *told).code == 2
    assert [found["name"] for found in cli("datasets").json] == ["synthetic"]


@pytest.mark.parametrize(
    "held", [Holding.TABLES, Holding.WIDE, Holding.REDCAP], ids=lambda held: held.name.lower()
)
def test_rows_of_a_table_that_the_settings_call_not_recorded_are_not_passed_over(tmp_path, held):
    given = Given.of(held)
    given.settings = 'not_recorded = ["progressions"]'
    assert (
        "name progressions in not_recorded, but there are 2 rows of it"
        in facts(given, tmp_path / "given")["error"]
    )
