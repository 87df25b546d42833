"""A tumour board's walk: its patient is entered, those like it are found, and the patients behind a count open."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard import choose, command, go, main_text, settled, tables, violations

pytestmark = pytest.mark.browser


def enter(page: Page, label: str, number: str) -> None:
    """Type a number into a field of the form, and wait until it stands in the address."""
    before = page.url
    page.get_by_role("textbox", name=label).fill(number)
    page.keyboard.press("Enter")
    page.wait_for_function("before => location.href !== before", arg=before, timeout=30_000)
    settled(page)


def test_a_board_enters_its_patient_and_finds_the_command_lines_counts(
    address: str, data_dir: Path, page: Page
) -> None:
    go(page, f"{address}/similar")
    choose(page, "Primary site", "pancreas")
    choose(page, "Tumour grade (WHO)", "G2")
    enter(page, "Ki-67, %", "12")
    enter(page, "Systemic agents so far", "1")
    choose(page, "Modality under discussion", "RFA")
    asked = ["similar", "--dataset", "synthetic", "--endpoint", "TTNST", "--primary-site", "pancreas"]
    told = command(
        data_dir, *asked, "--tumour-grade", "G2", "--ki67", "12", "--lines", "1", "--modality", "RFA"
    )
    said = main_text(page)
    assert told["sentence"] in said
    for sentence in told["sentences"]:
        assert sentence.replace("\u00a0", " ") in said
    stages = tables(page)[0]
    assert [row[1] for row in stages[1:]] == [str(stage["patients"]) for stage in told["stages"]]
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    settled(page)
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 800})
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    main = page.locator('[data-testid="stMain"]')
    assert main.evaluate("found => found.scrollWidth <= found.clientWidth")

    # the address holds the case, and a count opens its patients in the same session
    query = parse_qs(urlsplit(page.url).query)
    assert (query["case_primary_site"], query["case_ki67_percent"]) == (["pancreas"], ["12.0"])
    page.get_by_role("link", name=stages[1][1], exact=True).first.click()
    expect(page.locator("h1")).to_have_text("Patients")
    settled(page)
    assert parse_qs(urlsplit(page.url).query)["where"] == ["primary_site:pancreas"]


def test_a_decimal_comma_is_one_in_the_browser_and_a_number_out_of_range_answers_nothing(
    address: str, data_dir: Path, page: Page
) -> None:
    go(page, f"{address}/similar")
    enter(page, "Ki-67, %", "2,5")
    assert parse_qs(urlsplit(page.url).query)["case_ki67_percent"] == ["2.5"]
    told = command(data_dir, "similar", "--dataset", "synthetic", "--endpoint", "TTNST", "--ki67", "2,5")
    assert told["sentence"] in main_text(page)
    page.get_by_role("textbox", name="Ki-67, %").fill("125")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("'125' is not a percentage from 0 to 100.")
    settled(page)
    assert told["sentence"] not in main_text(page)
    assert tables(page) == []
    assert violations(page) == []
    go(page, f"{address}/compare")
    enter(page, "Landmark, months", "1,5")
    assert parse_qs(urlsplit(page.url).query)["landmark"] == ["1.5"]
    assert "Landmark at 1.5 months" in main_text(page)
