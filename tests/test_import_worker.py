"""The process that reads files: its bounds, its end, what it tells; a first look; reports to take away."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gepnet_core.errors import CohortError, OptionRefused
from gepnet_core.importer import apart
from gepnet_core.importer.apart import Import, peek_apart, prepare_apart
from gepnet_core.importer.draft_codec import draft_from, draft_mapping, questions
from gepnet_core.importer.sniff import sniffed, with_format
from gepnet_core.intake.limits import DEFAULT, MIB, Limits
from gepnet_core.intake.mapping import Cell, ColumnMapping, mapping_from
from gepnet_core.intake.reading import Sheet
from gepnet_core.intake.report import MOST_KEPT, Report
from gepnet_core.intake.report_files import write_report
from gepnet_core.intake.request import Format, Request
from gepnet_core.store import Shelf
from gepnet_core.store.scratch import scratch_folder
from tests.conftest import ROOT, everything_below

DEADLINE = 20  # seconds until a test gives up; on a quiet machine nothing takes a tenth of it
COHORT = ROOT / "data" / "synthetic"
ADTTE = "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR\n"
EXTRACTED = date(2020, 1, 1)


def trial(path: Path, n: int) -> Path:
    """Write an ADTTE file of n subjects."""
    rows = (
        f"S{k},{'drug' if k % 2 else 'none'},OS,Survival,{k % 900 + 1},DAYS,{k % 3 % 2}\n" for k in range(n)
    )
    path.write_text(ADTTE + "".join(rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def long_trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that takes several seconds to read."""
    return trial(tmp_path_factory.mktemp("long") / "long.csv", 300_000)


@pytest.fixture
def read(shelf: Shelf) -> Callable[..., Import]:
    """Read a file apart, in a scratch folder beside the data sets, and check that the shelf stays as it was."""

    def prepared(request: Request, **options) -> Import:
        before = everything_below(shelf.root)
        try:
            with scratch_folder(shelf.root) as folder:
                return prepare_apart(request, folder, **options)
        finally:
            assert everything_below(shelf.root) == before

    return prepared


def until(happened: Callable[[], object], what: str) -> None:
    """Wait for something that must happen soon."""
    end = time.monotonic() + DEADLINE
    while not happened():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def runs(pid: int) -> bool:
    """Return True while a process runs; one that has ended and was not waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


# bounds ----------------------------------------------------------------------------------------------------


def test_a_file_is_read_within_the_bounds(read, tmp_path):
    found = read(
        Request(trial(tmp_path / "small.csv", 30)), limits=Limits(memory_bytes=1024 * MIB, seconds=60)
    )
    assert (found.format, found.report.findings) == (Format.ADTTE, [])
    assert found.current.rows["cohort"] == 30
    assert found.effect["eligible"] == 30
    assert found.effect["endpoints"] == [
        {"code": "OS", "name": "Survival", "n": 30, "events": 20, "censored": 10, "competing": 0}
    ]


def test_a_file_that_needs_more_memory_than_it_may_is_refused_in_words(read, tmp_path):
    folder = tmp_path / "tables"
    folder.mkdir()
    for path in COHORT.glob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())
    patient = (folder / "progressions.csv").read_text(encoding="utf-8").splitlines()[1]
    (folder / "progressions.csv").write_text("patient_id,date,extent\n" + f"{patient}\n" * 400_000)
    fits = Request(COHORT, Format.TABLES, extracted=EXTRACTED)
    assert read(fits).path is not None  # from here on the worker holds all that it loads
    found = read(Request(folder, Format.TABLES, extracted=EXTRACTED), limits=Limits(memory_bytes=600 * MIB))
    assert [(one.rule, one.file) for one in found.report.findings] == [("file-limit", "tables")]
    assert found.report.findings[0].words == (
        "needs more than 600 MiB to be read. Split the file or leave out what is not needed."
    )
    assert (found.path, found.current, found.effect) == (None, None, None)
    assert read(fits).path is not None  # the next one is


def test_a_file_that_takes_longer_than_it_may_is_refused_in_words(read, long_trial):
    started = time.monotonic()
    with pytest.raises(CohortError) as refused:
        read(Request(long_trial), limits=Limits(seconds=1))
    assert str(refused.value) == "long.csv took longer than 1 s to read. Split the file; nothing was changed."
    assert 1 <= time.monotonic() - started < DEADLINE


def test_a_file_of_more_rows_than_may_be_is_told_with_the_bound(read, tmp_path):
    found = read(Request(trial(tmp_path / "rows.csv", 11)), limits=Limits(rows=10))
    assert [(one.rule, one.line) for one in found.report.findings] == [("file-limit", 12)]
    assert "has more than 10 rows, the most of an import." in found.report.findings[0].words


# the end ---------------------------------------------------------------------------------------------------

ASKING = """
import sys
from pathlib import Path
from gepnet_core.importer import apart
from gepnet_core.intake.request import Request

def progress(phase, rows):
    worker = apart_worker[0]
    print(worker.process.pid, flush=True)

apart_worker = []
made = apart._Worker.__init__
def remembered(self):
    made(self)
    apart_worker.append(self)
apart._Worker.__init__ = remembered
apart.run("prepare", Request(Path(sys.argv[1])), Path(sys.argv[2]), apart.DEFAULT, progress)
"""


def children(pid: int) -> list[int]:
    """Return the processes that a process started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (
                    (entry / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
                )
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(stat[1]) == pid:
                found.append(int(entry.name))
    return found


def test_who_reads_ends_with_who_asked(tmp_path, long_trial):
    with subprocess.Popen(
        [sys.executable, "-c", ASKING, str(long_trial), str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as asking:
        try:
            worker = int(asking.stdout.readline())
            until(lambda: children(worker), "the job has no process of its own")
            [child] = children(worker)
            assert runs(worker)
            assert runs(child)
        finally:
            asking.kill()
        until(lambda: not runs(child), "the reading process outlives the one that asked")
        until(lambda: not runs(worker), "the worker outlives the one that asked")
    assert not (tmp_path / "version.duckdb").exists()


def idle_worker() -> apart._Worker:
    """Return the worker that waits for the next job."""
    assert apart._idle
    return apart._idle[-1]


def test_a_worker_is_kept_for_the_next_file(read, tmp_path):
    request = Request(trial(tmp_path / "small.csv", 3))
    read(request)
    worker = idle_worker()
    read(request)
    assert idle_worker() is worker
    loaded = Path(f"/proc/{worker.process.pid}/maps").read_text(encoding="utf-8")
    assert "/pandas/" in loaded, "no job after the first waits for it"


def test_a_worker_that_was_killed_between_two_files_is_replaced(read, tmp_path):
    request = Request(trial(tmp_path / "small.csv", 3))
    read(request)
    workers = [worker.process.pid for worker in apart._idle]
    for pid in workers:
        os.kill(pid, signal.SIGKILL)  # and not waited for: the next file comes at once
    assert read(request).current.rows["cohort"] == 3
    assert idle_worker().process.pid not in workers


def test_two_files_are_read_at_once_from_two_threads(shelf, tmp_path):
    meet = threading.Barrier(2, timeout=DEADLINE)
    found: dict[str, int] = {}

    def ask(name: str, n: int) -> None:
        met = False

        def progress(*_: object) -> None:
            nonlocal met
            if not met:
                met = True
                meet.wait()  # passes only while the other one is being read as well

        with scratch_folder(shelf.root) as folder:
            told = prepare_apart(Request(trial(tmp_path / name, n)), folder, progress=progress)
            found[name] = told.current.patients

    threads = [threading.Thread(target=ask, args=told) for told in (("a.csv", 40), ("b.csv", 70))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert found == {"a.csv": 40, "b.csv": 70}
    assert not meet.broken


# what it tells ---------------------------------------------------------------------------------------------


def test_progress_is_told_by_phase_and_rows(read, tmp_path):
    told: list[tuple[str, int]] = []
    read(Request(trial(tmp_path / "rows.csv", 10_000)), progress=lambda *step: told.append(step))
    assert told == [
        ("reading rows.csv", 0),
        ("reading rows.csv", 5_000),
        ("reading rows.csv", 10_000),
        ("writing", 0),
    ]


def test_a_fault_of_the_program_is_a_sentence(read, tmp_path):
    with pytest.raises(CohortError) as fault:
        read(Request(trial(tmp_path / "small.csv", 3)), limits=replace(DEFAULT, columns="many"))
    words = str(fault.value)
    assert words.startswith(
        "The file could not be read, by a fault of this program (TypeError at heading.py:"
    )
    assert words.endswith("). Nothing was changed.")
    assert "Traceback" not in words


def test_a_mapping_that_would_not_be_read_from_a_file_is_refused_in_words(read, tmp_path):
    request = Request(trial(tmp_path / "small.csv", 3), mapping=ColumnMapping(Cell("USUBJID")))
    with pytest.raises(CohortError, match="needs either tables with dates"):
        read(request)


def test_an_option_that_is_missing_is_refused_as_such(read):
    with pytest.raises(OptionRefused, match="The day on which the data were exported is needed"):
        read(Request(COHORT))


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    request = Request(trial(tmp_path / "small.csv", 3))
    with pytest.raises(CohortError, match=r"The data folder cannot be written \(No such file or directory\)"):
        prepare_apart(request, tmp_path / "not there")


def test_a_relative_path_means_the_folder_of_the_one_who_asks(read, tmp_path, monkeypatch):
    trial(tmp_path / "here.csv", 3)
    monkeypatch.chdir(tmp_path)
    assert read(Request(Path("here.csv"))).current.patients == 3


def test_a_folder_that_an_ended_job_left_is_used_again(tmp_path):
    (tmp_path / "version.duckdb").write_bytes(b"half a version")
    assert prepare_apart(Request(trial(tmp_path / "small.csv", 3)), tmp_path).current.patients == 3


# a first look ----------------------------------------------------------------------------------------------

REVIEW = """patient_id;Geschlecht;Operation;Verfahren;letzter Kontakt;gestorben;Ki67
A;w;30.01.2014;RFA;31.03.2015;;2,5
B;m;11.02.2014;HAE;16.04.2015;16.04.2015;12,5
"""
DICTIONARY = """Variable / Field Name,Form Name,Field Type,Field Label,"Choices, Calculations, OR Slider Labels"
record_id,base,text,Record,
sex,base,radio,Sex,"1, female | 2, male"
"""
EXPORT = "record_id,redcap_event_name,sex\n1,base,1\n2,base,2\n"
CLINICAL = """#Patient\tMonths\tStatus
#id\tmonths\tstatus
#STRING\tNUMBER\tSTRING
#1\t1\t1
PATIENT_ID\tOS_MONTHS\tOS_STATUS
P1\t12.5\t1:DECEASED
P2\t30\t0:LIVING
"""


def look(tmp_path: Path, name: str, text: str, beside: str = "") -> dict[str, object]:
    (tmp_path / name).write_text(text, encoding="utf-8")
    if beside:
        (tmp_path / "dictionary.csv").write_text(beside, encoding="utf-8")
    other = tmp_path / "dictionary.csv" if beside else None
    return peek_apart(Request(tmp_path / name, beside=other), tmp_path)


def test_a_first_look_at_source_tables_shows_every_table(tmp_path):
    told = peek_apart(Request(COHORT), tmp_path)
    assert told["format"] == "tables"
    assert "synthetic" in told["settings"]
    by_name = {sheet["name"]: sheet for sheet in told["sheets"]}
    patients = by_name["patients"]
    assert patients["file"] == "patients.csv"
    assert patients["header"][:2] == ["patient_id", "sex"]
    lines = (COHORT / "patients.csv").read_text(encoding="utf-8").splitlines()
    assert patients["n"] == len(lines) - 1
    assert patients["rows"] == list(csv.reader(lines[1:21]))
    assert set(by_name) >= {"patients", "local_treatments", "follow_up"}


def test_a_first_look_at_a_wide_table_drafts_a_mapping(tmp_path):
    told = look(tmp_path, "review.csv", REVIEW)
    [sheet] = told["sheets"]
    assert (told["format"], sheet["name"], sheet["n"]) == (None, "review", 2)
    assert sheet["header"][:3] == ["patient_id", "Geschlecht", "Operation"]
    assert sheet["rows"][0] == ["A", "w", "30.01.2014", "RFA", "31.03.2015", "", "2,5"]
    assert [column["name"] for column in sheet["profile"]] == sheet["header"]
    draft = draft_from(sheet["draft"])
    assert draft.patient_id == Cell("patient_id")
    mapping = draft_mapping(draft, replace(Request(Path("x")).reading, delimiter=";", decimal=","))
    assert mapping_from("draft.toml", mapping.to_toml()) == mapping
    assert mapping.of("local_treatments")[0].cells["date"] == Cell("Operation")
    assert mapping.of("follow_up")[0].cells["last_contact_date"] == Cell("letzter Kontakt")
    assert all(question.endswith(".") for question in questions(draft))


def test_a_first_look_at_a_trial_tells_the_format(tmp_path):
    trial(tmp_path / "adtte.csv", 25)
    told = peek_apart(Request(tmp_path / "adtte.csv"), tmp_path)
    [sheet] = told["sheets"]
    assert (told["format"], sheet["n"], len(sheet["rows"])) == ("adtte", 25, 20)
    assert sheet["rows"][1] == ["S1", "drug", "OS", "Survival", "2", "DAYS", "1"]
    assert told["settings"] == ""


def test_a_first_look_at_redcap_decodes_by_the_dictionary(tmp_path):
    assert look(tmp_path, "export.csv", EXPORT)["format"] == "redcap"
    told = look(tmp_path, "export.csv", EXPORT, DICTIONARY)
    assert told["format"] == "redcap"
    assert told["sheets"][0]["rows"] == [["1", "base", "female"], ["2", "base", "male"]]
    assert told["report"]["findings"] == []


def test_a_first_look_at_cbioportal_passes_over_the_comments(tmp_path):
    told = look(tmp_path, "data_clinical_patient.txt", CLINICAL)
    [sheet] = told["sheets"]
    assert (told["format"], sheet["n"]) == ("cbioportal", 2)
    assert sheet["rows"] == [["P1", "12.5", "1:DECEASED"], ["P2", "30", "0:LIVING"]]


def test_a_first_look_at_what_cannot_be_read_is_a_report(tmp_path):
    told = look(tmp_path, "broken.csv", "a,,b\n1,2,3\n")
    assert told["sheets"] == []
    assert [(one["rule"], one["line"]) for one in told["report"]["findings"]] == [("header-name", 1)]


def test_a_first_look_counts_the_rows_that_break_a_rule(tmp_path):
    told = look(tmp_path, "short.csv", "a,b\n1,2\n1\n3,4\n")
    assert told["sheets"][0]["n"] == 2
    assert [(one["rule"], one["line"]) for one in told["report"]["findings"]] == [("row-length", 3)]


def test_a_first_look_at_a_zip_shows_its_tables(tmp_path):
    with zipfile.ZipFile(tmp_path / "cohort.zip", "w") as archive:
        for path in COHORT.glob("*.csv"):
            archive.write(path, path.name)
    told = peek_apart(Request(tmp_path / "cohort.zip"), tmp_path)
    assert told["format"] == "tables"
    assert told["sheets"][0]["file"].startswith("cohort.zip, ")


def sheet(header: str, name: str = "file", comments: tuple[str, ...] = ()) -> Sheet:
    return Sheet(f"{name}.csv", name, header.split(), 1, iter(()), list(comments))


@pytest.mark.parametrize(
    ("sheets", "expected"),
    [
        pytest.param([sheet("patient_id sex", "patients")], Format.TABLES, id="sheet-named-patients"),
        pytest.param([sheet("patient_id sex", "Patients")], Format.TABLES, id="whatever-the-case"),
        pytest.param(
            [sheet("a b", "Follow up"), sheet("a b", "Local treatments")],
            Format.TABLES,
            id="two-tables-by-name",
        ),
        pytest.param([sheet("a b", "follow_up")], None, id="one-table-by-name"),
        pytest.param([sheet("USUBJID PARAMCD AVAL CNSR")], Format.ADTTE, id="adtte"),
        pytest.param([sheet("usubjid paramcd aval cnsr")], Format.ADTTE, id="adtte-in-small-letters"),
        pytest.param([sheet("USUBJID PARAMCD AVAL")], Format.ADTTE, id="adtte-without-cnsr"),
        pytest.param([sheet("USUBJID AVAL")], None, id="two-of-four-are-not-enough"),
        pytest.param(
            [sheet("PATIENT_ID AGE", comments=("Id",))], Format.CBIOPORTAL, id="comments-and-patient-id"
        ),
        pytest.param([sheet("PATIENT_ID OS_MONTHS OS_STATUS")], Format.CBIOPORTAL, id="months-and-status"),
        pytest.param([sheet("PATIENT_ID OS_MONTHS PFS_STATUS")], None, id="months-and-status-of-two"),
        pytest.param([sheet("record_id redcap_event_name sex")], Format.REDCAP, id="redcap-event"),
        pytest.param([sheet("record_id redcap_repeat_instance")], Format.REDCAP, id="redcap-repeat"),
        pytest.param([sheet("record_id sex")], None, id="nothing-tells"),
    ],
)
def test_a_format_is_told_by_names(sheets, expected):
    assert sniffed(sheets, Path("file.csv")) is expected


def test_folders_are_tables_unless_they_are_a_study_of_cbioportal(tmp_path):
    assert sniffed([sheet("a b", "anything")], tmp_path) is Format.TABLES
    assert sniffed([sheet("PATIENT_ID", "data_clinical_patient")], tmp_path) is Format.CBIOPORTAL
    assert sniffed([sheet("a", "data_clinical_patient"), sheet("a", "patients")], tmp_path) is Format.TABLES


def test_what_nothing_tells_must_be_said(tmp_path):
    file = tmp_path / "file.csv"
    with pytest.raises(OptionRefused, match="The file does not show what it holds"):
        with_format(Request(file), [sheet("record_id sex")])
    mapping = ColumnMapping(Cell("record_id"))
    assert with_format(Request(file, mapping=mapping), [sheet("record_id sex")]) is Format.WIDE
    assert with_format(Request(file, mapping=mapping, beside=file), [sheet("a")]) is Format.REDCAP
    assert with_format(Request(file, format=Format.ADTTE), [sheet("a")]) is Format.ADTTE


# reports to take away --------------------------------------------------------------------------------------

HOSTILE = "<script>alert('1')</script>"
VOID = {"meta", "br", "img", "link", "input", "hr"}


class Tags(HTMLParser):
    """The elements of a page in which every one that opens is closed in turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, _):
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture
def report() -> Report:
    """A report whose file, column, value, patient and words are all hostile."""
    found = Report()
    found.add(
        "date",
        f"{HOSTILE}.csv",
        f"{HOSTILE} is not a date.",
        line=3,
        column="=B2",
        value="=1+1",
        patient="@P",
    )
    found.add(
        "date", "a.csv", "'x\x1b[31m' is not a date.", line=4, column="date", value="x\x1b[31m", patient="P2"
    )
    found.add("same-day", "a.csv", "RFA & HAE on one day.", value="-1")
    found.note(f"Columns passed over: {HOSTILE}.")
    return found


def test_the_html_report_is_well_formed_and_runs_nothing(report, tmp_path):
    write_report(report, tmp_path / "r.html", title=HOSTILE)
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(page)
    tags.close()
    assert tags.open == []
    assert "script" not in tags.seen
    assert page.startswith("<!doctype html>\n<html lang='en'>")
    text = "".join(tags.text)
    assert "2 errors, 1 warnings: blocked by errors." in text
    assert text.count(HOSTILE) == 5  # title, heading, note, file, words
    assert "RFA & HAE on one day." in text
    assert "\x1b" not in page
    assert tags.seen.count("tr") == 2 + 2 + 3  # two headers, two rules, three findings
    assert "<td>date</td><td class='n'>2</td>" in page
    assert "http" not in page


def test_the_json_report_is_the_report(report, tmp_path):
    write_report(report, tmp_path / "r.json", title="x")
    told = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert (told["errors"], told["warnings"]) == (2, 1)
    assert [(rule["id"], rule["severity"], rule["count"]) for rule in told["rules"]] == [
        ("date", "error", 2),
        ("same-day", "warning", 1),
    ]
    assert told["findings"][0]["value"] == "=1+1"
    assert Report.from_json(told) == report


def test_the_csv_report_is_guarded_against_formulas(report, tmp_path):
    write_report(report, tmp_path / "r.csv", title="x")
    rows = list(csv.reader(io.StringIO((tmp_path / "r.csv").read_text(encoding="utf-8"), newline="")))
    assert rows[0] == ["severity", "rule", "file", "line", "column", "value", "patient", "words"]
    assert rows[1] == [
        "error",
        "date",
        f"{HOSTILE}.csv",
        "3",
        "'=B2",
        "'=1+1",
        "'@P",
        f"{HOSTILE} is not a date.",
    ]
    assert rows[3] == ["warning", "same-day", "a.csv", "", "", "'-1", "", "RFA & HAE on one day."]


def test_a_report_has_one_of_three_endings(report, tmp_path):
    with pytest.raises(OptionRefused, match=r"A report is written as \.html, \.json or \.csv"):
        write_report(report, tmp_path / "r.pdf", title="x")
    assert list(tmp_path.iterdir()) == []


def test_more_findings_than_are_kept_are_all_counted(read, tmp_path):
    n = MOST_KEPT + 3
    rows = "".join(f"S{k},drug,OS,Survival,{k},DAYS,x\n" for k in range(n))
    (tmp_path / "bad.csv").write_text(ADTTE + rows + "S,drug,OS,Survival,-1,DAYS,0\n", encoding="utf-8")
    report = read(Request(tmp_path / "bad.csv")).report
    assert (report.errors, report.counts["cnsr"], report.counts["aval"]) == (n + 1, n, 1)
    assert len(report.findings) == MOST_KEPT + 1
    write_report(report, tmp_path / "r.html", title="bad.csv")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<p>10,004 errors, 0 warnings: blocked by errors.</p>" in page
    assert "<td>cnsr</td><td class='n'>10,003</td>" in page
    assert "<p>3 more findings are counted above and not listed.</p>" in page


def test_more_findings_of_all_rows_together_are_all_counted(read, tmp_path):
    rows = "".join(f"S{k % 2},drug,OS,Survival,5,DAYS,0\n" for k in range(MOST_KEPT + 5))
    (tmp_path / "twice.csv").write_text(ADTTE + rows, encoding="utf-8")
    report = read(Request(tmp_path / "twice.csv")).report
    assert (report.counts["id-duplicate"], len(report.findings)) == (MOST_KEPT + 3, MOST_KEPT)
    assert report.findings[0].line == 4
