"""Every download of every page: its name ends, and is announced, as what it holds."""

from __future__ import annotations

import ast
import csv
import io
import json
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from gepnet_core.print_size import FigureFormat
from pages.components import downloads
from tests.conftest import ROOT
from tests.test_data_page import MESSY, export_day, upload
from tests.test_pages import opened_with, press

OFFICE = "application/vnd.openxmlformats-officedocument"


def is_table(content: bytes) -> bool:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    return len(rows) > 1 and len({len(row) for row in rows}) == 1


def is_zip_with(part: str) -> Callable[[bytes], bool]:
    def holds(content: bytes) -> bool:
        with ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
            return any(name.startswith(part) or name.endswith(part) for name in archive.namelist())

    return holds


ENDINGS: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    ".csv": ("text/csv", is_table),
    ".html": ("text/html", lambda content: content.lower().startswith(b"<!doctype html>")),
    ".json": ("application/json", lambda content: isinstance(json.loads(content), dict)),
    ".toml": ("application/toml", lambda content: bool(tomllib.loads(content.decode()))),
    ".pdf": ("application/pdf", lambda content: content.startswith(b"%PDF-")),
    ".svg": ("image/svg+xml", lambda content: ElementTree.fromstring(content).tag.endswith("}svg")),
    ".png": ("image/png", lambda content: content.startswith(b"\x89PNG\r\n")),
    ".docx": (f"{OFFICE}.wordprocessingml.document", is_zip_with("word/document.xml")),
    ".xlsx": (f"{OFFICE}.spreadsheetml.sheet", is_zip_with("xl/workbook.xml")),
    ".zip": ("application/zip", lambda content: not is_zip_with("[Content_Types].xml")(content)),
}
Offered = dict[tuple[str, str], tuple[str, str, Callable[[], bytes]]]
TRIAL = "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR\n" + "".join(
    f"P{n:02},{'ab'[n % 2]},OS,Survival,{100 + n},DAYS,{n % 2}\n" for n in range(20)
)


def calls_of(names: set[str]) -> list[tuple[Path, ast.Call]]:
    """Return the calls of functions with these names in the pages."""
    return [
        (path, node)
        for path in sorted((ROOT / "pages").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in names
    ]


@pytest.fixture
def offered(monkeypatch) -> Offered:
    """What is offered, by label and file name: ending, MIME type, content; the buttons are drawn all the same."""
    found: Offered = {}
    draw = downloads.offer_bytes

    def noted(
        label: str, content: Callable[[], bytes], file_name: str, *, mime: str, **options: object
    ) -> None:
        found[label, file_name] = (Path(file_name).suffix, mime, content)
        draw(label, content, file_name, mime=mime, **options)

    monkeypatch.setattr(downloads, "offer_bytes", noted)
    return found


def test_one_place_draws_the_downloads():
    assert [path.name for path, _ in calls_of({"download_button"})] == ["downloads.py"]


def test_every_download_is_named_and_announced_as_what_it_holds(shelf, app_test, offered):
    assert shelf.names() == ["synthetic"]
    app = opened_with(app_test, "overview.py", "Overview", {})
    for page in ("survival", "compare", "side_effects", "patients", "quality"):
        assert not app.switch_page(f"{page}.py").run().exception
    opened_with(app_test, "patients.py", "Patients", {"patient": "P24"})
    taken = opened_with(app_test, "take_away.py", "Take away", {})
    (kind,) = [part for part in taken.main.get("button_group") if part.label == "Figure: file"]
    kind.set_value(FigureFormat.PNG).run()
    press(taken, "Make the PDF")
    data = opened_with(app_test, "data.py", "Data", {})
    export_day(upload(data, "messy.csv", MESSY.replace("02.05.2017", "31.02.2017")), date(2017, 6, 1))
    press(data, "Check the file")
    data = opened_with(app_test, "data.py", "Data", {})
    upload(data, "trial.csv", TRIAL)
    wanted = {
        node.args[0].value
        for _, node in calls_of({"offer", "offer_bytes", "offer_figure"})
        if node.args and isinstance(node.args[0], ast.Constant)
    }
    assert len(wanted) > 15
    assert {label for label, _ in offered} == wanted
    assert {ending for ending, _, _ in offered.values()} == set(ENDINGS)
    for (label, name), (ending, mime, content) in offered.items():
        right, holds = ENDINGS[ending]
        assert mime == right, (label, name)
        assert holds(content()), (label, name)
