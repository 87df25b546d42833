"""The glossary says each term once, the document repeats it, and help texts take their words from it."""

from __future__ import annotations

import re

import pytest

from gepnet_core.glossary import PARTS, TERMS, as_markdown, define
from gepnet_core.vocabulary import STUDY_ENDPOINTS, ConfType
from pages.components.markdown import escaped
from scripts.glossary import DOCUMENT
from tests.test_pages import control, open_page, words

__all__ = ["open_page"]  # a fixture of the pages' tests


def test_the_document_is_what_the_code_says():
    assert DOCUMENT.read_text(encoding="utf-8") == as_markdown(), "run: python -m scripts.glossary"


def test_no_term_stands_in_two_parts_and_each_is_said_in_one_to_three_sentences():
    assert len(TERMS) == sum(len(terms) for terms in PARTS.values())
    for term, said in TERMS.items():
        assert said[0].isupper() or said[0].isdigit(), term
        assert said.endswith("."), term
        assert 1 <= len(re.findall(r"[.?](?: |$)", said)) <= 3, term
        assert len(said) <= 260, term


def test_every_endpoint_and_every_interval_on_offer_is_explained():
    assert {*STUDY_ENDPOINTS, *(kind.label for kind in ConfType)} <= set(TERMS)


def test_a_term_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="no term “half-life”"):
        define("half-life")


def test_the_methods_page_shows_every_term(open_page):
    said = words(open_page("methods.py"))
    assert [term for term in TERMS if escaped(define(term)).replace("\\", "") not in said] == []


@pytest.mark.parametrize(
    ("page", "kind", "label", "term"),
    [
        ("survival.py", "date_input", "Data cut-off", "data cut-off"),
        ("survival.py", "selectbox", "Confidence level", "confidence interval"),
        ("compare.py", "text_input", "Landmark, months", "landmark analysis"),
        ("compare.py", "selectbox", "Groups by", "stratum"),
        ("side_effects.py", "text_input", "Window, days (1 to 365)", "window of side effects"),
    ],
)
def test_a_control_explains_itself_in_the_words_of_the_glossary(open_page, page, kind, label, term):
    assert define(term) in control(open_page(page), kind, label).help
