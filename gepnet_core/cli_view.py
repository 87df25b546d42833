"""The options that make a whole view, as a screen's controls do: what a report and a link are of."""

from __future__ import annotations

import argparse

from gepnet_core import cli_compare
from gepnet_core.cli_options import named_selection, said
from gepnet_core.errors import OptionRefused
from gepnet_core.spelled import parse_horizon, parse_window
from gepnet_core.store import DataSet
from gepnet_core.view import View
from gepnet_core.vocabulary import DAYS_PER_MONTH


def add_options(parser: argparse.ArgumentParser, *, free: bool = False) -> None:
    """Add the options of `compare`, the window of side effects and the figure.

    With `free`, endpoint and groups may be left out.
    """
    cli_compare.add_options(parser, free=free)
    parser.add_argument(
        "--window",
        type=said(parse_window),
        metavar="DAYS",
        help="a side effect counts up to this many days after its treatment (default: 90)",
    )
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

    def months(time: float | None) -> float | None:
        return None if time is None else asked.unit.to_days(time) / DAYS_PER_MONTH

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
        landmark=months(asked.landmark),
        contrast=asked.contrast,
        subgroups=tuple(asked.subgroup),
        window=asked.window,
    )
