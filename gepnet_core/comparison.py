"""How strata differ: every test, ratio and difference of one question, computed when it is asked for."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from gepnet_core.competing_risks import IncidenceCurve, cumulative_incidence
from gepnet_core.covariates import adjusted_cells, column_label
from gepnet_core.errors import OptionRefused, listed, quoted
from gepnet_core.estimates import Estimate, StratumEstimate, estimate, labelling
from gepnet_core.gray import gray_test
from gepnet_core.hazard_ratios import CoxModel, crude_cells, hazard_ratios
from gepnet_core.landmark import after_landmark
from gepnet_core.permutation import Permutation, permutation_test
from gepnet_core.question import Question, check_columns, compared_levels
from gepnet_core.rank_tests import ChiSquare, PairwiseTest, Weight, pairwise_tests, rank_test
from gepnet_core.restricted_mean import (
    Difference,
    RestrictedMean,
    difference_at,
    difference_of_means,
    known_until,
    restricted_mean,
)
from gepnet_core.small_groups import SmallGroup, small_groups_words
from gepnet_core.stability import Stability, stability
from gepnet_core.store.crossed import crossed_counts
from gepnet_core.store.dataset import DataSet
from gepnet_core.subgroups import Subgroup, subgroup
from gepnet_core.survival import EventCounts
from gepnet_core.time_scale import TimeScale, days_and_months
from gepnet_core.vocabulary import NOT_RECORDED, Status

MOST_STRATA = 50
MOST_PERMUTED_PAIRS = 45
CAUSES = (Status.EVENT, Status.COMPETING_DEATH)


@dataclass(frozen=True, slots=True)
class RestrictedMeans:
    """The restricted mean of every stratum up to `tau` days, and the differences to the reference."""

    tau: float
    strata: tuple[RestrictedMean, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class DifferenceAt:
    """A difference of S (or F) between a stratum and the reference at a day."""

    day: float
    difference: Difference


class Comparison:
    """The answers to a question. Each is computed when it is first read, and then kept.

    `levels` are the strata that were chosen, or that are left once those without a value are taken off (none:
    all); `not_recorded` counts the patients with a time whose group is not recorded and who are not compared.

    Raises
    ------
    NothingLeft
        If the selection, or the landmark, leaves no patient.
    OptionRefused
        If a column, a stratum or the landmark cannot be used; the message says what can. A tau that cannot be
        used leaves everything else as it is: `tau_refused` says why.
    """

    def __init__(self, dataset: DataSet, question: Question) -> None:
        self.dataset = dataset
        check_columns(dataset, question)
        counted = dataset.event_counts(question.endpoint, question.selection, by=question.by)
        present = [counts.stratum for counts in counted]
        wanted = compared_levels(present, question.levels, question.reference, question.contrast)
        self.levels = question.levels or (wanted if len(wanted) < len(present) else ())
        self.not_recorded = sum(
            counts.n for counts in counted if counts.stratum == NOT_RECORDED and NOT_RECORDED not in wanted
        )
        self.estimated: Estimate = estimate(
            dataset,
            question.endpoint,
            question.selection,
            by=question.by,
            conf_type=question.conf_type,
            conf_level=question.conf_level,
            levels=self.levels,
            landmark=question.landmark,
        )
        self.question = question if question.times else replace(question, times=self.scale.default_days)
        self.strata: tuple[StratumEstimate, ...] = self.estimated.strata
        self.names = tuple(stratum.stratum for stratum in self.strata)
        self.label: Callable[[str], str] = labelling(dataset, question.by)
        if len(self.strata) > MOST_STRATA:
            raise OptionRefused(
                f"{quoted(question.by)} has {len(self.strata):,} groups; at most {MOST_STRATA} can be compared "
                "at once. Choose the groups to compare."
            )
        self.reference = self._stratum(question.reference, "reference", self.names[0])
        others = [name for name in self.names if name != self.reference]
        self.contrast = self._stratum(question.contrast, "contrast", others[0]) if others else None
        if self.contrast == self.reference:
            raise OptionRefused(
                f"The contrast {quoted(self.reference)} is the reference itself. Choose another group."
            )
        self.tau_refused: OptionRefused | None = None
        self.tau = self._tau()

    @property
    def scale(self) -> TimeScale:
        """How a time that is asked of these curves becomes days."""
        return self.estimated.scale

    @property
    def counts(self) -> list[EventCounts]:
        """The counts of the strata, after cut-off, death rule and landmark."""
        return [stratum.curve.counts for stratum in self.strata]

    @property
    def is_incidence(self) -> bool:
        """True where death before the event competes with it."""
        return self.estimated.is_incidence

    @cached_property
    def tests(self) -> dict[Weight, ChiSquare]:
        """The overall tests."""
        return {weight: rank_test([self.counts], weight) for weight in Weight}

    @cached_property
    def stratified(self) -> ChiSquare | None:
        """The log-rank test within the recorded levels of another column, or None where none was chosen."""
        if self.question.stratify is None:
            return None
        return rank_test([block for level, block in self._blocks.items() if block and level != NOT_RECORDED])

    @property
    def stratum_not_recorded(self) -> int:
        """How many compared patients have no value of the column that stratifies: its test leaves them out."""
        return sum(counts.n for counts in self._blocks.get(NOT_RECORDED, []))

    @cached_property
    def _blocks(self) -> dict[str, list[EventCounts]]:
        """The compared counts per level of the column that stratifies; empty where none was chosen."""
        return {} if self.question.stratify is None else self._crossed(self.question.stratify)

    @cached_property
    def pairwise(self) -> list[PairwiseTest]:
        """The log-rank test of each pair."""
        return pairwise_tests(self.counts)

    @cached_property
    def permutation(self) -> Permutation | None:
        """The log-rank test by permutation, where a group is too small for the approximation."""
        return permutation_test(self.counts) if self.few(*self.names) else None

    @cached_property
    def pair_permutations(self) -> dict[tuple[str, str], Permutation]:
        """The same of each pair with a small group, by the names of both; none of very many pairs."""
        if len(self.pairwise) > MOST_PERMUTED_PAIRS:
            return {}
        counts = {found.stratum: found for found in self.counts}
        pairs = [(pair.a, pair.b) for pair in self.pairwise if self.few(pair.a, pair.b)]
        tested = {(a, b): permutation_test([counts[a], counts[b]]) for a, b in pairs}
        return {pair: found for pair, found in tested.items() if found is not None}

    def few(self, *names: str, cause: Status = Status.EVENT) -> str | None:
        """Return which of these strata are too small for the approximation of a test, or None."""
        groups = [
            SmallGroup(
                stratum.label, stratum.n, stratum.events if cause is Status.EVENT else stratum.competing
            )
            for stratum in self.strata
            if stratum.stratum in names
        ]
        return small_groups_words(groups) if len(groups) > 1 else None

    @cached_property
    def crude(self) -> CoxModel:
        """Hazard ratios of the strata alone."""
        cells, membership = crude_cells(self.counts)
        return hazard_ratios(
            cells,
            membership,
            self.names,
            self.reference,
            self.label,
            conf_level=self.question.conf_level,
        )

    @cached_property
    def adjusted(self) -> CoxModel | None:
        """Hazard ratios adjusted for covariates, or None where none was chosen."""
        if not self.question.adjust:
            return None
        cells, membership, covariates = adjusted_cells(self.dataset, self.question, self.names)
        return hazard_ratios(
            cells,
            membership,
            self.names,
            self.reference,
            self.label,
            conf_level=self.question.conf_level,
            covariates=covariates,
        )

    @property
    def model(self) -> CoxModel:
        """The adjusted model where covariates were chosen, else the crude one."""
        return self.adjusted or self.crude

    @cached_property
    def restricted_means(self) -> RestrictedMeans | None:
        """Restricted means up to tau; None under competing deaths, and where nobody is followed after day 0."""
        if self.tau is None:
            return None
        means = {stratum.stratum: restricted_mean(stratum.curve, self.tau) for stratum in self.strata}
        differences = [
            difference_of_means(means[name], means[self.reference], self.question.conf_level)
            for name in self.names
            if name != self.reference
        ]
        return RestrictedMeans(self.tau, tuple(means.values()), tuple(differences))

    @cached_property
    def differences_at(self) -> list[DifferenceAt]:
        """Differences to the reference at the chosen times."""
        curves = {stratum.stratum: stratum.curve for stratum in self.strata}
        return [
            DifferenceAt(day, difference_at(curves[name], curves[self.reference], day))
            for name in self.names
            if name != self.reference
            for day in self.question.times
        ]

    @cached_property
    def incidences(self) -> list[IncidenceCurve]:
        """The cumulative incidence of event and of death before it, per stratum; empty under other rules."""
        if not self.is_incidence:
            return []
        return [
            cumulative_incidence(counts, cause, conf_level=self.question.conf_level)
            for counts in self.counts
            for cause in CAUSES
        ]

    @cached_property
    def gray(self) -> dict[Status, ChiSquare]:
        """Gray's test for event and for death before it; empty under other rules."""
        return {cause: gray_test(self.counts, cause) for cause in CAUSES} if self.is_incidence else {}

    @cached_property
    def subgroups(self) -> list[Subgroup]:
        """The contrast within the levels of each chosen column."""
        found = []
        for column in self.question.subgroups:
            if self.contrast is None:
                break
            pair = (self.contrast, self.reference)
            crossed = {
                level: [counts for counts in counted if counts.stratum in pair]
                for level, counted in self._crossed(column).items()
            }
            name = column_label(self.dataset, column)
            found.append(
                subgroup(column, name, crossed, *pair, self.label, conf_level=self.question.conf_level)
            )
        return found

    @cached_property
    def stability(self) -> list[Stability]:
        """How far one patient moves the median of each stratum."""
        return [stability(counts, self.question.selection.death) for counts in self.counts]

    @property
    def n_comparisons(self) -> int:
        """How many p-values and intervals of a ratio or difference this view has made."""
        found: list[object] = [test.p for test in (*self.tests.values(), *self.gray.values())]
        found += [self.stratified and self.stratified.p]
        if len(self.strata) > 2:  # of two groups, the pair is the whole
            found += [pair.test.p for pair in self.pairwise]
        models = [self.crude, *([self.adjusted] if self.adjusted else [])]
        found += [ratio.p for model in models for ratio in (*model.ratios, *model.covariates)]
        found += [model.ph.p for model in models]
        if self.restricted_means:
            found += [difference.p for difference in self.restricted_means.differences]
        found += [at.difference.p for at in self.differences_at]
        for group in self.subgroups:
            found += [group.interaction.p, *(row.ratio.p for row in group.rows)]
        return sum(p is not None for p in found)

    def _crossed(self, column: str) -> dict[str, list[EventCounts]]:
        """Return the compared counts per level of another column, under death rule and landmark."""
        question = self.question
        found = crossed_counts(
            self.dataset, question.endpoint, question.selection, by=question.by, within=column
        )
        crossed = {}
        for level, counted in found.items():
            kept = [
                counts.under(question.selection.death) for counts in counted if counts.stratum in self.names
            ]
            if question.landmark is not None:
                kept, _ = after_landmark(kept, question.landmark)
            crossed[level] = kept
        return crossed

    def _stratum(self, asked: str | None, role: str, default: str) -> str:
        if asked is not None and asked not in self.names:
            raise OptionRefused(
                f"The {role} {quoted(asked)} is not among the groups shown: {listed(self.names)}. Choose one of "
                "them."
            )
        return default if asked is None else asked

    def _tau(self) -> float | None:
        """Return the end of the restricted mean, or None where there is no such mean."""
        if self.is_incidence:
            return None
        last = min(float(stratum.curve.last_day) for stratum in self.strata)
        asked = self.question.tau
        if asked is None:
            return last if last > 0.0 else None
        shortest = min(self.strata, key=lambda stratum: known_until(stratum.curve))
        last = known_until(shortest.curve)
        if 0.0 < asked <= last:
            return asked
        words = days_and_months(asked, self.scale.to_months(asked))
        if math.isinf(last):
            self.tau_refused = OptionRefused(
                f"The restricted mean cannot run to {words}. Choose a time above 0."
            )
            return None
        self.tau_refused = OptionRefused(
            f"The restricted mean cannot run to {words}: {shortest.label} is followed for "
            f"{days_and_months(last, self.scale.months_within(last))}. Choose a time above 0 and up to that."
        )
        return None


def compare(dataset: DataSet, question: Question) -> Comparison:
    """Return the answers to a question, those that were computed before included."""
    return dataset.kept(("comparison", question), lambda: Comparison(dataset, question))
