"""Profiles of columns, and the draft of a mapping that header and values suggest."""

from __future__ import annotations

import csv
import json

import pytest

from gepnet_core.errors import FileRefused, OptionRefused
from gepnet_core.intake.dates import DateFormat
from gepnet_core.intake.draft import Draft
from gepnet_core.intake.guess import guess
from gepnet_core.intake.guess_values import guess_values
from gepnet_core.intake.mapping import Cell, Group, TimeColumns
from gepnet_core.intake.profile import ColumnProfile, number_kind, profile
from gepnet_core.vocabulary import TimeUnit

DMY, MDY = DateFormat.DMY_SLASH, DateFormat.MDY_SLASH


def column(*values: str, missing: tuple[str, ...] = (), name: str = "x") -> ColumnProfile:
    """Return the profile of a column of these values."""
    return profile([name], [[value] for value in values], missing)[0]


def drafted(**columns: str) -> Draft:
    """Return the draft of a table; a column is its values, parted by blanks ("_" is a blank, "~" is empty)."""
    cells = {
        name: [cell.replace("_", " ").replace("~", "") for cell in text.split()]
        for name, text in columns.items()
    }
    return guess(list(cells), profile(list(cells), zip(*cells.values(), strict=True)))


def groups(draft: Draft) -> list[tuple[str, dict[str, str]]]:
    """Return table and cells of each group; a constant stands after "="."""
    return [
        (group.table, {name: cell.column or f"={cell.value}" for name, cell in group.cells.items()})
        for group in draft.groups
    ]


# profiles


@pytest.mark.parametrize(
    ("values", "formats", "ambiguous", "missing"),
    [
        pytest.param(["13/02/2014", "1/2/2015"], [DMY], False, [], id="a-day-above-12-settles-it"),
        pytest.param(["2/13/2014", "."], [MDY], False, ["."], id="with-a-point-for-missing"),
        pytest.param(["01/02/2014", "03/04/2015"], [DMY, MDY], True, [], id="both-ways"),
        pytest.param(["05/05/2014", "06/06/2015"], [DMY, MDY], False, [], id="both-ways-but-the-same-days"),
        pytest.param(["13/02/2014", "02/13/2014"], [], False, [], id="no-one-format"),
        pytest.param(["2014-02-13", "", "NA"], [DateFormat.ISO], False, ["NA"], id="iso"),
        pytest.param(["2014-02-13 00:00:00"], [DateFormat.ISO], False, [], id="midnight-of-a-workbook"),
        pytest.param(["2014-02-30"], [], False, [], id="not-in-the-calendar"),
        pytest.param(["20140213", "999"], [DateFormat.COMPACT], False, ["999"], id="compact-with-a-number"),
        pytest.param(
            ["13.02.2014", "k.A.", "-99"], [DateFormat.DMY_DOT], False, ["-99", "k.A."], id="german"
        ),
        pytest.param([".", "NA"], [], False, [], id="missing-alone-is-no-date"),
        pytest.param(["13.02.2014", "soon"], [], False, [], id="a-word-that-is-not-missing"),
        pytest.param(["", ""], [], False, [], id="empty"),
    ],
)
def test_a_column_is_of_dates_where_all_but_words_for_missing_fit(values, formats, ambiguous, missing):
    held = column(*values)
    assert (held.date_formats, held.date_ambiguous, held.missing_words) == (formats, ambiguous, missing)


@pytest.mark.parametrize(
    ("values", "number", "missing"),
    [
        pytest.param(["1", "-2", "999"], "whole", [], id="whole-and-999-is-a-number"),
        pytest.param(["1", "2.5", "unknown", "?"], "decimal point", ["?", "unknown"], id="point"),
        pytest.param(["1", "2,5", "nd"], "decimal comma", ["nd"], id="comma"),
        pytest.param(["1.5", "2,5"], "", [], id="both-marks-are-none"),
        pytest.param(["1", "<5"], "", [], id="not-a-number"),
        pytest.param(["ileum", "unknown", "-"], "", [], id="a-word-in-a-text-is-a-finding"),
        pytest.param(["0", "0"], "whole", [], id="nought-alone"),
        pytest.param(["NA"], "", [], id="missing-alone"),
    ],
)
def test_a_column_is_of_numbers_where_all_but_words_for_missing_are(values, number, missing):
    held = column(*values)
    assert (held.number, held.missing_words, held.is_date) == (number, missing, False)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("1", "whole"), ("1.0", "decimal point"), ("1,0", "decimal comma"), ("1,0,0", ""), ("a", "")],
)
def test_a_number_is_told_by_its_mark(text, kind):
    assert number_kind(text) == kind


def test_rows_empty_cells_and_values_are_counted_the_most_frequent_first():
    held = column("b", "a", "", " b ", "none", missing=("None",))
    assert (held.n, held.empty, held.n_distinct, held.distinct) == (5, 2, 2, {"b": 2, "a": 1})


def test_what_is_kept_of_a_column_is_bounded_and_what_it_is_still_follows_from_all():
    days = [f"{1 + n % 28:02d}/{1 + n % 12:02d}/{1900 + n % 200}" for n in range(4200)]
    held = column(*days, "x" * 500)
    assert (held.n, held.n_distinct, len(held.distinct)) == (4201, 1000, 30)
    assert held.date_formats == []
    assert column(*days).date_formats == [DMY]
    assert [len(value) for value in column("x" * 500).distinct] == [80]


def test_a_profile_crosses_to_json_and_back():
    held = column("01/02/2014", "03/04/2015", ".")
    told = json.loads(json.dumps(held.to_json()))
    assert told["date_formats"] == ["DD/MM/YYYY", "MM/DD/YYYY"]
    assert ColumnProfile.from_json(told) == held


# guesses


def test_a_german_chart_review_is_drafted_with_its_values():
    draft = drafted(
        PatNr="1 2",
        Geschlecht="m w",
        Geburtsjahr="1950 1951",
        Primärtumor="ileum pancreas",
        Grading="2 3",
        **{"Ki-67 (%)": "12,5 k.A.", "Datum der Metastasierung": "13.02.2012 k.A."},
        Funktionell="ja nein",
        rfa_date="13.02.2014 03.04.2015",
        rfa_date_2="13.02.2015 ~",
        rfa_date_3="~ ~",
        Systemtherapie_Beginn="13.02.2016 ~",
        Systemtherapie_Wirkstoff="everolimus ~",
        PD_Datum="13.01.2016 ~",
        Ausmaß="x y",
        LetzterKontakt="13.02.2017 03.04.2018",
        Todesdatum="~ 03.04.2018",
        Status="lebend verstorben",
        Geburtsdatum="13.02.1950 13.02.1951",
    )
    assert draft.patient_id == Cell("PatNr")
    assert groups(draft) == [
        (
            "patients",
            {
                "sex": "Geschlecht",
                "birth_year": "Geburtsjahr",
                "primary_site": "Primärtumor",
                "tumour_grade": "Grading",
                "ki67_percent": "Ki-67 (%)",
                "functional": "Funktionell",
                "metastatic_date": "Datum der Metastasierung",
            },
        ),
        ("local_treatments", {"date": "rfa_date", "modality": "=RFA"}),
        ("local_treatments", {"date": "rfa_date_2", "modality": "=RFA"}),
        ("systemic_therapies", {"agent": "Systemtherapie_Wirkstoff", "start_date": "Systemtherapie_Beginn"}),
        ("progressions", {"date": "PD_Datum"}),
        (
            "follow_up",
            {"last_contact_date": "LetzterKontakt", "death_date": "Todesdatum", "vital_status": "Status"},
        ),
    ]
    assert draft.values == {
        "Geschlecht": {"m": "male", "w": "female"},
        "Grading": {"2": "G2", "3": "G3"},
        "Funktionell": {"ja": "yes", "nein": "no"},
        "Status": {"lebend": "alive", "verstorben": "dead"},
    }
    assert (draft.missing, draft.decimal, draft.ambiguous) == (("k.A.",), ",", [])
    assert draft.unused == ["rfa_date_3", "Ausmaß", "Geburtsdatum"]


@pytest.mark.parametrize(
    ("name", "value", "table", "cells"),
    [
        pytest.param(
            "tx1_date", "2014-01-01", "local_treatments", {"date": "tx1_date"}, id="stem-number-role"
        ),
        pytest.param("onstudy", "2014-01-01", "local_treatments", {"date": "onstudy"}, id="onstudy"),
        pytest.param("NST agent", "sunitinib", "systemic_therapies", {"agent": "NST agent"}, id="agent"),
        pytest.param("progression", "2014-01-01", "progressions", {"date": "progression"}, id="progression"),
        pytest.param("PD_extent", "focal", "progressions", {"extent": "PD_extent"}, id="extent"),
        pytest.param("CTCAE grade", "3", "adverse_events", {"ctcae_grade": "CTCAE grade"}, id="ctcae"),
        pytest.param(
            "last seen", "2014-01-01", "follow_up", {"last_contact_date": "last seen"}, id="last-seen"
        ),
        pytest.param("DOD", "2014-01-01", "follow_up", {"death_date": "DOD"}, id="dod"),
        pytest.param("vital_status", "0", "follow_up", {"vital_status": "vital_status"}, id="coded-status"),
        pytest.param("MIB1", "5", "patients", {"ki67_percent": "MIB1"}, id="mib1"),
        pytest.param("yob", "1950", "patients", {"birth_year": "yob"}, id="yob"),
        pytest.param("tumour site", "ileum", "patients", {"primary_site": "tumour site"}, id="tumour-site"),
    ],
)
def test_a_heading_is_known_by_its_synonyms(name, value, table, cells):
    assert groups(drafted(**{name: value})) == [(table, cells)]


@pytest.mark.parametrize(
    ("name", "modality"),
    [
        pytest.param("Date of RFA", "RFA", id="role-of-stem"),
        pytest.param("rfaDate2", "RFA", id="camel-case-and-number"),
        pytest.param("bestrahlung", "EBRT", id="stem-alone"),
        pytest.param("datum_der_resektion", "resection", id="german"),
        pytest.param("surgery date", "surgery", id="surgery-may-be-cytoreductive-and-stays-surgery"),
    ],
)
def test_a_treatment_named_in_the_heading_is_a_constant(name, modality):
    expected = [("local_treatments", {"date": name, "modality": f"={modality}"})]
    assert groups(drafted(**{name: "2014-01-01"})) == expected


@pytest.mark.parametrize(
    ("name", "values"),
    [
        pytest.param("death", "0 1", id="a-death-that-is-no-date"),
        pytest.param("progression", "yes no", id="a-progression-that-is-no-date"),
        pytest.param("yob", "13.02.1950 14.02.1951", id="a-date-of-birth-is-no-year"),
        pytest.param("dob", "1950-02-13 1951-02-13", id="date-of-birth"),
        pytest.param("yob", "50 51", id="a-year-of-two-digits"),
        pytest.param("site", "1 2", id="a-site-that-is-a-number"),
        pytest.param("status", "0 1", id="a-bare-status-of-numbers"),
        pytest.param("ki67", "<1 high", id="ki67-that-is-no-number"),
        pytest.param("rfa_site", "liver bone", id="a-modality-without-a-date"),
        pytest.param("rfa_date", "~ ~", id="an-empty-column"),
    ],
)
def test_a_name_is_not_enough_where_the_values_do_not_fit(name, values):
    draft = drafted(**{name: values})
    assert (draft.groups, draft.endpoints, draft.unused) == ([], [], [name])


@pytest.mark.parametrize(
    ("place", "values", "meaning"),
    [
        pytest.param("sex", ["M", "weiblich", "NA"], {"M": "male", "weiblich": "female", "NA": ""}, id="sex"),
        pytest.param("sex", ["1", "2"], {}, id="bare-numbers-are-not-guessed"),
        pytest.param("sex", ["m", "d"], {"m": "male"}, id="the-rest-is-asked"),
        pytest.param("functional", ["Y", "Nein"], {"Y": "yes", "Nein": "no"}, id="functional"),
        pytest.param("functional", ["1", "0"], {}, id="functional-numbers"),
        pytest.param("vital_status", ["Alive", "tot"], {"Alive": "alive", "tot": "dead"}, id="vital"),
        pytest.param(
            "extent", ["Focal", "multi-focal"], {"Focal": "focal", "multi-focal": "multifocal"}, id="extent"
        ),
        pytest.param("tumour_grade", ["I", "III"], {"I": "G1", "III": "G3"}, id="roman"),
        pytest.param(
            "tumour_grade", ["Grade 2", "G1", "3"], {"Grade 2": "G2", "G1": "G1", "3": "G3"}, id="mixed"
        ),
        pytest.param("tumour_grade", ["1", "4"], {}, id="a-fourth-grade-makes-numbers-unsure"),
        pytest.param("tumour_grade", ["NA"], {}, id="missing-alone-says-nothing"),
    ],
)
def test_what_a_value_stands_for_is_guessed_from_words_alone(place, values, meaning):
    assert guess_values(place, column(*values)) == meaning


def test_a_word_for_missing_that_is_a_finding_elsewhere_is_said_for_its_column_alone():
    draft = drafted(primary="ileum unknown .", ki67="5 unknown 6", dod="2014-01-01 . .")
    assert (draft.missing, draft.values) == ((".",), {"ki67": {"unknown": ""}})


def test_one_column_never_stands_for_two_and_the_second_of_two_is_left():
    draft = drafted(patient="1 2", sex="m f", gender="m f", id="7 8")
    assert (draft.patient_id, groups(draft)) == (Cell("patient"), [("patients", {"sex": "sex"})])
    assert draft.unused == ["gender", "id"]
    draft = drafted(date="2014-01-01", modality="RFA", extent="focal")
    assert groups(draft) == [
        ("local_treatments", {"date": "date", "modality": "modality"}),
        ("progressions", {"extent": "extent"}),
    ]


def test_a_bare_date_is_that_of_a_treatment_only_beside_its_modality():
    assert drafted(id="1", date="2014-01-01").groups == []
    draft = drafted(id="1", date="2014-01-01", modality="RFA", indication="pain")
    cells = {"date": "date", "modality": "modality", "indication": "indication"}
    assert groups(draft) == [("local_treatments", cells)]


def test_the_same_table_gives_the_same_draft():
    table = {"id": "1 2", "sex": "m f", "tx1_date": "2014-01-01 .", "dod": ". 2015-01-01"}
    assert drafted(**table) == drafted(**table)


# times


@pytest.mark.parametrize(
    ("time", "status", "code", "unit", "unsaid"),
    [
        pytest.param("OS_months", "OS_status", "OS", TimeUnit.MONTHS, False, id="os-months"),
        pytest.param("time", "status", "TIME", TimeUnit.DAYS, True, id="time-and-status"),
        pytest.param("days", "cens", "TIME", TimeUnit.DAYS, False, id="days-and-cens"),
        pytest.param("pfs", "pfs_event", "PFS", TimeUnit.DAYS, True, id="a-code-alone"),
        pytest.param("pfs", "event", "PFS", TimeUnit.DAYS, True, id="one-time-one-status"),
        pytest.param("Overall survival (years)", "event_os", "OS", TimeUnit.YEARS, False, id="words"),
        pytest.param("futime", "fustat", "TIME", TimeUnit.DAYS, True, id="follow-up-time"),
    ],
)
def test_time_and_status_are_paired_but_what_a_status_means_stays_open(time, status, code, unit, unsaid):
    draft = drafted(id="1 2", arm="A B", **{time: "10 20", status: "0 1"}, age="60 70")
    (found,) = draft.endpoints
    assert (found.code, found.time, found.status, found.unit) == (code, time, status, unit)
    assert (found.event, found.censored, found.competing) == ((), (), ())
    assert (draft.unsaid_units, draft.treatment, draft.unused) == (
        [code] if unsaid else [],
        Cell("arm"),
        ["age"],
    )


@pytest.mark.parametrize(
    ("columns", "endpoints"),
    [
        pytest.param({"os_time": "1 2", "pfs_status": "0 1", "os_x": "1 2"}, [], id="names-that-differ"),
        pytest.param({"pfs": "1 2", "os": "1 2", "status": "0 1"}, [], id="one-status-for-two-times"),
        pytest.param({"time": "a b", "status": "0 1"}, [], id="a-time-that-is-no-number"),
        pytest.param({"age": "1 2", "status": "0 1"}, [], id="a-number-that-is-no-time"),
        pytest.param(
            {"os": "1 2", "os_event": "0 1", "pfs_days": "1 2", "pfs_cens": "0 1"},
            ["OS", "PFS"],
            id="two-pairs",
        ),
    ],
)
def test_what_does_not_belong_together_is_not_paired(columns, endpoints):
    assert [times.code for times in drafted(**columns).endpoints] == endpoints


def test_dates_are_preferred_to_times_where_both_are_complete():
    dates = {"rfa_date": "2014-01-01 2014-01-02", "last_contact": "2015-01-01 2015-01-02"}
    times = {"os_days": "10 20", "os_status": "0 1"}
    both = drafted(**dates, **times)
    assert ([group.table for group in both.groups], both.endpoints) == (["local_treatments", "follow_up"], [])
    some = drafted(last_contact=dates["last_contact"], **times)
    assert (some.groups, [found.code for found in some.endpoints]) == ([], ["OS"])


# drafts


def test_a_complete_draft_becomes_a_mapping():
    draft = drafted(id="1 2", rfa_date="01/02/2014 .", last_contact="2015-01-01 2015-01-02", sex="m f")
    assert draft.ambiguous == ["rfa_date"]
    draft.dates["rfa_date"] = DMY
    mapping = draft.to_mapping()
    assert mapping.groups == tuple(draft.groups)
    assert (mapping.patient_id, mapping.missing, mapping.dates) == (Cell("id"), (".",), {"rfa_date": DMY})
    assert (mapping.values, mapping.treatment) == ({"sex": {"m": "male", "f": "female"}}, None)


def test_a_draft_of_times_becomes_a_mapping_when_the_events_are_said():
    draft = drafted(id="1 2", os_days="10 20", os_status="0 1")
    with pytest.raises(
        FileRefused, match="endpoint OS needs the status values that mean an event"
    ) as refused:
        draft.to_mapping()
    assert refused.value.rule == "mapping"
    said = TimeColumns("OS", "overall survival", "os_days", "os_status", event=("1",), censored=("0",))
    draft.endpoints = [said]
    assert (draft.to_mapping().endpoints, draft.to_mapping().treatment) == (
        (said,),
        Cell(value="not recorded"),
    )


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        pytest.param(
            {"onstudy": "2014-01-01", "dod": "2015-01-01"},
            "A local treatment (onstudy) has no modality. Choose a column, or say a modality for all rows.",
            id="no-modality",
        ),
        pytest.param(
            {"modality": "RFA", "dod": "2015-01-01"},
            "A local treatment (modality) has no date. Choose a column, or say a date for all rows.",
            id="no-date",
        ),
        pytest.param(
            {"rfa_date": "01/02/2014", "dod": "01/02/2015"},
            "'rfa_date', 'dod': dates read both day first and month first. Say the date format.",
            id="ambiguous-dates",
        ),
    ],
)
def test_an_incomplete_draft_says_what_it_lacks(columns, words):
    with pytest.raises(OptionRefused) as refused:
        drafted(**columns).to_mapping()
    assert str(refused.value) == words


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        pytest.param({"note": "a"}, "needs either tables with dates", id="nothing-found"),
        pytest.param({"rfa_date": "2014-01-01"}, "and follow_up (last contact or death)", id="no-follow-up"),
    ],
)
def test_a_draft_that_no_mapping_file_may_be_is_refused_in_its_words(columns, words):
    with pytest.raises(FileRefused) as refused:
        drafted(**columns).to_mapping()
    assert (refused.value.rule, words in str(refused.value)) == ("mapping", True)


# a real file


def test_a_trial_with_points_for_missing_is_profiled_and_drafted(realdata):
    header, *rows = csv.reader((realdata / "pancreatic.csv").read_text(encoding="utf-8").splitlines())
    held = {column.name: column for column in profile(header, rows)}
    assert {name: column.n for name, column in held.items()} == dict.fromkeys(header, 41)
    assert {name: column.date_formats for name, column in held.items()} == {
        "stage": [],
        "onstudy": [MDY],
        "progression": [MDY],
        "death": [MDY],
    }
    assert (held["stage"].distinct, held["stage"].number) == ({"M": 33, "LA": 8}, "")
    assert {name: column.missing_words for name, column in held.items() if column.missing_words} == {
        "progression": ["."]
    }
    assert held["progression"].distinct["."] == 15
    draft = guess(header, list(held.values()))
    assert draft.patient_id == Cell(row_number=True)
    assert draft.groups == [
        Group("local_treatments", {"date": Cell("onstudy")}),
        Group("progressions", {"date": Cell("progression")}),
        Group("follow_up", {"death_date": Cell("death")}),
    ]
    # each column has a day above 12, so that none reads both ways as a whole
    assert (draft.missing, draft.ambiguous, draft.unused) == ((".",), [], ["stage"])


def test_rows_of_a_trial_that_all_read_both_ways_are_to_be_asked(realdata):
    header, *rows = csv.reader((realdata / "pancreatic.csv").read_text(encoding="utf-8").splitlines())
    low = [row for row in rows if all(cell == "." or int(cell.split("/")[1]) <= 12 for cell in row[1:])]
    draft = guess(header, profile(header, low))
    assert [row[1:] for row in low] == [
        ["3/2/2007", ".", "11/1/2008"],
        ["4/8/2007", ".", "12/8/2009"],
        ["3/2/2009", ".", "8/11/2010"],
    ]
    assert draft.ambiguous == ["onstudy", "death"]
