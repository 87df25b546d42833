"""Words that are one to the eye: letters of another alphabet, blanks and widths, in every format."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from gepnet_core.contract import TABLES_BY_NAME
from gepnet_core.intake.cells import LOOK_ALIKE, convert, folded, spelled_otherwise
from gepnet_core.intake.dates import CellRefused
from gepnet_core.intake.mapping import mapping_from
from gepnet_core.intake.new_therapies import says_after
from gepnet_core.intake.request import Format, Request
from gepnet_core.store.build import prepare
from tests.test_eligibility import TinySource

ROWS = "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,GROUP\n"


def adtte(folder: Path, treatments: list[str], groups: list[str]):
    """Prepare an ADTTE file of patients with these treatments and groups."""
    path = folder / "adtte.csv"
    rows = zip(treatments, groups, strict=True)
    text = ROWS + "".join(
        f"P{n},{treatment},OS,Overall survival,{10 + n},DAYS,0,{group}\n"
        for n, (treatment, group) in enumerate(rows)
    )
    path.write_text(text, encoding="utf-8")
    scratch = folder / "scratch"
    scratch.mkdir()
    return prepare(Request(path, Format.ADTTE), scratch)


ALIKE = [
    pytest.param("A1", "\u04101", id="cyrillic"),
    pytest.param("Beta", "\u0392eta", id="greek-capital"),
    pytest.param("G1", "\uff271", id="full-width"),
    pytest.param("G1", "G\u200b1", id="zero-width"),
    pytest.param("drug a", "drug\u00a0a", id="no-break-space"),
    pytest.param("\u00e9toile", "e\u0301toile", id="combining-accent"),
    pytest.param("G1", "g1", id="case"),
]
DIFFERENT = [
    pytest.param("G1", "G2", id="another-digit"),
    pytest.param("a", "\u03b1", id="small-alpha-is-its-own-letter"),
    pytest.param("E", "\u00c9", id="accent"),
    pytest.param("0", "O", id="zero-and-o"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_look_alike_levels_are_a_warning_in_a_baseline_column_and_refused_as_treatments(one, other, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    found = adtte(tmp_path / "a", ["x", "y", "x", "y"], [one, one, "Z", other])
    assert found.current is not None
    assert [(row.rule, row.line, row.column) for row in found.report.findings] == [
        ("level-spelling", 5, "GROUP")
    ]
    refused = adtte(tmp_path / "b", [one, one, "Z", other], ["1", "2", "3", "4"])
    assert refused.current is None
    assert [(row.rule, row.line, row.column) for row in refused.report.findings] == [("spelling", 5, "TRTP")]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_an_eye_can_tell_is_two(one, other, tmp_path):
    found = adtte(tmp_path, [one, one, other, other], [one, one, other, other])
    assert found.report.findings == []


@pytest.mark.parametrize(
    ("text", "year"),
    [
        pytest.param("1955", 1955, id="year"),
        pytest.param("12.03.1955", 1955, id="german"),
        pytest.param("03/04/1955", 1955, id="either-order"),
        pytest.param("1955-03-12", 1955, id="iso"),
        pytest.param("19550312", 1955, id="compact"),
    ],
)
def test_of_a_date_of_birth_the_year_is_kept(text, year):
    column = next(one for one in TABLES_BY_NAME["patients"].columns if one.name == "birth_year")
    assert convert(column, text) == year


@pytest.mark.parametrize("text", ["31.02.1955", "12.03.55", "1955.5", "18490101"])
def test_what_is_neither_a_year_nor_a_date_of_birth_is_refused(text):
    column = next(one for one in TABLES_BY_NAME["patients"].columns if one.name == "birth_year")
    with pytest.raises(CellRefused):
        convert(column, text)


def test_the_words_name_the_letter():
    assert spelled_otherwise("\u04101", "A1") == (
        "'\u04101' is 'A1' in letters that look alike (U+0410 is not A). Use one spelling."
    )


def test_in_source_tables_a_look_alike_modality_is_refused(tmp_path):
    source = TinySource(tmp_path / "tiny")
    source.patient("P", ("2015-01-01", "RFA")).patient("Q", ("2015-01-01", "RF\u0410"))
    source.patient("R", ("2015-01-01", "RFA"))
    with pytest.raises(Exception, match=r"U\+0410 is not A"):
        source.build()


def test_every_letter_that_looks_latin_is_folded_to_one_latin_letter():
    for letter, latin in LOOK_ALIKE.items():
        assert folded(letter) == folded(latin)
        assert latin.isascii()


def test_a_column_of_many_values_is_not_searched(tmp_path):
    values = [f"v{n}" for n in range(1_200)]
    found = adtte(tmp_path, ["x"] * 1_202, [*values, "V0", "V1"])
    assert found.report.findings == []


@pytest.mark.parametrize(
    ("heading", "after"),
    [
        *(
            (word, True)
            for word in ("New therapy", "newTherapyStart", "NEWTHDT", "next_line", "neue Therapie ab")
        ),
        *(
            (word, True)
            for word in ("Folge-Therapie", "Subsequent systemic therapy", "post_tx_start", "new_tx1")
        ),
        *(
            (word, False)
            for word in ("Therapy", "Systemic start", "Newly diagnosed", "Neutrophils", "Nachname")
        ),
    ],
)
def test_headings_of_therapies_that_come_after_a_treatment(heading, after):
    assert says_after(heading) is after


def test_where_nearly_all_dates_lie_after_the_treatment_one_before_it_is_pointed_at(tmp_path):
    mapping = """
patient_id = "id"
[patients]
metastatic_date = "mets"
[[local_treatments]]
date = "op"
modality = { value = "resection" }
[[systemic_therapies]]
start_date = "systemic"
agent = { value = "unknown" }
[follow_up]
last_contact_date = "seen"
death_date = "died"
"""

    def findings(name: str, dates: list[str]) -> list[tuple[str, int | None]]:
        folder = tmp_path / name
        folder.mkdir()
        text = "id,op,mets,systemic,seen,died\n" + "".join(
            f"P{n:03},2016-02-{n + 2:02},2010-03-04,{day},2019-03-{n + 2:02},\n"
            for n, day in enumerate(dates)
        )
        (folder / "w.csv").write_text(text, encoding="utf-8")
        request = Request(folder / "w.csv", Format.WIDE, mapping=mapping_from("m.toml", mapping))
        found = prepare(replace(request, extracted=date(2019, 6, 30)), folder)
        return [(row.rule, row.line) for row in found.report.findings]

    after = [f"2017-05-{n + 2:02}" for n in range(10)]
    assert findings("one", [*after[:9], "2012-05-06"]) == [("new-therapy-before", 11)]
    assert findings("all", after) == []
    assert findings("few", [*after[:8], "2012-05-06"]) == []
    assert findings("some", [*after[:8], "2012-05-06", "2012-05-07"]) == []
