"""Characters that no document can hold: refused at import with their place, drawn as U+FFFD in older versions."""

from __future__ import annotations

import io
import shutil
import xml.etree.ElementTree as Tree
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from gepnet_core.characters import escape, fault, visible, writable
from gepnet_core.intake.files import open_sheets
from gepnet_core.intake.reading import Reading
from gepnet_core.intake.report import Report
from gepnet_core.intake.source_tables import read_source
from gepnet_core.settings import Modality, Settings
from gepnet_core.store import Shelf, publish
from gepnet_core.store.cohort_version import cohort_recipe
from gepnet_core.store.scratch import scratch_folder
from gepnet_core.store.writing import write_version
from tests.test_import_rules import KINDS, TABLES, prepared
from tests.test_missing_words import CLINICAL
from tests.test_pages import PAGES, opened_with

UNFIT = [*range(9), 11, 12, *range(14, 32), *range(0x7F, 0xA0), 0xD800, 0xDFFF, 0xFFFE, 0xFFFF]
FIT = "\t\n\r \u00a0é\u200d\ufffd\ud7ff\ue000\U0001f600"


@pytest.mark.parametrize("code", UNFIT, ids=lambda code: f"U+{code:04X}")
def test_a_character_that_no_document_can_hold_is_named(code: int) -> None:
    text = f"a{chr(code)}b"
    assert f"(U+{code:04X}, number 2 of 3)" in fault(text)
    assert visible(text) == escape(text) == writable(text) == "a\ufffdb"


def test_what_documents_hold_is_no_fault() -> None:
    assert (fault(FIT), visible(FIT)) == ("", FIT)
    assert Tree.fromstring(f"<a>{escape(FIT)}</a>").text == FIT.replace("\r", "\n")
    assert escape('<"&\x01') == "&lt;&quot;&amp;\ufffd"


PLACES = {
    "tables": ("local_treatments.csv", "RFA", 2, "modality"),
    "trial": ("adtte.csv", "last contact", 3, "EVNTDESC"),
    "trial with ADSL": ("adsl.csv", "M", 3, "SEX"),
    "wide": ("review.csv", "HAE", 3, "procedure"),
    "outcomes": ("outcomes.csv", "none", 4, "arm"),
    "redcap": ("export.csv", "HAE", 4, "kind"),
    "cbioportal": ("data_clinical_patient.txt", "y", 3, "ARM"),
}


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize("character", ["\x01", "\x0b", "\x1f", "\x7f", "\x85", "\ufffe", "\uffff"])
def test_every_format_refuses_it_with_its_place(tmp_path, monkeypatch, kind: str, character: str) -> None:
    file, word, line, column = PLACES[kind]
    base = CLINICAL if kind == "cbioportal" else KINDS[kind]
    files = {**base.files, file: base.files[file].replace(word, word + character)}
    monkeypatch.setitem(KINDS, kind, replace(base, files=files))
    found = prepared(tmp_path, kind)
    assert found.path is None
    told = [(one.rule, one.file, one.line, one.column) for one in found.report.findings]
    assert told == [("character", file, line, column)]
    number = len(word) + 1
    assert f"(U+{ord(character):04X}, number {number} of {number})" in found.report.findings[0].words


def test_all_of_them_are_listed(tmp_path, monkeypatch) -> None:
    base = KINDS["outcomes"]
    text = base.files["outcomes.csv"].replace("drug", "dr\x02ug").replace("alive", "al\x03ive")
    monkeypatch.setitem(KINDS, "outcomes", replace(base, files={"outcomes.csv": text}))
    found = prepared(tmp_path, "outcomes")
    assert [(one.rule, one.line, one.column) for one in found.report.findings] == [
        ("character", 2, "arm"),
        ("character", 3, "outcome"),
        ("character", 3, "arm"),
    ]


def test_a_workbook_and_a_transport_file_refuse_it_too(tmp_path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["id", "arm"])
    book.active.append(["1", "a_x000B_b"])
    book.save(tmp_path / "w.xlsx")
    table = pd.DataFrame({"ID": ["1"], "ARM": ["a\x0bb"]})
    pyreadstat.write_xport(table, tmp_path / "w.xpt", file_format_version=5)
    for name, line in (("w.xlsx", 2), ("w.xpt", 1)):
        report = Report()
        (sheet,) = open_sheets(tmp_path / name, Reading(), report)
        with pytest.raises(Exception, match=r"holds a character .*U\+000B, number 2 of 3") as refused:
            list(sheet.rows)
        assert (refused.value.rule, refused.value.line) == ("character", line)


@pytest.mark.parametrize("words", ["#Time (\x0bmonths)\n", "#a\n#b\x01\n"])
def test_the_remarks_above_clinical_columns_are_read_the_same(tmp_path, monkeypatch, words: str) -> None:
    files = {name: words + text for name, text in CLINICAL.files.items()}
    monkeypatch.setitem(KINDS, "cbioportal", replace(CLINICAL, files=files))
    found = prepared(tmp_path, "cbioportal")
    assert [one.rule for one in found.report.findings] == ["character"]


@pytest.mark.parametrize(
    "line",
    [
        'title = "a\\u000Bb"',
        'notice = "a\\u0001"',
        'modalities = [{ value = "RFA", label = "R\\u0007FA" }]',
        'missing = ["\\uFFFE"]',
        'eligibility = { focal_indication = "f\\u001F" }',
    ],
)
def test_words_of_the_settings_are_read_the_same(
    cli, synthetic_copy: Path, tmp_path: Path, line: str
) -> None:
    (tmp_path / "s.toml").write_text(line)
    told = cli(
        "import",
        synthetic_copy,
        "--dataset",
        "d",
        "--extracted",
        "2019-01-01",
        "--settings",
        tmp_path / "s.toml",
    )
    assert told.code == 2
    assert "holds a character that no document can hold" in told.said


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a version as it was written before such characters were refused."""
    place = tmp_path_factory.mktemp("older")
    tables, data = place / "tables", place / "data"
    tables.mkdir()
    data.mkdir()
    for name, text in TABLES.items():
        (tables / name).write_text(text.lstrip("\n"))
    report = Report()
    source = read_source(open_sheets(tables, Reading(), report), report)
    for row in source["local_treatments"]:
        row.values["modality"] = f"{row.values['modality']}\x07\ufffe"
        row.values["target_site"] = "li\x0bver"
    for row in source["adverse_events"]:
        row.values["term"] = "Pa\x1bin"
    settings = Settings(
        title="T\x0bitle",
        notice="N\x01otice",
        about="A\x02bout",
        modalities=(Modality("RFA\x07\ufffe", "R\x03FA"),),
    )
    shelf = Shelf(data)
    with scratch_folder(shelf.root) as folder:
        path = folder / "version.duckdb"
        current = write_version(
            path, folder, cohort_recipe(source, settings, folder, ""), report, origin="imported"
        )
        publish(shelf, "older", path, current)
    return data


@pytest.fixture
def data_dir(tmp_path: Path, older: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder with the older version, for this test alone."""

    folder = tmp_path / "data"
    shutil.copytree(older, folder)
    monkeypatch.setenv("GEPNET_DATA_DIR", str(folder))
    return folder


def held(content: str) -> list[str]:
    """Return the characters of a document that it should not hold."""
    return [c for c in content if fault(c)]


def test_an_older_version_is_reported_as_html(cli, tmp_path: Path) -> None:
    told = cli(
        "report",
        "--dataset",
        "older",
        "--endpoint",
        "OS",
        "--by",
        "modality",
        "--format",
        "html",
        "--out",
        tmp_path / "r.html",
    )
    assert told.code == 0, told.said
    content = (tmp_path / "r.html").read_text()
    assert held(content) == []
    assert "R\ufffdFA" in content
    assert "T\ufffditle" in content


@pytest.mark.parametrize("kind", ["survival", "flow", "lanes", "side-effects", "forest"])
def test_its_figures_are_whole_svg_files(cli, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "f.svg"
    told = cli(
        "figure", "--dataset", "older", "--kind", kind, "--endpoint", "OS", "--by", "modality", "--out", out
    )
    assert told.code == 0, told.said
    Tree.parse(out)


def test_its_tables_are_a_whole_word_document(cli, tmp_path: Path) -> None:
    out = tmp_path / "t.docx"
    told = cli(
        "tables",
        "--dataset",
        "older",
        "--endpoint",
        "OS",
        "--by",
        "modality",
        "--format",
        "docx",
        "--out",
        out,
    )
    assert told.code == 0, told.said
    with ZipFile(io.BytesIO(out.read_bytes())) as archive:
        Tree.fromstring(archive.read("word/document.xml"))
        assert "R\ufffdFA" in archive.read("word/document.xml").decode()


def test_its_bundle_is_written(cli, tmp_path: Path) -> None:
    told = cli("bundle", "--dataset", "older", "--endpoint", "OS", "--out", tmp_path / "b.zip")
    assert told.code == 0, told.said
    with ZipFile(tmp_path / "b.zip") as archive:
        for name in archive.namelist():
            if name.endswith((".svg", ".xml")):
                Tree.fromstring(archive.read(name))
            if name.endswith(".html"):
                assert held(archive.read(name).decode()) == []
    with suppress(FileNotFoundError):
        (tmp_path / "b.zip").unlink()


@pytest.mark.parametrize("page", [page for page in PAGES if page != "published.py"])
def test_every_page_shows_it(app_test, data_dir: Path, page: str) -> None:
    assert data_dir
    query = {"dataset": "older", "endpoint": "OS", "by": "modality"}
    app = opened_with(app_test, page, PAGES[page], query)
    drawn = [*app.main.markdown, *app.main.caption, *app.main.info, *app.main.warning, *app.main.header]
    assert [found.value for found in drawn if held(found.value)] == []
    specs = [figure.proto.spec for figure in app.main.get("plotly_chart")]
    assert [spec for spec in specs if "R\\u0003FA" in spec] == []
