"""The settings of a data set: window, eligible primaries, excluded modalities, labels and order."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from gepnet_core.errors import FileRefused, quoted

FILE = "settings.toml"


@dataclass(frozen=True, slots=True)
class Modality:
    """A kind of local treatment: the stored value and the words for it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What a data set's own TOML file says; an empty tuple or None does not restrict.

    `notice` is shown on every screen. `modalities` gives labels and order; others come after, as stored.
    """

    title: str = ""
    notice: str = ""
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
    if not path.exists():
        return Settings()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as failed:
        raise FileRefused(path.name, f"is not TOML: {failed}.") from None
    eligibility = _take(path, found, "eligibility", dict, {})
    window = _take(path, eligibility, "window", dict, {})
    settings = Settings(
        title=_take(path, found, "title", str, ""),
        notice=_take(path, found, "notice", str, ""),
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
        if not isinstance(row, dict) or set(row) != {"value", "label"}:
            raise FileRefused(path.name, f"each of {quoted(key)} needs a value and a label.")
    values = [str(row["value"]) for row in rows]
    if len(set(values)) < len(values):
        raise FileRefused(path.name, f"{quoted(key)} names a value twice. Keep one.")
    return tuple(Modality(str(row["value"]), str(row["label"])) for row in rows)


def _words(path: Path, level: dict[str, Any], key: str) -> tuple[str, ...]:
    found = _take(path, level, key, list, [])
    if not all(isinstance(word, str) for word in found):
        raise FileRefused(path.name, f"{quoted(key)} must be a list of texts in quotes.")
    return tuple(found)
