"""The running dashboard in Debian's chromium, once for all walks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.dashboard import NewPage, launch, serving

WINDOW = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty data folder, which the first start fills."""
    return tmp_path_factory.mktemp("dashboard") / "data"


@pytest.fixture(scope="session")
def address(data_dir: Path) -> Iterator[str]:
    """The dashboard, started as the README says."""
    with serving(data_dir) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium."""
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Open pages in contexts of their own; afterwards, no request may have left and no script have failed."""
    contexts: list[BrowserContext] = []
    left: list[str] = []
    failed: list[str] = []

    def opened(**options: object) -> Page:
        context = browser.new_context(**{"viewport": WINDOW, **options})
        contexts.append(context)
        context.on("request", lambda request: left.append(request.url))
        page = context.new_page()
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.on("websocket", lambda socket: left.append(socket.url))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert left, "no request was seen at all"
    elsewhere = [
        url
        for url in left
        if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).hostname != "127.0.0.1"
    ]
    assert elsewhere == []
    assert failed == []
