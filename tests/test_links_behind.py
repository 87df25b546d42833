"""Every linked number opens exactly as many patients as it says, on every page, whatever the controls say."""

from __future__ import annotations

import html
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from gepnet_core.store import DataSet, Shelf, build_adtte, build_source, open_dataset
from gepnet_core.store.histories import Listing, n_listed
from gepnet_core.view import View
from tests.test_pages import Opener, open_page

__all__ = ["open_page"]

MARKDOWN_LINK = re.compile(r"\[((?:[^\]\\]|\\.)*)\]\(<patients\?([^>]*)>\)")
HTML_LINK = re.compile(r'<a href="patients\?([^"]*)">(.*?)</a>')
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*")


@dataclass(frozen=True)
class Link:
    """A number that a page links, the words around it, and the view that it opens."""

    words: str
    number: int
    view: View


def link(words: str, query: str) -> Link:
    """Read a link; the number is the last whole number before a share, or the only one."""
    shown = words.replace("\\", "").replace("\u00a0", " ")
    counted = re.search(r"\(n=([\d,]+)\)|, of ([\d,]+)$", shown)
    said = next(group for group in counted.groups() if group) if counted else NUMBER.findall(shown)[0]
    view, problems = View.from_query(parse_qs(query, keep_blank_values=True))
    assert problems == []
    return Link(shown, int(said.replace(",", "")), view)


def texts(app: AppTest) -> list[str]:
    """Return all Markdown of the main area, that of tables included, by cells and column heads."""
    found = [str(part.value) for part in (*app.main.markdown, *app.main.caption, *app.main.header)]
    for shown in app.main.table:
        frame = shown.value
        found += [*map(str, frame.columns), *map(str, frame.index), *map(str, frame.to_numpy().ravel())]
    return found


def links(app: AppTest) -> list[Link]:
    """Return every link of the page that opens patients behind a number."""
    found = [link(*each) for text in texts(app) for each in MARKDOWN_LINK.findall(text)]
    for part in app.main.get("html"):
        for query, words in HTML_LINK.findall(part.proto.body):
            found.append(link(re.sub(r"<.*?>", "", html.unescape(words)), html.unescape(query)))
    return [each for each in found if each.view.patient is None]


def behind(data: DataSet, view: View) -> int:
    """Return how many patients the page of patients lists for a view."""
    listing = Listing(view.selection, view.endpoint or next(iter(data.endpoints)), view.behind, view.within)
    return n_listed(data, listing)


def assert_each_opens_its_number(app: AppTest, data: DataSet) -> list[Link]:
    """Check every link of a page, and return them."""
    found = links(app)
    wrong = [
        (each.words, behind(data, each.view)) for each in found if behind(data, each.view) != each.number
    ]
    assert wrong == []
    assert all(each.view.version == data.version for each in found)
    return found


VIEWS = {
    "everybody": {},
    "modalities": {"modality": ["RFA", "EBRT"]},
    "dates": {"index_from": "2014-09-01", "index_to": "2016-06-30"},
    "cut-off": {"cutoff": "2015-12-31", "endpoint": "TTAI"},
    "all-filters": {
        **{"modality": ["RFA", "EBRT", "HAE"], "index_from": "2014-03-01", "cutoff": "2016-09-30"},
        **{"where": "sex:female", "range": "ki67_percent:2:", "by": "sex", "endpoint": "PFS"},
    },
    "death-is-event": {"death": "event", "by": "sex", "endpoint": "OS"},
    "death-competes": {"death": "competing", "by": "modality"},
    "by-grade": {"by": "tumour_grade", "where": "sex:male", "subgroup": ["sex", "modality"]},
    "by-modality": {
        **{"by": "modality", "level": ["RFA", "EBRT", "resection"], "adjust": "ki67_percent"},
        "subgroup": ["sex", "tumour_grade", "functional"],
    },
}
LEAST = {"overview.py": 40, "survival.py": 3, "compare.py": 3, "side_effects.py": 10}


# death rules act on the times that pages other than that of the side effects read, subgroups on the comparison
PAIRS = [
    (page, name)
    for page in LEAST
    for name in VIEWS
    if name in ("everybody", "all-filters", "cut-off")
    or (page == "side_effects.py") == (name in ("modalities", "dates"))
]


@pytest.mark.parametrize(
    ("page", "query"),
    [pytest.param(page, VIEWS[name], id=f"{page.removesuffix('.py')}-{name}") for page, name in PAIRS],
)
def test_every_linked_number_opens_as_many_patients(
    open_page: Opener, shelf: Shelf, page: str, query
) -> None:
    app = open_page(page, **query)
    assert len(assert_each_opens_its_number(app, open_dataset(shelf, "synthetic"))) >= LEAST[page]
    assert not [each for each in links(app) if each.number == 0]


def linked_cells(app: AppTest, columns: str) -> tuple[list[str], list[str]]:
    """Return the cells of the columns whose head matches: those that are links, and those that are not."""
    cells = [
        str(cell)
        for shown in app.main.table
        for head in shown.value.columns
        if re.search(columns, str(head).replace("\\", ""))
        for cell in shown.value[head]
    ]
    linked = [cell for cell in cells if MARKDOWN_LINK.search(cell)]
    return linked, [cell for cell in cells if cell not in linked]


@pytest.mark.parametrize(
    ("page", "query", "columns", "count"),
    [
        pytest.param("survival.py", {"by": "modality"}, "^(n|Events)$", 8, id="estimates"),
        pytest.param("compare.py", {}, "^(n|Events)$", 8, id="compared-estimates"),
        pytest.param("compare.py", {"subgroup": "sex"}, "^Events / n$", 6, id="hazards-and-subgroups"),
        pytest.param("overview.py", {}, "^Patients$", 9, id="what-ended-the-times"),
    ],
)
def test_every_count_of_patients_in_a_table_is_a_link(
    open_page: Opener, page: str, query, columns: str, count: int
) -> None:
    linked, plain = linked_cells(open_page(page, **query), columns)
    assert len(linked) >= count
    assert [cell for cell in plain if cell[0] in "123456789"] == []


def test_table_1_links_each_level_and_what_is_not_recorded_by_modality_and_for_all(
    open_page: Opener,
) -> None:
    app = open_page("overview.py")
    table = app.main.table[1].value
    categories = [line for line in table.index if ": " in line]
    assert len(categories) >= 10
    numbers = table.loc[categories].iloc[:, :-1].to_numpy().ravel()
    plain = [cell for cell in numbers if not MARKDOWN_LINK.search(cell)]
    assert {cell.replace("\\", "").replace("\u00a0", " ") for cell in plain} <= {"0 (0.0 %)"}
    female = [each for each in links(app) if each.view.within and each.view.within[0].values == ("female",)]
    whole = max(female, key=lambda each: each.number)
    assert (whole.view.behind, len(whole.view.within)) == (None, 1)
    assert sum(each.number for each in female) == 2 * whole.number


def test_counts_after_a_landmark_are_plain(open_page: Opener) -> None:
    app = open_page("compare.py", landmark="6", subgroup="sex")
    linked, plain = linked_cells(app, "^(n|Events|Events / n)$")
    assert (linked, len(plain) > 8) == ([], True)


def test_counts_of_patients_with_a_side_effect_are_links_and_those_of_treatments_are_plain(
    open_page: Opener,
) -> None:
    app = open_page("side_effects.py")
    tables = [[str(cell) for cell in shown.value.to_numpy().ravel()] for shown in app.main.table]
    assert len(tables) == 6
    for cells in tables[:2]:
        linked = [cell for cell in cells if MARKDOWN_LINK.search(cell)]
        assert linked
        assert {cell[0] for cell in cells if cell not in linked} == {"0"}
    assert not any(MARKDOWN_LINK.search(cell) for cells in tables[2:] for cell in cells)


def test_the_head_of_a_page_opens_the_selected_patients(open_page: Opener) -> None:
    app = open_page("survival.py", modality=["RFA", "EBRT"])
    head = app.main.markdown[0].value
    words, query = MARKDOWN_LINK.findall(head)[0]
    found = link(words, query)
    assert (found.number, found.view.behind, found.view.within) == (32, None, ())
    assert found.view.selection.modalities == ("EBRT", "RFA")


TRIAL = """USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC,stage,size
1,drug,TTP,Time to progression,10,DAYS,0,DEATH,I,1
2,drug,TTP,Time to progression,20,DAYS,2,DEATH,I,2
3,drug,TTP,Time to progression,30,DAYS,0,PROGRESSION,II,2
4,drug,TTP,Time to progression,40,DAYS,1,LAST CONTACT,,1
5,placebo,TTP,Time to progression,15,DAYS,0,PROGRESSION,II,3
6,placebo,TTP,Time to progression,25,DAYS,2,DEATH,,1
7,placebo,TTP,Time to progression,35,DAYS,2,DEATH,I,
8,placebo,TTP,Time to progression,45,DAYS,1,LAST CONTACT,II,2
1,drug,OS,Overall survival,10,DAYS,0,DEATH,I,1
2,drug,OS,Overall survival,20,DAYS,0,DEATH,I,2
5,placebo,OS,Overall survival,95,DAYS,1,ALIVE,II,3
"""


@pytest.fixture(scope="module")
def built(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a trial of eight, three of whom died before the event; three have a time of OS."""
    folder = tmp_path_factory.mktemp("trial")
    shutil.copytree(shipped, folder / "data")
    (folder / "trial.csv").write_text(TRIAL, encoding="utf-8")
    build_adtte(Shelf(folder / "data"), "trial", folder / "trial.csv", competing_cnsr=2)
    return folder / "data"


@pytest.fixture
def trial(shelf: Shelf, built: Path) -> DataSet:
    """The trial, on the shelf that the pages read."""
    shutil.copytree(built / "trial", shelf.root / "trial", dirs_exist_ok=True)
    return open_dataset(shelf, "trial")


@pytest.mark.parametrize("page", ["overview.py", "survival.py", "compare.py"])
@pytest.mark.parametrize(
    "query",
    [
        pytest.param({"by": "stage"}, id="deaths-are-censored"),
        pytest.param({"by": "modality", "death": "event"}, id="deaths-are-events"),
        pytest.param({"by": "size", "death": "competing", "subgroup": "stage"}, id="deaths-compete"),
        pytest.param({"endpoint": "OS", "by": "modality"}, id="most-have-no-time"),
        pytest.param({"endpoint": "OS", "where": "stage:I:II", "modality": "drug"}, id="filtered"),
    ],
)
def test_the_numbers_of_a_trial_open_their_patients(
    open_page: Opener, trial: DataSet, page: str, query
) -> None:
    app = open_page(page, dataset="trial", **query)
    assert len(assert_each_opens_its_number(app, trial)) >= 2


def test_deaths_of_two_kinds_that_count_as_events_are_one_number(open_page: Opener, trial: DataSet) -> None:
    app = open_page("overview.py", dataset="trial", death="event")
    found = [
        each for each in links(app) if "TTP" in str(each.view.behind) and "DEATH" in str(each.view.behind)
    ]
    assert [each.words for each in found] == ["4 (50.0 %)"]
    assert behind(trial, found[0].view) == 4


def test_the_patients_of_a_finding_are_as_many_as_the_quality_page_says(
    open_page: Opener, shelf: Shelf, synthetic_copy: Path
) -> None:
    table = synthetic_copy / "patients.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    lines = [line.replace(",G2,", ",,").replace(",G1,", ",,") for line in lines]
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    build_source(shelf, "sparse", synthetic_copy)
    app = open_page("quality.py", dataset="sparse", modality="RFA")
    found = assert_each_opens_its_number(app, open_dataset(shelf, "sparse"))
    assert [each.words.split(" ")[0] for each in found] == ["Open"] * len(found)
    assert len(found) >= 1
