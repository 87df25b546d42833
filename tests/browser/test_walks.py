"""Walks that people take through every page, and what holds for each: cold links, axe, narrow screens."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.dashboard import (
    PATHS,
    NewPage,
    choose,
    command,
    curves,
    go,
    main_text,
    serving,
    set_date,
    settled,
    tables,
    violations,
)

pytestmark = pytest.mark.browser
NARROW: ViewportSize = {"width": 390, "height": 844}


def estimate(data_dir: Path, *arguments: str) -> list[dict]:
    """Return the strata of `estimate --json`, in months."""
    told = command(data_dir, "estimate", "--dataset", *arguments, "--unit", "months", "--json")
    return told["strata"]


def number(value: float | None, missing: str = "NE", scale: float = 1.0) -> str:
    """Return a number as a screen shows it; a value on the edge of rounding would need a closer look."""
    return missing if value is None else f"{scale * value:.1f}"


def expected_row(label: str, stratum: dict) -> list[str]:
    """Return the row of the survival screen's table that the command line's answer amounts to."""
    median = stratum["median"]
    row = [
        label,
        str(stratum["n"]),
        str(stratum["events"]),
        f"{number(median['estimate'], 'NR')} ({number(median['lower'])}–{number(median['upper'])})",
    ]
    if median == {"estimate": None, "lower": None, "upper": None}:
        row[-1] = "NR"
    for at in stratum["survival_at"]:
        limits = f"({number(at['lower'], scale=100)}–{number(at['upper'], scale=100)})"
        row.append("NE" if at["survival"] is None else f"{number(at['survival'], scale=100)} {limits}")
    return row


def assert_curve_shows(points: list[tuple[float, float]], stratum: dict) -> None:
    """Check a drawn curve against the command line's S(t) at 6, 12, 24 and 36 months."""
    checked = 0
    for at in stratum["survival_at"]:
        if at["survival"] is not None:
            assert [y for x, y in points if x <= at["at"]][-1] == pytest.approx(100 * at["survival"])
            checked += 1
    assert checked


def test_filters_moved_change_curve_counts_and_medians_to_the_command_lines(
    address: str, data_dir: Path, page: Page
) -> None:
    go(page, f"{address}/survival")
    everybody = estimate(data_dir, "synthetic", "--endpoint", "TTNST")
    assert tables(page)[0][1:] == [expected_row("All patients", everybody[0])]
    assert_curve_shows(curves(page)["All patients"], everybody[0])

    choose(page, "Modality", "RFA")
    choose(page, "Modality", "External beam radiation")
    two = estimate(data_dir, "synthetic", "--endpoint", "TTNST", "--modality", "RFA", "--modality", "EBRT")
    assert two[0]["n"] == 32
    assert tables(page)[0][1:] == [expected_row("All patients", two[0])]
    assert_curve_shows(curves(page)["All patients"], two[0])

    set_date(page, "Index date start date", "2014-09-01")
    set_date(page, "Index date end date", "2016-12-31")
    set_date(page, "Data cut-off", "2017-03-31")
    choose(page, "Stratify by", "Modality")
    choose(page, "Endpoint", "TTAI: Time to any additional intervention")
    choose(page, "Confidence interval", "plain")
    by = estimate(
        *(data_dir, "synthetic", "--endpoint", "TTAI", "--modality", "RFA", "--modality", "EBRT"),
        *("--index-from", "2014-09-01", "--index-to", "2016-12-31", "--cutoff", "2017-03-31"),
        *("--by", "modality", "--conf-type", "plain"),
    )
    labels = {"RFA": "RFA", "EBRT": "External beam radiation"}
    assert tables(page)[0][1:] == [expected_row(labels[s["stratum"]], s) for s in by]
    for stratum in by:
        assert_curve_shows(curves(page)[labels[stratum["stratum"]]], stratum)
    left = sum(stratum["n"] for stratum in by)
    assert (
        "RFA or External beam radiation; index date from 2014-09-01 to 2016-12-31; data cut-off 2017-03-31 · "
        f"{left} of 59 patients" in main_text(page)
    )


def test_a_shared_address_shows_the_same_in_another_browser(
    address: str, page: Page, new_page: NewPage
) -> None:
    go(page, f"{address}/survival")
    choose(page, "Modality", "Selective HAE")
    choose(page, "Modality", "Surgical resection")
    set_date(page, "Data cut-off", "2016-06-30")
    choose(page, "Endpoint", "PFS: Progression-free survival")
    choose(page, "Stratify by", "Sex")
    choose(page, "Confidence level", "90 %")
    shared = page.url
    said = parse_qs(urlsplit(shared).query)
    assert {
        "dataset",
        "version",
        "modality",
        "cutoff",
        "endpoint",
        "by",
        "conf_type",
        "conf_level",
        "death",
    } <= set(said)
    second = new_page()
    go(second, shared)
    assert tables(second) == tables(page)
    assert main_text(second) == main_text(page)
    assert curves(second) == curves(page)
    assert second.url == shared
    second.reload()
    settled(second)
    assert tables(second) == tables(page)


@pytest.mark.parametrize("path", ["/survival", "/compare"])
def test_a_cold_deep_link_on_a_fresh_server_opens_its_page_with_filters(
    tmp_path: Path, new_page: NewPage, path: str
) -> None:
    with serving(tmp_path / "data") as fresh:
        page = new_page()
        go(page, f"{fresh}{path}?dataset=synthetic&modality=RFA")
        expect(page.locator("h1")).to_have_text(PATHS[path])
        assert "RFA · 17 of 59 patients · synthetic cohort, no real patient" in main_text(page)
        expect(page.get_by_role("combobox", name="Modality", exact=True)).to_be_visible()
        page.close()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param("modality=", "A modality is empty", id="empty-modality"),
        pytest.param("dataset=../../etc", "not a data set name", id="path-for-a-name"),
        pytest.param("endpoint=<script>alert(1)</script>", "has no endpoint", id="markup"),
    ],
)
def test_a_bad_address_says_why_and_shows_nobody(address: str, page: Page, query: str, said: str) -> None:
    go(page, f"{address}/survival?{query}")
    text = main_text(page)
    assert said in text
    assert tables(page) == []
    assert page.locator(".js-plotly-plot").count() == 0
    page.get_by_role("button", name="Show all patients instead").click()
    expect(page.get_by_test_id("stMain")).to_contain_text("59 of 59 patients", timeout=30_000)


def test_the_cohort_downloads_as_the_rows_behind_the_screen(
    address: str, data_dir: Path, page: Page, tmp_path: Path
) -> None:
    go(page, f"{address}/survival?modality=EBRT&modality=HAE&cutoff=2017-01-31&endpoint=PFS")
    with page.expect_download() as started:
        page.get_by_role("button", name="Cohort (CSV)").click()
    rows = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text(encoding="utf-8"))))
    shown = tables(page)[0][1]
    assert [str(len(rows)), str(sum(row["PFS_status"] == "1" for row in rows))] == shown[1:3]
    assert {row["modality"] for row in rows} == {"EBRT", "HAE"}
    assert next(iter(rows[0])) == "dataset_version"
    assert {row["dataset_version"] for row in rows} == set(parse_qs(urlsplit(page.url).query)["version"])
    out = tmp_path / "same.csv"
    command(
        *(data_dir, "export", "--dataset", "synthetic", "--modality", "EBRT", "--modality", "HAE"),
        *("--cutoff", "2017-01-31", "--out", str(out)),
    )
    assert out.read_bytes() == Path(started.value.path()).read_bytes()

    with page.expect_download() as started:
        page.get_by_role("button", name="Curve steps (CSV)").click()
    steps = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text(encoding="utf-8"))))
    assert sum(int(step["events"]) for step in steps) == int(shown[2])
    assert [(float(s["day"]) / 30.4375, 100 * float(s["survival"])) for s in steps][-1] == pytest.approx(
        curves(page)["All patients"][-1]
    )


def test_the_figure_downloads(address: str, page: Page) -> None:
    go(page, f"{address}/survival?by=modality")
    for kind, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        page.get_by_test_id("stRadio").get_by_text(kind, exact=True).click()
        page.wait_for_function(
            "kind => document.querySelector('.js-plotly-plot')._context.toImageButtonOptions.format === kind",
            arg=kind.lower(),
        )
        settled(page)
        with page.expect_download() as started:
            page.locator(".modebar-btn").first.click()
        assert started.value.suggested_filename == f"synthetic_TTNST.{kind.lower()}"
        assert Path(started.value.path()).read_bytes().startswith(start)


def test_a_trial_without_dates_imported_by_command_opens_with_a_word_why(
    address: str, data_dir: Path, page: Page, realdata: Path
) -> None:
    command(data_dir, "import", str(realdata / "radiant4_pfs_adtte.csv"), "--dataset", "radiant4")
    go(page, f"{address}/survival")
    choose(page, "Data set", "radiant4")
    choose(page, "Stratify by", "Treatment (TRTP)")
    strata = estimate(data_dir, "radiant4", "--endpoint", "PFS", "--by", "modality")
    assert [s["n"] for s in strata] == [205, 97]
    assert tables(page)[0][1:] == [expected_row(s["stratum"], s) for s in strata]
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_text("No date filters: the file has no dates.")).to_be_visible()
    expect(sidebar.get_by_text("Index date", exact=True)).to_have_count(0)
    expect(sidebar.get_by_text("Data cut-off", exact=True)).to_have_count(0)


def test_the_at_risk_table_stands_under_the_ticks_and_adds_up_to_n(address: str, page: Page) -> None:
    go(page, f"{address}/survival")
    ticks, cells = page.evaluate(
        """() => {
            const middle = node => { const box = node.getBoundingClientRect(); return (box.left + box.right) / 2; };
            return [
                [...document.querySelectorAll('.xtick text')].map(middle),
                [...document.querySelectorAll('.textpoint text')].map(node => [middle(node), +node.textContent]),
            ];
        }"""
    )
    assert len(ticks) >= 4
    for tick in ticks:
        under = [value for middle, value in cells if abs(middle - tick) < 3]
        assert len(under) == 3, "at risk, censored, events"
        assert sum(under) == 59


def test_hovering_says_survival_interval_and_at_risk(address: str, page: Page) -> None:
    go(page, f"{address}/survival")
    spot = page.evaluate(
        """() => {
            const plot = document.querySelector('.js-plotly-plot'), full = plot._fullLayout;
            const trace = plot._fullData.find(t => t.mode === 'lines' && t.name);
            const i = 10, box = plot.getBoundingClientRect();
            return [box.left + full.xaxis._offset + full.xaxis.d2p(trace.x[i]),
                    box.top + full.yaxis._offset + full.yaxis.d2p(trace.y[i])];
        }"""
    )
    page.mouse.move(*spot)
    hover = page.locator(".hoverlayer .hovertext")
    expect(hover).to_contain_text("S(t)")
    expect(hover).to_contain_text("95 % CI")
    expect(hover).to_contain_text("at risk")


VIEWS = [
    *(f"{path}?by=modality" for path in PATHS if path != "/compare"),
    "/compare?subgroup=sex&adjust=age_at_index",
    "/survival",
    "/survival?modality=nobody",
    "/survival?index_from=2010-01-01&index_to=2011-01-01",
]


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_no_violation_in_light_or_dark_and_a_narrow_screen_needs_no_sideways_scrolling(
    address: str, page: Page, view: str
) -> None:
    go(page, f"{address}{view}")
    assert scheme(page) == "light"
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    settled(page)
    assert scheme(page) == "dark"
    assert violations(page) == []
    page.set_viewport_size(NARROW)
    settled(page)
    assert violations(page) == []
    beyond = """() => [...document.querySelectorAll('[data-testid="stMain"]')].map(
        main => main.scrollWidth - main.clientWidth)"""
    assert page.evaluate(beyond) == [0]


def scheme(page: Page) -> str:
    """Return the theme in which the page is drawn."""
    found: str = page.evaluate("() => getComputedStyle(document.querySelector('.stApp')).colorScheme")
    return found


def test_on_a_narrow_screen_keys_reach_what_is_seen_and_the_menu_breaks_no_rule_of_access(
    address: str, page: Page
) -> None:
    page.set_viewport_size(NARROW)
    go(page, f"{address}/methods")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                """() => document.activeElement.closest('[data-testid="stSidebar"]')
                    ? 'sidebar' : document.activeElement.tagName.toLowerCase()"""
            )
        )
    assert "sidebar" not in reached, "it is folded away"
    assert "table" in reached, "it is wider than the screen"
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(page.get_by_role("link", name="Patients like this one")).to_be_visible()
    assert violations(page) == []


def test_every_answer_carries_the_security_headers(address: str, page: Page) -> None:
    answer = page.goto(f"{address}/ready")
    assert answer is not None
    assert answer.text() == "ready\n"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
