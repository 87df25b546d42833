"""What is known only after the index date is no baseline: by names, by values, in every format and use."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gepnet_core.errors import ControlMissing
from gepnet_core.intake.known_later import KNOWN_LATER, Verdict, judged_name
from gepnet_core.intake.mapping import mapping_from
from gepnet_core.intake.request import Request
from gepnet_core.settings import Settings
from gepnet_core.store import Shelf, open_dataset
from gepnet_core.store.connection import Database, building
from gepnet_core.store.writing import row_counts
from tests.conftest import Answer
from tests.test_data_page import choice, upload
from tests.test_pages import Opener, open_page, press, words

__all__ = ["open_page"]
Cli = Callable[..., Answer]

SURE = """
DTHFL DTHDT DTHDTC DTHCAUS DTH30FL DTHDOM LDDTHGR1 LDDTHELD RFENDTC RFXENDTC RFPENDTC EOSDT EOSSTT EOTSTT
EOTDT TRTEDT TRTEDTM TR01EDT TR02EDTM AP01EDT TRTDUR TRTDURD TR01DURD LSTALVDT LASTCNDT DCSREAS DCTREAS
DCREASCD DISCONFL DSRAEFL COMP24FL CUMDOSE OS_STATUS OS_MONTHS PFS_STATUS DFS_MONTHS DSS_STATUS OS.time
OSEVENT tumor_status VITAL_STATUS vitalStatus DAYS_TO_DEATH DAYS_TO_LAST_FOLLOWUP NEW_TUMOR_EVENT_TYPE
NEW_TUMOR_EVENT_AFTER_INITIAL_TREATMENT CAUSE_OF_DEATH death death.date date_of_death died dead event status
cnsr censored futime fustat survival_months last_contact date_last_seen LAST_FOLLOW_UP follow_up_months
progression_date date_of_recurrence relapse_date best_response BEST_OVERALL_RESPONSE Discontinuation_reason
progression_free_survival time_to_progression Todesdatum COD Survival-months-flag
PERSON_NEOPLASM_CANCER_STATUS treatment_outcome
""".split()
SUSPECT = """
METASTATIC_STATUS patient_status response relapse recurrence progression DAYS_TO_COLLECTION X_MONTHS time OS
PFS outcome EOS time_to_surgery duration XDURD toxicity complications PPROTFL PSA_WEEK_12 ctdna_month3
salvage_therapy last_psa subsequent_therapy family_history_of_death predicted_mortality discharge
adverse_event
""".split()
FINE = """
AGE SEX RACE ECOG ECOG_STATUS performance_status Karnofsky_status smoking_status KRAS_STATUS MUTATION_STATUS
ER_STATUS ER_STATUS_BY_IHC HER2_STATUS menopausal_status POST_MENOPAUSAL marital_status IDH1_STATUS MSI_STATUS
DISEASE_DURATION DURDIS DURDSGR1 duration_of_disease_before symptom_duration DAYS_TO_BIRTH
DAYS_TO_INITIAL_PATHOLOGIC_DIAGNOSIS AGE_MONTHS prior_progression previous_events history_of_relapse
BASELINE_STATUS months_since_diagnosis heart_failure EOSINOPHILS RFSTDTC TRTSDT TRT01A STUDYID SAFFL
ki67_percent tumour_grade functional primary_site HEIGHTBL BMI STAGE HISTOLOGY TRANSDUCER ENDURANCE COLORDER
deadwood eventful stratum 5_FU redcap_event_name functional_status nodal_status
""".split()


@pytest.mark.parametrize("name", SURE)
def test_a_name_that_tells_of_later_is_sure(name: str) -> None:
    found = judged_name(name)
    assert (found.verdict, found.why[:14]) == ("sure", "its name tells")


@pytest.mark.parametrize("name", SUSPECT)
def test_a_name_that_may_tell_of_later_is_a_suspect(name: str) -> None:
    assert judged_name(name).verdict == "suspect"


@pytest.mark.parametrize("name", FINE)
def test_a_name_of_what_was_known_is_fine(name: str) -> None:
    assert judged_name(name).verdict == "fine"


def test_case_and_signs_between_words_do_not_count() -> None:
    spelled = ["cause of death", "CAUSE_OF_DEATH", "Cause.Of.Death", "causeOfDeath", "cause-of-death"]
    assert {judged_name(name).verdict for name in spelled} == {"sure"}


# trials of 24 patients: the first 12 have the event; one column beside them, a value a patient

EVENTS = 12
N = 24


def trial(*columns: tuple[str, list[str]], dated: bool = False, cnsr: list[int] | None = None) -> str:
    """Return ADTTE of 24 patients; the first 12 have the event unless `cnsr` says otherwise."""
    named = [name for name, _ in columns]
    header = [
        "USUBJID",
        "TRTP",
        "PARAMCD",
        "PARAM",
        "AVAL",
        "AVALU",
        "CNSR",
        *(["STARTDT", "ADT"] if dated else []),
    ]
    lines = [",".join([*header, *named])]
    n = len(columns[0][1]) if columns else N
    for at in range(n):
        censored = cnsr[at] if cnsr is not None else int(at >= n // 2)
        cells = [f"P{at:02d}", "AB"[at % 2], "OS", "Overall survival", "31", "DAYS", str(censored)]
        cells += ["2020-01-01", "2020-02-01"] if dated else []
        lines.append(",".join([*cells, *(values[at] for _, values in columns)]))
    return "\n".join(lines) + "\n"


def split(with_event: str, without: str, n: int = N) -> list[str]:
    """Return a value for those with the event and one for those without."""
    return [with_event] * (n // 2) + [without] * (n - n // 2)


FILLED = "it is filled only for patients with the event of OS"
TELLS = "its values tell without exception who had the event of OS"
PLAIN = ("SEX", ["F", "M", "M"] * 8)
NEITHER = ["a", "b"] * 12


def imported(cli: Cli, folder: Path, text: str, *options: object, name: str = "t") -> Answer:
    path = folder / "adtte.csv"
    path.write_text(text, encoding="utf-8")
    return cli("import", path, "--dataset", name, *options)


@pytest.mark.parametrize(
    ("values", "dated", "verdict", "why"),
    [
        pytest.param(split("x", ""), False, "suspect", FILLED, id="filled-for-events"),
        pytest.param(
            split("", "x"),
            False,
            "suspect",
            "it is filled only for patients without the event of OS",
            id="never-for-events",
        ),
        pytest.param(["x"] * 6 + [""] * 18, False, "suspect", FILLED, id="half-of-them"),
        pytest.param(["x"] * 3 + [""] * 21, False, None, "", id="three-of-them-may-be-chance"),
        pytest.param(split("yes", "no"), False, "suspect", TELLS, id="predicts"),
        pytest.param(
            [str(at) for at in range(N)],
            False,
            "suspect",
            TELLS,
            id="numbers-apart",
        ),
        pytest.param(
            [f"s{at * 7 % 24}" for at in range(N)], False, None, "", id="a-value-each-tells-nothing"
        ),
        pytest.param(["yes"] * 11 + ["no"] * 13, False, None, "", id="one-exception"),
        pytest.param(NEITHER, False, None, "", id="tells-nothing"),
        pytest.param(
            ["2020-01-20"] + ["2019-12-24"] * 23,
            True,
            "sure",
            "1 of its 24 dates lie after the index date",
            id="date-after",
        ),
        pytest.param(
            ["2020-02"] * 2 + ["NA"] * 22,
            True,
            "sure",
            "2 of its 2 dates lie after the index date",
            id="months-and-NA",
        ),
        pytest.param(["2020-01-01"] * 24, True, None, "", id="date-on-the-index-date"),
        pytest.param(["2020-01"] * 24, True, None, "", id="month-of-the-index-date"),
        pytest.param(["2020-01-20", *NEITHER[1:]], True, None, "", id="one-word-like-a-date"),
        pytest.param(["2020-01-20"] + ["2019-12-24"] * 23, False, None, "", id="no-index-date-to-compare"),
    ],
)
def test_the_values_of_a_column_tell(
    cli: Cli, tmp_path: Path, data_dir: Path, values: list[str], dated: bool, verdict: str | None, why: str
) -> None:
    assert imported(cli, tmp_path, trial(PLAIN, ("X", values), dated=dated)).code == 0
    found = open_dataset(Shelf(data_dir), "t")
    told = [(judged.name, judged.verdict, judged.why) for judged in found.offered.judged]
    assert told == ([] if verdict is None else [("X", verdict, why)])
    assert [column.name for column in found.baseline] == (["SEX", "X"] if verdict is None else ["SEX"])


def test_a_start_without_an_end_is_an_index_date_as_well(cli: Cli, tmp_path: Path, data_dir: Path) -> None:
    columns = [PLAIN, ("STARTDT", ["2020-01-01"] * N), ("SCAN", ["2020-03-01", *["2019-12-01"] * 23])]
    imported(cli, tmp_path, trial(*columns))
    found = open_dataset(Shelf(data_dir), "t")
    assert not found.has_dates
    assert [(one.name, one.why) for one in found.offered.judged] == [
        ("SCAN", "1 of its 24 dates lie after the index date")
    ]


def test_a_file_of_thousands_is_judged_to_its_last_row(cli: Cli, tmp_path: Path, data_dir: Path) -> None:
    n = 6_000
    rare = ["x" if at < 40 else "" for at in range(n)]
    chance = ["x" if at % 120 == 0 else "" for at in range(n)]
    late = ["2020-03-01" if at == n - 1 else "2019-12-01" for at in range(n)]
    columns = [
        ("X", rare),
        ("Y", chance),
        ("Z", split("yes", "no", n)),
        ("SCAN", late),
        ("SEX", ["F", "M"] * (n // 2)),
    ]
    text = trial(*columns, dated=True)
    assert imported(cli, tmp_path, text).code == 0
    found = open_dataset(Shelf(data_dir), "t")
    assert [(one.name, one.why) for one in found.offered.judged] == [
        ("X", FILLED),
        ("Z", TELLS),
        ("SCAN", "1 of its 6,000 dates lie after the index date"),
    ]
    assert [column.name for column in found.baseline] == ["Y", "SEX"]


def test_redcap_fields_that_a_mapping_leaves_aside_are_judged(
    cli: Cli, tmp_path: Path, data_dir: Path
) -> None:
    head = "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    head += '"Choices, Calculations, OR Slider Labels",Field Note,Text Validation Type OR Show Slider Number'
    fields = [
        ("record_id", "text", "Record"),
        ("arm", "text", "Arm"),
        ("t", "text", "Days"),
        ("s", "text", "Status"),
        ("sex", "text", "Sex"),
        ("cause_of_death", "text", "Cause"),
        ("best_response", "text", "Response"),
    ]
    rows = [f"{name},form,,{kind},{label},,," for name, kind, label in fields]
    dictionary = tmp_path / "dictionary.csv"
    dictionary.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    export = tmp_path / "export.csv"
    export.write_text(
        ",".join(name for name, _, _ in fields) + "\n1,a,10,1,f,cancer,PD\n2,b,20,0,m,,CR\n3,b,30,0,f,,PR\n",
        encoding="utf-8",
    )
    mapping = tmp_path / "map.toml"
    mapping.write_text(WIDE.replace('"id"', '"record_id"'), encoding="utf-8")
    answer = cli("import", export, "--dictionary", dictionary, "--mapping", mapping, "--dataset", "rc")
    assert answer.code == 0, answer.said
    found = open_dataset(Shelf(data_dir), "rc")
    assert [column.name for column in found.baseline] == ["sex"]
    assert [one.name for one in found.offered.judged] == ["cause_of_death", "best_response"]


def test_of_fewer_than_twenty_patients_no_value_predicts(cli: Cli, tmp_path: Path, data_dir: Path) -> None:
    imported(cli, tmp_path, trial(("X", split("yes", "no", 18))))
    assert open_dataset(Shelf(data_dir), "t").offered.judged == ()
    imported(cli, tmp_path, trial(("X", split("yes", "no", 20))))
    assert [found.name for found in open_dataset(Shelf(data_dir), "t").offered.judged] == ["X"]


def test_a_death_before_the_event_tells_as_well(cli: Cli, tmp_path: Path, data_dir: Path) -> None:
    text = trial(PLAIN, ("X", ["c"] * 8 + [""] * 16), cnsr=[2] * 8 + [0] * 8 + [1] * 8).replace(
        "OS,Overall", "TTP,Over"
    )
    imported(cli, tmp_path, text, "--competing-cnsr", 2)
    assert [found.why for found in open_dataset(Shelf(data_dir), "t").offered.judged] == [
        "it is filled only for patients with the event of TTP (death before the event)"
    ]


# every format


LEAK = trial(PLAIN, ("DTH30FL", split("Y", "N")), ("EXTRA", split("Y", "")))


def test_adtte_says_what_is_left_out_and_what_is_asked(cli: Cli, tmp_path: Path, data_dir: Path) -> None:
    answer = imported(cli, tmp_path, LEAK, "--json")
    assert (answer.code, answer.json["warnings"]) == (0, 1)
    assert (
        "No baseline, since known only after the index date: DTH30FL (its name tells death (CDISC))."
        in answer.said
    )
    assert (
        "Warning: adtte.csv, column EXTRA: may be known only after the index date: it is filled only "
        "for patients with "
        "the event of OS. It is not offered as baseline until somebody decides: --baseline EXTRA=yes or --baseline "
        "EXTRA=no. (Rule baseline-undecided.)"
    ) in answer.said
    assert [column.name for column in open_dataset(Shelf(data_dir), "t").baseline] == ["SEX"]


def test_adsl_beside_adtte_is_judged_whatever_the_number_of_patients(
    cli: Cli, tmp_path: Path, data_dir: Path
) -> None:
    adsl = tmp_path / "adsl.csv"
    adsl.write_text(
        "USUBJID,SEX,RFENDTC,DTHCAUS\nP00,F,2020-01-10,CANCER\nP01,M,2020-04-01,\n", encoding="utf-8"
    )
    short = "\n".join(trial(PLAIN).splitlines()[:3]) + "\n"
    answer = imported(
        cli, tmp_path, short.replace(",SEX", "").replace(",F\n", "\n").replace(",M\n", "\n"), "--adsl", adsl
    )
    assert answer.code == 0
    assert [column.name for column in open_dataset(Shelf(data_dir), "t").baseline] == ["SEX"]
    assert "RFENDTC" in answer.said
    assert "DTHCAUS" in answer.said


WIDE = """
patient_id = "id"
treatment = "arm"
[[endpoints]]
code = "OS"
time = "t"
status = "s"
event = ["1"]
censored = ["0"]
"""


def wide_file(folder: Path) -> Path:
    path = folder / "wide.csv"
    rows = [
        f"{at},{'ab'[at % 2]},{100 + at},{at % 3 % 2},{at % 3 % 2},{50 + at},L,{at % 3 % 2}"
        for at in range(24)
    ]
    path.write_text(
        "id,arm,t,s,event,age,Cause of death,Lesions left\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    return path


def test_a_wide_file_leaves_out_the_outcomes_that_the_mapping_leaves_aside(
    cli: Cli, tmp_path: Path, data_dir: Path
) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text(WIDE, encoding="utf-8")
    assert cli("import", wide_file(tmp_path), "--mapping", mapping, "--dataset", "w").code == 0
    found = open_dataset(Shelf(data_dir), "w")
    assert [column.name for column in found.baseline] == ["age"]
    assert [(one.name, str(one.verdict)) for one in found.offered.judged] == [
        ("event", "sure"),
        ("Cause of death", "sure"),
        ("Lesions left", "suspect"),
    ]


def test_a_mapping_keeps_the_decisions_and_an_option_changes_its_own_column(
    cli: Cli, tmp_path: Path, data_dir: Path
) -> None:
    text = WIDE + '[settings.baseline]\n"Lesions left" = "yes"\nage = "no"\n'
    found = mapping_from("map.toml", text)
    assert found.settings.baseline == (("Lesions left", True), ("age", False))
    assert mapping_from("map.toml", found.to_toml()) == found
    mapping = tmp_path / "map.toml"
    mapping.write_text(found.to_toml(), encoding="utf-8")
    path = wide_file(tmp_path)
    assert cli("import", path, "--mapping", mapping, "--dataset", "w").code == 0
    first = open_dataset(Shelf(data_dir), "w")
    assert [column.label for column in first.baseline] == [f"Lesions left ({KNOWN_LATER})"]
    assert Settings.from_json(first.meta["settings"]).baseline == found.settings.baseline
    answer = cli("import", path, "--mapping", mapping, "--dataset", "w", "--baseline", "Lesions left=no")
    assert answer.code == 0
    second = open_dataset(Shelf(data_dir), "w")
    assert second.version != first.version
    assert [column.name for column in second.baseline] == []
    assert "No baseline, as was said: age, Lesions left." in answer.said


def test_cbioportal_leaves_out_status_at_the_last_contact(cli: Cli, tmp_path: Path, data_dir: Path) -> None:
    path = tmp_path / "data_clinical_patient.txt"
    header = "PATIENT_ID OS_MONTHS OS_STATUS TUMOR_STATUS NEW_TUMOR_EVENT_TYPE DFS_MONTHS DAYS_TO_DEATH"
    names = [*header.split(), "DAYS_TO_BIRTH", "ECOG_STATUS", "METASTATIC_STATUS"]
    rows = ["P1 5 1:DECEASED", "P2 9 0:LIVING", "P3 7 0:LIVING"]
    lines = [
        "\t".join([*row.split(), "WITH TUMOR", "Local", "3", "40", "-9000", str(at), "M0"])
        for at, row in enumerate(rows)
    ]
    path.write_text("\n".join(["\t".join(names), *lines]) + "\n", encoding="utf-8")
    answer = cli("import", path, "--dataset", "cb")
    assert answer.code == 0, answer.said
    assert [column.name for column in open_dataset(Shelf(data_dir), "cb").baseline] == [
        "DAYS_TO_BIRTH",
        "ECOG_STATUS",
    ]
    assert "METASTATIC_STATUS=yes" in answer.said
    cli("import", path, "--dataset", "cb", "--baseline", "METASTATIC_STATUS=yes")
    assert [column.name for column in open_dataset(Shelf(data_dir), "cb").baseline][-1] == "METASTATIC_STATUS"


# decisions


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(
            ["EXTR=yes"],
            "adtte.csv, column EXTR: is said to be a baseline or none, but there is no such column. Check "
            "its spelling.",
            id="unknown",
        ),
        pytest.param(
            ["DTH30FL=yes"],
            "adtte.csv, column DTH30FL: can be no baseline, whatever is said: it is known only after the "
            "index date (its "
            "name tells death (CDISC)). Take it out of --baseline; if it was known before, give it another "
            "name in the "
            "file.",
            id="sure",
        ),
        pytest.param(
            ["AVAL=yes"],
            "adtte.csv, column AVAL: is no column of the patient that could be a baseline: it belongs to "
            "the record of the "
            "event or to the mapping, or varies in a patient. Take it out of --baseline.",
            id="of-the-record",
        ),
        pytest.param(["EXTRA"], "'EXTRA' decides nothing. Write COLUMN=yes or COLUMN=no.", id="no-word"),
        pytest.param(
            ["EXTRA=maybe"], "'EXTRA=maybe' decides nothing. Write COLUMN=yes or COLUMN=no.", id="maybe"
        ),
        pytest.param(
            ["EXTRA=yes", "EXTRA=no"], "--baseline says both yes and no of 'EXTRA'. Say one.", id="both"
        ),
    ],
)
def test_a_decision_that_cannot_be_is_refused(
    cli: Cli, tmp_path: Path, data_dir: Path, options: list[str], said: str
) -> None:
    asked = [word for option in options for word in ("--baseline", option)]
    answer = imported(cli, tmp_path, LEAK, *asked)
    assert answer.code == 2
    assert said in answer.said
    assert "t" not in (Shelf(data_dir).names() if data_dir.exists() else [])


def test_a_sure_column_that_is_said_to_be_none_is_no_error(cli: Cli, tmp_path: Path) -> None:
    assert imported(cli, tmp_path, LEAK, "--baseline", "DTH30FL=no", "--baseline", "EXTRA=no").code == 0


def test_source_tables_have_nothing_to_decide(cli: Cli, synthetic_copy: Path) -> None:
    answer = cli(
        "import", synthetic_copy, "--dataset", "s", "--extracted", "2017-09-30", "--baseline", "sex=no"
    )
    assert answer.code == 2
    assert "--baseline has no meaning for source tables" in answer.said
    settings = synthetic_copy / "settings.toml"
    settings.write_text(settings.read_text() + '\n[baseline]\nsex = "no"\n')
    answer = cli("import", synthetic_copy, "--dataset", "s", "--extracted", "2017-09-30")
    assert answer.code == 2
    assert "Take [baseline] out of the settings." in answer.said


def test_a_request_with_decisions_crosses_to_another_process(tmp_path: Path) -> None:
    request = Request(tmp_path / "a.csv", baseline=(("Überleben =", True), ("x", False)))
    assert Request.from_json(request.to_json()) == request


# every use carries the word


WORD = "may be known only after the index date"


@pytest.fixture
def admitted(cli: Cli, tmp_path: Path) -> Cli:
    """The command line with a data set in which a suspect column was admitted, and another left open."""
    text = trial(
        PLAIN,
        ("GRADE", ["1", "2", "3"] * 8),
        ("Relapse", ["no", "yes", "no", "no"] * 6),
        ("EXTRA", split("Y", "")),
    )
    assert imported(cli, tmp_path, text, "--baseline", "Relapse=yes").code == 0
    return cli


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["estimate", "--by", "Relapse"], id="estimate-by"),
        pytest.param(["estimate", "--where", "Relapse:yes"], id="estimate-where"),
        pytest.param(["read", "--by", "Relapse"], id="read-by"),
        pytest.param(["compare", "--by", "TRTP", "--stratify", "Relapse"], id="stratify"),
        pytest.param(["compare", "--by", "TRTP", "--adjust", "Relapse"], id="adjust"),
        pytest.param(["compare", "--by", "TRTP", "--subgroup", "Relapse"], id="subgroup"),
        pytest.param(["compare", "--by", "Relapse"], id="compare-by"),
    ],
)
def test_every_answer_in_json_carries_the_word(admitted: Cli, options: list[str]) -> None:
    answer = admitted(*options, "--dataset", "t", "--endpoint", "OS", "--json")
    assert answer.code == 0, answer.said
    assert answer.json["remarks"] == [f"'Relapse' {WORD}."]
    assert f"'Relapse' {WORD}." in answer.said


def test_an_answer_without_the_column_has_no_remark(admitted: Cli) -> None:
    answer = admitted("estimate", "--dataset", "t", "--endpoint", "OS", "--by", "GRADE", "--json")
    assert "remarks" not in answer.json
    assert WORD not in answer.said


def test_report_figure_and_bundle_carry_the_word(admitted: Cli, tmp_path: Path) -> None:
    common = ["--dataset", "t", "--endpoint", "OS"]
    page = tmp_path / "r.html"
    assert admitted("report", *common, "--by", "Relapse", "--out", page).code == 0
    text = page.read_text(encoding="utf-8")
    assert f"Relapse ({WORD}): yes" in text  # patients at time zero
    assert text.count(WORD) >= 3  # remarks, caption, table
    assert "EXTRA" not in text
    picture = tmp_path / "f.svg"
    assert admitted("figure", "--kind", "survival", *common, "--by", "Relapse", "--out", picture).code == 0
    bundle = tmp_path / "b.zip"
    assert admitted("bundle", *common, "--out", bundle).code == 0
    with zipfile.ZipFile(bundle) as archive:
        readme = next(name for name in archive.namelist() if name.lower().startswith("readme"))
        assert f"'Relapse' {WORD}." in archive.read(readme).decode()
        assert WORD in archive.read("columns.csv").decode()
        assert "EXTRA" not in archive.read("cohort.csv").decode().splitlines()[0]


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["estimate", "--by", "EXTRA"], id="by"),
        pytest.param(["estimate", "--where", "EXTRA:Y"], id="where"),
        pytest.param(["compare", "--adjust", "EXTRA"], id="adjust"),
        pytest.param(["compare", "--stratify", "EXTRA"], id="stratify"),
        pytest.param(["compare", "--subgroup", "EXTRA"], id="subgroup"),
    ],
)
def test_an_undecided_column_is_refused_with_the_reason_and_the_remedy(
    admitted: Cli, options: list[str]
) -> None:
    answer = admitted(*options, "--dataset", "t", "--endpoint", "OS")
    assert answer.code == 2
    assert answer.said.strip() == (
        "'EXTRA' is not offered, since it may be known only after the index date: it is filled only for "
        "patients with the "
        "event of OS. If it was known on the index date, import the file again with --baseline EXTRA=yes."
    )


# versions of before


def made_old(data_dir: Path, name: str, extra: list[tuple[str, list[str]]]) -> None:
    """Turn a stored version into one of an earlier release: no judgement in it, every column offered."""
    shelf = Shelf(data_dir)
    current = shelf.current(name)
    path = shelf.path(name, current.version)
    path.unlink()
    with building(path, data_dir, small=True) as file:
        file.run("CREATE SCHEMA source")
        file.run("CREATE TABLE meta(key VARCHAR, value VARCHAR)")
        for key, value in {
            **{
                "version": current.version,
                "schema": "5",
                "kind": "ADTTE",
                "title": "",
                "notice": "",
                "about": "",
            },
            **{
                "settings": "",
                "published": "",
                "offset": "",
                "no_dates": "the file has no dates",
                "columns": "",
            },
            **{"treatment_column": "TRTP", "treatment_label": "Treatment (TRTP)", "explained": ""},
        }.items():
            file.run("INSERT INTO meta VALUES ($key, $value)", {"key": key, "value": value})
        columns = ", ".join(f'"{column}" VARCHAR' for column, _ in extra)
        file.run(f"CREATE TABLE cohort(patient_id VARCHAR, modality VARCHAR, index_date DATE, {columns})")
        for at in range(N):
            bound = {"id": f"P{at:02d}", "arm": "AB"[at % 2]} | {
                f"v{k}": v[at] or None for k, (_, v) in enumerate(extra)
            }
            values = ", ".join(f"$v{place}" for place in range(len(extra)))
            file.run(f"INSERT INTO cohort VALUES ($id, $arm, NULL, {values})", bound)
        file.run(
            "CREATE TABLE time_to_event AS SELECT patient_id, 'OS' AS endpoint, CAST(NULL AS DATE) AS index_date, "
            "31 AS days, CAST(patient_id < 'P12' AS TINYINT) AS status, 'x' AS reason, 31.0 AS aval, 'days' "
            "AS avalu "
            "FROM cohort"
        )
        file.run(
            "CREATE TABLE times AS SELECT t.endpoint AS t_endpoint, t.index_date AS t_start, t.days AS t_days, "
            "t.status AS t_status, t.reason AS t_reason, c.* FROM time_to_event t JOIN cohort c USING (patient_id)"
        )
        file.run("CREATE TABLE endpoints AS SELECT 'OS' AS code, 'Overall survival' AS name, 0 AS position")
        file.run("CREATE TABLE attrition(step INTEGER, code VARCHAR, label VARCHAR, patients BIGINT)")
        file.run("CREATE TABLE same_day(patient_id VARCHAR)")
        file.run("CREATE TABLE modalities AS SELECT 'A' AS value, 'A' AS label, 0 AS position")
        file.run("INSERT INTO modalities VALUES ('B', 'B', 1)")
        file.run("CREATE TABLE baseline_columns(name VARCHAR, label VARCHAR, kind VARCHAR, position INTEGER)")
        for place, (column, _) in enumerate(extra):
            file.run(
                "INSERT INTO baseline_columns VALUES ($name, $name, 'categorical', $place)",
                {"name": column, "place": place},
            )
        file.run(
            'CREATE TABLE findings(rule VARCHAR, file VARCHAR, line INTEGER, "column" VARCHAR, value VARCHAR, '
            "words VARCHAR, patient VARCHAR)"
        )
        file.run("CREATE TABLE finding_counts(rule VARCHAR, n BIGINT)")
    entry = shelf.root / name / "current.json"
    told = json.loads(entry.read_text())
    told["rows"] = row_counts(Database.open(path))
    entry.write_text(json.dumps(told))


OLD = [PLAIN, ("DTH30FL", split("Y", "N")), ("EXTRA", split("Y", ""))]
SAID = (
    "“t” was imported before its columns were judged. No longer offered as baseline, for they are "
    "known only after the "
    "index date, or may be: DTH30FL, EXTRA. Import it again, with --baseline COLUMN=yes for what "
    "was known by then (EXTRA)."
)


def test_a_version_of_before_is_judged_when_it_is_opened(cli: Cli, tmp_path: Path, data_dir: Path) -> None:
    imported(cli, tmp_path, LEAK)
    made_old(data_dir, "t", OLD)
    found = open_dataset(Shelf(data_dir), "t")
    assert [column.name for column in found.baseline] == ["SEX"]
    assert found.offered.no_longer == SAID
    with pytest.raises(
        ControlMissing, match="'DTH30FL' is not offered, since it is known only after the index date"
    ):
        found.grouping("DTH30FL")
    answer = cli("estimate", "--dataset", "t", "--endpoint", "OS", "--by", "SEX")
    assert (answer.code, answer.said.strip().splitlines()[0]) == (0, SAID)
    assert cli("estimate", "--dataset", "t", "--endpoint", "OS", "--by", "EXTRA").code == 2
    imported(cli, tmp_path, LEAK, "--baseline", "EXTRA=yes")
    again = open_dataset(Shelf(data_dir), "t")
    assert [column.label for column in again.baseline] == ["SEX", f"EXTRA ({KNOWN_LATER})"]
    assert again.offered.no_longer == ""


def test_a_version_is_judged_once(
    cli: Cli, tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(cli, tmp_path, LEAK)
    made_old(data_dir, "t", OLD)
    first = open_dataset(Shelf(data_dir), "t")
    asked: list[str] = []
    rows = first.database.rows
    monkeypatch.setattr(
        type(first.database), "rows", lambda _, sql, bound=None: (asked.append(sql), rows(sql, bound))[1]
    )
    assert len(first.offered.judged) == 2
    judging = len([sql for sql in asked if "unnest(range(" in sql])
    again = open_dataset(Shelf(data_dir), "t")
    assert again is not first
    assert again.offered.judged == first.offered.judged
    assert judging == 1
    assert len([sql for sql in asked if "unnest(range(" in sql]) == judging


def test_the_pages_say_what_is_no_longer_offered(
    cli: Cli, tmp_path: Path, data_dir: Path, open_page: Opener
) -> None:
    imported(cli, tmp_path, LEAK)
    made_old(data_dir, "t", OLD)
    app = open_page("survival.py", dataset="t")
    assert SAID[: SAID.index("--baseline")] in words(app)
    linked = open_page("survival.py", dataset="t", by="DTH30FL")
    assert "'DTH30FL' is not offered, since it is known only after the index date" in words(linked)


# the page Data and Data quality


def test_the_page_asks_for_a_decision_and_keeps_it(open_page: Opener, data_dir: Path) -> None:
    app = open_page("data.py")
    upload(app, "leak.csv", LEAK)
    press(app, "Check the file")
    assert "No baseline, since known only after the index date: DTH30FL." in words(app)
    control = choice(app, "button_group", "Was EXTRA known on the index date?")
    assert not control.value
    control.set_value(True).run()
    assert "Something was changed since the last check: check again." in words(app)
    press(app, "Check the file")
    assert choice(app, "button_group", "Was EXTRA known on the index date?").value in (True, [True])
    press(app, "Import as “leak”")
    found = open_dataset(Shelf(data_dir), "leak")
    assert [column.label for column in found.baseline] == ["SEX", f"EXTRA ({KNOWN_LATER})"]
    assert Settings.from_json(found.meta["settings"]).baseline == (("EXTRA", True),)


def test_data_quality_lists_the_decisions(open_page: Opener, admitted: Cli) -> None:
    assert admitted
    app = open_page("quality.py", dataset="t")
    said = words(app)
    assert (
        "A column that may be known only after the index date is a baseline, as was said; every use says so."
        in said
    )
    rows = {row: list(cells) for row, *cells in app.main.table[0].value.reset_index().itertuples(index=False)}
    assert rows == {
        "Relapse": ["Its name tells what may have happened after the treatment", "a baseline, as was said"],
        "EXTRA": ["It is filled only for patients with the event of OS", "no baseline yet"],
    }


def test_a_column_that_is_the_time_of_an_endpoint_is_asked_about(
    cli: Cli, tmp_path: Path, data_dir: Path
) -> None:
    rows = ["USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,WATCHED,AGE"]
    for at in range(30):
        days = 40 + at * 37 % 900
        rows.append(f"P{at},A,OS,Death,{days},DAYS,{at % 2},{days / 30.4375:.1f},{40 + at * 7 % 31}")
    (tmp_path / "t.csv").write_text("\n".join(rows) + "\n")
    assert cli("import", tmp_path / "t.csv", "--dataset", "t").code == 0
    found = open_dataset(Shelf(data_dir), "t")
    assert [(one.name, one.why) for one in found.offered.judged] == [
        ("WATCHED", "its numbers are the times of OS")
    ]
    assert [column.name for column in found.baseline] == ["AGE"]


def test_names_that_people_write_otherwise_are_judged_alike() -> None:
    told = (
        "FU|F/U|FUMONTHS|os_m|PFSm|survmonths|lastfollowup|time2event|deathdate|mort90|Décès|Letzter Kontakt"
    )
    assert {judged_name(name).verdict for name in told.split("|")} == {Verdict.SURE}
    asked = "Disease-free interval|progdate|recur"
    assert {judged_name(name).verdict for name in asked.split("|")} == {Verdict.SUSPECT}
    assert {judged_name(name).verdict for name in ("PRIMARY_TUMOR_STATUS", "MORTON", "SURVEY")} == {
        Verdict.FINE
    }


def test_words_that_are_read_as_numbers_end_no_import(cli: Cli, tmp_path: Path, data_dir: Path) -> None:
    odd = ["nan", "inf", "-inf", "1e308", "-1e308", "1e-320", "1e999", "NaN", "7", "8", "9", "10"]
    rows = ["USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR,SITE,SAME"]
    rows += [f"P{at},A,OS,Death,{40 + at},DAYS,{at % 2},{value},3" for at, value in enumerate(odd)]
    (tmp_path / "t.csv").write_text("\n".join(rows) + "\n")
    answer = cli("import", tmp_path / "t.csv", "--dataset", "t")
    assert answer.code == 0, answer.said
    assert open_dataset(Shelf(data_dir), "t").offered.judged == ()
