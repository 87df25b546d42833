"""What the rows of a folder say of its endpoint: curves, tests, hazard ratios, means, differences, stability."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations

import numpy as np
from cox_regression import hazard_ratios, interaction
from described import NOT_RECORDED, Described
from estimators import Incidence, KaplanMeier, p_of_z, z_of
from group_tests import gray_test, rank_test

NONE = (None,) * 5


class Recomputed(Described):
    """All numbers of one folder, by section, group, quantity and at what."""

    def __init__(self, folder):
        super().__init__(folder)
        self.estimates()
        self.compared()

    def estimates(self):
        """Estimate the endpoint, for all and by group; keep the groups that are compared."""
        own = self.times[self.one("endpoint")]
        by = {patient: self.stratum(patient, self.one("by")) for patient in own}
        names = [name for name in self.levels[self.one("by")] if name in by.values()]
        wanted = self.settings["level"] or names
        missing = 0 if NOT_RECORDED in wanted else sum(name == NOT_RECORDED for name in by.values())
        self.say("not recorded", "", groups=missing, stratified_test=0)
        self._section("whole", {"": list(own)}, None)
        members = {name: [p for p in own if by[p] == name] for name in names if name in wanted}
        self.groups = self._section("groups", members, self.one("landmark"))
        self.names = list(self.groups)

    def _section(self, section, members, landmark):
        own, watched = self.times[self.one("endpoint")], self.times[self.one("follow_up")]
        shown = [own[patient][1] for patients in members.values() for patient in patients]
        self.say(section, "", with_a_time=len(own), deaths_before_the_event=sum(s == 2 for s in shown))
        found, gone, start = {}, Counter(), float(landmark) if landmark else None
        for name, patients in members.items():
            rows = [(p, own[p][0], self.counted(own[p][1])) for p in patients]
            if start is not None:
                gone.update(status for _, days, status in rows if days <= start)
                rows = [(p, days - start, status) for p, days, status in rows if days > start]
            if not rows:
                continue
            ids, days, status = zip(*rows, strict=True)
            found[name] = (list(ids), np.array(days, dtype=float), np.array(status))
            self._estimate(section, name, *found[name][1:])
            seen = np.array([watched[p][0] for p in patients], dtype=float)
            still = np.array([int(watched[p][1] == 0) for p in patients])
            median, lower, upper = KaplanMeier(seen, still).median(self.conf_type, self.level)
            for words, value in (("", median), (" lower", lower), (" upper", upper)):
                self.numbers[section, name, f"follow-up median{words}", ""] = value
            self.say(section, name, observed_median=float(np.median(seen)))
        if start is not None:
            self.say("landmark", "", day=start)
            for kind, status in (("event", 1), ("competing", 2), ("censored", 0)):
                self.numbers["landmark", "", f"left out: {kind}", ""] = gone[status]
        return found

    def _estimate(self, section, name, days, status):
        kinds = {"events": 1, "censored": 0, "competing": 2}
        self.say(section, name, n=len(days), **{kind: int((status == s).sum()) for kind, s in kinds.items()})
        curve = Incidence(days, status, 1) if self.competes else KaplanMeier(days, status)
        median = curve.median(self.level) if self.competes else curve.median(self.conf_type, self.level)
        self.say(section, name, median=median[0], median_lower=median[1], median_upper=median[2])
        for at in self.settings["told"]:
            day = float(at)
            if self.competes:
                f, _, low, high = curve.at(day, self.level)
                s, low, high = (None if value is None else 1.0 - value for value in (f, high, low))
            else:
                s, low, high = curve.at(day, self.conf_type, self.level)
            self.say(section, name, at, S=s, S_lower=low, S_upper=high, at_risk=int((days >= day).sum()))
            before = {
                f"{kind} before": int(((days < day) & (status == s)).sum()) for kind, s in kinds.items()
            }
            self.say(section, name, at, **before)

    def compared(self):
        """Compare the groups."""
        _, days, status = (np.concatenate([g[i] for g in self.groups.values()]) for i in range(3))
        group = np.concatenate([np.full(len(g[0]), name, dtype=object) for name, g in self.groups.items()])
        self.patients = [patient for g in self.groups.values() for patient in g[0]]
        self.rows, reference = (days, status, group), self.one("reference")
        for weight in ("log-rank", "Gehan-Breslow", "Peto-Peto"):
            self._test("tests", weight, rank_test([self.rows], self.names, weight))
        if column := self.one("stratify"):
            level = self._column(column)
            recorded = sorted(set(level) - {NOT_RECORDED})
            self.say("not recorded", "", stratified_test=int((level == NOT_RECORDED).sum()))
            blocks = [tuple(part[level == name] for part in self.rows) for name in recorded]
            self._test("tests", "log-rank, stratified", rank_test(blocks, self.names))
        if self.competes:
            for cause, words in ((1, "event"), (2, "competing death")):
                self._test("tests", f"Gray, {words}", gray_test(*self.rows, self.names, cause))
        self._pairs()
        crude = hazard_ratios(*self.rows, self.names, reference, self.level)
        self._model("hazard ratios, crude", crude)
        if adjust := self.settings["adjust"]:
            covariates = [self._covariate(column) for column in adjust]
            self._model(
                "hazard ratios, adjusted",
                hazard_ratios(*self.rows, self.names, reference, self.level, covariates),
            )
        self._means(reference)
        self._differences(reference)
        for column in self.settings["subgroup"]:
            self._subgroups(column, reference)
        for name in self.names:
            self._stability(name)

    def _column(self, column):
        return np.array([self.stratum(patient, column) for patient in self.patients], dtype=object)

    def _covariate(self, column):
        values = [None if v == NOT_RECORDED else v for v in self._column(column)]
        kind = next(row["kind"] for row in self.columns if row["column"] == column)
        return self.labels[column], [] if kind == "numeric" else self.levels[column], values

    def _test(self, section, group, test, words=""):
        for name, value in zip(("chisq", "df", "p"), test, strict=True):
            self.numbers[section, group, words + name, ""] = value

    def _pairs(self):
        group = self.rows[2]
        pairs = list(combinations(self.names, 2))
        tests = [rank_test([tuple(part[np.isin(group, pair)] for part in self.rows)], pair) for pair in pairs]
        known = sorted((test[2], place) for place, test in enumerate(tests) if test[2] is not None)
        holm, largest = {}, 0.0
        for rank, (p, place) in enumerate(known):
            holm[place] = largest = max(largest, min(1.0, (len(known) - rank) * p))
        for place, ((a, b), test) in enumerate(zip(pairs, tests, strict=True)):
            self.say("pairs of groups", a, b, chisq=test[0], p=test[2], p_after_Holm=holm.get(place))

    def _ratio(self, section, group, at, ratio):
        self.say(section, group, at, hazard_ratio=ratio[0], hazard_ratio_lower=ratio[1], p=ratio[3])
        self.say(section, group, at, hazard_ratio_upper=ratio[2])

    def _model(self, section, model):
        for (group, at), ratio in model["ratios"].items():
            self._ratio(section, group, at, ratio)
        self.say(section, "", **{part: model[part] for part in ("patients", "events", "dropped")})
        self._test(section, "", model["ph"], "proportional hazards ")

    def _interval(self, section, group, at, found):
        self.say(
            section, group, at, estimate=found[0], standard_error=found[1], lower=found[2], upper=found[3]
        )

    def _means(self, reference):
        last = min(float(days.max()) for _, days, _ in self.groups.values())
        tau = float(self.one("tau")) if self.one("tau") else last
        # a curve that has reached 0 is known for ever after
        known = [KaplanMeier(days, status) for _, days, status in self.groups.values()]
        last = min(math.inf if curve.s[-1] == 0.0 else curve.last for curve in known)
        if self.competes or not 0.0 < tau <= last:
            return
        self.say("restricted means", "", tau=tau)
        means = {name: KaplanMeier(days, status).mean(tau) for name, (_, days, status) in self.groups.items()}
        for name, (mean, error) in means.items():
            half = z_of(self.level) * error
            self._interval("restricted means", name, "", (mean, error, mean - half, mean + half))
            if name != reference:
                base = means[reference]
                gap = difference(mean, base[0], math.hypot(error, base[1]), self.level)
                self._interval("differences of restricted means", name, "", gap)
                self.say("differences of restricted means", name, p=gap[4])

    def _differences(self, reference):
        for at in self.settings["time"]:
            found = {}
            for name, (_, days, status) in self.groups.items():
                if not self.competes:
                    found[name] = KaplanMeier(days, status).plain_variance(float(at))
                    continue
                for cause, words in ((1, "event"), (2, "competing death")):
                    f, variance, low, high = Incidence(days, status, cause).at(float(at), self.level)
                    found.setdefault(name, (f, variance))
                    self.say(
                        f"incidence of {words}", name, at, F=f, variance=variance, F_lower=low, F_upper=high
                    )
            for name in self.names:
                if name == reference:
                    continue
                (a, va), (b, vb), gap = found[name], found[reference], NONE
                if a is not None and b is not None:
                    gap = (
                        difference(a, b, math.sqrt(va + vb), self.level)
                        if None not in (va, vb) and va + vb > 0.0
                        else (a - b, *NONE[1:])
                    )
                self._interval("differences at a time", name, at, gap)
                self.say("differences at a time", name, at, p=gap[4])

    def _subgroups(self, column, reference):
        if not (contrast := self.one("contrast")):
            return
        pair = [contrast, reference]
        inside = np.isin(self.rows[2], pair)
        days, status, group = (part[inside] for part in self.rows)
        level, section = self._column(column)[inside], f"subgroups: {column}"
        self.say(section, "", not_recorded=int((level == NOT_RECORDED).sum()))
        for name in dict.fromkeys(level):
            if name == NOT_RECORDED:
                continue
            d, s, g = days[level == name], status[level == name], group[level == name]
            self.say(section, name, patients=len(d), events=int((s == 1).sum()))
            ratio = NONE[:4]
            if set(g) == set(pair):
                ratio = hazard_ratios(d, s, g, pair, reference, self.level)["ratios"][contrast, "group"]
            self._ratio(section, name, "", ratio)
        self._test(section, "", interaction(days, status, group, level, contrast, pair), "interaction ")

    def _stability(self, name):
        _, days, status = self.groups[name]

        def median(d, s):
            if self.competes:
                return Incidence(d, s, 1).middle()
            curve = KaplanMeier(d, s)
            return curve.middle(curve.s)

        alike = {(d, s): place for place, (d, s) in enumerate(zip(days, status, strict=True))}
        keep = np.ones(len(days), dtype=bool)
        left_out, turned = [], []
        for (_, s), place in alike.items():
            keep[place] = False
            if len(days) > 1:
                left_out.append(median(days[keep], status[keep]))
            if s == 0:
                turned.append(median(days, np.where(keep, status, 1)))
            keep[place] = True
        self.say("stability", name, median=median(days, status))
        for words, found, analyses in (
            ("left out", left_out, len(days)),
            ("turned", turned, int((status == 0).sum())),
        ):
            ends = [math.inf if value is None else value for value in found]
            for part, value in (("smallest", min(ends, default=None)), ("largest", max(ends, default=None))):
                self.numbers["stability", name, f"{words} {part}", ""] = None if value == math.inf else value
            self.numbers["stability", name, f"{words} analyses", ""] = analyses if found else None


def difference(a, b, error, level):
    """Return a - b with standard error, limits and p."""
    if not error:
        return a - b, error, None, None, None
    half = z_of(level) * error
    return a - b, error, a - b - half, a - b + half, p_of_z((a - b) / error)
