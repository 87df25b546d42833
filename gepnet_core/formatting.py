"""Numbers to words. The only module that decides how a number, "NR" or "NE" is written."""

from __future__ import annotations

import math
from collections.abc import Collection
from decimal import Decimal

from gepnet_core.estimates import Estimate, StratumEstimate
from gepnet_core.rounding import round_beside
from gepnet_core.survival import Quantile, SurvivalAt
from gepnet_core.vocabulary import WHOLE_COHORT, ConfType, TimeUnit

NOT_REACHED = "NR"
NOT_ESTIMABLE = "NE"
NO_BREAK = "\N{NO-BREAK SPACE}"
FEW_EVENTS = 5
FEW_AT_RISK = 5
MOST_NAMED = 6
# the lines that people read by: rounding never puts a value on one or across it
P_LINES = ("0.001", "0.01", "0.05")
RATIO_LINES = ("1", "1000")
SHARE_LINES = ("0", "100")
DIFFERENCE_LINES = ("0",)
IMBALANCE_LINES = ("0", "0.1")


def format_number(value: float, decimals: int = 1, lines: Collection[str] = ()) -> str:
    """Return a number rounded half up, thousands apart; more decimals where it would reach one of `lines`."""
    return f"{round_beside(value, decimals, lines):,}"


def format_months(days: float | None, missing: str = NOT_ESTIMABLE) -> str:
    """Return a time in days as months with one decimal."""
    return format_time(days, TimeUnit.MONTHS, missing)


def format_time(days: float | None, unit: TimeUnit = TimeUnit.MONTHS, missing: str = NOT_ESTIMABLE) -> str:
    """Return a time in days as a number of `unit`: months with one decimal, days as exactly as they are known."""
    if days is None or unit is not TimeUnit.DAYS:
        return missing if days is None else format_number(days / unit.days)
    return f"{days:,.10g}"


def format_duration(days: float, unit: TimeUnit = TimeUnit.MONTHS) -> str:
    """Return a time in days with its unit: "12.0 months", "30 days", "1 day"."""
    one = unit is TimeUnit.DAYS and days == 1
    return f"{format_time(days, unit)} {unit.value[:-1] if one else unit.value}"


def format_percent(share: float | None) -> str:
    """Return a share as per cent, without the sign, with one decimal; 0.0 and 100.0 are said of no other share."""
    return NOT_ESTIMABLE if share is None else format_number(100.0 * share, 1, SHARE_LINES)


def format_level(conf_level: float) -> str:
    """Return a confidence level as "95 %"."""
    exact = f"{Decimal(repr(conf_level)) * 100:f}".rstrip("0").rstrip(".")
    return f"{exact if len(exact) <= 18 else format(100 * conf_level, 'g')}{NO_BREAK}%"


def format_interval(conf_level: float, conf_type: ConfType) -> str:
    """Return the name that stands beside an interval: "95 % CI, log-log"."""
    return f"{format_level(conf_level)} CI, {conf_type.label}"


def format_quantile(quantile: Quantile, unit: TimeUnit = TimeUnit.MONTHS) -> str:
    """Return "42.0 (14.1 to NE)" in `unit`; the caller names unit and interval."""
    if quantile.estimate is None and quantile.lower is None and quantile.upper is None:
        return NOT_REACHED
    return (
        f"{format_time(quantile.estimate, unit, NOT_REACHED)} "
        f"({format_time(quantile.lower, unit)}–{format_time(quantile.upper, unit)})"
    )


def format_median(
    quantile: Quantile, conf_type: ConfType, conf_level: float, unit: TimeUnit = TimeUnit.MONTHS
) -> str:
    """Return "42.0 months (95 % CI 9.7–74.3, symmetric (SPSS))", or that the median was not reached."""
    limits = f"{format_time(quantile.lower, unit)}–{format_time(quantile.upper, unit)}"
    interval = f"({format_level(conf_level)} CI {limits}, {conf_type.label})"
    if quantile.estimate is None:
        return f"not reached {interval}"
    return f"{format_duration(quantile.estimate, unit)} {interval}"


def format_survival(found: SurvivalAt) -> str:
    """Return "76.6 (61.5–86.4)" in per cent."""
    if found.survival is None:
        return NOT_ESTIMABLE
    if found.lower is None and found.upper is None:
        return f"{format_percent(found.survival)} ({NOT_ESTIMABLE})"
    return f"{format_percent(found.survival)} ({format_percent(found.lower)}–{format_percent(found.upper)})"


def format_incidence(found: SurvivalAt) -> str:
    """Return the cumulative incidence "23.4 (13.6–38.5)" in per cent, from a curve that holds 1 - F."""
    if found.survival is None:
        return NOT_ESTIMABLE
    share = format_percent(1.0 - found.survival)
    if found.lower is None or found.upper is None:
        return f"{share} ({NOT_ESTIMABLE})"
    return f"{share} ({format_percent(1.0 - found.upper)}–{format_percent(1.0 - found.lower)})"


def format_p(p: float | None) -> str:
    """Return a p-value with three decimals, "< 0.001" or "> 0.999" beyond; the caller names the test.

    Beside 0.001, 0.01 and 0.05 it has as many decimals as tell its side.
    """
    if p is None:
        return NOT_ESTIMABLE
    if p < 0.001:
        return f"<{NO_BREAK}0.001"
    return f">{NO_BREAK}0.999" if 0.9995 <= p < 1.0 - 1e-9 else format_number(p, 3, P_LINES)


def format_ratio(estimate: float | None, lower: float | None, upper: float | None) -> str:
    """Return a hazard ratio as "0.40 (0.23–0.70)"."""
    if estimate is None or lower is None or upper is None:
        return NOT_ESTIMABLE
    return f"{_ratio(estimate)} ({_ratio(lower)}–{_ratio(upper)})"


def _ratio(value: float) -> str:
    """Return two decimals, more beside 1, or that a value is beyond what a ratio is read for."""
    if value >= 1000.0:
        return f">{NO_BREAK}1,000"
    return f"<{NO_BREAK}0.01" if value < 0.005 else format_number(value, 2, RATIO_LINES)


def format_signed(
    estimate: float | None, lower: float | None, upper: float | None, scale: float = 1.0
) -> str:
    """Return a difference as "−3.1 (−9.0 to 2.8)", each value multiplied by `scale`."""
    if estimate is None:
        return NOT_ESTIMABLE
    limits = [NOT_ESTIMABLE if limit is None else format_minus(scale * limit) for limit in (lower, upper)]
    if lower == upper:  # both missing, or nothing varies
        return f"{format_minus(scale * estimate)} ({NOT_ESTIMABLE})"
    return f"{format_minus(scale * estimate)} ({limits[0]} to {limits[1]})"


def format_minus(value: float) -> str:
    """Return a number with one decimal, more beside 0, and a true minus sign, never a minus zero."""
    shown = format_number(value, 1, DIFFERENCE_LINES)
    return shown.removeprefix("-") if float(shown.replace(",", "")) == 0.0 else shown.replace("-", "−")


def format_moment(days: float) -> str:
    """Return a day as months with one decimal, before the index date with a true minus sign."""
    shown = format_months(days)
    return shown.removeprefix("-") if float(shown.replace(",", "")) == 0.0 else shown.replace("-", "−")


def format_count(count: int, noun: str) -> str:
    """Return a count with its noun in the right number: "1 patient", "59 patients"."""
    return f"{count:,} {noun if count == 1 else noun + 's'}"


def format_share(part: int, whole: int) -> str:
    """Return "19 (32.2 %)"; without a whole, the count alone."""
    return f"{part:,} ({format_percent(part / whole)}{NO_BREAK}%)" if whole else f"{part:,}"


def format_difference(difference: float | None) -> str:
    """Return a standardised difference, empty where there is none."""
    if difference is None:
        return ""
    return "no overlap" if math.isinf(difference) else format_number(difference, 2, IMBALANCE_LINES)


def result_sentence(estimated: Estimate) -> str:
    """Return the result of an estimate in one sentence, the words of S(t) before the numbers."""
    endpoint = estimated.endpoint
    if len(estimated.strata) == 1:
        return _sentence_of_one(estimated, estimated.strata[0])
    interval = format_interval(estimated.conf_level, estimated.conf_type)
    parts = [
        f"{stratum.label} {format_quantile(stratum.median).replace(NOT_REACHED, 'not reached')}"
        for stratum in estimated.strata[:MOST_NAMED]
    ]
    rest = len(estimated.strata) - len(parts)
    more = f"; {rest} more in the table" if rest else ""
    return f"{endpoint.name}, median in months ({interval}): {'; '.join(parts)}{more}."


def _sentence_of_one(estimated: Estimate, stratum: StratumEstimate) -> str:
    """Return the median in words that hold however far S falls at it.

    S is at least one half until the median, which is why "half of the patients" is not said: at the median
    itself fewer may be left, even none.
    """
    endpoint, median = estimated.endpoint, stratum.median
    name = endpoint.named_within
    where = "" if stratum.stratum == WHOLE_COHORT else f" in {stratum.label}"
    counted = f"{stratum.events:,} of {format_count(stratum.n, 'patient')} had the event"
    if stratum.competing:
        verb = "counts" if stratum.competing == 1 else "count"
        rule = "competing" if estimated.is_incidence else "censored"
        counted += f", {stratum.competing:,} died before it and {verb} as {rule}"
    words = format_median(median, estimated.conf_type, estimated.conf_level)
    if estimated.is_incidence:
        return _sentence_of_incidence(estimated, stratum, f"{name}{where} {words}", counted)
    if median.estimate is not None:
        return f"Median {name}{where} {words}: until then, at least half were {endpoint.phrase}; {counted}."
    last = stratum.curve.at(float(stratum.curve.last_day))
    return (
        f"Median {name}{where} {words}: an estimated {format_percent(last.survival)}{NO_BREAK}% were "
        f"{endpoint.phrase} at the last observed time, {format_months(last.day)} months; {counted}."
    )


def _sentence_of_incidence(estimated: Estimate, stratum: StratumEstimate, words: str, counted: str) -> str:
    """Return the first time at which half had the event, or how far the incidence came."""
    outcome = estimated.endpoint.outcome
    if stratum.median.estimate is not None:
        return f"Median {words}: from then on, at least half are {outcome}; {counted}."
    last = stratum.curve.at(float(stratum.curve.last_day))
    incidence = None if last.survival is None else 1.0 - last.survival
    return (
        f"Median {words}: an estimated {format_percent(incidence)}{NO_BREAK}% were {outcome} by the last observed "
        f"time, {format_months(last.day)} months; {counted}."
    )


def time_axis(estimated: Estimate) -> str:
    """Return from when the months of a curve run."""
    start = "time zero" if estimated.dataset.is_trial else "the index date"
    if estimated.landmark is None:
        return f"Months from {start}"
    return f"Months from the landmark ({format_months(estimated.landmark.day)} after {start})"


def follow_up_sentence(estimated: Estimate, stratum: StratumEstimate) -> str:
    """Return the median follow-up of a stratum, both ways, with the times it rests on."""
    watched = stratum.follow_up
    return (
        f"Median follow-up {format_median(watched.reverse_km, estimated.conf_type, estimated.conf_level)} "
        f"by reverse Kaplan-Meier, {format_months(watched.observed_median)} months as plain median of the observed "
        f"time (from the times of {watched.basis})."
    )


def remarks(estimated: Estimate) -> list[str]:
    """Return what a reader should know of columns and small groups; they are shown all the same."""
    within = [criterion.column for criterion in estimated.selection.criteria]
    found = estimated.dataset.offered.remarks([estimated.by, *within])
    selected = estimated.dataset.n_selected(estimated.selection)
    if estimated.with_time < selected:
        found.append(
            f"{selected - estimated.with_time:,} of {format_count(selected, 'selected patient')} have no time of "
            f"{estimated.endpoint.code} and are not part of this."
        )
    few = [s for s in estimated.strata if s.events < FEW_EVENTS]
    if few:
        listed = ", ".join(f"{format_count(s.events, 'event')} in {_place(s)}" for s in few)
        found.append(f"Descriptive only: {listed}.")
    thin = []
    for stratum in estimated.strata:
        median = stratum.median.estimate
        if median is not None and (at_risk := stratum.curve.risk_at(median).at_risk) < FEW_AT_RISK:
            thin.append(f"the median in {_place(stratum)} rests on {format_count(at_risk, 'patient')}")
    if thin:
        text = "; ".join(thin)
        found.append(f"{text[0].upper()}{text[1:]} still at risk at that time.")
    start = [s for s in estimated.strata if int(s.curve.counts.days[0]) == 0]
    if start:
        number = sum(int(s.curve.at_risk[0] - s.curve.risk_at(0.5).at_risk) for s in start)
        found.append(f"{format_count(number, 'time')} of 0 days: worth a review of the dates.")
    return found


def _place(stratum: StratumEstimate) -> str:
    return "all patients" if stratum.stratum == WHOLE_COHORT else stratum.label
