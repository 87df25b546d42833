"""Whose patients are listed, in words: the sentence of a list, the same on the page and the command line."""

from __future__ import annotations

from gepnet_core.behind import Behind, Ended, Filtered, HasFinding, SameDay, Step, Untimed
from gepnet_core.errors import OptionRefused, quoted
from gepnet_core.flow import WORDS
from gepnet_core.formatting import format_count
from gepnet_core.intake.rules import RULES
from gepnet_core.store.behind import FILTERS, up_to
from gepnet_core.store.dataset import DataSet
from gepnet_core.store.histories import Listing
from gepnet_core.vocabulary import Status

# the numbers behind which the filters do not count
WHOLE = (Step, HasFinding, SameDay)
ENDED = {
    Status.EVENT: "ended with the event",
    Status.CENSORED: "was censored",
    Status.COMPETING_DEATH: "ended with death before the event",
}
FILTER_NAMES = {
    "modality": "modalities",
    "index-date": "index dates",
    "criteria": "characteristics",
    "cutoff": "data cut-off",
}


def listing_sentence(dataset: DataSet, listing: Listing, total: int) -> str:
    """Return whose patients are listed: "19 patients whose TTNST ended with the event, new systemic therapy".

    Raises
    ------
    OptionRefused
        If the listing names a rule of the data quality that there is not.
    """
    parts = [format_count(total, "patient")]
    if listing.behind is not None:
        parts.append(f" {_words(dataset, listing, listing.behind)}")
    for criterion in listing.within:
        if criterion.column == "modality":
            shown = " or ".join(dataset.words_for("modality", value) for value in criterion.values)
            parts.append(f", in {shown}")
        else:
            parts.append(f", with {criterion.describe(dataset.words_for)}")
    return "".join(parts)


def _words(dataset: DataSet, listing: Listing, behind: Behind) -> str:
    if isinstance(behind, Ended):
        return _ended(dataset, behind)
    if isinstance(behind, Untimed):
        return f"without a time of {dataset.endpoint(behind.endpoint).code}"
    if isinstance(behind, Step):
        return _step(dataset, behind)
    if isinstance(behind, Filtered):
        return _filtered(dataset, listing, behind)
    if isinstance(behind, HasFinding):
        if behind.rule not in RULES:
            raise OptionRefused(f"The data quality has no rule {quoted(behind.rule)}.")
        found = RULES[behind.rule].found.partition(". ")[0].rstrip(".")
        return f"to whom the data quality points: “{found}”"
    if isinstance(behind, SameDay):
        return "with two eligible treatments on the index date"
    term = f"“{behind.term}”" if behind.term else "a side effect"
    severity = " of grade 3 or above" if behind.severe else ""
    return f"with {term}{severity} within {behind.window} days of the index treatment"


def _ended(dataset: DataSet, behind: Ended) -> str:
    name = dataset.endpoint(behind.endpoint).named_within
    if behind.status is None and behind.reason is None:
        return f"with a time of {behind.endpoint}"
    how = "ended" if behind.status is None else ENDED[behind.status]
    # "death before the event, death" would say it twice
    twice = behind.status is Status.COMPETING_DEATH and behind.reason == "death"
    return f"whose {name} {how}" + (f", {behind.reason}" if behind.reason and not twice else "")


def _step(dataset: DataSet, behind: Step) -> str:
    label = next((step.label for step in dataset.attrition() if step.code == behind.code), behind.code)
    if behind.code == "records":
        return "on record, before eligibility and the filters"
    if behind.passed:
        return f"who passed the eligibility step “{label}” and those before it, before the filters"
    return f"left out by the eligibility step “{label}”"


def _filtered(dataset: DataSet, listing: Listing, behind: Filtered) -> str:
    place = list(FILTERS).index(behind.filter)
    said = dataset.describe(up_to(listing.selection, place + 1))
    if behind.passed:
        return f"left by the filters up to the {FILTER_NAMES[behind.filter]}: {said}"
    return f"left out by a filter, {WORDS[behind.filter]}: {said}"
