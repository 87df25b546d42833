"""Patients like one under discussion: who matches what a tumour board knows, and what was relaxed to find enough.

Nothing is weighed and nothing estimated: a patient meets a condition or does not. Conditions are relaxed in the
order of PARTS, a whole condition at a time, the one that says least of the tumour first: systemic agents, Ki-67,
target site, tumour grade, and the primary site last. The modality under discussion restricts nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gepnet_core.case import Case
from gepnet_core.criteria import Between, Criterion, OneOf
from gepnet_core.errors import ControlMissing, OptionRefused, listed, quoted
from gepnet_core.selection import Selection
from gepnet_core.store.dataset import DataSet
from gepnet_core.vocabulary import NOT_RECORDED

FEWEST, MOST = 5, 50  # what may be asked for as the least number of patients
MANY_LINES = 3
KI67_LOW, KI67_HIGH = 3.0, 20.0


@dataclass(frozen=True, slots=True)
class Part:
    """Something that a board may know of its patient: the field of a Case, the column that records it, words.

    `reason` says why it is relaxed where it stands in the order; `kind` is that of the column.
    """

    field: str
    column: str
    name: str
    kind: str
    reason: str


# in the order of relaxing
PARTS = (
    Part(
        "lines",
        "systemic_agents_so_far",
        "systemic agents",
        "numeric",
        "they tell what was given so far, and like tumours were given different agents",
    ),
    Part("ki67_percent", "ki67_percent", "Ki-67", "numeric", "the tumour grade, kept longer, rests on it"),
    Part(
        "target_site",
        "target_site",
        "target site",
        "categorical",
        "it tells where the treatment was given, not what the tumour is",
    ),
    Part("tumour_grade", "tumour_grade", "tumour grade", "categorical", "it tells how fast the tumour grows"),
    Part(
        "primary_site",
        "primary_site",
        "primary site",
        "categorical",
        "tumours of another origin are another disease",
    ),
)


@dataclass(frozen=True, slots=True)
class Condition:
    """What is known of the patient, as a condition on the others.

    `words` say the condition ("Ki-67 3 to 20 %"), `known` what the board knows where that is more ("Ki-67 12 %").
    """

    part: Part
    criterion: Criterion
    words: str
    known: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A condition set beside those before it: the patients `left`, and those `missing` a recorded value.

    The missing ones meet all conditions before it. `kept` tells whether the condition still holds.
    """

    condition: Condition
    left: int
    missing: int
    kept: bool


@dataclass(frozen=True, slots=True)
class Likeness:
    """The patients like one under discussion, and how they were found.

    `asked` is the selection that was searched, of `searched` patients; `selection` that of the `patients` who
    match. `stages` begin with the condition that is relaxed last: to relax one is to go back by one stage.
    `kept` come in the order of the stages, `relaxed` in the order in which they were relaxed.
    """

    dataset: DataSet
    case: Case
    asked: Selection
    selection: Selection
    searched: int
    patients: int
    stages: tuple[Stage, ...]

    @property
    def kept(self) -> tuple[Condition, ...]:
        """The conditions that hold."""
        return tuple(stage.condition for stage in self.stages if stage.kept)

    @property
    def relaxed(self) -> tuple[Condition, ...]:
        """The conditions that were given up."""
        return tuple(stage.condition for stage in reversed(self.stages) if not stage.kept)

    @property
    def matched_exactly(self) -> int:
        """Patients who meet every condition."""
        return self.stages[-1].left if self.stages else self.searched

    @property
    def missing(self) -> int:
        """Patients who are left out by a condition that holds only since their value is not recorded."""
        return sum(stage.missing for stage in self.stages if stage.kept)

    def up_to(self, stage: Stage) -> Selection:
        """Return the selection of the patients who are left at a stage."""
        place = self.stages.index(stage) + 1
        return _narrowed(self.asked, [found.condition for found in self.stages[:place]])


def alike(dataset: DataSet, selection: Selection, case: Case) -> Likeness:
    """Return the patients of a selection who are like the one under discussion.

    What is None in the case restricts nobody. Where fewer than `case.least` match, conditions are relaxed in the
    order of PARTS until as many do or none is left.

    Raises
    ------
    OptionRefused
        If the case names a value that no patient of the data set has, or a number out of its bounds.
    ControlMissing
        If the data set has no column that would record what is known.
    """
    _check(dataset, case)
    found = conditions(dataset, case)
    searched = dataset.n_selected(selection)
    counted = []
    for place, condition in enumerate(found):
        before, now = (_narrowed(selection, found[:end]) for end in (place, place + 1))
        unknown = replace(before, criteria=(*before.criteria, _not_recorded(condition)))
        counted.append((condition, dataset.n_selected(now), dataset.n_selected(unknown)))
    kept = len(found)
    while kept and counted[kept - 1][1] < case.least:
        kept -= 1
    return Likeness(
        dataset,
        case,
        selection,
        _narrowed(selection, found[:kept]),
        searched,
        counted[kept - 1][1] if kept else searched,
        tuple(Stage(*counts, kept=place < kept) for place, counts in enumerate(counted)),
    )


def conditions(dataset: DataSet, case: Case) -> list[Condition]:
    """Return what is known of the patient as conditions, the one that is relaxed last first."""
    columns = offered(dataset)
    found = []
    for part in reversed(PARTS):
        value = getattr(case, part.field)
        if value is None:
            continue
        if part.field == "lines":
            found.append(Condition(part, *_lines(columns[part.field], value)))
        elif part.field == "ki67_percent":
            found.append(Condition(part, *_ki67(columns[part.field], value)))
        else:
            words = f"{part.name} {value}"
            found.append(Condition(part, OneOf(columns[part.field], (value,)), words, words))
    return found


def offered(dataset: DataSet) -> dict[str, str]:
    """Return the columns that record what a board may know, by the field of a case; absent ones are left out."""
    there = {column.name.casefold(): column for column in dataset.baseline}
    return {
        part.field: there[part.column].name
        for part in PARTS
        if part.column in there and part.kind in ("categorical", there[part.column].kind)
    }


def levels(dataset: DataSet, field: str) -> list[str]:
    """Return the recorded values of the column behind a field of a case; none where there is no column."""
    column = offered(dataset).get(field)
    if column is None:
        return []
    found = dataset.kept(("levels", column), lambda: dataset.levels(column))
    return [value for value in found if value != NOT_RECORDED]


def _lines(column: str, lines: int) -> tuple[Criterion, str, str]:
    known = f"{lines or 'no'} systemic agent{'' if lines == 1 else 's'} so far"
    if lines < MANY_LINES:
        return Between(column, lines, lines, high_in=True), known, known
    return Between(column, MANY_LINES), f"{MANY_LINES} or more systemic agents so far", known


def _ki67(column: str, percent: float) -> tuple[Criterion, str, str]:
    """Return the band that holds a Ki-67: those of the grades G1 (below 3 %), G2 (3 to 20 %) and G3 (above 20 %).

    References
    ----------
    Rindi et al. (2022), Endocr Pathol 33:115-154 (WHO classification of 2022).
    """
    criterion, band = Between(column, KI67_LOW, KI67_HIGH, high_in=True), f"{KI67_LOW:g} to {KI67_HIGH:g} %"
    if percent < KI67_LOW:
        criterion, band = Between(column, high=KI67_LOW), f"below {KI67_LOW:g} %"
    elif percent > KI67_HIGH:
        criterion, band = Between(column, KI67_HIGH, low_in=False), f"above {KI67_HIGH:g} %"
    return criterion, f"Ki-67 {band}", f"Ki-67 {percent:g} % (band: {band})"


def _narrowed(selection: Selection, added: Sequence[Condition]) -> Selection:
    return replace(selection, criteria=(*selection.criteria, *(condition.criterion for condition in added)))


def _not_recorded(condition: Condition) -> OneOf:
    return OneOf(condition.criterion.column, (NOT_RECORDED,))


def _check(dataset: DataSet, case: Case) -> None:
    columns = offered(dataset)
    for part in PARTS:
        value = getattr(case, part.field)
        if value is None:
            continue
        if part.field not in columns:
            raise ControlMissing(
                f"“{dataset.name}” has no column {quoted(part.column)} with {part.name}, so no patient can be "
                "matched by it. Set it to not known."
            )
        if part.kind == "categorical" and value not in (known := levels(dataset, part.field)):
            raise OptionRefused(
                f"No patient of “{dataset.name}” has the {part.name} {quoted(value)}. There are: {listed(known)}."
            )
    if case.modality is not None and case.modality not in dataset.modality_labels:
        raise OptionRefused(
            f"“{dataset.name}” has no modality {quoted(case.modality)}. There are: "
            f"{listed(dataset.modality_labels)}."
        )
    for name, number, low, high in (
        ("Ki-67", case.ki67_percent, 0, 100),
        ("number of systemic agents", case.lines, 0, 99),
        ("least number of patients", case.least, FEWEST, MOST),
    ):
        if number is not None and not low <= number <= high:
            raise OptionRefused(f"The {name} must be {low} to {high}, not {number:g}.")
