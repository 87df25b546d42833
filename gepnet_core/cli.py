"""The command line: what the pages do, without a browser. Standard output holds JSON only."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn

from gepnet_core import published
from gepnet_core.errors import CohortError, OptionRefused, StoreDamaged, one_line, printable, quoted
from gepnet_core.estimates import Estimate, StratumEstimate, estimate
from gepnet_core.export import write_cohort
from gepnet_core.selection import Selection
from gepnet_core.store import DataSet, build_adtte, build_source, open_dataset, open_shelf
from gepnet_core.survival import Quantile
from gepnet_core.view import DEFAULT_LEVEL, parse_dataset_name, parse_date, parse_level, plain_number
from gepnet_core.vocabulary import DAYS_PER_MONTH, DEFAULT_TIMES_MONTHS, ConfType, DeathRule, TimeUnit

Json = dict[str, Any]


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line on standard error."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2."""
        raise OptionRefused(f"{message}. See {self.prog} --help.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 where a published figure is not reproduced, or 2 with one line said."""
    try:
        asked = _parser().parse_args(arguments)
        answer, code = asked.run(asked)
        _answer(answer)
    except CohortError as refused:
        _say(str(refused))
        return 2
    except OSError as failed:
        _say(f"{failed.filename or 'A file'}: {failed.strerror}. Check the path.")
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


def _say(message: str) -> None:
    """Write one printable line to standard error."""
    print(printable(one_line(message)), file=sys.stderr)


def _parser() -> Parser:
    parser = Parser(prog="python -m gepnet_core", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)

    def command(name: str, run: Any, words: str) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=words, description=words, allow_abbrev=False)
        found.set_defaults(run=run)
        found.add_argument("--json", action="store_true", help="the answer is JSON in any case")
        return found

    command("datasets", _datasets, "list the data sets")

    imported = command("import", _import, "import an ADTTE-shaped CSV file, or a folder of source tables")
    imported.add_argument("file", type=Path, metavar="FILE")
    imported.add_argument("--dataset", required=True, type=_said(parse_dataset_name), metavar="NAME")
    imported.add_argument(
        "--competing-cnsr", type=_said(_code), metavar="N", help="the CNSR that means a competing death"
    )
    imported.add_argument("--time-unit", type=_said(_one_of(TimeUnit)), help="the unit of AVAL")

    estimated = command("estimate", _estimate, "estimate an endpoint")
    _add_filters(estimated)
    estimated.add_argument("--endpoint", required=True, metavar="CODE")
    estimated.add_argument("--by", metavar="COLUMN", help="a stratum for each value of this column")
    estimated.add_argument("--conf-type", type=_said(_one_of(ConfType)), default=ConfType.LOG_LOG)
    estimated.add_argument("--conf-level", type=_said(parse_level), default=DEFAULT_LEVEL, metavar="0.95")
    estimated.add_argument("--at", type=_said(_time), action="append", metavar="T", help="a time, in --unit")
    estimated.add_argument(
        "--unit",
        type=_said(_one_of(TimeUnit, TimeUnit.DAYS, TimeUnit.MONTHS)),
        default=TimeUnit.DAYS,
        help="days or months, of --at and of every time in the answer",
    )

    exported = command("export", _export, "write the filtered cohort as CSV, a row a patient")
    _add_filters(exported)
    exported.add_argument("--endpoint", metavar="CODE", help="only patients who have a time of this endpoint")
    exported.add_argument("--out", required=True, type=Path, metavar="FILE.csv")

    told = command("published", _published, "compute the published figures again")
    told.add_argument("--dataset", type=_said(parse_dataset_name), default="synthetic", metavar="NAME")
    return parser


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", required=True, type=_said(parse_dataset_name), metavar="NAME")
    parser.add_argument(
        "--version", metavar="V", help="a version of the data set; the current one by default"
    )
    parser.add_argument(
        "--modality", action="append", default=[], metavar="M", help="stored value; several allowed"
    )
    parser.add_argument(
        "--index-from", type=_said(parse_date), metavar="D", help="first index date, inclusive"
    )
    parser.add_argument("--index-to", type=_said(parse_date), metavar="D", help="last index date, inclusive")
    parser.add_argument("--cutoff", type=_said(parse_date), metavar="D", help="data cut-off, inclusive")
    parser.add_argument(
        "--death",
        type=_said(_one_of(DeathRule)),
        default=DeathRule.CENSOR,
        help="death before the event: censor or event",
    )


def _said(parse: Any) -> Any:
    """Return `parse` with its own words as argparse's complaint."""

    def read(text: str) -> Any:
        try:
            return parse(text)
        except OptionRefused as refused:
            raise argparse.ArgumentTypeError(str(refused).rstrip(".")) from None

    return read


def _one_of(words: type[StrEnum], *choice: StrEnum) -> Any:
    """Return a parser of one of these words."""
    known = {word.value: word for word in choice or tuple(words)}

    def read(text: str) -> StrEnum:
        if text not in known:
            raise OptionRefused(f"{quoted(text)} is none of {', '.join(known)}.")
        return known[text]

    return read


def _code(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text):
        raise OptionRefused(f"{quoted(text)} is not a CNSR code. Give a whole number from 1.")
    return int(text)


def _time(text: str) -> float:
    value = plain_number(text)
    if not 0 <= value < 1e6:
        raise OptionRefused(f"{quoted(text)} is not a time. Give a number from 0.")
    return value


def _opened(asked: argparse.Namespace) -> DataSet:
    return open_dataset(open_shelf(), asked.dataset, getattr(asked, "version", None))


def _selection(asked: argparse.Namespace) -> Selection:
    return Selection(tuple(asked.modality), asked.index_from, asked.index_to, asked.cutoff, asked.death)


def _described(dataset: DataSet) -> Json:
    return {
        "name": dataset.name,
        "version": dataset.version,
        "n": dataset.n,
        "endpoints": list(dataset.endpoints),
        "has_dates": dataset.has_dates,
    }


def _datasets(_: argparse.Namespace) -> tuple[list[Json], int]:
    shelf = open_shelf()
    found = []
    for name in shelf.names():
        try:
            found.append(_described(open_dataset(shelf, name)))
        except StoreDamaged as damaged:
            _say(f"“{name}” is left out: {damaged}")
    return found, 0


def _import(asked: argparse.Namespace) -> tuple[Json, int]:
    shelf = open_shelf()
    messages: list[str] = []
    if asked.file.is_dir():
        if asked.competing_cnsr is not None or asked.time_unit is not None:
            raise OptionRefused(
                "--competing-cnsr and --time-unit belong to an ADTTE file, not to source tables."
            )
        build_source(shelf, asked.dataset, asked.file)
    else:
        _, messages = build_adtte(
            shelf, asked.dataset, asked.file, time_unit=asked.time_unit, competing_cnsr=asked.competing_cnsr
        )
    dataset = open_dataset(shelf, asked.dataset)
    if not dataset.has_dates:
        messages.append(f"No date filters and no cut-off for this data set: {dataset.meta['no_dates']}.")
    for message in messages:
        _say(message)
    return _described(dataset), 0


def _estimate(asked: argparse.Namespace) -> tuple[Json, int]:
    dataset = _opened(asked)
    found = estimate(
        dataset,
        asked.endpoint,
        _selection(asked),
        by=asked.by,
        conf_type=asked.conf_type,
        conf_level=asked.conf_level,
    )
    if found.conf_type is not found.conf_type.pointwise:
        print(
            "The limits in survival_at are plain: the symmetric convention is for times only.",
            file=sys.stderr,
        )
    per_unit = asked.unit.days
    times = asked.at or [t * DAYS_PER_MONTH / per_unit for t in DEFAULT_TIMES_MONTHS]
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
        "strata": [_stratum_json(stratum, unit, times) for stratum in found.strata],
    }


def _stratum_json(stratum: StratumEstimate, unit: TimeUnit, times: Sequence[float]) -> Json:
    survival_at = []
    for time in times:
        found = stratum.curve.at(unit.to_days(time))
        survival_at.append(
            {
                "at": time,
                "at_risk": found.at_risk,
                "survival": found.survival,
                "lower": found.lower,
                "upper": found.upper,
            }
        )
    watched = stratum.follow_up
    return {
        "stratum": stratum.stratum,
        "n": stratum.n,
        "events": stratum.events,
        "censored": stratum.censored,
        "competing": stratum.competing,
        "median": _quantile_json(stratum.median, unit),
        "survival_at": survival_at,
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


def _export(asked: argparse.Namespace) -> tuple[Json, int]:
    dataset = _opened(asked)
    written = write_cohort(dataset, _selection(asked), asked.out, asked.endpoint)
    _say(f"{written} patients written to {asked.out}.")
    return {"dataset": dataset.name, "version": dataset.version, "n": written, "out": str(asked.out)}, 0


def _published(asked: argparse.Namespace) -> tuple[list[Json], int]:
    found = published.compare(_opened(asked))
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
