"""The words for missing hold in every table and column of every format, never for ids; numbers stay numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gepnet_core.intake.reading import Reading
from gepnet_core.intake.request import Format
from gepnet_core.settings import Settings
from gepnet_core.store.build import Prepared
from gepnet_core.store.connection import Database
from tests.test_import_rules import KINDS, Kind, prepared

WORD = "n/e"
SETTINGS = Settings(missing=(WORD,))
CLINICAL = Kind(
    {
        "data_clinical_patient.txt": "PATIENT_ID\tOS_MONTHS\tOS_STATUS\tPFS_MONTHS\tPFS_STATUS\tARM\tSIZE\n"
        "A\t12\t1:DECEASED\t3\t1:PROGRESSED\tx\t2\nB\t24\t0:LIVING\t\t\ty\t\nC\t6\t1:DECEASED\t\t\t\t3\n"
    },
    Format.CBIOPORTAL,
    "data_clinical_patient.txt",
)
# columns of a format that may be empty, with a filled and an empty cell
ROWS = {
    "tables": {
        "patients.csv": "P1,female,1950,ileum,G1,2,no,2013-02-03\nP2,,,pancreas,,,,2013-05-06\n",
        "local_treatments.csv": "T1,P1,2014-01-10,RFA,,focal progression\n"
        "T2,P2,2014-02-11,HAE,liver,focal progression\n",
        "systemic_therapies.csv": "P1,everolimus,2014-06-12,\n",
        "progressions.csv": "P1,2014-06-02,focal\n",
        "adverse_events.csv": "P2,2014-02-15,Pain,1,T2\n",
        "follow_up.csv": "P1,2015-03-04,,\nP2,,2015-04-05,dead\n",
    },
    "trial with ADSL": {
        "adtte.csv": "01,drug,OS,Overall survival,100,DAYS,0,,,,61\n02,,OS,Overall survival,31,DAYS,1,,,,\n"
        "03,placebo,OS,Overall survival,365,DAYS,0,death,2014-01-01,2015-01-01,53\n",
        "adsl.csv": "01,drug,61,\n02,drug,,M\n03,,53,F\n",
    },
    "wide": {
        "review.csv": "A,,2014-01-30,RFA,focal progression,2013-05-31,2015-03-31,\n"
        "B,male,2014-02-11,HAE,focal progression,2013-05-16,2015-04-25,\n",
    },
    "outcomes": {"outcomes.csv": "A,12,dead,drug\nB,,,drug\nC,6,dead,\nD,3,alive,other\n"},
    "redcap": {
        "export.csv": "A,base,1,2013-05-31,2015-03-31,2014-01-30,RFA,focal progression\nA,visit,1,,,,,\n"
        "B,base,,2013-05-16,2015-04-25,2014-02-11,HAE,focal progression\n",
    },
    "cbioportal": {},
}


def read(folder: Path, kind: str, word: str, monkeypatch: pytest.MonkeyPatch) -> Prepared:
    """Read the files of a format in which each empty cell holds a word."""
    base = CLINICAL if kind == "cbioportal" else KINDS[kind]
    files = {}
    for name, text in base.files.items():
        head, _, body = text.lstrip("\n").partition("\n")
        body = ROWS[kind].get(name, body)
        mark = "\t" if name.endswith(".txt") else ","
        if not name.startswith("dictionary"):
            body = "".join(
                mark.join(cell or word for cell in line.split(mark)) + "\n" for line in body.splitlines()
            )
        files[name] = f"{head}\n{body}"
    monkeypatch.setitem(KINDS, kind, replace(base, files=files))
    folder.mkdir()
    told = {"treatment": "ARM"} if kind == "cbioportal" else {}
    return prepared(folder, kind, settings=replace(SETTINGS, focal_only=False), **told)


def held(found: Prepared) -> dict[str, list[tuple[object, ...]]]:
    """Return the cohort, its column types, and the times of a version."""
    assert found.path is not None, found.report.findings
    database = Database(found.path)
    return {
        "cohort": database.rows("SELECT * FROM cohort ORDER BY patient_id"),
        "types": database.rows("SELECT column_name, column_type FROM (DESCRIBE cohort)"),
        "times": database.rows("SELECT * FROM time_to_event ORDER BY ALL"),
        "baseline": database.rows("SELECT name, kind FROM baseline_columns ORDER BY name"),
    }


@pytest.mark.parametrize("kind", ROWS)
def test_a_word_for_missing_reads_as_an_empty_cell_wherever_it_stands(
    tmp_path, monkeypatch, kind: str
) -> None:
    blank = held(read(tmp_path / "blank", kind, "", monkeypatch))
    assert held(read(tmp_path / "word", kind, WORD, monkeypatch)) == blank
    assert held(read(tmp_path / "case", kind, WORD.upper(), monkeypatch)) == blank


@pytest.mark.parametrize(
    ("kind", "file", "old", "new", "column"),
    [
        ("trial with ADSL", "adsl.csv", "SEX\n", "SEX,ECOG\n", "ECOG"),
        ("trial", "adtte.csv", "AGE\n", "AGE,ECOG\n", "ECOG"),
        ("outcomes", "outcomes.csv", "arm\n", "arm,ECOG\n", "ECOG"),
    ],
)
def test_a_column_of_numbers_stays_one(tmp_path, monkeypatch, kind, file, old, new, column) -> None:
    base = KINDS[kind]
    values = iter(["0", WORD, "1"])
    head, _, body = base.files[file].lstrip("\n").partition("\n")
    body = "".join(f"{line},{next(values)}\n" for line in body.splitlines())
    files = {**base.files, file: f"{head}\n".replace(old, new) + body}
    monkeypatch.setitem(KINDS, kind, replace(base, files=files))
    found = prepared(tmp_path, kind, settings=SETTINGS)
    assert found.path is not None, found.report.findings
    database = Database(found.path)
    assert database.rows(f"SELECT {column} FROM cohort ORDER BY patient_id") == [(0,), (None,), (1,)]
    assert database.rows("SELECT kind FROM baseline_columns WHERE name = 'ECOG'") == [("numeric",)]


@pytest.mark.parametrize("kind", ["trial with ADSL", "outcomes", "cbioportal"])
def test_a_patient_may_be_called_like_the_word_for_missing(tmp_path, monkeypatch, kind) -> None:
    base = CLINICAL if kind == "cbioportal" else KINDS[kind]
    first = {"trial with ADSL": "01,", "outcomes": "A,", "cbioportal": "A\t"}[kind]
    files = {name: text.replace(f"\n{first}", f"\nNA{first[-1]}") for name, text in base.files.items()}
    monkeypatch.setitem(KINDS, kind, replace(base, files=files))
    found = prepared(tmp_path, kind, settings=Settings(missing=("NA",)))
    assert found.path is not None, found.report.findings
    database = Database(found.path)
    assert database.rows("SELECT count(*) FROM cohort WHERE patient_id = 'NA'") == [(1,)]


def test_numbers_of_adsl_are_read_with_the_mark_that_was_said(tmp_path, monkeypatch) -> None:
    base = KINDS["trial with ADSL"]
    adsl = 'USUBJID,TRT01P,AGE,SIZE\n01,drug,61,"1,5"\n02,drug,72,"2,25"\n03,placebo,53,"3"\n'
    monkeypatch.setitem(KINDS, "trial with ADSL", replace(base, files={**base.files, "adsl.csv": adsl}))
    found = prepared(tmp_path, "trial with ADSL", reading=Reading(decimal=","))
    database = Database(found.path)
    assert database.rows("SELECT SIZE FROM cohort ORDER BY patient_id") == [(1.5,), (2.25,), (3.0,)]


def test_the_numbers_of_clinical_files_are_read_with_the_mark_that_was_said(tmp_path, monkeypatch) -> None:
    files = {name: text.replace("\t12\t", "\t12,5\t") for name, text in CLINICAL.files.items()}
    monkeypatch.setitem(KINDS, "cbioportal", replace(CLINICAL, files=files))
    found = prepared(tmp_path, "cbioportal", reading=Reading(decimal=","))
    assert found.path is not None, found.report.findings
    database = Database(found.path)
    assert database.rows("SELECT aval FROM time_to_event WHERE patient_id = 'A' AND endpoint = 'OS'") == [
        (12.5,)
    ]
