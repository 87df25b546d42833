"""What is taken away from the running dashboard: a link that shows the same, and a report that loads nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.dashboard import NewPage, choose, command, go, main_text, settled, tables, violations, visit

pytestmark = pytest.mark.browser


def download(page: Page, label: str, folder: Path) -> Path:
    """Return a file that a button downloads."""
    with page.expect_download(timeout=60_000) as started:
        page.get_by_role("button", name=label, exact=True).click()
    place = folder / started.value.suggested_filename
    started.value.save_as(place)
    return place


def test_the_report_opens_offline_and_asks_for_nothing_but_itself(
    address: str, data_dir: Path, page: Page, browser: Browser, tmp_path: Path
) -> None:
    go(page, f"{address}/take-away?modality=RFA&modality=EBRT&endpoint=TTAI&subgroup=sex")
    report = download(page, "Report (HTML)", tmp_path)
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    try:
        reader = context.new_page()
        asked: list[str] = []
        failed: list[str] = []
        reader.on("request", lambda request: asked.append(request.url))
        reader.on("console", lambda message: failed.append(message.text))
        reader.on("pageerror", lambda error: failed.append(str(error)))
        reader.goto(report.as_uri())
        assert [url for url in asked if not url.startswith("data:")] == [report.as_uri()]
        assert failed == []
        for scheme in ("light", "dark"):
            reader.emulate_media(color_scheme=scheme)
            paper = reader.evaluate("() => getComputedStyle(document.documentElement).backgroundColor")
            assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 28)"}[scheme]
            assert violations(reader) == []
        reader.emulate_media(color_scheme="dark", media="print")
        ink = reader.evaluate("() => getComputedStyle(document.body).color")
        assert ink == "rgb(0, 0, 0)", "black on white on paper, whatever the theme"
        assert reader.evaluate("() => document.fonts.check('600 16px Inter')")
        reader.emulate_media(media="screen")
        reader.set_viewport_size({"width": 390, "height": 844})
        assert reader.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
        words = reader.locator("body").inner_text()
    finally:
        context.close()
    told = command(
        *(data_dir, "estimate", "--dataset", "synthetic", "--endpoint", "TTAI", "--unit", "months"),
        *("--modality", "RFA", "--modality", "EBRT"),
    )
    (stratum,) = told["strata"]
    assert f"{stratum['events']} of {stratum['n']} patients had the event" in words
    assert f"{stratum['median']['estimate']:.1f} months" in words


def test_the_pdf_is_made_when_it_is_asked_for(address: str, page: Page, tmp_path: Path) -> None:
    go(page, f"{address}/take-away?modality=RFA&endpoint=OS")
    page.get_by_role("button", name="Make the PDF", exact=True).click()
    page.get_by_role("button", name="Report (PDF)", exact=True).wait_for(timeout=60_000)
    made = download(page, "Report (PDF)", tmp_path).read_bytes()
    assert made.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", made)) >= 5
    choose(page, "Endpoint", "PFS: Progression-free survival")
    assert page.get_by_role("button", name="Report (PDF)", exact=True).count() == 0, "it was of another view"


def test_the_link_shows_the_same_numbers_in_another_browser(
    address: str, page: Page, new_page: NewPage
) -> None:
    go(page, f"{address}/compare?modality=RFA&modality=HAE&cutoff=2016-12-31&endpoint=PFS&conf_level=0.9")
    shown, words = tables(page), main_text(page)
    visit(page, "Show and take away", "Take away")
    choose_page(page, "Compare")
    link = page.get_by_test_id("stCode").inner_text().replace("\n", "").strip()
    assert link.startswith(f"{address}/compare?")
    second = new_page()
    go(second, link)
    assert tables(second) == shown
    assert main_text(second) == words
    gone = re.sub(r"version=v[0-9a-f]+", "version=v0123456789ab", link)
    go(second, gone)
    assert "Version v0123456789ab of “synthetic” is not here any more" in main_text(second)
    assert tables(second) == []
    second.get_by_role("button", name="Show the current version with all that the link asks for").click()
    second.get_by_test_id("stTable").first.wait_for()
    settled(second)
    assert tables(second) == shown


def choose_page(page: Page, name: str) -> None:
    """Choose the page that the link opens."""
    box = page.get_by_role("combobox", name="The link opens the page", exact=True)
    box.click()
    page.get_by_role("option", name=name, exact=True).click()
    page.get_by_test_id("stCode").get_by_text(f"/{name.lower()}?").wait_for()
