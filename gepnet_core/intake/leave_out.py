"""Patients left out of an import on request: by which rules, who, and the words that say so.

The whole patient goes, with every row in every table and of every endpoint. A patient of whom one row is wrong must
not stand there with a time that rests on the others, nor count in one endpoint and not in the next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from gepnet_core.errors import FileRefused, OptionRefused, listed, quoted
from gepnet_core.intake.reading import Sheet
from gepnet_core.intake.report import Finding, Report
from gepnet_core.settings import Settings

# the errors that concern the rows of one patient; all others concern a file, a column or a word of many patients
ALLOWED = (
    "id-duplicate",
    "cell-empty",
    "value-not-allowed",
    "number",
    "number-range",
    "ki67-range",
    "ctcae-grade",
    "date",
    "date-two-digit-year",
    "date-serial",
    "date-time",
    "date-range",
    "treatment-without-date",
    "patient-unknown",
    "follow-up-missing",
    "treatment-unknown",
    "before-treatment",
    "stop-before-start",
    "before-birth",
    "after-extraction",
    "after-death",
    "after-last-contact",
    "observation-before-index",
    "grade-5-without-death",
    "death-but-alive",
    "conflict",
    "aval",
    "cnsr",
    "treatment-differs",
    "subject-unknown",
    "adsl-differs",
)
NOBODY = "every patient has a row that breaks a rule of those left out: nobody is left. Correct the rows."


def check_rules(rules: tuple[str, ...]) -> None:
    """Raise OptionRefused where a rule is none by which patients may be left out."""
    for rule in rules:
        if rule not in ALLOWED:
            raise OptionRefused(
                f"Patients cannot be left out by {quoted(rule)}: it is not a rule about one patient's rows. "
                f"These are: {listed(ALLOWED, len(ALLOWED))}."
            )


@dataclass(slots=True)
class LeftOut:
    """Who is left out so far, by which of the `rules` that were asked for, and what was found there."""

    rules: tuple[str, ...]
    patients: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def take(self, report: Report) -> bool:
        """Leave out whom the report names by these rules; return True where somebody is new."""
        new = [
            found
            for found in report.findings
            if found.rule in self.rules and found.patient and found.patient not in self.patients
        ]
        self.findings += new
        self.patients |= {found.patient for found in new}
        return bool(new)

    def by_rule(self) -> dict[str, int]:
        """Return how many patients broke each rule."""
        broken: dict[str, set[str]] = defaultdict(set)
        for found in self.findings:
            broken[found.rule].add(found.patient)
        return {rule: len(broken[rule]) for rule in ALLOWED if rule in broken}

    @property
    def words(self) -> str:
        """Who was left out and why, "" where nobody was."""
        if not self.patients:
            return ""
        n = len(self.patients)
        rules = ", ".join(f"{rule}: {held:,}" for rule, held in self.by_rule().items())
        return (
            f"{n:,} {'patient was' if n == 1 else 'patients were'} left out at import for rows that break "
            f"a rule ({rules})"
        )

    def tell(self, report: Report) -> None:
        """Add who was left out and where, and which rules met nothing."""
        for found in self.findings:
            words = f"the patient was left out, as asked, by the rule {found.rule}: {found.words}"
            report.add(
                "left-out",
                found.file,
                words,
                line=found.line,
                column=found.column,
                value=found.value,
                patient=found.patient,
            )
        if self.patients:
            report.note(f"{self.words}.")
        met = self.by_rule()
        for rule in dict.fromkeys(self.rules):
            if rule not in met:
                report.note(f"No patient had to be left out by the rule {rule}.")

    def mark(self, meta: dict[str, str]) -> None:
        """Say in what a version tells of itself who was left out; as it was where nobody is."""
        if not self.patients:
            return
        settings = Settings.from_json(meta["settings"]) if meta["settings"] else Settings()
        notice = "; ".join(part for part in (settings.notice, self.words) if part)
        about = " ".join(part for part in (settings.about, f"{self.words}.") if part)
        told = replace(settings, notice=notice, about=about)
        meta |= {"notice": notice, "about": about, "settings": told.to_json(), "left_out": self.words}

    def to_json(self) -> dict[str, Any]:
        """Return how many patients were left out, in all and by rule."""
        return {"patients": len(self.patients), "rules": self.by_rule()}


def without(sheet: Sheet, column: str, patients: frozenset[str], *, needed: bool = True) -> Sheet:
    """Return a sheet without the rows of these patients; `column` (any case, blanks as _) holds their ids.

    With `needed`, FileRefused is raised at its end where no row is left.
    """
    places = [at for at, name in enumerate(sheet.header) if "_".join(name.casefold().split()) == column]
    if not patients or not places:
        return sheet

    def rows() -> Iterator[tuple[int, list[str]]]:
        kept = dropped = 0
        for line, cells in sheet.rows:
            if cells[places[0]].strip() in patients:
                dropped += 1
            else:
                kept += 1
                yield line, cells
        if needed and dropped and not kept:
            raise FileRefused(sheet.file, NOBODY, rule="nobody-eligible")

    return replace(sheet, rows=rows())
