"""What only a browser shows of the looks: the tour's cookie, a printed page, words opened by keys, the typeface."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from gepnet_core.glossary import define
from tests.dashboard import NewPage, go, settled, violations

pytestmark = pytest.mark.browser
INK = "rgb(27, 39, 51)"


def test_a_closed_tour_stays_away_in_this_browser_and_comes_in_another(
    address: str, new_page: NewPage
) -> None:
    first = new_page()
    go(first, f"{address}/")
    tour = first.get_by_text("A short tour, step 1 of 3.")
    expect(tour).to_be_visible()
    assert first.evaluate("() => document.activeElement === document.body"), "the tour takes no focus"
    first.get_by_text("Surgical resection alone").click()
    expect(first.get_by_test_id("stMain")).to_contain_text("16 of 59 patients")
    expect(tour).to_be_visible()
    first.get_by_role("button", name="Close the tour").click()
    expect(tour).to_have_count(0)
    first.wait_for_function("() => document.cookie.includes('gepnet_tour=closed')")
    second = first.context.new_page()
    go(second, f"{address}/")
    expect(second.get_by_text("A short tour")).to_have_count(0)
    second.context.clear_cookies()  # which is all that tells one browser from another
    go(second, f"{address}/")
    expect(second.get_by_text("A short tour, step 1 of 3.")).to_be_visible()


def test_a_page_prints_as_ink_on_white_and_says_its_filters_and_version(address: str, page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    go(page, f"{address}/survival?by=modality&modality=RFA&modality=EBRT")
    page.evaluate(
        """() => window.addEventListener('beforeprint', () => {
            window.printed = [...document.querySelectorAll('.js-plotly-plot')].map(
                figure => [figure.querySelector('.main-svg').getBoundingClientRect().width, figure.style.zoom]);
        })"""
    )
    assert page.pdf(format="A4").startswith(b"%PDF")
    fitted = page.evaluate("() => window.printed")
    assert [round(width) for width, _ in fitted] == [700]
    assert 0.5 < float(fitted[0][1]) < 1.0
    assert page.locator(".js-plotly-plot").evaluate("figure => figure.style.zoom") == "", "as before"
    page.emulate_media(media="print", color_scheme="dark")
    head = page.locator(".on-paper")
    expect(head).to_be_visible()
    expect(head).to_have_text(
        re.compile(r"data set synthetic, version v\w+ · filters: RFA or External beam radiation$")
    )
    for hidden in ("stSidebar", "stHeader", "stDownloadButton", "stPopover"):
        assert not any(found.is_visible() for found in page.get_by_test_id(hidden).all()), hidden
    assert page.locator(".modebar-container").evaluate_all(
        "all => all.every(bar => getComputedStyle(bar).display === 'none')"
    )
    seen = page.evaluate(
        """() => {
            const style = node => getComputedStyle(node);
            const all = [...document.querySelectorAll('.stApp, [data-testid="stMain"]')];
            const words = [...document.querySelectorAll('[data-testid="stMain"] :is(h1, p, td, th)')];
            const svg = [...document.querySelectorAll('.js-plotly-plot .xtick text')];
            return {
                paper: [...new Set(all.map(node => style(node).backgroundColor))],
                ink: [...new Set(words.map(node => style(node).color))],
                axis: [...new Set(svg.map(node => style(node).fill))],
                tables: [...document.querySelectorAll('[data-testid="stTable"]')].map(
                    node => node.scrollWidth - node.clientWidth),
            };
        }"""
    )
    assert seen["paper"] == ["rgb(255, 255, 255)"]
    assert seen["ink"] == seen["axis"] == [INK]
    assert seen["tables"]
    assert all(beyond <= 0 for beyond in seen["tables"])
    page.emulate_media(media="screen", color_scheme="dark")
    settled(page)
    assert not head.is_visible()


def test_the_words_of_a_table_are_explained_by_keys_alone_in_the_typeface_of_the_house(
    address: str, page: Page
) -> None:
    page.emulate_media(media="screen")
    go(page, f"{address}/survival")
    button = page.get_by_role("button", name="What do these words mean?")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(define("censored"))).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_text(define("censored"))).not_to_be_visible()
    loaded = page.evaluate(
        "() => [...document.fonts].filter(font => /Inter/.test(font.family)).map(font => font.status)"
    )
    assert loaded == ["loaded"] * 3
    assert "Inter" in page.evaluate(
        "() => getComputedStyle(document.querySelector('.xtick text')).fontFamily"
    )
    assert page.request.get(f"{address}/fonts/README.md").status == 404
    assert page.request.get(f"{address}/fonts/inter-bold.woff2").headers["content-type"] == "font/woff2"
