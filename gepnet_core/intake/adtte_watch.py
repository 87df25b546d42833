"""What the rows of an ADTTE file say together that a person should look at, kept in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gepnet_core.errors import quoted
from gepnet_core.intake.report import Report
from gepnet_core.vocabulary import TimeUnit

FLAG = "ANL01FL"
MOST_DIFFERENCES = 1_000


@dataclass(slots=True)
class Watch:
    """The analysis flags, units and dates of the rows so far.

    `flag` is the file's name of ANL01FL, empty where it has none; `units` holds the first unit of each PARAMCD,
    `second` the first row of another one; `differences` the rows and the first line of each AVAL - (ADT - STARTDT).
    """

    flag: str = ""
    unflagged: int = 0
    first_unflagged: tuple[int, str] = (0, "")
    units: dict[str, TimeUnit] = field(default_factory=dict)
    second: dict[str, tuple[int, TimeUnit, str]] = field(default_factory=dict)
    differences: dict[int, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def over(cls, header: Sequence[str]) -> Watch:
        """Return a watch over a file with these columns."""
        return cls(flag=next((name for name in header if name.upper() == FLAG), ""))

    def flagged(self, line: int, said: str) -> None:
        """Take the analysis flag of a row into account."""
        if self.flag and said.upper() != "Y":
            self.unflagged += 1
            if self.unflagged == 1:
                self.first_unflagged = line, said

    def unit(self, line: int, endpoint: str, unit: TimeUnit, said: str) -> None:
        """Take the unit that a row names into account."""
        if self.units.setdefault(endpoint, unit) is not unit and endpoint not in self.second:
            self.second[endpoint] = line, unit, said

    def difference(self, line: int, days: int) -> None:
        """Take AVAL - (ADT - STARTDT) of a row into account; of a thousand different ones no more are kept."""
        rows, first = self.differences.get(days, (0, line))
        if rows or len(self.differences) < MOST_DIFFERENCES:
            self.differences[days] = rows + 1, first

    def warn(self, file: str, report: Report, *, rows: int, no_dates: bool) -> None:
        """Report what is worth a look. `no_dates` True: all rows have dates, and date controls are absent."""
        if self.unflagged:
            line, said = self.first_unflagged
            words = (
                f"is not Y in {self.unflagged:,} of {rows:,} rows, here for the first time: they are counted all "
                "the same. Leave them out of the file if they are not part of the analysis."
            )
            report.add("analysis-flag", file, words, line=line, column=self.flag, value=said)
        for endpoint, (line, unit, said) in self.second.items():
            words = (
                f"{quoted(endpoint)} has times in {unit} here and in {self.units[endpoint]} above. Check the unit, "
                "and use one for each PARAMCD."
            )
            report.add("mixed-units", file, words, line=line, column="AVALU", value=said)
        if no_dates and self.differences:
            self._disagree(file, report, rows)

    def _disagree(self, file: str, report: Report, rows: int) -> None:
        most = max(self.differences, key=lambda days: (self.differences[days][0], -abs(days)))
        often, first = self.differences[most]
        others = [(line, days) for days, (_, line) in self.differences.items() if days != most]
        line, days = min(others, default=(first, most))
        here = f"and {days:,} here" if others else "here for the first time"
        words = (
            f"AVAL - (ADT - STARTDT) is {most:,} in {often:,} of {rows:,} rows {here}. It must be 0 throughout or "
            "1 throughout: without that, cut-off and date controls are absent. Correct the times or the dates."
        )
        report.add("dates-disagree", file, words, line=line, column="AVAL", value=str(days))
