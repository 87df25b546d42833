"""The warnings that the import of a version left."""

from __future__ import annotations

from collections import Counter

from gepnet_core.intake.report import Finding, Report
from gepnet_core.store.dataset import DataSet
from gepnet_core.store.writing import FINDINGS


def findings(dataset: DataSet) -> Report:
    """Return the warnings with their places, and their exact number by rule."""
    names = [name for name, _ in FINDINGS]
    columns = ", ".join(
        f"coalesce(\"{name}\", '')" if kind == "VARCHAR" else f'"{name}"' for name, kind in FINDINGS
    )
    rows = dataset.database.rows(f"SELECT {columns} FROM findings ORDER BY ALL")
    counts = dataset.database.rows("SELECT rule, n FROM finding_counts")
    found = [Finding(**dict(zip(names, row, strict=True))) for row in rows]
    return Report(found, Counter({rule: int(n) for rule, n in counts}))
