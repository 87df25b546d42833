"""The commands that bring data in: `import`, `mapping`, and the versions of a data set."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

from gepnet_core.cli_options import Json, add_out, one_of, said, say
from gepnet_core.errors import OptionRefused, listed, quoted
from gepnet_core.importer.apart import Import, peek_apart, prepare_apart
from gepnet_core.importer.draft_codec import draft_from, draft_mapping, questions
from gepnet_core.intake.dates import DateFormat
from gepnet_core.intake.leave_out import check_rules
from gepnet_core.intake.mapping import read_mapping
from gepnet_core.intake.reading import DECIMALS, DELIMITERS, ENCODINGS, Reading
from gepnet_core.intake.report import Report
from gepnet_core.intake.report_files import check_report, write_report
from gepnet_core.intake.request import Format, Request
from gepnet_core.intake.rule import Severity
from gepnet_core.intake.rules import RULES
from gepnet_core.settings import read_settings
from gepnet_core.spelled import parse_dataset_name, parse_date
from gepnet_core.store import DataSet, open_dataset, open_shelf, publish, put_back
from gepnet_core.store.scratch import scratch_folder
from gepnet_core.vocabulary import TimeUnit
from gepnet_core.whole_file import writing


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add how a file is read as text."""
    parser.add_argument(
        "--encoding", choices=ENCODINGS, default="", help="UTF-8 by default, or as a mark says"
    )
    parser.add_argument("--delimiter", choices=DELIMITERS, help="as the header shows, by default")
    parser.add_argument("--decimal", choices=DECIMALS, help="the mark in numbers; a point by default")
    parser.add_argument(
        "--sheet", default="", metavar="NAME", help="the sheet of a workbook that holds the table"
    )


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `import`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a file, or a folder of source tables")
    parser.add_argument("--dataset", required=True, type=said(parse_dataset_name), metavar="NAME")
    parser.add_argument(
        "--format", type=said(one_of(Format)), help=f"{', '.join(Format)}; as the file shows, by default"
    )
    parser.add_argument(
        "--extracted",
        type=said(parse_date),
        metavar="D",
        help="the day of the export; needed for source tables, wide tables and REDCap",
    )
    parser.add_argument("--mapping", type=Path, metavar="FILE.toml", help="what the columns of a table mean")
    parser.add_argument("--settings", type=Path, metavar="FILE.toml", help="the settings of the data set")
    beside = parser.add_mutually_exclusive_group()
    beside.add_argument("--adsl", type=Path, metavar="FILE", help="baseline columns beside ADTTE")
    beside.add_argument(
        "--dictionary", type=Path, metavar="FILE", help="the data dictionary of a REDCap project"
    )
    beside.add_argument("--samples", type=Path, metavar="FILE", help="cBioPortal's sample file")
    add_reading(parser)
    parser.add_argument(
        "--date-format", type=said(one_of(DateFormat)), metavar="F", help=f"{', '.join(DateFormat)}"
    )
    parser.add_argument("--time-unit", type=said(one_of(TimeUnit)), help="the unit of AVAL")
    parser.add_argument(
        "--competing-cnsr", type=said(_code), metavar="N", help="the CNSR that means a competing death"
    )
    parser.add_argument(
        "--censored-cnsr",
        type=said(_code),
        metavar="N",
        action="append",
        default=[],
        help="a CNSR above 1 that means censored; several allowed",
    )
    parser.add_argument(
        "--treatment", default="", metavar="COLUMN", help="cBioPortal: the treatment's column"
    )
    parser.add_argument(
        "--baseline",
        type=said(_decision),
        metavar="COLUMN=yes|no",
        action="append",
        default=[],
        help="whether a column that may be known only after the index date is a baseline; several allowed",
    )
    parser.add_argument(
        "--leave-out",
        action="append",
        default=[],
        metavar="RULE",
        help="leave out the patients with a row that breaks this rule, and say so; several allowed",
    )
    parser.add_argument("--dry-run", action="store_true", help="read and check, but change nothing")
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write the report: .html, .json, or .csv of the findings"
    )


def _code(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text):
        raise OptionRefused(f"{quoted(text)} is not a CNSR code. Give a whole number from 1.")
    return int(text)


def _decision(text: str) -> tuple[str, bool]:
    column, _, word = text.rpartition("=")
    if not column or word not in ("yes", "no"):
        raise OptionRefused(f"{quoted(text)} decides nothing. Write COLUMN=yes or COLUMN=no.")
    return column, word == "yes"


def _decisions(told: list[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    """Return each decision once; raise OptionRefused where a column is said to be both."""
    for column, said_yes in told:
        if (column, not said_yes) in told:
            raise OptionRefused(f"--baseline says both yes and no of {quoted(column)}. Say one.")
    return tuple(dict(told).items())


def _reading(asked: argparse.Namespace) -> Reading:
    delimiter = DELIMITERS[asked.delimiter] if asked.delimiter else ""
    return Reading(asked.encoding, delimiter, DECIMALS[asked.decimal] if asked.decimal else "")


def requested(asked: argparse.Namespace) -> Request:
    """Return the import that was asked for."""
    check_rules(tuple(asked.leave_out))
    competing, censored = asked.competing_cnsr, tuple(asked.censored_cnsr)
    if competing is not None and competing < 1:
        raise OptionRefused(
            f"CNSR {competing} cannot mean a competing death: 0 is the event. Give 1 or more."
        )
    mapping = None if asked.mapping is None else read_mapping(asked.mapping)
    return Request(
        path=asked.file,
        format=asked.format or (Format.REDCAP if asked.dictionary is not None else None),
        beside=asked.adsl or asked.dictionary or asked.samples,
        mapping=mapping,
        settings=None if asked.settings is None else read_settings(asked.settings),
        extracted=asked.extracted,
        reading=_reading(asked),
        date_format=asked.date_format,
        time_unit=asked.time_unit,
        competing_cnsr=competing,
        censored_cnsr=censored,
        sheet=asked.sheet,
        treatment=asked.treatment,
        baseline=_decisions(asked.baseline),
        leave_out=tuple(dict.fromkeys(asked.leave_out)),
        mapping_file="mapping" if asked.mapping is None else asked.mapping.name,
        settings_file="settings" if asked.settings is None else asked.settings.name,
        beside_as=next(
            (f"--{name}" for name in ("adsl", "dictionary", "samples") if getattr(asked, name) is not None),
            "",
        ),
    )


def run(asked: argparse.Namespace) -> tuple[Json | None, int]:
    """Answer `import`."""
    request = requested(asked)
    if asked.report is not None:
        check_report(asked.report)
    shelf = open_shelf()
    with scratch_folder(shelf.root) as folder:
        found = prepare_apart(request, folder, progress=_progress())
        report = found.report
        if asked.report is not None:
            write_report(report, asked.report, title=request.path.name)
        if found.path is None or found.current is None:
            _say_blocked(report)
            return ({"imported": False, "report": report.to_json()} if asked.json else None), 2
        _say_warnings(report)
        if found.effect is not None and not found.effect["has_dates"]:
            say(f"No date filters and no cut-off for this data set: {found.effect['no_dates']}.")
        if asked.dry_run:
            say("Nothing was changed: --dry-run.")
        else:
            publish(shelf, asked.dataset, found.path, found.current)
    told = _told(found) | {"imported": not asked.dry_run, "warnings": report.warnings}
    told |= {"report": report.to_json()} if asked.json else {}
    if asked.dry_run:
        return {"name": asked.dataset, "version": found.current.version, **told}, 0
    return {**described(open_dataset(shelf, asked.dataset)), **told}, 0


def _progress() -> Any:
    """Return what says, on standard error, how far a long reading is."""
    told = {"rows": 0}

    def progress(phase: str, rows: int) -> None:
        if rows and rows >= 10 * max(told["rows"], 10_000):
            told["rows"] = rows
            say(f"{phase}: {rows:,} rows so far ...")

    return progress


def _say_blocked(report: Report) -> None:
    errors = [found for found in report.findings if found.severity is Severity.ERROR]
    more = (
        f" The first of {report.errors:,} errors; --report FILE.html lists them." if report.errors > 1 else ""
    )
    say(f"{errors[0]} (Rule {errors[0].rule}.{more})")


def _say_warnings(report: Report) -> None:
    """Say the notes, and of each rule the first warning and how many there are."""
    for note in report.notes:
        say(note)
    for rule, n in report.counts.items():
        if n and RULES[rule].severity is Severity.WARNING:
            first = next(found for found in report.findings if found.rule == rule)
            more = f" The first of {n:,}." if n > 1 else ""
            say(f"Warning: {first} (Rule {rule}.{more})")


def _told(found: Import) -> Json:
    return {"format": found.format, "effect": found.effect}


def described(dataset: DataSet) -> Json:
    """Return what a data set is, as `datasets` and `import` answer."""
    return {
        "name": dataset.name,
        "version": dataset.version,
        "n": dataset.n,
        "endpoints": list(dataset.endpoints),
        "has_dates": dataset.has_dates,
    }


def add_mapping_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mapping`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a table with a row a patient")
    add_out(parser, ".toml")
    parser.add_argument(
        "--dictionary", type=Path, metavar="FILE", help="the data dictionary of a REDCap project"
    )
    add_reading(parser)


def run_mapping(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `mapping`: write a draft, and say what is left to decide."""
    shelf = open_shelf()
    request = Request(asked.file, beside=asked.dictionary, reading=_reading(asked), sheet=asked.sheet)
    with scratch_folder(shelf.root) as folder:
        told = peek_apart(request, folder)
    report = Report.from_json(told["report"])
    report.stop_on_errors()
    named = asked.sheet.strip().casefold()
    sheets = [sheet for sheet in told["sheets"] if named in ("", sheet["name"].casefold())]
    if len(sheets) != 1:
        names = listed([sheet["name"] for sheet in told["sheets"]])
        raise OptionRefused(f"The file holds the tables {names}. Say which one with --sheet.")
    draft = draft_from(sheets[0]["draft"])
    written = draft_mapping(draft, request.reading).to_toml()
    with writing(asked.out, ending=".toml") as handle:
        handle.write(written.encode())
    say(f"A draft was written to {asked.out}: check every line of it.")
    for question in questions(draft):
        say(question)
    return {"out": str(asked.out), "questions": questions(draft), "mapping": written}, 0


def add_version_options(parser: argparse.ArgumentParser, *, choosing: bool) -> None:
    """Add the options of `versions` and `put-back`."""
    parser.add_argument("--dataset", required=True, type=said(parse_dataset_name), metavar="NAME")
    if choosing:
        parser.add_argument("--version", metavar="V", help="the one before the current one, by default")


def run_versions(asked: argparse.Namespace) -> tuple[list[Json], int]:
    """Answer `versions`: what is kept of a data set, the last imported first."""
    return [
        {
            "version": kept.entry.version,
            "current": kept.is_current,
            "patients": kept.entry.patients,
            "written": kept.written.isoformat(timespec="seconds"),
            "origin": kept.entry.origin,
            "file": kept.entry.file,
        }
        for kept in open_shelf().kept(asked.dataset)
    ], 0


def run_put_back(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `put-back`: make an older version the current one."""
    shelf = open_shelf()
    version = asked.version
    if version is None:
        before = shelf.earlier(asked.dataset, older=True)
        if before is None:
            raise OptionRefused(f"“{asked.dataset}” has no version before the current one.")
        version = before.version
    put_back(shelf, asked.dataset, version)
    say(f"Version {version} of “{asked.dataset}” is the current one again.")
    return described(open_dataset(shelf, asked.dataset)), 0
