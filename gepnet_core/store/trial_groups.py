"""Columns of numbers that should order the groups of a trial and cannot. Checked by SQL."""

from __future__ import annotations

from collections.abc import Sequence

from gepnet_core.errors import quoted
from gepnet_core.intake.report import Report
from gepnet_core.intake.times import Times
from gepnet_core.sql_names import identifier
from gepnet_core.store.connection import Building
from gepnet_core.store.level_order import ordered, partner_of

MOST_PAIRS = 1_000


def warn_unordered(
    file: Building, report: Report, times: Times, kept: Sequence[tuple[str, str, str]], treatment: str
) -> None:
    """Say where a column of numbers, such as TRTPN, should order the levels of another and cannot.

    `kept` are the baseline columns as name, SQL and kind; `treatment` is the name of the treatment's column.
    """
    numeric = [name for name, _, kind in kept if kind != "categorical"]
    named = [(name, name) for name, _, kind in kept if kind == "categorical"]
    for column, words in [("modality", treatment), *named]:
        partner = partner_of(words, numeric, treatment=column == "modality")
        if partner is None:
            continue
        sql = f"SELECT DISTINCT {identifier(column)}, {identifier(partner)} FROM cohort LIMIT {MOST_PAIRS}"
        if ordered(file.rows(sql)) is None:
            said = (
                f"does not give each value of {quoted(words)} a number of its own, and does not order them. They "
                "come as people count, 2 before 10."
            )
            report.add("order-unclear", times.file, said, column=partner)
