"""The source tables out: a ZIP file of the contract's tables and the settings, to be imported again."""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO
from zipfile import ZipFile

import tomli_w

from gepnet_core import contract
from gepnet_core.export import csv_lines
from gepnet_core.export_adtte import shortest
from gepnet_core.fixed_zip import entry
from gepnet_core.published_figures import FILE as PUBLISHED_FILE
from gepnet_core.settings import FILE as SETTINGS_FILE
from gepnet_core.settings import Settings
from gepnet_core.store.dataset import DataSet
from gepnet_core.store.source_rows import check_has_tables, source_rows
from gepnet_core.whole_file import writing


def write_tables(dataset: DataSet, out: Path) -> int:
    """Write the source tables, settings and published figures to a ZIP file; return the number of rows.

    Raises
    ------
    ControlMissing
        If the data set was imported as ADTTE; nothing is written then.
    OptionRefused
        If the file cannot be written.
    """
    check_has_tables(dataset)
    with writing(out, ending=".zip") as handle:
        return _fill(dataset, handle)


def tables_bytes(dataset: DataSet) -> bytes:
    """Return the same ZIP file for a download.

    Raises
    ------
    ControlMissing
        If the data set was imported as ADTTE.
    """
    handle = io.BytesIO()
    _fill(dataset, handle)
    return handle.getvalue()


def _fill(dataset: DataSet, handle: IO[bytes]) -> int:
    written = 0
    with ZipFile(handle, "w") as archive:
        for table in contract.TABLES:
            rows = ([shortest(cell) for cell in row] for row in source_rows(dataset, table))
            header = [column.name for column in table.columns]
            with archive.open(entry(table.file), "w") as member:
                for line in csv_lines(dataset.version, header, rows):
                    member.write(line.encode())
                    written += 1
            written -= 1  # the header
        archive.writestr(entry(SETTINGS_FILE), settings_toml(dataset.meta["settings"]))
        if published := dataset.meta["published"]:
            archive.writestr(entry(PUBLISHED_FILE), published)
    return written


def settings_toml(stored: str) -> str:
    """Return stored settings (canonical JSON) as the TOML file that they were read from."""
    return tomli_w.dumps(Settings.from_json(stored).to_toml())
