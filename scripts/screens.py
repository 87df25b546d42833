"""Make the screenshots in docs/screens: each screen, light, dark and narrow, on a fresh data folder."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.dashboard import ROOT, go, launch, serving, settled

SCREENS = {
    "overview": "/",
    "survival": "/survival?by=modality",
    "survival-whole": "/survival",
    "compare": "/compare?adjust=age_at_index&subgroup=sex",
    "side-effects": "/side-effects",
    "published": "/published",
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
        for name, path in SCREENS.items():
            for form, (width, scheme) in FORMS.items():
                _take(browser, address + path, folder / f"{name}-{form}.png", width, scheme)
        browser.close()


def _take(browser: Browser, url: str, out: Path, width: int, scheme: str) -> None:
    """Take one screen at its whole height, so that nothing below the fold goes unseen."""
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    go(page, url)
    height = page.evaluate("() => document.querySelector('[data-testid=\"stMain\"]').scrollHeight")
    page.set_viewport_size({"width": width, "height": max(800, min(int(height), 9000))})
    settled(page)
    page.screenshot(path=out)
    page.close()
    print(out.name)


if __name__ == "__main__":
    main()
