"""A patient's name in an address: a handle that opens the same patient in this version and tells nobody the id."""

from __future__ import annotations

import hashlib
import re

from gepnet_core.store.dataset import DataSet
from gepnet_core.store.histories import is_known

DIGITS = 20  # of 16 kinds: among a million patients, two alike are less likely than 1 in 10^12
KEYED = 1_000
HANDLE = re.compile(f"[0-9a-f]{{{DIGITS}}}")


def handle_of(dataset: DataSet, patient: str) -> str:
    """Return the handle of a patient id: the same wherever this version of the data set is kept.

    It is a hash of the id keyed with ids and times of the version. So nobody who reads a log finds the id by
    trying hospital numbers: the key takes the data, of which no export, report or address shows the hash.
    """
    return hashlib.sha256(f"{_key(dataset)}\n{patient}".encode()).hexdigest()[:DIGITS]


def patient_behind(dataset: DataSet, text: str) -> str | None:
    """Return the id that a handle stands for, or None for one that this version does not know.

    An id stands for itself: addresses held it before there were handles.
    """
    if is_known(dataset, text):
        return text
    if not HANDLE.fullmatch(text):
        return None
    found: str | None = dataset.kept(("patient behind", text), lambda: _sought(dataset, text))
    return found


def _key(dataset: DataSet) -> str:
    """Return what only those know who have the rows: a hash of the first thousand times and patients.

    Findings have no part in it: they are no part of a version.
    """
    key: str = dataset.kept(
        ("key of the handles",),
        lambda: hashlib.sha256(
            "\n".join(
                repr(row)
                for sql in (
                    "SELECT patient_id, endpoint, CAST(index_date AS VARCHAR), days, status FROM time_to_event",
                    *_tables(dataset),
                )
                for row in dataset.database.rows(f"{sql} ORDER BY ALL LIMIT {KEYED}")
            ).encode()
        ).hexdigest(),
    )
    return key


def _tables(dataset: DataSet) -> list[str]:
    """Return the queries of the ids in the tables of patients."""
    cohort = "SELECT patient_id FROM cohort"
    return [cohort] if dataset.is_trial else [cohort, "SELECT patient_id FROM source.patients"]


def _sought(dataset: DataSet, handle: str) -> str | None:
    found = "SELECT patient AS patient_id FROM findings WHERE patient <> ''"
    rows = dataset.database.rows(
        f"SELECT patient_id FROM ({' UNION ALL '.join([*_tables(dataset), found])}) "
        "WHERE starts_with(sha256($key || patient_id), $handle) LIMIT 1",
        {"key": f"{_key(dataset)}\n", "handle": handle},
    )
    return rows[0][0] if rows else None
