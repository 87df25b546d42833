"""The link of a view: every control that its numbers depend on, the conventions and the version of the data."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from gepnet_core.case import Case
from gepnet_core.covariates import column_label
from gepnet_core.estimates import Estimate
from gepnet_core.formatting import format_interval
from gepnet_core.report.contents import Report
from gepnet_core.view import View
from gepnet_core.vocabulary import Order


def link(report: Report) -> str:
    """Return the query string that shows the same numbers wherever this version of the data set is kept."""
    return view_link(report.view, report.whole)


def view_link(view: View, estimated: Estimate) -> str:
    """Return the query string of a view whose numbers are `estimated`.

    Which patient was looked at, and which were listed, belongs to nobody else: a link to take away leaves it out.
    """
    shared = replace(
        view,
        dataset=estimated.dataset.name,
        version=estimated.dataset.version,
        endpoint=estimated.endpoint.code,
        finding=None,
        patient=None,
        behind=None,
        within=(),
        order=Order.INDEX_DATE,
        lanes=None,
        part=1,
        case=Case(),
    )
    return urlencode(shared.to_query(), doseq=True)


def carried(report: Report) -> list[str]:
    """Return in words what the link of a report carries."""
    data, view, whole = report.dataset, report.view, report.whole
    found = [
        f"data set “{data.name}”, version {data.version}",
        f"filters: {data.describe(view.selection)}",
        f"endpoint {whole.endpoint.code}, {format_interval(whole.conf_level, whole.conf_type)}",
        f"death before the event: {view.selection.death.label}",
    ]

    def columns(*names: str | None) -> str:
        return ", ".join(column_label(data, name) for name in names if name)

    labels = ", ".join(stratum.label for stratum in report.comparison.strata)
    found.append(f"groups: {labels}" if report.compares else "one group")
    others = {
        "reference": report.comparison.label(view.reference) if view.reference else "",
        "log-rank stratified by": columns(view.stratify),
        "adjusted for": columns(*view.adjust),
        "subgroups by": columns(*view.subgroups),
        "landmark": view.landmark and f"{view.landmark:g} months",
        "restricted mean up to": view.tau and f"{view.tau:g} months",
        "compared at": view.at and f"{view.at:g} months",
        "side effects within": view.window and f"{view.window} days",
        "time axis up to": view.horizon and f"{view.horizon} months",
    }
    return found + [f"{name} {words}" for name, words in others.items() if words]
