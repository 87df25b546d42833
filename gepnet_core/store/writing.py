"""Writing a version: tables on disk in, one checked file out, then current in one step."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gepnet_core.contract import Row
from gepnet_core.errors import StoreDamaged
from gepnet_core.intake.report import Report
from gepnet_core.intake.rule import Severity
from gepnet_core.intake.spool import Spool, spooled
from gepnet_core.sql_names import identifier
from gepnet_core.store.connection import Building, Database, building
from gepnet_core.store.versions import Current, Shelf

SCHEMA = 5  # raise it where the derived tables change meaning: it is part of a version
SMALL = 10_000  # rows in all
NOT_COUNTED = ("meta", "findings", "finding_counts")  # written last, or not part of the content

REMEDIES = {
    "gep_net": "Compare the primary sites in the settings with those of the data, or waive the step: leave "
    "eligibility.primary_sites out.",
    "metastatic": "It needs metastatic_date of the patients: fill it in, or map its column. Or waive the step: set "
    "eligibility.metastatic to false.",
    "local_treatment": "It needs the local treatments with their dates, and cannot be waived: the date of a local "
    "treatment is time zero.",
    "focal_progression": "It needs the indication of the treatments and focal_indication in the settings. Or waive "
    "the step: set eligibility.focal_only to false.",
    "window": "Compare the window in the settings with the dates of treatment, or waive the step: leave "
    "eligibility.window out.",
}

# Joined once, when a version is built: the live counts then read one table (25 ms instead of 180 ms at a
# million patients).
TIMES = """
    CREATE TABLE times AS
    SELECT t.endpoint AS t_endpoint, t.index_date AS t_start, t.days AS t_days, t.status AS t_status,
           t.reason AS t_reason, c.*
    FROM time_to_event t JOIN cohort c USING (patient_id) ORDER BY t_endpoint, patient_id
"""
FINDINGS = (
    ("rule", "VARCHAR"),
    ("file", "VARCHAR"),
    ("line", "INTEGER"),
    ("column", "VARCHAR"),
    ("value", "VARCHAR"),
    ("words", "VARCHAR"),
    ("patient", "VARCHAR"),
)


@dataclass(slots=True)
class Recipe:
    """What a version is made of.

    `derive` runs after the tables are loaded and leaves `cohort`, `time_to_event`, `attrition`, `same_day`,
    `modalities`, `endpoints` and `baseline_columns`; it drops what is not to stay, and adds to the report.
    """

    spools: list[Spool]
    derive: Callable[[Building, Report], None]
    meta: dict[str, str]


def write_version(
    path: Path, scratch: Path, recipe: Recipe, report: Report, *, origin: str = "imported", source: str = ""
) -> Current:
    """Write a version to a new file, check it, and return what `current.json` will say of it.

    Raises
    ------
    ReportRefused
        If the tables together break a rule.
    StoreDamaged
        If the file cannot be written whole.
    """
    meta: list[Row] = [{"key": key, "value": value} for key, value in recipe.meta.items()]
    spools = [*recipe.spools, spooled(scratch, "meta", (("key", "VARCHAR"), ("value", "VARCHAR")), meta)]
    small = sum(spool.rows for spool in spools) <= SMALL
    with building(path, scratch, small=small) as file:
        file.run("CREATE SCHEMA source")
        for spool in spools:
            _load(file, spool)
        recipe.derive(file, report)
        report.stop_on_errors()
        for table, key in (("cohort", "patient_id"), ("time_to_event", "patient_id, endpoint")):
            file.run(f"CREATE TABLE ordered AS SELECT * FROM {table} ORDER BY {key}")
            file.run(f"DROP TABLE {table}")
            file.run(f"ALTER TABLE ordered RENAME TO {table}")
        file.run(TIMES)
        findings, counts = _findings(scratch, report)
        _load(file, findings)
        _load(file, counts)
        baseline: list[Row] = [
            {"name": name, "kind": kind}
            for name, kind in file.rows("SELECT name, kind FROM baseline_columns")
        ]
        offered = spooled(scratch, "offered", (("name", "VARCHAR"), ("kind", "VARCHAR")), baseline)
        content = _content([*spools, offered])
        version = f"v{content[:12]}"  # the letter keeps spreadsheets from reading a number
        file.run(
            "INSERT INTO meta VALUES ('version', $version), ('schema', $schema)",
            {"version": version, "schema": str(SCHEMA)},
        )
    rows = row_counts(Database.open(path))
    for spool in spools:
        if spool.name not in NOT_COUNTED and rows.get(spool.name, spool.rows) != spool.rows:
            raise StoreDamaged(f"{spool.name} was not written whole. Import it again.")
    return Current(version, content, rows, origin, source)


def _content(spools: Sequence[Spool]) -> str:
    """Return the hash of a version: its tables, and what is offered of them.

    Findings are left out: they follow from rows and settings, but their places from the order of the rows.
    """
    told = f"schema {SCHEMA}".encode() + b"".join(spool.digest() for spool in spools)
    return hashlib.sha256(told).hexdigest()


def _findings(scratch: Path, report: Report) -> tuple[Spool, Spool]:
    """Return what stays visible beside the data: the warnings, and their exact number by rule."""
    kept = [
        {name: getattr(found, name) for name, _ in FINDINGS}
        for found in report.findings
        if found.severity is Severity.WARNING
    ]
    counted: list[Row] = [{"rule": rule, "n": n} for rule, n in report.counts.items() if n]
    counts = spooled(scratch, "finding_counts", (("rule", "VARCHAR"), ("n", "BIGINT")), counted)
    return spooled(scratch, "findings", FINDINGS, kept), counts


def nobody_left(path: Path) -> str:
    """Return at which step of eligibility the last patient was left out."""
    steps = Database.open(path).rows("SELECT code, label, patients FROM attrition ORDER BY step")
    for (_, _, before), (code, label, patients) in itertools.pairwise(steps):
        if not patients:
            remedy = REMEDIES.get(
                code, "Or waive the step: take this modality out of eligibility.excluded_modalities."
            )
            return f"no patient is eligible. Of {before} none passed the step “{label}”. {remedy}"
    return "no patient is eligible. Check the data set's settings."


def publish(shelf: Shelf, name: str, built: Path, current: Current) -> Current:
    """Make a file that was written beside it the current version of a data set, in one step."""
    with shelf.lock(name):
        return publish_locked(shelf, name, built, current)


def publish_locked(shelf: Shelf, name: str, built: Path, current: Current) -> Current:
    """Publish a file while the lock of the data set is held.

    A file of this version that is there already stays if its bytes are those that were published; one that was
    damaged is replaced, also where sessions hold it open.
    """
    known = shelf.entry(name, current.version) if name in shelf.names() else None
    return shelf.publish(name, built, current, keep=known is not None and shelf.is_as_published(name, known))


def put_back(shelf: Shelf, name: str, version: str) -> Current:
    """Make a version that is still kept the current one again.

    Raises
    ------
    DataSetUnknown
        If there is no such data set, or the version is not kept any more.
    StoreDamaged
        If its file is not what was written.
    """
    shelf.kept(name)  # a name that is not there gets no folder
    with shelf.lock(name):
        path = shelf.path(name, version)
        entry = shelf.entry(name, version)
        if entry is None:
            raise StoreDamaged(
                f"What is known of version {version} cannot be read. Import the data set again."
            )
        check_whole(Database.open(path), path, version, entry.rows)
        if entry.sha256 and not shelf.is_as_published(name, entry):
            raise not_as_written(path)
        shelf.put_back(name, entry)
        return entry


def withdraw(shelf: Shelf, name: str) -> None:
    """Take a data set off the list: what a first import made, taken back. Importing it again brings it back.

    Raises
    ------
    DataSetUnknown
        If there is no such data set.
    """
    shelf.current(name)
    with shelf.lock(name):
        shelf.withdraw(name)


def _load(file: Building, spool: Spool) -> None:
    """Load a table from its own canonical form, with every type stated and nothing guessed."""
    columns = ", ".join(f"{identifier(name)} {kind}" for name, kind in spool.columns)
    file.run(f"CREATE TABLE {spool.name}({columns})")
    if spool.rows:
        place = str(spool.path).replace("'", "''")
        file.run(
            f"COPY {spool.name} FROM '{place}' (MAX_LINE_SIZE {max(spool.longest + 2, 1 << 16)}, "
            "FORMAT csv, HEADER false, AUTO_DETECT false, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR '', "
            "NEW_LINE '\\n', DATEFORMAT '%Y-%m-%d', PARALLEL false)"
        )


def check_whole(database: Database, path: Path, version: str, rows: dict[str, int] | None) -> None:
    """Raise StoreDamaged where a version file is another version, or has not these row counts."""
    said = database.own_words()
    if said.get("schema") != str(SCHEMA):
        raise StoreDamaged(
            f"The stored version {path.stem} was written by another release of this dashboard. "
            "Import the data set again."
        )
    if said.get("version") != version or not _counted(database, rows):
        raise not_as_written(path)


def not_as_written(path: Path) -> StoreDamaged:
    """Return the words for a file that holds something else than what was written."""
    return StoreDamaged(
        f"The stored version {path.stem} is not what was written. "
        f"{Shelf(path.parents[1]).remedy(path.parent.name, path.stem)}"
    )


def _counted(database: Database, rows: dict[str, int] | None) -> bool:
    return rows is None or _of_content(row_counts(database)) == _of_content(rows)


def _of_content(rows: dict[str, int]) -> dict[str, int]:
    """Return the counts without the findings: a file of other line ends or rules is the same version."""
    return {name: n for name, n in rows.items() if not name.startswith("finding")}


def row_counts(database: Database) -> dict[str, int]:
    """Return the number of rows of every table, by name with schema where it is not main."""
    tables = database.rows("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL")
    names = [name if schema == "main" else f"{schema}.{name}" for schema, name in tables]
    counted = ", ".join(f"(SELECT count(*) FROM {name})" for name in names)
    return dict(zip(names, map(int, database.rows(f"SELECT {counted}")[0]), strict=True))


def modalities_spool(scratch: Path, values: Sequence[tuple[str, str]]) -> Spool:
    """Return the modalities, value and label, in order."""
    rows: list[Row] = [
        {"value": value, "label": label, "position": place} for place, (value, label) in enumerate(values)
    ]
    columns = (("value", "VARCHAR"), ("label", "VARCHAR"), ("position", "INTEGER"))
    return spooled(scratch, "modalities", columns, rows)


def endpoints_spool(scratch: Path, found: Sequence[tuple[str, str]]) -> Spool:
    """Return the endpoints, code and name, in order."""
    rows: list[Row] = [
        {"code": code, "name": name, "position": place} for place, (code, name) in enumerate(found)
    ]
    columns = (("code", "VARCHAR"), ("name", "VARCHAR"), ("position", "INTEGER"))
    return spooled(scratch, "endpoints", columns, rows)


def columns_spool(scratch: Path, found: Sequence[tuple[str, str, str]]) -> Spool:
    """Return the baseline columns: name, label and kind, in order."""
    rows: list[Row] = [
        {"name": name, "label": label, "kind": kind, "position": place}
        for place, (name, label, kind) in enumerate(found)
    ]
    columns = (("name", "VARCHAR"), ("label", "VARCHAR"), ("kind", "VARCHAR"), ("position", "INTEGER"))
    return spooled(scratch, "baseline_columns", columns, rows)
