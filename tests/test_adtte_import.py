"""Importing ADTTE-shaped files: what is taken, what is refused with its place, and what stays unchanged."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet_core.characters import fault
from gepnet_core.intake.cells import folded
from gepnet_core.intake.report import ReportRefused
from gepnet_core.selection import Selection
from gepnet_core.store import Shelf, build_adtte, open_dataset
from gepnet_core.vocabulary import TimeUnit
from tests.conftest import everything_below

REFERENCE = Path(__file__).parent / "reference"
HEADER = ["USUBJID", "TRTP", "PARAMCD", "PARAM", "AVAL", "AVALU", "CNSR", "EVNTDESC", "STARTDT", "ADT"]
ROWS = [
    ["01", "drug", "OS", "Overall survival", "100", "DAYS", "0", "DEATH", "2014-01-01", "2014-04-11"],
    ["02", "drug", "OS", "Overall survival", "31", "DAYS", "1", "CENSORED", "2014-02-01", "2014-03-04"],
    ["03", "placebo", "OS", "Overall survival", "365", "DAYS", "0", "DEATH", "2014-01-01", "2015-01-01"],
]


def write(path: Path, header: list[str], rows: list[list[str]]) -> Path:
    """Write a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([header, *rows])
    return path


def file_of(path: Path, *changes: tuple[int, str, str], without: tuple[str, ...] = ()) -> Path:
    """Write the three rows with cells changed by (row from 0, column, text), and columns left out."""
    rows = [list(row) for row in ROWS]
    for at, column, text in changes:
        rows[at][HEADER.index(column)] = text
    kept = [place for place, name in enumerate(HEADER) if name not in without]
    return write(path, [HEADER[k] for k in kept], [[row[k] for k in kept] for row in rows])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a test writes its file."""
    return tmp_path / "adtte.csv"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that holds the three patients as the data set "trial"; `held` is a copy of it."""
    folder = tmp_path_factory.mktemp("held")
    build_adtte(Shelf(folder / "data"), "trial", file_of(folder / "first.csv"))
    return folder / "data"


def refused_here(shelf: Shelf, file: Path) -> str:
    """Import a file in this process, which must be refused without a trace; return what was said, in one line."""
    before = everything_below(shelf.root)
    assert before
    with pytest.raises(ReportRefused) as found:
        build_adtte(shelf, "trial", file)
    assert everything_below(shelf.root) == before
    assert "\n" not in str(found.value)
    return str(found.value)


def refused(cli, shelf: Shelf, file: Path, *options: object) -> str:
    """Import a file that must be refused, without a trace; return what was said, in one line."""
    before = everything_below(shelf.root)
    assert before
    answer = cli("import", file, "--dataset", "trial", *options)
    assert (answer.code, answer.json) == (2, None)
    assert answer.said.endswith("\n")
    assert answer.said.count("\n") == 1
    assert everything_below(shelf.root) == before
    return answer.said.rstrip("\n")


def days_of(cli, name: str, endpoint: str = "OS", *options: object) -> list[tuple[str, int, int]]:
    """Return (patient, days, status) of an imported endpoint."""
    out = Path(f"{name}.csv")
    answer = cli("export", "--dataset", name, "--endpoint", endpoint, "--out", out, *options)
    assert answer.code == 0
    with out.open(encoding="utf-8", newline="") as handle:
        return sorted(
            (row["patient_id"], int(row[f"{endpoint}_days"]), int(row[f"{endpoint}_status"]))
            for row in csv.DictReader(handle)
        )


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let exports land in the test's own folder."""
    monkeypatch.chdir(tmp_path)


# whole files


@pytest.mark.parametrize(
    ("name", "n", "strata", "warned"),
    [
        ("lung", 228, {"male", "female"}, ""),
        ("veteran", 137, {"squamous", "smallcell", "adeno", "large"}, ""),
        ("ovarian", 26, {"rx1", "rx2"}, ""),
        ("mgus2", 1384, {"male", "female"}, "CNSR 2 counts as censored (860 rows)"),
    ],
)
def test_the_reference_files_are_imported_whole(cli, held, name, n, strata, warned):
    assert held.names() == ["trial"]
    file = REFERENCE / f"{name}_adtte.csv"
    answer = cli("import", file, "--dataset", name)
    assert answer.code == 0
    effect = answer.json.pop("effect")
    assert answer.json == {
        "name": name,
        "version": held.current(name).version,
        "n": n,
        "endpoints": ["TTE"],
        "has_dates": True,
        "format": "adtte",
        "imported": True,
        "warnings": 1 if warned else 0,
    }
    assert warned in answer.said
    assert answer.said.count("Warning: ") == answer.json["warnings"]
    assert (effect["patients"], effect["eligible"], effect["no_dates"]) == (n, n, "")
    found = cli("estimate", "--dataset", name, "--endpoint", "TTE", "--by", "TRTP").json["strata"]
    assert {row["stratum"] for row in found} == strata
    with file.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert sum(row["events"] for row in found) == sum(row["CNSR"] == "0" for row in rows)
    assert days_of(cli, name, "TTE") == sorted(
        (row["USUBJID"], int(row["AVAL"]), 1 if row["CNSR"] == "0" else 0) for row in rows
    )
    assert held.current(name).rows["time_to_event"] == n


@pytest.mark.parametrize("endpoint", ["PFS", "OS"])
def test_radiant_4_comes_in_months_without_dates(cli, held, realdata, endpoint):
    assert held.names() == ["trial"]
    file = realdata / f"radiant4_{endpoint.lower()}_adtte.csv"
    answer = cli("import", file, "--dataset", "radiant4")
    assert answer.code == 0
    assert (answer.json["n"], answer.json["endpoints"], answer.json["has_dates"]) == (302, [endpoint], False)
    assert "the file has no dates" in answer.said
    with file.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert days_of(cli, "radiant4", endpoint) == sorted(
        (row["USUBJID"], round(float(row["AVAL"]) * 30.4375), 1 - int(row["CNSR"])) for row in rows
    )


def test_radiant_4_progression_free_survival_agrees_with_r(cli, held, realdata):
    assert held.names() == ["trial"]
    assert cli("import", realdata / "radiant4_pfs_adtte.csv", "--dataset", "radiant4").json["endpoints"] == [
        "PFS"
    ]
    with (realdata / "radiant4_pfs_expected.csv").open(encoding="utf-8", newline="") as handle:
        expected = [row for row in csv.DictReader(handle) if row["quantity"].startswith("median_days_")]
    assert len(expected) >= 4
    for row in expected:
        conf_type = row["quantity"].removeprefix("median_days_")
        strata = cli(
            "estimate", "--dataset", "radiant4", "--endpoint", "PFS", "--by", "TRTP", "--conf-type", conf_type
        ).json["strata"]
        median = next(found["median"] for found in strata if found["stratum"] == row["group"])
        told = {"estimate": row["value"], "lower": row["lower"], "upper": row["upper"]}
        assert median == {part: None if text in ("", "NA") else float(text) for part, text in told.items()}, (
            conf_type
        )


def test_the_cdisc_pilot_is_read_as_days_that_count_the_first_day(cli, held, realdata):
    answer = cli("import", realdata / "cdiscpilot01_adtte.csv", "--dataset", "pilot")
    assert answer.code == 0
    assert (answer.json["n"], answer.json["endpoints"], answer.json["has_dates"]) == (254, ["TTDE"], True)
    assert "AVAL is read as days: it agrees with the dates." in answer.said
    dataset = open_dataset(held, "pilot")
    assert dataset.meta["offset"] == "1"
    assert {"AGE", "SEX", "RACE"} <= {column.name for column in dataset.baseline}
    # days that would be known only later are no baseline columns
    assert not {"TRTEDT", "TRTDUR", "SRCSEQ"} & {column.name for column in dataset.baseline}
    with (realdata / "cdiscpilot01_adtte.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert days_of(cli, "pilot", "TTDE") == sorted(
        (row["USUBJID"], int(float(row["AVAL"])), 1 - int(float(row["CNSR"]))) for row in rows
    )
    by_sex = cli("estimate", "--dataset", "pilot", "--endpoint", "TTDE", "--by", "SEX").json["strata"]
    assert {found["stratum"]: found["n"] for found in by_sex} == Counter(row["SEX"] for row in rows)


# units, dates, censoring


@pytest.mark.parametrize(
    ("unit", "aval", "days"),
    [
        pytest.param("DAYS", "9", 9, id="days"),
        pytest.param("days", "9.0", 9, id="lower-case-and-a-whole-float"),
        pytest.param("DAYS", "9.0000004", 9, id="whole-within-a-millionth"),
        pytest.param("DAY", "0", 0, id="day-0"),
        pytest.param("WEEKS", "2", 14, id="weeks"),
        pytest.param("WEEK", "1.5", 10, id="week-and-a-half-rounds-to-even"),
        pytest.param("MONTHS", "12", 365, id="months"),
        pytest.param("MONTHS", "0.0458", 1, id="part-of-a-month"),
        pytest.param("YEARS", "2", 730, id="two-years-round-to-even"),
        pytest.param("YEARS", "10", 3652, id="ten-years-round-to-even"),
        pytest.param("DAYS", "12784", 12784, id="thirty-five-years-in-days"),
        pytest.param("WEEKS", "1300", 9100, id="twenty-five-years-in-weeks"),
    ],
)
def test_times_become_whole_days_by_their_unit(data_dir, path, unit, aval, days):
    change = [
        (0, "AVAL", aval),
        *((at, "AVALU", unit) for at in range(3)),
        (1, "AVAL", "1"),
        (2, "AVAL", "1"),
    ]
    build_adtte(Shelf(data_dir), "units", file_of(path, *change, without=("STARTDT", "ADT")))
    stored = open_dataset(Shelf(data_dir), "units").database
    rows = stored.rows("SELECT days, aval FROM time_to_event WHERE patient_id = '01'")
    assert rows == [(days, float(aval))]


def test_half_a_day_is_refused_where_days_are_meant(cli, held, path):
    said = refused(cli, held, file_of(path, (1, "AVAL", "9.5"), without=("STARTDT", "ADT")))
    assert (
        said
        == "adtte.csv, line 3, column AVAL: '9.5' is not a whole number of days. Check the unit. (Rule aval-unit.)"
    )


@pytest.mark.parametrize(
    ("spoil", "offset", "has_dates", "words"),
    [
        pytest.param([], "0", True, "", id="difference-of-the-dates"),
        pytest.param(
            [(0, "AVAL", "101"), (1, "AVAL", "32"), (2, "AVAL", "366")], "1", True, "", id="first-day-counted"
        ),
        pytest.param([(0, "ADT", "")], "", False, "1 of 3 rows have no date", id="one-end-missing"),
        pytest.param(
            [(0, "STARTDT", ""), (2, "STARTDT", "")],
            "",
            False,
            "2 of 3 rows have no date",
            id="starts-missing",
        ),
        pytest.param(
            [(0, "AVAL", "101")], "", False, "times and dates do not agree", id="both-offsets-mixed"
        ),
        pytest.param(
            [(0, "AVAL", "99"), (1, "AVAL", "30"), (2, "AVAL", "364")],
            "",
            False,
            "times and dates do not agree",
            id="one-day-short",
        ),
    ],
)
def test_dates_are_used_where_they_agree_with_every_time(cli, held, path, spoil, offset, has_dates, words):
    answer = cli("import", file_of(path, *spoil), "--dataset", "trial")
    assert answer.code == 0
    assert answer.json["has_dates"] is has_dates
    assert words in answer.said
    assert open_dataset(held, "trial").meta["offset"] == offset
    filtered = cli("estimate", "--dataset", "trial", "--endpoint", "OS", "--cutoff", "2014-03-01")
    assert filtered.code == (0 if has_dates else 2)
    assert words in filtered.said


def test_the_cut_off_counts_the_first_day_where_the_file_does(cli, held, path):
    file_of(path, (0, "AVAL", "101"), (1, "AVAL", "32"), (2, "AVAL", "366"))
    assert cli("import", path, "--dataset", "counted").code == 0
    assert held.names() == ["counted", "trial"]
    assert days_of(cli, "counted", "OS", "--cutoff", "2014-04-10") == [
        ("01", 100, 0),
        ("02", 32, 0),
        ("03", 100, 0),
    ]
    assert days_of(cli, "counted", "OS", "--cutoff", "2014-04-11")[0] == ("01", 101, 1)


def test_without_a_unit_column_days_are_taken_where_the_dates_agree(cli, held, path):
    answer = cli("import", file_of(path, without=("AVALU",)), "--dataset", "told")
    assert (answer.code, answer.json["has_dates"]) == (0, True)
    assert "AVAL is read as days" in answer.said
    assert days_of(cli, "told") == days_of(cli, "trial")
    assert held.names() == ["told", "trial"]


@pytest.mark.parametrize(
    ("changes", "without"),
    [
        pytest.param([(0, "AVAL", "14")], ("AVALU",), id="dates-do-not-agree"),
        pytest.param([], ("AVALU", "STARTDT", "ADT"), id="no-dates"),
        pytest.param([(0, "ADT", "")], ("AVALU",), id="a-date-is-missing"),
        pytest.param([(at, "AVALU", "") for at in range(3)], ("ADT",), id="unit-column-empty"),
    ],
)
def test_a_unit_that_nothing_tells_is_asked_for(cli, held, path, changes, without):
    said = refused(cli, held, file_of(path, *changes, without=without))
    assert said.startswith("adtte.csv, column AVALU: ")
    assert "--time-unit" in said
    answer = cli("import", path, "--dataset", "trial", "--time-unit", "weeks")
    assert answer.code == 0
    assert {name: days for name, days, _ in days_of(cli, "trial")}["02"] == 31 * 7


def test_a_unit_asked_for_against_the_file_is_refused(cli, held, path):
    said = refused(cli, held, file_of(path), "--time-unit", "months")
    assert said.startswith("adtte.csv, line 2, column AVALU: says days, but months was asked for")
    assert cli("import", path, "--dataset", "trial", "--time-unit", "days").code == 0


def test_trt01p_stands_in_for_trtp(cli, held, path):
    header = ["TRT01P" if name == "TRTP" else name for name in HEADER]
    assert cli("import", write(path, header, ROWS), "--dataset", "other").json["n"] == 3
    for by in ("TRT01P", "modality"):
        found = cli("estimate", "--dataset", "other", "--endpoint", "OS", "--by", by).json["strata"]
        assert [(row["stratum"], row["n"]) for row in found] == [("drug", 2), ("placebo", 1)]
    assert held.names() == ["other", "trial"]


def test_a_patient_without_a_treatment_can_be_chosen_by_the_name_of_its_stratum(cli, held, path):
    assert cli("import", file_of(path, (1, "TRTP", "")), "--dataset", "trial").json["n"] == 3
    strata = cli("estimate", "--dataset", "trial", "--endpoint", "OS", "--by", "modality").json["strata"]
    assert sum(row["n"] for row in strata) == 3
    for row in strata:
        alone = cli("estimate", "--dataset", "trial", "--endpoint", "OS", "--modality", row["stratum"])
        assert alone.code == 0, alone.said
        assert alone.json["strata"][0]["n"] == row["n"]
    assert held.names() == ["trial"]


@pytest.mark.parametrize(
    ("told", "statuses"),
    [
        pytest.param([], [1, 0, 0], id="untold-2-is-censored"),
        pytest.param(["--competing-cnsr", "2"], [1, 2, 0], id="2-is-a-competing-death"),
        pytest.param(["--competing-cnsr", "1"], [1, 0, 2], id="1-is-a-competing-death"),
        pytest.param(["--competing-cnsr", "7"], [1, 0, 0], id="a-value-that-does-not-occur"),
    ],
)
def test_a_competing_death_is_told_never_inferred(cli, held, path, told, statuses):
    file_of(path, (1, "CNSR", "2"), (1, "EVNTDESC", "COMPETING DEATH"), (2, "CNSR", "1"))
    answer = cli("import", path, "--dataset", "trial", *told)
    assert answer.code == 0
    assert [status for _, _, status in days_of(cli, "trial")] == statuses
    assert ("CNSR 2 counts as censored" in answer.said) is (told != ["--competing-cnsr", "2"])
    assert held.names() == ["trial"]


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5"])
def test_a_competing_cnsr_that_cannot_mean_death_is_refused(cli, held, path, value):
    assert refused(cli, held, file_of(path), "--competing-cnsr", value)


# refusals


@pytest.mark.parametrize("column", ["USUBJID", "PARAMCD", "PARAM", "AVAL", "CNSR", "TRTP"])
def test_a_missing_column_is_refused_by_its_name(cli, held, path, column):
    said = refused(cli, held, file_of(path, without=(column,)))
    told = "TRTP or TRT01P" if column == "TRTP" else column
    assert said.startswith(f"adtte.csv, line 1, column {told}: is missing.")


def test_a_table_that_shows_no_format_is_asked_about(cli, held, path):
    write(path, ["USUBJID", "TRTP"], [["1", "drug"]])
    assert refused(cli, held, path) == (
        "The file does not show what it holds: it is neither source tables, nor ADTTE, nor cBioPortal's. "
        "Say --format; a table with a row a patient needs --mapping FILE.toml "
        "(the command `mapping` writes a draft)."
    )
    said = refused(cli, held, path, "--format", "adtte")
    assert said == "adtte.csv, line 1, column PARAMCD: is missing. Add the column. (Rule column-missing.)"


@pytest.mark.parametrize(
    ("row", "column", "text", "reason"),
    [
        pytest.param(0, "USUBJID", "", "is empty", id="no-patient"),
        pytest.param(1, "PARAMCD", " ", "is empty", id="no-parameter"),
        pytest.param(1, "AVAL", "", "is empty", id="no-time"),
        pytest.param(1, "CNSR", "", "is empty", id="no-censoring"),
        pytest.param(2, "AVAL", "12,5", "'12,5' is not a number", id="decimal-comma"),
        pytest.param(2, "AVAL", "nan", "'nan' is not a number", id="nan"),
        pytest.param(2, "AVAL", "inf", "'inf' is not a number", id="infinite"),
        pytest.param(2, "AVAL", "1_0", "'1_0' is not a number", id="underscore"),
        pytest.param(2, "AVAL", "NA", "'NA' is not a number", id="missing-as-R-writes-it"),
        pytest.param(1, "AVAL", "-1", "'-1' is negative", id="negative-time"),
        pytest.param(1, "AVAL", "-0.5", "'-0.5' is negative", id="negative-fraction"),
        pytest.param(1, "CNSR", "-1", "'-1' is negative", id="negative-censoring"),
        pytest.param(1, "CNSR", "0.5", "'0.5' is not a whole number", id="censoring-with-fraction"),
        pytest.param(1, "CNSR", "Y", "'Y' is no code. 0 is the event", id="censoring-as-word"),
        pytest.param(0, "AVALU", "FORTNIGHTS", "'FORTNIGHTS' is not a unit", id="unknown-unit"),
        pytest.param(0, "STARTDT", "2014-02-31", "'2014-02-31' is not a date", id="start-not-in-calendar"),
        pytest.param(0, "ADT", "31/12/2014", "'31/12/2014' is not a date", id="end-in-another-order"),
        pytest.param(0, "ADT", "2013-12-31", "lies before STARTDT 2014-01-01", id="end-before-start"),
        pytest.param(1, "PARAM", "Survival", "'Survival' names 'OS'", id="two-names-of-a-parameter"),
    ],
)
def test_a_bad_cell_is_refused_with_line_and_column(held, path, row, column, text, reason):
    said = refused_here(held, file_of(path, (row, column, text)))
    assert said.startswith(f"adtte.csv, line {row + 2}, column {column}: ")
    assert reason in said


def test_the_command_line_says_the_first_error_and_how_many(cli, held, path):
    said = refused(cli, held, file_of(path, (0, "ADT", "31/12/2014"), (1, "AVAL", "-1"), (2, "CNSR", "Y")))
    assert said == (
        "adtte.csv, line 2, column ADT: '31/12/2014' is not a date. Write it as YYYY-MM-DD. Or say the "
        "date format of the file. (Rule date. The first of 3 errors; --report FILE.html lists them.)"
    )
    assert cli("import", path, "--dataset", "trial", "--json").json["report"]["errors"] == 3


def test_a_patient_twice_under_a_parameter_is_refused_with_both_lines(cli, held, path):
    said = refused(cli, held, file_of(path, (2, "USUBJID", "01")))
    assert said.startswith("adtte.csv, line 4, column USUBJID and PARAMCD: ")
    assert "line 2" in said


def test_a_patient_under_two_treatments_is_refused_with_both_lines(cli, held, path):
    said = refused(cli, held, file_of(path, (2, "USUBJID", "01"), (2, "PARAMCD", "PFS"), (2, "PARAM", "P")))
    assert said.startswith("adtte.csv, line 4, column TRTP: ")
    assert "line 2" in said


@pytest.mark.parametrize(
    ("content", "place"),
    [
        pytest.param(b"", "adtte.csv: is empty", id="empty"),
        pytest.param(b"\n\n", "adtte.csv: is empty", id="blank-lines-only"),
        pytest.param(
            (",".join(HEADER) + "\n").encode(), "adtte.csv: has no row below the header", id="header-only"
        ),
        pytest.param(b"USUBJID,TRTP\n1,\0\n", "adtte.csv, line 2: holds a NUL byte", id="nul"),
        pytest.param(b"USUBJID,TRTP\n1,caf\xe9\n", "adtte.csv, line 2: is not UTF-8", id="not-utf-8"),
        pytest.param(
            "USUBJID,TRTP\n1,a".encode("utf-16-le"),
            "adtte.csv, line 1: holds a NUL byte",
            id="utf-16-unmarked",
        ),
        pytest.param(
            b"PK\x03\x04\x14\x00\x06\x00",
            "adtte.csv: is not a ZIP that can be unpacked",
            id="torn-spreadsheet",
        ),
        pytest.param(
            (",".join(HEADER) + '\n1,"a,OS\n').encode(),
            "adtte.csv, line 2: cannot be read as CSV",
            id="quote-not-closed",
        ),
        pytest.param(
            (",".join(HEADER) + "\n1,a,OS\n").encode(),
            "adtte.csv, line 2: has 3 cells where the header has 10",
            id="row-too-short",
        ),
        pytest.param(b"USUBJID,AVAL,aval\n", "adtte.csv, line 1, column", id="column-twice"),
    ],
)
def test_a_file_that_is_no_table_is_refused(held, path, content, place):
    path.write_bytes(content)
    assert refused_here(held, path).startswith(place)


@pytest.mark.parametrize(
    "spell",
    [
        pytest.param(lambda text: text.encode("utf-16"), id="utf-16"),
        pytest.param(lambda text: text.encode("utf-8-sig"), id="byte-order-mark"),
        pytest.param(lambda text: text.replace(",", ";").encode(), id="semicolons"),
        pytest.param(lambda text: text.replace(",", "\t").encode(), id="tabs"),
    ],
)
def test_another_spelling_of_the_same_rows_is_the_same_version(held, path, spell):
    path.write_bytes(spell(file_of(path).read_text(encoding="utf-8")))
    current, _ = build_adtte(held, "other", path)
    assert current.version == held.current("trial").version


def test_a_day_at_midnight_is_the_same_day(held, path):
    build_adtte(
        held, "other", file_of(path, (0, "STARTDT", "2014-01-01T00:00:00"), (1, "ADT", "2014-03-04 00:00"))
    )
    first, second = (open_dataset(held, name) for name in held.names())
    assert first.database.rows("SELECT * FROM times") == second.database.rows("SELECT * FROM times")


def test_a_file_that_is_not_there_is_refused(cli, held, path):
    assert refused(cli, held, path).startswith("adtte.csv: cannot be read (No such file or directory)")


def test_what_a_message_quotes_cannot_break_its_line(cli, held, path):
    said = refused(cli, held, file_of(path, (0, "AVAL", "1\n2\x1b[31m" + "9" * 500)))
    assert len(said) < 250
    assert said.isprintable()


# what comes in stays as it is

ODD = [
    'a,"b"',
    "two\nlines",
    "three\r\nmore\r\nlines",
    "lone\rreturn",
    "naïve 漢字 🧬",
    "007",
    "NA",
    "NULL",
    "\\N",
    "#x",
]
ODD += [
    "'",
    "''",
    '"',
    "\\",
    "none",
    "nan",
    "1e5",
    "-",
    "=1+1",
    "a\tb",
    "%(x)s",
    "$1",
    "{}",
    ";",
    "|",
    "a  c",
]


def test_odd_text_survives_unchanged(cli, held, path):
    odd = [value for value in ODD if value.strip() == value]
    rows = [
        [
            f"{at}-{value}" if value.isprintable() else f"{at}",
            value,
            "OS",
            "Overall survival",
            "10",
            "DAYS",
            "0",
            value,
            "",
            "",
            value,
        ]
        for at, value in enumerate(odd)
    ]
    answer = cli("import", write(path, [*HEADER, "SITE"], rows), "--dataset", "odd")
    assert answer.code == 0, answer.said
    assert answer.json["n"] == len(odd)
    header, found = open_dataset(held, "odd").patients(Selection())
    stored = [dict(zip(header, row, strict=True)) for row in found]
    assert {row["patient_id"]: (row["modality"], row["SITE"], row["OS_reason"]) for row in stored} == {
        row[0]: (row[1], row[10], row[7]) for row in rows
    }


@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=("Cs",))).filter(lambda text: not fault(text)),
        min_size=1,
        unique_by=folded,  # one treatment in two spellings is refused
    )
)
@settings(max_examples=12)
def test_any_text_survives_unchanged(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("any")
    rows = [
        [f"{at}", text, "OS", "Overall survival", "10", "DAYS", "0", "", "", ""]
        for at, text in enumerate(texts)
    ]
    shelf = Shelf(folder / "shelf")
    build_adtte(shelf, "any", write(folder / "any.csv", HEADER, rows))
    _, found = open_dataset(shelf, "any").patients(Selection())
    assert {row[0]: row[1] for row in found} == {row[0]: row[1].strip() or "not recorded" for row in rows}


def test_leading_zeros_of_a_baseline_code_stay(cli, held, path):
    rows = [
        [*row, site, age] for row, site, age in zip(ROWS, ["007", "7", "07"], ["63.0", "7", ""], strict=True)
    ]
    assert cli("import", write(path, [*HEADER, "SITE", "AGE"], rows), "--dataset", "codes").code == 0
    for by, expected in (("SITE", {"007", "7", "07"}), ("AGE", {"63", "7", "not recorded"})):
        found = cli("estimate", "--dataset", "codes", "--endpoint", "OS", "--by", by).json["strata"]
        assert {row["stratum"] for row in found} == expected
    kinds = {column.name: column.kind for column in open_dataset(held, "codes").baseline}
    assert kinds == {"SITE": "categorical", "AGE": "numeric"}


def test_a_code_of_more_digits_than_a_number_keeps_stays_text(cli, held, path):
    codes = ["9007199254740993", "9007199254740992", "1"]
    rows = [[*row, code] for row, code in zip(ROWS, codes, strict=True)]
    assert cli("import", write(path, [*HEADER, "CENTRE"], rows), "--dataset", "codes").code == 0
    found = cli("estimate", "--dataset", "codes", "--endpoint", "OS", "--by", "CENTRE").json["strata"]
    assert {row["stratum"]: row["n"] for row in found} == dict.fromkeys(codes, 1)
    assert held.names() == ["codes", "trial"]


def test_columns_that_vary_within_a_patient_are_no_baseline(cli, held, path):
    rows = [[*row, "same", row[5] + row[0]] for row in ROWS]
    second = [*ROWS[0][:2], "PFS", "Progression-free survival", *ROWS[0][4:], "same", "another"]
    answer = cli("import", write(path, [*HEADER, "SEX", "VISIT"], [*rows, second]), "--dataset", "two")
    assert (answer.json["n"], answer.json["endpoints"]) == (3, ["OS", "PFS"])
    assert [column.name for column in open_dataset(held, "two").baseline] == ["SEX"]
    assert "VISIT" in answer.said


def test_an_endpoint_of_some_patients_leaves_the_others_out(cli, held, path):
    second = [*ROWS[0][:2], "PFS", "Progression-free survival", *ROWS[0][4:]]
    assert cli("import", write(path, HEADER, [*ROWS, second]), "--dataset", "two").json["n"] == 3
    found = cli("estimate", "--dataset", "two", "--endpoint", "PFS").json["strata"]
    assert [row["n"] for row in found] == [1]
    assert found[0]["follow_up"]["basis"] == "OS"
    assert held.names() == ["trial", "two"]


# versions


def test_the_same_rows_are_the_same_version_in_whatever_order(cli, held, path):
    first = held.current("trial")
    assert cli("import", file_of(path), "--dataset", "trial").json["version"] == first.version
    write(path, HEADER, ROWS[::-1])
    assert cli("import", path, "--dataset", "trial").json["version"] == first.version
    assert [found.stem for found in (held.root / "trial").glob("*.duckdb")] == [first.version]


def test_other_rows_add_a_version_and_the_older_one_stays_readable(cli, held, path):
    first = held.current("trial").version
    second = cli("import", file_of(path, (0, "AVAL", "101"), (0, "ADT", "2014-04-12")), "--dataset", "trial")
    assert second.json["version"] != first
    assert [row["version"] for row in cli("datasets").json] == [second.json["version"]]
    assert days_of(cli, "trial")[0] == ("01", 101, 1)
    assert days_of(cli, "trial", "OS", "--version", first)[0] == ("01", 100, 1)
    older = cli("estimate", "--dataset", "trial", "--endpoint", "OS", "--version", first).json
    assert older["version"] == first


def test_what_the_importer_was_told_is_part_of_the_version(path, held):
    file_of(path, (1, "CNSR", "2"))
    untold, _ = build_adtte(held, "trial", path)
    told, _ = build_adtte(held, "trial", path, competing_cnsr=2)
    absent, _ = build_adtte(held, "trial", path, competing_cnsr=9)
    assert told.version != untold.version
    assert absent.version == untold.version


def test_a_unit_that_the_file_says_and_one_that_is_told_are_the_same_times(path, held):
    rows = [[*row[:5], "", *row[6:8], "", ""] for row in ROWS]
    build_adtte(held, "told", write(path, HEADER, rows), time_unit=TimeUnit.DAYS)
    counts = [
        open_dataset(held, name).event_counts("OS", Selection())[0].days.tolist()
        for name in ("told", "trial")
    ]
    assert counts[0] == counts[1] == [31, 100, 365]
