"""What holds for every cohort: the estimates against a second computation, and what must change nothing."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import naive
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gepnet_core.errors import NothingLeft
from gepnet_core.estimates import StratumEstimate, estimate
from gepnet_core.selection import Selection
from gepnet_core.store import DataSet, Shelf, build_adtte, open_dataset
from gepnet_core.store.endings import kinds
from gepnet_core.survival import EventCounts, Quantile, SurvivalCurve, kaplan_meier
from gepnet_core.vocabulary import WHOLE_COHORT, ConfType, DeathRule

STATUSES = (naive.CENSORED, naive.EVENT, naive.COMPETING)
SCALES = tuple(each for each in ConfType if each is not ConfType.SPSS)
SHARES = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))
FIRST_DAY = date(2016, 2, 10)  # the cohorts run over a leap day

# Few distinct days and few patients: ties, exact halves and empty ends are frequent
dense = st.lists(st.tuples(st.integers(0, 8), st.sampled_from(STATUSES)), min_size=1, max_size=14)
mostly_events = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from((naive.EVENT,) * 4 + STATUSES)), min_size=2, max_size=24
)
cohorts = st.one_of(dense, mostly_events)
levels = st.one_of(st.sampled_from((0.8, 0.9, 0.95, 0.99)), st.floats(0.05, 0.995))


def curve(times: Sequence[naive.Time], conf_type: ConfType, level: float = 0.95) -> SurvivalCurve:
    columns = (np.array(column, dtype=np.int64) for column in naive.tally(times))
    return kaplan_meier(EventCounts("all", *columns), conf_level=level, conf_type=conf_type)


def same(ours: Quantile, naively: naive.Interval, exact: bool = True) -> bool:
    """Days are whole or half, so they agree exactly; the symmetric interval is a calculation with floats."""
    found = (ours.estimate, ours.lower, ours.upper)
    if exact:
        return found == naively
    return all(
        (a is None) == (b is None) and (a is None or a == pytest.approx(b, rel=1e-9, abs=1e-9))
        for a, b in zip(found, naively, strict=True)
    )


@given(times=cohorts)
def test_the_curve_is_the_exact_product_limit(times: list[naive.Time]) -> None:
    found = curve(times, ConfType.LOG_LOG)
    steps = naive.product_limit(times)
    assert found.counts.days.tolist() == [step.day for step in steps]
    assert found.survival.tolist() == pytest.approx([float(step.survival) for step in steps], rel=1e-12)
    assert found.at_risk.tolist() == [naive.at_risk(times, step.day) for step in steps]
    for step, variance in zip(steps, found.variance.tolist(), strict=True):
        wanted = np.inf if step.variance is None else float(step.variance)
        assert variance == pytest.approx(wanted, rel=1e-12)


@given(times=cohorts, share=st.sampled_from(SHARES))
def test_quantiles_are_those_of_the_exact_curve(times: list[naive.Time], share: Fraction) -> None:
    steps = naive.product_limit(times)
    exact = naive.crossing([(step.day, step.survival) for step in steps], 1 - share)
    assert curve(times, ConfType.LOG_LOG).quantile(float(share)).estimate == exact


@given(pairs=st.integers(1, 40), data=st.data())
def test_a_curve_that_rests_on_half_has_its_median_in_the_middle(pairs: int, data: st.DataObject) -> None:
    # half of 2 n patients have the event, in any grouping; some leave; then the next event comes
    days = sorted(data.draw(st.lists(st.integers(1, 50), min_size=pairs, max_size=pairs)))
    left = data.draw(st.integers(0, pairs - 1))
    rest, gap = data.draw(st.integers(1, 30)), data.draw(st.integers(1, 30))
    times = [(day, naive.EVENT) for day in days]
    times += [(days[-1] + gap, naive.CENSORED)] * left
    times += [(days[-1] + gap + rest, naive.EVENT)] * (pairs - left)
    assert naive.survival_at(times, days[-1]).survival == Fraction(1, 2)
    assert curve(times, ConfType.LOG).median().estimate == (2 * days[-1] + gap + rest) / 2


@pytest.mark.parametrize("conf_type", SCALES)
@given(times=cohorts, share=st.sampled_from(SHARES), level=levels)
@settings(max_examples=60)
def test_limits_of_quantiles_agree_with_a_second_computation(
    conf_type: ConfType, times: list[naive.Time], share: Fraction, level: float
) -> None:
    found = curve(times, conf_type, level).quantile(float(share))
    assert same(found, naive.quantile(times, share, conf_type.value, level))


@given(times=mostly_events, share=st.sampled_from(SHARES), level=levels)
@settings(max_examples=200)
def test_the_symmetric_interval_agrees_with_a_second_computation(
    times: list[naive.Time], share: Fraction, level: float
) -> None:
    found = curve(times, ConfType.SPSS, level).quantile(float(share))
    assert same(found, naive.symmetric(times, share, level), exact=False)


@pytest.mark.parametrize("conf_type", ConfType)
@given(times=cohorts, day=st.one_of(st.integers(0, 14), st.floats(0, 14)), level=levels)
@settings(max_examples=60)
def test_survival_at_a_time_agrees_with_a_second_computation(
    conf_type: ConfType, times: list[naive.Time], day: float, level: float
) -> None:
    found = curve(times, conf_type, level).at(day)
    step = naive.survival_at(times, day)
    assert found.at_risk == naive.at_risk(times, day)
    if step is None:
        assert (found.survival, found.lower, found.upper) == (None, None, None)
        return
    lower, upper = naive.limits(step, conf_type.value, level)
    assert found.survival == pytest.approx(float(step.survival), rel=1e-12)
    assert found.lower == (None if lower is None else pytest.approx(lower, rel=1e-9, abs=1e-12))
    assert found.upper == (None if upper is None else pytest.approx(upper, rel=1e-9, abs=1e-12))


@given(times=cohorts)
def test_the_rows_under_the_curve_add_up_to_everybody_at_every_tick(times: list[naive.Time]) -> None:
    found = curve(times, ConfType.LOG_LOG)
    for tick in [*range(16), 0.5, 3.5, 1e6]:
        row = found.risk_at(tick)
        assert row.at_risk == naive.at_risk(times, tick)
        left = tuple(naive.left_before(times, tick, status) for status in STATUSES)
        assert (row.censored, row.events, row.competing) == left
        assert row.at_risk + row.censored + row.events + row.competing == len(times)


@given(times=cohorts)
def test_follow_up_agrees_with_a_second_computation(times: list[naive.Time]) -> None:
    counts = curve(times, ConfType.LOG_LOG).counts
    assert counts.observed_median() == naive.observed_median(times)
    found = kaplan_meier(counts.reversed()).median()
    assert same(found, naive.quantile(naive.reverse(times), Fraction(1, 2), "log-log", 0.95))


# Through a file ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trial:
    """Patients and the offset with which their file counts days."""

    patients: tuple[naive.Patient, ...]
    offset: int

    @property
    def arms(self) -> list[str]:
        return sorted({patient.arm for patient in self.patients})

    def moved(self, days: int) -> Trial:
        """The same patients, `days` later."""
        by = timedelta(days)
        return Trial(
            tuple(naive.Patient(p.arm, p.start + by, p.end + by, p.status) for p in self.patients),
            self.offset,
        )


def _patient(arm: str, start: int, length: int, status: int) -> naive.Patient:
    first = FIRST_DAY + timedelta(start)
    return naive.Patient(arm, first, first + timedelta(length), status)


patients = st.builds(
    _patient, st.sampled_from("ABC"), st.integers(0, 20), st.integers(0, 20), st.sampled_from(STATUSES)
)
trials = st.builds(Trial, st.lists(patients, min_size=1, max_size=16).map(tuple), st.sampled_from((0, 1)))
days = st.integers(-1, 42).map(lambda day: FIRST_DAY + timedelta(day))


@st.composite
def selections(draw: st.DrawFn, arms: Sequence[str] = ()) -> Selection:
    """Any window, cut-off and death rule, and some of the arms."""
    first, last = draw(st.none() | days), draw(st.none() | days)
    if first and last and first > last:
        first, last = last, first
    chosen = draw(st.sets(st.sampled_from(arms))) if arms else set()
    return Selection(
        tuple(chosen), first, last, draw(st.none() | days), draw(st.sampled_from(list(DeathRule)))
    )


def selected(trial: Trial, selection: Selection) -> list[naive.Patient]:
    """Choose the patients and stop the clock by their dates, as the definitions say in words."""
    found = naive.in_window(trial.patients, selection.index_from, selection.index_to)
    found = [p for p in found if not selection.modalities or p.arm in selection.modalities]
    return naive.known_by(found, selection.cutoff)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("properties")


numbers = itertools.count()

# A file that is imported costs more than many questions to it: few trials, several questions to each
few_trials = settings(max_examples=8)
QUESTIONS = 5


def imported(folder: Path, trial: Trial, order: Sequence[int] = ()) -> DataSet:
    """Write the patients to a file, import it, and open what came out."""
    place = folder / str(next(numbers))
    place.mkdir()
    path = naive.write_adtte(place / "trial.csv", trial.patients, trial.offset, order)
    shelf = Shelf(place / "data")
    build_adtte(shelf, "trial", path, competing_cnsr=2)
    dataset = open_dataset(shelf, "trial")
    assert dataset.has_dates
    return dataset


def told(stratum: StratumEstimate) -> dict[str, object]:
    """All that is said of a stratum."""
    return {
        "n": (stratum.n, stratum.events, stratum.censored, stratum.competing),
        "median": stratum.median,
        "steps": stratum.curve.steps(),
        "follow_up": stratum.follow_up,
    }


def everything(dataset: DataSet, selection: Selection, by: str | None = "modality") -> object:
    """All that is said of a selection, or that nobody is left."""
    try:
        found = estimate(dataset, "TTE", selection, by=by)
    except NothingLeft:
        return "nobody is left"
    return [(stratum.stratum, told(stratum)) for stratum in found.strata]


def competing_agrees(stratum: StratumEstimate, times: list[naive.Time]) -> None:
    """Assert that a cumulative incidence, read as 1 - F, is what the second computation finds."""
    for day in [0, 0.5, 1, *range(2, 44, 3)]:
        found, share = stratum.curve.at(day), naive.incidence_at(times, day)
        assert found.at_risk == naive.at_risk(times, day)
        assert found.survival == (None if share is None else pytest.approx(float(1 - share), abs=1e-12))
        if found.lower is not None and found.upper is not None:
            assert 0 <= found.lower <= found.survival + 1e-12
            assert found.survival - 1e-12 <= found.upper <= 1
    reached = [day for day, _ in sorted(times) if naive.incidence_at(times, day) >= Fraction(1, 2)]
    assert stratum.median.estimate == (min(reached) if reached else None)


def agrees(stratum: StratumEstimate, times: list[naive.Time], death: DeathRule) -> None:
    """Assert that a stratum is what the second computation finds on these times."""
    conf_type, level = stratum.curve.conf_type.value, stratum.curve.conf_level
    ruled = naive.under(times, death.value)
    assert (stratum.n, stratum.events, stratum.censored, stratum.competing) == (
        len(ruled),
        *(sum(status == wanted for _, status in ruled) for wanted in (1, 0, 2)),
    )
    if death is DeathRule.COMPETING:
        competing_agrees(stratum, ruled)
        return
    for day in [0, 0.5, 1, *range(2, 44, 3)]:
        found, step = stratum.curve.at(day), naive.survival_at(ruled, day)
        lower, upper = (None, None) if step is None else naive.limits(step, conf_type, level)
        assert found.at_risk == naive.at_risk(ruled, day)
        assert found.survival == (None if step is None else pytest.approx(float(step.survival), rel=1e-12))
        assert found.lower == (None if lower is None else pytest.approx(lower, rel=1e-9, abs=1e-12))
        assert found.upper == (None if upper is None else pytest.approx(upper, rel=1e-9, abs=1e-12))
    half = Fraction(1, 2)
    exact = conf_type != "spss"
    assert same(stratum.median, naive.quantile(ruled, half, conf_type, level), exact)
    watched = naive.quantile(naive.reverse(times), half, conf_type, level)  # whatever the death rule
    assert same(stratum.follow_up.reverse_km, watched, exact)
    assert stratum.follow_up.observed_median == naive.observed_median(times)


@given(data=st.data(), trial=trials, level=levels, conf_type=st.sampled_from(list(ConfType)))
@settings(max_examples=20)
def test_every_selection_agrees_with_a_second_computation_on_the_dates(
    folder: Path, data: st.DataObject, trial: Trial, level: float, conf_type: ConfType
) -> None:
    dataset = imported(folder, trial)
    for _ in range(9):
        selection = data.draw(selections(trial.arms))
        people = selected(trial, selection)
        if not people:
            with pytest.raises(NothingLeft):
                estimate(dataset, "TTE", selection)
            continue
        options = {"conf_type": conf_type, "conf_level": level}
        (whole,) = estimate(dataset, "TTE", selection, **options).strata
        assert whole.stratum == WHOLE_COHORT
        agrees(whole, [p.time(trial.offset) for p in people], selection.death)
        groups = estimate(dataset, "TTE", selection, by="modality", **options).strata
        assert [group.stratum for group in groups] == sorted({p.arm for p in people})
        for group in groups:
            own = [p.time(trial.offset) for p in people if p.arm == group.stratum]
            agrees(group, own, selection.death)


# Offset 1: the patient is first seen on day 1. Offset 0: on day 0. All start on 10 February 2016, arm A.
@pytest.mark.parametrize("offset", [0, 1])
@pytest.mark.parametrize(
    ("status", "length", "cutoff", "left"),
    [
        pytest.param(naive.EVENT, 9, 9, (9, naive.EVENT), id="event-on-the-cut-off-counts"),
        pytest.param(naive.EVENT, 9, 8, (8, naive.CENSORED), id="event-the-day-after-is-not-known"),
        pytest.param(naive.EVENT, 9, 10, (9, naive.EVENT), id="event-the-day-before-counts"),
        pytest.param(naive.COMPETING, 9, 8, (8, naive.CENSORED), id="death-the-day-after-is-not-known"),
        pytest.param(naive.COMPETING, 9, 9, (9, naive.COMPETING), id="death-on-the-cut-off-counts"),
        pytest.param(naive.CENSORED, 9, 5, (5, naive.CENSORED), id="observation-ends-at-the-cut-off"),
        pytest.param(naive.CENSORED, 9, 20, (9, naive.CENSORED), id="a-later-cut-off-prolongs-nothing"),
        pytest.param(naive.EVENT, 9, 0, (0, naive.CENSORED), id="cut-off-on-the-index-date"),
        pytest.param(naive.EVENT, 0, 0, (0, naive.EVENT), id="event-on-an-index-date-that-is-the-cut-off"),
        pytest.param(naive.EVENT, 9, -1, None, id="index-date-after-the-cut-off-leaves"),
    ],
)
def test_a_cut_off_is_inclusive(
    tmp_path: Path, offset: int, status: int, length: int, cutoff: int, left: naive.Time | None
) -> None:
    dataset = imported(tmp_path, Trial((_patient("A", 0, length, status),), offset))
    selection = Selection(cutoff=FIRST_DAY + timedelta(cutoff))
    if left is None:
        with pytest.raises(NothingLeft):
            estimate(dataset, "TTE", selection)
        return
    (found,) = estimate(dataset, "TTE", selection).strata
    day, ended = left
    assert found.curve.last_day == day + offset
    assert (found.censored, found.events, found.competing) == tuple(int(ended == s) for s in STATUSES)
    cut = [kind.reason for kind in kinds(dataset, selection)] == ["data cut-off"]
    assert cut is (length > cutoff)


@given(data=st.data(), trial=trials)
@few_trials
def test_the_order_of_the_rows_of_a_file_changes_nothing(
    folder: Path, data: st.DataObject, trial: Trial
) -> None:
    order = data.draw(st.permutations(range(len(trial.patients))))
    one, other = imported(folder, trial), imported(folder, trial, order)
    assert one.version == other.version
    for _ in range(QUESTIONS):
        selection = data.draw(selections())
        assert everything(one, selection) == everything(other, selection)


@given(data=st.data(), trial=trials)
@few_trials
def test_other_rows_are_another_version(folder: Path, data: st.DataObject, trial: Trial) -> None:
    place = data.draw(st.integers(0, len(trial.patients) - 1))
    was = trial.patients[place]
    now = data.draw(patients)
    assume(now != was)
    changed = Trial((*trial.patients[:place], now, *trial.patients[place + 1 :]), trial.offset)
    assert imported(folder, trial).version != imported(folder, changed).version


@given(data=st.data(), trial=trials)
@few_trials
def test_the_order_of_the_modalities_in_a_filter_changes_nothing(
    folder: Path, data: st.DataObject, trial: Trial
) -> None:
    dataset = imported(folder, trial)
    for _ in range(QUESTIONS):
        chosen = data.draw(st.lists(st.sampled_from(trial.arms), min_size=1, max_size=5))
        again = data.draw(st.permutations(chosen))
        one, other = Selection(tuple(chosen)), Selection(tuple(again))
        assert one == other
        assert everything(dataset, one) == everything(dataset, other)
        (found,) = estimate(dataset, "TTE", one).strata
        assert found.n == sum(patient.arm in chosen for patient in trial.patients)


@given(data=st.data(), trial=trials, by=st.integers(-3000, 3000))
@few_trials
def test_a_shift_of_all_dates_with_window_and_cut_off_changes_nothing(
    folder: Path, data: st.DataObject, trial: Trial, by: int
) -> None:
    before, after = imported(folder, trial), imported(folder, trial.moved(by))
    for _ in range(QUESTIONS):
        selection = data.draw(selections(trial.arms))
        dates = (selection.index_from, selection.index_to, selection.cutoff)
        moved = Selection(
            selection.modalities, *(day and day + timedelta(by) for day in dates), death=selection.death
        )
        assert everything(before, selection) == everything(after, moved)
        assert everything(before, selection, by=None) == everything(after, moved, by=None)


@given(data=st.data(), trial=trials)
@few_trials
def test_the_groups_add_up_to_the_whole(folder: Path, data: st.DataObject, trial: Trial) -> None:
    dataset = imported(folder, trial)
    for _ in range(QUESTIONS):
        selection = data.draw(selections(trial.arms))
        if not selected(trial, selection):
            continue
        (whole,) = estimate(dataset, "TTE", selection).strata
        groups = estimate(dataset, "TTE", selection, by="modality").strata
        for count in ("n", "events", "censored", "competing"):
            assert getattr(whole, count) == sum(getattr(group, count) for group in groups)
        assert dataset.n_selected(selection) == whole.n
        for tick in range(0, 44, 4):
            rows = [group.curve.risk_at(tick) for group in groups]
            row = whole.curve.risk_at(tick)
            for count in ("at_risk", "censored", "events", "competing"):
                assert getattr(row, count) == sum(getattr(each, count) for each in rows)
            assert row.at_risk + row.censored + row.events + row.competing == whole.n


@given(data=st.data(), trial=trials)
@few_trials
def test_a_cut_off_after_everything_and_a_window_around_everybody_change_nothing(
    folder: Path, data: st.DataObject, trial: Trial
) -> None:
    dataset = imported(folder, trial)
    first, last = dataset.index_dates
    assert (first, last) == (min(p.start for p in trial.patients), max(p.start for p in trial.patients))
    assert dataset.last_date == max(p.end for p in trial.patients)
    for death in DeathRule:
        late = data.draw(st.integers(0, 400))
        wide = Selection((), first, last, dataset.last_date + timedelta(late), death)
        assert everything(dataset, wide) == everything(dataset, Selection(death=death))


@given(data=st.data(), trial=trials)
@few_trials
def test_a_filter_gives_a_group_exactly_the_numbers_it_has_beside_the_others(
    folder: Path, data: st.DataObject, trial: Trial
) -> None:
    dataset = imported(folder, trial)
    for _ in range(QUESTIONS):
        selection = data.draw(selections())
        together = everything(dataset, selection)
        for arm, said in () if together == "nobody is left" else together:
            dates = (selection.index_from, selection.index_to, selection.cutoff)
            alone = Selection((arm,), *dates, death=selection.death)
            assert everything(dataset, alone) == [(arm, said)]
