"""Files into sheets: text, workbooks, archives and transport files, and what of them is refused."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import re
import struct
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from gepnet_core.characters import fault
from gepnet_core.errors import FileRefused
from gepnet_core.export import csv_lines
from gepnet_core.formula_guard import guarded, unguarded
from gepnet_core.intake import text, transport
from gepnet_core.intake.archive import text_of
from gepnet_core.intake.files import open_sheets
from gepnet_core.intake.limits import DEFAULT, Limits
from gepnet_core.intake.reading import Reading
from gepnet_core.intake.report import Report

CONTENT, BOOK, SHEET1 = "[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"
SHARED_PART = "xl/sharedStrings.xml"
MIB = 1 << 20
PLAINLY = Reading()


def saved(folder: Path, content: bytes | str, name: str = "patients.csv") -> Path:
    """Write a file as it stands, text as UTF-8."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(
    path: Path, reading: Reading = PLAINLY, limits: Limits = DEFAULT, *, comments: bool = False
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Read a file of one table that breaks no rule: header and rows."""
    report = Report()
    (sheet,) = open_sheets(path, reading, report, limits, comments=comments)
    rows = list(sheet.rows)
    assert report.findings == []
    return sheet.header, rows


def refused(path: Path, reading: Reading = PLAINLY, limits: Limits = DEFAULT) -> FileRefused:
    """Read a file to the end and return why that is refused."""
    with pytest.raises(FileRefused) as caught:
        [list(sheet.rows) for sheet in open_sheets(path, reading, Report(), limits)]
    assert str(path.parent) not in str(caught.value)
    return caught.value


def found(
    path: Path, reading: Reading = PLAINLY
) -> tuple[list[list[str]], list[tuple[str, int | None, str, str]]]:
    """Read a file of one table: the cells of its rows, and what the report says."""
    report = Report()
    (sheet,) = open_sheets(path, reading, report)
    cells = [row for _, row in sheet.rows]
    return cells, [(one.rule, one.line, one.column, one.words) for one in report.findings]


# text ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        pytest.param("id,name\n1,Zoë\n".encode(), "", id="utf-8"),
        pytest.param("id,name\n1,Zoë\n".encode("utf-8-sig"), "", id="utf-8-with-mark"),
        pytest.param("id,name\n1,Zoë\n".encode("utf-8-sig"), "utf-8", id="utf-8-with-mark-as-said"),
        pytest.param(b"\xff\xfe" + "id,name\n1,Zoë\n".encode("utf-16-le"), "", id="utf-16-le-by-its-mark"),
        pytest.param(b"\xfe\xff" + "id,name\n1,Zoë\n".encode("utf-16-be"), "", id="utf-16-be-by-its-mark"),
        pytest.param("id,name\n1,Zoë\n".encode("utf-16-le"), "utf-16", id="utf-16-le-without-mark-as-said"),
        pytest.param("id,name\n1,Zoë\n".encode("utf-16-be"), "utf-16", id="utf-16-be-without-mark-as-said"),
        pytest.param("id,name\n1,Zoë\n".encode("cp1252"), "cp1252", id="cp1252-as-said"),
        pytest.param(b"id,name\r1,Zo\xc3\xab\r", "", id="old-mac-line-ends"),
        pytest.param(b"id,name\r\n1,Zo\xc3\xab", "", id="no-end-of-the-last-line"),
    ],
)
@pytest.mark.parametrize("piece", [pytest.param(5, id="in-pieces"), pytest.param(text.CHUNK, id="at-once")])
def test_every_encoding_gives_the_same_cells(tmp_path, monkeypatch, content, encoding, piece):
    monkeypatch.setattr(text, "CHUNK", piece)
    assert read(saved(tmp_path, content), Reading(encoding)) == (["id", "name"], [(2, ["1", "Zoë"])])


@pytest.mark.parametrize(
    ("content", "encoding", "rule", "line", "words"),
    [
        pytest.param(
            b"id\n1\r\n2\rZo\xeb\n",
            *("", "file-encoding", 4, "is not UTF-8 text. Save the file as UTF-8. Or say --encoding cp1252"),
            id="cp1252-is-never-guessed",
        ),
        pytest.param(
            b"id\n1\n\x81\n",
            *("cp1252", "file-encoding", 3, "is not Windows-1252 text. Save the file as UTF-8."),
            id="a-byte-that-cp1252-has-not",
        ),
        pytest.param(
            "id\n1\n".encode("utf-8-sig"),
            *("cp1252", "file-encoding", 1, "is marked as UTF-8, not Windows-1252. Say --encoding utf-8 or"),
            id="the-mark-says-otherwise",
        ),
        pytest.param(
            b"\xff\xfei\x00d\x00\n\x00\x00\xd8\n\x00",
            *("", "file-encoding", 2, "is not UTF-16 text."),
            id="half-a-character-of-utf-16",
        ),
        pytest.param(
            b"id\r1\r22\r333\r\n\rZo\xeb",
            *("", "file-encoding", 6, "is not UTF-8 text."),
            id="after-old-mac-line-ends",
        ),
        pytest.param(b"id\nZo\xc3", "", "file-encoding", 2, "is not UTF-8 text.", id="cut-in-a-character"),
        pytest.param(
            b"id\r\n1\r\na\0b\r\n",
            *("", "file-nul", 3, "holds a NUL byte. Export the file again as text. If it is UTF-16, say"),
            id="nul",
        ),
        pytest.param(
            b"", "", "file-empty", None, "is empty. The first line must name the columns.", id="empty"
        ),
        pytest.param(b"\n\r\n\r", "", "file-empty", None, "is empty.", id="blank-lines-only"),
        pytest.param(b"\xef\xbb\xbf", "", "file-empty", None, "is empty.", id="a-mark-only"),
    ],
)
@pytest.mark.parametrize("piece", [pytest.param(4, id="in-pieces"), pytest.param(text.CHUNK, id="at-once")])
def test_bytes_that_are_not_text_are_refused(
    tmp_path, monkeypatch, content, encoding, rule, line, words, piece
):
    monkeypatch.setattr(text, "CHUNK", piece)
    why = refused(saved(tmp_path, content), Reading(encoding))
    assert (why.file, why.rule, why.line) == ("patients.csv", rule, line)
    assert why.reason.startswith(words)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param("id,site\n1,liver\n2,Leberhälfte\n", 3, id="a-letter-of-two-bytes"),
        pytest.param("id,site\r\n\r\n1,“left”\r\n", 3, id="quotes-of-three-bytes"),
        pytest.param("id,site\n1,Ártéria\n", 2, id="with-a-byte-that-cp1252-has-not"),
        pytest.param("id,größe\n1,2\n", 1, id="in-the-header"),
    ],
)
@pytest.mark.parametrize("piece", [pytest.param(4, id="in-pieces"), pytest.param(text.CHUNK, id="at-once")])
def test_utf_8_that_is_said_to_be_cp1252_is_refused(tmp_path, monkeypatch, content, line, piece):
    monkeypatch.setattr(text, "CHUNK", piece)
    path = saved(tmp_path, content)
    why = refused(path, Reading("cp1252"))
    assert (why.rule, why.line, why.reason) == (
        *("file-encoding", line),
        "is said to be Windows-1252, but its bytes are UTF-8. Leave --encoding out, or say utf-8.",
    )
    assert read(path)[0][0] == "id"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"id,a\n1,ab\n", id="plain-letters"),
        pytest.param(b"id,a\n1,\xc3\xa4\n2,\xe4\n", id="two-that-might-be-and-one-that-is-not"),
        pytest.param(b"id,a\n1,x\xe4", id="a-letter-at-the-end"),
    ],
)
@pytest.mark.parametrize("piece", [pytest.param(4, id="in-pieces"), pytest.param(text.CHUNK, id="at-once")])
def test_cp1252_that_is_not_utf_8_is_read_as_said(tmp_path, monkeypatch, content, piece):
    monkeypatch.setattr(text, "CHUNK", piece)
    _, rows = read(saved(tmp_path, content), Reading("cp1252"))
    assert [",".join(cells) for _, cells in rows] == content.decode("cp1252").splitlines()[1:]


@pytest.mark.parametrize("end", [pytest.param(e, id=repr(e)[1:-1]) for e in ("\n", "\r", "\r\n")])
@pytest.mark.parametrize("piece", [pytest.param(3, id="in-pieces"), pytest.param(text.CHUNK, id="at-once")])
def test_rows_carry_the_line_on_which_they_start(tmp_path, monkeypatch, end, piece):
    monkeypatch.setattr(text, "CHUNK", piece)
    content = end.join(["", "id,note", "1,a", "", '2,"b', "", 'c"', "3,d", ""])
    header, rows = read(saved(tmp_path, content))
    assert header == ["id", "note"]
    assert rows == [(3, ["1", "a"]), (5, ["2", f"b{end}{end}c"]), (8, ["3", "d"])]


def test_cells_stay_as_they_are_and_names_lose_the_blanks_around_them(tmp_path):
    header, rows = read(saved(tmp_path, " id , n\n007,NA\n 1 ,\n,'=x\n"))
    assert header == ["id", "n"]
    assert [row for _, row in rows] == [["007", "NA"], [" 1 ", ""], ["", "'=x"]]


@pytest.mark.parametrize(
    ("content", "delimiter", "header", "row"),
    [
        pytest.param("a,b\n1,2\n", "", ["a", "b"], ["1", "2"], id="comma"),
        pytest.param("a;b\n1,5;2\n", "", ["a", "b"], ["1,5", "2"], id="semicolon"),
        pytest.param("a\tb\n1;5\t2\n", "", ["a", "b"], ["1;5", "2"], id="tab"),
        pytest.param("a\n1\n", "", ["a"], ["1"], id="one-column"),
        pytest.param('"a,x";b\n1;2\n', "", ["a,x", "b"], ["1", "2"], id="comma-inside-quotes"),
        pytest.param('"a\n,";b\n1;2\n', "", ["a\n,", "b"], ["1", "2"], id="name-over-two-lines"),
        pytest.param("a (x,y);b\n1;2\n", "", ["a (x,y)", "b"], ["1", "2"], id="second-record-decides"),
        pytest.param('a (x,y);b\n\n"1\n,2";2\n', "", ["a (x,y)", "b"], ["1\n,2", "2"], id="of-several-lines"),
        pytest.param('"a,x";b,c\n"1,2";3\n', "", ["a,x", "b,c"], ["1,2", "3"], id="one-breaks-the-quotes"),
        pytest.param("a,x;b\n1;2\n", ";", ["a,x", "b"], ["1", "2"], id="as-said"),
        pytest.param("a|b\n1|2\n", "|", ["a", "b"], ["1", "2"], id="another-as-said"),
    ],
)
def test_the_header_shows_the_delimiter(tmp_path, content, delimiter, header, row):
    told, rows = read(saved(tmp_path, content), Reading(delimiter=delimiter))
    assert (told, [cells for _, cells in rows]) == (header, [row])


@pytest.mark.parametrize(
    ("first", "between"),
    [
        pytest.param("sep=;", ";", id="semicolon"),
        pytest.param("sep=,", ",", id="comma"),
        pytest.param("sep=\t", "\t", id="tab"),
        pytest.param("sep=\\t", "\t", id="tab-as-two-letters"),
        pytest.param('"sep=;"', ";", id="quoted"),
        pytest.param("SEP=;", ";", id="capitals"),
    ],
)
@pytest.mark.parametrize("mark", [pytest.param("", id="plain"), pytest.param("\ufeff", id="with-mark")])
def test_a_first_line_may_tell_the_delimiter_as_excel_writes_it(tmp_path, first, between, mark):
    lines = [first, between.join(["id", '"a;b,c"']), between.join(["1", "2"]), "5"]
    cells, findings = found(saved(tmp_path, mark + "\r\n".join(lines) + "\r\n"))
    assert cells == [["1", "2"]]
    assert [(rule, line) for rule, line, _, _ in findings] == [("row-length", 4)]


def test_a_delimiter_that_was_asked_for_goes_before_that_of_the_first_line(tmp_path):
    path = saved(tmp_path, "sep=,\nid;a,b\n1;2,3\n")
    assert read(path, Reading(delimiter=";")) == (["id", "a,b"], [(3, ["1", "2,3"])])
    why = refused(saved(tmp_path, "sep=;\n"))
    assert (why.rule, why.reason) == ("file-empty", "is empty. The first line must name the columns.")


def test_below_the_first_line_it_tells_nothing(tmp_path):
    assert read(saved(tmp_path, "\nsep=,\n1\n"), Reading(delimiter=";")) == (["sep=,"], [(3, ["1"])])


def test_rows_of_delimiters_and_blanks_are_passed_over(tmp_path):
    content = ';;\n ; \nid;a;b\n1;2;3\n;;\n ;\t; \n;;;;;\n"";" ";\n4;;\n'
    assert read(saved(tmp_path, content)) == (
        ["id", "a", "b"],
        [(4, ["1", "2", "3"]), (9, ["4", "", ""])],
    )
    why = refused(saved(tmp_path, '"";" "\n'))
    assert (why.rule, why.reason) == ("file-empty", "is empty. The first line must name the columns.")


def test_a_delimiter_inside_quotes_is_none_even_where_there_is_no_row(tmp_path):
    assert read(saved(tmp_path, '"a,x";b\n')) == (["a,x", "b"], [])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("\na,b;c\n1,2;3\n", id="both-fit"),
        pytest.param("\na,b;c\n1\n", id="none-fits"),
        pytest.param("\na,b;c\n", id="no-second-record"),
    ],
)
def test_a_delimiter_that_cannot_be_told_has_to_be_said(tmp_path, content):
    why = refused(saved(tmp_path, content))
    assert str(why) == (
        "patients.csv, line 2: the header has both comma and semicolon: the delimiter cannot be told. "
        "Say --delimiter comma or --delimiter semicolon."
    )
    assert why.rule == "delimiter"


@pytest.mark.parametrize(
    ("content", "message", "rule"),
    [
        pytest.param(
            "\nid,,b\n1,,2\n2,x,3\n",
            "patients.csv, line 2: column 2 has no name and holds a value (line 4). Name it or remove it.",
            "header-name",
            id="no-name",
        ),
        pytest.param(
            "Chart review,,\nid,a,b\n",
            "patients.csv, line 1: column 2 has no name and holds a value (line 2). Name it or remove it. "
            "If this is a title above the header, remove the line.",
            "header-name",
            id="title",
        ),
    ],
)
def test_a_header_that_is_no_header_is_refused(tmp_path, content, message, rule):
    why = refused(saved(tmp_path, content))
    assert (str(why), why.rule) == (message, rule)


def test_rows_of_another_length_are_reported_and_reading_goes_on(tmp_path):
    content = "id;a;b\n1;2;3\n1;2\n   \n1;2;3;4\n1;2;3;\n5;6;7\n"
    cells, findings = found(saved(tmp_path, content))
    check = "Check for a missing or surplus semicolon."
    assert cells == [["1", "2", "3"], ["5", "6", "7"]]
    assert findings == [
        ("row-length", 3, "", f"has 2 cells where the header has 3 columns. {check}"),
        ("row-length", 5, "", f"has 4 cells where the header has 3 columns. {check}"),
        (
            *("row-length", 6, ""),
            f"has 4 cells where the header has 3 columns. {check} "
            "All that is wrong: the line ends with a surplus delimiter.",
        ),
    ]


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        pytest.param(
            'id,a\n1,2\n2,"x\n3,4\n', 3, "A quoted cell does not end", id="a-quote-that-does-not-end"
        ),
        pytest.param('id,"a\n1,2\n2,3\n', 1, "A quoted cell does not end", id="in-the-header"),
        pytest.param('id,a\n1,"b\n\nc"d\n2,3\n', 2, "A quote stands inside a cell", id="text-after-a-quote"),
        pytest.param(
            'id,a\n1,2\n2,5" long\n', 3, "A quote stands inside a cell", id="a-quote-in-a-plain-cell"
        ),
        pytest.param('id,a\n1, "2,3"\n', 2, "A quote stands inside a cell", id="a-blank-before-the-quote"),
        pytest.param(
            'id,a\n1,"' + "x\n" * 70_000, 2, "A quoted cell does not end", id="a-quote-over-all-that-follows"
        ),
    ],
)
def test_a_quote_that_is_not_closed_is_refused_where_its_record_starts(tmp_path, content, line, words):
    why = refused(saved(tmp_path, content))
    assert (why.rule, why.line) == ("quote", line)
    assert words in why.reason


def test_lines_above_the_header_are_comments_only_when_asked_for(tmp_path):
    path = saved(tmp_path, "#Id\tName\n\n#STRING\r\nid\tname\n#1\tx\n")
    (sheet,) = open_sheets(path, Reading(), Report(), comments=True)
    assert (sheet.comments, sheet.header, sheet.line) == (["Id\tName", "STRING"], ["id", "name"], 4)
    assert list(sheet.rows) == [(5, ["#1", "x"])]
    (plain,) = open_sheets(path, Reading(), Report())
    assert (plain.comments, plain.header, plain.line) == ([], ["#Id", "Name"], 1)


def test_a_first_column_named_by_a_number_sign_is_a_header(tmp_path):
    path = saved(tmp_path, "# made by hand\n#,name\n1,x\n")
    (sheet,) = open_sheets(path, Reading(), Report(), comments=True)
    assert (sheet.comments, sheet.header, sheet.line) == ([" made by hand"], ["#", "name"], 2)


def text_for(encoding: str) -> st.SearchStrategy[str]:
    """Any text without NUL that the encoding has."""
    if encoding == "cp1252":
        known = [
            c for c in (bytes([n]).decode("cp1252", "ignore") for n in range(1, 256)) if c and not fault(c)
        ]
        return st.text(st.sampled_from(known), max_size=8)
    letters = st.characters(exclude_categories=["Cs"]).filter(lambda letter: not fault(letter))
    return st.text(st.one_of(letters, st.sampled_from("\"'\r\n,;\t #")), max_size=8)


def is_utf8(content: bytes) -> bool:
    """Return True for bytes that are UTF-8 too."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


@st.composite
def written_tables(draw: st.DrawFn) -> tuple[str, str, str, list[list[str]]]:
    """Encoding, delimiter, line end and rows of one to four columns."""
    encoding = draw(st.sampled_from(["utf-8", "utf-16", "cp1252"]))
    width = draw(st.integers(1, 4))
    row = st.lists(text_for(encoding), min_size=width, max_size=width)
    rows = draw(st.lists(row, min_size=1, max_size=5))
    return encoding, draw(st.sampled_from(",;\t")), draw(st.sampled_from(["\n", "\r\n"])), rows


@settings(max_examples=150)
@given(table=written_tables(), piece=st.sampled_from([4, 7, text.CHUNK]))
def test_any_text_table_is_read_back_as_it_was_written(tmp_path, table, piece):
    encoding, delimiter, end, rows = table
    header = [f"c{n}" for n in range(len(rows[0]))]
    content = io.StringIO(newline="")
    # before Python 3.13 a lone CR is quoted only where the line end has one
    quoting = csv.QUOTE_MINIMAL if end == "\r\n" else csv.QUOTE_ALL
    writer = csv.writer(content, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([header, *rows])
    written = content.getvalue().encode(encoding)
    assume(encoding != "cp1252" or written.isascii() or not is_utf8(written))
    path = saved(tmp_path, written)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(text, "CHUNK", piece)
        told, back = read(path, Reading("cp1252" if encoding == "cp1252" else ""))
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    assert (told, [cells for _, cells in back]) == (header, filled)


SMALL = replace(DEFAULT, rows=2, columns=3, cells=5, cell_chars=10, file_bytes=1000)


@pytest.mark.parametrize(
    ("content", "limits", "message"),
    [
        pytest.param("a\n1\n2\n3\n", SMALL, "line 4: has more than 2 rows", id="rows"),
        pytest.param("a,b,c,d\n", SMALL, "line 1: has 4 columns; an import may have 3.", id="columns"),
        pytest.param("a,b,c\n1,2,3\n1,2,3\n", SMALL, "line 3: has more than 5 cells", id="cells"),
        pytest.param(
            "a\n12345678901\n",
            SMALL,
            "line 2: has 11 characters in one cell; an import may have 10.",
            id="cell",
        ),
        pytest.param(
            "a\n" + "1\n" * 600, SMALL, "csv: has 1,202 bytes; an import may have 1,000.", id="bytes"
        ),
        pytest.param(
            "a\n" + "x" * 140_000,
            DEFAULT,
            "line 2: has a cell of more than 131,072 characters.",
            id="cell-of-one-line",
        ),
        pytest.param(
            "a\n1\n" + "x" * (17 * MIB),
            DEFAULT,
            "line 3: has 17,825,788 characters in one line",
            id="one-endless-line",
        ),
    ],
)
def test_a_file_beyond_a_limit_is_refused_with_bound_and_found(tmp_path, content, limits, message):
    why = refused(saved(tmp_path, content), limits=limits)
    assert why.rule == "file-limit"
    assert message in str(why)
    assert why.reason.endswith("Split it or leave out what is not needed.")


def test_rows_are_read_lazily_and_in_bounded_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "CHUNK", 1 << 12)
    path = saved(tmp_path, b"id,name\n" + b"1,x\n" * 50_000 + b"2,\xff\n")
    given: list[int] = []
    chunks = text.chunks
    monkeypatch.setattr(text, "chunks", lambda *told: (given.append(len(c)) or c for c in chunks(*told)))
    (sheet,) = open_sheets(path, Reading(), Report())
    assert given == [4096]
    assert next(sheet.rows) == (2, ["1", "x"])
    assert given == [4096, 4096]
    with pytest.raises(FileRefused, match="line 50002: is not UTF-8 text"):
        list(sheet.rows)


# the guard against formulas --------------------------------------------------------------------------------


@given(cell=st.one_of(st.text(), st.from_regex(r"'*[=+\-@\t\r]?.*")))
def test_the_guard_comes_off_as_it_went_on(cell):
    assert unguarded(guarded(cell)) == cell
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_our_own_downloads_are_read_back_without_the_guard(tmp_path):
    rows = [["=1+1", "'=x", "'x"], ["-5", -5, "\ta"], ["''@", None, "007"]]
    content = "".join(csv_lines("v1", ["id", "=a", "b"], rows))
    assert "'=1+1" in content
    assert "''=x" in content
    header, back = read(saved(tmp_path, content))
    assert header == ["dataset_version", "id", "=a", "b"]
    assert [cells[1:] for _, cells in back] == [
        ["=1+1", "'=x", "'x"],
        ["-5", "-5", "\ta"],
        ["''@", "", "007"],
    ]


def test_other_files_keep_a_quote_in_front(tmp_path):
    header, rows = read(saved(tmp_path, "id,'=a\n'=1+1,-5\n"))
    assert (header, rows) == (["id", "'=a"], [(2, ["'=1+1", "-5"])])


# workbooks ---------------------------------------------------------------------------------------------------


def workbook(folder: Path, *sheets: list[list[object]], name: str = "cohort.xlsx", **how: object) -> Path:
    """Write a workbook of the given rows; sheets are named s1, s2 and so on."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.epoch = how.get("epoch", book.epoch)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"s{number}")
        for row in rows:
            sheet.append(row)
    book.save(folder / name)
    return folder / name


def patched(path: Path, part: str, change) -> Path:
    """Change the bytes of one part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts.get(part, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


SHARED = b"<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>%s</sst>"


def shared(path: Path, items: bytes) -> Path:
    """Let the cell A2 take its text from the shared texts of the workbook, as spreadsheets write it."""
    told = (
        b'<Override PartName="/xl/sharedStrings.xml" ContentType='
        b'"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    patched(path, CONTENT, lambda xml: xml.replace(b"</Types>", told))
    patched(path, SHARED_PART, lambda _: items)
    cell = b'<c r="A2" t="s"><v>1</v></c>'
    return patched(path, SHEET1, lambda xml: re.sub(rb'<c r="A2".*?</c>', cell, xml))


def test_texts_that_cells_share_are_found(tmp_path):
    runs = b'<r><t>a</t></r><r><t xml:space="preserve"> _x005F_x0041_ </t></r>'
    rich = b'<si>%s<rPh sb="0" eb="1"><t>spoken</t></rPh></si>' % runs
    path = shared(workbook(tmp_path, [["id"], ["?"]]), SHARED % (b"<si><t>first</t></si>" + rich))
    assert read(path) == (["id"], [(2, ["a _x0041_ "])])


def test_cells_of_a_workbook_become_text(tmp_path):
    path = workbook(
        tmp_path,
        [
            ["id", "value"],
            *(
                ["007", "NA"],
                ["whole", 3.0],
                ["int", -12],
                ["float", 0.25],
                ["long", 1 / 3],
                ["big", 1e20],
            ),
            *(["true", True], ["false", False], ["text", " a_b \n c "], ["date", dt.date(2020, 2, 29)]),
            *(["moment", dt.datetime(2020, 1, 2, 3, 4, 5)], ["midnight", dt.datetime(2020, 1, 2)]),
            *(["time", dt.time(3, 4, 5)], ["hours", dt.timedelta(hours=30, minutes=5)], ["empty", None]),
        ],
    )
    header, rows = read(path)
    assert header == ["id", "value"]
    assert dict(cells for _, cells in rows) == {
        **{"007": "NA", "whole": "3", "int": "-12", "float": "0.25", "long": "0.3333333333333333"},
        **{"big": "1e+20", "true": "TRUE", "false": "FALSE", "text": " a_b \n c ", "date": "2020-02-29"},
        **{
            "moment": "2020-01-02 03:04:05",
            "midnight": "2020-01-02",
            "time": "03:04:05",
            "hours": "30:05:00",
        },
        "empty": "",
    }
    assert [line for line, _ in rows] == list(range(2, 17))
    assert read(path, Reading(decimal=","))[1][3] == (5, ["float", "0,25"])


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        pytest.param("0%", 0.14, "14", id="whole"),
        pytest.param("0.00%", 0.07, "7", id="no-rest-of-the-product"),
        pytest.param("0.0%", 0.075, "7.5", id="one-decimal"),
        pytest.param("0%", 1 / 3, "33.3333333333", id="twelve-digits"),
        pytest.param("0%", 1, "100", id="all"),
        pytest.param("0%;[Red]-0%", -0.5, "-50", id="two-sections"),
        pytest.param('0.0"%"', 14, "14", id="quoted-sign-multiplies-nothing"),
        pytest.param("0\\%", 14, "14", id="escaped-sign-multiplies-nothing"),
        pytest.param("0.00", 0.14, "0.14", id="no-percent"),
        pytest.param("0%", "14 %", "14 %", id="text"),
    ],
)
def test_a_percent_is_read_as_it_is_shown(tmp_path, code, value, shown):
    path = workbook(tmp_path, [["id", "share"], ["1", value]])
    book = openpyxl.load_workbook(path)
    book["s1"]["B2"].number_format = code
    book.save(path)
    assert read(path)[1] == [(2, ["1", shown])]


def test_a_workbook_that_counts_days_from_1904_gives_the_same_dates(tmp_path):
    days = [["id", "day"], ["a", dt.date(2020, 2, 29)], ["b", dt.datetime(1950, 1, 1)]]
    old = [["id", "day"], ["a", dt.date(2020, 2, 29)], ["b", dt.datetime(1904, 1, 3)]]
    assert read(workbook(tmp_path, days))[1] == [(2, ["a", "2020-02-29"]), (3, ["b", "1950-01-01"])]
    mac = workbook(tmp_path, old, epoch=CALENDAR_MAC_1904)
    assert read(mac)[1] == [(2, ["a", "2020-02-29"]), (3, ["b", "1904-01-03"])]


def test_every_worksheet_that_holds_something_is_a_table(tmp_path):
    path = workbook(tmp_path, [["id"], ["1"]], [], [["key"], ["2"]], [["  "], [None]], name="cohort.xlsm")
    book = openpyxl.load_workbook(path)
    book["s3"].sheet_state = "hidden"
    book.save(path)
    sheets = open_sheets(path, Reading(), Report())
    assert [(one.name, one.file, one.header, one.hidden) for one in sheets] == [
        ("s1", "cohort.xlsm, sheet s1", ["id"], False),
        ("s3", "cohort.xlsm, sheet s3", ["key"], True),
    ]
    assert [list(one.rows) for one in sheets] == [[(2, ["1"])], [(2, ["2"])]]
    sheets = open_sheets(path, Reading(), Report(), empty=True)
    assert [(one.name, one.header) for one in sheets] == [
        ("s1", ["id"]),
        ("s2", []),
        ("s3", ["key"]),
        ("s4", []),
    ]


def test_blank_rows_and_columns_around_a_table_are_passed_over(tmp_path):
    rows = [[], [None, " "], ["id", "a", None, "  "], ["1", "x", None, " "], [], [None, None], ["2"], [], []]
    header, cells = read(workbook(tmp_path, rows))
    assert (header, cells) == (["id", "a"], [(4, ["1", "x"]), (7, ["2", ""])])


def test_the_claimed_size_of_a_worksheet_is_not_believed(tmp_path):
    path = workbook(tmp_path, [["id", "a"], ["1", "x"]])
    claim = b'<dimension ref="A1:XFD1048576"'
    patched(path, SHEET1, lambda xml: re.sub(rb'<dimension ref="[^"]*"', claim, xml))
    phantom = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    patched(path, SHEET1, lambda xml: xml.replace(b"</sheetData>", phantom))
    assert read(path) == (["id", "a"], [(2, ["1", "x"])])


def test_the_size_that_a_worksheet_hides_is_found(tmp_path):
    path = workbook(tmp_path, [["id", "a"], ["1", "x"]])
    patched(path, SHEET1, lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', xml))
    assert read(path) == (["id", "a"], [(2, ["1", "x"])])


def test_formulas_give_their_last_value_and_nothing_is_run(tmp_path):
    path = workbook(tmp_path, [["id", "a"], ["1", "=1+1"], ["2", "=B2&B2"], ["3", "#REF!"], ["4", "ok"]])
    cells, findings = found(path)
    assert cells == [["4", "ok"]]
    without = (
        "holds a formula without a value. Open and save the workbook in a spreadsheet, or enter the value."
    )
    assert findings == [
        ("cell-formula", 2, "a", without),
        ("cell-formula", 3, "a", without),
        ("cell-formula", 4, "a", "holds the error #REF!. Enter the value."),
    ]
    patched(path, SHEET1, lambda xml: xml.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>"))
    patched(path, SHEET1, lambda xml: re.sub(rb'(<c r="B3")(>)(<f>)', rb'\1 t="str"\2\3', xml))
    cells, findings = found(path)
    assert cells == [["1", "2"], ["2", ""], ["4", "ok"]]
    assert [line for _, line, _, _ in findings] == [4]


def test_a_number_that_is_no_day_is_reported(tmp_path):
    path = workbook(tmp_path, [["id", "day"], ["1", dt.date(2020, 1, 1)]])
    patched(path, SHEET1, lambda xml: xml.replace(b"<v>43831</v>", b"<v>99999999</v>"))
    words = "is shown as a date, but 99999999 is no day of the calendar. Enter the date."
    assert found(path) == ([], [("cell-formula", 2, "day", words)])


def test_escaped_characters_of_a_workbook_are_the_characters(tmp_path):
    path = workbook(tmp_path, [["id"], ["a_x000D_b"], ["_x005F_x0041_"], ["x005F_"], ["_xD800_"]])
    assert [cells for _, cells in read(path)[1]] == [["a\rb"], ["_x0041_"], ["x005F_"], ["_xD800_"]]


@pytest.mark.parametrize(
    ("rows", "message", "rule"),
    [
        pytest.param(
            [[], ["id", None, "a"], ["1", "x", "2"]],
            "line 2: column 2 has no name and holds a value (line 3). Name it or remove it. Merged cells name only",
            "header-name",
            id="no-name",
        ),
        pytest.param(
            [["id", "=A9"]], "line 1: column 2 holds a formula without", "cell-formula", id="formula"
        ),
    ],
)
def test_a_header_of_a_workbook_has_the_same_rules(tmp_path, rows, message, rule):
    why = refused(workbook(tmp_path, rows))
    assert str(why).startswith(f"cohort.xlsx, sheet s1, {message}")
    assert why.rule == rule


def test_merged_cells_in_a_header_leave_a_column_without_a_name(tmp_path):
    path = workbook(tmp_path, [["id", "a", "b"], ["1", "2", "3"]])
    book = openpyxl.load_workbook(path)
    book["s1"].merge_cells("B1:C1")
    book.save(path)
    cells, findings = found(path)
    words = "has 3 cells where the header has 2 columns. Name or empty the column."
    assert (cells, findings) == ([], [("row-length", 2, "", words)])


@pytest.mark.parametrize(
    ("rows", "limits", "message"),
    [
        pytest.param([["a"], [1], [2], [3]], SMALL, "line 4: has more than 2 rows", id="rows"),
        pytest.param(
            [["a", "b", "c", "d"]], SMALL, "line 1: has 4 columns; an import may have 3.", id="columns"
        ),
        pytest.param([["a"], ["x" * 11]], SMALL, "line 2: has 11 characters in one cell", id="cell"),
    ],
)
def test_a_worksheet_beyond_a_limit_is_refused(tmp_path, rows, limits, message):
    why = refused(workbook(tmp_path, rows), limits=replace(limits, file_bytes=MIB))
    assert why.rule == "file-limit"
    assert message in str(why)


PLAIN = st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufffe\uffff")
WORDS = st.text(st.one_of(PLAIN, st.sampled_from("\n\t ='")), max_size=8)
PLAIN_WORDS = WORDS.filter(lambda word: not re.match(r"=|#|.*_x", word, re.DOTALL))


@settings(max_examples=25)
@given(rows=st.lists(st.lists(PLAIN_WORDS, min_size=3, max_size=3), min_size=1, max_size=6))
def test_any_text_of_a_workbook_is_read_back_as_it_was_written(tmp_path, rows):
    _, back = read(workbook(tmp_path, [["a", "b", "c"], *rows]))
    assert [cells for _, cells in back] == [row for row in rows if any(cell.strip() for cell in row)]


def test_a_workbook_that_was_our_download_loses_the_guard(tmp_path):
    rows = [["dataset_version", "id", "'=a"], ["v1", "'=1+1", -5], ["v1", "''@", "'x"]]
    header, back = read(workbook(tmp_path, rows))
    assert header == ["dataset_version", "id", "=a"]
    assert [cells for _, cells in back] == [["v1", "=1+1", "-5"], ["v1", "'@", "'x"]]


# what is not safe to unpack ------------------------------------------------------------------------------


def hand_made(path: Path, *members: tuple[str, bytes, dict[str, int]]) -> Path:
    """Write a ZIP byte by byte, so that its directory may say what it likes."""
    body, directory = b"", b""
    for name, packed, told in members:
        values = {"flags": 0, "method": 8, "crc": 0, "size": len(packed), "at": len(body)} | told
        sizes = (values["flags"], values["method"], 0, 33, values["crc"], len(packed), values["size"])
        place = name.encode("latin-1" if "latin" in told else "utf-8")
        directory += struct.pack(
            "<4s6H3I5H2I", b"PK\1\2", 20, 20, *sizes, len(place), 0, 0, 0, 0, 0, values["at"]
        )
        directory += place
        body += struct.pack("<4s5H3I2H", b"PK\3\4", 20, *sizes, len(place), 0) + place + packed
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, len(members), len(members), len(directory), len(body), 0)
    path.write_bytes(body + directory + end)
    return path


def deflated(content: bytes) -> bytes:
    """Pack as a member of a ZIP is."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    return squeeze.compress(content) + squeeze.flush()


def zeros(mib: int) -> bytes:
    """Return so many MiB of zeros packed to a thousandth, made without packing each."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = squeeze.compress(bytes(MIB)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return piece * mib + squeeze.flush()


def honest(content: bytes) -> dict[str, int]:
    """What a directory should say of a member."""
    return {"crc": zlib.crc32(content), "size": len(content)}


@pytest.fixture
def nothing_is_unpacked(monkeypatch):
    """Fail where a member of a ZIP is opened."""

    def opened(_, name, *__, **___):
        raise AssertionError(f"{name} was opened")

    monkeypatch.setattr(zipfile.ZipFile, "open", opened)


TABLE = b"id,a\n1,2\n"
GOOD = ("patients.csv", deflated(TABLE), honest(TABLE))


@pytest.mark.parametrize(
    ("members", "rule", "message"),
    [
        pytest.param(
            [GOOD, ("events.csv", zeros(1024), {"size": 1024 * MIB})],
            *(
                "archive-unsafe",
                r"events.csv unpacks to \d[\d,]+ times its packed size; an import may have 200 times",
            ),
            id="bomb",
        ),
        pytest.param(
            [(CONTENT, b"", {}), (SHEET1, zeros(1024), {"size": 1024 * MIB})],
            *("archive-unsafe", r"sheet1.xml unpacks to \d[\d,]+ times"),
            id="bomb-as-a-worksheet",
        ),
        pytest.param(
            [(f"{n}.csv", b"x" * 90_000, {"size": 15 * MIB}) for n in range(140)],
            *("file-limit", r"has 2,100 MiB when unpacked; an import may have 2,048"),
            id="many-that-are-large-together",
        ),
        pytest.param(
            [(f"{n}.csv", b"", {}) for n in range(501)],
            *("file-limit", r"has 501 members; an import may have 500"),
            id="too-many-members",
        ),
        pytest.param(
            [(f"{n:0>60000}", b"", {}) for n in range(40)],
            *("archive-unsafe", r"has a directory larger than its members need"),
            id="directory-of-megabytes",
        ),
        pytest.param(
            [GOOD, ("b.csv", b"x", {"flags": 1})], "archive-unsafe", r"b.csv is encrypted", id="encrypted"
        ),
        pytest.param(
            [GOOD, ("b.csv", b"x", {"method": 12})],
            "archive-unsafe",
            r"a method other than deflate",
            id="bzip2",
        ),
        pytest.param([GOOD, GOOD], "archive-unsafe", r"holds patients.csv twice", id="one-name-twice"),
        pytest.param(
            [GOOD, ("b.csv", GOOD[1], {**GOOD[2], "at": 0})],
            *("archive-unsafe", r"members that lie over each other"),
            id="one-content-under-two-names",
        ),
        *(
            pytest.param(
                [GOOD, (name, b"", {})], "archive-unsafe", "names a place outside the archive", id=of
            )
            for name, of in [
                ("../b.csv", "parent"),
                ("a/../../b.csv", "parent-further-in"),
                ("/b.csv", "absolute"),
                ("C:\\b.csv", "drive"),
                ("..\\b.csv", "parent-with-backslash"),
                ("b.csv\0.txt", "name-with-nul"),
            ]
        ),
        pytest.param(
            [GOOD, ("inner.zip", b"", {})],
            "archive-unsafe",
            r"holds another archive or workbook",
            id="nested",
        ),
        pytest.param(
            [("\xe9.csv", b"", {"flags": 0x800, "latin": 1})],
            *("archive-unsafe", "its content and its directory differ"),
            id="name-in-no-text",
        ),
        pytest.param([("readme.md", b"", {})], "file-empty", r"holds no CSV or TSV table", id="no-table"),
        pytest.param([], "file-empty", r"is empty: the ZIP holds no file", id="no-member"),
        pytest.param(
            [GOOD, ("Patients.tsv", b"", {})],
            *("archive-unsafe", r"two tables named patients \(patients.csv, Patients.tsv\)"),
            id="two-tables-of-one-name",
        ),
        pytest.param(
            [GOOD, ("old/events.csv", b"", {})], "archive-unsafe", r"more than one folder", id="two-folders"
        ),
    ],
)
@pytest.mark.usefixtures("nothing_is_unpacked")
def test_a_zip_that_is_not_safe_is_refused_before_anything_is_unpacked(tmp_path, members, rule, message):
    why = refused(hand_made(tmp_path / "cohort.zip", *members))
    assert (why.file, why.rule) == ("cohort.zip", rule)
    assert re.search(message, why.reason)


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"size": 4, "crc": zlib.crc32(TABLE)}, id="declares-less"),
        pytest.param({"size": 900, "crc": zlib.crc32(TABLE)}, id="declares-more"),
        pytest.param({"size": len(TABLE), "crc": 1}, id="another-checksum"),
        pytest.param({"size": len(TABLE), "crc": zlib.crc32(TABLE), "method": 0}, id="another-method"),
    ],
)
def test_a_directory_that_lies_is_found_while_unpacking(tmp_path, told):
    why = refused(hand_made(tmp_path / "cohort.zip", ("patients.csv", deflated(TABLE), told)))
    assert (why.file, why.rule) == ("cohort.zip, patients.csv", "archive-unsafe")
    assert why.reason.startswith("is not a ZIP that can be unpacked: its content and its directory differ.")


def test_no_more_is_unpacked_than_the_directory_declares(tmp_path, monkeypatch):
    first = deflated(b"id\n" + b"1" * 20)
    path = hand_made(tmp_path / "cohort.zip", ("patients.csv", zeros(64), {"size": 1000, "crc": 1}))
    assert len(first) < 40
    unpacked = []
    kept = zipfile.ZipExtFile.read

    def counted(self, *told):
        content = kept(self, *told)
        unpacked.append(len(content))
        return content

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counted)
    assert refused(path).rule == "archive-unsafe"
    assert sum(unpacked) <= 1000


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><x>&j;</x>"
)


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(p, id=Path(p).stem)
        for p in (SHEET1, BOOK, CONTENT, "xl/sharedStrings.xml", "xl/styles.xml")
    ],
)
def test_entities_of_a_workbook_are_refused(tmp_path, part):
    path = shared(workbook(tmp_path, [["id"], ["1"]]), SHARED % b"")
    why = refused(patched(path, part, lambda _: BOMB))
    assert why.rule == "archive-unsafe"
    assert why.reason == "holds XML that defines entities or a document type. Save it as .xlsx again."


@pytest.mark.parametrize(
    ("part", "change"),
    [
        pytest.param(SHEET1, lambda xml: xml[:-20], id="cut-worksheet"),
        pytest.param(
            SHEET1,
            lambda xml: xml.replace(b't="inlineStr"><is', b't="s"><v>9</v><is'),
            id="a-text-that-is-not-there",
        ),
        pytest.param(
            SHEET1, lambda xml: xml.replace(b'r="2"', b'r="99999999999"'), id="a-row-beyond-the-last"
        ),
        pytest.param(SHEET1, lambda xml: xml.replace(b'r="A2"', b'r="2"'), id="a-cell-without-column"),
        pytest.param(BOOK, lambda _: b"<workbook/>", id="no-worksheet"),
        pytest.param(BOOK, lambda _: b"no XML", id="no-xml"),
        pytest.param(CONTENT, lambda _: b"<Types/>", id="no-types"),
    ],
)
def test_a_broken_workbook_is_refused(tmp_path, part, change):
    why = refused(patched(workbook(tmp_path, [["id"], ["1"]]), part, change))
    assert why.rule in ("file-unreadable", "file-empty")
    assert why.reason.startswith(
        ("is not a workbook that can be read.", "is empty: no worksheet holds a cell.")
    )


# folders and ZIPs ----------------------------------------------------------------------------------------


@pytest.fixture(params=["folder", "zip", "zip-with-a-top-folder"])
def tables(request, tmp_path) -> Path:
    """Two tables, settings and what systems add, in a folder or a ZIP."""
    files = {
        **{"patients.csv": "id;a\n1;2\n", "EVENTS.TSV": "id\tb\n3\t4\n", "settings.toml": 'title = "Zoë"\n'},
        **{"readme.txt": "no table", ".DS_Store": "\0", "._patients.csv": "\0"},
    }
    if request.param == "folder":
        path = tmp_path / "cohort"
        path.mkdir()
        for name, content in files.items():
            saved(path, content, name)
        (path / "more").mkdir()
        return path
    top = "" if request.param == "zip" else "cohort/"
    path = tmp_path / "cohort.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cohort/", "")
        for name, content in files.items():
            archive.writestr(f"{top}{name}", content)
        archive.writestr(f"__MACOSX/{top}._patients.csv", b"\0")
        archive.writestr("__MACOSX/more.csv", b"\0")
    return path


def test_a_folder_or_zip_of_tables_gives_a_sheet_each(tables):
    sheets = sorted(open_sheets(tables, Reading(), Report()), key=lambda one: one.name)
    assert [(one.name, one.header, list(one.rows)) for one in sheets] == [
        ("EVENTS", ["id", "b"], [(2, ["3", "4"])]),
        ("patients", ["id", "a"], [(2, ["1", "2"])]),
    ]
    assert sheets[1].file in ("patients.csv", "cohort.zip, patients.csv", "cohort.zip, cohort/patients.csv")


def test_texts_beside_the_tables_can_be_read_by_name(tables):
    assert text_of(tables, "settings.toml") == 'title = "Zoë"\n'
    assert text_of(tables, "published.toml") == ""


def test_there_is_no_text_beside_a_single_file(tmp_path):
    assert text_of(saved(tmp_path, "id\n1\n"), "settings.toml") == ""
    assert text_of(workbook(tmp_path, [["id"]]), "settings.toml") == ""


def test_tables_of_cbioportal_lie_in_text_files(tmp_path):
    saved(tmp_path, "#Id\nid\n1\n", "data_clinical_patient.txt")
    saved(tmp_path, "type: x\n", "meta_study.txt")
    (sheet,) = open_sheets(tmp_path, Reading(), Report(), comments=True)
    assert (sheet.name, sheet.comments, sheet.header) == ("data_clinical_patient", ["Id"], ["id"])


# transport files -----------------------------------------------------------------------------------------


@pytest.fixture(params=[pytest.param(5, id="version-5"), pytest.param(8, id="version-8")])
def xpt(request, tmp_path) -> Path:
    """A transport file of three subjects with dates, a time of day, missing values and blanks."""
    path = tmp_path / "adtte.xpt"
    table = pd.DataFrame(
        {
            "USUBJID": ["0707", "NA", " b  "],
            "AVAL": [12.0, 2.5, float("nan")],
            "ADT": [dt.date(2020, 2, 29), dt.date(1950, 1, 1), None],
            "DTM": [dt.datetime(2020, 1, 2, 3, 4, 5), dt.datetime(2020, 1, 2), None],
            "TIM": [dt.time(3, 4, 5), None, None],
            "OFF": [21974.0, -1.5, 9e15],
            "SEC": [1.5, -0.5, 1e300],
        }
    )
    formats = {"OFF": "E8601DA10.", "SEC": "DATETIME20."}
    pyreadstat.write_xport(table, path, file_format_version=request.param, variable_format=formats)
    return path


@pytest.mark.parametrize("at_once", [pytest.param(6, id="a-row-at-once"), pytest.param(10**6, id="whole")])
def test_a_transport_file_is_read_with_iso_dates(xpt, monkeypatch, at_once):
    monkeypatch.setattr(transport, "CELLS_AT_ONCE", at_once)
    header, rows = read(xpt, Reading(decimal=","))
    assert header == ["USUBJID", "AVAL", "ADT", "DTM", "TIM", "OFF", "SEC"]
    assert rows == [
        (
            1,
            [
                "0707",
                "12",
                "2020-02-29",
                "2020-01-02 03:04:05",
                "03:04:05",
                "2020-02-29",
                "1960-01-01 00:00:01",
            ],
        ),
        (2, ["NA", "2,5", "1950-01-01", "2020-01-02", "", "1959-12-30", "1959-12-31 23:59:59"]),
        (3, [" b", "", "", "", "", "9000000000000000", "inf"]),
    ]


@pytest.mark.parametrize(
    ("change", "rule", "words"),
    [
        pytest.param(
            lambda b: b[:-40], "file-unreadable", "is cut off: its last record is not whole.", id="cut"
        ),
        pytest.param(
            lambda b: b[:800], "file-unreadable", "is not a SAS transport file that can be read", id="short"
        ),
        pytest.param(
            lambda b: b[:80] + b"\1" * 800, "file-unreadable", "is not a SAS transport", id="garbage"
        ),
        pytest.param(
            lambda b: b.replace(b"AVAL", b"    "),
            "header-name",
            "column 2 has no name and holds a value",
            id="no-name",
        ),
        pytest.param(
            lambda b: b + b[240:], "file-unreadable", "holds 2 data sets. Export each", id="two-data-sets"
        ),
        pytest.param(
            lambda b: b.replace(b"0707", b"Zo\xeb "), "file-encoding", "is not UTF-8 text. Save", id="cp1252"
        ),
        pytest.param(
            lambda _: b"id\n1\n", "file-unreadable", "is not a SAS transport file, though", id="only-named-so"
        ),
    ],
)
def test_a_broken_transport_file_is_refused(xpt, change, rule, words):
    xpt.write_bytes(change(xpt.read_bytes()))
    why = refused(xpt)
    assert (why.file, why.rule) == ("adtte.xpt", rule)
    assert why.reason.startswith(words)


def test_a_transport_file_in_another_encoding_is_read_when_it_is_said(xpt):
    xpt.write_bytes(xpt.read_bytes().replace(b"0707", b"Zo\xeb "))
    assert read(xpt, Reading("cp1252"))[1][0][1][0] == "Zoë"


# paths ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(lambda _: None, "cannot be read (No such file or directory).", id="not-there"),
        pytest.param(lambda p: p.symlink_to("nowhere"), "cannot be read (No such file", id="link-to-nowhere"),
        pytest.param(lambda p: p.symlink_to(p), "cannot be read (Too many levels", id="link-to-itself"),
        pytest.param(
            lambda p: p.symlink_to("/dev/zero"), "cannot be read (it is a pipe or device", id="device"
        ),
        pytest.param(
            os.mkfifo, "cannot be read (it is a pipe or device, not a file). Check the path.", id="pipe"
        ),
    ],
)
@pytest.mark.parametrize("inside", [pytest.param(False, id="named"), pytest.param(True, id="in-a-folder")])
def test_what_is_not_a_file_is_refused_without_hanging(tmp_path, make, words, inside):
    folder = tmp_path / "cohort"
    folder.mkdir()
    path = folder / "patients.csv"
    make(path)
    if inside and not path.is_symlink() and not path.exists():
        assert refused(folder).reason == "holds no CSV or TSV table. Add one for each table."
        return
    why = refused(folder if inside else path)
    assert (why.file, why.rule) == ("patients.csv", "file-unreadable")
    assert why.reason.startswith("cannot be read (" if inside else words)


def test_a_folder_named_like_a_table_is_refused_inside_a_folder(tmp_path):
    (tmp_path / "patients.csv").mkdir()
    why = refused(tmp_path)
    assert str(why) == "patients.csv: cannot be read (it is not a file). Check the path."


def test_a_path_through_a_file_and_an_impossible_name_are_refused(tmp_path):
    saved(tmp_path, "id\n1\n")
    assert refused(tmp_path / "patients.csv" / "x.csv").reason.startswith("cannot be read (Not a directory)")
    assert refused(tmp_path / "a\0b.csv").file == "a\N{REPLACEMENT CHARACTER}b.csv"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param(
            *("cohort.xls", bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600)),
            "cohort.xls: is an old .xls workbook, another old document of Office, or one with a password, which "
            "is not read. Save it as .xlsx without a password.",
            id="old-workbook",
        ),
        pytest.param(
            *("cohort.xlsx", b"id,a\n1,2\n"),
            "cohort.xlsx: is not a workbook, though its name says so. Save it as .xlsx again.",
            id="text-named-as-a-workbook",
        ),
        pytest.param(
            *("cohort.zip", b"id,a\n1,2\n"),
            "cohort.zip: is not a ZIP, though its name says so. Pack it again.",
            id="text-named-as-a-zip",
        ),
        pytest.param(
            *("cohort.zip", b"PK\3\4" + bytes(100)),
            "cohort.zip: is not a ZIP that can be unpacked: its content and its directory differ. Pack it again.",
            id="broken-zip",
        ),
    ],
)
def test_a_file_that_is_not_of_its_format_is_refused(tmp_path, name, content, message):
    assert str(refused(saved(tmp_path, content, name))) == message


def test_the_format_is_told_by_the_content_not_by_the_name(tmp_path):
    path = workbook(tmp_path, [["id"], ["1"]])
    assert read(path.rename(tmp_path / "cohort.csv")) == (["id"], [(2, ["1"])])
    assert read(saved(tmp_path, "id\n1\n", "export.dat")) == (["id"], [(2, ["1"])])
