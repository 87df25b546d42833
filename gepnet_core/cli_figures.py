"""The commands `figure` and `tables`: what a view shows, as files for a paper."""

from __future__ import annotations

import argparse
from enum import StrEnum

from gepnet_core import cli_view
from gepnet_core.cli_options import Json, add_out, one_of, opened, said, say
from gepnet_core.errors import OptionRefused, quoted
from gepnet_core.formatting import format_count
from gepnet_core.print_size import FigureFormat, Resolution, Width
from gepnet_core.report.drawn import FigureKind, drawn, figure_bytes
from gepnet_core.report.tables import Part, report_sections, tables_csv, tables_docx
from gepnet_core.whole_file import writing


class TablesFormat(StrEnum):
    """What `tables` writes."""

    CSV = "csv"
    DOCX = "docx"


def add_figure_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `figure`: those of a view, the kind of figure, its size and the file."""
    cli_view.add_options(parser, free=True)
    parser.add_argument("--kind", required=True, type=said(one_of(FigureKind)), help=", ".join(FigureKind))
    parser.add_argument(
        "--width",
        type=said(one_of(Width)),
        default=Width.SINGLE,
        help="single (85 mm, default), middle (114 mm) or double (174 mm)",
    )
    parser.add_argument(
        "--format", type=said(one_of(FigureFormat)), help="svg or png; by default as FILE ends, else svg"
    )
    parser.add_argument(
        "--dpi",
        type=said(_resolution),
        default=Resolution.FINE,
        metavar="300",
        help="dots per inch of a PNG: 300 or 600",
    )
    add_out(parser, endings={FigureFormat.SVG: (".svg",), FigureFormat.PNG: (".png",)})


def add_tables_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `tables`: those of a view, which tables, and the file."""
    cli_view.add_options(parser, free=True)
    parser.add_argument(
        "--table",
        type=said(one_of(Part)),
        action="append",
        default=[],
        metavar="T",
        help=f"only these tables; several allowed: {', '.join(Part)}",
    )
    parser.add_argument(
        "--format",
        type=said(one_of(TablesFormat)),
        help="csv: a single table as printed, several as a line a cell; docx: a Word document; "
        "by default as FILE ends, else csv",
    )
    add_out(parser, endings={TablesFormat.CSV: (".csv",), TablesFormat.DOCX: (".docx",)})


def run_figure(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `figure`."""
    dataset = opened(asked)
    figure = drawn(dataset, cli_view.view_of(asked, dataset), asked.kind, asked.width)
    content = figure_bytes(figure, asked.format, asked.dpi)
    with writing(asked.out, ending=f".{asked.format}") as handle:
        handle.write(content)
    say(f"The figure was written to {asked.out}: {figure.width_mm:g} × {figure.height_mm:.1f} mm.")
    return {
        "dataset": dataset.name,
        "version": dataset.version,
        "kind": asked.kind.value,
        "format": asked.format.value,
        "dpi": int(asked.dpi) if asked.format is FigureFormat.PNG else None,
        "width_mm": figure.width_mm,
        "height_mm": round(figure.height_mm, 1),
        "title": figure.title,
        "words": figure.description,
        "out": str(asked.out),
    }, 0


def run_tables(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `tables`; a tau that cannot be used is refused as a whole."""
    report = cli_view.composed(asked, hashed=False)
    parts = asked.table or list(Part)
    if asked.format is TablesFormat.DOCX:
        content = tables_docx(report, parts)
    else:
        content = tables_csv(report, parts).encode()
    titles = [sheet.title for section in report_sections(report, parts) for sheet in section.sheets]
    with writing(asked.out, ending=f".{asked.format}") as handle:
        handle.write(content)
    say(f"{format_count(len(titles), 'table')} written to {asked.out}.")
    return {
        "dataset": report.dataset.name,
        "version": report.dataset.version,
        "format": asked.format.value,
        "tables": titles,
        "out": str(asked.out),
    }, 0


def _resolution(text: str) -> Resolution:
    known = {str(int(dpi)): dpi for dpi in Resolution}
    if text not in known:
        raise OptionRefused(f"{quoted(text)} is none of {', '.join(known)}.")
    return known[text]
