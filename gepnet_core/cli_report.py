"""The commands `report` and `link`: a view as a document, and as the address that shows it again."""

from __future__ import annotations

import argparse
from datetime import date
from enum import StrEnum
from pathlib import Path

from gepnet_core import cli_view
from gepnet_core.cli_options import Json, one_of, opened, said, say, say_limits
from gepnet_core.report.contents import Report, compose
from gepnet_core.report.link import carried, link
from gepnet_core.spelled import parse_date
from gepnet_core.store import open_shelf
from gepnet_core.whole_file import writing


class Paper(StrEnum):
    """What `report` writes."""

    HTML = "html"
    PDF = "pdf"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `report`: those of a view, the format, and the file."""
    cli_view.add_options(parser)
    parser.add_argument(
        "--format",
        type=said(one_of(Paper)),
        default=Paper.HTML,
        help="html: one file that stands alone (default); pdf: the same, printed by a browser on this machine",
    )
    parser.add_argument("--out", required=True, type=Path, metavar="FILE")
    parser.add_argument(
        "--printed", type=said(parse_date), metavar="YYYY-MM-DD", help="a day for the report to bear"
    )


def run(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `report`."""
    report = _report(asked)
    with writing(asked.out, ending=f".{asked.format}") as handle:
        handle.write(written(report, asked.format, asked.printed))
    say(f"The report of {report.whole.n:,} patients was written to {asked.out}.")
    return {**_told(report), "format": asked.format.value, "out": str(asked.out)}, 0


def written(report: Report, paper: Paper, printed: date | None) -> bytes:
    """Return a report as the bytes of a file."""
    from gepnet_core.report.html import report_html  # with the figures' library, which takes long to load
    from gepnet_core.report.pdf import printed_pdf

    html = report_html(report, printed=printed)
    return printed_pdf(html) if paper is Paper.PDF else html.encode()


def add_link_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `link`: those of a view."""
    cli_view.add_options(parser)


def run_link(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `link`: the query string, to be put behind the address of any page of the dashboard."""
    report = _report(asked)
    return {**_told(report), "query": link(report), "carries": carried(report)}, 0


def _report(asked: argparse.Namespace) -> Report:
    dataset = opened(asked)
    report = compose(dataset, cli_view.view_of(asked, dataset), shelf=open_shelf())
    if report.comparison.tau_refused:
        raise report.comparison.tau_refused
    say_limits(report.whole, asked.conf_type)
    return report


def _told(report: Report) -> Json:
    return {
        "dataset": report.dataset.name,
        "version": report.dataset.version,
        "endpoint": report.whole.endpoint.code,
        "selection": report.dataset.describe(report.view.selection),
        "n": report.whole.n,
    }
