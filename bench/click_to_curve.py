"""From a click on a dropdown to the new curve on the screen: the survival screen beside the bare app.

Both servers run at once and the clicks alternate, so that whatever else the machine does hits both. Each
click on invented patients asks for a grouping that has not been counted before; on the synthetic cohort, the
endpoints take turns.

    python -m bench.click_to_curve [PATIENTS] [--clicks N]      the synthetic cohort, or so many invented patients
"""

from __future__ import annotations

import argparse
import pickle
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from playwright.sync_api import Page, sync_playwright

from bench.invented import write_trial
from gepnet_core.estimates import estimate
from gepnet_core.figures import Look, survival_figure
from gepnet_core.formatting import format_quantile
from gepnet_core.selection import Selection
from gepnet_core.store import SHIPPED, SHIPPED_NAME, DataSet, Shelf, build_adtte, build_source, open_dataset
from tests.dashboard import go, launch, serving, settled, started

CLICKS = 20
WARM_UP = 2
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the median time of each and their ratio."""
    parser = argparse.ArgumentParser(prog="python -m bench.click_to_curve", allow_abbrev=False)
    parser.add_argument(
        "patients", type=int, nargs="?", help="invented patients; the synthetic cohort otherwise"
    )
    parser.add_argument("--clicks", type=int, default=CLICKS)
    asked = parser.parse_args(arguments)
    measure(asked.patients, asked.clicks)


def measure(patients: int | None, clicks: int) -> None:
    """Click so often, after a few clicks that do not count, and print the medians."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        dataset = _dataset(folder, patients, clicks)
        label, found = _ready_made(dataset)
        ready = folder / "ready.pickle"
        ready.write_bytes(pickle.dumps((label, found)))
        bare_command = [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            "bench/bare_app.py",
            "--server.port",
            "{port}",
        ]
        with (
            serving(folder / "data") as own,
            started(bare_command, "/_stcore/health", folder, BARE_APP_READY_MADE=str(ready)) as bare,
            sync_playwright() as playwright,
        ):
            browser = launch(playwright)
            by = dataset.baseline[0].name if dataset.is_trial else "modality"
            addresses = {
                "survival screen": f"{own}/survival?dataset={dataset.name}&by={by}",
                "bare app": bare,
            }
            pages = {name: browser.new_page(viewport={"width": 1280, "height": 900}) for name in addresses}
            for name, page in pages.items():
                go(page, addresses[name])
            times: dict[str, list[float]] = {name: [] for name in pages}
            options = list(found)
            for click in range(clicks + WARM_UP):
                for name, page in pages.items():
                    taken = _click(page, label, options[(click + 1) % len(options)])
                    if click >= WARM_UP:
                        times[name].append(taken)
            browser.close()
    middle = {name: statistics.median(taken) for name, taken in times.items()}
    print(f"click to new curve, {dataset.n:,} patients, median of {clicks} clicks")
    for name, taken in middle.items():
        print(f"{name:>16}: {taken:6.0f} ms")
    print(f"{'ratio':>16}: {middle['survival screen'] / middle['bare app']:6.2f}")


def _click(page: Page, label: str, words: str) -> float:
    """Choose an option of the dropdown `label` and return the milliseconds until another curve is drawn."""
    box = page.get_by_role("combobox", name=label, exact=True)
    box.click()
    box.fill(words)
    option = page.get_by_role("option", name=words, exact=True)
    option.wait_for()
    taken: float = page.evaluate(CLICK, [option.inner_text().strip()])
    settled(page)
    return taken


def _dataset(folder: Path, patients: int | None, clicks: int) -> DataSet:
    shelf = Shelf(folder / "data")
    build_source(shelf, SHIPPED_NAME, SHIPPED, origin="shipped")
    if patients is None:
        return open_dataset(shelf, SHIPPED_NAME)
    # one column more than clicks, since the first is on the screen when the clicks begin
    build_adtte(shelf, "trial", write_trial(folder / "trial.csv", patients, columns=clicks + WARM_UP + 1))
    return open_dataset(shelf, "trial")


def _ready_made(dataset: DataSet) -> tuple[str, dict[str, tuple[object, object]]]:
    """Return the label of a dropdown and, for each of its options, a figure and a table."""
    if dataset.is_trial:
        label = "Stratify by"
        views = [(column.label, "TTE", column.name) for column in dataset.baseline]
    else:
        label = "Endpoint"
        views = [(f"{e.code}: {e.name}", e.code, "modality") for e in dataset.endpoints.values()]
    found: dict[str, tuple[object, object]] = {}
    for words, endpoint, by in views:
        estimated = estimate(dataset, endpoint, Selection(), by=by)
        rows = [[s.label, s.n, s.events, format_quantile(s.median)] for s in estimated.strata]
        table = pd.DataFrame(rows, columns=["Group", "n", "Events", "Median"], dtype=str)
        found[words] = survival_figure(estimated, Look(), dataset.levels(by)), table
    return label, found


if __name__ == "__main__":
    main()
