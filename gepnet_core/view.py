"""What a link says: the one codec between a view and its query string, there and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

from gepnet_core.behind import Behind, parse_behind, to_text
from gepnet_core.case import Case
from gepnet_core.criteria import Between, OneOf, parse_between, parse_one_of
from gepnet_core.errors import OptionRefused, quoted
from gepnet_core.selection import Selection
from gepnet_core.spelled import (
    parse_dataset_name,
    parse_date,
    parse_horizon,
    parse_level,
    parse_lines,
    parse_months,
    parse_part,
    parse_percent,
    parse_window,
    parse_yes_no,
)
from gepnet_core.vocabulary import ConfType, DeathRule, Order

DEFAULT_LEVEL = 0.95
# a key of a link, by the part of the case that it holds
CASE_KEYS = {
    "case_primary_site": "primary_site",
    "case_tumour_grade": "tumour_grade",
    "case_ki67_percent": "ki67_percent",
    "case_target_site": "target_site",
    "case_lines": "lines",
    "case_modality": "modality",
    "case_least": "least",
}
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
    "patient",
    "behind",
    "order",
    "lanes",
    "part",
    *CASE_KEYS,
)
MULTIPLE_KEYS = {"modality": "modalities", "level": "levels", "adjust": "adjust", "subgroup": "subgroups"}
CRITERIA_KEYS = ("where", "range", "within")
PLAIN_KEYS = ("finding", "patient", "lanes")
Words = TypeVar("Words", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class View:
    """Every control of the dashboard; None means that the default holds.

    `horizon` is in months; `failure` True shows 1 - S; `band` False hides the confidence bands. From `levels` on
    the controls are those of a comparison (`tau`, `at` and `landmark` in months), and `window` is that of the
    side effects in days, `finding` the rule whose findings the data quality shows. `patient` is the
    handle of the one whose history is open (an address never holds the id), `behind` the number whose patients are
    listed, `within` conditions on them, `order` how their lanes are sorted, `lanes` the column that groups them,
    `part` which page of them is shown (from 1), and `case` the patient under discussion.
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
    patient: str | None = None
    behind: Behind | None = None
    within: tuple[OneOf, ...] = ()
    order: Order = Order.INDEX_DATE
    lanes: str | None = None
    part: int = 1
    case: Case = field(default_factory=Case)

    def to_query(self) -> dict[str, str | list[str]]:
        """Return the query string's keys and values; what is at "no restriction" is left out."""
        chosen = self.selection
        query: dict[str, str | list[str]] = {}
        for key in ("dataset", "version", "endpoint", "by", "reference", "stratify", "contrast", *PLAIN_KEYS):
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
        return query | self._patients_query()

    def _patients_query(self) -> dict[str, str | list[str]]:
        """Return the keys and values of criteria, lists of patients and the case under discussion."""
        query: dict[str, str | list[str]] = {}
        for key, kind in zip(CRITERIA_KEYS[:2], (OneOf, Between), strict=True):
            if found := [each.to_text() for each in self.selection.criteria if isinstance(each, kind)]:
                query[key] = found
        if self.within:
            query["within"] = [each.to_text() for each in self.within]
        if self.behind is not None:
            query["behind"] = to_text(self.behind)
        if self.order is not Order.INDEX_DATE:
            query["order"] = self.order.value
        if self.part != 1:
            query["part"] = str(self.part)
        for key, part in CASE_KEYS.items():
            value = getattr(self.case, part)
            if value is not None and value != getattr(Case(), part):
                query[key] = repr(value) if isinstance(value, float) else str(value)
        return query

    @staticmethod
    def from_query(query: Mapping[str, Iterable[str]]) -> tuple[View, list[str]]:
        """Return the view that a query string describes, and a sentence for each part that cannot be used.

        A part that cannot be used is at its default in the view, so a caller with any sentence must not
        show results: they could stand for a wider cohort than the link meant.
        """
        problems: list[str] = []
        values = {key: list(found) for key, found in query.items()}
        for key in sorted(values.keys() - {*SINGLE_KEYS, *MULTIPLE_KEYS, *CRITERIA_KEYS}):
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
        view, selection = View(), Selection()
        try:
            criteria = (
                *map(parse_one_of, values.get("where", ())),
                *map(parse_between, values.get("range", ())),
            )
            view = replace(view, within=tuple(map(parse_one_of, values.get("within", ()))))
            selection = Selection(tuple(values.get("modality", ())), **days, death=death, criteria=criteria)  # type: ignore[arg-type]
        except OptionRefused as refused:
            problems.append(f"The link cannot be used: {refused}")
        view = replace(
            view,
            selection=selection,
            dataset=read("dataset", parse_dataset_name),  # type: ignore[arg-type]
            version=single.get("version"),
            endpoint=single.get("endpoint"),
            by=single.get("by"),
            reference=single.get("reference"),
            stratify=single.get("stratify"),
            contrast=single.get("contrast"),
            finding=single.get("finding"),
            patient=single.get("patient"),
            lanes=single.get("lanes"),
            case=_read_case(single, read),
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
            "behind": read("behind", parse_behind),
            "order": read("order", Order),
            "part": read("part", parse_part),
        }
        return replace(view, **{key: value for key, value in changes.items() if value is not None}), problems  # type: ignore[arg-type]


def _read_case(single: Mapping[str, str], read: Callable[[str, object], object]) -> Case:
    """Return the case that a link describes; what cannot be read is not known."""
    numbers = {"case_ki67_percent": parse_percent, "case_lines": parse_lines, "case_least": parse_part}
    found: dict[str, object] = {
        part: single.get(key) for key, part in CASE_KEYS.items() if key not in numbers
    }
    found |= {CASE_KEYS[key]: read(key, parse) for key, parse in numbers.items()}
    return Case(**{part: value for part, value in found.items() if value is not None})  # type: ignore[arg-type]
