"""The commands that write files: `export`, `dictionary` and `template`, their options and answers."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from enum import StrEnum

from gepnet_core.cli_options import Json, add_filters, add_out, named_selection, one_of, opened, said, say
from gepnet_core.dictionary import dictionary_lines
from gepnet_core.errors import OptionRefused
from gepnet_core.export import Rows, cohort_rows, write_rows
from gepnet_core.export_adtte import adsl, adtte
from gepnet_core.export_tables import write_tables
from gepnet_core.selection import Selection
from gepnet_core.store import DataSet
from gepnet_core.whole_file import write_lines, writing


class Format(StrEnum):
    """What `export` writes."""

    CSV = "csv"
    ADTTE = "adtte"
    ADSL = "adsl"
    TABLES = "tables"


ROWS: dict[Format, Callable[[DataSet, Selection], Rows]] = {Format.ADTTE: adtte, Format.ADSL: adsl}
OF_ROWS = (".csv", ".xlsx")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `export`."""
    add_filters(parser)
    parser.add_argument("--endpoint", metavar="CODE", help="only patients who have a time of this endpoint")
    parser.add_argument(
        "--format",
        type=said(one_of(Format)),
        help="csv: a row a patient (default); adtte: a row a patient and endpoint; adsl: a patient's baseline; "
        "tables: the source tables and settings as a ZIP file (default where FILE ends in .zip); "
        "rows are written as a workbook where FILE ends in .xlsx, else as CSV",
    )
    endings: dict[StrEnum, tuple[str, ...]] = dict.fromkeys((Format.CSV, Format.ADTTE, Format.ADSL), OF_ROWS)
    add_out(parser, endings={**endings, Format.TABLES: (".zip",)})


def run(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `export`."""
    if asked.endpoint is not None and asked.format is not Format.CSV:
        raise OptionRefused(f"--endpoint belongs to --format csv, not to {asked.format}. Leave it out.")
    dataset, selection = opened(asked), named_selection(asked)
    told: Json = {"dataset": dataset.name, "version": dataset.version}
    if asked.format is Format.CSV:
        written = write_rows(cohort_rows(dataset, selection, asked.endpoint), asked.out)
        say(f"{written} patients written to {asked.out}.")
        return {**told, "n": written, "out": str(asked.out)}, 0
    if asked.format is Format.TABLES:
        if selection != Selection():
            raise OptionRefused("The source tables are written whole. Leave the filters out.")
        written = write_tables(dataset, asked.out)
    else:
        written = write_rows(ROWS[asked.format](dataset, selection), asked.out)
    say(f"{written} rows written to {asked.out}.")
    return {**told, "format": asked.format.value, "rows": written, "out": str(asked.out)}, 0


def run_dictionary(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `dictionary`."""
    written = write_lines(asked.out, dictionary_lines())
    say(f"{written} columns written to {asked.out}.")
    return {"rows": written, "out": str(asked.out)}, 0


def run_template(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `template`."""
    from gepnet_core.template import template_workbook  # its library takes long to load

    with writing(asked.out, ending=".xlsx") as handle:
        handle.write(template_workbook())
    say(f"The empty workbook was written to {asked.out}.")
    return {"out": str(asked.out)}, 0
