"""The order of levels: by a column's numeric partner where there is one, as in CDISC, else as people count.

Only this module says that TRTPN orders TRTP.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from gepnet_core.settings import Settings
from gepnet_core.sql_names import identifier
from gepnet_core.store.connection import Database
from gepnet_core.store.described import BaselineColumn
from gepnet_core.vocabulary import NOT_RECORDED

NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?)")
MOST_LEVELS = 1_000
# the planned treatment has two names, one in ADTTE and one in ADSL
TREATMENT_PARTNERS = ("TRTPN", "TRT01PN")
Natural = tuple[str | float, ...]


def natural(level: str) -> Natural:
    """Return a sort key by which "2 mg" comes before "10 mg"; texts and numbers take turns in it."""
    return tuple(float(part) if place % 2 else part for place, part in enumerate(NUMBER.split(level)))


def partner_of(column: str, numeric: Collection[str], *, treatment: bool = False) -> str | None:
    """Return the numeric column that orders a character column, whatever its case: AGEGR1N for AGEGR1.

    A treatment is also ordered by TRTPN or TRT01PN, whatever its own column is called.
    """
    named = {name.upper(): name for name in reversed(list(numeric))}
    wanted = (f"{column.upper()}N", *(TREATMENT_PARTNERS if treatment else ()))
    return next((named[name] for name in wanted if name in named), None)


def ordered(pairs: Iterable[tuple[str | None, float | None]]) -> list[str] | None:
    """Return levels by their numbers, smallest first; None where they are not one to one.

    Parameters
    ----------
    pairs
        Each level with each number that stands beside it; a level that is not recorded does not count, nor does
        a number that is missing where the level has one elsewhere.
    """
    beside: dict[str, set[float]] = {}
    for level, number in pairs:
        if level is not None and level != NOT_RECORDED:
            beside.setdefault(level, set()).update([] if number is None else [float(number)])
    numbers = {level: min(found) for level, found in beside.items() if len(found) == 1}
    if len(numbers) < len(beside) or len(set(numbers.values())) < len(numbers):
        return None
    return sorted(numbers, key=numbers.__getitem__)


@dataclass(frozen=True, slots=True)
class Orders:
    """What columns of numbers say of the order of others.

    `partners` names, by the column that is ordered, the numeric one beside it; `levels` holds the order itself.
    The treatment is called "modality", as it is stored.
    """

    partners: dict[str, str]
    levels: dict[str, list[str]]


def orders_of(database: Database, baseline: Sequence[BaselineColumn], treatment: str) -> Orders:
    """Return the orders of a version; `treatment` is the name of a trial's treatment column, "" of a cohort."""
    numeric = [entry.name for entry in baseline if entry.kind == "numeric"]
    named = {
        entry.name: entry.name
        for entry in baseline
        if entry.kind != "numeric" and entry.levels <= MOST_LEVELS
    }
    if treatment:
        named["modality"] = treatment
    partners, levels = {}, {}
    for column, name in named.items():
        partner = partner_of(name, numeric, treatment=column == "modality")
        if partner is None:
            continue
        sql = f"SELECT DISTINCT {identifier(column)}, {identifier(partner)} FROM cohort"
        if order := ordered(database.rows(sql)):
            partners[column], levels[column] = partner, order
    return Orders(partners, levels)


def labels_in_order(database: Database, settings: str, partnered: Sequence[str]) -> dict[str, str]:
    """Return the labels of the modalities that occur: those that the settings name first, in their order.

    What the settings do not name follows as its numeric partner has it (`partnered`), else as people count, and
    last what is not recorded. `settings` is their JSON, or "".
    """
    sql = "SELECT value, label FROM modalities WHERE value IN (SELECT modality FROM cohort)"
    found: dict[str, str] = dict(database.rows(sql))
    told = [one.value for one in Settings.from_json(settings).modalities] if settings else []
    known = [*told, *partnered]

    def place(value: str) -> tuple[bool, int, Natural]:
        there = known.index(value) if value in known else len(known)
        return value == NOT_RECORDED, there, natural(value)

    return {value: found[value] for value in sorted(found, key=place)}
