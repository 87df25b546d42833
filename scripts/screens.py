"""Make the screenshots in docs/screens: each screen, light, dark and narrow, on a fresh data folder.

`python -m scripts.screens quality data` makes those alone.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Page, expect, sync_playwright

from tests.dashboard import CHART_HEADER, CHART_ROWS, ROOT, go, launch, serving, settled, type_date

SCREENS = {
    "overview": "/?dataset=synthetic",
    "overview-filtered": "/?modality=RFA&modality=EBRT&where=sex:female&cutoff=2017-01-31",
    "tour": "/",
    "survival": "/survival?by=modality",
    "survival-whole": "/survival",
    "compare": "/compare?adjust=age_at_index&subgroup=sex",
    "side-effects": "/side-effects",
    "patients": "/patients?lanes=modality",
    "patients-behind": "/patients?behind=ended:TTNST:1:new systemic therapy",
    "patients-outside": "/patients?behind=step:window:out",
    "patient": "/patients?patient=P12",
    "similar": "/similar?case_primary_site=pancreas&case_tumour_grade=G2&case_lines=1&case_modality=EBRT",
    "board": "/board",
    "board-groups": "/board?by=modality",
    "take-away": "/take-away",
    "published": "/published",
    "data": "/data",
    "data-mapping": "/data",
    "data-versions": "/data",
    "quality": "/quality?finding=missing-share",
    "dictionary": "/dictionary",
    "methods": "/methods",
    "nothing-left": "/survival?index_from=2010-01-01&index_to=2011-01-01",
    "bad-link": "/survival?modality=cryoablation",
}
FORMS = {"light": (1280, "light"), "dark": (1280, "dark"), "narrow": (390, "light")}


def main() -> None:
    """Take every screen in every form."""
    folder = ROOT / "docs" / "screens"
    folder.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        serving(Path(scratch) / "data") as address,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        asked = sys.argv[1:] or SCREENS
        for name, path in ((name, SCREENS[name]) for name in asked):
            for form, (width, scheme) in FORMS.items():
                _take(browser, address + path, folder / f"{name}-{form}.png", width, scheme)
        browser.close()


def _take(browser: Browser, url: str, out: Path, width: int, scheme: str) -> None:
    """Take one screen at its whole height, so that nothing below the fold goes unseen."""
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    go(page, url)
    if out.name.startswith("data-mapping"):
        _upload(page)
    elif out.name.startswith("data-versions"):
        page.get_by_role("tab", name="Versions and downloads").click()
        settled(page)
    height = page.evaluate("() => document.querySelector('[data-testid=\"stMain\"]').scrollHeight")
    page.set_viewport_size({"width": width, "height": max(800, min(int(height), 9000))})
    settled(page)
    page.screenshot(path=out)
    page.close()
    print(out.name)


def _upload(page: Page) -> None:
    """Give the data page a chart review and check it."""
    content = "\r\n".join([CHART_HEADER, *CHART_ROWS]).encode()
    told: FilePayload = {"name": "Chart review.csv", "mimeType": "text/csv", "buffer": content}
    page.locator('[data-testid="stMain"] input[type=file]').first.set_input_files(told)
    expect(page.get_by_role("combobox", name="Patient id *", exact=True)).to_be_visible(timeout=30_000)
    settled(page)
    box = page.get_by_role("combobox", name="Lokaltherapie Datum", exact=True)
    box.click()
    box.fill("DD/MM/YYYY")
    page.get_by_role("option", name="DD/MM/YYYY", exact=True).click()
    settled(page)
    type_date(page, "Day of the export *", "2017-06-01")
    settled(page)
    page.get_by_role("button", name="Check the file", exact=True).click()
    settled(page)


if __name__ == "__main__":
    main()
