"""The link codec: every view comes back from its query string, and what cannot be used is said."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet_core.behind import Ended, Filtered, Harmed, HasFinding, SameDay, Step, Untimed
from gepnet_core.case import Case
from gepnet_core.criteria import Between, OneOf
from gepnet_core.selection import Selection
from gepnet_core.view import View
from gepnet_core.vocabulary import ConfType, DeathRule, Order, Status

words = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20)
days = st.none() | st.dates()
several = st.lists(words, max_size=3, unique=True).map(tuple)
months = st.none() | st.floats(0, 1200, exclude_min=True)


one_of = st.builds(OneOf, words, st.lists(words, min_size=1, max_size=3).map(tuple))
numbers = st.floats(allow_nan=False, allow_infinity=False)
ranges = st.builds(Between, words, numbers, st.none()) | st.builds(Between, words, st.none(), numbers)
behinds = st.one_of(
    st.builds(Ended, words, st.none() | st.sampled_from(Status), st.none() | words),
    st.builds(Untimed, words),
    st.builds(Step, words, st.booleans()),
    st.builds(Filtered, words, st.booleans()),
    st.builds(HasFinding, words),
    st.builds(SameDay),
    st.builds(Harmed, words | st.just(""), st.booleans(), st.integers(1, 365)),
)
cases = st.builds(
    Case,
    primary_site=st.none() | words,
    tumour_grade=st.none() | words,
    ki67_percent=st.none() | st.floats(0, 100),
    target_site=st.none() | words,
    lines=st.none() | st.integers(0, 99),
    modality=st.none() | words,
    least=st.integers(1, 999_999),
)


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    window = sorted(draw(st.tuples(st.dates(), st.dates())))
    keep = draw(st.tuples(st.booleans(), st.booleans()))
    return Selection(
        tuple(draw(st.lists(words, max_size=3))),
        window[0] if keep[0] else None,
        window[1] if keep[1] else None,
        draw(days),
        draw(st.sampled_from(DeathRule)),
        tuple(draw(st.lists(one_of | ranges, max_size=3))),
    )


views = st.builds(
    View,
    dataset=st.none() | st.from_regex(r"[a-z0-9][a-z0-9_-]{0,63}", fullmatch=True),
    version=st.none() | words,
    selection=selections(),
    endpoint=st.none() | words,
    by=st.none() | words,
    conf_type=st.sampled_from(ConfType),
    conf_level=st.floats(0, 1, exclude_min=True, exclude_max=True),
    horizon=st.none() | st.integers(1, 1200),
    band=st.booleans(),
    failure=st.booleans(),
    levels=several,
    reference=st.none() | words,
    stratify=st.none() | words,
    adjust=several,
    tau=months,
    at=months,
    landmark=months,
    contrast=st.none() | words,
    subgroups=several,
    window=st.none() | st.integers(1, 365),
    patient=st.none() | words,
    behind=st.none() | behinds,
    within=st.lists(one_of, max_size=2).map(tuple),
    order=st.sampled_from(Order),
    lanes=st.none() | words,
    part=st.integers(1, 999_999),
    case=cases,
)


def listed(query: dict[str, str | list[str]]) -> dict[str, list[str]]:
    """Return a query as a web server hands it over: every value in a list."""
    return {key: [value] if isinstance(value, str) else value for key, value in query.items()}


@given(view=views)
def test_a_view_comes_back_from_its_query_string(view):
    assert View.from_query(listed(view.to_query())) == (view, [])


@given(view=views)
def test_a_view_comes_back_from_its_written_link(view):
    link = urlencode(view.to_query(), doseq=True)
    assert View.from_query(parse_qs(link, keep_blank_values=True, strict_parsing=True)) == (view, [])


@given(view=views)
def test_views_with_the_same_query_are_the_same(view):
    again, _ = View.from_query(listed(view.to_query()))
    assert again.to_query() == view.to_query()


@given(query=st.dictionaries(words, st.lists(st.text(max_size=10), max_size=3), max_size=4))
def test_any_query_gives_a_view_or_a_sentence_never_an_error(query):
    view, problems = View.from_query(query)
    assert problems or listed(view.to_query()).keys() >= query.keys() - {
        key for key, found in query.items() if not found
    }
    assert all(problem.count("\n") == 0 for problem in problems)


def test_an_empty_query_is_every_control_at_its_default():
    assert View.from_query({}) == (View(), [])


def test_a_link_names_its_parts_as_the_command_line_does():
    view = View(
        dataset="synthetic",
        version="v1",
        selection=Selection(
            ("RFA", "HAE"), date(2014, 1, 1), date(2017, 5, 31), date(2017, 6, 1), DeathRule.EVENT
        ),
        endpoint="TTNST",
        by="modality",
        conf_type=ConfType.SPSS,
        conf_level=0.9,
    )
    assert view.to_query() == {
        "dataset": "synthetic",
        "version": "v1",
        "endpoint": "TTNST",
        "by": "modality",
        "modality": ["HAE", "RFA"],
        "index_from": "2014-01-01",
        "index_to": "2017-05-31",
        "cutoff": "2017-06-01",
        "conf_type": "spss",
        "conf_level": "0.9",
        "death": "event",
    }


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        pytest.param({"arm": ["RFA"]}, "The link has an unknown part 'arm'.", id="unknown-key"),
        pytest.param({"Modality": ["RFA"]}, "The link has an unknown part 'Modality'.", id="key-in-capitals"),
        pytest.param({"endpoint": [""]}, "The link gives no value for “endpoint”.", id="empty-value"),
        pytest.param({"cutoff": [""]}, "The link gives no value for “cutoff”.", id="empty-date"),
        pytest.param({"modality": [""]}, "A modality is empty", id="empty-modality"),
        pytest.param(
            {"cutoff": ["2015-01-01", "2016-01-01"]},
            "The link gives cutoff 2 times; it can hold one value.",
            id="two-values",
        ),
        pytest.param({"by": ["sex", "sex"]}, "The link gives by 2 times", id="the-same-value-twice"),
        pytest.param(
            {"index_from": ["2016-01-01"], "index_to": ["2015-01-01"]}, "run backwards", id="reversed-window"
        ),
        pytest.param({"index_from": ["2014-02-31"]}, "'2014-02-31' is not a date", id="date-not-in-calendar"),
        pytest.param({"index_to": ["20140101"]}, "'20140101' is not a date", id="date-without-dashes"),
        pytest.param({"conf_level": ["95"]}, "'95' is not a confidence level", id="level-in-percent"),
        pytest.param({"conf_level": ["nan"]}, "'nan' is not a confidence level", id="level-nan"),
        pytest.param({"conf_type": ["wald"]}, "The link's conf_type 'wald' cannot be used", id="conf-type"),
        pytest.param({"death": ["ignore"]}, "The link's death 'ignore' cannot be used", id="death-rule"),
        pytest.param({"dataset": ["../x"]}, "'../x' is not a data set name", id="data-set-outside"),
        pytest.param({"horizon": ["0"]}, "'0' is not a whole number of months", id="no-horizon"),
        pytest.param(
            {"horizon": ["12.5"]}, "'12.5' is not a whole number of months", id="horizon-with-fraction"
        ),
        pytest.param({"horizon": ["²"]}, "'²' is not a whole number of months", id="horizon-superscript"),
        pytest.param({"band": ["1"]}, "'1' is neither yes nor no", id="band"),
        pytest.param({"tau": ["0"]}, "'0' is not a number of months", id="tau-zero"),
        pytest.param({"landmark": ["-6"]}, "'-6' is not a number of months", id="landmark-before-zero"),
        pytest.param({"at": ["nan"]}, "'nan' is not", id="time-nan"),
        pytest.param(
            {"window": ["366"]}, "'366' is not a whole number of days from 1 to 365", id="window-too-long"
        ),
        pytest.param({"adjust": [""]}, "an empty value for “adjust”", id="empty-covariate"),
        pytest.param({"failure": ["true"]}, "'true' is neither yes nor no", id="failure"),
    ],
)
def test_a_part_that_cannot_be_used_becomes_one_sentence(query, sentence):
    _, problems = View.from_query(query)
    assert len(problems) == 1
    assert sentence in problems[0]
    assert problems[0].endswith(".")


def test_every_problem_of_a_link_is_said():
    _, problems = View.from_query({"arm": ["x"], "cutoff": ["soon"], "conf_level": ["2"], "modality": [""]})
    assert len(problems) == 4


def test_what_can_be_used_beside_a_problem_is_kept():
    view, problems = View.from_query({"dataset": ["synthetic"], "modality": ["RFA"], "horizon": ["x"]})
    assert len(problems) == 1
    assert (view.dataset, view.selection, view.horizon) == ("synthetic", Selection(("RFA",)), None)
