"""The figures of patients: every lane and mark where the records say, told apart without colour."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import pytest

from gepnet_core.behind import Step
from gepnet_core.figures_swimmer import swimmer_figure
from gepnet_core.figures_timeline import timeline_figure
from gepnet_core.histories import history_of, page_of
from gepnet_core.selection import Selection
from gepnet_core.store import DataSet, Shelf, build_adtte, open_dataset
from gepnet_core.vocabulary import DAYS_PER_MONTH, Order
from tests.test_histories import TRIAL, listing, six, synthetic

__all__ = ["six", "synthetic"]


def drawn(dataset: DataSet, **changes: object) -> go.Figure:
    """Return the figure of the first page of a list."""
    return swimmer_figure(page_of(dataset, listing(**changes), 1), dataset.levels("modality"))


def named(figure: go.Figure, name: str) -> Any:
    """Return the one trace of this name."""
    (found,) = (trace for trace in figure.data if trace.name == name)
    return found


def days(months: Any) -> list[int]:
    """Return months of a figure as whole days."""
    return [round(month * DAYS_PER_MONTH) for month in months]


def rows(figure: go.Figure) -> dict[str, float]:
    """Return the label of each lane with its row."""
    axis = figure.layout.yaxis
    return dict(zip(axis.ticktext, axis.tickvals, strict=True))


def caption(figure: go.Figure) -> str:
    """Return the words under the figure."""
    return str(figure.layout.annotations[-1].text).replace("<br>", " ")


def test_a_lane_runs_from_the_index_date_to_the_end_of_observation(six: DataSet) -> None:
    figure = drawn(six, order=Order.PATIENT)
    assert list(rows(figure)) == ["=D", "A", "B", "C"]
    lanes = [trace for trace in figure.data if trace.type == "scatter" and trace.mode == "lines"]
    ends = {
        trace.y[place]: days([trace.x[place + 1]])[0]
        for trace in lanes
        for place in range(0, len(trace.x), 3)
    }
    assert ends == {0: 10, 1: 365, 2: 330, 3: 400}
    assert {trace.x[0] for trace in lanes} == {0.0}


def test_marks_stand_on_the_days_of_the_records_and_say_so(six: DataSet) -> None:
    figure = drawn(six)
    row = rows(figure)
    for name, names, wanted in (
        ("focal progression", ["A"], [-10]),
        ("multifocal progression", ["A"], [60]),
        ("death", ["A"], [365]),
        ("last contact", ["=D", "B", "C"], [10, 330, 400]),
        ("local treatment: RFA", ["A", "=D", "B"], [0, 0, 100]),
    ):
        trace = named(figure, name)
        assert (list(trace.customdata), days(trace.x)) == (names, wanted)
        assert list(trace.y) == [row[each] for each in names]
    assert "further local treatment: RFA: 3.3 months" in named(figure, "local treatment: RFA").text[2]


def test_therapies_are_bars_from_three_months_before_the_index_date(six: DataSet) -> None:
    known, new = (
        named(drawn(six), name) for name in ("systemic therapy known at index", "new systemic therapy")
    )
    assert (days(known.base), days(known.x)) == ([-91], [365 + 91])  # going on until death
    assert (days(new.base), days(new.x)) == ([100], [100])
    assert (known.marker.pattern.shape, new.marker.pattern.shape) == ("/", "")
    assert days(named(drawn(six), "on systemic therapy since earlier").x) == [-91]
    until = named(drawn(six, cutoff=150), "new systemic therapy")
    assert (days(until.base), days(until.x)) == ([100], [50])
    assert not [trace for trace in drawn(six, cutoff=99).data if trace.name == "new systemic therapy"]


def test_every_lane_can_be_clicked_anywhere_and_names_its_patient(six: DataSet) -> None:
    figure = drawn(six, lanes="modality")
    area = figure.data[0]
    assert dict(zip(area.customdata, area.y, strict=True)) == rows(figure)
    low, high = figure.layout.xaxis.range
    assert set(area.base) == {low}
    assert [base + length for base, length in zip(area.base, area.x, strict=True)] == pytest.approx(
        [high] * 4
    )


def test_groups_stand_under_their_headings(six: DataSet) -> None:
    figure = drawn(six, lanes="modality")
    assert rows(figure) == {"B": 1, "A": 3, "=D": 4, "C": 6}
    headings = [(note.text, round(note.y)) for note in figure.layout.annotations[:-1]]
    assert headings == [("<b>Resection</b>", 0), ("<b>RFA</b>", 2), ("<b>Selective HAE</b>", 5)]


def test_nobody_outside_the_cohort_or_after_the_cut_off_has_a_lane(six: DataSet) -> None:
    assert list(rows(drawn(six, behind=Step("records", passed=True)))) == ["A", "=D", "B", "C"]
    assert list(rows(drawn(six, behind=Step("records", passed=True), cutoff=40))) == ["A", "=D", "B"]


def test_marks_and_lanes_are_told_apart_without_colour(synthetic: DataSet) -> None:
    figure = drawn(synthetic, lanes="modality", order=Order.OBSERVED)
    points = [trace for trace in figure.data if trace.type == "scatter"]
    marks = {trace.name: trace.marker.symbol for trace in points if trace.mode == "markers"}
    assert len(set(marks.values())) == len(marks)
    dashes = {trace.name: trace.line.dash for trace in points if trace.mode == "lines+markers"}
    assert len(set(dashes.values())) == len(dashes) == 2  # the first 25, grouped, are of two modalities
    shown = {trace.name for trace in figure.data if trace.showlegend is not False}
    assert {"Surgical resection", "RFA", "death", "last contact", "new systemic therapy"} <= shown


def test_the_figure_says_what_it_shows_and_grows_with_its_lanes(synthetic: DataSet, six: DataSet) -> None:
    found = page_of(synthetic, listing(order=Order.PATIENT), 3)
    figure = swimmer_figure(found, synthetic.levels("modality"))
    assert caption(figure) == (
        "Patients 51–59 of 59, sorted by patient id: 59 patients; all modalities; data set synthetic, "
        f"{synthetic.version}; synthetic cohort, no real patient"
    )
    assert figure.layout.height < drawn(synthetic).layout.height
    assert drawn(six).layout.height >= 400


def test_text_of_the_data_is_never_markup(tmp_path) -> None:
    path = tmp_path / "trial.csv"
    told = TRIAL.replace("t1", "<b>|x](").replace("drug", "<i>drug</i>").replace("PROGRESSION", "<u>up</u>")
    path.write_text(told, encoding="utf-8")
    build_adtte(Shelf(tmp_path / "data"), "trial", path, competing_cnsr=2)
    dataset = open_dataset(Shelf(tmp_path / "data"), "trial")
    figure = drawn(dataset, endpoint="TTP", lanes="modality")
    one = timeline_figure(
        dataset,
        Selection(),
        history_of(dataset, listing(endpoint="TTP"), "<b>|x]("),
        dataset.levels("modality"),
    )
    for each in (figure, one):
        words = [str(note.text) for note in each.layout.annotations] + list(rows(each))
        for trace in each.data:
            words += [str(trace.name), *map(str, trace.text if trace.text is not None else [])]
        assert [told for told in words if "<u>" in told or "<i>" in told or "<b>|" in told] == []
    assert "&lt;b&gt;|x](" in rows(figure)
    assert "<b>|x](" in figure.data[0].customdata


def test_a_timeline_has_a_named_row_for_each_thing_that_happened(six: DataSet) -> None:
    figure = timeline_figure(six, Selection(), history_of(six, listing(), "A"), six.levels("modality"))
    assert [str(words).replace("<br>", " ") for words in rows(figure)] == [
        "observation (death)",
        "index: RFA",
        "focal progression",
        "multifocal progression",
        "side effect: Fever",
        "octreotide",
        "everolimus (new)",
        "TTNST: event",
        "TTAI: event",
        "PFS: event",
        "OS: event",
    ]
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert [(days(bar.base), days(bar.x)) for bar in bars] == [([-400], [765]), ([100], [100])]
    assert caption(figure).startswith(
        "Patient A: RFA on 2015-01-01, observed for 12.0 months (365 days); ends"
    )
    assert figure.layout.xaxis.title.text == "Months from the index date"


def test_the_timeline_of_a_patient_outside_the_cohort_names_its_time_zero(six: DataSet) -> None:
    figure = timeline_figure(six, Selection(), history_of(six, listing(), "E"), six.levels("modality"))
    assert figure.layout.xaxis.title.text == "Months from the first dated record"
    assert "local treatment: RFA" in rows(figure)
