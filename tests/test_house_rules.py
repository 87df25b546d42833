"""Rules of the house that no single behaviour shows: who imports what, sizes, lint, and what stays out."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CORE = ROOT / "gepnet_core"
LONGEST = 350
WORDS = {
    *("gepnet_core.errors", "gepnet_core.vocabulary", "gepnet_core.sql_names"),
    *("gepnet_core.criteria", "gepnet_core.selection", "gepnet_core.spelled"),
}


def modules(folder: Path) -> list[Path]:
    """Return every Python file below a folder."""
    return sorted(folder.rglob("*.py"))


@functools.cache
def imported(path: Path) -> frozenset[str]:
    """Return the full name of every module that a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports by a relative name"
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def uses(path: Path, library: str) -> bool:
    """Return True where a file imports a library or one of its modules."""
    return any(name == library or name.startswith(f"{library}.") for name in imported(path))


def project_files() -> Iterator[Path]:
    """Yield the files that belong to the project, new ones included."""
    if (ROOT / ".git").exists():
        command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()
        yield from (ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())
    else:
        top = [entry for entry in ROOT.iterdir() if entry.name not in (".venv", ".data", ".build")]
        yield from (path for entry in top for path in [entry, *entry.rglob("*")] if path.is_file())


def test_there_is_something_to_check():
    assert len(modules(CORE)) > 15
    assert ROOT / "pyproject.toml" in set(project_files())
    assert uses(CORE / "store" / "connection.py", "duckdb")


@pytest.mark.parametrize(
    ("library", "owners"),
    [
        pytest.param("streamlit", (), id="streamlit-not-in-the-core"),
        pytest.param("duckdb", ("store/connection.py",), id="duckdb-in-the-connection"),
        pytest.param("plotly", ("figures*.py", "figures/*.py"), id="plotly-in-the-figures"),
        pytest.param(
            "openpyxl",
            (
                "intake/workbook.py",
                "intake/worksheet.py",
                "template.py",
                "rows_workbook.py",
                "fixed_workbook.py",
            ),
            id="openpyxl-where-workbooks-are-read-and-written",
        ),
        pytest.param("pyreadstat", ("intake/transport.py",), id="pyreadstat-in-the-transport-files"),
        pytest.param("lifelines", ("cox*.py", "*/cox*.py"), id="lifelines-in-the-cox-module"),
        pytest.param("matplotlib", ("figures_print*.py",), id="matplotlib-in-the-printed-figures"),
        pytest.param("docx", ("word_tables.py",), id="python-docx-in-the-word-tables"),
    ],
)
def test_each_heavy_library_has_one_owner_in_the_core(library, owners):
    found = [path.relative_to(CORE) for path in modules(CORE) if uses(path, library)]
    assert [str(path) for path in found if not any(path.match(owner) for owner in owners)] == []


def test_pages_leave_the_heavy_libraries_to_the_core():
    paths = [*modules(ROOT / "pages"), *([ROOT / "app.py"] if (ROOT / "app.py").exists() else [])]
    wrong = [
        (path.name, library)
        for path in paths
        for library in ("duckdb", "lifelines", "matplotlib", "docx")
        if uses(path, library)
    ]
    assert wrong == []


def test_words_import_nothing_above_them():
    for name in WORDS:
        path = ROOT / f"{name.replace('.', '/')}.py"
        own = {found for found in imported(path) if found.startswith("gepnet_core")}
        assert {found for found in own if not any(found.startswith(word) for word in WORDS)} == set(), name
    assert not any(found.startswith("gepnet_core") for found in imported(CORE / "errors.py"))
    assert not any(found.startswith("gepnet_core") for found in imported(CORE / "vocabulary.py"))
    assert not any(found.startswith("gepnet_core") for found in imported(CORE / "sql_names.py"))


LAYERS = [
    (
        *("characters", "errors", "vocabulary", "sql_names"),
        *("palette", "print_size", "rounding", "fonts", "glossary"),
    ),
    ("criteria", "behind", "case", "spelled", "time_scale"),
    ("query_string", "selection", "view"),
    ("delimited", "fixed_zip", "formula_guard", "leftovers", "records", "whole_file"),
    ("fixed_workbook",),
    ("settings", "contract", "eligibility", "endpoints", "published_figures"),
    ("dictionary",),
    ("template", "rows_workbook"),
    ("intake",),
    ("intervals", "survival"),
    ("competing_risks", "risk_sets", "rank_tests", "gray", "partial_likelihood", "proportional_hazards"),
    ("small_groups", "p_values"),
    ("cox", "separation", "regression_columns", "permutation", "landmark", "stability", "restricted_mean"),
    ("hazard_ratios", "subgroups"),
    ("store",),
    ("baseline", "estimates", "published", "question", "formatting"),
    (
        "compared",
        "covariates",
        "result_words",
        "cursor",
        "flow",
        "flow_html",
        "judged",
        "side_effects",
        "similar",
    ),
    ("behind_words", "explanation", "history"),
    ("histories", "history_words"),
    ("comparison",),
    ("export", "export_adtte", "export_comparison", "export_flow", "export_tables"),
    ("figure_words", "sheet", "sheets"),
    ("board_words",),
    (
        "comparison_words",
        "figure_points",
        "figures",
        "figures_at_risk",
        "figures_board",
        "figures_compare",
        "figures_lanes",
        "figures_side_effects",
        "figures_swimmer",
        "figures_timeline",
        "similar_words",
    ),
    (
        *("figures_print_flow", "figures_print_forest", "figures_print_lanes"),
        "figures_print_side_effects",
        *("figures_print", "figures_print_paper", "figures_print_svg", "figures_print_type"),
        *("sheets_compare", "sheets_side_effects"),
    ),
    ("word_tables",),
    ("report",),
    ("importer",),
    ("cli_options",),
    (
        "cli_bundle",
        "cli_compare",
        "cli_explain",
        "cli_figures",
        "cli_import",
        "cli_out",
        "cli_patients",
        "cli_read",
        "cli_report",
        "cli_side_effects",
        "cli_similar",
        "cli_view",
    ),
    ("cli",),
    ("__main__",),
]


def test_every_module_of_the_core_has_a_layer():
    named = [name for names in LAYERS for name in names]
    there = {path.relative_to(CORE).parts[0].removesuffix(".py") for path in modules(CORE)}
    assert there - {"__init__"} == set(named)
    assert len(named) == len(set(named))


def test_a_layer_imports_nothing_from_a_later_one():
    rank = {name: place for place, names in enumerate(LAYERS) for name in names}
    wrong = []
    for path in modules(CORE):
        own = path.relative_to(CORE).parts[0].removesuffix(".py")
        for name in imported(path):
            parts = name.split(".")
            if parts[0] == "gepnet_core" and len(parts) > 1 and own in rank and parts[1] in rank:
                wrong += [(str(path.relative_to(CORE)), name)] if rank[parts[1]] > rank[own] else []
    assert wrong == []


def test_the_core_reads_no_clock_and_draws_no_chance():
    calls = {"today", "now", "utcnow", "time", "random", "default_rng", "uuid4"}
    wrong = [
        (path.name, node.lineno)
        for path in modules(CORE)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in calls
    ]
    assert wrong == []


def test_no_file_names_a_package_registry_or_a_folder_of_one_machine():
    registries = [
        "pypi" + ".org",
        "python" + "hosted.org",
        "registry.npm" + "js.org",
        "conda.ana" + "conda.org",
    ]
    machine = "/wo" + "rk/"
    wrong = []
    for path in project_files():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        wrong += [(str(path.relative_to(ROOT)), word) for word in (*registries, machine) if word in text]
    assert wrong == []


def test_every_source_file_fits_on_a_few_screens():
    paths = [*modules(CORE), *modules(ROOT / "pages"), *modules(ROOT / "server"), *ROOT.glob("*.py")]
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in paths
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_every_module_says_first_what_it_is_for():
    silent = [
        str(path.relative_to(ROOT))
        for path in [
            *modules(CORE),
            *modules(ROOT / "pages"),
            *modules(ROOT / "server"),
            *modules(ROOT / "tests"),
        ]
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "."], id="lint"),
        pytest.param(["ruff", "format", "--check", "."], id="format"),
        pytest.param(["mypy"], id="types"),
    ],
)
def test_the_tools_find_nothing(command):
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
