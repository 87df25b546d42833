"""Files, folders and options that were found to do harm: each ends in one line and changes nothing, or works."""

from __future__ import annotations

import csv
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from gepnet_core.errors import FileRefused
from gepnet_core.published_figures import read_published
from gepnet_core.selection import Selection
from gepnet_core.settings import read_settings
from gepnet_core.store import Shelf, build_adtte, open_dataset
from gepnet_core.store.build import build_source

ROOT = Path(__file__).resolve().parents[1]
EXTRACTED = ("--extracted", "2017-09-30")
HEADER = "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,STARTDT,ADT"


def one_line(answer) -> str:
    """Return what a refused command said."""
    assert (answer.code, answer.json) == (2, None)
    assert answer.said.count("\n") == 1
    return answer.said


@pytest.fixture
def write(tmp_path: Path):
    """Write an ADTTE file of the given lines."""

    def written(*lines: str, header: str = HEADER) -> Path:
        path = tmp_path / "trial.csv"
        path.write_text("\n".join((header, *lines)), encoding="utf-8")
        return path

    return written


# exports


def test_an_export_writes_through_a_link_and_keeps_it(shelf, cli, tmp_path) -> None:
    assert shelf.names()
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o600)
    link.symlink_to(target)
    assert cli("export", "--dataset", "synthetic", "--out", link).code == 0
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8").startswith("dataset_version,")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_new_export_is_for_its_owner_alone(shelf, cli, tmp_path) -> None:
    assert shelf.names()
    cli("export", "--dataset", "synthetic", "--out", tmp_path / "new.csv")
    assert stat.S_IMODE((tmp_path / "new.csv").stat().st_mode) == 0o600


def test_what_is_not_a_file_is_not_written_over(shelf, cli, tmp_path) -> None:
    assert shelf.names()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for out in (pipe, tmp_path, "/dev/null", ".", ""):
        one_line(cli("export", "--dataset", "synthetic", "--out", out))
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".export")] == []


def test_a_column_called_dataset_version_does_not_stand_twice(data_dir, write) -> None:
    build_adtte(Shelf(data_dir), "trial", write("1,a,A,T,1,DAYS,0,e,,,x", header=HEADER + ",dataset_version"))
    header, _ = open_dataset(Shelf(data_dir), "trial").patients(Selection())
    assert "dataset_version" not in header


# ADTTE files


@pytest.mark.parametrize("unit", ["DAYS", "WEEKS", "MONTHS", "YEARS"])
@pytest.mark.parametrize("aval", ["1e308", "1e300", "60000"])
def test_a_time_longer_than_any_life_is_refused(cli, write, aval, unit) -> None:
    path = write(f"1,a,PFS,PFS,{aval},{unit},0,x,2016-01-01,2016-04-10")
    assert "longer than any life" in one_line(cli("import", path, "--dataset", "trial"))


def test_twenty_five_years_in_days_are_a_life(cli, write) -> None:
    assert cli("import", write("1,a,OS,OS,9131,DAYS,1,x,,"), "--dataset", "trial").code == 0


@pytest.mark.parametrize("mark", [";", "\t"], ids=["semicolons", "tabs"])
def test_another_delimiter_is_read(cli, write, mark) -> None:
    path = write("1,a,A,T,1,DAYS,0,e,,".replace(",", mark), header=HEADER.replace(",", mark))
    answer = cli("import", path, "--dataset", "trial")
    assert (answer.code, answer.json["n"], answer.json["endpoints"]) == (0, 1, ["A"])


def test_a_header_with_two_delimiters_is_asked_about(cli, write) -> None:
    path = write("1;a", header="USUBJID;TRTP,PARAMCD;PARAM")
    assert one_line(cli("import", path, "--dataset", "trial")) == (
        "trial.csv, line 1: the header has both comma and semicolon: the delimiter cannot be told. "
        "Say --delimiter comma or --delimiter semicolon. (Rule delimiter.)\n"
    )


def test_a_carriage_return_counts_as_a_line_end_in_messages(cli, tmp_path) -> None:
    path = tmp_path / "old-mac.csv"
    path.write_bytes(HEADER.encode() + b"\r1,a,A,T,1,DAYS,0,e,,\r2,\xff,A,T,1,DAYS,0,e,,\r")
    assert "line 3" in one_line(cli("import", path, "--dataset", "trial"))


def test_very_long_lines_arrive_whole(data_dir, write) -> None:
    names = [f"C{i}" for i in range(100)]
    path = write(
        "1,a,A,T,1,DAYS,0,e,,," + ",".join(["x" * 32_767] * 100), header=f"{HEADER},{','.join(names)}"
    )
    build_adtte(Shelf(data_dir), "trial", path)
    header, rows = open_dataset(Shelf(data_dir), "trial").patients(Selection())
    assert dict(zip(header, next(iter(rows)), strict=True))["C99"] == "x" * 32_767


def test_a_cell_longer_than_a_spreadsheets_is_refused_with_the_bound(cli, write) -> None:
    path = write("1,a,A,T,1,DAYS,0,e,,," + "x" * 32_768, header=f"{HEADER},SITE")
    assert one_line(cli("import", path, "--dataset", "trial")) == (
        "trial.csv, line 2: has 32,768 characters in one cell; an import may have 32,767. "
        "Split it or leave out what is not needed. (Rule file-limit.)\n"
    )


@pytest.mark.parametrize("cnsr", ["1e300", "1000", "0.5", "-1", "２"])
def test_a_code_that_is_none_is_refused_shortly(cli, write, cnsr) -> None:
    said = one_line(cli("import", write(f"1,a,A,T,1,DAYS,{cnsr},e,,"), "--dataset", "trial"))
    assert "column CNSR" in said
    assert len(said) < 250


@pytest.mark.parametrize("told", ["２", "2_0", "1" * 5000, "0x2", "-1", "0"])
def test_a_told_code_that_is_none_is_refused_shortly(cli, write, told) -> None:
    answer = cli("import", write("1,a,A,T,1,DAYS,0,e,,"), "--dataset", "trial", f"--competing-cnsr={told}")
    assert len(one_line(answer)) < 250


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31"])
def test_a_date_of_no_patient_is_refused(cli, write, date) -> None:
    assert "Correct the year." in one_line(
        cli("import", write(f"1,a,A,T,1,DAYS,0,e,{date},{date}"), "--dataset", "trial")
    )


def test_a_foreign_name_is_kept_under_a_code_of_the_study(data_dir, write) -> None:
    build_adtte(
        Shelf(data_dir),
        "trial",
        write(
            "1,a,TTAI,Time on aromatase inhibitor,1,DAYS,0,e,,",
            "1,a,PFS,PFS by investigator,1,DAYS,0,e,,",
            "1,a,OS,Overall Survival,1,DAYS,0,e,,",
        ),
    )
    found = open_dataset(Shelf(data_dir), "trial").endpoints
    assert (found["TTAI"].name, found["TTAI"].phrase) == ("Time on aromatase inhibitor", "without the event")
    assert (found["PFS"].name, found["PFS"].phrase) == ("PFS by investigator", "alive without progression")
    assert found["OS"].name == "Overall survival"


def test_deaths_before_death_are_kept_as_told_and_said(cli, write) -> None:
    answer = cli("import", write("1,a,OS,OS,1,DAYS,2,e,,"), "--dataset", "trial", "--competing-cnsr", "2")
    assert answer.code == 0
    first, dates = answer.said.splitlines()
    assert first == (
        "Warning: trial.csv, line 2, column CNSR: a death before the event of OS, but death is its event. "
        "Kept as told: check CNSR. (Rule death-in-composite.)"
    )
    assert dates.startswith("No date filters")


def test_a_message_about_an_odd_column_name_is_one_printable_line(cli, write) -> None:
    rows = ("1,a,A,T,1,DAYS,0,e,,,x", "1,a,B,U,1,DAYS,0,e,,,y")  # it varies within a patient
    answer = cli("import", write(*rows, header=f'{HEADER},"new\nline\u202e[31m"'), "--dataset", "trial")
    kept, dates = answer.said.splitlines()
    assert kept.startswith("Kept, but not offered as baseline columns: new line\ufffd[31m (")
    assert dates.startswith("No date filters")


# the machine


def test_the_scratch_folder_may_have_an_apostrophe(write, tmp_path, monkeypatch) -> None:
    scratch = tmp_path / "t o'b"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    build_adtte(Shelf(tmp_path / "data"), "trial", write("1,a,A,T,1,DAYS,0,e,,"))
    assert open_dataset(Shelf(tmp_path / "data"), "trial").n == 1


def run(folder: Path, *arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    """Run a command as a process, on a data folder of its own."""
    environment = {**os.environ, "GEPNET_DATA_DIR": str(folder), **options.pop("environment", {})}
    return subprocess.run(
        [sys.executable, "-m", "gepnet_core", *arguments],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
        **{"stdout": subprocess.PIPE, **options},
    )


@pytest.mark.parametrize("name", ["md:x", "s3://x/y", ":memory:", "a=b;c"])
def test_a_data_folder_of_any_name_is_a_folder(tmp_path, name) -> None:
    done = run(tmp_path / name, "datasets")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / name / "synthetic" / "current.json").is_file()


def test_a_data_folder_that_duckdb_cannot_open_is_refused(tmp_path) -> None:
    done = run(tmp_path / "q?a=b", "datasets")
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)


def test_a_full_standard_output_is_said(tmp_path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = run(tmp_path / "data", "datasets", stdout=full)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_a_terminal_without_unicode_gets_json_all_the_same(tmp_path, write) -> None:
    path = write("1,Évérolimus Ω,A,T,1,DAYS,0,e,,")
    options = {"environment": {"PYTHONIOENCODING": "latin-1"}}
    assert run(tmp_path / "data", "import", str(path), "--dataset", "trial", **options).returncode == 0
    done = run(
        tmp_path / "data", "estimate", "--dataset", "trial", "--endpoint", "A", "--by", "modality", **options
    )
    assert b"\\u03a9" in done.stdout


# source tables


@pytest.mark.parametrize(
    ("file", "column", "word", "other"),
    [
        pytest.param("local_treatments", "modality", ",lobar HAE,", ",Lobar HAE,", id="excluded-modality"),
        pytest.param("local_treatments", "modality", ",RFA,", ",rfa,", id="modality"),
        pytest.param(
            "local_treatments", "indication", "focal progression", "Focal  progression", id="indication"
        ),
        pytest.param("patients", "primary_site", ",pancreas,", ",Pancreas,", id="primary-site"),
    ],
)
def test_one_word_spelled_two_ways_is_refused(cli, synthetic_copy, file, column, word, other) -> None:
    path = synthetic_copy / f"{file}.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(word, other, 1), encoding="utf-8")
    said = one_line(cli("import", synthetic_copy, "--dataset", "spelled", *EXTRACTED))
    assert said.startswith(f"{file}.csv, line ")
    assert f"column {column}" in said
    wrong, right = (" ".join(text.strip(",").split()) for text in (other, word))
    assert f"'{wrong}' is '{right}' spelled otherwise. Use one spelling." in said


@pytest.mark.parametrize("file", ["settings.toml", "published.toml"])
def test_a_link_that_leads_nowhere_is_not_a_missing_file(cli, synthetic_copy, file) -> None:
    (synthetic_copy / file).unlink()
    (synthetic_copy / file).symlink_to(synthetic_copy / "gone.toml")
    assert one_line(cli("import", synthetic_copy, "--dataset", "linked", *EXTRACTED)).startswith(
        f"{file}: cannot be read"
    )


@pytest.mark.parametrize(
    "modalities",
    [
        pytest.param(
            '[{ value = "RFA", label = "X" }, { value = "EBRT", label = "X" }]', id="one-label-twice"
        ),
        pytest.param(
            '[{ value = "RFA", label = "EBRT" }, { value = "EBRT", label = "E" }]', id="anothers-value"
        ),
        pytest.param('[{ value = "RFA", label = "" }]', id="empty-label"),
        pytest.param('[{ value = 1, label = "X" }]', id="number-for-a-value"),
        pytest.param(
            '[{ value = "RFA", label = "A" }, { value = "RFA", label = "B" }]', id="one-value-twice"
        ),
    ],
)
def test_labels_that_could_be_mistaken_are_refused(tmp_path, modalities) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f"modalities = {modalities}", encoding="utf-8")
    with pytest.raises(FileRefused, match=r"settings\.toml: "):
        read_settings(path)


def test_a_byte_order_mark_in_the_settings_is_no_statement(tmp_path) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(b"\xef\xbb\xbftitle = 'x'")
    assert read_settings(path).title == "x"


FIGURE = {"figure": '"F"', "published": '"1"', "unit": '"u"', "convention": '"c"', "quantity": '"patients"'}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("figures = 3", id="number"),
        pytest.param('figures = ["a"]', id="texts"),
        pytest.param("figures = { a = 1 }", id="table"),
        *(
            pytest.param(
                "\n".join(["[[figures]]", *(f"{k} = {v}" for k, v in {**FIGURE, **odd}.items())]), id=str(odd)
            )
            for odd in (
                {"figure": "inf"},
                {"unit": "12:00:00"},
                {"convention": '""'},
                {"published": '"1e999"'},
                {"published": '"５９"'},
                {"published": '"nan"'},
                {"published": '" 59 "'},
                {"quantity": "1"},
            )
        ),
    ],
)
def test_published_figures_that_could_not_be_shown_are_refused(text) -> None:
    with pytest.raises(FileRefused, match=r"published\.toml: "):
        read_published(text)


def test_a_published_figure_about_an_endpoint_that_is_not_there_is_refused(cli, synthetic_copy) -> None:
    path = synthetic_copy / "published.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('endpoint = "TTAI"', 'endpoint = "DFS"', 1), encoding="utf-8"
    )
    answer = cli("import", synthetic_copy, "--dataset", "x", *EXTRACTED)
    assert "'DFS' is none of TTNST" in one_line(answer)


def test_a_modality_that_no_longer_occurs_has_a_share_of_nothing(cli, synthetic_copy, data_dir) -> None:
    for file in ("local_treatments.csv", "settings.toml"):
        path = synthetic_copy / file
        path.write_text(path.read_text(encoding="utf-8").replace("RFA", "ablation"), encoding="utf-8")
    build_source(Shelf(data_dir), "renamed", synthetic_copy)
    answer = cli("published", "--dataset", "renamed")
    assert answer.code == 1
    assert [(row["figure"], row["live"]) for row in answer.json if not row["reproduced"]] == [
        ("Radiofrequency ablation", 0.0)
    ]


def test_a_time_read_from_the_answer_finds_its_own_event(cli, write) -> None:
    rows = [
        f"{i},a,A,T,{days},DAYS,{cnsr},e,," for i, (days, cnsr) in enumerate(((125, 0), (125, 0), (300, 1)))
    ]
    cli("import", write(*rows), "--dataset", "trial")
    asked = ("estimate", "--dataset", "trial", "--endpoint", "A", "--unit", "months")
    median = cli(*asked).json["strata"][0]["median"]["estimate"]
    assert median == 125 / 30.4375
    found = cli(*asked, "--at", repr(median)).json["strata"][0]["survival_at"][0]
    assert (found["at"], found["at_risk"]) == (median, 3)
    assert found["survival"] == pytest.approx(1 / 3)


def test_rows_of_a_guarded_export_come_back_by_csv(data_dir, write, tmp_path, cli) -> None:
    build_adtte(Shelf(data_dir), "trial", write('=1+1,"-a\rb",A,T,1,DAYS,0,"@x, ""y""",,'))
    cli("export", "--dataset", "trial", "--out", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as handle:
        row = next(csv.DictReader(handle))
    assert (row["patient_id"], row["modality"], row["A_reason"]) == ("'=1+1", "'-a\rb", '\'@x, "y"')
    assert row["A_days"] == "1"
