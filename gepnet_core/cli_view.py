"""The options that make a whole view, as a screen's controls do: what a report and a link are of."""

from __future__ import annotations

import argparse

from gepnet_core import cli_compare
from gepnet_core.cli_options import Json, add_window, named_selection, opened, said, say_limits
from gepnet_core.errors import OptionRefused
from gepnet_core.report.contents import Report, compose
from gepnet_core.spelled import parse_horizon
from gepnet_core.store import DataSet, open_shelf
from gepnet_core.view import View


def add_options(parser: argparse.ArgumentParser, *, free: bool = False) -> None:
    """Add the options of `compare`, the window of side effects and the figure.

    With `free`, endpoint and groups may be left out.
    """
    cli_compare.add_options(parser, free=free)
    add_window(parser)
    parser.add_argument("--horizon", type=said(parse_horizon), metavar="MONTHS", help="end of the time axis")
    parser.add_argument("--no-band", action="store_true", help="curves without confidence bands")
    parser.add_argument("--failure", action="store_true", help="rising curves: 1 - S(t)")


def view_of(asked: argparse.Namespace, dataset: DataSet) -> View:
    """Return the view of a data set that was asked for.

    Raises
    ------
    OptionRefused
        If it asks for several times at which groups are compared.
    """
    if asked.at and len(asked.at) > 1:
        raise OptionRefused(
            f"A view compares groups at one chosen time, or at 6, 12, 24 and 36 months; --at gives {len(asked.at)} "
            "times. Give one, or leave it out."
        )

    start = dataset.time_scale(asked.endpoint or next(iter(dataset.endpoints)))
    landmark = None if asked.landmark is None else start.to_days(asked.landmark, asked.unit)
    after = start.from_landmark(landmark)

    def months(time: float | None) -> float | None:
        return None if time is None else after.to_months(after.to_days(time, asked.unit))

    return View(
        dataset=dataset.name,
        version=dataset.version,
        selection=named_selection(asked),
        endpoint=asked.endpoint,
        by=asked.by,
        conf_type=asked.conf_type,
        conf_level=asked.conf_level,
        horizon=asked.horizon,
        band=not asked.no_band,
        failure=asked.failure,
        levels=tuple(asked.level),
        reference=asked.reference,
        stratify=asked.stratify,
        adjust=tuple(asked.adjust),
        tau=months(asked.tau),
        at=months(asked.at[0] if asked.at else None),
        landmark=None if landmark is None else start.to_months(landmark),
        contrast=asked.contrast,
        subgroups=tuple(asked.subgroup),
        window=asked.window,
    )


def composed(asked: argparse.Namespace, *, hashed: bool) -> Report:
    """Return all that is reported of the view, with the hash of the data or without.

    A tau that cannot be used is refused as a whole.
    """
    dataset = opened(asked)
    report = compose(dataset, view_of(asked, dataset), shelf=open_shelf() if hashed else None)
    if report.comparison.tau_refused:
        raise report.comparison.tau_refused
    say_limits(report.whole, asked.conf_type)
    return report


def told(report: Report) -> Json:
    """Return of what a report is."""
    return {
        "dataset": report.dataset.name,
        "version": report.dataset.version,
        "endpoint": report.whole.endpoint.code,
        "selection": report.dataset.describe(report.view.selection),
        "n": report.whole.n,
    }
