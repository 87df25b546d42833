"""The sentences of the command `read` are in the unit that was asked for, as are its numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from gepnet_core.formatting import format_duration
from gepnet_core.store import Shelf, build_adtte
from gepnet_core.vocabulary import TimeUnit

# six patients, three events: A is at 1/2 from day 30, B never gets there
ROWS = """\
USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR
1,A,OS,Overall survival,30,DAYS,0
2,A,OS,Overall survival,45,DAYS,1
3,B,OS,Overall survival,20,DAYS,0
4,B,OS,Overall survival,60,DAYS,1
5,B,OS,Overall survival,60,DAYS,1
6,A,OS,Overall survival,31,DAYS,0
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the six patients."""
    folder = tmp_path_factory.mktemp("six")
    (folder / "six.csv").write_text(ROWS, encoding="utf-8")
    build_adtte(Shelf(folder / "data"), "six", folder / "six.csv")
    return folder / "data"


def read(cli, *options: object) -> tuple[str, list[str]]:
    """Return the sentence and the headings of an answer, with ordinary spaces."""
    found = cli("read", "--dataset", "six", "--endpoint", "OS", *options)
    assert found.code == 0, found.said
    headings = [reading["heading"].replace("\u00a0", " ") for reading in found.json["readings"]]
    return found.json["sentence"].replace("\u00a0", " "), headings


def test_days_are_said_as_days(cli, held) -> None:
    assert held.names() == ["six"]
    sentence, headings = read(cli, "--unit", "days", "--at", "1", "30", "30,5", "1000", "--by", "modality")
    assert sentence == (
        "Median overall survival, days (95 % CI, log-log): A 31 (30–NE); B not reached (20–NE); "
        "3 of 6 patients had the event."
    )
    assert [heading.partition(" at ")[2] for heading in headings] == [
        *("1 day (95 % CI, log-log)", "30 days (95 % CI, log-log)"),
        *("30.5 days (95 % CI, log-log)", "1,000 days (95 % CI, log-log)"),
    ]


def test_months_are_said_as_months(cli, held) -> None:
    assert held.names() == ["six"]
    sentence, headings = read(cli, "--unit", "months", "--at", "1", "--by", "modality")
    assert "months (95 % CI, log-log): A 1.0 (1.0–NE); B not reached" in sentence
    assert headings == ["Alive at 1.0 months (95 % CI, log-log)"]


def test_one_curve_and_no_unit_are_days_too(cli, held) -> None:
    assert held.names() == ["six"]
    sentence, headings = read(cli)
    assert sentence.startswith("Median overall survival 31 days (95 % CI 20–NE, log-log)")
    assert headings[0].endswith("at 365.25 days (95 % CI, log-log)")


@pytest.mark.parametrize(
    ("days", "unit", "words"),
    [
        (30.0, TimeUnit.DAYS, "30 days"),
        (1.0, TimeUnit.DAYS, "1 day"),
        (23.5, TimeUnit.DAYS, "23.5 days"),
        (1234.0, TimeUnit.DAYS, "1,234 days"),
        (365.25, TimeUnit.MONTHS, "12.0 months"),
    ],
)
def test_a_time_is_said_in_its_unit(days: float, unit: TimeUnit, words: str) -> None:
    assert format_duration(days, unit) == words
