"""Side effects of local treatments: worst grade by modality and term, with exact intervals."""

from __future__ import annotations

from dataclasses import dataclass

from gepnet_core.errors import NothingLeft, OptionRefused
from gepnet_core.formatting import NO_BREAK, format_count, format_level, format_percent
from gepnet_core.selection import Selection
from gepnet_core.spelled import LONGEST_WINDOW
from gepnet_core.store.dataset import DataSet
from gepnet_core.store.side_effects import SideEffectCounts, TermCounts, count_side_effects, left_out

DEFAULT_WINDOW = 90
SEVERE = 3
ANY_TERM = "any side effect"


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share of `n` with its exact limits (Clopper-Pearson)."""

    count: int
    n: int
    lower: float
    upper: float

    @property
    def share(self) -> float:
        """The share, 0 to 1."""
        return self.count / self.n


@dataclass(frozen=True, slots=True)
class SideEffectRow:
    """Of the treatments of a modality, how many had a term at any grade, and at grade 3 and above.

    `modality` is None for all together: any text may be the name of a modality. `grades` counts the worst grades
    1 to 5. Onset is in days from the treatment to the first event of the term; None where nobody had it.
    """

    modality: str | None
    term: str
    grades: tuple[int, int, int, int, int]
    any_grade: Proportion
    severe: Proportion
    onset_median: float | None
    onset_first: int | None
    onset_last: int | None


@dataclass(frozen=True, slots=True)
class SideEffects:
    """The side effects of a selection within `window` days.

    `per_patient` judges each patient's index treatment, `per_treatment` every local treatment from the index date
    on. Rows come by term (any side effect first, then the most frequent), and within a term by modality, all
    together first. `left_out` counts recorded events that belong to no judged treatment, by reason.
    """

    dataset: DataSet
    selection: Selection
    window: int
    conf_level: float
    per_patient: tuple[SideEffectRow, ...]
    per_treatment: tuple[SideEffectRow, ...]
    left_out: dict[str, int]

    def label(self, modality: str | None) -> str:
        """Return the words for a modality, or for all together."""
        if modality is None:
            return "All"
        return self.dataset.modality_labels.get(modality, modality)


def side_effects(
    dataset: DataSet, selection: Selection, *, window: int = DEFAULT_WINDOW, conf_level: float = 0.95
) -> SideEffects:
    """Count the side effects of local treatments.

    An event belongs to the local treatment that it names and to that treatment's modality. It counts from the
    day of the treatment to `window` days later (included), and before the next start of any local or systemic
    treatment.

    Raises
    ------
    NothingLeft
        If the selection leaves no patient.
    OptionRefused
        If the window is not 1 to 365 days.
    ControlMissing
        If the data set has no record of side effects.

    References
    ----------
    Clopper & Pearson (1934), Biometrika 26:404-413; NCI, Common Terminology Criteria for Adverse Events.
    """
    if not 1 <= window <= LONGEST_WINDOW:
        raise OptionRefused(f"The window must be 1 to {LONGEST_WINDOW} days, not {window}.")
    per_patient, per_treatment = (
        _rows(count_side_effects(dataset, selection, window=window, index_only=index_only), conf_level)
        for index_only in (True, False)
    )
    gone = left_out(dataset, selection, window=window)
    return SideEffects(dataset, selection, window, conf_level, per_patient, per_treatment, gone)


def _rows(counted: SideEffectCounts, conf_level: float) -> tuple[SideEffectRow, ...]:
    if not counted.treatments:
        raise NothingLeft
    found = {(counts.modality, counts.term): counts for counts in counted.terms}
    sizes: dict[str | None, int] = {None: sum(counted.treatments.values())}
    sizes.update(counted.treatments)
    frequency = {term: sum(counts.grades) for (modality, term), counts in found.items() if modality is None}
    order = ["", *sorted((term for term in frequency if term), key=lambda term: (-frequency[term], term))]
    return tuple(
        _row(modality, term, size, found.get((modality, term)), conf_level)
        for term in order
        for modality, size in sizes.items()
    )


def _row(
    modality: str | None, term: str, n: int, counts: TermCounts | None, conf_level: float
) -> SideEffectRow:
    grades = counts.grades if counts else (0, 0, 0, 0, 0)
    return SideEffectRow(
        modality,
        term or ANY_TERM,
        grades,
        proportion(sum(grades), n, conf_level),
        proportion(sum(grades[SEVERE - 1 :]), n, conf_level),
        counts.onset_median if counts else None,
        counts.onset_first if counts else None,
        counts.onset_last if counts else None,
    )


def result_sentence(found: SideEffects) -> str:
    """Return how many patients had a side effect of the index treatment, and how many a severe one."""
    whole = next(row for row in found.per_patient if row.modality is None)
    return (
        f"{_said(whole.any_grade, found.conf_level)} had a side effect within {found.window} days of the index "
        f"treatment; {_said(whole.severe, found.conf_level)} one of grade 3 or above."
    )


def _said(share: Proportion, conf_level: float) -> str:
    limits = f"{format_percent(share.lower)}–{format_percent(share.upper)}"
    return (
        f"{share.count:,} of {format_count(share.n, 'patient')} ({format_percent(share.share)}{NO_BREAK}%, "
        f"{format_level(conf_level)} CI {limits}, exact)"
    )


def left_out_sentence(found: SideEffects) -> str | None:
    """Return which recorded events are not counted, or None where all are."""
    if not found.left_out:
        return None
    reasons = "; ".join(f"{count:,} {reason}" for reason, count in found.left_out.items())
    return f"Recorded, but not counted here: {reasons}."


def proportion(count: int, n: int, conf_level: float) -> Proportion:
    """Return a share with the exact limits of Clopper and Pearson."""
    from scipy.special import betaincinv  # a sixth of a second, which most commands need not wait for

    tail = (1.0 - conf_level) / 2.0
    lower = 0.0 if count == 0 else float(betaincinv(count, n - count + 1, tail))
    upper = 1.0 if count == n else float(betaincinv(count + 1, n - count, 1.0 - tail))
    return Proportion(count, n, lower, upper)
