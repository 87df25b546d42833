"""The file of published figures beside a data set: each figure as printed, and how to compute it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from gepnet_core.errors import FileRefused, quoted

FILE = "published.toml"
QUANTITY_NAMES = ("patients", "share", "median", "follow_up")
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
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as failed:
        raise FileRefused(FILE, f"is not TOML: {failed}.") from None
    figures = []
    for place, row in enumerate(found.get("figures", []), start=1):
        missing = KEYS - row.keys()
        unknown = row.keys() - KEYS - OPTIONAL
        if missing or unknown:
            words = ", ".join(sorted(missing)) or ", ".join(sorted(unknown))
            raise FileRefused(
                FILE, f"figure {place} {'lacks' if missing else 'has the unknown part'} {words}."
            )
        if row["quantity"] not in QUANTITY_NAMES:
            known = ", ".join(QUANTITY_NAMES)
            raise FileRefused(FILE, f"figure {place}: {quoted(row['quantity'])} is none of {known}.")
        try:
            Decimal(row["published"])
        except (InvalidOperation, TypeError, ValueError):
            raise FileRefused(
                FILE, f"figure {place}: published must be a number in quotes, as printed."
            ) from None
        needs = {key: row[key] for key in OPTIONAL & row.keys()}
        figures.append(
            PublishedFigure(
                row["figure"], row["published"], row["unit"], row["convention"], row["quantity"], needs
            )
        )
    return figures
