"""Every command that writes a file writes it whole or not at all, and says in one line why it did not."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

VIEW = ("--dataset", "synthetic", "--endpoint", "OS")
ROWS = ("export", "--dataset", "synthetic", "--format")
EARLIER = b"an earlier file\n" * 7
TABLE = "id,index_date,last_date,status,arm\n" + "".join(
    f"P{n:02},2014-01-{n + 1:02},2015-02-{n + 1:02},{n % 2},{'ab'[n % 2]}\n" for n in range(20)
)
TRIAL = "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR\n" + "".join(
    f"P{n:02},{'ab'[n % 2]},OS,Survival,{100 + n},DAYS,{n % 2}\n" for n in range(20)
)
COMMANDS = {
    "rows": ((*ROWS, "csv"), ".csv"),
    "rows-workbook": ((*ROWS, "csv"), ".xlsx"),
    "adtte": ((*ROWS, "adtte"), ".csv"),
    "adtte-workbook": ((*ROWS, "adtte"), ".xlsx"),
    "adsl": ((*ROWS, "adsl"), ".csv"),
    "adsl-workbook": ((*ROWS, "adsl"), ".xlsx"),
    "source-tables": ((*ROWS, "tables"), ".zip"),
    "figure-svg": (("figure", *VIEW, "--kind", "survival"), ".svg"),
    "figure-png": (("figure", *VIEW, "--kind", "survival"), ".png"),
    "report-html": (("report", *VIEW), ".html"),
    "report-pdf": (("report", *VIEW), ".pdf"),
    "bundle": (("bundle", *VIEW), ".zip"),
    "tables-csv": (("tables", *VIEW), ".csv"),
    "tables-word": (("tables", *VIEW), ".docx"),
    "mapping": (("mapping", "TABLE"), ".toml"),
    "template": (("template",), ".xlsx"),
    "dictionary": (("dictionary",), ".csv"),
    "import-html": (("import", "TRIAL", "--dataset", "new"), ".html"),
    "import-json": (("import", "TRIAL", "--dataset", "new"), ".json"),
    "import-csv": (("import", "TRIAL", "--dataset", "new"), ".csv"),
}


@dataclass(frozen=True)
class Writer:
    """A command that writes to a place, and the folders it may use."""

    arguments: tuple[str, ...]
    ending: str
    folder: Path
    temporary: Path

    def to(self, out: Path) -> tuple[object, ...]:
        """Return the whole command."""
        option = "--report" if self.arguments[0] == "import" else "--out"
        return (*self.arguments, option, out)


@pytest.fixture
def temporary(monkeypatch) -> Iterator[Path]:
    """A folder for the temporary files of the command and all that it starts; a browser needs a short path."""
    folder = tempfile.mkdtemp(prefix="t")
    monkeypatch.setenv("TMPDIR", folder)
    monkeypatch.setattr(tempfile, "tempdir", folder)
    yield Path(folder)
    shutil.rmtree(folder)


@pytest.fixture(params=COMMANDS)
def writer(request, temporary, tmp_path, data_dir, shipped) -> Writer:
    """Each command, on the synthetic cohort; what is only read is not copied."""
    arguments, ending = COMMANDS[request.param]
    if arguments[0] not in ("template", "dictionary"):
        shutil.copytree(shipped, data_dir)
    for name, words in (("TABLE", TABLE), ("TRIAL", TRIAL)):
        (tmp_path / f"{name}.csv").write_text(words, encoding="utf-8")
    named = (str(tmp_path / f"{one}.csv") if one in ("TABLE", "TRIAL") else one for one in arguments)
    folder = tmp_path / "out"
    folder.mkdir()
    return Writer(tuple(named), ending, folder, temporary)


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """Mount a file system at a folder."""
    if os.geteuid() != 0:
        pytest.skip("a file system is mounted by root only")
    subprocess.run(["mount", *options, str(folder)], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, free: int) -> None:
    """Leave this many bytes free on the file system of a folder."""
    room = os.statvfs(folder)
    (folder / "filler").write_bytes(b"\0" * (room.f_bavail * room.f_frsize - free))


def refused(cli, writer: Writer, out: Path, *words: str) -> None:
    """Run the command, which must end with one line that names the file, the reason and the remedy."""
    before = set(writer.folder.iterdir()) if writer.folder.is_dir() else set()
    answer = cli(*writer.to(out))
    assert (answer.code, answer.json, answer.said.count("\n")) == (2, None, 1), answer.said
    for one in (f"{out} cannot be written", *words):
        assert one in answer.said
    assert (set(writer.folder.iterdir()) if writer.folder.is_dir() else set()) == before
    assert list(writer.temporary.iterdir()) == []


def test_every_target_that_refuses_is_said_and_nothing_is_left(cli, writer):
    folder = writer.folder
    place, elsewhere = folder / f"place{writer.ending}", "Choose another place."
    place.mkdir()
    refused(cli, writer, place, "it is there and not a file", elsewhere)
    place.rmdir()
    refused(
        cli,
        writer,
        folder / "no" / place.name,
        "No such file or directory",
        "Make its folder, or choose another",
    )
    (folder / "file").write_bytes(EARLIER)
    refused(cli, writer, folder / "file" / place.name, "Not a directory", elsewhere)
    long = folder / ("n" * 300 + writer.ending)
    refused(cli, writer, long, "File name too long", elsewhere)
    loop = folder / f"loop{writer.ending}"
    loop.symlink_to(loop)
    refused(cli, writer, loop, "ymbolic link", elsewhere)
    assert (folder / "file").read_bytes() == EARLIER


def test_a_place_that_may_not_be_written_keeps_its_file(cli, writer):
    place = writer.folder / f"place{writer.ending}"
    place.write_bytes(EARLIER)
    with mounted(writer.folder, "--bind", "-o", "ro", str(writer.folder)):
        refused(cli, writer, place, "Read-only file system", "Choose another place.")
    assert place.read_bytes() == EARLIER


def test_a_file_is_replaced_and_stays_where_the_disk_fills(cli, writer):
    place = writer.folder / f"place{writer.ending}"
    with mounted(writer.folder, "-t", "tmpfs", "-o", "size=12m", "tmpfs"):
        place.write_bytes(EARLIER)
        answer = cli(*writer.to(place))
        assert answer.code == 0, answer.said
        size = place.stat().st_size
        assert place.read_bytes() != EARLIER
        assert [one.name for one in writer.folder.iterdir()] == [place.name]
        assert list(writer.temporary.iterdir()) == []
        place.write_bytes(EARLIER)
        fill(writer.folder, size // 2 // 4096 * 4096)  # where it is a few pages long, full amid them
        refused(cli, writer, place, "No space left on device", "Free some space, or choose another place.")
        assert place.read_bytes() == EARLIER
