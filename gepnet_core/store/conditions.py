"""The SQL of published figures: patients whose endpoints meet conditions together."""

from __future__ import annotations

from collections.abc import Mapping

from gepnet_core.store.dataset import DataSet
from gepnet_core.vocabulary import Status


def count_where(dataset: DataSet, conditions: list[Mapping[str, object]]) -> int:
    """Count the patients whose endpoints meet every condition (endpoint, and event or reason)."""
    terms, bound = [], {}
    for place, condition in enumerate(conditions):
        parts = [f"t.endpoint = $endpoint_{place}"]
        bound[f"endpoint_{place}"] = condition["endpoint"]
        if "event" in condition:
            parts.append(f"(t.status = {int(Status.EVENT)}) = $event_{place}")
            bound[f"event_{place}"] = condition["event"]
        if "reason" in condition:
            parts.append(f"t.reason = $reason_{place}")
            bound[f"reason_{place}"] = condition["reason"]
        terms.append(
            f"c.patient_id IN (SELECT t.patient_id FROM time_to_event t WHERE {' AND '.join(parts)})"
        )
    where = " AND ".join(terms) or "TRUE"
    return int(dataset.database.rows(f"SELECT count(*) FROM cohort c WHERE {where}", bound)[0][0])
