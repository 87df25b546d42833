"""Rounding never puts a number on a line that people read by, nor across it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet_core.board_words import signed_points
from gepnet_core.comparison_words import p_words
from gepnet_core.formatting import (
    DIFFERENCE_LINES,
    IMBALANCE_LINES,
    NO_BREAK,
    P_LINES,
    RATIO_LINES,
    SHARE_LINES,
    format_difference,
    format_minus,
    format_number,
    format_p,
    format_percent,
    format_ratio,
    format_share,
    format_signed,
)
from gepnet_core.rank_tests import ChiSquare

NOISE = 0.5e-9


def side(value: float, line: str) -> int:
    gap = value - float(line)
    return 0 if abs(gap) <= NOISE else 1 if gap > 0 else -1


def number(shown: str) -> float:
    return float(shown.replace(",", "").replace("−", "-"))


@pytest.mark.parametrize(
    ("p", "shown"),
    [
        (0.04974, "0.0497"),
        (0.0497, "0.0497"),
        (0.05, "0.050"),
        (0.050000000000001, "0.050"),
        (0.0502, "0.0502"),
        (0.0494, "0.049"),
        (0.04999996, "0.04999996"),
        (0.00996, "0.00996"),
        (0.001, "0.001"),
        (0.00099999, f"<{NO_BREAK}0.001"),
        (0.0, f"<{NO_BREAK}0.001"),
        (0.9997, f">{NO_BREAK}0.999"),
        (0.9994, "0.999"),
        (1.0, "1.000"),
        (1 - 1e-15, "1.000"),
        (0.1234, "0.123"),
        (None, "NE"),
    ],
)
def test_a_p_value_says_on_which_side_of_a_line_it_lies(p: float | None, shown: str) -> None:
    assert format_p(p) == shown


def test_p_in_a_sentence_has_one_sign_only() -> None:
    assert p_words(ChiSquare(0.0, 1, 0.9999)) == f"p{NO_BREAK}>{NO_BREAK}0.999"
    assert p_words(ChiSquare(3.85, 1, 0.04974)) == f"p{NO_BREAK}= 0.0497"


def test_ratios_differences_and_shares_beside_their_lines() -> None:
    assert format_ratio(0.5, 0.25, 0.996) == "0.50 (0.25–0.996)"
    assert format_ratio(1.5, 1.004, 2.0) == "1.50 (1.004–2.00)"
    assert format_ratio(1.0, 0.999999, 1 + 1e-14) == "1.00 (0.999999–1.00)"
    assert format_ratio(0.001, 0.0, 999.999) == f"<{NO_BREAK}0.01 (<{NO_BREAK}0.01–999.999)"
    assert format_signed(-3.0, -6.0, -0.04) == "−3.0 (−6.0 to −0.04)"
    assert format_signed(0.001, -0.001, 0.003, 100.0) == "0.1 (−0.1 to 0.3)"
    assert (format_minus(-1e-15), format_minus(0.0), format_minus(0.02)) == ("0.0", "0.0", "0.02")
    assert [format_percent(share) for share in (0.9996, 1.0, 1 - 1e-16, 0.0004, 0.0)] == [
        *("99.96", "100.0", "100.0", "0.04", "0.0")
    ]
    assert format_share(1, 10_000) == f"1 (0.01{NO_BREAK}%)"
    assert format_share(9_999, 10_000) == f"9,999 (99.99{NO_BREAK}%)"
    assert (format_difference(0.1), format_difference(0.1004), format_difference(0.0996)) == (
        *("0.10", "0.1004", "0.0996"),
    )
    assert (signed_points(0.003), signed_points(-0.003), signed_points(0.0)) == ("+0.3", "−0.3", "0")


@given(st.floats(0.0, 1.0))
def test_any_p_value_stays_on_its_side(p: float) -> None:
    shown = format_p(p)
    if shown[0] in "<>":
        assert p < 0.001 if shown[0] == "<" else 0.999 < p < 1.0
    else:
        assert [side(number(shown), line) for line in P_LINES] == [side(p, line) for line in P_LINES]


@given(
    st.one_of(
        st.floats(-1e6, 1e6),
        st.sampled_from((0.0, 0.1, 1.0, 100.0, 1000.0)).flatmap(lambda x: st.floats(x - 0.1, x + 0.1)),
    ),
    st.integers(0, 3),
    st.sampled_from((RATIO_LINES, SHARE_LINES, DIFFERENCE_LINES, IMBALANCE_LINES, P_LINES)),
)
def test_any_number_stays_on_its_side_and_has_the_fewest_decimals(value, decimals, lines) -> None:
    shown = format_number(value, decimals, lines)
    assert [side(number(shown), line) for line in lines] == [side(value, line) for line in lines]
    places = len(re.sub(r"^[^.]*\.?", "", shown))
    assert places >= decimals
    if all(abs(value - float(line)) > 0.5 * 10.0**-decimals + 1e-6 for line in lines):
        assert places == decimals
