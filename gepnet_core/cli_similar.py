"""The command `similar`: its options, and its answer as JSON."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from gepnet_core import similar_words
from gepnet_core.case import DEFAULT_LEAST, Case
from gepnet_core.cli_options import (
    Json,
    add_filters,
    add_interval,
    named_selection,
    opened,
    point_json,
    said,
    say_limits,
    stratum_counts,
)
from gepnet_core.estimates import Estimate, StratumEstimate, estimate
from gepnet_core.similar import Likeness, alike
from gepnet_core.spelled import parse_lines, parse_part, parse_percent
from gepnet_core.time_scale import TimeScale


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `similar`: the filters, what is known of the patient, and what is estimated."""
    # a modality is the one under discussion here, which restricts nobody; the filter has a name of its own
    add_filters(parser, modality="--filter-modality")
    parser.add_argument("--modality", dest="discussed", metavar="M", help="the modality under discussion")
    parser.add_argument("--primary-site", metavar="SITE")
    parser.add_argument("--tumour-grade", metavar="GRADE")
    parser.add_argument("--ki67", type=said(parse_percent), metavar="PERCENT", help="0 to 100")
    parser.add_argument("--target-site", metavar="SITE")
    parser.add_argument("--lines", type=said(parse_lines), metavar="N", help="systemic agents so far")
    parser.add_argument(
        "--least",
        type=said(parse_part),
        default=DEFAULT_LEAST,
        metavar="N",
        help="conditions are dropped until so many match: 5 to 50 (default: 10)",
    )
    parser.add_argument("--endpoint", required=True, metavar="CODE")
    add_interval(parser)


def run(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `similar`."""
    dataset = opened(asked)
    case = Case(
        primary_site=asked.primary_site,
        tumour_grade=asked.tumour_grade,
        ki67_percent=asked.ki67,
        target_site=asked.target_site,
        lines=asked.lines,
        modality=asked.discussed,
        least=asked.least,
    )
    likeness = alike(dataset, named_selection(asked), case)
    found = estimate(
        dataset,
        asked.endpoint,
        likeness.selection,
        by="modality",
        conf_type=asked.conf_type,
        conf_level=asked.conf_level,
    )
    say_limits(found, asked.conf_type)
    return _answer(likeness, found), 0


def _answer(likeness: Likeness, found: Estimate) -> Json:
    told = similar_words.tell(found, likeness)
    return {
        "dataset": likeness.dataset.name,
        "version": likeness.dataset.version,
        "endpoint": found.endpoint.code,
        "case": asdict(likeness.case),
        "selection": likeness.dataset.describe(likeness.selection),
        "sentence": similar_words.headline(likeness),
        "caution": similar_words.caution(likeness.dataset),
        "searched": likeness.searched,
        "patients": likeness.patients,
        "matched_exactly": likeness.matched_exactly,
        "missing": likeness.missing,
        "kept": [condition.part.field for condition in likeness.kept],
        "relaxed": [condition.part.field for condition in likeness.relaxed],
        "stages": [
            {
                "condition": stage.condition.part.field,
                "words": stage.condition.words,
                "patients": stage.left,
                "missing": stage.missing,
                "kept": stage.kept,
            }
            for stage in likeness.stages
        ],
        "conf_type": found.conf_type.pointwise.value,
        "conf_level": found.conf_level,
        "strata": [_stratum(stratum, found.scale) for stratum in found.strata],
        "sentences": [sentence for each in told for sentence in each.sentences],
    }


def _stratum(stratum: StratumEstimate, scale: TimeScale) -> Json:
    times = [(months, stratum.curve.at(scale.to_days(months))) for months in similar_words.TIMES_MONTHS]
    return {
        **stratum_counts(stratum),
        "at_months": [{"months": months, **point_json(at)} for months, at in times],
    }
