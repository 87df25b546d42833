"""The figure shows what the estimate says: curve, band, marks, at-risk table and caption."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gepnet_core.estimates import Estimate, FollowUp, StratumEstimate, estimate
from gepnet_core.figure_points import MOST_POINTS
from gepnet_core.figure_words import Look, ticks
from gepnet_core.figures import survival_figure
from gepnet_core.palette import COLOURS, PALE_SLATE, SLATE, TOGETHER
from gepnet_core.selection import Selection
from gepnet_core.store import open_dataset
from gepnet_core.survival import EventCounts, Quantile, kaplan_meier
from gepnet_core.vocabulary import ConfType


@pytest.fixture
def synthetic(shelf):
    """The synthetic cohort."""
    return open_dataset(shelf, "synthetic")


def figure(found: Estimate, **look: object):
    """Draw an estimate."""
    return survival_figure(found, Look(**look), found.dataset.levels(found.by))


def curve(drawn, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the points of a curve, the faded part joined on."""
    parts = [trace for trace in drawn.data if trace.mode == "lines" and trace.name == name]
    return tuple(
        np.concatenate([np.asarray(part[axis], dtype=float) for part in parts]) for axis in ("x", "y")
    )


def with_counts(found: Estimate, days, censored, events) -> Estimate:
    """Return the estimate of one stratum with other counts."""
    none = np.zeros(len(days), dtype=np.int64)
    counts = EventCounts("all", np.asarray(days), np.asarray(censored), np.asarray(events), none)
    watched = FollowUp("OS", Quantile(None, None, None), 0.0)
    stratum = StratumEstimate("all", "All patients", kaplan_meier(counts), watched)
    return replace(found, by=None, strata=(stratum,), deaths_before_event=0, with_time=counts.n)


@pytest.mark.parametrize("by", [None, "modality", "sex"])
def test_every_step_of_every_curve_is_drawn(synthetic, by) -> None:
    found = estimate(synthetic, "TTNST", Selection(), by=by)
    drawn = figure(found)
    for stratum in found.strata:
        x, y = curve(drawn, stratum.label)
        assert (x[0], y[0]) == (0.0, 100.0)
        for step in stratum.curve.steps():
            assert 100 * step["survival"] in y[np.isclose(x, step["day"] / 30.4375)]


def test_at_each_tick_the_at_risk_table_adds_up_to_n(synthetic) -> None:
    found = estimate(synthetic, "TTAI", Selection(), by="modality")
    drawn = figure(found)
    numbers = next(
        trace for trace in drawn.data if trace.mode == "text" and trace.textposition == "middle center"
    )
    sums: dict[float, int] = {}
    for x, text in zip(numbers.x, numbers.text, strict=True):
        sums[x] = sums.get(x, 0) + int(text)
    assert len(sums) >= 4
    assert set(sums.values()) == {59}


def test_panning_the_curve_moves_the_at_risk_table_with_it(synthetic) -> None:
    layout = figure(estimate(synthetic, "TTNST", Selection())).layout
    assert layout.xaxis.matches == "x2"
    assert layout.xaxis.range == layout.xaxis2.range


@pytest.mark.parametrize("horizon", [0.5, 3, 7, 12, 43, 60, 200, 1200, 100_000])
def test_there_are_a_few_whole_month_ticks_within_the_horizon(horizon: float) -> None:
    found = ticks(horizon)
    assert found[0] == 0
    assert len(found) <= 7
    assert found[-1] <= horizon
    assert all(month == int(month) for month in found)


def test_the_band_reaches_to_the_day_on_which_nobody_is_left(synthetic) -> None:
    found = estimate(synthetic, "TTNST", Selection(modalities=("resection",)))
    last = found.strata[0].curve
    assert last.survival[-1] == 0
    edges = [trace for trace in figure(found).data if trace.line.width == 0]
    assert len(edges) == 2
    for edge in edges:
        assert edge.x[-1] == pytest.approx(1279 / 30.4375)
        assert edge.y[-1] == edge.y[-2]


def test_one_minus_s_turns_curve_and_band_round(synthetic) -> None:
    found = estimate(synthetic, "TTNST", Selection())
    _, down = curve(figure(found), "All patients")
    drawn = figure(found, failure=True)
    _, up = curve(drawn, "All patients")
    assert up == pytest.approx(100 - down)
    assert drawn.layout.yaxis.title.text == "With new systemic therapy (%)"


def test_the_curve_fades_where_fewer_than_five_are_at_risk(synthetic) -> None:
    found = estimate(synthetic, "TTNST", Selection())
    whole, faded = [t for t in figure(found).data if t.mode == "lines" and t.name == "All patients"]
    assert (whole.opacity, faded.opacity) == (1.0, 0.5)
    turn = round(faded.x[0] * 30.4375)
    assert found.strata[0].curve.risk_at(turn + 1).at_risk < 5
    assert found.strata[0].curve.risk_at(turn).at_risk >= 5


def test_a_stratum_keeps_colour_and_dash_under_a_filter(synthetic) -> None:
    everybody = figure(estimate(synthetic, "TTNST", Selection(), by="modality"))
    few = figure(estimate(synthetic, "TTNST", Selection(modalities=("HAE",)), by="modality"))
    looks = [
        {(t.name, t.line.color, t.line.dash) for t in drawn.data if t.mode == "lines" and t.name}
        for drawn in (everybody, few)
    ]
    assert looks[1] <= looks[0]
    assert len({colour for _, colour, _ in looks[0]}) == 4
    assert len({dash for _, _, dash in looks[0]}) == 4


def test_where_days_are_many_the_curve_is_thinned_and_every_censoring_keeps_a_mark(synthetic) -> None:
    days = np.arange(1, 3001)
    censored = np.zeros(3000, dtype=np.int64)
    censored[[3, 700, 1501, 1502, 2998]] = 1
    found = with_counts(
        estimate(synthetic, "TTNST", Selection()), days, censored, np.full(3000, 2) - censored
    )
    drawn = figure(found)
    x, _ = curve(drawn, "All patients")
    assert x.size <= MOST_POINTS + 3
    marks = next(trace for trace in drawn.data if trace.mode == "markers")
    assert 4 <= len(marks.x) <= 5  # two neighbours may share one
    for day in np.flatnonzero(censored) + 1:
        assert np.min(np.abs(np.asarray(marks.x, dtype=float) * 30.4375 - day)) <= 3


def test_a_horizon_is_drawn_in_full_detail(synthetic) -> None:
    days = np.arange(1, 7001)
    nobody = np.zeros(7000, dtype=np.int64)
    found = with_counts(estimate(synthetic, "TTNST", Selection()), days, nobody, nobody + 1)
    x, _ = curve(figure(found, horizon=12), "All patients")
    assert set(range(1, 366)) <= {round(month * 30.4375) for month in x}


def test_a_figure_says_what_it_shows_when_it_leaves_the_screen(synthetic) -> None:
    found = estimate(synthetic, "PFS", Selection(modalities=("RFA",)), conf_type=ConfType.SPSS)
    caption = figure(found).layout.annotations[0].text.replace("<br>", " ").replace("\u00a0", " ")
    assert caption == (
        f"Progression-free survival; RFA; 17 patients; pointwise 95 % CI, plain; data set synthetic, "
        f"{synthetic.version}; synthetic cohort, no real patient"
    )


def test_markup_in_a_label_is_text(synthetic) -> None:
    found = estimate(synthetic, "TTNST", Selection())
    stratum = found.strata[0]
    odd = StratumEstimate("all", "<b>x</b> & <65", stratum.curve, stratum.follow_up)
    drawn = figure(replace(found, strata=(odd,)))
    names = {trace.name for trace in drawn.data if trace.mode == "lines" and trace.name}
    assert names == {"&lt;b&gt;x&lt;/b&gt; &amp; &lt;65"}


def test_colours_read_on_white_and_on_the_dark_background() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))

    for colour in (*COLOURS, SLATE, PALE_SLATE, TOGETHER):
        for background in ("#ffffff", "#10161d"):
            bright, dark = sorted((luminance(colour), luminance(background)), reverse=True)
            assert (bright + 0.05) / (dark + 0.05) >= 3.0, f"{colour} on {background}"
