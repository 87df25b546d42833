"""A first look at a file: its tables, their first rows as they were read, and what the columns seem to be."""

from __future__ import annotations

from itertools import chain, islice
from typing import Any

from gepnet_core.importer.draft_codec import told_draft
from gepnet_core.importer.sniff import sniffed
from gepnet_core.intake.files import open_sheets
from gepnet_core.intake.guess import guess
from gepnet_core.intake.limits import Limits
from gepnet_core.intake.profile import profile
from gepnet_core.intake.report import Report
from gepnet_core.intake.request import Request

SHOWN = 20


def peek(request: Request, limits: Limits) -> dict[str, Any]:
    """Return the tables of a file as JSON: name, header, first rows, number of rows, profile and a draft mapping.

    Raises
    ------
    FileRefused
        If the file cannot be read at all; rows that break a rule are counted in the report.
    """
    report = Report()
    sheets = open_sheets(request.path, request.reading, report, limits, comments=True)
    found = []
    for sheet in sheets:
        rows = iter(sheet.rows)
        first = list(islice(rows, SHOWN))
        profiles = profile(sheet.header, (cells for _, cells in chain(first, rows)))
        found.append(
            {
                "file": sheet.file,
                "name": sheet.name,
                "header": sheet.header,
                "rows": [cells for _, cells in first],
                "n": profiles[0].n if profiles else 0,
                "profile": [column.to_json() for column in profiles],
                "draft": told_draft(guess(sheet.header, profiles)),
            }
        )
    kind = sniffed(sheets, request.path)
    return {"format": kind, "sheets": found, "report": report.to_json()}
