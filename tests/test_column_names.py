"""Any name of a column works: 200 of them, through import, every command and page, links, files and back."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest

from gepnet_core.comparison import compare
from gepnet_core.comparison_words import guards, headline
from gepnet_core.criteria import Between, OneOf
from gepnet_core.estimates import estimate
from gepnet_core.export import listed_lines
from gepnet_core.export_comparison import comparison_lines
from gepnet_core.figures import Look, survival_figure
from gepnet_core.intake.known_later import Verdict, judged_name
from gepnet_core.intake.request import Format, Request
from gepnet_core.question import Question
from gepnet_core.selection import Selection
from gepnet_core.store import DataSet, Shelf, open_dataset
from gepnet_core.store.build import build
from gepnet_core.store.crossed import baseline_values
from gepnet_core.store.histories import Listing, beside, listing_of, members
from gepnet_core.view import View
from gepnet_core.vocabulary import Order
from tests.test_pages import opened_with, words

KEYWORDS = """
REFERRED FROM CLINIC|FROM|select|SELECT 1|where|group by|ORDER BY|union all|having|limit|offset|table|column|null|
true|case when|end|join|left|using|with|values|distinct|all|any|exists|in|not|and|or|like|between|is|as|desc|filter|
over|partition|window|row|interval|date|timestamp|cast|user|current_date|primary|references|default|check|unique|
drop table cohort|insert|update|delete|pivot|qualify|sample|lateral
"""
OURS = """
count|count(*)|sum|n|N at risk|days|status|stratum|reason|endpoint|treatment|rowid|row_number|level|levels|value|
value_0|place|own|line|subject|planned|study|start|known|strata|name|label|kind|position|version|meta|cohort|times|
time_to_event|source|c|t|e|s|b|w|p|o|group|groups|at_risk|events|event|censored|competing|survival|lower|upper|day|
in_cohort|left_out_by|none|not recorded|all patients|time|index|overall|part|lanes|by|where_0|code_0|cutoff|ids|
patient
"""
SIGNS = [
    *(
        'quote"double',
        '"',
        '""',
        "quote'single",
        "'",
        "''",
        "'=1",
        "back`tick",
        "dot.ted",
        ".",
        "..",
        "a.b.c",
    ),
    *(
        "comma, name",
        "semi;colon",
        "a; b",
        "co:lon",
        ":",
        "sla/sh",
        "back\\slash",
        "\\",
        "per%cent",
        "%s",
        "%(name)s",
    ),
    *(
        "%",
        "{}",
        "{0}",
        "{name}",
        "{{",
        "[brackets]",
        "[",
        "(paren",
        ")",
        "<b>bold</b>",
        "<script>x</script>",
        "<br>",
    ),
    *(
        "&amp;",
        "&",
        "a&b=c",
        "q?x=1",
        "#hash",
        "#",
        "@at",
        "!bang",
        "*star*",
        "**",
        "_under_",
        "__init__",
        "~tilde~",
    ),
    *(
        "$dollar$",
        "$x^2$",
        "$",
        "\\frac{1}{2}",
        "^caret",
        "+plus",
        "-minus",
        "--comment",
        "/*comment*/",
        "=1+1",
    ),
    *(
        "%{x}",
        "%{y:.1f}",
        "${env}",
        ":red[x]",
        ":material/close:",
        "[link](http://a)",
        "![i](x)",
        "a|b",
        "|",
        "1",
    ),
    *(
        "007",
        "1e5",
        "-1",
        "1st column",
        "tab\tinside",
        "new\nline",
        "two\n\nlines",
        "non\u00a0breaking",
        "zero\u200bwidth",
    ),
    *(
        "Größe",
        "ß",
        "ПОЛ",
        "性别",
        "الجنس",
        "e\u0301",
        "Z\u0351\u036b\u0343",
        "\N{GRINNING FACE}",
        "İstanbul",
        "ı",
        "K",
    ),
    *("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea", "ﬁ", "①", "\u202ertl", "x" * 200),
]
IN_FILE = [*(name.strip() for name in (KEYWORDS + "|" + OURS).replace("\n", "").split("|")), *SIGNS]
# "survival" or "event" is no baseline, whatever is said; of "days" or "time" somebody has to say so
NAMES = [name for name in IN_FILE if judged_name(name).verdict is not Verdict.SURE]
SAID = tuple((name, True) for name in NAMES if judged_name(name).verdict is Verdict.SUSPECT)
ON_PAGES = [
    "REFERRED FROM CLINIC",
    '"',
    "''",
    "a; b",
    "%(name)s",
    "{0}",
    "<b>bold</b>",
    ":red[x]",
    "$x^2$",
    "new\nline",
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with 24 patients who have a column of every name, its values names of columns too."""
    folder, chance = tmp_path_factory.mktemp("named"), random.Random(1)
    told = io.StringIO(newline="")
    file = csv.writer(told)
    file.writerow(["USUBJID", "TRTP", "PARAMCD", "PARAM", "AVAL", "AVALU", "CNSR", *IN_FILE])
    for number in range(24):
        cells = [
            str(chance.randrange(3)) if place % 3 == 0 else NAMES[(place + chance.randrange(2)) % len(NAMES)]
            for place in range(len(IN_FILE))
        ]
        row = [f"P{number:02}", "AB"[number % 2], "REC", "Recurrence", chance.randrange(1, 900), "DAYS"]
        file.writerow([*row, chance.randrange(2), *cells])
    (folder / "named.csv").write_text(told.getvalue(), encoding="utf-8", newline="")
    build(Shelf(folder / "data"), "named", Request(folder / "named.csv", Format.ADTTE, baseline=SAID))
    return folder / "data"


@pytest.fixture(scope="module")
def data(built: Path) -> DataSet:
    """The data set of every name."""
    return open_dataset(Shelf(built), "named")


def numeric(data: DataSet) -> set[str]:
    """Return the names of the columns of numbers."""
    return {column.name for column in data.baseline if column.kind == "numeric"}


def test_there_are_200_names_and_all_are_taken(data: DataSet) -> None:
    assert len(NAMES) == len({name.lower() for name in NAMES}) >= 200
    assert [column.name for column in data.baseline] == NAMES


def test_every_name_groups_filters_and_is_asked_back_from_its_link(data: DataSet) -> None:
    numbers = numeric(data)
    for name in NAMES:
        levels = data.levels(name)
        criteria: tuple[OneOf | Between, ...] = (OneOf(name, tuple(levels)),)
        if name in numbers:
            criteria += (Between(name, -1e6, 1e6),)
        view = View(
            dataset="named",
            endpoint="REC",
            selection=Selection(criteria=criteria),
            by=name,
            lanes=name,
            levels=tuple(levels),
            adjust=(name,),
            subgroups=(name,),
            stratify=name,
            within=(OneOf(name, (levels[0],)),),
        )
        query = parse_qs(urlencode(view.to_query(), doseq=True), keep_blank_values=True)
        assert View.from_query(query) == (view, []), name
        found = estimate(data, "REC", view.selection, by=name)
        assert [stratum.stratum for stratum in found.strata] == levels, name
        assert sum(stratum.n for stratum in found.strata) == 24, name


def test_every_name_makes_lanes_and_lists(data: DataSet) -> None:
    for place, name in enumerate(NAMES):
        order = list(Order)[1 + place % (len(Order) - 1)]
        view = View(endpoint="REC", lanes=name, within=(OneOf(name, (data.levels(name)[0],)),), order=order)
        listed = members(data, listing_of(data, view))
        assert {member.stratum for member in listed} == {data.levels(name)[0]}, name
        second = listed[1].patient_id
        found = beside(data, listing_of(data, view), second)
        assert found is not None
        assert found[:2] == (1, listed[0].patient_id), name


def test_every_name_is_compared_adjusted_for_stratified_by_and_makes_subgroups(data: DataSet) -> None:
    for place in range(0, len(NAMES) - 5, 5):
        by, *columns = NAMES[place : place + 5]
        found = compare(
            data,
            Question(
                "REC",
                Selection(),
                by=by,
                adjust=(columns[0], columns[1]),
                stratify=columns[2],
                subgroups=(columns[3],),
            ),
        )
        assert sum(stratum.n for stratum in found.strata) == 24
        assert headline(found)
        assert guards(found) is not None
        written = list(csv.reader("".join(comparison_lines(found)).splitlines(keepends=True)))
        assert {len(row) for row in written} == {len(written[0])}
        if place % 20 == 0:  # drawing takes longest
            assert survival_figure(found.estimated, Look(), data.levels(by)).to_json()


def test_the_list_of_patients_as_a_file_has_every_name(data: DataSet) -> None:
    listing = Listing(Selection(), "REC", order=Order.PATIENT, lanes="REFERRED FROM CLINIC")
    header, *rows = csv.reader(io.StringIO("".join(listed_lines(data, listing)), newline=""))
    assert len(rows) == 24
    assert {name.removeprefix("'") if name not in NAMES else name for name in header} >= set(NAMES) - {"'=1"}


def test_what_is_exported_comes_in_again_with_the_same_names_and_values(
    data: DataSet, held, cli, tmp_path
) -> None:
    assert held.names() == ["named"]
    for kind in ("adtte", "adsl"):
        done = cli("export", "--dataset", "named", "--format", kind, "--out", tmp_path / f"{kind}.csv")
        assert done.code == 0, done.said
    back = ("import", tmp_path / "adtte.csv", "--adsl", tmp_path / "adsl.csv", "--dataset", "again")
    said = [f"--baseline={name}=yes" for name, _ in SAID]
    done = cli(*back, "--delimiter", "comma", "--competing-cnsr", "2", *said)
    assert done.code == 0, done.said
    again = open_dataset(held, "again")
    assert [column.name for column in again.baseline if column.name != "STUDYID"] == NAMES
    for name in NAMES:
        assert baseline_values(again, name, Selection()) == baseline_values(data, name, Selection()), name


def test_the_commands_that_write_files_take_such_names(held, cli, tmp_path) -> None:
    assert held.names() == ["named"]
    asked = ("--dataset", "named", "--endpoint", "REC", "--by=REFERRED FROM CLINIC", "--stratify=$x^2$")
    asked += ("--adjust", '"', "%(name)s", "new\nline", "--subgroup", "<br>", "{0}", "\\frac{1}{2}", "a; b")
    for command, ending in (("report", "html"), ("tables", "docx"), ("tables", "csv")):
        done = cli(command, *asked, "--format", ending, "--out", tmp_path / f"out.{ending}")
        assert done.code == 0, done.said
    done = cli("bundle", *asked, "--out", tmp_path / "out.zip")
    assert done.code == 0, done.said
    for kind in ("survival", "forest", "subgroups", "lanes"):
        done = cli("figure", *asked, "--kind", kind, "--out", tmp_path / f"{kind}.svg")
        assert done.code == 0, done.said


@pytest.mark.parametrize("name", ON_PAGES)
def test_pages_group_and_filter_by_such_names(held, app_test, name: str) -> None:
    level = open_dataset(held, "named").levels(name)[0]
    query = {"dataset": "named", "by": name, "where": OneOf(name, (level,)).to_text(), "lanes": name}
    app = opened_with(app_test, "patients.py", "Patients", query)
    assert not app.main.error
    assert "of 24 patients" in words(app)
    for page in ("survival.py", "compare.py", "take_away.py"):
        app.switch_page(page).run()
        assert not app.exception
        assert not app.main.error
        assert "of 24 patients" in words(app)
