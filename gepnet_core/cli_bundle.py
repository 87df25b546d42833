"""The command `bundle`: a report's rows, its numbers, and scripts that compute them again, as a ZIP file."""

from __future__ import annotations

import argparse

from gepnet_core import cli_view
from gepnet_core.cli_options import Json, add_out, say
from gepnet_core.report.bundle import write_bundle
from gepnet_core.report.numbers import numbers
from gepnet_core.whole_file import writing


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `bundle`: those of a view, and the file."""
    cli_view.add_options(parser)
    add_out(parser, ".zip")


def run(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `bundle`; a tau that cannot be used is refused as a whole."""
    report = cli_view.composed(asked, hashed=True)
    with writing(asked.out, ending=".zip") as handle:
        write_bundle(report, handle)
    found = len(numbers(report))
    say(f"{report.whole.n:,} patients and {found:,} numbers written to {asked.out}.")
    return {**cli_view.told(report), "numbers": found, "out": str(asked.out)}, 0
