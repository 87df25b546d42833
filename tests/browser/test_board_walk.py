"""The board view in a browser: one bare screen, moved by keys, read by the cursor, kept in its address."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.dashboard import command, go, main_text, settled, violations

pytestmark = pytest.mark.browser

WHAT_IS_SEEN = """() => {
    const seen = [...document.querySelectorAll('body *')].filter(node =>
        [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim())
        && node.checkVisibility({ visibilityProperty: true, opacityProperty: true })
        && !node.closest('h1, style, script, dialog'))
    return seen.map(node => {
        const box = node.getBoundingClientRect()
        return { tag: node.tagName.toLowerCase(), words: node.textContent.trim().slice(0, 40), right: box.right,
            bottom: box.bottom, left: box.left, top: box.top, wide: box.width,
            size: parseFloat(getComputedStyle(node).fontSize) }
    }).filter(found => found.wide > 1)
}"""


PROJECTOR: ViewportSize = {"width": 1280, "height": 720}


@pytest.fixture
def board(page: Page) -> Page:
    """The tab as wide and high as a projector."""
    page.set_viewport_size(PROJECTOR)
    return page


def said(page: Page) -> dict[str, list[str]]:
    """Return what the address says."""
    return parse_qs(urlsplit(page.url).query)


def press(page: Page, *keys: str) -> None:
    """Press keys and wait until the board has answered them."""
    before = page.url
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_function("before => location.href !== before", arg=before, timeout=30_000)
    settled(page)


def assert_shows(page: Page, data_dir: Path, *options: str) -> None:
    """Check sentence and readings against the command line's."""
    told = command(data_dir, "read", "--dataset", "synthetic", "--unit", "months", *options, "--json")
    shown = main_text(page).replace("\u2060", "")
    (reading,) = told["readings"]
    assert told["sentence"].replace("\u00a0", " ") in shown
    assert reading["heading"].replace("\u00a0", " ") in shown
    for stratum in reading["strata"]:
        if stratum["share"] is None:
            assert "not estimable beyond the follow-up" in shown
            continue
        share, lower, upper = (
            f"{100 * stratum[key]:.0f}" if stratum[key] is not None else "NE"
            for key in ("share", "lower", "upper")
        )
        assert f"{share} %" in shown
        assert ("(NE)" if (lower, upper) == ("NE", "NE") else f"({lower}–{upper})") in shown
        assert f"{stratum['at_risk']} at risk" in shown


def test_the_board_is_one_screen_of_large_type_without_anything_else(address: str, board: Page) -> None:
    for query, scheme in (("", "light"), ("?by=modality&endpoint=PFS", "dark")):
        board.emulate_media(color_scheme=scheme)
        go(board, f"{address}/board{query}")
        heights = board.evaluate(
            """() => ['html', '[data-testid="stMain"]', '.st-key-board-readings'].map(name => {
                const node = document.querySelector(name); return node.scrollHeight - node.clientHeight })"""
        )
        assert heights == [0, 0, 0], query
        seen = board.evaluate(WHAT_IS_SEEN)
        assert len(seen) > 15
        assert [found for found in seen if found["size"] < 18] == [], query
        outside = [f for f in seen if f["bottom"] > 720 or f["right"] > 1280 or f["left"] < 0 or f["top"] < 0]
        assert outside == [], query
        assert min(found["size"] for found in seen if found["words"].startswith("Median")) >= 28
        for chrome in ("stSidebar", "stHeader", "stToolbar"):
            assert board.get_by_test_id(chrome).filter(visible=True).count() == 0, chrome


def test_keys_move_endpoint_patients_and_time_and_the_address_opens_the_same_board(
    address: str, data_dir: Path, board: Page
) -> None:
    go(board, f"{address}/board")
    press(board, "e")
    assert_shows(board, data_dir, "--endpoint", "TTAI", "--at", "12")
    # faster than the server answers
    press(board, "Shift+E", "m", "ArrowRight", "ArrowRight", "ArrowRight", "Shift+ArrowRight")
    assert_shows(board, data_dir, "--endpoint", "TTNST", "--modality", "resection", "--at", "21")
    press(board, "Shift+M", "Shift+M", "Home", "End", "ArrowLeft", "b")
    assert (said(board)["at"], said(board)["band"]) == (["41.0"], ["no"])
    assert_shows(board, data_dir, "--endpoint", "TTNST", "--by", "modality", "--at", "41")
    shared, shown = board.url, main_text(board)

    board.keyboard.press("Control+e")
    board.keyboard.press("Alt+ArrowUp")
    board.keyboard.press("?")
    help_text = board.get_by_role("dialog", name="Keys")
    expect(help_text).to_contain_text("next endpoint")
    assert violations(board) == []
    board.keyboard.press("e")
    board.keyboard.press("Escape")
    expect(help_text).to_be_hidden()
    settled(board)
    assert board.url == shared, (
        "neither a key with Control nor one while the keys are explained moves anything"
    )

    second = board.context.new_page()
    second.set_viewport_size(PROJECTOR)
    go(second, shared)
    assert (main_text(second), second.url) == (shown, shared)
    second.close()

    board.keyboard.press("Escape")
    expect(board.locator("h1")).to_have_text("Survival", timeout=30_000)
    settled(board)
    assert {key: said(board)[key] for key in ("by", "endpoint", "band")} == {
        "by": ["modality"],
        "endpoint": ["TTNST"],
        "band": ["no"],
    }
    board.get_by_role("link", name="Board view").filter(has_not=board.locator("svg")).last.click()
    expect(board.locator("h1")).to_have_text("Board view", timeout=30_000)
    settled(board)
    assert main_text(board) == shown


def test_the_cursor_reads_all_groups_at_one_time(address: str, data_dir: Path, board: Page) -> None:
    go(board, f"{address}/board?by=modality")
    day = 423.0
    spot = board.evaluate(
        """month => {
            const plot = document.querySelector('.js-plotly-plot'), full = plot._fullLayout;
            const box = plot.getBoundingClientRect();
            return [box.left + full.xaxis._offset + full.xaxis.d2p(month), box.top + full.yaxis._offset + 60];
        }""",
        day / 30.4375,
    )
    board.mouse.move(*spot)
    hover = board.locator(".hoverlayer .legend")
    expect(hover).to_be_visible()
    text = " ".join(hover.locator("text").all_text_contents()).replace("\u00a0", " ")
    month = board.evaluate("() => document.querySelector('.js-plotly-plot')._hoverdata[0].x")
    assert text.startswith(f"{month:.1f} months (95 % CI, log-log)")
    told = command(
        *(data_dir, "read", "--dataset", "synthetic", "--endpoint", "TTNST", "--by", "modality", "--json"),
        *("--at", str(round(month * 30.4375))),
    )
    for stratum in told["readings"][0]["strata"]:
        share = f"{100 * stratum['share']:.0f}"
        assert f"{stratum['label']} {share} (" in text
        assert f"{stratum['at_risk']} at risk" in text
        if stratum["difference"]:
            points = f"{100 * stratum['difference']['estimate']:+.0f}".replace("-", "−")
            assert f"at risk, difference {points} (" in text
    names = [stratum["label"] for stratum in told["readings"][0]["strata"]]
    panel = board.locator(".board-stratum h3").all_text_contents()
    assert sorted(names, key=lambda name: text.rindex(f"{name} ")) == names == panel
    press(board, "b")
    board.mouse.move(spot[0] + 1, spot[1])
    expect(hover).to_be_visible()
    text = " ".join(hover.locator("text").all_text_contents())
    assert sorted(names, key=lambda name: text.rindex(f"{name} ")) == names, "also without a band"
    press(board, "b")
    assert "difference to Surgical resection in points" in text
    for scheme in ("light", "dark"):
        board.emulate_media(color_scheme=scheme)
        settled(board)
        assert violations(board) == []


def test_a_telephone_stacks_the_board_and_a_larger_projector_enlarges_it(address: str, board: Page) -> None:
    board.set_viewport_size({"width": 390, "height": 844})
    go(board, f"{address}/board?by=modality")
    assert (
        board.evaluate(
            """() => { const main = document.querySelector('[data-testid="stMain"]');
            return main.scrollWidth - main.clientWidth }"""
        )
        == 0
    )
    curve, read = (board.locator(f".st-key-board-{part}").bounding_box() for part in ("figure", "readings"))
    assert curve is not None
    assert read is not None
    assert read["y"] >= curve["y"] + curve["height"]
    board.set_viewport_size({"width": 1920, "height": 1080})
    expect(board.locator(".xtick text").first).to_have_css("font-size", "39px", timeout=30_000)
    settled(board)
    assert min(found["size"] for found in board.evaluate(WHAT_IS_SEEN)) >= 27
