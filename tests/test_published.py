"""Published figures: all come out of the shipped cohort, and one changed record turns them false."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gepnet_core.errors import FileRefused
from gepnet_core.published_figures import read_published
from gepnet_core.store import build_source, open_shelf

ROOT = Path(__file__).resolve().parents[1]
PRINTED = {
    ("Patients", "patients", 59.0),
    ("Surgical resection", "%", 27.0),
    ("Radiofrequency ablation", "%", 29.0),
    ("External beam radiation", "%", 25.0),
    ("Selective hepatic arterial embolization", "%", 19.0),
    ("Median follow-up", "months", 17.0),
    ("New systemic treatment", "patients", 19.0),
    ("New systemic treatment", "%", 32.2),
    ("Further local and no new systemic treatment", "patients", 6.0),
    ("Further local and no new systemic treatment", "%", 10.2),
    ("Median time to new systemic treatment", "months", 42.0),
    ("Median time to new systemic treatment, lower limit", "months", 9.7),
    ("Median time to new systemic treatment, upper limit", "months", 74.3),
    ("Median time to any additional intervention", "months", 21.0),
    ("Median time to any additional intervention, lower limit", "months", 11.4),
    ("Median time to any additional intervention, upper limit", "months", 30.6),
    ("Deaths", "patients", 4.0),
}


def change(folder: Path, table: str, where: dict[str, str], put: dict[str, str]) -> None:
    """Change exactly one record of a table: the row with these cells gets those."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    found = [row for row in rows if where.items() <= row.items()]
    assert len(found) == 1
    assert not put.items() <= found[0].items()
    found[0].update(put)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def remove(folder: Path, table: str, where: dict[str, str]) -> None:
    """Remove exactly one record of a table."""
    path = folder / f"{table}.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    header = lines[0].strip().split(",")
    kept = [
        line
        for line in lines[1:]
        if not where.items() <= dict(zip(header, next(csv.reader([line])), strict=True)).items()
    ]
    assert len(kept) == len(lines) - 2
    path.write_text("".join([lines[0], *kept]), encoding="utf-8")


def not_reproduced(cli, folder: Path) -> set[tuple[str, str]]:
    """Import a changed copy; return figure and unit of what is no longer reproduced."""
    build_source(open_shelf(), "changed", folder)
    answer = cli("published", "--dataset", "changed", "--json")
    failed = {(row["figure"], row["unit"]) for row in answer.json if not row["reproduced"]}
    assert answer.code == (1 if failed else 0)
    for row in answer.json:
        assert row["reproduced"] is (row["live"] == row["published"])
    return failed


def test_every_published_figure_comes_out_of_the_shipped_cohort(cli):
    answer = cli("published", "--json")
    assert answer.code == 0
    assert [row["figure"] for row in answer.json if not row["reproduced"]] == []
    assert {(row["figure"], row["unit"], row["published"]) for row in answer.json} >= PRINTED
    assert all(row["live"] == row["published"] for row in answer.json)


def test_the_follow_up_is_reproduced_both_ways_and_both_are_named(cli):
    found = [row for row in cli("published").json if row["figure"] == "Median follow-up"]
    assert {row["convention"] for row in found} == {"reverse Kaplan-Meier", "plain median of observed time"}


def test_the_intervals_say_their_convention(cli):
    limits = [row for row in cli("published").json if row["figure"].endswith("limit")]
    assert [row["convention"] for row in limits] == ["95 % CI, symmetric (SPSS)"] * 4


def test_an_unchanged_copy_is_reproduced(cli, synthetic_copy):
    assert not_reproduced(cli, synthetic_copy) == set()


def test_a_changed_index_modality_fails_its_shares(cli, synthetic_copy):
    change(synthetic_copy, "local_treatments", {"patient_id": "P03"}, {"modality": "HAE"})
    assert not_reproduced(cli, synthetic_copy) == {
        ("Radiofrequency ablation", "%"),
        ("Selective hepatic arterial embolization", "%"),
    }


def test_an_excluded_index_modality_fails_the_number_of_patients(cli, synthetic_copy):
    change(synthetic_copy, "local_treatments", {"patient_id": "P03"}, {"modality": "lobar HAE"})
    assert ("Patients", "patients") in not_reproduced(cli, synthetic_copy)


def test_a_new_therapy_taken_away_fails_its_count_and_share(cli, synthetic_copy):
    # P01 starts its new agent 1,279 days after the index date, at the published median
    remove(synthetic_copy, "systemic_therapies", {"patient_id": "P01", "start_date": "2017-07-12"})
    failed = not_reproduced(cli, synthetic_copy)
    assert {("New systemic treatment", "patients"), ("New systemic treatment", "%")} <= failed
    assert ("Median time to new systemic treatment", "months") in failed
    assert ("Patients", "patients") not in failed


def test_a_new_therapy_on_another_day_fails_the_median_only(cli, synthetic_copy):
    where = {"patient_id": "P01", "start_date": "2017-07-12"}
    change(synthetic_copy, "systemic_therapies", where, {"start_date": "2017-05-12"})
    failed = not_reproduced(cli, synthetic_copy)
    assert ("Median time to new systemic treatment", "months") in failed
    assert ("New systemic treatment", "patients") not in failed


def test_a_known_agent_instead_of_a_new_one_fails_the_count(cli, synthetic_copy):
    where = {"patient_id": "P01", "start_date": "2017-07-12"}
    change(synthetic_copy, "systemic_therapies", where, {"agent": "octreotide LAR"})
    assert ("New systemic treatment", "patients") in not_reproduced(cli, synthetic_copy)


def test_a_death_more_fails_the_deaths_only(cli, synthetic_copy):
    change(synthetic_copy, "follow_up", {"patient_id": "P02"}, {"death_date": "2017-08-10"})
    failed = not_reproduced(cli, synthetic_copy)
    assert ("Deaths", "patients") in failed
    assert not {("New systemic treatment", "patients"), ("Patients", "patients")} & failed


def test_a_death_less_fails_the_deaths(cli, synthetic_copy):
    with (synthetic_copy / "follow_up.csv").open(encoding="utf-8", newline="") as handle:
        dead = [row for row in csv.DictReader(handle) if row["death_date"] and row["patient_id"] <= "P59"]
    dead = [row for row in dead if len(row["patient_id"]) == 3]
    assert len(dead) == 4
    change(synthetic_copy, "follow_up", {"patient_id": dead[0]["patient_id"]}, {"death_date": ""})
    assert ("Deaths", "patients") in not_reproduced(cli, synthetic_copy)


def test_a_shorter_follow_up_fails_the_follow_up(cli, synthetic_copy):
    # P31 was watched for 594 days, longer than the median of 516; without them it is 492 days, 16 months
    change(synthetic_copy, "follow_up", {"patient_id": "P31"}, {"last_contact_date": "2016-07-01"})
    failed = not_reproduced(cli, synthetic_copy)
    assert ("Median follow-up", "months") in failed
    assert not {("Patients", "patients"), ("Deaths", "patients")} & failed


def test_a_further_treatment_more_fails_its_count(cli, synthetic_copy):
    path = synthetic_copy / "local_treatments.csv"
    with path.open("a", encoding="utf-8") as handle:
        handle.write("T900,P02,2015-01-10,RFA,liver,symptom control\n")
    failed = not_reproduced(cli, synthetic_copy)
    assert ("Further local and no new systemic treatment", "patients") in failed
    assert ("Further local and no new systemic treatment", "%") in failed
    assert ("New systemic treatment", "patients") not in failed


def test_another_printed_figure_is_not_reproduced(cli, synthetic_copy):
    path = synthetic_copy / "published.toml"
    text = path.read_text(encoding="utf-8")
    assert text.count('published = "9.7"') == 1
    path.write_text(text.replace('published = "9.7"', 'published = "9.8"'), encoding="utf-8")
    assert not_reproduced(cli, synthetic_copy) == {
        ("Median time to new systemic treatment, lower limit", "months")
    }


def test_figures_keep_the_digits_that_were_printed():
    figures = read_published((ROOT / "data/synthetic/published.toml").read_text(encoding="utf-8"))
    assert {figure.printed for figure in figures} >= {"59", "32.2", "10.2", "42", "9.7", "74.3", "21", "11.4"}


@pytest.mark.parametrize(
    ("change_of", "words"),
    [
        pytest.param(("unit = ", "units = "), "figure 1 lacks unit", id="part-missing"),
        pytest.param(
            ("unit = ", 'note = "x"\nunit = '), "figure 1 has the unknown part note", id="unknown-part"
        ),
        pytest.param(('"32.2"', "32.2"), "published must be a number in quotes", id="number-without-quotes"),
        pytest.param(('"59"', '"many"'), "published must be a number in quotes", id="not-a-number"),
    ],
)
def test_a_figure_that_cannot_be_read_is_refused(change_of, words):
    text = (ROOT / "data/synthetic/published.toml").read_text(encoding="utf-8")
    with pytest.raises(FileRefused, match=f"published.toml: .*{words}"):
        read_published(text.replace(*change_of, 1))
