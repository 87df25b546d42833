"""Times that differ in the file and become one whole day. Checked by SQL."""

from __future__ import annotations

from gepnet_core.errors import listed
from gepnet_core.intake.report import Report
from gepnet_core.intake.times import Times
from gepnet_core.store.connection import Building

EXAMPLES = 3
# what a computer adds to a number of months is no other time
SAME_TIME = 6  # decimals


def warn_merged_times(file: Building, report: Report, times: Times) -> None:
    """Count, per endpoint, the different times in weeks, months or years that become one day with another."""
    sql = f"""
        SELECT endpoint, avalu, sum(found), count(*), min(line), arg_min(asked, line), arg_min(days, line) FROM (
            SELECT endpoint, avalu, days, count(*) AS found, min(line) AS line, list_sort(list(time)) AS asked
            FROM (SELECT endpoint, avalu, days, round(aval, {SAME_TIME}) AS time, min(line) AS line
                  FROM times_read WHERE avalu <> 'days' GROUP BY ALL)
            GROUP BY ALL HAVING count(*) > 1)
        GROUP BY ALL ORDER BY 1, 2
    """
    for endpoint, unit, found, days, line, example, day in file.rows(sql):
        shown = listed([f"{time:g}" for time in example], most=EXAMPLES)
        words = (
            f"{found:,} different times of {endpoint} become {days:,} {'day' if days == 1 else 'days'}, as {shown} "
            f"{unit} become day {day}: they count as ties."
        )
        report.add("times-merge", times.file, words, line=line, column=times.time_column)
