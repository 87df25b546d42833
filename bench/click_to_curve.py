"""From a click on a dropdown to the new curve on the screen: the survival screen beside the bare app.

Both servers run at once and the clicks alternate, so that whatever else the machine does hits both.
"""

from __future__ import annotations

import os
import pickle
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from playwright.sync_api import Page, sync_playwright

from gepnet_core.estimates import estimate
from gepnet_core.figures import Look, survival_figure
from gepnet_core.formatting import format_quantile
from gepnet_core.selection import Selection
from gepnet_core.store import SHIPPED, SHIPPED_NAME, Shelf, build_source, open_dataset
from tests.dashboard import ROOT, go, launch, serving, wait_until_ready

CLICKS = 20
ENDPOINTS = ("TTNST", "PFS")
CLICK = """
([words]) => new Promise((resolve, refuse) => {
    const curve = () => {
        const plot = document.querySelector('.js-plotly-plot');
        const trace = plot?._fullData?.find(trace => trace.mode === 'lines' && trace.name);
        return trace ? Array.from(trace.y).join() : null;
    };
    const before = curve();
    const option = [...document.querySelectorAll('[role="option"]')].find(
        found => found.textContent.trim() === words);
    const started = performance.now();
    option.dispatchEvent(new PointerEvent('pointerdown', {bubbles: true, pointerType: 'mouse'}));
    option.dispatchEvent(new PointerEvent('pointerup', {bubbles: true, pointerType: 'mouse'}));
    option.click();
    const look = () => {
        const now = curve();
        if (now !== null && now !== before) resolve(performance.now() - started);
        else if (performance.now() - started > 20000) refuse(new Error('no new curve'));
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
})
"""


def main() -> None:
    """Print the median time of each and their ratio."""
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch) / "data"
        with serving(data) as own, sync_playwright() as playwright:
            ready = Path(scratch) / "ready.pickle"
            ready.write_bytes(pickle.dumps(_ready_made(data)))
            with _bare(ready, Path(scratch)) as bare:
                browser = launch(playwright)
                pages = {
                    "survival screen": browser.new_page(viewport={"width": 1280, "height": 900}),
                    "bare app": browser.new_page(viewport={"width": 1280, "height": 900}),
                }
                go(pages["survival screen"], f"{own}/survival?by=modality")
                go(pages["bare app"], bare)
                times: dict[str, list[float]] = {name: [] for name in pages}
                for click in range(CLICKS + 2):
                    for name, page in pages.items():
                        taken = _click(page, ENDPOINTS[(click + 1) % 2])
                        if click >= 2:
                            times[name].append(taken)
                browser.close()
    middle = {name: statistics.median(taken) for name, taken in times.items()}
    for name, taken in middle.items():
        print(f"{name:>16}: {taken:6.0f} ms (median of {CLICKS} clicks)")
    print(f"{'ratio':>16}: {middle['survival screen'] / middle['bare app']:6.2f}")


def _click(page: Page, endpoint: str) -> float:
    """Choose an endpoint and return the milliseconds until another curve is drawn."""
    box = page.get_by_role("combobox", name="Endpoint", exact=True)
    box.click()
    option = page.get_by_role("option").filter(has_text=endpoint)
    option.wait_for()
    taken: float = page.evaluate(CLICK, [option.inner_text().strip()])
    page.wait_for_timeout(400)
    return taken


def _ready_made(data: Path) -> dict[str, tuple[object, object]]:
    shelf = Shelf(data)
    build_source(shelf, SHIPPED_NAME, SHIPPED, origin="shipped")
    dataset = open_dataset(shelf, SHIPPED_NAME)
    found: dict[str, tuple[object, object]] = {}
    for endpoint in ENDPOINTS:
        estimated = estimate(dataset, endpoint, Selection(), by="modality")
        rows = [[s.label, s.n, s.events, format_quantile(s.median)] for s in estimated.strata]
        table = pd.DataFrame(rows, columns=["Group", "n", "Events", "Median"], dtype=str)
        found[endpoint] = survival_figure(estimated, Look(), dataset.levels("modality")), table
    return found


@contextmanager
def _bare(ready: Path, scratch: Path) -> Iterator[str]:
    """Serve the bare app on a free port; on leaving, stop it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = scratch / "bare.log"
    with log.open("wb") as said:
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "bench/bare_app.py", "--server.port", str(port)],
            cwd=ROOT,
            env={**os.environ, "BARE_APP_READY_MADE": str(ready)},
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/_stcore/health", server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)


if __name__ == "__main__":
    main()
