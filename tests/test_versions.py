"""The versions of a data set: what is one, which are kept, how one is put back, and who goes on reading it."""

from __future__ import annotations

import fcntl
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gepnet_core.errors import DataSetUnknown, StoreDamaged, one_line
from gepnet_core.leftovers import LOCK
from gepnet_core.store import DataSet, Shelf, build_adtte, open_dataset, put_back
from gepnet_core.store.scratch import PREFIX, scratch_folder
from gepnet_core.store.versions import CURRENT, KEPT
from tests.conftest import ROOT, everything_below

HEADER = "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,STARTDT,ADT,AGE\n"
ROWS = [
    f"{k},{'drug' if k % 2 else 'none'},OS,Survival,{100 + k},DAYS,{k % 2},,2014-01-01,2014-04-{11 + k},{60 + k}\n"
    for k in range(1, 6)
]


def trial(path: Path, n: int, rows: list[str] | None = None) -> Path:
    """Write an ADTTE file in which the first subject has n days: another n, another version."""
    first = f"0,drug,OS,Survival,{n},DAYS,0,,,,\n"
    path.write_text(HEADER + "".join([first, *(ROWS if rows is None else rows)]), encoding="utf-8")
    return path


def imported(shelf: Shelf, folder: Path, n: int) -> str:
    """Import the n-th file; return its version."""
    return build_adtte(shelf, "trial", trial(folder / f"trial-{n}.csv", n))[0].version


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with three versions of the data set "trial": 1, 2 and 3 days."""
    folder = tmp_path_factory.mktemp("three")
    for n in (1, 2, 3):
        imported(Shelf(folder / "data"), folder, n)
    return folder / "data"


@pytest.fixture(scope="module")
def built_ten(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with ten versions, as many as are kept."""
    folder = tmp_path_factory.mktemp("ten")
    shutil.copytree(built, folder / "data")
    for n in range(4, 11):
        imported(Shelf(folder / "data"), folder, n)
    return folder / "data"


@pytest.fixture
def ten(data_dir: Path, built_ten: Path) -> Shelf:
    """A shelf with ten versions of the data set "trial"."""
    shutil.copytree(built_ten, data_dir)
    return Shelf(data_dir)


def numbers(shelf: Shelf) -> list[int]:
    return [kept.entry.number for kept in shelf.kept("trial")]


def days(data: DataSet) -> int:
    """Return the days of the first subject, read from the version's file."""
    return data.database.rows("SELECT days FROM time_to_event WHERE patient_id = '0'")[0][0]


# what is one version ---------------------------------------------------------------------------------------


def test_the_same_file_twice_is_one_version(held, tmp_path):
    before = held.current("trial")
    file = held.path("trial", before.version)
    inode = file.stat().st_ino
    assert imported(held, tmp_path, 3) == before.version
    assert held.current("trial") == before
    assert file.stat().st_ino == inode  # who reads it goes on reading it
    assert numbers(held) == [3, 2, 1]


@pytest.mark.parametrize("seed", range(3))
def test_rows_in_another_order_are_the_same_version(held, tmp_path, seed):
    before = held.current("trial")
    rows = list(ROWS)
    random.Random(seed).shuffle(rows)
    assert rows != ROWS
    current, _ = build_adtte(held, "trial", trial(tmp_path / "shuffled.csv", 3, rows))
    assert replace(current, file=before.file) == before
    assert current.file == "shuffled.csv"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("101,DAYS,1", "101,DAYS,0", id="an-event"),
        pytest.param("1,drug", "1,none", id="a-treatment"),
        pytest.param("04-12,61", "04-12,62", id="an-age"),
        pytest.param("Survival,101", "Survival,102", id="a-time"),
        pytest.param("AGE", "AGE_AT_START", id="the-name-of-a-column"),
    ],
)
def test_one_other_cell_is_another_version(held, tmp_path, old, new):
    path = trial(tmp_path / "other.csv", 3)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    current, _ = build_adtte(held, "trial", path)
    assert current.number == 4
    assert len({kept.entry.version for kept in held.kept("trial")}) == 4


def test_source_tables_in_another_order_are_the_same_version(shelf, cli, synthetic_copy):
    told = ("import", synthetic_copy, "--dataset", "mine", "--extracted", "2020-01-01")
    first = cli(*told).json["version"]
    for path in synthetic_copy.glob("*.csv"):
        top, *rows = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([top, *reversed(rows)]) + "\n", encoding="utf-8")
    assert cli(*told).json["version"] == first
    assert [kept.entry.number for kept in shelf.kept("mine")] == [1]


# which are kept --------------------------------------------------------------------------------------------


def test_older_versions_are_kept_with_number_and_time(held):
    kept = held.kept("trial")
    assert [(one.entry.number, one.is_current) for one in kept] == [(3, True), (2, False), (1, False)]
    for one in kept:
        file = held.path("trial", one.entry.version)
        assert one.written == datetime.fromtimestamp(file.stat().st_mtime, UTC)
        assert one.entry.patients == 6
        assert days(open_dataset(held, "trial", one.entry.version)) == one.entry.number


def test_the_command_lists_them_the_last_first(held, cli):
    answer = cli("versions", "--dataset", "trial")
    kept = held.kept("trial")
    assert answer.code == 0
    assert [(one["version"], one["current"], one["patients"], one["origin"]) for one in answer.json] == [
        (one.entry.version, one.entry.number == 3, 6, "imported") for one in kept
    ]
    for one in answer.json:
        written = datetime.fromisoformat(one["written"])
        assert written.tzinfo is not None
        assert abs(datetime.now(UTC) - written) < timedelta(hours=1)


def test_the_ten_newest_are_kept_and_the_current_one_always(ten, tmp_path):
    assert KEPT == 10
    second, first = (kept.entry.version for kept in ten.kept("trial")[-2:])
    assert numbers(ten) == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    imported(ten, tmp_path, 11)
    assert numbers(ten) == [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]
    with pytest.raises(DataSetUnknown, match=f"Version {first} of “trial” is not here any more"):
        ten.path("trial", first)
    put_back(ten, "trial", second)
    assert imported(ten, tmp_path, 2) == second  # imported again it stays what it was: the second
    assert numbers(ten) == [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]
    assert ten.current("trial").version == second
    files = sorted(path.name for path in (ten.root / "trial").iterdir() if path.name != ".lock")
    versions = [kept.entry.version for kept in ten.kept("trial")]
    assert files == sorted([CURRENT, *(f"{one}.{kind}" for one in versions for kind in ("json", "duckdb"))])


def test_the_current_one_is_not_removed_however_old_it_is(ten, tmp_path):
    first = ten.kept("trial")[-1].entry
    files = [ten.root / "trial" / f"{first.version}.{kind}" for kind in ("json", "duckdb")]
    saved = {path: path.read_bytes() for path in files}
    imported(ten, tmp_path, 11)
    for path, content in saved.items():  # as a person does who has a copy of the folder
        path.write_bytes(content)
    put_back(ten, "trial", first.version)
    assert imported(ten, tmp_path, 1) == first.version
    assert numbers(ten) == [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert days(open_dataset(ten, "trial")) == 1
    imported(ten, tmp_path, 12)
    assert numbers(ten) == [12, 11, 10, 9, 8, 7, 6, 5, 4, 3]


# putting back ----------------------------------------------------------------------------------------------


def test_a_version_is_put_back_by_its_name(held):
    oldest = held.kept("trial")[-1].entry
    assert put_back(held, "trial", oldest.version) == oldest
    assert held.current("trial") == oldest
    assert days(open_dataset(held, "trial")) == 1
    assert numbers(held) == [3, 2, 1]
    assert [kept.is_current for kept in held.kept("trial")] == [False, False, True]


def test_the_command_puts_back_the_one_before_the_current_one(held, cli):
    third, second, first = (kept.entry.version for kept in held.kept("trial"))
    answer = cli("put-back", "--dataset", "trial")
    assert (answer.code, answer.json["version"], answer.json["n"]) == (0, second, 6)
    assert answer.said == f"Version {second} of “trial” is the current one again.\n"
    assert cli("put-back", "--dataset", "trial").json["version"] == first
    last = cli("put-back", "--dataset", "trial")
    assert (last.code, last.json) == (2, None)
    assert last.said == "“trial” has no version before the current one.\n"
    assert cli("put-back", "--dataset", "trial", "--version", third).json["version"] == third
    assert [one["current"] for one in cli("versions", "--dataset", "trial").json] == [True, False, False]


def test_what_is_imported_after_putting_back_is_the_newest(held, tmp_path):
    put_back(held, "trial", held.kept("trial")[-1].entry.version)
    imported(held, tmp_path, 4)
    assert [(kept.entry.number, kept.is_current) for kept in held.kept("trial")] == [
        (4, True),
        (3, False),
        (2, False),
        (1, False),
    ]


def damage_file(folder: Path, version: str) -> None:
    (folder / f"{version}.duckdb").write_bytes(b"x" * 4096)


def cut_file(folder: Path, version: str) -> None:
    path = folder / f"{version}.duckdb"
    path.write_bytes(path.read_bytes()[:8192])


def other_version(folder: Path, version: str) -> None:
    other = next(path for path in folder.glob("v*.duckdb") if path.stem != version)
    shutil.copyfile(other, folder / "copy")
    (folder / "copy").replace(folder / f"{version}.duckdb")


def other_counts(folder: Path, version: str) -> None:
    path = folder / f"{version}.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"cohort": 6', '"cohort": 7'), encoding="utf-8")


def lose_entry(folder: Path, version: str) -> None:
    (folder / f"{version}.json").write_text("{", encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        pytest.param(damage_file, "cannot be read. Import the data set again.", id="file-is-no-database"),
        pytest.param(cut_file, "Import the data set again.", id="file-is-cut-off"),
        pytest.param(
            other_version, "is not what was written. Import the data set again.", id="file-of-another"
        ),
        pytest.param(
            other_counts, "is not what was written. Import the data set again.", id="rows-are-missing"
        ),
        pytest.param(lose_entry, "cannot be read. Import the data set again.", id="entry-is-broken"),
    ],
)
def test_a_damaged_version_is_not_put_back(held, cli, damage, words):
    version = held.kept("trial")[-1].entry.version
    damage(held.root / "trial", version)
    before = everything_below(held.root)
    with pytest.raises(StoreDamaged) as refused:
        put_back(held, "trial", version)
    assert version in str(refused.value)
    assert str(refused.value).endswith(words)
    answer = cli("put-back", "--dataset", "trial", "--version", version)
    assert (answer.code, answer.json, answer.said) == (2, None, f"{refused.value}\n")
    assert everything_below(held.root) == before
    assert days(open_dataset(held, "trial")) == 3


@pytest.mark.parametrize(
    "version",
    [
        pytest.param("v0123456789ab", id="unknown"),
        pytest.param("", id="empty"),
        pytest.param("current", id="name-of-another-file"),
        pytest.param("../trial/current", id="a-path"),
        pytest.param("*", id="a-pattern"),
    ],
)
def test_a_version_that_is_not_there_is_not_put_back(held, cli, version):
    before = everything_below(held.root)
    current = held.current("trial").version
    with pytest.raises(DataSetUnknown) as refused:
        put_back(held, "trial", version)
    assert str(refused.value) == (
        f"Version {version} of “trial” is not here any more. The current version is {current}."
    )
    answer = cli("put-back", "--dataset", "trial", "--version", version)
    assert (answer.code, answer.said) == (2, f"{one_line(str(refused.value))}\n")
    assert everything_below(held.root) == before


def test_a_data_set_that_is_not_there_has_no_versions(held, cli):
    for command in ("versions", "put-back"):
        answer = cli(command, "--dataset", "nobody")
        assert (answer.code, answer.json) == (2, None)
        assert answer.said == "There is no data set “nobody”. There are: trial.\n"
    with pytest.raises(DataSetUnknown, match="There is no data set “nobody”"):
        put_back(held, "nobody", "v0123456789ab")
    assert not (held.root / "nobody").exists()


# who reads goes on reading ---------------------------------------------------------------------------------


def test_a_session_keeps_reading_a_version_that_was_removed(ten, tmp_path):
    first = ten.kept("trial")[-1].entry.version
    session = open_dataset(ten, "trial", first)
    imported(ten, tmp_path, 11)
    assert not (ten.root / "trial" / f"{first}.duckdb").exists()
    assert days(session) == 1
    assert session.n == 6
    with pytest.raises(DataSetUnknown):
        open_dataset(ten, "trial", first)


def test_a_session_keeps_its_version_when_another_becomes_current(held, tmp_path):
    session = open_dataset(held, "trial")
    imported(held, tmp_path, 4)
    assert (days(session), days(open_dataset(held, "trial"))) == (3, 4)
    put_back(held, "trial", held.kept("trial")[-1].entry.version)
    assert (days(session), days(open_dataset(held, "trial"))) == (3, 1)


def test_a_damaged_version_is_refused_until_it_is_imported_again(held, tmp_path):
    version = held.current("trial").version
    other_version(held.root / "trial", version)
    with pytest.raises(StoreDamaged, match="is not what was written"):
        open_dataset(held, "trial")
    assert imported(held, tmp_path, 3) == version
    assert days(open_dataset(held, "trial")) == 3
    assert [kept.is_current for kept in held.kept("trial")] == [True, False, False]


# scratch folders -------------------------------------------------------------------------------------------


def test_the_scratch_folder_of_a_killed_process_is_swept_and_one_in_use_is_not(tmp_path):
    code = (
        "import os, sys, time; from pathlib import Path; from gepnet_core.store.scratch import scratch_folder\n"
        "with scratch_folder(Path(sys.argv[1])) as folder:\n"
        "    (folder / 'half.duckdb').write_bytes(b'x')\n"
        "    print(folder, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        try:
            left = Path(other.stdout.readline().strip())
            with scratch_folder(tmp_path) as own:
                assert left.is_dir()
                assert (left / "half.duckdb").exists()
                assert own != left
            assert not own.exists()
            assert left.is_dir()
        finally:
            other.kill()
    with scratch_folder(tmp_path) as own:
        assert [path for path in tmp_path.glob(f"{PREFIX}*") if path.is_dir()] == [own]
    assert not left.exists()


def test_two_scratch_folders_of_one_process_do_not_sweep_each_other(tmp_path):
    with scratch_folder(tmp_path) as one, scratch_folder(tmp_path) as two:
        assert one != two
        assert one.is_dir()
        with (one / LOCK).open("a") as handle, pytest.raises(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert list(tmp_path.glob(f"{PREFIX}*")) == []


def test_a_scratch_folder_goes_when_what_was_done_in_it_fails(tmp_path):
    def fail() -> None:
        with scratch_folder(tmp_path) as folder:
            (folder / "x").write_bytes(b"x")
            assert list(tmp_path.glob(f"{PREFIX}*")) == [folder]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(tmp_path.glob(f"{PREFIX}*")) == []


def test_scratch_folders_are_no_data_sets(held):
    with scratch_folder(held.root) as folder:
        (folder / CURRENT).write_text("{}", encoding="utf-8")
        assert held.names() == ["trial"]
