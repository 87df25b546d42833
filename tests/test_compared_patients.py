"""Line, file and file name of a comparison are about the patients who are compared, on every page."""

from __future__ import annotations

import csv
from urllib.parse import parse_qs

import pytest

from gepnet_core.compared import compared_selection, compared_words, n_compared
from gepnet_core.comparison import compare
from gepnet_core.export import compared_lines
from gepnet_core.question import Question, asked
from gepnet_core.selection import Selection
from gepnet_core.store import open_dataset
from gepnet_core.view import View
from tests.test_pages import control, open_page, opened_with, words

__all__ = ["open_page"]
PAIR = "RFA or External beam radiation"


def rows(data, question: Question) -> list[dict[str, str]]:
    """Return the rows of the file of compared patients."""
    return list(csv.DictReader("".join(compared_lines(data, question)).splitlines()))


@pytest.mark.parametrize(
    ("selection", "by", "levels", "landmark", "n"),
    [
        pytest.param(Selection(), "modality", (), None, 59, id="all"),
        pytest.param(Selection(), "modality", ("RFA", "EBRT"), None, 32, id="two-modalities"),
        pytest.param(Selection(("RFA", "HAE")), "modality", ("RFA",), None, 17, id="filter-and-groups"),
        pytest.param(Selection(("RFA", "EBRT")), "sex", ("female",), None, None, id="another-column"),
        pytest.param(Selection(), "modality", ("RFA", "EBRT"), 182.625, None, id="landmark"),
        pytest.param(Selection(), "modality", (), 365.25, None, id="landmark-of-all"),
    ],
)
def test_line_and_file_hold_those_who_are_compared(shelf, selection, by, levels, landmark, n) -> None:
    data = open_dataset(shelf, "synthetic")
    question = Question("TTNST", selection, by=by, levels=levels, landmark=landmark)
    found, written = compare(data, question), rows(data, question)
    assert n_compared(data, question) == found.estimated.n == len(written)
    assert n in (None, len(written))
    if landmark is not None:
        assert all(int(row["TTNST_days"]) > landmark for row in written)
        assert len(written) < data.n_selected(compared_selection(data, question))
    if levels:
        assert {row[by] for row in written} <= set(levels)


def test_groups_that_are_not_compared_are_in_neither_line_nor_file_of_the_page(open_page) -> None:
    app = open_page("compare.py", level=["RFA", "EBRT"])
    assert f"**{PAIR}** · 32 of 59 patients" in words(app)
    (button,) = [found for found in app.main.get("download_button") if found.proto.label == "Cohort (CSV)"]
    assert "The patients who are compared" in button.proto.help
    control(app, "multiselect", "Groups to compare").set_value([]).run()
    assert "**all modalities** · 59 of 59 patients" in words(app)


def test_the_number_in_the_line_opens_the_compared_and_keeps_the_filters(open_page) -> None:
    app = open_page("compare.py", level=["RFA", "EBRT"])
    line = next(str(part.value) for part in app.main.markdown if str(part.value).startswith("**"))
    query = parse_qs(line.partition("(<patients?")[2].partition(">)")[0])
    assert query["within"] == ["modality:EBRT:RFA"]
    assert "modality" not in query


def test_under_a_landmark_the_line_says_who_is_left(open_page, shelf) -> None:
    app = open_page("compare.py", level=["RFA", "EBRT"], landmark="6")
    data = open_dataset(shelf, "synthetic")
    question = asked(View(endpoint="TTNST", levels=("RFA", "EBRT"), landmark=6.0), data)
    n = n_compared(data, question)
    assert 0 < n < 32
    assert f"**{PAIR}; followed without event for more than 6.0 months** · {n} of 59 patients" in words(app)
    assert compared_words(data, question).startswith(PAIR)


def test_take_away_names_the_groups_and_its_link_keeps_them(shelf, app_test, cli) -> None:
    assert shelf.names() == ["synthetic"]
    app = opened_with(app_test, "take_away.py", "Take away", {"level": ["RFA", "EBRT"], "by": "modality"})
    said = words(app)
    assert f"**{PAIR}** · 32 of 59 patients" in said
    told = cli(
        "estimate", "--dataset", "synthetic", "--endpoint", "TTNST", "--by", "modality", "--unit", "months"
    ).json
    for stratum in told["strata"]:
        if stratum["stratum"] in ("RFA", "EBRT"):
            median = stratum["median"]["estimate"]
            shown = "not reached" if median is None else f"{median:.1f}"
            assert f"{stratum['stratum'].replace('EBRT', 'External beam radiation')} {shown}" in said
    assert "median in months" in said
    link = parse_qs(app.main.code[0].value.partition("?")[2])
    assert "compare?" in app.main.code[0].value
    assert (link["level"], link["by"]) == (["RFA", "EBRT"], ["modality"])


def test_the_report_says_who_is_compared(cli, shelf, tmp_path) -> None:
    assert shelf.names() == ["synthetic"]
    out = tmp_path / "r.html"
    asked_for = ("report", "--dataset", "synthetic", "--endpoint", "TTNST", "--level", "RFA", "EBRT")
    assert cli(*asked_for, "--format", "html", "--out", out).code == 0
    head = out.read_text("utf-8").partition("</header>")[0]
    assert f"Compared: {PAIR} · 32 patients" in head.replace("\u00a0", " ")
    assert "median in months" in head
