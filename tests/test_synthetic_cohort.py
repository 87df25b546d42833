"""The shipped cohort: made by its script byte for byte, valid, and said to be nobody's record."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from gepnet_core import contract
from gepnet_core.intake.checks import check_source
from gepnet_core.intake.files import open_sheets
from gepnet_core.intake.reading import Reading
from gepnet_core.intake.report import Report
from gepnet_core.intake.source_tables import read_source
from gepnet_core.published_figures import read_published
from gepnet_core.selection import Selection
from gepnet_core.settings import read_settings
from gepnet_core.store import open_dataset

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "data" / "synthetic"


def rows(table: str) -> list[dict[str, str]]:
    """Return the rows of a shipped table."""
    with (SHIPPED / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_the_script_writes_the_shipped_bytes(tmp_path):
    script = SHIPPED / "make_cohort.py"
    subprocess.run([sys.executable, script, "--out", tmp_path], check=True, timeout=60)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written.keys() == {table.file for table in contract.TABLES}
    for name, content in written.items():
        assert (SHIPPED / name).read_bytes() == content, name


def test_the_shipped_tables_break_no_rule():
    report, settings = Report(), read_settings(SHIPPED / "settings.toml")
    source = read_source(open_sheets(SHIPPED, Reading(), report), report)
    check_source(source, report, settings, settings.extracted)
    assert settings.extracted is not None
    assert (report.findings, report.notes) == ([], [])
    assert {name: len(found) for name, found in source.rows.items()} == {
        table.name: len(rows(table.name)) for table in contract.TABLES
    }


def test_the_readme_says_that_no_patient_is_real_and_how_it_was_made():
    text = (SHIPPED / "README.md").read_text(encoding="utf-8")
    assert "no patient in it is real" in text.splitlines()[0]
    for words in ("The seed is 2017", "their number is invented", "make_cohort.py"):
        assert words in text
    for table in contract.TABLES:
        assert f"### {table.file}" in text
        shipped = list(rows(table.name)[0])
        assert shipped == [column.name for column in table.columns if not column.optional]
        for name in shipped:
            assert f"`{name}`" in text


def test_every_screen_gets_a_notice_to_show(shelf):
    assert open_dataset(shelf, "synthetic").meta["notice"] == "synthetic cohort, no real patient"


def test_the_settings_are_those_of_the_study():
    settings = read_settings(SHIPPED / "settings.toml")
    assert settings.focal_only
    assert (str(settings.window_from), str(settings.window_to)) == ("2014-01-01", "2017-05-31")
    assert [modality.value for modality in settings.modalities] == ["resection", "RFA", "EBRT", "HAE"]
    assert [modality.value for modality in settings.excluded] == ["lobar HAE", "cytoreductive surgery"]
    indications = {row["indication"] for row in rows("local_treatments")}
    assert settings.focal_indication in indications
    assert len(indications) > 1
    sites = {row["primary_site"] for row in rows("patients")}
    assert set(settings.primary_sites) & sites
    assert sites - set(settings.primary_sites)


def test_the_published_figures_can_be_read():
    figures = read_published((SHIPPED / "published.toml").read_text(encoding="utf-8"))
    assert len(figures) >= 17
    assert all(figure.convention and figure.unit for figure in figures)


def test_every_patient_is_a_pseudonym_with_one_follow_up():
    names = [row["patient_id"] for row in rows("patients")]
    assert names == [f"P{number:02d}" for number in range(1, len(names) + 1)]
    assert sorted(row["patient_id"] for row in rows("follow_up")) == sorted(names)
    assert 59 + 90 <= len(names) <= 59 + 110


@pytest.mark.parametrize(
    ("table", "column"),
    [("adverse_events", "ctcae_grade"), ("patients", "tumour_grade"), ("progressions", "extent")],
)
def test_side_effects_grades_and_extents_occur_in_their_variety(table, column):
    assert len({row[column] for row in rows(table)} - {""}) >= 2


def test_earlier_and_current_therapies_occur():
    therapies = rows("systemic_therapies")
    assert any(row["stop_date"] for row in therapies)
    assert any(not row["stop_date"] for row in therapies)
    assert {row["on_systemic_therapy"] for row in index_rows()} == {"yes", "no"}


def index_rows() -> list[dict[str, str]]:
    """Return id and whether a systemic therapy was taken on the index date, from the raw tables."""
    with (ROOT / "tests" / "reference" / "calibrated_cohort.csv").open(
        encoding="utf-8", newline=""
    ) as handle:
        index = {row["patient_id"]: row["index_date"] for row in csv.DictReader(handle)}
    taking = {
        row["patient_id"]
        for row in rows("systemic_therapies")
        if row["patient_id"] in index
        and row["start_date"] <= index[row["patient_id"]] < (row["stop_date"] or "9999")
    }
    return [
        {"patient_id": name, "on_systemic_therapy": "yes" if name in taking else "no"}
        for name in sorted(index)
    ]


def test_the_baseline_of_the_store_agrees_with_the_raw_tables(shelf):
    found = open_dataset(shelf, "synthetic")
    header, stored = found.patients(Selection())
    live = [dict(zip(header, row, strict=True)) for row in stored]
    assert {row["patient_id"]: row["on_systemic_therapy"] for row in live} == {
        row["patient_id"]: row["on_systemic_therapy"] for row in index_rows()
    }
