"""Word documents hold the same cells as the sheets, as tables that journals print, in bytes that never change."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Sequence
from zipfile import ZipFile

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet_core.report.contents import compose
from gepnet_core.report.tables import Part, report_sections, tables_docx
from gepnet_core.sheet import Section, Sheet
from gepnet_core.store import open_dataset
from gepnet_core.view import View
from gepnet_core.word_tables import word_document
from tests.conftest import ROOT


def opened(content: bytes):
    return Document(io.BytesIO(content))


def cells(content: bytes) -> list[list[list[str]]]:
    """Return the cells of every table of a document."""
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in opened(content).tables]


def paragraphs(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in opened(content).paragraphs]


def document(*sheets: Sheet) -> bytes:
    return word_document("A title", [Section("A part", ("A sentence.",), sheets)])


def sheet(columns: int = 3, rows: int = 2, notes: Sequence[str] = ()) -> Sheet:
    return Sheet(
        f"{columns} columns",
        tuple(f"head {i}" for i in range(columns)),
        tuple(tuple(f"cell {j}.{i}" for i in range(columns)) for j in range(rows)),
        tuple(notes),
    )


def test_a_document_holds_the_cells_titles_and_notes_of_every_table_of_a_report(shelf) -> None:
    report = compose(open_dataset(shelf, "synthetic"), View(adjust=("ki67_percent",), subgroups=("sex",)))
    sections = report_sections(report)
    content = tables_docx(report)
    sheets = [found for section in sections for found in section.sheets]
    assert cells(content) == [[list(row) for row in (found.header, *found.rows)] for found in sheets]
    said = paragraphs(content)
    assert said[0].startswith("Time to new systemic therapy: ")
    for section in sections:
        assert section.heading in said
        assert set(section.words) <= set(said)
        for found in section.sheets:
            above = said.index(found.title)
            assert tuple(said[above + 1 : above + 1 + len(found.notes)]) == found.notes
    assert "Methods" in said
    assert any(words.startswith("Estimates. ") for words in said)
    assert any(words.startswith("1. ") for words in said)


HOSTILE = st.text(st.characters(blacklist_categories=("Cs",)), max_size=40)


@settings(max_examples=12)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_any_text_stands_in_the_document_as_in_the_sheet(title: str, head: str, cell: str) -> None:
    found = Sheet(title, (head, "b"), ((cell, "x"), ("", cell)), (title,))
    content = word_document(title, [Section(title, (title,), (found,))])
    assert cells(content) == [[list(found.header), *map(list, found.rows)]]


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0",
        "<w:t>bold</w:t> & ]]>",
        "😀 漢字",
        "long " * 60,
        "a\x00\x0b\ufffe",
        "{{x}} \\u0041 %s",
    ],
)
def test_hostile_text_is_text(text: str) -> None:
    found = Sheet(text, (text,), ((text,),), (text,))
    content = document(found)
    assert cells(content) == [[[found.header[0]], [found.rows[0][0]]]]
    assert {found.title, found.notes[0]} <= set(paragraphs(content))


def test_the_header_is_repeated_rows_stay_whole_and_there_is_no_vertical_rule() -> None:
    (table,) = opened(document(sheet(rows=3))).tables
    marked = [[child.tag for child in row._tr.trPr] for row in table.rows]
    assert marked == [[qn("w:cantSplit"), qn("w:tblHeader")], *[[qn("w:cantSplit")]] * 3]
    rules = [
        {child.tag for child in cell._tc.tcPr.findall(f"{qn('w:tcBorders')}/*")}
        for row in table.rows
        for cell in row.cells[:1]
    ]
    assert rules == [{qn("w:top"), qn("w:bottom")}, set(), set(), {qn("w:bottom")}]
    assert table.style.name == "Normal Table"
    assert {run.font.size.pt for row in table.rows for run in row.cells[0].paragraphs[0].runs} == {9.0}
    words = table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
    assert words == "3 columns"


def test_a_table_of_more_than_seven_columns_lies_on_a_turned_page_and_those_after_it_do_not() -> None:
    content = word_document(
        "T", [Section("a", (), (sheet(7), sheet(8), sheet(3))), Section("b", (), (sheet(9),))]
    )
    pages = opened(content).sections
    assert [page.orientation for page in pages] == [
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
    ]
    for page, table in zip(pages, opened(content).tables, strict=True):
        room = page.page_width - page.left_margin - page.right_margin
        assert sum(column.width for column in table.columns) == pytest.approx(room, rel=0.01)
        assert (page.page_width > page.page_height) == (page.orientation is WD_ORIENT.LANDSCAPE)


def test_a_document_tells_no_author_and_no_day_and_refers_to_nothing_that_is_not_there() -> None:
    content = document(sheet())
    told = opened(content).core_properties
    assert (told.author, told.last_modified_by, told.comments) == ("", "", "")
    assert (told.title, told.created.year, told.modified.year) == ("A title", 2000, 2000)
    with ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        relations = archive.read("_rels/.rels").decode()
        assert "thumbnail" not in relations
        assert "docProps/thumbnail.jpeg" not in archive.namelist()
        assert "Microsoft" not in archive.read("docProps/core.xml").decode()


def test_the_same_content_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import sys\nfrom gepnet_core.sheet import Section, Sheet\n"
        "from gepnet_core.word_tables import word_document\n"
        "found = Sheet('t', ('a', 'b'), (('c', 'd'),), ('n',))\n"
        "sys.stdout.buffer.write(word_document('A title', [Section('A part', ('A sentence.',), (found,))]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, timeout=60)
    assert done.stdout == document(Sheet("t", ("a", "b"), (("c", "d"),), ("n",)))
    assert done.stdout != document(Sheet("t", ("a", "b"), (("c", "d"),), ("m",)))


def test_the_command_line_writes_word_and_csv_and_refuses_what_is_not_there(shelf, cli, tmp_path) -> None:
    report = compose(open_dataset(shelf, "synthetic"), View(endpoint="OS"))
    out = tmp_path / "tables.docx"
    asked = ("tables", "--dataset", "synthetic", "--endpoint", "OS")
    told = cli(*asked, "--format", "docx", "--out", out)
    assert told.code == 0, told.said
    assert out.read_bytes() == tables_docx(report)
    assert told.json["tables"] == [found.title for part in report_sections(report) for found in part.sheets]
    assert f"{len(told.json['tables'])} tables written" in told.said
    single = tmp_path / "one.csv"
    told = cli(*asked, "--table", "estimates", "--out", single)
    assert told.said == f"1 table written to {single}.\n"
    assert single.read_text().startswith("dataset_version,Group,n,Events,")
    told = cli(*asked, "--modality", "RFA", "--table", "comparison", "--out", single)
    assert told.code == 2
    assert "There is no table of comparison in this data set and selection" in told.said
    assert single.read_text().startswith("dataset_version,Group,n,Events,")


def test_parts_are_told_apart_by_name() -> None:
    assert [part.value for part in Part][:3] == ["flow", "baseline", "events"]
    assert len({part.label for part in Part}) == len(Part)
