"""The rules of an import: id, severity, what is found and what to do. The only list; the docs repeat it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error blocks the import; a warning stays visible beside the data."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its id, severity, what breaks it, and the remedy."""

    id: str
    severity: Severity
    found: str
    remedy: str


HEAPING_SHARE, HEAPING_FROM = 0.15, 20
MISSING_SHARE = 0.05
UNSEEN_MONTHS = 12
KI67_FROM = 3
MIXED_FROM, MIXED_SHARE = 5, 0.8


def _error(name: str, found: str, remedy: str) -> Rule:
    return Rule(name, Severity.ERROR, found, remedy)


def _warning(name: str, found: str, remedy: str) -> Rule:
    return Rule(name, Severity.WARNING, found, remedy)


FILE_RULES = (
    _error(
        "file-unreadable", "The file cannot be read or is not of the format it claims.", "Export it again."
    ),
    _error(
        "file-encoding",
        "The bytes are not text in the expected encoding.",
        "Save as UTF-8, or say the encoding.",
    ),
    _error("file-nul", "The text holds a NUL byte.", "Export the file again as text."),
    _error(
        "character",
        "A cell, a column's name or a word of the settings holds a character that no document can hold (a control "
        "character other than tab and line break, half of a surrogate pair, U+FFFE or U+FFFF).",
        "Type the text again without it.",
    ),
    _error("file-empty", "The file, or a table of it, has no header or no row.", "Add the missing lines."),
    _error(
        "file-limit",
        "The file is larger than an import may be: bytes, unpacked bytes, rows, columns or cells.",
        "Split it or leave out what is not needed.",
    ),
    _error(
        "archive-unsafe",
        "A ZIP or workbook unpacks to far more than it holds, is encrypted, or names a file twice or "
        "outside the archive.",
        "Pack plain files again.",
    ),
    _error("delimiter", "The header does not tell the delimiter.", "Say the delimiter."),
    _error(
        "quote", "A quoted cell does not end, or a quote stands inside a cell.", "Close or double the quote."
    ),
    _error(
        "header-name",
        "A column without a name holds values. An empty one, and a first one that counts the rows, is left aside.",
        "Name it or remove it.",
    ),
    _error(
        "header-duplicate",
        "A name that is needed stands on two columns; where its case does not count, upper and lower case are one.",
        "Rename or remove one of the two.",
    ),
    _error(
        "row-length",
        "A row has fewer or more cells than the header.",
        "Check for a missing or surplus delimiter.",
    ),
    _error(
        "cell-formula",
        "A cell holds a formula without a value, or an error of the spreadsheet.",
        "Enter the value.",
    ),
    _error("table-missing", "A table that is needed is not there.", "Add it; the template has all of them."),
    _error("column-missing", "A column that is needed is not there.", "Add it or map another one."),
    _error("column-unknown", "A column is not part of the table.", "Remove it."),
    _error(
        "dictionary", "The data dictionary and the export do not fit.", "Export both from the same project."
    ),
    _error(
        "mapping",
        "The mapping names what the file does not have, or leaves out what is needed.",
        "Mend the mapping.",
    ),
)

CELL_RULES = (
    _error("id-empty", "A row has no patient or treatment id.", "Fill it in or remove the row."),
    _error(
        "id-characters",
        "An id holds a character that cannot be seen, has more than 200 characters, or was turned into a number "
        "with an exponent by a spreadsheet.",
        "Format the column as text and enter the id again.",
    ),
    _error("id-duplicate", "Two rows have one id where each needs its own.", "Keep one of the two."),
    _error("cell-empty", "A cell that is needed is empty.", "Fill it in or remove the row."),
    _error(
        "value-not-allowed", "A value is none of the allowed ones.", "Use an allowed value or map this one."
    ),
    _error("spelling", "One word is spelled in two ways.", "Use one spelling."),
    _error("number", "A cell is not a number, or not a whole one.", "Write digits; say the decimal mark."),
    _error("number-range", "A number is outside what is possible.", "Correct it."),
    _error("ki67-range", "Ki-67 is outside 0 to 100 %.", "Correct it."),
    _error("ctcae-grade", "A CTCAE grade is outside 1 to 5.", "Correct it."),
    _error(
        "date", "A cell is not a date, or not a day of the calendar.", "Correct it or say the date format."
    ),
    _error(
        "date-ambiguous", "A column of dates reads both day first and month first.", "Say the date format."
    ),
    _error("date-two-digit-year", "A year has two digits.", "Write it with four."),
    _error(
        "date-serial",
        "A day number of SAS or a spreadsheet stands where a date belongs.",
        "Format the column as a date.",
    ),
    _error("date-time", "A date has a time of day.", "Cut the time off."),
    _error("date-range", "A date is far outside living patients' reach.", "Correct the year."),
)

RECORD_RULES = (
    _error("treatment-without-date", "A local treatment has no date.", "Fill it in or remove the row."),
    _error("patient-unknown", "A row names a patient who is not in the patients table.", "Add the patient."),
    _error("follow-up-missing", "A patient has neither last contact nor date of death.", "Add one."),
    _error(
        "treatment-unknown",
        "A side effect names no local treatment of its patient.",
        "Give the treatment's id.",
    ),
    _error(
        "before-treatment",
        "A side effect lies before the treatment it belongs to.",
        "Correct one of the two.",
    ),
    _error("stop-before-start", "A stop lies before the start.", "Swap the dates."),
    _error("before-birth", "A date lies before the patient's year of birth.", "Correct one of the two."),
    _error(
        "after-extraction", "A date lies after the day of extraction.", "Correct it or the extraction date."
    ),
    _error("after-death", "A date lies after the patient's death.", "Correct one of the two."),
    _error(
        "after-last-contact",
        "An event other than death lies after the last contact.",
        "Correct one of the two.",
    ),
    _error(
        "observation-before-index",
        "Observation ends before the treatment that starts the clock.",
        "Correct one of the two dates.",
    ),
    _error(
        "grade-5-without-death",
        "A side effect of grade 5 (death) of a patient without a date of death.",
        "Correct one.",
    ),
    _error(
        "death-but-alive", "A date of death of a patient whose status is alive.", "Correct one of the two."
    ),
    _error(
        "nobody-eligible",
        "Nobody passes the eligibility of the data set's settings.",
        "Check the settings, and the columns they look at.",
    ),
    _error("conflict", "A patient's rows hold two values where there is one.", "Keep one value."),
    _error(
        "status-unmapped", "A status value is neither said to be an event nor censored.", "Say what it means."
    ),
)

ADTTE_RULES = (
    _error("aval", "AVAL is missing, negative, not a number, or longer than any life.", "Correct the row."),
    _error("aval-unit", "The unit of AVAL is not known, not the same, or does not fit.", "Say the unit."),
    _error(
        "cnsr", "CNSR is missing or not a whole number from 0 to 999.", "0 is the event: correct the row."
    ),
    _error("parameter-name", "One PARAMCD has two names in PARAM.", "Give each PARAMCD one PARAM."),
    _error("treatment-differs", "A patient has two planned treatments.", "Give each patient one."),
    _error("subject-unknown", "A row names a subject who is not in ADSL.", "Add the subject to ADSL."),
    _error(
        "baseline-decision",
        "A decision on a baseline column (--baseline) names one that is not there, or that is never a baseline.",
        "Take the decision out, or correct the name.",
    ),
    _error("adsl-differs", "ADTTE and ADSL disagree on a subject's value.", "Correct one of the two."),
)

WARNING_RULES = (
    _warning(
        "grade-below-ki67",
        "The WHO grade is lower than Ki-67 alone implies (below 3 %: G1; 3 to 20 %: G2; above: G3). "
        "A higher grade is legitimate: mitoses count too.",
        "Check grade and Ki-67 in the pathology report.",
    ),
    _warning(
        "left-out",
        "A patient with a row that breaks a rule was left out with all rows, as was asked for.",
        "Correct the row and import the file again.",
    ),
    _warning("time-zero", "A time is 0 days: the curve drops at time zero.", "Check the two dates."),
    _warning(
        "times-merge",
        "Different times in weeks, months or years become one whole day, and so ties.",
        "Give times in days or dates where the order within a day matters.",
    ),
    _warning(
        "first-of-month",
        f"More than {HEAPING_SHARE * 100:.0f} % of a column's dates (at least {HEAPING_FROM}) are the first of a "
        "month; by chance it is 3 %. Days may have been filled in.",
        "Look up the days in the source.",
    ),
    _warning(
        "missing-share",
        f"More than {MISSING_SHARE * 100:.0f} % of a column are empty.",
        "Fill in what is known.",
    ),
    _warning(
        "not-seen",
        f"Alive, but not seen for {UNSEEN_MONTHS} months before the extraction date.",
        "Ask for the patient's status.",
    ),
    _warning(
        "same-day",
        "Two modalities on one day: the order of the modalities decides which is the index treatment.",
        "Check which treatment was meant.",
    ),
    _warning(
        "order-unclear",
        "A column of numbers such as TRTPN should order the values of its partner, here TRTP, but they are not one "
        "to one.",
        "Give each value a number of its own, the reference the smallest.",
    ),
    _warning(
        "cnsr-unexplained",
        "CNSR above 1 counts as censored, since nobody said what it means.",
        "Say what it means.",
    ),
    _warning(
        "dead-without-date",
        "Status dead without a date of death: the patient counts as censored.",
        "Add the date.",
    ),
    _warning(
        "death-in-composite",
        "A competing death in PFS or OS, whose event includes death.",
        "Check CNSR in these rows.",
    ),
    _warning(
        "subject-without-time",
        "A subject of ADSL has no row in ADTTE and is left out.",
        "Check the selection of rows.",
    ),
    _warning(
        "level-spelling",
        "Two values of a baseline column differ only in case, blanks, Unicode form, or letters that look alike (a "
        "Cyrillic or Greek one for a Latin one): they count as two groups.",
        "Use one spelling.",
    ),
    _warning(
        "treatment-empty",
        "A patient has no treatment, though others have: the patient stays as “not recorded”, and comparisons of "
        "treatments leave the patient out.",
        "Fill in the treatment.",
    ),
    _warning(
        "new-therapy-before",
        "A systemic therapy begins before the patient's first local treatment, but its column is one of therapies "
        "after it, by its heading or by nearly all its other dates: it counts as an earlier therapy.",
        "Check the year, or map the column of the new therapy.",
    ),
    _warning(
        "similar-id",
        "Two patient ids differ only in case, blanks, Unicode form, leading zeros or a trailing .0: they count "
        "as two patients.",
        "Check whether they are one patient; if so, use one id.",
    ),
    _warning(
        "duplicate-row",
        "A row stands twice: the same modality, therapy, progression or side effect of a patient on one day.",
        "Remove one of the two if it was entered twice.",
    ),
    _warning(
        "similar-agent",
        "Two agents of a patient share the first word, one given up to a local treatment and one begun after it: "
        "it counts as a new agent. A formulation or dose change is not new.",
        "Write the agent alone where it is the same.",
    ),
    _warning(
        "agent-constant",
        "A mapping gives all systemic therapies one agent, although patients have several: a new agent cannot be "
        "told from a re-start.",
        "Map the column that names the agent.",
    ),
    _warning(
        "ki67-fraction",
        f"All values of Ki-67 (at least {KI67_FROM}) lie between 0 and 1: they look like fractions of 1.",
        "Write per cent, from 0 to 100.",
    ),
    _warning(
        "metastasis-unknown",
        "A patient with a local treatment has no date of first metastasis, counts as not metastatic and is left "
        "out.",
        "Fill in the date unless the patient has no metastases.",
    ),
    _warning(
        "setting-unused",
        "A modality, a primary site or the focal indication of the settings occurs nowhere in the tables: it "
        "restricts nothing.",
        "Check its spelling in the settings.",
    ),
    _warning(
        "without-treatment",
        "A patient of a mapped file has no local treatment and is left out.",
        "Fill in the date of the treatment, or map its column.",
    ),
    _warning(
        "death-not-recorded",
        "A mapped file has no column of deaths: nobody is known to have died, which is not that nobody did.",
        "Map the date of death, or do not read OS and PFS.",
    ),
    _warning(
        "analysis-flag",
        "Rows whose ANL01FL is not Y are counted all the same.",
        "Leave them out of the file if they are not part of the analysis.",
    ),
    _warning(
        "mixed-units",
        "One PARAMCD has times in more than one unit (AVALU).",
        "Check the units; use one for each PARAMCD.",
    ),
    _warning(
        "dates-disagree",
        "AVAL is not ADT - STARTDT, nor one day more, throughout: cut-off and date controls are absent.",
        "Correct the times or the dates.",
    ),
    _warning(
        "baseline-undecided",
        "A column may be known only after the index date, by its name or its values, and is no baseline until "
        "somebody decides.",
        "Decide on the page Data, or say --baseline COLUMN=yes or --baseline COLUMN=no.",
    ),
    _warning(
        "baseline-admitted",
        "A column that may be known only after the index date is a baseline, as was said; every use says so.",
        "Check that its values were known on the index date.",
    ),
    _warning(
        "mixed-column",
        f"Most different values of a baseline column (at least {MIXED_FROM}, and {100 * MIXED_SHARE:.0f} %) are "
        "numbers, but not all: it is stored as text.",
        "Correct the values that are no numbers, or leave their cells empty.",
    ),
)

RULES = {rule.id: rule for rule in (*FILE_RULES, *CELL_RULES, *RECORD_RULES, *ADTTE_RULES, *WARNING_RULES)}
