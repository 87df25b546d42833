"""The command `explain`: why a patient has this status, reason and number of days."""

from __future__ import annotations

import argparse

from gepnet_core.cli_options import Json, add_filters, named_selection, opened
from gepnet_core.explanation import ExplainedTime, explain
from gepnet_core.judged import JudgedTreatment


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `explain`."""
    add_filters(parser)
    parser.add_argument("--patient", required=True, metavar="ID", help="pseudonym of the patient")
    parser.add_argument("--endpoint", metavar="CODE", help="this endpoint alone; all by default")


def run(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `explain`."""
    dataset = opened(asked)
    if asked.endpoint is not None:
        dataset.endpoint(asked.endpoint)
    found = explain(dataset, asked.patient, named_selection(asked))
    return {
        "dataset": dataset.name,
        "version": dataset.version,
        "patient": found.patient_id,
        "membership": found.membership,
        "treatments": [_treatment(each) for each in found.treatments],
        "times": [_time(each) for each in found.times if asked.endpoint in (None, each.endpoint)],
    }, 0


def _treatment(found: JudgedTreatment) -> Json:
    return {
        "treatment": found.treatment_id,
        "date": found.date.isoformat(),
        "modality": found.modality,
        "is_index": found.is_index,
        "steps": [
            {"step": verdict.label, "passed": verdict.passed, "record": verdict.words}
            for verdict in found.verdicts
        ],
    }


def _time(found: ExplainedTime) -> Json:
    return {
        "endpoint": found.endpoint,
        "days": found.days,
        "status": int(found.status),
        "reason": found.reason,
        "rules": list(found.lines),
    }
