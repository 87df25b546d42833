"""The report of a view: it says the numbers of the value objects, loads nothing, and prints to PDF."""

from __future__ import annotations

import io
import os
import re
import stat
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from gepnet_core.comparison_words import difference_rows, hazard_rows
from gepnet_core.errors import NothingLeft, OptionRefused
from gepnet_core.formatting import (
    format_incidence,
    format_months,
    format_p,
    format_quantile,
    format_survival,
    result_sentence,
)
from gepnet_core.print_size import Width
from gepnet_core.rank_tests import Weight
from gepnet_core.report import pdf
from gepnet_core.report.contents import Report, compose
from gepnet_core.report.html import report_html
from gepnet_core.report.link import link
from gepnet_core.report.markup import text
from gepnet_core.report.pdf import BrowserMissing, printed_pdf
from gepnet_core.report.pictures import available, figures_zip
from gepnet_core.selection import Selection
from gepnet_core.store import Shelf, build_adtte, open_dataset
from gepnet_core.view import View
from gepnet_core.vocabulary import DAYS_PER_MONTH, DEFAULT_TIMES_MONTHS, ConfType, DeathRule, Status

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = Path(__file__).parent / "reference"
HOSTILE = '<script>alert(1)</script>" onload="x'
HEADER = "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,STARTDT,ADT,site"


def report_of(shelf: Shelf, dataset: str = "synthetic", **changes: object) -> Report:
    data = open_dataset(shelf, dataset)
    return compose(data, View(**{"endpoint": next(iter(data.endpoints)), **changes}), shelf=shelf)


class Read:
    """A report as a reader finds it: its text, and its tables by caption."""

    def __init__(self, html: str) -> None:
        self.root = ElementTree.fromstring(html.replace("<!DOCTYPE html>\n", "").encode())
        self.words = plain("".join(self.root.find("body").itertext()))

    def rows(self, caption: str) -> list[list[str]]:
        """Return the rows of the one table whose caption ends so."""
        found = [
            t
            for t in self.root.iter("table")
            if plain("".join(t.find("caption").itertext())).endswith(caption)
        ]
        assert len(found) == 1, f"{len(found)} tables end in {caption}"
        return [[plain("".join(cell.itertext())) for cell in row] for row in found[0].find("tbody")]


def local(name: str) -> str:
    """Return the name of an element or attribute without its namespace."""
    return name.rpartition("}")[2]


def plain(words: str) -> str:
    return words.replace("\u00a0", " ")


def test_every_number_of_the_estimates_stands_in_the_report(shelf: Shelf) -> None:
    report = report_of(shelf, conf_type=ConfType.LOG, conf_level=0.9, adjust=("sex",), subgroups=("sex",))
    found = Read(report_html(report))
    assert plain(result_sentence(report.whole)) in found.words
    for caption, estimated in (
        ("all patients together", report.whole),
        ("by group", report.comparison.estimated),
    ):
        rows = {row[0]: row[1:] for row in found.rows(caption)}
        assert list(rows) == [stratum.label for stratum in estimated.strata]
        for stratum in estimated.strata:
            at = [stratum.curve.at(months * DAYS_PER_MONTH) for months in DEFAULT_TIMES_MONTHS]
            counted = [str(stratum.n), str(stratum.events), format_quantile(stratum.median)]
            assert rows[stratum.label] == counted + [format_survival(here) for here in at]
    for stratum, row in zip(report.comparison.strata, found.rows("Median follow-up"), strict=True):
        watched = stratum.follow_up
        assert row[1:] == [format_quantile(watched.reverse_km), format_months(watched.observed_median)]


def test_every_number_of_the_comparison_stands_in_the_report(shelf: Shelf) -> None:
    report = report_of(shelf, adjust=("sex",), subgroups=("sex",), stratify="sex")
    found, compared = Read(report_html(report)), report.comparison
    tests = {row[0]: row[3] for row in found.rows("Tests between all groups")}
    for weight in Weight:
        assert tests[weight.value] == plain(format_p(compared.tests[weight].p))
    assert tests["Stratified log-rank"] == plain(format_p(compared.stratified.p))
    pairs = [[plain(format_p(pair.test.p)), plain(format_p(pair.p_holm))] for pair in compared.pairwise]
    shown = found.rows("Log-rank test of each pair of groups")
    assert [row[2:] for row in shown] == pairs
    assert "Log-rank by permutation: p" in report_html(report)
    ratios = found.rows("adjusted for Sex (19 events in 59 patients)")
    assert ratios == [[plain(cell) for cell in row] for row in hazard_rows(compared)]
    differences = [[plain(cell) for cell in row] for row in difference_rows(compared)]
    assert found.rows("Difference in S(t) at a time") == differences
    assert len(found.rows("Subgroups, RFA against Surgical resection")) == 2


def test_flow_events_and_side_effects_are_counted_in_the_report(shelf: Shelf) -> None:
    report = report_of(shelf, selection=Selection(("RFA",), cutoff=date(2016, 6, 30)), window=30)
    found = Read(report_html(report))
    for step in report.flow.steps:
        assert f"{step.left} left: {step.label}" in found.words
        assert f"{step.out} left out: {step.reason}" in found.words
    counted = [row[2].split(" ")[0] for row in found.rows("How the times of each endpoint ended")]
    assert counted == [str(kind.patients) for kind in report.kinds]
    every = found.rows("by patient: the index treatment. Any grade, n (%), 95 % CI, exact")
    rows = {row.term: row for row in report.side_effects.per_patient if row.modality is None}
    assert [int(row[1].split(" ")[0].rstrip(",")) for row in every] == [
        row.any_grade.count for row in rows.values()
    ]
    assert "within 30 days of the index treatment" in found.words


def test_the_report_says_where_it_comes_from(shelf: Shelf) -> None:
    report = report_of(shelf, selection=Selection(("RFA", "HAE"), index_from=date(2014, 3, 1)))
    current = shelf.current("synthetic")
    words = Read(report_html(report, printed=date(2026, 1, 31))).words
    for said in (
        "synthetic cohort, no real patient",
        current.version,
        current.content,
        "RFA or Selective HAE; index date from 2014-03-01",
        "95 % CI, log-log",
        "censor (as published)",
        f"compare?{link(report)}",
        "gepnet_core",
        "Printed on 2026-01-31",
        "exploratory",
        "The records that eligibility leaves out are invented",
    ):
        assert said in words
    assert "Printed" not in Read(report_html(report)).words


def nothing_is_loaded(html: str) -> None:
    """Check that a document asks for nothing: no script, no address, a policy that forbids all."""
    root = ElementTree.fromstring(html.replace("<!DOCTYPE html>\n", "").encode())
    for element in root.iter():
        name = local(element.tag)
        assert name not in ("script", "link", "iframe", "object", "embed", "base", "form", "img", "image")
        for key, value in element.attrib.items():
            assert not local(key).startswith("on")
            if local(key) in ("src", "href", "srcset", "action", "data", "poster"):
                assert value.startswith("#")
            assert "url(" not in value.replace("url(#", "")
    style = "".join(root.find("head").find("style").itertext())
    assert "@import" not in style
    assert re.findall(r"url\((?!\"data:font/woff2;base64,)", style) == []
    policy = root.find("head").find("meta[@http-equiv='Content-Security-Policy']").get("content")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"


def well_formed(html: str) -> None:
    """Check what a screen reader walks by: language, title, order of headings, heads of tables, unique ids."""
    root = ElementTree.fromstring(html.replace("<!DOCTYPE html>\n", "").encode())
    assert root.get("lang") == "en-GB"
    assert root.find("head").find("title").text
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    levels = [int(e.tag[1]) for e in root.iter() if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in root.iter("table"):
        assert "".join(table.find("caption").itertext())
        assert {cell.get("scope") for cell in table.iter("th")} == {"col", "row"}
        assert len({len(row) for row in table.iter("tr")}) == 1
    for svg in root.iter("{http://www.w3.org/2000/svg}svg"):
        assert svg.get("role") == "img"
        assert svg.get("aria-labelledby")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="everybody"),
        pytest.param({"selection": Selection(("RFA",))}, id="one-group"),
        pytest.param(
            {"selection": Selection(death=DeathRule.COMPETING), "landmark": 3.0, "subgroups": ("sex",)},
            id="competing-and-landmark",
        ),
        pytest.param({"tau": 600.0, "failure": True, "band": False, "horizon": 24}, id="refused-tau"),
    ],
)
def test_a_report_loads_nothing_and_is_well_formed(shelf: Shelf, changes) -> None:
    html = report_html(report_of(shelf, **changes))
    nothing_is_loaded(html)
    well_formed(html)
    assert not re.search(r">\s*(nan|None|inf|-inf)\s*<", html)


def test_one_group_has_no_comparison_and_a_refused_tau_says_why(shelf: Shelf) -> None:
    alone = Read(report_html(report_of(shelf, selection=Selection(("RFA",)))))
    assert "Comparison of the groups" not in alone.words
    assert "By group" not in alone.words
    refused = Read(report_html(report_of(shelf, tau=600.0)))
    assert "The restricted mean cannot run to" in refused.words


def test_a_competing_death_is_reported_as_incidence_with_both_causes(data_dir) -> None:
    shelf = Shelf(data_dir)
    build_adtte(shelf, "mgus2", REFERENCE / "mgus2_covariates_adtte.csv", competing_cnsr=2)
    report = report_of(shelf, "mgus2", selection=Selection(death=DeathRule.COMPETING))
    found = Read(report_html(report))
    rows = found.rows("Cumulative incidence, death before the event competing")
    assert [row[2:] for row in rows] == [
        [format_incidence(curve.at(day)) for day in report.comparison.question.times]
        for curve in report.comparison.incidences
    ]
    gray = [row[3] for row in found.rows("Gray's test for both causes")]
    assert gray == [plain(format_p(report.comparison.gray[cause].p)) for cause in (Status.EVENT, Status(2))]
    assert "Mean time without event" not in found.words
    nothing_is_loaded(report_html(report))


def test_a_landmark_says_who_is_left_out_and_the_whole_keeps_its_clock(shelf: Shelf) -> None:
    report = report_of(shelf, landmark=6.0)
    found = Read(report_html(report))
    gone = report.comparison.estimated.landmark.left_out
    assert f"Landmark at 6.0 months: {gone} patients left by then" in found.words
    assert found.rows("all patients together")[0][1] == "59"
    assert sum(int(row[1]) for row in found.rows("by group")) == 59 - gone


def test_a_trial_without_dates_has_a_report_that_says_what_is_missing(data_dir, tmp_path) -> None:
    file = tmp_path / "trial.csv"
    rows = [f"{n},arm {n % 2},A,Time to A,{10 * n + 1},DAYS,{n % 3 // 2},,,,x" for n in range(20)]
    file.write_text("\n".join((HEADER, *rows)), encoding="utf-8")
    shelf = Shelf(data_dir)
    build_adtte(shelf, "trial", file)
    report = report_of(shelf, "trial")
    html = report_html(report)
    found = Read(html)
    assert report.no_side_effects
    assert plain(report.no_side_effects) in found.words
    assert [row[:2] for row in found.rows("by group")] == [["arm 0", "10"], ["arm 1", "10"]]
    nothing_is_loaded(html)
    well_formed(html)


def test_hostile_words_of_the_data_are_shown_and_do_nothing(data_dir, tmp_path) -> None:
    file = tmp_path / "trial.csv"
    cell, other = '"' + HOSTILE.replace('"', '""') + '"', "]]>&lt;\u202eb"
    rows = [
        f"{n},{cell if n % 2 else other},A,{cell},{10 * n + 1},DAYS,{n % 3 // 2},{cell},,,{cell}"
        for n in range(20)
    ]
    file.write_text("\n".join((HEADER, *rows)), encoding="utf-8")
    shelf = Shelf(data_dir)
    build_adtte(shelf, "trial", file)
    html = report_html(report_of(shelf, "trial", subgroups=()))
    nothing_is_loaded(html)
    well_formed(html)
    assert HOSTILE in Read(html).words
    assert "\u202e" not in html
    assert "</style>" not in html.split("<style>")[1].split("</style>")[0]


def test_text_is_escaped_and_what_no_document_may_hold_is_replaced() -> None:
    assert text("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&#x27;"
    assert text("a\x00b\u202ec\ud800\ufffe") == "a\ufffdb\ufffdc\ufffd\ufffd"
    assert text("two\nlines") == "two lines"


def test_nobody_left_has_no_report(shelf: Shelf) -> None:
    with pytest.raises(NothingLeft):
        report_of(shelf, selection=Selection(index_to=date(2010, 1, 1)))


def test_the_same_view_and_version_give_the_same_bytes_in_any_process(shelf: Shelf, tmp_path) -> None:
    assert shelf.names()
    outs = [tmp_path / f"{seed}.html" for seed in (1, 2)]
    for seed, out in zip((1, 2), outs, strict=True):
        subprocess.run(
            [
                *(
                    sys.executable,
                    "-m",
                    "gepnet_core",
                    "report",
                    "--dataset",
                    "synthetic",
                    "--endpoint",
                    "PFS",
                ),
                *("--printed", "2026-01-31", "--subgroup", "sex", "--out", str(out)),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=True,
            timeout=120,
        )
    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert b"2026-01-31" in outs[0].read_bytes()


def test_all_figures_are_in_one_file_each_as_svg_and_png(shelf: Shelf) -> None:
    report = report_of(shelf, subgroups=("sex",))
    with ZipFile(io.BytesIO(figures_zip(report, Width.SINGLE))) as archive:
        assert archive.namelist() == [
            f"{name}.{kind}"
            for name in ("flow", "whole", "groups", "forest", "subgroups", "side_effects")
            for kind in ("svg", "png")
        ]
        for name in archive.namelist():
            start = archive.read(name)[:8]
            assert start == (b"\x89PNG\r\n\x1a\n" if name.endswith("png") else b"<?xml ve")
    alone = report_of(shelf, selection=Selection(("RFA",)))
    assert available(alone) == ["flow", "whole", "side_effects"]


# the link


def test_a_link_shows_the_same_view_and_leaves_out_whom_somebody_looked_at(shelf: Shelf) -> None:
    selection = Selection(("RFA", "EBRT"), date(2014, 6, 1), None, date(2016, 12, 31), DeathRule.EVENT)
    view = View(
        endpoint="TTAI",
        selection=selection,
        conf_type=ConfType.PLAIN,
        reference="EBRT",
        adjust=("sex",),
        landmark=2.5,
        window=30,
    )
    looked = replace(view, patient="P-17", part=3, lanes="sex", finding="sex-unknown")
    data = open_dataset(shelf, "synthetic")
    found, problems = View.from_query(parse_qs(link(compose(data, looked))))
    assert problems == []
    assert found == replace(view, dataset="synthetic", version=data.version)


def test_the_command_link_tells_the_query_string_and_what_it_carries(shelf: Shelf, cli) -> None:
    version = shelf.current("synthetic").version
    told = cli(
        "link", "--dataset", "synthetic", "--endpoint", "OS", "--modality", "RFA", "--landmark", "90"
    ).json
    found = parse_qs(told["query"])
    assert (found["version"], found["endpoint"], found["modality"]) == ([version], ["OS"], ["RFA"])
    view, problems = View.from_query(found)
    assert problems == []
    assert view.landmark * DAYS_PER_MONTH == pytest.approx(90)
    assert f"data set “synthetic”, version {version}" in told["carries"]
    assert told["n"] == 17


# the command


def test_the_command_report_writes_the_document_of_the_same_view(shelf: Shelf, cli, tmp_path) -> None:
    out = tmp_path / "report.html"
    told = cli(
        *(
            "report",
            "--dataset",
            "synthetic",
            "--endpoint",
            "TTAI",
            "--modality",
            "RFA",
            "--modality",
            "EBRT",
        ),
        *("--unit", "months", "--tau", "12", "--at", "9", "--reference", "EBRT", "--no-band", "--out", out),
    )
    view = View(
        dataset="synthetic",
        version=shelf.current("synthetic").version,
        endpoint="TTAI",
        by="modality",
        selection=Selection(("RFA", "EBRT")),
        tau=12.0,
        at=9.0,
        reference="EBRT",
        band=False,
    )
    same = compose(open_dataset(shelf, "synthetic"), view, shelf=shelf)
    assert out.read_text(encoding="utf-8") == report_html(same)
    assert told.json["n"] == 32
    assert "The report of 32 patients was written" in told.said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(("--at", "30", "60"), "Give one, or leave it out", id="two-times"),
        pytest.param(("--tau", "90000"), "restricted mean cannot run to", id="tau-too-long"),
        pytest.param(("--format", "docx"), "is none of html, pdf", id="unknown-format"),
        pytest.param(("--printed", "tomorrow"), "is not a date", id="no-date"),
        pytest.param(("--index-to", "2010-01-01"), "No patient matches these filters", id="nobody"),
    ],
)
def test_a_report_that_cannot_be_made_is_refused_in_one_line(
    shelf: Shelf, cli, tmp_path, options, said
) -> None:
    assert shelf.names()
    out = tmp_path / "report.html"
    answer = cli("report", "--dataset", "synthetic", "--endpoint", "OS", "--out", out, *options)
    assert answer.code == 2
    assert said in answer.said
    assert answer.said.count("\n") == 1
    assert not out.exists()


# PDF

SMALL = "<!DOCTYPE html><html lang='en'><head><title>Small</title></head><body><p>page</p></body></html>"


def test_the_command_report_prints_a_pdf_of_several_pages(shelf: Shelf, cli, tmp_path) -> None:
    assert shelf.names()
    out = tmp_path / "report.pdf"
    answer = cli("report", "--dataset", "synthetic", "--endpoint", "TTNST", "--format", "pdf", "--out", out)
    assert answer.code == 0
    made = out.read_bytes()
    assert made.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", made)) >= 8
    boxes = set(re.findall(rb"/MediaBox \[([0-9. ]+)\]", made))
    sizes = {tuple(round(float(side)) for side in box.split()) for box in boxes}
    assert sizes == {(0, 0, 595, 842)}, "every page is A4"
    assert len(made) > 100_000


def test_printing_asks_no_server_for_anything() -> None:
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        made = printed_pdf(SMALL.replace("<p>", f"<img src='{address}/picture.png' alt=''/><p>"))
        assert made.startswith(b"%PDF")
        assert asked == []
    finally:
        server.shutdown()
        server.server_close()


def test_without_a_browser_it_is_said_what_can_be_done(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(pdf.CHOSEN, raising=False)
    with pytest.raises(BrowserMissing, match="Open the HTML report and print it to PDF, or install chromium"):
        printed_pdf(SMALL)


def test_a_browser_that_is_named_and_not_there_is_not_replaced_by_another(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv(pdf.CHOSEN, str(tmp_path / "none"))
    with pytest.raises(BrowserMissing, match="GEPNET_BROWSER names is not there"):
        printed_pdf(SMALL)


def program(path: Path, *lines: str) -> Path:
    """Write a program that stands in for a browser."""
    path.write_text("\n".join(("#!/bin/sh", *lines)), encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_a_browser_that_makes_nothing_is_said_to_have_failed(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv(pdf.CHOSEN, str(program(tmp_path / "browser", "exit 3")))
    with pytest.raises(OptionRefused, match="made no PDF"):
        printed_pdf(SMALL)


def test_a_browser_that_hangs_is_ended_with_all_that_it_started(monkeypatch, tmp_path) -> None:
    child = tmp_path / "child"
    monkeypatch.setenv(
        pdf.CHOSEN, str(program(tmp_path / "browser", "sleep 60 &", f"echo $! > {child}", "sleep 60"))
    )
    with pytest.raises(OptionRefused, match=r"took longer than 0\.5 s"):
        printed_pdf(SMALL, seconds=0.5)
    pid = int(child.read_text())
    until = time.monotonic() + 5
    while time.monotonic() < until and running(pid):
        time.sleep(0.05)
    assert not running(pid)


def running(pid: int) -> bool:
    """Return True while a process runs; one that ended and waits to be noticed does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
