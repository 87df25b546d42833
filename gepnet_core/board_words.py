"""What the board view says: one sentence to read aloud, and what the cursor reads, words before numbers."""

from __future__ import annotations

from gepnet_core.cursor import Reading, StratumReading
from gepnet_core.estimates import Estimate, StratumEstimate
from gepnet_core.formatting import (
    DIFFERENCE_LINES,
    FEW_AT_RISK,
    FEW_EVENTS,
    NO_BREAK,
    NOT_ESTIMABLE,
    NOT_REACHED,
    format_count,
    format_duration,
    format_interval,
    format_median,
    format_number,
    format_quantile,
)
from gepnet_core.restricted_mean import Difference
from gepnet_core.vocabulary import STUDY_ENDPOINTS, TimeUnit

MOST_READ_ALOUD = 4  # strata; more are a table
MOST_NAMED = 3  # groups in a remark
LONGEST_LABEL = 28


def sentence(estimated: Estimate, unit: TimeUnit = TimeUnit.MONTHS) -> str:
    """Return the result in one sentence: the median, or the medians of up to four strata, and the events."""
    name, counted = _name(estimated), _counted(estimated)
    if len(estimated.strata) == 1:
        words = format_median(estimated.strata[0].median, estimated.conf_type, estimated.conf_level, unit)
        return f"Median {name}{_place(estimated)} {words}; {counted}."
    column = estimated.dataset.groupings.get(estimated.by or "", estimated.by)
    if len(estimated.strata) > MOST_READ_ALOUD:
        begins = f"{name[0].upper()}{name[1:]}{_place(estimated)}"
        return f"{begins} in {len(estimated.strata)} groups by {column}: {counted}."
    by_modality = estimated.by == "modality"
    by = "" if by_modality else f" by {column}"
    medians = "; ".join(
        f"{clipped(stratum.label if by_modality else stratum.stratum)} {_median(stratum, unit)}"
        for stratum in estimated.strata
    )
    interval = format_interval(estimated.conf_level, estimated.conf_type)
    return f"Median {name}{_place(estimated)}{by}, {unit.value} ({interval}): {medians}; {counted}."


def heading(estimated: Estimate, reading: Reading, unit: TimeUnit = TimeUnit.MONTHS) -> str:
    """Return what is read, and when: "Still without new systemic therapy at 12.0 months (95 % CI, log-log)"."""
    interval = format_interval(estimated.conf_level, estimated.conf_type.pointwise)
    return f"{phrase(estimated, reading)} at {format_duration(reading.day, unit)} ({interval})"


def phrase(estimated: Estimate, reading: Reading) -> str:
    """Return what the shares of a reading are of, as the beginning of a sentence."""
    words = estimated.endpoint.outcome if reading.rises else estimated.endpoint.phrase
    return f"{words[0].upper()}{words[1:]}"


def share_words(found: StratumReading) -> str:
    """Return "76 % (61–86)", or that it is not estimable."""
    if found.share is None:
        return "not estimable"
    return f"{whole_percent(found.share)}{NO_BREAK}% ({_limits(found)})"


def at_risk_words(found: StratumReading) -> str:
    """Return "12 at risk", or why nothing is estimated."""
    return "beyond the follow-up" if found.share is None else f"{found.at_risk:,} at risk"


def stratum_sentence(estimated: Estimate, found: StratumReading, reading: Reading) -> str:
    """Return one stratum at one time: "76 % (61–86) still without new systemic therapy, 12 at risk"."""
    if found.share is None:
        return f"{share_words(found)}: {at_risk_words(found)}"
    words = phrase(estimated, reading)
    return f"{share_words(found)} {words[0].lower()}{words[1:]}, {at_risk_words(found)}"


def difference_words(found: StratumReading, reference: str | None = None) -> str:
    """Return "difference to RFA −4 points (−20 to 12)"; empty for the reference itself.

    Without `reference` its name is left out, since it stands elsewhere.
    """
    if found.difference is None:
        return ""
    to = "difference" if reference is None else f"difference to {clipped(reference)}"
    if found.difference.estimate is None:
        return f"{to} not estimable"
    points = whole_points(found.difference.estimate)
    unit = "point" if points in ("1", "−1") else "points"
    return f"{to} {points}{NO_BREAK}{unit} ({_difference_limits(found.difference)})"


def short_words(found: StratumReading) -> tuple[str, str]:
    """Return the share and the difference of a stratum without their words, for a column each of a table."""
    share = NOT_ESTIMABLE if found.share is None else f"{whole_percent(found.share)} ({_limits(found)})"
    if found.difference is None:
        return share, "reference"
    if found.difference.estimate is None:
        return share, NOT_ESTIMABLE
    return share, f"{signed_points(found.difference.estimate)} ({_difference_limits(found.difference)})"


def remark(estimated: Estimate) -> str:
    """Return what a reader should know of small groups, short enough to be read aloud; or nothing.

    What stands in the sentence above it comes first: a median that rests on few patients.
    """
    parts = []
    thin = [found for found in estimated.strata if _rests_on_few(found)]
    if thin:
        groups = ", ".join(clipped(found.label) for found in thin[:MOST_NAMED])
        rest = f" and {len(thin) - MOST_NAMED} more" if len(thin) > MOST_NAMED else ""
        where = "" if len(estimated.strata) == 1 else f" in {groups}{rest}"
        parts.append(f"The median{where} rests on fewer than {FEW_AT_RISK} patients.")
    few = [found for found in estimated.strata if found.events < FEW_EVENTS]
    if len(estimated.strata) == 1 and few:
        parts.append(f"Descriptive only: {format_count(few[0].events, 'event')}.")
    elif few:
        parts.append(f"Descriptive only, fewer than {FEW_EVENTS} events: {_few_events(few)}.")
    if estimated.with_time < (selected := estimated.dataset.n_selected(estimated.selection)):
        missing = format_count(selected - estimated.with_time, "patient")
        parts.append(f"{missing} without a time of {estimated.endpoint.code}.")
    return " ".join(parts)


def _rests_on_few(found: StratumEstimate) -> bool:
    median = found.median.estimate
    return median is not None and found.curve.risk_at(median).at_risk < FEW_AT_RISK


def _few_events(few: list[StratumEstimate]) -> str:
    shown = ", ".join(f"{clipped(found.label)} ({found.events})" for found in few[:MOST_NAMED])
    return shown + (f" and {len(few) - MOST_NAMED} more" if len(few) > MOST_NAMED else "")


def whole_percent(share: float) -> str:
    """Return a share in whole per cent, without the sign; 0 and 100 are said only of none and of all."""
    shown = format_number(100.0 * share, 0)
    if shown == "0" and share > 0.0:
        return f"<{NO_BREAK}1"
    return f">{NO_BREAK}99" if shown == "100" and share < 1.0 else shown


def whole_points(difference: float) -> str:
    """Return a difference of shares in whole points, less than a point as exact as its sign needs, with a minus.

    The minus is a true one, and never stands before zero.
    """
    shown = format_number(100.0 * difference, 0, DIFFERENCE_LINES).replace("-", "−")
    return "0" if shown == "−0" else shown


def signed_points(difference: float) -> str:
    """Return a difference of shares in whole points with its sign, also where it is above 0; 0 has none."""
    shown = whole_points(difference)
    return shown if shown == "0" or shown.startswith("−") else f"+{shown}"


def clipped(label: str, most: int = LONGEST_LABEL) -> str:
    """Return a label short enough to be read from afar: what is too long loses its middle, as ends tell apart."""
    if len(label) <= most:
        return label
    end = most // 3
    return f"{label[: most - end - 1].rstrip()}…{label[-end:].lstrip()}"


def _limits(found: StratumReading) -> str:
    if found.lower is None and found.upper is None:
        return NOT_ESTIMABLE
    return "–".join(
        NOT_ESTIMABLE if limit is None else whole_percent(limit) for limit in (found.lower, found.upper)
    )


def _difference_limits(found: Difference) -> str:
    if found.lower is None or found.upper is None:
        return NOT_ESTIMABLE
    return f"{whole_points(found.lower)} to {whole_points(found.upper)}"


def _median(stratum: StratumEstimate, unit: TimeUnit) -> str:
    return format_quantile(stratum.median, unit).replace(NOT_REACHED, "not reached")


def _name(estimated: Estimate) -> str:
    """Return the endpoint's name as it stands within a sentence; names of a file are left as they are."""
    name = estimated.endpoint.name
    if any(name.startswith(known.name) for known in STUDY_ENDPOINTS.values()):
        return f"{name[0].lower()}{name[1:]}"
    return name


def _place(estimated: Estimate) -> str:
    """Return whom the sentence is about where that is one treatment or two."""
    labels, chosen = estimated.dataset.modality_labels, estimated.selection.modalities
    if not 0 < len(chosen) <= 2 or estimated.by == "modality":
        return ""
    return f" in {' or '.join(clipped(label) for value, label in labels.items() if value in chosen)}"


def _counted(estimated: Estimate) -> str:
    events = sum(stratum.events for stratum in estimated.strata)
    counted = f"{events:,} of {format_count(estimated.n, 'patient')} had the event"
    competing = sum(stratum.competing for stratum in estimated.strata)
    if competing:
        verb = "counts" if competing == 1 else "count"
        rule = "competing" if estimated.is_incidence else "censored"
        counted += f", {competing:,} died before it and {verb} as {rule}"
    return counted
