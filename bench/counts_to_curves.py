"""From rows to curves with medians and intervals: grouped counts and NumPy beside lifelines, in one run.

`log-rank` and `theirs` are the test of the four strata, from the same counts and from the same rows.
`counts` is what remains to be done once DuckDB has counted; `query` is the counting itself, without the
data set's own memory of earlier counts; `lifelines` fits the same strata from rows that stand in memory.

    python -m bench.counts_to_curves [PATIENTS ...]
"""

from __future__ import annotations

import argparse
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import median_survival_times

from bench.invented import STRATA, write_trial
from gepnet_core.rank_tests import Weight, rank_test
from gepnet_core.selection import Selection
from gepnet_core.store import DataSet, Shelf, build_adtte, open_dataset
from gepnet_core.survival import kaplan_meier

SIZES = (1_000, 10_000, 100_000, 1_000_000)
REPEATS = 5


def main(arguments: Sequence[str] | None = None) -> None:
    """Print milliseconds and ratios for each size; sizes grow tenfold by default."""
    parser = argparse.ArgumentParser(prog="python -m bench.counts_to_curves", allow_abbrev=False)
    parser.add_argument("patients", type=int, nargs="*", default=SIZES)
    print(
        f"{'patients':>9} {'query':>9} {'counts':>9} {'lifelines':>10} {'ratio':>7} {'log-rank':>9} {'theirs':>10} "
        f"{'ratio':>7} {'memory of counts':>17}"
    )
    for size in parser.parse_args(arguments).patients:
        with tempfile.TemporaryDirectory() as scratch:
            dataset = _dataset(Path(scratch), size)
            query = _best(lambda dataset=dataset: dataset._count("TTE", Selection(), "modality"))
            counted = dataset.event_counts("TTE", Selection(), by="modality")
            own = _best(lambda counted=counted: [kaplan_meier(counts).median() for counts in counted])
            rows = dataset.database.rows("SELECT modality, t_days, t_status FROM times")
            strata = np.array([row[0] for row in rows])
            days = np.array([row[1] for row in rows], dtype=float)
            event = np.array([row[2] == 1 for row in rows])
            arms = [(days[strata == stratum], event[strata == stratum]) for stratum in STRATA]
            theirs = _best(lambda arms=arms: [_lifelines(*arm) for arm in arms], repeats=2)
            test = _best(lambda counted=counted: rank_test([counted], Weight.LOG_RANK))
            their_test = _best(
                lambda days=days, strata=strata, event=event: multivariate_logrank_test(days, strata, event),
                repeats=2,
            )
            tracemalloc.start()
            for counts in counted:
                kaplan_meier(counts)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            print(
                f"{size:>9,} {1e3 * query:>6.1f} ms {1e3 * own:>6.2f} ms {1e3 * theirs:>7.1f} ms "
                f"{theirs / own:>6.0f}x {1e3 * test:>6.2f} ms {1e3 * their_test:>7.1f} ms "
                f"{their_test / test:>6.0f}x {peak / 1024:>13.0f} KiB"
            )


def _lifelines(days: np.ndarray, event: np.ndarray) -> float:
    """Fit one arm and read its median with limits, as a first version of a dashboard would."""
    fitted = KaplanMeierFitter().fit(days, event)
    median_survival_times(fitted.confidence_interval_)
    return float(fitted.median_survival_time_)


def _best(run: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the shortest of a few runs in seconds."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return min(times)


def _dataset(folder: Path, size: int) -> DataSet:
    shelf = Shelf(folder / "data")
    build_adtte(shelf, "trial", write_trial(folder / "trial.csv", size))
    return open_dataset(shelf, "trial")


if __name__ == "__main__":
    main()
