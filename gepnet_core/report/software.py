"""The software that made a report, by name and version."""

from __future__ import annotations

import platform
from importlib.metadata import version

from gepnet_core import __version__

PACKAGES = ("numpy", "scipy", "duckdb", "lifelines")
NAMES = {"numpy": "NumPy", "scipy": "SciPy", "duckdb": "DuckDB", "lifelines": "lifelines"}


def versions() -> dict[str, str]:
    """Return the version of this software, of Python and of the libraries that compute, by name."""
    libraries = {NAMES[package]: version(package) for package in PACKAGES}
    return {"gepnet_core": __version__, "Python": platform.python_version()} | libraries
