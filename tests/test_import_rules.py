"""Every rule of the import: a file that breaks exactly it, with its place and words, and one that just does not.

The files are small enough to be checked by hand: two patients, one alive and one dead, or three of a trial.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from gepnet_core.intake.adtte_columns import KindSeen, Odd
from gepnet_core.intake.dates import DateFormat
from gepnet_core.intake.limits import DEFAULT, Limits
from gepnet_core.intake.mapping import mapping_from
from gepnet_core.intake.reading import Reading
from gepnet_core.intake.request import Format, Request
from gepnet_core.intake.rule import Severity
from gepnet_core.intake.rules import RULES
from gepnet_core.settings import Modality, Settings
from gepnet_core.store.build import Prepared, prepare
from gepnet_core.store.connection import Database
from tests.conftest import ROOT, everything_below

EXTRACTED = date(2015, 6, 30)
TABLES = {
    "patients.csv": """
patient_id,sex,birth_year,primary_site,tumour_grade,ki67_percent,functional,metastatic_date
P1,female,1950,ileum,G1,2,no,2013-02-03
P2,male,1960,pancreas,G3,40,no,2013-05-06
""",
    "local_treatments.csv": """
treatment_id,patient_id,date,modality,target_site,indication
T1,P1,2014-01-10,RFA,liver,focal progression
T2,P2,2014-02-11,HAE,liver,focal progression
""",
    "systemic_therapies.csv": """
patient_id,agent,start_date,stop_date
P1,everolimus,2014-06-12,2014-12-13
""",
    "progressions.csv": """
patient_id,date,extent
P1,2014-06-02,multifocal
""",
    "adverse_events.csv": """
patient_id,date,term,ctcae_grade,treatment
P2,2014-02-15,Pain,1,T2
""",
    "follow_up.csv": """
patient_id,last_contact_date,death_date,vital_status
P1,2015-03-04,,alive
P2,2015-03-20,2015-04-05,dead
""",
}
TRIAL = {
    "adtte.csv": """
USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,STARTDT,ADT,AGE
01,drug,OS,Overall survival,100,DAYS,0,death,2014-01-01,2014-04-11,61
02,drug,OS,Overall survival,31,DAYS,1,last contact,2014-02-01,2014-03-04,72
03,placebo,OS,Overall survival,365,DAYS,0,death,2014-01-01,2015-01-01,53
""",
    "adsl.csv": """
USUBJID,TRT01P,AGE,SEX
01,drug,61,F
02,drug,72,M
03,placebo,53,F
""",
}


def numbered(**numbers: int) -> bytes:
    """Return the trial with a number beside each treatment, in TRTPN."""
    text = TRIAL["adtte.csv"].strip().replace("TRTP,", "TRTP,TRTPN,") + "\n"
    for treatment, number in numbers.items():
        text = text.replace(f",{treatment},", f",{treatment},{number},")
    return text.encode()


WIDE = {
    "review.csv": """
case,gender,operated,procedure,reason,metastases,seen,died
A,female,2014-01-30,RFA,focal progression,2013-05-31,2015-03-31,
B,male,2014-02-11,HAE,focal progression,2013-05-16,2015-04-25,
"""
}
WIDE_MAPPING = """
patient_id = "case"
[patients]
sex = "gender"
metastatic_date = "metastases"
[[local_treatments]]
date = "operated"
modality = "procedure"
indication = "reason"
[follow_up]
last_contact_date = "seen"
death_date = "died"
"""
CONSTANT_AGENT = """
[[systemic_therapies]]
start_date = "first"
agent = { value = "therapy" }
[[systemic_therapies]]
start_date = "second"
agent = { value = "therapy" }
"""
ONE_MODALITY = WIDE_MAPPING.replace('"procedure"', '{ value = "RFA" }').replace(
    '"reason"', '{ value = "focal progression" }'
)
OUTCOMES = {"outcomes.csv": "\ncase,months,outcome,arm\nA,12,dead,drug\nB,24,alive,drug\nC,6,dead,none\n"}
OUTCOMES_MAPPING = """
patient_id = "case"
treatment = "arm"
[[endpoints]]
code = "OS"
time = "months"
unit = "months"
status = "outcome"
event = ["dead"]
censored = ["alive"]
"""
REDCAP = {
    "export.csv": """
record_id,redcap_event_name,sex,mets,seen,treated,kind,why
A,base,1,2013-05-31,2015-03-31,2014-01-30,RFA,focal progression
A,visit,1,,,,,
B,base,2,2013-05-16,2015-04-25,2014-02-11,HAE,focal progression
""",
    "dictionary.csv": """
Variable / Field Name,Form Name,Field Type,Field Label,"Choices, Calculations, OR Slider Labels"
record_id,base,text,Record,
sex,base,radio,Sex,"1, female | 2, male"
mets,base,text,Metastases,
seen,base,text,Seen,
treated,base,text,Treated,
kind,base,text,Kind,
why,base,text,Why,
""",
}
REDCAP_MAPPING = """
patient_id = "record_id"
[patients]
sex = "sex"
metastatic_date = "mets"
[[local_treatments]]
date = "treated"
modality = "kind"
indication = "why"
[follow_up]
last_contact_date = "seen"
death_date = { value = "" }
"""
Files = dict[str, bytes]
Change = Callable[[Files], None]


def swap(file: str, old: str, new: str) -> Change:
    """Return the change of one text of a file, which must be there once."""

    def change(files: Files) -> None:
        text = files[file].decode()
        assert text.count(old) == 1, (file, old)
        files[file] = text.replace(old, new).encode()

    return change


def add(file: str, line: str) -> Change:
    """Return the change that adds a line."""

    def change(files: Files) -> None:
        files[file] += f"{line}\n".encode()

    return change


def column(file: str, *cells: str) -> Change:
    """Return the change that adds a column to a file: its name, then its cells."""

    def change(files: Files) -> None:
        lines = files[file].decode().splitlines()
        assert len(lines) == len(cells)
        told = [f"{line},{cell}\n" for line, cell in zip(lines, cells, strict=True)]
        files[file] = "".join(told).encode()

    return change


def put(file: str, content: bytes) -> Change:
    """Return the change that writes a file."""
    return lambda files: files.__setitem__(file, content)


def without(file: str) -> Change:
    """Return the change that removes a file."""
    return lambda files: files.__delitem__(file)


def packed(name: str = "{}", *, encrypted: bool = False) -> Change:
    """Return the change that packs all files into cohort.zip, under these names."""

    def change(files: Files) -> None:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            for file, content in files.items():
                archive.writestr(name.format(file), content)
        content = held.getvalue()
        if encrypted:  # the bit that says so, in the directory and before each member
            content = content.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
        files.clear()
        files["cohort.zip"] = content

    return change


def workbook(sheet: str = "", cell: str = "", value: object = None) -> Change:
    """Return the change that makes one workbook of all tables, with one cell set."""

    def change(files: Files) -> None:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for file, content in files.items():
            page = book.create_sheet(Path(file).stem)
            for line in content.decode().splitlines():
                page.append([text or None for text in line.split(",")])
        if sheet:
            book[sheet][cell] = value
        held = io.BytesIO()
        book.save(held)
        files.clear()
        files["cohort.xlsx"] = held.getvalue()

    return change


@dataclass(frozen=True)
class Kind:
    """A file of one format that breaks nothing."""

    files: dict[str, str]
    format: Format
    path: str = ""
    mapping: str = ""
    beside: str = ""
    extracted: date | None = None


KINDS = {
    "tables": Kind(TABLES, Format.TABLES, extracted=EXTRACTED),
    "trial": Kind({"adtte.csv": TRIAL["adtte.csv"]}, Format.ADTTE, "adtte.csv"),
    "trial with ADSL": Kind(TRIAL, Format.ADTTE, "adtte.csv", beside="adsl.csv"),
    "wide": Kind(WIDE, Format.WIDE, "review.csv", WIDE_MAPPING, extracted=EXTRACTED),
    "outcomes": Kind(OUTCOMES, Format.WIDE, "outcomes.csv", OUTCOMES_MAPPING),
    "redcap": Kind(REDCAP, Format.REDCAP, "export.csv", REDCAP_MAPPING, "dictionary.csv", EXTRACTED),
}


def prepared(folder: Path, kind: str, *changes: Change, limits: Limits = DEFAULT, **options) -> Prepared:
    """Write the files of a format with these changes, and read them in this process."""
    base = KINDS[kind]
    files = {name: text.lstrip("\n").encode() for name, text in base.files.items()}
    for change in changes:
        change(files)
    place = folder / "cohort"
    place.mkdir()
    for name, content in files.items():
        (place / name).write_bytes(content)
    mapping = options.pop("mapping", base.mapping)
    told = {"path": base.path, "extracted": base.extracted} | options
    request = Request(
        place / told.pop("path"),
        base.format,
        beside=place / base.beside if base.beside else None,
        mapping=mapping_from("mapping.toml", mapping) if mapping else None,
        **told,
    )
    scratch = folder / "scratch"
    scratch.mkdir()
    return prepare(request, scratch, limits=limits)


def places(found: Prepared) -> list[tuple[str, int | None, str]]:
    return [(one.rule, one.line, one.column) for one in found.report.findings]


@pytest.mark.parametrize("kind", KINDS)
def test_the_files_that_the_cases_change_break_nothing(tmp_path, kind):
    found = prepared(tmp_path, kind)
    assert found.report.findings == []
    assert found.path is not None
    assert found.current.patients == (2 if KINDS[kind].extracted else 3)


@dataclass(frozen=True)
class Case:
    """A file that breaks one rule: where (file, line, column, value), with which words; and a near miss."""

    rule: str
    at: tuple[str, int | None, str, str]
    words: str
    breaks: tuple[Change, ...]
    near: tuple[Change, ...] = ()
    kind: str = "tables"
    severity: Severity = Severity.ERROR
    patient: str = ""
    options: dict[str, object] = field(default_factory=dict)
    near_options: dict[str, object] = field(default_factory=dict)
    near_rules: tuple[str, ...] = ()  # what the near miss is allowed to be: another rule's business


def case(
    situation: str, rule: str, at: tuple[str, int | None, str, str], words: str, *breaks: Change, **told
):
    near = told.pop("near", ())
    told["near"] = near if isinstance(near, tuple) else (near,)
    return pytest.param(Case(rule, at, words, breaks, **told), id=f"{rule}: {situation}")


patients, treatments = partial(swap, "patients.csv"), partial(swap, "local_treatments.csv")
therapies, progressions = partial(swap, "systemic_therapies.csv"), partial(swap, "progressions.csv")
effects, follow_up = partial(swap, "adverse_events.csv"), partial(swap, "follow_up.csv")
adtte, adsl = partial(swap, "adtte.csv"), partial(swap, "adsl.csv")
review, outcomes = partial(swap, "review.csv"), partial(swap, "outcomes.csv")
warning = partial(case, severity=Severity.WARNING)


def in_months(*times: str) -> Change:
    """Return the change to patients with these months, without dates."""

    def change(files: Files) -> None:
        rows = [f"0{place},drug,OS,Overall survival,{time},MONTHS,0" for place, time in enumerate(times)]
        files["adtte.csv"] = "\n".join(["USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR", *rows, ""]).encode()

    return change


def with_therapies(heading: str, first: str, second: str) -> Change:
    """Give the two patients of the wide table a start of therapy in a column of this heading."""
    return column("review.csv", heading, first, second)


def with_therapy(heading: str) -> str:
    """Return the mapping of the wide table with that column as a start of therapies."""
    return f"""{WIDE_MAPPING}[[systemic_therapies]]
start_date = "{heading}"
agent = {{ value = "unknown" }}
"""


def cohort(n: int, cells: Callable[[int], str]) -> list[Change]:
    """Return the changes to n patients, each treated once, whose row of `patients` ends as told."""
    header = [text.strip().splitlines()[0] for text in TABLES.values()]
    rows = {
        "patients.csv": [f"N{k},{cells(k)}" for k in range(n)],
        "local_treatments.csv": [
            f"U{k},N{k},2014-01-{k % 27 + 2:02},RFA,liver,focal progression" for k in range(n)
        ],
        "follow_up.csv": [f"N{k},2015-03-{k % 27 + 2:02},,alive" for k in range(n)],
    }
    return [
        put(name, "".join(f"{line}\n" for line in [top, *rows.get(name, [])]).encode())
        for name, top in zip(TABLES, header, strict=True)
    ]


FILE_CASES = [
    case(
        "text-that-calls-itself-a-workbook",
        "file-unreadable",
        ("adtte.xlsx", None, "", ""),
        "is not a workbook, though its name says so. Save it as .xlsx again.",
        put("adtte.xlsx", TRIAL["adtte.csv"].encode()),
        kind="trial",
        options={"path": "adtte.xlsx"},
        near=put("adtte.dat", TRIAL["adtte.csv"].lstrip().encode()),
        near_options={"path": "adtte.dat"},
    ),
    case(
        "latin-1-letter",
        "file-encoding",
        ("patients.csv", 2, "", ""),
        "is not UTF-8 text. Save the file as UTF-8. Or say --encoding cp1252 if it is Windows-1252.",
        lambda files: put("patients.csv", files["patients.csv"].replace(b"ileum", b"il\xe9um"))(files),
        near=patients("ileum", "iléum"),
    ),
    case(
        "utf-8-that-is-said-to-be-cp1252",
        "file-encoding",
        ("patients.csv", 2, "", ""),
        "is said to be Windows-1252, but its bytes are UTF-8. Leave --encoding out, or say utf-8.",
        patients("ileum", "iléum"),
        options={"reading": Reading("cp1252")},
        near=lambda files: put("patients.csv", files["patients.csv"].replace(b"ileum", b"il\xe9um"))(files),
        near_options={"reading": Reading("cp1252")},
    ),
    case(
        "nul-byte",
        "file-nul",
        ("patients.csv", 3, "", ""),
        "holds a NUL byte. Export the file again as text.",
        patients("pancreas", "pan\0creas"),
        near=patients("pancreas", "pan0creas"),
    ),
    case(
        "no-patient",
        "file-empty",
        ("patients.csv", None, "", ""),
        "has no patient. Add at least one row.",
        put("patients.csv", TABLES["patients.csv"].split("P1")[0].lstrip().encode()),
        near=put("progressions.csv", b"patient_id,date,extent\n"),
    ),
    case(
        "nothing-at-all",
        "file-empty",
        ("progressions.csv", None, "", ""),
        "is empty. The first line must name the columns.",
        put("progressions.csv", b""),
        near=put("progressions.csv", b"patient_id,date,extent"),
    ),
    case(
        "sheet-without-a-cell",
        "file-empty",
        ("cohort.xlsx, sheet progressions", None, "", ""),
        "is empty: give the sheet its header, at least.",
        without("progressions.csv"),
        workbook(),
        lambda files: put("cohort.xlsx", with_sheet(files["cohort.xlsx"], "progressions"))(files),
        options={"path": "cohort.xlsx"},
        near=(
            workbook(),
            lambda files: put("cohort.xlsx", with_sheet(files["cohort.xlsx"], "notes"))(files),
            lambda files: put("cohort.xlsx", with_sheet(files["cohort.xlsx"], "Progressions "))(files),
        ),
        near_options={"path": "cohort.xlsx"},
    ),
    case(
        "trial-without-a-row",
        "file-empty",
        ("adtte.csv", None, "", ""),
        "has no row below the header. Add at least one.",
        put("adtte.csv", TRIAL["adtte.csv"].split("01,")[0].lstrip().encode()),
        kind="trial",
    ),
    case(
        "cell-one-character-too-long",
        "file-limit",
        ("systemic_therapies.csv", 2, "", "32768"),
        "has 32,768 characters in one cell; an import may have 32,767.",
        therapies("everolimus", "e" * 32_768),
        near=therapies("everolimus", "e" * 32_767),
    ),
    case(
        "one-row-too-many",
        "file-limit",
        ("progressions.csv", 4, "", ""),
        "has more than 2 rows, the most of an import.",
        add("progressions.csv", "P1,2014-07-02,focal"),
        add("progressions.csv", "P1,2014-08-02,focal"),
        options={"limits": Limits(rows=2)},
        near=add("progressions.csv", "P1,2014-07-02,focal"),
        near_options={"limits": Limits(rows=2)},
    ),
    case(
        "zip-names-files-outside",
        "archive-unsafe",
        ("cohort.zip", None, "", ""),
        "outside",
        packed("../{}"),
        options={"path": "cohort.zip"},
        near=packed("export/{}"),
        near_options={"path": "cohort.zip"},
    ),
    case(
        "zip-with-a-password",
        "archive-unsafe",
        ("cohort.zip", None, "", ""),
        "password",
        packed(encrypted=True),
        options={"path": "cohort.zip"},
        near=packed(),
        near_options={"path": "cohort.zip"},
    ),
    case(
        "header-and-first-row-fit-two",
        "delimiter",
        ("adtte.csv", 1, "", ""),
        "the header has both comma and semicolon: the delimiter cannot be told. "
        "Say --delimiter comma or --delimiter semicolon.",
        column("adtte.csv", "Dose; mg", "5; 10", "5; 10", "5; 10"),
        kind="trial",
        near=column("adtte.csv", "Dose; mg", "5", "5", "5"),
    ),
    case(
        "quote-that-does-not-end",
        "quote",
        ("local_treatments.csv", 3, "", ""),
        "A quoted cell does not end: close the quote, or double a quote that is meant.",
        treatments("HAE", '"HAE'),
        near=treatments("HAE", '"HAE"'),
    ),
    case(
        "quote-inside-a-cell",
        "quote",
        ("local_treatments.csv", 3, "", ""),
        "A quote stands inside a cell: double it and quote the cell.",
        treatments("HAE", 'H"A"E'),
        near=treatments("HAE", '"H""A""E"'),
    ),
    case(
        "surplus-comma-in-the-header",
        "header-name",
        ("adtte.csv", 1, "", "N"),
        "column 12 has no name and holds a value (line 2). Name it or remove it.",
        column("adtte.csv", "", "N", "N", "N"),
        kind="trial",
        near=column("adtte.csv", "", "", "", ""),
    ),
    case(
        "names-that-differ-in-case",
        "header-duplicate",
        ("adtte.csv", 1, "Aval", "Aval"),
        "is 'AVAL' as well: the case of this name does not count. Rename or remove one of the two.",
        column("adtte.csv", "Aval", "61", "72", "53"),
        kind="trial",
        near=column("adtte.csv", "Age", "61", "72", "53"),
    ),
    case(
        "one-column-under-two-names",
        "header-duplicate",
        ("patients.csv", 1, "Birth Year", "Birth Year"),
        "is the column birth_year, as is 'birth_year'. Remove one of the two.",
        column("patients.csv", "Birth Year", "1950", "1960"),
        near=swap("patients.csv", "birth_year", "Birth Year"),
    ),
    case(
        "table-a-second-time",
        "header-duplicate",
        ("cohort.xlsx, sheet patients ", None, "", ""),
        "holds the table 'patients' a second time. Keep one.",
        workbook(),
        lambda files: put("cohort.xlsx", with_copy(files["cohort.xlsx"], "patients ", "Patients"))(files),
        options={"path": "cohort.xlsx"},
        near=workbook(),
        near_options={"path": "cohort.xlsx"},
    ),
    case(
        "cell-short",
        "row-length",
        ("patients.csv", 3, "", ""),
        "has 7 cells where the header has 8 columns. Check for a missing or surplus comma.",
        patients(",40,", ","),
        near=patients(",40,", ", 40 ,"),
    ),
    case(
        "only-row-is-too-long",
        "row-length",
        ("adtte.csv", 3, "", ""),
        "has 12 cells where the header has 11 columns. Check for a missing or surplus comma. "
        "All that is wrong: the line ends with a surplus delimiter.",
        adtte(",72", ",72,"),
        kind="trial",
        near=adtte(",72", ",73"),
    ),
    case(
        "needed-cell-is-a-formula-never-calculated",
        "cell-formula",
        ("cohort.xlsx, sheet local_treatments", 2, "modality", ""),
        "holds a formula without a value. Open and save the workbook in a spreadsheet, or enter the value.",
        workbook("local_treatments", "D2", '="R"&"FA"'),
        options={"path": "cohort.xlsx"},
        near=workbook("local_treatments", "D2", "RFA"),
        near_options={"path": "cohort.xlsx"},
    ),
    case(
        "formula-in-place-of-a-patient",
        "cell-formula",
        ("cohort.xlsx, sheet patients", 2, "patient_id", ""),
        "holds a formula without a value.",
        workbook("patients", "A2", '="P"&1'),
        options={"path": "cohort.xlsx"},
        near=workbook("patients", "A2", "P1"),
        near_options={"path": "cohort.xlsx"},
    ),
    case(
        "no-follow-up",
        "table-missing",
        ("follow_up.csv", None, "", ""),
        "is not there. Add it, with its header at least.",
        without("follow_up.csv"),
        near=put("adverse_events.csv", b"patient_id,date,term,ctcae_grade,treatment\n"),
    ),
    case(
        "no-patients",
        "table-missing",
        ("patients.csv", None, "", ""),
        "is not there.",
        without("patients.csv"),
        near=swap("patients.csv", "patient_id,sex", " patient_id , sex"),
    ),
    case(
        "column-of-the-contract",
        "column-missing",
        ("patients.csv", 1, "sex", ""),
        "is missing. Add the column.",
        patients(",sex,", ",gender,"),
        column("patients.csv", "gender2", "f", "m"),
        lambda files: put("patients.csv", drop_columns(files["patients.csv"], 1, 8))(files),
        near=lambda files: put("follow_up.csv", drop_columns(files["follow_up.csv"], 3))(files),
    ),
    case(
        "column-of-a-trial",
        "column-missing",
        ("adtte.csv", 1, "CNSR", ""),
        "is missing. Add the column.",
        adtte("CNSR", "STATUS"),
        kind="trial",
        near=adtte("CNSR", "cnsr"),
    ),
    case(
        "no-treatment-in-either-file",
        "column-missing",
        ("adsl.csv", 1, "TRTP or TRT01P", ""),
        "is missing in both files. Add the planned treatment.",
        adtte("TRTP", "ARMCD"),
        adsl("TRT01P", "ARMCD"),
        kind="trial with ADSL",
        near=adtte("TRTP", "ARMCD"),
    ),
    case(
        "column-of-their-own",
        "column-unknown",
        ("patients.csv", 1, "comment", ""),
        "is not part of the table. Remove it.",
        column("patients.csv", "comment", "x", "y"),
        near=column("patients.csv", "dataset_version", "v1", "v1"),
    ),
    case(
        "export-of-another-project",
        "dictionary",
        ("export.csv", 1, "shoe_size", ""),
        "is neither in the data dictionary nor a column of REDCap's own. Export both from the same project",
        column("export.csv", "shoe_size", "40", "41", "42"),
        kind="redcap",
        near=column("export.csv", "redcap_survey_identifier", "", "", ""),
    ),
    case(
        "column-that-the-file-has-not",
        "mapping",
        ("review.csv", 1, "died", ""),
        "is named by the mapping, but the file has no such column. Mend the mapping.",
        review("died", "death"),
        kind="wide",
        near_options={"mapping": WIDE_MAPPING.replace('death_date = "died"', "")},
    ),
    case(
        "none-of-the-columns",
        "mapping",
        ("review.csv", 1, "", ""),
        "has 0 of the 8 columns that the mapping names. It has: Chart review of 2014. Does a title stand above the "
        "header? Is the delimiter another one? Else mend the mapping.",
        review("case,gender", "Chart review of 2014\ncase,gender"),
        kind="wide",
    ),
    case(
        "name-that-is-nearly-there",
        "mapping",
        ("review.csv", 1, "operated", ""),
        "is named by the mapping, but the file has no such column. Mend the mapping. Is it 'Operated on'?",
        review("operated", "Operated on"),
        kind="wide",
        near_options={"mapping": WIDE_MAPPING},
    ),
    case(
        "needed-column-left-out",
        "mapping",
        ("review.csv", None, "modality", ""),
        'local_treatments needs modality: name its column, or say { value = "..." }.',
        kind="wide",
        options={"mapping": WIDE_MAPPING.replace('modality = "procedure"', "")},
        near_options={"mapping": WIDE_MAPPING.replace('"procedure"', '{ value = "RFA" }')},
    ),
]


def drop_columns(content: bytes, *places: int) -> bytes:
    rows = [line.split(",") for line in content.decode().splitlines()]
    kept = [[cell for at, cell in enumerate(row) if at not in places] for row in rows]
    return "".join(",".join(row) + "\n" for row in kept).encode()


def with_sheet(content: bytes, name: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    book.create_sheet(name)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def with_copy(content: bytes, name: str, of: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    book.copy_worksheet(book[of.lower()]).title = name
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


CELL_CASES = [
    case(
        "treatment-without-its-id",
        "id-empty",
        ("local_treatments.csv", 2, "treatment_id", ""),
        "is empty. Fill it in or remove the row.",
        treatments("T1", " "),
        patient="P1",
        near=treatments("T1", " T1 "),
    ),
    case(
        "subject-without-id",
        "id-empty",
        ("adtte.csv", 3, "USUBJID", ""),
        "is empty. Fill it in or remove the row.",
        adtte("02,drug", ",drug"),
        kind="trial",
        near=adtte("02,drug", "NA,drug"),
    ),
    case(
        "row-of-a-wide-table-without-id",
        "id-empty",
        ("review.csv", 2, "case", ""),
        "is empty. Fill it in or remove the row.",
        review("A,female", ",female"),
        kind="wide",
        near=review("A,female", "NA,female"),
    ),
    case(
        "one-treatment-id-of-two-patients",
        "id-duplicate",
        ("local_treatments.csv", 3, "treatment_id", "T1"),
        "the same as on line 2. Each row needs its own.",
        treatments("T2,P2", "T1,P2"),
        effects(",T2", ",T1"),
        patient="P2",
        near=(treatments("T2,P2", "t1,P2"), effects(",T2", ",t1")),
    ),
    case(
        "one-patient-and-parameter-twice",
        "id-duplicate",
        ("adtte.csv", 5, "USUBJID and PARAMCD", "01"),
        "the same patient and parameter as on line 2. Keep one row of the two.",
        add("adtte.csv", "01,drug,OS,Overall survival,99,DAYS,0,death,2014-01-01,2014-04-10,61"),
        kind="trial",
        patient="01",
        near=add("adtte.csv", "01,drug,PFS,Progression-free,99,DAYS,0,death,2014-01-01,2014-04-10,61"),
    ),
    case(
        "blank-of-no-width-in-a-patient",
        "id-characters",
        ("patients.csv", 2, "patient_id", "P\u200b1"),
        "holds a character that cannot be seen, or not told from a blank (U+200B, number 2 of 3). Type the id "
        "again.",
        patients("P1,", "P\u200b1,"),
        patient="P\u200b1",
        near=patients("P1,", "\u00a0P1 ,"),
    ),
    case(
        "soft-hyphen-in-a-treatment",
        "id-characters",
        ("local_treatments.csv", 3, "treatment_id", "T\u00ad2"),
        "(U+00AD, number 2 of 3)",
        treatments("T2", "T\u00ad2"),
        patient="P2",
        near=(treatments("T2", "T-2"), effects(",T2", ",T-2")),
    ),
    case(
        "side-effect-names-a-treatment-with-a-hard-blank",
        "id-characters",
        ("adverse_events.csv", 2, "treatment", "T\u00a02"),
        "(U+00A0, number 2 of 3)",
        effects(",T2", ",T\u00a02"),
        patient="P2",
        near=(treatments("T2", "T 2"), effects(",T2", ",T 2")),
    ),
    case(
        "number-of-a-spreadsheet-in-a-trial",
        "id-characters",
        ("adtte.csv", 3, "USUBJID", "1.2E+19"),
        "was turned into a number with an exponent by a spreadsheet, so that its digits may be lost. Format the "
        "column as text and enter the ids again.",
        adtte("02,drug", "1.2E+19,drug"),
        kind="trial",
        patient="1.2E+19",
        near=adtte("02,drug", "12E19,drug"),
    ),
    case(
        "hard-blank-in-a-subject",
        "id-characters",
        ("adsl.csv", 3, "USUBJID", "0\u00a02"),
        "(U+00A0, number 2 of 3)",
        adsl("02,drug", "0\u00a02,drug"),
        kind="trial with ADSL",
        patient="0\u00a02",
        near=adsl("02,drug", "\u00a002,drug"),
    ),
    case(
        "row-of-a-wide-table-with-a-long-id",
        "id-characters",
        ("review.csv", 2, "case", "A" * 201),
        "has 201 characters; an id may have 200. Shorten it.",
        review("A,female", f"{'A' * 201},female"),
        kind="wide",
        patient="A" * 201,
        near=review("A,female", f"{'A' * 200},female"),
    ),
    case(
        "times-of-a-patient-with-a-bell",
        "character",
        ("outcomes.csv", 3, "case", "B\a2"),
        "holds a character that no document can hold (U+0007, number 2 of 3). Type the text again without it.",
        outcomes("B,24", "B\a2,24"),
        kind="outcomes",
        near=outcomes("B,24", "B 2,24"),
    ),
    case(
        "vertical-tab-in-a-treatment",
        "character",
        ("adtte.csv", 3, "TRTP", "drug\v1"),
        "(U+000B, number 5 of 6)",
        adtte("02,drug", "02,drug\v1"),
        kind="trial",
        near=adtte("02,drug", "02,drug\u00a01"),
    ),
    case(
        "name-of-a-column",
        "character",
        ("review.csv", 1, "", "rea\uffffson"),
        "column 5: its name holds a character that no document can hold (U+FFFF, number 4 of 7).",
        review("reason", "rea\uffffson"),
        kind="wide",
        near=review("seen,died", "seen,died\ufffd"),
        near_options={"mapping": WIDE_MAPPING.replace('"died"', '"died\ufffd"')},
    ),
    case(
        "start-of-a-therapy",
        "cell-empty",
        ("systemic_therapies.csv", 2, "start_date", ""),
        "is empty. Fill it in or remove the row.",
        therapies("2014-06-12", ""),
        patient="P1",
        near=therapies("2014-12-13", ""),
    ),
    case(
        "word-outside-the-list",
        "value-not-allowed",
        ("patients.csv", 2, "sex", "Female"),
        "'Female' is not one of female, male. Write one of these.",
        patients("female", "Female"),
        patient="P1",
        near=patients("female", " female "),
    ),
    case(
        "modality-in-another-case",
        "spelling",
        ("local_treatments.csv", 3, "modality", "rfa"),
        "'rfa' is 'RFA' spelled otherwise. Use one spelling.",
        treatments("HAE", "rfa"),
        patient="P2",
        near=treatments("HAE", "RFA 2"),
    ),
    case(
        "modality-with-a-blank-of-no-width",
        "spelling",
        ("local_treatments.csv", 3, "modality", "R\u200bFA"),
        "'R\ufffdFA' is 'RFA' spelled otherwise. Use one spelling.",
        treatments("HAE", "R\u200bFA"),
        patient="P2",
        near=treatments("HAE", "R-FA"),
    ),
    case(
        "side-effect-in-another-case",
        "spelling",
        ("adverse_events.csv", 3, "term", "pain"),
        "'pain' is 'Pain' spelled otherwise. Use one spelling.",
        add("adverse_events.csv", "P2,2014-02-16,pain,1,T2"),
        patient="P2",
        near=add("adverse_events.csv", "P2,2014-02-16,Back pain,1,T2"),
    ),
    case(
        "treatment-of-a-trial-in-another-case",
        "spelling",
        ("adtte.csv", 3, "TRTP", "Drug"),
        "'Drug' is 'drug' spelled otherwise. Use one spelling.",
        adtte("02,drug", "02,Drug"),
        kind="trial",
        near=adtte("02,drug", "02,drug 2"),
    ),
    case(
        "label-of-the-settings-in-another-case",
        "spelling",
        ("adtte.csv", 2, "TRTP", "drug"),
        "'drug' is 'DRUG' spelled otherwise. Use one spelling.",
        kind="trial",
        options={"settings": Settings(modalities=(Modality("DRUG", "The drug"),))},
        near_options={"settings": Settings(modalities=(Modality("drug", "The drug"),))},
        near=put("settings.toml", b""),
    ),
    case(
        "parameter-in-another-case",
        "spelling",
        ("adtte.csv", 3, "PARAMCD", "os"),
        "'os' is 'OS' spelled otherwise. Use one spelling.",
        adtte("02,drug,OS,", "02,drug,os,"),
        kind="trial",
        near=adtte("02,drug,OS,", "02,drug,OS2,"),
    ),
    case(
        "treatment-in-adsl-in-another-case",
        "spelling",
        ("adsl.csv", 3, "TRT01P", "DRUG"),
        "'DRUG' is 'drug' spelled otherwise. Use one spelling.",
        adtte("TRTP", "ARMCD"),
        adsl("02,drug", "02,DRUG"),
        kind="trial with ADSL",
        near=adtte("TRTP", "ARMCD"),
    ),
    case(
        "treatment-of-times-with-two-blanks",
        "spelling",
        ("outcomes.csv", 4, "arm", "drug  A"),
        "'drug A' is 'drug A' with other blanks. Use one spelling.",
        outcomes("alive,drug", "alive,drug A"),
        outcomes("none", "drug  A"),
        kind="outcomes",
        near=(outcomes("alive,drug", "alive,drug A"), outcomes("none", "drug B")),
    ),
    case(
        "modality-with-two-blanks",
        "spelling",
        ("local_treatments.csv", 3, "modality", "heat  ablation"),
        "'heat ablation' is 'heat ablation' with other blanks. Use one spelling.",
        treatments("RFA", "heat ablation"),
        treatments("HAE", "heat  ablation"),
        patient="P2",
        near=(treatments("RFA", "heat ablation"), treatments("HAE", "heat ablation")),
    ),
    case(
        "decimal-comma",
        "number",
        ("patients.csv", 3, "ki67_percent", "40,5"),
        "'40,5' is not a number. Write it with digits and a decimal point, or say that it is the decimal mark.",
        patients(",40,", ',"40,5",'),
        patient="P2",
        near=patients(",40,", ",40.5,"),
    ),
    case(
        "part-of-a-year",
        "number",
        ("patients.csv", 3, "birth_year", "1960.5"),
        "'1960.5' is not a whole number.",
        patients("1960", "1960.5"),
        patient="P2",
        near=patients("1960", "1960.0"),
    ),
    case(
        "born-before-1880",
        "number-range",
        ("patients.csv", 3, "birth_year", "1879"),
        "'1879' is not between 1880 and 2100.",
        patients("1960", "1879"),
        patient="P2",
        near=patients("1960", "1880"),
    ),
    case(
        "more-than-all-cells-stain",
        "ki67-range",
        ("patients.csv", 3, "ki67_percent", "100.1"),
        "'100.1' is not between 0 and 100.",
        patients(",40,", ",100.1,"),
        patient="P2",
        near=patients(",40,", ",100,"),
    ),
    case(
        "fewer-than-no-cell-stains",
        "ki67-range",
        ("patients.csv", 2, "ki67_percent", "-0.1"),
        "'-0.1' is not between 0 and 100.",
        patients("G1,2,", "G1,-0.1,"),
        patient="P1",
        near=patients("G1,2,", "G1,0,"),
    ),
    case(
        "grade-6",
        "ctcae-grade",
        ("adverse_events.csv", 2, "ctcae_grade", "6"),
        "'6' is not between 1 and 5.",
        effects("Pain,1", "Pain,6"),
        patient="P2",
        near=effects("Pain,1", "Pain,5"),
    ),
    case(
        "grade-0",
        "ctcae-grade",
        ("adverse_events.csv", 2, "ctcae_grade", "0"),
        "'0' is not between 1 and 5.",
        effects("Pain,1", "Pain,0"),
        patient="P2",
        near=effects("Pain,1", "Pain,4"),
    ),
    case(
        "29-february-of-a-common-year",
        "date",
        ("progressions.csv", 2, "date", "2015-02-29"),
        "'2015-02-29' is not a date: the calendar has no such day in YYYY-MM-DD. Correct it.",
        progressions("2014-06-02", "2015-02-29"),
        patient="P1",
        near=progressions("2014-06-02", "2015-02-28"),
    ),
    case(
        "word-in-place-of-a-date",
        "date",
        ("progressions.csv", 2, "date", "June 2014"),
        "'June 2014' is not a date. Write it as YYYY-MM-DD.",
        progressions("2014-06-02", "June 2014"),
        patient="P1",
        near=progressions("2014-06-02", " 2014-06-02 "),
    ),
    case(
        "column-reads-both-ways",
        "date-ambiguous",
        ("review.csv", 1, "metastases", ""),
        "reads in more than one way, as DD/MM/YYYY and as MM/DD/YYYY (for one, '05/04/2013'). "
        "Say the date format of the column.",
        review("2013-05-31", "05/04/2013"),
        review("2013-05-16", "06/05/2013"),
        kind="wide",
        near=(review("2013-05-31", "31/05/2013"), review("2013-05-16", "06/05/2013")),
    ),
    case(
        "year-14",
        "date-two-digit-year",
        ("progressions.csv", 2, "date", "02.06.14"),
        "'02.06.14' has a year of two digits. Write it with four.",
        progressions("2014-06-02", "02.06.14"),
        patient="P1",
        options={"date_format": DateFormat.DMY_DOT},
        near=progressions("2014-06-02", "2.6.2014"),
        near_options={"date_format": DateFormat.DMY_DOT},
    ),
    case(
        "day-number-of-a-spreadsheet",
        "date-serial",
        ("progressions.csv", 2, "date", "41792"),
        "'41792' is a day number of SAS or a spreadsheet, not a date. Format the column as a date.",
        progressions("2014-06-02", "41792"),
        patient="P1",
        near=progressions("2014-06-02", "20140602"),
        near_options={"date_format": DateFormat.COMPACT},
    ),
    case(
        "half-past-eight",
        "date-time",
        ("progressions.csv", 2, "date", "2014-06-02 08:30"),
        "'2014-06-02 08:30' has a time of day. Days are whole here: cut the time off.",
        progressions("2014-06-02", "2014-06-02 08:30"),
        patient="P1",
        near=progressions("2014-06-02", "2014-06-02T00:00:00"),
    ),
    case(
        "before-1850",
        "date-range",
        ("adtte.csv", 2, "STARTDT", "1849-12-31"),
        "1849-12-31 cannot be the date of a patient's record. Correct the year.",
        adtte("2014-01-01,2014-04-11", "1849-12-31,1850-04-10"),
        kind="trial",
        patient="01",
        near=adtte("2014-01-01,2014-04-11", "1850-01-01,1850-04-11"),
    ),
    case(
        "after-2150",
        "date-range",
        ("adtte.csv", 2, "ADT", "2151-01-01"),
        "2151-01-01 cannot be the date of a patient's record. Correct the year.",
        adtte("2014-01-01,2014-04-11", "2150-09-23,2151-01-01"),
        kind="trial",
        patient="01",
        near=adtte("2014-01-01,2014-04-11", "2150-09-22,2150-12-31"),
    ),
]

RECORD_CASES = [
    case(
        "treatment",
        "treatment-without-date",
        ("local_treatments.csv", 3, "date", ""),
        "is empty. Fill it in or remove the row.",
        treatments("2014-02-11", ""),
        patient="P2",
        near=treatments("2014-02-11", " 2014-02-11 "),
    ),
    case(
        "treatment-of-a-wide-table",
        "treatment-without-date",
        ("review.csv", 3, "operated", ""),
        "is empty. Fill it in or remove the row.",
        review("2014-02-11", ""),
        kind="wide",
        patient="B",
        near=review("2014-02-11,HAE,focal progression", ",,"),
    ),
    case(
        "progression-of-nobody",
        "patient-unknown",
        ("progressions.csv", 2, "patient_id", "p1"),
        "names a patient who is not in the patients table. Add the patient or remove the row.",
        progressions("P1", "p1"),
        patient="p1",
        near=progressions("P1", " P1 "),
    ),
    case(
        "neither-contact-nor-death",
        "follow-up-missing",
        ("follow_up.csv", 2, "last_contact_date", ""),
        "is empty, and so is the date of death: the end of observation is unknown. Fill in one.",
        follow_up("2015-03-04", ""),
        patient="P1",
        near=follow_up("2015-03-20,2015-04-05", ",2015-04-05"),
    ),
    case(
        "no-row",
        "follow-up-missing",
        ("patients.csv", 2, "patient_id", "P1"),
        "has no row in the follow_up table, so the end of observation is unknown. Add one.",
        follow_up("P1,2015-03-04,,alive\n", ""),
        patient="P1",
        near=follow_up("alive", ""),
    ),
    case(
        "treatment-of-another-patient",
        "treatment-unknown",
        ("adverse_events.csv", 2, "treatment", "T1"),
        "names no local treatment of this patient. Give the treatment_id of one.",
        effects(",T2", ",T1"),
        patient="P2",
        near=effects(",T2", ", T2 "),
    ),
    case(
        "side-effect-the-day-before",
        "before-treatment",
        ("adverse_events.csv", 2, "date", "2014-02-10"),
        "2014-02-10 lies before the treatment it belongs to (2014-02-11). Correct one of the two.",
        effects("2014-02-15", "2014-02-10"),
        patient="P2",
        near=effects("2014-02-15", "2014-02-11"),
    ),
    case(
        "stopped-the-day-before",
        "stop-before-start",
        ("systemic_therapies.csv", 2, "stop_date", "2014-06-11"),
        "2014-06-11 lies before start_date 2014-06-12. Swap the dates.",
        therapies("2014-12-13", "2014-06-11"),
        patient="P1",
        near=therapies("2014-12-13", "2014-06-12"),
    ),
    case(
        "metastases-the-year-before",
        "before-birth",
        ("patients.csv", 2, "metastatic_date", "1949-12-31"),
        "1949-12-31 lies before the patient's year of birth. Correct one of the two.",
        patients("2013-02-03", "1949-12-31"),
        patient="P1",
        near=patients("2013-02-03", "1950-01-01"),
    ),
    case(
        "seen-the-day-after",
        "after-extraction",
        ("follow_up.csv", 2, "last_contact_date", "2015-07-01"),
        "2015-07-01 lies after the day of extraction, 2015-06-30. Correct it, or the extraction date.",
        follow_up("2015-03-04", "2015-07-01"),
        patient="P1",
        near=follow_up("2015-03-04", "2015-06-30"),
    ),
    case(
        "event-of-a-trial-the-day-after",
        "after-extraction",
        ("adtte.csv", 4, "ADT", "2015-01-01"),
        "2015-01-01 lies after the day of extraction, 2014-12-31. Correct one of the two.",
        kind="trial",
        patient="03",
        options={"extracted": date(2014, 12, 31)},
        near_options={"extracted": date(2015, 1, 1)},
    ),
    case(
        "progression-the-day-after-death",
        "after-death",
        ("progressions.csv", 3, "date", "2015-04-06"),
        "2015-04-06 lies after the patient's death. Correct one of the two dates.",
        add("progressions.csv", "P2,2015-04-06,focal"),
        follow_up("2015-03-20", "2015-04-05"),
        patient="P2",
        near=(add("progressions.csv", "P2,2015-04-05,focal"), follow_up("2015-03-20", "2015-04-05")),
    ),
    case(
        "seen-after-death",
        "after-death",
        ("follow_up.csv", 3, "last_contact_date", "2015-04-06"),
        "2015-04-06 lies after the patient's death.",
        follow_up("2015-03-20", "2015-04-06"),
        patient="P2",
        near=follow_up("2015-03-20", "2014-03-20"),
    ),
    case(
        "progression-the-day-after-the-last-contact",
        "after-last-contact",
        ("progressions.csv", 2, "date", "2015-03-05"),
        "2015-03-05 lies after the patient's last contact. Correct one of the two dates.",
        progressions("2014-06-02", "2015-03-05"),
        patient="P1",
        near=progressions("2014-06-02", "2015-03-04"),
    ),
    case(
        "therapy-between-last-contact-and-death",
        "after-last-contact",
        ("systemic_therapies.csv", 3, "start_date", "2015-03-21"),
        "2015-03-21 lies after the patient's last contact.",
        add("systemic_therapies.csv", "P2,sunitinib,2015-03-21,2015-04-05"),
        patient="P2",
        near=add("systemic_therapies.csv", "P2,sunitinib,2015-03-20,2015-04-05"),
    ),
    case(
        "treated-the-day-after-the-last-contact",
        "observation-before-index",
        ("local_treatments.csv", 2, "date", "2015-03-05"),
        "2015-03-05 lies after the patient's last contact 2015-03-04: observation ends before this treatment. "
        "Correct one of the two dates.",
        treatments("2014-01-10", "2015-03-05"),
        patient="P1",
        near=treatments("2014-01-10", "2015-03-03"),
    ),
    case(
        "trial-ends-before-it-starts",
        "observation-before-index",
        ("adtte.csv", 2, "ADT", "2013-12-31"),
        "2013-12-31 lies before STARTDT 2014-01-01. Correct one of the two.",
        adtte("2014-04-11", "2013-12-31"),
        kind="trial",
        patient="01",
        near=adtte("100,DAYS,0,death,2014-01-01,2014-04-11", "1,DAYS,0,death,2014-01-01,2014-01-02"),
    ),
    case(
        "of-a-patient-who-lives",
        "grade-5-without-death",
        ("adverse_events.csv", 3, "ctcae_grade", "5"),
        "grade 5 is death, but the patient has no date of death. Correct the grade or add the date.",
        add("adverse_events.csv", "P1,2014-01-15,Sepsis,5,T1"),
        patient="P1",
        near=add("adverse_events.csv", "P2,2014-02-15,Sepsis,5,T2"),
    ),
    case(
        "status-against-date",
        "death-but-alive",
        ("follow_up.csv", 3, "death_date", "2015-04-05"),
        "2015-04-05 is a date of death, but the status is alive. Correct one of the two.",
        follow_up("dead", "alive"),
        patient="P2",
        near=follow_up("dead", ""),
    ),
    case(
        "metastases-after-the-treatment",
        "nobody-eligible",
        ("cohort", None, "", ""),
        "no patient is eligible. Of 2 none passed the step “metastatic by the date of treatment”",
        patients("2013-02-03", "2014-01-11"),
        patients("2013-05-06", "2014-02-12"),
        near=patients("2013-05-06", "2014-02-12"),
    ),
    case(
        "two-sexes-in-two-events",
        "conflict",
        ("export.csv", 3, "sex", ""),
        "'male' is not what line 2 says of the patient, 'female'. Keep one value.",
        swap("export.csv", "A,visit,1", "A,visit,2"),
        kind="redcap",
        patient="A",
        near=swap("export.csv", "A,visit,1", "A,visit,"),
    ),
    case(
        "lost-to-follow-up",
        "status-unmapped",
        ("outcomes.csv", 3, "outcome", "lost"),
        "'lost' has no meaning for OS: it is none of alive, dead. Say whether it is an event or censored.",
        outcomes("alive", "lost"),
        kind="outcomes",
        patient="B",
        near=outcomes("alive", "dead"),
    ),
]

ADTTE_CASES = [
    case(
        "empty",
        "aval",
        ("adtte.csv", 2, "AVAL", ""),
        "is empty. Fill it in or remove the row.",
        adtte(",100,", ",,"),
        kind="trial",
        patient="01",
    ),
    case(
        "negative",
        "aval",
        ("adtte.csv", 2, "AVAL", "-1"),
        "'-1' is negative. A time or a code counts from 0.",
        adtte(",100,", ",-1,"),
        kind="trial",
        patient="01",
        near=adtte("100,DAYS,0,death,2014-01-01,2014-04-11", "0,DAYS,0,death,2014-01-01,2014-01-01"),
        near_rules=("time-zero",),
    ),
    case(
        "no-number",
        "aval",
        ("adtte.csv", 2, "AVAL", "a year"),
        "'a year' is not a number. Write it with digits and a decimal point.",
        adtte(",100,", ",a year,"),
        kind="trial",
        patient="01",
        near=adtte(",100,", ",1e2,"),
    ),
    case(
        "longer-than-a-life",
        "aval",
        ("adtte.csv", 2, "AVAL", "55001"),
        "'55001' days is longer than any life. Check the unit.",
        adtte(",100,", ",55001,"),
        kind="trial",
        patient="01",
        near=adtte(",100,", ",55000,"),
    ),
    case(
        "half-a-day",
        "aval-unit",
        ("adtte.csv", 2, "AVAL", "100.5"),
        "'100.5' is not a whole number of days. Check the unit.",
        adtte(",100,", ",100.5,"),
        kind="trial",
        patient="01",
        near=adtte(",100,", ",100.0000001,"),
    ),
    case(
        "word-that-is-no-unit",
        "aval-unit",
        ("adtte.csv", 2, "AVALU", "FORTNIGHTS"),
        "'FORTNIGHTS' is not a unit. Use DAYS, WEEKS, MONTHS or YEARS.",
        adtte("100,DAYS", "100,FORTNIGHTS"),
        kind="trial",
        patient="01",
        near=adtte("100,DAYS", "100,wk"),
    ),
    case(
        "1000",
        "cnsr",
        ("adtte.csv", 3, "CNSR", "1000"),
        "'1000' is not a whole number up to 999. 0 is the event.",
        adtte("DAYS,1,", "DAYS,1000,"),
        kind="trial",
        patient="02",
        near=adtte("DAYS,1,", "DAYS,999,"),
        near_options={"censored_cnsr": (999,)},
    ),
    case(
        "letter",
        "cnsr",
        ("adtte.csv", 3, "CNSR", "Y"),
        "'Y' is no code. 0 is the event, 1 or more is censored.",
        adtte("DAYS,1,", "DAYS,Y,"),
        kind="trial",
        patient="02",
        near=adtte("DAYS,1,", "DAYS, 1 ,"),
    ),
    case(
        "half",
        "cnsr",
        ("adtte.csv", 3, "CNSR", "0.5"),
        "'0.5' is not a whole number up to 999.",
        adtte("DAYS,1,", "DAYS,0.5,"),
        kind="trial",
        patient="02",
        near=adtte("DAYS,1,", "DAYS,1.0,"),
    ),
    case(
        "second-name",
        "parameter-name",
        ("adtte.csv", 3, "PARAM", "OS"),
        "'OS' names 'OS', which is 'Overall survival' above. Give each PARAMCD one PARAM.",
        adtte("drug,OS,Overall survival,31", "drug,OS,OS,31"),
        kind="trial",
        patient="02",
        near=adtte("drug,OS,Overall survival,31", "drug,PFS,Overall survival,31"),
    ),
    case(
        "second-treatment-in-another-parameter",
        "treatment-differs",
        ("adtte.csv", 5, "TRTP", "01"),
        "the patient has another treatment on line 2. Give each patient one.",
        add("adtte.csv", "01,placebo,PFS,PFS,50,DAYS,0,progression,2014-01-01,2014-02-20,61"),
        kind="trial",
        patient="01",
        near=add("adtte.csv", "01, drug ,PFS,PFS,50,DAYS,0,progression,2014-01-01,2014-02-20,61"),
    ),
    case(
        "not-in-adsl",
        "subject-unknown",
        ("adtte.csv", 4, "USUBJID", "03"),
        "names a subject who is not in adsl.csv. Add the subject there.",
        adsl("03,placebo,53,F\n", ""),
        kind="trial with ADSL",
        patient="03",
        near=adsl("03,placebo,53,F\n", " 03 ,placebo,53,F\n"),
    ),
    case(
        "two-ages",
        "adsl-differs",
        ("adtte.csv", 3, "AGE", "02"),
        "says something else on line 3 of adsl.csv. Correct one of the two.",
        adsl("72", "73"),
        kind="trial with ADSL",
        patient="02",
        near=adsl("72", " 72"),
    ),
]

WARNING_CASES = [
    warning(
        "ki67-3-and-g1",
        "grade-below-ki67",
        ("patients.csv", 2, "tumour_grade", "G1"),
        "G1 with Ki-67 3 %, which alone implies G2.",
        patients("G1,2,", "G1,3,"),
        patient="P1",
        near=patients("G1,2,", "G1,2.9,"),
    ),
    warning(
        "treated-on-the-day-of-the-last-contact",
        "time-zero",
        ("local_treatments.csv", 2, "date", "2015-03-04"),
        "observation ends on the day of treatment: 0 days for OS, PFS, TTAI, TTNST.",
        treatments("2014-01-10", "2015-03-04"),
        patient="P1",
        near=treatments("2014-01-10", "2015-03-03"),
    ),
    warning(
        "time-of-a-trial",
        "time-zero",
        ("adtte.csv", 2, "AVAL", "01"),
        "0 days for OS: the time ends on the day it begins.",
        adtte("100,DAYS,0,death,2014-01-01,2014-04-11", "0,DAYS,0,death,2014-01-01,2014-01-01"),
        kind="trial",
        patient="01",
        near=adtte("100,DAYS,0,death,2014-01-01,2014-04-11", "1,DAYS,0,death,2014-01-01,2014-01-02"),
    ),
    warning(
        "months-of-one-day",
        "times-merge",
        ("adtte.csv", 2, "AVAL", ""),
        "2 different times of OS become 1 day, as 3.28, 3.29 months become day 100: they count as ties.",
        in_months("3.28", "3.29"),
        kind="trial",
        near=in_months("3.28", "3.2800000001"),
    ),
    warning(
        "four-of-twenty-progressions",
        "first-of-month",
        ("progressions.csv", None, "date", ""),
        "4 of 20 dates are the first of a month.",
        lambda files: progress(files, 20, 4),
        near=lambda files: progress(files, 20, 3),
    ),
    warning(
        "one-of-two-without-sex",
        "missing-share",
        ("patients.csv", None, "sex", ""),
        "1 of 2 cells are empty (50 %).",
        patients("female", ""),
        near=therapies("2014-12-13", ""),
    ),
    warning(
        "covariate-of-a-trial",
        "missing-share",
        ("adtte.csv", None, "AGE", ""),
        "1 of 3 patients have no value (33 %).",
        adtte(",72\n", ",\n"),
        kind="trial",
        near=adtte(",72\n", ",0\n"),
    ),
    warning(
        "two-treatments-with-one-number",
        "order-unclear",
        ("adtte.csv", None, "TRTPN", ""),
        "does not give each value of 'TRTP' a number of its own, and does not order them. "
        "They come as people count, 2 before 10.",
        put("adtte.csv", numbered(drug=1, placebo=1)),
        kind="trial",
        near=put("adtte.csv", numbered(drug=2, placebo=1)),
    ),
    warning(
        "a-year-and-a-day",
        "not-seen",
        ("follow_up.csv", 2, "last_contact_date", "2015-03-04"),
        "last seen on 2015-03-04, the data are of 2016-03-05.",
        patient="P1",
        options={"extracted": date(2016, 3, 5)},
        near_options={"extracted": date(2016, 3, 4)},
    ),
    warning(
        "two-modalities",
        "same-day",
        ("local_treatments.csv", 2, "date", "2014-01-10"),
        "EBRT, RFA on one day, 2014-01-10.",
        add("local_treatments.csv", "T3,P1,2014-01-10,EBRT,bone,focal progression"),
        patient="P1",
        near=add("local_treatments.csv", "T3,P1,2014-01-11,EBRT,bone,focal progression"),
    ),
    warning(
        "2-means-nothing-yet",
        "cnsr-unexplained",
        ("adtte.csv", 3, "CNSR", "2"),
        "CNSR 2 counts as censored (1 rows). If a value means death before the event, give --competing-cnsr; "
        "if it means censored, --censored-cnsr 2.",
        adtte("DAYS,1,", "DAYS,2,"),
        kind="trial",
        near=adtte("DAYS,1,", "DAYS,2,"),
        near_options={"censored_cnsr": (2,)},
    ),
    warning(
        "date-unknown",
        "dead-without-date",
        ("follow_up.csv", 2, "death_date", ""),
        "the status is dead, but there is no date: the patient counts as censored at last contact.",
        follow_up("alive", "dead"),
        patient="P1",
        near=follow_up("alive", ""),
    ),
    warning(
        "competing-death-in-os",
        "death-in-composite",
        ("adtte.csv", 3, "CNSR", "2"),
        "a death before the event of OS, but death is its event. Kept as told: check CNSR.",
        adtte("DAYS,1,", "DAYS,2,"),
        kind="trial",
        patient="02",
        options={"competing_cnsr": 2},
        near=(adtte("DAYS,1,", "DAYS,2,"), adtte("02,drug,OS,Overall survival", "02,drug,TTP,TTP")),
        near_options={"competing_cnsr": 2},
    ),
    warning(
        "subject-of-adsl-alone",
        "subject-without-time",
        ("adsl.csv", 5, "USUBJID", "04"),
        "the subject has no row in adtte.csv and is left out.",
        add("adsl.csv", "04,drug,44,F"),
        kind="trial with ADSL",
        patient="04",
    ),
    warning(
        "asked-for",
        "left-out",
        ("outcomes.csv", 4, "months", ""),
        "the patient was left out, as asked, by the rule cell-empty: is empty, but outcome is not.",
        outcomes("C,6", "C,"),
        kind="outcomes",
        patient="C",
        options={"leave_out": ("cell-empty",)},
        near=outcomes("C,6", "C,7"),
        near_options={"leave_out": ("cell-empty",)},
    ),
    warning(
        "case",
        "level-spelling",
        ("outcomes.csv", 4, "site", "Liver"),
        "'Liver' is 'liver' spelled otherwise. Use one spelling. They count as two groups (1 rows with this one).",
        put(
            "outcomes.csv",
            b"case,months,outcome,arm,site\nA,12,dead,drug,liver\nB,24,alive,drug,liver\nC,6,dead,none,Liver\n",
        ),
        kind="outcomes",
        near=put(
            "outcomes.csv",
            b"case,months,outcome,arm,site\nA,12,dead,drug,liver\nB,24,alive,drug,liver\nC,6,dead,none,Livers\n",
        ),
    ),
    warning(
        "in-adsl",
        "level-spelling",
        ("adsl.csv", 4, "SEX", "f"),
        "'f' is 'F' spelled otherwise.",
        adsl("placebo,53,F", "placebo,53,f"),
        kind="trial with ADSL",
        near=adsl("placebo,53,F", "placebo,53,U"),
    ),
    warning(
        "of-one-patient",
        "treatment-empty",
        ("outcomes.csv", 4, "arm", ""),
        "is empty, as for 1 of 3 patients in all: the patient stays as “not recorded”, and tests and ratios "
        "between treatments leave the patient out.",
        outcomes("dead,none", "dead,"),
        kind="outcomes",
        patient="C",
        near=outcomes("dead,none", "dead,other"),
    ),
    warning(
        "in-adtte",
        "treatment-empty",
        ("adtte.csv", 4, "TRTP", ""),
        "is empty, as for 1 of 3 patients in all",
        adtte("03,placebo", "03,"),
        kind="trial",
        patient="03",
        near=(adtte("01,drug", "01,"), adtte("02,drug", "02,"), adtte("03,placebo", "03,")),
    ),
    warning(
        "heading-says-new",
        "new-therapy-before",
        ("review.csv", 3, "new therapy", "2012-06-01"),
        "2012-06-01 lies before the patient's first local treatment (2014-02-11), but 'new therapy' says that it "
        "comes after: it counts as an earlier therapy. Check the year.",
        with_therapies("new therapy", "2014-06-01", "2012-06-01"),
        kind="wide",
        patient="B",
        options={"mapping": with_therapy("new therapy")},
        near=with_therapies("new therapy", "2014-06-01", "2014-02-11"),
        near_options={"mapping": with_therapy("new therapy")},
    ),
    warning(
        "heading-in-german",
        "new-therapy-before",
        ("review.csv", 3, "Folgetherapie", "2012-06-01"),
        "'Folgetherapie' says that it comes after",
        with_therapies("Folgetherapie", "2014-06-01", "2012-06-01"),
        kind="wide",
        patient="B",
        options={"mapping": with_therapy("Folgetherapie")},
        # a heading that says nothing, and too few dates to tell
        near=with_therapies("Therapie", "2014-06-01", "2012-06-01"),
        near_options={"mapping": with_therapy("Therapie")},
    ),
    warning(
        "capital-letter",
        "similar-id",
        ("patients.csv", 4, "patient_id", "p1 and P1"),
        "differs from the id on line 2 only in case, blanks, Unicode form, leading zeros or a trailing .0. "
        "If they are one patient, use one id.",
        add("patients.csv", "p1,female,1950,ileum,G1,2,no,2013-02-03"),
        add("follow_up.csv", "p1,2015-03-04,,alive"),
        patient="p1",
        near=(
            add("patients.csv", "P11,female,1950,ileum,G1,2,no,2013-02-03"),
            add("follow_up.csv", "P11,2015-03-04,,alive"),
        ),
    ),
    warning(
        "row-of-a-wide-table",
        "similar-id",
        ("review.csv", 3, "case", "a and A"),
        "differs from the id on line 2",
        review("B,male", "a,male"),
        kind="wide",
        patient="a",
        near=review("B,male", "AB,male"),
    ),
    warning(
        "leading-zero-in-a-trial",
        "similar-id",
        ("adtte.csv", 4, "USUBJID", "2 and 02"),
        "differs from the id on line 3",
        adtte("03,placebo", "2,placebo"),
        kind="trial",
        patient="2",
        near=adtte("03,placebo", "20,placebo"),
    ),
    warning(
        "patient-of-times",
        "similar-id",
        ("outcomes.csv", 4, "case", "B.0 and B"),
        "differs from the id on line 3",
        outcomes("C,6", "B.0,6"),
        kind="outcomes",
        patient="B.0",
        near=outcomes("C,6", "B.1,6"),
    ),
    warning(
        "treatment",
        "duplicate-row",
        ("local_treatments.csv", 4, "date", "2014-01-10"),
        "the patient has the same modality on the same day on line 2. Remove one of the two if it was entered "
        "twice.",
        add("local_treatments.csv", "T3,P1,2014-01-10,RFA,bone,focal progression"),
        patient="P1",
        near=add("local_treatments.csv", "T3,P1,2014-01-11,RFA,liver,focal progression"),
    ),
    warning(
        "therapy",
        "duplicate-row",
        ("systemic_therapies.csv", 3, "start_date", "2014-06-12"),
        "the patient begins the same agent on the same day on line 2.",
        add("systemic_therapies.csv", "P1,Everolimus,2014-06-12,"),
        patient="P1",
        near=add("systemic_therapies.csv", "P1,everolimus,2014-12-20,"),
    ),
    warning(
        "two-extents-of-one-day",
        "duplicate-row",
        ("progressions.csv", 3, "date", "2014-06-02"),
        "the progression of this day is focal here and multifocal on line 2.",
        add("progressions.csv", "P1,2014-06-02,focal"),
        patient="P1",
        near=add("progressions.csv", "P1,2014-06-03,focal"),
    ),
    warning(
        "progression",
        "duplicate-row",
        ("progressions.csv", 3, "date", "2014-06-02"),
        "the same row stands on line 2.",
        add("progressions.csv", "P1,2014-06-02,multifocal"),
        patient="P1",
        near=add("progressions.csv", "P2,2014-06-02,multifocal"),
    ),
    warning(
        "side-effect",
        "duplicate-row",
        ("adverse_events.csv", 3, "date", "2014-02-15"),
        "the same row stands on line 2.",
        add("adverse_events.csv", "P2,2014-02-15,Pain,1,T2"),
        patient="P2",
        near=add("adverse_events.csv", "P2,2014-02-15,Pain,2,T2"),
    ),
    warning(
        "dose-written-with-the-agent",
        "similar-agent",
        ("systemic_therapies.csv", 2, "agent", "everolimus"),
        "'everolimus' counts as a new agent beside 'everolimus 5 mg' (line 3): a formulation or dose change is not "
        "new. Write the agent alone where it is the same.",
        add("systemic_therapies.csv", "P1,everolimus 5 mg,2014-01-10,"),
        patient="P1",
        near=add("systemic_therapies.csv", "P1,everolimus 5 mg,2014-01-11,"),
    ),
    warning(
        "two-therapies-of-a-patient",
        "agent-constant",
        ("review.csv", None, "agent", "therapy"),
        "is 'therapy' for every therapy, although 1 patients have several: a new agent cannot be told from a "
        "re-start. Map the column that names the agent.",
        column("review.csv", "first", "2014-06-02", "2014-06-03"),
        column("review.csv", "second", "2014-09-02", ""),
        kind="wide",
        options={"mapping": WIDE_MAPPING + CONSTANT_AGENT},
        near=(
            column("review.csv", "first", "2014-06-02", ""),
            column("review.csv", "second", "", "2014-09-02"),
        ),
        near_options={"mapping": WIDE_MAPPING + CONSTANT_AGENT},
    ),
    warning(
        "all-up-to-1",
        "ki67-fraction",
        ("patients.csv", None, "ki67_percent", ""),
        "all 3 values lie between 0 and 1: they look like fractions of 1. Write per cent, from 0 to 100.",
        *cohort(3, lambda k: f"male,1950,ileum,G3,{k / 2},no,2013-02-03"),
        near=tuple(cohort(3, lambda k: f"male,1950,ileum,G3,{k / 2 + 0.1},no,2013-02-03")),
    ),
    warning(
        "one-of-21-patients",
        "metastasis-unknown",
        ("patients.csv", 22, "metastatic_date", ""),
        "is empty: the patient counts as not metastatic, so that no local treatment is eligible.",
        *cohort(21, lambda k: f"male,1950,ileum,G1,2,no,{'2013-02-03' if k < 20 else ''}"),
        patient="N20",
        near=(
            *cohort(21, lambda k: f"male,1950,ileum,G1,2,no,{'2013-02-03' if k < 20 else ''}"),
            treatments("U20,N20,2014-01-22,RFA,liver,focal progression\n", ""),
        ),
    ),
    warning(
        "modality-that-is-excluded",
        "setting-unused",
        ("local_treatments.csv", None, "modality", "lobar HAE"),
        "'lobar HAE' does not occur here. It is an excluded modality of the settings: it excludes nothing. Check "
        "its spelling.",
        options={"settings": Settings(excluded=(Modality("lobar HAE", "lobar HAE"),))},
        near=add("local_treatments.csv", "T3,P2,2014-05-05,lobar HAE,liver,focal progression"),
        near_options={"settings": Settings(excluded=(Modality("lobar HAE", "lobar HAE"),))},
    ),
    warning(
        "modality-with-a-label",
        "setting-unused",
        ("local_treatments.csv", None, "modality", "ablation"),
        "It is a modality with a label in the settings: it labels nothing.",
        options={"settings": Settings(modalities=(Modality("ablation", "Ablation"),))},
        near=treatments("RFA", "ablation"),
        near_options={"settings": Settings(modalities=(Modality("ablation", "Ablation"),))},
    ),
    warning(
        "primary-site",
        "setting-unused",
        ("patients.csv", None, "primary_site", "gut"),
        "It is a primary site of the settings: it lets nobody in.",
        options={"settings": Settings(primary_sites=("ileum", "gut"))},
        near=patients("pancreas", "gut"),
        near_options={"settings": Settings(primary_sites=("ileum", "gut"))},
    ),
    warning(
        "no-date-where-the-modality-is-one-for-all",
        "without-treatment",
        ("review.csv", 3, "case", "B"),
        "no local treatment was read of the patient, who is left out.",
        review("2014-02-11,HAE", ","),
        kind="wide",
        patient="B",
        options={"mapping": ONE_MODALITY},
        near=review("HAE", ""),
        near_options={"mapping": ONE_MODALITY},
    ),
    warning(
        "no-column-of-deaths",
        "death-not-recorded",
        ("review.csv", 1, "death_date", ""),
        "no column holds a date of death: every patient counts as alive at the last contact.",
        review("A,female", "A,female"),
        kind="wide",
        options={"mapping": WIDE_MAPPING.replace('death_date = "died"\n', "")},
        near=review("B,male", "B,male"),
        near_options={"mapping": WIDE_MAPPING},
    ),
    warning(
        "one-of-three-rows",
        "analysis-flag",
        ("adtte.csv", 3, "ANL01FL", "N"),
        "is not Y in 1 of 3 rows, here for the first time: they are counted all the same. Leave them out of the "
        "file if they are not part of the analysis.",
        column("adtte.csv", "ANL01FL", "Y", "N", "Y"),
        kind="trial",
        near=column("adtte.csv", "ANL01FL", "Y", "Y", "Y"),
    ),
    warning(
        "months-among-days",
        "mixed-units",
        ("adtte.csv", 3, "AVALU", "MONTHS"),
        "'OS' has times in months here and in days above. Check the unit, and use one for each PARAMCD.",
        adtte("31,DAYS", "1.02,MONTHS"),
        kind="trial",
        near=adtte("02,drug,OS,Overall survival,31,DAYS", "02,drug,PFS,PFS,1.02,MONTHS"),
    ),
    warning(
        "one-row-counts-the-first-day",
        "dates-disagree",
        ("adtte.csv", 3, "AVAL", "1"),
        "AVAL - (ADT - STARTDT) is 0 in 2 of 3 rows and 1 here. It must be 0 throughout or 1 throughout: without "
        "that, cut-off and date controls are absent. Correct the times or the dates.",
        adtte("2014-03-04", "2014-03-03"),
        kind="trial",
        near=(
            adtte("2014-03-04", "2014-03-03"),
            adtte("2014-04-11", "2014-04-10"),
            adtte("2015-01-01", "2014-12-31"),
        ),
    ),
    warning(
        "two-days-more-throughout",
        "dates-disagree",
        ("adtte.csv", 2, "AVAL", "2"),
        "AVAL - (ADT - STARTDT) is 2 in 3 of 3 rows here for the first time.",
        adtte("2014-03-04", "2014-03-02"),
        adtte("2014-04-11", "2014-04-09"),
        adtte("2015-01-01", "2014-12-30"),
        kind="trial",
        near=adtte("2014-03-04", ""),
    ),
    case(
        "said-of-a-column-that-is-not-there",
        "baseline-decision",
        ("adtte.csv", None, "RELAPS", ""),
        "is said to be a baseline or none, but there is no such column. Check its spelling.",
        column("adtte.csv", "RELAPSE", "no", "yes", "no"),
        kind="trial",
        near=column("adtte.csv", "RELAPSE", "no", "yes", "no"),
        options={"baseline": (("RELAPS", False),)},
        near_options={"baseline": (("RELAPSE", False),)},
    ),
    warning(
        "a-relapse-that-nobody-decided-on",
        "baseline-undecided",
        ("adtte.csv", None, "RELAPSE", ""),
        "may be known only after the index date: its name tells what may have happened after the treatment. It "
        "is not offered as baseline until somebody decides: --baseline RELAPSE=yes or --baseline RELAPSE=no.",
        column("adtte.csv", "RELAPSE", "no", "yes", "no"),
        kind="trial",
        near=column("adtte.csv", "PRIOR_RELAPSE", "no", "yes", "no"),
    ),
    warning(
        "a-relapse-that-is-one-as-was-said",
        "baseline-admitted",
        ("adtte.csv", None, "RELAPSE", ""),
        "may be known only after the index date (its name tells what may have happened after the treatment). It "
        "is a baseline, as was said, and every use says so.",
        column("adtte.csv", "RELAPSE", "no", "yes", "no"),
        kind="trial",
        near=column("adtte.csv", "RELAPSE", "no", "yes", "no"),
        options={"baseline": (("RELAPSE", True),)},
        near_options={"baseline": (("RELAPSE", False),)},
    ),
    warning(
        "one-age-of-five",
        "mixed-column",
        ("adtte.csv", 6, "AGE", "unknown"),
        "'unknown' is no number, but 4 of 5 different values are: the column is stored as text. Correct it, or "
        "leave the cell empty.",
        add("adtte.csv", "04,drug,OS,Overall survival,3,DAYS,0,death,2014-01-01,2014-01-04,44"),
        add("adtte.csv", "05,drug,OS,Overall survival,3,DAYS,0,death,2014-01-01,2014-01-04,unknown"),
        kind="trial",
        near=(
            add("adtte.csv", "04,drug,OS,Overall survival,3,DAYS,0,death,2014-01-01,2014-01-04,53"),
            add("adtte.csv", "05,drug,OS,Overall survival,3,DAYS,0,death,2014-01-01,2014-01-04,unknown"),
        ),
    ),
]


def progress(files: Files, n: int, first: int) -> None:
    """Give P1 so many progressions, some of them on the first of a month."""
    days = [date(2014 - k // 12, 1 + k % 12, 1) for k in range(first)]
    days += [date(2014, 2, 2 + k) for k in range(n - first)]
    files["progressions.csv"] = b"patient_id,date,extent\n" + b"".join(
        f"P1,{day},focal\n".encode() for day in days
    )


CASES = [*FILE_CASES, *CELL_CASES, *RECORD_CASES, *ADTTE_CASES, *WARNING_CASES]


@pytest.mark.parametrize("told", CASES)
def test_a_file_that_breaks_one_rule_is_told_so_and_nothing_else(tmp_path, told):
    found = prepared(tmp_path, told.kind, *told.breaks, **told.options)
    assert [(one.rule, one.severity) for one in found.report.findings] == [(told.rule, told.severity)]
    one = found.report.findings[0]
    assert (one.file, one.line, one.column, one.value) == told.at
    assert told.words in one.words
    assert one.patient == told.patient
    assert f"P{told.patient[1:]} " not in one.words  # words may go to a log
    assert found.report.counts == Counter({told.rule: 1})
    assert (found.path is None) is (told.severity is Severity.ERROR)


# Writing a version takes a hundred times as long as the reading: a known fault beside the near miss stops it.
STOPS = {
    "tables": (add("systemic_therapies.csv", "P1,stop here,,"), ("cell-empty", 3, "start_date")),
    "trial": (
        add("adtte.csv", "09,drug,OS,Overall survival,1,DAYS,stop here,,2014-01-01,2014-01-02,1"),
        ("cnsr", 5, "CNSR"),
    ),
    "wide": (
        add("review.csv", "C,woman,2014-01-30,RFA,focal progression,,2015-03-31,"),
        ("value-not-allowed", 4, "gender"),
    ),
}
STOP, STOPPED = STOPS["tables"]
BOUNDARIES = (
    "grade-below-ki67",
    "not-seen",
    "first-of-month",
    "cnsr-unexplained",
)  # have a test of their own
WRITTEN = ("nobody-eligible", "id-duplicate", "treatment-differs", "spelling")  # found by what is written
HEADERS = ("file-unreadable", "delimiter", "header-name", "header-duplicate", "column-missing")
READ = [
    one
    for one in (*FILE_CASES, *CELL_CASES, *RECORD_CASES, *ADTTE_CASES)
    if one.values[0].rule not in WRITTEN
    and one.values[0].kind in ("tables", "wide", "trial" if one.values[0].rule not in HEADERS else "tables")
]


@pytest.mark.parametrize(
    "told",
    [one for one in CASES if one not in READ and one.values[0].near and one.values[0].rule not in BOUNDARIES],
)
def test_a_file_that_just_does_not_break_it_is_taken(tmp_path, told):
    found = prepared(tmp_path, told.kind, *told.near, **told.near_options)
    assert tuple(sorted(+found.report.counts)) == told.near_rules, found.report.findings
    assert found.path is not None
    assert found.path.is_file()


@pytest.mark.parametrize("told", READ)
def test_a_file_that_just_does_not_break_it_is_read(tmp_path, told):
    stop, stopped = STOPS[told.kind]
    changes = (stop, *told.near) if told.kind == "tables" else (*told.near, stop)
    found = prepared(tmp_path, told.kind, *changes, **told.near_options)
    assert places(found) == [stopped]


def test_every_rule_has_a_case_and_is_used():
    told = {parameter.values[0].rule for parameter in CASES}
    assert sorted(RULES.keys() - told) == []
    code = [
        path
        for path in (ROOT / "gepnet_core").rglob("*.py")
        if path.name not in ("rules.py", "warning_rules.py")
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in code)
    assert [rule for rule in RULES if f'"{rule}"' not in text] == []
    assert all(rule.found.endswith(".") and rule.remedy.endswith(".") for rule in RULES.values())


# headings and sheets as people write them -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "heading"),
    [
        pytest.param("sex", "SEX", id="capitals"),
        pytest.param("birth_year", "birth year", id="a-blank"),
        pytest.param("birth_year", "Birth_ Year", id="a-blank-beside-the-underscore"),
        pytest.param("birth_year", "Birth\u00a0Year", id="a-blank-that-does-not-break"),
        pytest.param("sex", "s\u200bex", id="a-character-that-cannot-be-seen"),
        pytest.param("patient_id,sex", "\ufeffPatient_ID,sex", id="a-second-mark-at-the-start"),
    ],
)
def test_columns_of_tables_are_matched_as_people_write_them(tmp_path, old, heading):
    found = prepared(tmp_path, "tables", patients(old, heading))
    assert (found.report.findings, found.current.patients) == ([], 2)


def test_findings_name_the_heading_that_the_file_has(tmp_path):
    found = prepared(
        tmp_path,
        "tables",
        patients("birth_year", "Birth Year"),
        patients("1950", "1850"),
        follow_up("death_date", "DEATH DATE"),
        follow_up("2015-04-05", "2015-07-01"),
        treatments("treatment_id", "Treatment ID"),
        add("local_treatments.csv", "T1,P1,2014-02-12,HAE,liver,focal progression"),
    )
    assert places(found) == [
        ("number-range", 2, "Birth Year"),
        ("id-duplicate", 4, "Treatment ID"),
        ("after-extraction", 3, "DEATH DATE"),
    ]


def test_warnings_name_the_heading_that_the_file_has(tmp_path):
    found = prepared(tmp_path, "tables", patients("sex", "Sex"), patients("female", ""))
    assert places(found) == [("missing-share", None, "Sex")]


def sheets_of_a_review(folder: Path, asked: str) -> Prepared:
    """Read a workbook of the sheets Data, Notes and Old, which is hidden, and one that is empty."""
    book = openpyxl.Workbook()
    book.active.title = "Empty"
    for name in ("Data", "Notes", "Old"):
        page = book.create_sheet(name)
        for line in WIDE["review.csv"].strip().splitlines():
            page.append([text or None for text in line.split(",")])
    book["Old"].sheet_state = "hidden"
    book.save(folder / "review.xlsx")
    mapping = mapping_from("mapping.toml", WIDE_MAPPING)
    request = Request(folder / "review.xlsx", Format.WIDE, mapping=mapping, extracted=EXTRACTED, sheet=asked)
    return prepare(request, folder)


@pytest.mark.parametrize("asked", ["Data", "data", " DATA "])
def test_a_sheet_is_found_whatever_its_case(tmp_path, asked):
    assert sheets_of_a_review(tmp_path, asked).current.patients == 2


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        pytest.param(
            "x",
            "review.xlsx: has no sheet 'x' that holds anything. There are: Data, Notes, Old (hidden).",
            id="not-there",
        ),
        pytest.param(
            "Empty",
            "review.xlsx: has no sheet 'Empty' that holds anything. There are: Data, Notes, Old (hidden).",
            id="empty",
        ),
        pytest.param(
            "",
            "review.xlsx: holds 3 tables: Data, Notes, Old (hidden). Say which one with --sheet.",
            id="none-asked-for",
        ),
    ],
)
def test_a_sheet_that_cannot_be_told_is_said_with_those_that_are_there(tmp_path, asked, words):
    assert [str(one) for one in sheets_of_a_review(tmp_path, asked).report.findings] == [words]


# where exactly a rule begins -------------------------------------------------------------------------------


def test_a_grade_below_ki67_is_a_warning_and_a_grade_above_never(tmp_path):
    said = {
        ("G1", "2.9"): "",
        ("G1", "2.99999"): "",
        ("G1", "3"): "G1 with Ki-67 3 %, which alone implies G2.",
        ("G1", "3.0"): "G1 with Ki-67 3 %, which alone implies G2.",
        ("G1", "20"): "G1 with Ki-67 20 %, which alone implies G2.",
        ("G1", "20.1"): "G1 with Ki-67 20.1 %, which alone implies G3.",
        ("G2", "0"): "",
        ("G2", "3"): "",
        ("G2", "20"): "",
        ("G2", "20.1"): "G2 with Ki-67 20.1 %, which alone implies G3.",
        ("G2", "100"): "G2 with Ki-67 100 %, which alone implies G3.",
        ("G3", "2"): "",
        ("G3", "55"): "",
    }
    values = list(said)
    changes = cohort(13, lambda k: f"female,1950,ileum,{values[k][0]},{values[k][1]},no,2013-02-03")
    found = prepared(tmp_path, "tables", *changes).report.findings
    assert [(one.line, one.words) for one in found] == [
        (line, words) for line, words in enumerate(said.values(), start=2) if words
    ]
    assert {(one.rule, one.severity, one.column) for one in found} == {
        ("grade-below-ki67", Severity.WARNING, "tumour_grade")
    }


@pytest.mark.parametrize(
    ("extracted", "seen", "not_seen"),
    [
        pytest.param(date(2016, 3, 4), "2015-03-04", "2015-03-03", id="twelve-months-and-a-day-more"),
        pytest.param(date(2016, 2, 29), "2015-02-28", "2015-02-27", id="extracted-on-29-february"),
        pytest.param(date(2017, 2, 28), "2016-02-29", "2016-02-27", id="seen-on-29-february"),
        pytest.param(date(2017, 3, 1), "2016-03-01", "2016-02-29", id="seen-on-29-february-and-a-day-more"),
    ],
)
def test_who_was_not_seen_for_twelve_months_is_a_warning(tmp_path, extracted, seen, not_seen):
    changes = (follow_up("2015-03-04", seen), follow_up("2015-03-20,2015-04-05,dead", f"{not_seen},,alive"))
    found = prepared(tmp_path, "tables", *changes, extracted=extracted)
    assert [(one.rule, one.line, one.column, one.value) for one in found.report.findings] == [
        ("not-seen", 3, "last_contact_date", not_seen)
    ]


def test_the_dead_are_not_missed(tmp_path):
    found = prepared(tmp_path, "tables", follow_up("alive", "dead"), extracted=date(2020, 1, 1))
    assert places(found) == [("dead-without-date", 2, "death_date")]


@pytest.mark.parametrize(
    ("n", "empty", "share"),
    [
        pytest.param(20, 1, None, id="exactly-five-percent"),
        pytest.param(19, 1, "1 of 19 cells are empty (5 %).", id="one-of-nineteen"),
        pytest.param(40, 3, "3 of 40 cells are empty (8 %).", id="three-of-forty"),
    ],
)
def test_more_than_five_percent_missing_is_a_warning(tmp_path, n, empty, share):
    changes = cohort(n, lambda k: f"{'' if k < empty else 'male'},1950,ileum,G1,2,no,2013-02-03")
    found = prepared(tmp_path, "tables", *changes)
    assert [(one.rule, one.file, one.column, one.words) for one in found.report.findings] == (
        [("missing-share", "patients.csv", "sex", share)] if share else []
    )


@pytest.mark.parametrize(
    ("n", "warned"), [pytest.param(20, False, id="exactly-five-percent"), pytest.param(19, True, id="more")]
)
def test_more_than_five_percent_missing_in_a_trial_is_a_warning(tmp_path, n, warned):
    rows = "".join(f"S{k},drug,OS,OS,{k + 1},DAYS,0,,,,{k or ''}\n" for k in range(n))
    top = TRIAL["adtte.csv"].strip().splitlines()[0]
    found = prepared(tmp_path, "trial", put("adtte.csv", f"{top}\n{rows}".encode()))
    assert places(found) == ([("missing-share", None, "AGE")] if warned else [])


@pytest.mark.parametrize(
    ("n", "first", "warned"),
    [
        pytest.param(19, 19, False, id="nineteen-dates-are-too-few"),
        pytest.param(20, 3, False, id="exactly-fifteen-percent"),
        pytest.param(20, 4, True, id="twenty-percent"),
        pytest.param(26, 4, True, id="just-above"),
    ],
)
def test_many_dates_on_the_first_of_a_month_are_a_warning(tmp_path, n, first, warned):
    found = prepared(tmp_path, "tables", lambda files: progress(files, n, first))
    said = [(one.rule, one.words) for one in found.report.findings]
    assert said == ([("first-of-month", f"{first} of {n} dates are the first of a month.")] if warned else [])


@pytest.mark.parametrize(
    ("one", "other", "similar"),
    [
        pytest.param("P01", "p01", True, id="case"),
        pytest.param("1", "01", True, id="leading-zero"),
        pytest.param("1", "1.0", True, id="trailing-.0"),
        pytest.param("P1", "P001", True, id="zeros-before-the-first-number"),
        pytest.param("P 1", "P1", True, id="blank"),
        pytest.param("Zoe\u0301", "Zo\u00e9", True, id="accent-apart"),
        pytest.param("1", "10", False, id="ten-times"),
        pytest.param("1.1", "1.01", False, id="zero-in-a-second-number"),
        pytest.param("P1", "Q1", False, id="another-letter"),
        pytest.param("1", "1.5", False, id="part"),
        pytest.param("0", "00", True, id="nothing-but-zeros"),
        pytest.param("E", "\u00c9", False, id="an-accent-is-a-difference"),
    ],
)
def test_ids_that_people_write_in_two_ways_are_similar_in_tables_and_in_sql(tmp_path, one, other, similar):
    own = [
        swap(name, "P1,", "X8,")
        for name in ("patients.csv", "local_treatments.csv", "systemic_therapies.csv", "progressions.csv")
    ]
    rows = [
        change
        for name in (one, other)
        for change in (
            add("patients.csv", f"{name},female,1950,ileum,G1,2,no,2013-02-03"),
            add("follow_up.csv", f"{name},2015-03-04,,alive"),
        )
    ]
    subjects = [adtte("\n01,", "\nX8,"), adtte("\n02,", f"\n{one},"), adtte("\n03,", f"\n{other},")]
    expected = [("similar-id", f"{other} and {one}")] if similar else []
    for kind, changes in (("tables", [*own, follow_up("P1,", "X8,"), *rows]), ("trial", subjects)):
        place = tmp_path / kind
        place.mkdir()
        found = prepared(place, kind, *changes).report.findings
        assert [(one.rule, one.value) for one in found] == expected


def test_letters_of_full_width_are_similar_in_tables(tmp_path):
    changes = (
        add("patients.csv", "\uff301,female,1950,ileum,G1,2,no,2013-02-03"),
        add("follow_up.csv", "\uff301,2015-03-04,,alive"),
    )
    assert places(prepared(tmp_path, "tables", *changes)) == [("similar-id", 4, "patient_id")]


@pytest.mark.parametrize(
    ("courses", "line"),
    [
        pytest.param(["octreotide LAR,2013-01-01", "octreotide s.c.,2014-06-01"], 3, id="formulation"),
        pytest.param(["octreotide LAR,2014-01-10", "octreotide s.c.,2014-01-11"], 3, id="around-the-day"),
        pytest.param(["octreotide LAR,2014-01-11", "octreotide s.c.,2014-06-01"], None, id="both-after"),
        pytest.param(["octreotide LAR,2013-01-01", "octreotide s.c.,2013-06-01"], None, id="both-before"),
        pytest.param(["octreotide LAR,2013-01-01", "OCTREOTIDE  lar,2014-06-01"], None, id="re-start"),
        pytest.param(
            ["octreotide LAR,2013-01-01", "lanreotide LAR,2014-06-01"], None, id="another-first-word"
        ),
        pytest.param(
            ["octreotide LAR,2013-01-01", "octreotide s.c.,2013-06-01", "octreotide s.c.,2014-06-01"],
            None,
            id="known-in-both-forms",
        ),
        pytest.param(
            ["octreotide LAR,2013-01-01", "octreotide s.c.,2014-06-01", "octreotide pump,2014-07-01"],
            3,
            id="one-finding-a-patient",
        ),
    ],
)
def test_a_formulation_that_counts_as_a_new_agent_is_pointed_at(tmp_path, courses, line):
    rows = "".join(f"P1,{course},\n" for course in courses)
    told = put("systemic_therapies.csv", f"patient_id,agent,start_date,stop_date\n{rows}".encode())
    found = places(prepared(tmp_path, "tables", told))
    assert found == ([("similar-agent", line, "agent")] if line else [])


@pytest.mark.parametrize(
    ("values", "odd"),
    [
        pytest.param(["1", "2", "3", "4", "?"], ("?", 4, 5), id="four-of-five"),
        pytest.param(["?", "1", "2", "3", "4"], ("?", 4, 5), id="the-first-is-odd"),
        pytest.param(["1", "2", "3", "?"], None, id="three-of-four-are-too-few"),
        pytest.param(["1", "2", "3", "3", "?"], None, id="values-count-once"),
        pytest.param(["1", "2", "3", "4", "5", "?", "!"], None, id="five-of-seven"),
        pytest.param([*map(str, range(8)), "?", "!"], ("?", 8, 10), id="eight-of-ten"),
        pytest.param(["a", "b", "c", "d", "e"], None, id="words"),
        pytest.param(["1", "2", "3", "4", "5"], None, id="numbers"),
        pytest.param(["100", "200", "300", "400", "007", "?"], None, id="a-column-of-codes"),
        pytest.param([*map(str, range(2_000)), "?"], ("?", 1_000, 1_001), id="after-a-thousand-numbers"),
        pytest.param([*map(str, range(700)), *(f"t{k}" for k in range(700))], None, id="half-of-them-words"),
        pytest.param([*(f"t{k}" for k in range(300)), *map(str, range(2_000))], None, id="words-first"),
        pytest.param(["1", "2", "3", "4", "x" * 201], None, id="a-sentence"),
    ],
)
def test_a_column_of_numbers_names_the_first_value_that_is_none(values, odd):
    seen = KindSeen("AGE")
    for line, value in enumerate(values, start=2):
        seen.see(value, line)
    found = seen.odd
    expected = None if odd is None else Odd(values.index(odd[0]) + 2, *odd)
    assert found == expected
    assert len(seen._known) <= 1_000


def test_a_column_of_adsl_that_is_stored_as_text_for_one_value_says_so(tmp_path):
    rows = "".join(f"S{k},drug,OS,OS,{k + 1},DAYS,0,,,,50\n" for k in range(6))
    top = TRIAL["adtte.csv"].strip().splitlines()[0]
    subjects = "".join(f"S{k},drug,50,{60 + k if k != 3 else 'n/a'}\n" for k in range(6))
    changes = (
        put("adtte.csv", f"{top}\n{rows}".encode()),
        put("adsl.csv", f"USUBJID,TRT01P,AGE,WEIGHT\n{subjects}".encode()),
    )
    found = prepared(tmp_path, "trial with ADSL", *changes).report.findings
    assert [(one.rule, one.file, one.line, one.column, one.value) for one in found] == [
        ("mixed-column", "adsl.csv", 5, "WEIGHT", "n/a")
    ]


def test_a_focal_indication_that_no_treatment_has_is_said_beside_that_nobody_is_left(tmp_path):
    settings = Settings(focal_indication="focal growth")
    found = prepared(tmp_path, "tables", settings=settings)
    assert places(found) == [("setting-unused", None, "indication"), ("nobody-eligible", None, "")]
    free = tmp_path / "free"
    free.mkdir()
    settings = Settings(focal_only=False, focal_indication="focal growth")
    assert prepared(free, "tables", settings=settings).report.findings == []


def test_where_no_patient_has_a_date_of_metastasis_it_is_said_once(tmp_path):
    mapping = WIDE_MAPPING.replace('metastatic_date = "metastases"', "")
    found = prepared(tmp_path, "wide", mapping=mapping)
    assert places(found) == [("nobody-eligible", None, "")]
    assert "metastatic_date" in found.report.findings[0].words


def test_every_setting_of_the_synthetic_cohort_meets_something(tmp_path):
    found = prepare(Request(ROOT / "data" / "synthetic", Format.TABLES), tmp_path)
    told = ("not-seen", "metastasis-unknown", "missing-share")
    assert found.report.counts == dict(zip(told, (42, 5, 2), strict=True))


def test_warnings_do_not_depend_on_the_order_of_rows(tmp_path):
    counts = []
    for order in (1, -1):
        place = tmp_path / str(order)
        place.mkdir()
        doubles = [
            "P1,2014-06-02,focal",
            "P1,2014-06-02,multifocal",
            "P1,2014-06-02,focal",
            "P2,2014-06-02,focal",
        ]
        told = "\n".join(["patient_id,date,extent", *doubles[::order], ""])
        counts.append(prepared(place, "tables", put("progressions.csv", told.encode())).report.counts)
    assert counts == [{"duplicate-row": 2}, {"duplicate-row": 2}]


EVENTS = {
    "progression": (lambda day: add("progressions.csv", f"P2,{day},focal"), "progressions.csv", 3, "date"),
    "therapy": (
        lambda day: add("systemic_therapies.csv", f"P2,sunitinib,{day},"),
        "systemic_therapies.csv",
        4,
        "start_date",
    ),
    "side-effect": (
        lambda day: add("adverse_events.csv", f"P2,{day},Pain,1,T2"),
        "adverse_events.csv",
        3,
        "date",
    ),
    "treatment": (
        lambda day: add("local_treatments.csv", f"T3,P2,{day},EBRT,bone,pain"),
        "local_treatments.csv",
        4,
        "date",
    ),
}


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize(
    ("seen", "died", "extracted", "day", "rule"),
    [
        pytest.param("2015-04-05", "2015-04-05", "2015-06-30", "2015-04-05", "", id="on-the-day-of-death"),
        pytest.param(
            "2015-04-05", "2015-04-05", "2015-06-30", "2015-04-06", "after-death", id="day-after-death"
        ),
        pytest.param("2015-04-05", "", "2015-06-30", "2015-04-05", "", id="on-the-day-of-last-contact"),
        pytest.param(
            "2015-04-05", "", "2015-06-30", "2015-04-06", "after-last-contact", id="day-after-last-contact"
        ),
        pytest.param(
            "2015-03-20", "2015-04-05", "2015-06-30", "2015-03-20", "", id="before-a-death-after-the-visit"
        ),
        pytest.param(
            "2015-03-20",
            "2015-04-05",
            "2015-06-30",
            "2015-03-21",
            "after-last-contact",
            id="visit-then-event-then-death",
        ),
        pytest.param("2015-04-05", "", "2015-04-05", "2015-04-05", "", id="on-the-day-of-extraction"),
        pytest.param(
            "2015-04-05", "", "2015-04-05", "2015-04-06", "after-extraction", id="day-after-extraction"
        ),
    ],
)
def test_an_event_may_lie_on_the_last_day_and_not_after_it(tmp_path, event, seen, died, extracted, day, rule):
    change, file, line, name = EVENTS[event]
    ends = follow_up("2015-03-20,2015-04-05,dead", f"{seen},{died},")
    told = {"extracted": date.fromisoformat(extracted)}
    found = prepared(tmp_path, "tables", STOP, ends, change(day), **told)
    if rule == "after-last-contact" and event == "treatment" and not died:
        rule = "observation-before-index"
    broken = [(one.rule, one.file, one.line, one.column, one.value) for one in found.report.findings[1:]]
    assert places(found)[0] == STOPPED
    assert broken == ([(rule, file, line, name, day)] if rule else [])


def test_a_death_after_the_last_visit_is_no_finding(tmp_path):
    found = prepared(tmp_path, "tables", follow_up("2015-03-20,2015-04-05", "2014-02-15,2015-06-30"))
    assert found.report.findings == []


@pytest.mark.parametrize(
    ("options", "statuses", "warned"),
    [
        pytest.param({}, [0, 0, 1], [("cnsr-unexplained", 3, "CNSR")], id="unexplained-counts-as-censored"),
        pytest.param({"censored_cnsr": (2,)}, [0, 0, 1], [], id="explained"),
        pytest.param(
            {"censored_cnsr": (3,)}, [0, 0, 1], [("cnsr-unexplained", 3, "CNSR")], id="another-one-explained"
        ),
        pytest.param({"competing_cnsr": 2}, [0, 1, 2], [], id="competing-death"),
        pytest.param(
            {"competing_cnsr": 3}, [0, 0, 1], [("cnsr-unexplained", 3, "CNSR")], id="another-one-competes"
        ),
    ],
)
def test_cnsr_2_means_what_was_said(tmp_path, options, statuses, warned):
    changes = (
        adtte("02,drug,OS,Overall survival,31,DAYS,1", "02,drug,TTP,Progression,31,DAYS,2"),
        adtte("365,DAYS,0", "365,DAYS,1"),
    )
    found = prepared(tmp_path, "trial", *changes, **options)
    assert places(found) == warned
    rows = Database.open(found.path).rows("SELECT status FROM time_to_event ORDER BY 1")
    assert [status for (status,) in rows] == statuses


# one fault, one finding ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        pytest.param(
            "tables", [patients("female", "f")], [("value-not-allowed", 2, "sex")], id="patient-refused"
        ),
        pytest.param(
            "tables",
            [add("patients.csv", "P1,female,1951,ileum,G1,2,no,2013-02-03")],
            [("id-duplicate", 4, "patient_id")],
            id="patient-twice",
        ),
        pytest.param(
            "tables",
            [follow_up("2015-04-05", "2015-04-31"), effects("Pain,1", "Death,5")],
            [("date", 3, "death_date")],
            id="date-of-death-refused-beside-a-grade-5",
        ),
        pytest.param(
            "tables", [treatments("2014-02-11", "2014-02-30")], [("date", 3, "date")], id="treatment-refused"
        ),
        pytest.param(
            "tables",
            [treatments("T2,P2", "T1,P2")],
            [("id-duplicate", 3, "treatment_id")],
            id="treatment-id-twice-and-a-side-effect-that-names-it",
        ),
        pytest.param("tables", [treatments(",HAE", "")], [("row-length", 3, "")], id="treatment-too-short"),
        pytest.param("tables", [patients(",male", "")], [("row-length", 3, "")], id="patient-too-short"),
        pytest.param(
            "tables",
            [
                put(
                    "patients.csv",
                    TABLES["patients.csv"].split("P2")[0].replace(",female", "").lstrip().encode(),
                )
            ],
            [("row-length", 2, "")],
            id="only-patient-too-short",
        ),
        pytest.param("tables", [follow_up(",alive", "")], [("row-length", 2, "")], id="follow-up-too-short"),
        pytest.param(
            "tables",
            [follow_up("death_date", "died")],
            [("column-missing", 1, "death_date"), ("column-unknown", 1, "died")],
            id="column-of-follow-up-called-otherwise",
        ),
        pytest.param(
            "tables", [without("local_treatments.csv")], [("table-missing", None, "")], id="no-treatments"
        ),
        pytest.param(
            "tables", [patients("P2,male", 'P2,"male')], [("quote", 3, "")], id="patients-read-only-half"
        ),
        pytest.param(
            "wide",
            [
                review("2014-01-30", "03/04/2014"),
                review("2014-02-11", "05/06/2014"),
                review("2015-03-31", "2014-03-20"),
                review("2015-04-25", "2014-05-10"),
            ],
            [("date-ambiguous", 1, "operated")],
            id="ambiguous-dates-are-compared-with-nothing",
        ),
        pytest.param(
            "wide",
            [review("2014-01-30", "2014-02-30"), review("A,female", "A,woman")],
            [("value-not-allowed", 2, "gender"), ("date", 2, "operated")],
            id="two-faults-in-a-row-of-a-wide-table",
        ),
        pytest.param(
            "redcap",
            [swap("export.csv", "A,visit,1,,,", "A,visit,1,2016-01-01,,")],
            [("conflict", 3, "mets")],
            id="two-dates-of-metastases-of-which-one-lies-in-the-future",
        ),
        pytest.param(
            "tables",
            [follow_up("P1,", "P\u200b1,")],
            [("id-characters", 2, "patient_id")],
            id="patient-of-the-follow-up-with-a-blank-of-no-width",
        ),
        pytest.param(
            "trial",
            [add("adtte.csv", "01,Drug,PFS,PFS,50,DAYS,0,progression,2014-01-01,2014-02-20,61")],
            [("spelling", 5, "TRTP")],
            id="patient-with-one-treatment-in-two-spellings",
        ),
        pytest.param(
            "trial",
            [adtte("100,DAYS,0,death,2014-01-01", "-100,FORTNIGHTS,0,death,2014-01-41")],
            [("aval", 2, "AVAL"), ("date", 2, "STARTDT"), ("aval-unit", 2, "AVALU")],
            id="three-faults-in-a-row-of-a-trial",
        ),
        pytest.param(
            "trial with ADSL",
            [adtte(",100,", ",,"), adsl("02,drug", ",drug")],
            [("aval", 2, "AVAL"), ("id-empty", 3, "USUBJID")],
            id="subject-without-time-because-it-was-refused",
        ),
        pytest.param(
            "trial with ADSL",
            [add("adsl.csv", "01,drug,62,F")],
            [("id-duplicate", 5, "USUBJID")],
            id="subject-twice-with-two-ages",
        ),
    ],
)
def test_one_fault_does_not_bring_forth_findings_that_are_its_consequence(tmp_path, kind, changes, expected):
    found = prepared(tmp_path, kind, *changes)
    assert places(found) == expected
    assert found.path is None


def test_a_side_effect_is_not_given_to_a_later_treatment_when_the_right_one_was_refused(tmp_path):
    mapping = (
        WIDE_MAPPING
        + """
[[local_treatments]]
date = "again"
modality = { value = "EBRT" }
[[adverse_events]]
date = "pain"
term = { value = "Pain" }
ctcae_grade = { value = 1 }
"""
    )
    changes = (
        column("review.csv", "again", "2014-06-16", "2014-06-17"),
        column("review.csv", "pain", "2014-03-05", "2014-03-06"),
        review("2014-01-30", "2014-01-32"),
    )
    found = prepared(tmp_path, "wide", *changes, mapping=mapping)
    assert places(found) == [("date", 2, "operated")]


# the day of the export -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file of each format, and the source tables with a settings.toml that names a day."""
    place = tmp_path_factory.mktemp("formats")
    (place / "tables").mkdir()
    for name, text in TABLES.items():
        (place / "tables" / name).write_text(text.lstrip(), encoding="utf-8")
    (place / "tables" / "settings.toml").write_text("extracted = 2015-06-30\n", encoding="utf-8")
    for name, text in {**TRIAL, **WIDE, **REDCAP}.items():
        (place / name).write_text(text.lstrip(), encoding="utf-8")
    (place / "wide.toml").write_text(WIDE_MAPPING, encoding="utf-8")
    (place / "redcap.toml").write_text(REDCAP_MAPPING, encoding="utf-8")
    return place


@pytest.mark.parametrize(
    ("arguments", "label"),
    [
        pytest.param(["tables"], "source tables (folder, ZIP or workbook)", id="source-tables"),
        pytest.param(
            ["review.csv", "--mapping", "wide.toml"], "one table, a row a patient", id="table-by-a-mapping"
        ),
        pytest.param(
            ["export.csv", "--mapping", "redcap.toml", "--dictionary", "dictionary.csv"],
            "REDCap export with its data dictionary",
            id="redcap",
        ),
    ],
)
def test_the_day_of_the_export_is_asked_for(shelf, cli, folder, monkeypatch, arguments, label):
    monkeypatch.chdir(folder)
    before = everything_below(shelf.root)
    answer = cli("import", *arguments, "--dataset", "mine")
    assert (answer.code, answer.json) == (2, None)
    assert answer.said == (
        f"The day on which the data were exported is needed for {label}: a later date would lie in the future, "
        "and who was not seen for long cannot be told. Give --extracted YYYY-MM-DD.\n"
    )
    assert everything_below(shelf.root) == before


def test_with_the_day_of_the_export_redcap_is_taken(shelf, cli, folder, monkeypatch):
    monkeypatch.chdir(folder)
    told = ("export.csv", "--mapping", "redcap.toml", "--dictionary", "dictionary.csv")
    answer = cli("import", *told, "--dataset", "mine", "--extracted", "2015-06-30", "--dry-run")
    assert (answer.code, answer.json["effect"]["eligible"]) == (0, 2)
    assert shelf.names() == ["synthetic"]


def test_a_trial_needs_no_day_of_the_export_and_heeds_one(shelf, cli, folder):
    assert cli("import", folder / "adtte.csv", "--dataset", "trial", "--dry-run").code == 0
    assert shelf.names() == ["synthetic"]
    answer = cli("import", folder / "adtte.csv", "--dataset", "trial", "--extracted", "2014-12-31")
    assert (answer.code, answer.json) == (2, None)
    assert answer.said.startswith(
        "adtte.csv, line 4, column ADT: 2015-01-01 lies after the day of extraction, 2014-12-31. "
        "Correct one of the two."
    )


def test_the_day_on_the_command_line_goes_before_that_of_the_settings(shelf, cli, folder):
    told = ("import", folder / "tables", "--dataset", "mine", "--extracted")
    answer = cli(*told, "2015-03-30")
    assert answer.code == 2
    assert answer.said.startswith(
        "follow_up.csv, line 3, column death_date: 2015-04-05 lies after the day of extraction, 2015-03-30."
    )
    assert shelf.names() == ["synthetic"]
