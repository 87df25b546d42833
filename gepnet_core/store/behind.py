"""The SQL of the patients behind a count."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gepnet_core import eligibility
from gepnet_core.behind import Behind, Ended, Filtered, HasFinding, SameDay, Step, Untimed
from gepnet_core.errors import OptionRefused, listed, quoted
from gepnet_core.selection import Selection
from gepnet_core.settings import Settings
from gepnet_core.store import side_effects
from gepnet_core.store.dataset import DataSet
from gepnet_core.vocabulary import Status

Query = tuple[str, dict[str, Any]]
FILTERS = {
    "modality": ("modalities",),
    "index-date": ("index_from", "index_to"),
    "criteria": ("criteria",),
    "cutoff": ("cutoff",),
}


def patients_behind(dataset: DataSet, selection: Selection, behind: Behind | None) -> Query:
    """Return the query of one column `patient_id`, and its bound parameters; None: everybody selected.

    Eligibility steps, filters, same-day treatments and findings are counted before the filters, so they list
    patients of the whole data set.

    Raises
    ------
    OptionRefused
        If the data set has no such endpoint, step, filter or rule.
    """
    dataset.check(selection)
    if behind is None:
        where, bound = selection.where()
        return f"SELECT c.patient_id FROM cohort c WHERE {where}", bound
    if isinstance(behind, Ended):
        return _ended(dataset, selection, behind)
    if isinstance(behind, Untimed):
        query, bound = _ended(dataset, selection, Ended(behind.endpoint))
        where, more = selection.where()
        return f"SELECT c.patient_id FROM cohort c WHERE {where} EXCEPT ({query})", bound | more
    if isinstance(behind, Step):
        return _step(dataset, behind)
    if isinstance(behind, Filtered):
        return _filtered(selection, behind)
    if isinstance(behind, HasFinding):
        sql = "SELECT DISTINCT patient AS patient_id FROM findings WHERE rule = $rule AND patient <> ''"
        return sql, {"rule": behind.rule}
    if isinstance(behind, SameDay):
        return "SELECT patient_id FROM same_day", {}
    return side_effects.harmed(
        dataset, selection, term=behind.term, severe=behind.severe, window=behind.window
    )


def _ended(dataset: DataSet, selection: Selection, behind: Ended) -> Query:
    dataset.endpoint(behind.endpoint)
    query, bound = dataset.selected_times(selection, stratum="NULL")
    terms = ["endpoint = $endpoint"]
    bound["endpoint"] = behind.endpoint
    if behind.status is not None:
        counted = [int(status) for status in Status if selection.death.counts_as(status) is behind.status]
        terms.append("status IN (SELECT unnest($statuses))")
        bound["statuses"] = counted
    if behind.reason is not None:
        terms.append("reason = $reason")
        bound["reason"] = behind.reason
    return f"SELECT patient_id FROM ({query}) WHERE {' AND '.join(terms)}", bound


def _step(dataset: DataSet, behind: Step) -> Query:
    codes = [step.code for step in dataset.attrition()]
    if behind.code not in codes:
        raise OptionRefused(
            f"“{dataset.name}” has no eligibility step {quoted(behind.code)}. There are: {listed(codes)}."
        )
    place = codes.index(behind.code)
    passed, bound = steps_passed(dataset)
    condition = ">= $place" if behind.passed else "= $place - 1"
    return f"SELECT patient_id FROM ({passed}) WHERE passed {condition}", {**bound, "place": place}


def steps_passed(dataset: DataSet) -> Query:
    """Return the query of every patient of the source tables with the number of eligibility steps passed."""
    chain = eligibility.steps(Settings.from_json(dataset.meta["settings"]))
    candidates, bound = eligibility.candidates_sql(chain)
    return f"SELECT patient_id, max(passed) AS passed FROM ({candidates}) GROUP BY patient_id", bound


def _filtered(selection: Selection, behind: Filtered) -> Query:
    """Return those whom the filters before this one leave, and this one does or does not."""
    if behind.filter not in FILTERS:
        raise OptionRefused(f"There is no filter {quoted(behind.filter)}. There are: {listed(FILTERS)}.")
    names = list(FILTERS)
    place = names.index(behind.filter)
    before, bound = up_to(selection, place).where()
    now, bound_now = up_to(selection, place + 1).where()
    side = "" if behind.passed else "NOT "
    return (
        f"SELECT c.patient_id FROM cohort c WHERE ({before}) AND {side}coalesce(({now}), FALSE)",
        bound | bound_now,
    )


def up_to(selection: Selection, place: int) -> Selection:
    """Return a selection with its first `place` filters alone, in the order of FILTERS."""
    nothing = Selection()
    rest = [part for name in list(FILTERS)[place:] for part in FILTERS[name]]
    return replace(selection, **{part: getattr(nothing, part) for part in rest})
