"""A person brings in a messy chart review: upload, refusal, correction, mapping, import, and the curves of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_walks import assert_curve_shows, estimate, expected_row
from tests.dashboard import (
    CHART_HEADER,
    CHART_ROWS,
    command,
    curves,
    go,
    main_text,
    settled,
    tables,
    type_date,
    violations,
    visit,
)

pytestmark = pytest.mark.browser
WRONG = [row.replace("10.10.2016", "31.02.2016") for row in CHART_ROWS]


@pytest.fixture
def write(tmp_path: Path):
    """Write the chart review as a spreadsheet program of this country would."""

    def written(rows: list[str]) -> Path:
        path = tmp_path / "Chart review.csv"
        path.write_bytes("\r\n".join([CHART_HEADER, *rows, ""]).encode("cp1252"))
        return path

    return written


def upload(page: Page, path: Path) -> None:
    """Give the page a file, in the place of one that it has."""
    remove = page.get_by_role("button", name=f"Remove {path.name}", exact=True)
    if remove.count():
        remove.click()
        expect(remove).to_have_count(0)
        settled(page)
    with page.expect_file_chooser() as asked:
        page.get_by_test_id("stFileUploaderDropzone").first.locator("button").first.click()
    asked.value.set_files(path)
    expect(remove).to_be_visible(timeout=30_000)
    settled(page)


def pick(page: Page, label: str, option: str) -> None:
    """Choose an option of a dropdown; this page keeps its choices out of the address."""
    box = page.get_by_role("combobox", name=label, exact=True)
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)


def as_cp1252(page: Page) -> None:
    """Say the encoding of the file."""
    page.get_by_text("How the file is read").click()
    settled(page)
    pick(page, "Encoding", "cp1252")


def press(page: Page, label: str) -> None:
    """Press a button and wait for the answer."""
    page.get_by_role("button", name=label, exact=True).click()
    settled(page)


def say_day(page: Page, field: str, day: str) -> None:
    """Type an ISO date into a date field of the page."""
    type_date(page, field, day)
    settled(page)


def test_a_messy_chart_review_becomes_curves(
    address: str, data_dir: Path, page: Page, write, tmp_path: Path
) -> None:
    go(page, f"{address}/data")
    upload(page, write(WRONG))
    assert "Chart review.csv, line 1: is not UTF-8 text." in main_text(page)

    as_cp1252(page)
    assert "6 rows, 16 columns" in main_text(page)
    expect(page.get_by_role("combobox", name="Primary site", exact=True)).to_have_value("Primärtumor")
    assert "Say how the dates of “Lokaltherapie Datum” are written." in main_text(page)
    pick(page, "Lokaltherapie Datum", "DD/MM/YYYY")
    pick(page, "Letzter Kontakt", "DD.MM.YYYY")
    say_day(page, "Day of the export *", "2017-06-01")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        settled(page)
        assert violations(page) == []
    press(page, "Check the file")
    assert "1 error: nothing was imported." in main_text(page)
    wrong = tables(page)[1][1]
    assert "'31.02.2016' is not a date: the calendar has no such day" in wrong[0]
    assert wrong[1:] == ["5", "Letzter Kontakt", "004", "error: date"]
    with page.expect_download() as started:
        page.get_by_role("button", name="Report (HTML)").click()
    report = Path(started.value.path()).read_text(encoding="utf-8")
    assert "1 errors" in report
    assert "&#x27;31.02.2016&#x27; is not a date" in report

    upload(page, write(CHART_ROWS))  # a corrected file keeps what was said of its columns
    expect(page.get_by_role("combobox", name="Lokaltherapie Datum", exact=True)).to_have_value("DD/MM/YYYY")
    press(page, "Check the file")
    said = main_text(page)
    assert "6 of 6 patients form the cohort." in said
    assert ["Time to new systemic therapy (TTNST)", "6", "2", "0", "4"] in [
        row for shown in tables(page) for row in shown
    ]
    with page.expect_download() as started:
        page.get_by_role("button", name="Mapping (TOML)").click()
    mapping = tmp_path / "mapping.toml"
    mapping.write_bytes(Path(started.value.path()).read_bytes())
    press(page, "Import as “chart_review”")
    expect(page.get_by_text("“chart_review” was imported")).to_be_visible(timeout=30_000)

    # the command line makes the same version of file and mapping
    told = command(
        *(tmp_path / "elsewhere", "import", str(write(CHART_ROWS)), "--dataset", "chart_review"),
        *("--mapping", str(mapping), "--extracted", "2017-06-01"),
    )
    page.get_by_role("link", name="See the curves").click()
    expect(page.locator("h1")).to_have_text("Survival")
    settled(page)
    assert f"version={told['version']}" in page.url
    expected = estimate(data_dir, "chart_review", "--endpoint", "TTNST")
    assert (expected[0]["n"], expected[0]["events"]) == (6, 2)
    assert tables(page)[0][1:] == [expected_row("All patients", expected[0])]
    assert_curve_shows(curves(page)["All patients"], expected[0])
    visit(page, "Data", "Data quality")
    assert "More than 5 % of a column are empty." in main_text(page)


def test_the_mapping_form_fits_a_narrow_screen(address: str, page: Page, write) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    go(page, f"{address}/data")
    upload(page, write(CHART_ROWS))
    as_cp1252(page)
    expect(page.get_by_role("combobox", name="Primary site", exact=True)).to_be_visible()
    wide = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid="stMain"]')].map(
            main => main.scrollWidth - main.clientWidth)"""
    )
    assert wide == [0]
