"""The one place where an import refuses what was said and would have no effect."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from gepnet_core.errors import FileRefused, OptionRefused, listed, quoted
from gepnet_core.intake.archive import WORKBOOK_MARK
from gepnet_core.intake.files import TRANSPORT
from gepnet_core.intake.mapping import ColumnMapping
from gepnet_core.intake.option_effects import MAPPING, OPTIONS, SETTINGS, Holding
from gepnet_core.intake.request import Format, Request

BESIDE = {Format.ADTTE: "--adsl", Format.REDCAP: "--dictionary", Format.CBIOPORTAL: "--samples"}
READ_ALIKE = (Format.ADTTE, Format.CBIOPORTAL)  # the second file is read as the first one


def holding(request: Request) -> Holding:
    """Return what the file of a request holds."""
    assert request.format is not None
    if request.mapping is not None and request.mapping.endpoints:
        if request.format is Format.WIDE:
            return Holding.WIDE_TIMES
        if request.format is Format.REDCAP:
            return Holding.REDCAP_TIMES
    return Holding(request.format.value)


def check_effects(request: Request) -> None:
    """Refuse the first option, key of the mapping or setting that has no effect.

    Raises
    ------
    OptionRefused
        For an option.
    FileRefused
        Rule "mapping": for a key of the mapping or of the settings; the file is the one that holds the key.
    """
    held = holding(request)
    for option in options_said(request):
        if words := OPTIONS[option].refusal(option, held):
            raise OptionRefused(words)
    _check_kinds(request)
    if request.mapping is not None:
        for key in mapping_said(request.mapping):
            if words := MAPPING[key].refusal(f"`{key}`", held):
                raise FileRefused(request.mapping_file, words, column=key, rule="mapping")
        _check_columns(request.mapping, request.mapping_file)
    in_settings = request.settings is not None
    for key in request.held.told:
        if words := SETTINGS[key].refusal(f"`{key}`", held):
            file = request.settings_file if in_settings else request.mapping_file
            raise FileRefused(file, words, column=key if in_settings else f"settings.{key}", rule="mapping")


def options_said(request: Request) -> list[str]:
    """Return the options that a request carries and that not every file takes."""
    beside = request.beside_as or ("" if request.format is None else BESIDE.get(request.format, "--adsl"))
    said = {
        "--mapping": request.mapping is not None,
        "--extracted": request.extracted is not None,
        beside: request.beside is not None,
        "--sheet": bool(request.sheet),
        "--date-format": request.date_format is not None,
        "--time-unit": request.time_unit is not None,
        "--competing-cnsr": request.competing_cnsr is not None,
        "--censored-cnsr": bool(request.censored_cnsr),
        "--treatment": bool(request.treatment),
        "--baseline": bool(request.baseline),
    }
    return [option for option, given in said.items() if given]


def mapping_said(mapping: ColumnMapping) -> list[str]:
    """Return the keys that a mapping carries."""
    said = {
        "patient_id": True,
        "reading.encoding": bool(mapping.reading.encoding),
        "reading.delimiter": bool(mapping.reading.delimiter),
        "reading.decimal": bool(mapping.reading.decimal),
        "reading.missing": bool(mapping.missing),
        "reading.date_format": mapping.date_format is not None,
        "reading.dates": bool(mapping.dates),
        "groups": bool(mapping.groups),
        "endpoints": bool(mapping.endpoints),
        "treatment": mapping.treatment is not None,
        "baseline": mapping.baseline is not None,
        "values": bool(mapping.values),
        "settings": bool(mapping.settings.told),
    }
    return [key for key, given in said.items() if given]


def _check_columns(mapping: ColumnMapping, file: str) -> None:
    """Refuse words for values or dates of a column that nothing is read from."""
    every = bool(mapping.endpoints) and mapping.baseline is None  # all other columns are a baseline
    for key, named, used in (
        ("values", mapping.values, None if every else mapping.columns()),
        ("reading.dates", mapping.dates, set(mapping.date_columns())),
    ):
        if used is not None and (unused := [column for column in named if column not in used]):
            what = "as a date" if key == "reading.dates" else "by the mapping"
            raise FileRefused(
                file,
                f"`{key}` speaks of {listed([quoted(column) for column in unused])}, which no key reads {what}. "
                "Take it out, or map the column.",
                column=key,
                rule="mapping",
            )


def _check_kinds(request: Request) -> None:
    """Refuse how bytes become text, and which sheet is meant, where the kind of file leaves nothing to say."""
    paths = [request.path]
    if request.beside is not None and request.format in READ_ALIKE:
        paths.append(request.beside)
    kinds = {_kind(path) for path in paths}
    if "" in kinds:
        return
    for key, said, useless, why in _kind_rules(request):
        if said and kinds <= useless:
            words = f"`{key}` has no meaning for this file: {why}. Take it out."
            if key.startswith("--"):
                raise OptionRefused(words.replace("`", "").replace("Take it", "Leave it"))
            raise FileRefused(request.mapping_file, words, column=key, rule="mapping")
    if request.sheet and _kind(request.path) in ("text", "transport"):
        raise OptionRefused(
            "--sheet has no meaning for this file: it holds one table, and a workbook or ZIP several. Leave it out."
        )


def _kind_rules(request: Request) -> Iterator[tuple[str, bool, set[str], str]]:
    mapped = request.mapping.reading if request.mapping is not None else None
    workbook, both = {"workbook"}, {"workbook", "transport"}
    for key, reading in (("--", request.reading), ("reading.", mapped)):
        if reading is not None:
            why = "a workbook says itself how its text is stored"
            yield f"{key}encoding", bool(reading.encoding), workbook, why
            why = "a delimiter parts the cells of text, and a workbook or transport file has cells of its own"
            yield f"{key}delimiter", bool(reading.delimiter), both, why


def _kind(path: Path) -> str:
    """Return "workbook", "transport", "text" or "archive"; empty where the reader will say what is wrong."""
    try:
        if path.is_dir():
            return "archive"
        with path.open("rb") as handle:
            start = handle.read(len(TRANSPORT))
        if start.startswith(TRANSPORT):
            return "transport"
        if not start.startswith(b"PK"):
            return "text"
        with zipfile.ZipFile(path) as opened:
            return "workbook" if WORKBOOK_MARK in opened.namelist() else "archive"
    except (OSError, ValueError, zipfile.BadZipFile):
        return ""
