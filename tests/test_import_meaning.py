"""What an import must not change: who had an event, when, and in which group; each case was wrong once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gepnet_core.errors import ControlMissing, FileRefused
from gepnet_core.export_tables import write_tables
from gepnet_core.intake.mapping import mapping_from
from gepnet_core.intake.request import Format, Request
from gepnet_core.selection import Selection
from gepnet_core.settings import Settings, parse_settings
from gepnet_core.side_effects import side_effects
from gepnet_core.store import DataSet, Shelf, open_dataset
from gepnet_core.store.build import Prepared, build, prepare

EXTRACTED = date(2017, 12, 31)
TIMES = """
patient_id = "id"
treatment = "arm"
[[endpoints]]
code = "OS"
time = "time"
status = "status"
event = ["1"]
censored = ["0"]
"""
DATES = """
patient_id = "id"
[patients]
metastatic_date = "met"
[[local_treatments]]
date = "tx"
modality = "kind"
[follow_up]
last_contact_date = "seen"
death_date = "death"
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """An empty shelf."""
    return Shelf(tmp_path / "shelf")


@pytest.fixture
def wide(tmp_path: Path):
    """Write a wide file and return the request of its import by a mapping."""

    def request(text: str, mapping: str, **more) -> Request:
        path = tmp_path / "wide.csv"
        path.write_text(text, encoding="utf-8")
        return Request(
            path, Format.WIDE, mapping=mapping_from("mapping.toml", mapping), extracted=EXTRACTED, **more
        )

    return request


@pytest.fixture
def adtte(tmp_path: Path):
    """Write an ADTTE file, and ADSL, and return the request of its import."""

    def request(text: str, adsl: str = "", **more) -> Request:
        path, beside = tmp_path / "adtte.csv", tmp_path / "adsl.csv"
        path.write_text(text, encoding="utf-8")
        beside.write_text(adsl, encoding="utf-8")
        return Request(path, Format.ADTTE, beside=beside if adsl else None, **more)

    return request


def made(shelf: Shelf, request: Request, name: str = "made") -> DataSet:
    """Import and open."""
    build(shelf, name, request)
    return open_dataset(shelf, name)


def refused(tmp_path: Path, request: Request) -> Prepared:
    """Prepare what must be refused."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    found = prepare(request, folder)
    assert found.current is None
    return found


def rules(found: Prepared) -> dict[str, int]:
    """Return how often each rule was broken."""
    return {rule: n for rule, n in found.report.counts.items() if n}


def test_two_endpoints_of_one_code_would_count_everybody_twice():
    with pytest.raises(FileRefused, match="two endpoints have one code"):
        mapping_from("mapping.toml", TIMES + TIMES.split("\n", 3)[3].replace('"OS"', '"os"'))


def test_one_id_for_all_rows_would_make_one_patient():
    with pytest.raises(
        FileRefused, match=r"'patient_id' needs the name of a column, or \{ row_number = true \}"
    ):
        mapping_from("mapping.toml", TIMES.replace('patient_id = "id"', 'patient_id = { value = "x" }'))


def test_values_of_baseline_columns_are_mapped(shelf, wide):
    text = "id,arm,time,status,age,sex\n1,a,10,1,60,m\n2,a,20,0,999,M\n3,b,30,1,70,f\n"
    values = '[values.age]\n"999" = ""\n[values.sex]\nm = "male"\nM = "male"\nf = "female"\n'
    data = made(shelf, wide(text, TIMES + values))
    rows = data.database.rows("SELECT patient_id, age, sex FROM cohort ORDER BY 1")
    assert rows == [("1", 60, "male"), ("2", None, "male"), ("3", 70, "female")]
    assert {column.name: column.kind for column in data.baseline}["age"] == "numeric"


def test_a_decimal_comma_holds_for_baseline_columns(shelf, wide):
    text = "id;arm;time;status;ki\n1;a;10;1;50,5\n2;a;20;0;7,25\n3;b;30;1;60\n"
    data = made(shelf, wide(text, TIMES + '[reading]\ndecimal = "comma"\n'))
    assert data.database.rows("SELECT ki FROM cohort ORDER BY patient_id") == [(50.5,), (7.25,), (60.0,)]


def test_another_choice_of_baseline_columns_is_another_version(shelf, wide):
    text = "id,arm,time,status,age,size\n1,a,10,1,60,3\n2,b,20,0,70,4\n"
    first = made(shelf, wide(text, 'baseline = ["age"]\n' + TIMES))
    second = made(shelf, wide(text, 'baseline = ["size"]\n' + TIMES))
    assert first.version != second.version
    assert [column.name for column in second.baseline] == ["size"]
    assert [column.name for column in open_dataset(shelf, "made", first.version).baseline] == ["age"]


def test_an_explained_code_is_another_version_without_the_old_warning(shelf, adtte):
    text = "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR\n1,a,OS,OS,10,DAYS,2\n2,a,OS,OS,20,DAYS,0\n"
    first, report = build(shelf, "made", adtte(text))
    second, silent = build(shelf, "made", adtte(text, censored_cnsr=(2,)))
    assert (report.counts["cnsr-unexplained"], silent.counts["cnsr-unexplained"]) == (1, 0)
    assert first.version != second.version


BARE = """\
id,met,tx,kind,seen,death
1,2013-01-01,2014-03-01,RFA,2016-01-01,
2,2013-01-01,2014-04-01,RFA,,2015-01-01
"""


def test_what_a_file_does_not_hold_is_not_counted_as_nothing(shelf, wide):
    data = made(shelf, wide(BARE, DATES))
    assert list(data.endpoints) == ["OS"]
    assert data.database.rows("SELECT DISTINCT endpoint FROM time_to_event") == [("OS",)]
    assert not {"systemic_agents_so_far", "on_systemic_therapy"} & {column.name for column in data.baseline}
    with pytest.raises(ControlMissing, match="holds no record of side effects"):
        side_effects(data, Selection())


def test_what_is_not_recorded_survives_a_way_out_and_in(shelf, wide, tmp_path):
    first = made(shelf, wide(BARE, DATES))
    write_tables(first, tmp_path / "tables.zip")
    request = Request(tmp_path / "tables.zip", Format.TABLES, extracted=EXTRACTED)
    again = made(shelf, request, "again")
    assert list(again.endpoints) == ["OS"]
    assert again.version == first.version


def test_a_table_that_is_not_recorded_may_be_absent():
    assert parse_settings("s", 'not_recorded = ["progressions"]').not_recorded == ("progressions",)
    with pytest.raises(FileRefused, match="'follow_up' cannot be absent"):
        parse_settings("s", 'not_recorded = ["follow_up"]')


SYSTEMIC = """
[[systemic_therapies]]
agent = "agent1"
start_date = "start1"
[[systemic_therapies]]
agent = "agent2"
start_date = "start2"
"""


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        pytest.param("everolimus", "sunitinib", 1, id="another-agent"),
        pytest.param("octreotide LAR", "Octreotide  lar", 0, id="case-and-blanks"),
        pytest.param("everolimus; octreotide", "everolimus", 0, id="one-of-two-ticked-before"),
        pytest.param("octreotide", "octreotide; everolimus", 1, id="a-second-one-added"),
    ],
)
def test_a_new_agent_is_one_that_was_not_taken(shelf, wide, before: str, after: str, status: int):
    text = (
        "id,met,tx,kind,seen,death,agent1,start1,agent2,start2\n"
        f"1,2013-01-01,2014-03-01,RFA,2016-01-01,,{before},2013-05-01,{after},2015-01-01\n"
    )
    data = made(shelf, wide(text, DATES + SYSTEMIC))
    sql = "SELECT status FROM time_to_event WHERE endpoint = 'TTNST'"
    assert data.database.rows(sql) == [(status,)]


@pytest.mark.parametrize("turned", [False, True], ids=["resection-first", "resection-second"])
def test_a_side_effect_of_two_treatments_on_one_day_is_that_of_the_index_treatment(shelf, wide, turned: bool):
    kinds = ("RFA", "resection") if turned else ("resection", "RFA")
    text = (
        "id,met,tx,kind,tx2,kind2,seen,death,ae,term,grade\n"
        f"1,2013-01-01,2014-03-01,{kinds[0]},2014-03-01,{kinds[1]},2016-01-01,,2014-03-04,fever,3\n"
    )
    more = """
[[local_treatments]]
date = "tx2"
modality = "kind2"
[[adverse_events]]
date = "ae"
term = "term"
ctcae_grade = "grade"
[settings]
modalities = [{ value = "resection", label = "Resection" }, { value = "RFA", label = "RFA" }]
"""
    data = made(shelf, wide(text, DATES + more))
    sql = (
        "SELECT modality FROM source.local_treatments t JOIN source.adverse_events a "
        "ON a.treatment = t.treatment_id"
    )
    assert data.database.rows(sql) == [("resection",)]
    assert data.database.rows("SELECT modality FROM cohort") == [("resection",)]


HEAD = "USUBJID,TRT01P,PARAMCD,PARAM,AVAL,AVALU,CNSR\n"


def test_a_treatment_on_which_adtte_and_adsl_disagree_is_refused(tmp_path, adtte):
    found = refused(
        tmp_path, adtte(HEAD + "1,A,OS,OS,10,DAYS,0\n2,B,OS,OS,9,DAYS,0\n", "USUBJID,TRT01P\n1,A\n2,A\n")
    )
    assert rules(found) == {"adsl-differs": 1}
    assert [(one.line, one.column, one.patient) for one in found.report.findings] == [(3, "TRT01P", "2")]


def test_a_treatment_that_adtte_leaves_open_comes_from_adsl(shelf, adtte):
    data = made(shelf, adtte(HEAD + "1,,OS,OS,10,DAYS,0\n2,B,OS,OS,9,DAYS,0\n", "USUBJID,TRT01P\n1,A\n2,B\n"))
    assert data.database.rows("SELECT patient_id, modality FROM cohort ORDER BY 1") == [
        ("1", "A"),
        ("2", "B"),
    ]


def test_settings_that_choose_by_dates_are_refused_where_there_are_none(tmp_path, adtte):
    settings = Settings(window_from=date(2015, 1, 1))
    found = refused(tmp_path, adtte(HEAD + "1,A,OS,OS,10,DAYS,0\n", settings=settings))
    assert rules(found) == {"mapping": 1}
    assert "a file of times has none" in found.report.findings[0].words


def test_words_for_missing_in_the_settings_hold_beside_a_mapping(shelf, wide):
    text = (
        BARE.replace(",death\n", ",death,site\n")
        .replace(",\n", ",,k.A.\n")
        .replace("2015-01-01\n", "2015-01-01,liver\n")
    )
    mapping = DATES.replace('metastatic_date = "met"', 'metastatic_date = "met"\nprimary_site = "site"')
    data = made(shelf, wide(text, mapping, settings=Settings(missing=("k.A.",), focal_only=False)))
    rows = data.database.rows("SELECT primary_site FROM source.patients ORDER BY patient_id")
    assert rows == [(None,), ("liver",)]


@pytest.mark.parametrize(
    ("pfs", "os", "found"),
    [
        pytest.param(
            "200,DAYS,0", "100,DAYS,1", {"after-last-contact": 1}, id="event-after-last-known-alive"
        ),
        pytest.param("100,DAYS,0", "100,DAYS,1", {}, id="event-on-the-last-day"),
        pytest.param("200,DAYS,1", "100,DAYS,1", {}, id="watched-longer-without-event"),
        pytest.param("101,DAYS,1", "100,DAYS,0", {"after-death": 1}, id="after-death"),
        pytest.param("369,DAYS,0", "12.1,MONTHS,0", {}, id="a-day-by-rounding-months"),
        pytest.param("371,DAYS,0", "12.1,MONTHS,0", {"after-death": 1}, id="more-than-rounding"),
    ],
)
def test_no_event_comes_after_the_end_of_observation_that_os_tells(tmp_path, adtte, pfs, os, found):
    folder = tmp_path / "scratch"
    folder.mkdir()
    request = adtte(f"{HEAD}1,A,PFS,PFS,{pfs}\n1,A,OS,OS,{os}\n")
    counts = rules(prepare(request, folder))
    assert {rule: n for rule, n in counts.items() if rule.startswith("after")} == found


def test_one_mistyped_day_does_not_turn_a_column(tmp_path, wide):
    text = "id,met,tx,kind,seen,death\n1,01/02/2013,25/01/2014,RFA,04/05/2015,03/25/2015\n"
    found = refused(
        tmp_path, wide(text, DATES.replace('last_contact_date = "seen"\n', "").replace('"met"', '"tx"'))
    )
    assert rules(found) == {"date-ambiguous": 2}
    assert {one.column for one in found.report.findings} == {"tx", "death"}


def test_a_draft_of_a_mapping_is_written_and_says_what_is_open(cli, tmp_path):
    path = tmp_path / "review.csv"
    path.write_text("Pat. No.,time,status\n1,10,1\n2,20,2\n", encoding="utf-8")
    answer = cli("mapping", path, "--out", tmp_path / "draft.toml")
    assert answer.code == 0
    assert 'patient_id = "Pat. No."' in (tmp_path / "draft.toml").read_text(encoding="utf-8")
    assert "say which values of 'status' are an event, which censored" in answer.said


def test_without_an_indication_every_local_treatment_counts_and_that_is_said(shelf, wide):
    _, report = build(shelf, "made", wide(BARE, DATES))
    assert any(note.startswith("The file holds no indication") for note in report.notes)
    assert open_dataset(shelf, "made").n == 2


def test_the_step_that_leaves_nobody_says_what_it_needs(tmp_path, wide):
    mapping = DATES.replace('[patients]\nmetastatic_date = "met"\n', "")
    found = refused(tmp_path, wide(BARE, mapping))
    assert (
        "It needs metastatic_date of the patients: fill it in, or map its column. Or waive the step: set "
        "eligibility.metastatic to false." in found.report.findings[-1].words
    )


def test_the_rare_spelling_is_the_wrong_one(tmp_path, wide):
    rows = "".join(
        f"{n},2013-01-01,2014-03-01,{'rfa ' if n == 1 else 'RFA'},2016-01-01,\n" for n in range(1, 6)
    )
    found = refused(tmp_path, wide("id,met,tx,kind,seen,death\n" + rows, DATES))
    assert [(one.line, one.words) for one in found.report.findings if one.rule == "spelling"] == [
        (2, "'rfa' is 'RFA' spelled otherwise. Use one spelling.")
    ]


def test_an_indication_that_does_not_matter_blocks_nothing(shelf, wide):
    text = BARE.replace("kind,", "kind,why,").replace("RFA,", "RFA,Focal Progression,")
    mapping = DATES.replace('modality = "kind"', 'modality = "kind"\nindication = "why"')
    data = made(shelf, wide(text, mapping, settings=Settings(focal_only=False)))
    assert data.n == 2


def test_an_agent_that_nobody_knows_may_be_said_to_be_unknown(tmp_path, wide):
    text = (
        "id,met,tx,kind,seen,death,agent1,start1,agent2,start2\n"
        "1,2013-01-01,2014-03-01,RFA,2016-01-01,,,2013-05-01,sunitinib,2015-01-01\n"
    )
    found = refused(tmp_path, wide(text, DATES + SYSTEMIC))
    assert "Or write “unknown” where nobody knows it." in found.report.findings[0].words
