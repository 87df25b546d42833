"""REDCap exports decoded by their dictionary, and cBioPortal's clinical files with their own codes for events."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gepnet_core.errors import FileRefused
from gepnet_core.intake.cbioportal import read_clinical
from gepnet_core.intake.files import open_sheets
from gepnet_core.intake.mapped import read_mapped
from gepnet_core.intake.mapping import Cell, mapping_from
from gepnet_core.intake.reading import Reading, Sheet
from gepnet_core.intake.redcap import decode, is_dictionary
from gepnet_core.intake.redcap_dictionary import parse_choices
from gepnet_core.intake.report import Report
from gepnet_core.intake.request import Format, Request
from gepnet_core.store.build import Prepared, prepare
from gepnet_core.vocabulary import TimeUnit

FILE_COLUMNS = [
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
]
API_COLUMNS = [
    "field_name",
    "form_name",
    "section_header",
    "field_type",
    "field_label",
    "select_choices_or_calculations",
    "field_note",
]
FIELDS = [
    "record_id|base||text|Record ID||",
    "sex|base||radio|Sex at birth|1, Male / 2, Female|",
    "grade|base||dropdown|WHO <b>grade</b>|g1, G1, low / g2, G2 / -9, Not known|",
    "functional|base||yesno|Functional||",
    "blinded|base||truefalse|Blinded||",
    "mets|base||checkbox|Metastases|1, Liver / 2, Bone, spine / -1, Other|",
    "met_date|base||text|First metastasis||",
    "age|base||calc|Age|datediff(1, 2)|",
    "intro|base||descriptive|Welcome||",
    "scan|base||file|Scan||",
]
NAMES = (
    "record_id redcap_event_name redcap_repeat_instrument redcap_repeat_instance redcap_data_access_group "
    "sex grade functional blinded mets___1 mets___2 mets___m1 met_date age base_complete"
).split()
RAW = ["P1", "base_arm_1", "", "1", "north", "1", "-9", "1", "0", "1", "1", "0", "2014-05-06", "61.5", "2"]
LABELS = [
    "Record ID",
    "Event Name",
    "Repeat Instrument",
    "Repeat Instance",
    "Data Access Group",
    "Sex at birth",
    "WHO grade",
    "Functional",
    "Blinded",
    "Metastases (choice=Liver)",
    "Metastases (choice=Bone, spine)",
    "Metastases (choice=Other)",
    "First metastasis",
    "Age",
    "Complete?",
]
LABELLED = [
    *RAW[:5],
    "Male",
    "Not known",
    "Yes",
    "False",
    "Checked",
    "Checked",
    "Unchecked",
    *RAW[12:14],
    "Complete",
]
DECODED = [*RAW[:5], "Male", "Not known", "Yes", "False", "Liver; Bone, spine", *RAW[12:14], "Complete"]
HEADER = [*NAMES[:9], "mets", "met_date", "age", "base_complete"]


def sheet(name: str, header: list[str], *rows: list[str], comments: tuple[str, ...] = ()) -> Sheet:
    """Return a table as a file would give it: rows from line 2, or below the comments."""
    line = 1 + len(comments)
    return Sheet(name, name.split(".")[0], header, line, iter(enumerate(rows, line + 1)), list(comments))


def dictionary(*fields: str, header: list[str] = FILE_COLUMNS) -> Sheet:
    """Return a data dictionary; a field is its cells between bars, choices parted by " / "."""
    rows = [[cell.replace(" / ", " | ") for cell in field.split("|")] for field in fields]
    return sheet("dictionary.csv", header, *rows)


def found(report: Report) -> list[tuple]:
    """Return rule, file, line, column and value of every finding."""
    return [(one.rule, one.file, one.line, one.column, one.value) for one in report.findings]


def decoded(header: list[str], *rows: list[str], fields: list[str] = FIELDS) -> tuple[Sheet, list, Report]:
    """Return the decoded sheet, its rows and what was found."""
    report = Report()
    result = decode(sheet("data.csv", header, *rows), dictionary(*fields), report)
    return result, list(result.rows), report


# REDCap


@pytest.mark.parametrize(
    "columns", [pytest.param(FILE_COLUMNS, id="file"), pytest.param(API_COLUMNS, id="api")]
)
@pytest.mark.parametrize(
    ("header", "row"),
    [
        pytest.param(NAMES, RAW, id="codes-under-names"),
        pytest.param(NAMES, LABELLED, id="labels-under-names"),
        pytest.param(LABELS, RAW, id="codes-under-labels"),
        pytest.param(LABELS, LABELLED, id="labels-under-labels"),
    ],
)
def test_every_kind_of_export_decodes_to_the_same_names_and_labels(columns, header, row):
    report = Report()
    result = decode(sheet("data.csv", header, row), dictionary(*FIELDS, header=columns), report)
    assert (result.file, result.header, list(result.rows)) == ("data.csv", HEADER, [(2, DECODED)])
    assert (report.findings, report.notes) == ([], [])


def test_a_dictionary_is_told_by_its_columns():
    assert is_dictionary(dictionary())
    assert is_dictionary(dictionary(header=API_COLUMNS))
    assert not is_dictionary(sheet("data.csv", NAMES))


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        pytest.param("1, Male | 2, Female", {"1": "Male", "2": "Female"}, id="two"),
        pytest.param("-1, No, none|a_b,Yes", {"-1": "No, none", "a_b": "Yes"}, id="negative-text-and-comma"),
        pytest.param("1, <i>Low</i> &lt; 3", {"1": "Low < 3"}, id="mark-up"),
        pytest.param("", None, id="none"),
        pytest.param("1, A | B", None, id="no-comma"),
        pytest.param("1, A | 1, B", None, id="one-code-twice"),
        pytest.param("1, A | 2,", None, id="no-label"),
        pytest.param("1, A |", None, id="open-end"),
    ],
)
def test_choices_are_code_and_label_or_cannot_be_read(text, choices):
    assert parse_choices(text) == choices


@pytest.mark.parametrize("column", ["mets___m1", "mets____1", "METS___M1"])
def test_a_negative_code_of_a_checkbox_is_found_in_each_spelling(column):
    result, rows, report = decoded(["record_id", column], ["P1", "1"], ["P2", "0"], ["P3", ""])
    assert (result.header, rows) == (
        ["record_id", "mets"],
        [(2, ["P1", "Other"]), (3, ["P2", ""]), (4, ["P3", ""])],
    )
    assert report.findings == []


def test_ticks_may_be_written_as_their_labels_and_keep_the_order_of_the_dictionary():
    _, rows, _ = decoded(
        ["record_id", "mets___2", "mets___1"], ["P1", "Bone, spine", "Liver"], ["P2", "", "Liver"]
    )
    assert [cells for _, cells in rows] == [["P1", "Liver; Bone, spine"], ["P2", "Liver"]]


def test_a_value_that_is_neither_code_nor_label_is_refused_with_its_patient_and_the_row_left_out():
    _, rows, report = decoded(["record_id", "sex"], ["P1", "1"], ["P2", "3"], ["P3", ""], ["P4", "male"])
    assert rows == [(2, ["P1", "Male"]), (4, ["P3", ""])]
    assert found(report) == [
        ("value-not-allowed", "data.csv", 3, "sex", "3"),
        ("value-not-allowed", "data.csv", 5, "sex", "male"),
    ]
    assert [one.patient for one in report.findings] == ["P2", "P4"]
    assert report.findings[0].words == (
        "'3' is neither a code nor a label of the field. There are: 1 (Male), 2 (Female)."
    )


def test_a_tick_that_is_none_is_refused_with_what_it_may_be():
    _, rows, report = decoded(["record_id", "mets___1"], ["P1", "2"])
    assert (rows, found(report)) == ([], [("value-not-allowed", "data.csv", 2, "mets___1", "2")])
    assert report.findings[0].words.endswith("There are: 1, 0, Checked, Unchecked, Liver.")


CODED = [
    "record_id|base||text|Record ID||",
    "sex|base||radio|Sex|1, Male / 2, Female|",
    "grade|base||dropdown|Grade|1, G1 / NK, Not known|",
    "functional|base||yesno|Functional||",
    "mets|base||checkbox|Metastases|1, Liver / 2, Bone|",
]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(["1", "1", "1", "1"], id="raw"),
        pytest.param(["Male", "G1", "Yes", "Checked"], id="labelled"),
    ],
)
def test_words_for_missing_stay_in_coded_fields_and_are_no_tick(given):
    rows = [["P1", *given, given[-1]], ["P2", "unk", "UNK", "UNK", "UNK", given[-1]], ["P3", *["UNK"] * 5]]
    header = ["record_id", "sex", "grade", "functional", "mets___1", "mets___2"]
    report = Report()
    result = decode(sheet("data.csv", header, *rows), dictionary(*CODED), report, [" UNK "])
    assert [cells for _, cells in result.rows] == [
        ["P1", "Male", "G1", "Yes", "Liver; Bone"],
        ["P2", "unk", "UNK", "UNK", "Bone"],
        ["P3", "UNK", "UNK", "UNK", ""],
    ]
    assert report.findings == []


def test_a_word_for_missing_that_is_a_code_of_the_field_is_decoded():
    report = Report()
    result = decode(
        sheet("data.csv", ["record_id", "grade"], ["P1", "NK"]), dictionary(*CODED), report, ["NK"]
    )
    assert (list(result.rows), report.findings) == ([(2, ["P1", "Not known"])], [])


VISITS = """patient_id = "record_id"
[reading]
missing = ["UNK"]
[patients]
sex = "sex"
[[local_treatments]]
date = "treated"
modality = { value = "RFA" }
[follow_up]
last_contact_date = "seen"
death_date = "died"
"""
VISIT = ["record_id", "sex", "treated", "seen", "died"]


def followed(*rows: list[str], mapping: str = VISITS) -> tuple[list[tuple], list[tuple]]:
    """Return the rows of follow-up (line, last contact, death), and what was found."""
    report = Report()
    told = mapping_from("m.toml", mapping)
    source = read_mapped(sheet("data.csv", VISIT, *rows), told, report, many_rows=True)
    dates = [
        (row.line, row.values["last_contact_date"], row.values["death_date"]) for row in source["follow_up"]
    ]
    return dates, found(report)


def test_of_the_last_contact_of_several_visits_the_latest_counts():
    dates, findings = followed(
        ["A", "male", "2014-01-02", "2014-02-03", ""],
        ["A", "", "", "2015-04-05", "2015-06-07"],
        ["A", "", "", "2014-12-31", ""],
        ["A", "", "", "UNK", ""],
        ["B", "female", "03.01.2014", "05.02.2014", ""],
        ["B", "", "", "04.03.2014", ""],
        mapping=VISITS.replace("missing", 'dates = { treated = "DD.MM.YYYY", seen = "DD.MM.YYYY" }\nmissing'),
    )
    assert findings == []
    assert dates == [(3, date(2015, 4, 5), date(2015, 6, 7)), (7, date(2014, 3, 4), None)]


def test_a_last_contact_that_is_no_date_is_refused_where_it_stands():
    _, findings = followed(
        ["A", "male", "2014-01-02", "2014-02-03", ""],
        ["A", "", "", "spring 2015", ""],
        ["A", "", "", "", "2015-06-07"],
    )
    assert findings == [("date", "data.csv", 3, "seen", "spring 2015")]


def test_all_else_that_a_patient_has_once_must_not_differ():
    _, findings = followed(
        ["A", "male", "2014-01-02", "2014-02-03", "2015-06-07"],
        ["A", "female", "", "2014-03-03", "2015-06-08"],
    )
    assert findings == [("conflict", "data.csv", 3, "sex", ""), ("conflict", "data.csv", 3, "died", "")]
    one = VISITS.replace('"died"', '"seen"')
    _, findings = followed(
        ["A", "male", "2014-01-02", "2015-02-03", ""], ["A", "", "", "2015-03-03", ""], mapping=one
    )
    assert {rule for rule, *_ in findings} == {"conflict"}


def test_a_column_that_mixes_codes_and_labels_is_not_decoded():
    result, _, report = decoded(["record_id", "sex"], ["P1", "1"], ["P2", "Male"])
    assert result.header == ["record_id"]
    assert found(report) == [("dictionary", "data.csv", 1, "sex", "")]
    assert report.findings[0].words == (
        "mixes codes and labels: '1', 'Male'. Export it raw or labelled throughout."
    )


ECOG = ["record_id|base||text|Record ID||", "ecog|base||radio|ECOG|1, 0 / 2, 1 / 3, 2|"]


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        pytest.param(["1", "3"], ["0", "2"], id="one-is-a-code-alone"),
        pytest.param(["0", "1"], ["0", "1"], id="one-is-a-label-alone"),
        pytest.param(["1", "2"], None, id="all-are-both"),
    ],
)
def test_codes_that_are_labels_of_others_are_told_by_all_values_or_refused(values, labels):
    result, rows, report = decoded(["record_id", "ecog"], *(["P1", value] for value in values), fields=ECOG)
    if labels:
        assert ([cells[1] for _, cells in rows], report.findings) == (labels, [])
    else:
        assert result.header == ["record_id"]
        assert found(report) == [("dictionary", "data.csv", 1, "ecog", "")]
        assert (
            "reads both as codes and as labels, with different results: '1', '2'." in report.findings[0].words
        )


def test_codes_that_are_their_own_labels_are_no_question():
    same = [ECOG[0], "ecog|base||radio|ECOG|0, 0 / 1, 1|"]
    _, rows, report = decoded(["record_id", "ecog"], ["P1", "0"], ["P2", "1"], fields=same)
    assert ([cells[1] for _, cells in rows], report.findings) == (["0", "1"], [])


def test_a_column_that_the_dictionary_does_not_know_is_refused():
    result, _, report = decoded(["record_id", "sex", "mets___7", "extra"], ["P1", "1", "0", "x"])
    assert result.header == ["record_id", "sex"]
    assert found(report) == [
        ("dictionary", "data.csv", 1, "mets___7", ""),
        ("dictionary", "data.csv", 1, "extra", ""),
    ]
    assert report.findings[1].words == (
        "is neither in the data dictionary nor a column of REDCap's own. Export both from the same project, or "
        "remove the column."
    )


def test_a_label_of_two_fields_is_refused_with_both_names():
    fields = [*ECOG, "rfa_date|base||text|Date||", "pd_date|base||text|Date||"]
    result, _, report = decoded(["Record ID", "ECOG", "Date"], ["P1", "3", "2014-01-01"], fields=fields)
    assert result.header == ["record_id", "ecog"]
    assert found(report) == [("dictionary", "data.csv", 1, "Date", "")]
    assert report.findings[0].words == (
        "could be each of 'rfa_date' and 'pd_date'. Export with field names as header."
    )


def test_an_export_without_its_record_id_is_refused():
    _, _, report = decoded(["sex"], ["1"])
    assert found(report) == [("dictionary", "data.csv", 1, "", "")]
    assert report.findings[0].words == "has no column of the record id 'record_id'. Export it too."


def test_fields_without_data_are_passed_over_with_a_note():
    result, rows, report = decoded(["record_id", "scan", "age"], ["P1", "[document]", " 61 "])
    assert (result.header, rows, report.findings) == (["record_id", "age"], [(2, ["P1", " 61 "])], [])
    assert report.notes == [
        "data.csv: the field 'scan' is of type file, which holds no data, and was passed over."
    ]


@pytest.mark.parametrize(
    ("fields", "line", "column", "words"),
    [
        pytest.param(
            [*ECOG, "ecog|base||text|Again||"],
            4,
            "Variable / Field Name",
            "the field 'ecog' stands on line 3 too. Keep one.",
            id="a-field-twice",
        ),
        pytest.param(
            [ECOG[0], "ecog|base||radio|ECOG|low, high / x|"],
            3,
            "Choices, Calculations, OR Slider Labels",
            "the choices of 'ecog' cannot be read. Write them as \"1, Male | 2, Female\", each code once.",
            id="choices-without-labels",
        ),
        pytest.param(
            [ECOG[0], "ecog|base||checkbox|ECOG||"],
            3,
            "Choices, Calculations, OR Slider Labels",
            "the choices of 'ecog' cannot be read. Write them as \"1, Male | 2, Female\", each code once.",
            id="no-choices",
        ),
        pytest.param(
            [ECOG[0], "ecog|base||matrix|ECOG||"],
            3,
            "Field Type",
            "the field 'ecog' is of a type that is not known: 'matrix'. Leave it out.",
            id="unknown-type",
        ),
        pytest.param(
            [ECOG[0], "|base||text|||"],
            3,
            "Variable / Field Name",
            "has no field name. Export the data dictionary again.",
            id="no-name",
        ),
        pytest.param([], 1, "", "has no field. Export the data dictionary again.", id="no-field"),
    ],
)
def test_a_dictionary_that_cannot_be_read_is_refused_with_its_line(fields, line, column, words):
    _, _, report = decoded(["record_id"], ["P1"], fields=fields)
    assert [one[:4] for one in found(report)] == [("dictionary", "dictionary.csv", line, column)]
    assert report.findings[0].words == words


def test_a_dictionary_without_its_columns_is_refused_and_nothing_decoded():
    report = Report()
    result = decode(
        sheet("data.csv", ["record_id"], ["P1"]), dictionary(header=["field_name", "field_type"]), report
    )
    assert (result.header, list(result.rows)) == ([], [])
    assert [one[:3] for one in found(report)] == [("dictionary", "dictionary.csv", 1)] * 3
    assert report.findings[0].words == "has no column 'form name'. Export the data dictionary again."


# cBioPortal

DISPLAY = (
    "Patient Identifier\tSex\tOverall Survival (Months)\tOverall Survival Status\tTime to X (Months)\tX",
    "d\td\td\td\td\td",
    "STRING\tSTRING\tNUMBER\tSTRING\tNUMBER\tSTRING",
    "1\t1\t1\t1\t1\t1",
)
CLINICAL = ["PATIENT_ID", "SEX", "OS_MONTHS", "OS_STATUS", "TTX_MONTHS", "TTX_STATUS"]
PATIENTS = [
    ["P1", "Male", "12.5", "0:LIVING", "3", "1:Recurred/Progressed"],
    ["P2", "Female", "7.0", "1:DECEASED", "[Not Available]", "[Not Available]"],
    ["P3", "NA", "1", "0:LIVING", "1", "0:DiseaseFree"],
]


def clinical(*rows: list[str], header: list[str] = CLINICAL) -> Sheet:
    """Return a patient file."""
    return sheet("data_clinical_patient.txt", header, *rows, comments=DISPLAY)


def samples(*rows: list[str], header: tuple[str, ...] = ("SAMPLE_ID", "PATIENT_ID", "GRADE", "SEX")) -> Sheet:
    """Return a sample file."""
    return sheet("data_clinical_sample.txt", list(header), *rows)


def test_a_patient_file_gives_times_in_months_whose_status_says_what_it_means():
    report = Report()
    result, mapping = read_clinical([clinical(*PATIENTS)], report)
    assert (result.file, result.line, result.header) == ("data_clinical_patient.txt", 5, CLINICAL)
    assert list(result.rows) == [(6, PATIENTS[0]), (7, PATIENTS[1]), (8, PATIENTS[2])]
    assert mapping.patient_id == Cell(column="PATIENT_ID")
    assert mapping.treatment == Cell(value="not recorded")
    assert (mapping.baseline, mapping.groups) == (None, ())
    assert mapping.missing == ("[Not Available]", "[Not Applicable]", "[Unknown]", "NA")
    overall, other = mapping.endpoints
    assert (overall.code, overall.name) == ("OS", "overall survival")
    assert (overall.time, overall.status, overall.unit) == ("OS_MONTHS", "OS_STATUS", TimeUnit.MONTHS)
    assert (overall.event, overall.censored) == (("1:DECEASED",), ("0:LIVING",))
    assert (other.code, other.name) == ("TTX", "Time to X")
    assert (other.event, other.censored) == (("1:Recurred/Progressed",), ("0:DiseaseFree",))
    assert (report.findings, report.notes) == ([], [])
    assert mapping_from("m.toml", mapping.to_toml()).endpoints == mapping.endpoints


def test_the_treatment_is_the_named_column_or_a_missing_one_is_refused():
    _, mapping = read_clinical([clinical(*PATIENTS)], Report(), treatment="SEX")
    assert mapping.treatment == Cell(column="SEX")
    report = Report()
    _, mapping = read_clinical([clinical(*PATIENTS)], report, treatment="ARM")
    assert mapping.treatment == Cell(value="not recorded")
    assert found(report) == [("column-missing", "data_clinical_patient.txt", 5, "ARM", "")]
    assert report.findings[0].words == "is missing. Choose another column of the treatment."


def test_the_columns_of_samples_join_where_every_patient_has_exactly_one():
    report = Report()
    joined = samples(
        ["S2", "P2", "G2", "x"], ["S1", "P1", "G1", "x"], ["S3", "P3", "G3", "x"], ["S9", "P9", "", ""]
    )
    result, _ = read_clinical([joined, clinical(*PATIENTS)], report)
    assert result.header == [*CLINICAL, "GRADE"]
    assert [cells[-1] for _, cells in result.rows] == ["G1", "G2", "G3"]
    assert report.notes == [
        "data_clinical_sample.txt: samples of 1 patients who are not in data_clinical_patient.txt were passed "
        "over.",
        "data_clinical_sample.txt: SEX stand in data_clinical_patient.txt too, which counts.",
    ]


@pytest.mark.parametrize(
    ("of", "several", "none"),
    [
        pytest.param(["P1", "P1", "P3"], 1, 1, id="both"),
        pytest.param(["P1", "P1", "P2", "P3"], 1, 0, id="several"),
        pytest.param(["P1"], 0, 2, id="none"),
    ],
)
def test_several_samples_or_none_of_a_patient_leave_the_columns_out_and_say_so(of, several, none):
    report = Report()
    given = samples(*([f"S{n}", patient, "G1", ""] for n, patient in enumerate(of)))
    result, _ = read_clinical([clinical(*PATIENTS), given], report)
    assert result.header == CLINICAL
    assert report.notes == [
        f"data_clinical_sample.txt: {several} of 3 patients have several samples and {none} have none, so no "
        "sample stands for the patient and the columns of the samples were left out."
    ]


def test_a_sample_file_alone_may_hold_the_times():
    alone = samples(
        ["S1", "P1", "3", "1:DECEASED"], header=("SAMPLE_ID", "PATIENT_ID", "OS_MONTHS", "OS_STATUS")
    )
    result, mapping = read_clinical([alone], Report())
    assert (result.header, list(result.rows)) == (
        CLINICAL[:1] + CLINICAL[2:4],
        [(2, ["P1", "3", "1:DECEASED"])],
    )
    assert mapping.endpoints[0].event == ("1:DECEASED",)


def test_a_status_without_its_code_is_not_interpreted():
    report = Report()
    rows = [["P1", "", "1", "LIVING", "1", "0:X"], ["P2", "", "1", "DECEASED", "1", "1:Y"]]
    _, mapping = read_clinical([clinical(*rows)], report)
    assert [endpoint.code for endpoint in mapping.endpoints] == ["TTX"]
    assert found(report) == [("status-unmapped", "data_clinical_patient.txt", 6, "OS_STATUS", "DECEASED")]
    assert report.findings[0].words == (
        "'DECEASED', 'LIVING' begin neither with 0: (censored) nor with 1: (event). Write them as \"0:LIVING\" or "
        '"1:DECEASED", or import the file with --format wide and a mapping that says what each means.'
    )


WITHOUT_CODES = "PATIENT_ID\tSEX\tOS_MONTHS\tOS_STATUS\nP1\tMale\t12\tLIVING\nP2\tMale\t7\tDECEASED\n"
SAID = """patient_id = "PATIENT_ID"
treatment = { value = "all" }
[[endpoints]]
code = "OS"
time = "OS_MONTHS"
unit = "months"
status = "OS_STATUS"
event = ["DECEASED"]
censored = ["LIVING"]
"""


def by_mapping(folder: Path, content: str, mapping: str = SAID) -> Prepared:
    """Read a file as a wide table, with comments above its header or not."""
    (folder / "data_clinical_patient.txt").write_text(content, encoding="utf-8")
    told = mapping_from("m.toml", mapping)
    return prepare(Request(folder / "data_clinical_patient.txt", Format.WIDE, mapping=told), folder)


def test_a_file_whose_status_has_no_code_is_read_by_a_mapping_with_or_without_its_comments(tmp_path):
    for above in ("", "".join(f"#{line}\n" for line in DISPLAY)):
        read = by_mapping(tmp_path, above + WITHOUT_CODES)
        assert [one for one in read.report.findings if one.severity == "error"] == []
        assert read.current.patients == 2


@pytest.mark.parametrize(
    "name", [pytest.param("#PATIENT_ID", id="with-a-name"), pytest.param("#", id="alone")]
)
def test_a_header_that_begins_with_a_number_sign_is_read_where_the_mapping_means_it(tmp_path, name):
    content = WITHOUT_CODES.replace("PATIENT_ID", name)
    read = by_mapping(tmp_path, content, SAID.replace('"PATIENT_ID"', f'"{name}"'))
    assert read.current.patients == 2


def test_an_endpoint_without_an_event_is_kept_and_said():
    report = Report()
    _, mapping = read_clinical([clinical(PATIENTS[0])], report)
    assert mapping.endpoints[0].event == ("1:EVENT",)
    assert report.notes == ["data_clinical_patient.txt: OS_STATUS has no event: no value begins with 1:."]


def test_half_an_endpoint_is_no_baseline():
    report = Report()
    header = ["PATIENT_ID", "OS_MONTHS", "OS_STATUS", "PFS_MONTHS", "DFS_STATUS", "SMOKING_STATUS"]
    rows = ["P1", "1", "1:DECEASED", "2", "0:DiseaseFree", "never"]
    result, _ = read_clinical([clinical(rows, header=header)], report)
    assert result.header == ["PATIENT_ID", "OS_MONTHS", "OS_STATUS", "SMOKING_STATUS"]
    assert report.notes == [
        "data_clinical_patient.txt: PFS_MONTHS was left out, since there is no PFS_STATUS.",
        "data_clinical_patient.txt: DFS_STATUS was left out, since there is no DFS_MONTHS.",
    ]


def test_files_of_a_study_that_are_not_clinical_are_passed_over():
    report = Report()
    timeline = sheet("data_timeline.txt", ["PATIENT_ID", "START_DATE", "STOP_DATE", "EVENT_TYPE"])
    genes = sheet("data_mutations.txt", ["Hugo_Symbol"])
    result, _ = read_clinical([genes, timeline, clinical(*PATIENTS)], report)
    assert len(list(result.rows)) == 3
    assert report.notes == [
        "data_mutations.txt is no clinical file and was passed over.",
        "data_timeline.txt is no clinical file and was passed over.",
    ]


@pytest.mark.parametrize(
    ("sheets", "rule", "words"),
    [
        pytest.param(
            lambda: [clinical(["P1", "1"], header=["PATIENT_ID", "OS_MONTHS"])],
            "column-missing",
            "data_clinical_patient.txt, line 5: has no pair of columns X_MONTHS and X_STATUS, such as OS_MONTHS "
            "and OS_STATUS. Add one.",
            id="no-pair",
        ),
        pytest.param(
            lambda: [clinical(["1"], header=["OS_MONTHS"])],
            "column-missing",
            "data_clinical_patient.txt, line 5, column PATIENT_ID: is missing. Add the column: it tells the "
            "patients apart.",
            id="no-id",
        ),
        pytest.param(
            lambda: [clinical(), clinical()],
            "mapping",
            "data_clinical_patient.txt: is a second patient file beside data_clinical_patient.txt. Give one.",
            id="two-patient-files",
        ),
        pytest.param(list, "table-missing", "data_clinical_patient.txt: is not there. Add it.", id="no-file"),
    ],
)
def test_what_is_no_clinical_file_is_refused(sheets, rule, words):
    with pytest.raises(FileRefused) as refused:
        read_clinical(sheets(), Report())
    assert (refused.value.rule, str(refused.value)) == (rule, words)


def test_a_labelled_export_of_several_forms_repeats_a_heading_and_is_read_all_the_same(tmp_path):
    export, fields = tmp_path / "labels.csv", tmp_path / "dictionary.csv"
    export.write_text(
        "Record ID,Sex at birth,Complete?,Age,Complete?\n1,Male,Complete,61,Incomplete\n", encoding="utf-8"
    )
    rows = (
        ["record_id", "base", "", "text", "Record ID", "", ""],
        ["sex", "base", "", "radio", "Sex at birth", "1, Male | 2, Female", ""],
        ["age", "visit", "", "text", "Age", "", ""],
    )
    fields.write_text(
        "\n".join([",".join(API_COLUMNS), *(",".join(map(quoted, row)) for row in rows)]), "utf-8"
    )
    report = Report()
    first, second = (open_sheets(path, Reading(), report)[0] for path in (export, fields))
    result = decode(first, second, report)
    assert (result.header, list(result.rows)) == (["record_id", "sex", "age"], [(2, ["1", "Male", "61"])])
    assert found(report) == []
    assert report.notes == [
        "labels.csv: 2 columns that say whether a form is complete are left out: with labels as header nothing "
        "tells which form is meant."
    ]


def quoted(cell: str) -> str:
    """Return a cell as CSV writes it."""
    return f'"{cell}"'
