"""A comparison in sentences: the result, what it does not show, and what to beware of."""

from __future__ import annotations

from gepnet_core.comparison import Comparison
from gepnet_core.covariates import column_label
from gepnet_core.formatting import (
    NO_BREAK,
    NOT_REACHED,
    format_count,
    format_months,
    format_number,
    format_p,
    format_signed,
    remarks,
)
from gepnet_core.rank_tests import ChiSquare, Weight
from gepnet_core.result_words import ratio_words
from gepnet_core.stability import Range, Stability
from gepnet_core.vocabulary import Status

EXPLORATORY = (
    "These comparisons are exploratory: the treatment was chosen for each patient, not drawn by lot, so groups "
    "differ in more than it."
)
EXPLORATORY_TRIAL = (
    "These comparisons are exploratory: unless they were planned, they can suggest, not prove."
)
NAIVE = (
    "Faint: 1 − Kaplan-Meier with deaths censored. It is too high, because it counts on events that the dead "
    "would still have had."
)
VIOLATED = 0.05


def p_words(test: ChiSquare) -> str:
    """Return "p = 0.037", or that there is no test."""
    return p_value_words(test.p)


def p_value_words(p: float | None) -> str:
    """Return "p = 0.037", or that there is none."""
    if p is None:
        return "not estimable"
    shown = format_p(p)
    return f"p{NO_BREAK}{shown if shown.startswith(('<', '>')) else f'= {shown}'}"


def headline(found: Comparison) -> str:
    """Return the result of a comparison in one sentence."""
    estimated = found.estimated
    counted = (
        f"{sum(stratum.events for stratum in found.strata):,} events in "
        f"{format_count(estimated.n, 'patient')}"
    )
    if len(found.strata) < 2:
        return f"Only one group is left ({found.strata[0].label}; {counted}): there is nothing to compare."
    groups = f"{len(found.strata)} groups"
    if len(found.strata) == 2:
        groups = f"{found.strata[0].label} and {found.strata[1].label}"
    name = estimated.endpoint.name
    if found.is_incidence:
        gray = found.gray[Status.EVENT]
        return f"{name}, {groups}: Gray's test {p_words(gray)}; {counted}."
    tested = p_words(found.tests[Weight.LOG_RANK]) + permutation_words(found)
    return f"{name}, {groups}: log-rank {tested}; {counted}."


def permutation_words(found: Comparison) -> str:
    """Return " (by permutation p = 0.007)" where a group is too small for the approximation, else nothing."""
    permuted = found.permutation
    return "" if permuted is None else f" (by permutation {p_value_words(permuted.p)})"


def landmark_sentence(found: Comparison) -> str | None:
    """Return who is left out by the landmark, by kind."""
    landmark = found.estimated.landmark
    if landmark is None:
        return None
    kinds = [format_count(landmark.event, "event")]
    if landmark.competing:
        kinds.append(format_count(landmark.competing, "death") + " before the event")
    kinds.append(f"{landmark.censored:,} censored")
    verb = "is" if landmark.left_out == 1 else "are"
    return (
        f"Landmark at {format_months(landmark.day)} months: {format_count(landmark.left_out, 'patient')} left by "
        f"then and {verb} not part of this ({', '.join(kinds)}). The clock of the others starts there: every time "
        "on this page is counted from the landmark."
    )


def left_out(found: Comparison) -> list[str]:
    """Return who is not compared, not tested within strata or in no subgroup, since a value is not recorded."""
    said = []
    if found.not_recorded:
        said.append(
            f"{_without(found, found.not_recorded, found.question.by)} not compared. To compare them too, choose "
            "the group “not recorded”."
        )
    if found.stratum_not_recorded:
        said.append(
            f"{_without(found, found.stratum_not_recorded, found.question.stratify)} not in the stratified test."
        )
    said += [
        f"{_without(found, group.not_recorded, group.column)} in no subgroup of it."
        for group in found.subgroups
        if group.not_recorded
    ]
    return said


def _without(found: Comparison, patients: int, column: str | None) -> str:
    label = column_label(found.dataset, column or "")
    verb = "is" if patients == 1 else "are"
    return f"{format_count(patients, 'patient')} without a recorded value of “{label}” {verb}"


def guards(found: Comparison) -> list[str]:
    """Return what a reader should know before the numbers; nothing is hidden."""
    asked = found.question
    said = [
        *left_out(found),
        *found.dataset.offered.remarks([asked.stratify, *asked.adjust, *asked.subgroups]),
    ]
    said += [remark for remark in remarks(found.estimated) if remark not in said]
    model = found.model
    said += model.warnings
    if model.dropped:
        said.append(
            f"{format_count(model.dropped, 'patient')} without a recorded covariate are not in the adjusted model."
        )
    beside = "the cumulative incidence" if found.is_incidence else "the restricted mean"
    beside += " and the difference at a time"
    if model.ph.p is not None and model.ph.p < VIOLATED:
        said.append(
            f"The hazards do not look proportional ({p_words(model.ph)}): a hazard ratio is then an average over "
            f"time. Read {beside} beside it."
        )
    return said


def count_sentence(found: Comparison) -> str:
    """Return how many comparisons a view has made, and what that means."""
    made = found.n_comparisons
    if made == 0:
        return "This view has made no comparison."
    rate = round(1.0 - found.question.conf_level, 12)
    return (
        f"This view has made {format_count(made, 'comparison')}. Where nothing differs, about "
        f"{format_number(rate * made)} of them would still be expected at p below {rate:g}, by chance alone."
    )


def stability_sentence(found: Comparison, moved: Stability) -> str:
    """Return how far one patient moves the median of a stratum."""
    label = found.label(moved.stratum)
    said = f"{label}: median {format_months(moved.median, 'not reached')}"
    said += "" if moved.median is None else " months"
    if moved.left_out is not None:
        anybody = format_count(moved.left_out.analyses, "patient")
        said += f"; with any one of {anybody} left out {_range(moved.left_out)}"
    if moved.turned is not None:
        said += f"; with any one of {moved.turned.analyses:,} censored counted as event on the last day seen "
        said += _range(moved.turned)
    return said + "."


def _range(found: Range) -> str:
    if found.smallest == found.largest:
        if found.smallest is None:
            return "still not reached"
        return f"still {format_months(found.smallest)} months"
    low = format_months(found.smallest, NOT_REACHED)
    if found.largest is None:
        return f"{low} months to not reached"
    return f"{low} to {format_months(found.largest)} months"


def kind_of_ratio(found: Comparison) -> str:
    """Return what a hazard ratio is called under the death rule."""
    return "Cause-specific hazard ratio" if found.is_incidence else "Hazard ratio"


def model_words(found: Comparison) -> str:
    """Return what the model that is drawn is adjusted for, and on whom it rests."""
    model = found.model
    rests = f"{model.events:,} events in {format_count(model.n, 'patient')}"
    if found.adjusted is None:
        return f"crude ({rests})"
    columns = [column_label(found.dataset, column) for column in found.question.adjust]
    return f"adjusted for {', '.join(columns)} ({rests})"


def proportional_sentence(found: Comparison) -> str:
    """Return whether hazards are proportional, crude and adjusted."""
    tested = f"crude {p_words(found.crude.ph)}"
    if found.adjusted:
        tested += f"; adjusted {p_words(found.adjusted.ph)}"
    return f"Proportional hazards (Grambsch-Therneau, global): {tested}."


def hazard_rows(found: Comparison) -> list[list[str]]:
    """Return the lines of the table of hazard ratios: crude, and adjusted where there are covariates."""
    crude = {ratio.stratum: ratio for ratio in found.crude.ratios}
    adjusted = {ratio.stratum: ratio for ratio in found.adjusted.ratios} if found.adjusted else {}
    rows = []
    for stratum in found.strata:
        row = [stratum.label, f"{stratum.events:,} / {stratum.n:,}"]
        for ratios in [crude, *([adjusted] if found.adjusted else [])]:
            ratio = ratios.get(stratum.stratum)
            if ratio is None:
                row += ["1 (reference)", ""]
            else:
                row += [ratio_words(ratio), "" if ratio.p is None else format_p(ratio.p)]
        rows.append(row)
    return rows


def difference_rows(found: Comparison) -> list[list[str]]:
    """Return the lines of the table of differences at the chosen times, in percentage points."""
    return [
        [
            f"{found.label(at.difference.a)} less {found.label(at.difference.b)}",
            found.scale.label(at.day),
            format_signed(at.difference.estimate, at.difference.lower, at.difference.upper, 100.0),
            format_p(at.difference.p),
        ]
        for at in found.differences_at
    ]
