"""A link shows the patients that it names or nobody: what did not arrive as it was sent never widens the cohort."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from gepnet_core.query_string import MOST_CHARACTERS, MOST_PARTS, bounded, read_query
from tests.served import Served, served, words_of_page

ROOT = Path(__file__).resolve().parents[1]
MANY = "&".join(f"where=sex:{n}" for n in range(MOST_PARTS))
NOBODY = "Nothing is shown, because the result could stand for other patients than were meant."

# links to the 17 patients with RFA, each spoiled in one way, and what is said of it
SPOILED = {
    "too-many-parts": (
        f"modality=RFA&{MANY}",
        "The link has 1,001 parts and was not read: it may have 1,000.",
    ),
    "too-many-empty-parts": ("modality=RFA" + "&" * 1_000, "The link has 1,001 parts and was not read"),
    "too-many-at-the-end": (f"{MANY}&modality=RFA", "The link has 1,001 parts and was not read"),
    "too-long": (
        f"modality=RFA&finding={'x' * MOST_CHARACTERS}",
        "The link has 524,309 characters and was not read: it may have 524,288.",
    ),
    "latin-1": ("modality=RFA&finding=Th%E9", "“finding=Th%E9” is not in the encoding of addresses"),
    "cut-within-a-character": (
        "finding=%C3&modality=RFA",
        "“finding=%C3” is not in the encoding of addresses",
    ),
    "half-an-escape": ("finding=a%2&modality=RFA", "“finding=a%2” is not in the encoding of addresses"),
    "no-hexadecimal": ("modality=RFA&finding=%ZZ", "“finding=%ZZ” is not in the encoding of addresses"),
    "key-latin-1": ("modalit%E9=RFA", "“modalit%E9=RFA” is not in the encoding of addresses"),
    "semicolons": ("finding=x;modality=RFA", "The link holds a “;” that may hide a part of it."),
    "written-for-html": ("finding=x&amp;modality=RFA", "The link holds a “;” that may hide a part of it."),
    "second-question-mark": ("lanes=sex?modality=RFA", "The link holds a “?” that may hide a part of it."),
    "empty-key": ("=RFA", "The link has an unknown part ''."),
    "key-in-capitals": ("Modality=RFA", "The link has an unknown part 'Modality'."),
    "key-with-a-blank": ("+modality=RFA", "The link has an unknown part ' modality'."),
    "key-with-brackets": ("modality[]=RFA", "The link has an unknown part 'modality[]'."),
    "key-alone": ("modality", "The link cannot be used"),
    "single-key-twice": ("cutoff=2015-01-01&cutoff=2016-01-01", "The link gives cutoff 2 times"),
    "nul": ("modality=RFA%00", "This view cannot be shown: "),
    "stand-in-for-a-long-one": ("unread_parts=1204", "The link has 1,204 parts and was not read"),
    "no-stand-in": ("unread_parts=many", "The link has an unknown part 'unread_parts'."),
}


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory) -> Iterator[Served]:
    with served("streamlit", tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.mark.parametrize(("query", "said"), SPOILED.values(), ids=SPOILED)
def test_a_spoiled_link_shows_nobody_and_says_why(dashboard: Served, query: str, said: str) -> None:
    words = words_of_page(dashboard.address, query, "survival")
    assert said in words
    assert NOBODY in words
    assert "of 59 patients" not in words


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param("modality=RFA", "**RFA** · 17 of 59 patients", id="as-it-should-be"),
        pytest.param("", "**all modalities** · 59 of 59 patients", id="none"),
        pytest.param("&&modality=RFA&", "**RFA** · 17 of 59 patients", id="empty-parts"),
        pytest.param("?modality=RFA", "**RFA** · 17 of 59 patients", id="with-its-question-mark"),
        pytest.param("embed=true&modality=RFA", "**RFA** · 17 of 59 patients", id="inside-another-page"),
        pytest.param("modality=RFA&modality=EBRT", "32 of 59 patients", id="a-key-that-may-stand-twice"),
        pytest.param(
            "&".join(["modality=RFA", *[""] * 999]), "**RFA** · 17 of 59 patients", id="as-many-as-may-be"
        ),
    ],
)
def test_a_link_that_arrives_whole_shows_its_patients(dashboard: Served, query: str, said: str) -> None:
    words = words_of_page(dashboard.address, query, "survival")
    assert said in words
    assert NOBODY not in words


def test_the_answer_to_a_link_that_is_too_long_can_be_left(app_test: type[AppTest], shelf) -> None:
    assert shelf.names() == ["synthetic"]
    app = app_test.from_file(str(ROOT / "pages" / "router.py"), default_timeout=30)
    app.query_params["modality"] = ["RFA"] * (MOST_PARTS + 1)
    app.run()
    assert "The link has 1,001 parts" in app.main.error[0].value
    next(button for button in app.main.button if button.label == "Show all patients instead").click().run()
    assert not app.main.error


# the reading of it

Read = Callable[[str], tuple[dict[str, list[str]], list[str]]]
texts = st.text(st.characters(blacklist_categories=("Cs",)), max_size=8)


@given(pairs=st.lists(st.tuples(texts, texts), max_size=6))
def test_what_an_encoder_wrote_is_read_as_by_the_standard_library(pairs) -> None:
    kept = [(key, value) for key, value in pairs if key.lower() not in ("embed", "embed_options")]
    text = urlencode(kept)
    assert read_query(text) == (parse_qs(text, keep_blank_values=True), [])


@given(text=st.text(max_size=60))
def test_any_text_is_read_to_the_last_part_or_a_sentence_says_why_not(text: str) -> None:
    values, problems = read_query(text)
    parts = [part for part in text.removeprefix("?").split("&") if part]
    embedded = [part for part in parts if part.partition("=")[0].lower() in ("embed", "embed_options")]
    assert problems or sum(map(len, values.values())) == len(parts) - len(embedded)


def test_a_query_within_bounds_is_passed_on_as_it_is() -> None:
    for text in ("", "a=b", "&" * (MOST_PARTS - 1), "x" * MOST_CHARACTERS):
        assert bounded(text) == text
    assert bounded("&" * MOST_PARTS) == "unread_parts=1001"
    assert bounded("x" * (MOST_CHARACTERS + 1)) == "unread_characters=524289"
