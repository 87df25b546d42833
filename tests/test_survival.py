"""The product-limit estimate and what is read from it, on cohorts that a person can check by hand.

Times are written as R prints them: 5 is an event on day 5, 5+ a censoring, 5d a competing death.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import naive
import numpy as np
import pytest

from gepnet_core.errors import ControlMissing, NothingLeft
from gepnet_core.estimates import alternatives, estimate
from gepnet_core.selection import Selection
from gepnet_core.store import DataSet, Shelf, build_adtte, open_dataset
from gepnet_core.survival import EventCounts, Quantile, SurvivalCurve, kaplan_meier
from gepnet_core.vocabulary import ConfType, DeathRule

Z95 = 1.959963984540054  # R: qnorm(0.975)
NULL_AT_ONE = (ConfType.LOG_LOG, ConfType.LOGIT, ConfType.ARCSIN)
TEN_EVENTS = "1 2 3 4 5 6 7 8 9 10"


def counts(times: str) -> EventCounts:
    return EventCounts(
        "all", *(np.array(column, dtype=np.int64) for column in naive.tally(naive.times(times)))
    )


def curve(times: str, conf_type: ConfType = ConfType.LOG_LOG, conf_level: float = 0.95) -> SurvivalCurve:
    return kaplan_meier(counts(times), conf_level=conf_level, conf_type=conf_type)


@pytest.mark.parametrize(
    ("times", "day", "survival"),
    [
        pytest.param("1 2 3 4", 2, 1 / 2, id="no-censoring-is-the-share-left"),
        pytest.param("3 3+ 5+", 3, 2 / 3, id="event-before-the-censoring-of-its-day"),
        pytest.param("3+ 5 5+", 5, 1 / 2, id="censored-earlier-is-not-at-risk"),
        pytest.param("0 4+ 4+ 4+", 0, 3 / 4, id="event-on-day-0-drops-the-curve-there"),
        pytest.param("0+ 4 4+", 4, 1 / 2, id="censored-on-day-0-counts-for-nothing-later"),
        pytest.param("2 4d 6 6+", 6, 3 / 4 * 1 / 2, id="competing-death-is-a-censoring"),
        pytest.param("4 4d 4+ 9+", 4, 3 / 4, id="event-before-the-competing-death-of-its-day"),
        pytest.param("2 2 2+ 5 5 7+", 5, 2 / 3 * 1 / 3, id="ties-fall-together"),
        pytest.param("1 2 3", 3, 0.0, id="everything-ends-with-events"),
        pytest.param("2 5+", 3.5, 1 / 2, id="between-two-days-the-curve-is-flat"),
        pytest.param("2 5+", 1.999, 1.0, id="just-before-the-first-event"),
    ],
)
def test_survival_is_the_product_of_the_shares_that_stay(times: str, day: float, survival: float) -> None:
    assert curve(times).at(day).survival == pytest.approx(survival, rel=1e-14)


def test_a_stratum_without_patients_has_no_curve() -> None:
    nobody = np.zeros(0, dtype=np.int64)
    with pytest.raises(NothingLeft, match="No patient matches these filters"):
        kaplan_meier(EventCounts("all", nobody, nobody, nobody, nobody))


def test_steps_are_one_row_a_day_with_fixed_columns() -> None:
    # 4 at risk on day 2, then 2 (one event and one censoring gone), then 1
    found = curve("2 2+ 3d 7", ConfType.PLAIN).steps()
    assert [list(row) for row in found] == [
        ["day", "at_risk", "events", "censored", "competing", "survival", "lower", "upper"]
    ] * 3
    assert [tuple(row.values())[:6] for row in found] == [
        (2, 4, 1, 1, 0, 0.75),
        (3, 2, 0, 0, 1, 0.75),
        (7, 1, 1, 0, 0, 0.0),
    ]
    assert found[0]["lower"] == pytest.approx(0.75 - Z95 * math.sqrt(0.75 * 0.25 / 4), rel=1e-12)
    assert (found[2]["lower"], found[2]["upper"]) == (None, None)


@pytest.mark.parametrize(
    ("times", "median"),
    [
        pytest.param("1 2 3", 2.0, id="first-day-below-half"),
        pytest.param("1+ 2+ 3+", None, id="all-censored-is-not-reached"),
        pytest.param("1 2+ 3+", None, id="never-down-to-half-is-not-reached"),
        pytest.param("1d 2d 3d", None, id="only-competing-deaths-is-not-reached"),
        pytest.param("1 2 3 4", 2.5, id="rests-on-half-until-the-next-event"),
        pytest.param("1 2 3+ 5", 3.5, id="midpoint-to-the-next-event-not-to-the-censoring"),
        pytest.param("1 2 3d 5", 3.5, id="midpoint-to-the-next-event-not-to-the-death"),
        pytest.param("1 2 2+ 4+", 2.0, id="censored-with-the-event-still-on-half"),
        pytest.param("1 2 3+ 4+", 2.0, id="on-half-and-never-lower-is-that-day"),
        pytest.param("7", 7.0, id="one-patient-with-event"),
        pytest.param("7+", None, id="one-patient-censored"),
        pytest.param("0 0 0", 0.0, id="everybody-on-day-0"),
        pytest.param("0 0 4 5", 2.0, id="half-on-day-0-takes-midpoint"),
        pytest.param("3 3 3", 3.0, id="all-at-once-jumps-over-half"),
        pytest.param("1 2 2 3+ 4 5", 3.0, id="five-sixths-times-three-fifths-is-half"),
        # the floats of the next products are 0.5000000000000001 and 0.49999999999999994
        pytest.param("1 2 2 3 3 4 5 6+ 7+ 8+", 3.5, id="float-just-above-half-still-rests-on-it"),
        pytest.param("1 2 2 3 3 4+ 5+ 6+ 7+ 8+", 3.0, id="float-just-above-half-and-never-lower"),
        pytest.param("1 2 3 3 3 4 5 6+ 7+ 8+", 3.5, id="float-just-below-half-still-rests-on-it"),
        pytest.param("1 2 3 3 3 4+ 5+ 6+ 7+ 8+", 3.0, id="float-just-below-half-and-never-lower"),
    ],
)
@pytest.mark.parametrize("conf_type", [each for each in ConfType if each is not ConfType.SPSS])
def test_the_median_is_the_first_day_at_most_half_or_the_middle_of_a_rest_on_half(
    times: str, median: float | None, conf_type: ConfType
) -> None:
    assert curve(times, conf_type).median().estimate == median


@pytest.mark.parametrize("times", ["1 2 2 3 3 4 5 6+ 7+ 8+", "1 2 3 3 3 4 5 6+ 7+ 8+"])
def test_the_fixtures_of_rounding_do_miss_half_as_floats(times: str) -> None:
    on_half = curve(times).survival[2]
    assert on_half != 0.5
    assert on_half == pytest.approx(0.5, rel=1e-15)


@pytest.mark.parametrize(
    ("times", "share", "day"),
    [
        pytest.param("1 2 3 4", 0.25, 1.5, id="first-quartile-rests-on-three-quarters"),
        pytest.param("1 2 3 4", 0.75, 3.5, id="third-quartile-rests-on-a-quarter"),
        pytest.param("1 2 3 4 5", 0.25, 2.0, id="first-quartile-jumped-over"),
        pytest.param("1 2 3 4 5", 0.75, 4.0, id="third-quartile-jumped-over"),
        pytest.param("1 2+ 3+ 4+", 0.25, 1.0, id="first-quartile-where-the-curve-stays"),
        pytest.param("1 2+ 3+ 4+", 0.75, None, id="third-quartile-not-reached"),
        pytest.param(TEN_EVENTS, 0.3, 3.5, id="seven-tenths-as-a-float"),
    ],
)
def test_quantiles_are_read_as_the_median_is(times: str, share: float, day: float | None) -> None:
    assert curve(times).quantile(share).estimate == day


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, 1.5, math.nan])
def test_a_share_outside_0_to_1_has_no_quantile(share: float) -> None:
    with pytest.raises(ValueError, match="share must lie between 0 and 1"):
        curve(TEN_EVENTS).quantile(share)


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        pytest.param([0.4, 0.2, 0.1, np.nan], [0.9, 0.8, 0.4, np.nan], (1.0, 3.0), id="first-at-most-half"),
        pytest.param([0.5, 0.5, 0.1, np.nan], [0.9, 0.5, 0.4, np.nan], (2.0, 2.5), id="middle-of-a-rest"),
        pytest.param([0.5, 0.5, 0.5, np.nan], [0.9, 0.8, 0.7, np.nan], (1.0, None), id="a-rest-to-the-end"),
        pytest.param(
            [np.nan, 0.4, 0.1, np.nan], [np.nan] * 4, (2.0, None), id="what-does-not-exist-is-passed"
        ),
    ],
)
def test_limits_of_the_median_are_read_from_the_limits_of_the_curve_by_the_same_rule(
    lower: list[float], upper: list[float], expected: tuple[float | None, float | None]
) -> None:
    found = replace(curve("1 2 3 4"), lower=np.array(lower), upper=np.array(upper)).median()
    assert (found.lower, found.upper) == expected


def test_an_upper_limit_that_never_comes_down_to_half_is_not_estimable() -> None:
    # S = 2/3, 1/3, 0; plain upper limits 1, 1/3 + 1.96 sqrt(2/27) = .867, none
    assert curve("1 2 3", ConfType.PLAIN).median() == Quantile(2.0, 1.0, None)


def test_limits_of_the_median_follow_the_level() -> None:
    # S and its standard error: .7 and .145 on day 3, .6 and .155 on day 4, .4 and .155 on day 6,
    # .3 and .145 on day 7, .2 and .126 on day 8; z is .674 at 50 % and 1.96 at 95 %
    assert curve(TEN_EVENTS, ConfType.PLAIN, 0.5).median() == Quantile(5.5, 4.0, 7.0)
    assert curve(TEN_EVENTS, ConfType.PLAIN, 0.95).median() == Quantile(5.5, 3.0, 8.0)


@pytest.mark.parametrize("conf_type", ConfType)
def test_before_the_first_day_everybody_is_still_without_event(conf_type: ConfType) -> None:
    found = curve("3 5 9+", conf_type).at(2)
    assert (found.survival, found.at_risk) == (1.0, 3)
    assert (found.lower, found.upper) == ((None, None) if conf_type in NULL_AT_ONE else (1.0, 1.0))


@pytest.mark.parametrize("conf_type", ConfType)
@pytest.mark.parametrize("day", [2, 4])
def test_after_a_first_censoring_the_limits_are_those_before_it(conf_type: ConfType, day: int) -> None:
    found = curve("2+ 5 9+", conf_type).at(day)
    assert found.survival == 1.0
    assert (found.lower, found.upper) == ((None, None) if conf_type in NULL_AT_ONE else (1.0, 1.0))


@pytest.mark.parametrize("conf_type", ConfType)
def test_survival_is_known_on_exactly_the_last_day(conf_type: ConfType) -> None:
    found = curve("2 9+", conf_type).at(9)
    assert (found.survival, found.at_risk) == (0.5, 1)
    assert None not in (found.lower, found.upper)


@pytest.mark.parametrize("conf_type", ConfType)
@pytest.mark.parametrize("times", ["2 9+", "2 9d", "9+", "2 9 9+"])
def test_survival_is_not_carried_past_the_last_follow_up(times: str, conf_type: ConfType) -> None:
    found = curve(times, conf_type).at(9.0001)
    assert (found.survival, found.lower, found.upper, found.at_risk) == (None, None, None, 0)


@pytest.mark.parametrize("conf_type", ConfType)
@pytest.mark.parametrize("day", [9, 9.5, 10_000])
def test_where_nobody_is_left_survival_stays_0_without_limits(conf_type: ConfType, day: float) -> None:
    found = curve("2 5+ 9", conf_type).at(day)
    assert (found.survival, found.lower, found.upper) == (0.0, None, None)


def test_times_count_from_0() -> None:
    assert curve("2 9+").at(0).survival == 1.0
    with pytest.raises(ValueError, match="counts from 0"):
        curve("2 9+").at(-0.5)


@pytest.mark.parametrize(
    ("day", "at_risk", "censored", "events", "competing"),
    [
        pytest.param(0, 6, 0, 0, 0, id="day-0-event-still-at-risk"),
        pytest.param(1, 5, 0, 1, 0, id="day-after-an-event"),
        pytest.param(3, 5, 0, 1, 0, id="at-risk-on-the-day-itself"),
        pytest.param(3.5, 3, 1, 2, 0, id="event-and-censoring-of-one-day-both-gone"),
        pytest.param(5, 3, 1, 2, 0, id="competing-death-still-at-risk-on-its-day"),
        pytest.param(6, 2, 1, 2, 1, id="after-the-competing-death"),
        pytest.param(8, 2, 1, 2, 1, id="last-day"),
        pytest.param(9, 0, 2, 3, 1, id="beyond-the-last-day"),
    ],
)
def test_at_risk_are_those_who_have_not_left_before_the_day(
    day: float, at_risk: int, censored: int, events: int, competing: int
) -> None:
    found = curve("0 3 3+ 5d 8 8+").risk_at(day)
    assert (found.at_risk, found.censored, found.events, found.competing) == (
        at_risk,
        censored,
        events,
        competing,
    )
    assert curve("0 3 3+ 5d 8 8+").at(day).at_risk == at_risk


@pytest.mark.parametrize(
    ("times", "day", "error"),
    [
        # S(5) = .5 with SE sqrt(.5 x .5 / 10); the curve falls from .6 on day 4 to .4 on day 6: .1 a day
        pytest.param(TEN_EVENTS, 5, math.sqrt(0.025) / 0.1, id="ten-events-at-even-distance"),
        # the same curve, twice as slow around the median
        pytest.param("1 2 3 4 6 8 9 10 11 12", 6, math.sqrt(0.025) / 0.05, id="slower-curve-wider-interval"),
        # S: .9 .8 .7 .6, then 6 at risk after the censoring on day 5 at five: 4/5 of .6 = .48 on day 6
        pytest.param(
            "1 2 3 4 5+ 6 7 8 9 10",
            6,
            0.48 * math.sqrt(1 / 6 - 1 / 10 + 1 / 20) / ((0.6 - 0.36) / (7 - 4)),
            id="a-censoring-is-no-point-of-the-slope",
        ),
        # S(1) = .55 counts as at least .55, S(3) = .45 as at most .45
        pytest.param(
            "1 " * 9 + "2 3 " + "8+ " * 9,
            2,
            math.sqrt(0.5 * 0.5 / 20) / ((0.55 - 0.45) / (3 - 1)),
            id="exactly-on-the-edges-of-the-window",
        ),
        # nothing at or above .55 before: the slope starts at (0, 1)
        pytest.param("4 4 6 6", 4, 0.25 / ((1 - 0) / (6 - 0)), id="no-earlier-event-starts-at-day-0"),
    ],
)
def test_the_symmetric_interval_divides_greenwoods_error_by_the_slope(
    times: str, day: int, error: float
) -> None:
    found = curve(times, ConfType.SPSS).median()
    assert found.estimate == day
    assert (found.lower, found.upper) == pytest.approx(
        (max(0.0, day - Z95 * error), day + Z95 * error), rel=1e-12
    )


def test_the_symmetric_interval_has_the_width_of_its_level() -> None:
    error = math.sqrt(0.025) / 0.1
    found = curve(TEN_EVENTS, ConfType.SPSS, 0.8).median()
    assert (found.lower, found.upper) == pytest.approx(
        (5 - 1.2815515655446 * error, 5 + 1.2815515655446 * error)
    )


def test_the_symmetric_median_takes_no_midpoint() -> None:
    assert curve("1 2 3 4", ConfType.LOG_LOG).median().estimate == 2.5
    assert curve("1 2 3 4", ConfType.SPSS).median().estimate == 2.0


def test_a_symmetric_lower_limit_below_0_is_shown_as_0() -> None:
    # S(1) = .5, SE sqrt(.125), slope from (0, 1) to (2, 0): SE of the day .7071, 1 - 1.386 < 0
    found = curve("1 2", ConfType.SPSS).median()
    assert (found.estimate, found.lower) == (1.0, 0.0)
    assert found.upper == pytest.approx(1 + Z95 * math.sqrt(0.5), rel=1e-12)


@pytest.mark.parametrize(
    ("times", "estimate"),
    [
        pytest.param("1 2+ 3+", None, id="median-not-reached"),
        pytest.param("1 2 3+ 4+", 2.0, id="never-down-to-45-percent"),
        pytest.param("3 3", 3.0, id="nobody-left-at-the-median"),
        pytest.param("1 4 4", 4.0, id="drops-to-0-at-the-median"),
        pytest.param("7", 7.0, id="one-patient"),
        pytest.param("0 0 3+", 0.0, id="falls-on-day-0-at-once-and-has-no-slope"),
    ],
)
def test_a_symmetric_interval_that_cannot_be_estimated_has_no_limits(
    times: str, estimate: float | None
) -> None:
    assert curve(times, ConfType.SPSS).median() == Quantile(estimate, None, None)


@pytest.mark.parametrize(
    ("share", "day", "error"),
    [
        # level .75 -/+ .05: t = 3 (S = .7), u = 2 (S = .8), l = 3 (S = .7)
        pytest.param(0.25, 3, math.sqrt(0.7 * 0.3 / 10) / 0.1, id="first-quartile"),
        # level .25 -/+ .05: t = 8 (S = .2), u = 7 (S = .3), l = 8 (S = .2)
        pytest.param(0.75, 8, math.sqrt(0.2 * 0.8 / 10) / 0.1, id="third-quartile"),
    ],
)
def test_symmetric_quartiles_take_their_slope_around_their_own_level(
    share: float, day: int, error: float
) -> None:
    found = curve(TEN_EVENTS, ConfType.SPSS).quantile(share)
    assert found.estimate == day
    assert (found.lower, found.upper) == pytest.approx((day - Z95 * error, day + Z95 * error), rel=1e-12)


@pytest.mark.parametrize("day", [0.5, 3, 5, 8, 10])
def test_under_the_symmetric_convention_s_has_plain_limits(day: float) -> None:
    assert curve(TEN_EVENTS, ConfType.SPSS).at(day) == curve(TEN_EVENTS, ConfType.PLAIN).at(day)
    assert curve(TEN_EVENTS, ConfType.SPSS).steps() == curve(TEN_EVENTS, ConfType.PLAIN).steps()


def test_follow_up_takes_the_end_of_observation_as_event_and_censors_event_and_death() -> None:
    # S: 2/3 after 4+ (three at risk), 0 after 6+. With the death as an event it would be half on day 5.
    assert kaplan_meier(counts("2 4+ 5d 6+").reversed()).median().estimate == 6.0
    assert kaplan_meier(counts("2 4+ 5+ 6+").reversed()).median().estimate == 5.0


def test_follow_up_of_nobody_watched_to_an_end_is_not_reached() -> None:
    assert kaplan_meier(counts("2 4 5d").reversed()).median() == Quantile(None, None, None)


def test_for_follow_up_the_end_of_observation_comes_before_the_events_of_its_day() -> None:
    # three at risk on day 4: 2/3; if the event left first it would be half at once, and the median 4
    assert kaplan_meier(counts("4 4+ 9+").reversed()).median().estimate == 9.0


@pytest.mark.parametrize(
    ("times", "median"),
    [
        pytest.param("1 2+ 9", 2.0, id="odd-is-the-middle-one"),
        pytest.param("1 2 4+ 9", 3.0, id="even-is-the-mean-of-two"),
        pytest.param("1 2 3+ 9", 2.5, id="even-may-be-a-half-day"),
        pytest.param("5d", 5.0, id="one-patient"),
        pytest.param("5 8+", 6.5, id="two-patients"),
        pytest.param("2 2+ 2d 9", 2.0, id="ties-in-the-middle"),
        pytest.param("2 2+ 9 9d", 5.5, id="two-pairs"),
        pytest.param("0 0 0+", 0.0, id="nobody-watched"),
    ],
)
def test_the_observed_median_is_the_plain_middle_of_all_times(times: str, median: float) -> None:
    assert counts(times).observed_median() == median


@pytest.mark.parametrize(
    ("rule", "events", "censored", "competing", "survival"),
    [
        pytest.param(DeathRule.CENSOR, 2, 1, 1, 3 / 4, id="censor"),
        pytest.param(DeathRule.EVENT, 3, 1, 0, 3 / 4 * 2 / 3, id="count-as-event"),
    ],
)
def test_the_death_rule_moves_deaths_between_censorings_and_events(
    rule: DeathRule, events: int, censored: int, competing: int, survival: float
) -> None:
    found = counts("2 4d 6 8+").under(rule)
    assert (found.events.sum(), found.censored.sum(), found.competing.sum()) == (events, censored, competing)
    assert found.n == 4
    assert kaplan_meier(found).at(5).survival == pytest.approx(survival)


# Two endpoints of six patients: a relapse or not, and survival; two arms.
RELAPSE = "2 4d 6 8+ 9+ 5d"
SURVIVAL = "7 4 9+ 8+ 9+ 5"


@pytest.fixture
def two_endpoints(tmp_path: Path) -> tuple[Path, Shelf]:
    lines = ["USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR"]
    cnsr = {naive.EVENT: 0, naive.CENSORED: 1, naive.COMPETING: 2}
    for code, name, times in (("REL", "Relapse", RELAPSE), ("OS", "Overall survival", SURVIVAL)):
        for place, (days, status) in enumerate(naive.times(times)):
            lines.append(f"P{place},{'AB'[place % 2]},{code},{name},{days},DAYS,{cnsr[status]}")
    path = tmp_path / "two.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path, Shelf(tmp_path / "data")


def imported(shelf: Shelf, path: Path) -> DataSet:
    build_adtte(shelf, "two", path, competing_cnsr=2)
    return open_dataset(shelf, "two")


def test_follow_up_is_told_by_overall_survival_where_all_patients_have_it(
    two_endpoints: tuple[Path, Shelf],
) -> None:
    path, shelf = two_endpoints
    dataset = imported(shelf, path)
    by_relapse, by_survival = (
        estimate(dataset, code, Selection()).strata[0].follow_up for code in ("REL", "OS")
    )
    # 9+ 8+ 9+ end the observation; at 8 four are at risk (3/4), at 9 two: 0
    assert (by_relapse.basis, by_relapse.reverse_km.estimate) == ("OS", 9.0)
    assert by_relapse.observed_median == 7.5
    assert by_survival == by_relapse


def test_follow_up_is_told_by_the_endpoint_itself_where_there_is_no_overall_survival(
    two_endpoints: tuple[Path, Shelf],
) -> None:
    path, shelf = two_endpoints
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if ",OS," not in line) + "\n", encoding="utf-8")
    found = estimate(imported(shelf, path), "REL", Selection()).strata[0].follow_up
    # 8+ of two at risk: half, 9+ the last: 0, so the curve rests on half from 8 to 9
    assert (found.basis, found.reverse_km.estimate) == ("REL", 8.5)
    assert found.observed_median == 5.5


def test_follow_up_is_that_of_the_selected_patients(two_endpoints: tuple[Path, Shelf]) -> None:
    path, shelf = two_endpoints
    dataset = imported(shelf, path)
    (selected,) = estimate(dataset, "REL", Selection(("A",))).strata
    grouped = estimate(dataset, "REL", Selection(), by="modality").strata
    # overall survival in A: 7 9+ 9+, in B: 4 8+ 5
    assert (selected.follow_up.basis, selected.follow_up.observed_median) == ("OS", 9.0)
    assert [group.follow_up.observed_median for group in grouped] == [9.0, 5.0]
    assert [group.follow_up.reverse_km.estimate for group in grouped] == [9.0, 8.0]


@pytest.mark.parametrize(
    ("told", "censored", "competing"),
    [
        pytest.param(None, 4, 0, id="told-nothing-every-other-code-is-censored"),
        pytest.param(2, 2, 2, id="told-2"),
        pytest.param(1, 2, 2, id="told-1-so-2-is-censored"),
        pytest.param(3, 4, 0, id="told-a-value-that-does-not-occur"),
    ],
)
def test_only_the_code_that_was_told_means_a_competing_death(
    two_endpoints: tuple[Path, Shelf], told: int | None, censored: int, competing: int
) -> None:
    path, shelf = two_endpoints
    build_adtte(shelf, "told", path, competing_cnsr=told)
    (found,) = estimate(open_dataset(shelf, "told"), "REL", Selection()).strata
    assert (found.n, found.events, found.censored, found.competing) == (6, 2, censored, competing)


@pytest.mark.parametrize("death", DeathRule)
def test_follow_up_does_not_depend_on_the_death_rule(
    two_endpoints: tuple[Path, Shelf], death: DeathRule
) -> None:
    path, shelf = two_endpoints
    found = estimate(imported(shelf, path), "REL", Selection(death=death)).strata[0].follow_up
    assert (found.basis, found.reverse_km.estimate, found.observed_median) == ("OS", 9.0, 7.5)


@pytest.mark.parametrize(
    ("endpoint", "agree"), [("REL", False), ("OS", True)], ids=["two-deaths-before-it", "death-is-the-event"]
)
@pytest.mark.parametrize("death", DeathRule)
def test_the_rules_agree_where_no_death_comes_before_the_event(
    two_endpoints: tuple[Path, Shelf], endpoint: str, agree: bool, death: DeathRule
) -> None:
    path, shelf = two_endpoints
    found = estimate(imported(shelf, path), endpoint, Selection(death=death))
    assert found.deaths_before_event == (0 if agree else 2)


@pytest.mark.parametrize("death", [DeathRule.CENSOR, DeathRule.EVENT])
def test_alternatives_are_what_each_convention_gives_when_asked_for(
    two_endpoints: tuple[Path, Shelf], death: DeathRule
) -> None:
    path, shelf = two_endpoints
    dataset, selection = imported(shelf, path), Selection(death=death)
    shown = estimate(dataset, "REL", selection, conf_level=0.8)
    offered = alternatives(shown, shown.strata[0])
    assert list(offered) == list(ConfType)
    for conf_type, median in offered.items():
        asked = estimate(dataset, "REL", selection, conf_type=conf_type, conf_level=0.8)
        assert median == asked.strata[0].median


def test_an_incidence_has_log_log_limits_alone(two_endpoints: tuple[Path, Shelf]) -> None:
    path, shelf = two_endpoints
    shown = estimate(
        imported(shelf, path), "REL", Selection(death=DeathRule.COMPETING), conf_type=ConfType.PLAIN
    )
    assert shown.conf_type is ConfType.LOG_LOG
    assert alternatives(shown, shown.strata[0]) == {ConfType.LOG_LOG: shown.strata[0].median}


def test_the_name_of_an_endpoint_says_that_deaths_count(two_endpoints: tuple[Path, Shelf]) -> None:
    path, shelf = two_endpoints
    dataset = imported(shelf, path)
    names = {
        (code, death.value): estimate(dataset, code, Selection(death=death)).endpoint.name
        for code in ("REL", "OS")
        for death in DeathRule
    }
    assert names[("REL", "censor")] == "Relapse"
    assert names[("REL", "event")] == "Relapse or death"
    assert names[("OS", "event")] == "Overall survival"


def test_strata_hold_the_patients_of_their_group(two_endpoints: tuple[Path, Shelf]) -> None:
    path, shelf = two_endpoints
    found = estimate(imported(shelf, path), "REL", Selection(death=DeathRule.CENSOR), by="modality")
    # A: 2 6 9+, B: 4d 8+ 5d
    assert [(s.stratum, s.n, s.events, s.censored, s.competing) for s in found.strata] == [
        ("A", 3, 2, 1, 0),
        ("B", 3, 0, 1, 2),
    ]
    assert found.n == 6


def test_a_date_filter_is_refused_with_its_reason_where_a_file_has_no_dates(
    two_endpoints: tuple[Path, Shelf],
) -> None:
    path, shelf = two_endpoints
    with pytest.raises(ControlMissing, match="the file has no dates"):
        estimate(imported(shelf, path), "REL", Selection(cutoff=date(2020, 1, 1)))
