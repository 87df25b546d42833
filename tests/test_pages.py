"""Every page, without a browser: it opens on everything, filters change its numbers, nothing left says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gepnet_core.glossary import PARTS
from gepnet_core.store import build_adtte, build_source
from gepnet_core.vocabulary import ConfType, DeathRule

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = Path(__file__).parent / "reference"
PAGES = {
    "overview.py": "Overview",
    "survival.py": "Survival",
    "compare.py": "Compare",
    "side_effects.py": "Side effects",
    "published.py": "Published vs live",
    "methods.py": "Methods",
}
DATA_PAGES = {"data.py": "Data", "quality.py": "Data quality", "dictionary.py": "Data dictionary"}
FILTERED = [page for page in PAGES if page != "published.py"]
Opener = Callable[..., AppTest]
LINK = re.compile(r"\[((?:[^\[\]\\\n]|\\.)*)\]\(<[^>]*>\)")


@pytest.fixture
def open_page(shelf, app_test: type[AppTest]) -> Opener:
    """Open a page as a browser would, with a query string, on a data folder of its own."""
    assert shelf.names() == ["synthetic"]

    def opened(page: str, **query: str | list[str]) -> AppTest:
        return opened_with(app_test, page, (PAGES | DATA_PAGES)[page], query)

    return opened


def opened_with(
    app_test: type[AppTest], page: str, title: str, query: Mapping[str, str | list[str]]
) -> AppTest:
    """Open a page as a browser would, with a query string, and see that it bears its title."""
    app = app_test.from_file(str(ROOT / "pages" / "router.py"), default_timeout=30)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    if page != "overview.py":
        app.switch_page(page).run()
    assert not app.exception
    assert [found.value for found in app.title] == [title]
    return app


def words(app: AppTest) -> str:
    """Return all text of the main area without Markdown's escapes and no-break spaces, links by their words."""
    main = app.main
    shown = [*main.header, *main.markdown, *main.caption, *main.info, *main.warning, *main.error]
    text = LINK.sub(r"\1", "\n".join(str(part.value) for part in shown))
    return text.replace("\\", "").replace("\u00a0", " ")


def table(app: AppTest, number: int = 0) -> pd.DataFrame:
    """Return a table without Markdown's escapes."""
    frame = app.main.table[number].value
    frame = frame.rename(columns=plain).rename(index=plain)
    return frame.map(plain)


def plain(text: str) -> str:
    """Return text as it reads on the screen, a link by its words."""
    return LINK.sub(r"\1", str(text)).replace("\\", "").replace("\u00a0", " ").replace("\u2060", "")


def control(app: AppTest, kind: str, label: str):
    """Return the one sidebar control with this label."""
    found = [widget for widget in app.sidebar.get(kind) if widget.label == label]
    assert len(found) == 1, f"{len(found)} controls of kind {kind} are labelled {label}"
    return found[0]


def in_url(app: AppTest, key: str) -> list[str]:
    """Return the values of a key of the query string."""
    found = app.query_params.get(key, [])
    return [found] if isinstance(found, str) else list(found)


def labels(app: AppTest) -> set[str]:
    """Return the labels of all sidebar controls."""
    return {
        widget.label
        for kind in ("selectbox", "multiselect", "date_input", "toggle")
        for widget in app.sidebar.get(kind)
    }


@pytest.mark.parametrize("page", FILTERED)
def test_a_page_opens_on_everybody_and_says_so_in_one_sentence(open_page: Opener, page: str) -> None:
    app = open_page(page)
    assert "**all modalities** · 59 of 59 patients · synthetic cohort, no real patient" in words(app)


def test_the_published_page_is_about_the_whole_cohort_and_says_which_filters_it_leaves_aside(
    open_page: Opener,
) -> None:
    app = open_page("published.py", modality="RFA")
    assert (
        "**whole cohort** · 59 patients · synthetic cohort, no real patient · the filters (RFA) are kept, but not "
        "used on this page" in words(app)
    )
    assert "19 of 19 published figures" in words(app)


def test_the_sidebar_has_the_filters_on_every_page_and_the_estimate_on_the_survival_screen(
    open_page: Opener,
) -> None:
    filters = {"Data set", "Modality", "Index date", "Data cut-off"}
    for page in PAGES:
        found = labels(open_page(page))
        assert filters <= found
        assert ({"Endpoint", "Stratify by", "Confidence interval"} <= found) is (page == "survival.py")
        assert ({"Endpoint", "Groups by", "Reference"} <= found) is (page == "compare.py")


def test_a_modality_chosen_changes_counts_and_median_at_once(open_page: Opener, cli) -> None:
    app = open_page("survival.py")
    before = table(app)
    assert list(before.loc["All patients"])[:3] == ["59", "19", "42.0 (14.1–NE)"]
    control(app, "multiselect", "Modality").set_value(["RFA"]).run()
    told = cli(
        "estimate", "--dataset", "synthetic", "--endpoint", "TTNST", "--modality", "RFA", "--unit", "months"
    ).json
    stratum = told["strata"][0]
    after = table(app).loc["All patients"]
    assert list(after)[:2] == [str(stratum["n"]), str(stratum["events"])] == ["17", "5"]
    assert stratum["median"]["estimate"] is None
    assert after.iloc[2] == f"NR ({stratum['median']['lower']:.1f}–NE)"
    assert f"{100 * stratum['survival_at'][1]['survival']:.1f} (" in after.iloc[4]
    assert "**RFA** · 17 of 59 patients" in words(app)


def test_dates_change_the_numbers_to_those_of_the_command_line(open_page: Opener, cli) -> None:
    app = open_page("survival.py")
    control(app, "date_input", "Index date").set_value((date(2015, 1, 1), date(2016, 12, 31))).run()
    control(app, "date_input", "Data cut-off").set_value(date(2017, 1, 31)).run()
    told = cli(
        *("estimate", "--dataset", "synthetic", "--endpoint", "TTNST", "--unit", "months"),
        *("--index-from", "2015-01-01", "--index-to", "2016-12-31", "--cutoff", "2017-01-31"),
    ).json
    stratum = told["strata"][0]
    shown = table(app).loc["All patients"]
    assert list(shown)[:2] == [str(stratum["n"]), str(stratum["events"])]
    assert (stratum["n"], stratum["events"]) != (59, 19)
    assert told["selection"]["sentence"].replace("all", "**all", 1) in words(app)


@pytest.mark.parametrize(
    ("label", "kind", "value", "key", "expected"),
    [
        pytest.param("Modality", "multiselect", ["HAE", "RFA"], "modality", ["HAE", "RFA"], id="modality"),
        pytest.param("Data cut-off", "date_input", date(2016, 5, 1), "cutoff", ["2016-05-01"], id="cut-off"),
        pytest.param("Endpoint", "selectbox", "PFS", "endpoint", ["PFS"], id="endpoint"),
        pytest.param("Stratify by", "selectbox", "sex", "by", ["sex"], id="by"),
        pytest.param(
            "Confidence interval", "selectbox", ConfType.SPSS, "conf_type", ["spss"], id="conf-type"
        ),
        pytest.param("Confidence level", "selectbox", 0.9, "conf_level", ["0.9"], id="level"),
        pytest.param("Horizon", "selectbox", 24, "horizon", ["24"], id="horizon"),
        pytest.param("Confidence band", "toggle", False, "band", ["no"], id="band"),
        pytest.param("Show 1 − S(t)", "toggle", True, "failure", ["yes"], id="failure"),
    ],
)
def test_a_control_moved_stands_in_the_url(open_page: Opener, label, kind, value, key, expected) -> None:
    app = open_page("survival.py")
    assert in_url(app, key) != expected
    control(app, kind, label).set_value(value).run()
    assert not app.exception
    assert in_url(app, key) == expected
    assert in_url(app, "version")[0].startswith("v")


def test_a_link_sets_every_control(open_page: Opener) -> None:
    app = open_page(
        "survival.py",
        dataset="synthetic",
        modality=["RFA", "EBRT"],
        index_from="2014-06-01",
        index_to="2016-06-30",
        cutoff="2017-01-01",
        endpoint="TTAI",
        by="modality",
        conf_type="plain",
        conf_level="0.8",
        death="event",
        horizon="30",
        band="no",
        failure="yes",
    )
    assert set(control(app, "multiselect", "Modality").value) == {"RFA", "EBRT"}
    assert control(app, "date_input", "Index date").value == (date(2014, 6, 1), date(2016, 6, 30))
    assert control(app, "date_input", "Data cut-off").value == date(2017, 1, 1)
    assert control(app, "selectbox", "Endpoint").value == "TTAI"
    assert control(app, "selectbox", "Stratify by").value == "modality"
    assert control(app, "selectbox", "Confidence interval").value == "plain"
    assert control(app, "selectbox", "Confidence level").value == 0.8
    assert control(app, "selectbox", "Death before the event").value == "event"
    assert control(app, "selectbox", "Horizon").value == 30
    assert control(app, "toggle", "Confidence band").value is False
    assert control(app, "toggle", "Show 1 − S(t)").value is True
    assert list(table(app).index) == ["RFA", "External beam radiation"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param({"modality": "cryoablation"}, "has no modality 'cryoablation'", id="unknown-modality"),
        pytest.param({"modality": ["RFA", "x"]}, "has no modality 'x'", id="one-unknown-of-two"),
        pytest.param({"modality": ""}, "A modality is empty", id="empty-modality"),
        pytest.param(
            {"index_from": "2016-01-01", "index_to": "2015-01-01"}, "run backwards", id="reversed-window"
        ),
        pytest.param({"index_from": "31.12.2016"}, "'31.12.2016' is not a date", id="german-date"),
        pytest.param({"cutoff": ""}, "gives no value for “cutoff”", id="empty-date"),
        pytest.param({"cutoff": ["2015-01-01", "2016-01-01"]}, "gives cutoff 2 times", id="two-cut-offs"),
        pytest.param({"endpoint": "DFS"}, "has no endpoint 'DFS'", id="unknown-endpoint"),
        pytest.param({"by": "birth_year"}, "stratifies by 'birth_year'", id="unknown-column"),
        pytest.param({"conf_type": "wald"}, "conf_type 'wald' cannot be used", id="unknown-interval"),
        pytest.param({"conf_level": "95"}, "not a confidence level", id="level-in-per-cent"),
        pytest.param({"death": "ignore"}, "death 'ignore' cannot be used", id="unknown-death-rule"),
        pytest.param({"dataset": "elsewhere"}, "no data set “elsewhere”", id="unknown-data-set"),
        pytest.param({"version": "v0123456789ab"}, "is not here any more", id="version-gone"),
        pytest.param({"modalty": "RFA"}, "unknown part 'modalty'", id="misspelled-key"),
    ],
)
@pytest.mark.parametrize("page", ["overview.py", "survival.py"])
def test_a_link_that_cannot_be_followed_says_why_and_shows_nobody(
    open_page: Opener, page, query, said
) -> None:
    app = open_page(page, **query)
    assert said in words(app)
    assert not app.main.table
    assert not app.main.get("plotly_chart")
    assert "of 59 patients" not in words(app)


def press(app: AppTest, label: str) -> None:
    """Press the one button of the main area that begins so."""
    found = [button for button in app.main.button if plain(button.label).startswith(label)]
    assert len(found) == 1
    found[0].click().run()


def test_after_a_bad_link_one_button_shows_everybody(open_page: Opener) -> None:
    app = open_page("survival.py", modality="cryoablation")
    press(app, "Show all patients instead")
    assert "59 of 59 patients" in words(app)
    assert in_url(app, "modality") == []


def test_after_a_bad_link_another_button_shows_what_the_rest_of_it_says(open_page: Opener) -> None:
    app = open_page("survival.py", modality="RFA", cutoff="2016-01-01", index_from="bad")
    press(app, "Show what the rest of the link says: RFA; data cut-off 2016-01-01")
    assert "**RFA; data cut-off 2016-01-01** · 11 of 59 patients" in words(app)


def test_a_bad_link_cannot_become_a_wider_cohort_by_an_unrelated_control(open_page: Opener) -> None:
    app = open_page("survival.py", modality="cryoablation")
    resting = [
        widget.label
        for kind in ("selectbox", "multiselect", "date_input")
        for widget in app.sidebar.get(kind)
        if not widget.disabled
    ]
    assert resting == ["Data set"]
    control(app, "toggle", "Show 1 − S(t)").set_value(True).run()
    assert "has no modality 'cryoablation'" in words(app)
    assert not app.main.table


@pytest.mark.parametrize("page", [page for page in FILTERED if page != "methods.py"])
def test_nobody_left_is_said_and_nothing_is_drawn(open_page: Opener, page: str) -> None:
    app = open_page(page, index_from="2010-01-01", index_to="2011-01-01")
    assert "No patient matches these filters" in words(app)
    assert not app.main.table
    assert not app.main.get("plotly_chart")


def test_the_methods_open_although_the_filters_leave_nobody(open_page: Opener) -> None:
    app = open_page("methods.py", index_from="2010-01-01", index_to="2011-01-01")
    assert "0 of 59 patients" in words(app)
    assert "No patient matches these filters" not in words(app)
    assert [found.value for found in app.main.header] == list(PARTS), "the glossary stands as ever"


def test_nobody_left_names_the_filters_in_use_and_offers_to_clear_them(open_page: Opener) -> None:
    app = open_page(
        "survival.py", endpoint="OS", modality="RFA", index_from="2010-01-01", index_to="2011-01-01"
    )
    assert "No patient matches these filters. Widen or clear one of them." in words(app)
    assert "**RFA; index date from 2010-01-01 to 2011-01-01** · 0 of 59 patients" in words(app)
    press(app, "Clear all filters")
    assert "59 of 59 patients" in words(app)
    assert (in_url(app, "modality"), in_url(app, "index_from")) == ([], [])
    assert in_url(app, "endpoint") == ["OS"], "the estimate stays as it was chosen"


def test_a_window_outside_the_data_is_never_widened(open_page: Opener) -> None:
    app = open_page("survival.py", index_from="2010-01-01", index_to="2014-01-10")
    assert "2 of 59 patients" in words(app)
    assert "index date from 2010-01-01 to 2014-01-10" in words(app)


def test_a_half_chosen_window_asks_for_its_end_and_shows_nobody(open_page: Opener) -> None:
    app = open_page("survival.py")
    control(app, "date_input", "Index date").set_value((date(2015, 1, 1),)).run()
    assert "one day so far" in words(app)
    assert not app.main.table


def test_the_address_of_a_half_chosen_window_is_not_that_of_everybody(open_page: Opener) -> None:
    app = open_page("survival.py")
    control(app, "date_input", "Index date").set_value((date(2015, 1, 1),)).run()
    assert in_url(app, "index_from") == ["2015-01-01"]
    assert in_url(app, "index_to") == []


@pytest.mark.parametrize(
    ("query", "n"),
    [
        pytest.param({"index_from": "2016-01-01"}, 30, id="from-only"),
        pytest.param({"index_to": "2015-12-31"}, 29, id="to-only"),
        pytest.param({"index_from": "2014-01-10", "index_to": "2014-01-10"}, 2, id="first-day-of-the-data"),
        pytest.param({"index_from": "2017-05-22", "index_to": "2017-05-22"}, 1, id="last-day-of-the-data"),
        pytest.param({"index_from": "2014-01-10", "index_to": "2017-05-22"}, 59, id="all-days-of-the-data"),
        pytest.param({"index_from": "2030-01-01"}, 0, id="from-after-the-data"),
        pytest.param({"index_to": "2000-01-01"}, 0, id="to-before-the-data"),
    ],
)
def test_a_window_in_the_address_stays_as_it_was_written(open_page: Opener, query, n: int) -> None:
    app = open_page("survival.py", **query)
    assert f"{n} of 59 patients" in words(app)
    for key in ("index_from", "index_to"):
        assert in_url(app, key) == ([query[key]] if key in query else [])


def test_filters_hold_on_the_next_page(open_page: Opener) -> None:
    app = open_page("survival.py", modality="EBRT", endpoint="PFS", by="sex")
    app.switch_page("overview.py").run()
    assert "15 of 59 patients" in words(app)
    app.switch_page("survival.py").run()
    assert "15 of 59 patients" in words(app)
    assert control(app, "selectbox", "Endpoint").value == "PFS"
    assert control(app, "selectbox", "Stratify by").value == "sex"


def test_clear_filters_brings_everybody_back(open_page: Opener) -> None:
    app = open_page("survival.py", modality="EBRT", cutoff="2016-01-01")
    next(button for button in app.sidebar.button if button.label == "Clear filters").click().run()
    assert "59 of 59 patients" in words(app)
    assert control(app, "multiselect", "Modality").value == []
    assert control(app, "date_input", "Data cut-off").value is None


def test_the_death_rule_rests_where_no_death_comes_before_the_event(open_page: Opener) -> None:
    app = open_page("survival.py")
    assert control(app, "selectbox", "Death before the event").disabled
    said = [caption.value for caption in app.sidebar.caption]
    assert "no death before the event in this selection: all rules agree" in said


def test_the_death_rule_counts_deaths_where_they_come_first(shelf, open_page: Opener) -> None:
    build_adtte(shelf, "mgus2", REFERENCE / "mgus2_adtte.csv", competing_cnsr=2)
    app = open_page("survival.py", dataset="mgus2")
    rule = control(app, "selectbox", "Death before the event")
    assert not rule.disabled
    assert list(table(app).loc["All patients"])[:3] == ["1,384", "115", "860"]
    rule.set_value(DeathRule.EVENT).run()
    assert list(table(app).loc["All patients"])[:2] == ["1,384", "975"]
    assert "Time to event or death" in words(app)


def test_a_data_set_without_dates_has_no_date_controls_and_says_why(
    shelf, open_page: Opener, realdata
) -> None:
    build_adtte(shelf, "radiant4", realdata / "radiant4_pfs_adtte.csv")
    app = open_page("survival.py", dataset="radiant4", by="modality")
    assert not app.sidebar.date_input
    assert "No date filters: the file has no dates." in [caption.value for caption in app.sidebar.caption]
    assert list(table(app).loc["everolimus"])[:3] == ["205", "109", "11.3 (9.5–14.0)"]
    assert list(table(app).loc["placebo"])[:3] == ["97", "60", "4.0 (3.7–7.6)"]


def test_another_data_set_starts_with_everybody_and_the_first_is_as_it_was_left(
    shelf, open_page: Opener
) -> None:
    build_adtte(shelf, "lung", REFERENCE / "lung_adtte.csv")
    app = open_page("survival.py", modality="RFA")
    control(app, "selectbox", "Data set").set_value("lung").run()
    assert "**all treatments** · 228 of 228 patients" in words(app)
    assert in_url(app, "dataset") == ["lung"]
    assert in_url(app, "modality") == []
    control(app, "selectbox", "Data set").set_value("synthetic").run()
    assert "17 of 59 patients" in words(app)


def test_an_open_session_keeps_its_version_and_is_told_of_a_newer_one(
    shelf, open_page: Opener, synthetic_copy: Path
) -> None:
    app = open_page("survival.py")
    old = in_url(app, "version")
    treatments = synthetic_copy / "local_treatments.csv"
    text = treatments.read_text(encoding="utf-8")
    treatments.write_text(
        text.replace("T001,P01,2014-01-10,resection", "T001,P01,2014-01-10,RFA"), encoding="utf-8"
    )
    build_source(shelf, "synthetic", synthetic_copy)
    control(app, "multiselect", "Modality").set_value(["RFA"]).run()
    assert in_url(app, "version") == old
    assert "17 of 59 patients" in words(app)
    assert "Another version of this data set is the current one now" in app.sidebar.info[0].value
    next(button for button in app.sidebar.button if button.label == "Show the current version").click().run()
    assert in_url(app, "version") != old
    assert "18 of 59 patients" in words(app)


def test_strata_keep_the_data_sets_order_and_look_under_any_filter(open_page: Opener) -> None:
    app = open_page("survival.py", by="modality", modality=["HAE", "resection"])
    assert list(table(app).index) == ["Surgical resection", "Selective HAE"]


def test_the_symmetric_convention_says_that_curves_are_plain(open_page: Opener) -> None:
    app = open_page("survival.py", conf_type="spss")
    shown = table(app)
    assert "Median, months (95 % CI, symmetric (SPSS))" in shown.columns
    assert "S at 12 months, % (95 % CI, plain)" in shown.columns
    assert shown.iloc[0, 2] == "42.0 (9.7–74.3)"


def test_the_overview_shows_attrition_events_follow_up_and_table_1(open_page: Opener) -> None:
    app = open_page("overview.py")
    diagram = "".join(part.proto.body for part in app.main.get("html"))
    numbers = re.findall(r"<strong>(\d+)</strong> (?:left|records)</", diagram)
    assert [int(n) for n in numbers] == [160, 148, 138, 110, 92, 78, 67, 59]
    events = table(app, 0)
    rows = [f"{name} | {kind} | {n}" for name, kind, n in events.itertuples()]
    assert "Time to any additional intervention: further local treatment | event | 6 (10.2 %)" in rows
    assert "Overall survival: death | event | 4 (6.8 %)" in rows
    assert (
        "Median follow-up 17.1 months (95 % CI 10.7–21.0, log-log) by reverse Kaplan-Meier, 17.0 months"
        in words(app)
    )
    baseline = table(app, 1)
    assert list(baseline.columns)[:5] == [
        "Surgical resection (n=16)",
        "RFA (n=17)",
        "External beam radiation (n=15)",
        "Selective HAE (n=11)",
        "All (n=59)",
    ]
    assert "Ki-67 (%): not recorded" in baseline.index


def test_the_overview_counts_follow_the_filters(open_page: Opener) -> None:
    app = open_page("overview.py", modality="HAE", cutoff="2016-12-31")
    assert "10 of 59 patients" in words(app)
    ended = " ".join(table(app, 0).index)
    assert "data cut-off" in ended


def test_the_published_page_compares_and_shows_every_convention(open_page: Opener) -> None:
    app = open_page("published.py")
    assert "19 of 19 published figures are reproduced from the data." in words(app)
    assert set(table(app, 0)["Reproduced"]) == {"yes"}
    conventions = table(app, 1)
    assert list(conventions.index) == ["log-log", "log", "plain", "logit", "arcsin", "symmetric (SPSS)"]
    assert conventions.loc["symmetric (SPSS)", "Time to new systemic therapy (TTNST)"] == "42.0 (9.7–74.3)"
    assert conventions.loc["log-log", "Time to any additional intervention (TTAI)"] == "21.0 (13.7–42.0)"


def test_the_published_page_of_a_trial_says_that_there_is_nothing_to_compare(
    shelf, open_page: Opener
) -> None:
    build_adtte(shelf, "ovarian", REFERENCE / "ovarian_adtte.csv")
    assert "comes without published figures" in words(open_page("published.py", dataset="ovarian"))


def test_the_methods_name_the_versions(open_page: Opener) -> None:
    app = open_page("methods.py")
    versions = table(app)["Version"]
    assert versions["duckdb"] == "1.5.6"
    assert versions["Data set “synthetic”"] == in_url(app, "version")[0]
    assert "Kaplan-Meier" in words(app)


@pytest.fixture
def trial(shelf, tmp_path: Path) -> Callable[..., None]:
    """Import rows of (id, treatment, parameter, days, CNSR) as the data set "trial"."""

    def imported(rows: list[tuple[str, str, str, int, int]], name: str = "Time", extra: str = "") -> None:
        path = tmp_path / "trial.csv"
        lines = ["USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC" + (",GROUP" if extra else "")]
        lines += [
            f"{i},{t},{p},{name},{d},DAYS,{c},ended" + (f",{extra}" if extra else "")
            for i, t, p, d, c in rows
        ]
        path.write_text("\n".join(lines), encoding="utf-8")
        build_adtte(shelf, "trial", path, competing_cnsr=2)

    return imported


def test_two_endpoints_of_one_name_stand_beside_each_other(trial, open_page: Opener) -> None:
    trial([("1", "a", "A", 10, 0), ("1", "a", "B", 20, 0)])
    assert list(table(open_page("published.py", dataset="trial")).columns) == ["Time (A)", "Time (B)"]


def test_a_treatment_called_all_is_not_mistaken_for_all_patients(
    shelf, tmp_path: Path, open_page: Opener
) -> None:
    path = tmp_path / "all.csv"
    path.write_text(
        "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,SEX\n1,All,A,Time,10,DAYS,0,F\n2,All,A,Time,20,DAYS,1,M",
        encoding="utf-8",
    )
    build_adtte(shelf, "all", path)
    shown = table(open_page("overview.py", dataset="all"), 1)
    assert list(shown.columns) == ["All (n=2)", "All (n=2)", "Largest standardised difference"]
    assert list(shown.iloc[0])[:2] == ["1 (50.0 %)", "1 (50.0 %)"]


@pytest.mark.parametrize(
    "value", [">= 65", "A -> B", "A -- B", "10 <- 5", "~= 5", ":material/home:", "*a* _b_"]
)
def test_a_stored_value_reads_as_it_is_stored(trial, open_page: Opener, value: str) -> None:
    trial([("1", value, "A", 10, 0)])
    app = open_page("survival.py", dataset="trial", by="modality")
    shown = app.main.table[0].value.index[0]
    assert plain(shown) == value
    signs = [pair for pair in ("->", "<-", "--", ">=", "~=", ":m") if pair in shown.replace("\\", "")]
    assert signs == [], "Streamlit would turn these into other signs"


def test_patients_without_a_time_of_the_endpoint_are_counted_out_loud(trial, open_page: Opener) -> None:
    trial([("1", "a", "A", 10, 0), ("2", "a", "A", 20, 0), ("1", "a", "B", 5, 0)])
    app = open_page("survival.py", dataset="trial", endpoint="B")
    assert "1 of 2 selected patients have no time of B and are not part of this." in words(app)


def test_the_overview_says_follow_up_of_those_who_have_the_endpoint(trial, open_page: Opener) -> None:
    trial([("1", "a", "OS", 100, 1), ("2", "b", "PFS", 20, 1)])
    app = open_page("overview.py", dataset="trial", modality="b", endpoint="OS")
    assert "2 patients in the data set. 1 of them match the filters." in words(app)
    assert "No selected patient has a time of OS." in words(app)


def test_deaths_that_count_as_events_do_so_on_the_overview_as_well(trial, open_page: Opener) -> None:
    trial([("1", "a", "A", 10, 2), ("2", "a", "A", 20, 1)])
    rule = {"death": "event"}
    assert list(table(open_page("overview.py", dataset="trial"))["Counts as"]) == [
        "censored",
        "death before the event",
    ]
    assert list(table(open_page("overview.py", dataset="trial", **rule))["Counts as"]) == [
        "censored",
        "event",
    ]


def test_many_reasons_are_summed_up(shelf, tmp_path: Path, open_page: Opener) -> None:
    path = tmp_path / "free.csv"
    rows = [f"{i},a,A,Time,{i},DAYS,0,note {i}" for i in range(1, 301)]
    path.write_text(
        "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,EVNTDESC\n" + "\n".join(rows), encoding="utf-8"
    )
    build_adtte(shelf, "free", path)
    shown = table(open_page("overview.py", dataset="free"))
    assert len(shown) == 7
    assert shown.loc["Time: 294 other reasons", "Patients"] == "294 (98.0 %)"


def test_a_day_outside_the_data_is_a_choice_that_leaves_nobody(open_page: Opener) -> None:
    app = open_page("survival.py")
    control(app, "date_input", "Data cut-off").set_value(date(2010, 5, 1)).run()
    assert "**all modalities; data cut-off 2010-05-01** · 0 of 59 patients" in words(app)
    assert "No patient matches these filters" in words(app)
