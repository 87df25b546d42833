"""Names of columns: case tells two apart, what nobody needs never blocks, numbers of rows are left aside."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from gepnet_core.errors import FileRefused
from gepnet_core.intake.files import open_sheets
from gepnet_core.intake.heading import apart
from gepnet_core.intake.reading import Reading
from gepnet_core.intake.report import Report
from gepnet_core.store import open_dataset, open_shelf
from gepnet_core.store.connection import Database
from tests.test_import_rules import KINDS, OUTCOMES_MAPPING, prepared
from tests.test_missing_words import CLINICAL

COLUMN = {  # a format with a column that nobody maps: its file, and the separator
    "trial": ("adtte.csv", ","),
    "trial with ADSL": ("adsl.csv", ","),
    "wide": ("review.csv", ","),
    "outcomes": ("outcomes.csv", ","),
    "cbioportal": ("data_clinical_patient.txt", "\t"),
}


def widened(monkeypatch, kind: str, *columns: tuple[str, str], first: bool = False) -> None:
    """Add columns to the file of a format, each a name and the value of its first row, then counted on."""
    base = CLINICAL if kind == "cbioportal" else KINDS[kind]
    file, mark = COLUMN[kind]
    head, *body = base.files[file].strip().splitlines()
    lines = [mark.join([head, *(name for name, _ in columns)])]
    if first:
        lines = [mark.join([*(name for name, _ in columns), head])]
    for number, line in enumerate(body):
        added = [value if not value.isdigit() else str(int(value) + number) for _, value in columns]
        lines.append(mark.join([*added, line] if first else [line, *added]))
    monkeypatch.setitem(KINDS, kind, replace(base, files={**base.files, file: "\n".join(lines) + "\n"}))


@pytest.mark.parametrize("kind", COLUMN)
@pytest.mark.parametrize("names", [("pN", "Pn"), ("site", "site"), ("É", "é"), ("x", "X (2)", "X")])
def test_columns_that_nobody_maps_never_block(
    tmp_path, monkeypatch, kind: str, names: tuple[str, ...]
) -> None:
    widened(monkeypatch, kind, *((name, str(at)) for at, name in enumerate(names)))
    found = prepared(tmp_path, kind)
    assert found.path is not None, found.report.findings
    if kind == "wide":
        return
    rows = Database(found.path).rows("SELECT name FROM baseline_columns")
    kept = {name for (name,) in rows}
    assert set(apart(names, any_case=True)) <= kept
    assert len({name.lower() for name in kept}) == len(kept)


def test_each_of_two_columns_keeps_its_own_values(cli, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("case,arm,months,outcome,pN,Pn\nA,x,1,dead,7,70\nB,y,2,alive,8,80\n")
    (tmp_path / "m.toml").write_text(OUTCOMES_MAPPING)
    told = cli("import", tmp_path / "w.csv", "--mapping", tmp_path / "m.toml", "--dataset", "d")
    assert told.code == 0, told.said
    assert (
        "'Pn' differs from another column only in case: both are kept, and this one is called 'Pn (2)'."
        in told.said
    )
    dataset = open_dataset(open_shelf(), "d")
    assert dataset.database.rows('SELECT pN, "Pn (2)" FROM cohort ORDER BY patient_id') == [(7, 70), (8, 80)]
    told = cli("estimate", "--dataset", "d", "--endpoint", "OS", "--by", "Pn (2)", "--json")
    assert [stratum["stratum"] for stratum in told.json["strata"]][-2:] == ["70", "80"]


def test_a_mapping_says_which_of_two_by_its_case(cli, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("case,Arm,ARM,months,outcome\nA,x,u,1,dead\nB,y,v,2,alive\n")
    (tmp_path / "m.toml").write_text(OUTCOMES_MAPPING.replace('"arm"', '"ARM"'))
    told = cli("import", tmp_path / "w.csv", "--mapping", tmp_path / "m.toml", "--dataset", "d")
    assert told.code == 0, told.said
    assert list(open_dataset(open_shelf(), "d").modality_labels) == ["u", "v"]


def test_adtte_and_adsl_name_one_column_in_two_cases(tmp_path, monkeypatch) -> None:
    base = KINDS["trial with ADSL"]
    adsl = base.files["adsl.csv"].replace("AGE", "Age")
    monkeypatch.setitem(KINDS, "trial with ADSL", replace(base, files={**base.files, "adsl.csv": adsl}))
    found = prepared(tmp_path, "trial with ADSL")
    assert found.path is not None, found.report.findings
    assert Database(found.path).rows("SELECT name FROM baseline_columns ORDER BY 1") == [("AGE",), ("SEX",)]
    monkeypatch.setitem(
        KINDS, "trial with ADSL", replace(base, files={**base.files, "adsl.csv": adsl.replace("61", "62")})
    )
    (tmp_path / "again").mkdir()
    assert [one.rule for one in prepared(tmp_path / "again", "trial with ADSL").report.findings] == [
        "adsl-differs"
    ]


NEEDED = [
    ("trial", "AVAL", "stands on several columns"),
    ("trial", "aval", "the case of this name does not count"),
    ("trial with ADSL", "usubjid", "the case of this name does not count"),
    ("wide", "seen", "stands on several columns"),
    ("outcomes", "months", "stands on several columns"),
    ("cbioportal", "os_months", "the case of this name does not count"),
    ("cbioportal", "patient_id", "the case of this name does not count"),
]


@pytest.mark.parametrize(("kind", "name", "words"), NEEDED)
def test_a_name_that_is_needed_must_stand_once(
    tmp_path, monkeypatch, kind: str, name: str, words: str
) -> None:
    widened(monkeypatch, kind, (name, "1"))
    found = prepared(tmp_path, kind)
    (only,) = found.report.findings
    assert (only.rule, only.file, only.line) == ("header-duplicate", COLUMN[kind][0], 1)
    assert words in only.words
    assert only.words.endswith("Rename or remove one of the two.")


def test_a_field_of_redcap_and_a_column_of_a_table_must_stand_once(tmp_path, monkeypatch) -> None:
    for kind, file, name in (("redcap", "export.csv", "sex"), ("tables", "patients.csv", "sex")):
        base = KINDS[kind]
        head, *body = base.files[file].strip().splitlines()
        text = "\n".join([f"{head},{name}", *(f"{line}," for line in body)]) + "\n"
        monkeypatch.setitem(KINDS, kind, replace(base, files={**base.files, file: text}))
        (tmp_path / kind).mkdir()
        found = prepared(tmp_path / kind, kind)
        assert [(one.rule, one.column) for one in found.report.findings] == [("header-duplicate", "sex")]


INDEXED = ["0", "1", "7"]


@pytest.mark.parametrize("kind", COLUMN)
@pytest.mark.parametrize("start", INDEXED)
def test_row_numbers_without_a_name_are_left_aside_and_that_is_said(
    tmp_path, monkeypatch, kind, start
) -> None:
    (tmp_path / "plain").mkdir()
    plain = prepared(tmp_path / "plain", kind) if kind in KINDS else None
    widened(monkeypatch, kind, ("", start), first=True)
    found = prepared(tmp_path, kind)
    assert found.path is not None, found.report.findings
    said = f"{COLUMN[kind][0]}: the first column has no name and counts the rows: left aside."
    assert said in found.report.notes
    if plain is not None:
        assert found.current.version == plain.current.version


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param([("3", "a"), ("7", "b"), ("9", "c")], True, id="rows-were-filtered"),
        pytest.param([("9", "a"), ("3", "b"), ("7", "c")], True, id="rows-were-sorted"),
        pytest.param([("1", "a"), ("1", "b")], False, id="a-number-twice"),
        pytest.param([("1", "a"), ("x", "b")], False, id="a-word"),
        pytest.param([("1.5", "a"), ("2.5", "b")], False, id="fractions"),
        pytest.param([("-1", "a")], False, id="negative"),
        pytest.param([("123456789", "a")], False, id="long-numbers-are-ids"),
    ],
)
def test_only_numbers_of_rows_are_left_aside(tmp_path: Path, rows, said: bool) -> None:
    (tmp_path / "a.csv").write_text(',"id"\n' + "".join(f'"{number}",{word}\n' for number, word in rows))
    report = Report()
    (sheet,) = open_sheets(tmp_path / "a.csv", Reading(), report)
    assert sheet.header == ["id"]
    if said:
        assert [cells for _, cells in sheet.rows] == [[word] for _, word in rows]
        assert report.notes == ["a.csv: the first column has no name and counts the rows: left aside."]
        return
    with pytest.raises(FileRefused, match="column 1 has no name and does not count the rows") as refused:
        list(sheet.rows)
    assert (refused.value.rule, refused.value.line) == ("header-name", 1)


def test_a_first_column_with_gaps_still_counts_the_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(",id\n1,a\n,b\n2,c\n")
    (sheet,) = open_sheets(tmp_path / "a.csv", Reading(), Report())
    assert [cells for _, cells in sheet.rows] == [["a"], ["b"], ["c"]]


def test_empty_columns_without_a_name_are_left_aside_and_others_are_not(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,,arm,,\n1,,x,,\n2, ,y,,\n")
    report = Report()
    (sheet,) = open_sheets(tmp_path / "a.csv", Reading(), report)
    assert (sheet.header, [cells for _, cells in sheet.rows]) == (["id", "arm"], [["1", "x"], ["2", "y"]])
    assert report.notes == ["a.csv: columns 2, 4, 5 without a name and without values: left aside."]
    (tmp_path / "a.csv").write_text("id,,arm\n1,,x\n2,z,y\n")
    (sheet,) = open_sheets(tmp_path / "a.csv", Reading(), Report())
    with pytest.raises(FileRefused, match=r"line 1: column 2 has no name and holds a value \(line 3\)"):
        list(sheet.rows)


def test_a_workbook_with_row_names_is_read_the_same(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in ([None, "id", "arm"], [0, "a", "x"], [1, "b", "y"]):
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    (tmp_path / "w.xlsx").write_bytes(held.getvalue())
    report = Report()
    (sheet,) = open_sheets(tmp_path / "w.xlsx", Reading(), report)
    assert (sheet.header, [cells for _, cells in sheet.rows]) == (["id", "arm"], [["a", "x"], ["b", "y"]])
    assert len(report.notes) == 1


@pytest.mark.parametrize(
    ("names", "any_case", "found"),
    [
        (["a", "b"], False, ["a", "b"]),
        (["a", "A"], False, ["a", "A"]),
        (["a", "A"], True, ["a", "A (2)"]),
        (["a", "a", "a"], False, ["a", "a (2)", "a (3)"]),
        (["a", "a (2)", "a"], False, ["a", "a (2)", "a (3)"]),
        (["a", "a", "a (2)"], False, ["a", "a (3)", "a (2)"]),
    ],
)
def test_names_apart(names: list[str], any_case: bool, found: list[str]) -> None:
    assert apart(names, any_case=any_case) == found
