"""The text that explains a reproduction bundle to whoever opens it."""

from __future__ import annotations

from gepnet_core.report.contents import Report
from gepnet_core.report.software import versions

TEXT = """\
Reproduction bundle
===================

The rows behind one report, its numbers, and two scripts that compute every number again from the rows.
They share no code with the program that wrote the report.

Data set:   {dataset}
Version:    {version}{content}
Patients:   {filters}
Endpoint:   {endpoint}
Intervals:  {conf_type}, {level} % (hazard ratios: Wald; shares of side effects: exact)
Written by: {software}
{notice}
How to run
----------

    Rscript analysis.R
    python analysis.py

The first needs R with the packages survival and cmprsk, the second Python with NumPy and lifelines (for the Cox
models alone). Each writes numbers.csv, prints the largest difference of each section from expected.csv, and ends
with status 1 where a number differs by more than 1e-6 (absolute or relative; 1e-5 for hazard ratios and the tests
that rest on them), or where one is missing on either side.

Files
-----

settings.csv      what the report was asked: endpoint, groups, reference, conventions, times (in days)
cohort.csv        a row a patient: baseline, and days, status and reason of every endpoint
adtte.csv         the same times as ADTTE (CNSR 0 event, 1 censored, 2 death before the event)
columns.csv       the baseline columns, their words, and as what they stand in table 1
levels.csv        the values of the columns that make groups, in their order
attrition.csv     a row a record: how many of the steps (settings.csv, in order) it passed
treatments.csv    the treatments whose side effects are judged, with the next start of any treatment
side_effects.csv  the recorded events of these patients
expected.csv      the numbers of the report, unrounded
analysis.R        the computation in R
analysis.py       the computation in Python, with described.py, compared.py, estimators.py, group_tests.py and
                  cox_regression.py

treatments.csv and side_effects.csv are there where the data set records side effects.

Conventions
-----------

Times are whole days (a month is 30.4375 days), shares lie between 0 and 1. An empty cell is a missing value; in
expected.csv it is a number that is not reached or not estimable. An empty group means all patients together.
Filters and data cut-off are applied to the rows already; the rule for deaths before the event is not: settings.csv
names it (censor, event or competing). Where deaths compete, S stands for 1 - F, F being the cumulative incidence.
Text that starts with = + - @ or a control character has a ' in front, so that no spreadsheet runs it as a formula;
the scripts take it off.
Events come before censorings of the same day. Median and limits are read as print(survfit) of R does; "spss" is the
symmetric interval. Nothing is carried beyond the last time unless S is 0. Ties in the Cox model follow Efron; a
group or level without an event is left out of it. The restricted mean ends at the smallest last time of the groups
unless settings.csv names another tau.
"""


def readme(report: Report) -> str:
    """Return the text, lines ending in a line feed."""
    dataset, estimated = report.dataset, report.comparison.estimated
    admitted = dataset.offered.remarks(column.name for column in dataset.baseline)
    notice = "\n".join(filter(None, [dataset.meta["notice"], *admitted]))
    return TEXT.format(
        dataset=f"{dataset.meta['title'] or dataset.name} ({dataset.name})",
        version=dataset.version,
        content=f"\nData hash:  {report.content}" if report.content else "",
        filters=dataset.describe(report.view.selection),
        endpoint=f"{estimated.endpoint.code}, {estimated.endpoint.name}",
        conf_type=estimated.conf_type.label,
        level=f"{100.0 * estimated.conf_level:.10g}",
        software=", ".join(f"{name} {number}" for name, number in versions().items()),
        notice=f"\n{notice}\n" if notice else "",
    )
