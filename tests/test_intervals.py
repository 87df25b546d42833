"""Pointwise limits of S: each scale against its formula by hand, and where a limit does not exist."""

from __future__ import annotations

import math
from fractions import Fraction

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet_core.intervals import normal_quantile, pointwise_limits
from gepnet_core.vocabulary import ConfType

Z95 = 1.959963984540054  # R: qnorm(0.975)
# One event among four: S = 3/4, Greenwood's variance of log S = 1 / (4 x 3)
THREE_QUARTERS = (3 / 4, 1 / 12)


def limits(s: float, variance: float, conf_type: ConfType, level: float = 0.95) -> tuple[float, float]:
    lower, upper = pointwise_limits(
        np.array([s]), np.array([variance]), conf_level=level, conf_type=conf_type
    )
    return float(lower[0]), float(upper[0])


@pytest.mark.parametrize(
    ("level", "z"),
    [
        pytest.param(0.95, Z95, id="95-percent-exactly-not-1.96"),
        pytest.param(0.90, 1.6448536269514722, id="90-percent"),
        pytest.param(0.99, 2.5758293035489004, id="99-percent"),
    ],
)
def test_the_normal_quantile_is_two_sided_and_exact(level: float, z: float) -> None:
    assert normal_quantile(level) == pytest.approx(z, rel=1e-12)


@pytest.mark.parametrize(
    ("conf_type", "lower", "upper"),
    [
        # R: survfit(Surv(c(1, 2, 2, 2), c(1, 0, 0, 0)) ~ 1) has std.err (of log S) sqrt(1/12) = .2886751
        pytest.param(ConfType.PLAIN, 0.75 * (1 - Z95 / math.sqrt(12)), 1.0, id="plain-upper-is-cut-at-1"),
        pytest.param(ConfType.LOG, 0.75 * math.exp(-Z95 / math.sqrt(12)), 1.0, id="log-upper-is-cut-at-1"),
        pytest.param(
            ConfType.LOG_LOG,
            0.75 ** math.exp(Z95 / math.sqrt(12) / math.log(4 / 3)),
            0.75 ** math.exp(-Z95 / math.sqrt(12) / math.log(4 / 3)),
            id="log-log",
        ),
        pytest.param(
            ConfType.LOGIT,
            1 / (1 + math.exp(Z95 / math.sqrt(12) / 0.25) / 3),
            1 / (1 + math.exp(-Z95 / math.sqrt(12) / 0.25) / 3),
            id="logit-of-odds-3-to-1",
        ),
        # the arc of S = 3/4 is pi/3 and its standard error sqrt(1/12) sqrt(3) / 2 = 1/4
        pytest.param(
            ConfType.ARCSIN,
            math.sin(math.pi / 3 - Z95 / 4) ** 2,
            math.sin(math.pi / 3 + Z95 / 4) ** 2,
            id="arcsin-of-a-third-of-pi",
        ),
        pytest.param(ConfType.SPSS, 0.75 * (1 - Z95 / math.sqrt(12)), 1.0, id="symmetric-is-plain-for-S"),
    ],
)
def test_each_scale_follows_its_formula(conf_type: ConfType, lower: float, upper: float) -> None:
    assert limits(*THREE_QUARTERS, conf_type) == pytest.approx((lower, upper), rel=1e-12)


@pytest.mark.parametrize(
    ("conf_type", "s", "variance", "lower", "upper"),
    [
        pytest.param(ConfType.PLAIN, 0.25, 0.75, 0.0, 0.25 * (1 + Z95 * math.sqrt(0.75)), id="plain-below-0"),
        pytest.param(
            ConfType.ARCSIN,
            0.25,
            0.75,
            # arc pi/6, standard error .5 sqrt(3/4) sqrt(1/3) = 1/4: pi/6 - z/4 > 0
            math.sin(math.pi / 6 - Z95 / 4) ** 2,
            math.sin(math.pi / 6 + Z95 / 4) ** 2,
            id="arcsin-near-0",
        ),
        # S = 1/4 with the variance of log S at 3: the standard error of the arc is 1/2
        pytest.param(
            ConfType.ARCSIN, 0.25, 3.0, 0.0, math.sin(math.pi / 6 + Z95 / 2) ** 2, id="arc-stops-at-0"
        ),
        # S = 3/4 with the variance of log S at 1/3: the standard error of the arc is 1/2
        pytest.param(
            ConfType.ARCSIN, 0.75, 1 / 3, math.sin(math.pi / 3 - Z95 / 2) ** 2, 1.0, id="arc-stops-at-1"
        ),
    ],
)
def test_limits_are_cut_at_0_and_1(
    conf_type: ConfType, s: float, variance: float, lower: float, upper: float
) -> None:
    assert limits(s, variance, conf_type) == pytest.approx((lower, upper), rel=1e-12)


@pytest.mark.parametrize("conf_type", ConfType)
def test_no_limits_exist_where_nobody_is_left_without_the_event(conf_type: ConfType) -> None:
    assert np.isnan(limits(0.0, math.inf, conf_type)).all()


@pytest.mark.parametrize("conf_type", [ConfType.LOG_LOG, ConfType.LOGIT, ConfType.ARCSIN])
def test_no_limits_exist_where_nobody_had_the_event_on_a_scale_that_is_0_by_0_there(
    conf_type: ConfType,
) -> None:
    assert np.isnan(limits(1.0, 0.0, conf_type)).all()


@pytest.mark.parametrize("conf_type", [ConfType.PLAIN, ConfType.LOG, ConfType.SPSS])
def test_limits_are_1_where_nobody_had_the_event_on_the_other_scales(conf_type: ConfType) -> None:
    assert limits(1.0, 0.0, conf_type) == (1.0, 1.0)


def test_each_time_is_limited_for_itself() -> None:
    s, variance = np.array([1.0, 0.75, 0.0]), np.array([0.0, 1 / 12, np.inf])
    lower, upper = pointwise_limits(s, variance, conf_level=0.95, conf_type=ConfType.LOG_LOG)
    assert np.isnan(lower).tolist() == np.isnan(upper).tolist() == [True, False, True]
    assert (lower[1], upper[1]) == limits(*THREE_QUARTERS, ConfType.LOG_LOG)


@pytest.mark.parametrize("conf_type", ConfType)
@given(n=st.integers(2, 5000), data=st.data(), level=st.floats(0.01, 0.999))
def test_limits_agree_with_a_second_computation_and_hold_s_between_them(
    conf_type: ConfType, n: int, data: st.DataObject, level: float
) -> None:
    events = data.draw(st.integers(1, n - 1))
    step = naive.Step(1, Fraction(n - events, n), Fraction(events, n * (n - events)))
    lower, upper = limits(float(step.survival), float(step.variance), conf_type, level)
    assert (lower, upper) == pytest.approx(naive.limits(step, conf_type.value, level), rel=1e-9, abs=1e-12)
    assert 0.0 <= lower <= float(step.survival) <= upper <= 1.0


@pytest.mark.parametrize("conf_type", ConfType)
def test_a_higher_level_gives_wider_limits(conf_type: ConfType) -> None:
    # ten patients, four events: narrow enough that nothing is cut
    found = [limits(0.6, 4 / 60, conf_type, level) for level in (0.5, 0.8, 0.9)]
    lowers, uppers = zip(*found, strict=True)
    assert sorted(lowers, reverse=True) == list(lowers)
    assert sorted(uppers) == list(uppers)
    assert len({*lowers, *uppers}) == 6


@pytest.mark.parametrize(
    ("level", "least", "most"),
    [
        pytest.param(math.nextafter(0.0, 1.0), 0.0, 1e-12, id="next-to-0"),
        pytest.param(math.nextafter(1.0, 0.0), 8.2, 8.3, id="next-to-1"),
    ],
)
def test_every_level_strictly_between_0_and_1_has_a_quantile(level: float, least: float, most: float) -> None:
    assert least <= normal_quantile(level) <= most
