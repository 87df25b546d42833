"""Patients left out of an import by a rule: only on request, counted, listed, and said wherever results are."""

from __future__ import annotations

import io
import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from gepnet_core.errors import OptionRefused
from gepnet_core.export_tables import write_tables
from gepnet_core.intake.leave_out import ALLOWED, check_rules
from gepnet_core.intake.rule import Severity
from gepnet_core.intake.rules import RULES
from gepnet_core.store import Shelf, build_source, open_dataset
from tests.test_eligibility import TinySource

CLINICAL = """\
#Patient Identifier\tOverall Survival Status\tOverall Survival (Months)\tArm
#x\tx\tx\tx
#STRING\tSTRING\tNUMBER\tSTRING
#1\t1\t1\t1
PATIENT_ID\tOS_STATUS\tOS_MONTHS\tARM
A1\t1:DECEASED\t12\tx
A2\t0:LIVING\t\ty
A3\t1:DECEASED\t30\ty
A4\t1:DECEASED\t-2\ty
"""
ADTTE = """\
USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR
A,x,OS,Overall survival,60,DAYS,0
A,x,PFS,Progression-free survival,40,DAYS,0
B,y,OS,Overall survival,70,DAYS,1
B,y,PFS,Progression-free survival,,DAYS,0
C,y,OS,Overall survival,10,DAYS,0
C,y,PFS,Progression-free survival,20,DAYS,0
"""
WIDE = """\
Surgery,Last,Sex
2015-01-01,2018-01-01,F
2015-02-31,2018-01-01,F
2016-01-01,2014-01-01,M
2016-02-01,2018-01-01,M
"""
MAPPING = """
patient_id = { row_number = true }
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
[settings]
notice = "a draft"
[settings.eligibility]
metastatic = false
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def imported(cli, path: Path, *more: object):
    return cli("import", path, "--dataset", "d", "--json", *more)


def test_a_patient_without_months_blocks_the_file_until_the_rule_is_named(cli, tmp_path):
    path = written(tmp_path, "clinical.txt", CLINICAL)
    assert imported(cli, path, "--treatment", "ARM").code == 2
    only_one = imported(cli, path, "--treatment", "ARM", "--leave-out", "cell-empty")
    assert only_one.code == 2
    assert "aval" in only_one.said
    found = imported(cli, path, "--treatment", "ARM", "--leave-out", "cell-empty", "--leave-out", "aval")
    assert found.code == 0
    assert found.json["n"] == 2
    assert (
        "2 patients were left out at import for rows that break a rule (cell-empty: 1, aval: 1)."
        in found.said
    )
    places = [
        (row["line"], row["column"], row["patient"], row["rule"]) for row in found.json["report"]["findings"]
    ]
    assert (7, "OS_MONTHS", "A2", "left-out") in places
    assert (9, "OS_MONTHS", "A4", "left-out") in places
    told = cli("estimate", "--dataset", "d", "--endpoint", "OS", "--json")
    assert told.json["left_out"].startswith("2 patients were left out at import")
    assert told.json["strata"][0]["n"] == 2


def test_in_adtte_the_whole_patient_goes_and_errors_of_the_second_look_are_met_too(cli, tmp_path):
    path = written(tmp_path, "adtte.csv", ADTTE)
    found = imported(cli, path, "--leave-out", "aval", "--leave-out", "after-death")
    assert found.code == 0, found.said
    assert found.json["n"] == 1
    assert "(after-death: 1, aval: 1)" in found.said
    assert cli("estimate", "--dataset", "d", "--endpoint", "OS", "--json").json["strata"][0]["n"] == 1


def test_adsl_goes_with_the_patient(cli, tmp_path):
    path = written(tmp_path, "adtte.csv", ADTTE)
    adsl = written(tmp_path, "adsl.csv", "USUBJID,TRT01P,AGE\nA,x,50\nB,y,60\nC,y,70\n")
    found = imported(cli, path, "--adsl", adsl, "--leave-out", "aval", "--leave-out", "after-death")
    assert found.code == 0, found.said
    assert [row["id"] for row in found.json["report"]["rules"]] == ["left-out"]


def test_rows_without_ids_keep_their_numbers(cli, tmp_path):
    path, mapping = written(tmp_path, "w.csv", WIDE), written(tmp_path, "m.toml", MAPPING)
    options = ("--mapping", mapping, "--extracted", "2020-01-01")
    found = imported(cli, path, *options, "--leave-out", "date", "--leave-out", "observation-before-index")
    assert found.code == 0, found.said
    listed = cli("patients", "--dataset", "d", "--json").json["ids"]
    assert listed == ["1", "4"]


@pytest.mark.parametrize("rule", [name for name in RULES if name not in ALLOWED] + ["no-such-rule"])
def test_other_rules_are_refused_with_the_list_of_those_that_are_allowed(rule):
    with pytest.raises(OptionRefused, match=f"by '{rule}'") as refused:
        check_rules((rule,))
    assert "cell-empty, value-not-allowed" in str(refused.value)


def test_every_rule_that_is_allowed_is_an_error():
    assert {RULES[rule].severity for rule in ALLOWED} == {Severity.ERROR}


def test_a_rule_that_meets_nothing_is_said_and_the_version_stays_the_same(cli, tmp_path):
    path = written(tmp_path, "adtte.csv", "\n".join(ADTTE.splitlines()[:3]) + "\n")
    plain = imported(cli, path)
    again = imported(cli, path, "--leave-out", "date")
    assert again.json["version"] == plain.json["version"]
    assert "No patient had to be left out by the rule date." in again.said


@pytest.mark.parametrize("form", ["adtte", "wide", "tables"])
def test_where_everybody_would_be_left_out_it_is_refused(cli, tmp_path, form):
    if form == "adtte":
        path = written(tmp_path, "adtte.csv", ADTTE.replace("60,DAYS", ",DAYS").replace("10,DAYS", ",DAYS"))
        found = imported(cli, path, "--leave-out", "aval")
    elif form == "wide":
        path = written(tmp_path, "w.csv", WIDE.replace("2015-", "201x-").replace("2016-", "201x-"))
        mapping = written(tmp_path, "m.toml", MAPPING)
        found = imported(cli, path, "--mapping", mapping, "--extracted", "2020-01-01", "--leave-out", "date")
    else:
        source = TinySource(tmp_path / "tiny")
        source.patient("P", ("2015-01-01", "RFA"), contact="2014-01-01")
        with pytest.raises(Exception, match="observation"):
            source.build()
        found = imported(
            cli, source.folder, "--extracted", "2020-01-01", "--leave-out", "observation-before-index"
        )
    assert found.code == 2
    assert "nobody is left" in found.said


def test_the_word_stays_with_the_version_its_export_and_its_import_again(cli, tmp_path, data_dir):
    source = TinySource(tmp_path / "tiny", 'notice = "a draft"\n')
    source.patient("P", ("2015-01-01", "RFA"), contact="2014-01-01").patient("Q", ("2015-01-01", "RFA"))
    source.systemic("P", "octreotide", "2010-01-01")
    with pytest.raises(Exception, match="observation"):
        source.build()
    found = imported(
        cli, source.folder, "--extracted", "2020-01-01", "--leave-out", "observation-before-index"
    )
    assert found.code == 0, found.said
    assert found.json["n"] == 1
    said = "1 patient was left out at import for rows that break a rule (observation-before-index: 1)"
    data = open_dataset(Shelf(data_dir), "d")
    assert data.meta["notice"] == f"a draft; {said}"
    assert said in data.meta["about"]
    out = tmp_path / "out.zip"
    write_tables(data, out)
    with ZipFile(io.BytesIO(out.read_bytes())) as archive:
        archive.extractall(tmp_path / "again")
    build_source(Shelf(tmp_path / "other"), "again", tmp_path / "again")
    assert open_dataset(Shelf(tmp_path / "other"), "again").meta["notice"] == f"a draft; {said}"
    assert json.loads(data.meta["settings"])["notice"] == f"a draft; {said}"
