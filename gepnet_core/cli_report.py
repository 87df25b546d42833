"""The commands `report` and `link`: a view as a document, and as the address that shows it again."""

from __future__ import annotations

import argparse
from datetime import date
from enum import StrEnum

from gepnet_core import cli_view
from gepnet_core.cli_options import Json, add_out, one_of, said, say
from gepnet_core.report.contents import Report
from gepnet_core.report.link import carried, link
from gepnet_core.spelled import parse_date
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
        help="html: one file that stands alone; pdf: the same, printed by a browser on this machine; "
        "by default as FILE ends, else html",
    )
    add_out(parser, endings={Paper.HTML: (".html",), Paper.PDF: (".pdf",)})
    parser.add_argument(
        "--printed", type=said(parse_date), metavar="YYYY-MM-DD", help="a day for the report to bear"
    )


def run(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `report`."""
    report = cli_view.composed(asked, hashed=True)
    with writing(asked.out, ending=f".{asked.format}") as handle:
        handle.write(written(report, asked.format, asked.printed))
    say(f"The report of {report.whole.n:,} patients was written to {asked.out}.")
    return {**cli_view.told(report), "format": asked.format.value, "out": str(asked.out)}, 0


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
    report = cli_view.composed(asked, hashed=True)
    return {**cli_view.told(report), "query": link(report), "carries": carried(report)}, 0
