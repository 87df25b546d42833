"""The settings of a data set: window, eligible primaries, excluded modalities, labels and order."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from gepnet_core.errors import FileRefused, quoted
from gepnet_core.records import read_text

FILE = "settings.toml"


@dataclass(frozen=True, slots=True)
class Modality:
    """A kind of local treatment: the stored value and the words for it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What a data set's own TOML file says; an empty tuple or None does not restrict.

    `notice` is shown on every screen, `about` beside the attrition. `modalities` gives labels and order;
    others come after, as stored.
    """

    title: str = ""
    notice: str = ""
    about: str = ""
    primary_sites: tuple[str, ...] = ()
    focal_only: bool = True
    focal_indication: str = "focal progression"
    window_from: date | None = None
    window_to: date | None = None
    excluded: tuple[Modality, ...] = ()
    modalities: tuple[Modality, ...] = field(default=())

    def to_json(self) -> str:
        """Return the settings as canonical JSON, part of what a version is made of."""
        return json.dumps(asdict(self), sort_keys=True, default=str, ensure_ascii=False)


def read_settings(path: Path) -> Settings:
    """Read a settings file; a missing file means no restriction.

    Raises
    ------
    FileRefused
        If the file is not TOML, has an unknown key, or a value of the wrong kind.
    """
    text = read_text(path)
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as failed:
        raise FileRefused(path.name, f"is not TOML: {failed}.") from None
    eligibility = _take(path, found, "eligibility", dict, {})
    window = _take(path, eligibility, "window", dict, {})
    settings = Settings(
        title=_take(path, found, "title", str, ""),
        notice=_take(path, found, "notice", str, ""),
        about=_take(path, found, "about", str, ""),
        primary_sites=_words(path, eligibility, "primary_sites"),
        focal_only=_take(path, eligibility, "focal_only", bool, True),
        focal_indication=_take(path, eligibility, "focal_indication", str, "focal progression"),
        window_from=_take(path, window, "from", date, None),
        window_to=_take(path, window, "to", date, None),
        excluded=_modalities(path, eligibility, "excluded_modalities"),
        modalities=_modalities(path, found, "modalities"),
    )
    for level in (window, eligibility, found):
        for key in level:
            raise FileRefused(path.name, f"{quoted(key)} is not a setting. Check its spelling.")
    if settings.window_from and settings.window_to and settings.window_from > settings.window_to:
        raise FileRefused(path.name, "the window runs backwards. Swap from and to.")
    return settings


def _take(path: Path, level: dict[str, Any], key: str, kind: type, default: Any) -> Any:
    """Remove and return one setting of the right kind."""
    value = level.pop(key, default)
    if value is not default and (not isinstance(value, kind) or isinstance(value, datetime)):
        raise FileRefused(path.name, f"{quoted(key)} must be of kind {kind.__name__}.")
    return value


def _modalities(path: Path, level: dict[str, Any], key: str) -> tuple[Modality, ...]:
    rows = _take(path, level, key, list, [])
    for row in rows:
        words = list(row.values()) if isinstance(row, dict) else []
        if (
            not isinstance(row, dict)
            or row.keys() != {"value", "label"}
            or not all(isinstance(word, str) and word.strip() for word in words)
        ):
            raise FileRefused(
                path.name, f"each of {quoted(key)} needs a value and a label, both text in quotes."
            )
    found = tuple(Modality(row["value"], row["label"]) for row in rows)
    for words in ([modality.value for modality in found], [modality.label for modality in found]):
        if len(set(words)) < len(words):
            raise FileRefused(path.name, f"{quoted(key)} names a value or a label twice. Keep one.")
    for modality in found:
        if any(modality.label == other.value for other in found if other is not modality):
            raise FileRefused(
                path.name,
                f"the label {quoted(modality.label)} is the value of another one. Choose another label.",
            )
    return found


def _words(path: Path, level: dict[str, Any], key: str) -> tuple[str, ...]:
    found = _take(path, level, key, list, [])
    if not all(isinstance(word, str) for word in found):
        raise FileRefused(path.name, f"{quoted(key)} must be a list of texts in quotes.")
    return tuple(found)
