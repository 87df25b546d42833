"""Tables as words say what the screen says, and go out as CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet_core.behind import Ended
from gepnet_core.estimates import estimate
from gepnet_core.report.contents import compose
from gepnet_core.report.tables import Part, report_sections, tables_csv
from gepnet_core.selection import Selection
from gepnet_core.sheet import Counted, Sheet, counted, sheet_lines, sheets_lines, writable
from gepnet_core.sheets import estimates_sheet
from gepnet_core.store import build_adtte, open_dataset
from gepnet_core.view import View
from gepnet_core.vocabulary import ConfType, DeathRule, Status
from tests.conftest import REFERENCE
from tests.test_pages import Opener, open_page, table

__all__ = ["open_page"]


@pytest.fixture
def synthetic(shelf):
    """The synthetic cohort."""
    return open_dataset(shelf, "synthetic")


def read(lines) -> list[list[str]]:
    """Return CSV as a reader takes it."""
    return list(csv.reader(io.StringIO("".join(lines), newline="")))


def on_screen(frame) -> list[list[str]]:
    """Return a table of a page as rows, the header first; what stands on two lines there, with a comma."""
    rows = [
        [str(name), *map(str, values)] for name, values in zip(frame.index, frame.to_numpy(), strict=True)
    ]
    found = [[str(frame.index.name), *map(str, frame.columns)], *rows]
    return [[cell.replace("  \n", ", ") for cell in row] for row in found]


def as_read(sheet: Sheet) -> list[list[str]]:
    """Return a sheet as rows without no-break spaces, the header first."""
    return [[cell.replace("\u00a0", " ") for cell in row] for row in (sheet.header, *sheet.rows)]


def by_part(report, part: Part) -> list[list[list[str]]]:
    return [as_read(sheet) for section in report_sections(report, [part]) for sheet in section.sheets]


def test_estimates_and_follow_up_are_those_of_the_survival_page(open_page: Opener, synthetic) -> None:
    app = open_page("survival.py", endpoint="PFS", by="modality", conf_type="spss", modality=["RFA", "EBRT"])
    view = View(
        endpoint="PFS",
        by="modality",
        conf_type=ConfType.SPSS,
        selection=Selection(modalities=("RFA", "EBRT")),
    )
    report = compose(synthetic, view)
    assert [on_screen(table(app, 0))] == by_part(report, Part.GROUPS)
    assert [on_screen(table(app, 1))] == by_part(report, Part.FOLLOW_UP)


def test_events_and_table_1_are_those_of_the_overview(open_page: Opener, synthetic) -> None:
    app = open_page("overview.py")
    shown = [on_screen(table(app, number))[1:] for number in range(len(app.main.table))]
    report = compose(synthetic, View())
    assert by_part(report, Part.BASELINE)[0][1:] in shown
    assert by_part(report, Part.EVENTS)[0][1:] in shown


def test_a_comparison_is_that_of_its_page(open_page: Opener, synthetic) -> None:
    options = {"endpoint": "TTNST", "adjust": "ki67_percent", "subgroup": "sex", "reference": "RFA"}
    app = open_page("compare.py", **options)
    shown = [on_screen(table(app, number)) for number in range(len(app.main.table))]
    view = View(endpoint="TTNST", adjust=("ki67_percent",), subgroups=("sex",), reference="RFA")
    sheets = by_part(compose(synthetic, view), Part.COMPARISON)
    assert len(sheets) == 7
    assert [sheet for sheet in sheets if sheet not in shown] == []


def test_side_effects_are_those_of_their_page(open_page: Opener, synthetic) -> None:
    app = open_page("side_effects.py", window="30")
    shown = [on_screen(table(app, number)) for number in range(len(app.main.table))]
    sheets = by_part(compose(synthetic, View(window=30)), Part.SIDE_EFFECTS)
    assert [[row[1:] for row in sheet] for sheet in sheets] == [[row[1:] for row in sheet] for sheet in shown]


def test_competing_deaths_bring_incidences_and_grays_test(shelf) -> None:
    build_adtte(shelf, "own", REFERENCE / "mgus2_adtte.csv", competing_cnsr=2)
    view = View(selection=Selection(death=DeathRule.COMPETING), by="modality")
    report = compose(open_dataset(shelf, "own"), view)
    titles = [sheet.title for section in report_sections(report) for sheet in section.sheets]
    assert any("Cumulative incidence, death before the event competing" in title for title in titles)
    assert any("Gray's test" in title for title in titles)
    assert not any("Mean time" in title for title in titles)
    (groups,) = by_part(report, Part.GROUPS)
    assert groups[0][3] == "Deaths before the event"
    assert [row[3] for row in groups[1:]] == ["370", "490"]


def test_the_table_of_estimates_says_by_which_method_they_were_made(synthetic, shelf) -> None:
    build_adtte(shelf, "died", REFERENCE / "mgus2_adtte.csv", competing_cnsr=2)
    curves = estimates_sheet(estimate(synthetic, "TTNST", Selection()))
    assert curves.title.endswith(": events, medians and S(t)")
    assert curves.notes[0] == (
        "Kaplan-Meier estimate; S is the share still without new systemic therapy. Intervals are pointwise."
    )
    rising = estimate(open_dataset(shelf, "died"), "TTE", Selection(death=DeathRule.COMPETING))
    assert estimates_sheet(rising).title.endswith(": events, medians and cumulative incidence")
    assert estimates_sheet(rising).notes[0] == (
        "Aalen-Johansen estimate of the cumulative incidence, death before the event competing. Intervals are "
        "pointwise."
    )


def test_every_table_says_of_which_data_it_is(synthetic) -> None:
    report = compose(synthetic, View(selection=Selection(modalities=("RFA",))))
    sheets = [sheet for section in report_sections(report) for sheet in section.sheets]
    assert len(sheets) > 8
    for sheet in sheets:
        assert sheet.version == synthetic.version
        said = f"Data set synthetic, version {synthetic.version}. Filters: RFA."
        assert any(said in note for note in sheet.notes), sheet.title


def test_a_single_table_goes_out_as_it_is_printed_with_the_version_first(synthetic) -> None:
    report = compose(synthetic, View())
    header, *rows = read(tables_csv(report, [Part.FOLLOW_UP]))
    assert header[:2] == ["dataset_version", "Group"]
    assert [row[0] for row in rows] == [synthetic.version] * 4
    (sheet,) = [found for part in report_sections(report, [Part.FOLLOW_UP]) for found in part.sheets]
    assert [tuple(row[1:]) for row in rows] == list(sheet.rows)


def test_several_tables_go_out_as_a_line_a_cell(synthetic) -> None:
    report = compose(synthetic, View())
    header, *rows = read(tables_csv(report))
    assert header == ["dataset_version", "table", "row", "of", "column", "words"]
    titles = list(dict.fromkeys(row[1] for row in rows))
    sheets = [sheet for section in report_sections(report) for sheet in section.sheets]
    assert titles == [sheet.title for sheet in sheets], "no two tables have one title"
    cells = sum(len(sheet.rows) * (len(sheet.header) - 1) for sheet in sheets)
    assert len(rows) == cells
    assert [synthetic.version, "Patients at time zero, by modality", "2", "Sex: female", "RFA (n=17)"] in [
        row[:5] for row in rows
    ]


TEXT = st.text(max_size=30)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=4), TEXT)
def test_any_text_survives_the_way_through_csv_but_for_what_no_file_can_hold(rows, title) -> None:
    sheet = Sheet(title, ("a", "=b"), tuple(rows), version="v1")
    header, *found = read(sheet_lines(sheet))
    assert header == ["dataset_version", "a", "'=b"]
    assert [row[0] for row in found] == ["v1"] * len(rows)
    for row, (first, second) in zip(found, sheet.rows, strict=True):
        assert row[1].removeprefix("'") == first.removeprefix("'") or row[1] == "'" + first
        assert not row[2].startswith(("=", "+", "-", "@", "\t", "\r"))
        assert row[2] in (second, "'" + second)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("a\x00b\x1bc", "a\ufffdb\ufffdc", id="control-characters"),
        pytest.param("one\r\ntwo\tthree", "one  two three", id="lines-and-tabs"),
        pytest.param("\u202eevil", "\ufffdevil", id="turned-direction"),
        pytest.param("95\u00a0% 😀 é", "95\u00a0% 😀 é", id="what-is-text-stays"),
        pytest.param("\ud800", "\ufffd", id="half-a-character"),
    ],
)
def test_what_no_document_can_hold_is_seen_to_be_missing(text: str, written: str) -> None:
    assert writable(text) == written
    sheet = Sheet(text, (text,), ((text,),), (text,))
    assert (sheet.title, sheet.header, sheet.rows, sheet.notes) == (
        written,
        (written,),
        ((written,),),
        (written,),
    )


def test_a_row_that_is_not_as_long_as_the_header_is_an_error() -> None:
    with pytest.raises(ValueError, match="1 rows of “t” do not have 2 cells"):
        Sheet("t", ("a", "b"), (("1", "2"), ("1",)))


def test_tables_of_one_header_share_the_columns_of_the_long_form() -> None:
    sheets = [Sheet(name, ("g", "x", "y"), (("all", "1", "2"),), version="v") for name in "AB"]
    assert read(sheets_lines(sheets)) == [
        ["dataset_version", "table", "row", "of", "column", "words"],
        ["v", "A", "1", "all", "x", "1"],
        ["v", "A", "1", "all", "y", "2"],
        ["v", "B", "1", "all", "x", "1"],
        ["v", "B", "1", "all", "y", "2"],
    ]


def test_a_cell_that_counts_patients_is_its_words_in_every_file_and_none_stand_behind_a_zero() -> None:
    dead = Ended("OS", Status.EVENT)
    row = ["RFA", (counted("5", 5, dead), " / ", counted("0", 0, None))]
    sheet = Sheet.of_cells("t", ("Group", "Events / n"), [row])
    assert sheet.rows == (("RFA", "5 / 0"),)
    assert sheet.cells[1] == ("RFA", (Counted("5", dead), " / ", "0"))
