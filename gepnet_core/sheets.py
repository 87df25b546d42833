"""Tables as words: a title, a header, rows and notes, from which screen, CSV, HTML and Word are all written.

sheet: Sheet = estimates_sheet(estimated)
sheet.title, sheet.header, sheet.rows, sheet.notes, sheet.version     strings and tuples of strings
sheet_lines(sheet)            CSV, the data version in the first column, text guarded against formulas
sheets_lines(sheets)          several tables as one CSV: a line a cell
Section(heading, words, sheets)   a part of a document: sentences, then tables
estimates_sheet, follow_up_sheet (an Estimate), baseline_sheet, events_sheet, attrition_sheet (a Flow)
sheets_compare.py             tests, hazard ratios, differences, restricted means, incidences, subgroups
sheets_side_effects.py        side effects per patient and per treatment
word_tables.word_document(title, sections) -> bytes
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gepnet_core.baseline import BaselineRow, BaselineTable, NumericSummary
from gepnet_core.errors import listed
from gepnet_core.estimates import Estimate
from gepnet_core.export import csv_lines
from gepnet_core.flow import Flow
from gepnet_core.formatting import (
    format_count,
    format_difference,
    format_incidence,
    format_interval,
    format_months,
    format_number,
    format_quantile,
    format_share,
    format_survival,
    remarks,
    time_axis,
)
from gepnet_core.selection import Selection
from gepnet_core.store.dataset import DataSet
from gepnet_core.store.described import Kind
from gepnet_core.vocabulary import DAYS_PER_MONTH, DEFAULT_TIMES_MONTHS, Status

MOST_REASONS = 6
UNSEEN = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff")
MISSING = "–"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as words; every row has as many cells as the header.

    `notes` stand below it: what abbreviations mean, how it was computed, and of which data. A character that no
    document can hold, or that turns the direction of text, is replaced.

    Raises
    ------
    ValueError
        If a row is not as long as the header.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    version: str = ""

    def __post_init__(self) -> None:
        if wrong := [row for row in self.rows if len(row) != len(self.header)]:
            raise ValueError(f"{len(wrong)} rows of “{self.title}” do not have {len(self.header)} cells")
        object.__setattr__(self, "title", writable(self.title))
        object.__setattr__(self, "header", tuple(map(writable, self.header)))
        object.__setattr__(self, "rows", tuple(tuple(map(writable, row)) for row in self.rows))
        object.__setattr__(self, "notes", tuple(map(writable, self.notes)))


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document: its heading, sentences below it, and tables."""

    heading: str
    words: tuple[str, ...] = ()
    sheets: tuple[Sheet, ...] = ()


def writable(text: str) -> str:
    """Return text that XML and every reader can hold, on one line."""
    if text.isprintable():
        return text
    return "".join(_writable(c) for c in text)


def _writable(c: str) -> str:
    if c in "\n\r\t":
        return " "
    unfit = c in UNSEEN or unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")
    return "\N{REPLACEMENT CHARACTER}" if unfit else c


def sheet_lines(sheet: Sheet) -> Iterator[str]:
    """Yield a table as CSV, as it is printed."""
    return csv_lines(sheet.version, sheet.header, sheet.rows)


def sheets_lines(sheets: Iterable[Sheet]) -> Iterator[str]:
    """Yield several tables as one CSV, a line a cell: its table, row (from 1), the first cell there, and column."""
    header = ("table", "row", "of", "column", "words")
    for place, sheet in enumerate(sheets):
        cells = (
            (sheet.title, number, row[0], name, cell)
            for number, row in enumerate(sheet.rows, start=1)
            for name, cell in zip(sheet.header[1:], row[1:], strict=True)
        )
        lines = csv_lines(sheet.version, header, cells)
        if place:
            next(lines)
        yield from lines


def provenance(dataset: DataSet, selection: Selection) -> str:
    """Return of which data a table is: data set, version, filters and notice."""
    notice = dataset.meta["notice"]
    said = f"Data set {dataset.name}, version {dataset.version}. Filters: {dataset.describe(selection)}."
    return f"{said} {capital(notice)}." if notice else said


def capital(words: str) -> str:
    """Return words that begin a line or a sentence."""
    return words[:1].upper() + words[1:]


def estimate_provenance(estimated: Estimate) -> str:
    """Return of which data an estimate is, and from when its months run."""
    after = f" {time_axis(estimated)}." if estimated.landmark else ""
    return provenance(estimated.dataset, estimated.selection) + after


def estimates_sheet(estimated: Estimate) -> Sheet:
    """Return n, events, median and S(t), or the cumulative incidence, of every stratum."""
    deaths = any(stratum.competing for stratum in estimated.strata)
    median = f"Median, months ({format_interval(estimated.conf_level, estimated.conf_type)})"
    header = ["Group", "n", "Events", *(["Deaths before the event"] if deaths else []), median]
    pointwise = format_interval(estimated.conf_level, estimated.conf_type.pointwise)
    share = "Cumulative incidence" if estimated.is_incidence else "S"
    header += [f"{share} at {months:g} months, % ({pointwise})" for months in DEFAULT_TIMES_MONTHS]
    shown = format_incidence if estimated.is_incidence else format_survival
    rows = []
    for stratum in estimated.strata:
        row = [stratum.label, f"{stratum.n:,}", f"{stratum.events:,}"]
        if deaths:
            row.append(f"{stratum.competing:,}")
        row.append(format_quantile(stratum.median))
        row += [shown(stratum.curve.at(months * DAYS_PER_MONTH)) for months in DEFAULT_TIMES_MONTHS]
        rows.append(tuple(row))
    what = "Aalen-Johansen estimate of the cumulative incidence, death before the event competing"
    if not estimated.is_incidence:
        what = f"Kaplan-Meier estimate; S is the share {estimated.endpoint.phrase}"
    beyond = "." if estimated.is_incidence else ", unless S is 0 by then."
    return Sheet(
        f"{estimated.endpoint.name}: events, medians and {share if estimated.is_incidence else 'S(t)'}",
        tuple(header),
        tuple(rows),
        (
            f"{what}. Intervals are pointwise.",
            f"NR: not reached. NE: not estimable. Nothing is estimated beyond the last follow-up{beyond}",
            *remarks(estimated),
            estimate_provenance(estimated),
        ),
        estimated.dataset.version,
    )


def follow_up_sheet(estimated: Estimate) -> Sheet:
    """Return the median follow-up of every stratum, both ways."""
    interval = format_interval(estimated.conf_level, estimated.conf_type)
    basis = estimated.strata[0].follow_up.basis
    return Sheet(
        "Median follow-up",
        (
            "Group",
            f"Reverse Kaplan-Meier median, months ({interval})",
            "Plain median of observed time, months",
        ),
        tuple(
            (
                stratum.label,
                format_quantile(stratum.follow_up.reverse_km),
                format_months(stratum.follow_up.observed_median),
            )
            for stratum in estimated.strata
        ),
        (
            f"Follow-up is read from the times of {basis}: how long patients were watched. NR: not reached. "
            "NE: not estimable.",
            provenance(estimated.dataset, estimated.selection),
        ),
        estimated.dataset.version,
    )


def baseline_sheet(table: BaselineTable, dataset: DataSet, selection: Selection) -> Sheet:
    """Return table 1: what patients were like on the index date, by modality, with balance."""
    sizes = (*table.sizes, sum(table.sizes))
    groups = (f"{group} (n={n:,})" for group, n in zip((*table.groups, "All"), sizes, strict=True))
    treatment = dataset.meta["treatment_label"]
    notes = [
        "Shares are of all patients in the group, those without a value included. A standardised difference "
        "above 0.1 is usually called an imbalance; it is the largest between any two groups, “no overlap” where "
        "two groups share no value."
    ]
    if table.constant:
        notes.append(f"The same in all patients: {listed(table.constant)}.")
    if table.left_out:
        notes.append(f"Not in the table, for their many values or their number: {listed(table.left_out)}.")
    return Sheet(
        f"Patients at time zero, by {treatment[0].lower()}{treatment[1:]}",
        ("Characteristic", *groups, "Largest standardised difference"),
        tuple(_baseline_row(row, sizes) for row in table.rows),
        (*notes, provenance(dataset, selection)),
        dataset.version,
    )


def _baseline_row(row: BaselineRow, sizes: Sequence[int]) -> tuple[str, ...]:
    words = f"{row.column}: {row.level}" if row.level is not None else f"{row.column}, median (quartiles)"
    shown = (baseline_cell(found, size) for found, size in zip(row.cells, sizes, strict=True))
    return (words, *shown, format_difference(row.difference))


def baseline_cell(found: NumericSummary | int, size: int) -> str:
    """Return a cell of table 1: median with quartiles, or a count with its share."""
    if isinstance(found, int):
        return format_share(found, size)
    if found.median is None or found.lower_quartile is None or found.upper_quartile is None:
        return MISSING
    quartiles = f"{format_number(found.lower_quartile)}–{format_number(found.upper_quartile)}"
    return f"{format_number(found.median)} ({quartiles})"


def events_sheet(kinds: Sequence[Kind], dataset: DataSet, selection: Selection) -> Sheet:
    """Return how the times of every endpoint ended; rare reasons of one endpoint and status are put together."""
    totals: Counter[str] = Counter()
    ended: dict[tuple[str, Status], list[Kind]] = {}
    for kind in kinds:
        totals[kind.endpoint] += kind.patients
        ended.setdefault((kind.endpoint, kind.status), []).append(kind)
    rows = []
    for (code, status), found in ended.items():
        told = [(kind.reason, kind.patients) for kind in found[:MOST_REASONS]]
        if rest := found[MOST_REASONS:]:
            told.append((format_count(len(rest), "other reason"), sum(kind.patients for kind in rest)))
        name = dataset.endpoints[code].name
        rows += [(f"{name}: {reason}", status.label, format_share(n, totals[code])) for reason, n in told]
    return Sheet(
        "How the times of each endpoint ended",
        ("What ended the time", "Counts as", "Patients (%)"),
        tuple(rows),
        ("Shares are of the patients who have a time of the endpoint.", provenance(dataset, selection)),
        dataset.version,
    )


def attrition_sheet(found: Flow, dataset: DataSet, selection: Selection) -> Sheet:
    """Return the way from the records to the patients of an endpoint, and their groups."""
    rows = [(found.start_label.capitalize(), f"{found.start:,}", MISSING, "")]
    rows += [
        (capital(step.label), f"{step.left:,}", f"{step.out:,}", capital(step.reason) if step.out else "")
        for step in found.steps
    ]
    rows += [(f"Of these, {group.label}", f"{group.patients:,}", MISSING, "") for group in found.groups]
    judged = (
        "A patient stays while one treatment passed all steps so far; the filters come after eligibility."
    )
    return Sheet(
        "How the patients came about",
        ("Step", "Left", "Left out", "Why left out"),
        tuple(rows),
        (*([judged] if dataset.attrition() else []), provenance(dataset, selection)),
        dataset.version,
    )
