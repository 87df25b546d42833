"""Result tables that people read aloud: plain HTML, one value object a row."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from gepnet_core.behind import Behind, Ended, Harmed
from gepnet_core.criteria import OneOf
from gepnet_core.estimates import Estimate
from gepnet_core.formatting import (
    format_incidence,
    format_interval,
    format_level,
    format_months,
    format_percent,
    format_quantile,
    format_survival,
)
from gepnet_core.side_effects import ANY_TERM, Proportion, SideEffectRow, SideEffects
from gepnet_core.view import View
from gepnet_core.vocabulary import DAYS_PER_MONTH, DEFAULT_TIMES_MONTHS, WHOLE_COHORT, Status
from pages.components import links
from pages.components.links import Linked
from pages.components.markdown import JOINER, LINE_BREAK, escaped


def show(
    header: Sequence[object], rows: Sequence[Sequence[object]], *, alt: str, wrapped: bool = False
) -> None:
    """Draw a table; the first column names the rows. `wrapped` True: long texts break into lines.

    A cell or a column head may be `Linked`: it opens the patients behind it. A tuple is a cell of several parts.
    """
    cells = [[marked(cell) for cell in row] for row in rows]
    frame = pd.DataFrame(cells, columns=_unique(header), dtype=str)
    with st.container(key=f"wrapped-{_key(alt)}") if wrapped else st.container():
        st.table(frame.set_index(frame.columns[0]), alt=alt)


def marked(cell: object) -> str:
    """Return words, a link, or a tuple of both as Markdown that shows them exactly as they are."""
    if isinstance(cell, tuple):
        return "".join(marked(part) for part in cell)
    if isinstance(cell, Linked):
        return f"[{escaped(cell.words)}](<{cell.href}>)"
    return escaped(str(cell))


def _key(words: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in words.casefold())


def _unique(header: Sequence[object]) -> list[str]:
    """Return column heads of which two may read alike: an unseen character tells them apart."""
    found: list[str] = []
    for name in header:
        head = marked(name)
        while head in found:
            head += JOINER
        found.append(head)
    return found


def show_estimates(estimated: Estimate, view: View) -> None:
    """Draw n, events, median and S(t) of every stratum; each count opens its patients."""
    deaths = any(stratum.competing for stratum in estimated.strata)
    median = f"Median, months ({format_interval(estimated.conf_level, estimated.conf_type)})"
    header = ["Group", "n", "Events", *(["Deaths before the event"] if deaths else []), median]
    pointwise = format_interval(estimated.conf_level, estimated.conf_type.pointwise)
    share = "Cumulative incidence" if estimated.is_incidence else "S"
    header += [f"{share} at {months:g} months, % ({pointwise})" for months in DEFAULT_TIMES_MONTHS]
    shown = format_incidence if estimated.is_incidence else format_survival
    rows = []
    for stratum in estimated.strata:
        row: list[object] = [stratum.label]
        row.append(ended(estimated, view, stratum.n, None, stratum.stratum))
        row.append(ended(estimated, view, stratum.events, Status.EVENT, stratum.stratum))
        if deaths:
            row.append(ended(estimated, view, stratum.competing, Status.COMPETING_DEATH, stratum.stratum))
        row.append(format_quantile(stratum.median))
        row += [shown(stratum.curve.at(months * DAYS_PER_MONTH)) for months in DEFAULT_TIMES_MONTHS]
        rows.append(row)
    show(header, rows, alt="Patients, events, median and survival at 6, 12, 24 and 36 months by group")
    st.caption(
        "NR: not reached. NE: not estimable. Nothing is estimated beyond the last follow-up"
        + ("." if estimated.is_incidence else ", unless S is 0 by then.")
    )


def ended(
    estimated: Estimate,
    view: View,
    count: int,
    status: Status | None,
    *strata: str,
    within: tuple[OneOf, ...] = (),
) -> Linked | str:
    """Return a count of times of the estimated endpoint as a link to their patients.

    After a landmark it is plain: those who left before it do not count, and a list could not leave them out.
    """
    if estimated.landmark is not None:
        return f"{count:,}"
    column = estimated.dataset.grouping(estimated.by)
    if column is not None:
        within = (OneOf(column, strata), *within)
    return links.patients(f"{count:,}", count, view, Ended(estimated.endpoint.code, status), within)


def show_side_effects(
    found: SideEffects, rows: Sequence[SideEffectRow], unit: str, view: View | None = None
) -> None:
    """Draw counts and shares, a row a term and a column a modality: any grade, severe, and days to onset.

    With a view, the counts are of patients, and open them; without, they are of treatments.
    """
    interval = f"n (%), {format_level(found.conf_level)} CI, exact"
    sizes = {row.modality: row.any_grade.n for row in rows}
    if len(sizes) == 2:
        sizes.pop(WHOLE_COHORT)  # it would say the same twice

    def opens(words: str, count: int, modality: str, behind: Behind | None) -> Linked | str:
        within = () if modality == WHOLE_COHORT else (OneOf("modality", (modality,)),)
        return words if view is None else links.patients(words, count, view, behind, within)

    def share(row: SideEffectRow, *, severe: bool) -> tuple[object, ...]:
        part = row.severe if severe else row.any_grade
        term = "" if row.term == ANY_TERM else row.term
        counted, limits = _proportion(part)
        behind = Harmed(term, severe, found.window)
        return opens(counted, part.count, row.modality, behind), f"{LINE_BREAK}{limits}"

    header = [opens(f"{found.label(modality)}, of {n:,}", n, modality, None) for modality, n in sizes.items()]
    for title, words in (
        (f"Any grade, {interval}", lambda row: share(row, severe=False)),
        (f"Grade 3 and above, {interval}", lambda row: share(row, severe=True)),
        ("Days to onset, median (range)", _onset),
    ):
        lines: dict[str, list[object]] = {}
        for row in rows:
            if row.modality in sizes:
                lines.setdefault(row.term, [f"{row.term[0].upper()}{row.term[1:]}"]).append(words(row))
        show([title, *header], list(lines.values()), alt=f"{title}, by term and modality, of {unit}")


def _proportion(found: Proportion) -> tuple[str, str]:
    """Return count and share, and their limits: on one line, the columns of a few modalities leave the screen."""
    upper = format_percent(found.upper)
    if not found.count:
        return "0", f"0–{upper}"
    return f"{found.count:,} ({format_percent(found.share)})", f"{format_percent(found.lower)}–{upper}"


def _onset(row: SideEffectRow) -> str:
    if row.onset_median is None:
        return "–"
    return f"{row.onset_median:g} ({row.onset_first}–{row.onset_last})"


def show_follow_up(estimated: Estimate) -> None:
    """Draw the median follow-up of every stratum, both ways."""
    interval = format_interval(estimated.conf_level, estimated.conf_type)
    header = [
        "Group",
        f"Reverse Kaplan-Meier median, months ({interval})",
        "Plain median of observed time, months",
    ]
    rows = [
        [
            stratum.label,
            format_quantile(stratum.follow_up.reverse_km),
            format_months(stratum.follow_up.observed_median),
        ]
        for stratum in estimated.strata
    ]
    show(header, rows, alt="Median follow-up by group")
    basis = estimated.strata[0].follow_up.basis
    st.caption(f"Follow-up is read from the times of {escaped(basis)}: how long patients were watched.")
