"""Fixtures that every test may use: data folders, reference files, a command line that answers."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from gepnet_core.cli import main
from gepnet_core.store import Shelf, open_shelf

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = Path(__file__).parent / "reference"

hypothesis.settings.register_profile(
    "fixed",
    derandomize=True,
    deadline=None,
    max_examples=100,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("fixed")


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder that everything in this process, and its children, uses."""
    folder = tmp_path / "data"
    monkeypatch.setenv("GEPNET_DATA_DIR", str(folder))
    return folder


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that holds the synthetic cohort, built once for all that only read or copy it."""
    folder = tmp_path_factory.mktemp("shipped") / "data"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GEPNET_DATA_DIR", str(folder))
        open_shelf()
    return folder


@pytest.fixture
def shelf(data_dir: Path, shipped: Path) -> Shelf:
    """A data folder that holds the synthetic cohort."""
    shutil.copytree(shipped, data_dir)
    return open_shelf()


@pytest.fixture
def held(data_dir: Path, built: Path) -> Shelf:
    """A shelf with what the module's own fixture `built` has imported once."""
    shutil.copytree(built, data_dir)
    return Shelf(data_dir)


@pytest.fixture
def synthetic_copy(tmp_path: Path) -> Path:
    """A copy of the shipped source tables, for tests that change a record."""
    folder = tmp_path / "source"
    folder.mkdir()
    for path in (ROOT / "data" / "synthetic").iterdir():
        if path.suffix in (".csv", ".toml"):
            (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of real trial data beside the project; it is read from there and not part of the project."""
    folder = ROOT.parent / "shared" / "realdata"
    if not folder.is_dir():
        pytest.skip(f"real data is not here: {folder} does not exist")
    return folder


@pytest.fixture(scope="session")
def app_test() -> Iterator[type[AppTest]]:
    """AppTest; it reads all installed packages at each start, which takes most of its time, and here once."""
    scan = functools.cache(manifest_scanner.scan_component_manifests)
    with pytest.MonkeyPatch.context() as streamlit:
        streamlit.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield AppTest


def everything_below(folder: Path) -> dict[str, bytes | None]:
    """Return the bytes of every file below a folder, and None for a folder; empty lock files do not count."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
        if path.name not in (".lock", ".importing") or path.stat().st_size
    }


@dataclass(frozen=True)
class Answer:
    """What a command left: exit code, the JSON of standard output (None: empty) and standard error."""

    code: int
    json: Any
    said: str


@pytest.fixture
def cli(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Run a command of the command line in this process, on the test's own data folder."""
    assert data_dir

    def run(*arguments: object) -> Answer:
        code = main([str(argument) for argument in arguments])
        out, said = capsys.readouterr()
        return Answer(code, json.loads(out) if out else None, said)

    return run


@pytest.fixture
def cli_process(data_dir: Path) -> Callable[..., Answer]:
    """Run a command as a person would: `python -m gepnet_core` from the project's root."""
    assert data_dir

    def run(*arguments: object) -> Answer:
        done = subprocess.run(
            [sys.executable, "-m", "gepnet_core", *map(str, arguments)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return Answer(done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr)

    return run
