"""A version whose file is damaged: every command says so in one line with a remedy, and an import mends it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gepnet_core.errors import StoreDamaged
from gepnet_core.store import Shelf, build_adtte, open_dataset, withdraw

HEADER = "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,SITE\n"
PATIENTS = 400


def trial(folder: Path, n: int) -> Path:
    """Write a file of some blocks; another n, another version."""
    draw = random.Random(n)
    rows = [
        f"P{k:03},{'drug' if k % 2 else 'none'},OS,Survival,{100 + draw.randrange(900)},DAYS,{k % 3 % 2},{k % 5}\n"
        for k in range(PATIENTS)
    ]
    path = folder / f"trial-{n}.csv"
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files 1, 2 and 3."""
    folder = tmp_path_factory.mktemp("files")
    for n in (1, 2, 3):
        trial(folder, n)
    return folder


@pytest.fixture(scope="module")
def built(files: Path) -> Path:
    """A data folder with three versions of "trial", and one of "other"."""
    shelf = Shelf(files / "data")
    for n in (1, 2, 3):
        build_adtte(shelf, "trial", files / f"trial-{n}.csv")
    build_adtte(shelf, "other", files / "trial-1.csv")
    return shelf.root


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(at: float) -> Callable[[Path], None]:
    """Return what turns one byte, in place, at this share of the file."""

    def flipped(path: Path) -> None:
        whole = bytearray(path.read_bytes())
        whole[int(len(whole) * at)] ^= 0xFF
        path.write_bytes(whole)

    return flipped


def spoil_rows(path: Path) -> None:
    """Damage every block after the first ones, which hold what DuckDB reads on opening."""
    block, whole = 262_144, bytearray(path.read_bytes())
    for start in range(12_288, len(whole), block):
        whole[start + 64] ^= 0xFF
    path.write_bytes(whole)


DAMAGES = [
    pytest.param(cut, id="cut"),
    *(pytest.param(flip(at / 8), id=f"a-byte-at-{at}-of-8") for at in range(1, 8)),
    pytest.param(lambda path: path.write_bytes(b""), id="empty"),
    pytest.param(Path.unlink, id="gone"),
]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("held_open", [True, False], ids=["a-session-holds-it", "nobody-holds-it"])
def test_the_same_file_imported_again_is_written_anew(held, files, cli, damage, held_open):
    version = held.current("trial").version
    session = open_dataset(held, "trial") if held_open else None
    path = held.path("trial", version)
    damage(path)
    answer = cli("import", files / "trial-3.csv", "--dataset", "trial")
    assert (answer.code, answer.json["imported"], answer.json["version"]) == (0, True, version)
    current = held.current("trial")
    assert held.is_as_published("trial", current)
    assert current.number == 3
    data = open_dataset(held, "trial")
    assert data.database.rows("SELECT count(*), count(DISTINCT SITE) FROM times") == [(PATIENTS, 5)]
    assert sum(1 for _ in data.database.stream("FROM source.adtte")) == 1
    assert cli("estimate", "--dataset", "trial", "--endpoint", "OS").code == 0
    if session is not None:
        assert session.database.is_replaced
        assert not data.database.is_replaced
    assert [p.name for p in held.root.glob(".importing-*")] == []


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("estimate", "--endpoint", "OS"), id="estimate"),
        pytest.param(("compare", "--endpoint", "OS"), id="compare"),
        pytest.param(("patients", "--json"), id="patients"),
        pytest.param(("export", "--out", "OUT.csv"), id="export"),
        pytest.param(("export", "--format", "adtte", "--out", "OUT.csv"), id="export-adtte"),
        pytest.param(("export", "--format", "adsl", "--out", "OUT.csv"), id="export-adsl"),
        pytest.param(("figure", "--kind", "survival", "--endpoint", "OS", "--out", "OUT.svg"), id="figure"),
        pytest.param(("tables", "--endpoint", "OS", "--out", "OUT.csv"), id="tables"),
        pytest.param(("tables", "--endpoint", "OS", "--out", "OUT.docx"), id="tables-word"),
        pytest.param(("export", "--out", "OUT.xlsx"), id="export-workbook"),
        pytest.param(("export", "--format", "adtte", "--out", "OUT.xlsx"), id="export-adtte-workbook"),
        pytest.param(("report", "--endpoint", "OS", "--out", "OUT.html"), id="report"),
        pytest.param(("bundle", "--endpoint", "OS", "--out", "OUT.zip"), id="bundle"),
    ],
)
def test_a_corrupt_block_is_one_line_in_every_command(held, cli, tmp_path, arguments):
    earlier = held.kept("trial")[1].entry.version
    spoil_rows(held.path("trial", held.current("trial").version))
    command, *options = [one.replace("OUT", str(tmp_path / "out")) for one in arguments]
    answer = cli(command, "--dataset", "trial", *options)
    assert (answer.code, answer.json, answer.said.count("\n")) == (2, None, 1)
    assert "cannot be read. " in answer.said
    assert f"Put version {earlier} back (put-back --dataset trial --version {earlier})" in answer.said
    assert list(tmp_path.glob("out*")) == []
    assert list(tmp_path.glob(".gepnet-export-*")) == []


def lose_file(shelf: Shelf) -> None:
    shelf.path("trial", shelf.current("trial").version).unlink()


def lose_current(shelf: Shelf) -> None:
    (shelf.root / "trial" / "current.json").unlink()


def spoil_current(shelf: Shelf) -> None:
    (shelf.root / "trial" / "current.json").write_text("[" * 100_000, encoding="utf-8")


def cut_file(shelf: Shelf) -> None:
    cut(shelf.path("trial", shelf.current("trial").version))


@pytest.mark.parametrize(
    ("damage", "offered", "words"),
    [
        pytest.param(lose_file, 1, "The file of the current version ", id="file-gone"),
        pytest.param(cut_file, 1, "The stored version ", id="file-cut"),
        pytest.param(lose_current, 0, "current.json of “trial” cannot be read. ", id="current-gone"),
        pytest.param(spoil_current, 0, "current.json of “trial” cannot be read. ", id="current-broken"),
    ],
)
def test_a_damaged_data_set_leaves_the_others_and_is_put_back(held, cli, damage, offered, words):
    whole = held.kept("trial")[offered].entry.version
    damage(held)
    answer = cli("datasets")
    assert answer.code == 0
    assert [(one["name"], "damaged" in one) for one in answer.json] == [("other", False), ("trial", True)]
    said = answer.json[1]["damaged"]
    assert answer.said == f"“trial” is left out: {said}\n"
    assert said.startswith(words)
    assert said.endswith(
        f"Put version {whole} back (put-back --dataset trial --version {whole}), or import the data set again."
    )
    assert cli("estimate", "--dataset", "trial", "--endpoint", "OS").said == f"{said}\n"
    assert cli("put-back", "--dataset", "trial").json["version"] == whole
    assert cli("estimate", "--dataset", "trial", "--endpoint", "OS").code == 0
    assert cli("estimate", "--dataset", "other", "--endpoint", "OS").code == 0


def test_a_version_that_is_damaged_too_is_not_offered(held, cli):
    third, second, first = (kept.entry.version for kept in held.kept("trial"))
    for version in (third, second):
        flip(0.5)(held.path("trial", version))
    cut(held.path("trial", third))
    assert f"Put version {first} back" in cli("estimate", "--dataset", "trial", "--endpoint", "OS").said
    assert cli("put-back", "--dataset", "trial", "--version", second).code == 2
    assert cli("put-back", "--dataset", "trial").json["version"] == first


def test_without_another_version_the_remedy_is_an_import(held, cli):
    cut(held.path("other", held.current("other").version))
    said = cli("estimate", "--dataset", "other", "--endpoint", "OS").said
    assert said.endswith("cannot be read. Import the data set again.\n")


def test_a_data_set_that_was_taken_off_the_list_is_not_damaged(held, files):
    withdraw(held, "trial")
    assert held.names() == ["other"]
    build_adtte(held, "trial", files / "trial-3.csv")
    assert held.names() == ["other", "trial"]
    (held.root / "trial" / "current.json").unlink()
    with pytest.raises(StoreDamaged, match="cannot be read"):
        open_dataset(held, "trial")


def test_a_database_of_somebody_else_is_no_version(held, tmp_path):
    path = held.path("trial", held.current("trial").version)
    shutil.copyfile(held.path("other", held.current("other").version), tmp_path / "other.duckdb")
    (tmp_path / "other.duckdb").replace(path)
    with pytest.raises(StoreDamaged, match=r"is not what was written\. Put version"):
        open_dataset(held, "trial")
