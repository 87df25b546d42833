"""The command `bundle`: a report's rows, its numbers, and scripts that compute them again, as a ZIP file."""

from __future__ import annotations

import argparse
from pathlib import Path

from gepnet_core import cli_view
from gepnet_core.cli_options import Json, opened, say, say_limits
from gepnet_core.report.bundle import write_bundle
from gepnet_core.report.contents import compose
from gepnet_core.report.numbers import numbers
from gepnet_core.store import open_shelf
from gepnet_core.whole_file import writing


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `bundle`: those of a view, and the file."""
    cli_view.add_options(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.zip")


def run(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `bundle`; a tau that cannot be used is refused as a whole."""
    dataset = opened(asked)
    report = compose(dataset, cli_view.view_of(asked, dataset), shelf=open_shelf())
    if report.comparison.tau_refused:
        raise report.comparison.tau_refused
    say_limits(report.whole, asked.conf_type)
    with writing(asked.out, ending=".zip") as handle:
        write_bundle(report, handle)
    found = len(numbers(report))
    say(f"{report.whole.n:,} patients and {found:,} numbers written to {asked.out}.")
    return {
        "dataset": dataset.name,
        "version": dataset.version,
        "endpoint": report.whole.endpoint.code,
        "selection": dataset.describe(report.view.selection),
        "n": report.whole.n,
        "numbers": found,
        "out": str(asked.out),
    }, 0
