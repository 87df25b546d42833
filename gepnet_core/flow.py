"""The way from the records to the patients of an estimate, in the STROBE manner: who is left out, and why."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from gepnet_core.behind import Behind, Ended, Filtered, Step, Untimed
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


@dataclass(frozen=True, slots=True)
class FlowStep:
    """A step of the way: who is left after it, and who was left out by it and why.

    `label` names the step, `reason` why patients are left out by it. `behind_left` and `behind_out` list the
    patients of the two numbers under the selection of the flow.
    """

    code: str
    label: str
    reason: str
    left: int
    out: int
    behind_left: Behind
    behind_out: Behind


@dataclass(frozen=True, slots=True)
class FlowGroup:
    """A stratum at the end of the way."""

    stratum: str
    label: str
    patients: int


@dataclass(frozen=True, slots=True)
class Flow:
    """The way from the records (or the patients of a trial) to those of an endpoint, and their groups.

    `start` counts the records; the steps are those of eligibility, then the filters in use, then the endpoint.
    """

    start: int
    start_label: str
    steps: tuple[FlowStep, ...]
    groups: tuple[FlowGroup, ...]

    @property
    def left(self) -> int:
        """Patients at the end."""
        return self.steps[-1].left if self.steps else self.start


def flow(dataset: DataSet, selection: Selection, endpoint: str, *, by: str = "modality") -> Flow:
    """Return the way to the patients of an endpoint, and how many of them are in each stratum of `by`.

    A step that leaves nobody out is kept where it is one of eligibility, else not shown.

    References
    ----------
    von Elm et al. (2007), Lancet 370:1453-1457 (STROBE), item 13.
    """
    attrition = dataset.attrition()
    steps: list[FlowStep] = []
    for before, step in pairwise(attrition):
        steps.append(
            FlowStep(
                step.code,
                step.label,
                f"not: {step.label}",
                step.patients,
                before.patients - step.patients,
                Step(step.code, passed=True),
                Step(step.code, passed=False),
            )
        )
    left = dataset.n
    for place, name in enumerate(FILTERS):
        narrowed = up_to(selection, place + 1)
        if narrowed == up_to(selection, place):
            continue
        now = dataset.n_selected(narrowed)
        words = dataset.describe(narrowed) if name != "criteria" else _criteria(dataset, narrowed)
        steps.append(
            FlowStep(
                name,
                words,
                WORDS[name],
                now,
                left - now,
                Filtered(name, passed=True),
                Filtered(name, passed=False),
            )
        )
        left = now
    counted = dataset.event_counts(endpoint, selection, by=by) if left else []
    timed = sum(counts.n for counts in counted)
    name = dataset.endpoint(endpoint).code
    if timed < left:
        steps.append(
            FlowStep(
                "endpoint",
                f"has a time of {name}",
                f"no time of {name}",
                timed,
                left - timed,
                Ended(name),
                Untimed(name),
            )
        )
    label = labelling(dataset, by)
    groups = tuple(FlowGroup(counts.stratum, label(counts.stratum), counts.n) for counts in counted)
    start = attrition[0].patients if attrition else dataset.n
    return Flow(start, "records" if attrition else "patients", tuple(steps), groups)


def _criteria(dataset: DataSet, selection: Selection) -> str:
    return "; ".join(criterion.describe(dataset.words_for) for criterion in selection.criteria)
