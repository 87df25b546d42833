"""The flow of the patients: who is left out at which step and why, as value object, HTML and CSV."""

from __future__ import annotations

import csv
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gepnet_core.behind import Ended
from gepnet_core.criteria import Between, OneOf
from gepnet_core.export_flow import flow_lines
from gepnet_core.flow import Flow, FlowPart, flow
from gepnet_core.flow_html import FLOW_CSS, flow_html
from gepnet_core.selection import Selection
from gepnet_core.store import DataSet, Shelf, build_adtte, open_dataset
from gepnet_core.store.histories import Listing, n_listed
from gepnet_core.vocabulary import DeathRule


@pytest.fixture
def cohort(shelf: Shelf) -> DataSet:
    """The synthetic cohort."""
    return open_dataset(shelf, "synthetic")


TRIAL = """USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,stage
1,<b>drug</b>,PFS,PFS,10,DAYS,0,I
2,<b>drug</b>,PFS,PFS,20,DAYS,1,II & III
3,placebo,PFS,PFS,30,DAYS,0,
1,<b>drug</b>,OS,OS,11,DAYS,1,I
3,placebo,OS,OS,40,DAYS,1,
"""


@pytest.fixture
def trial(data_dir: Path, tmp_path: Path) -> DataSet:
    """A trial of three without dates, one of whom has no time of OS; its words look like markup."""
    path = tmp_path / "trial.csv"
    path.write_text(TRIAL, encoding="utf-8")
    build_adtte(Shelf(data_dir), "trial", path)
    return open_dataset(Shelf(data_dir), "trial")


def said(found: Flow) -> list[tuple[str, str, int, int]]:
    """Return part, code, left and left out of every step."""
    return [(step.part.value, step.code, step.left, step.out) for step in found.steps]


def test_the_way_runs_from_the_records_over_eligibility_to_the_modalities(cohort: DataSet) -> None:
    found = flow(cohort, Selection(), "TTNST")
    assert (found.start, found.start_label) == (160, "records")
    assert said(found) == [
        ("Eligibility", "gep_net", 148, 12),
        ("Eligibility", "metastatic", 138, 10),
        ("Eligibility", "local_treatment", 110, 28),
        ("Eligibility", "focal_progression", 92, 18),
        ("Eligibility", "window", 78, 14),
        ("Eligibility", "excluded_0", 67, 11),
        ("Eligibility", "excluded_1", 59, 8),
    ]
    assert [(group.label, group.patients) for group in found.groups] == [
        ("Surgical resection", 16),
        ("RFA", 17),
        ("External beam radiation", 15),
        ("Selective HAE", 11),
    ]
    assert found.end == Ended("TTNST")


def test_each_step_says_why_it_leaves_patients_out(cohort: DataSet) -> None:
    reasons = [step.reason for step in flow(cohort, Selection(), "TTNST").steps]
    assert reasons == [
        "primary tumour not a GEP-NET, or not recorded",
        "not metastatic by the date of treatment",
        "no local treatment",
        "not treated for focal progression",
        "not treated from 2014-01-01 to 2017-05-31",
        "treated by lobar HAE only",
        "treated by cytoreductive hepatic surgery only",
    ]


def test_the_readers_filters_follow_each_with_its_own_words(cohort: DataSet) -> None:
    selection = Selection(
        ("RFA", "EBRT"),
        date(2014, 6, 1),
        None,
        date(2016, 1, 31),
        DeathRule.EVENT,
        (OneOf("sex", ("female",)), Between("ki67_percent", 3.0, None)),
    )
    found = flow(cohort, selection, "PFS", by="sex")
    steps = found.of(FlowPart.FILTERS)
    assert [(step.code, step.label) for step in steps] == [
        ("modality", "RFA or External beam radiation"),
        ("index-date", "index date from 2014-06-01"),
        ("criteria", "Sex: female; Ki-67 (%): from 3"),
        ("cutoff", "data cut-off 2016-01-31"),
    ]
    assert steps[-1].left == found.left == cohort.n_selected(selection)
    assert [(group.label, group.patients) for group in found.groups] == [("Sex: female", found.left)]


@pytest.mark.parametrize(
    "selection",
    [
        pytest.param(Selection(), id="everybody"),
        pytest.param(Selection(("HAE",), cutoff=date(2015, 6, 30)), id="filtered"),
        pytest.param(Selection(index_from=date(2019, 1, 1)), id="nobody"),
    ],
)
@pytest.mark.parametrize("by", ["modality", "tumour_grade"])
def test_left_and_left_out_add_up_and_each_number_is_that_of_its_list(
    cohort: DataSet, selection: Selection, by: str
) -> None:
    found = flow(cohort, selection, "TTAI", by=by)

    def listed(behind: object, within: tuple[OneOf, ...] = ()) -> int:
        return n_listed(cohort, Listing(selection, "TTAI", behind, within))  # type: ignore[arg-type]

    before = found.start
    assert listed(found.behind_start) == before
    for step in found.steps:
        assert step.left + step.out == before
        assert (listed(step.behind_left), listed(step.behind_out)) == (step.left, step.out)
        before = step.left
    assert [listed(found.end, group.within) for group in found.groups] == [g.patients for g in found.groups]
    assert sum(group.patients for group in found.groups) == found.left


def test_a_trial_starts_with_its_patients_and_says_who_has_no_time(trial: DataSet) -> None:
    found = flow(trial, Selection(), "OS")
    assert (found.start, found.start_label, found.behind_start) == (3, "patients", None)
    assert said(found) == [("Endpoint", "endpoint", 2, 1)]
    assert found.steps[0].reason == "no time of OS"
    assert [group.patients for group in found.groups] == [1, 1]
    narrowed = flow(trial, Selection(("placebo",)), "PFS")
    assert [(step.reason, step.out) for step in narrowed.steps] == [("outside the chosen treatments", 2)]


class Outline(HTMLParser):
    """What a screen reader meets: text by element, and every tag that is opened or closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.sentences: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")
        if tag in ("p", "h3") or (tag == "li" and "ul" in self.open):
            self.sentences.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.sentences[-1] += data


def outline(text: str) -> Outline:
    """Read HTML; every element that is opened is closed."""
    found = Outline()
    found.feed(text)
    found.close()
    assert found.open == []
    return found


def test_the_diagram_reads_as_sentences_under_its_headings(cohort: DataSet) -> None:
    found = outline(flow_html(flow(cohort, Selection(("RFA",)), "TTNST")))
    assert found.sentences[:4] == [
        "160 records",
        "Eligibility",
        "12 left out: primary tumour not a GEP-NET, or not recorded",
        "148 left: primary tumour is a GEP-NET",
    ]
    assert found.sentences[-4:] == [
        "Your filters",
        "42 left out: outside the chosen modalities",
        "17 left: RFA",
        "17 RFA",
    ]
    assert found.links == []


def test_every_number_but_zero_is_a_link_where_addresses_are_given(cohort: DataSet) -> None:
    diagram = flow(cohort, Selection(index_from=date(2014, 1, 1)), "TTNST")
    found = outline(flow_html(diagram, lambda behind, within: f"patients?a={behind}&b={within}"))
    numbers = [diagram.start, *(n for step in diagram.steps for n in (step.left, step.out))]
    numbers += [group.patients for group in diagram.groups]
    assert len(found.links) == sum(number > 0 for number in numbers) == len(numbers) - 1
    assert found.links[-1].startswith("patients?a=Ended(endpoint='TTNST'")


def test_words_of_the_data_are_never_markup(trial: DataSet) -> None:
    text = flow_html(flow(trial, Selection(criteria=(OneOf("stage", ("I", "II & III")),)), "PFS"))
    assert "<b>" not in text
    assert [sentence for sentence in outline(text).sentences if "drug" in sentence] == ["2 <b>drug</b>"]
    assert "2 left: stage: I or II & III" in outline(text).sentences


def test_every_class_of_the_diagram_has_its_style(cohort: DataSet) -> None:
    text = flow_html(flow(cohort, Selection(("RFA",)), "TTNST"))
    classes = {name for found in re.findall(r'class="([^"]*)"', text) for name in found.split()}
    assert {name for name in classes if f".{name}" not in FLOW_CSS} == set()


def test_the_file_holds_every_box_with_its_numbers(cohort: DataSet) -> None:
    found = flow(cohort, Selection(("RFA",)), "TTNST")
    rows = list(csv.DictReader(flow_lines(found, cohort.version)))
    assert {row["dataset_version"] for row in rows} == {cohort.version}
    assert [(row["part"], row["patients_left"], row["patients_left_out"]) for row in rows] == [
        ("Start", "160", ""),
        *((step.part.value, str(step.left), str(step.out)) for step in found.steps),
        ("Groups", "17", ""),
    ]
    assert rows[1]["reason"] == "primary tumour not a GEP-NET, or not recorded"
