"""What a link says: the one codec between a view and its query string, there and back."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar

from gepnet_core.errors import OptionRefused, quoted
from gepnet_core.selection import Selection
from gepnet_core.vocabulary import DATASET_NAME, ConfType, DeathRule

DEFAULT_LEVEL = 0.95
SINGLE_KEYS = (
    "dataset",
    "version",
    "index_from",
    "index_to",
    "cutoff",
    "endpoint",
    "by",
    "conf_type",
    "conf_level",
    "death",
    "horizon",
    "band",
    "failure",
    "reference",
    "stratify",
    "tau",
    "at",
    "landmark",
    "contrast",
    "window",
    "finding",
)
MULTIPLE_KEYS = {"modality": "modalities", "level": "levels", "adjust": "adjust", "subgroup": "subgroups"}
LONGEST_WINDOW = 365
Words = TypeVar("Words", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class View:
    """Every control of the dashboard; None means that the default holds.

    `horizon` is in months; `failure` True shows 1 - S; `band` False hides the confidence bands. From `levels` on
    the controls are those of a comparison (`tau`, `at` and `landmark` in months), and `window` is that of the
    side effects in days, `finding` the rule whose findings the data quality shows.
    """

    dataset: str | None = None
    version: str | None = None
    selection: Selection = field(default_factory=Selection)
    endpoint: str | None = None
    by: str | None = None
    conf_type: ConfType = ConfType.LOG_LOG
    conf_level: float = DEFAULT_LEVEL
    horizon: int | None = None
    band: bool = True
    failure: bool = False
    levels: tuple[str, ...] = ()
    reference: str | None = None
    stratify: str | None = None
    adjust: tuple[str, ...] = ()
    tau: float | None = None
    at: float | None = None
    landmark: float | None = None
    contrast: str | None = None
    subgroups: tuple[str, ...] = ()
    window: int | None = None
    finding: str | None = None

    def to_query(self) -> dict[str, str | list[str]]:
        """Return the query string's keys and values; what is at "no restriction" is left out."""
        chosen = self.selection
        query: dict[str, str | list[str]] = {}
        for key in ("dataset", "version", "endpoint", "by", "reference", "stratify", "contrast", "finding"):
            if (value := getattr(self, key)) is not None:
                query[key] = value
        if chosen.modalities:
            query["modality"] = list(chosen.modalities)
        for key in ("level", "adjust", "subgroup"):
            if values := getattr(self, MULTIPLE_KEYS[key]):
                query[key] = list(values)
        for key in ("tau", "at", "landmark"):
            if (months := getattr(self, key)) is not None:
                query[key] = repr(months)
        if self.window is not None:
            query["window"] = str(self.window)
        for key in ("index_from", "index_to", "cutoff"):
            if (day := getattr(chosen, key)) is not None:
                query[key] = day.isoformat()
        query |= {
            "conf_type": self.conf_type.value,
            "conf_level": repr(self.conf_level),
            "death": chosen.death.value,
        }
        if self.horizon is not None:
            query["horizon"] = str(self.horizon)
        if not self.band:
            query["band"] = "no"
        if self.failure:
            query["failure"] = "yes"
        return query

    @staticmethod
    def from_query(query: Mapping[str, Iterable[str]]) -> tuple[View, list[str]]:
        """Return the view that a query string describes, and a sentence for each part that cannot be used.

        A part that cannot be used is at its default in the view, so a caller with any sentence must not
        show results: they could stand for a wider cohort than the link meant.
        """
        problems: list[str] = []
        values = {key: list(found) for key, found in query.items()}
        for key in sorted(values.keys() - {*SINGLE_KEYS, *MULTIPLE_KEYS}):
            problems.append(f"The link has an unknown part {quoted(key)}.")
        single: dict[str, str] = {}
        for key in SINGLE_KEYS:
            found = values.get(key, [])
            if len(found) > 1:
                problems.append(f"The link gives {key} {len(found)} times; it can hold one value.")
            elif found and not found[0]:
                problems.append(f"The link gives no value for “{key}”.")
            elif found:
                single[key] = found[0]

        def read(key: str, parse: type[Words] | object) -> object:
            if key not in single:
                return None
            try:
                return parse(single[key])  # type: ignore[operator]
            except (ValueError, OptionRefused) as refused:
                said = f" {refused}" if isinstance(refused, OptionRefused) else ""
                if isinstance(parse, type) and issubclass(parse, StrEnum):
                    said = f" There are: {', '.join(parse)}."
                problems.append(f"The link's {key} {quoted(single[key])} cannot be used.{said}")
                return None

        days = {key: read(key, parse_date) for key in ("index_from", "index_to", "cutoff")}
        death = read("death", DeathRule) or DeathRule.CENSOR
        selection = Selection()
        try:
            selection = Selection(tuple(values.get("modality", ())), **days, death=death)  # type: ignore[arg-type]
        except OptionRefused as refused:
            problems.append(f"The link cannot be used: {refused}")
        view = View(
            selection=selection,
            dataset=read("dataset", parse_dataset_name),  # type: ignore[arg-type]
            version=single.get("version"),
            endpoint=single.get("endpoint"),
            by=single.get("by"),
            reference=single.get("reference"),
            stratify=single.get("stratify"),
            contrast=single.get("contrast"),
            finding=single.get("finding"),
        )
        for key in ("level", "adjust", "subgroup"):
            found = values.get(key, [])
            if "" in found:
                problems.append(f"The link gives an empty value for “{key}”.")
            elif len(set(found)) < len(found):
                problems.append(f"The link gives a value of “{key}” twice.")
            else:
                view = replace(view, **{MULTIPLE_KEYS[key]: tuple(found)})  # type: ignore[arg-type]
        changes = {
            "conf_type": read("conf_type", ConfType),
            "conf_level": read("conf_level", parse_level),
            "horizon": read("horizon", parse_horizon),
            "band": read("band", parse_yes_no),
            "failure": read("failure", parse_yes_no),
            "tau": read("tau", parse_months),
            "at": read("at", parse_months),
            "landmark": read("landmark", parse_months),
            "window": read("window", parse_window),
        }
        return replace(view, **{key: value for key, value in changes.items() if value is not None}), problems  # type: ignore[arg-type]


def parse_date(text: str) -> date:
    """Return the ISO calendar date that `text` spells; raise OptionRefused otherwise."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:
        raise OptionRefused(f"{quoted(text)} is not a date. Write it as YYYY-MM-DD.")
    return found


def parse_level(text: str) -> float:
    """Return a confidence level strictly between 0 and 1; raise OptionRefused otherwise."""
    level = plain_number(text)
    if not 0.0 < level < 1.0:
        raise OptionRefused(
            f"{quoted(text)} is not a confidence level. Give a number between 0 and 1, as 0.95."
        )
    return level


def plain_number(text: str) -> float:
    """Return the number that plain digits, sign, point and exponent spell; NaN for anything else."""
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", text):
        return math.nan
    return float(text)


def parse_dataset_name(text: str) -> str:
    """Return a data set's name; raise OptionRefused where it breaks the rule for names."""
    if not DATASET_NAME.fullmatch(text):
        raise OptionRefused(
            f"{quoted(text)} is not a data set name. Use up to 64 lower-case letters, digits, - and _, "
            "starting with a letter or a digit."
        )
    return text


def parse_horizon(text: str) -> int:
    """Return a horizon in whole months, 1 to 1,200; raise OptionRefused otherwise."""
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 1200:
        raise OptionRefused(f"{quoted(text)} is not a number of months from 1 to 1200.")
    return int(text)


def parse_months(text: str) -> float:
    """Return a time in months, above 0 and at most 1,200; raise OptionRefused otherwise."""
    months = plain_number(text)
    if not 0.0 < months <= 1200.0:
        raise OptionRefused(f"{quoted(text)} is not a number of months above 0 and up to 1200.")
    return months


def parse_window(text: str) -> int:
    """Return a window in whole days, 1 to 365; raise OptionRefused otherwise."""
    if not (text.isascii() and text.isdigit() and len(text) <= 3) or not 1 <= int(text) <= LONGEST_WINDOW:
        raise OptionRefused(f"{quoted(text)} is not a number of days from 1 to {LONGEST_WINDOW}.")
    return int(text)


def parse_yes_no(text: str) -> bool:
    """Return True for "yes" and False for "no"; raise OptionRefused otherwise."""
    if text not in ("yes", "no"):
        raise OptionRefused(f"{quoted(text)} is neither yes nor no.")
    return text == "yes"
