"""Where a curve is known and where it varies: restricted means and differences follow one rule, R's."""

from __future__ import annotations

from pathlib import Path

import pytest

from gepnet_core.restricted_mean import difference_at, difference_of_means, known_until, restricted_mean
from gepnet_core.survival import kaplan_meier
from tests.test_comparison import strata, write


@pytest.fixture
def compared(cli, tmp_path: Path):
    """Import these arms and compare them."""

    def run(arms: dict[str, str], *options: object):
        told = cli("import", write(tmp_path / "in.csv", arms), "--dataset", "own", "--competing-cnsr", 2)
        assert told.code == 0, told.said
        return cli("compare", "--dataset", "own", "--endpoint", "TTE", *options, "--json")

    return run


GONE = {"A": "1 2 4 4 5", "B": "3 6+ 7 9 12+"}


def test_a_curve_that_has_reached_0_is_known_for_ever(compared) -> None:
    # R: summary(survfit(Surv(AVAL, CNSR == 0) ~ TRTP, d), rmean = 10)$table
    found = compared(GONE, "--tau", 10, "--at", 10).json
    assert [mean["estimate"] for mean in found["rmst"]["strata"]] == pytest.approx([3.2, 113 / 15])
    a, b = (kaplan_meier(counts) for counts in strata(**GONE))
    assert (known_until(a), known_until(b)) == (float("inf"), 12.0)
    assert found["rmst"]["strata"][0]["se"] == restricted_mean(a, 5).se
    assert found["rmst"]["differences"][0]["p"] is not None
    assert found["differences_at"][0]["estimate"] is not None


def test_tau_by_default_is_still_the_smallest_last_observed_time(compared) -> None:
    assert compared(GONE).json["rmst"]["tau"] == 5


@pytest.mark.parametrize(
    ("arms", "tau", "says"),
    [
        pytest.param(GONE, 12.5, "B is followed for 12 days", id="the-other-curve-ends"),
        pytest.param({"A": "1 2 4+", "B": "3 6 9"}, 5, "A is followed for 4 days", id="not-at-0"),
        pytest.param({"A": "1 2", "B": "3 6"}, 0, "Choose a time above 0.", id="both-at-0-but-no-time"),
    ],
)
def test_a_larger_tau_is_refused_where_a_curve_is_not_known(compared, arms, tau, says: str) -> None:
    answer = compared(arms, "--tau", tau)
    assert answer.code == 2
    assert says in answer.said


def test_where_all_curves_have_reached_0_any_tau_will_do(compared) -> None:
    found = compared({"A": "1 2 4", "B": "3 6 9"}, "--tau", 100).json
    assert [mean["estimate"] for mean in found["rmst"]["strata"]] == pytest.approx([7 / 3, 6.0])


def test_where_one_group_does_not_vary_both_differences_have_the_others_interval() -> None:
    still, falling = (kaplan_meier(counts) for counts in strata(A="40+ 50+ 60+", B="10 20+ 50+"))
    means = difference_of_means(restricted_mean(falling, 30), restricted_mean(still, 30), 0.95)
    at = difference_at(falling, still, 30)
    # R: sqrt(0 + std.err^2) of summary(survfit(...)), 0.272166 at day 10, and se(rmean) 5.44331054
    assert (means.se, at.se) == (pytest.approx(5.44331054), pytest.approx(0.2721655))
    assert means.p == pytest.approx(at.p) == pytest.approx(0.2206713619)
    assert at.lower < at.estimate < at.upper
    before = difference_at(falling, still, 5)
    none = difference_of_means(restricted_mean(falling, 5), restricted_mean(still, 5), 0.95)
    assert (
        (before.estimate, before.lower, before.p) == (none.estimate, none.lower, none.p) == (0.0, None, None)
    )


def test_no_limits_where_s_is_0_as_r_has_no_variance_there() -> None:
    gone, b = (kaplan_meier(counts) for counts in strata(**GONE))
    found = difference_at(gone, b, 8)
    assert (found.estimate, found.lower, found.p) == (pytest.approx(-8 / 15), None, None)
