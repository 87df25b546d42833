"""The file of published figures beside a data set: each figure as printed, and how to compute it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from gepnet_core.errors import FileRefused, quoted
from gepnet_core.records import parse_toml
from gepnet_core.vocabulary import ConfType

FILE = "published.toml"
QUANTITY_NAMES = ("patients", "share", "median", "follow_up")
PRINTED = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?")
PARTS = {"median": ("estimate", "lower", "upper"), "follow_up": ("reverse_km", "observed")}
KEYS = {"figure", "published", "unit", "convention", "quantity"}
OPTIONAL = {"where", "endpoint", "part", "conf_type", "modality"}


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """A figure as it was printed, and how to compute it: `quantity` and what it needs."""

    figure: str
    printed: str
    unit: str
    convention: str
    quantity: str
    needs: dict[str, Any]


def read_published(text: str) -> list[PublishedFigure]:
    """Read a file of published figures.

    Raises
    ------
    FileRefused
        If it is not TOML, or a figure lacks a part or asks for an unknown quantity.
    """
    found = parse_toml(FILE, text, rule="file-unreadable")
    rows = found.get("figures", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise FileRefused(FILE, "figures must be a list of tables: write [[figures]] above each.")
    figures = []
    for place, row in enumerate(rows, start=1):
        missing = KEYS - row.keys()
        unknown = row.keys() - KEYS - OPTIONAL
        if missing or unknown:
            words = ", ".join(sorted(missing)) or ", ".join(sorted(unknown))
            raise FileRefused(
                FILE, f"figure {place} {'lacks' if missing else 'has the unknown part'} {words}."
            )
        for key in ("figure", "unit", "convention"):
            if not isinstance(row[key], str) or not row[key].strip():
                raise FileRefused(FILE, f"figure {place}: {key} must be a text in quotes.")
        if row["quantity"] not in QUANTITY_NAMES:
            known = ", ".join(QUANTITY_NAMES)
            raise FileRefused(FILE, f"figure {place}: {quoted(str(row['quantity']))} is none of {known}.")
        if not _is_printed_number(row["published"]):
            raise FileRefused(FILE, f"figure {place}: published must be a number in quotes, as printed.")
        needs = {key: row[key] for key in OPTIONAL & row.keys()}
        if lacking := _lacking(row["quantity"], needs):
            raise FileRefused(FILE, f"figure {place}: a {row['quantity']} needs {lacking}.")
        figures.append(
            PublishedFigure(
                row["figure"], row["published"], row["unit"], row["convention"], row["quantity"], needs
            )
        )
    return figures


def _is_printed_number(found: object) -> bool:
    """Return True for a decimal number in quotes, as a paper prints one."""
    return isinstance(found, str) and PRINTED.fullmatch(found) is not None


def _lacking(quantity: str, needs: dict[str, Any]) -> str:
    """Return what a quantity cannot be computed without, or nothing."""
    conditions = needs.get("where", [])
    if not isinstance(conditions, list) or not all(_is_condition(found) for found in conditions):
        return "a list of conditions in where, each with an endpoint and an event (true or false) or a reason"
    if quantity == "share" and not conditions and not isinstance(needs.get("modality"), str):
        return "a modality, or conditions in where"
    if quantity in PARTS:
        if not isinstance(needs.get("endpoint"), str):
            return "an endpoint"
        if needs.get("part") not in PARTS[quantity]:
            return f"a part: {', '.join(PARTS[quantity])}"
    if quantity == "median" and needs.get("conf_type") not in list(ConfType):
        return f"a conf_type: {', '.join(ConfType)}"
    return ""


def check_endpoints(figures: list[PublishedFigure], endpoints: Collection[str]) -> None:
    """Refuse a figure about an endpoint that the data set does not have."""
    for place, figure in enumerate(figures, start=1):
        asked = [condition["endpoint"] for condition in figure.needs.get("where", [])]
        asked += [figure.needs["endpoint"]] if "endpoint" in figure.needs else []
        for endpoint in asked:
            if endpoint not in endpoints:
                raise FileRefused(
                    FILE, f"figure {place}: {quoted(endpoint)} is none of {', '.join(endpoints)}."
                )


def _is_condition(found: object) -> bool:
    return (
        isinstance(found, dict)
        and found.keys() <= {"endpoint", "event", "reason"}
        and isinstance(found.get("endpoint"), str)
        and isinstance(found.get("event", True), bool)
        and isinstance(found.get("reason", ""), str)
        and len(found) > 1
    )
