"""Which columns of a trial's cohort are known only after the index date: by their names, and by their values.

A version says it of its own columns; one that was written before there was such a judgement is judged once, when it
is opened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import lgamma, log
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from gepnet_core.errors import listed
from gepnet_core.intake.known_later import KNOWN_LATER, Judged, Verdict, judged_name, quoted_option
from gepnet_core.intake.report import Report
from gepnet_core.sql_names import identifier
from gepnet_core.store.connection import Database

TABLE = "baseline_judged"
COLUMNS = (
    ("name", "VARCHAR"),
    ("verdict", "VARCHAR"),
    ("why", "VARCHAR"),
    ("decision", "VARCHAR"),
    ("position", "INTEGER"),
)
CHANCE = 0.01  # more than this may be chance
FILLED_FROM, PREDICTS_FROM = 3, 20  # patients
COPIES_FROM, COPY = 10, 0.999  # patients, and a correlation that rounding to a tenth of a month leaves
SHIFT = 0.02  # of its mean, where a time is 0: an age that grows with the time begins elsewhere
GLANCE = 2_000  # patients who are looked at first: what they speak against needs no look at all
# of a column's values and statuses: patients with a value, those of them with the event, different values, those of
# them that only patients with the event have, values that both have; numbers where all values are some
PER_COLUMN = """
    WITH looked AS (SELECT * FROM cohort {limit}),
    long AS (
        SELECT patient_id, unnest(range({n})) AS place, unnest([{cells}]) AS said FROM looked),
    ended AS (
        SELECT patient_id, endpoint || '{way}' AS outcome, {event} AS event
        FROM time_to_event SEMI JOIN looked USING (patient_id) {among}),
    valued AS (
        SELECT outcome, place, said, count(*) AS n, count(*) FILTER (event) AS happened
        FROM ended JOIN long USING (patient_id) GROUP BY outcome, place, said)
    SELECT outcome, place, sum(n), sum(happened),
           coalesce(sum(n) FILTER (said IS NOT NULL), 0), coalesce(sum(happened) FILTER (said IS NOT NULL), 0),
           count(said), count(said) FILTER (happened = n), count(said) FILTER (happened > 0 AND happened < n),
           min(TRY_CAST(said AS DOUBLE)) FILTER (happened > 0), max(TRY_CAST(said AS DOUBLE)) FILTER (happened > 0),
           min(TRY_CAST(said AS DOUBLE)) FILTER (happened < n), max(TRY_CAST(said AS DOUBLE)) FILTER (happened < n),
           count(said) = count(TRY_CAST(said AS DOUBLE))
    FROM valued GROUP BY outcome, place ORDER BY place, outcome
"""
# what may be the event of an endpoint, as SQL: its own, a death before it, either; the last two where there are any
WAYS = {
    "": "status = 1",
    " (death before the event)": "status = 2",
    " or death before it": "status > 0",
}
DATED = r"^[0-9]{4}-[0-9]{2}(-[0-9]{2})?([T ].*)?$"


class Asked(Protocol):
    """A version that is open, or one that is being written."""

    def rows(self, sql: str, bound: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""


def judge(
    file: Asked, names: Sequence[str], decisions: Mapping[str, bool], *, dated: str = "cohort"
) -> list[Judged]:
    """Return those of these columns of `cohort` that are known only later, or may be, in order.

    `decisions` says of a suspect column whether it is a baseline all the same (True) or not; `dated` is the cohort
    with the index dates that dates are compared with, as SQL.
    """
    found = {name: judged for name in names if (judged := judged_name(name)).verdict is not Verdict.FINE}
    there = {name for (name,) in file.rows("SELECT column_name FROM (DESCRIBE cohort)")}
    open_ = [name for name in names if name in there and (name not in found or not found[name].is_sure)]
    for name, why in _dated_later(file, open_, dated).items():
        found[name] = Judged(name, Verdict.SURE, why)
    open_ = [name for name in open_ if name not in found]
    for name, why in _tells_the_event(file, open_).items():
        found[name] = Judged(name, Verdict.SUSPECT, why)
    open_ = [name for name in open_ if name not in found]
    for name, why in _is_the_time(file, open_).items():
        found[name] = Judged(name, Verdict.SUSPECT, why)
    told = {True: "yes", False: "no", None: ""}
    for name, said in decisions.items():
        if not said and name not in found:
            found[name] = Judged(name, Verdict.FINE, "")
    return [
        Judged(name, found[name].verdict, found[name].why, told[decisions.get(name)])
        for name in names
        if name in found
    ]


def announce(judged: Sequence[Judged], where: Mapping[str, str], report: Report) -> None:
    """Report what is left out, and what is to be decided or was; `where` tells the file of a column."""
    if sure := [f"{found.name} ({found.why})" for found in judged if found.is_sure]:
        report.note(f"No baseline, since known only after the index date: {listed(sure)}.")
    if said := [found.name for found in judged if not found.is_sure and found.decision == "no"]:
        report.note(f"No baseline, as was said: {listed(said)}.")
    for found in judged:
        rule = "baseline-decision" if found.is_sure else "baseline-admitted"
        if found.is_sure and found.decision == "yes":
            words = (
                f"can be no baseline, whatever is said: it is known only after the index date ({found.why}). Take "
                "it out of --baseline; if it was known before, give it another name in the file."
            )
        elif found.admitted:
            words = f"{KNOWN_LATER} ({found.why}). It is a baseline, as was said, and every use says so."
        elif found.undecided:
            rule = "baseline-undecided"
            words = (
                f"{KNOWN_LATER}: {found.why}. It is not offered as baseline until somebody decides: --baseline "
                f"{quoted_option(found.name)} or --baseline {quoted_option(found.name, 'no')}."
            )
        else:
            continue
        report.add(rule, where.get(found.name, ""), words, column=found.name)


_at_opening: WeakKeyDictionary[Database, tuple[Judged, ...]] = WeakKeyDictionary()


def judged_at_import(database: Database) -> tuple[Judged, ...] | None:
    """Return what the import of a version judged; None where it was written before there was such a judgement."""
    if not database.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = $name", {"name": TABLE}):
        return None
    rows = database.rows(f"SELECT name, verdict, why, decision FROM {TABLE} ORDER BY position")
    return tuple(Judged(name, Verdict(verdict), why, decision) for name, verdict, why, decision in rows)


def judged_at_opening(database: Database, names: Sequence[str]) -> tuple[Judged, ...]:
    """Return what is judged now of the columns of a version that nobody judged before; found once, then kept."""
    if database not in _at_opening:
        _at_opening[database] = tuple(judge(database, names, {}))
    return _at_opening[database]


def _dated_later(file: Asked, names: Sequence[str], cohort: str) -> dict[str, str]:
    """Return the columns of dates of which some lie after the patient's index date, and how many."""
    dates = f"FROM {cohort} WHERE index_date IS NOT NULL"
    if not names or not file.rows(f"SELECT 1 {dates} LIMIT 1"):
        return {}
    glance = f"FROM (SELECT * {dates} ORDER BY patient_id LIMIT {GLANCE})"
    looks = ", ".join(
        f"coalesce(bool_or(regexp_matches(CAST({name} AS VARCHAR), '{DATED}')), TRUE)"
        for name in map(identifier, names)
    )
    seem = [name for name, may in zip(names, file.rows(f"SELECT {looks} {glance}")[0], strict=True) if may]
    if not seem:
        return {}
    counted = ", ".join(
        f"count({name}), count(DISTINCT {name}) FILTER (NOT regexp_matches({name}, '{DATED}')), "
        f"count(*) FILTER (regexp_matches({name}, '{DATED}')), "
        f"count(*) FILTER (regexp_matches({name}, '{DATED}') "
        f"AND {name}[:10] > CAST(index_date AS VARCHAR)[:length({name}[:10])])"
        for name in (f"CAST({identifier(name)} AS VARCHAR)" for name in seem)
    )
    row = iter(file.rows(f"SELECT {counted} {dates}")[0])
    found = {}
    for name, filled, other_values, days, later in zip(seem, row, row, row, row, strict=False):
        if later and (other_values <= 1 or 2 * days > filled):  # a word for missing makes it no other column
            found[name] = f"{later:,} of its {days:,} dates lie after the index date"
    return found


def _is_the_time(file: Asked, names: Sequence[str]) -> dict[str, str]:
    """Return the columns of numbers that are the time of an endpoint in some unit, perhaps rounded."""
    if not names:
        return {}
    cast = [f"TRY_CAST(c.{identifier(name)} AS DOUBLE)" for name in names]
    # "nan", "inf" and what overflows in a square are no times; they would end the query
    numbers = [f"CASE WHEN abs({number}) < 1e100 THEN {number} END" for number in cast]
    told = ", ".join(
        f"regr_count({number}, t.days), abs(corr({number}, t.days)), "
        f"abs(regr_intercept({number}, t.days)) <= {SHIFT} * abs(regr_avgy({number}, t.days))"
        for number in numbers
    )
    rows = file.rows(
        f"SELECT t.endpoint, {told} FROM (SELECT * FROM time_to_event) t JOIN cohort c USING (patient_id) "
        "GROUP BY t.endpoint ORDER BY t.endpoint"
    )
    found: dict[str, str] = {}
    for endpoint, *counted in rows:
        for name, n, alike, from_0 in zip(names, counted[::3], counted[1::3], counted[2::3], strict=True):
            if n >= COPIES_FROM and alike is not None and alike > COPY and from_0:
                found.setdefault(name, f"its numbers are the times of {endpoint}")
    return found


def _tells_the_event(file: Asked, names: Sequence[str]) -> dict[str, str]:
    """Return the columns whose values, or their absence, tell who had an event, and how."""
    n = file.rows("SELECT count(*) FROM cohort")[0][0]
    glanced: dict[str, list[str]] = defaultdict(list)
    for name, outcome, why in _outcomes(
        file, names, f"ORDER BY patient_id LIMIT {GLANCE}", whole=n <= GLANCE
    ):
        glanced[name].append(f"{why} of {outcome}" if why else "")
    if n <= GLANCE:
        return {name: whys[0] for name, whys in glanced.items()}
    found: dict[str, str] = {}
    for name in glanced:
        for _, outcome, why in _outcomes(file, [name], "", whole=True):
            found.setdefault(name, f"{why} of {outcome}")
    return found


def _outcomes(
    file: Asked, names: Sequence[str], limit: str, *, whole: bool
) -> Iterator[tuple[str, str, str]]:
    """Yield column, outcome and what the column tells of it; of a part of the patients also where it may tell."""
    if not names:
        return
    cells = ", ".join(f"nullif(trim(CAST({identifier(name)} AS VARCHAR)), '')" for name in names)
    dying = [code for (code,) in file.rows("SELECT DISTINCT endpoint FROM time_to_event WHERE status = 2")]
    for way, event in WAYS.items():
        if way and not dying:
            continue
        among = "WHERE endpoint IN (SELECT unnest($dying))" if way else ""
        sql = PER_COLUMN.format(limit=limit, n=len(names), cells=cells, way=way, event=event, among=among)
        for outcome, place, *counted in file.rows(sql, {"dying": dying} if way else None):
            filled, filled_happened = counted[2:4]
            why = _told(*counted)
            if why is None and not whole and (filled == 0 or filled_happened in (0, filled)):
                why = ""
            if why is not None:
                yield names[place], outcome, why


def _told(
    n: int,
    happened: int,
    filled: int,
    filled_happened: int,
    values: int,
    of_event: int,
    mixed: int,
    event_least: float | None,
    event_most: float | None,
    other_least: float | None,
    other_most: float | None,
    numbers: bool,
) -> str | None:
    """Return how values tell the event, None where they do not or where it may be chance."""
    empty = n - filled
    if filled >= FILLED_FROM and empty >= FILLED_FROM and filled_happened in (0, filled):
        those = happened if filled_happened else n - happened
        if _chance(n, filled, those, filled) < log(CHANCE):
            return f"it is filled only for patients {'with' if filled_happened else 'without'} the event"
    happened_there = filled_happened
    if filled < PREDICTS_FROM or happened_there in (0, filled):
        return None
    ways = log(2.0)
    apart = (
        numbers
        and None not in (event_least, event_most, other_least, other_most)
        and (event_least > other_most or event_most < other_least)  # type: ignore[operator]
    )
    if not apart:
        if mixed:
            return None
        ways = _ways(values, of_event)
    if ways - _ways(filled, happened_there) < log(CHANCE):
        return "its values tell without exception who had the event"
    return None


def _ways(n: int, k: int) -> float:
    """Return the logarithm of the number of ways to choose k of n."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _chance(n: int, drawn: int, those: int, hits: int) -> float:
    """Return the logarithm of the probability that all that are drawn from n are among those, by chance."""
    if those < hits:
        return 0.0
    return _ways(those, drawn) - _ways(n, drawn)
