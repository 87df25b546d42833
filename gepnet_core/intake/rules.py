"""The rules of an import: id, severity, what is found and what to do. The only list; the docs repeat it."""

from __future__ import annotations

from gepnet_core.intake.rule import error
from gepnet_core.intake.warning_rules import WARNING_RULES

FILE_RULES = (
    error(
        "file-unreadable", "The file cannot be read or is not of the format it claims.", "Export it again."
    ),
    error(
        "file-encoding",
        "The bytes are not text in the expected encoding.",
        "Save as UTF-8, or say the encoding.",
    ),
    error("file-nul", "The text holds a NUL byte.", "Export the file again as text."),
    error(
        "character",
        "A cell, a column's name or a word of the settings holds a character that no document can hold (a control "
        "character other than tab and line break, half of a surrogate pair, U+FFFE or U+FFFF).",
        "Type the text again without it.",
    ),
    error("file-empty", "The file, or a table of it, has no header or no row.", "Add the missing lines."),
    error(
        "file-limit",
        "The file is larger than an import may be: bytes, unpacked bytes, rows, columns or cells.",
        "Split it or leave out what is not needed.",
    ),
    error(
        "archive-unsafe",
        "A ZIP or workbook unpacks to far more than it holds, is encrypted, or names a file twice or "
        "outside the archive.",
        "Pack plain files again.",
    ),
    error("delimiter", "The header does not tell the delimiter.", "Say the delimiter."),
    error(
        "quote", "A quoted cell does not end, or a quote stands inside a cell.", "Close or double the quote."
    ),
    error(
        "header-name",
        "A column without a name holds values. An empty one, and a first one that counts the rows, is left aside.",
        "Name it or remove it.",
    ),
    error(
        "header-duplicate",
        "A name that is needed stands on two columns; where its case does not count, upper and lower case are one.",
        "Rename or remove one of the two.",
    ),
    error(
        "row-length",
        "A row has fewer or more cells than the header.",
        "Check for a missing or surplus delimiter.",
    ),
    error(
        "cell-formula",
        "A cell holds a formula without a value, or an error of the spreadsheet.",
        "Enter the value.",
    ),
    error("table-missing", "A table that is needed is not there.", "Add it; the template has all of them."),
    error("column-missing", "A column that is needed is not there.", "Add it or map another one."),
    error("column-unknown", "A column is not part of the table.", "Remove it."),
    error(
        "dictionary", "The data dictionary and the export do not fit.", "Export both from the same project."
    ),
    error(
        "mapping",
        "The mapping names what the file does not have, or leaves out what is needed.",
        "Mend the mapping.",
    ),
)

CELL_RULES = (
    error("id-empty", "A row has no patient or treatment id.", "Fill it in or remove the row."),
    error(
        "id-characters",
        "An id holds a character that cannot be seen, has more than 200 characters, or was turned into a number "
        "with an exponent by a spreadsheet.",
        "Format the column as text and enter the id again.",
    ),
    error("id-duplicate", "Two rows have one id where each needs its own.", "Keep one of the two."),
    error("cell-empty", "A cell that is needed is empty.", "Fill it in or remove the row."),
    error(
        "value-not-allowed", "A value is none of the allowed ones.", "Use an allowed value or map this one."
    ),
    error("spelling", "One word is spelled in two ways.", "Use one spelling."),
    error("number", "A cell is not a number, or not a whole one.", "Write digits; say the decimal mark."),
    error("number-range", "A number is outside what is possible.", "Correct it."),
    error("ki67-range", "Ki-67 is outside 0 to 100 %.", "Correct it."),
    error("ctcae-grade", "A CTCAE grade is outside 1 to 5.", "Correct it."),
    error(
        "date", "A cell is not a date, or not a day of the calendar.", "Correct it or say the date format."
    ),
    error(
        "date-ambiguous", "A column of dates reads both day first and month first.", "Say the date format."
    ),
    error("date-two-digit-year", "A year has two digits.", "Write it with four."),
    error(
        "date-serial",
        "A day number of SAS or a spreadsheet stands where a date belongs.",
        "Format the column as a date.",
    ),
    error("date-time", "A date has a time of day.", "Cut the time off."),
    error("date-range", "A date is far outside living patients' reach.", "Correct the year."),
)

RECORD_RULES = (
    error("treatment-without-date", "A local treatment has no date.", "Fill it in or remove the row."),
    error("patient-unknown", "A row names a patient who is not in the patients table.", "Add the patient."),
    error("follow-up-missing", "A patient has neither last contact nor date of death.", "Add one."),
    error(
        "treatment-unknown",
        "A side effect names no local treatment of its patient.",
        "Give the treatment's id.",
    ),
    error(
        "before-treatment",
        "A side effect lies before the treatment it belongs to.",
        "Correct one of the two.",
    ),
    error("stop-before-start", "A stop lies before the start.", "Swap the dates."),
    error("before-birth", "A date lies before the patient's year of birth.", "Correct one of the two."),
    error(
        "after-extraction", "A date lies after the day of extraction.", "Correct it or the extraction date."
    ),
    error("after-death", "A date lies after the patient's death.", "Correct one of the two."),
    error(
        "after-last-contact",
        "An event other than death lies after the last contact.",
        "Correct one of the two.",
    ),
    error(
        "observation-before-index",
        "Observation ends before the treatment that starts the clock.",
        "Correct one of the two dates.",
    ),
    error(
        "grade-5-without-death",
        "A side effect of grade 5 (death) of a patient without a date of death.",
        "Correct one.",
    ),
    error(
        "death-but-alive", "A date of death of a patient whose status is alive.", "Correct one of the two."
    ),
    error(
        "nobody-eligible",
        "Nobody passes the eligibility of the data set's settings.",
        "Check the settings, and the columns they look at.",
    ),
    error("conflict", "A patient's rows hold two values where there is one.", "Keep one value."),
    error(
        "status-unmapped", "A status value is neither said to be an event nor censored.", "Say what it means."
    ),
)

ADTTE_RULES = (
    error("aval", "AVAL is missing, negative, not a number, or longer than any life.", "Correct the row."),
    error("aval-unit", "The unit of AVAL is not known, not the same, or does not fit.", "Say the unit."),
    error("cnsr", "CNSR is missing or not a whole number from 0 to 999.", "0 is the event: correct the row."),
    error("parameter-name", "One PARAMCD has two names in PARAM.", "Give each PARAMCD one PARAM."),
    error("treatment-differs", "A patient has two planned treatments.", "Give each patient one."),
    error("subject-unknown", "A row names a subject who is not in ADSL.", "Add the subject to ADSL."),
    error(
        "baseline-decision",
        "A decision on a baseline column (--baseline) names one that is not there, or that is never a baseline.",
        "Take the decision out, or correct the name.",
    ),
    error("adsl-differs", "ADTTE and ADSL disagree on a subject's value.", "Correct one of the two."),
)

RULES = {rule.id: rule for rule in (*FILE_RULES, *CELL_RULES, *RECORD_RULES, *ADTTE_RULES, *WARNING_RULES)}
