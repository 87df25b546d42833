"""Word documents out: sentences and real tables as journals print them. Only this module imports python-docx."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zipfile import ZipFile

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from gepnet_core.characters import writable
from gepnet_core.fixed_zip import entry
from gepnet_core.sheet import Section, Sheet

FIXED = datetime(2000, 1, 1)  # of every document: the program reads no clock
FACE = "Arial"
SIZE, NOTE_SIZE = Pt(9), Pt(8)
WIDE = 7  # columns that an upright page holds
SHORT, LONG, MARGIN = Mm(210), Mm(297), Mm(20)
RULE = {"w:val": "single", "w:sz": "6", "w:space": "0", "w:color": "000000"}


def word_document(title: str, sections: Iterable[Section]) -> bytes:
    """Return sections as a Word document (.docx), each table with its title above and its notes below.

    A table of more than 7 columns lies on a page of its own, turned. Rows are not broken between pages, and the
    header is repeated on each. The same content gives the same bytes; no author and no day is told.
    """
    document = Document()
    _dress(document, title)
    document.add_heading(writable(title), level=0)
    turned = False
    for section in sections:
        if turned:
            _turn(document, wide=False)
            turned = False
        document.add_heading(writable(section.heading), level=1)
        for words in section.words:
            document.add_paragraph(writable(words))
        for sheet in section.sheets:
            wide = len(sheet.header) > WIDE
            if wide != turned:
                _turn(document, wide=wide)
                turned = wide
            _add_sheet(document, sheet, wide=wide)
    return _fixed(document)


def _dress(document: Any, title: str) -> None:
    """Set page, typeface and what the document says of itself."""
    told = document.core_properties
    told.title, told.author, told.last_modified_by, told.comments = writable(title)[:255], "", "", ""
    told.created = told.modified = FIXED
    told.revision = 1
    page = document.sections[0]
    page.page_width, page.page_height = SHORT, LONG
    _set_margins(page)
    for name in ("Normal", "Title", "Heading 1", "Caption"):
        style = document.styles[name]
        style.font.name = FACE
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(kind), None)
        for kind in ("w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(kind), FACE)
    document.styles["Normal"].font.size = SIZE
    document.styles["Title"].font.size = Pt(16)
    document.styles["Heading 1"].font.size = Pt(12)
    document.styles["Caption"].font.size = SIZE
    for name in ("Title", "Heading 1", "Caption"):
        document.styles[name].font.color.rgb = None
        document.styles[name].font.color.theme_color = None
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    properties = document.styles["Normal"].element.get_or_add_rPr()
    properties.append(language)


def _set_margins(page: Any) -> None:
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = MARGIN


def _turn(document: Any, *, wide: bool) -> None:
    """Begin a new page, turned or upright."""
    page = document.add_section()
    page.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    page.page_width, page.page_height = (LONG, SHORT) if wide else (SHORT, LONG)
    _set_margins(page)


def _add_sheet(document: Any, sheet: Sheet, *, wide: bool) -> None:
    """Add a table with its title above and its notes below."""
    above = document.add_paragraph(sheet.title, style="Caption")
    above.paragraph_format.keep_with_next = True
    above.paragraph_format.space_before = Pt(12)
    table = document.add_table(rows=1 + len(sheet.rows), cols=len(sheet.header))
    table.autofit = False
    _describe(table, sheet)
    widths = _widths(sheet, (LONG if wide else SHORT) - 2 * MARGIN)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for place, (row, cells) in enumerate(zip(table.rows, (sheet.header, *sheet.rows), strict=True)):
        _set_row(row, header=place == 0)
        for cell, words, width in zip(row.cells, cells, widths, strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
            paragraph.paragraph_format.keep_with_next = place < len(sheet.rows) and len(sheet.rows) < 12
            run = paragraph.add_run(words)
            run.font.size, run.bold = SIZE, place == 0 or None
            if place in (0, len(sheet.rows)):
                _rule(cell, top=place == 0)
    for number, note in enumerate(sheet.notes):
        below = document.add_paragraph()
        below.paragraph_format.space_before = Pt(3 if number == 0 else 0)
        below.paragraph_format.space_after = Pt(2)
        below.add_run(note).font.size = NOTE_SIZE


def _describe(table: Any, sheet: Sheet) -> None:
    """Say what the table is to those who hear it, and that its first row and column are headings."""
    properties = table._tbl.tblPr
    for tag, words in (("w:tblCaption", sheet.title), ("w:tblDescription", " ".join(sheet.notes))):
        element = OxmlElement(tag)
        element.set(qn("w:val"), words)
        properties.append(element)
    look = properties.find(qn("w:tblLook"))
    if look is not None:
        properties.remove(look)
        properties.insert_element_before(look, "w:tblCaption", "w:tblDescription")


def _widths(sheet: Sheet, whole: int) -> list[int]:
    """Share the width among the columns, by their longest word and the length of their texts."""
    wishes = []
    for number in range(len(sheet.header)):
        cells = [sheet.header[number], *(row[number] for row in sheet.rows)]
        longest = max(len(word) for cell in cells for word in cell.split(" "))
        typical = max(len(row[number]) for row in sheet.rows) if sheet.rows else 0
        wishes.append(min(max(longest + 2, typical, 6), 40))
    return [int(whole * wish / sum(wishes)) for wish in wishes]


def _set_row(row: Any, *, header: bool) -> None:
    """Keep a row on one page; repeat the header on every page."""
    properties = row._tr.get_or_add_trPr()
    for tag in ("w:cantSplit", *(("w:tblHeader",) if header else ())):
        properties.append(OxmlElement(tag))


def _rule(cell: Any, *, top: bool) -> None:
    """Draw a horizontal rule below a cell, and above it in the header; journals print no vertical ones."""
    borders = OxmlElement("w:tcBorders")
    for side in ("w:top", "w:bottom") if top else ("w:bottom",):
        border = OxmlElement(side)
        for name, value in RULE.items():
            border.set(qn(name), value)
        borders.append(border)
    cell._tc.get_or_add_tcPr().append(borders)


def _fixed(document: Any) -> bytes:
    """Return the document as bytes that name no day."""
    package = document.part.package
    for name in [name for name, part in package.rels.items() if part.reltype.endswith("/thumbnail")]:
        package.rels.pop(name)  # a picture of the empty page that every document begins as
    first, out = io.BytesIO(), io.BytesIO()
    document.save(first)
    with ZipFile(first) as source, ZipFile(out, "w") as archive:
        for name in source.namelist():
            archive.writestr(entry(name), source.read(name))
    return out.getvalue()
