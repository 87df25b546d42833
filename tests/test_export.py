"""Files out: the version in the first column, one row a patient, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet_core.errors import NothingLeft
from gepnet_core.estimates import estimate
from gepnet_core.export import cohort_rows, csv_lines, guarded, step_lines, write_rows
from gepnet_core.selection import Selection
from gepnet_core.store import DataSet, Shelf, build_adtte, open_dataset
from gepnet_core.vocabulary import ConfType, DeathRule

FORMULAS = """\
USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,STARTDT,ADT,SITE,CHANGE,@NOTE
=1+1,+drug,OS,Overall survival,10,DAYS,0,-death,2015-01-01,2015-01-11,@here,-3,
P2,drug,OS,Overall survival,20,DAYS,1,"a, ""b""
c",2015-01-02,2015-01-22,naïve 漢字,2.5,a=b
"""


@pytest.fixture
def formulas(tmp_path: Path) -> DataSet:
    """Two patients whose text a spreadsheet would run, and a column of negative numbers."""
    path = tmp_path / "formulas.csv"
    path.write_text(FORMULAS, encoding="utf-8")
    shelf = Shelf(tmp_path / "shelf")
    build_adtte(shelf, "formulas", path)
    return open_dataset(shelf, "formulas")


@pytest.fixture
def synthetic(shelf: Shelf) -> DataSet:
    """The shipped cohort."""
    return open_dataset(shelf, "synthetic")


def read(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_the_synthetic_cohort_has_these_columns(synthetic, tmp_path):
    out = tmp_path / "out.csv"
    assert write_rows(cohort_rows(synthetic, Selection()), out) == 59
    rows = read(out)
    assert list(rows[0]) == [
        "dataset_version",
        "patient_id",
        "modality",
        "index_date",
        "age_at_index",
        "sex",
        "primary_site",
        "tumour_grade",
        "ki67_percent",
        "functional",
        "target_site",
        "months_since_metastasis",
        "systemic_agents_so_far",
        "on_systemic_therapy",
        *(
            f"{code}_{part}"
            for code in ("TTNST", "TTAI", "PFS", "OS")
            for part in ("days", "status", "reason")
        ),
    ]
    assert {row["dataset_version"] for row in rows} == {synthetic.version}
    assert len({row["patient_id"] for row in rows}) == len(rows) == 59


@pytest.mark.parametrize(
    "selection",
    [
        pytest.param(Selection(), id="everybody"),
        pytest.param(Selection(("RFA", "HAE")), id="modalities"),
        pytest.param(Selection(index_from=date(2015, 1, 1), index_to=date(2016, 6, 30)), id="window"),
        pytest.param(Selection(cutoff=date(2015, 12, 31)), id="cut-off"),
        pytest.param(Selection(("EBRT",), cutoff=date(2016, 6, 1), death=DeathRule.EVENT), id="together"),
    ],
)
@pytest.mark.parametrize("endpoint", ["TTNST", "OS"])
def test_the_rows_add_up_to_what_the_estimate_says(synthetic, tmp_path, selection, endpoint):
    out = tmp_path / "out.csv"
    written = write_rows(cohort_rows(synthetic, selection, endpoint), out)
    (stratum,) = estimate(synthetic, endpoint, selection).strata
    rows = read(out)
    assert written == len(rows) == stratum.n
    assert sum(row[f"{endpoint}_status"] == "1" for row in rows) == stratum.events
    assert sum(row[f"{endpoint}_status"] == "0" for row in rows) == stratum.censored
    assert sorted({int(row[f"{endpoint}_days"]) for row in rows}) == stratum.curve.counts.days.tolist()
    assert all(row["modality"] in (selection.modalities or row["modality"]) for row in rows)


def test_a_cut_off_cuts_every_endpoint_and_says_why(synthetic, tmp_path):
    out, cutoff = tmp_path / "out.csv", date(2015, 12, 31)
    write_rows(cohort_rows(synthetic, Selection(cutoff=cutoff)), out)
    rows = read(out)
    assert rows
    for row in rows:
        longest = (cutoff - date.fromisoformat(row["index_date"])).days
        for code in ("TTNST", "TTAI", "PFS", "OS"):
            assert 0 <= int(row[f"{code}_days"]) <= longest
            if row[f"{code}_reason"] == "data cut-off":
                assert (int(row[f"{code}_days"]), row[f"{code}_status"]) == (longest, "0")
    assert any(row["OS_reason"] == "data cut-off" for row in rows)


def test_an_endpoint_leaves_out_those_without_a_time_of_it(tmp_path):
    path = tmp_path / "two.csv"
    text = "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR\n1,a,OS,Death,3,DAYS,0\n2,a,OS,Death,5,DAYS,1\n"
    path.write_text(text + "1,a,PFS,Progression,2,DAYS,0\n", encoding="utf-8")
    shelf = Shelf(tmp_path / "shelf")
    build_adtte(shelf, "two", path)
    dataset = open_dataset(shelf, "two")
    out = tmp_path / "out.csv"
    assert write_rows(cohort_rows(dataset, Selection(), "PFS"), out) == 1
    assert [row["patient_id"] for row in read(out)] == ["1"]
    assert write_rows(cohort_rows(dataset, Selection()), out) == 2
    assert [(row["patient_id"], row["PFS_days"], row["PFS_status"]) for row in read(out)] == [
        ("1", "2", "1"),
        ("2", "", ""),
    ]
    assert "index_date" not in read(out)[0]


def test_text_that_a_spreadsheet_would_run_gets_a_quote_and_numbers_never(formulas, tmp_path):
    out = tmp_path / "out.csv"
    write_rows(cohort_rows(formulas, Selection()), out)
    first, second = read(out)
    assert (first["patient_id"], first["modality"]) == ("'=1+1", "'+drug")
    assert (first["OS_reason"], first["SITE"]) == ("'-death", "'@here")
    assert (first["CHANGE"], second["CHANGE"]) == ("-3.0", "2.5")
    assert "'@NOTE" in first
    assert (second["patient_id"], second["'@NOTE"]) == ("P2", "a=b")


def test_text_is_written_as_utf_8_and_read_back_whole(formulas, tmp_path):
    out = tmp_path / "out.csv"
    write_rows(cohort_rows(formulas, Selection()), out)
    assert out.read_bytes().startswith(b"dataset_version,patient_id,")
    second = read(out)[1]
    assert (second["SITE"], second["OS_reason"]) == ("naïve 漢字", 'a, "b"\nc')


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        pytest.param("=SUM(A1)", "'=SUM(A1)", id="equals"),
        pytest.param("+1", "'+1", id="plus"),
        pytest.param("-1", "'-1", id="minus-as-text"),
        pytest.param("@x", "'@x", id="at"),
        pytest.param("\tx", "'\tx", id="tab"),
        pytest.param("\rx", "'\rx", id="carriage-return"),
        pytest.param("a=1", "a=1", id="equals-inside"),
        pytest.param("'x", "'x", id="quote-already"),
        pytest.param("", "", id="empty"),
        pytest.param(-1, "-1", id="negative-whole-number"),
        pytest.param(-0.5, "-0.5", id="negative-number"),
        pytest.param(1e-9, "1e-09", id="small-number"),
        pytest.param(None, "", id="not-recorded"),
        pytest.param(date(2015, 1, 2), "2015-01-02", id="date"),
    ],
)
def test_a_cell_is_written_safely_and_read_back_as_written(cell, written):
    (header, row) = csv.reader(io.StringIO("".join(csv_lines("v1", ["cell"], [[cell]])), newline=""))
    assert (header, row) == (["dataset_version", "cell"], ["v1", written])


@given(text=st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20))
def test_any_text_is_read_back_as_it_was_guarded(text):
    lines = "".join(csv_lines("v1", ["cell", "after"], [[text, "end"]]))
    _, row = csv.reader(io.StringIO(lines, newline=""), strict=True)
    assert row == ["v1", guarded(text), "end"]
    assert not row[1].startswith(("=", "+", "-", "@", "\t", "\r"))


@given(number=st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_numbers_are_read_back_exactly(number):
    lines = "".join(csv_lines("v1", ["cell"], [[number]]))
    assert type(number)(lines.splitlines()[1].split(",")[1]) == number


@pytest.mark.parametrize("existing", [None, "an earlier export"], ids=["no-file", "an-earlier-file"])
def test_where_nobody_is_left_nothing_is_written(synthetic, tmp_path, existing):
    out = tmp_path / "exports" / "out.csv"
    out.parent.mkdir()
    if existing:
        out.write_text(existing, encoding="utf-8")
    with pytest.raises(NothingLeft, match="No patient matches these filters"):
        write_rows(cohort_rows(synthetic, Selection(index_from=date(2030, 1, 1))), out)
    assert [path.read_text(encoding="utf-8") for path in out.parent.iterdir()] == (
        [existing] if existing else []
    )


def test_an_export_replaces_the_earlier_one_and_leaves_no_other_file(synthetic, tmp_path):
    out = tmp_path / "exports" / "out.csv"
    out.parent.mkdir()
    out.write_text("an earlier export", encoding="utf-8")
    assert write_rows(cohort_rows(synthetic, Selection(("RFA",))), out) == 17
    assert [path.name for path in out.parent.iterdir()] == ["out.csv"]
    assert len(read(out)) == 17


def test_the_steps_of_the_curves_stand_beside_how_they_were_made(synthetic):
    found = estimate(
        synthetic, "TTAI", Selection(("RFA", "HAE")), by="modality", conf_type=ConfType.LOG, conf_level=0.9
    )
    rows = list(csv.DictReader(io.StringIO("".join(step_lines(found)))))
    assert list(rows[0]) == [
        "dataset_version",
        "endpoint",
        "death_rule",
        "stratum",
        "conf_type",
        "conf_level",
        "day",
        "at_risk",
        "events",
        "censored",
        "competing",
        "survival",
        "lower",
        "upper",
    ]
    assert {(row["dataset_version"], row["endpoint"], row["death_rule"]) for row in rows} == {
        (synthetic.version, "TTAI", "censor")
    }
    assert {(row["conf_type"], row["conf_level"]) for row in rows} == {("log", "0.9")}
    for stratum in found.strata:
        own = [row for row in rows if row["stratum"] == stratum.stratum]
        assert sum(int(row["events"]) for row in own) == stratum.events
        left = sum(int(row[part]) for row in own for part in ("events", "censored", "competing"))
        assert left == stratum.n
    assert not {"nan", "inf", "-inf"} & {cell for row in rows for cell in row.values()}
