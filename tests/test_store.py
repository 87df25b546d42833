"""The store: versions that never change, processes that do not disturb each other, damage that is said."""

from __future__ import annotations

import gc
import json
import re
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gepnet_core import store
from gepnet_core.errors import DataSetUnknown
from gepnet_core.selection import Selection
from gepnet_core.store import Shelf, build_adtte, build_source, open_dataset, open_shelf, writing
from gepnet_core.store.connection import Database

REFERENCE = Path(__file__).parent / "reference"
SYNTHETIC = Path(__file__).resolve().parents[1] / "data" / "synthetic"
TINY = """\
USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,STARTDT,ADT
1,drug,OS,Overall survival,10,DAYS,0,DEATH,2014-01-01,2014-01-11
2,placebo,OS,Overall survival,20,DAYS,1,CENSORED,2014-01-01,2014-01-21
"""


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    """An ADTTE file of two patients."""
    path = tmp_path / "trial.csv"
    path.write_text(TINY, encoding="utf-8")
    return path


@pytest.fixture
def held(data_dir: Path, trial: Path) -> Shelf:
    """A shelf that holds the two patients as the data set "trial"."""
    shelf = Shelf(data_dir)
    build_adtte(shelf, "trial", trial)
    return shelf


def version_files(shelf: Shelf, name: str) -> list[str]:
    """Return every DuckDB file of a data set, hidden ones too."""
    return sorted(path.name for path in (shelf.root / name).iterdir() if ".duckdb" in path.name)


def said_in_one_line(answer) -> str:
    """Return what a refused command said."""
    assert (answer.code, answer.json) == (2, None)
    assert answer.said.count("\n") == 1
    assert "Traceback" not in answer.said
    return answer.said


# the first use


@pytest.mark.parametrize("processes", [1, 2, 4])
def test_an_empty_folder_gets_the_synthetic_cohort_once_however_many_come(data_dir, cli_process, processes):
    with ThreadPoolExecutor(processes) as pool:
        answers = list(pool.map(lambda _: cli_process("datasets"), range(processes)))
    assert [answer.code for answer in answers] == [0] * processes, [answer.said for answer in answers]
    shelf = Shelf(data_dir)
    version = shelf.current("synthetic").version
    for answer in answers:
        assert [(row["name"], row["version"], row["n"]) for row in answer.json] == [
            ("synthetic", version, 59)
        ]
    assert version_files(shelf, "synthetic") == [f"{version}.duckdb"]


def test_two_imports_under_one_name_at_once_leave_two_whole_versions(held, cli_process, tmp_path):
    files = [tmp_path / f"{days}.csv" for days in (11, 12)]
    for path, days in zip(files, (11, 12), strict=True):
        path.write_text(
            TINY.replace(",10,", f",{days},").replace("01-11", f"01-{days + 1}"), encoding="utf-8"
        )
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda path: cli_process("import", path, "--dataset", "trial"), files))
    assert [answer.code for answer in answers] == [0, 0], [answer.said for answer in answers]
    versions = {path.removesuffix(".duckdb") for path in version_files(held, "trial")}
    assert len(versions) == 3
    assert held.current("trial").version in versions
    for version in versions:
        assert open_dataset(held, "trial", version).n == 2


def test_a_shelf_with_another_data_set_does_not_get_the_synthetic_cohort(held):
    assert open_shelf().names() == held.names() == ["trial"]


def test_the_environment_says_where_the_data_are(cli, data_dir, tmp_path, monkeypatch):
    assert cli("datasets").code == 0
    elsewhere = tmp_path / "else where" / "it's"
    monkeypatch.setenv("GEPNET_DATA_DIR", str(elsewhere))
    assert [row["name"] for row in cli("datasets").json] == ["synthetic"]
    assert (elsewhere / "synthetic" / "current.json").is_file()
    assert (data_dir / "synthetic" / "current.json").is_file()


def test_a_changed_shipped_cohort_becomes_a_new_version(shelf, synthetic_copy, monkeypatch):
    first = shelf.current("synthetic").version
    assert open_shelf().current("synthetic").version == first
    path = synthetic_copy / "patients.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("P01,male", "P01,female"), encoding="utf-8")
    monkeypatch.setattr(store, "SHIPPED", synthetic_copy)
    second = open_shelf().current("synthetic").version
    assert second != first
    assert open_dataset(shelf, "synthetic", first).n == open_dataset(shelf, "synthetic", second).n == 59


def test_an_import_under_the_shipped_name_is_not_replaced_by_the_shipped_cohort(shelf, trial):
    build_adtte(shelf, "synthetic", trial)
    assert open_dataset(open_shelf(), "synthetic").n == 2


# what is written


def test_current_json_says_version_counts_hash_and_origin(held):
    told = json.loads((held.root / "trial" / "current.json").read_text(encoding="utf-8"))
    assert told.keys() == {"version", "content", "rows", "origin", "source", "number", "file", "sha256"}
    assert told["number"] == 1
    beside = held.root / "trial" / f"{told['version']}.json"
    assert json.loads(beside.read_text(encoding="utf-8")) == told
    assert re.fullmatch(r"[0-9a-f]{64}", told["content"])
    assert told["version"] == f"v{told['content'][:12]}"
    assert told["origin"] == "imported"
    assert (told["rows"]["cohort"], told["rows"]["time_to_event"], told["rows"]["source.adtte"]) == (2, 2, 2)


def test_the_shipped_cohort_is_held_with_its_source_tables(shelf):
    current = shelf.current("synthetic")
    assert current.origin == "shipped"
    assert current.rows["cohort"] == 59
    assert current.rows["time_to_event"] == 4 * 59
    for table in ("patients", "local_treatments", "systemic_therapies", "progressions", "adverse_events"):
        lines = (store.SHIPPED / f"{table}.csv").read_text(encoding="utf-8").splitlines()
        assert current.rows[f"source.{table}"] == len(lines) - 1


def test_the_same_files_give_the_same_version_in_another_folder(held, trial, tmp_path, synthetic_copy):
    other = Shelf(tmp_path / "other")
    assert build_adtte(other, "elsewhere", trial)[0].version == held.current("trial").version
    built = [build_source(found, "copy", synthetic_copy) for found in (held, other)]
    assert built[0] == built[1]


def test_a_large_file_is_written_in_another_way_and_holds_the_same(tmp_path, monkeypatch):
    found = []
    for small in (writing.SMALL, 0):
        monkeypatch.setattr(writing, "SMALL", small)
        shelf = Shelf(tmp_path / str(small))
        current = build_source(shelf, "synthetic", SYNTHETIC)
        database = open_dataset(shelf, "synthetic").database
        chosen = {kind for (kind,) in database.rows("SELECT compression FROM pragma_storage_info('times')")}
        assert (chosen <= {"Uncompressed", "Constant"}) == bool(small)
        tables = [name for name in current.rows if not name.startswith("finding")]
        rows = {name: database.rows(f"FROM {name} ORDER BY ALL") for name in tables}
        found.append((current.version, current.content, current.rows, rows))
    assert found[0] == found[1]


def test_a_version_file_is_not_touched_by_importing_its_rows_again(held, trial):
    path = held.path("trial", held.current("trial").version)
    before = (path.stat().st_ino, path.read_bytes())
    build_adtte(held, "trial", trial)
    assert (path.stat().st_ino, path.read_bytes()) == before


def test_an_open_version_stays_what_it_was_while_another_becomes_current(held, trial):
    opened = open_dataset(held, "trial")
    trial.write_text(TINY + TINY.splitlines()[1].replace("1,drug", "3,drug") + "\n", encoding="utf-8")
    build_adtte(held, "trial", trial)
    assert open_dataset(held, "trial").n == 3
    assert opened.n == open_dataset(held, "trial", opened.version).n == 2


# what is opened


def database(shelf: Shelf, name: str) -> Database:
    """Return the handle of a data set's current version."""
    return Database.open(shelf.path(name, shelf.current(name).version))


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("DELETE FROM cohort", id="delete"),
        pytest.param("CREATE TABLE t(i INTEGER)", id="create"),
        pytest.param("UPDATE time_to_event SET days = 0", id="update"),
    ],
)
def test_a_version_cannot_be_written(held, sql):
    before = held.path("trial", held.current("trial").version).read_bytes()
    with pytest.raises(Exception, match="read-only"):
        database(held, "trial").rows(sql)
    assert held.path("trial", held.current("trial").version).read_bytes() == before


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("SELECT * FROM read_csv('{path}')", id="read-a-file"),
        pytest.param("COPY cohort TO '{path}.out'", id="write-a-file"),
        pytest.param("ATTACH '{path}.duckdb' AS other", id="attach-a-file"),
        pytest.param("INSTALL httpfs", id="install-an-extension"),
        pytest.param("SET enable_external_access = true", id="unlock"),
    ],
)
def test_a_query_reaches_nothing_outside_its_version(held, trial, sql):
    with pytest.raises(Exception, match=r"disabled|locked|Permission|cannot be changed|Cannot"):
        database(held, "trial").rows(sql.format(path=trial))
    assert sorted(path.name for path in trial.parent.iterdir()) == ["data", "trial.csv"]


def test_handles_to_one_version_are_shared_and_close_when_nobody_uses_them(held):
    path = held.path("trial", held.current("trial").version)
    first, second = database(held, "trial"), database(held, "trial")
    assert first is second
    assert open_files(path) > 0
    gone = weakref.ref(first)
    del first, second
    gc.collect()
    assert gone() is None
    assert open_files(path) == 0


def open_files(path: Path) -> int:
    """Return how often this process has a file open."""
    return sum(link.exists() and link.samefile(path) for link in Path("/proc/self/fd").iterdir())


def test_threads_that_ask_at_once_get_their_own_answers(shelf):
    dataset = open_dataset(shelf, "synthetic")
    expected = {"resection": 16, "RFA": 17, "EBRT": 15, "HAE": 11}
    start = threading.Barrier(8)

    def ask(number: int) -> list[tuple[str, int]]:
        start.wait()
        names = list(expected)[number % 4 :] + list(expected)[: number % 4]
        return [
            (name, dataset.event_counts("TTNST", Selection(modalities=(name,)))[0].n)
            for _ in range(10)
            for name in names
        ]

    with ThreadPoolExecutor(8) as pool:
        answers = [pair for found in pool.map(ask, range(8)) for pair in found]
    assert len(answers) == 8 * 10 * 4
    assert set(answers) == set(expected.items())


def test_strata_come_with_the_same_counts_from_many_threads(shelf):
    dataset = open_dataset(shelf, "synthetic")
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(
                lambda _: [c.n for c in dataset.event_counts("OS", Selection(), by="modality")], range(40)
            )
        )
    assert found == [[16, 17, 15, 11]] * 40


# what goes wrong


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="torn"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"version": "v1"}', id="fields-missing"),
        pytest.param(b'{"version": 1, "content": "", "rows": {}, "origin": ""}', id="version-not-text"),
        pytest.param(b'{"version": "../v1", "content": "", "rows": {}, "origin": ""}', id="version-outside"),
        pytest.param(b"\xff\xfe", id="not-utf-8"),
    ],
)
@pytest.mark.parametrize("name", ["trial", "synthetic"])
def test_a_damaged_current_json_is_one_clear_line(held, cli, text, name, trial):
    build_adtte(held, name, trial)
    (held.root / name / "current.json").write_bytes(text)
    assert name in said_in_one_line(cli("estimate", "--dataset", name, "--endpoint", "OS"))


@pytest.mark.parametrize("name", ["trial", "synthetic"])
def test_a_damaged_current_json_is_mended_by_importing_again_as_its_message_says(held, cli, trial, name):
    build_adtte(held, name, trial)
    version = held.current(name).version
    (held.root / name / "current.json").write_text("{", encoding="utf-8")
    answer = cli("import", trial, "--dataset", name)
    assert (answer.code, answer.said) == (0, "")
    assert answer.json["version"] == version


@pytest.mark.parametrize("damaged", ["broken", "synthetic"])
def test_a_damaged_data_set_does_not_keep_another_from_being_used(held, cli, trial, damaged):
    build_adtte(held, damaged, trial)
    (held.root / damaged / "current.json").write_text("{", encoding="utf-8")
    answer = cli("estimate", "--dataset", "trial", "--endpoint", "OS")
    assert answer.code == 0, answer.said
    assert answer.json["strata"][0]["n"] == 2


@pytest.mark.parametrize(
    "share",
    [
        pytest.param(0.0, id="to-nothing"),
        pytest.param(0.005, id="within-its-header"),
        pytest.param(0.1, id="to-a-tenth"),
        pytest.param(0.5, id="to-a-half"),
    ],
)
def test_a_truncated_version_file_is_one_clear_line(shelf, cli, tmp_path, share):
    path = shelf.path("synthetic", shelf.current("synthetic").version)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    for command in (
        ("estimate", "--dataset", "synthetic", "--endpoint", "OS"),
        ("published",),
        ("export", "--dataset", "synthetic", "--out", tmp_path / "out.csv"),
    ):
        assert path.stem in said_in_one_line(cli(*command))
    assert not (tmp_path / "out.csv").exists()


def test_a_version_file_that_holds_another_data_set_is_not_shown(shelf, cli, trial):
    build_adtte(shelf, "trial", trial)
    path = shelf.path("synthetic", shelf.current("synthetic").version)
    path.write_bytes(shelf.path("trial", shelf.current("trial").version).read_bytes())
    assert path.stem in said_in_one_line(cli("estimate", "--dataset", "synthetic", "--endpoint", "OS"))


def test_a_damaged_version_file_is_mended_by_importing_again_as_its_message_says(held, cli, trial):
    path = held.path("trial", held.current("trial").version)
    path.write_bytes(b"not a database")
    assert "Import the data set again" in said_in_one_line(
        cli("estimate", "--dataset", "trial", "--endpoint", "OS")
    )
    assert cli("import", trial, "--dataset", "trial").code == 0
    assert cli("estimate", "--dataset", "trial", "--endpoint", "OS").json["strata"][0]["n"] == 2


def test_a_lost_version_file_is_one_clear_line_and_mended_by_importing_again(held, cli, trial):
    path = held.path("trial", held.current("trial").version)
    path.unlink()
    assert path.stem in said_in_one_line(cli("estimate", "--dataset", "trial", "--endpoint", "OS"))
    assert cli("import", trial, "--dataset", "trial").code == 0
    assert cli("estimate", "--dataset", "trial", "--endpoint", "OS").code == 0


@pytest.mark.parametrize("version", ["v000000000000", "../../etc", "", "current"])
def test_a_version_that_is_not_there_is_refused_with_the_current_one(held, cli, version):
    answer = cli("estimate", "--dataset", "trial", "--endpoint", "OS", "--version", version)
    said = said_in_one_line(answer)
    assert version == "" or held.current("trial").version in said


def test_an_unknown_data_set_is_refused_with_those_there_are(held):
    with pytest.raises(DataSetUnknown, match=r"no data set “lung”. There are: trial\."):
        open_dataset(held, "lung")


def test_a_build_that_breaks_off_leaves_everything_as_it_was(held, trial, monkeypatch):
    before = {path: path.read_bytes() for path in held.root.rglob("*") if path.is_file()}

    def fail(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(Shelf, "publish", fail)
    trial.write_text(TINY.replace("drug", "other"), encoding="utf-8")
    with pytest.raises(OSError, match="the disk is full"):
        build_adtte(held, "trial", trial)
    assert {path: path.read_bytes() for path in held.root.rglob("*") if path.is_file()} == before


def test_what_a_killed_build_left_disturbs_no_later_one(held, trial):
    leftover = held.root / "trial" / ".building-1.duckdb"
    leftover.write_bytes(b"half a file")
    trial.write_text(TINY.replace("drug", "other"), encoding="utf-8")
    current, _ = build_adtte(held, "trial", trial)
    assert open_dataset(held, "trial").version == current.version
    assert held.names() == ["trial"]


@pytest.mark.parametrize("where", ["file", "below-a-file"])
def test_a_data_folder_that_cannot_be_made_is_one_clear_line(cli, tmp_path, monkeypatch, where):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("GEPNET_DATA_DIR", str(blocked if where == "file" else blocked / "below"))
    assert str(blocked) in said_in_one_line(cli("datasets"))
    assert blocked.read_text(encoding="utf-8") == "not a folder"
