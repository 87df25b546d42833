"""A report to take away: HTML to read, JSON for programs, CSV of the rows behind it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from gepnet_core import delimited
from gepnet_core.characters import escape
from gepnet_core.errors import OptionRefused, printable
from gepnet_core.formula_guard import guarded
from gepnet_core.intake.report import Report
from gepnet_core.intake.rules import RULES
from gepnet_core.whole_file import check_place, writing

COLUMNS = ("severity", "rule", "file", "line", "column", "value", "patient", "words")
STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #8886; }
td.n { text-align: right; }
.scroll { overflow-x: auto; }
"""


def write_report(report: Report, out: Path, *, title: str) -> None:
    """Write a report by the ending of the file: .html, .json or .csv.

    Raises
    ------
    OptionRefused
        If the ending is another one, or the file cannot be written.
    """
    ending = _ending(out)
    lines = {".html": lambda: html_lines(report, title), ".json": lambda: json_lines(report)}
    with writing(out, ending=ending) as handle:
        for line in lines.get(ending, lambda: finding_lines(report))():
            handle.write(line.encode())


def check_report(out: Path) -> None:
    """Refuse a file for a report before anything is read.

    Raises
    ------
    OptionRefused
        As `write_report`.
    """
    check_place(out, ending=_ending(out))


def _ending(out: Path) -> str:
    ending = out.suffix.lower()
    if ending not in (".html", ".json", ".csv"):
        raise OptionRefused(
            "A report is written as .html, .json or .csv. Give the file one of these endings."
        )
    return ending


def json_lines(report: Report) -> Iterator[str]:
    """Yield the report as JSON."""
    yield json.dumps(report.to_json(), ensure_ascii=False, indent=1) + "\n"


def finding_lines(report: Report) -> Iterator[str]:
    """Yield every kept finding as a row of CSV, text guarded as in all our files."""
    yield delimited.line(COLUMNS)
    for found in report.findings:
        cells = (getattr(found, name) for name in COLUMNS)
        yield delimited.line(
            guarded(str(cell) if name == "severity" else cell)
            for name, cell in zip(COLUMNS, cells, strict=True)
        )


def html_lines(report: Report, title: str = "Import") -> Iterator[str]:
    """Yield the report as one HTML page that needs nothing else."""

    def text(value: object) -> str:
        return escape("" if value is None else printable(str(value)))

    said = "blocked by errors" if report.errors else "no error"
    yield "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
    yield "<meta name='viewport' content='width=device-width, initial-scale=1'>"
    yield f"<title>Import report: {text(title)}</title><style>{STYLE}</style></head><body><main>\n"
    yield f"<h1>Import report: {text(title)}</h1>\n"
    yield f"<p>{report.errors:,} errors, {report.warnings:,} warnings: {said}.</p>\n"
    for note in report.notes:
        yield f"<p>{text(note)}</p>\n"
    yield "<h2>By rule</h2><div class='scroll' tabindex='0'><table><thead><tr><th>Severity</th><th>Rule</th>"
    yield "<th>Findings</th><th>What</th><th>Remedy</th></tr></thead><tbody>\n"
    for rule in RULES.values():
        if n := report.counts[rule.id]:
            yield f"<tr><td>{rule.severity}</td><td>{rule.id}</td><td class='n'>{n:,}</td>"
            yield f"<td>{text(rule.found)}</td><td>{text(rule.remedy)}</td></tr>\n"
    yield "</tbody></table></div>\n<h2>Every finding</h2><div class='scroll' tabindex='0'><table><thead><tr>"
    yield "".join(f"<th>{name.capitalize()}</th>" for name in COLUMNS) + "</tr></thead><tbody>\n"
    for found in report.findings:
        cells = (getattr(found, name) for name in COLUMNS)
        yield "<tr>" + "".join(f"<td>{text(cell)}</td>" for cell in cells) + "</tr>\n"
    yield "</tbody></table></div>\n"
    left_out = sum(report.counts.values()) - len(report.findings)
    if left_out:
        yield f"<p>{left_out:,} more findings are counted above and not listed.</p>\n"
    yield "</main></body></html>\n"
