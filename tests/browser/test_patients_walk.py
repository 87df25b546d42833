"""From a number to its patients to the history of one, beside the command line; and 5,000 patients by pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bench.invented import write_trial
from tests.dashboard import command, go, main_text, settled, tables, violations

pytestmark = pytest.mark.browser
DATASET = ("--dataset", "synthetic")


def listed(page: Page) -> list[str]:
    """Return the ids in the first column of the table of patients."""
    table = next(table for table in tables(page) if table[0][0] == "Patient")
    return [row[0] for row in table[1:]]


def click_lane(page: Page, name: str) -> None:
    """Click in the middle of the lane of a patient, where no mark is meant to be hit."""
    lanes = page.locator(".js-plotly-plot .barlayer .trace").first.locator("path")
    place = page.evaluate(
        "name => document.querySelector('.js-plotly-plot')._fullData[0].customdata.indexOf(name)", name
    )
    lanes.nth(place).scroll_into_view_if_needed()
    box = lanes.nth(place).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + 0.2 * box["height"])
    settled(page)


def test_a_number_opens_exactly_its_patients_and_a_lane_opens_the_patient(
    address: str, data_dir: Path, page: Page
) -> None:
    told = command(data_dir, "patients", *DATASET, "--behind", "ended:TTNST:1:new systemic therapy")
    go(page, f"{address}/")
    page.get_by_role("link", name="19 (32.2 %)", exact=True).first.click()
    expect(page.locator("h1")).to_have_text("Patients")
    settled(page)
    assert page.locator("h2").first.inner_text() == f"{told['sentence']}."
    assert "behind=ended" in page.url
    assert listed(page) == told["ids"]
    assert len(told["ids"]) == 19
    click_lane(page, "P24")
    assert "Patient P24: RFA on 2015-09-18" in main_text(page)
    assert re.search("patient=[0-9a-f]{20}(&|$)", page.url)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        settled(page)
        assert violations(page) == [], scheme
    page.get_by_role("button", name="Next patient").click()
    settled(page)
    assert f"Patient {told['ids'][told['ids'].index('P24') + 1]}:" in main_text(page)
    page.get_by_role("button", name="Back to the list").click()
    settled(page)
    assert listed(page) == told["ids"]
    page.get_by_role("link", name="P12", exact=True).click()
    settled(page)
    assert "Patient P12: RFA" in main_text(page)
    page.set_viewport_size({"width": 390, "height": 844})
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_5000_patients_are_read_page_by_page(
    address: str, data_dir: Path, page: Page, tmp_path: Path
) -> None:
    path = write_trial(tmp_path / "many.csv", 5000)
    command(data_dir, "import", str(path), "--dataset", "many")
    told = command(data_dir, "patients", "--dataset", "many", "--order", "endpoint", "--limit", "75")
    go(page, f"{address}/patients?dataset=many&order=endpoint&part=2")
    assert told["total"] == 5000
    assert "Patients 26–50 of 5,000" in main_text(page)
    assert listed(page) == told["ids"][25:50]
    page.get_by_role("button", name="Next page").click()
    settled(page)
    assert listed(page) == told["ids"][50:75]
    assert "part=3" in page.url
    labels = page.locator(".js-plotly-plot .ytick text").all_text_contents()
    assert labels == told["ids"][50:75]
    click_lane(page, told["ids"][60])
    expect(page.locator("h2").first).to_contain_text(f"Patient {told['ids'][60]}:")
