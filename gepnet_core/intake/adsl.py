"""ADSL: one row a subject, with the baseline columns of a trial."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from gepnet_core.errors import FileRefused
from gepnet_core.intake import adtte_columns
from gepnet_core.intake.cells import PLAIN, Spelling, id_fault
from gepnet_core.intake.heading import apart_in_store
from gepnet_core.intake.reading import Sheet
from gepnet_core.intake.report import Report
from gepnet_core.intake.spool import Spool

TREATMENT = "TRT01P"
NOT_BASELINE = ("STUDYID", "USUBJID", "SUBJID", TREATMENT)


@dataclass(slots=True)
class Subjects:
    """The rows of ADSL on disk, one column c0, c1, ... for each of `header`, and which may be baseline."""

    file: str
    header: list[str]
    candidates: dict[int, str]
    rows: Spool
    kinds: dict[int, adtte_columns.KindSeen] = field(default_factory=dict)

    def place(self, name: str) -> int | None:
        """Return where a column stands, whatever the case of its name, if it is there."""
        names = [own.lower() for own in self.header]
        return names.index(name.lower()) if name.lower() in names else None


def read_adsl(sheet: Sheet, report: Report, folder: Path, spelling: Spelling = PLAIN) -> Subjects:
    """Read ADSL row by row and leave its rows in `folder`, numbers with a point and what is missing empty.

    Raises
    ------
    FileRefused
        Where USUBJID is missing or no row is left.
    """
    sheet.check_single(("USUBJID", TREATMENT), any_case=True)
    header = [name.upper() if name.upper() in NOT_BASELINE else name for name in sheet.header]
    header = apart_in_store(header, sheet.file, report)
    if "USUBJID" not in header:
        words = "is missing. Add the column."
        raise FileRefused(sheet.file, words, line=sheet.line, column="USUBJID", rule="column-missing")
    at = header.index("USUBJID")
    candidates = adtte_columns.candidates(header, NOT_BASELINE)
    kinds = {place: adtte_columns.KindSeen(name) for place, name in candidates.items()}
    columns = (("line", "INTEGER"), *((f"c{place}", "VARCHAR") for place in range(len(header))))
    with Spool("subjects", columns, folder / "subjects.csv", placed=True) as spool:
        for line, cells in sheet.rows:
            if not cells[at].strip():
                words = "is empty. Fill it in or remove the row."
                report.add("id-empty", sheet.file, words, line=line, column="USUBJID")
                continue
            if fault := id_fault(patient := cells[at].strip()):
                report.add(
                    "id-characters",
                    sheet.file,
                    fault,
                    line=line,
                    column="USUBJID",
                    value=patient,
                    patient=patient,
                )
                continue
            kept = [spelling.plain(cell.strip()) for cell in cells]
            kept[at] = patient
            spool.write([line, *kept])
            for place, seen in kinds.items():
                seen.see(kept[place], line)
    if not spool.rows:
        raise FileRefused(sheet.file, "has no row below the header. Add at least one.", rule="file-empty")
    return Subjects(sheet.file, header, candidates, spool, kinds)
