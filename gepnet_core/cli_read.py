"""The command `read`: what the cursor reads of every stratum at one time, its options and its answer as JSON."""

from __future__ import annotations

import argparse

from gepnet_core.board_words import difference_words, heading, sentence, stratum_sentence
from gepnet_core.cli_options import (
    Json,
    add_estimate_options,
    add_filters,
    add_strata,
    estimated,
    opened,
)
from gepnet_core.cursor import DEFAULT_MONTHS, Reading, StratumReading, read_at, reference_among
from gepnet_core.estimates import Estimate
from gepnet_core.restricted_mean import Difference
from gepnet_core.vocabulary import TimeUnit


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `read`."""
    add_filters(parser)
    add_estimate_options(parser)
    add_strata(parser)
    parser.add_argument(
        "--reference", metavar="STRATUM", help="the stratum that others are set against (default: the first)"
    )


def run(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `read`; without a time, at 12 months."""
    dataset = opened(asked)
    found = estimated(asked, dataset)
    reference = reference_among(found, asked.reference)
    scale, unit = found.scale, asked.unit
    days = [scale.to_days(time, unit) for time in asked.at] if asked.at else [scale.to_days(DEFAULT_MONTHS)]
    return {
        "dataset": dataset.name,
        "version": dataset.version,
        "endpoint": found.endpoint.code,
        "selection": dataset.describe(found.selection),
        "conf_type": found.conf_type.pointwise.value,
        "conf_level": found.conf_level,
        "unit": asked.unit.value,
        "estimates": "cumulative incidence" if found.is_incidence else "Kaplan-Meier",
        "reference": reference,
        "sentence": sentence(found, asked.unit),
        "readings": [_reading(found, read_at(found, day, reference), asked.unit) for day in days],
    }, 0


def _reading(estimated: Estimate, found: Reading, unit: TimeUnit) -> Json:
    return {
        "at": estimated.scale.in_unit(found.day, unit),
        "heading": heading(estimated, found, unit),
        "strata": [_stratum(estimated, found, stratum) for stratum in found.strata],
    }


def _stratum(estimated: Estimate, reading: Reading, found: StratumReading) -> Json:
    words = [stratum_sentence(estimated, found, reading), difference_words(found, reading.reference)]
    return {
        "stratum": found.stratum,
        "label": found.label,
        "share": found.share,
        "lower": found.lower,
        "upper": found.upper,
        "at_risk": found.at_risk,
        "difference": None if found.difference is None else _difference(found.difference),
        "sentence": "; ".join(filter(None, words)),
    }


def _difference(found: Difference) -> Json:
    return {"to": found.b, "estimate": found.estimate, "lower": found.lower, "upper": found.upper}
