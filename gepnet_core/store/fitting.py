"""Whether a selection fits a data set: what it asks for and the data do not have is refused in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gepnet_core.criteria import Between, OneOf
from gepnet_core.errors import ControlMissing, OptionRefused, listed, quoted
from gepnet_core.selection import Selection
from gepnet_core.vocabulary import NOT_RECORDED


def refuse_unfit(
    selection: Selection, name: str, modalities: Collection[str], kinds: Mapping[str, str], no_dates: str
) -> None:
    """Raise OptionRefused where a selection asks for what the data set `name` does not have.

    `kinds` says of each column whether it is "categorical" or "numeric"; `no_dates` why there are no dates, empty
    where there are.
    """
    for modality in selection.modalities:
        if modality not in modalities:
            raise OptionRefused(
                f"“{name}” has no modality {quoted(modality)}. There are: {listed(modalities)}."
            )
    for criterion in selection.criteria:
        if criterion.column not in kinds:
            raise ControlMissing(
                f"“{name}” has no column {quoted(criterion.column)} to filter by. There are: {listed(kinds)}."
            )
        if isinstance(criterion, Between) and kinds[criterion.column] != "numeric":
            raise OptionRefused(
                f"{quoted(criterion.column)} holds no numbers, so it has no range. Name its values instead."
            )
    if selection.uses_dates and no_dates:
        raise ControlMissing(f"“{name}” cannot be filtered by date: {no_dates}. Leave the dates out.")


def refuse_unknown(criterion: OneOf, label: str, known: Collection[str]) -> None:
    """Raise OptionRefused where a condition names a value that nobody has; `known` are those that somebody has.

    That a value is not recorded can be asked of every column: where all are recorded, nobody is the answer.
    """
    missing = [value for value in criterion.values if value not in known and value != NOT_RECORDED]
    if missing:
        raise OptionRefused(
            f"Nobody has the value {listed([quoted(value) for value in missing])} of “{label}”. Write it as it "
            "stands in a table by this column."
        )
