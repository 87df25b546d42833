"""Eligibility on cohorts of a few patients: each step, its boundaries, and which treatment is the index."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from gepnet_core import contract
from gepnet_core.errors import CohortError
from gepnet_core.export_tables import settings_toml
from gepnet_core.report import methods
from gepnet_core.selection import Selection
from gepnet_core.settings import Settings, parse_settings
from gepnet_core.store import DataSet, Shelf, build_source, open_dataset

FOCAL = "focal progression"
STUDY = """
modalities = [
    { value = "resection", label = "Resection" },
    { value = "RFA", label = "RFA" },
    { value = "HAE", label = "Selective HAE" },
]
[eligibility]
primary_sites = ["pancreas", "rectum"]
window = { from = 2014-01-01, to = 2017-05-31 }
excluded_modalities = [{ value = "lobar HAE", label = "lobar HAE" }]
"""


@dataclass
class TinySource:
    """A source folder written row by row; every date is ISO text, None is an empty cell."""

    folder: Path
    settings: str = ""
    rows: dict[str, list[tuple[object, ...]]] = field(default_factory=dict)

    def patient(
        self,
        name: str,
        *treatments: tuple[object, ...],
        site: str = "pancreas",
        metastatic: str | None = "2010-01-01",
        contact: str = "2018-12-31",
        death: str | None = None,
    ) -> TinySource:
        """Add a patient; a treatment is (date, modality) or (date, modality, indication)."""
        self._add("patients", name, None, 1950, site, None, None, None, metastatic)
        self._add("follow_up", name, contact, death, None)
        for day, modality, *indication in treatments:
            number = len(self.rows.get("local_treatments", []))
            told = indication[0] if indication else FOCAL
            self._add("local_treatments", f"T{number}", name, day, modality, None, told)
        return self

    def systemic(self, name: str, agent: str, start: str, stop: str | None = None) -> TinySource:
        """Add a course of an agent."""
        return self._add("systemic_therapies", name, agent, start, stop)

    def progression(self, name: str, day: str, extent: str = "focal") -> TinySource:
        """Add a progression."""
        return self._add("progressions", name, day, extent)

    def _add(self, table: str, *row: object) -> TinySource:
        self.rows.setdefault(table, []).append(row)
        return self

    def build(self) -> DataSet:
        """Write the folder, build it on a shelf beside it, and open it."""
        self.folder.mkdir()
        for table in contract.TABLES:
            with (self.folder / table.file).open("w", encoding="utf-8", newline="") as handle:
                writer = csv.writer(handle)
                writer.writerow([column.name for column in table.columns])
                writer.writerows(self.rows.get(table.name, []))
        if self.settings:
            (self.folder / "settings.toml").write_text(self.settings, encoding="utf-8")
        shelf = Shelf(self.folder.with_name("tiny-shelf"))
        build_source(shelf, "tiny", self.folder)
        return open_dataset(shelf, "tiny")


def index_treatments(dataset: DataSet) -> dict[str, tuple[str, str]]:
    """Return index date and modality of every patient of the cohort."""
    header, rows = dataset.patients(Selection())
    found = [dict(zip(header, row, strict=True)) for row in rows]
    return {row["patient_id"]: (str(row["index_date"]), row["modality"]) for row in found}


@pytest.fixture
def study(tmp_path: Path) -> TinySource:
    """An empty source folder with a study's settings."""
    return TinySource(tmp_path / "tiny", STUDY)


@pytest.fixture
def open_settings(tmp_path: Path) -> TinySource:
    """An empty source folder without settings."""
    return TinySource(tmp_path / "tiny")


EXCLUSIONS = {
    "gep_net": {"site": "lung"},
    "metastatic": {"metastatic": "2015-03-02"},
    "local_treatment": {"treatments": []},
    "focal_progression": {"treatments": [("2015-03-01", "RFA", "symptom control")]},
    "window": {"treatments": [("2013-12-31", "RFA")]},
    "excluded_0": {"treatments": [("2015-03-01", "lobar HAE")]},
}


@pytest.mark.parametrize("step", EXCLUSIONS)
def test_each_step_excludes_the_patient_who_fails_only_there(study, step):
    told = dict(EXCLUSIONS[step])
    treatments = told.pop("treatments", [("2015-03-01", "RFA")])
    dataset = study.patient("OUT", *treatments, **told).patient("IN", ("2015-03-01", "RFA")).build()
    assert index_treatments(dataset) == {"IN": ("2015-03-01", "RFA")}
    left = {row.code: row.patients for row in dataset.attrition()}
    codes = ["records", *EXCLUSIONS]
    assert list(left) == codes
    at = codes.index(step)
    assert [left[code] for code in codes] == [2] * at + [1] * (len(codes) - at)


def test_never_metastatic_and_no_indication_are_not_eligible(study):
    dataset = (
        study.patient("NEVER", ("2015-03-01", "RFA"), metastatic=None)
        .patient("UNTOLD", ("2015-03-01", "RFA", None))
        .patient("IN", ("2015-03-01", "RFA"))
        .build()
    )
    assert list(index_treatments(dataset)) == ["IN"]
    left = {row.code: row.patients for row in dataset.attrition()}
    assert (left["gep_net"], left["metastatic"], left["focal_progression"]) == (3, 2, 1)


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        pytest.param(("2013-06-01", "RFA"), "2015-06-01", id="before-the-window"),
        pytest.param(("2014-06-01", "lobar HAE"), "2015-06-01", id="excluded-modality"),
        pytest.param(("2014-06-01", "RFA", "symptom control"), "2015-06-01", id="other-indication"),
        pytest.param(("2009-12-31", "RFA"), "2015-06-01", id="before-metastasis"),
        pytest.param(("2014-06-01", "RFA"), "2014-06-01", id="eligible-itself"),
    ],
)
def test_an_excluded_treatment_excludes_no_later_one(study, first, expected):
    dataset = study.patient("P", first, ("2015-06-01", "HAE"), ("2016-06-01", "resection")).build()
    assert index_treatments(dataset)["P"][0] == expected


def test_an_excluded_treatment_afterwards_does_not_exclude(study):
    dataset = study.patient("P", ("2015-06-01", "RFA"), ("2015-07-01", "lobar HAE")).build()
    assert index_treatments(dataset) == {"P": ("2015-06-01", "RFA")}


def test_the_steps_hold_for_one_treatment_not_for_several_together(study):
    dataset = (
        study.patient("P", ("2013-06-01", "RFA"), ("2015-06-01", "RFA", "consolidation"))
        .patient("IN", ("2015-03-01", "RFA"))
        .build()
    )
    left = {row.code: row.patients for row in dataset.attrition()}
    assert list(index_treatments(dataset)) == ["IN"]
    assert (left["focal_progression"], left["window"]) == (2, 1)


@pytest.mark.parametrize(
    ("day", "inside"),
    [
        pytest.param("2013-12-31", False, id="day-before-the-first"),
        pytest.param("2014-01-01", True, id="first-day"),
        pytest.param("2017-05-31", True, id="last-day"),
        pytest.param("2017-06-01", False, id="day-after-the-last"),
    ],
)
def test_both_ends_of_the_window_are_inside(study, day, inside):
    dataset = study.patient("EDGE", (day, "RFA")).patient("IN", ("2015-03-01", "RFA")).build()
    assert ("EDGE" in index_treatments(dataset)) is inside


@pytest.mark.parametrize(
    ("window", "inside"),
    [
        pytest.param("from = 2014-01-01", ["IN", "LATE"], id="only-from"),
        pytest.param("to = 2017-05-31", ["EARLY", "IN"], id="only-to"),
    ],
)
def test_a_window_with_one_end_is_open_at_the_other(tmp_path, window, inside):
    source = TinySource(tmp_path / "tiny", f"[eligibility]\nwindow = {{ {window} }}\n")
    dataset = (
        source.patient("EARLY", ("2012-01-01", "RFA"))
        .patient("IN", ("2015-01-01", "RFA"))
        .patient("LATE", ("2018-01-01", "RFA"))
        .build()
    )
    assert sorted(index_treatments(dataset)) == inside


def test_metastatic_on_the_day_of_treatment_is_metastatic(study):
    dataset = study.patient("P", ("2015-03-01", "RFA"), metastatic="2015-03-01").build()
    assert list(index_treatments(dataset)) == ["P"]


def test_two_on_one_day_take_the_order_of_the_modalities_and_are_listed(study):
    dataset = (
        study.patient("TWO", ("2015-03-01", "HAE"), ("2015-03-01", "RFA"))
        .patient("UNLABELLED", ("2015-03-01", "EBRT"), ("2015-03-01", "HAE"))
        .patient("LATER", ("2015-03-01", "HAE"), ("2016-03-01", "RFA"), ("2016-03-01", "resection"))
        .patient("OTHER", ("2015-03-01", "HAE"), ("2015-03-01", "RFA", "consolidation"))
        .build()
    )
    assert {name: modality for name, (_, modality) in index_treatments(dataset).items()} == {
        "TWO": "RFA",
        "UNLABELLED": "HAE",
        "LATER": "HAE",
        "OTHER": "HAE",
    }
    assert dataset.same_day_treatments() == 2


def test_without_settings_there_is_no_window_and_no_modality_is_excluded(open_settings):
    dataset = (
        open_settings.patient("EARLY", ("2011-01-01", "lobar HAE"))
        .patient("LATE", ("2018-12-31", "cytoreductive surgery"), site="lung")
        .patient("OTHER", ("2015-01-01", "RFA", "symptom control"))
        .build()
    )
    assert index_treatments(dataset) == {
        "EARLY": ("2011-01-01", "lobar HAE"),
        "LATE": ("2018-12-31", "cytoreductive surgery"),
    }
    assert [row.code for row in dataset.attrition()] == [
        "records",
        "metastatic",
        "local_treatment",
        "focal_progression",
    ]


def test_settings_may_take_any_indication(tmp_path):
    source = TinySource(tmp_path / "tiny", "[eligibility]\nfocal_only = false\n")
    dataset = source.patient("P", ("2015-01-01", "RFA", "symptom control")).build()
    assert list(index_treatments(dataset)) == ["P"]


def test_modalities_come_from_the_data_labelled_ones_first(study):
    dataset = (
        study.patient("A", ("2015-01-01", "cryotherapy"))
        .patient("B", ("2015-01-01", "HAE"))
        .patient("C", ("2015-01-01", "RFA"))
        .build()
    )
    assert list(dataset.modality_labels.items()) == [
        ("RFA", "RFA"),
        ("HAE", "Selective HAE"),
        ("cryotherapy", "cryotherapy"),
    ]


def test_the_shipped_cohort_goes_from_its_records_to_59_and_every_reason_occurs(shelf):
    dataset = open_dataset(shelf, "synthetic")
    left = dataset.attrition()
    assert [row.code for row in left] == [
        "records",
        "gep_net",
        "metastatic",
        "local_treatment",
        "focal_progression",
        "window",
        "excluded_0",
        "excluded_1",
    ]
    with (Path(__file__).parents[1] / "data/synthetic/patients.csv").open(encoding="utf-8") as handle:
        assert left[0].patients == sum(1 for _ in csv.DictReader(handle))
    losses = [before.patients - after.patients for before, after in pairwise(left)]
    assert losses == [12, 10, 28, 18, 14, 11, 8]
    assert left[-1].patients == dataset.n == 59
    assert dataset.index_dates is not None
    assert date(2014, 1, 1) <= dataset.index_dates[0] <= dataset.index_dates[1] <= date(2017, 5, 31)


WAIVED = "[eligibility]\nmetastatic = false\nfocal_only = false\n"


def test_metastases_may_be_waived_and_a_later_one_is_not_known_on_the_index_date(tmp_path):
    dataset = (
        TinySource(tmp_path / "tiny", WAIVED)
        .patient("BEFORE", ("2015-01-01", "RFA"), metastatic="2014-01-01")
        .patient("LATER", ("2015-01-01", "RFA"), metastatic="2016-01-01")
        .patient("NEVER", ("2015-01-01", "RFA", "symptom control"), metastatic=None)
        .patient("UNTREATED", metastatic=None)
        .build()
    )
    assert sorted(index_treatments(dataset)) == ["BEFORE", "LATER", "NEVER"]
    assert [(row.code, row.patients) for row in dataset.attrition()] == [
        ("records", 4),
        ("local_treatment", 3),
    ]
    sql = "SELECT patient_id, months_since_metastasis FROM cohort ORDER BY 1"
    assert dataset.database.rows(sql) == [("BEFORE", 12.0), ("LATER", None), ("NEVER", None)]


@pytest.mark.parametrize(
    ("settings", "patient", "said"),
    [
        pytest.param("", {"metastatic": None}, "eligibility.metastatic to false", id="metastatic"),
        pytest.param("", {"indication": "pain"}, "eligibility.focal_only to false", id="focal"),
        pytest.param(
            'primary_sites = ["lung"]\n', {}, "leave eligibility.primary_sites out", id="primary-sites"
        ),
        pytest.param("window = { to = 2000-01-01 }\n", {}, "leave eligibility.window out", id="window"),
        pytest.param(
            'excluded_modalities = [{ value = "RFA", label = "RFA" }]\n',
            {},
            "take this modality out of eligibility.excluded_modalities",
            id="excluded",
        ),
        pytest.param("", {"untreated": True}, "cannot be waived", id="no-treatment"),
    ],
)
def test_where_nobody_is_left_the_step_and_the_setting_that_waives_it_are_named(
    tmp_path, settings, patient, said
):
    source = TinySource(tmp_path / "tiny", f"[eligibility]\n{settings}")
    treatments = [] if patient.get("untreated") else [("2015-01-01", "RFA", patient.get("indication", FOCAL))]
    source.patient("P", *treatments, metastatic=patient.get("metastatic", "2010-01-01"))
    with pytest.raises(CohortError, match=re.escape(said)) as refused:
        source.build()
    assert "none passed the step" in str(refused.value)


def test_the_local_treatment_cannot_be_waived(tmp_path):
    source = TinySource(tmp_path / "tiny", "[eligibility]\nlocal_treatment = false\n")
    with pytest.raises(CohortError, match="local_treatment cannot be switched off"):
        source.patient("P", ("2015-01-01", "RFA")).build()


def test_a_waived_step_changes_the_version_and_comes_back_from_the_export(tmp_path):
    strict = TinySource(tmp_path / "a").patient("P", ("2015-01-01", "RFA")).build()
    waived = TinySource(tmp_path / "b", "[eligibility]\nmetastatic = false\n")
    dataset = waived.patient("P", ("2015-01-01", "RFA")).build()
    assert dataset.version != strict.version
    told = settings_toml(dataset.meta["settings"])
    assert "metastatic = false" in told
    assert parse_settings("settings.toml", told).metastatic is False
    assert '"metastatic"' not in strict.meta["settings"]  # as it was before the setting was there


def test_methods_name_the_waived_steps():
    assert methods._eligibility(Settings(metastatic=False, focal_only=False))[:2] == [
        "Eligibility was judged for each local treatment of a patient.",
        "Not asked for: metastases by the date of the treatment and focal progression as its indication.",
    ]
