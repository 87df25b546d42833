"""Comparisons that a person can check by hand, and inputs that have no answer."""

from __future__ import annotations

import csv
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet_core.competing_risks import cumulative_incidence
from gepnet_core.cox import fit_cox
from gepnet_core.gray import gray_test
from gepnet_core.hazard_ratios import Covariate, hazard_ratios
from gepnet_core.landmark import after_landmark
from gepnet_core.partial_likelihood import Cells
from gepnet_core.proportional_hazards import proportional_hazards_test
from gepnet_core.rank_tests import Weight, holm, pairwise_tests, rank_test
from gepnet_core.restricted_mean import difference_at, restricted_mean
from gepnet_core.stability import stability
from gepnet_core.survival import EventCounts, kaplan_meier
from gepnet_core.vocabulary import DeathRule, Status
from tests import naive

FEW = {"A": "1 1+ 3 5+", "B": "2 4+ 6"}


def counts(stratum: str, times: list[naive.Time]) -> EventCounts:
    days, censored, events, competing = (np.array(part, dtype=np.int64) for part in naive.tally(times))
    return EventCounts(stratum, days, censored, events, competing)


def strata(**arms: str) -> list[EventCounts]:
    return [counts(name, naive.times(times)) for name, times in arms.items()]


@pytest.mark.parametrize(
    ("weight", "chisq"),
    [
        # day 1: 1 of 7 (4 in A), day 2: 1 of 5 (2 in A), day 3: 1 of 4 (2 in A); on day 6 one is left
        pytest.param(Weight.LOG_RANK, Fraction(1369, 3601), id="log-rank: 37/70 squared over 3601/4900"),
        pytest.param(Weight.GEHAN_BRESLOW, Fraction(9, 22), id="gehan-breslow: 3 squared over 12 + 6 + 4"),
        pytest.param(Weight.PETO_PETO, Fraction(15, 44), id="peto-peto: weights 1, 6/7, 24/35"),
    ],
)
def test_seven_patients_give_the_statistics_worked_out_by_hand(weight: Weight, chisq: Fraction) -> None:
    found = rank_test([strata(**FEW)], weight)
    assert (found.chisq, found.df) == (pytest.approx(float(chisq), rel=1e-12), 1)
    assert found.p == pytest.approx(math.erfc(math.sqrt(float(chisq) / 2)), rel=1e-9)


def test_a_stratified_test_of_the_same_patients_twice_doubles_score_and_variance() -> None:
    once, twice = rank_test([strata(**FEW)]), rank_test([strata(**FEW), strata(**FEW)])
    assert twice.chisq == pytest.approx(2 * once.chisq, rel=1e-12)
    apart = rank_test([strata(A=FEW["A"]), strata(B=FEW["B"])])
    assert (apart.chisq, apart.p) == (None, None), "within each level there is one group only"


def test_holm_steps_down_and_leaves_out_what_does_not_exist() -> None:
    assert holm([0.01, None, 0.04, 0.03]) == [
        pytest.approx(0.03),
        None,
        pytest.approx(0.06),
        pytest.approx(0.06),
    ]
    assert holm([0.6, 0.7]) == [1.0, 1.0]


def test_a_landmark_counts_who_left_by_kind_and_restarts_the_clock() -> None:
    (later,), left = after_landmark(strata(A="1 2+ 3d 3 4 6+ 9"), 3)
    assert (left.event, left.competing, left.censored, left.left_out) == (2, 1, 1, 4)
    assert later.days.tolist() == [1, 3, 6]
    (fraction,), _ = after_landmark(strata(A="1 2+ 3d 3 4 6+ 9"), 3.5)
    assert fraction.days.tolist() == [0.5, 2.5, 5.5]
    assert after_landmark(strata(A="1 2"), 2)[0] == []
    with pytest.raises(ValueError, match="after time zero"):
        after_landmark(strata(A="1"), 0)


def test_a_landmark_estimate_is_the_conditional_survival() -> None:
    whole, start = strata(A="1 2+ 3 3 4 6+ 9 11 12+")[0], 3
    (later,), _ = after_landmark([whole], start)
    at = kaplan_meier(whole).at
    for day in range(1, 10):
        assert kaplan_meier(later).at(day).survival == pytest.approx(
            at(start + day).survival / at(start).survival, rel=1e-12
        )


def test_one_patient_moves_the_median_as_far_as_trying_each_says() -> None:
    times = naive.times("1 2+ 3 4 6+ 9")
    found = stability(counts("A", times), DeathRule.CENSOR)

    def median(changed: list[naive.Time]) -> float:
        estimate = naive.quantile(changed, Fraction(1, 2), "log-log", 0.95)[0]
        return math.inf if estimate is None else estimate

    without = [median(times[:i] + times[i + 1 :]) for i in range(len(times))]
    turned = [
        median([*times[:i], (times[i][0], 1), *times[i + 1 :]]) for i in range(len(times)) if times[i][1] == 0
    ]
    assert found.median == median(times)
    assert (found.left_out.smallest, found.left_out.largest) == (min(without), max(without))
    assert (found.turned.smallest, found.turned.largest) == (min(turned), max(turned))
    assert (found.left_out.analyses, found.turned.analyses) == (6, 2)
    alone = stability(counts("A", [(5, 0)]), DeathRule.CENSOR)
    assert (alone.left_out, alone.turned.smallest) == (None, 5.0)


def test_one_patient_moves_the_median_of_an_incidence_as_far_as_trying_each_says() -> None:
    times = naive.times("1 2d 3 3 4+ 5 6d 6 7+ 7")
    found = stability(counts("A", times), DeathRule.COMPETING)

    def median(changed: list[naive.Time]) -> float:
        days = sorted({day for day, _ in changed})
        return next((day for day in days if naive.incidence_at(changed, day) >= Fraction(1, 2)), math.inf)

    without = [median(times[:i] + times[i + 1 :]) for i in range(len(times))]
    turned = [
        median([*times[:i], (times[i][0], 1), *times[i + 1 :]]) for i in range(len(times)) if times[i][1] == 0
    ]
    assert len({*without, *turned}) > 1
    assert found.median == median(times)
    assert (found.left_out.smallest, found.left_out.largest) == (min(without), max(without))
    assert (found.turned.smallest, found.turned.largest) == (min(turned), max(turned))


def test_the_restricted_mean_is_the_area_under_the_steps() -> None:
    curve = kaplan_meier(strata(A="2 4 6+")[0])  # S: 1, 2/3 from day 2, 1/3 from day 4
    found = restricted_mean(curve, 5)
    assert found.estimate == pytest.approx(2 + 2 * 2 / 3 + 1 / 3)
    # areas to the right of each event: 5/3 and 1/3
    assert found.se**2 == pytest.approx((5 / 3) ** 2 / (3 * 2) + (1 / 3) ** 2 / (2 * 1))
    assert restricted_mean(kaplan_meier(strata(A="2 4 6")[0]), 5) == found, (
        "what comes after tau changes nothing"
    )
    for tau in (0, 6.5):
        with pytest.raises(ValueError, match="tau must lie"):
            restricted_mean(curve, tau)


def test_a_difference_has_no_limits_where_neither_varies_and_none_beyond_follow_up() -> None:
    a, b = (kaplan_meier(found) for found in strata(A="2 4 6+", B="3 5 9+"))
    early, late = difference_at(a, b, 2), difference_at(a, b, 7)
    assert early.se == pytest.approx(2 / 3 * math.sqrt(1 / 6)), "S of B is still 1: the limits are those of A"
    assert early.estimate == pytest.approx(-1 / 3)
    assert difference_at(a, b, 1).lower is None, "neither varies"
    assert (late.estimate, late.lower) == (None, None)
    both = difference_at(a, b, 3)
    assert both.se == pytest.approx(math.sqrt(2 * (2 / 3) ** 2 * (1 / 6)))


times_of_trial = st.lists(st.tuples(st.integers(0, 12), st.sampled_from([0, 1, 2])), min_size=1, max_size=25)


@given(a=times_of_trial, b=times_of_trial)
@settings(max_examples=150)
def test_tests_agree_with_a_count_by_hand_and_do_not_depend_on_the_order(a, b) -> None:
    pair = [counts("A", a), counts("B", b)]
    found = rank_test([pair])
    score, variance = Fraction(0), Fraction(0)
    for day in sorted({day for day, status in a + b if status == 1}):
        n, m = naive.at_risk(a, day) + naive.at_risk(b, day), naive.at_risk(a, day)
        d = (a + b).count((day, 1))
        score += a.count((day, 1)) - Fraction(d * m, n)
        if n > 1:
            variance += Fraction(d * m * (n - m) * (n - d), n * n * (n - 1))
    if variance == 0:
        assert found.chisq is None
    else:
        assert found.chisq == pytest.approx(float(score**2 / variance), rel=1e-9, abs=1e-12)
    for weight in Weight:
        forth, back = rank_test([pair], weight), rank_test([pair[::-1]], weight)
        assert (forth.chisq is None) == (back.chisq is None)
        assert forth.chisq is None or forth.chisq == pytest.approx(back.chisq, rel=1e-8, abs=1e-10)
    (alone,) = pairwise_tests(pair)
    assert alone.test == found
    for cause in (Status.EVENT, Status.COMPETING_DEATH):
        forth, back = gray_test(pair, cause), gray_test(pair[::-1], cause)
        assert forth.chisq is None or forth.chisq >= 0
        if forth.chisq is not None and back.chisq is not None:
            assert forth.chisq == pytest.approx(back.chisq, rel=1e-6, abs=1e-8)


@given(leaving=times_of_trial)
@settings(max_examples=150)
def test_incidences_of_both_causes_and_survival_add_up_to_one(leaving) -> None:
    whole = counts("A", leaving)
    event, death = (cumulative_incidence(whole, cause) for cause in (Status.EVENT, Status.COMPETING_DEATH))
    free = kaplan_meier(whole.under(DeathRule.EVENT))
    assert np.allclose(event.incidence + death.incidence + free.survival, 1.0, atol=1e-12)
    for day in range(13):
        exact = naive.incidence_at(leaving, day)
        found = event.incidence_at(day)
        assert found.incidence == (None if exact is None else pytest.approx(float(exact), abs=1e-12))
    naive_curve = kaplan_meier(whole)
    assert np.all(1.0 - naive_curve.survival >= event.incidence - 1e-12), "1 - KM is never below"


# ---- inputs that have no answer ------------------------------------------------------------------------------


def write(path: Path, arms: dict[str, str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as handle:
        out = csv.writer(handle)
        out.writerow(["USUBJID", "TRTP", "PARAMCD", "PARAM", "AVAL", "AVALU", "CNSR", "SEX", "CENTRE"])
        number = 0
        for arm, told in arms.items():
            for day, status in naive.times(told):
                number += 1
                cnsr = {0: 1, 1: 0, 2: 2}[status]
                sex = "F" if number % 2 else "M"
                out.writerow([f"P{number:03}", arm, "TTE", "Time", day, "DAYS", cnsr, sex, f"of {arm}"])
    return path


@pytest.fixture
def compared(cli, tmp_path: Path):
    """Import these arms and compare them."""

    def run(arms: dict[str, str], *options: object):
        told = cli("import", write(tmp_path / "in.csv", arms), "--dataset", "own", "--competing-cnsr", 2)
        assert told.code == 0, told.said
        return cli("compare", "--dataset", "own", "--endpoint", "TTE", *options, "--json")

    return run


NONE = {"chisq": None, "df": 0, "p": None}


def ratio(answer, stratum: str):
    return next(found for found in answer["cox"] if found["stratum"] == stratum)


def test_one_stratum_has_nothing_to_compare(compared) -> None:
    answer = compared({"A": "1 2 3+ 4"}).json
    assert answer["logrank"] == answer["gehan_breslow"] == answer["peto_peto"] == NONE
    assert answer["pairwise"] == answer["cox"] == answer["differences_at"] == []
    assert answer["rmst"]["differences"] == []
    assert [found["stratum"] for found in answer["rmst"]["strata"]] == ["A"]


def test_a_stratum_without_events_has_a_note_and_the_others_are_estimated(compared) -> None:
    arms = {"A": "1 3 4 7+", "B": "2 5 6 8+"}
    with_c = compared(arms | {"C": "2+ 5+ 9+"}).json
    alone = compared(arms).json
    assert ratio(with_c, "C")["note"] == "not estimable: no events in C"
    assert ratio(with_c, "C")["hazard_ratio"] is None
    assert ratio(with_c, "B") == ratio(alone, "B"), "C has a hazard of 0, so it is in nobody's risk set"
    assert ratio(with_c, "B")["hazard_ratio"] is not None
    assert with_c["logrank"]["df"] == 2


def test_a_reference_without_events_asks_for_another(compared) -> None:
    answer = compared({"A": "1 3 4 7+", "B": "2+ 5+ 9+"}, "--reference", "B").json
    assert ratio(answer, "A")["note"] == (
        "not estimable: no events in the reference B. Choose another reference."
    )
    assert (answer["cox_model"]["n"], answer["cox_model"]["events"]) == (7, 3)


def test_a_maximum_that_lies_far_from_zero_is_found(compared) -> None:
    # the first step of the library runs past it; expected: coxph and cox.zph of R survival
    answer = compared(
        {
            "w": "99 393 587 716 806",
            "x": "782 810",
            "y": "23",
            "z": "11 194 226 325 345+ 455 507",
        },
        "--reference",
        "w",
    ).json
    assert ratio(answer, "x")["hazard_ratio"] == pytest.approx(0.217941467941, rel=1e-5)
    assert ratio(answer, "y")["hazard_ratio"] == pytest.approx(31.956229489072, rel=1e-5)
    assert ratio(answer, "z")["hazard_ratio"] == pytest.approx(4.090110286659, rel=1e-5)
    assert ratio(answer, "y")["p"] == pytest.approx(0.0284394509814, rel=1e-5)
    assert answer["ph_test"]["chisq"] == pytest.approx(3.1469538, rel=1e-6)


def test_a_place_that_is_steep_is_not_taken_for_a_maximum(compared) -> None:
    # the library stops at -42 and says nothing; expected: coxph of R survival
    answer = compared({"A": " ".join(map(str, range(1, 22))), "B": "1 1"}).json
    assert ratio(answer, "B")["note"] is None
    assert ratio(answer, "B")["hazard_ratio"] == pytest.approx(35.18403, rel=1e-5)
    assert ratio(answer, "B")["upper"] == pytest.approx(409.2465, rel=1e-5)
    assert ratio(answer, "B")["p"] == pytest.approx(0.0044537, rel=1e-4)


@given(st.integers(0, 10_000), st.sampled_from([1e-6, 1e-3, 1e5]))
@settings(max_examples=20)
def test_the_unit_of_a_covariate_changes_neither_its_z_nor_the_test_of_proportional_hazards(
    seed, unit
) -> None:
    chance = np.random.default_rng(seed)
    design = np.column_stack([chance.integers(0, 2, 40), chance.lognormal(1.0, 1.5, 40)])
    days, events = np.arange(1, 41), (chance.random(40) < 0.8).astype(np.int64)
    ones = np.ones(40, dtype=np.int64)
    plain = Cells(days, ones, events, design)
    scaled = Cells(days, ones, events, design * [1.0, unit])
    found, again = fit_cox(plain), fit_cox(scaled)
    assert found is not None
    assert again is not None
    for one, other in zip(found.coefficients, again.coefficients, strict=True):
        assert (one is None) is (other is None)
        if one is not None and other is not None:
            assert one.log_hazard_ratio / one.se == pytest.approx(other.log_hazard_ratio / other.se, abs=1e-5)
    tests = [proportional_hazards_test(cells, fit.beta) for cells, fit in ((plain, found), (scaled, again))]
    assert tests[0].df == tests[1].df == 2
    assert tests[0].chisq == pytest.approx(tests[1].chisq, abs=1e-5)


def test_all_events_on_one_day(compared) -> None:
    answer = compared({"A": "5 5 5", "B": "5 5"}).json
    assert answer["logrank"]["chisq"] is None
    assert ratio(answer, "B")["note"] is not None or ratio(answer, "B")["hazard_ratio"] == pytest.approx(1.0)
    assert answer["rmst"]["tau"] == 5
    assert answer["rmst"]["differences"][0]["estimate"] == 0.0


def test_everybody_censored(compared) -> None:
    answer = compared({"A": "1+ 4+ 9+", "B": "2+ 7+"}, "--death", "competing").json
    assert answer["logrank"] == NONE
    assert ratio(answer, "B")["note"] == "not estimable: no events in any group"
    assert (answer["cox_model"]["n"], answer["cox_model"]["events"]) == (5, 0)
    assert [found["statistic"] for found in answer["gray"]] == [None, None]
    assert answer["ph_test"]["p"] is None


def test_nobody_with_the_event_and_one_who_died_before_it(compared) -> None:
    answer = compared({"A": "1+ 4d 9+", "B": "2+ 7+"}, "--death", "competing").json
    assert answer["logrank"] == NONE
    event, death = answer["gray"]
    assert event["statistic"] is None
    # day 4: 1 of 3 dies, 2 of them in A: (1 - 2/3) squared over 2/3 times 1/3
    assert death["statistic"] == pytest.approx(0.5)


def test_two_patients(compared) -> None:
    answer = compared({"A": "3", "B": "8"}).json
    assert answer["logrank"]["chisq"] == pytest.approx(1.0)  # (1 - 1/2) squared over 1/4
    note = "not estimable: the events of the groups do not overlap in time, so the ratio has no bound"
    assert ratio(answer, "B")["note"] == note
    assert answer["ph_test"]["p"] is None


def test_ties_everywhere(compared) -> None:
    answer = compared({"A": "2 2 2+ 4 4 4+", "B": "2 2+ 2+ 4 4+ 4+"}).json
    # day 2: 3 of 12 die, 6 in A; day 4: 3 of 6, 3 in A
    score = 2 - 3 / 2 + 2 - 3 / 2
    variance = 3 * 0.25 * 9 / 11 + 3 * 0.25 * 3 / 5
    assert answer["logrank"]["chisq"] == pytest.approx(score**2 / variance)
    assert 0 < ratio(answer, "B")["hazard_ratio"] < 1


def test_forty_strata(compared) -> None:
    arms = {f"S{i:02}": f"{1 + i % 5} {3 + i % 7} {6 + i % 4}+ {9 + i % 3}" for i in range(40)}
    arms["S00"] += " 2d"
    answer = compared(arms, "--death", "competing").json
    assert answer["logrank"]["df"] == 39
    assert len(answer["pairwise"]) == 780
    assert len(answer["cox"]) == 39
    assert answer["gray"][0]["df"] == 39
    assert max(pair["p_holm"] for pair in answer["pairwise"] if pair["p_holm"] is not None) == 1.0


def test_no_competing_death_makes_the_third_rule_one_minus_kaplan_meier(compared) -> None:
    arms = {"A": "1 3 4+ 7", "B": "2 5+ 6 8+"}
    competing = compared(arms, "--death", "competing", "--at", 4).json
    censored = compared(arms, "--at", 4).json
    assert competing["logrank"] == censored["logrank"]
    f, s = competing["differences_at"][0], censored["differences_at"][0]
    assert f["estimate"] == pytest.approx(-s["estimate"])
    deaths = [row for row in competing["cumulative_incidence"] if row["cause"] == 2]
    assert {(row["estimate"], row["lower"]) for row in deaths} == {(0.0, None)}
    assert next(test for test in competing["gray"] if test["cause"] == 2)["p"] is None
    assert competing["rmst"] is None
    assert censored["gray"] == censored["cumulative_incidence"] == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(
            ("--modality", "A", "--reference", "B"), "The reference 'B' is not among", id="reference-filtered"
        ),
        pytest.param(("--reference", "Z"), "is not among the groups shown: A, B", id="reference-unknown"),
        pytest.param(("--tau", 8), "The restricted mean cannot run to 8 days", id="tau-beyond-follow-up"),
        pytest.param(("--tau", 0), "Choose a time above 0", id="tau-zero"),
        pytest.param(("--landmark", 0), "A landmark lies after time zero", id="landmark-zero"),
        pytest.param(
            ("--landmark", 99),
            "Nobody is followed beyond the landmark of 3.3 months",
            id="landmark-beyond-everybody",
        ),
        pytest.param(("--stratify", "modality"), "is the grouping itself", id="stratify-by-the-grouping"),
        pytest.param(("--adjust", "SEX", "SEX"), "is given twice", id="covariate-twice"),
        pytest.param(("--adjust", "AGE"), "has no column 'AGE'", id="covariate-unknown"),
        pytest.param(("--level", "C"), "The group 'C' has no patient", id="level-unknown"),
        pytest.param(("--contrast", "A"), "is the reference itself", id="contrast-is-the-reference"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(compared, options, said: str) -> None:
    found = compared({"A": "1 3 4 7+", "B": "2 5 6 9+"}, *options)
    assert (found.code, found.json) == (2, None)
    assert said in found.said
    assert found.said.count("\n") == 1


def test_a_level_that_the_groups_tell_already_joins_the_reference_and_the_others_stay() -> None:
    days = np.array([5, 8, 12, 20, 2, 3, 6, 9, 4, 7, 10, 15])
    events = np.array([1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 0])
    cells = Cells(days, np.ones(12, dtype=np.int64), events, np.empty((12, 0)))
    levels = ("X", "Y", "Z")
    covariate = Covariate("S", "S", levels, tuple("YYYYZZZZXXXX"))
    model = hazard_ratios(
        cells, list("AAAAAAAABBBB"), ["A", "B"], "A", str, conf_level=0.95, covariates=[covariate]
    )
    # R: coxph(Surv(t, e) ~ g + S), in which S: Z is NA
    found = {ratio.stratum: ratio.hazard_ratio for ratio in (*model.ratios, *model.covariates)}
    assert found == {
        "B": pytest.approx(0.401375769574843, rel=1e-6),
        "S: Y": pytest.approx(0.333830041458490, rel=1e-6),
    }
    assert model.warnings[0] == (
        "S: Z cannot be told apart from the groups and the other levels, and is part of the reference X."
    )


@pytest.mark.parametrize("spread", [1e-5, 1e-3])
def test_a_ratio_that_no_number_holds_is_a_note(spread: float) -> None:
    n = 40
    values = tuple(0.5 + spread * (i % 7) for i in range(n))
    days = np.array([1 + (i % 7) * 3 + i % 5 for i in range(n)])
    cells = Cells(days, np.ones(n, dtype=np.int64), np.ones(n, dtype=np.int64), np.empty((n, 0)))
    names = ["AB"[i % 2] for i in range(n)]
    covariate = Covariate("X", "Dose", (), values)
    model = hazard_ratios(cells, names, ["A", "B"], "A", str, conf_level=0.95, covariates=[covariate])
    assert model.ratios[0].hazard_ratio is not None
    assert model.covariates[0].hazard_ratio is None
    assert "Give the covariate in smaller units" in model.covariates[0].note


def test_grays_test_where_the_pooled_incidence_reaches_the_whole() -> None:
    # R: cmprsk::cuminc(c(10, 20, 30, 40, 50, 60, 70, 80), rep(1, 8), rep(c("A", "B"), each = 4))
    found = gray_test(strata(A="10 20 30 40", B="50 60 70 80"), Status.EVENT)
    assert (found.chisq, found.df) == (pytest.approx(6.89611115492539, rel=1e-9), 1)
    three = gray_test(strata(A="1 2", B="3 4d 5", C="6 4 8"), Status.EVENT)
    assert (three.chisq, three.df) == (pytest.approx(7.6659073444688, rel=1e-9), 2)


def test_an_incidence_that_ends_at_the_whole_is_exactly_one_without_limits() -> None:
    for censored in range(1, 11):
        times = [(day, 0 if day % 3 == 1 and day <= censored else 1) for day in range(1, 12)]
        end = cumulative_incidence(counts("A", times), Status.EVENT).incidence_at(11)
        assert (end.incidence, end.lower, end.upper) == (1.0, None, None)


def test_the_words_for_no_value_are_no_value_in_a_model_either(cli, tmp_path: Path) -> None:
    path = tmp_path / "words.csv"
    rows = [(f"P{i}", "AB"[i % 2], 3 + 7 * i % 23, ("", "not recorded", "x", "y")[i % 4]) for i in range(24)]
    lines = [f"{who},{arm},TTE,Time,{day},DAYS,0,{value}\n" for who, arm, day, value in rows]
    path.write_text("USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,S\n" + "".join(lines), encoding="utf-8")
    assert cli("import", path, "--dataset", "words").code == 0
    answer = cli("compare", "--dataset", "words", "--endpoint", "TTE", "--adjust", "S", "--json").json
    assert (answer["cox_model"]["n"], answer["cox_model"]["dropped"]) == (12, 12)


def test_a_covariate_that_repeats_the_groups_is_left_out_and_said(compared) -> None:
    arms = {"A": "1 3 4 7+", "B": "2 5 6 9+"}
    answer = compared(arms, "--adjust", "SEX", "CENTRE", "--subgroup", "SEX").json
    assert answer["cox_model"]["warnings"] == [
        "CENTRE says nothing beyond the groups and the other covariates, and is left out.",
        "6 events for 2 hazard ratios: fewer than 10 events each, so they are unstable.",
    ]
    assert answer["cox"] == compared(arms, "--adjust", "SEX").json["cox"]
    assert [level["level"] for level in answer["subgroups"][0]["levels"]] == ["F", "M"]
    assert answer["comparisons"] > 0
