"""Side effects: which event belongs to which treatment, and exact intervals."""

from __future__ import annotations

import csv
import re
import statistics
from collections import defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from gepnet_core.errors import ControlMissing, NothingLeft, OptionRefused
from gepnet_core.export import side_effect_lines
from gepnet_core.selection import Selection
from gepnet_core.side_effects import proportion, result_sentence, side_effects
from gepnet_core.store import build_adtte, build_source, open_dataset
from tests.conftest import REFERENCE
from tests.test_pages import Opener, control, open_page, table, words

__all__ = ["open_page"]


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def counted_again(
    folder: Path, shelf, window: int, *, index_only: bool
) -> dict[tuple[str | None, str], tuple[int, int, int]]:
    """Count (of, any grade, grade 3 and above) by modality and term, treatment by treatment."""
    header, people = open_dataset(shelf, "synthetic").patients(Selection())
    index = {row[0]: (row[header.index("index_date")], row[1]) for row in people}
    treatments, starts = rows(folder, "local_treatments"), defaultdict(list)
    for row in treatments:
        starts[row["patient_id"]].append(date.fromisoformat(row["date"]))
    for row in rows(folder, "systemic_therapies"):
        starts[row["patient_id"]].append(date.fromisoformat(row["start_date"]))
    events = rows(folder, "adverse_events")
    found: dict[tuple[str | None, str], list[int]] = {}
    terms = sorted({event["term"] for event in events})
    judged = []
    for row in treatments:
        person, day = row["patient_id"], date.fromisoformat(row["date"])
        if person not in index or day < index[person][0]:
            continue
        is_index = day == index[person][0] and row["modality"] == index[person][1]
        if is_index or not index_only:
            judged.append((row, person, day))
    for row, person, day in judged:
        after = [start for start in starts[person] if start > day]
        own = [
            (event["term"], int(event["ctcae_grade"]))
            for event in events
            if event["treatment"] == row["treatment_id"]
            and (date.fromisoformat(event["date"]) - day).days <= window
            and all(date.fromisoformat(event["date"]) < start for start in after)
        ]
        for term in ["any side effect", *terms]:
            grades = [grade for name, grade in own if term in (name, "any side effect")]
            for modality in (None, row["modality"]):
                cell = found.setdefault((modality, term), [0, 0, 0])
                cell[0] += 1
                cell[1] += bool(grades)
                cell[2] += max(grades, default=0) >= 3
    return {key: (cell[0], cell[1], cell[2]) for key, cell in found.items()}


@pytest.mark.parametrize("window", [1, 14, 90, 365])
def test_every_count_agrees_with_the_source_tables_read_again(
    shelf, synthetic_copy: Path, window: int
) -> None:
    found = side_effects(open_dataset(shelf, "synthetic"), Selection(), window=window)
    for index_only, table_ in ((True, found.per_patient), (False, found.per_treatment)):
        again = counted_again(synthetic_copy, shelf, window, index_only=index_only)
        shown = {(r.modality, r.term): (r.any_grade.n, r.any_grade.count, r.severe.count) for r in table_}
        assert shown == {key: again[key] for key in shown}
        assert all(cell[1] == 0 for key, cell in again.items() if key not in shown)
        assert sum(row.any_grade.count for row in table_) > 0
    sizes = {row.modality: row.any_grade.n for row in found.per_patient}
    assert sizes == {None: 59, "resection": 16, "RFA": 17, "EBRT": 15, "HAE": 11}


def changed(folder: Path, shelf, *events: str, name: str = "own"):
    """Import the cohort with these side effects alone, as "term,date,grade,treatment" of patient P05 (T006)."""
    lines = ["patient_id,date,term,ctcae_grade,treatment"]
    for event in events:
        term, day, grade, treatment = event.split(",")
        lines.append(f"P05,{day},{term},{grade},{treatment}")
    (folder / "adverse_events.csv").write_text("\n".join(lines) + "\n")
    build_source(shelf, name, folder)
    return open_dataset(shelf, name)


def test_only_events_from_the_treatment_to_the_next_start_and_in_the_window_count(
    shelf, synthetic_copy: Path
) -> None:
    treated = next(
        date.fromisoformat(row["date"])
        for row in rows(synthetic_copy, "local_treatments")
        if row["treatment_id"] == "T006"
    )

    def day(number: int) -> str:
        return date.fromordinal(treated.toordinal() + number).isoformat()

    data = changed(
        synthetic_copy,
        shelf,
        f"Fever,{day(0)},1,T006",
        f"Fever,{day(10)},3,T006",
        f"Nausea,{day(10)},2,T006",
        f"Pain,{day(11)},2,T006",
    )
    rows_of = {
        r.term: r for r in side_effects(data, Selection(), window=10).per_patient if r.modality is None
    }
    assert rows_of["any side effect"].grades == (0, 0, 1, 0, 0), "of several the worst counts, once a patient"
    assert rows_of["Fever"].grades == (0, 0, 1, 0, 0)
    assert (rows_of["Fever"].onset_first, rows_of["Nausea"].onset_first) == (0, 10)
    assert "Pain" not in rows_of
    with (synthetic_copy / "systemic_therapies.csv").open("a", encoding="utf-8") as handle:
        handle.write(f"P05,sunitinib,{day(10)},\n")
    data = changed(
        synthetic_copy, shelf, f"Fever,{day(9)},1,T006", f"Nausea,{day(10)},2,T006", f"Pain,{day(99)},2,T006"
    )
    found = side_effects(data, Selection())
    assert {r.term for r in found.per_patient} == {"any side effect", "Fever"}
    assert found.left_out == {"on or after the next start of a treatment": 2}


def test_what_is_not_known_at_the_cut_off_does_not_count(shelf, synthetic_copy: Path) -> None:
    local = rows(synthetic_copy, "local_treatments")
    treated = next(date.fromisoformat(row["date"]) for row in local if row["treatment_id"] == "T006")

    def day(number: int) -> date:
        return date.fromordinal(treated.toordinal() + number)

    with (synthetic_copy / "local_treatments.csv").open("a", encoding="utf-8") as handle:
        line = dict.fromkeys(local[0], "") | next(row for row in local if row["treatment_id"] == "T006")
        line |= {"treatment_id": "T999", "date": day(40).isoformat()}
        handle.write(",".join(line.values()) + "\n")
    told = [f"Fever,{day(10)},1,T006", f"Fever,{day(20)},3,T006", f"Pain,{day(30)},2,T006"]
    data = changed(synthetic_copy, shelf, *told)

    def counted(cutoff: date | None, window: int = 90):
        found = side_effects(data, Selection(cutoff=cutoff), window=window)
        worst = {row.term: row.grades for row in found.per_patient if row.modality is None}
        return worst, found.per_treatment[0].any_grade.n, found.left_out

    before, on = counted(day(19)), counted(day(20))
    assert before[0]["Fever"] == (1, 0, 0, 0, 0)
    assert on[0]["Fever"] == (0, 0, 1, 0, 0), "an event on the day of the cut-off is known"
    assert "Pain" not in on[0]
    assert counted(day(40))[1] == counted(day(39))[1] + 1, "so is a treatment on that day"
    assert counted(None, 15)[2] == {"after the window": 2}


def test_terms_stand_by_frequency_with_the_median_onset(shelf, synthetic_copy: Path) -> None:
    local = {row["treatment_id"]: row for row in rows(synthetic_copy, "local_treatments")}
    chosen = [local[name] for name in ("T006", *sorted(set(local) - {"T006"}))]
    header, people = open_dataset(shelf, "synthetic").patients(Selection())
    index = {row[0]: row[header.index("index_date")] for row in people}
    first = [row for row in chosen if index.get(row["patient_id"]) == date.fromisoformat(row["date"])][:3]
    lines = ["patient_id,date,term,ctcae_grade,treatment"]
    for row, onset in zip(first, (0, 1, 5), strict=True):
        day = date.fromordinal(date.fromisoformat(row["date"]).toordinal() + onset)
        lines.append(f"{row['patient_id']},{day},Zoster,1,{row['treatment_id']}")
    lines.append(lines[1].replace("Zoster", "Ache"))
    (synthetic_copy / "adverse_events.csv").write_text("\n".join(lines) + "\n")
    build_source(shelf, "own", synthetic_copy)
    found = side_effects(open_dataset(shelf, "own"), Selection())
    whole = [row for row in found.per_patient if row.modality is None]
    assert [row.term for row in whole] == ["any side effect", "Zoster", "Ache"]
    assert (whole[1].onset_median, whole[1].onset_first, whole[1].onset_last) == (1, 0, 5)


def test_the_filters_and_the_cut_off_hold(shelf) -> None:
    data = open_dataset(shelf, "synthetic")
    whole = side_effects(data, Selection(("RFA",)))
    assert {row.modality for row in whole.per_patient} == {None, "RFA"}
    cut = side_effects(data, Selection(("RFA",), cutoff=date(2015, 6, 30)))
    assert cut.per_patient[0].any_grade.n == data.n_selected(Selection(("RFA",), cutoff=date(2015, 6, 30)))
    assert cut.per_patient[0].any_grade.count < whole.per_patient[0].any_grade.count
    with pytest.raises(NothingLeft):
        side_effects(data, Selection(index_to=date(1990, 1, 1)))
    with pytest.raises(OptionRefused, match="1 to 365 days"):
        side_effects(data, Selection(), window=0)


def test_a_modality_called_all_is_not_all_together(
    synthetic_copy: Path, open_page: Opener, shelf, cli
) -> None:
    called(synthetic_copy, "RFA", "all")
    build_source(shelf, "renamed", synthetic_copy)
    plain, found = (side_effects(open_dataset(shelf, name), Selection()) for name in ("synthetic", "renamed"))
    for before, after in ((plain.per_patient, found.per_patient), (plain.per_treatment, found.per_treatment)):
        named = [replace(row, modality="all") if row.modality == "RFA" else row for row in before]
        assert list(after) == named
    assert result_sentence(found) == result_sentence(plain)

    shown, kept = (table(open_page("side_effects.py", dataset=name)) for name in ("renamed", "synthetic"))
    assert list(shown.columns) == [name.replace("RFA", "all") for name in kept.columns]
    assert "All, of 59" in shown.columns
    assert shown.values.tolist() == kept.values.tolist()

    told = cli("side-effects", "--dataset", "renamed", "--json").json["per_patient"]
    lines = [line.split(",")[3:6] for line in side_effect_lines(found)][1 : len(told) + 1]
    for answer in (
        [(row["modality"], row["n"]) for row in told],
        [(line[0], int(line[2])) for line in lines],
    ):
        assert answer[:5] == [("all", 59), ("resection", 16), ("all", 17), ("EBRT", 15), ("HAE", 11)]


def called(folder: Path, before: str, after: str) -> None:
    """Call a modality something else in the source tables and their settings."""
    for path in (*folder.glob("*.csv"), *folder.glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(rf"\b{before}\b", after, text), encoding="utf-8")


@pytest.mark.parametrize(
    ("count", "n", "lower", "upper"),
    [  # binom.test of R 4.2.2
        pytest.param(0, 10, 0.0, 0.308497105, id="none"),
        pytest.param(10, 10, 0.691502895, 1.0, id="all"),
        pytest.param(7, 59, 0.0490557906, 0.2292925490, id="some"),
        pytest.param(1, 1, 0.025, 1.0, id="the-only-one"),
    ],
)
def test_exact_limits_are_those_of_r(count: int, n: int, lower: float, upper: float) -> None:
    found = proportion(count, n, 0.95)
    assert (found.lower, found.upper) == (pytest.approx(lower, abs=1e-8), pytest.approx(upper, abs=1e-8))


def test_an_imported_trial_says_why_there_are_none(shelf, cli) -> None:
    build_adtte(shelf, "lung", REFERENCE / "lung_adtte.csv")
    with pytest.raises(ControlMissing, match="times to events, without side effects"):
        side_effects(open_dataset(shelf, "lung"), Selection())
    told = cli("side-effects", "--dataset", "lung", "--json")
    assert (told.code, told.json) == (2, None)
    assert "was imported as times to events, without side effects" in told.said


def test_the_screen_shows_the_command_lines_counts_and_follows_the_window(open_page: Opener, cli) -> None:
    app = open_page("side_effects.py")
    for window in (90, 5):
        if window != 90:
            control(app, "text_input", "Window, days (1 to 365)").set_value(str(window)).run()
        told = cli("side-effects", "--dataset", "synthetic", "--window", window, "--json").json
        shown = table(app)
        cells = [
            (term.lower(), heading, cell) for term, line in shown.iterrows() for heading, cell in line.items()
        ]
        assert len(cells) == len(told["per_patient"])
        for (term, heading, cell), row in zip(cells, told["per_patient"], strict=True):
            part = row["any_grade"]
            assert term == row["term"].lower()
            assert heading.endswith(f", of {row['n']}")
            assert int(cell.split()[0]) == part["count"]
            assert float(cell.split("–")[1]) == pytest.approx(100 * part["upper"], abs=0.0501)
        assert f"{told['per_patient'][0]['any_grade']['count']} of 59 patients" in words(app)
    onset = [row["onset_days"]["median"] for row in told["per_patient"] if row["onset_days"]["median"]]
    assert onset
    assert statistics.median(onset) <= 5


def test_an_imported_trials_screen_says_why_it_is_empty(open_page: Opener, shelf) -> None:
    build_adtte(shelf, "lung", REFERENCE / "lung_adtte.csv")
    app = open_page("side_effects.py", dataset="lung")
    assert "was imported as times to events, without side effects" in words(app)
    assert len(app.main.table) == 0
