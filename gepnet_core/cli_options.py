"""Options that several commands share, and what they say of a view."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn

from gepnet_core.criteria import parse_between, parse_one_of
from gepnet_core.errors import OptionRefused, one_line, printable, quoted
from gepnet_core.estimates import Estimate, StratumEstimate, estimate
from gepnet_core.selection import Selection
from gepnet_core.spelled import parse_dataset_name, parse_date, parse_level, parse_window, typed_number
from gepnet_core.store import DataSet, open_dataset, open_shelf
from gepnet_core.survival import SurvivalAt
from gepnet_core.view import DEFAULT_LEVEL
from gepnet_core.vocabulary import ConfType, DeathRule, TimeUnit
from gepnet_core.whole_file import check_place

Json = dict[str, Any]


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line on standard error."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2."""
        raise OptionRefused(f"{message}. See {self.prog} --help.")


def say(message: str) -> None:
    """Write one printable line to standard error."""
    print(printable(one_line(message)), file=sys.stderr)


def say_limits(found: Estimate, asked: ConfType) -> None:
    """Say where another convention of the interval was asked for than can be had."""
    if found.conf_type is not asked:
        say(f"Limits of a cumulative incidence are {found.conf_type.value}, not {asked.value}.")


def add_filters(parser: argparse.ArgumentParser, *, modality: str = "--modality") -> None:
    """Add the data set and everything that a selection holds; `modality` is the option of that filter."""
    parser.add_argument("--dataset", required=True, type=said(parse_dataset_name), metavar="NAME")
    parser.add_argument(
        "--version", metavar="V", help="a version of the data set; the current one by default"
    )
    parser.add_argument(
        modality,
        dest="modality",
        action="append",
        default=[],
        metavar="M",
        help="stored value; several allowed",
    )
    parser.add_argument(
        "--index-from", type=said(parse_date), metavar="D", help="first index date, inclusive"
    )
    parser.add_argument("--index-to", type=said(parse_date), metavar="D", help="last index date, inclusive")
    parser.add_argument(
        "--where",
        action="append",
        default=[],
        type=said(parse_one_of),
        metavar="COLUMN:VALUE",
        help="only patients with one of these values, as sex:female or tumour_grade:G1:G2; several allowed",
    )
    parser.add_argument(
        "--range",
        action="append",
        default=[],
        type=said(parse_between),
        metavar="COLUMN:LOW:HIGH",
        help="only patients from LOW and below HIGH, either of which may be empty, as ki67_percent:3:20",
    )
    parser.add_argument("--cutoff", type=said(parse_date), metavar="D", help="data cut-off, inclusive")
    parser.add_argument(
        "--death",
        type=said(one_of(DeathRule)),
        default=DeathRule.CENSOR,
        help="death before the event: censor, event or competing",
    )


def add_estimate_options(parser: argparse.ArgumentParser, *, free: bool = False) -> None:
    """Add the endpoint (`free`: or none, for the first one), how intervals are made, and the times."""
    words = "default: the first of the data set" if free else None
    parser.add_argument("--endpoint", required=not free, metavar="CODE", help=words)
    add_interval(parser)
    parser.add_argument(
        "--at", type=said(time), action="extend", nargs="+", metavar="T", help="times, in --unit"
    )
    parser.add_argument(
        "--unit",
        type=said(one_of(TimeUnit, TimeUnit.DAYS, TimeUnit.MONTHS)),
        default=TimeUnit.DAYS,
        help="days or months, of every time asked for and of every time in the answer",
    )


def add_interval(parser: argparse.ArgumentParser) -> None:
    """Add how intervals are made: their convention and their level."""
    parser.add_argument("--conf-type", type=said(one_of(ConfType)), default=ConfType.LOG_LOG)
    add_level(parser)


def add_level(parser: argparse.ArgumentParser) -> None:
    """Add the level of the intervals."""
    parser.add_argument("--conf-level", type=said(parse_level), default=DEFAULT_LEVEL, metavar="0.95")


def add_strata(parser: argparse.ArgumentParser) -> None:
    """Add the column whose values are the strata."""
    parser.add_argument("--by", metavar="COLUMN", help="a stratum for each value of this column")


def add_window(parser: argparse.ArgumentParser, *, default: int | None = None) -> None:
    """Add the days after a treatment within which a side effect counts."""
    words = "a side effect counts up to this many days after its treatment (default: 90)"
    parser.add_argument("--window", type=said(parse_window), default=default, metavar="DAYS", help=words)


# the endings that say what a file holds
NAMED = set(
    ".csv .tsv .xlsx .xls .ods .docx .doc .odt .zip .html .pdf .svg .png .jpg .jpeg .toml .json .xpt".split()
)


def add_out(
    parser: argparse.ArgumentParser,
    ending: str = "",
    *,
    endings: Mapping[StrEnum, tuple[str, ...]] | None = None,
) -> None:
    """Add the file that is written: with its one `ending`, or with the `endings` of each --format.

    Where --format is left out, the first format that has the file's ending is taken, else the first of all.
    """
    parser.set_defaults(ending=ending, endings=endings)
    parser.add_argument("--out", required=True, type=Path, metavar=f"FILE{ending}")


def check_out(asked: argparse.Namespace) -> None:
    """Take the format from the ending of the file that is written, where --format is left out.

    Raises
    ------
    OptionRefused
        Where the file's name says that it holds something else, or it cannot be written: before anything is
        computed for it.
    """
    if getattr(asked, "out", None) is None:
        return
    found = asked.out.suffix.lower()
    if asked.endings and asked.format is None:
        fitting = [word for word, known in asked.endings.items() if found in known]
        asked.format = (fitting or list(asked.endings))[0]
    right = asked.endings[asked.format] if asked.endings else (asked.ending,)
    if found in NAMED and found not in right:
        options = " or choose another --format" if asked.endings else ""
        raise OptionRefused(
            f"{asked.out} would hold {right[0][1:].upper()}, but is named {found}. "
            f"Name it {' or '.join(right)}{options}."
        )
    check_place(asked.out, ending=right[0])


def said(parse: Any) -> Any:
    """Return `parse` with its own words as argparse's complaint."""

    def read(text: str) -> Any:
        try:
            return parse(text)
        except OptionRefused as refused:
            raise argparse.ArgumentTypeError(str(refused).rstrip(".")) from None

    return read


def one_of(words: type[StrEnum], *choice: StrEnum) -> Any:
    """Return a parser of one of these words."""
    known = {word.value: word for word in choice or tuple(words)}

    def read(text: str) -> StrEnum:
        if text not in known:
            raise OptionRefused(f"{quoted(text)} is none of {', '.join(known)}.")
        return known[text]

    return read


def time(text: str) -> float:
    """Return a time from 0 and below a million; raise OptionRefused otherwise."""
    value = typed_number(text)
    if not 0 <= value < 1e6:
        raise OptionRefused(f"{quoted(text)} is not a time. Give a number from 0 and below 1,000,000.")
    return value


def opened(asked: argparse.Namespace) -> DataSet:
    """Return the data set that was asked for, and say who was left out of it and of which columns to be wary.

    `asked.remarks` holds what is said of the columns in use, `asked.left_out` who was left out; the answer in JSON
    carries both.
    """
    dataset = open_dataset(open_shelf(), asked.dataset, getattr(asked, "version", None))
    asked.remarks = dataset.offered.remarks(_columns(asked))
    asked.left_out = dataset.meta.get("left_out", "")
    left_out = f"{asked.left_out}." if asked.left_out else ""
    for words in filter(None, [left_out, dataset.offered.no_longer, *asked.remarks]):
        say(words)
    return dataset


def _columns(asked: argparse.Namespace) -> list[str]:
    """Return the columns that a command uses: to group, to test and adjust by, and to choose patients."""
    named = [getattr(asked, "by", None), getattr(asked, "stratify", None)]
    named += [*getattr(asked, "adjust", []), *getattr(asked, "subgroup", [])]
    named += [criterion.column for part in ("where", "range") for criterion in getattr(asked, part, [])]
    return [column for column in named if column]


def named_selection(asked: argparse.Namespace) -> Selection:
    """Return the selection that was asked for."""
    return Selection(
        tuple(asked.modality),
        asked.index_from,
        asked.index_to,
        asked.cutoff,
        asked.death,
        (*asked.where, *asked.range),
    )


def estimated(asked: argparse.Namespace, dataset: DataSet) -> Estimate:
    """Return the estimate that was asked for, and say where its limits are others."""
    found = estimate(
        dataset,
        asked.endpoint,
        named_selection(asked),
        by=asked.by,
        conf_type=asked.conf_type,
        conf_level=asked.conf_level,
    )
    say_limits(found, asked.conf_type)
    return found


def stratum_counts(stratum: StratumEstimate) -> Json:
    """Return a stratum with its patients by how their times ended."""
    return {
        "stratum": stratum.stratum,
        "n": stratum.n,
        "events": stratum.events,
        "censored": stratum.censored,
        "competing": stratum.competing,
    }


def point_json(found: SurvivalAt) -> Json:
    """Return what a curve says at a time."""
    return {
        "at_risk": found.at_risk,
        "survival": found.survival,
        "lower": found.lower,
        "upper": found.upper,
    }
