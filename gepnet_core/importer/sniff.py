"""What a file seems to hold: told by names of columns, sheets and files, never by values."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gepnet_core.contract import TABLES_BY_NAME
from gepnet_core.errors import OptionRefused
from gepnet_core.intake.reading import Sheet
from gepnet_core.intake.request import Format, Request

ADTTE_COLUMNS = {"USUBJID", "PARAMCD", "AVAL", "CNSR"}


def sniffed(sheets: Sequence[Sheet], path: Path) -> Format | None:
    """Return the format of the tables of a file; None where nothing tells."""
    names = {sheet.name.casefold().replace(" ", "_") for sheet in sheets}
    if path.is_dir() or "patients" in names or len(names & set(TABLES_BY_NAME)) > 1:
        clinical = any(name.startswith("data_clinical") for name in names)
        return Format.CBIOPORTAL if clinical and "patients" not in names else Format.TABLES
    for sheet in sheets:
        header = {name.upper() for name in sheet.header}
        if len(header & ADTTE_COLUMNS) >= len(ADTTE_COLUMNS) - 1:  # its reader names the one that is missing
            return Format.ADTTE
        if sheet.comments and {"PATIENT_ID", "SAMPLE_ID"} & header:
            return Format.CBIOPORTAL
        if "PATIENT_ID" in header and any(name.endswith("_STATUS") for name in header):
            months = {name for name in header if name.endswith("_MONTHS")}
            if any(f"{name.removesuffix('_MONTHS')}_STATUS" in header for name in months):
                return Format.CBIOPORTAL
        if "redcap_event_name" in sheet.header or "redcap_repeat_instance" in sheet.header:
            return Format.REDCAP
    return None


def with_format(request: Request, sheets: Sequence[Sheet]) -> Format:
    """Return the format that was asked for, or what the file shows.

    Raises
    ------
    OptionRefused
        If nobody said and nothing tells.
    """
    if request.format is not None:
        return request.format
    found = sniffed(sheets, request.path)
    if request.mapping is not None and found in (None, Format.REDCAP):
        return Format.REDCAP if request.beside is not None else Format.WIDE
    if found is None:
        raise OptionRefused(
            "The file does not show what it holds: it is neither source tables, nor ADTTE, nor cBioPortal's. "
            "Say --format; a table with a row a patient needs --mapping FILE.toml (the command `mapping` writes "
            "a draft)."
        )
    return found
