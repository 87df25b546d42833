"""The command line: what the pages do, without a browser. Standard output holds JSON only."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from gepnet_core import (
    cli_bundle,
    cli_compare,
    cli_explain,
    cli_figures,
    cli_import,
    cli_out,
    cli_patients,
    cli_read,
    cli_report,
    cli_side_effects,
    cli_similar,
    published,
)
from gepnet_core.cli_import import described
from gepnet_core.cli_options import (
    Json,
    Parser,
    add_estimate_options,
    add_filters,
    add_out,
    add_strata,
    check_out,
    estimated,
    opened,
    point_json,
    said,
    say,
    stratum_counts,
)
from gepnet_core.errors import CohortError, DataSetUnknown, StoreDamaged
from gepnet_core.estimates import Estimate, StratumEstimate
from gepnet_core.spelled import parse_dataset_name
from gepnet_core.store import open_dataset, open_shelf
from gepnet_core.survival import Quantile
from gepnet_core.time_scale import TimeScale
from gepnet_core.vocabulary import TimeUnit


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 where a published figure is not reproduced, or 2 with one line said."""
    try:
        asked = _parser().parse_args(arguments)
        check_out(asked)
        answer, code = asked.run(asked)
        if isinstance(answer, dict):
            said = {key: vars(asked).get(key) for key in ("remarks", "left_out")}
            answer |= {key: words for key, words in said.items() if words}
        if answer is not None:
            _answer(answer)
    except CohortError as refused:
        say(str(refused))
        return 2
    except OSError as failed:
        say(f"{failed.filename or 'A file'}: {failed.strerror}. Check the path.")
        return 2
    return int(code)


def _answer(answer: object) -> None:
    """Write the answer as JSON; words outside ASCII as escapes where the terminal cannot write them."""
    told = json.dumps(answer, ensure_ascii=False, indent=2, allow_nan=False)
    try:
        told.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        told = json.dumps(answer, ensure_ascii=True, indent=2, allow_nan=False)
    print(told, flush=True)


def _parser() -> Parser:
    parser = Parser(prog="python -m gepnet_core", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)

    def command(name: str, run: Any, words: str) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=words, description=words, allow_abbrev=False)
        found.set_defaults(run=run)
        found.add_argument("--json", action="store_true", help="the answer is JSON in any case")
        return found

    command("datasets", _datasets, "list the data sets")

    imported = command("import", cli_import.run, "import a file as a new version of a data set")
    cli_import.add_options(imported)

    drafted = command("mapping", cli_import.run_mapping, "write a draft of what the columns of a table mean")
    cli_import.add_mapping_options(drafted)

    shelved = command("versions", cli_import.run_versions, "list the versions of a data set that are kept")
    cli_import.add_version_options(shelved, choosing=False)

    restored = command("put-back", cli_import.run_put_back, "make an older version the current one again")
    cli_import.add_version_options(restored, choosing=True)

    estimating = command("estimate", _estimate, "estimate an endpoint")
    add_filters(estimating)
    add_estimate_options(estimating)
    add_strata(estimating)

    compared = command("compare", cli_compare.run, "compare groups: tests, hazard ratios, differences")
    cli_compare.add_options(compared)

    read = command("read", cli_read.run, "read every stratum at one time, with its difference to a reference")
    cli_read.add_options(read)

    behind = command("patients", cli_patients.run, "list the patients of a selection, or behind a count")
    cli_patients.add_options(behind)

    bundled = command("bundle", cli_bundle.run, "write a report's rows, numbers and scripts to a ZIP file")
    cli_bundle.add_options(bundled)

    reported = command("report", cli_report.run, "write all that is said of a view as HTML or PDF")
    cli_report.add_options(reported)

    linked = command("link", cli_report.run_link, "tell the query string that shows a view in the dashboard")
    cli_report.add_link_options(linked)

    drawn = command("figure", cli_figures.run_figure, "write a figure at a journal's width, as SVG or PNG")
    cli_figures.add_figure_options(drawn)

    printed = command("tables", cli_figures.run_tables, "write the tables of a view as CSV or Word")
    cli_figures.add_tables_options(printed)

    harmed = command("side-effects", cli_side_effects.run, "count side effects by modality and term")
    cli_side_effects.add_options(harmed)

    likened = command(
        "similar", cli_similar.run, "find patients like one under discussion, and what became of them"
    )
    cli_similar.add_options(likened)

    exported = command("export", cli_out.run, "write the filtered cohort, or the source tables, to a file")
    cli_out.add_options(exported)

    reasons = command("explain", cli_explain.run, "say rule by rule why a patient has this status and time")
    cli_explain.add_options(reasons)

    explained = command("dictionary", cli_out.run_dictionary, "write what every column means, as CSV")
    add_out(explained, ".csv")

    empty = command("template", cli_out.run_template, "write an empty workbook of the source tables")
    add_out(empty, ".xlsx")

    told = command("published", _published, "compute the published figures again")
    told.add_argument("--dataset", type=said(parse_dataset_name), default="synthetic", metavar="NAME")
    return parser


def _datasets(_: argparse.Namespace) -> tuple[list[Json], int]:
    shelf = open_shelf()
    found = []
    for name in shelf.names():
        try:
            found.append(described(open_dataset(shelf, name)))
        except (StoreDamaged, DataSetUnknown) as damaged:
            say(f"“{name}” is left out: {damaged}")
            found.append({"name": name, "damaged": str(damaged)})
    return found, 0


def _estimate(asked: argparse.Namespace) -> tuple[Json, int]:
    found = estimated(asked, opened(asked))
    if found.conf_type is not found.conf_type.pointwise:
        say("The limits in survival_at are plain: the symmetric convention is for times only.")
    times = asked.at or [found.scale.in_unit(day, asked.unit) for day in found.scale.default_days]
    return _estimate_json(found, asked.unit, times), 0


def _estimate_json(found: Estimate, unit: TimeUnit, times: Sequence[float]) -> Json:
    chosen = found.selection
    return {
        "dataset": found.dataset.name,
        "version": found.dataset.version,
        "endpoint": found.endpoint.code,
        "selection": {
            "modality": list(chosen.modalities),
            "index_from": chosen.index_from and chosen.index_from.isoformat(),
            "index_to": chosen.index_to and chosen.index_to.isoformat(),
            "cutoff": chosen.cutoff and chosen.cutoff.isoformat(),
            "death": chosen.death.value,
            "sentence": found.dataset.describe(chosen),
        },
        "conf_type": found.conf_type.value,
        "conf_level": found.conf_level,
        "unit": unit.value,
        "strata": [_stratum_json(stratum, found.scale, unit, times) for stratum in found.strata],
    }


def _stratum_json(stratum: StratumEstimate, scale: TimeScale, unit: TimeUnit, times: Sequence[float]) -> Json:
    watched = stratum.follow_up
    return {
        **stratum_counts(stratum),
        "median": _quantile_json(stratum.median, unit),
        "survival_at": [
            {"at": time, **point_json(stratum.curve.at(scale.to_days(time, unit)))} for time in times
        ],
        "follow_up": {
            "basis": watched.basis,
            "reverse_km": _quantile_json(watched.reverse_km, unit),
            "observed_median": watched.observed_median / unit.days,
        },
    }


def _quantile_json(quantile: Quantile, unit: TimeUnit) -> Json:
    def scaled(days: float | None) -> float | None:
        return None if days is None else days / unit.days

    return {
        "estimate": scaled(quantile.estimate),
        "lower": scaled(quantile.lower),
        "upper": scaled(quantile.upper),
    }


def _published(asked: argparse.Namespace) -> tuple[list[Json], int]:
    found = published.compare(opened(asked))
    rows = [
        {
            "figure": row.figure,
            "published": row.published,
            "live": row.live,
            "unit": row.unit,
            "convention": row.convention,
            "reproduced": row.reproduced,
        }
        for row in found
    ]
    return rows, 0 if all(row.reproduced for row in found) else 1
