"""The study's endpoints, each on a history of one patient that a person can check by hand."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from gepnet_core.selection import Selection
from gepnet_core.store import open_dataset
from gepnet_core.vocabulary import DeathRule
from tests.test_eligibility import TinySource

INDEX = date(2015, 1, 1)
REFERENCE = Path(__file__).parent / "reference"


def day(after: int) -> str:
    """Return the day so many days after the index date."""
    return (INDEX + timedelta(after)).isoformat()


def ending(
    tmp_path: Path,
    *,
    systemic: list[tuple[str, int]] | None = None,
    local: list[tuple[str, int]] | None = None,
    progressions: list[tuple[str, int]] | None = None,
    contact: int = 1000,
    death: int | None = None,
) -> dict[str, tuple[int, int, str]]:
    """Return (days, status, reason) of each endpoint of a patient treated on day 0, by days from there."""
    source = TinySource(tmp_path / "tiny").patient(
        "P",
        (day(0), "RFA"),
        *((day(after), modality, "symptom control") for modality, after in local or []),
        contact=day(contact),
        death=None if death is None else day(death),
    )
    for agent, after in systemic or []:
        source.systemic("P", agent, day(after))
    for extent, after in progressions or []:
        source.progression("P", day(after), extent)
    header, rows = source.build().patients(Selection())
    found = dict(zip(header, next(rows), strict=True))
    return {
        code: (found[f"{code}_days"], found[f"{code}_status"], found[f"{code}_reason"])
        for code in ("TTNST", "TTAI", "PFS", "OS")
    }


NOTHING = (1000, 0, "last contact")


def test_without_any_event_every_time_ends_at_the_last_contact(tmp_path):
    assert ending(tmp_path) == dict.fromkeys(("TTNST", "TTAI", "PFS", "OS"), NOTHING)


@pytest.mark.parametrize(
    ("systemic", "expected"),
    [
        pytest.param([("everolimus", 200)], (200, 1), id="new-agent"),
        pytest.param([("everolimus", 1)], (1, 1), id="new-agent-on-the-day-after"),
        pytest.param([("everolimus", -200), ("everolimus", 200)], (1000, 0), id="restart"),
        pytest.param([("lanreotide", -200), ("Lanreotide ", 200)], (1000, 0), id="restart-spelt-otherwise"),
        pytest.param(
            [("octreotide LAR", -200), ("octreotide\u00a0LAR", 200)],
            (1000, 0),
            id="restart-after-another-blank",
        ),
        pytest.param([("everolimus", 0)], (1000, 0), id="start-on-the-index-date-is-existing"),
        pytest.param(
            [("everolimus", 0), ("everolimus", 90)], (1000, 0), id="dose-change-of-an-agent-begun-that-day"
        ),
        pytest.param(
            [("sunitinib", 300), ("everolimus", 200), ("interferon", 250)], (200, 1), id="first-of-several"
        ),
        pytest.param(
            [("lanreotide", -50), ("lanreotide", 100), ("everolimus", 400)],
            (400, 1),
            id="new-after-a-restart",
        ),
        pytest.param([("everolimus", 200), ("everolimus", 150)], (150, 1), id="new-agent-in-two-rows"),
        pytest.param([("everolimus", 1000)], (1000, 1), id="new-agent-on-the-last-day"),
    ],
)
def test_a_new_systemic_therapy_is_the_first_start_of_an_agent_never_taken(tmp_path, systemic, expected):
    found = ending(tmp_path, systemic=systemic)
    reason = "new systemic therapy" if expected[1] else "last contact"
    assert found["TTNST"] == found["TTAI"] == (*expected, reason)
    assert found["PFS"] == found["OS"] == NOTHING


def test_an_agent_stopped_before_the_index_date_is_not_new_when_it_is_taken_again(tmp_path):
    source = TinySource(tmp_path / "tiny").patient("P", (day(0), "RFA"), contact=day(1000))
    source.systemic("P", "everolimus", day(-300), day(-200)).systemic("P", "everolimus", day(100))
    counts = source.build().event_counts("TTNST", Selection())[0]
    assert (counts.days.tolist(), counts.events.tolist()) == ([1000], [0])


@pytest.mark.parametrize(
    ("local", "systemic", "expected"),
    [
        pytest.param([("RFA", 300)], [], (300, 1, "further local treatment"), id="later-local"),
        pytest.param(
            [("lobar HAE", 300)], [], (300, 1, "further local treatment"), id="whatever-its-modality"
        ),
        pytest.param(
            [("RFA", 300)],
            [("everolimus", 301)],
            (300, 1, "further local treatment"),
            id="local-before-systemic",
        ),
        pytest.param(
            [("RFA", 301)],
            [("everolimus", 300)],
            (300, 1, "new systemic therapy"),
            id="systemic-before-local",
        ),
        pytest.param(
            [("RFA", 300)], [("everolimus", 300)], (300, 1, "new systemic therapy"), id="same-day-is-systemic"
        ),
        pytest.param([("HAE", -300), ("HAE", 0)], [], NOTHING, id="earlier-and-same-day-local-do-not-count"),
    ],
)
def test_any_additional_intervention_is_the_first_of_systemic_and_local(tmp_path, local, systemic, expected):
    found = ending(tmp_path, local=local, systemic=systemic)
    assert found["TTAI"] == expected
    own = [after for _, after in systemic]
    assert found["TTNST"] == ((own[0], 1, "new systemic therapy") if own else NOTHING)


@pytest.mark.parametrize(
    ("progressions", "death", "expected"),
    [
        pytest.param([("focal", 100)], None, (100, 1, "progression"), id="focal"),
        pytest.param([("multifocal", 100), ("focal", 90)], None, (90, 1, "progression"), id="first-of-two"),
        pytest.param([("focal", 0)], None, NOTHING, id="on-the-index-date-does-not-count"),
        pytest.param([("focal", -20)], None, NOTHING, id="before-the-index-date-does-not-count"),
        pytest.param([], 500, (500, 1, "death"), id="death"),
        pytest.param([("focal", 500)], 500, (500, 1, "progression"), id="same-day-is-progression"),
        pytest.param([("focal", 499)], 500, (499, 1, "progression"), id="progression-before-death"),
    ],
)
def test_progression_free_survival_ends_at_progression_or_death(tmp_path, progressions, death, expected):
    found = ending(tmp_path, progressions=progressions, death=death, contact=death or 1000)
    assert found["PFS"] == expected
    assert found["OS"] == ((death, 1, "death") if death else NOTHING)


def test_progression_free_survival_is_not_censored_at_new_therapy(tmp_path):
    found = ending(tmp_path, systemic=[("everolimus", 50)], progressions=[("focal", 100)])
    assert found["PFS"] == (100, 1, "progression")


def test_death_on_the_index_date_counts_with_day_0(tmp_path):
    found = ending(tmp_path, contact=0, death=0)
    assert found["OS"] == found["PFS"] == (0, 1, "death")
    assert found["TTNST"] == found["TTAI"] == (0, 2, "death")


def test_time_ends_at_death_although_the_last_contact_was_earlier(tmp_path):
    found = ending(tmp_path, contact=400, death=450)
    assert found["OS"] == (450, 1, "death")
    assert found["TTNST"] == (450, 2, "death")


@pytest.mark.parametrize(
    ("death_rule", "events", "censored", "competing"),
    [
        pytest.param(DeathRule.CENSOR, 1, 2, 1, id="censor-keeps-it-apart"),
        pytest.param(DeathRule.EVENT, 2, 2, 0, id="event-adds-it"),
    ],
)
def test_death_before_the_event_follows_the_death_rule(tmp_path, death_rule, events, censored, competing):
    source = (
        TinySource(tmp_path / "tiny")
        .patient("DEAD", (day(0), "RFA"), contact=day(90), death=day(100))
        .patient("TREATED", (day(0), "RFA"), contact=day(500), death=day(600))
        .systemic("TREATED", "everolimus", day(50))
        .patient("ALIVE", (day(0), "RFA"), contact=day(200))
        .patient("SEEN", (day(0), "RFA"), contact=day(100))
    )
    counts = source.build().event_counts("TTNST", Selection())[0].under(death_rule)
    assert (counts.events.sum(), counts.censored.sum(), counts.competing.sum()) == (
        events,
        censored,
        competing,
    )
    assert counts.days.tolist() == [50, 100, 200]


@pytest.mark.parametrize(
    ("cutoff", "expected"),
    [
        pytest.param(
            199, {"TTNST": (199, 0, "data cut-off"), "OS": (199, 0, "data cut-off")}, id="day-before"
        ),
        pytest.param(
            200,
            {"TTNST": (200, 1, "new systemic therapy"), "OS": (200, 0, "data cut-off")},
            id="event-on-the-cut-off-counts",
        ),
        pytest.param(
            300,
            {"TTNST": (200, 1, "new systemic therapy"), "OS": (300, 1, "death")},
            id="death-on-the-cut-off",
        ),
        pytest.param(
            0, {"TTNST": (0, 0, "data cut-off"), "OS": (0, 0, "data cut-off")}, id="index-date-stays"
        ),
        pytest.param(-1, {}, id="later-index-date-leaves"),
    ],
)
def test_what_comes_after_the_cut_off_is_not_known_yet(tmp_path, cutoff, expected):
    source = TinySource(tmp_path / "tiny").patient("P", (day(0), "RFA"), contact=day(250), death=day(300))
    dataset = source.systemic("P", "everolimus", day(200)).build()
    header, rows = dataset.patients(Selection(cutoff=date.fromisoformat(day(cutoff))))
    found = [dict(zip(header, row, strict=True)) for row in rows]
    assert [
        {
            code: (row[f"{code}_days"], row[f"{code}_status"], row[f"{code}_reason"])
            for code in ("TTNST", "OS")
        }
        for row in found
    ] == ([expected] if expected else [])


def test_what_is_known_on_the_index_date_is_the_baseline(tmp_path):
    source = (
        TinySource(tmp_path / "tiny")
        .patient("ON", (day(0), "RFA"), metastatic=day(-487))
        .systemic("ON", "lanreotide", day(-400))
        .systemic("ON", "Lanreotide", day(-100))
        .systemic("ON", "everolimus", day(0))
        .systemic("ON", "sunitinib", day(1))
        .patient("OFF", (day(0), "RFA"))
        .systemic("OFF", "lanreotide", day(-400), day(0))
    )
    header, rows = source.build().patients(Selection())
    off, on = sorted((dict(zip(header, row, strict=True)) for row in rows), key=lambda row: row["patient_id"])
    assert (on["age_at_index"], on["months_since_metastasis"]) == (65, 16.0)
    assert (on["systemic_agents_so_far"], on["on_systemic_therapy"]) == (2, "yes")
    assert (off["systemic_agents_so_far"], off["on_systemic_therapy"]) == (1, "no")


def calibrated() -> dict[str, dict[str, str]]:
    """Return the facts of the 59 calibrated patients."""
    with (REFERENCE / "calibrated_cohort.csv").open(encoding="utf-8", newline="") as handle:
        return {row["patient_id"]: row for row in csv.DictReader(handle)}


def test_the_synthetic_patients_have_the_times_of_the_calibrated_cohort(shelf):
    header, rows = open_dataset(shelf, "synthetic").patients(Selection())
    live = {row["patient_id"]: row for row in (dict(zip(header, values, strict=True)) for values in rows)}
    facts = calibrated()
    assert len(facts) == 59
    assert live.keys() == facts.keys()
    for name, fact in facts.items():
        row = live[name]
        observed = int(fact["death_days"] or fact["last_followup_days"])
        ends = sorted(int(fact[column]) for column in ("progression_days", "death_days") if fact[column])
        systemic, local = fact["systemic_days"], fact["further_local_days"]
        assert (row["modality"], str(row["index_date"])) == (fact["modality"], fact["index_date"]), name
        assert (row["TTNST_days"], row["TTNST_status"] == 1) == (
            int(fact["ttnst_days"]),
            fact["ttnst_event"] == "1",
        ), name
        assert (row["TTAI_days"], row["TTAI_status"] == 1) == (
            int(fact["any_days"]),
            fact["any_event"] == "1",
        ), name
        if fact["any_event"] == "1":
            is_systemic = bool(systemic) and (not local or int(systemic) <= int(local))
            assert row["TTAI_reason"] == (
                "new systemic therapy" if is_systemic else "further local treatment"
            ), name
        assert (row["PFS_days"], row["PFS_status"]) == ((ends[0], 1) if ends else (observed, 0)), name
        if fact["progression_days"]:
            assert row["PFS_reason"] == "progression", name
        assert (row["OS_days"], row["OS_status"]) == (observed, 1 if fact["death_days"] else 0), name
