"""Rounding as people do it: half up, after the noise of binary arithmetic is taken off."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def round_half_up(value: float, decimals: int) -> Decimal:
    """Return `value` with a fixed number of decimals.

    A product of shares that is 0.9375 by rights may be stored as 0.93749999999999989: twelve significant
    digits take that off before the half is judged.
    """
    return Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
