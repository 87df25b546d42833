"""The running dashboard in Debian's chromium, once for all walks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests.dashboard import NewPage, launch, serving

WINDOW: ViewportSize = {"width": 1280, "height": 900}
# no page lives so long that compiling its scripts for speed would pay: a seventh of the browser's work
UNOPTIMISED = "--js-flags=--no-maglev --no-turbofan"


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
        found = launch(playwright, UNOPTIMISED)
        yield found
        found.close()


@dataclass
class Seen:
    """What pages asked for, and what failed in them."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note every request and every script error of a page from now on."""
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def check(self) -> None:
        """No request may have left the machine and no script have failed."""
        assert self.requests, "no request was seen at all"
        assert [url for url in self.requests if not _stays(url)] == []
        assert self.errors == []


def _stays(url: str) -> bool:
    found = urlsplit(url)
    return found.scheme in ("data", "blob") or found.hostname == "127.0.0.1"


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Open pages in contexts of their own, as other people's browsers."""
    contexts: list[BrowserContext] = []
    seen = Seen()

    def opened(**options: object) -> Page:
        context = browser.new_context(**{"viewport": WINDOW, **options})
        contexts.append(context)
        page = context.new_page()
        seen.watch(page)
        return page

    yield opened
    for context in contexts:
        context.close()
    seen.check()


@pytest.fixture(scope="session")
def tab(browser: Browser) -> Iterator[tuple[Page, Seen]]:
    """One tab for all walks that need no other: it has the scripts of the dashboard at hand."""
    context, seen = browser.new_context(viewport=WINDOW), Seen()
    page = context.new_page()
    seen.watch(page)
    yield page, seen
    context.close()


@pytest.fixture
def page(tab: tuple[Page, Seen]) -> Iterator[Page]:
    """The tab as it was at first: each address that is opened in it is a session of its own on the server."""
    found, seen = tab
    seen.requests.clear()
    seen.errors.clear()
    found.set_viewport_size(WINDOW)
    found.emulate_media(color_scheme="light")
    yield found
    found.goto("about:blank")
    seen.check()
