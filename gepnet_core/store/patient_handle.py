"""A patient's name in an address: a handle that opens the same patient in this version and tells nobody the id."""

from __future__ import annotations

import hashlib
import re

from gepnet_core.store.dataset import DataSet
from gepnet_core.store.histories import is_known

DIGITS = 20  # of 16 kinds: among a million patients, two alike are less likely than 1 in 10^12
HANDLE = re.compile(f"[0-9a-f]{{{DIGITS}}}")


def handle_of(dataset: DataSet, patient: str) -> str:
    """Return the handle of a patient id: the same wherever this version of the data set is kept.

    It is a hash of the id keyed with all ids and times of the version. So nobody who reads a log finds the id by
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
    """Return what only those know who have the rows."""
    told = "bit_xor(md5_number(concat_ws('/', patient_id, endpoint, index_date, days, status)))"
    key: str = dataset.kept(
        ("key of the handles",),
        lambda: "/".join(
            str(dataset.database.rows(sql)[0][0])
            for sql in (
                f"SELECT {told} FROM time_to_event",
                f"SELECT bit_xor(md5_number(patient_id)) FROM ({_everybody(dataset)})",
            )
        ),
    )
    return key


def _everybody(dataset: DataSet) -> str:
    """Return the query of every id that the version knows, each once."""
    tables = ["SELECT patient_id FROM cohort", "SELECT patient FROM findings WHERE patient <> ''"]
    if not dataset.is_trial:
        tables.append("SELECT patient_id FROM source.patients")
    return f"SELECT DISTINCT patient_id FROM ({' UNION ALL '.join(tables)}) p(patient_id)"


def _sought(dataset: DataSet, handle: str) -> str | None:
    rows = dataset.database.rows(
        f"SELECT patient_id FROM ({_everybody(dataset)}) WHERE starts_with(sha256($key || patient_id), $handle)",
        {"key": f"{_key(dataset)}\n", "handle": handle},
    )
    return rows[0][0] if rows else None
