"""The running dashboard, for tests and screenshots: started as the README says, walked by a real browser."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, expect

from gepnet_core.cli import main

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATHS = {
    "/": "Overview",
    "/survival": "Survival",
    "/compare": "Compare",
    "/side-effects": "Side effects",
    "/patients": "Patients",
    "/similar": "Patients like this one",
    "/board": "Board view",
    "/take-away": "Take away",
    "/published": "Published vs live",
    "/data": "Data",
    "/quality": "Data quality",
    "/dictionary": "Data dictionary",
    "/methods": "Methods",
}
# a chart review as people keep it, of patients who were made up
CHART_HEADER = (
    "Pat-Nr;Geschlecht;Geb.jahr;Primärtumor;Ki-67;Metastasen Datum;Lokaltherapie Datum;Lokaltherapie;Indikation;"
    "Progress am;Progress;Neue Systemtherapie;Substanz;Letzter Kontakt;Tod;Status"
)
CHART_ROWS = [
    "001;m;1955;Pankreas;7,5;03.02.2013;03/04/2014;RFA;fokaler Progress;01.03.2015;fokal;;;30.06.2016;;lebt",
    "002;w;1948;Dünndarm;1,0;11.11.2012;04/06/2014;Resektion;fokaler Progress;;;;;02.05.2017;;lebt",
    "003;m;1961;Pankreas;k.A.;05.05.2013;07/07/2014;RFA;fokaler Progress;08.12.2014;multifokal;02.01.2015;"
    "Everolimus;03.03.2016;04.04.2016;tot",
    "004;w;1970;Rektum;2,1;01.09.2013;02/02/2015;EBRT;fokaler Progress;;;;;10.10.2016;;lebt",
    "005;w;1939;Dünndarm;12;20.01.2010;05/03/2015;Resektion;fokaler Progress;15.06.2016;fokal;20.08.2016;"
    "Sunitinib;01.02.2017;;lebt",
    "NA;m;1952;Pankreas;9;14.03.2014;06/04/2015;RFA;fokaler Progress;;;;;11.03.2017;;lebt",
]
NewPage = Callable[..., Page]
QUIET_LOOKS = 4  # a tenth of a second apart


@contextmanager
def serving(data_dir: Path) -> Iterator[str]:
    """Start `make run` on a free port and yield its address; on leaving, stop what was started."""
    with started(
        ["make", "run", "PORT={port}"], "/ready", data_dir.parent, GEPNET_DATA_DIR=str(data_dir)
    ) as found:
        yield found


@contextmanager
def started(command: list[str], ready: str, logs: Path, **environment: str) -> Iterator[str]:
    """Run a server on a free port, written {port} in its command, until `ready` answers; stop it on leaving."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = logs / f"server-{port}.log"
    with log.open("wb") as said:
        server = subprocess.Popen(
            [part.format(port=port) for part in command],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}{ready}", server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)


def _wait_until_ready(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the dashboard did not start:\n{log.read_text(errors='replace')}")


def launch(playwright: Playwright, *flags: str) -> Browser:
    """Start Debian's chromium; without it this fails."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=[*CHROMIUM_FLAGS, *flags])


def settled(page: Page) -> None:
    """Wait until the last rerun is drawn: nothing runs, loads or is stale, and looks in a row found no change.

    Looks are counted, not time: while the browser is too busy to look, nothing is taken for quiet.
    """
    expect(page.locator("h1")).to_be_visible(timeout=30_000)
    page.evaluate("() => { window.lastSeen = null; window.quietLooks = 0; }")
    page.wait_for_function(
        """looks => {
            const app = document.querySelector('[data-testid="stApp"]');
            const main = document.querySelector('[data-testid="stMain"]');
            const busy = app?.getAttribute('data-test-script-state') !== 'notRunning'
                || document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]')
                || [...document.querySelectorAll('[data-testid="stPlotlyChart"]')].some(
                    chart => !chart.querySelector('.js-plotly-plot .main-svg'));
            const now = main ? main.innerHTML : '';
            window.quietLooks = busy || now !== window.lastSeen ? 0 : window.quietLooks + 1;
            window.lastSeen = now;
            return window.quietLooks >= looks;
        }""",
        arg=QUIET_LOOKS,
        timeout=30_000,
        polling=100,
    )


def command(data_dir: Path, *arguments: str) -> Any:
    """Return what the command line answers on the same data."""
    told = io.StringIO()
    with pytest.MonkeyPatch.context() as environment, contextlib.redirect_stdout(told):
        environment.setenv("GEPNET_DATA_DIR", str(data_dir))
        assert main(list(arguments)) == 0
    return json.loads(told.getvalue())


def go(page: Page, address: str) -> None:
    """Open an address and wait until it stands."""
    page.goto(address)
    settled(page)


def visit(page: Page, menu: str, name: str) -> None:
    """Go to a page by the menu above, in the same session."""
    page.get_by_role("button", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=name, exact=True).click()
    expect(page.locator("h1")).to_have_text(name)
    settled(page)


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a dropdown by the words on the screen."""
    before = page.url
    box = page.get_by_role("combobox", name=label, exact=True)
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).click()
    page.keyboard.press("Escape")
    _answered(page, before)


def set_date(page: Page, field: str, day: str) -> None:
    """Type an ISO date into a date field, segment by segment ("Index date start date", "Data cut-off")."""
    before = page.url
    type_date(page, field, day)
    _answered(page, before)


def type_date(page: Page, field: str, day: str) -> None:
    """Type an ISO date into a date field, and leave it."""
    for part, digits in zip(("year", "month", "day"), day.split("-"), strict=True):
        segment = page.get_by_label(f"{part}, {field}", exact=True)
        segment.click()
        segment.press_sequentially(digits)
    page.keyboard.press("Enter")
    page.locator("h1").click()


def _answered(page: Page, before: str) -> None:
    """Wait until the server has answered a control: every value stands in the address. Then let it settle."""
    page.wait_for_function("before => location.href !== before", arg=before, timeout=30_000)
    settled(page)


def tables(page: Page) -> list[list[list[str]]]:
    """Return the text of every table in the main area: rows of cells, the header first."""
    found: list[list[list[str]]] = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid="stMain"] [data-testid="stTable"] table')].map(
            table => [...table.rows].map(row => [...row.cells].map(cell => cell.innerText.trim())))"""
    )
    return [[[cell.replace("\u00a0", " ") for cell in row] for row in table] for table in found]


def violations(page: Page) -> list[tuple[str, str]]:
    """Return what axe finds: each rule with each element that breaks it.

    One thing is left aside: Streamlit's own upload area carries the role "presentation" and can be focused,
    which no page can change.
    """
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        (rule["id"], node["html"])
        for rule in found
        for node in rule["nodes"]
        if not (rule["id"] == "presentation-role-conflict" and "stFileUploaderDropzone" in node["html"])
    ]


def main_text(page: Page) -> str:
    """Return what the main area says."""
    return page.locator('[data-testid="stMain"]').inner_text().replace("\u00a0", " ")


def curves(page: Page) -> dict[str, list[tuple[float, float]]]:
    """Return the drawn curves by stratum: (months, per cent) points, the faded part joined on."""
    found: dict[str, list[tuple[float, float]]] = {}
    traces = page.evaluate(
        """() => document.querySelector('.js-plotly-plot')._fullData
            .filter(trace => trace.mode === 'lines' && trace.name)
            .map(trace => [trace.name, [...trace.x], [...trace.y]])"""
    )
    for name, x, y in traces:
        found.setdefault(name, []).extend(zip(x, y, strict=True))
    return found
