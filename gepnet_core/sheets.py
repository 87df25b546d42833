"""The tables of an estimate and of the cohort as words.

estimates_sheet, follow_up_sheet (an Estimate), baseline_sheet, events_sheet, attrition_sheet (a Flow)
sheets_compare.py             tests, hazard ratios, differences, restricted means, incidences, subgroups
sheets_side_effects.py        side effects per patient and per treatment
sheet.py                      what a table is, and how it is written as CSV
word_tables.word_document(title, sections) -> bytes
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from gepnet_core.baseline import BaselineRow, BaselineTable, NumericSummary
from gepnet_core.behind import Ended
from gepnet_core.criteria import OneOf
from gepnet_core.errors import listed
from gepnet_core.estimates import Estimate
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
from gepnet_core.sheet import MISSING, Cell, Piece, Sheet, counted
from gepnet_core.store.dataset import DataSet
from gepnet_core.store.described import Kind
from gepnet_core.vocabulary import DEFAULT_TIMES_MONTHS, Status

MOST_REASONS = 6
BALANCE = (
    "Shares are of all patients in the group, those without a value included. A standardised difference above 0.1 "
    "is usually called an imbalance; it is the largest between any two groups, “no overlap” where two groups share "
    "no value."
)


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
        group = stratum.stratum
        row: list[Cell] = [stratum.label, ended(estimated, stratum.n, None, group)]
        row.append(ended(estimated, stratum.events, Status.EVENT, group))
        if deaths:
            row.append(ended(estimated, stratum.competing, Status.COMPETING_DEATH, group))
        row.append(format_quantile(stratum.median))
        row += [shown(stratum.curve.at(day)) for day in estimated.scale.default_days]
        rows.append(row)
    what = "Aalen-Johansen estimate of the cumulative incidence, death before the event competing"
    if not estimated.is_incidence:
        what = f"Kaplan-Meier estimate; S is the share {estimated.endpoint.phrase}"
    beyond = "." if estimated.is_incidence else ", unless S is 0 by then."
    shares = "cumulative incidence" if estimated.is_incidence else "S(t)"
    return Sheet.of_cells(
        f"{estimated.endpoint.name}: events, medians and {shares}",
        header,
        rows,
        (
            f"{what}. Intervals are pointwise.",
            f"NR: not reached. NE: not estimable. Nothing is estimated beyond the last follow-up{beyond}",
            *remarks(estimated),
            estimate_provenance(estimated),
        ),
        estimated.dataset.version,
    )


def ended(
    estimated: Estimate, count: int, status: Status | None, *strata: str, within: tuple[OneOf, ...] = ()
) -> Piece:
    """Return a count of times of the estimated endpoint, with their patients behind it.

    After a landmark it is plain: those who left before it do not count, and a list could not leave them out.
    """
    if estimated.landmark is not None:
        return f"{count:,}"
    column = estimated.dataset.grouping(estimated.by)
    if column is not None:
        within = (OneOf(column, strata), *within)
    return counted(f"{count:,}", count, Ended(estimated.endpoint.code, status), within)


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
    groups = [
        counted(f"{group} (n={n:,})", n, None, _members(table, place))
        for place, (group, n) in enumerate(zip((*table.groups, "All"), sizes, strict=True))
    ]
    treatment = dataset.meta["treatment_label"]
    return Sheet.of_cells(
        f"Patients at time zero, by {treatment[0].lower()}{treatment[1:]}",
        ("Characteristic", *groups, "Largest standardised difference"),
        [_baseline_row(row, table, sizes) for row in table.rows],
        (BALANCE, *left_aside(table), provenance(dataset, selection)),
        dataset.version,
    )


def left_aside(table: BaselineTable) -> list[str]:
    """Return which columns have no line in table 1, and why."""
    notes = []
    if table.constant:
        notes.append(f"The same in all patients: {listed(table.constant)}.")
    if table.left_out:
        notes.append(f"Not in the table, for their many values or their number: {listed(table.left_out)}.")
    return notes


def _members(table: BaselineTable, place: int) -> tuple[OneOf, ...]:
    """Return the condition that makes a group of table 1; the last column is everybody."""
    return (OneOf("modality", (table.values[place],)),) if place < len(table.values) else ()


def _baseline_row(row: BaselineRow, table: BaselineTable, sizes: Sequence[int]) -> list[Cell]:
    words = f"{row.column}: {row.level}" if row.level is not None else f"{row.column}, median (quartiles)"
    cells: list[Cell] = [words]
    for place, (found, size) in enumerate(zip(row.cells, sizes, strict=True)):
        if isinstance(found, NumericSummary):
            cells.append(_summary(found))
        else:
            within = (OneOf(row.name, (row.level or "",)), *_members(table, place))
            cells.append(counted(format_share(found, size), found, None, within))
    return [*cells, format_difference(row.difference)]


def _summary(found: NumericSummary) -> str:
    """Return the median with its quartiles."""
    if found.median is None or found.lower_quartile is None or found.upper_quartile is None:
        return MISSING
    quartiles = f"{format_number(found.lower_quartile)}–{format_number(found.upper_quartile)}"
    return f"{format_number(found.median)} ({quartiles})"


def events_sheet(kinds: Sequence[Kind], dataset: DataSet, selection: Selection) -> Sheet:
    """Return how the times of every endpoint ended; rare reasons of one endpoint and status are put together."""
    totals: Counter[str] = Counter()
    by_status: dict[tuple[str, Status], list[Kind]] = {}
    for kind in kinds:
        totals[kind.endpoint] += kind.patients
        by_status.setdefault((kind.endpoint, kind.status), []).append(kind)
    rows: list[list[Cell]] = []
    for (code, status), found in by_status.items():
        name = dataset.endpoints[code].name
        for kind in found[:MOST_REASONS]:
            share = format_share(kind.patients, totals[code])
            cell = counted(share, kind.patients, Ended(code, status, kind.reason))
            rows.append([f"{name}: {kind.reason}", status.label, cell])
        if rest := found[MOST_REASONS:]:
            share = format_share(sum(kind.patients for kind in rest), totals[code])
            rows.append([f"{name}: {format_count(len(rest), 'other reason')}", status.label, share])
    return Sheet.of_cells(
        "How the times of each endpoint ended",
        ("What ended the time", "Counts as", "Patients (%)"),
        rows,
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
