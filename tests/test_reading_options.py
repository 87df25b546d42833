"""How a file is read: what is said on the command line or the page replaces its own part of a mapping, no more."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import pytest

from gepnet_core.intake.mapping import mapping_from
from gepnet_core.intake.reading import DECIMALS, DELIMITERS, Reading
from gepnet_core.store import open_dataset, open_shelf
from tests.test_data_page import app, choice, upload
from tests.test_pages import open_page

__all__ = ["app", "open_page"]

OPTIONS = {
    "encoding": ("--encoding", "utf-8", "cp1252"),
    "delimiter": ("--delimiter", "semicolon", "tab"),
    "decimal": ("--decimal", "point", "comma"),
}
CONTENT = """\
case;arm;months;dead;size
1;a;1,5;yes;2,5
2;b;2,25;no;7,25
"""
MAPPING = """
patient_id = "case"
treatment = "arm"
[reading]
{reading}
[[endpoints]]
code = "OS"
time = "months"
unit = "months"
status = "dead"
event = ["yes"]
censored = ["no"]
"""


def sizes(name: str = "d") -> list[tuple[object]]:
    """Return a baseline column as it is stored."""
    return open_dataset(open_shelf(), name).database.rows("SELECT size FROM cohort ORDER BY patient_id")


@pytest.mark.parametrize(("asked", "kept"), list(itertools.product(OPTIONS, OPTIONS)))
def test_an_option_replaces_its_own_key_of_the_mapping(asked: str, kept: str) -> None:
    mapping = mapping_from("m", MAPPING.format(reading=f'{kept} = "{OPTIONS[kept][2]}"'))
    marks = {**DELIMITERS, **DECIMALS}
    said = {asked: marks.get(OPTIONS[asked][1], OPTIONS[asked][1])}
    expected = {kept: marks.get(OPTIONS[kept][2], OPTIONS[kept][2])} | said
    assert Reading(**said).over(mapping.reading) == Reading(**expected)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param((), id="none"),
        pytest.param(("--encoding", "utf-8"), id="encoding"),
        pytest.param(("--delimiter", "semicolon"), id="delimiter"),
        pytest.param(("--encoding", "utf-8", "--delimiter", "semicolon"), id="both"),
    ],
)
def test_the_decimal_comma_of_a_mapping_outlives_other_options(cli, tmp_path: Path, options) -> None:
    (tmp_path / "w.csv").write_text(CONTENT)
    (tmp_path / "m.toml").write_text(MAPPING.format(reading='decimal = "comma"'))
    told = cli("import", tmp_path / "w.csv", "--mapping", tmp_path / "m.toml", "--dataset", "d", *options)
    assert told.code == 0, told.said
    assert sizes() == [(2.5,), (7.25,)]


def test_an_option_replaces_what_the_mapping_says_of_the_same(cli, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(CONTENT.replace(",", "."))
    (tmp_path / "m.toml").write_text(MAPPING.format(reading='decimal = "comma"\ndelimiter = "tab"'))
    arguments = ("import", tmp_path / "w.csv", "--mapping", tmp_path / "m.toml", "--dataset", "d")
    assert cli(*arguments, "--delimiter", "semicolon").code == 2
    assert cli(*arguments, "--delimiter", "semicolon", "--decimal", "point").code == 0
    assert sizes() == [(2.5,), (7.25,)]


def test_a_date_format_leaves_that_of_single_columns(cli, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(
        "case,operated,procedure,seen,metastases\n"
        "A,01/02/2014,RFA,2015-04-03,01.02.2013\nB,05/06/2014,HAE,2015-06-07,01.02.2013\n"
    )
    (tmp_path / "m.toml").write_text("""
patient_id = "case"
[reading]
date_format = "MM/DD/YYYY"
[reading.dates]
operated = "DD/MM/YYYY"
metastases = "DD.MM.YYYY"
[patients]
metastatic_date = "metastases"
[[local_treatments]]
date = "operated"
modality = "procedure"
[follow_up]
last_contact_date = "seen"
""")
    arguments = ("import", tmp_path / "w.csv", "--mapping", tmp_path / "m.toml", "--dataset", "d")
    told = cli(*arguments, "--extracted", "2016-01-01", "--date-format", "YYYY-MM-DD")
    assert told.code == 0, told.said
    rows = open_dataset(open_shelf(), "d").database.rows("SELECT index_date FROM cohort ORDER BY 1")
    assert [str(day) for (day,) in rows] == ["2014-02-01", "2014-06-05"]


def test_a_drafted_mapping_keeps_the_comma_beside_an_encoding(cli, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(CONTENT.replace("months;dead", "time;status"))
    told = cli("mapping", tmp_path / "w.csv", "--out", tmp_path / "m.toml", "--encoding", "utf-8")
    assert told.code == 0, told.said
    assert tomllib.loads(told.json["mapping"])["reading"] == {"encoding": "utf-8", "decimal": "comma"}
    told = cli("mapping", tmp_path / "w.csv", "--out", tmp_path / "m2.toml", "--decimal", "point")
    assert tomllib.loads(told.json["mapping"])["reading"] == {"decimal": "point"}


def test_a_kept_mapping_keeps_its_mark_and_its_date_formats_on_the_page(app) -> None:
    upload(app, "w.csv", "case,operated,seen,size\nA,01/02/2014,03/04/2015,1\nB,05/06/2014,07/08/2015,2\n")
    kept = """
patient_id = "case"
[reading]
decimal = "comma"
date_format = "MM/DD/YYYY"
[reading.dates]
seen = "DD/MM/YYYY"
[[local_treatments]]
date = "operated"
modality = {value = "RFA"}
[follow_up]
last_contact_date = "seen"
"""
    upload(app, "kept.toml", kept, at=1)
    state = app.session_state["import_state"]
    assert state.last.reading == Reading("", "", ",")
    assert {name: str(spelled) for name, spelled in state.last.dates.items()} == {
        "operated": "MM/DD/YYYY",
        "seen": "DD/MM/YYYY",
    }
    choice(app, "selectbox", "Decimal mark").set_value("point").run()
    assert app.session_state["import_state"].last.reading == Reading("", "", ".")


def test_a_kept_mapping_keeps_its_baseline_columns_on_the_page(app) -> None:
    upload(app, "w.csv", CONTENT)
    upload(app, "kept.toml", 'baseline = ["arm"]\n' + MAPPING.format(reading='decimal = "comma"'), at=1)
    assert app.session_state["import_state"].last.baseline == ("arm",)
