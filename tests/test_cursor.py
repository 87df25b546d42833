"""What the cursor reads: shares worked out by hand, the curves' own answers at every time, and R's."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet_core.board_words import clipped, difference_words, sentence, stratum_sentence, whole_percent
from gepnet_core.competing_risks import IncidenceCurve
from gepnet_core.cursor import (
    FEWEST_READINGS,
    MOST_READINGS,
    Reading,
    StratumReading,
    read_at,
    readings,
    reference_among,
)
from gepnet_core.errors import OptionRefused
from gepnet_core.estimates import Estimate, estimate
from gepnet_core.restricted_mean import difference_at
from gepnet_core.selection import Selection
from gepnet_core.store import Shelf, build_adtte, open_dataset
from gepnet_core.vocabulary import ConfType, DeathRule

REFERENCE = Path(__file__).parent / "reference"
Z = 1.959963984540054
# (treatment, days, CNSR): 0 the event, 1 censored, 2 a death before the event
EIGHT = [
    *(("A", day, kind) for day, kind in ((1, 0), (2, 2), (3, 0), (4, 0))),
    *(("B", day, kind) for day, kind in ((2, 0), (3, 1), (5, 0), (6, 1))),
]
# X ends where Y goes on, within one stretch of time
MANY = [
    (arm, day, int(day % 3 == 0))
    for arm, step, end in (("X", 2, 1001), ("Y", 3, 2800))
    for day in range(step, end, step)
]
Estimated = Callable[..., Estimate]


def write(path: Path, rows: list[tuple[str, int, int]]) -> Path:
    lines = [
        f"P{place:04},TTX,Time to it,{days},DAYS,{kind},{arm}" for place, (arm, days, kind) in enumerate(rows)
    ]
    path.write_text(
        "\n".join(["USUBJID,PARAMCD,PARAM,AVAL,AVALU,CNSR,TRTP", *lines]) + "\n", encoding="utf-8"
    )
    return path


@pytest.fixture(scope="module")
def estimated(tmp_path_factory: pytest.TempPathFactory) -> Estimated:
    """Estimate on a data folder with the patients above and two public data sets, imported once."""
    folder = tmp_path_factory.mktemp("cursor")
    shelf = Shelf(folder / "data")
    build_adtte(shelf, "eight", write(folder / "eight.csv", EIGHT), competing_cnsr=2)
    build_adtte(shelf, "many", write(folder / "many.csv", MANY))
    build_adtte(shelf, "lung", REFERENCE / "lung_adtte.csv")
    build_adtte(shelf, "mgus2", REFERENCE / "mgus2_adtte.csv", competing_cnsr=2)

    def made(name: str, death: DeathRule = DeathRule.CENSOR, **how: object) -> Estimate:
        data = open_dataset(shelf, name)
        return estimate(data, next(iter(data.endpoints)), Selection(death=death), **{"by": "modality", **how})

    return made


def shown(found: StratumReading) -> tuple[float | None, float | None, float | None, int]:
    return found.share, found.lower, found.upper, found.at_risk


def test_eight_patients_read_at_day_3_give_what_a_person_works_out(estimated: Estimated) -> None:
    found = estimated("eight", conf_type=ConfType.PLAIN)
    a, b = read_at(found, 3, "A").strata
    half = Z * math.sqrt(21 / 256)  # (3/8) squared times 1/12 + 1/2
    assert shown(a) == (pytest.approx(3 / 8), 0.0, pytest.approx(3 / 8 + half), 2)
    half = Z * math.sqrt(3 / 64)  # (3/4) squared times 1/12
    assert shown(b) == (pytest.approx(3 / 4), pytest.approx(3 / 4 - half), 1.0, 3)
    assert a.difference is None
    assert b.difference is not None
    half = Z * math.sqrt(21 / 256 + 3 / 64)
    assert (b.difference.estimate, b.difference.lower, b.difference.upper) == (
        pytest.approx(3 / 8),
        pytest.approx(3 / 8 - half),
        pytest.approx(3 / 8 + half),
    )


def test_where_nothing_can_be_estimated_nothing_is_read(estimated: Estimated) -> None:
    found = estimated("eight")
    start = read_at(found, 0, "A").strata
    assert [shown(stratum) for stratum in start] == [(1.0, None, None, 4), (1.0, None, None, 4)]
    a, b = read_at(found, 4, "A").strata
    assert shown(a) == (0.0, None, None, 1)
    assert b.difference is not None
    assert (b.difference.estimate, b.difference.lower) == (pytest.approx(3 / 4), None), "a variance is 0"
    a, b = read_at(found, 6.5, "A").strata
    assert shown(a) == (0.0, None, None, 0), "a curve that ended at 0 stays there"
    assert shown(b) == (None, None, None, 0)
    assert b.difference is not None
    assert b.difference.estimate is None


def test_with_competing_deaths_the_share_with_the_event_is_read(estimated: Estimated) -> None:
    found = estimated("eight", DeathRule.COMPETING)
    reading = read_at(found, 3, "A")
    a, b = reading.strata
    assert reading.rises
    assert (a.share, a.at_risk) == (pytest.approx(1 / 4 + 1 / 2 * 1 / 2), 2)
    assert (b.share, b.at_risk) == (pytest.approx(1 / 4), 3)
    assert b.difference is not None
    assert b.difference.estimate == pytest.approx(-1 / 4)
    assert reading.rising() is reading
    assert read_at(found, 0, "A").strata[0].share == 0.0
    assert read_at(found, 5, "A").strata[0].share is None, "as in cmprsk, nothing beyond the last time"


def test_rising_turns_shares_limits_and_differences_round(estimated: Estimated) -> None:
    falling = read_at(estimated("eight", conf_type=ConfType.PLAIN), 3, "A")
    rising = falling.rising()
    before, after = falling.strata[1], rising.strata[1]
    assert rising.rises
    assert (after.share, after.lower, after.upper) == (
        pytest.approx(1 - before.share),
        pytest.approx(1 - before.upper),
        pytest.approx(1 - before.lower),
    )
    assert (after.difference.estimate, after.difference.lower, after.difference.upper) == (
        pytest.approx(-before.difference.estimate),
        pytest.approx(-before.difference.upper),
        pytest.approx(-before.difference.lower),
    )
    assert after.at_risk == before.at_risk


@pytest.mark.parametrize("death", [DeathRule.CENSOR, DeathRule.COMPETING])
@pytest.mark.parametrize("name", ["eight", "lung", "mgus2", "many"])
def test_every_reading_is_what_curve_and_difference_say_of_its_day(
    estimated: Estimated, name: str, death: DeathRule
) -> None:
    found = estimated(name, death)
    reference = reference_among(found)
    against = found.strata[0].curve
    read = readings(found, reference)
    assert [reading.day for reading in read] == sorted({reading.day for reading in read})
    for reading in read:
        for stratum, own in zip(reading.strata, found.strata, strict=True):
            at = own.curve.at(reading.day)
            if isinstance(own.curve, IncidenceCurve):
                known = own.curve.incidence_at(reading.day)
                assert shown(stratum) == (known.incidence, known.lower, known.upper, at.at_risk)
            else:
                assert shown(stratum) == (at.survival, at.lower, at.upper, at.at_risk)
            expected = None if own.stratum == reference else difference_at(own.curve, against, reading.day)
            assert stratum.difference == expected


def test_few_days_are_all_read_and_many_are_thinned_to_days_that_occur(estimated: Estimated) -> None:
    few = estimated("lung")
    days = {0.0, *(float(day) for stratum in few.strata for day in stratum.curve.counts.days)}
    assert {reading.day for reading in readings(few)} == days
    many = estimated("many")
    days = {0.0, *(float(day) for stratum in many.strata for day in stratum.curve.counts.days)}
    read = [reading.day for reading in readings(many)]
    assert FEWEST_READINGS < len(read) <= MOST_READINGS + 1 + len(many.strata) < len(days)
    assert set(read) <= days
    assert {stratum.curve.last_day for stratum in many.strata} <= set(read)


def test_r_reads_the_same_survival_and_incidence(estimated: Estimated) -> None:
    with (REFERENCE / "survival_reference.csv").open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    checked = 0
    for row in rows:
        if row["index_from"] or row["dataset"] not in ("lung", "mgus2"):
            continue
        incidence = row["quantity"] == "cumulative_incidence" and row["cause"] == "1"
        if row["quantity"] not in ("survival", "at_risk") and not incidence:
            continue
        found = estimated(row["dataset"], DeathRule.COMPETING if incidence else DeathRule.CENSOR)
        (stratum,) = (
            s for s in read_at(found, float(row["at"])).strata if row["group"] in (s.stratum, s.label)
        )
        value = stratum.at_risk if row["quantity"] == "at_risk" else stratum.share
        assert value == (pytest.approx(float(row["value"]), abs=1e-9) if row["value"] else None), row
        checked += 1
    assert checked > 20


def test_the_reference_is_the_first_unless_another_is_asked_for(estimated: Estimated) -> None:
    found = estimated("eight")
    assert reference_among(found) == "A"
    assert reference_among(found, "B") == "B"
    assert read_at(found, 3, "B").reference == "B"
    assert reference_among(estimated("eight", by=None)) is None
    with pytest.raises(
        OptionRefused, match=r"reference 'C' has no patient in this selection\. There are: A, B"
    ):
        reference_among(found, "C")


def test_a_reading_is_words_before_numbers(estimated: Estimated) -> None:
    found = estimated("eight", conf_type=ConfType.PLAIN)
    reading = read_at(found, 3, "A")
    assert (
        plain(stratum_sentence(found, reading.strata[0], reading))
        == "38 % (0–94) without the event, 2 at risk"
    )
    assert plain(difference_words(reading.strata[1], reading.reference)) == (
        "difference to A 38 points (−33 to 108)"
    )
    assert difference_words(reading.strata[0], reading.reference) == ""
    late: Reading = read_at(found, 6.5, "A")
    assert stratum_sentence(found, late.strata[1], late) == "not estimable: beyond the follow-up"
    assert difference_words(late.strata[1], "A") == "difference to A not estimable"


def test_the_sentence_names_median_interval_and_events_and_never_half_of_the_patients(
    estimated: Estimated,
) -> None:
    alone = plain(sentence(estimated("lung", by=None)))
    assert alone == (
        "Median Time to event 10.2 months (95 % CI 9.3–11.9, log-log); 165 of 228 patients had the event."
    )
    both = plain(sentence(estimated("lung")))
    assert both.startswith("Median Time to event, months (95 % CI, log-log): ")
    assert both.count("(") == 3
    deaths = plain(sentence(estimated("eight")))
    assert deaths.endswith("5 of 8 patients had the event, 1 died before it and counts as censored.")


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "0"), (0.004, "< 1"), (0.005, "1"), (0.5, "50"), (0.994, "99"), (0.9951, "> 99"), (1.0, "100")],
)
def test_none_and_all_are_said_only_of_none_and_all(share: float, words: str) -> None:
    assert plain(whole_percent(share)) == words


@given(st.text(min_size=1, max_size=80), st.integers(8, 40))
def test_a_label_that_is_too_long_keeps_both_ends(label: str, most: int) -> None:
    found = clipped(label, most)
    assert len(found) <= most
    assert found == label or ("…" in found and label[-1:].strip() == found[-1:].strip()[-1:])


def test_the_command_reads_the_same_at_12_months_unless_told_otherwise(cli, shelf) -> None:
    assert shelf.names()
    told = cli(
        "read", "--dataset", "synthetic", "--endpoint", "TTNST", "--by", "modality", "--unit", "months"
    ).json
    (reading,) = told["readings"]
    assert (reading["at"], told["reference"]) == (12.0, "resection")
    estimated_at = cli(
        *("estimate", "--dataset", "synthetic", "--endpoint", "TTNST", "--by", "modality"),
        *("--unit", "months", "--at", "12"),
    ).json
    for read, known in zip(reading["strata"], estimated_at["strata"], strict=True):
        (at,) = known["survival_at"]
        assert [read[key] for key in ("stratum", "at_risk", "share", "lower", "upper")] == [
            known["stratum"],
            *(at[key] for key in ("at_risk", "survival", "lower", "upper")),
        ]
    compared = cli(
        "compare", "--dataset", "synthetic", "--endpoint", "TTNST", "--at", "12", "--unit", "months"
    ).json
    differences = [(d["a"], d["estimate"], d["lower"], d["upper"]) for d in compared["differences_at"]]
    assert differences == [
        (s["stratum"], *(s["difference"][key] for key in ("estimate", "lower", "upper")))
        for s in reading["strata"][1:]
    ]
    days = cli("read", "--dataset", "synthetic", "--endpoint", "OS", "--at", "100", "200").json
    assert [found["at"] for found in days["readings"]] == [100.0, 200.0]
    refused = cli("read", "--dataset", "synthetic", "--endpoint", "OS", "--reference", "cryo")
    assert (refused.code, refused.said.count("\n")) == (2, 1)


def plain(text: str) -> str:
    """Return text with ordinary spaces."""
    return text.replace("\u00a0", " ")
