"""The command `patients`: who stands behind a count, in the order of the page."""

from __future__ import annotations

import argparse

from gepnet_core.behind import parse_behind
from gepnet_core.behind_words import listing_sentence
from gepnet_core.cli_options import Json, add_filters, named_selection, one_of, opened, said
from gepnet_core.criteria import parse_one_of
from gepnet_core.spelled import parse_part
from gepnet_core.store.histories import Listing, members, n_listed
from gepnet_core.vocabulary import Order


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `patients`."""
    add_filters(parser)
    parser.add_argument(
        "--behind",
        type=said(parse_behind),
        metavar="TEXT",
        help='the number behind which they stand, as a link has it: "ended:TTNST:1", "step:window:out"',
    )
    parser.add_argument(
        "--within",
        type=said(parse_one_of),
        action="append",
        default=[],
        metavar="COLUMN:VALUE",
        help='only those of the list who have this value, as "modality:RFA"; several allowed',
    )
    parser.add_argument("--endpoint", metavar="CODE", help="that of --order endpoint; the first by default")
    parser.add_argument("--order", type=said(one_of(Order)), default=Order.INDEX_DATE)
    parser.add_argument("--lanes", metavar="COLUMN", help="group them by this column first")
    parser.add_argument("--limit", type=said(parse_part), metavar="N", help="at most so many; all by default")


def run(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `patients`."""
    dataset = opened(asked)
    endpoint = dataset.endpoint(asked.endpoint or next(iter(dataset.endpoints))).code
    listing = Listing(
        named_selection(asked), endpoint, asked.behind, tuple(asked.within), asked.order, asked.lanes
    )
    total = n_listed(dataset, listing)
    found = members(dataset, listing, limit=asked.limit)
    return {
        "dataset": dataset.name,
        "version": dataset.version,
        "selection": dataset.describe(listing.selection),
        "sentence": listing_sentence(dataset, listing, total),
        "total": total,
        "ids": [member.patient_id for member in found],
        "not_in_cohort": [member.patient_id for member in found if not member.in_cohort],
    }, 0
