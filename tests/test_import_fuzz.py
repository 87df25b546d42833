"""A thousand spoilt files: each is refused at a place, or holds exactly what a plain reading of it finds.

The plain reading is Python's csv (openpyxl, pandas) and a few strict conversions written here again, on purpose.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import signal
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from gepnet_core.contract import TABLES, TABLES_BY_NAME
from gepnet_core.errors import CohortError, FileRefused
from gepnet_core.importer.peek import peek
from gepnet_core.intake.limits import DEFAULT
from gepnet_core.intake.mapping import mapping_from
from gepnet_core.intake.report import Report, ReportRefused
from gepnet_core.intake.request import Format, Request
from gepnet_core.intake.rule import Severity
from gepnet_core.intake.rules import RULES
from gepnet_core.store import Shelf, open_dataset
from gepnet_core.store import build as building

EACH, SEED, EVERY, SECONDS = int(os.environ.get("EACH", "100")), 20261126, 16, 20
# What concerns a file as a whole; anything else has a line or a column.
WHOLE = {"file-unreadable", "file-empty", "file-limit", "archive-unsafe", "table-missing", "file-encoding"}
WHOLE |= {"mapping", "nobody-eligible"}
Content = list[tuple[Any, ...]]
Kept = Callable[[str], list[list[str]]]

ADTTE = """\
STUDYID,USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,STARTDT,ADT,AGE,SEX
NET,1,drug,OS,Overall survival,10,DAYS,0,death,2014-01-01,2014-01-11,61,F
NET,1,drug,PFS,Progression-free,5,DAYS,0,"progression, local",2014-01-01,2014-01-06,61,F
NET,2,placebo,OS,Overall survival,400,DAYS,1,last contact,2014-02-01,2015-03-08,55.5,M
NET,2,placebo,PFS,Progression-free,400,DAYS,1,last contact,2014-02-01,2015-03-08,55.5,M
NET,3,drug,OS,Overall survival,31,DAYS,2,"the ""other"" cause",2014-12-01,2015-01-01,,M
"""
MONTHS = """\
USUBJID\tTRTP\tPARAMCD\tPARAM\tAVAL\tAVALU\tCNSR
R-1\teverolimus\tPFS\tProgression-free survival\t0.0458\tMONTHS\t1
R-2\teverolimus\tPFS\tProgression-free survival\t11.5\tMONTHS\t0
R-3\tplacebo\tPFS\tProgression-free survival\t3.25\tMONTHS\t0
R-4\tplacebo\tPFS\tProgression-free survival\t1e1\tMONTHS\t1
"""
SOURCE = {
    "patients": """\
patient_id,sex,birth_year,primary_site,tumour_grade,ki67_percent,functional,metastatic_date
P1,male,1950,pancreas,G2,14,no,2010-10-26
P2,female,1948,"colon, left",G1,1.5,yes,2011-03-07
P3,,1960,Dünndarm,,,,2013-01-01
""",
    "local_treatments": """\
treatment_id,patient_id,date,modality,target_site,indication
T1,P1,2014-01-10,RFA,liver,focal progression
T2,P2,2014-02-11,EBRT,bone,focal progression
T3,P2,2015-02-11,RFA,,focal progression
T4,P3,2015-06-01,HAE,liver,focal progression
""",
    "systemic_therapies": """\
patient_id,agent,start_date,stop_date
P1,octreotide LAR,2010-11-10,
P2,everolimus,2014-09-20,2015-08-14
""",
    "progressions": "patient_id,date,extent\nP1,2014-11-14,focal\nP2,2015-05-31,multifocal\n",
    "adverse_events": "patient_id,date,term,ctcae_grade,treatment\nP1,2014-01-12,Fever,2,T1\n",
    "follow_up": """\
patient_id,last_contact_date,death_date,vital_status
P1,2016-09-19,,alive
P2,2016-08-10,2016-08-10,dead
P3,2016-12-31,,
""",
}
WIDE = """\
id,sex,born,site,known,treated,kind,worse,seen,died
A,m,1950,pancreas,1/2/2013,3/14/2014,RFA,.,10/31/2016,.
B,w,1944,"ileum, distal",2/28/2012,4/5/2014,HAE,12/24/2014,.,7/1/2015
C,.,1961,Übergang,5/5/2013,6/30/2015,RFA,8/9/2015,1/31/2016,.
"""
WIDE_TOML = """
patient_id = "id"
[patients]
sex = "sex"
birth_year = "born"
primary_site = "site"
metastatic_date = "known"
[[local_treatments]]
date = "treated"
modality = "kind"
[[progressions]]
date = "worse"
extent = { value = "focal" }
[follow_up]
last_contact_date = "seen"
death_date = "died"
[reading]
missing = ["."]
date_format = "MM/DD/YYYY"
[values.sex]
m = "male"
w = "female"
[settings.eligibility]
focal_only = false
"""
TIMES = """\
case;arm;weeks;fate;days;relapse;age
1;a;10;1;31;2;50
2;b;20.5;0;400;1;61
3;a;7;2;;;44
4;b;52;0;99;1;
"""
TIMES_TOML = """
patient_id = "case"
treatment = "arm"
[[endpoints]]
code = "OS"
time = "weeks"
unit = "weeks"
status = "fate"
event = ["1"]
censored = ["0"]
competing = ["2"]
[[endpoints]]
code = "REL"
time = "days"
status = "relapse"
event = ["2"]
censored = ["1"]
"""
DICTIONARY = """\
Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"Choices, Calculations, OR Slider Labels"
record_id,base,,text,Record ID,
sex,base,,radio,Sex,"1, male | 2, female"
born,base,,text,Born,
site,base,,dropdown,Site,"1, pancreas | 2, ileum, distal"
known,base,,text,Known,
seen,base,,text,Seen,
died,base,,text,Died,
lt_date,treatment,,text,Treated,
kind,treatment,,dropdown,Kind,"a, RFA | b, HAE"
organs,treatment,,checkbox,Organs,"1, liver | 2, bone"
"""
REDCAP = """\
record_id,redcap_repeat_instrument,redcap_repeat_instance,sex,born,site,known,seen,died,lt_date,kind,organs___1,organs___2
1,,,1,1950,1,2013-01-02,2016-10-31,,,,0,0
1,treatment,1,,,,,,,2014-03-14,a,1,0
1,treatment,2,,,,,,,2015-03-14,b,1,1
2,,,2,1944,2,2012-02-28,,2015-07-01,,,0,0
2,treatment,1,,,,,,,2014-04-05,b,0,1
"""
REDCAP_TOML = """
patient_id = "record_id"
[patients]
sex = "sex"
birth_year = "born"
primary_site = "site"
metastatic_date = "known"
[[local_treatments]]
date = "lt_date"
modality = "kind"
target_site = "organs"
[follow_up]
last_contact_date = "seen"
death_date = "died"
[reading]
date_format = "YYYY-MM-DD"
[settings.eligibility]
focal_only = false
"""
PORTAL = """\
#Patient\tArm\tAge\tSurvival\tStatus\tFree\tStatus
#Identifier\tArm\tAge\tmonths\tstatus\tmonths\tstatus
#STRING\tSTRING\tNUMBER\tNUMBER\tSTRING\tNUMBER\tSTRING
#1\t1\t1\t1\t1\t1\t1
PATIENT_ID\tARM\tAGE\tOS_MONTHS\tOS_STATUS\tPFS_MONTHS\tPFS_STATUS
T-1\tRFA\t61\t12.5\t1:DECEASED\t3.25\t1:PROGRESSION
T-2\tRFA\t[Not Available]\t40\t0:LIVING\t40\t0:CENSORED
T-3\tHAE\t70\t0.03\t0:LIVING\t[Not Available]\t[Not Available]
"""

# how a file is spoilt

HOSTILE = [
    *("=1+1", "+cmd|' /C calc'!A0", '"', '""', 'a"b', "'=1", "x" * 40_000, "a\0b", "a\r\nb", "a\rb"),
    *(
        "\N{RIGHT-TO-LEFT OVERRIDE}ü\N{GRINNING FACE}",
        "\N{NO-BREAK SPACE}",
        "\N{ZERO WIDTH SPACE}",
        " ",
        "  P1 ",
    ),
    *("2015-02-31", "31.02.2015", "14-01-02", "43831", "2014-01-05T00:00", "2014-01-05 12:30", "05/04/2014"),
    *("0001-01-01", "9999-12-31", "20140105", "2014-1-5", "1e999", "-1", "nan", "inf", "1e2", "2.0", "+5"),
    *("1,5", "1_000", "٣", "0x10", "1e-400", "3.9999999999", "DAYS", "9", "NA", ".", "[Unknown]", "1:", "0:"),
]


def spoilt_bytes(rng: random.Random, content: bytes) -> bytes:
    """Return the bytes with some flipped, inserted, deleted, or the end cut off."""
    found = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 5])):
        at = rng.randrange(len(found)) if found else 0
        kind = rng.choice(["flip", "insert", "delete", "cut"])
        if kind == "flip" and found:
            found[at] ^= 1 << rng.randrange(8)
        elif kind == "insert":
            found[at:at] = rng.choice([b'"', b",", b"\n", b"\r", b"\0", b"\xff", b";", b"\t", b"7", b"#"])
        elif kind == "delete":
            del found[at : at + rng.choice([1, 1, 3, 20])]
        elif kind == "cut" and rng.random() < 0.4:
            del found[at:]
    return bytes(found)


def spoilt_cells(rng: random.Random, rows: list[list[str]]) -> None:
    """Change cells, rows or the header of a table in place."""
    body = range(1, len(rows))
    kind = rng.choice("empty swap hostile hostile hostile drop double shuffle cut extend header".split())
    line = rng.choice(body)
    row = rows[line] = rows[line] or [""]
    at = rng.randrange(len(row))
    if kind == "empty":
        row[at] = ""
    elif kind == "swap":
        other = rows[rng.choice(body)] or [""]
        place = rng.randrange(min(len(other), len(row)))
        row[at], other[place] = other[place], row[at]
    elif kind == "hostile":
        digits = [place for place, cell in enumerate(row) if cell[:1].isdigit()]
        row[rng.choice(digits) if digits and rng.random() < 0.6 else at] = rng.choice(HOSTILE)
    elif kind == "drop":
        del rows[line]
    elif kind == "double":
        rows.insert(rng.choice(body), list(row))
    elif kind == "shuffle":
        rows[1:] = rng.sample(rows[1:], len(rows) - 1)
    elif kind == "cut":
        del row[at:]
    elif kind == "extend":
        row.append(rng.choice(["", "7", "x"]))
    else:
        header = rows[0]
        header[rng.randrange(len(header))] = rng.choice(
            ["", "x", rng.choice(header), header[at % len(header)].lower()]
        )


def spoilt_text(rng: random.Random, content: bytes, delimiter: str, comments: int = 0) -> bytes:
    """Return a delimited text in which one to three things are not as they were."""
    if rng.random() < 0.4:
        return spoilt_bytes(rng, content)
    lines = content.decode().splitlines(keepends=True)
    top, text = "".join(lines[:comments]), "".join(lines[comments:])
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        if len(rows) > 1:
            spoilt_cells(rng, rows)
    mark = rng.choice([delimiter] * 8 + [",", ";", "\t"])
    ends = rng.choice(["\n"] * 5 + ["\r\n", "\r"])
    out = io.StringIO(newline="")
    quoted = rng.random() < 0.7
    for row in rows:
        if quoted:
            csv.writer(out, delimiter=mark, lineterminator=ends).writerow(row)
        else:
            out.write(mark.join(row) + ends)
    codec = rng.choice(["utf-8"] * 8 + ["utf-8-sig", "utf-16", "cp1252"])
    return (top + out.getvalue()).encode(codec, errors="replace")


# a plain reading, strict and short

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?(Z|\+00:00)?")
UNITS = {"D": 1.0, "W": 7.0, "M": 30.4375, "Y": 365.25}


def number(text: str) -> float:
    assert NUMBER.fullmatch(text), text
    found = float(text)
    assert found - found == 0, text
    return found


def day(text: str, pattern: str = "") -> str:
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(.*)", text)
    if found is None and pattern:
        found = re.fullmatch(r"(?P<m>[0-9]{1,2})/(?P<d>[0-9]{1,2})/(?P<y>[0-9]{4})(.*)", text)
        assert found, text
        year, month, of_month, rest = int(found["y"]), int(found["m"]), int(found["d"]), found[4]
    else:
        assert found, text
        year, month, of_month, rest = int(found[1]), int(found[2]), int(found[3]), found[4]
    assert not rest or MIDNIGHT.fullmatch(rest), text
    return date(year, month, of_month).isoformat()


@dataclass
class Plain:
    """A table as csv reads it: names, and each record with the line on which it starts."""

    header: list[str]
    rows: list[tuple[int, dict[str, str]]]


def plain(content: bytes, comments: bool = False) -> Plain:
    """Read a delimited text."""
    codec = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = content.decode(codec)
    assert "\0" not in text
    lines = list(io.StringIO(text, newline=""))
    skipped = 0
    while comments and lines[skipped].startswith("#"):
        skipped += 1
    first = next(line for line in lines[skipped:] if line.strip("\r\n"))
    mark = max(",;\t", key=first.count)
    reader = csv.reader(lines[skipped:], delimiter=mark, strict=True)
    header: list[str] = []
    rows = []
    before = skipped
    for record in reader:
        line, before = before + 1, skipped + reader.line_num
        if not header:
            header = [cell.strip() for cell in record]
        elif record and (len(record) > 1 or record[0].strip() or len(header) == 1):
            cells = [cell.strip() for cell in record]
            rows.append((line, dict(zip(header, cells, strict=True))))
    return Plain(header, rows)


def adtte_content(table: Plain) -> Content:
    """Return line, patient, endpoint, treatment, start, days, status, reason, time and unit of every row."""
    found = []
    for line, told in table.rows:
        row = {name.upper(): cell for name, cell in told.items()}
        unit = UNITS[row.get("AVALU", "DAYS")[:1].upper()]
        aval, cnsr = number(row["AVAL"]), number(row["CNSR"])
        assert aval >= 0
        assert cnsr >= 0
        assert cnsr == int(cnsr)
        start = row.get("STARTDT") and day(row["STARTDT"])
        assert not row.get("ADT") or (start or "") <= day(row["ADT"])
        treatment = row["TRTP"] if "TRTP" in row else row["TRT01P"]
        reason = row.get("EVNTDESC") or ("censored" if cnsr else "event")
        status = {0: 1, 2: 2}.get(int(cnsr), 0)
        assert row["USUBJID"]
        assert row["PARAMCD"]
        key = (line, row["USUBJID"], row["PARAMCD"], treatment or "not recorded", start or "")
        found.append((*key, round(aval * unit), status, reason, aval, unit))
    return sorted(found)


def typed(column: Any, text: str) -> object:
    """Return a cell of a source table by the contract's type."""
    if not text:
        assert not column.required
        return ""
    if column.sql_type == "DATE":
        return day(text)
    if column.sql_type in ("INTEGER", "DOUBLE"):
        return number(text)
    assert not column.allowed or text in column.allowed
    return text


def born(row: dict[str, str]) -> tuple[object, object]:
    """Return year of birth and primary site, either of which may be unknown where the contract says so."""
    columns = {column.name: column for column in TABLES_BY_NAME["patients"].columns}
    told = {"birth_year": row.get("born", ""), "primary_site": row.get("site", "")}
    return tuple(typed(columns[name], cell) for name, cell in told.items())


def tables_content(read: Callable[[str], list[dict[str, str]]]) -> Content:
    """Return every row of every source table."""
    found = []
    for table in TABLES:
        for spelled in read(table.name):
            row = {name.lower().replace(" ", "_"): cell for name, cell in spelled.items()}
            assert len(row) == len(spelled)
            cells = [typed(column, row.get(column.name, "")) for column in table.columns]
            assert set(row) <= {column.name for column in table.columns}
            found.append((table.name, *cells))
    return sorted(found, key=repr)


def wide_content(table: Plain) -> Content:
    """Return what a chart review says, table by table."""
    found: Content = []
    for _, row in table.rows:
        told = {name: "" if cell == "." else cell for name, cell in row.items()}
        sex = {"m": "male", "w": "female"}.get(told["sex"], told["sex"])
        dates = {
            name: told[name] and day(told[name], "/")
            for name in ("known", "treated", "worse", "seen", "died")
        }
        assert sex in ("", "male", "female")
        assert told["id"] or row["id"] == "."
        found.append(("patients", row["id"], sex, *born(told), dates["known"]))
        found.append(("follow_up", row["id"], dates["seen"], dates["died"]))
        if dates["treated"] or told["kind"]:
            assert dates["treated"]
            assert told["kind"]
            found.append(("local_treatments", row["id"], dates["treated"], told["kind"], ""))
        if dates["worse"]:
            found.append(("progressions", row["id"], dates["worse"], "focal"))
    return sorted(found, key=repr)


def times_content(table: Plain) -> Content:
    """Return patient, endpoint, treatment, days and status of a wide table of times."""
    found: Content = []
    said = {"fate": {"1": 1, "0": 0, "2": 2}, "relapse": {"2": 1, "1": 0}}
    for line, row in table.rows:
        for code, time, status, per in (("OS", "weeks", "fate", 7), ("REL", "days", "relapse", 1)):
            if row[time] or row[status]:
                days, aval = said[status][row[status]], number(row[time])
                assert aval >= 0
                found.append((line, row["case"], code, row["arm"] or "not recorded", round(aval * per), days))
        assert row["case"]
    return sorted(found)


def redcap_content(export: Plain, project: Plain) -> Content:
    """Return what a REDCap project says, table by table."""
    fields = [{name.casefold(): cell for name, cell in row.items()} for _, row in project.rows]
    choices = {
        row["variable / field name"]: dict(
            [part.strip() for part in choice.split(",", 1)]
            for choice in row["choices, calculations, or slider labels"].split("|")
        )
        for row in fields
        if row["field type"].casefold() in ("radio", "dropdown", "checkbox")
    }
    names = {row["variable / field name"].casefold(): row["variable / field name"] for row in fields}
    rows = [
        {names.get(at.casefold(), at.casefold()): cell for at, cell in row.items()} for _, row in export.rows
    ]

    def word(name: str, cell: str) -> str:
        raw = {row[name] for row in rows if row.get(name)} <= set(choices.get(name, {}))
        assert raw or name not in choices or cell in ("", *choices[name].values())
        return choices[name].get(cell, "") if raw and name in choices else cell

    found: Content = []
    single: dict[str, dict[str, str]] = {}
    for row in rows:
        known = single.setdefault(row["record_id"], {})
        assert row["record_id"]
        for name in ("sex", "born", "site", "known", "seen", "died"):
            cell = word(name, row[name])
            assert not cell or known.setdefault(name, cell) == cell
        organs = []
        for code, label in choices["organs"].items():
            tick = row[f"organs___{code}"]
            assert tick in ("", "0", "1")
            organs += [label] if tick == "1" else []
        if row["lt_date"] or row["kind"] or organs:
            kind = word("kind", row["kind"])
            assert kind
            found.append(("local_treatments", row["record_id"], day(row["lt_date"]), kind, "; ".join(organs)))
    for patient, told in single.items():
        dates = {name: told.get(name, "") and day(told[name]) for name in ("known", "seen", "died")}
        found.append(("patients", patient, told.get("sex", ""), *born(told), dates["known"]))
        found.append(("follow_up", patient, dates["seen"], dates["died"]))
    return sorted(found, key=repr)


def portal_content(table: Plain) -> Content:
    """Return patient, endpoint, days and status of a cBioPortal file."""
    found: Content = []
    missing = ("", "[not available]", "[not applicable]", "[unknown]", "na")
    codes = [name[:-7] for name in table.header if name.upper().endswith("_STATUS")]
    for line, told in table.rows:
        row = {name.upper(): cell for name, cell in told.items()}
        for code in map(str.upper, codes):
            time, status = row.get(f"{code}_MONTHS"), row[f"{code}_STATUS"]
            if time is None or (time.casefold() in missing and status.casefold() in missing):
                continue
            assert status[:2] in ("0:", "1:")
            arm = "not recorded" if row["ARM"].casefold() in missing else row["ARM"]
            found.append((line, row["PATIENT_ID"], code, arm, round(number(time) * 30.4375), int(status[0])))
    return sorted(found)


# what was accepted


def accepted_times(kept: Kept, *columns: int) -> Content:
    """Return these columns of the times that were kept."""
    found = []
    for line, patient, code, treatment, start, days, status, reason, aval, unit in kept("times_read"):
        every = (int(line), patient, code, treatment, start, int(days), int(status), reason, float(aval))
        found.append(tuple((*every, UNITS[unit[0].upper()])[at] for at in columns))
    return sorted(found)


def accepted_tables(kept: Kept) -> Content:
    """Return every row of every source table."""
    return sorted(
        (
            (table.name, *(told(column, cell) for column, cell in zip(table.columns, row, strict=True)))
            for table in TABLES
            for row in kept(f"source.{table.name}")
        ),
        key=repr,
    )


def accepted_mapped(kept: Kept) -> Content:
    """Return what the mappings here fill."""
    columns = {
        "patients": "sex birth_year primary_site metastatic_date",
        "follow_up": "last_contact_date death_date",
        "local_treatments": "date modality target_site",
        "progressions": "date extent",
    }
    found: Content = []
    for table, names in columns.items():
        known = {column.name: at for at, column in enumerate(TABLES_BY_NAME[table].columns)}
        for row in accepted_tables(kept):
            if row[0] == table:
                found.append((table, *(row[known[name] + 1] for name in ("patient_id", *names.split()))))
    return sorted(found, key=repr)


def told(column: Any, text: str) -> object:
    return float(text) if text and column.sql_type in ("INTEGER", "DOUBLE") else text


def on_disk(folder: Path) -> Kept:
    """Return what gives the rows of a table that were read and are not stored yet."""

    def rows(table: str) -> list[list[str]]:
        with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
            return list(csv.reader(handle))

    return rows


# the formats


@dataclass
class Case:
    """A valid file, how it is spoilt, how it is asked for, and what it should hold."""

    write: Callable[[Path, random.Random | None], Request]
    expected: Callable[[Request], Content]
    accepted: Callable[[Kept], Content]


ALL = tuple(range(10))
SHORT = (0, 1, 2, 3, 5, 6)


def text_case(
    name: str,
    text: str,
    delimiter: str,
    *,
    comments: int = 0,
    content: Any,
    columns: Any = SHORT,
    **asked: Any,
) -> Case:
    """Return the case of one delimited text of times."""

    def write(folder: Path, rng: random.Random | None) -> Request:
        path = folder / name
        whole = text.encode()
        path.write_bytes(whole if rng is None else spoilt_text(rng, whole, delimiter, comments))
        return Request(path, **asked)

    return Case(
        write,
        lambda request: content(plain(request.path.read_bytes(), comments=comments > 0)),
        lambda kept: accepted_times(kept, *columns),
    )


def wide_case() -> Case:
    case = text_case(
        "wide.csv", WIDE, ",", content=wide_content, format=Format.WIDE, extracted=date(2017, 1, 31),
        mapping=mapping_from("wide.toml", WIDE_TOML),
    )  # fmt: skip
    return Case(case.write, case.expected, accepted_mapped)


def folder_case() -> Case:
    def write(folder: Path, rng: random.Random | None) -> Request:
        spoilt = rng.choice(list(SOURCE)) if rng else ""
        for name, text in SOURCE.items():
            whole = text.encode()
            (folder / f"{name}.csv").write_bytes(
                spoilt_text(rng, whole, ",") if rng and name == spoilt else whole
            )
        return Request(folder, Format.TABLES, extracted=date(2017, 1, 31))

    def expected(request: Request) -> Content:
        return tables_content(
            lambda name: [row for _, row in plain((request.path / f"{name}.csv").read_bytes()).rows]
        )

    return Case(write, expected, accepted_tables)


def zip_case() -> Case:
    """Flip bytes of the archive, or of a member before it is packed."""

    def write(folder: Path, rng: random.Random | None) -> Request:
        inside = rng is not None and rng.random() < 0.3
        spoilt = rng.choice(list(SOURCE)) if rng and inside else ""
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, text in SOURCE.items():
                whole = text.encode()
                packed.writestr(f"{name}.csv", spoilt_bytes(rng, whole) if rng and name == spoilt else whole)
        path = folder / "tables.zip"
        path.write_bytes(spoilt_bytes(rng, held.getvalue()) if rng and not inside else held.getvalue())
        return Request(path, Format.TABLES, extracted=date(2017, 1, 31))

    def expected(request: Request) -> Content:
        with zipfile.ZipFile(request.path) as packed:
            return tables_content(lambda name: [row for _, row in plain(packed.read(f"{name}.csv")).rows])

    return Case(write, expected, accepted_tables)


def workbook_bytes() -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for table in TABLES:
        sheet = book.create_sheet(table.name)
        kinds = {column.name: column.sql_type for column in table.columns}
        rows = plain(SOURCE[table.name].encode())
        sheet.append(rows.header)
        for _, row in rows.rows:
            sheet.append([excel(kinds[name], cell) for name, cell in row.items()])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def excel(kind: str, text: str) -> object:
    if kind == "DATE" and text:
        return date.fromisoformat(text)
    return float(text) if kind in ("INTEGER", "DOUBLE") and text else text or None


def workbook_case(whole: bytes) -> Case:
    """Spoil cells, the XML of a worksheet, or the bytes of the workbook."""

    def write(folder: Path, rng: random.Random | None) -> Request:
        path = folder / "tables.xlsx"
        kind = rng.choice(["cells", "xml", "xml", "bytes"]) if rng else ""
        content = whole
        if rng and kind == "cells":
            book = openpyxl.load_workbook(io.BytesIO(whole))
            sheet = rng.choice(book.worksheets)
            line, column = rng.randint(1, sheet.max_row), rng.randint(1, sheet.max_column + 1)
            value = rng.choice([*(cell for cell in HOSTILE if "\0" not in cell), 43831, 2.5, True, None])
            sheet.cell(line, column).value = value
            held = io.BytesIO()
            book.save(held)
            content = held.getvalue()
        elif rng and kind == "xml":
            held = io.BytesIO()
            with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(held, "w") as new:
                names = old.namelist()
                spoilt = rng.choice([name for name in names if "sheet" in name or "Strings" in name])
                for name in names:
                    new.writestr(
                        name, spoilt_bytes(rng, old.read(name)) if name == spoilt else old.read(name)
                    )
            content = held.getvalue()
        elif rng:
            content = spoilt_bytes(rng, whole)
        path.write_bytes(content)
        return Request(path, Format.TABLES, extracted=date(2017, 1, 31))

    def expected(request: Request) -> Content:
        try:
            book = openpyxl.load_workbook(io.BytesIO(request.path.read_bytes()), data_only=True)
        except Exception:  # in what no cell depends on, or the rows would differ: openpyxl reads all parts
            book = openpyxl.load_workbook(io.BytesIO(whole), data_only=True)
        return tables_content(lambda name: sheet_rows(book, name))

    return Case(write, expected, accepted_tables)


def sheet_rows(book: Any, name: str) -> list[dict[str, str]]:
    rows = [[shown(cell) for cell in row] for row in book[name].iter_rows(values_only=True)]
    rows = [row for row in rows if any(row)]
    width = max(at for at, cell in enumerate(rows[0], start=1) if cell)
    assert not any(any(row[width:]) for row in rows)
    return [dict(zip(rows[0][:width], row[:width], strict=True)) for row in rows[1:]]


def shown(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).removesuffix(" 00:00:00").strip()


def transport_bytes(folder: Path) -> bytes:
    table = pd.DataFrame([row for _, row in plain(ADTTE.encode()).rows])
    for name in ("AVAL", "CNSR", "AGE"):
        table[name] = pd.to_numeric(table[name])
    for name in ("STARTDT", "ADT"):
        table[name] = [float((date.fromisoformat(cell) - date(1960, 1, 1)).days) for cell in table[name]]
    path = folder / "seed.xpt"
    formats = {"STARTDT": "DATE9.", "ADT": "DATE9."}
    pyreadstat.write_xport(table, path, file_format_version=5, variable_format=formats)
    return path.read_bytes()


def transport_case(whole: bytes) -> Case:
    def write(folder: Path, rng: random.Random | None) -> Request:
        path = folder / "adtte.xpt"
        content = whole
        if rng and rng.random() < 0.7:  # most of the bytes are the description; spoil the rows, too
            start = whole.index(b"NET", 1000)
            content = whole[:start] + spoilt_bytes(rng, whole[start:])
        elif rng:
            content = spoilt_bytes(rng, whole)
        path.write_bytes(content)
        return Request(path, Format.ADTTE, competing_cnsr=2)

    def expected(request: Request) -> Content:
        table = pd.read_sas(request.path, format="xport", encoding="utf-8")
        rows = []
        for line, row in enumerate(table.to_dict("records"), start=1):
            cells = {name: "" if cell != cell else sas(name, cell) for name, cell in row.items()}
            rows.append((line, cells))
        return adtte_content(Plain(list(table.columns), rows))

    return Case(write, expected, lambda kept: accepted_times(kept, *ALL))


def sas(name: str, cell: object) -> str:
    if isinstance(cell, float) and name in ("STARTDT", "ADT"):
        return (date(1960, 1, 1) + timedelta(days=cell)).isoformat()
    if isinstance(cell, float):
        return repr(0.0 if abs(cell) < 1e-70 else cell)  # pandas takes SAS's zero for 5e-79
    return str(cell).split("\0")[0].strip()  # text ends at a NUL, as in C; pandas goes on


def redcap_case() -> Case:
    """Spoil the export, or the data dictionary."""

    def write(folder: Path, rng: random.Random | None) -> Request:
        first = rng is not None and rng.random() < 0.6
        for name, text in (("export.csv", REDCAP), ("dictionary.csv", DICTIONARY)):
            whole = text.encode()
            spoil = rng and first == (name == "export.csv")
            (folder / name).write_bytes(spoilt_text(rng, whole, ",") if rng and spoil else whole)
        mapping = mapping_from("redcap.toml", REDCAP_TOML)
        return Request(
            folder / "export.csv",
            Format.REDCAP,
            folder / "dictionary.csv",
            mapping,
            extracted=date(2017, 1, 31),
        )

    def expected(request: Request) -> Content:
        assert request.beside is not None
        return redcap_content(*(plain(path.read_bytes()) for path in (request.path, request.beside)))

    return Case(write, expected, accepted_mapped)


@pytest.fixture(scope="module")
def cases(tmp_path_factory) -> dict[str, Case]:
    """A case of each format."""
    return {
        "adtte": text_case(
            "adtte.csv", ADTTE, ",", content=adtte_content, columns=ALL, format=Format.ADTTE, competing_cnsr=2
        ),
        "adtte-months": text_case(
            "months.csv", MONTHS, "\t", content=adtte_content, columns=ALL, format=Format.ADTTE,
            competing_cnsr=2,
        ),
        "tables-folder": folder_case(),
        "tables-zip": zip_case(),
        "tables-workbook": workbook_case(workbook_bytes()),
        "transport": transport_case(transport_bytes(tmp_path_factory.mktemp("seed"))),
        "wide-dates": wide_case(),
        "wide-times": text_case(
            "times.csv", TIMES, ";", content=times_content, format=Format.WIDE,
            mapping=mapping_from("times.toml", TIMES_TOML),
        ),
        "redcap": redcap_case(),
        "cbioportal": text_case(
            "data_clinical_patient.txt", PORTAL, "\t", comments=4, content=portal_content,
            format=Format.CBIOPORTAL, treatment="ARM",
        ),
    }  # fmt: skip


class Hangs(BaseException):
    """A file took too long; no `except Exception` takes it for a refusal."""


@contextmanager
def watched(seconds: float) -> Iterator[None]:
    def stop(_: int, __: FrameType | None) -> None:
        raise Hangs

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@dataclass
class Outcome:
    """What became of a file: the report of its refusal, or the rows that were kept."""

    report: Report
    kept: Kept | None = None


def read(request: Request, folder: Path) -> Outcome:
    """Read and check a file as an import does, up to the rows on disk that a version is made of."""
    report = Report()
    try:
        building._recipe(request, report, folder, DEFAULT, lambda *_: None)
        report.stop_on_errors()
    except ReportRefused:
        return Outcome(report)
    except FileRefused as refused:
        report.take(refused)
        return Outcome(report)
    return Outcome(report, on_disk(folder))


def held(shelf: Shelf) -> dict[str, bytes]:
    """Return every file of a shelf with its bytes, locks aside."""
    return {
        str(path.relative_to(shelf.root)): path.read_bytes()
        for path in sorted(shelf.root.rglob("*"))
        if path.is_file() and path.name not in (".lock", ".importing")
    }


def is_named(file: str, request: Request) -> bool:
    """Return True where a message names a file of the import, or a table inside it."""
    names = [request.path.name] + ([request.beside.name] if request.beside else [])
    names += [table.file for table in TABLES] if request.format is Format.TABLES else []
    return any(file == name or file.startswith(f"{name}, ") for name in names)


def placed(outcome: Outcome, request: Request) -> str:
    """Return what is wrong with a refusal, or nothing."""
    errors = [found for found in outcome.report.findings if RULES[found.rule].severity is Severity.ERROR]
    if not errors:
        return "refused without an error"
    for found in errors:
        if not is_named(found.file, request):
            return f"names another file: {found}"
        if found.rule not in WHOLE and found.line is None and not found.column:
            return f"has no place: {found.rule}, {found}"
    return ""


def judged(case: Case, request: Request, outcome: Outcome) -> str:
    """Return what is wrong with an outcome, or nothing."""
    if outcome.kept is None:
        return placed(outcome, request)
    try:
        expected = case.expected(request)
    except Exception as failed:
        return f"accepted, but a plain reading fails: {type(failed).__name__} {failed}"
    accepted = case.accepted(outcome.kept)
    return "" if accepted == expected else f"accepted as {accepted}, but says {expected}"


# how many files of each: a thousand in all, fewer where writing one takes long
EACH = {"tables-workbook": 50, "tables-folder": 70} | dict.fromkeys(
    "adtte adtte-months tables-zip transport wide-dates wide-times redcap cbioportal".split(), 110
)
FORMATS = list(EACH)


def test_there_are_a_thousand():
    assert sum(EACH.values()) == 1000


@pytest.mark.parametrize("kind", FORMATS)
def test_a_valid_file_holds_what_a_plain_reading_finds(cases, tmp_path, kind):
    request = cases[kind].write(tmp_path, None)
    (tmp_path / "read").mkdir()
    outcome = read(request, tmp_path / "read")
    assert outcome.kept is not None, outcome.report.findings
    assert judged(cases[kind], request, outcome) == ""
    assert len(cases[kind].accepted(outcome.kept)) > 3


@pytest.mark.parametrize("kind", FORMATS)
def test_a_spoilt_file_is_refused_at_a_place_or_holds_what_a_plain_reading_finds(cases, tmp_path, kind):
    wrong, accepted = [], 0
    for number in range(EACH[kind]):
        folder = tmp_path / str(number)
        (folder / "file").mkdir(parents=True)
        (folder / "read").mkdir()
        request = cases[kind].write(folder / "file", random.Random(f"{SEED} {kind} {number}"))
        try:
            with watched(SECONDS):
                outcome = read(request, folder / "read")
        except (Exception, Hangs) as failed:
            wrong.append(f"{number}: {type(failed).__name__}: {failed}")
            continue
        accepted += outcome.kept is not None
        if words := judged(cases[kind], request, outcome):
            wrong.append(f"{number}: {words[:1000]}")
    assert wrong == []
    assert 3 <= accepted <= EACH[kind] - 10


@pytest.mark.parametrize("kind", FORMATS)
def test_a_first_look_at_a_spoilt_file_shows_its_tables_or_says_why_not(cases, tmp_path, kind):
    shown, refused = 0, []
    for number in range(0, EACH[kind], 4):
        folder = tmp_path / str(number)
        folder.mkdir()
        request = cases[kind].write(folder, random.Random(f"{SEED} {kind} {number}"))
        try:
            with watched(SECONDS):
                told = peek(request, DEFAULT)
        except FileRefused as found:
            refused.append((number, found.file, is_named(found.file, request)))
            continue
        shown += 1
        for sheet in told["sheets"]:
            assert len(sheet["rows"]) == min(sheet["n"], 20), number
            assert {len(row) for row in sheet["rows"]} <= {len(sheet["header"])}, number
        json.dumps(told, allow_nan=False)
    assert shown >= 3
    assert [one for one in refused if not one[2]] == []


# a sample of them, whole: into a version, or not at all


def stored(shelf: Shelf) -> tuple[Content, Kept]:
    """Return patient, endpoint, days and status of the current version, and its source tables as text."""
    database = open_dataset(shelf, "fuzzed").database
    times = database.rows("SELECT patient_id, endpoint, days, status FROM time_to_event ORDER BY ALL")

    def rows(table: str) -> list[list[str]]:
        return [["" if cell is None else str(cell) for cell in row] for row in database.rows(f"FROM {table}")]

    return times, rows


@pytest.mark.parametrize("kind", FORMATS)
def test_a_spoilt_file_is_imported_whole_or_leaves_the_shelf_as_it_was(cases, tmp_path, kind):
    shelf = Shelf(tmp_path / "shelf")
    (tmp_path / "valid").mkdir()
    first, _ = building.build(shelf, "fuzzed", cases[kind].write(tmp_path / "valid", None))
    refused = 0
    for number in range(EVERY // 2, EACH[kind], EVERY):
        (tmp_path / str(number)).mkdir()
        request = cases[kind].write(tmp_path / str(number), random.Random(f"{SEED} {kind} {number}"))
        before = held(shelf)
        with watched(SECONDS):
            try:
                current, _ = building.build(shelf, "fuzzed", request)
            except CohortError:
                assert held(shelf) == before, number
                refused += 1
                continue
        times, tables = stored(shelf)
        expected = cases[kind].expected(request)
        if expected and isinstance(expected[0][0], int):
            at = 5 if len(expected[0]) == len(ALL) else 4
            assert times == sorted((*row[1:3], *row[at : at + 2]) for row in expected), number
        else:
            assert cases[kind].accepted(tables) == expected, number
        assert current == shelf.current("fuzzed"), number
        kept = {
            name: content for name, content in held(shelf).items() if name in before and "current" not in name
        }
        assert kept == {name: content for name, content in before.items() if "current" not in name}, number
    assert shelf.path("fuzzed", first.version).is_file()
    assert refused > 0


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        pytest.param("NET,2,placebo,PFS", "NET,2,placebo,OS", ("id-duplicate", 5), id="a-patient-twice"),
        pytest.param("NET,2,placebo,PFS", "NET,2,drug,PFS", ("treatment-differs", 5), id="two-treatments"),
    ],
)
def test_rows_that_only_together_are_wrong_leave_the_shelf_as_it_was(cases, tmp_path, old, new, found):
    shelf = Shelf(tmp_path / "shelf")
    request = cases["adtte"].write(tmp_path, None)
    building.build(shelf, "fuzzed", request)
    before = held(shelf)
    spoilt = ADTTE.replace(old, new).replace("placebo,OS,Progression-free", "placebo,OS,Overall survival")
    request.path.write_text(spoilt, encoding="utf-8")
    with pytest.raises(ReportRefused) as refused:
        building.build(shelf, "fuzzed", request)
    (error,) = (one for one in refused.value.report.findings if one.severity is Severity.ERROR)
    assert (error.rule, error.line) == found
    assert held(shelf) == before
