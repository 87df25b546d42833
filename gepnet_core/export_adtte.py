"""CDISC-shaped files out: ADTTE that imports again to the same times, and ADSL with the baseline."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet_core.export import Rows
from gepnet_core.selection import Selection
from gepnet_core.store.adtte_rows import adsl_rows, adtte_rows, study_column
from gepnet_core.store.dataset import DataSet
from gepnet_core.vocabulary import Status

ADTTE_COLUMNS = (
    "STUDYID",
    "USUBJID",
    "TRTP",
    "PARAMCD",
    "PARAM",
    "AVAL",
    "AVALU",
    "CNSR",
    "EVNTDESC",
    "STARTDT",
    "ADT",
)
ADSL_COLUMNS = ("STUDYID", "USUBJID", "TRT01P")
CNSR = {Status.EVENT: 0, Status.CENSORED: 1, Status.COMPETING_DEATH: 2}
# CDISC's names and codes of the study's baseline; its other columns are named in capitals
CDISC_NAMES = {"sex": "SEX", "age_at_index": "AGE"}
CDISC_CODES = {"sex": {"female": "F", "male": "M"}}


def adtte_lines(dataset: DataSet, selection: Selection) -> Iterator[str]:
    """Return the selected times as the lines of an ADTTE file in CSV."""
    return adtte(dataset, selection).lines()


def adsl_lines(dataset: DataSet, selection: Selection) -> Iterator[str]:
    """Return the selected patients as the lines of an ADSL file in CSV."""
    return adsl(dataset, selection).lines()


def adtte(dataset: DataSet, selection: Selection) -> Rows:
    """Return the selected times as ADTTE, a row a patient and endpoint, sorted by both.

    A competing death has CNSR 2: import the file with that, and the times are the same. How deaths count
    in the selection changes nothing here. Where an imported file named its study, STUDYID is that name.

    Raises
    ------
    OptionRefused
        If the selection asks for what the data set does not have.
    """
    names = {code: endpoint.name for code, endpoint in dataset.endpoints.items()}
    rows = (
        (
            *(study, patient, modality, code, names[code]),
            *(shortest(aval), avalu.upper(), CNSR[Status(status)], reason, start, end),
        )
        for study, patient, modality, code, aval, avalu, status, reason, start, end in adtte_rows(
            dataset, selection
        )
    )
    return Rows(dataset.version, ADTTE_COLUMNS, rows)


def adsl(dataset: DataSet, selection: Selection) -> Rows:
    """Return the selected patients as ADSL: treatment and baseline, a row a patient, sorted.

    Raises
    ------
    OptionRefused
        If the selection asks for what the data set does not have.
    """
    study = study_column(dataset)
    columns = [column.name for column in dataset.baseline if column.name != study]
    named = columns
    codes: list[dict[str, str] | None] = [None] * len(columns)
    if not dataset.is_trial:
        columns = [*CDISC_NAMES, *(name for name in columns if name not in CDISC_NAMES)]
        named = [CDISC_NAMES.get(name, name.upper()) for name in columns]
        codes = [CDISC_CODES.get(name) for name in columns]
    coded = [None] * len(ADSL_COLUMNS) + codes
    rows = (
        [shortest(cell if code is None else code.get(cell)) for cell, code in zip(row, coded, strict=True)]
        for row in adsl_rows(dataset, selection, columns)
    )
    return Rows(dataset.version, [*ADSL_COLUMNS, *named], rows)


def shortest(cell: object) -> object:
    """Return a whole number without its decimal point; anything else as it is."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
