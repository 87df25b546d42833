"""The compare screen without a browser: the command line's numbers, and words where there are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from gepnet_core.formatting import format_p
from gepnet_core.store import build_adtte
from gepnet_core.vocabulary import DeathRule
from tests.test_pages import Opener, control, in_url, open_page, table, words

__all__ = ["open_page"]
REFERENCE = Path(__file__).parent / "reference"


def titled(app, head: str):
    """Return the first table whose first column of values is headed so."""
    found = [shown for shown in all_tables(app) if shown.columns[0].startswith(head)]
    assert found, f"no table with {head}"
    return found[0]


def all_tables(app):
    """Return every table of the page."""
    return [table(app, place) for place in range(len(app.main.table))]


def test_the_page_opens_on_all_modalities_with_the_command_lines_tests(open_page: Opener, cli) -> None:
    app = open_page("compare.py")
    told = cli("compare", "--dataset", "synthetic", "--endpoint", "TTNST").json
    tests = titled(app, "χ²")
    for name, key in (
        ("log-rank", "logrank"),
        ("Gehan-Breslow", "gehan_breslow"),
        ("Peto-Peto", "peto_peto"),
    ):
        assert list(tests.loc[name])[:3] == [f"{told[key]['chisq']:.2f}", "3", f"{told[key]['p']:.3f}"]
    assert list(titled(app, "log-rank χ²").iloc[:, 2]) == [
        f"{pair['p_holm']:.3f}" for pair in told["pairwise"]
    ]
    said = words(app)
    assert "4 groups: log-rank p = 0.926 (by permutation p = 0.920); 19 events in 59 patients." in said
    assert said.count("exploratory") == 1
    assert f"This view has made {told['comparisons']} comparisons." in said
    assert "Descriptive only: 3 events in Selective HAE." in said


def test_groups_reference_covariates_and_subgroups_chosen_give_the_command_lines_ratios(
    open_page: Opener, cli
) -> None:
    app = open_page("compare.py")
    control(app, "multiselect", "Groups to compare").set_value(["RFA", "EBRT"]).run()
    control(app, "selectbox", "Reference").set_value("EBRT").run()
    control(app, "multiselect", "Adjust hazard ratios for").set_value(["ki67_percent"]).run()
    control(app, "multiselect", "Subgroups by").set_value(["sex"]).run()
    control(app, "selectbox", "Stratify the log-rank by").set_value("sex").run()
    assert not app.exception
    told = cli(
        *("compare", "--dataset", "synthetic", "--endpoint", "TTNST", "--level", "RFA", "--level", "EBRT"),
        *("--reference", "EBRT", "--adjust", "ki67_percent", "--subgroup", "sex", "--stratify", "sex"),
    ).json
    ratios = titled(app, "Events / n").loc["RFA"]
    for ratio, shown in ((told["cox_crude"][0], ratios.iloc[1]), (told["cox"][0], ratios.iloc[3])):
        assert shown == f"{ratio['hazard_ratio']:.2f} ({ratio['lower']:.2f}–{ratio['upper']:.2f})"
    assert table(app, 1).loc["Stratified log-rank"].iloc[2] == f"{told['stratified_logrank']['p']:.3f}"
    assert in_url(app, "level") == ["RFA", "EBRT"]
    assert in_url(app, "reference") == ["EBRT"]
    assert in_url(app, "subgroup") == ["sex"]
    levels = told["subgroups"][0]["levels"]
    interaction = told["subgroups"][0]["interaction"]["p"]
    shown = all_tables(app)[-1]
    assert list(shown.index) == [f"Sex: {level['level']}" for level in levels]
    assert shown.iloc[0, 2] == f"{interaction:.3f}"


def test_a_landmark_says_who_is_left_out_by_kind(open_page: Opener, cli) -> None:
    app = open_page("compare.py")
    control(app, "text_input", "Landmark, months").set_value("12").run()
    told = cli(
        "compare", "--dataset", "synthetic", "--endpoint", "TTNST", "--landmark", 12, "--unit", "months"
    ).json["landmark"]
    gone = told["left_out"]
    assert (
        f"{sum(gone.values())} patients left by then and are not part of this ({gone['event']} events, "
        f"{gone['censored']} censored)" in words(app)
    )
    assert in_url(app, "landmark") == ["12.0"]


def test_competing_deaths_replace_means_by_incidences_and_say_why_the_naive_line_is_too_high(
    open_page: Opener, shelf, cli
) -> None:
    build_adtte(shelf, "mgus", REFERENCE / "mgus2_covariates_adtte.csv", competing_cnsr=2)
    app = open_page("compare.py", dataset="mgus")
    control(app, "selectbox", "Death before the event").set_value(DeathRule.COMPETING).run()
    assert not app.exception
    told = cli("compare", "--dataset", "mgus", "--endpoint", "TTE", "--death", "competing").json
    said = words(app)
    assert "It is too high, because it counts on events that the dead would still have had." in said
    assert "Mean time without event" not in said
    assert told["rmst"] is None
    gray = next(found for found in all_tables(app) if found.shape == (2, 3))
    assert list(gray.iloc[:, 2]) == [format_p(test["p"]).replace("\u00a0", " ") for test in told["gray"]]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param({"modality": "RFA"}, "Only one group is left (RFA", id="one-group"),
        pytest.param(
            {"reference": "HAE", "modality": ["RFA", "EBRT"]},
            "Selective HAE is not among the groups. The reference is RFA.",
            id="reference-gone",
        ),
        pytest.param(
            {"reference": "cryo"},
            "names the group 'cryo', which is not in this data set",
            id="reference-unknown",
        ),
        pytest.param(
            {"level": ["nope", "RFA"]},
            "names the group 'nope', which is not in this data set",
            id="group-unknown",
        ),
        pytest.param(
            {"contrast": "nope"},
            "names the group 'nope', which is not in this data set",
            id="contrast-unknown",
        ),
        pytest.param({"tau": "500"}, "The restricted mean cannot run to 15,218.75 days", id="tau-too-late"),
        pytest.param(
            {"landmark": "900"},
            "Nobody is followed beyond the landmark of 900.0 months",
            id="landmark-too-late",
        ),
        pytest.param({"stratify": "sx"}, "The comparison uses the column 'sx'", id="column-unknown"),
        pytest.param({"tau": "-1"}, "is not a number of months above 0", id="tau-below-0"),
    ],
)
def test_what_cannot_be_compared_says_why(open_page: Opener, query: dict[str, str], said: str) -> None:
    app = open_page("compare.py", **query)
    shown = words(app) + "\n".join(str(part.value) for part in app.sidebar.caption)
    assert said in shown.replace("\\", "")


def test_a_restricted_mean_that_cannot_be_leaves_the_rest_of_the_page(open_page: Opener) -> None:
    app = open_page("compare.py", tau="500")
    assert "The restricted mean cannot run to" in words(app)
    assert "log-rank p = 0.926" in words(app)
    assert "Difference in S(t) at a time" in words(app)


def test_a_landmark_from_a_link_can_be_taken_away_and_times_say_where_they_start(open_page: Opener) -> None:
    app = open_page("compare.py", landmark="6")
    assert "every time on this page is counted from the landmark" in words(app)
    assert "Months from the landmark (6.0 after the index date)" in str(app.main.get("plotly_chart")[0].proto)
    control(app, "text_input", "Landmark, months").set_value("").run()
    assert "landmark" not in words(app)
    assert "59 of 59" in words(app)


def test_a_reference_that_was_chosen_stays_when_groups_come_and_go(open_page: Opener) -> None:
    app = open_page("compare.py")
    control(app, "selectbox", "Reference").set_value("RFA").run()
    control(app, "multiselect", "Groups to compare").set_value(["RFA", "EBRT"]).run()
    assert control(app, "selectbox", "Reference").value == "RFA"
    control(app, "multiselect", "Groups to compare").set_value([]).run()
    assert control(app, "selectbox", "Reference").value == "RFA"


def test_the_first_group_with_events_is_the_reference_unless_another_is_chosen(open_page: Opener) -> None:
    app = open_page("compare.py", by="primary_site")
    assert control(app, "selectbox", "Reference").value != "appendix"
    assert "not estimable: no events in the reference" not in "".join(str(t.value) for t in app.main.table)


def test_a_contrast_that_is_chosen_is_the_one_within_the_subgroups(open_page: Opener, cli) -> None:
    app = open_page("compare.py", subgroup="sex")
    control(app, "selectbox", "Contrast in subgroups").set_value("HAE").run()
    assert "Selective HAE against Surgical resection" in words(app)
    asked = (
        "compare",
        "--dataset",
        "synthetic",
        "--endpoint",
        "TTNST",
        "--subgroup",
        "sex",
        "--contrast",
        "HAE",
    )
    levels = cli(*asked).json["subgroups"][0]["levels"]
    shown = next(t for t in all_tables(app) if "Interaction p (likelihood ratio)" in t.columns)
    assert list(shown.iloc[:, 0]) == [f"{level['events']} / {level['n']}" for level in levels]


def test_another_grouping_forgets_the_groups_of_the_one_before(open_page: Opener) -> None:
    app = open_page("compare.py", level=["RFA", "EBRT"], reference="EBRT", contrast="RFA")
    control(app, "selectbox", "Groups by").set_value("sex").run()
    assert control(app, "multiselect", "Groups to compare").value == []
    said = [caption.value for caption in app.sidebar.caption]
    assert said == ["no death before the event in this selection: all rules agree"], "nothing of EBRT"
    assert "Sex: female and Sex: male: log-rank p" in words(app)
    for name in ("Stratify the log-rank by", "Adjust hazard ratios for", "Subgroups by"):
        kind = "selectbox" if name.startswith("Stratify") else "multiselect"
        assert "Sex" not in control(app, kind, name).options
