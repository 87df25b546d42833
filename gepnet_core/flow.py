"""The way from the records to the patients of an estimate, in the STROBE manner: who is left out, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from gepnet_core.behind import Behind, Ended, Filtered, Step, Untimed
from gepnet_core.criteria import OneOf
from gepnet_core.estimates import labelling
from gepnet_core.selection import Selection
from gepnet_core.store.behind import FILTERS, up_to
from gepnet_core.store.dataset import DataSet

WORDS = {
    "modality": "outside the chosen modalities",
    "index-date": "index date outside the chosen days",
    "criteria": "outside the chosen characteristics",
    "cutoff": "index date after the data cut-off",
}
TRIAL_MODALITY = "outside the chosen treatments"
# a reason by the code of an eligibility step; an excluded modality has its name in the label
REASONS = {
    "gep_net": "primary tumour not a GEP-NET, or not recorded",
    "metastatic": "not metastatic by the date of treatment",
    "local_treatment": "no local treatment",
    "focal_progression": "not treated for focal progression",
}
EXCLUDED = "treated by other than "


class FlowPart(StrEnum):
    """What a step belongs to; the value is the heading above its steps."""

    ELIGIBILITY = "Eligibility"
    FILTERS = "Your filters"
    ENDPOINT = "Endpoint"


@dataclass(frozen=True, slots=True)
class FlowStep:
    """A step of the way: who is left after it, and who was left out by it and why.

    `label` names the step, `reason` why patients are left out by it. `behind_left` and `behind_out` list the
    patients of the two numbers under the selection of the flow.
    """

    part: FlowPart
    code: str
    label: str
    reason: str
    left: int
    out: int
    behind_left: Behind
    behind_out: Behind


@dataclass(frozen=True, slots=True)
class FlowGroup:
    """A stratum at the end of the way; `within` names it among the patients of the flow's `end`."""

    stratum: str
    label: str
    patients: int
    within: tuple[OneOf, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """The way from the records (or the patients of a trial) to those of an endpoint, and their groups.

    `start` counts the records; the steps are those of eligibility, then the filters in use, then the endpoint.
    `behind_start` lists the records; a trial has none, and no name for all its patients whatever the filters.
    """

    start: int
    start_label: str
    behind_start: Behind | None
    steps: tuple[FlowStep, ...]
    end: Behind
    groups: tuple[FlowGroup, ...]

    @property
    def left(self) -> int:
        """Patients at the end."""
        return self.steps[-1].left if self.steps else self.start

    def of(self, part: FlowPart) -> tuple[FlowStep, ...]:
        """Return the steps of one part."""
        return tuple(step for step in self.steps if step.part is part)


def flow(dataset: DataSet, selection: Selection, endpoint: str, *, by: str = "modality") -> Flow:
    """Return the way to the patients of an endpoint, and how many of them are in each stratum of `by`.

    A step that leaves nobody out is kept where it is one of eligibility or a filter in use, else not shown.

    Raises
    ------
    OptionRefused
        If the selection, the endpoint or the grouping asks for what the data set does not have.

    References
    ----------
    von Elm et al. (2007), Lancet 370:1453-1457 (STROBE), item 13.
    """
    code = dataset.endpoint(endpoint).code
    attrition = dataset.attrition()
    steps = _eligibility(dataset)
    steps += _filters(dataset, selection)
    left = steps[-1].left if steps else dataset.n
    counted = dataset.event_counts(code, selection, by=by) if left else []
    timed = sum(counts.n for counts in counted)
    if timed < left:
        steps.append(
            FlowStep(
                FlowPart.ENDPOINT,
                "endpoint",
                f"has a time of {code}",
                f"no time of {code}",
                timed,
                left - timed,
                Ended(code),
                Untimed(code),
            )
        )
    label, column = labelling(dataset, by), dataset.grouping(by)
    groups = tuple(
        FlowGroup(
            counts.stratum,
            label(counts.stratum),
            counts.n,
            () if column is None else (OneOf(column, (counts.stratum,)),),
        )
        for counts in counted
    )
    return Flow(
        attrition[0].patients if attrition else dataset.n,
        "records" if attrition else "patients",
        Step(attrition[0].code, passed=True) if attrition else None,
        tuple(steps),
        Ended(code),
        groups,
    )


def _eligibility(dataset: DataSet) -> list[FlowStep]:
    return [
        FlowStep(
            FlowPart.ELIGIBILITY,
            step.code,
            step.label,
            _reason(step.code, step.label),
            step.patients,
            before.patients - step.patients,
            Step(step.code, passed=True),
            Step(step.code, passed=False),
        )
        for before, step in pairwise(dataset.attrition())
    ]


def _reason(code: str, label: str) -> str:
    """Return why an eligibility step leaves patients out; it judges treatments, of which one is enough to stay."""
    if label.startswith(EXCLUDED):
        return f"treated by {label.removeprefix(EXCLUDED)} only"
    if code == "window":
        return f"not {label}"
    return REASONS.get(code, f"not: {label}")


def _filters(dataset: DataSet, selection: Selection) -> list[FlowStep]:
    steps: list[FlowStep] = []
    left = dataset.n
    for place, name in enumerate(FILTERS):
        narrowed, before = up_to(selection, place + 1), up_to(selection, place)
        if narrowed == before:
            continue
        now = dataset.n_selected(narrowed)
        steps.append(
            FlowStep(
                FlowPart.FILTERS,
                name,
                _filter_words(dataset, narrowed, name),
                TRIAL_MODALITY if dataset.is_trial and name == "modality" else WORDS[name],
                now,
                left - now,
                Filtered(name, passed=True),
                Filtered(name, passed=False),
            )
        )
        left = now
    return steps


def _filter_words(dataset: DataSet, narrowed: Selection, name: str) -> str:
    """Return what one filter asks for, without those before it and without the death rule."""
    if name == "criteria":
        return "; ".join(criterion.describe(dataset.words_for) for criterion in narrowed.criteria)
    alone = Selection(**{part: getattr(narrowed, part) for part in FILTERS[name]})
    words = dataset.describe(alone)
    return words if name == "modality" else words.partition("; ")[2]
