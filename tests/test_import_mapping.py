"""What the columns of a file mean: the mapping as a file, there and back, and what it makes of rows."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet_core.characters import fault
from gepnet_core.contract import TABLES
from gepnet_core.errors import FileRefused, OptionRefused
from gepnet_core.intake.dates import DateFormat
from gepnet_core.intake.mapped import read_mapped
from gepnet_core.intake.mapped_times import read_mapped_times
from gepnet_core.intake.mapping import (
    NOT_MAPPED,
    SINGLE_TABLES,
    Cell,
    ColumnMapping,
    Group,
    TimeColumns,
    mapping_from,
    read_mapping,
)
from gepnet_core.intake.option_effects import Holding
from gepnet_core.intake.reading import DECIMALS, DELIMITERS, ENCODINGS, Reading, Sheet
from gepnet_core.intake.report import Report, ReportRefused
from gepnet_core.intake.request import Format, Request
from gepnet_core.intake.source import Source
from gepnet_core.intake.times import Times
from gepnet_core.settings import MAY_BE_ABSENT, Modality, Settings
from gepnet_core.vocabulary import TimeUnit

# there and back --------------------------------------------------------------------------------------------

letters = st.characters(exclude_categories=["Cs"]).filter(lambda letter: not fault(letter))
texts = st.text(letters, max_size=8)
names = st.text(letters, min_size=1, max_size=8)
words = st.lists(texts, max_size=3).map(tuple)
days = st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1))
cells = names.map(lambda name: Cell(column=name)) | texts.map(lambda text: Cell(value=text))
formats = st.sampled_from(list(DateFormat))
readings = st.builds(
    Reading,
    st.sampled_from(["", *ENCODINGS]),
    st.sampled_from(["", *DELIMITERS.values()]),
    st.sampled_from(list(DECIMALS.values())),
)


def group_of(table):
    columns = [column.name for column in table.columns if column.name not in NOT_MAPPED]
    return st.dictionaries(st.sampled_from(columns), cells).map(lambda found: Group(table.name, found))


def groups_of(table):
    """Return the strategy of the groups of a table; those that a mapping needs are always there."""
    least = 1 if table.name in ("local_treatments", "follow_up") else 0
    most = 1 if table.name in SINGLE_TABLES else 3
    return st.lists(group_of(table), min_size=least, max_size=most)


@st.composite
def all_groups(draw):
    return tuple(group for table in TABLES for group in draw(groups_of(table)))


@st.composite
def time_columns(draw):
    values = draw(st.lists(texts, min_size=1, max_size=6, unique=True))
    first, second = sorted((draw(st.integers(1, len(values))), draw(st.integers(1, len(values)))))
    return TimeColumns(
        draw(names),
        draw(names),
        draw(names),
        draw(names),
        draw(st.sampled_from(list(TimeUnit))),
        tuple(values[:first]),
        tuple(values[first:second]),
        tuple(values[second:]),
    )


@st.composite
def all_endpoints(draw):
    """Endpoints of which no two have one code."""
    by_code = {
        times.code.casefold(): times for times in draw(st.lists(time_columns(), min_size=1, max_size=3))
    }
    return tuple(by_code.values())


@st.composite
def all_settings(draw, *, restricting=True):
    window = sorted(day for day in (draw(days), draw(days)) if day)
    words_of = draw(st.lists(st.text("abcdefg", min_size=1), max_size=3, unique=True))
    modalities = tuple(Modality(word, f"label of {word}") for word in words_of)
    return Settings(
        title=draw(texts),
        notice=draw(texts),
        about=draw(texts),
        primary_sites=draw(words) if restricting else (),
        metastatic=draw(st.booleans()),
        focal_only=draw(st.booleans()),
        focal_indication=draw(texts),
        window_from=window[0] if window and restricting else None,
        window_to=window[1] if len(window) == 2 and restricting else None,
        excluded=modalities[:1] if restricting else (),
        modalities=modalities[1:],
        extracted=draw(days),
        missing=draw(words),
        not_recorded=tuple(draw(st.lists(st.sampled_from(MAY_BE_ABSENT), unique=True))),
    )


@st.composite
def mappings(draw):
    dated = draw(st.booleans())
    return ColumnMapping(
        draw(names.map(lambda name: Cell(column=name)) | st.just(Cell(row_number=True))),
        groups=draw(all_groups()) if dated else (),
        endpoints=() if dated else draw(all_endpoints()),
        treatment=draw(st.none() | cells),
        baseline=draw(st.none() | words),
        reading=draw(readings),
        missing=draw(words),
        date_format=draw(st.none() | formats),
        dates=draw(st.dictionaries(names, formats, max_size=2)),
        values=draw(st.dictionaries(names, st.dictionaries(texts, texts, max_size=2), max_size=2)),
        settings=draw(all_settings(restricting=dated)),
    )


@given(mapping=mappings())
@settings(max_examples=60)
def test_a_mapping_that_is_written_is_read_back_equal(mapping):
    assert mapping_from("mapping.toml", mapping.to_toml()) == mapping


@given(
    request=st.builds(
        Request,
        path=names.map(Path),
        format=st.none() | st.sampled_from(list(Format)),
        beside=st.none() | names.map(Path),
        mapping=st.none() | mappings(),
        settings=st.none() | all_settings(),
        extracted=days,
        reading=readings,
        date_format=st.none() | formats,
        time_unit=st.none() | st.sampled_from(list(TimeUnit)),
        competing_cnsr=st.none() | st.integers(1, 999),
        censored_cnsr=st.lists(st.integers(1, 999), max_size=3).map(tuple),
        sheet=texts,
        treatment=texts,
    )
)
@settings(max_examples=40)
def test_a_request_crosses_to_another_process_unchanged(request):
    assert Request.from_json(json.loads(json.dumps(request.to_json()))) == request


def test_a_mapping_of_every_part_is_written_as_a_person_would(tmp_path):
    text = """\
patient_id = "case"
treatment = "arm"
baseline = ["age"]

[reading]
encoding = "cp1252"
delimiter = "semicolon"
decimal = "comma"
missing = ["NA"]
date_format = "DD.MM.YYYY"

[[endpoints]]
code = "OS"
name = "overall survival"
time = "months"
status = "outcome"
unit = "months"
event = [
    "dead",
]
censored = [
    "alive",
]
competing = []

[values.outcome]
d = "dead"

[settings.eligibility]
focal_only = true
focal_indication = "focal progression"
"""
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    mapping = read_mapping(tmp_path / "m.toml")
    assert mapping == ColumnMapping(
        Cell("case"),
        endpoints=(
            TimeColumns(
                "OS", "overall survival", "months", "outcome", TimeUnit.MONTHS, ("dead",), ("alive",)
            ),
        ),
        treatment=Cell("arm"),
        baseline=("age",),
        reading=Reading("cp1252", ";", ","),
        missing=("NA",),
        date_format=DateFormat.DMY_DOT,
        values={"outcome": {"d": "dead"}},
    )
    assert mapping_from("again", mapping.to_toml()) == mapping


# refusals --------------------------------------------------------------------------------------------------

ID = 'patient_id = "case"\n'
NEEDED = '[[local_treatments]]\ndate = "op"\nmodality = "kind"\n[follow_up]\nlast_contact_date = "seen"\n'
TIMES = '[[endpoints]]\ncode = "OS"\ntime = "t"\nstatus = "s"\nevent = ["dead"]\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("patient_id = ", "is not TOML: ", id="no-toml"),
        pytest.param(
            NEEDED, "has no patient_id: name its column, or say { row_number = true }.", id="no-patient-id"
        ),
        pytest.param(
            f"patient_id = 3\n{NEEDED}",
            "'patient_id' needs the name of a column, or { row_number = true }.",
            id="id-is-a-number",
        ),
        pytest.param(
            f'patient_id = ""\n{NEEDED}', "'patient_id' needs the name of a column", id="id-is-empty"
        ),
        pytest.param(
            f"patient_id = {{ row_number = false }}\n{NEEDED}",
            "'patient_id' needs the name of a column",
            id="row-number-false",
        ),
        pytest.param(
            ID + NEEDED.replace('"kind"', "{ row_number = true }"),
            "'modality' needs the name of a column, or { value = \"...\" }.",
            id="row-number-of-no-id",
        ),
        pytest.param(
            ID + NEEDED.replace('"kind"', '{ value = "RFA", label = "x" }'),
            "'modality' needs the name of a column",
            id="constant-with-more",
        ),
        pytest.param(
            ID + NEEDED.replace('"kind"', '{ value = ["RFA"] }'),
            "'modality' needs the name of a column",
            id="constant-that-is-a-list",
        ),
        pytest.param(
            f"{ID}colour = 1\n{NEEDED}",
            "'colour' is not a key of a mapping here. There are: patient_id, reading, values, settings, "
            "treatment, endpoints and the tables.",
            id="key-unknown",
        ),
        pytest.param(
            ID,
            "needs either tables with dates (local_treatments, follow_up, ...) or endpoints with times.",
            id="neither-dates-nor-times",
        ),
        pytest.param(ID + NEEDED + TIMES, "needs either tables with dates", id="dates-and-times"),
        pytest.param(
            ID + NEEDED.split("[follow_up]")[0],
            "needs local_treatments (a date, a modality) and follow_up (last contact or death).",
            id="no-follow-up",
        ),
        pytest.param(
            f"{ID}[follow_up]\ndeath_date = 'died'\n", "needs local_treatments (a date", id="no-treatments"
        ),
        pytest.param(
            f"{ID}patients = 1\n{NEEDED}", "'patients' must be a table of columns.", id="table-is-a-number"
        ),
        pytest.param(
            f"{ID}progressions = [1]\n{NEEDED}",
            "'progressions' must be a table of columns.",
            id="row-is-a-number",
        ),
        pytest.param(
            f'{ID}{NEEDED}[[patients]]\nsex = "a"\n[[patients]]\nsex = "b"\n',
            "'patients' stands once: a patient has one row of it.",
            id="patients-twice",
        ),
        pytest.param(
            ID + NEEDED.replace("modality", "arm"),
            "'arm' is no column of local_treatments. There are: date, modality, target_site, indication.",
            id="column-unknown",
        ),
        pytest.param(
            ID + NEEDED.replace("modality", "treatment_id"),
            "'treatment_id' is no column of local_treatments.",
            id="treatment-id-is-made-here",
        ),
        pytest.param(
            f'{ID}{NEEDED}[reading]\nencoding = "latin-1"\n',
            "'latin-1' is none of utf-8, utf-16, cp1252 (encoding).",
            id="encoding",
        ),
        pytest.param(
            f'{ID}{NEEDED}[reading]\ndelimiter = ";"\n',
            "';' is none of comma, semicolon, tab (delimiter).",
            id="delimiter-as-a-character",
        ),
        pytest.param(
            f'{ID}{NEEDED}[reading]\ndecimal = ","\n', "',' is none of point, comma (decimal).", id="decimal"
        ),
        pytest.param(
            f'{ID}{NEEDED}[reading]\ndate_format = "D.M.Y"\n',
            "'D.M.Y' is none of YYYY-MM-DD, YYYY/MM/DD, YYYYMMDD, DD.MM.YYYY, DD/MM/YYYY, MM/DD/YYYY, "
            "DD-MM-YYYY, MM-DD-YYYY, DD-MON-YYYY (date_format).",
            id="date-format",
        ),
        pytest.param(
            f'{ID}{NEEDED}[reading.dates]\nop = "US"\n', "'US' is none of YYYY-MM-DD", id="format-of-a-column"
        ),
        pytest.param(
            f"{ID}{NEEDED}[reading]\ncolour = 1\n",
            "'colour' is not a key of a mapping here. There are: date_format, dates, decimal, delimiter, "
            "encoding, missing.",
            id="key-of-reading",
        ),
        pytest.param(
            f'{ID}{NEEDED}[reading]\nmissing = "NA"\n',
            "'missing' must be of kind list.",
            id="missing-is-a-text",
        ),
        pytest.param(
            f"{ID}{NEEDED}[reading]\nmissing = [true]\n",
            "'missing' must be a list of texts in quotes.",
            id="missing-is-a-truth",
        ),
        pytest.param(
            f"{ID}reading = 1\n{NEEDED}", "'reading' must be of kind dict.", id="reading-is-a-number"
        ),
        pytest.param(
            f"{ID}{NEEDED}[values]\nsex = 1\n",
            "values of 'sex' must be texts in quotes.",
            id="values-of-a-number",
        ),
        pytest.param(
            f"{ID}{NEEDED}[values.sex]\nf = 1\n",
            "values of 'sex' must be texts in quotes.",
            id="value-is-a-number",
        ),
        pytest.param(
            f"{ID}endpoints = [1]\n", "each of endpoints must be a table.", id="endpoint-is-a-number"
        ),
        pytest.param(ID + TIMES.replace('code = "OS"\n', ""), "an endpoint needs code.", id="no-code"),
        pytest.param(ID + TIMES.replace('time = "t"\n', ""), "an endpoint needs time.", id="no-time"),
        pytest.param(ID + TIMES.replace('status = "s"\n', ""), "an endpoint needs status.", id="no-status"),
        pytest.param(
            ID + TIMES.replace('event = ["dead"]\n', ""),
            "endpoint OS needs the status values that mean an event.",
            id="no-event",
        ),
        pytest.param(
            f'{ID}{TIMES}censored = ["alive", "dead"]\n',
            "endpoint OS gives one status value two meanings.",
            id="value-with-two-meanings",
        ),
        pytest.param(
            f'{ID}{TIMES}unit = "decades"\n',
            "'decades' is none of days, weeks, months, years (unit).",
            id="unit",
        ),
        pytest.param(
            f'{ID}{TIMES}colour = "red"\n',
            "'colour' is not a key of a mapping here. There are: censored, code, competing, event, name, status, "
            "time, unit.",
            id="key-of-an-endpoint",
        ),
        pytest.param(
            f"{ID}treatment = 1\n{TIMES}",
            "'treatment' needs the name of a column",
            id="treatment-is-a-number",
        ),
        pytest.param(
            f"{ID}baseline = [1.5]\n{TIMES}", "'baseline' must be a list of texts in quotes.", id="baseline"
        ),
        pytest.param(
            f"{ID}{NEEDED}[settings]\ncolour = 1\n",
            "'colour' is not a setting. Check its spelling.",
            id="setting-unknown",
        ),
        pytest.param(
            f"{ID}{NEEDED}[settings]\ntitle = 1\n",
            "'title' must be of kind str.",
            id="setting-of-another-kind",
        ),
        pytest.param(
            f"{ID}{NEEDED}[settings.eligibility.window]\nfrom = 2015-01-02\nto = 2015-01-01\n",
            "the window runs backwards. Swap from and to.",
            id="window-backwards",
        ),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused_in_words(text, said):
    with pytest.raises(FileRefused) as refused:
        mapping_from("m.toml", text)
    assert str(refused.value).startswith(f"m.toml: {said}")
    assert refused.value.rule == "mapping"


# rows by a mapping -----------------------------------------------------------------------------------------


def sheet_of(text: str) -> Sheet:
    """Return a sheet of lines whose cells are divided by |."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return Sheet("review.csv", "review", lines[0], 1, iter(list(enumerate(lines[1:], start=2))))


def rows_of(source: Source, table: str) -> list[dict[str, object]]:
    """Return the rows of a table, without what is not recorded."""
    return [{name: value for name, value in row.values.items() if value is not None} for row in source[table]]


def taken(text: str, mapping: str, *, many_rows: bool = False) -> tuple[Source, Report]:
    report = Report()
    source = read_mapped(sheet_of(text), mapping_from("m.toml", mapping), report, many_rows=many_rows)
    return source, report


def told(report: Report) -> list[tuple[str, int | None, str, str]]:
    return [(one.rule, one.line, one.column, one.value) for one in report.findings]


PLAIN = f"{ID}{NEEDED}"


def test_treatments_side_by_side_become_a_row_each_where_they_are_filled():
    source, report = taken(
        """
        case | op         | kind | op2        | kind2 | op3        | seen
        A    | 2014-01-10 | RFA  | 2015-02-11 | HAE   |            | 2016-01-01
        B    | 2014-03-12 | RFA  |            |       |            | 2016-01-02
        C    | 2014-04-13 | EBRT |            |       | 2014-01-01 | 2016-01-03
        """,
        f'{PLAIN}[[local_treatments]]\ndate = "op2"\nmodality = "kind2"\n'
        '[[local_treatments]]\ndate = "op3"\nmodality = { value = "resection" }\n'
        'indication = { value = "focal progression" }\n',
    )
    assert report.findings == []
    assert rows_of(source, "local_treatments") == [
        {"patient_id": "A", "treatment_id": "A-1", "date": date(2014, 1, 10), "modality": "RFA"},
        {"patient_id": "A", "treatment_id": "A-2", "date": date(2015, 2, 11), "modality": "HAE"},
        {"patient_id": "B", "treatment_id": "B-1", "date": date(2014, 3, 12), "modality": "RFA"},
        {"patient_id": "C", "treatment_id": "C-1", "date": date(2014, 4, 13), "modality": "EBRT"},
        {
            "patient_id": "C",
            "treatment_id": "C-2",
            "date": date(2014, 1, 1),
            "modality": "resection",
            "indication": "focal progression",
        },
    ]
    assert [row.line for row in source["local_treatments"]] == [2, 2, 3, 4, 4]
    assert rows_of(source, "follow_up") == [
        {"patient_id": name, "last_contact_date": date(2016, 1, k)} for k, name in enumerate("ABC", start=1)
    ]


def test_a_treatment_that_is_half_filled_has_no_date():
    _, report = taken("case | op | kind | seen\nA | | RFA | 2016-01-01\nB | 2014-01-10 | | 2016-01-01", PLAIN)
    assert told(report) == [
        ("treatment-without-date", 2, "op", ""),
        ("cell-empty", 3, "kind", ""),
    ]


def test_values_are_mapped_before_they_are_judged_and_the_rest_is_refused():
    source, report = taken(
        """
        case | sex | op         | kind | seen
        A    | w   | 2014-01-10 | 1    | 2016-01-01
        B    | m   | 2014-01-11 | 2    | 2016-01-01
        C    | ?   | 2014-01-12 | 1    | 2016-01-01
        D    | f   | 2014-01-13 | 1    | 2016-01-01
        """,
        f'{PLAIN}[patients]\nsex = "sex"\n[values.sex]\nw = "female"\nm = "male"\n"?" = ""\n'
        '[values.kind]\n1 = "RFA"\n',
    )
    assert [row.get("sex") for row in rows_of(source, "patients")] == ["female", "male", None]
    assert [row["modality"] for row in rows_of(source, "local_treatments")] == ["RFA", "2", "RFA", "RFA"]
    assert told(report) == [("value-not-allowed", 5, "sex", "f")]
    assert report.findings[0].words == (
        "'f' is not one of female, male. Write one of these. Or map the value to one of them."
    )


def test_words_for_missing_count_in_every_column_but_the_id():
    source, report = taken(
        """
        case | sex | op         | kind | seen
        NA   | na  | 2014-01-10 | RFA  | 2016-01-01
        n.k. | NA  | 2014-01-11 | NA   | 2016-01-01
        """,
        f'{PLAIN}[patients]\nsex = "sex"\n[reading]\nmissing = ["NA", "n.k."]\n',
    )
    assert rows_of(source, "patients") == [{"patient_id": "NA"}, {"patient_id": "n.k."}]
    assert told(report) == [("cell-empty", 3, "kind", "NA")]


def test_words_for_missing_of_the_settings_count_as_well():
    source, report = taken(
        "case | op | kind | seen | sex\nA | 2014-01-10 | RFA | 2016-01-01 | unknown",
        f'{PLAIN}[patients]\nsex = "sex"\n[settings]\nmissing = ["Unknown"]\n',
    )
    assert (report.findings, rows_of(source, "patients")) == ([], [{"patient_id": "A"}])


def test_without_an_id_the_number_of_the_row_stands_for_it():
    source, report = taken(
        "op | kind | seen\n2014-01-10 | RFA | 2016-01-01\n2014-01-11 | HAE | 2016-01-01",
        f"patient_id = {{ row_number = true }}\n{NEEDED}",
    )
    assert report.findings == []
    assert [row.patient for row in source["follow_up"]] == ["1", "2"]
    assert [row["treatment_id"] for row in rows_of(source, "local_treatments")] == ["1-1", "2-1"]


def test_a_patient_twice_is_refused_where_a_row_is_a_patient():
    _, report = taken(
        "case | op | kind | seen\nA | 2014-01-10 | RFA | 2016-01-01\nA | 2014-02-10 | RFA | 2016-01-01",
        PLAIN,
    )
    assert told(report) == [("id-duplicate", 3, "case", "A")]
    assert report.findings[0].words == "the same as on line 2. Each row needs its own."


def test_a_patient_of_many_rows_has_all_their_treatments_and_one_follow_up():
    source, report = taken(
        "case | op | kind | seen\nA | 2014-01-10 | RFA | \nB | 2014-01-10 | RFA | 2016-01-02\n"
        "A | 2014-02-10 | HAE | \nA | | | 2016-01-01",
        PLAIN,
        many_rows=True,
    )
    assert report.findings == []
    assert [(row.line, row.values["treatment_id"]) for row in source["local_treatments"]] == [
        (2, "A-1"),
        (4, "A-2"),
        (3, "B-1"),
    ]
    assert [(row.line, row.values["last_contact_date"]) for row in source["follow_up"]] == [
        (5, date(2016, 1, 1)),
        (3, date(2016, 1, 2)),
    ]


@pytest.mark.parametrize(
    ("more", "name"),
    [
        pytest.param('[patients]\nsex = "gender"\n', "gender", id="column-of-a-table"),
        pytest.param('[values.gender]\nf = "female"\n', "gender", id="column-of-values"),
        pytest.param('[reading.dates]\nborn = "DD.MM.YYYY"\n', "born", id="column-of-a-date-format"),
        pytest.param('[patients]\nsex = "Kind"\n', "Kind", id="column-in-another-case"),
    ],
)
def test_a_column_that_the_file_has_not_stops_the_reading(more, name):
    report = Report()
    mapping = mapping_from("m.toml", PLAIN + more)
    with pytest.raises(ReportRefused):
        read_mapped(sheet_of("case | op | kind | seen\nA | | | "), mapping, report)
    assert told(report) == [("mapping", 1, name, "")]
    assert report.findings[0].words == (
        "is named by the mapping, but the file has no such column. Mend the mapping."
    )


def test_a_table_without_a_row_is_refused():
    with pytest.raises(FileRefused, match=r"review\.csv: has no row below the header\. Add at least one\."):
        taken("case | op | kind | seen", PLAIN)


@pytest.mark.parametrize(
    ("decimal", "text", "value"),
    [
        pytest.param("comma", "2,5", 2.5, id="comma-told-and-found"),
        pytest.param("comma", "2", 2.0, id="comma-told-and-whole"),
        pytest.param("comma", "2.5", None, id="comma-told-and-point-found"),
        pytest.param("comma", "1.002,5", None, id="comma-told-and-thousands-marked"),
        pytest.param("point", "2,5", None, id="point-told-and-comma-found"),
        pytest.param("point", "2.5", 2.5, id="point-told-and-found"),
    ],
)
def test_the_decimal_mark_is_the_told_one(decimal, text, value):
    source, report = taken(
        f"case | op | kind | seen | ki\nA | 2014-01-10 | RFA | 2016-01-01 | {text}",
        f'{PLAIN}[patients]\nki67_percent = "ki"\n[reading]\ndecimal = "{decimal}"\n',
    )
    if value is None:
        assert told(report) == [("number", 2, "ki", text)]
    else:
        assert rows_of(source, "patients") == [{"patient_id": "A", "ki67_percent": value}]


@pytest.mark.parametrize(
    ("noticed", "treatment"),
    [
        pytest.param("2014-01-10", "A-2", id="on-the-day-of-the-first"),
        pytest.param("2014-06-30", "A-2", id="the-day-before-the-second"),
        pytest.param("2014-07-01", "A-1", id="on-the-day-of-the-second"),
        pytest.param("2015-12-31", "A-1", id="after-all"),
        pytest.param("2014-01-09", "A-2", id="before-all-goes-to-the-first-and-is-refused-there"),
    ],
)
def test_a_side_effect_belongs_to_the_last_treatment_on_or_before_it(noticed, treatment):
    source, report = taken(
        f"case|op|kind|op2|seen|pain\nA|2014-07-01|RFA|2014-01-10|2016-01-01|{noticed}\n",
        f'{PLAIN}[[local_treatments]]\ndate = "op2"\nmodality = {{ value = "HAE" }}\n'
        '[[adverse_events]]\ndate = "pain"\nterm = { value = "Pain" }\nctcae_grade = { value = 2 }\n',
    )
    dates = {row.values["treatment_id"]: row.values["date"] for row in source["local_treatments"]}
    assert dates == {"A-1": date(2014, 7, 1), "A-2": date(2014, 1, 10)}  # the later one stands first
    assert rows_of(source, "adverse_events") == [
        {
            "patient_id": "A",
            "date": date.fromisoformat(noticed),
            "term": "Pain",
            "ctcae_grade": 2,
            "treatment": treatment,
        }
    ]
    assert report.findings == []


# dates -----------------------------------------------------------------------------------------------------


def dated(op: str, seen: str, reading: str) -> tuple[list[object], Report]:
    """Return the two dates of a patient as read, and the report."""
    source, report = taken(f"case | op | kind | seen\nA | {op} | RFA | {seen}", PLAIN + reading)
    found = [row.get("date") for row in rows_of(source, "local_treatments")]
    return found + [row.get("last_contact_date") for row in rows_of(source, "follow_up")], report


@pytest.mark.parametrize(
    ("op", "seen", "reading", "days"),
    [
        pytest.param(
            "03/04/2014",
            "05/06/2015",
            '[reading]\ndate_format = "DD/MM/YYYY"\n',
            [date(2014, 4, 3), date(2015, 6, 5)],
            id="one-format-for-all",
        ),
        pytest.param(
            "03/04/2014",
            "05/06/2015",
            '[reading]\ndate_format = "DD/MM/YYYY"\n[reading.dates]\nseen = "MM/DD/YYYY"\n',
            [date(2014, 4, 3), date(2015, 5, 6)],
            id="format-of-a-column-goes-first",
        ),
        pytest.param(
            "2014-04-03",
            "05/06/2015",
            '[reading]\ndate_format = "MM/DD/YYYY"\n',
            [date(2014, 4, 3), date(2015, 5, 6)],
            id="iso-is-always-read",
        ),
        pytest.param(
            "13/04/2014", "13.04.2015", "", [date(2014, 4, 13), date(2015, 4, 13)], id="each-column-tells"
        ),
        pytest.param(
            "05/05/2014", "6.7.2015", "", [date(2014, 5, 5), date(2015, 7, 6)], id="both-ways-are-one-day"
        ),
        pytest.param(
            "20140405", "05-Apr-2015", "", [date(2014, 4, 5), date(2015, 4, 5)], id="compact-and-named"
        ),
    ],
)
def test_dates_are_read_as_told_or_as_they_can_only_be(op, seen, reading, days):
    found, report = dated(op, seen, reading)
    assert (found, report.findings) == (days, [])


@pytest.mark.parametrize(
    ("op", "reading", "finding"),
    [
        pytest.param(
            "13/04/2014",
            '[reading]\ndate_format = "MM/DD/YYYY"\n',
            "'13/04/2014' is not a date: the calendar has no such day in MM/DD/YYYY. Correct it.",
            id="no-month-13",
        ),
        pytest.param(
            "13.04.2014",
            '[reading.dates]\nop = "DD/MM/YYYY"\n',
            "'13.04.2014' is not a date. Write it as DD/MM/YYYY.",
            id="dots-where-slashes-were-told",
        ),
    ],
)
def test_a_format_that_was_told_wrong_is_refused(op, reading, finding):
    _, report = dated(op, "2016-01-01", reading)
    assert told(report) == [("date", 2, "op", op)]
    assert report.findings[0].words.startswith(finding)


def test_one_ambiguous_date_among_clear_ones_asks_for_the_format_of_the_column():
    _, report = dated("03/04/2014", "2016-01-01", "")
    assert told(report) == [("date-ambiguous", 1, "op", "")]
    source, report = taken(
        "case|op|kind|seen\nA|03/04/2014|RFA|2016-01-01\nB|31/05/2014|RFA|2016-01-01", PLAIN
    )
    assert report.findings == []
    assert source["local_treatments"][0].values["date"] == date(2014, 4, 3)


# times by a mapping ----------------------------------------------------------------------------------------

OUTCOME = (
    'patient_id = "case"\ntreatment = "arm"\n[[endpoints]]\ncode = "TTP"\nname = "progression"\ntime = "t"\n'
    'status = "s"\nevent = ["1", "yes"]\ncensored = ["0", "NA"]\ncompeting = ["2"]\n'
)


def times_of(folder: Path, text: str, mapping: str = OUTCOME) -> tuple[list[list[str]], Report, Times]:
    """Return the rows of times, as written: patient, endpoint, treatment, days, status, reason."""
    report = Report()
    times = read_mapped_times(sheet_of(text), mapping_from("m.toml", mapping), report, folder)
    lines = times.times.path.read_text(encoding="utf-8").splitlines()
    rows = [line.split(",") for line in lines]
    return [[*row[1:4], *row[5:8]] for row in rows], report, times


def test_every_status_value_means_what_was_said(tmp_path):
    rows, report, times = times_of(
        tmp_path,
        "case|arm|t|s\nNA|a|10|1\nB|b|20|0\nC||30|2\nD|a|40|yes\nE|a|50|NA",
        OUTCOME + '[reading]\nmissing = ["NA"]\n',
    )
    assert report.findings == []
    assert rows == [
        ["NA", "TTP", "a", "10", "1", "event"],
        ["B", "TTP", "b", "20", "0", "censored"],
        ["C", "TTP", "not recorded", "30", "2", "competing death"],
        ["D", "TTP", "a", "40", "1", "event"],
        ["E", "TTP", "a", "50", "0", "censored"],
    ]
    assert [(found.code, found.name) for found in times.endpoints] == [("TTP", "progression")]


@pytest.mark.parametrize(
    ("unit", "time", "days"),
    [
        pytest.param("days", "100", "100", id="days"),
        pytest.param("weeks", "2", "14", id="weeks"),
        pytest.param("months", "12", "365", id="months"),
        pytest.param("years", "2", "730", id="years-half-to-even"),
    ],
)
def test_a_time_is_converted_by_its_unit(tmp_path, unit, time, days):
    mapping = OUTCOME.replace('time = "t"', f'time = "t"\nunit = "{unit}"')
    rows, report, _ = times_of(tmp_path, f"case|arm|t|s\nA|a|{time}|1", mapping)
    assert (rows, report.findings) == ([["A", "TTP", "a", days, "1", "event"]], [])


@pytest.mark.parametrize(
    ("time", "status", "finding", "said"),
    [
        pytest.param("", "1", ("cell-empty", 2, "t", ""), "is empty, but s is not.", id="time-missing"),
        pytest.param("10", "", ("cell-empty", 2, "s", ""), "is empty, but t is not.", id="status-missing"),
        pytest.param(
            "10",
            "9",
            ("status-unmapped", 2, "s", "9"),
            "'9' has no meaning for TTP: it is none of 0, 1, 2, NA, yes.",
            id="status-unknown",
        ),
        pytest.param("-1", "1", ("aval", 2, "t", "-1"), "'-1' is negative.", id="negative"),
        pytest.param("x", "1", ("aval", 2, "t", "x"), "'x' is not a number.", id="no-number"),
        pytest.param(
            "55001", "1", ("aval", 2, "t", "55001"), "'55001' days is longer than any life.", id="too-long"
        ),
        pytest.param(
            "1.5", "1", ("aval", 2, "t", "1.5"), "'1.5' is not a whole number of days.", id="half-a-day"
        ),
        pytest.param("1,5", "1", ("aval", 2, "t", "1,5"), "'1,5' is not a number.", id="decimal-comma"),
    ],
)
def test_a_time_that_cannot_be_is_refused(tmp_path, time, status, finding, said):
    rows, report, _ = times_of(tmp_path, f"case|arm|t|s\nA|a|{time}|{status}\nB|a|5|1")
    assert told(report) == [finding]
    assert report.findings[0].words.startswith(said)
    assert [row[0] for row in rows] == ["B"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        pytest.param("1.0", "event", id="as-r-writes-it"),
        pytest.param("0,00", "censored", id="with-a-comma"),
        pytest.param("2.0", "competing death", id="competing"),
    ],
)
def test_a_status_with_decimals_is_the_whole_number(tmp_path, status, reason):
    rows, report, _ = times_of(tmp_path, f"case|arm|t|s\nA|a|10|{status}")
    assert ([row[-1] for row in rows], report.findings) == ([reason], [])
    turned = OUTCOME.replace('"1"', '"1.0"').replace('"0"', '"0.0"').replace('["2"]', '["2.00"]')
    whole = status.replace(",", ".").split(".")[0]
    assert [row[-1] for row in times_of(tmp_path, f"case|arm|t|s\nA|a|10|{whole}", turned)[0]] == [reason]


def test_a_status_that_was_said_with_decimals_means_what_was_said(tmp_path):
    mapping = OUTCOME.replace('"2"', '"1.0"')
    rows, _, _ = times_of(tmp_path, "case|arm|t|s\nA|a|10|1.0\nB|a|10|1", mapping)
    assert [row[-1] for row in rows] == ["competing death", "event"]
    _, report, _ = times_of(tmp_path, "case|arm|t|s\nA|a|10|1.00", mapping)
    assert told(report) == [("status-unmapped", 2, "s", "1.00")]


def test_a_patient_without_an_endpoint_has_no_row_of_it_and_the_report_says_so(tmp_path):
    second = (
        '[[endpoints]]\ncode = "OS"\ntime = "t2"\nstatus = "s2"\nevent = ["dead"]\ncensored = ["alive"]\n'
    )
    rows, report, _ = times_of(
        tmp_path, "case|arm|t|s|t2|s2\nA|a|10|1|20|dead\nB|a|||30|alive", OUTCOME + second
    )
    assert [row[:2] for row in rows] == [["A", "TTP"], ["A", "OS"], ["B", "OS"]]
    assert report.notes == ["1 patients have neither time nor status of TTP: they have no row of it."]


def test_only_the_told_columns_are_baseline_and_outcomes_never(tmp_path):
    text = "case|arm|t|s|age|late\nA|a|10|1|60|x"
    assert set(times_of(tmp_path, text)[2].candidates.values()) == {"age", "late"}
    mapping = OUTCOME.replace('treatment = "arm"', 'treatment = "arm"\nbaseline = ["age"]')
    assert set(times_of(tmp_path, text, mapping)[2].candidates.values()) == {"age"}


def test_times_need_a_treatment(tmp_path):
    with pytest.raises(FileRefused, match="names no treatment: name its column, or say treatment = "):
        times_of(tmp_path, "case|arm|t|s\nA|a|10|1", OUTCOME.replace('treatment = "arm"\n', ""))
    constant = OUTCOME.replace('"arm"', '{ value = "all" }')
    assert times_of(tmp_path, "case|arm|t|s\nA|a|10|1", constant)[0][0][2] == "all"


# what must be said of a request ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        pytest.param(
            Request(Path("x"), Format.WIDE, extracted=date(2015, 1, 1)),
            "A file of the format wide needs a mapping of its columns: give --mapping FILE.toml",
            id="wide-without-mapping",
        ),
        pytest.param(
            Request(Path("x"), Format.REDCAP, mapping=mapping_from("m", PLAIN), extracted=date(2015, 1, 1)),
            "A REDCap export needs its data dictionary: give --dictionary FILE.csv.",
            id="redcap-without-dictionary",
        ),
        pytest.param(
            Request(Path("x"), Format.TABLES, time_unit=TimeUnit.DAYS, extracted=date(2015, 1, 1)),
            "--time-unit has no meaning for source tables: it explains AVAL and CNSR, columns of an ADTTE file.",
            id="unit-of-source-tables",
        ),
        pytest.param(
            Request(Path("x"), Format.CBIOPORTAL, censored_cnsr=(2,)),
            "--censored-cnsr has no meaning for cBioPortal's files: it explains AVAL and CNSR",
            id="cnsr-of-cbioportal",
        ),
        *(
            pytest.param(
                Request(Path("x"), kind, mapping=mapping_from("m", PLAIN)),
                f"--mapping has no meaning for {Holding(kind).words}: its columns have their meaning by their "
                "names. Leave it out, or say --format wide.",
                id=f"mapping-of-{kind}",
            )
            for kind in (Format.TABLES, Format.ADTTE, Format.CBIOPORTAL)
        ),
        *(
            pytest.param(
                Request(Path("x"), kind, beside=Path("y"), mapping=mapping),
                f"--adsl has no meaning for {Holding(kind).words}: ADSL lies beside ADTTE alone. Leave it out.",
                id=f"second-file-of-{kind}",
            )
            for kind, mapping in ((Format.TABLES, None), (Format.WIDE, mapping_from("m", PLAIN)))
        ),
        pytest.param(
            Request(Path("x"), Format.WIDE, treatment="ARM", mapping=mapping_from("m", PLAIN)),
            "--treatment has no meaning for a wide table of dates: its treatment is named by its columns",
            id="treatment-of-a-wide-table",
        ),
        pytest.param(
            Request(Path("x"), Format.ADTTE, treatment="ARM"),
            "--treatment has no meaning for ADTTE: its treatment is named by its columns",
            id="treatment-of-a-trial",
        ),
        *(
            pytest.param(
                Request(Path("x"), kind, sheet="s"),
                f"--sheet has no meaning for {Holding(kind).words}: all tables of it are read. Leave it out.",
                id=f"sheet-of-{kind}",
            )
            for kind in (Format.TABLES, Format.CBIOPORTAL)
        ),
        pytest.param(
            Request(Path("x"), Format.CBIOPORTAL, date_format=DateFormat.ISO),
            "--date-format has no meaning for cBioPortal's files: no column of it is read as a date.",
            id="dates-of-cbioportal",
        ),
    ],
)
def test_a_request_that_lacks_something_is_refused(request_, said):
    with pytest.raises(OptionRefused) as refused:
        request_.check()
    assert str(refused.value).startswith(said)


def test_a_wide_table_of_times_needs_no_day_of_the_export():
    Request(Path("x"), Format.WIDE, mapping=mapping_from("m", OUTCOME)).check()
