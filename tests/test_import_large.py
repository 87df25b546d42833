"""Files with many baseline columns are written within a bound of memory, and to the same version as without."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.invented import write_trial
from gepnet_core.intake.request import Format, Request
from gepnet_core.store import connection
from gepnet_core.store.build import prepare

ROWS = 120_000
COLUMNS = 23


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of a row a patient and many baseline columns."""
    return write_trial(tmp_path_factory.mktemp("wide") / "wide.csv", ROWS, columns=COLUMNS)


def test_many_baseline_columns_need_no_memory_for_every_cell(wide, tmp_path, monkeypatch):
    monkeypatch.setattr(connection, "BUILDING_MEMORY", "80MB")  # the cells alone take more
    found = prepare(Request(wide, Format.ADTTE), tmp_path)
    assert found.report.errors == 0
    assert found.current is not None
    assert {name: found.current.rows[name] for name in ("cohort", "times", "source.adtte")} == {
        "cohort": ROWS,
        "times": ROWS,
        "source.adtte": ROWS,
    }
    assert found.current.rows["baseline_columns"] == COLUMNS


def test_a_column_that_differs_between_the_rows_of_one_patient_is_no_baseline(tmp_path):
    columns = [f"C{number:02}" for number in range(20)]
    header = ["USUBJID", "TRTP", "PARAMCD", "PARAM", "AVAL", "AVALU", "CNSR", *columns]
    rows = []
    for patient in ("P1", "P2"):
        for code in ("OS", "PFS", "TTNST"):
            cells = dict.fromkeys(columns, "same") | {"C03": "" if code == "TTNST" else "filled"}
            if patient == "P2":
                cells |= {"C11": code, "C19": "same " if code == "PFS" else "same"}
            rows.append([patient, "drug", code, code, "30", "DAYS", "1", *cells.values()])
    path = tmp_path / "several.csv"
    path.write_text("".join(",".join(row) + "\n" for row in [header, *rows]), encoding="utf-8")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    found = prepare(Request(path, Format.ADTTE), scratch)
    assert found.current is not None
    assert found.current.rows["baseline_columns"] == len(columns) - 2
    assert any("not offered as baseline columns: C03, C11 " in note for note in found.report.notes)
