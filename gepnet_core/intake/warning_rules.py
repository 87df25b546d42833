"""The rules that warn, and from where on they do; they block nothing."""

from __future__ import annotations

from gepnet_core.intake.rule import warning

HEAPING_SHARE, HEAPING_FROM = 0.15, 20
MISSING_SHARE = 0.05
UNSEEN_MONTHS = 12
KI67_FROM = 3
MIXED_FROM, MIXED_SHARE = 5, 0.8


WARNING_RULES = (
    warning(
        "grade-below-ki67",
        "The WHO grade is lower than Ki-67 alone implies (below 3 %: G1; 3 to 20 %: G2; above: G3). "
        "A higher grade is legitimate: mitoses count too.",
        "Check grade and Ki-67 in the pathology report.",
    ),
    warning(
        "left-out",
        "A patient with a row that breaks a rule was left out with all rows, as was asked for.",
        "Correct the row and import the file again.",
    ),
    warning("time-zero", "A time is 0 days: the curve drops at time zero.", "Check the two dates."),
    warning(
        "times-merge",
        "Different times in weeks, months or years become one whole day, and so ties.",
        "Give times in days or dates where the order within a day matters.",
    ),
    warning(
        "first-of-month",
        f"More than {HEAPING_SHARE * 100:.0f} % of a column's dates (at least {HEAPING_FROM}) are the first of a "
        "month; by chance it is 3 %. Days may have been filled in.",
        "Look up the days in the source.",
    ),
    warning(
        "missing-share",
        f"More than {MISSING_SHARE * 100:.0f} % of a column are empty.",
        "Fill in what is known.",
    ),
    warning(
        "not-seen",
        f"Alive, but not seen for {UNSEEN_MONTHS} months before the extraction date.",
        "Ask for the patient's status.",
    ),
    warning(
        "same-day",
        "Two modalities on one day: the order of the modalities decides which is the index treatment.",
        "Check which treatment was meant.",
    ),
    warning(
        "order-unclear",
        "A column of numbers such as TRTPN should order the values of its partner, here TRTP, but they are not one "
        "to one.",
        "Give each value a number of its own, the reference the smallest.",
    ),
    warning(
        "cnsr-unexplained",
        "CNSR above 1 counts as censored, since nobody said what it means.",
        "Say what it means.",
    ),
    warning(
        "dead-without-date",
        "Status dead without a date of death: the patient counts as censored.",
        "Add the date.",
    ),
    warning(
        "death-in-composite",
        "A competing death in PFS or OS, whose event includes death.",
        "Check CNSR in these rows.",
    ),
    warning(
        "subject-without-time",
        "A subject of ADSL has no row in ADTTE and is left out.",
        "Check the selection of rows.",
    ),
    warning(
        "level-spelling",
        "Two values of a baseline column differ only in case, blanks, Unicode form, or letters that look alike (a "
        "Cyrillic or Greek one for a Latin one): they count as two groups.",
        "Use one spelling.",
    ),
    warning(
        "treatment-empty",
        "A patient has no treatment, though others have: the patient stays as “not recorded”, and comparisons of "
        "treatments leave the patient out.",
        "Fill in the treatment.",
    ),
    warning(
        "new-therapy-before",
        "A systemic therapy begins before the patient's first local treatment, but its column is one of therapies "
        "after it, by its heading or by nearly all its other dates: it counts as an earlier therapy.",
        "Check the year, or map the column of the new therapy.",
    ),
    warning(
        "similar-id",
        "Two patient ids differ only in case, blanks, Unicode form, leading zeros or a trailing .0: they count "
        "as two patients.",
        "Check whether they are one patient; if so, use one id.",
    ),
    warning(
        "duplicate-row",
        "A row stands twice: the same modality, therapy, progression or side effect of a patient on one day.",
        "Remove one of the two if it was entered twice.",
    ),
    warning(
        "similar-agent",
        "Two agents of a patient share the first word, one given up to a local treatment and one begun after it: "
        "it counts as a new agent. A formulation or dose change is not new.",
        "Write the agent alone where it is the same.",
    ),
    warning(
        "agent-constant",
        "A mapping gives all systemic therapies one agent, although patients have several: a new agent cannot be "
        "told from a re-start.",
        "Map the column that names the agent.",
    ),
    warning(
        "ki67-fraction",
        f"All values of Ki-67 (at least {KI67_FROM}) lie between 0 and 1: they look like fractions of 1.",
        "Write per cent, from 0 to 100.",
    ),
    warning(
        "metastasis-unknown",
        "A patient with a local treatment has no date of first metastasis, counts as not metastatic and is left "
        "out.",
        "Fill in the date unless the patient has no metastases.",
    ),
    warning(
        "setting-unused",
        "A modality, a primary site or the focal indication of the settings occurs nowhere in the tables: it "
        "restricts nothing.",
        "Check its spelling in the settings.",
    ),
    warning(
        "without-treatment",
        "A patient of a mapped file has no local treatment and is left out.",
        "Fill in the date of the treatment, or map its column.",
    ),
    warning(
        "death-not-recorded",
        "A mapped file has no column of deaths: nobody is known to have died, which is not that nobody did.",
        "Map the date of death, or do not read OS and PFS.",
    ),
    warning(
        "analysis-flag",
        "Rows whose ANL01FL is not Y are counted all the same.",
        "Leave them out of the file if they are not part of the analysis.",
    ),
    warning(
        "mixed-units",
        "One PARAMCD has times in more than one unit (AVALU).",
        "Check the units; use one for each PARAMCD.",
    ),
    warning(
        "dates-disagree",
        "AVAL is not ADT - STARTDT, nor one day more, throughout: cut-off and date controls are absent.",
        "Correct the times or the dates.",
    ),
    warning(
        "baseline-undecided",
        "A column may be known only after the index date, by its name or its values, and is no baseline until "
        "somebody decides.",
        "Decide on the page Data, or say --baseline COLUMN=yes or --baseline COLUMN=no.",
    ),
    warning(
        "baseline-admitted",
        "A column that may be known only after the index date is a baseline, as was said; every use says so.",
        "Check that its values were known on the index date.",
    ),
    warning(
        "mixed-column",
        f"Most different values of a baseline column (at least {MIXED_FROM}, and {100 * MIXED_SHARE:.0f} %) are "
        "numbers, but not all: it is stored as text.",
        "Correct the values that are no numbers, or leave their cells empty.",
    ),
)
