"""Why a patient has this status, reason and days: the rules in words agree with those in SQL, for everybody."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from gepnet_core import eligibility
from gepnet_core.errors import OptionRefused
from gepnet_core.explanation import explain
from gepnet_core.selection import Selection
from gepnet_core.settings import Settings
from gepnet_core.store import DataSet, Shelf, build_adtte, open_dataset
from gepnet_core.vocabulary import DeathRule, Status
from tests.test_eligibility import STUDY, TinySource

REFERENCE = Path(__file__).parent / "reference"
CUTOFFS = [None, date(2014, 12, 31), date(2016, 3, 1), date(2030, 1, 1)]


def stored_times(dataset: DataSet, selection: Selection) -> dict[tuple[str, str], tuple[int, Status, str]]:
    """Return (days, status, reason) by patient and endpoint, as the estimates read them."""
    query, bound = dataset.selected_times(selection, stratum="NULL")
    rows = dataset.database.rows(f"SELECT patient_id, endpoint, days, status, reason FROM ({query})", bound)
    return {row[:2]: (row[2], selection.death.counts_as(Status(row[3])), row[4]) for row in rows}


def explained_times(dataset: DataSet, selection: Selection) -> dict[tuple[str, str], tuple[int, Status, str]]:
    """Return the same from the explanations of all patients."""
    patients = [row[0] for row in dataset.database.rows("SELECT patient_id FROM cohort")]
    return {
        (patient, time.endpoint): (time.days, time.status, time.reason)
        for patient in patients
        for time in explain(dataset, patient, selection).times
    }


def passed_steps(dataset: DataSet) -> dict[str, int]:
    """Return how many steps each treatment passed, by the SQL of eligibility."""
    candidates, bound = eligibility.candidates_sql(
        eligibility.steps(Settings.from_json(dataset.meta["settings"]))
    )
    found = dataset.database.rows(
        f"SELECT treatment_id, passed FROM ({candidates}) WHERE treatment_id IS NOT NULL", bound
    )
    return dict(found)


def explained_steps(dataset: DataSet) -> dict[str, int]:
    """Return the same from the explanations of all records."""
    patients = [row[0] for row in dataset.database.rows("SELECT patient_id FROM source.patients")]
    return {
        treatment.treatment_id: sum(verdict.passed for verdict in treatment.verdicts)
        for patient in patients
        for treatment in explain(dataset, patient, Selection()).treatments
    }


@pytest.fixture(scope="module")
def tangled(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    """A hundred patients with what makes rules matter: re-starts, same days, early deaths, ways to be left out."""
    chance = random.Random(20)
    source = TinySource(tmp_path_factory.mktemp("tangled") / "tiny", STUDY)
    agents = [
        "everolimus",
        "Everolimus ",
        "lanreotide",
        "sunitinib",
        "LANREOTIDE",
        "İnter feron",
        "inter\u00a0feron",
    ]
    for number in range(100):
        start = date(2013, 10, 1) + timedelta(chance.randrange(1400))
        end = start + timedelta(chance.choice([0, 1, 30, 400, 900]) + 700)
        dead = chance.random() < 0.4

        def day(start: date = start, end: date = end) -> str:
            some = chance.choice([-200, 0, 0, 1, 100, 100, 300, 600])
            return min(start + timedelta(some), end).isoformat()

        treatments = [
            (
                day() if place else start.isoformat(),
                chance.choice(["RFA", "HAE", "resection", "lobar HAE"]),
                chance.choice(["focal progression", "focal progression", "symptom control"]),
            )
            for place in range(chance.randrange(4))
        ]
        name = f"P{number}"
        source.patient(
            name,
            *treatments,
            site=chance.choice(["pancreas", "pancreas", "rectum", "lung"]),
            metastatic=chance.choice(["2010-01-01", "2010-01-01", "2014-06-01", None]),
            contact=end.isoformat(),
            death=end.isoformat() if dead else None,
        )
        for row in {(chance.choice(agents), day()) for _ in range(chance.randrange(4))}:
            source.systemic(name, *row)
        for when in {day() for _ in range(chance.randrange(3))}:
            source.progression(name, when, chance.choice(["focal", "multifocal"]))
    return source.build()


@pytest.mark.parametrize("death", list(DeathRule))
@pytest.mark.parametrize("cutoff", CUTOFFS)
def test_rules_read_in_words_end_where_the_stored_times_end(
    tangled: DataSet, cutoff: date | None, death: DeathRule
) -> None:
    selection = Selection(cutoff=cutoff, death=death)
    stored = stored_times(tangled, selection)
    assert len(stored) >= 12
    assert explained_times(tangled, selection) == stored


def test_the_tangled_patients_hold_every_kind_of_end(tangled: DataSet) -> None:
    found = {
        (endpoint, status, reason)
        for (_, endpoint), (_, status, reason) in stored_times(tangled, Selection()).items()
    }
    assert {
        ("TTNST", Status.EVENT, "new systemic therapy"),
        ("TTNST", Status.COMPETING_DEATH, "death"),
        ("TTNST", Status.CENSORED, "last contact"),
        ("TTAI", Status.EVENT, "further local treatment"),
        ("PFS", Status.EVENT, "death"),
        ("PFS", Status.EVENT, "progression"),
        ("OS", Status.EVENT, "death"),
    } <= found


def test_the_synthetic_cohort_is_explained_as_it_is_stored(shelf: Shelf) -> None:
    data = open_dataset(shelf, "synthetic")
    stored = stored_times(data, Selection())
    assert len(stored) == 4 * 59
    assert explained_times(data, Selection()) == stored
    assert explained_steps(data) == passed_steps(data)


def test_eligibility_in_words_stops_where_it_stops_in_sql(tangled: DataSet) -> None:
    counted = passed_steps(tangled)
    assert set(counted.values()) == set(range(7)) - {2}  # a treatment is a local treatment
    assert explained_steps(tangled) == counted


def test_an_explanation_reads_rule_by_rule(tmp_path: Path) -> None:
    source = TinySource(tmp_path / "tiny", STUDY).patient(
        "P",
        ("2013-01-01", "RFA"),
        ("2015-01-01", "RFA"),
        ("2016-01-01", "HAE", "symptom control"),
        contact="2018-01-01",
    )
    for agent, start in [
        ("lanreotide", "2014-01-01"),
        ("Lanreotide", "2015-03-01"),
        ("everolimus", "2015-02-10"),
    ]:
        source.systemic("P", agent, start)
    found = explain(source.build(), "P", Selection(cutoff=date(2015, 2, 1)))
    assert found.membership == (
        "In the cohort: treatment T1 (RFA, 2015-01-01) is the first that passed every step. Its date is the index "
        "date, time zero."
    )
    assert [(each.treatment_id, each.is_index, each.verdicts[-1].words) for each in found.treatments] == [
        ("T0", False, "treated on 2013-01-01"),
        ("T1", True, "modality: RFA"),
        ("T2", False, "indication: symptom control"),
    ]
    assert found.times[0].lines == (
        "The event is the first start, after the index date, of an agent that the patient was not taking on the "
        "index date and had not taken before.",
        "Known on the index date: lanreotide (from 2014-01-01). Starting one of these again is not new.",
        "everolimus started on 2015-02-10, day 40: the first new systemic therapy.",
        "Lanreotide started on 2015-03-01, day 59: not new, it was taken before.",
        "So the event is on day 40: new systemic therapy.",
        "The data cut-off 2015-02-01 is day 31: what came after is not known yet, so the time is censored there.",
    )
    assert found.times[0].result == "censored on day 31 (1.0 months): data cut-off"


def test_a_patient_outside_the_cohort_is_told_how_far_a_treatment_came(tmp_path: Path) -> None:
    source = TinySource(tmp_path / "tiny", STUDY)
    source.patient("in", ("2015-01-01", "RFA"))
    source.patient("out", ("2015-01-01", "RFA", "symptom control"), ("2014-01-01", "lobar HAE"))
    source.patient("never")
    data = source.build()
    found = explain(data, "out", Selection())
    assert found.times == ()
    assert found.membership == (
        "Not in the cohort: no local treatment passed every step. T2 came furthest and stopped at “treated by "
        "other than lobar HAE”."
    )
    assert (
        explain(data, "never", Selection()).membership
        == "Not in the cohort: the patient had no local treatment."
    )


def test_an_index_date_after_the_cut_off_is_not_known_yet(tangled: DataSet) -> None:
    last = tangled.database.rows(
        "SELECT patient_id, index_date FROM cohort ORDER BY index_date DESC LIMIT 1"
    )[0]
    found = explain(tangled, last[0], Selection(cutoff=last[1] - timedelta(1)))
    assert found.times == ()
    assert found.membership.startswith(f"The index date {last[1]} is after the data cut-off")


def test_a_trials_time_is_explained_from_its_file(shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "trial.csv"
    path.write_text(
        "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC\n"
        "A,X,TTX,Time to x,2.5,MONTHS,0,Seen\nB,X,TTX,Time to x,4,MONTHS,1,Still well\n",
        encoding="utf-8",
    )
    build_adtte(shelf, "trial", path)
    found = explain(open_dataset(shelf, "trial"), "A", Selection())
    assert found.times[0].lines == (
        "The file gives the time as 2.5 months.",
        "Times run in whole days: 2.5 × 30.4375 = 76.09, which is day 76.",
        "The file says how it ended: Seen, read as event.",
    )
    assert (found.times[0].days, found.times[0].status) == (76, Status.EVENT)


@pytest.mark.parametrize("name", ["mgus2", "lung"])
def test_every_time_of_a_public_data_set_is_explained_as_it_is_stored(shelf: Shelf, name: str) -> None:
    build_adtte(shelf, name, REFERENCE / f"{name}_adtte.csv")
    data = open_dataset(shelf, name)
    last = data.last_date
    assert last is not None
    for cutoff in (None, last - timedelta(365)):
        selection = Selection(cutoff=cutoff)
        stored = stored_times(data, selection)
        some = sorted({patient for patient, _ in stored})[::25]
        assert len(some) > 5
        for patient in some:
            told = {
                (patient, t.endpoint): (t.days, t.status, t.reason)
                for t in explain(data, patient, selection).times
            }
            assert told == {key: value for key, value in stored.items() if key[0] == patient}


def test_an_unknown_patient_is_refused(shelf: Shelf) -> None:
    with pytest.raises(OptionRefused, match="“synthetic” has no patient 'Nobody'"):
        explain(open_dataset(shelf, "synthetic"), "Nobody", Selection())


def test_the_command_line_explains_a_patient(shelf: Shelf, cli) -> None:
    assert shelf.names() == ["synthetic"]
    told = cli("explain", "--dataset", "synthetic", "--patient", "P05", "--endpoint", "OS")
    assert [time["endpoint"] for time in told.json["times"]] == ["OS"]
    assert told.json["times"][0]["rules"][0] == "The event is death."
    assert [each["is_index"] for each in told.json["treatments"]].count(True) == 1
    refused = cli("explain", "--dataset", "synthetic", "--patient", "P05", "--endpoint", "XX")
    assert (refused.code, refused.json) == (2, None)
    assert "has no endpoint 'XX'" in refused.said
