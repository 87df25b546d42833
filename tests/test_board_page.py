"""The board view without a browser: its sentence and readings, where each key leads, and what its figure holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from gepnet_core.cursor import read_at, readings, reference_among
from gepnet_core.estimates import estimate
from gepnet_core.figure_words import Look
from gepnet_core.figures_board import board_figure, end_labels
from gepnet_core.selection import Selection
from gepnet_core.store import build_adtte, open_dataset
from gepnet_core.view import View
from gepnet_core.vocabulary import DeathRule
from pages.components.board_keys import moved
from tests.test_pages import in_url, opened_with, plain, words

REFERENCE = Path(__file__).parent / "reference"
Board = Callable[..., AppTest]


@pytest.fixture
def board(shelf, app_test: type[AppTest]) -> Board:
    """Open the board as a browser would, with a query string."""
    assert "synthetic" in shelf.names()

    return lambda **query: opened_with(app_test, "board.py", "Board view", query)


@pytest.fixture
def data(shelf):
    return open_dataset(shelf, "synthetic")


def headline(app: AppTest) -> str:
    """Return the sentence of the board."""
    (found,) = app.main.header
    return plain(found.value)


def remark_of(app: AppTest) -> str:
    """Return what the board says of small groups."""
    return next(found.value for found in app.main.caption if "fewer than 5" in found.value)


def reading(app: AppTest) -> list[str]:
    """Return the text of what is read beside the curve, an element a line."""
    shown = [part.proto.body for part in app.main.get("html") if "<h2>" in part.proto.body]
    if not shown:
        return []
    lines = re.sub(r"<[^>]+>", "\n", shown[0].replace("<strong>", "").replace("</strong>", "")).split("\n")
    return [unescape(line).replace("\u00a0", " ").strip() for line in lines if line.strip()]


def figures(app: AppTest) -> int:
    return len(app.main.get("plotly_chart"))


def test_the_board_opens_on_everybody_at_12_months_with_the_command_lines_reading(board: Board, cli) -> None:
    app = board()
    told = cli("read", "--dataset", "synthetic", "--endpoint", "TTNST", "--unit", "months").json
    assert (
        headline(app)
        == plain(told["sentence"])
        == (
            "Median time to new systemic therapy 42.0 months (95 % CI 14.1–NE, log-log); "
            "19 of 59 patients had the event."
        )
    )
    assert reading(app) == [
        "Still without new systemic therapy at 12.0 months (95 % CI, log-log)",
        "77 % (62–86)",
        "30 at risk",
    ]
    assert "**all modalities** · " in words(app)
    assert "synthetic cohort, no real patient" in words(app)
    assert figures(app) == 1


def test_buttons_change_endpoint_patients_and_time_and_the_address_says_so(board: Board, cli) -> None:
    app = board()
    app.button(key="board-e").click().run()
    app.button(key="board-shift+m").click().run()
    app.button(key="board-arrowright").click().run()
    assert not app.exception
    assert (in_url(app, "endpoint"), in_url(app, "by"), in_url(app, "at")) == (
        ["TTAI"],
        ["modality"],
        ["13.0"],
    )
    told = cli(
        *("read", "--dataset", "synthetic", "--endpoint", "TTAI", "--by", "modality"),
        *("--at", "13", "--unit", "months"),
    ).json
    assert headline(app) == plain(told["sentence"])
    shown = reading(app)
    assert shown[0] == plain(told["readings"][0]["heading"])
    for stratum in told["readings"][0]["strata"]:
        place = shown.index(stratum["label"])
        spoken = plain(stratum["sentence"])
        share, at_risk = shown[place + 1].rsplit(") ", 1)
        assert spoken.startswith(f"{share}) without any further intervention, {at_risk}")
        if stratum["difference"]:
            assert shown[place + 2].removeprefix("difference ") in spoken
    again = board(endpoint="TTAI", by="modality", at="13.0")
    assert reading(again) == shown
    assert headline(again) == headline(app)


def test_the_sidebar_says_what_a_button_has_chosen(board: Board) -> None:
    app = board()
    app.button(key="board-m").click().run()
    (modality,) = [found for found in app.sidebar.multiselect if found.label == "Modality"]
    assert modality.value == in_url(app, "modality") == ["resection"]
    assert " in Surgical resection " in headline(app)


def test_an_empty_window_says_so_draws_nothing_and_keeps_its_buttons(board: Board) -> None:
    app = board(index_from="2010-01-01", index_to="2011-01-01")
    assert "No patient matches these filters" in words(app)
    assert (figures(app), reading(app)) == (0, [])
    app.button(key="board-arrowright").click().run()
    app.button(key="board-m").click().run()
    assert not app.exception
    assert in_url(app, "at") == ["12.0"], "there is no later month"


def test_a_bad_link_says_why_and_shows_nobody(board: Board) -> None:
    app = board(modality="cryoablation")
    assert "has no modality" in words(app)
    assert (figures(app), reading(app)) == (0, [])


def test_curves_that_rise_are_read_as_the_share_with_the_event(board: Board) -> None:
    assert reading(board(failure="yes"))[:2] == [
        "With new systemic therapy at 12.0 months (95 % CI, log-log)",
        "23 % (14–38)",
    ]


def test_competing_deaths_are_read_as_cumulative_incidence(board: Board, shelf, cli) -> None:
    build_adtte(shelf, "mgus2", REFERENCE / "mgus2_adtte.csv", competing_cnsr=2)
    app = board(dataset="mgus2", death="competing", by="modality", at="120")
    told = cli(
        *("read", "--dataset", "mgus2", "--endpoint", in_url(app, "endpoint")[0], "--death", "competing"),
        *("--by", "modality", "--at", "120", "--unit", "months"),
    ).json
    assert told["estimates"] == "cumulative incidence"
    assert reading(app)[0] == plain(told["readings"][0]["heading"])
    first = told["readings"][0]["strata"][0]
    assert reading(app)[2].startswith(plain(first["sentence"]).split(" with")[0].split(" not")[0][:12])
    assert "count as competing" in headline(app)


def test_two_modalities_of_a_filter_are_named_in_the_sentence(board: Board) -> None:
    app = board(modality=["RFA", "HAE"], endpoint="OS", by="sex")
    assert headline(app).startswith("Median overall survival in RFA or Selective HAE by Sex, months (95 % CI")
    assert "Descriptive only, fewer than 5 events: Sex: female (1), Sex: male (1)." in words(app)


def test_groups_that_are_many_are_a_table_with_a_difference_to_the_first(
    board: Board, shelf, tmp_path
) -> None:
    rows = ["USUBJID,PARAMCD,PARAM,AVAL,AVALU,CNSR,TRTP"]
    for arm in range(12):
        name = f"A treatment <b>with</b> a name that is long {arm:02}"
        rows += [
            f"P{arm}-{i},TTX,Time to it,{30 * (arm + i + 1)},DAYS,0,{name}" for i in range(1 if arm else 3)
        ]
    path = tmp_path / "twelve.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    build_adtte(shelf, "twelve", path)
    app = board(dataset="twelve", by="modality", at="2")
    shown = reading(app)
    assert shown[1:5] == ["Group", "%", "At risk", "Difference"]
    places = [place for place, line in enumerate(shown) if line.startswith("A treatme")]
    assert len(places) == 12
    assert len({shown[place] for place in places}) == 12, "clipped names still tell apart"
    assert shown[places[0] + 1 : places[0] + 4] == ["33 (1–77)", "1", "reference"]
    assert headline(app) == "Time to it in 12 groups by Treatment (TRTP): 14 of 14 patients had the event."
    assert plain(remark_of(app)) == (
        "The median in A treatment <b>wit…s long 00, A treatment <b>wit…s long 01, A treatment <b>wit…s long 02 "
        "and 9 more rests on fewer than 5 patients. Descriptive only, fewer than 5 events: A treatment <b>wit…s "
        "long 00 (3), A treatment <b>wit…s long 01 (1), A treatment <b>wit…s long 02 (1) and 9 more."
    )


EVERYTHING = View(endpoint="TTNST")


@pytest.mark.parametrize(
    ("before", "keys", "after"),
    [
        pytest.param({}, "e", {"endpoint": "TTAI"}, id="next-endpoint"),
        pytest.param({}, "shift+e", {"endpoint": "OS"}, id="endpoints-are-a-ring"),
        pytest.param({}, "e e e e", {"endpoint": "TTNST"}, id="four-endpoints"),
        pytest.param({}, "arrowright", {"at": 13.0}, id="a-month-later"),
        pytest.param({}, "shift+arrowleft", {"at": 6.0}, id="six-months-earlier"),
        pytest.param({"at": 12.5}, "arrowright", {"at": 13.0}, id="to-whole-months-up"),
        pytest.param({"at": 12.5}, "arrowleft", {"at": 12.0}, id="to-whole-months-down"),
        pytest.param({"at": 2.0}, "shift+arrowleft", {"at": 1.0}, id="not-before-the-first-month"),
        pytest.param({}, "home", {"at": 1.0}, id="home"),
        pytest.param({}, "end", {"at": 42.0}, id="end-is-the-last-whole-month"),
        pytest.param({}, "end arrowright", {"at": 42.0}, id="not-past-the-end"),
        pytest.param({"at": 60.0}, "arrowright", {"at": 60.0}, id="a-link-past-the-end-stays"),
        pytest.param({}, "b", {"band": False}, id="band-off"),
        pytest.param({}, "b b", {}, id="band-on-again"),
    ],
)
def test_a_key_changes_one_thing(data, before: dict, keys: str, after: dict) -> None:
    view = replace(EVERYTHING, **before)
    for key in keys.split():
        view = moved(data, view, key)
    assert view == replace(EVERYTHING, **{**before, **after})


def stops(data, view: View, key: str, times: int) -> list[tuple[tuple[str, ...], str | None]]:
    found = []
    for _ in range(times):
        view = moved(data, view, key)
        found.append((view.selection.modalities, view.by))
    return found


def test_m_goes_from_all_through_each_modality_to_all_side_by_side_and_round(data) -> None:
    there = stops(data, EVERYTHING, "m", 6)
    each = [(("resection",), None), (("RFA",), None), (("EBRT",), None), (("HAE",), None)]
    assert there == [*each, ((), "modality"), ((), None)]
    assert stops(data, EVERYTHING, "shift+m", 6) == [((), "modality"), *reversed(each), ((), None)]


def test_m_keeps_curves_by_another_column(data) -> None:
    by_sex = replace(EVERYTHING, by="sex")
    assert [by for _, by in stops(data, by_sex, "m", 5)] == ["sex"] * 5
    assert stops(data, by_sex, "m", 5)[-1] == ((), "sex")


def test_m_from_two_modalities_goes_on_as_from_all(data) -> None:
    two = replace(EVERYTHING, selection=Selection(("RFA", "HAE")))
    assert stops(data, two, "m", 1) == [(("resection",), None)]
    assert stops(data, two, "shift+m", 1) == [((), "modality")]


def drawn(data, endpoint: str = "TTNST", *, death: DeathRule = DeathRule.CENSOR, failure: bool = False):
    """Return an estimate by modality, its readings, and the board's figure of them."""
    found = estimate(data, endpoint, Selection(death=death), by="modality")
    reference = reference_among(found)
    read = readings(found, reference)
    look = Look(None, True, failure)
    return (
        found,
        read,
        board_figure(found, read, look, data.levels("modality"), chosen=read_at(found, 365, reference)),
    )


def test_curves_hold_the_readings_as_far_as_each_group_is_followed(data) -> None:
    found, read, figure = drawn(data)
    for place, stratum in enumerate(found.strata):
        parts = [trace for trace in figure.data if trace.name == stratum.label]
        points = {(x, y) for part in parts for x, y in zip(part.x, part.y, strict=True)}
        assert points == {
            (reading.day / 30.4375, 100 * reading.strata[place].share)
            for reading in read
            if reading.day <= stratum.curve.last_day
        }


def cursors_of(figure) -> list:
    """Return what the cursor reads in the order of its label, which a band turns round."""
    return [trace for trace in figure.data if trace.hovertemplate][::-1]


def test_the_cursor_says_of_every_group_what_is_read_at_every_time(data) -> None:
    found, read, figure = drawn(data)
    cursors = cursors_of(figure)
    assert [len(trace.x) for trace in cursors] == [len(read)] * len(found.strata)
    assert {tuple(trace.x) for trace in cursors} == {tuple(reading.day / 30.4375 for reading in read)}
    last = [trace.text[-1] for trace in cursors]
    assert sum("NE, beyond the follow-up" in text for text in last) == 2, (
        "one is followed longest, and one ended at 0"
    )
    assert all(stratum.label in trace.text[0] for stratum, trace in zip(found.strata, cursors, strict=True))
    assert figure.layout.hovermode == "x unified"


def test_the_cursor_names_the_difference_and_its_sign(data) -> None:
    _, read, figure = drawn(data)
    # the first day on which one group lies above the reference and another below it
    day = next(
        place
        for place, reading in enumerate(read)
        if {found.difference.estimate > 0 for found in reading.strata[1:] if found.difference.estimate}
        == {True, False}
    )
    lines = [trace.text[day].replace("\u00a0", " ") for trace in cursors_of(figure)]
    assert lines[0].endswith("at risk, reference")
    differences = [found.difference.estimate for found in read[day].strata[1:]]
    for line, difference in zip(lines[1:], differences, strict=True):
        assert f"at risk, difference {100 * difference:+.0f} (".replace("-", "−") in line
    assert "difference NE" in " ".join(trace.text[-1] for trace in cursors_of(figure))


def test_labels_at_the_ends_keep_their_order_and_do_not_touch(data) -> None:
    for endpoint in data.endpoints:
        found, read, figure = drawn(data, endpoint)
        placed = end_labels(found, read, 45.0)
        heights = sorted(placed.values())
        assert len(heights) == 4
        assert all(after - before > 7.9 for before, after in pairwise(heights)), endpoint
        assert heights[0] >= 0
        assert heights[-1] <= 100
        assert min(note.font.size for note in figure.layout.annotations) >= 22


def test_rising_curves_start_at_0(data, shelf) -> None:
    build_adtte(shelf, "mgus2", REFERENCE / "mgus2_adtte.csv", competing_cnsr=2)
    died = open_dataset(shelf, "mgus2")  # in the synthetic cohort nobody died before the event
    for found, _, figure in (drawn(data, failure=True), drawn(died, "TTE", death=DeathRule.COMPETING)):
        curves = [trace for trace in figure.data if trace.name == found.strata[0].label]
        assert curves[0].y[0] == 0.0
