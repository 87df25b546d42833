"""The command `compare`: its options, and a comparison as JSON."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from gepnet_core.cli_options import (
    Json,
    add_estimate_options,
    add_filters,
    named_selection,
    opened,
    said,
    say,
    say_limits,
    stratum_counts,
    time,
)
from gepnet_core.comparison import Comparison, compare
from gepnet_core.comparison_words import left_out
from gepnet_core.hazard_ratios import CoxModel, HazardRatio
from gepnet_core.p_values import p_field
from gepnet_core.permutation import Permutation
from gepnet_core.question import DEFAULT_GROUPING, Question
from gepnet_core.rank_tests import ChiSquare, Weight
from gepnet_core.restricted_mean import Difference
from gepnet_core.stability import Range
from gepnet_core.subgroups import Subgroup
from gepnet_core.vocabulary import Status, TimeUnit


def add_options(parser: argparse.ArgumentParser, *, free: bool = False) -> None:
    """Add the options of `compare`; `free`: endpoint and groups may be left out."""
    add_filters(parser)
    add_estimate_options(parser, free=free)
    parser.add_argument(
        "--by",
        default=None if free else DEFAULT_GROUPING,
        metavar="COLUMN",
        help="the groups that are compared",
    )
    parser.add_argument(
        "--level",
        action="extend",
        nargs="+",
        default=[],
        metavar="LEVEL",
        help='only these groups; default: all but "not recorded"',
    )
    parser.add_argument(
        "--reference", metavar="LEVEL", help="what others are set against; default: the first"
    )
    parser.add_argument(
        "--stratify", metavar="COLUMN", help="also a log-rank test within this column's levels"
    )
    parser.add_argument(
        "--adjust",
        action="extend",
        nargs="+",
        default=[],
        metavar="COLUMN",
        help="covariates of the hazard ratios",
    )
    parser.add_argument(
        "--tau",
        type=said(time),
        metavar="T",
        help="end of the restricted mean, in --unit; default: the smallest last observed time; "
        "later only where the curves that end before have reached 0",
    )
    parser.add_argument(
        "--landmark", type=said(time), metavar="T", help="the clock starts anew here, in --unit"
    )
    parser.add_argument(
        "--subgroup",
        action="extend",
        nargs="+",
        default=[],
        metavar="COLUMN",
        help="the contrast within the levels of these columns",
    )
    parser.add_argument(
        "--contrast", metavar="LEVEL", help="the group set against the reference in subgroups"
    )


def run(asked: argparse.Namespace) -> tuple[Json, int]:
    """Answer `compare`; a tau that cannot be used is refused as a whole."""
    unit: TimeUnit = asked.unit
    dataset = opened(asked)
    scale = dataset.time_scale(asked.endpoint)
    landmark = None if asked.landmark is None else scale.to_days(asked.landmark, unit)
    scale = scale.from_landmark(landmark)
    times = tuple(asked.at or [scale.in_unit(day, unit) for day in scale.default_days])
    question = Question(
        endpoint=asked.endpoint,
        selection=named_selection(asked),
        by=asked.by,
        levels=tuple(asked.level),
        reference=asked.reference,
        stratify=asked.stratify,
        adjust=tuple(asked.adjust),
        tau=None if asked.tau is None else scale.to_days(asked.tau, unit),
        times=tuple(scale.to_days(time, unit) for time in times),
        landmark=landmark,
        contrast=asked.contrast,
        subgroups=tuple(asked.subgroup),
        conf_type=asked.conf_type,
        conf_level=asked.conf_level,
    )
    found = compare(dataset, question)
    if found.tau_refused:
        raise found.tau_refused
    say_limits(found.estimated, asked.conf_type)
    for words in left_out(found):
        say(words)
    return _comparison(found, unit, times), 0


def _comparison(found: Comparison, unit: TimeUnit, times: Sequence[float]) -> Json:
    question, tests = found.question, found.tests
    landmark = found.estimated.landmark
    return {
        "dataset": found.dataset.name,
        "version": found.dataset.version,
        "endpoint": question.endpoint,
        "selection": found.dataset.describe(question.selection),
        "by": question.by,
        "reference": found.reference,
        "unit": unit.value,
        "conf_level": question.conf_level,
        "not_recorded": found.not_recorded,
        "strata": [stratum_counts(stratum) for stratum in found.strata],
        "logrank": _test(tests[Weight.LOG_RANK]),
        "gehan_breslow": _test(tests[Weight.GEHAN_BRESLOW]),
        "peto_peto": _test(tests[Weight.PETO_PETO]),
        "stratified_logrank": None
        if found.stratified is None
        else {**_test(found.stratified), "not_recorded": found.stratum_not_recorded},
        "logrank_permutation": _permutation(found.permutation),
        "remark": found.few(*found.names),
        "pairwise": [
            {
                "a": pair.a,
                "b": pair.b,
                "chisq": pair.test.chisq,
                **p_field(pair.test.p),
                **p_field(pair.p_holm, "p_holm"),
                "permutation": _permutation(found.pair_permutations.get((pair.a, pair.b))),
                "remark": found.few(pair.a, pair.b),
            }
            for pair in found.pairwise
        ],
        "cox": [_ratio(ratio) for ratio in found.model.ratios],
        "cox_crude": [_ratio(ratio) for ratio in found.crude.ratios],
        "cox_covariates": [_ratio(ratio) for ratio in found.model.covariates],
        "cox_model": _model(found.model),
        "ph_test": _test(found.model.ph),
        "rmst": _restricted_means(found, unit),
        "differences_at": [
            {
                "a": at.difference.a,
                "b": at.difference.b,
                "at": time,
                "estimate": at.difference.estimate,
                "lower": at.difference.lower,
                "upper": at.difference.upper,
                **p_field(at.difference.p),
            }
            for at, time in zip(found.differences_at, _cycled(times, found.differences_at), strict=True)
        ],
        "landmark": None
        if landmark is None
        else {
            "at": found.scale.from_landmark(0.0).in_unit(landmark.day, unit),
            "left_out": {
                "event": landmark.event,
                "competing": landmark.competing,
                "censored": landmark.censored,
            },
        },
        "cumulative_incidence": _incidences(found, unit, times),
        "gray": [
            {
                "cause": int(cause),
                "statistic": test.chisq,
                "df": test.df,
                **p_field(test.p),
                "remark": found.few(*found.names, cause=cause),
            }
            for cause, test in found.gray.items()
        ],
        "contrast": found.contrast,
        "subgroups": [_subgroup(group) for group in found.subgroups],
        "stability": [
            {
                "stratum": moved.stratum,
                "median": _scaled(moved.median, unit),
                "left_out": _range(moved.left_out, unit),
                "censored_made_event": _range(moved.turned, unit),
            }
            for moved in found.stability
        ],
        "comparisons": found.n_comparisons,
    }


def _cycled(times: Sequence[float], rows: Sequence[object]) -> list[float]:
    """Return the asked times as often as they are answered, as they were written."""
    return list(times) * (len(rows) // len(times)) if times else []


def _scaled(days: float | None, unit: TimeUnit) -> float | None:
    return None if days is None else days / unit.days


def _test(test: ChiSquare) -> Json:
    return {"chisq": test.chisq, "df": test.df, **p_field(test.p)}


def _permutation(found: Permutation | None) -> Json | None:
    """Return a test by permutation; limits only where the arrangements were drawn by chance."""
    if found is None:
        return None
    return {
        **p_field(found.p),
        "exact": found.exact,
        "arrangements": found.arrangements,
        "lower": found.lower,
        "upper": found.upper,
    }


def _ratio(ratio: HazardRatio) -> Json:
    return {
        "stratum": ratio.stratum,
        "reference": ratio.reference,
        "hazard_ratio": ratio.hazard_ratio,
        "lower": ratio.lower,
        "upper": ratio.upper,
        **p_field(ratio.p),
        "note": ratio.note,
        "remark": ratio.remark,
    }


def _model(model: CoxModel) -> Json:
    return {
        "n": model.n,
        "events": model.events,
        "dropped": model.dropped,
        "warnings": list(model.warnings),
    }


def _restricted_means(found: Comparison, unit: TimeUnit) -> Json | None:
    means = found.restricted_means
    if means is None:
        return None
    return {
        "tau": found.scale.in_unit(means.tau, unit),
        "strata": [
            {
                "stratum": mean.stratum,
                "estimate": mean.estimate / unit.days,
                "se": mean.se / unit.days,
                "lower": mean.lower / unit.days,
                "upper": mean.upper / unit.days,
            }
            for mean in means.strata
        ],
        "differences": [_difference(difference, unit) for difference in means.differences],
    }


def _difference(difference: Difference, unit: TimeUnit) -> Json:
    return {
        "a": difference.a,
        "b": difference.b,
        "estimate": _scaled(difference.estimate, unit),
        "se": _scaled(difference.se, unit),
        "lower": _scaled(difference.lower, unit),
        "upper": _scaled(difference.upper, unit),
        **p_field(difference.p),
    }


def _incidences(found: Comparison, unit: TimeUnit, times: Sequence[float]) -> list[Json]:
    labels = {Status.EVENT: found.estimated.endpoint.outcome, Status.COMPETING_DEATH: "dead before the event"}
    rows: list[Any] = []
    for curve in found.incidences:
        for when in times:
            at = curve.incidence_at(found.scale.to_days(when, unit))
            rows.append(
                {
                    "stratum": curve.stratum,
                    "cause": int(curve.cause),
                    "label": labels[curve.cause],
                    "at": when,
                    "estimate": at.incidence,
                    "variance": at.variance,
                    "lower": at.lower,
                    "upper": at.upper,
                }
            )
    return rows


def _range(found: Range | None, unit: TimeUnit) -> Json | None:
    if found is None:
        return None
    return {
        "smallest": _scaled(found.smallest, unit),
        "largest": _scaled(found.largest, unit),
        "analyses": found.analyses,
    }


def _subgroup(group: Subgroup) -> Json:
    return {
        "column": group.column,
        "levels": [
            {"level": row.level, "n": row.n, "events": row.events, **_ratio(row.ratio)} for row in group.rows
        ],
        "interaction": _test(group.interaction),
        "not_recorded": group.not_recorded,
    }
