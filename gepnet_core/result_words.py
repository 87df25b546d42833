"""A hazard ratio and a test by permutation in words."""

from __future__ import annotations

from gepnet_core.formatting import NO_BREAK, format_p, format_ratio
from gepnet_core.hazard_ratios import HazardRatio
from gepnet_core.permutation import Permutation


def ratio_words(ratio: HazardRatio) -> str:
    """Return a hazard ratio, or why there is none."""
    if ratio.note:
        return ratio.note
    shown = format_ratio(ratio.hazard_ratio, ratio.lower, ratio.upper)
    return f"{shown}, {ratio.limit}" if ratio.limit else shown


def arrangements_words(found: Permutation) -> str:
    """Return what a p-value by permutation rests on."""
    if found.exact:
        return f"exact: over all {found.arrangements:,} arrangements of the patients"
    lower, upper = format_p(found.lower), format_p(found.upper)
    return (
        f"over {found.arrangements:,} arrangements drawn by chance, 95{NO_BREAK}% CI of p {lower} to {upper}"
    )
