"""The reproduction bundle: unpacked elsewhere, its scripts compute every number of the report again."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from gepnet_core.cli import main
from gepnet_core.criteria import Between, OneOf
from gepnet_core.report.bundle import SCRIPT_FILES, bundle_bytes
from gepnet_core.report.contents import Report, compose
from gepnet_core.report.html import report_html
from gepnet_core.report.numbers import numbers
from gepnet_core.report.numbers_keyed import Number, keyed
from gepnet_core.rounding import round_half_up
from gepnet_core.selection import Selection
from gepnet_core.store import Shelf, build_source, open_dataset
from gepnet_core.view import View
from gepnet_core.vocabulary import DAYS_PER_MONTH, ConfType, DeathRule

REFERENCE = Path(__file__).parent / "reference"
SYNTHETIC = Path(__file__).parent.parent / "data" / "synthetic"
HOSTILE_ARMS = ("=cmd|'/C calc'!A0", 'Größe, "doppelt"', "-minus", "+plus \\ back", "@at; x")
R_PACKAGES = 'quit(status = !all(vapply(c("survival", "cmprsk"), requireNamespace, TRUE, quietly = TRUE)))'

VIEWS: dict[str, tuple[str, View]] = {
    "as it opens": ("synthetic", View(endpoint="TTNST")),
    "filters, cut-off and symmetric intervals": (
        "synthetic",
        View(
            endpoint="TTAI",
            conf_type=ConfType.SPSS,
            window=30,
            selection=Selection(
                ("resection", "RFA", "EBRT"), index_from=date(2014, 3, 1), cutoff=date(2016, 6, 30)
            ),
        ),
    ),
    "characteristics as filters and groups of one patient": (
        "synthetic",
        View(
            endpoint="TTNST",
            by="primary_site",
            selection=Selection(criteria=(OneOf("sex", ("female",)), Between("ki67_percent", 1.0, 10.0))),
        ),
    ),
    "one group, few events": (
        "synthetic",
        View(endpoint="OS", selection=Selection(("RFA",)), conf_type=ConfType.LOG),
    ),
    "groups without events": (
        "synthetic",
        View(endpoint="OS", adjust=("sex", "age_at_index"), subgroups=("sex", "functional")),
    ),
    "adjusted, stratified, subgroups, 99 %": (
        "synthetic",
        View(
            endpoint="PFS",
            by="sex",
            adjust=("modality", "tumour_grade", "ki67_percent"),
            subgroups=("modality", "tumour_grade"),
            stratify="tumour_grade",
            conf_level=0.99,
        ),
    ),
    "landmark": (
        "veteran",
        View(
            endpoint="TTE",
            reference="large",
            contrast="smallcell",
            landmark=1.0,
            tau=4.0,
            stratify="prior",
            adjust=("karno", "age", "treatment"),
            subgroups=("treatment", "prior"),
        ),
    ),
    "covariates not recorded, a number as blocks, logit": (
        "lung",
        View(
            endpoint="TTE",
            reference="male",
            adjust=("age", "ecog", "loss"),
            stratify="karno",
            conf_type=ConfType.LOGIT,
            conf_level=0.9,
        ),
    ),
    "without dates, plain, a median that is not reached": (
        "undated",
        View(endpoint="TTE", conf_type=ConfType.PLAIN, at=6.0),
    ),
    "deaths compete": (
        "mgus2",
        View(
            endpoint="TTE",
            selection=Selection(death=DeathRule.COMPETING, index_to=date(2015, 6, 30)),
            adjust=("sex", "hgb"),
            subgroups=("sex",),
            stratify="sex",
            at=5.0,
        ),
    ),
    "deaths compete after a landmark and a cut-off": (
        "mgus2",
        View(
            endpoint="TTE",
            selection=Selection(death=DeathRule.COMPETING, cutoff=date(2016, 6, 1)),
            landmark=1.5,
            levels=("61-75", "76-"),
        ),
    ),
    "deaths are events, arcsin": (
        "mgus2",
        View(
            endpoint="TTE",
            selection=Selection(death=DeathRule.EVENT, index_from=date(2016, 1, 1)),
            by="sex",
            conf_type=ConfType.ARCSIN,
            adjust=("TRTP",),
            subgroups=("TRTP",),
        ),
    ),
    "names that are formulas": (
        "hostile",
        View(
            endpoint="E1",
            selection=Selection(death=DeathRule.COMPETING),
            adjust=("=formel", "zahl"),
            stratify="=formel",
            subgroups=("=formel", 'grün, "x"'),
        ),
    ),
    "a modality called all": ("renamed", View(endpoint="TTNST", window=30)),
    "words that mean nothing is recorded, a number that is the same in all": (
        "unrecorded",
        View(endpoint="E1", adjust=("site",), subgroups=("site",), stratify="site"),
    ),
    "a maximum that lifelines runs past, beside ratios without bound": (
        "synthetic",
        View(
            endpoint="TTAI",
            by="target_site",
            levels=("peritoneum", "lung", "soft tissue"),
            adjust=("months_since_metastasis", "age_at_index", "sex"),
            selection=Selection(
                death=DeathRule.EVENT, criteria=(OneOf("on_systemic_therapy", ("no", "yes")),)
            ),
        ),
    ),
    "deaths are events of endpoints other than the one shown": (
        "synthetic",
        View(endpoint="OS", selection=Selection(death=DeathRule.EVENT)),
    ),
    "a slope that lifelines leaves steep": (
        "synthetic",
        View(
            endpoint="TTAI",
            adjust=("age_at_index", "months_since_metastasis", "systemic_agents_so_far"),
            selection=Selection(
                ("HAE", "RFA"),
                index_from=date(2015, 12, 29),
                criteria=(Between("systemic_agents_so_far", 1.0, None),),
            ),
        ),
    ),
    "covariates far from zero and in odd units": (
        "regression",
        View(endpoint="TTE", adjust=("far", "huge", "tiny", "small"), conf_level=0.99),
    ),
    "a level and a number that separate the events": (
        "regression",
        View(endpoint="TTE", by="CELL", adjust=("apart", "below"), subgroups=("level",)),
    ),
    "levels without events": ("regression", View(endpoint="TTE", adjust=("level", "years"))),
    "groups that meet on the first day alone": ("once", View(endpoint="E1")),
    "groups by a column that is a formula": (
        "hostile",
        View(endpoint="E1", by="=formel", adjust=("modality",), subgroups=("modality",), stratify="modality"),
    ),
}


@dataclass(frozen=True)
class Ran:
    """What a script left: exit code, what it said of each folder, and standard error."""

    code: int
    said: dict[str, str]
    complaint: str


def hostile(path: Path) -> Path:
    """Write an ADTTE file in months without dates, whose words a spreadsheet or a script may trip over."""
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        times = ["STUDYID", "USUBJID", "TRTP", "PARAMCD", "PARAM", "AVAL", "AVALU", "CNSR", "EVNTDESC"]
        writer.writerow([*times, "=formel", 'grün, "x"', "zahl"])
        for i in range(80):
            arm = HOSTILE_ARMS[i % 5]
            cnsr = 1 if arm == "-minus" else (0, 0, 1, 2, 0, 2, 1)[i % 7]  # a group without any event
            patient = f"={i}" if i % 3 else f"'-{i}"
            months = (i * 37 % 80) / 2 + 0.1
            reason = ("=x", '"q", r', "ü")[i % 3]
            formula = ("=a", "'=b", 'ä, "z"', "")[i * 11 % 4]
            number = ("1.5", "2", "", "3.25")[i * 7 % 11 % 4]
            time = ["S", patient, arm, "E1", 'Zeit bis "x", =y', months, "MONTHS", cnsr, reason]
            writer.writerow([*time, formula, ("ja", "nein")[i * 5 % 13 % 2], number])
    return path


def unrecorded(path: Path) -> Path:
    """Write an ADTTE file with the words "not recorded" as an arm and beside empty cells of a column."""
    lines = ["USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,site,dose"]
    for i in range(60):
        arm = ("A", "not recorded", "B")[i * i % 7 % 3]
        site = ("lung", "not recorded", "", "liver")[i * 5 % 11 % 4]
        lines.append(f"{i},{arm},E1,Time,{(i * 37) % 61 + 1},DAYS,{i % 3 // 2},x,{site},27.3")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def once(path: Path) -> Path:
    """Write an ADTTE file whose first arm ends on the first day with an event: no hazard can be told later."""
    lines = ["USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC"]
    for i, (arm, day, cnsr) in enumerate([("A", 1, 0), *[("A", 1, 1)] * 3, ("B", 1, 0), ("B", 2, 0)]):
        lines.append(f"{i},{arm},E1,Time,{day},DAYS,{cnsr},x")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def without_dates(path: Path) -> Path:
    """Write the ovarian reference without its calendar dates."""
    with (REFERENCE / "ovarian_adtte.csv").open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    kept = [name for name in rows[0] if name not in ("STARTDT", "ADT")]
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, kept, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def renamed(folder: Path) -> Path:
    """Write the synthetic source tables with one modality called "all"."""
    folder.mkdir()
    for path in SYNTHETIC.iterdir():
        if path.suffix in (".csv", ".toml"):
            text = re.sub(r"\bRFA\b", "all", path.read_text(encoding="utf-8"))
            (folder / path.name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, shipped: Path) -> Shelf:
    """A shelf with the synthetic cohort, public data sets with covariates, and some made for awkward words."""
    folder = tmp_path_factory.mktemp("library") / "data"
    shutil.copytree(shipped, folder)
    extra = folder.parent
    files = {name: REFERENCE / f"{name}_covariates_adtte.csv" for name in ("veteran", "lung", "mgus2")}
    files |= {"undated": without_dates(extra / "u.csv"), "hostile": hostile(extra / "h.csv")}
    files |= {"unrecorded": unrecorded(extra / "n.csv"), "once": once(extra / "o.csv")}
    files["regression"] = REFERENCE / "regression_adtte.csv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEPNET_DATA_DIR", str(folder))
        patch.setattr("builtins.print", lambda *_, **__: None)
        for name, file in files.items():
            deaths = ["--competing-cnsr", "2"] if name in ("mgus2", "hostile") else []
            known = ["--baseline=apart=yes", "--baseline=level=yes"] if name == "regression" else []
            assert main(["import", str(file), "--dataset", name, *deaths, *known]) == 0
    build_source(Shelf(folder), "renamed", renamed(extra / "renamed"))
    return Shelf(folder)


@pytest.fixture(scope="module")
def reports(library: Shelf) -> dict[str, Report]:
    """The report of every view."""
    return {
        name: compose(open_dataset(library, dataset), view, shelf=library)
        for name, (dataset, view) in VIEWS.items()
    }


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory, reports: dict[str, Report]) -> dict[str, Path]:
    """Every bundle in an empty folder of its own, outside the project."""
    found = {}
    for place, (name, report) in enumerate(reports.items()):
        found[name] = tmp_path_factory.mktemp("bundle") / str(place)
        ZipFile(io.BytesIO(bundle_bytes(report))).extractall(found[name])
    return found


def run(command: list[str], folders: list[Path], cwd: Path) -> Ran:
    """Run a script in an environment that knows nothing of this project."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(cwd)}
    done = subprocess.run(
        [*command, *map(str, folders)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    parts = re.split(r"^Folder: (.*?) ?$", done.stdout, flags=re.MULTILINE)[1:]
    return Ran(done.returncode, dict(zip(parts[::2], parts[1::2], strict=True)), done.stderr)


def python(script: Path) -> list[str]:
    return [sys.executable, "-I", str(script)]


@pytest.fixture(scope="session")
def rscript() -> str:
    """Real R, with what the bundle's script needs."""
    found = shutil.which("Rscript")
    done = found and subprocess.run([found, "-e", R_PACKAGES], check=False, capture_output=True, timeout=60)
    if not found or not done or done.returncode:
        pytest.skip("R with survival and cmprsk is not installed here: `make test-r` installs it")
    return found


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def trouble(ran: Ran, folder: Path) -> str:
    """Return what a script says of a folder unless it compared every number there and found no difference."""
    expected = len(rows_of(folder / "expected.csv"))
    said = ran.said.get(str(folder), "nothing")
    done = f"{expected} of {expected} numbers compared: all agree"
    if done in said and "differs" not in said and len(rows_of(folder / "numbers.csv")) == expected > 100:
        return ""
    return said


def all_agree(command: list[str], unpacked: dict[str, Path]) -> None:
    """Require that a script, in one process for all bundles, computes every number of each again."""
    folders = list(unpacked.values())
    ran = run(command, folders, folders[0])
    troubles = {name: trouble(ran, folder) for name, folder in unpacked.items()}
    assert {name: said for name, said in troubles.items() if said} == {}, ran.complaint
    assert (ran.code, ran.complaint) == (0, "")


def test_python_computes_every_number_again_from_the_rows(unpacked):
    all_agree(python(unpacked["as it opens"] / "analysis.py"), unpacked)


@pytest.mark.r
def test_r_computes_every_number_again_from_the_rows(unpacked, rscript):
    all_agree([rscript, str(unpacked["as it opens"] / "analysis.R")], unpacked)


def test_a_bundle_runs_alone_in_its_folder(unpacked, tmp_path):
    folder = tmp_path / "Bündel 1"
    shutil.copytree(unpacked["landmark"], folder)
    assert run([sys.executable, "-I", "-c", "import gepnet_core"], [], folder).code == 1
    ran = run(python(folder / "analysis.py"), [], folder)
    assert (ran.code, trouble(ran, folder)) == (0, ""), ran.complaint


@pytest.mark.r
def test_a_bundle_runs_alone_in_r(unpacked, tmp_path, rscript):
    folder = tmp_path / "bundle 1"
    shutil.copytree(unpacked["landmark"], folder)
    ran = run([rscript, "analysis.R"], [], folder)
    assert ran.code == 0, ran.complaint
    assert "all agree" in ran.said["."]


def change_a_number(folder: Path) -> None:
    edit(folder / "expected.csv", "groups,smallcell,median,", lambda line: line.replace("66.5625", "66.5635"))


def change_a_row(folder: Path) -> None:
    path = folder / "adtte.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[5] = lines[5].replace(",DAYS,", "1,DAYS,")  # ten times as long and a day
    path.write_text("".join(lines), encoding="utf-8")


def take_a_key(folder: Path) -> None:
    edit(folder / "expected.csv", "tests,log-rank,p,", lambda _: "")


def add_a_key(folder: Path) -> None:
    edit(folder / "expected.csv", "tests,log-rank,p,", lambda line: line + line.replace("log-rank", "other"))


def empty_a_number(folder: Path) -> None:
    edit(
        folder / "expected.csv", "whole,,median,", lambda line: re.sub(r"[0-9.]+$", "", line.rstrip()) + "\n"
    )


def edit(path: Path, start: str, change: Callable[[str], str]) -> None:
    """Change the only line that begins so, after the version."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    (place,) = [i for i, line in enumerate(lines) if line.split(",", 1)[1].startswith(start)]
    changed = change(lines[place])
    assert changed != lines[place]
    lines[place] = changed
    path.write_text("".join(lines), encoding="utf-8")


CHANGES = [change_a_number, change_a_row, take_a_key, add_a_key, empty_a_number]


def spoilt(source: Path, tmp_path: Path) -> dict[str, Path]:
    """Return a copy of a bundle for each change, and one without."""
    found = {"untouched": tmp_path / "untouched"}
    shutil.copytree(source, found["untouched"])
    for change in CHANGES:
        found[change.__name__] = tmp_path / change.__name__
        shutil.copytree(source, found[change.__name__])
        change(found[change.__name__])
    return found


def notices(ran: Ran, folders: dict[str, Path]) -> None:
    assert ran.code == 1
    found = {name: "NOT all agree" in ran.said[str(folder)] for name, folder in folders.items()}
    assert found == {name: name != "untouched" for name in folders}, ran.complaint
    assert "differs: groups | smallcell | median" in ran.said[str(folders["change_a_number"])]
    assert "missing in numbers.csv: tests | other | p" in ran.said[str(folders["add_a_key"])]
    assert "missing in expected.csv: tests | log-rank | p" in ran.said[str(folders["take_a_key"])]


def test_python_notices_a_changed_row_and_a_changed_number(unpacked, tmp_path):
    folders = spoilt(unpacked["landmark"], tmp_path)
    notices(run(python(folders["untouched"] / "analysis.py"), list(folders.values()), tmp_path), folders)


@pytest.mark.r
def test_r_notices_a_changed_row_and_a_changed_number(unpacked, tmp_path, rscript):
    folders = spoilt(unpacked["landmark"], tmp_path)
    notices(
        run([rscript, str(folders["untouched"] / "analysis.R")], list(folders.values()), tmp_path), folders
    )


# ---- what a bundle holds ---------------------------------------------------------------------------------------


def test_the_same_report_gives_the_same_bytes(reports):
    report = reports["as it opens"]
    again = compose(report.dataset, report.view)
    assert bundle_bytes(report) == bundle_bytes(report)
    plain = {
        name: ZipFile(io.BytesIO(bundle_bytes(again))).read(name) for name in ("cohort.csv", "expected.csv")
    }
    assert all(ZipFile(io.BytesIO(bundle_bytes(report))).read(name) == plain[name] for name in plain)


def test_a_bundle_holds_the_filtered_rows_alone_and_says_what_they_are(unpacked, reports):
    name = "filters, cut-off and symmetric intervals"
    folder, report = unpacked[name], reports[name]
    cohort = rows_of(folder / "cohort.csv")
    assert len(cohort) == report.dataset.n_selected(report.view.selection) < report.dataset.n
    assert {row["modality"] for row in cohort} == {"resection", "RFA", "EBRT"}
    assert {row["USUBJID"] for row in rows_of(folder / "adtte.csv")} == {row["patient_id"] for row in cohort}
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    for words in (
        report.dataset.describe(report.view.selection),
        report.dataset.version,
        report.content,
        "symmetric (SPSS)",
        "synthetic cohort, no real patient",
    ):
        assert words in readme
    assert report.content


def test_the_readme_names_every_file(unpacked):
    for folder in (unpacked["as it opens"], unpacked["landmark"]):
        readme = (folder / "README.txt").read_text(encoding="utf-8")
        files = {path.name for path in folder.iterdir()} - {"README.txt", "numbers.csv", "__pycache__"}
        assert {name for name in files if name not in readme} == set()
        assert set(SCRIPT_FILES) <= files
    assert not (unpacked["landmark"] / "side_effects.csv").exists()  # a trial records none


def test_the_way_of_the_patients_is_there_row_by_row(unpacked, reports):
    name = "filters, cut-off and symmetric intervals"
    passed = [int(row["steps_passed"]) for row in rows_of(unpacked[name] / "attrition.csv")]
    way = reports[name].flow
    assert len(passed) == way.start
    assert [sum(p > k for p in passed) for k in range(len(way.steps))] == [step.left for step in way.steps]
    assert [step.code for step in way.steps][-3:] == ["modality", "index-date", "cutoff"]


def test_no_cell_of_a_bundle_is_a_formula(unpacked):
    folder = unpacked["names that are formulas"]
    for path in folder.glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as handle:
            for row in csv.reader(handle):
                assert [c for c in row if re.match(r"[=+@\t\r]|-(?![0-9])", c)] == [], path.name


def test_two_numbers_with_one_key_are_refused():
    found = [Number("a", "b", "c", "", 1.0), Number("a", "b", "c", "", 2.0)]
    with pytest.raises(ValueError, match="two numbers have one key"):
        keyed(found)


# ---- every number that the report prints -----------------------------------------------------------------------

# by what a caption says: the sections whose numbers stand in that table
SECTIONS = {
    "Patients at time zero": ("baseline",),
    "How the times": ("endings",),
    "Median follow-up": ("whole", "groups"),
    "events, medians and": ("whole", "groups"),
    "events and median": ("whole", "groups"),
    "Tests between": ("tests",),
    "Gray": ("tests",),
    "Log-rank test of each pair": ("pairs of groups",),
    "azard ratios against": ("hazard ratios", "groups"),
    "Covariates of": ("hazard ratios, adjusted",),
    "Mean time": ("restricted means", "differences of restricted means"),
    "Difference": ("differences at a time",),
    "incidence": ("incidence of",),
    "Subgroups": ("subgroups",),
    "Side effects by patient": ("side effects by patient",),
    "Side effects by treatment": ("side effects by treatment",),
}
BOUND = re.compile(r"[<>]\s*[\d.,]+|1 \(reference\)|not estimable: .*")  # no numbers, but a bound and words
NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])")


class Tables(HTMLParser):
    """The caption and the cells of every table of a document, its heads apart."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[str]]] = []
        self._into: str | None = None
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002
        if tag == "caption":
            self.found.append(("", []))
        if tag == "td":
            self.found[-1][1].append("")
        if tag in ("caption", "td"):
            self._into = tag

    def handle_endtag(self, tag: str) -> None:
        self._into = None if tag == self._into else self._into

    def handle_data(self, data: str) -> None:
        if self._into == "caption":
            self.found[-1] = (self.found[-1][0] + data, self.found[-1][1])
        elif self._into == "td":
            self.found[-1][1][-1] += data


def printed(found: list[Number]) -> Callable[[str], bool]:
    """Return whether a printed number is one of these, rounded: as it is, in months, or in per cent."""
    whole = [number for number in found if number.value is not None and number.value == int(number.value)]
    sums = Counter[tuple[str, str]]()
    for number in whole:
        sums[number.section, number.group] += int(
            number.value or 0
        )  # of times that ended: all of an endpoint
    counts = {number.value for number in whole} | set(sums.values())
    values = [abs(number.value) for number in found if number.value is not None]
    values += [float(n.at) for n in found if re.fullmatch(r"[0-9.]+", n.at)]
    values += [1.0 - number.value for number in found if number.value is not None and number.value <= 1.0]
    shares = {100.0 * a / b for a, b in product(counts, counts) if b}
    known: dict[int, set[str]] = {}

    def is_one(token: str) -> bool:
        decimals = len(token.partition(".")[2])
        if decimals not in known:
            scaled: Iterator[float] = (v * by for v in values for by in (1.0, 100.0, 1.0 / DAYS_PER_MONTH))
            known[decimals] = {str(round_half_up(v, decimals)) for v in [*scaled, *shares]}
        return token.replace(",", "") in known[decimals]

    return is_one


@pytest.mark.parametrize(
    "name",
    [
        "as it opens",
        "adjusted, stratified, subgroups, 99 %",
        "landmark",
        "deaths compete",
        "without dates, plain, a median that is not reached",
    ],
)
def test_every_number_in_the_tables_of_the_report_is_in_the_bundle(name, reports):
    found = numbers(reports[name])
    tables = Tables(report_html(reports[name])).found
    checked = 0
    assert len(tables) > 7
    for caption, cells in tables:
        parts = [part for words, part in SECTIONS.items() if words in caption]
        assert parts, f"no section of the numbers is known for the table “{caption}”"
        sections = tuple(name for part in parts for name in part)
        is_one = printed([number for number in found if number.section.startswith(sections)])
        for cell in cells:
            tokens = NUMBER.findall(BOUND.sub("", cell))
            checked += len(tokens)
            assert [token for token in tokens if not is_one(token)] == [], f"{caption}: {cell}"
    assert checked > 80


# ---- the command line ------------------------------------------------------------------------------------------


def test_the_command_writes_a_bundle_that_agrees(cli, shelf, tmp_path):
    out = tmp_path / "b.zip"
    asked = (
        "--endpoint",
        "TTNST",
        "--modality",
        "RFA",
        "--modality",
        "EBRT",
        "--unit",
        "months",
        "--tau",
        "12",
    )
    answer = cli("bundle", "--dataset", "synthetic", *asked, "--out", out)
    assert answer.code == 0
    assert (answer.json["n"], answer.json["selection"]) == (32, "RFA or External beam radiation")
    assert "32 patients" in answer.said
    with ZipFile(out) as archive:
        assert archive.read("expected.csv").decode().count("\n") == answer.json["numbers"] + 1
        assert b"restricted means,,tau,,365.25" in archive.read("expected.csv")
    assert shelf.names() == ["synthetic"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(("--tau", "999", "--unit", "months"), "restricted mean cannot run to", id="tau"),
        pytest.param(("--at", "6", "12"), "one chosen time", id="two-times"),
        pytest.param(("--modality", "none"), "has no modality", id="unknown-modality"),
        pytest.param(("--index-from", "2030-01-01"), "No patient", id="nobody-left"),
    ],
)
def test_the_command_refuses_and_writes_nothing(options, words, cli, shelf, tmp_path):
    out = tmp_path / "b.zip"
    answer = cli("bundle", "--dataset", "synthetic", "--endpoint", "TTNST", *options, "--out", out)
    assert (answer.code, answer.json) == (2, None)
    assert words in answer.said
    assert not out.exists()
    assert shelf.names() == ["synthetic"]
