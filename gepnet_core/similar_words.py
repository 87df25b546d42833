"""What is said of patients like one under discussion: how many they are, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

from gepnet_core.estimates import Estimate, StratumEstimate
from gepnet_core.formatting import (
    FEW_AT_RISK,
    NO_BREAK,
    NOT_ESTIMABLE,
    format_count,
    format_level,
    format_months,
    format_percent,
)
from gepnet_core.similar import PARTS, Likeness, Stage
from gepnet_core.store.dataset import DataSet
from gepnet_core.vocabulary import NOT_RECORDED

TIMES_MONTHS = (6.0, 12.0, 24.0)
WHAT_IT_IS = "This shows what happened to earlier patients who resemble this one in what is listed."
# a file of times does not say how its treatments were assigned, so nothing is said of it
WHAT_IT_IS_NOT = {
    False: (
        "It is not a prediction for this patient, and not a randomised comparison: the treatment was chosen for "
        "each patient."
    ),
    True: (
        "It is not a prediction for this patient, and not a comparison that a trial was planned for: these "
        "patients were picked out afterwards."
    ),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of one modality; `discussed` True for the one under discussion, which comes first."""

    label: str
    discussed: bool
    sentences: tuple[str, ...]


def caution(dataset: DataSet) -> str:
    """Return what this is and, plainly, what it is not."""
    return f"{WHAT_IT_IS} {WHAT_IT_IS_NOT[dataset.is_trial]}"


def asked_sentence(likeness: Likeness) -> str:
    """Return what was asked, in one line."""
    case = likeness.case
    known = [stage.condition.known for stage in likeness.stages]
    parts = [", ".join(known) or "nothing is known of the patient yet"]
    if case.modality is not None:
        parts.append(f"under discussion: {likeness.dataset.modality_labels[case.modality]}")
    return f"Asked: {'; '.join(parts)}; at least {format_count(case.least, 'patient')}."


def headline(likeness: Likeness) -> str:
    """Return how many patients are like this one in all that was asked, and who is shown instead where few are."""
    whole = format_count(likeness.searched, "patient")
    held = ", ".join(condition.words for condition in likeness.kept)
    if not likeness.relaxed:
        if not likeness.kept:
            return f"All of {whole}: nothing is known of the patient yet."
        verb = "is" if likeness.patients == 1 else "are"
        return f"{likeness.patients:,} of {whole} {verb} like this one: {held}."
    dropped = ", ".join(condition.part.name for condition in likeness.relaxed)
    verb = "is" if likeness.matched_exactly == 1 else "are"
    few = f"{likeness.matched_exactly:,} of {whole} {verb} like this one in all that is known"
    if not likeness.kept:
        return f"{few}. Shown are all {likeness.patients:,}: no condition was left ({dropped} dropped)."
    return f"{few}. Shown are {likeness.patients:,} who share {held} ({dropped} dropped)."


def remarks(likeness: Likeness) -> list[str]:
    """Return what a reader should know of how the patients were found."""
    found = []
    if likeness.relaxed:
        verb = "meets" if likeness.matched_exactly == 1 else "meet"
        found.append(
            f"{format_count(likeness.matched_exactly, 'patient')} {verb} everything that was asked; at least "
            f"{likeness.case.least} were wanted."
        )
    if likeness.patients < likeness.case.least:
        found.append(
            f"Fewer than the {likeness.case.least} wanted, with no condition left to drop: descriptive only."
        )
    if likeness.missing:
        found.append(
            f"{format_count(likeness.missing, 'patient')} left out because a value is not recorded: they may or "
            "may not be like this one."
        )
    return found


def order_sentence() -> str:
    """Return the order of dropping conditions with its reasons."""
    reasons = "; ".join(f"{part.name} ({part.reason})" for part in PARTS)
    return (
        f"Where fewer than the wanted number match, whole conditions are dropped one at a time, "
        f"in this order: {reasons}."
    )


def verdict(stage: Stage) -> str:
    """Return whether a condition holds, in one word."""
    return "kept" if stage.kept else "dropped"


def nothing_offered() -> str:
    """Return what to do where a data set records nothing by which patients could be matched."""
    columns = ", ".join(part.column for part in reversed(PARTS))
    return (
        f"This data set has none of the columns by which patients are matched ({columns}), so nobody can be "
        "likened to another patient. Choose another data set, or import one with at least one of these columns."
    )


def tell(found: Estimate, likeness: Likeness) -> list[Told]:
    """Return the sentences at 6, 12 and 24 months of every modality, the one under discussion first."""
    discussed = likeness.case.modality
    told = []
    if discussed is not None and discussed not in [stratum.stratum for stratum in found.strata]:
        label = likeness.dataset.modality_labels[discussed]
        nobody = f"None of these {format_count(found.n, 'patient')} was treated by {label}."
        told.append(Told(label, discussed=True, sentences=(nobody,)))
    for stratum in sorted(found.strata, key=lambda each: each.stratum != discussed):
        said = tuple(sentence_at(found, stratum, months) for months in TIMES_MONTHS)
        told.append(Told(stratum.label, stratum.stratum == discussed, said))
    return told


def sentence_at(found: Estimate, stratum: StratumEstimate, months: float) -> str:
    """Return the share of one modality at a time, with its interval and how many were still at risk.

    "Of the 6 treated by RFA, 83.3 % (95 % CI 27.3–97.5, log-log) were still without new systemic therapy at 12
    months; 4 were still at risk then." Under a competing death rule the share is the cumulative incidence.
    """
    at = stratum.curve.at(found.scale.to_days(months))
    treated = "whose treatment is not recorded"
    if stratum.stratum != NOT_RECORDED:
        treated = f"treated by {stratum.label}"
    group = f"Of the {stratum.n:,} {treated}"
    share, lower, upper = at.survival, at.lower, at.upper
    phrase, when = found.endpoint.phrase, f"at {months:g} months"
    if found.is_incidence:
        phrase, when = found.endpoint.outcome, f"by {months:g} months"
        share = None if share is None else 1.0 - share
        lower, upper = (None if limit is None else 1.0 - limit for limit in (upper, lower))
    if share is None:
        last = format_months(stratum.curve.last_day)
        return (
            f"{group}, the share {phrase} {when} is not estimable: nobody was at risk beyond {last} months."
        )
    interval = (
        f"{format_level(found.conf_level)} CI {_limits(lower, upper)}, {found.conf_type.pointwise.label}"
    )
    few = " (fewer than 5: descriptive only)" if at.at_risk < FEW_AT_RISK else ""
    risk = f"{at.at_risk or 'none'} {'was' if at.at_risk == 1 else 'were'} still at risk then{few}"
    return f"{group}, {format_percent(share)}{NO_BREAK}% ({interval}) were {phrase} {when}; {risk}."


def _limits(lower: float | None, upper: float | None) -> str:
    if lower is None and upper is None:
        return "not estimable"
    words = (format_percent(limit).replace(NOT_ESTIMABLE, "not estimable") for limit in (lower, upper))
    return "–".join(words)
