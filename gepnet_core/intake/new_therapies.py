"""Therapies of a wide table that should come after the local treatment, but lie before it."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date

from gepnet_core.errors import quoted
from gepnet_core.intake.report import Report
from gepnet_core.intake.source import Source, SourceRow

# a heading that says so, in words: "New therapy", "next_line", "Folgetherapie", "neue Therapie ab", "NEWTHDT"
AFTER = re.compile(
    r"(?<![^\W_])(new|newth|newtrt|newtx|newsys|next|nxt|nst|ntx|subsequent|further|following|later|after|post|"
    r"neue|neuer|neues|neuen|nächste|nächster|nächsten|naechste|nach|danach|weitere|folge)"
    r"(?=[\W_\d]|dt|date|ther|trt|line|syst|start|beginn|linie|$)"
)
CAMEL = re.compile(r"(?<=[a-zäöü])(?=[A-ZÄÖÜ])")
NEARLY_ALL, FROM = 0.9, 10


def warn_new_therapies(source: Source, report: Report) -> None:
    """Report systemic therapies before the first local treatment, in columns of those that come after it.

    A column is one by its heading (or that of its agent), or where at least NEARLY_ALL of at least FROM dates lie
    on or after the patients' first local treatment. Source tables of the contract have no such columns.
    """
    first: dict[str, date] = {}
    for row in source["local_treatments"]:
        day = row.values["date"]
        if isinstance(day, date):
            first[row.patient] = min(day, first.get(row.patient, day))
    columns: dict[tuple[str, str], list[SourceRow]] = defaultdict(list)
    for row in source["systemic_therapies"]:
        if row.columns.get("start_date") and row.patient in first:
            columns[row.columns["start_date"], row.columns.get("agent", "")].append(row)
    for headings, rows in columns.items():
        before = [row for row in rows if _start(row) < first[row.patient]]
        told = next((heading for heading in headings if says_after(heading)), "")
        most = len(rows) >= FROM and len(rows) - len(before) >= NEARLY_ALL * len(rows)
        if not told and not most:
            continue
        why = (
            f"{quoted(told)} says that it comes after"
            if told
            else f"{len(rows) - len(before)} of {len(rows)} dates of the column do not"
        )
        for row in before:
            words = (
                f"{_start(row)} lies before the patient's first local treatment ({first[row.patient]}), but "
                f"{why}: it counts as an earlier therapy. Check the year."
            )
            source.find(report, "new-therapy-before", "systemic_therapies", row, "start_date", words)


def says_after(heading: str) -> bool:
    """Return True where a heading says that its therapy comes after a treatment."""
    return AFTER.search(CAMEL.sub(" ", heading).casefold()) is not None


def _start(row: SourceRow) -> date:
    day = row.values["start_date"]
    assert isinstance(day, date)
    return day
