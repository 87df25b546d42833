"""Mappings, settings and published figures as people give them: within bounds, or refused in one line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gepnet_core.errors import FileRefused
from gepnet_core.intake.mapping import mapping_from
from gepnet_core.published_figures import read_published
from gepnet_core.records import DEEPEST, LARGEST, LONGEST_NUMBER, parse_toml
from tests.test_data_page import app, upload
from tests.test_pages import open_page, words

__all__ = ["app", "open_page"]

WIDE = "case,operated,seen\nA,2014-01-02,2015-03-04\nB,2014-05-06,2015-07-08\n"
MAPPING = """
patient_id = "case"
[[local_treatments]]
date = "operated"
modality = { value = "RFA" }
[follow_up]
last_contact_date = "seen"
"""
DEEP = 50_000
BROKEN = [
    pytest.param("x = " + "[" * DEEP, 1, "is nested more than 32 deep", "file-limit", id="brackets"),
    pytest.param(
        f"\nx = {'[' * DEEP}{']' * DEEP}", 2, "is nested more than 32 deep", "file-limit", id="closed"
    ),
    pytest.param("\n\nx = " + "{ a = " * DEEP, 3, "is nested more than 32 deep", "file-limit", id="tables"),
    pytest.param(".".join("a" * DEEP) + " = 1", 1, "is nested more than 32 deep", "file-limit", id="keys"),
    pytest.param(
        "[" + ".".join("a" * DEEP) + "]", 1, "is nested more than 32 deep", "file-limit", id="header"
    ),
    pytest.param(f"[a]\nx = {'9' * 5_000}", 2, "holds a number of 5,000 digits", "file-limit", id="digits"),
    pytest.param(f"x = -{'9' * 5_000}", 1, "holds a number of 5,000 digits", "file-limit", id="negative"),
    pytest.param(f"x = 0x{'f' * 5_000}", 1, "holds a number of 5,002 digits", "file-limit", id="hexadecimal"),
    pytest.param(
        f"x = [1, {'1_' * 3_000}1]", 1, "holds a number of 3,001 digits", "file-limit", id="underscores"
    ),
    pytest.param(f'x = "{"y" * LARGEST}"', None, "has more than 1,048,576 bytes", "file-limit", id="large"),
    pytest.param('x = "a\\u000Bb"', None, "(U+000B, number 2 of 3)", "character", id="control-character"),
    pytest.param('x = [["\\uFFFF"]]', None, "(U+FFFF, number 1 of 1)", "character", id="inside-a-list"),
    pytest.param('"a\\u0001" = 1', None, "a key holds a character", "character", id="key"),
]


@pytest.mark.parametrize(("text", "line", "reason", "rule"), BROKEN)
def test_a_text_beyond_the_bounds_is_refused_with_its_place(text: str, line, reason: str, rule: str) -> None:
    began = time.monotonic()
    with pytest.raises(FileRefused) as refused:
        parse_toml("given.toml", text)
    assert (refused.value.line, refused.value.rule) == (line, rule)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x = " + "[" * DEEPEST + "]" * DEEPEST, id="as-deep-as-may-be"),
        pytest.param(f"x = {'9' * (LONGEST_NUMBER - 1)}", id="as-many-digits-as-may-be"),
        pytest.param(f'x = "{"9" * 5_000}"', id="digits-in-quotes"),
        pytest.param(f'x = "{"[" * DEEP}"', id="brackets-in-quotes"),
        pytest.param(f"x = '{'[' * DEEP}'", id="brackets-in-single-quotes"),
        pytest.param(f'x = """{"[" * DEEP}\n"{"[" * DEEP}"""', id="brackets-in-a-long-text"),
        pytest.param(f"# {'[' * DEEP}\nx = 1", id="brackets-in-a-remark"),
        pytest.param("x = [" + "[1.5, 2.5], " * 10_000 + "]", id="many-beside-each-other"),
        pytest.param(
            'x = "tab\\t, line\\n, é, \\u00A0, \\uFFFD, \\U0001F600"', id="characters-that-documents-hold"
        ),
    ],
)
def test_what_is_within_the_bounds_is_read(text: str) -> None:
    assert list(parse_toml("given.toml", text)) == ["x"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('x = "' + '\\"' * 400_000, id="quotes-in-a-text-that-does-not-end"),
        pytest.param('x = """' + '\\"""' * 200_000 + "\\", id="a-long-text-that-does-not-end"),
        pytest.param("'\n" * 400_000, id="quotes-without-an-end"),
        pytest.param("'''" * 300_001, id="long-quotes-without-an-end"),
    ],
)
def test_a_broken_text_of_a_megabyte_is_refused_at_once(text: str) -> None:
    began = time.monotonic()
    with pytest.raises(FileRefused):
        parse_toml("given.toml", text)
    assert time.monotonic() - began < 10


@pytest.fixture
def review(tmp_path: Path) -> Path:
    """A wide table, with its mapping beside it."""
    (tmp_path / "w.csv").write_text(WIDE)
    (tmp_path / "m.toml").write_text(MAPPING)
    return tmp_path


@pytest.mark.parametrize(("text", "line", "reason", "rule"), BROKEN)
@pytest.mark.parametrize("option", ["--mapping", "--settings"])
def test_the_command_line_says_it_in_one_line(
    cli, review: Path, option: str, text, line, reason, rule
) -> None:
    assert rule
    (review / "bad.toml").write_text(text)
    given = {"--mapping": review / "m.toml"} | {option: review / "bad.toml"}
    options = [part for pair in given.items() for part in pair]
    told = cli("import", review / "w.csv", "--dataset", "d", "--extracted", "2016-01-01", *options)
    assert (told.code, told.json) == (2, None)
    assert told.said.count("\n") == 1
    assert reason in told.said
    assert line is None or f"bad.toml, line {line}" in told.said


@pytest.mark.parametrize("name", ["settings.toml", "published.toml"])
@pytest.mark.parametrize(("text", "line", "reason", "rule"), BROKEN)
def test_files_beside_the_tables_are_held_to_the_same(
    cli, synthetic_copy, name, text, line, reason, rule
) -> None:
    assert rule
    (synthetic_copy / name).write_text(text)
    told = cli("import", synthetic_copy, "--dataset", "d", "--extracted", "2019-01-01")
    assert (told.code, told.json) == (2, None)
    assert told.said.count("\n") == 1
    assert reason in told.said
    assert line is None or f"{name}, line {line}" in told.said


@pytest.mark.parametrize("option", ["--mapping", "--settings"])
@pytest.mark.parametrize("kind", ["missing", "folder", "endless"])
def test_a_file_that_cannot_be_read_is_refused(cli, review: Path, option: str, kind: str) -> None:
    place = {"missing": review / "typo.toml", "folder": review, "endless": Path("/dev/zero")}[kind]
    given = {"--mapping": review / "m.toml"} | {option: place}
    options = [part for pair in given.items() for part in pair]
    told = cli("import", review / "w.csv", "--dataset", "d", "--extracted", "2016-01-01", *options)
    assert told.code == 2
    assert told.said.count("\n") == 1
    assert ("has more than" if kind == "endless" else "cannot be read") in told.said


def test_a_value_that_is_no_day_is_refused_as_toml() -> None:
    with pytest.raises(FileRefused, match="is not TOML"):
        read_published("x = 2014-02-31")
    with pytest.raises(FileRefused, match="is not TOML"):
        mapping_from("m.toml", "x = 2014-02-01T25:00:00")


def test_the_page_takes_a_marked_mapping_and_refuses_a_deep_one(app) -> None:
    upload(app, "w.csv", WIDE)
    upload(app, "deep.toml", "x = " + "[" * DEEP, at=1)
    assert "deep.toml, line 1: is nested more than 32 deep" in words(app).replace("\\", "")
    upload(app, "kept.toml", MAPPING.encode("utf-8-sig"), at=1)
    assert app.session_state["import_state"].loaded.patient_id.column == "case"
