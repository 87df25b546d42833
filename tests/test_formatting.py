"""Numbers to words: rounding, what is missing, and sentences that hold in every case."""

from __future__ import annotations

from pathlib import Path

import pytest

from gepnet_core.estimates import Estimate, estimate
from gepnet_core.formatting import (
    format_level,
    format_number,
    format_quantile,
    format_survival,
    remarks,
    result_sentence,
)
from gepnet_core.selection import Selection
from gepnet_core.store import Shelf, build_adtte, open_dataset
from gepnet_core.survival import Quantile, SurvivalAt
from gepnet_core.vocabulary import ConfType, DeathRule, TimeUnit


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        pytest.param(93.75, 1, "93.8", id="half-goes-up"),
        pytest.param(93.74999999999999, 1, "93.8", id="binary-noise-below-a-half"),
        pytest.param(93.749, 1, "93.7", id="truly-below"),
        pytest.param(0.25, 1, "0.3", id="half-to-odd"),
        pytest.param(1234.5, 0, "1,235", id="thousands"),
        pytest.param(-0.25, 1, "-0.3", id="negative-half-away-from-zero"),
    ],
)
def test_numbers_are_rounded_as_people_do_it(value, decimals, written) -> None:
    assert format_number(value, decimals) == written


@pytest.mark.parametrize(
    ("level", "written"),
    [(0.95, "95"), (0.9, "90"), (0.999, "99.9"), (0.8, "80"), (0.9999999999999999, "99.99999999999999")],
)
def test_a_level_is_written_exactly(level, written) -> None:
    assert format_level(level) == f"{written}\u00a0%"


@pytest.mark.parametrize(
    ("quantile", "written"),
    [
        pytest.param(Quantile(487.0, 243.5, 974.0), "16.0 (8.0–32.0)", id="all"),
        pytest.param(Quantile(487.0, 243.5, None), "16.0 (8.0–NE)", id="no-upper-limit"),
        pytest.param(Quantile(None, 243.5, None), "NR (8.0–NE)", id="not-reached"),
        pytest.param(Quantile(None, None, None), "NR", id="nothing-at-all"),
    ],
)
def test_a_missing_median_is_not_reached_and_a_missing_limit_not_estimable(quantile, written) -> None:
    assert format_quantile(quantile) == written


@pytest.mark.parametrize(
    ("found", "written"),
    [
        (SurvivalAt(1.0, 5, 0.5, 0.25, 0.75), "50.0 (25.0–75.0)"),
        (SurvivalAt(1.0, 5, 1.0, None, None), "100.0 (NE)"),
        (SurvivalAt(1.0, 0, None, None, None), "NE"),
    ],
)
def test_survival_is_written_in_per_cent(found, written) -> None:
    assert format_survival(found) == written


def test_a_day_in_months_is_that_day_again() -> None:
    days = range(4000)
    assert [TimeUnit.MONTHS.to_days(day / 30.4375) for day in days] == list(days)
    assert TimeUnit.MONTHS.to_days(1 / 30.4375 + 1e-7) != 1


@pytest.fixture
def estimated(tmp_path: Path):
    """Estimate rows of (treatment, days, CNSR) of the parameter PFS, CNSR 2 a death before the event."""

    def made(*rows: tuple[str, int, int], code: str = "TTP", by: str | None = None, **options) -> Estimate:
        path = tmp_path / "trial.csv"
        lines = [
            f"{i},{arm},{code},Time to it,{days},DAYS,{cnsr}" for i, (arm, days, cnsr) in enumerate(rows)
        ]
        path.write_text("USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR\n" + "\n".join(lines), encoding="utf-8")
        shelf = Shelf(tmp_path / "data")
        build_adtte(shelf, "trial", path, competing_cnsr=2)
        selection = Selection(death=options.pop("death", DeathRule.CENSOR))
        return estimate(open_dataset(shelf, "trial"), code, selection, by=by, **options)

    return made


def said(found: Estimate) -> str:
    """Return the sentence with ordinary blanks."""
    return result_sentence(found).replace("\u00a0", " ")


def test_a_median_at_which_nobody_is_left_does_not_speak_of_half(estimated) -> None:
    sentence = said(estimated(("a", 100, 0)))
    assert sentence == (
        "Median Time to it 3.3 months (95 % CI NE–NE, log-log): until then, at least half were without the event; "
        "1 of 1 patient had the event."
    )


def test_a_median_not_reached_says_what_was_seen_last(estimated) -> None:
    sentence = said(estimated(("a", 100, 0), ("a", 487, 1), ("a", 487, 1)))
    assert "Median Time to it not reached (95 % CI 3.3–NE, log-log): an estimated 66.7 % were" in sentence
    assert "at the last observed time, 16.0 months; 1 of 3 patients had the event." in sentence


def test_deaths_that_are_censored_are_named(estimated) -> None:
    rows = [("a", 100, 2), ("a", 200, 2), ("a", 300, 2)]
    assert "0 of 3 patients had the event, 3 died before it and count as censored." in said(estimated(*rows))
    as_events = said(estimated(*rows, death=DeathRule.EVENT))
    assert "Median Time to it or death" in as_events
    assert "at least half were alive and without the event; 3 of 3 patients had the event." in as_events


@pytest.mark.parametrize(
    ("death", "words"),
    [
        (DeathRule.CENSOR, "were without the event at the last observed time"),
        (DeathRule.EVENT, "were without the event"),
        (DeathRule.COMPETING, "an estimated 0.0 % were with the event by the last observed time"),
    ],
)
def test_a_file_that_tells_of_deaths_before_death_is_not_called_alive(estimated, death, words) -> None:
    sentence = said(estimated(("a", 100, 2), ("a", 200, 1), code="OS", death=death))
    assert words in sentence
    assert "alive" not in sentence


def test_groups_are_named_with_their_median_and_the_rest_counted(estimated) -> None:
    rows = [(f"arm{i}", 30 + i, 0) for i in range(8)]
    sentence = said(estimated(*rows, by="modality", conf_type=ConfType.PLAIN))
    assert sentence.startswith("Time to it, median in months (95 % CI, plain): arm0 1.0 (NE–NE); arm1 1.0")
    assert sentence.endswith("; 2 more in the table.")


def test_small_groups_are_explained_not_hidden(estimated) -> None:
    notes = remarks(estimated(("a", 0, 0), ("a", 10, 0), ("a", 20, 1)))
    assert notes == [
        "Descriptive only: 2 events in all patients.",
        "The median in all patients rests on 2 patients still at risk at that time.",
        "1 time of 0 days: worth a review of the dates.",
    ]
