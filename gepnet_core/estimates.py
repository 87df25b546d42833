"""What a screen or a script says of each stratum: counts, curve, median, follow-up, in one value object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gepnet_core.competing_risks import cumulative_incidence
from gepnet_core.errors import NothingLeft, OptionRefused, quoted
from gepnet_core.landmark import Landmark, after_landmark
from gepnet_core.selection import Selection
from gepnet_core.store.dataset import DataSet
from gepnet_core.survival import EventCounts, Quantile, SurvivalCurve, kaplan_meier
from gepnet_core.time_scale import TimeScale
from gepnet_core.view import View
from gepnet_core.vocabulary import ConfType, DeathRule, Endpoint

FOLLOW_UP_ENDPOINT = "OS"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How long patients were watched: days from the index date to the end of observation.

    `basis` is the endpoint whose times were used; `reverse_km` the reverse Kaplan-Meier median (None where
    not reached), `observed_median` the plain median of the observed times.
    """

    basis: str
    reverse_km: Quantile
    observed_median: float


@dataclass(frozen=True, slots=True)
class StratumEstimate:
    """All that is said of one stratum; `events`, `censored` and `competing` add up to `n`."""

    stratum: str
    label: str
    curve: SurvivalCurve
    follow_up: FollowUp

    @property
    def n(self) -> int:
        """Patients."""
        return self.curve.counts.n

    @property
    def events(self) -> int:
        """Events, competing deaths included where the death rule counts them as events."""
        return int(self.curve.counts.events.sum())

    @property
    def censored(self) -> int:
        """Times that ended without event and without death."""
        return int(self.curve.counts.censored.sum())

    @property
    def competing(self) -> int:
        """Deaths before the event that the death rule does not count as events."""
        return int(self.curve.counts.competing.sum())

    @property
    def median(self) -> Quantile:
        """The median time in days."""
        return self.curve.median()


@dataclass(frozen=True, slots=True)
class Estimate:
    """The estimates of an endpoint for a selection, a stratum each, and how they were made.

    `deaths_before_event` counts the competing deaths whatever the death rule; `with_time` the selected
    patients who have a time of the endpoint, of whom `levels` and `landmark` may have left some out; `scale` says
    how a time that is asked of these curves becomes days.
    """

    dataset: DataSet
    endpoint: Endpoint
    selection: Selection
    by: str | None
    conf_type: ConfType
    conf_level: float
    strata: tuple[StratumEstimate, ...]
    deaths_before_event: int
    with_time: int
    scale: TimeScale
    levels: tuple[str, ...] = ()
    landmark: Landmark | None = None

    @property
    def is_incidence(self) -> bool:
        """True where the curves are cumulative incidences, since death before the event competes with it."""
        return self.selection.death is DeathRule.COMPETING

    @property
    def n(self) -> int:
        """Patients over all strata."""
        return sum(stratum.n for stratum in self.strata)


def estimate(
    dataset: DataSet,
    endpoint: str,
    selection: Selection,
    *,
    by: str | None = None,
    conf_type: ConfType = ConfType.LOG_LOG,
    conf_level: float = 0.95,
    levels: Sequence[str] = (),
    landmark: float | None = None,
) -> Estimate:
    """Estimate an endpoint for a selection, per stratum of the column `by`.

    Where death before the event competes with it, the curves are cumulative incidences with log-log limits,
    whatever `conf_type`. `levels` names the strata that are wanted (none: all); `landmark` is the day at which
    the clock starts anew for those with a longer time.

    Raises
    ------
    NothingLeft
        If the selection, or the landmark, leaves no patient with a time of this endpoint.
    OptionRefused
        If the selection, the endpoint or the grouping asks for what the data set does not have.
    """
    counted = dataset.event_counts(endpoint, selection, by=by)
    if not counted:
        raise NothingLeft
    with_time = sum(counts.n for counts in counted)
    basis, watched = follow_up_counts(dataset, endpoint, selection, by=by, counted=counted)
    counted = chosen_levels(counted, levels)
    deaths = sum(int(counts.competing.sum()) for counts in counted)
    compared, left = [counts.under(selection.death) for counts in counted], None
    scale = dataset.time_scale(endpoint)
    if landmark is not None:
        if landmark <= 0.0:
            raise OptionRefused("A landmark lies after time zero. Give a time above 0, or leave it out.")
        compared, left = after_landmark(compared, landmark)
        if not compared:
            raise NothingLeft(
                f"Nobody is followed beyond the landmark of {scale.to_months(landmark):,.1f} months. Choose an "
                "earlier one."
            )
    if selection.death is DeathRule.COMPETING:
        conf_type = ConfType.LOG_LOG
    label = labelling(dataset, by)
    strata = tuple(
        StratumEstimate(
            counts.stratum,
            label(counts.stratum),
            curve_of(counts, selection.death, conf_type=conf_type, conf_level=conf_level),
            follow_up(basis, watched[counts.stratum], conf_type=conf_type, conf_level=conf_level),
        )
        for counts in compared
    )
    known = dataset.endpoint(endpoint).under(selection.death, deaths)
    return Estimate(
        dataset,
        known,
        selection,
        by,
        conf_type,
        conf_level,
        strata,
        deaths,
        with_time,
        scale.from_landmark(landmark),
        tuple(levels),
        left,
    )


def curve_of(
    counts: EventCounts, death: DeathRule, *, conf_type: ConfType, conf_level: float
) -> SurvivalCurve:
    """Return the curve that a death rule asks for, from counts under it."""
    if death is DeathRule.COMPETING:
        return cumulative_incidence(counts, conf_level=conf_level)
    return kaplan_meier(counts, conf_level=conf_level, conf_type=conf_type)


def chosen_levels(counted: list[EventCounts], levels: Sequence[str]) -> list[EventCounts]:
    """Return the strata that are wanted; raise OptionRefused for one that is not there."""
    there = [counts.stratum for counts in counted]
    for level in levels:
        if level not in there:
            raise OptionRefused(
                f"The group {quoted(level)} has no patient in this selection. There are: {', '.join(there)}."
            )
    return [counts for counts in counted if not levels or counts.stratum in levels]


def labelling(dataset: DataSet, by: str | None) -> Callable[[str], str]:
    """Return the words for a stratum; a value such as "no" or "2" says nothing without its column."""
    column = dataset.grouping(by)
    if column is None:
        return lambda _: "All patients"
    if column == "modality":
        return lambda stratum: dataset.modality_labels.get(stratum, stratum)
    name = next(entry.short for entry in dataset.baseline if entry.name == column)
    return lambda stratum: f"{name}: {stratum}"


def follow_up_counts(
    dataset: DataSet, endpoint: str, selection: Selection, *, by: str | None, counted: list[EventCounts]
) -> tuple[str, dict[str, EventCounts]]:
    """Return whose times tell the follow-up, and their counts per stratum.

    Follow-up belongs to the patients: the overall survival rows tell it where all patients have one, else
    the endpoint's own times do.
    """
    basis = endpoint
    if endpoint != FOLLOW_UP_ENDPOINT and dataset.has_endpoint_for_all(
        FOLLOW_UP_ENDPOINT, endpoint, selection
    ):
        basis = FOLLOW_UP_ENDPOINT
        counted = dataset.event_counts(basis, selection, by=by, among=endpoint)
    return basis, {counts.stratum: counts for counts in counted}


def follow_up(basis: str, counts: EventCounts, *, conf_type: ConfType, conf_level: float) -> FollowUp:
    """Estimate the follow-up of one stratum.

    Raises
    ------
    NothingLeft
        If no patient is left.

    References
    ----------
    Schemper & Smith (1996), Control Clin Trials 17:343-346, for the reverse Kaplan-Meier median.
    """
    # OS carries deaths as events and never competing deaths: both end up censored here
    curve = kaplan_meier(counts.reversed(), conf_level=conf_level, conf_type=conf_type)
    return FollowUp(basis, curve.median(), counts.observed_median())


def estimate_of(dataset: DataSet, view: View, *, by: str | None = None) -> Estimate:
    """Estimate the endpoint of a view, the first of the data set where it names none, for its selection.

    Raises
    ------
    NothingLeft
        If the selection leaves no patient with a time of this endpoint.
    OptionRefused
        If the view asks for what the data set does not have.
    """
    return estimate(
        dataset,
        view.endpoint or next(iter(dataset.endpoints)),
        view.selection,
        by=by,
        conf_type=view.conf_type,
        conf_level=view.conf_level,
    )


def alternatives(estimated: Estimate, stratum: StratumEstimate) -> dict[ConfType, Quantile]:
    """Return the median of a stratum under every convention of the interval."""
    if estimated.is_incidence:
        return {estimated.conf_type: stratum.median}
    return {
        conf_type: kaplan_meier(
            stratum.curve.counts, conf_level=estimated.conf_level, conf_type=conf_type
        ).median()
        for conf_type in ConfType
    }
