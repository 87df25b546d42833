"""What the rows of a folder say of its patients: the way to them, their baseline, how times ended, side effects."""

from __future__ import annotations

import csv
import math
import re
from collections import Counter, defaultdict
from datetime import date
from itertools import combinations

import numpy as np
from estimators import binomial_limits

UNITS = {"DAYS": 1.0, "WEEKS": 7.0, "MONTHS": 30.4375, "YEARS": 365.25}
STATUS = {"0": 1, "1": 0, "2": 2}  # of CNSR
ENDED = {0: "censored", 1: "event", 2: "competing death"}
NOT_RECORDED = "not recorded"
GUARD = re.compile(r"'*[=+\-@\t\r]")


def read(path):
    """Return the rows of a CSV file; a quote that keeps text from being a formula is taken off."""
    with path.open(newline="", encoding="utf-8") as handle:
        header, *rows = csv.reader(handle)
    plain = [[unguarded(cell) for cell in row] for row in (header, *rows)]
    # of two columns of one name the first is the file's own
    return [dict(reversed(list(zip(plain[0], row, strict=True)))) for row in plain[1:]]


def unguarded(cell):
    """Return a cell without the quote that keeps it from being a formula."""
    return cell[1:] if cell[:1] == "'" and GUARD.match(cell) else cell


class Described:
    """The numbers of one folder that describe its patients, by section, group, quantity and at what."""

    def __init__(self, folder):
        self.folder, self.numbers = folder, {}
        self.settings = defaultdict(list)
        for row in read(folder / "settings.csv"):
            self.settings[row["key"]].append(row["value"])
        self.cohort = read(folder / "cohort.csv")
        self.columns = read(folder / "columns.csv")
        self.labels = {row["column"]: row["label"] for row in self.columns}
        self.levels = defaultdict(list)
        for row in read(folder / "levels.csv"):
            self.levels[row["column"]].append(row["level"])
        self.adtte = read(folder / "adtte.csv")
        self.level, self.conf_type = float(self.one("conf_level")), self.one("conf_type")
        self.competes = self.one("death") == "competing"
        self.baseline_of = {row["patient_id"]: row for row in self.cohort}
        self.times = defaultdict(dict)
        for row in self.adtte:
            days = round(float(row["AVAL"]) * UNITS[row["AVALU"]])
            self.times[row["PARAMCD"]][row["USUBJID"]] = (days, STATUS[row["CNSR"]])
        for part in (self.flow, self.baseline, self.endings, self.side_effects):
            part()

    def one(self, key):
        """Return the only value of a setting, empty where there is none."""
        return self.settings[key][0] if self.settings[key] else ""

    def say(self, section, group, at="", **values):
        """Keep numbers of one place; quantities are written with _ for a blank."""
        for quantity, value in values.items():
            self.numbers[section, group, quantity.replace("_", " "), at] = value

    def counted(self, status):
        """Return what a status counts as under the death rule."""
        return 1 if status == 2 and self.one("death") == "event" else status

    def stratum(self, patient, column):
        """Return the level of a patient's column."""
        return self.baseline_of[patient][column] or NOT_RECORDED

    def flow(self):
        """Count who is left after each step."""
        passed = [int(row["steps_passed"]) for row in read(self.folder / "attrition.csv")]
        self.say("flow", "", start=len(passed))
        for place, code in enumerate(self.settings["step"]):
            left, before = (sum(p >= k for p in passed) for k in (place + 1, place))
            self.say("flow", "", code, left=left, left_out=before - left)
        groups = Counter(
            self.stratum(patient, self.one("by")) for patient in self.times[self.one("endpoint")]
        )
        for group, patients in groups.items():
            self.say("flow", group, patients=patients)

    def baseline(self):
        """Describe the patients by modality."""
        groups = defaultdict(list)
        for row in self.cohort:
            groups[row["modality"] or NOT_RECORDED].append(row)
        for name, rows in [*groups.items(), ("", self.cohort)]:
            self.say("baseline", name, patients=len(rows))
        for entry in self.columns:
            column, section = entry["column"], f"baseline: {entry['column']}"
            empty = ("", NOT_RECORDED)  # these words in a cell mean the same
            values = {
                name: [row[column] for row in rows if row[column] not in empty]
                for name, rows in groups.items()
            }
            everybody = [value for found in values.values() for value in found]
            if entry["table"] == "numeric":
                gaps = self._numeric(section, {k: np.array(v, dtype=float) for k, v in values.items()})
            elif entry["table"] == "categorical":
                levels = sorted(set(everybody))
                for name, found in [*values.items(), ("", everybody)]:
                    for at in levels:
                        self.say(section, name, at, patients=found.count(at))
                shares = [np.array([v.count(at) for at in levels]) / len(v) for v in values.values() if v]
                gaps = [apart(a, b) for a, b in combinations(shares, 2)]
                if not levels:
                    gaps = []
            else:
                continue
            if len(everybody) < len(self.cohort):
                for name, rows in [*groups.items(), ("", self.cohort)]:
                    self.say(section, name, not_recorded=sum(row[column] in empty for row in rows))
            if gaps:
                largest = max(gaps)
                self.say(
                    section, "", largest_standardised_difference=None if math.isinf(largest) else largest
                )

    def _numeric(self, section, values):
        for name, found in [*values.items(), ("", np.concatenate([*values.values(), []]))]:
            quarters = np.quantile(found, [0.25, 0.5, 0.75]).tolist() if len(found) else [None] * 3
            self.say(section, name, recorded=len(found), median=quarters[1])
            self.say(section, name, lower_quartile=quarters[0], upper_quartile=quarters[2])
        gaps = []
        for a, b in combinations([v for v in values.values() if len(v) > 1], 2):
            if np.all(a == a[0]) and np.all(b == b[0]):  # then the spread is that of rounding
                gaps.append(math.inf if a[0] != b[0] else 0.0)
            else:
                a, b = a - a[0], b - a[0]  # the means of numbers far from zero lose digits
                spread, gap = math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2.0), abs(a.mean() - b.mean())
                gaps.append(gap / spread if spread else math.inf if gap else 0.0)
        return gaps

    def endings(self):
        """Count how the times of every endpoint ended."""
        for row in self.adtte:
            ended = ENDED[self.counted(STATUS[row["CNSR"]])]
            key = ("endings", row["PARAMCD"], ended, row["EVNTDESC"])
            self.numbers[key] = self.numbers.get(key, 0) + 1

    def side_effects(self):
        """Judge the side effects of the local treatments."""
        if not self.one("window"):
            return
        window = int(self.one("window"))
        units = {row["treatment_id"]: row for row in read(self.folder / "treatments.csv")}
        events, gone = defaultdict(list), Counter()
        for row in read(self.folder / "side_effects.csv"):
            unit = units.get(row["treatment"])
            if unit is None or unit["patient_id"] != row["patient_id"]:
                gone["names no treatment from the index date on"] += 1
                continue
            day, start = (date.fromisoformat(found["date"]) for found in (row, unit))
            if unit["next_start"] and row["date"] >= unit["next_start"]:
                gone["on or after the next start of a treatment"] += 1
            elif (day - start).days > window:
                gone["after the window"] += 1
            else:
                events[row["treatment"]].append((row["term"], int(row["ctcae_grade"]), (day - start).days))
        for reason, count in gone.items():
            self.say("side effects not counted", "", reason, events=count)
        for section, only in (("side effects by patient", "yes"), ("side effects by treatment", "")):
            shown = {key: unit for key, unit in units.items() if only in ("", unit["is_index"])}
            terms = {term for key in shown for term, _, _ in events[key]} | {""}
            for name in {unit["modality"] for unit in shown.values()} | {""}:
                keys = [key for key, unit in shown.items() if name in ("", unit["modality"])]
                for term in terms:
                    self._side_effect(section, name, term, [events[key] for key in keys])

    def _side_effect(self, section, name, term, found):
        had = [[event for event in events if term in ("", event[0])] for events in found]
        worst = [max(grade for _, grade, _ in events) for events in had if events]
        onset = [min(day for _, _, day in events) for events in had if events]
        self.say(section, name, term, n=len(found), **{f"grade {g}": worst.count(g) for g in range(1, 6)})
        for words, least in (("any grade", 1), ("grade 3 and above", 3)):
            count = sum(grade >= least for grade in worst)
            lower, upper = binomial_limits(count, len(found), self.level)
            self.say(section, name, term, **{words: count, f"{words} lower": lower, f"{words} upper": upper})
        self.say(section, name, term, onset_median=float(np.median(onset)) if onset else None)
        self.say(
            section, name, term, onset_first=min(onset, default=None), onset_last=max(onset, default=None)
        )


def apart(a, b):
    """Return the standardised difference of two vectors of shares."""
    if not ((a > 0) & (b > 0)).any():
        return math.inf
    p, q = a[1:], b[1:]
    if len(p) == 0:
        return 0.0
    covariance = (np.diag(p) - np.outer(p, p) + np.diag(q) - np.outer(q, q)) / 2.0
    return math.sqrt(max(0.0, (p - q) @ np.linalg.pinv(covariance, rcond=1e-12) @ (p - q)))
