"""What a version would show: patients, attrition and events, before it is current."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from gepnet_core.selection import Selection
from gepnet_core.store.build import Prepared
from gepnet_core.store.connection import Database
from gepnet_core.store.dataset import DataSet


def effect(prepared: Prepared) -> dict[str, Any] | None:
    """Return the effect of an import as JSON; None where errors block it."""
    if prepared.path is None or prepared.current is None:
        return None
    data = DataSet("preview", prepared.current.version, Database.open(prepared.path))
    everybody = Selection()
    endpoints = []
    for code, endpoint in data.endpoints.items():
        sql = (
            "SELECT count(*), count(*) FILTER (WHERE status = 1), count(*) FILTER (WHERE status = 0), "
            "count(*) FILTER (WHERE status = 2) FROM time_to_event WHERE endpoint = $code"
        )
        n, events, censored, competing = data.database.rows(sql, {"code": code})[0]
        endpoints.append(
            {
                "code": code,
                "name": endpoint.name,
                "n": n,
                "events": events,
                "censored": censored,
                "competing": competing,
            }
        )
    attrition = data.attrition()
    return {
        "patients": attrition[0].patients if attrition else data.n,
        "eligible": data.n_selected(everybody),
        "attrition": [{"label": step.label, "patients": step.patients} for step in attrition],
        "endpoints": endpoints,
        "modalities": [
            {"value": value, "label": data.modality_labels[value], "patients": n}
            for value, n in data.database.rows(
                "SELECT modality, count(*) FROM cohort GROUP BY modality ORDER BY 2 DESC, 1"
            )
        ],
        "has_dates": data.has_dates,
        "no_dates": data.meta["no_dates"],
        "known_later": [asdict(judged) for judged in data.offered.judged],
    }
