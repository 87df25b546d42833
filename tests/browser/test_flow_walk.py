"""From a box of the flow diagram, and from a filter by a characteristic, to the patients behind the number."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard import choose, go, main_text, settled

pytestmark = pytest.mark.browser


def test_a_box_of_the_flow_opens_its_patients_and_a_characteristic_filters_it(
    address: str, page: Page
) -> None:
    go(page, address)
    flow = page.locator(".flow")
    boxes = flow.locator(".flow-groups li")
    expect(boxes).to_have_count(4)
    assert boxes.first.evaluate("box => getComputedStyle(box).borderTopStyle") == "solid"
    page.get_by_text("Characteristics", exact=True).click()
    choose_column(page)
    choose(page, "Sex", "female")
    expect(flow.get_by_role("heading", name="Your filters")).to_be_visible()
    numbers = [int(text) for text in boxes.locator("strong").all_inner_texts()]
    assert f"{sum(numbers)} of 59 patients" in main_text(page)
    boxes.nth(1).get_by_role("link").click()
    expect(page.locator("h1")).to_have_text("Patients")
    settled(page)
    assert re.search(rf"\b{numbers[1]} patients\b", main_text(page))
    assert "where=sex%3Afemale" in page.url
    page.get_by_role("button", name="Clear Sex").click()
    expect(page).not_to_have_url(re.compile("where="))


def choose_column(page: Page) -> None:
    """Choose the column; it alone changes no number and no address."""
    settled(page)  # the controls unfold
    box = page.get_by_role("combobox", name="Characteristic", exact=True)
    box.click()
    box.fill("Sex")
    page.get_by_role("option", name="Sex", exact=True).click()
    settled(page)
