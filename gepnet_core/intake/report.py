"""What an import found: every finding with its place, counted by rule."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from gepnet_core.errors import CohortError, FileRefused, one_line, place
from gepnet_core.intake.rule import Severity
from gepnet_core.intake.rules import RULES

MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that breaks a rule. `patient` never stands in `words`, which may go to a log."""

    rule: str
    file: str
    words: str
    line: int | None = None
    column: str = ""
    value: str = ""
    patient: str = ""

    @property
    def severity(self) -> Severity:
        """Whether it blocks the import."""
        return RULES[self.rule].severity

    def __str__(self) -> str:
        return f"{place(self.file, self.line, self.column)}: {self.words}"


class ReportRefused(CohortError):
    """The errors of a report block the import; the message is the first of them and how many more there are."""

    def __init__(self, report: Report) -> None:
        self.report = report
        first = next(finding for finding in report.findings if finding.severity is Severity.ERROR)
        more = f" (The first of {report.errors:,} errors.)" if report.errors > 1 else ""
        super().__init__(f"{first}{more}")


@dataclass(slots=True)
class Report:
    """Findings in the order in which they were met; `counts` is exact where not all are kept."""

    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def add(
        self,
        rule: str,
        file: str,
        words: str,
        *,
        line: int | None = None,
        column: str = "",
        value: str = "",
        patient: str = "",
    ) -> None:
        """Add a finding; of one rule the first 10,000 are kept, all are counted."""
        assert rule in RULES, rule
        self.counts[rule] += 1
        if self.counts[rule] <= MOST_KEPT:
            self.findings.append(Finding(rule, file, one_line(words), line, column, value, patient))

    def take(self, refused: FileRefused) -> None:
        """Add what stopped the reading of a file."""
        self.add(
            refused.rule,
            refused.file,
            refused.reason,
            line=refused.line,
            column=refused.column or "",
            value=refused.value,
        )

    def note(self, words: str) -> None:
        """Add a word on what the reader decided."""
        self.notes.append(one_line(words))

    @property
    def errors(self) -> int:
        """How many findings block the import."""
        return self._count(Severity.ERROR)

    @property
    def warnings(self) -> int:
        """How many findings stay visible beside the data."""
        return self._count(Severity.WARNING)

    def _count(self, severity: Severity) -> int:
        return sum(n for rule, n in self.counts.items() if RULES[rule].severity is severity)

    def stop_on_errors(self) -> None:
        """Raise ReportRefused where there are errors."""
        if self.errors:
            raise ReportRefused(self)

    def to_json(self) -> dict[str, Any]:
        """Return the report as it stands in JSON: counts by rule and every kept finding."""
        return {
            "errors": self.errors,
            "warnings": self.warnings,
            "rules": [
                {
                    "id": rule.id,
                    "severity": rule.severity.value,
                    "count": self.counts[rule.id],
                    "found": rule.found,
                    "remedy": rule.remedy,
                }
                for rule in RULES.values()
                if self.counts[rule.id]
            ],
            "findings": [{"severity": found.severity.value, **asdict(found)} for found in self.findings],
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Report:
        """Return the report that `to_json` told."""
        fields = ("rule", "file", "words", "line", "column", "value", "patient")
        return cls(
            [Finding(**{name: found[name] for name in fields}) for found in told["findings"]],
            Counter({rule["id"]: rule["count"] for rule in told["rules"]}),
            list(told["notes"]),
        )
