"""Rounding as people do it: half up, after the noise of binary arithmetic is taken off, and on the right side."""

from __future__ import annotations

from collections.abc import Collection
from decimal import ROUND_HALF_UP, Decimal

NOISE = 9  # decimals: beyond them a difference from a line is that of binary arithmetic


def round_half_up(value: float, decimals: int) -> Decimal:
    """Return `value` with a fixed number of decimals.

    A product of shares that is 0.9375 by rights may be stored as 0.93749999999999989: twelve significant
    digits take that off before the half is judged.
    """
    return Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def round_beside(value: float, decimals: int, lines: Collection[str]) -> Decimal:
    """Return `value` rounded half up, with more decimals where it would else reach or cross one of `lines`.

    A limit of 0.996 is not "1.00" where 1 is a line, nor is 1.004: both say on which side of it they lie. What
    differs from a line by less than half of 10⁻⁹ lies on it.

    Parameters
    ----------
    lines
        Numbers that people read by, as text: "0.05", "1".
    """
    if not lines:
        return round_half_up(value, decimals)
    exact = round_half_up(value, NOISE)
    known = [Decimal(line) for line in lines]
    for places in range(decimals, NOISE):
        shown = round_half_up(value, places)
        if all(shown.compare(line) == exact.compare(line) for line in known):
            return shown
    return exact
