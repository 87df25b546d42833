"""P-values as files hold them: one so small that a number may hold it as 0 is written as a bound."""

from __future__ import annotations

LEAST = 1e-300
BELOW = "< 1e-300"


def p_field(p: float | None, name: str = "p") -> dict[str, float | str | None]:
    """Return a p-value under its name; null, with "< 1e-300" under `name`_below, where it is smaller than that."""
    if p is not None and p < LEAST:
        return {name: None, f"{name}_below": BELOW}
    return {name: p}


def p_cell(p: float | None) -> float | str | None:
    """Return a p-value as a cell of CSV, "< 1e-300" where it is smaller than that."""
    return BELOW if p is not None and p < LEAST else p
