"""The settings of a data set: window, eligible primaries, excluded modalities, labels and order."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from gepnet_core.errors import FileRefused, quoted
from gepnet_core.records import parse_toml, read_text

FILE = "settings.toml"
MAY_BE_ABSENT = ("systemic_therapies", "progressions", "adverse_events")


# the key of the file that each field stands for
KEYS = {
    **{name: name for name in ("title", "notice", "about", "extracted", "missing", "not_recorded")},
    **{name: name for name in ("modalities", "baseline")},
    **{name: f"eligibility.{name}" for name in ("primary_sites", "metastatic", "focal_only")},
    "focal_indication": "eligibility.focal_indication",
    "window_from": "eligibility.window",
    "window_to": "eligibility.window",
    "excluded": "eligibility.excluded_modalities",
}


@dataclass(frozen=True, slots=True)
class Modality:
    """A kind of local treatment: the stored value and the words for it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What a data set's own TOML file says; an empty tuple or None does not restrict.

    `notice` is shown on every screen, `about` beside the attrition. `modalities` gives labels and order;
    others come after, as stored. `metastatic` and `focal_only` hold unless they are switched off. `extracted` is
    the day on which the tables were exported, `missing` the words that mean that nothing is recorded,
    `not_recorded` the tables of which nothing is known. `baseline` says of columns that may be known only after the
    index date whether they are a baseline all the same; it belongs to times, of which any column may be one.
    `said` holds the keys that a file named, defaults included: it decides what an import refuses and is no part
    of what a version is made of.
    """

    title: str = ""
    notice: str = ""
    about: str = ""
    primary_sites: tuple[str, ...] = ()
    metastatic: bool = True
    focal_only: bool = True
    focal_indication: str = "focal progression"
    window_from: date | None = None
    window_to: date | None = None
    excluded: tuple[Modality, ...] = ()
    modalities: tuple[Modality, ...] = field(default=())
    extracted: date | None = None
    missing: tuple[str, ...] = ()
    not_recorded: tuple[str, ...] = ()
    baseline: tuple[tuple[str, bool], ...] = ()
    said: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def told(self) -> list[str]:
        """The keys that a file named or that differ from their default, as "title" or "eligibility.window"."""
        plain = Settings()
        changed = {key for name, key in KEYS.items() if getattr(self, name) != getattr(plain, name)}
        return sorted(self.said | changed)

    def to_toml(self) -> dict[str, Any]:
        """Return the settings as the TOML table that `settings_from` reads.

        What does not restrict is left out, and so is a step at its default that nobody named: a file of times
        would be refused for it.
        """
        window = {"from": self.window_from, "to": self.window_to}
        eligibility: dict[str, Any] = {
            "local_treatment": True,
            "primary_sites": list(self.primary_sites),
            "metastatic": self.metastatic,
            "focal_only": self.focal_only,
            "focal_indication": self.focal_indication,
            "window": {key: day for key, day in window.items() if day is not None},
            "excluded_modalities": [asdict(modality) for modality in self.excluded],
        }
        kept = set(self.told)
        told: dict[str, Any] = {
            "title": self.title,
            "notice": self.notice,
            "about": self.about,
            "extracted": self.extracted,
            "missing": list(self.missing),
            "not_recorded": list(self.not_recorded),
            "modalities": [asdict(modality) for modality in self.modalities],
            "baseline": {column: "yes" if said else "no" for column, said in self.baseline},
            "eligibility": {
                key: value
                for key, value in eligibility.items()
                if value not in ([], {}) and f"eligibility.{key}" in kept
            },
        }
        return {key: value for key, value in told.items() if value not in ("", None, [], {})}

    @property
    def restricts(self) -> bool:
        """True where a window, primary sites or excluded modalities are given."""
        return bool(self.window_from or self.window_to or self.primary_sites or self.excluded)

    def plain(self) -> Settings:
        """Return the settings without labels and an order that are as they would be without them."""
        values = [modality.value for modality in self.modalities]
        same = values == sorted(values) and all(found.label == found.value for found in self.modalities)
        return replace(self, modalities=()) if same else self

    @classmethod
    def from_json(cls, stored: str) -> Settings:
        """Return the settings that `to_json` told."""
        found = json.loads(stored)
        for name in ("extracted", "window_from", "window_to"):
            found[name] = None if found[name] is None else date.fromisoformat(found[name])
        for name in ("excluded", "modalities"):
            found[name] = tuple(Modality(**told) for told in found[name])
        for name in ("missing", "not_recorded", "primary_sites"):
            found[name] = tuple(found[name])
        found["baseline"] = tuple((column, said) for column, said in found.get("baseline", ()))
        return cls(**found)

    def to_json(self) -> str:
        """Return the settings as canonical JSON, part of what a version is made of.

        `metastatic` is told only where it is switched off, and `baseline` where it decides: versions from before
        there were such settings keep their names.
        """
        told = asdict(self)
        del told["said"]
        if self.metastatic:
            del told["metastatic"]
        if not self.baseline:
            del told["baseline"]
        return json.dumps(told, sort_keys=True, default=str, ensure_ascii=False)

    def deciding(self, decisions: Iterable[tuple[str, bool]]) -> Settings:
        """Return the settings with further decisions on baseline columns; the later one of a column holds."""
        return replace(self, baseline=tuple(sorted((dict(self.baseline) | dict(decisions)).items())))


def read_settings(path: Path) -> Settings:
    """Read a settings file.

    Raises
    ------
    FileRefused
        If the file is not there, is not TOML, has an unknown key, or a value of the wrong kind.
    """
    return parse_settings(path.name, read_text(path))


def parse_settings(file: str, text: str) -> Settings:
    """Return the settings that a TOML text says; see `read_settings`."""
    return settings_from(file, parse_toml(file, text))


def settings_from(file: str, found: dict[str, Any]) -> Settings:
    """Return the settings that a TOML table says; the table is emptied.

    Raises
    ------
    FileRefused
        If it has an unknown key, or a value of the wrong kind.
    """
    eligibility = _take(file, found, "eligibility", dict, {})
    said = frozenset([*found, *(f"eligibility.{key}" for key in eligibility)])
    window = _take(file, eligibility, "window", dict, {})
    settings = Settings(
        title=_take(file, found, "title", str, ""),
        notice=_take(file, found, "notice", str, ""),
        about=_take(file, found, "about", str, ""),
        extracted=_take(file, found, "extracted", date, None),
        missing=_words(file, found, "missing"),
        not_recorded=_words(file, found, "not_recorded"),
        primary_sites=_words(file, eligibility, "primary_sites"),
        metastatic=_take(file, eligibility, "metastatic", bool, True),
        focal_only=_take(file, eligibility, "focal_only", bool, True),
        focal_indication=_take(file, eligibility, "focal_indication", str, "focal progression"),
        window_from=_take(file, window, "from", date, None),
        window_to=_take(file, window, "to", date, None),
        excluded=_modalities(file, eligibility, "excluded_modalities"),
        modalities=_modalities(file, found, "modalities"),
        baseline=_decisions(file, found),
        said=said,
    )
    if not _take(file, eligibility, "local_treatment", bool, True):
        words = "local_treatment cannot be switched off: the date of a local treatment is time zero."
        raise FileRefused(file, words, rule="mapping")
    for level in (window, eligibility, found):
        for key in level:
            raise FileRefused(file, f"{quoted(key)} is not a setting. Check its spelling.", rule="mapping")
    for table in settings.not_recorded:
        if table not in MAY_BE_ABSENT:
            words = f"{quoted(table)} cannot be absent: not_recorded takes {', '.join(MAY_BE_ABSENT)}."
            raise FileRefused(file, words, rule="mapping")
    if settings.window_from and settings.window_to and settings.window_from > settings.window_to:
        raise FileRefused(file, "the window runs backwards. Swap from and to.", rule="mapping")
    return settings


def _take(file: str, level: dict[str, Any], key: str, kind: type, default: Any) -> Any:
    """Remove and return one setting of the right kind."""
    value = level.pop(key, default)
    if value is not default and (not isinstance(value, kind) or isinstance(value, datetime)):
        raise FileRefused(file, f"{quoted(key)} must be of kind {kind.__name__}.", rule="mapping")
    return value


def _modalities(file: str, level: dict[str, Any], key: str) -> tuple[Modality, ...]:
    rows = _take(file, level, key, list, [])
    for row in rows:
        words = list(row.values()) if isinstance(row, dict) else []
        if (
            not isinstance(row, dict)
            or row.keys() != {"value", "label"}
            or not all(isinstance(word, str) and word.strip() for word in words)
        ):
            raise FileRefused(file, f"each of {quoted(key)} needs a value and a label, both text in quotes.")
    found = tuple(Modality(row["value"], row["label"]) for row in rows)
    for words in ([modality.value for modality in found], [modality.label for modality in found]):
        if len(set(words)) < len(words):
            raise FileRefused(
                file, f"{quoted(key)} names a value or a label twice. Keep one.", rule="mapping"
            )
    for modality in found:
        if any(modality.label == other.value for other in found if other is not modality):
            raise FileRefused(
                file,
                f"the label {quoted(modality.label)} is the value of another one. Choose another label.",
                rule="mapping",
            )
    return found


def _decisions(file: str, level: dict[str, Any]) -> tuple[tuple[str, bool], ...]:
    told = _take(file, level, "baseline", dict, {})
    for column, said in told.items():
        if said not in ("yes", "no"):
            raise FileRefused(
                file, f'baseline: say "yes" or "no" of {quoted(column)}, in quotes.', rule="mapping"
            )
    return tuple(sorted((column, said == "yes") for column, said in told.items()))


def _words(file: str, level: dict[str, Any], key: str) -> tuple[str, ...]:
    found = _take(file, level, key, list, [])
    if not all(isinstance(word, str) for word in found):
        raise FileRefused(file, f"{quoted(key)} must be a list of texts in quotes.", rule="mapping")
    return tuple(found)
