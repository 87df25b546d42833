"""Rows are written as a workbook where the file's name ends in .xlsx, and the ending decides the format."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
import time
from datetime import date, datetime
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from gepnet_core.errors import NothingLeft, OptionRefused
from gepnet_core.rows_workbook import write_workbook
from tests.conftest import ROOT

VIEW = ("--dataset", "synthetic", "--endpoint", "OS")


def as_text(cell):
    """Return a cell of a workbook as the CSV has it."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return "" if cell is None else str(cell)


def same(left, right):
    """Return True where two cells are the same text, or the same number."""
    if left == right:
        return True
    try:
        return float(left) == float(right)
    except ValueError:
        return False


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("kind", ["csv", "adtte", "adsl"])
def test_a_workbook_holds_what_the_csv_holds(cli, tmp_path, kind):
    asked = ("export", "--dataset", "synthetic", "--format", kind, "--out")
    for name in ("rows.csv", "rows.XLSX"):
        assert cli(*asked, tmp_path / name).code == 0
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as handle:
        expected = list(csv.reader(handle))
    found = list(load_workbook(tmp_path / "rows.XLSX")["rows"].values)
    assert len(found) == len(expected) > 50
    for told, row in zip(expected, found, strict=True):
        assert all(same(left, as_text(right)) for left, right in zip(told, row, strict=True)), (told, row)
    kinds = {type(cell) for row in found[1:] for cell in row}
    assert {str, int} <= kinds
    assert (datetime in kinds) is (kind == "adtte" or kind == "csv")
    assert (tmp_path / "rows.XLSX").stat().st_mode & 0o777 == 0o600


def test_text_is_never_a_formula_and_numbers_and_days_are_such():
    made = io.BytesIO()
    row = [
        "=1+1",
        "#N/A",
        "+49",
        " x ",
        3,
        2.5,
        date(2014, 1, 2),
        date(1850, 1, 1),
        2**60,
        None,
        "a\x01b",
        True,
    ]
    assert write_workbook(made, ["=x", *("abcdefghijk")], [row]) == 1
    header, cells = load_workbook(made)["rows"].rows
    assert (header[0].value, header[0].data_type) == ("=x", "s")
    assert [cell.data_type for cell in cells[:4]] == ["s"] * 4
    assert [cell.value for cell in cells] == [
        *("=1+1", "#N/A", "+49", " x ", 3, 2.5, datetime(2014, 1, 2), "1850-01-01", str(2**60), None),
        *("a\ufffdb", "True"),
    ]
    assert isinstance(cells[4].value, int)


def test_what_a_sheet_cannot_hold_is_refused():
    with pytest.raises(OptionRefused, match="holds 32,767 characters, one has 32,768"):
        write_workbook(io.BytesIO(), ["a"], [["x" * 32_768]])
    with pytest.raises(OptionRefused, match="holds 16,384 columns, these are 16,385"):
        write_workbook(io.BytesIO(), ["a"] * 16_385, [])
    with pytest.raises(OptionRefused, match="holds 3 rows, these are more"):
        write_workbook(io.BytesIO(), ["a"], [["x"]] * 4, last_row=4)
    assert write_workbook(io.BytesIO(), ["a"], [["x"]] * 3, last_row=4) == 3
    with pytest.raises(NothingLeft):
        write_workbook(io.BytesIO(), ["a"], [])


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("arguments", "name", "starts"),
    [
        pytest.param(("export", "--dataset", "synthetic"), "x.zip", b"PK", id="export-tables"),
        pytest.param(("export", "--dataset", "synthetic"), "x.foo", b"dataset_version", id="unknown-ending"),
        pytest.param(("figure", *VIEW, "--kind", "survival"), "x.PNG", b"\x89PNG", id="figure-png"),
        pytest.param(("figure", *VIEW, "--kind", "survival"), "x", b"<?xml", id="figure-no-ending"),
        pytest.param(("tables", *VIEW), "x.docx", b"PK", id="tables-word"),
    ],
)
def test_the_ending_decides_the_format_that_is_not_asked_for(cli, tmp_path, arguments, name, starts):
    assert cli(*arguments, "--out", tmp_path / name).code == 0
    assert (tmp_path / name).read_bytes().startswith(starts)


@pytest.mark.usefixtures("shelf")
def test_the_same_rows_are_the_same_bytes_at_any_hour(cli, tmp_path, monkeypatch):
    for name, zone in (("first.xlsx", "UTC-3"), ("second.xlsx", "UTC+9")):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert cli("export", "--dataset", "synthetic", "--out", tmp_path / name).code == 0
        time.sleep(0.01)
    monkeypatch.undo()
    time.tzset()
    assert (tmp_path / "first.xlsx").read_bytes() == (tmp_path / "second.xlsx").read_bytes()
    with ZipFile(tmp_path / "first.xlsx") as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.read("docProps/core.xml").count(b"1980-01-01T00:00:00Z") == 2


def test_a_killed_process_leaves_no_file_of_a_workbook(tmp_path):
    code = """
import itertools, os, signal, sys
from gepnet_core.rows_workbook import write_workbook
from gepnet_core.template import template_workbook
template_workbook()
def rows():
    yield from itertools.repeat(["x" * 50], 5000)
    os.kill(os.getpid(), signal.SIGKILL)
with open(sys.argv[1], "w+b") as handle:
    write_workbook(handle, ["a"], rows())
"""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary)}
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "out.xlsx"],
        cwd=ROOT,
        env=environment,
        check=False,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL
    assert list(temporary.iterdir()) == []
