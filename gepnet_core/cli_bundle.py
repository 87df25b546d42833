"""The command `bundle`: a report's rows, its numbers, and scripts that compute them again, as a ZIP file."""

from __future__ import annotations

import argparse
from pathlib import Path

from gepnet_core import cli_compare
from gepnet_core.cli_options import Json, named_selection, opened, said, say
from gepnet_core.errors import OptionRefused
from gepnet_core.report.bundle import write_bundle
from gepnet_core.report.contents import compose
from gepnet_core.report.numbers import numbers
from gepnet_core.side_effects import DEFAULT_WINDOW
from gepnet_core.spelled import parse_window
from gepnet_core.store import open_shelf
from gepnet_core.view import View
from gepnet_core.vocabulary import DAYS_PER_MONTH
from gepnet_core.whole_file import writing


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `bundle`: those of `compare`, the window of side effects, and the file."""
    cli_compare.add_options(parser)
    parser.add_argument(
        "--window",
        type=said(parse_window),
        default=DEFAULT_WINDOW,
        metavar="DAYS",
        help="a side effect counts up to this many days after its treatment (default: 90)",
    )
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.zip")


def run(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `bundle`; a tau that cannot be used is refused as a whole."""
    if asked.at and len(asked.at) > 1:
        raise OptionRefused(
            "A report compares groups at one chosen time, or at 6, 12, 24 and 36 months. Give --at once, or leave "
            "it out."
        )
    dataset = opened(asked)

    def months(time: float | None) -> float | None:
        return None if time is None else asked.unit.to_days(time) / DAYS_PER_MONTH

    view = View(
        dataset=dataset.name,
        selection=named_selection(asked),
        endpoint=asked.endpoint,
        by=asked.by,
        conf_type=asked.conf_type,
        conf_level=asked.conf_level,
        levels=tuple(asked.level),
        reference=asked.reference,
        stratify=asked.stratify,
        adjust=tuple(asked.adjust),
        tau=months(asked.tau),
        at=months(asked.at[0] if asked.at else None),
        landmark=months(asked.landmark),
        contrast=asked.contrast,
        subgroups=tuple(asked.subgroup),
        window=asked.window,
    )
    report = compose(dataset, view, shelf=open_shelf())
    if report.comparison.tau_refused:
        raise report.comparison.tau_refused
    with writing(asked.out, ending=".zip") as handle:
        write_bundle(report, handle)
    found = len(numbers(report))
    say(f"{report.whole.n} patients and {found} numbers written to {asked.out}.")
    return {
        "dataset": dataset.name,
        "version": dataset.version,
        "selection": dataset.describe(view.selection),
        "n": report.whole.n,
        "numbers": found,
        "out": str(asked.out),
    }, 0
