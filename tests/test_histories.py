"""Histories of patients and their lists: days, marks and orders by hand, and each list as long as its number."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.invented import write_trial
from gepnet_core.behind import (
    Behind,
    Ended,
    Filtered,
    Harmed,
    HasFinding,
    SameDay,
    Step,
    Untimed,
    parse_behind,
)
from gepnet_core.behind_words import listing_sentence
from gepnet_core.criteria import Between, OneOf
from gepnet_core.errors import ControlMissing, NothingLeft, OptionRefused
from gepnet_core.export import listed_lines, timeline_lines
from gepnet_core.flow import flow
from gepnet_core.histories import PAGE_SIZE, history_of, n_pages, page_of
from gepnet_core.history import EndedBy, Mark, MarkKind, Span
from gepnet_core.history_words import history_sentence, list_cells
from gepnet_core.selection import Selection
from gepnet_core.side_effects import ANY_TERM, side_effects
from gepnet_core.store import DataSet, Shelf, build_adtte, open_dataset
from gepnet_core.store.connection import Database
from gepnet_core.store.endings import kinds
from gepnet_core.store.findings import findings
from gepnet_core.store.histories import Listing, beside, members, n_listed
from gepnet_core.vocabulary import DeathRule, Order
from tests.test_eligibility import TinySource

INDEX = date(2015, 1, 1)
SETTINGS = """
modalities = [
    { value = "resection", label = "Resection" },
    { value = "RFA", label = "RFA" },
    { value = "HAE", label = "Selective HAE" },
]
"""


def day(after: int) -> str:
    """Return the day so many days after the index date of patient A."""
    return (INDEX + timedelta(after)).isoformat()


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    """Four patients of a cohort (A, B, C, =D) and two who are left out (E, F)."""
    source = TinySource(tmp_path_factory.mktemp("six") / "tiny", SETTINGS)
    source.patient("A", (day(0), "RFA"), contact=day(365), death=day(365))
    source.systemic("A", "octreotide", day(-400)).systemic("A", "everolimus", day(100), day(200))
    source.progression("A", day(-10)).progression("A", day(60), "multifocal")
    source.rows["adverse_events"] = [("A", day(5), "Fever", 3, "T0")]
    source.patient("B", (day(31), "resection"), (day(131), "RFA", "pain"), contact=day(361))
    source.patient("C", (day(59), "HAE"), contact=day(459))
    source.patient("=D", (day(14), "RFA"), contact=day(24))
    source.patient("E", (day(120), "RFA"), metastatic=None, contact=day(400))
    source.systemic("E", "sunitinib", day(20), day(90))
    source.patient("F", (day(10), "RFA", "pain"), contact=day(100))
    return source.build()


@pytest.fixture(scope="module")
def synthetic(shipped: Path) -> DataSet:
    """The synthetic cohort."""
    return open_dataset(Shelf(shipped), "synthetic")


def listing(**changes: object) -> Listing:
    """Return a list of everybody with some parts changed; `cutoff` is a day after that of A's index date."""
    cutoff = changes.pop("cutoff", None)
    until = None if cutoff is None else INDEX + timedelta(int(str(cutoff)))
    return Listing(**{"selection": Selection(cutoff=until), "endpoint": "TTNST", **changes})  # type: ignore[arg-type]


def ids(dataset: DataSet, asked: Listing) -> list[str]:
    """Return the listed patients in their order."""
    return [member.patient_id for member in members(dataset, asked)]


# one patient


def test_a_history_counts_all_days_from_the_index_date(six: DataSet) -> None:
    found = history_of(six, listing(), "A")
    assert (found.zero, found.modality, found.left_out) == (INDEX, "RFA", "")
    assert (found.observed_days, found.ended_by) == (365, EndedBy.DEATH)
    assert found.spans == (
        Span("octreotide", -400, None, known=True),
        Span("everolimus", 100, 200, known=False),
    )
    assert found.marks == (
        Mark(MarkKind.FOCAL, -10, "focal progression"),
        Mark(MarkKind.INDEX, 0, "RFA", "RFA"),
        Mark(MarkKind.SIDE_EFFECT, 5, "Fever, grade 3", "Fever"),
        Mark(MarkKind.MULTIFOCAL, 60, "multifocal progression"),
    )
    assert [(time.endpoint.code, time.days, time.status, time.reason) for time in found.times] == [
        ("TTNST", 100, 1, "new systemic therapy"),
        ("TTAI", 100, 1, "new systemic therapy"),
        ("PFS", 60, 1, "progression"),
        ("OS", 365, 1, "death"),
    ]


def test_the_chronology_holds_every_record_once_in_the_order_of_time(six: DataSet) -> None:
    found = history_of(six, listing(), "A").entries
    assert [(entry.day, entry.what, entry.table, entry.ctcae_grade) for entry in found] == [
        (-1826, "first metastasis", "patients", None),
        (-400, "octreotide: start", "systemic_therapies", None),
        (-10, "focal progression", "progressions", None),
        (0, "index treatment: RFA (focal progression)", "local_treatments", None),
        (5, "Fever", "adverse_events", 3),
        (60, "multifocal progression", "progressions", None),
        (100, "everolimus: start of a new agent", "systemic_therapies", None),
        (200, "everolimus: stop", "systemic_therapies", None),
        (365, "death", "follow_up", None),
    ]
    assert found[4].date == INDEX + timedelta(5)


def test_a_further_local_treatment_is_told_from_the_index_treatment(six: DataSet) -> None:
    found = history_of(six, listing(), "B")
    assert [(mark.kind, mark.day, mark.of) for mark in found.marks] == [
        (MarkKind.INDEX, 0, "resection"),
        (MarkKind.LOCAL, 100, "RFA"),
    ]
    assert (found.observed_days, found.ended_by) == (330, EndedBy.LAST_CONTACT)
    assert history_sentence(six, found) == (
        "Patient B: Resection on 2015-02-01, observed for 10.8 months (330 days); ends with last contact."
    )


@pytest.mark.parametrize("cutoff", [119, 120])
def test_nothing_after_the_cut_off_is_shown_and_observation_ends_there(six: DataSet, cutoff: int) -> None:
    found = history_of(six, listing(cutoff=cutoff), "A")
    assert (found.observed_days, found.ended_by) == (cutoff, EndedBy.CUT_OFF)
    assert found.spans[1] == Span("everolimus", 100, None, known=False)
    assert max(entry.day for entry in found.entries if entry.day is not None) == 100
    assert found.times[-1].reason == "data cut-off"


def test_an_event_on_the_day_of_the_cut_off_is_known(six: DataSet) -> None:
    assert history_of(six, listing(cutoff=365), "A").ended_by is EndedBy.DEATH
    assert history_of(six, listing(cutoff=200), "A").spans[1].stop == 200
    assert history_of(six, listing(cutoff=199), "A").spans[1].stop is None


def test_a_patient_whose_index_date_the_cut_off_does_not_reach_has_no_time(six: DataSet) -> None:
    late = listing(cutoff=40, behind=Filtered("cutoff", passed=False))
    (found,) = page_of(six, late, 1).histories
    assert (found.patient_id, found.after_cutoff, found.times, found.marks) == ("C", True, (), ())
    assert list_cells(six, found, "TTNST")[-1] == "index date after the data cut-off"


def test_a_patient_outside_the_cohort_counts_from_the_first_dated_record(six: DataSet) -> None:
    found = history_of(six, listing(), "E")
    assert (found.index_date, found.zero) == (None, INDEX + timedelta(20))
    assert found.spans == (Span("sunitinib", 0, 70, known=False),)
    assert found.marks == (Mark(MarkKind.UNPLACED, 100, "RFA", "RFA"),)
    assert (found.observed_days, found.times) == (380, ())
    assert history_sentence(six, found) == (
        "Patient E is not in the cohort: not “metastatic by the date of treatment”."
    )
    assert history_of(six, listing(cutoff=50), "E").ended_by is EndedBy.CUT_OFF


def test_what_begins_on_the_index_date_is_known_and_told_apart(tmp_path: Path) -> None:
    source = TinySource(tmp_path / "tiny", SETTINGS)
    source.patient("A", (day(0), "resection"), (day(0), "RFA"), (day(-50), "HAE", "pain"))
    source.systemic("A", "everolimus", day(0), day(90)).systemic("A", "Everolimus ", day(200))
    source.systemic("A", "sunitinib", day(1))
    found = history_of(source.build(), listing(), "A")
    assert [(span.start, span.known) for span in found.spans] == [(0, True), (1, False), (200, True)]
    assert {(mark.kind, mark.of) for mark in found.marks} == {
        (MarkKind.INDEX, "resection"),
        (MarkKind.SAME_DAY, "RFA"),
        (MarkKind.EARLIER_LOCAL, "HAE"),
    }


def test_a_patient_outside_the_filters_has_the_same_history(six: DataSet) -> None:
    filtered = listing(selection=Selection(("HAE",)))
    assert history_of(six, filtered, "A") == history_of(six, listing(), "A")
    left_out = listing(
        selection=Selection(("HAE",)), behind=Filtered("modality", passed=False), order=Order.ENDPOINT
    )
    assert ids(six, left_out) == ["B", "A", "=D"]


@pytest.mark.parametrize("name", ["", "a", "A ", "P01' OR TRUE --"])
def test_an_unknown_patient_is_refused_and_nobody_else_is_shown(six: DataSet, name: str) -> None:
    with pytest.raises(OptionRefused, match="has no patient"):
        history_of(six, listing(), name)


# lists


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param({}, ["A", "=D", "B", "C"], id="by-index-date"),
        pytest.param({"order": Order.PATIENT}, ["=D", "A", "B", "C"], id="by-id"),
        pytest.param({"order": Order.OBSERVED}, ["C", "A", "B", "=D"], id="longest-observed-first"),
        pytest.param({"order": Order.ENDPOINT}, ["C", "B", "A", "=D"], id="longest-time-to-TTNST-first"),
        pytest.param(
            {"order": Order.ENDPOINT, "endpoint": "TTAI"}, ["C", "A", "B", "=D"], id="TTAI-a-tie-by-id"
        ),
        pytest.param(
            {"order": Order.OBSERVED, "cutoff": 60}, ["A", "B", "=D", "C"], id="observed-up-to-the-cut-off"
        ),
        pytest.param({"lanes": "modality"}, ["B", "A", "=D", "C"], id="grouped-in-the-order-of-modalities"),
        pytest.param(
            {"lanes": "modality", "order": Order.PATIENT}, ["B", "=D", "A", "C"], id="sorted-within-a-group"
        ),
        pytest.param(
            {"behind": Step("records", passed=True)}, ["A", "=D", "B", "C", "E", "F"], id="outsiders-last"
        ),
        pytest.param(
            {"behind": Step("records", passed=True), "lanes": "modality"},
            ["B", "A", "=D", "C", "E", "F"],
            id="outsiders-after-the-groups",
        ),
        pytest.param({"behind": Step("metastatic", passed=False)}, ["E"], id="left-out-by-a-step"),
        pytest.param(
            {"behind": Step("focal_progression", passed=False), "cutoff": 5}, ["F"], id="before-the-filters"
        ),
        pytest.param({"within": (OneOf("modality", ("RFA",)),)}, ["A", "=D"], id="within-a-stratum"),
        pytest.param(
            {"behind": parse_behind("ended:TTNST:1"), "within": (OneOf("modality", ("HAE",)),)},
            [],
            id="within-and-behind",
        ),
        pytest.param(
            {"behind": Step("records", passed=True), "within": (OneOf("modality", ("HAE",)),)},
            ["C"],
            id="within-leaves-no-outsider",
        ),
    ],
)
def test_a_list_has_its_patients_in_their_order(six: DataSet, asked: dict[str, object], expected) -> None:
    found = listing(**asked)
    assert ids(six, found) == expected
    assert n_listed(six, found) == len(expected)
    lines = list(csv.DictReader(listed_lines(six, found)))
    assert [line["patient_id"].removeprefix("'") for line in lines] == expected
    for place, name in enumerate(expected):
        around = [*expected, None][place - 1 : place] if place else [None]
        assert beside(six, found, name) == (place, around[0], [*expected, None][place + 1])


def test_conditions_on_a_list_and_filters_by_characteristics_hold_together(synthetic: DataSet) -> None:
    female, functional = OneOf("sex", ("female",)), OneOf("functional", ("yes",))
    both = listing(selection=Selection(criteria=(female,)), within=(functional,))
    apart = [
        set(ids(synthetic, listing(selection=Selection(criteria=(one,))))) for one in (female, functional)
    ]
    assert set(ids(synthetic, both)) == apart[0] & apart[1]
    assert 0 < n_listed(synthetic, both) < min(len(each) for each in apart)


def test_a_patient_who_is_not_listed_has_no_place(six: DataSet) -> None:
    assert beside(six, listing(), "E") is None


def test_groups_carry_the_words_of_their_column(six: DataSet) -> None:
    found = page_of(six, listing(lanes="modality", behind=Step("records", passed=True)), 1).histories
    assert [history.stratum for history in found] == ["Resection", "RFA", "RFA", "Selective HAE", "", ""]


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"lanes": "ki67"}, id="unknown-column"),
        pytest.param({"lanes": "age_at_index"}, id="column-of-too-many-values-or-one"),
        pytest.param({"within": (OneOf("shoe", ("44",)),)}, id="unknown-condition"),
        pytest.param({"behind": Step("nothing", passed=True)}, id="unknown-step"),
        pytest.param({"behind": HasFinding("no-rule")}, id="unknown-rule"),
        pytest.param({"order": Order.ENDPOINT, "endpoint": "TTE"}, id="unknown-endpoint"),
    ],
)
def test_what_cannot_be_listed_is_refused(six: DataSet, asked: dict[str, object]) -> None:
    with pytest.raises((OptionRefused, ControlMissing)):
        assert page_of(six, listing(**asked), 1).sentence


@pytest.mark.parametrize(
    ("behind", "within", "expected"),
    [
        (None, (), "19 patients"),
        (
            "ended:TTNST:1:new systemic therapy",
            (OneOf("modality", ("RFA",)),),
            "19 patients whose time to new systemic therapy ended with the event, new systemic therapy, in RFA",
        ),
        ("ended:OS:0", (), "19 patients whose overall survival was censored"),
        (
            "ended:TTAI:2:death",
            (),
            "19 patients whose time to any additional intervention ended with death before the event",
        ),
        ("ended:TTAI:", (), "19 patients with a time of TTAI"),
        ("untimed:TTAI", (), "19 patients without a time of TTAI"),
        (
            "step:metastatic:out",
            (),
            "19 patients left out by the eligibility step “metastatic by the date of treatment”",
        ),
        (
            "filter:modality:out",
            (),
            "19 patients left out by a filter, outside the chosen modalities: all modalities",
        ),
        (
            "finding:time-zero",
            (),
            "19 patients to whom the data quality points: “A time is 0 days: the curve drops at time zero”",
        ),
        ("same-day", (), "19 patients with two eligible treatments on the index date"),
        (
            "harmed:30:severe:Fever",
            (OneOf("functional", ("not recorded",)),),
            "19 patients with “Fever” of grade 3 or above within 30 days of the index treatment, with Functional "
            "tumour: not recorded",
        ),
        ("harmed:30:any:", (), "19 patients with a side effect within 30 days of the index treatment"),
    ],
)
def test_a_list_says_whose_patients_it_holds(six: DataSet, behind, within, expected: str) -> None:
    asked = listing(behind=behind and parse_behind(behind), within=within)
    assert listing_sentence(six, asked, 19) == expected


# pages


class Counted:
    """Counts the rows that come out of the store."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.rows = 0
        fetch = Database.rows

        def counting(database, *asked):
            found = fetch(database, *asked)
            self.rows += len(found)
            return found

        patch.setattr(Database, "rows", counting)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    """A trial of 5,000 patients with one endpoint."""
    folder = tmp_path_factory.mktemp("many")
    build_adtte(Shelf(folder / "data"), "many", write_trial(folder / "many.csv", 5000, columns=2))
    return open_dataset(Shelf(folder / "data"), "many")


def test_of_5000_patients_only_those_of_the_page_are_read(many: DataSet, monkeypatch) -> None:
    assert len(many.groupings) == 3  # what is read once of a data set is not of the page
    assert len(many.modality_labels) == 4
    for order in Order:
        asked = Listing(Selection(), "TTE", None, (), order, "modality")
        counted = Counted(monkeypatch)
        found = page_of(many, asked, 3)
        assert (found.total, found.place) == (5000, "Patients 51–75 of 5,000")
        assert counted.rows <= 3 * PAGE_SIZE + 10
        assert beside(many, asked, found.histories[0].patient_id) is not None
        assert counted.rows <= 3 * PAGE_SIZE + 20


def test_the_pages_together_hold_everybody_once(synthetic: DataSet) -> None:
    asked = listing(order=Order.OBSERVED, lanes="sex")
    pages = [page_of(synthetic, asked, part) for part in (1, 2, 3, 4)]
    assert [len(page.histories) for page in pages] == [25, 25, 9, 0]
    together = [history.patient_id for page in pages for history in page.histories]
    assert together == ids(synthetic, asked)
    assert len(set(together)) == 59
    assert pages[2].place == "Patients 51–59 of 59"
    assert (n_pages(0), n_pages(25), n_pages(26)) == (1, 1, 2)


# the number that is shown is the number that is listed


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    """Draw filters of the synthetic cohort, a cut-off and a death rule."""
    first = draw(st.none() | st.dates(date(2014, 1, 1), date(2017, 6, 1)))
    last = draw(st.none() | st.dates(first or date(2014, 1, 1), date(2017, 7, 1)))
    return Selection(
        tuple(draw(st.lists(st.sampled_from(["RFA", "EBRT", "HAE", "resection"]), max_size=3))),
        first,
        last,
        draw(st.none() | st.dates(date(2014, 1, 1), date(2018, 1, 1))),
        draw(st.sampled_from(DeathRule)),
        tuple(draw(st.lists(st.sampled_from(CRITERIA), max_size=2))),
    )


CRITERIA = (
    OneOf("sex", ("female",)),
    OneOf("functional", ("yes", "not recorded")),
    Between("ki67_percent", 2, 20),
)


def shown(
    dataset: DataSet, selection: Selection, code: str, by: str
) -> Iterator[tuple[str, Behind | None, tuple[OneOf, ...], int]]:
    """Yield every count that the dashboard shows of a selection and endpoint, with what it opens."""
    for kind in kinds(dataset, selection):
        if kind.endpoint == code:
            yield "kind", Ended(code, kind.status, kind.reason), (), kind.patients
    for step in flow(dataset, selection, code).steps:
        yield f"{step.code} left", step.behind_left, (), step.left
        yield f"{step.code} out", step.behind_out, (), step.out
    timed = 0
    for counts in dataset.event_counts(code, selection, by=by):
        timed += counts.n
        under = counts.under(selection.death)
        within = (OneOf(by, (counts.stratum,)),)
        yield "stratum", Ended(code), within, counts.n
        for status, number in ((0, under.censored), (1, under.events), (2, under.competing)):
            yield "stratum", parse_behind(f"ended:{code}:{status}"), within, int(number.sum())
    yield "untimed", Untimed(code), (), dataset.n_selected(selection) - timed
    for step in dataset.attrition():
        yield "attrition", Step(step.code, passed=True), (), step.patients
    report = findings(dataset)
    for rule in report.counts:
        named = {found.patient for found in report.findings if found.rule == rule and found.patient}
        yield "finding", HasFinding(rule), (), len(named)
    yield "same day", SameDay(), (), dataset.same_day_treatments()
    yield "selected", None, (), dataset.n_selected(selection)
    try:
        harm = side_effects(dataset, selection, window=60)
    except NothingLeft:
        return
    for row in harm.per_patient[:: len(harm.per_patient) // 12 + 1]:  # a dozen of them, spread over the terms
        within = () if row.modality is None else (OneOf("modality", (row.modality,)),)
        term = "" if row.term == ANY_TERM else row.term
        yield "harm", Harmed(term, severe=False, window=60), within, row.any_grade.count
        yield "harm", Harmed(term, severe=True, window=60), within, row.severe.count


@settings(max_examples=6)
@given(
    selection=selections(),
    code=st.sampled_from(["TTNST", "TTAI", "PFS", "OS"]),
    by=st.sampled_from(["modality", "sex", "functional"]),
)
def test_every_number_opens_as_many_patients_whatever_the_selection(
    synthetic: DataSet, selection: Selection, code: str, by: str
) -> None:
    wrong = []
    for words, behind, within, number in shown(synthetic, selection, code, by):
        asked = Listing(selection, code, behind, within)
        if n_listed(synthetic, asked) != number:
            wrong.append((words, behind, within, number))
    assert wrong == []


@settings(max_examples=15)
@given(selection=selections(), code=st.sampled_from(["TTNST", "TTAI", "PFS", "OS"]))
def test_the_listed_patients_have_what_the_number_says(
    synthetic: DataSet, selection: Selection, code: str
) -> None:
    for kind in kinds(synthetic, selection):
        if kind.endpoint != code:
            continue
        asked = Listing(selection, code, Ended(code, kind.status, kind.reason))
        for history in page_of(synthetic, asked, 1).histories:
            time = history.time_of(code)
            assert time is not None
            assert (time.status, time.reason) == (kind.status, kind.reason)
            assert history.observed_days is not None
            assert time.days <= history.observed_days
            if selection.cutoff is not None:
                assert all(entry.date <= selection.cutoff for entry in history.entries if entry.date)


# trials, files and the command line

TRIAL = """\
USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC
t1,drug,TTP,Time to progression,100,DAYS,0,PROGRESSION
t2,drug,TTP,Time to progression,50,DAYS,2,DEATH
t3,placebo,TTP,Time to progression,80,DAYS,1,ALIVE
t1,drug,OS,Overall survival,130,DAYS,0,DEATH
"""


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    """A trial of three without dates; one of them has OS."""
    folder = tmp_path_factory.mktemp("trial")
    (folder / "trial.csv").write_text(TRIAL, encoding="utf-8")
    shelf = Shelf(folder / "data")
    build_adtte(shelf, "trial", folder / "trial.csv", competing_cnsr=2)
    return open_dataset(shelf, "trial")


@pytest.mark.parametrize("death", DeathRule)
def test_a_trial_without_dates_has_lanes_from_its_times(trial: DataSet, death: DeathRule) -> None:
    found = page_of(trial, Listing(Selection(death=death), "TTP", order=Order.OBSERVED), 1).histories
    assert [(each.patient_id, each.observed_days, each.ended_by) for each in found] == [
        ("t1", 130, EndedBy.DEATH),
        ("t3", 80, EndedBy.CENSORED),
        ("t2", 50, EndedBy.DEATH),
    ]
    assert [each.marks for each in found] == [(Mark(MarkKind.EVENT, 100, "PROGRESSION", "TTP"),), (), ()]
    assert {(each.zero, each.index_date) for each in found} == {(None, None)}
    assert [(entry.day, entry.what) for entry in found[0].entries] == [
        (100, "TTP: event, PROGRESSION"),
        (130, "OS: event, DEATH"),
    ]
    time = found[2].time_of("TTP")
    assert time is not None
    assert time.status == (1 if death is DeathRule.EVENT else 2)


def test_files_are_safe_to_open_in_a_spreadsheet(six: DataSet) -> None:
    rows = list(csv.DictReader(listed_lines(six, listing(behind=Step("records", passed=True)))))
    named = {row["patient_id"]: row for row in rows}
    assert set(named) == {"A", "B", "C", "'=D", "E", "F"}
    assert (named["A"]["TTNST_days"], named["A"]["left_out_by"]) == ("100", "")
    assert named["E"]["left_out_by"] == "metastatic by the date of treatment"
    assert named["F"]["left_out_by"] == "treated for focal progression"
    history = history_of(six, listing(), "=D")
    lines = list(csv.DictReader(timeline_lines(six, history)))
    assert {line["patient_id"] for line in lines} == {"'=D"}
    assert [(line["day"], line["what"]) for line in lines[1:]] == [
        ("0", "index treatment: RFA (focal progression)"),
        ("10", "last contact"),
    ]


def test_the_command_line_lists_the_same_patients(shelf: Shelf, cli) -> None:
    asked = ("patients", "--dataset", "synthetic", "--behind", "ended:TTNST:1", "--within", "modality:RFA")
    told = cli(*asked, "--order", "endpoint").json
    assert told["sentence"] == "5 patients whose time to new systemic therapy ended with the event, in RFA"
    assert (told["total"], told["not_in_cohort"]) == (5, [])
    wanted = Listing(
        Selection(), "TTNST", parse_behind("ended:TTNST:1"), (OneOf("modality", ("RFA",)),), Order.ENDPOINT
    )
    assert told["ids"] == ids(open_dataset(shelf, "synthetic"), wanted)
    assert cli(*asked, "--order", "endpoint", "--limit", "2", "--json").json["ids"] == told["ids"][:2]
    refused = cli("patients", "--dataset", "synthetic", "--behind", "nonsense")
    assert refused.code == 2
    assert "names no patients behind a number" in refused.said
