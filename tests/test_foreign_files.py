"""Files of formats that are not read: each is named, with the way out, on the command line and on the page."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from gepnet_core.errors import FileRefused
from gepnet_core.intake.files import open_sheets
from gepnet_core.intake.foreign import BY_ENDING, BY_START
from gepnet_core.intake.reading import Reading
from gepnet_core.intake.report import Report
from tests.test_data_page import app, upload
from tests.test_pages import open_page, words

__all__ = ["app", "open_page"]
TABLE = pd.DataFrame({"id": ["a", "b"], "time": [1.0, 2.0]})


def packed(*names: str) -> bytes:
    """Return a ZIP with members of these names."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return held.getvalue()


STARTS = [
    pytest.param("a.parquet", b"PAR1\x15\0", "a Parquet file", id="parquet"),
    pytest.param(
        "a.sas7bdat",
        next(mark for mark, kind in BY_START if "SAS" in kind.name) + b"\x22",
        "a SAS data set",
        id="sas",
    ),
    pytest.param("a.RData", gzip.compress(b"RDX3\nX\n"), "an R data file", id="rdata-packed"),
    pytest.param("a.rds", gzip.compress(b"X\n\0\0"), "an R data file", id="rds-packed"),
    pytest.param("a.rda", b"RDX3\nX\n", "an R data file", id="rda"),
    pytest.param("a.csv.gz", gzip.compress(b"id,time\n1,2\n"), "packed by gzip", id="gzip"),
    pytest.param("a.feather", b"ARROW1\0\0", "a Feather or Arrow file", id="feather"),
    pytest.param("a.json", json.dumps([{"id": 1}]).encode(), "a JSON file", id="json"),
    pytest.param("a.txt", b'\n{ "id": 1 }', "a JSON file", id="json-called-txt"),
    pytest.param("a.xls", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500), "an old .xls workbook", id="xls"),
    pytest.param("a.xls", b"\n <HTML><table><tr><td>id</td>", "an HTML page", id="html-called-xls"),
    pytest.param("a.xls", b'<?xml version="1.0"?><Workbook>', "an XML file", id="xml-called-xls"),
    pytest.param("a.csv", b"\xef\xbb\xbf<!DOCTYPE html><html>", "an HTML page", id="login-page-called-csv"),
    pytest.param("a.ods", packed("mimetype", "content.xml"), "an OpenDocument spreadsheet", id="ods"),
    pytest.param("a.numbers", packed("Index/Document.iwa"), "a spreadsheet of Numbers", id="numbers"),
    pytest.param("a.docx", packed("[Content_Types].xml", "word/document.xml"), "a Word document", id="word"),
    pytest.param("a.xlsb", packed("[Content_Types].xml", "xl/workbook.bin"), "a binary workbook", id="xlsb"),
    pytest.param(
        "a.xlsx", packed("[Content_Types].xml", "xl/workbook.bin"), "a binary workbook", id="xlsb-called-xlsx"
    ),
    pytest.param("a.pdf", b"%PDF-1.7\n", "a PDF document", id="pdf"),
    pytest.param("a.7z", b"7z\xbc\xaf\x27\x1c\0", "a 7z archive", id="7z"),
    pytest.param("a.rar", b"Rar!\x1a\x07\x01", "a RAR archive", id="rar"),
    pytest.param("a.db", b"SQLite format 3\0", "an SQLite database", id="sqlite"),
    pytest.param("a.csv", b"SQLite format 3\0", "an SQLite database", id="sqlite-called-csv"),
    pytest.param("a.duckdb", bytes(8) + b"DUCK", "a DuckDB database", id="duckdb"),
    pytest.param("a.pkl", b"\x80\x04\x95", "a pickle of Python", id="pickle"),
    pytest.param("a.dta", b"\x72\x02\x01\0", "a Stata file", id="stata-of-1999"),
    pytest.param("a.por", b"ASCII SPSS PORT FILE", "an SPSS file by its name", id="spss-portable"),
    pytest.param("a.zip", packed("cohort.sav"), "an SPSS file by its name", id="spss-in-a-zip"),
    pytest.param("a.png", b"\x89PNG\r\n", "a picture", id="screenshot"),
]


def refused(path: Path) -> FileRefused:
    """Return why a file is refused."""
    with pytest.raises(FileRefused) as why:
        open_sheets(path, Reading(), Report())
    return why.value


@pytest.mark.parametrize(("name", "content", "called"), STARTS)
def test_a_format_that_is_not_read_is_named(tmp_path: Path, name: str, content: bytes, called: str) -> None:
    (tmp_path / name).write_bytes(content)
    why = refused(tmp_path / name)
    assert called in why.reason
    assert "which is not read. " in why.reason
    assert why.rule == "file-unreadable"


@pytest.mark.parametrize(
    ("ending", "write", "called"),
    [
        pytest.param(".sav", pyreadstat.write_sav, "an SPSS file", id="spss"),
        pytest.param(".dta", pyreadstat.write_dta, "a Stata file", id="stata"),
    ],
)
@pytest.mark.parametrize("named", ["", ".csv"])
def test_real_files_are_recognised_whatever_their_name(tmp_path: Path, ending, write, called, named) -> None:
    write(TABLE, tmp_path / f"a{ending}")
    (tmp_path / f"a{ending}").rename(tmp_path / f"b{named or ending}")
    assert called in refused(tmp_path / f"b{named or ending}").reason


@pytest.mark.parametrize("ending", sorted(BY_ENDING))
def test_every_ending_is_told(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"a{ending}").write_bytes(b"\x01\x02 no mark")
    assert BY_ENDING[ending].name in refused(tmp_path / f"a{ending}").reason


@pytest.mark.parametrize(
    "content",
    [
        "id,html\n1,<html>\n",
        "PAR,1\n1,2\n",
        "[id],time\n1,2\n",
        '"[x]",time\n1,2\n',
        "{id},time\n1,2\n",
        "sav;dta\n1;2\n",
    ],
)
def test_tables_that_look_a_little_like_one_are_read(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.csv").write_text(content)
    (sheet,) = open_sheets(tmp_path / "a.csv", Reading(), Report())
    assert len(list(sheet.rows)) == 1


def test_the_command_line_says_it_in_one_line(cli, tmp_path: Path) -> None:
    pyreadstat.write_sav(TABLE, tmp_path / "a.sav")
    told = cli("import", tmp_path / "a.sav", "--dataset", "d")
    assert (told.code, told.said.count("\n")) == (2, 1)
    assert "a.sav: is an SPSS file, which is not read. Save it as CSV in SPSS" in told.said


def test_the_page_says_it_too(app, tmp_path: Path) -> None:
    pyreadstat.write_sav(TABLE, tmp_path / "a.sav")
    upload(app, "a.sav", (tmp_path / "a.sav").read_bytes())
    assert "is an SPSS file, which is not read." in words(app)
