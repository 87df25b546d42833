"""Every setting, key of a mapping and option of `import`, on every file: it works or is refused by name."""

from __future__ import annotations

import argparse
from dataclasses import fields
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from gepnet_core.cli_import import add_options
from gepnet_core.intake.mapping import READING_KEYS, ColumnMapping, mapping_from
from gepnet_core.intake.option_effects import MAPPING, OPTIONS, SETTINGS, Holding
from gepnet_core.intake.request import Request
from gepnet_core.settings import KEYS, Settings, parse_settings

ADTTE = "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR\nA,x,OS,Overall,60,DAYS,0\nB,y,OS,Overall,70,DAYS,1\n"
CLINICAL = "PATIENT_ID\tOS_STATUS\tOS_MONTHS\tARM\nA\t1:DECEASED\t12\tx\nB\t0:LIVING\t20\ty\n"
WIDE = "id,Surgery,Last,Sex\nA,2015-01-01,2018-01-01,F\nB,2016-01-01,2018-01-01,M\n"
DATED_MAPPING = """patient_id = "id"
[patients]
sex = "Sex"
[[local_treatments]]
date = "Surgery"
modality = { value = "resection" }
[follow_up]
last_contact_date = "Last"
[values.Sex]
F = "female"
M = "male"
[settings.eligibility]
metastatic = false
"""
OUTCOME = "id,arm,t,s,Sex,Note\nA,x,60,1,F,n\nB,y,70,0,M,n\n"
TIMES_MAPPING = """patient_id = "id"
treatment = "arm"
[[endpoints]]
code = "OS"
time = "t"
status = "s"
event = ["1"]
censored = ["0"]
"""
DICTIONARY = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels"\n'
)
SAID = {
    "title": 'title = "A title"',
    "notice": 'notice = "A notice"',
    "about": 'about = "About it"',
    "extracted": "extracted = 2020-02-02",
    "missing": 'missing = ["k.A."]',
    "modalities": '[[modalities]]\nvalue = "x"\nlabel = "Group x"',
    "not_recorded": 'not_recorded = ["progressions"]',
    "baseline": '[baseline]\nRelapse = "yes"',
    "eligibility.local_treatment": "[eligibility]\nlocal_treatment = true",
    "eligibility.primary_sites": '[eligibility]\nprimary_sites = ["ileum"]',
    "eligibility.metastatic": "[eligibility]\nmetastatic = true",
    "eligibility.focal_only": "[eligibility]\nfocal_only = true",
    "eligibility.focal_indication": '[eligibility]\nfocal_indication = "focal progression"',
    "eligibility.window": "[eligibility.window]\nfrom = 2014-01-01",
    "eligibility.excluded_modalities": '[[eligibility.excluded_modalities]]\nvalue = "x"\nlabel = "X"',
}
MAPPED = {
    "reading.date_format": (TIMES_MAPPING, '[reading]\ndate_format = "DD/MM/YYYY"\n'),
    "reading.dates": (TIMES_MAPPING, '[reading.dates]\nSex = "DD/MM/YYYY"\n'),
    "treatment": (DATED_MAPPING, 'treatment = "Sex"\n'),
    "baseline": (DATED_MAPPING, 'baseline = ["Sex"]\n'),
}
GIVEN = {
    "--mapping": ("mapping.toml",),
    "--extracted": ("2020-01-01",),
    "--adsl": ("beside.csv",),
    "--dictionary": ("beside.csv",),
    "--samples": ("beside.csv",),
    "--sheet": ("file",),
    "--date-format": ("DD/MM/YYYY",),
    "--time-unit": ("days",),
    "--competing-cnsr": ("2",),
    "--censored-cnsr": ("2",),
    "--treatment": ("ARM",),
    "--baseline": ("Sex=yes",),
}
REFUSED_SETTINGS = [
    pytest.param(key, held, id=f"{key}-{held.name.lower()}")
    for key, effect in SETTINGS.items()
    for held in Holding
    if held not in effect.works
]
WORKING_SETTINGS = [
    pytest.param(key, held, id=f"{key}-{held.name.lower()}")
    for key in ("title", "notice", "about")
    for held in (Holding.WIDE, Holding.WIDE_TIMES, Holding.ADTTE, Holding.CBIOPORTAL)
]
REFUSED_OPTIONS = [
    pytest.param(option, held, id=f"{option}-{held.name.lower()}")
    for option, effect in OPTIONS.items()
    for held in Holding
    if held not in effect.works
]


def asked(folder: Path, held: Holding, mapping: str = "") -> list[object]:
    """Write a small file that holds this, and return what `import` needs for it."""
    texts = {Holding.ADTTE: ADTTE, Holding.CBIOPORTAL: CLINICAL, Holding.WIDE: WIDE, Holding.REDCAP: WIDE}
    (folder / "file.csv").write_text(texts.get(held, OUTCOME))
    (folder / "beside.csv").write_text(DICTIONARY)
    dated = held in (Holding.WIDE, Holding.REDCAP, Holding.TABLES)
    (folder / "mapping.toml").write_text(mapping or (DATED_MAPPING if dated else TIMES_MAPPING))
    path, kind = folder / "file.csv", held.value.split()[0]
    if held is Holding.TABLES:
        path = folder / "tables"
        path.mkdir()
        (path / "patients.csv").write_text("patient_id\nA\n")
    told: list[object] = [path, "--dataset", "d", "--format", kind, "--json"]
    if kind in ("wide", "redcap"):
        told += ["--mapping", folder / "mapping.toml"]
    if kind == "redcap":
        told += ["--dictionary", folder / "beside.csv"]
    return told + (["--extracted", "2020-01-01"] if dated else [])


def test_every_field_of_the_settings_and_of_a_mapping_has_its_line():
    assert {field.name for field in fields(Settings)} - {"said"} == set(KEYS)
    assert set(SETTINGS) == {*KEYS.values(), "eligibility.local_treatment"} == set(SAID)
    own = {field.name for field in fields(ColumnMapping)}
    reading = {"reading", *READING_KEYS}
    assert {key for key in MAPPING if "." not in key} == own - reading
    assert {key for key in MAPPING if "." in key} == {f"reading.{key}" for key in READING_KEYS}


def test_every_option_of_import_has_its_line():
    parser = argparse.ArgumentParser(add_help=False)
    add_options(parser)
    told = {(action.option_strings or [action.dest])[0] for action in parser._actions}
    assert told == set(OPTIONS) - {"--json"}


@pytest.mark.parametrize(("key", "held"), REFUSED_SETTINGS)
def test_a_setting_without_effect_is_refused_by_name_even_at_its_default(cli, tmp_path, key, held):
    told = asked(tmp_path, held)
    (tmp_path / "own.toml").write_text(SAID[key])
    found = cli("import", *told, "--settings", tmp_path / "own.toml")
    assert found.code == 2
    assert f"own.toml, column {key}: `{key}` has no meaning for {held.words}: " in found.said
    assert SETTINGS[key].why_not in found.said


@pytest.mark.parametrize(("key", "held"), WORKING_SETTINGS)
def test_a_setting_of_words_makes_another_version(cli, tmp_path, key, held):
    told = asked(tmp_path, held)
    before, own = tmp_path / "before.toml", tmp_path / "own.toml"
    base = "[eligibility]\nmetastatic = false\n" if held is Holding.WIDE else ""
    before.write_text(base)
    own.write_text(f"{SAID[key]}\n{base}")
    found = [cli("import", *told, "--settings", path) for path in (before, own)]
    assert [one.code for one in found] == [0, 0], found
    assert found[0].json["version"] != found[1].json["version"]


@pytest.mark.parametrize("key", MAPPED)
@pytest.mark.parametrize("kind", ["wide", "redcap"])
def test_a_key_of_a_mapping_without_effect_is_refused_by_name(cli, tmp_path, key, kind):
    base, said = MAPPED[key]
    held = Holding(kind if base == DATED_MAPPING else f"{kind} with endpoints")
    mapping = base.replace("[patients]", f"{said}[patients]") if base == DATED_MAPPING else base + said
    found = cli("import", *asked(tmp_path, held, mapping))
    assert found.code == 2
    assert f"mapping.toml, column {key}: `{key}` has no meaning for {held.words}: " in found.said


@pytest.mark.parametrize(
    ("held", "mapping", "said"),
    [
        pytest.param(
            Holding.WIDE,
            DATED_MAPPING + '[values.id2]\na = "b"\n',
            "`values` speaks of 'id2', which no key reads by the mapping.",
            id="values",
        ),
        pytest.param(
            Holding.WIDE,
            DATED_MAPPING + '[reading.dates]\nSex = "DD/MM/YYYY"\n',
            "`reading.dates` speaks of 'Sex', which no key reads as a date.",
            id="dates",
        ),
        pytest.param(
            Holding.WIDE_TIMES,
            'baseline = ["Sex"]\n' + TIMES_MAPPING + '[values.Note]\nn = "no"\n',
            "`values` speaks of 'Note', which no key reads by the mapping.",
            id="values-beside-a-chosen-baseline",
        ),
    ],
)
def test_words_for_a_column_that_nothing_reads_are_refused(cli, tmp_path, held, mapping, said):
    found = cli("import", *asked(tmp_path, held, mapping))
    assert found.code == 2
    assert said in found.said


@pytest.mark.parametrize(("option", "held"), REFUSED_OPTIONS)
def test_an_option_without_effect_is_refused_by_name(cli, tmp_path, option, held):
    told = asked(tmp_path, held)
    if option in ("--adsl", "--samples") and "--dictionary" in told:
        at = told.index("--dictionary")
        del told[at : at + 2]
    value = GIVEN[option][0]
    found = cli("import", *told, option, tmp_path / value if value.endswith(("csv", "toml")) else value)
    assert found.code == 2
    assert f"{option} has no meaning for {held.words}: {OPTIONS[option].why_not}." in found.said


@pytest.mark.parametrize(
    ("option", "value"),
    [("--encoding", "cp1252"), ("--delimiter", "semicolon")],
    ids=["encoding", "delimiter"],
)
def test_how_bytes_become_text_is_refused_for_a_workbook(cli, tmp_path, option, value):
    book = openpyxl.Workbook()
    for line in ADTTE.splitlines():
        book.active.append(line.split(","))
    book.save(tmp_path / "trial.xlsx")
    told = ("import", tmp_path / "trial.xlsx", "--dataset", "d")
    found = cli(*told, option, value)
    assert found.code == 2
    assert f"{option} has no meaning for this file: a " in found.said
    assert cli(*told).code == 0


def test_a_sheet_is_refused_for_a_file_of_one_table(cli, tmp_path):
    found = cli("import", *asked(tmp_path, Holding.ADTTE), "--sheet", "file")
    assert found.code == 2
    assert "--sheet has no meaning for this file: it holds one table" in found.said


def test_settings_replace_those_of_the_mapping_as_a_whole_and_the_report_says_so(cli, tmp_path):
    told = asked(tmp_path, Holding.WIDE)
    (tmp_path / "own.toml").write_text('title = "T"\n[eligibility]\nmetastatic = false\nfocal_only = false\n')
    found = cli("import", *told, "--settings", tmp_path / "own.toml")
    assert found.code == 0
    assert "replace those of mapping.toml as a whole: what those say of eligibility.metastatic" in found.said


def test_the_day_of_the_export_may_stand_in_the_settings(cli, tmp_path):
    told = asked(tmp_path, Holding.WIDE)[:-2]
    own = tmp_path / "own.toml"
    own.write_text("[eligibility]\nmetastatic = false\n")
    assert cli("import", *told, "--settings", own).code == 2
    own.write_text("extracted = 2020-01-01\n[eligibility]\nmetastatic = false\n")
    assert cli("import", *told, "--settings", own).code == 0


def test_what_was_said_crosses_to_the_process_that_reads_and_is_no_part_of_a_version():
    said, silent = parse_settings("s", SAID["eligibility.focal_only"]), Settings()
    assert said == silent
    assert said.to_json() == silent.to_json()
    mapping = mapping_from("m", TIMES_MAPPING)
    request = Request(Path("x"), mapping=mapping, settings=said, extracted=date(2020, 1, 1))
    again = Request.from_json(request.to_json())
    assert again.settings is not None
    assert again.settings.told == ["eligibility.focal_only"]
    assert again.mapping is not None
    assert again.mapping.settings.told == []


def test_a_mapping_of_times_that_is_written_is_taken_again(cli, tmp_path):
    written = mapping_from("m", TIMES_MAPPING).to_toml()
    assert "eligibility" not in written
    assert cli("import", *asked(tmp_path, Holding.WIDE_TIMES, written)).code == 0


def test_a_file_name_that_is_no_file_is_still_refused_as_such(cli, tmp_path):
    found = cli("import", tmp_path / "none.csv", "--dataset", "d", "--format", "adtte", "--encoding", "utf-8")
    assert found.code == 2
    assert "cannot be read" in found.said
