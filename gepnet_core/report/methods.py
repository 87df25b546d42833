"""The methods paragraphs of a paper, written from what was done for a view, and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gepnet_core.formatting import format_count, format_level
from gepnet_core.report.contents import Report
from gepnet_core.report.definitions import DEFINITIONS
from gepnet_core.report.methods_compared import comparisons
from gepnet_core.report.prose import amid, joined
from gepnet_core.report.references import Cited
from gepnet_core.report.software import versions
from gepnet_core.settings import Settings
from gepnet_core.vocabulary import DEFAULT_TIMES_MONTHS, STUDY_ENDPOINTS, ConfType, DeathRule


@dataclass(frozen=True, slots=True)
class Methods:
    """The paragraphs of a methods section, each with its heading, and what they cite, number 1 first."""

    paragraphs: tuple[tuple[str, str], ...]
    references: tuple[str, ...]


def methods(report: Report) -> Methods:
    """Return what was done for a report, in sentences that a paper can carry as they stand."""
    cited = Cited()
    found = {
        "Patients": _patients(report, cited),
        "Endpoint": _endpoint(report),
        "Estimates": _estimates(report, cited),
        "Comparisons": comparisons(report, cited),
        "Side effects": _side_effects(report, cited),
        "Software and data": _software(report, cited),
    }
    paragraphs = tuple((heading, " ".join(said)) for heading, said in found.items() if said)
    return Methods(paragraphs, cited.listed())


def _patients(report: Report, cited: Cited) -> list[str]:
    data = report.dataset
    if data.is_trial:
        said = [
            "Times to event and characteristics were taken as recorded in the source data; who belongs to them, "
            "and how each time was defined, are those of that source."
        ]
    else:
        said = _eligibility(Settings.from_json(data.meta["settings"]))
    view = report.view.selection
    filters = _filters(report)
    selected = data.n_selected(view)
    if filters:
        said.append(
            f"The analysis was restricted to {filters}: {selected:,} of {format_count(data.n, 'patient')}."
        )
    else:
        said.append(f"All {format_count(data.n, 'patient')} of the cohort were analysed.")
    without = selected - report.whole.with_time
    if without:
        said.append(
            f"{format_count(without, 'patient')} had no time of {report.whole.endpoint.code} and took no part in "
            "its analysis."
        )
    if report.flow.steps:
        said.append(f"The flow of patients is reported as STROBE asks{cited('strobe')}.")
    if view.cutoff:
        said.append(
            f"Data were cut off on {view.cutoff}: events up to and including that day counted, later ones were "
            "treated as not yet known and the times censored on it, and patients with a later index date were "
            "left out."
        )
    rows = report.baseline.rows
    if rows:
        said.append("Characteristics at time zero are given as median with quartiles or as count with share.")
    if any(row.difference is not None for row in rows):
        said.append(
            "Imbalance is given as the largest standardised difference between any two groups"
            f"{cited('austin', 'yang')}."
        )
    return said


def _eligibility(settings: Settings) -> list[str]:
    conditions = []
    if settings.primary_sites:
        sites = joined(settings.primary_sites)
        conditions.append(f"the primary tumour was recorded as {sites}")
    waived = []
    if settings.metastatic:
        conditions.append("the disease was metastatic by the date of the treatment")
    else:
        waived.append("metastases by the date of the treatment")
    if settings.focal_only:
        conditions.append(f"its recorded indication was {settings.focal_indication}")
    else:
        waived.append("focal progression as its indication")
    if window := _days(settings.window_from, settings.window_to):
        conditions.append(f"it was given {window}")
    which = f"A treatment was eligible if {joined(conditions, 'and')}." if conditions else ""
    said = [f"Eligibility was judged for each local treatment of a patient. {which}".strip()]
    if waived:
        said.append(f"Not asked for: {joined(waived, 'and')}.")
    if settings.excluded:
        kinds = joined([modality.label for modality in settings.excluded])
        said.append(f"Treatment by {kinds} was not eligible.")
    said.append(
        "A patient’s first eligible treatment was the index treatment, and its date the index date (time zero); "
        "nobody was left out for anything that happened later."
    )
    return said


def _days(first: date | None, last: date | None) -> str:
    """Return from when to when, "" where neither is set."""
    if first and last:
        return f"from {first} to {last}, both days included"
    if first or last:
        return f"{f'from {first}' if first else f'up to {last}'}, that day included"
    return ""


def _filters(report: Report) -> str:
    """Return the filters that choose patients in words, "" where there is none."""
    selection = report.view.selection
    parts = []
    if selection.modalities:
        labels = report.dataset.modality_labels
        chosen = [label for value, label in labels.items() if value in selection.modalities]
        parts.append(f"{amid(report.dataset.meta['treatment_label'])} {joined(chosen)}")
    if window := _days(selection.index_from, selection.index_to):
        parts.append(f"index dates {window}")
    parts += [criterion.describe(report.dataset.words_for) for criterion in selection.criteria]
    return "; ".join(parts)


def _endpoint(report: Report) -> list[str]:
    data, endpoint = report.dataset, report.whole.endpoint
    name, defined = data.endpoint(endpoint.code).name, DEFINITIONS.get(endpoint.code)
    start = "time zero" if data.is_trial else "the index date"
    said = [f"The endpoint was {amid(name)} ({endpoint.code}), counted in days from {start}."]
    if data.is_trial or defined is None or endpoint.code not in STUDY_ENDPOINTS:
        said.append("Times without the event were censored where the source data end them.")
    else:
        article = "the " if defined.event.startswith("first") else ""
        said.append(f"The event was {article}{defined.event}.")
        said.append("Times without the event were censored at the last contact.")
    said += _deaths(report, held=defined is not None and defined.holds_death)
    said.append("Months are days divided by 30.4375.")
    if report.whole.scale.whole:
        said.append(
            "The times came in months or years and were rounded to whole days; times that were asked for were "
            "rounded in the same way, so that 12 months are day 365."
        )
    return said


def _deaths(report: Report, *, held: bool) -> list[str]:
    """Return how deaths before the event counted; `held`, where the event holds death already."""
    deaths = report.whole.deaths_before_event
    if deaths == 0:
        return [] if held or report.dataset.is_trial else ["No death was recorded before the event."]
    who = "The one patient" if deaths == 1 else f"The {deaths:,} patients"
    was = "was" if deaths == 1 else "were"
    counted = {
        DeathRule.CENSOR: f"{was} censored at the death",
        DeathRule.EVENT: f"{was} counted as having had the event on that day",
        DeathRule.COMPETING: f"{was} counted as having had a competing event",
    }[report.view.selection.death]
    return [f"{who} who died before the event {counted}."]


def _estimates(report: Report, cited: Cited) -> list[str]:
    whole, view = report.whole, report.view
    level = format_level(view.conf_level)
    times = joined([f"{months:g}" for months in DEFAULT_TIMES_MONTHS], "and")
    if whole.is_incidence:
        said = [
            "The share of patients with the event was estimated as cumulative incidence, death before the event "
            f"competing, by the Aalen-Johansen estimator{cited('aalen')}, with the variance of cuminc in R’s "
            f"package cmprsk and pointwise {level} confidence intervals (CI), log-log on the incidence, also at "
            f"{times} months.",
            "The median is the first time at which the incidence is one half or more, and its limits are the "
            "times at which the pointwise limits reach one half.",
        ]
    else:
        said = [
            "The share of patients without the event was estimated by the product-limit method"
            f"{cited('kaplan')}, events before censorings of the same day, with Greenwood’s variance"
            f"{cited('greenwood')} and pointwise {level} confidence intervals (CI), "
            f"{_scale(whole.conf_type.pointwise)}, also at {times} months.",
            "The median is the first time at which the estimate is one half or less, or the midpoint where it "
            "rests on one half until a later event, as in R’s package survival.",
        ]
        if whole.conf_type is ConfType.SPSS:
            said[-1] = "The median is the first time at which the estimate is one half or less."
            said.append(
                f"Its {level} CI is symmetric as printed by SPSS: the median plus and minus the normal quantile "
                "times Greenwood’s standard error divided by the slope of the curve between 0.55 and 0.45."
            )
        else:
            said.append(
                f"Its limits are the times at which the pointwise limits cross one half{cited('brookmeyer')}."
            )
    until = "" if whole.is_incidence else ", unless the estimate had reached 0 by then"
    said.append(f"Nothing was estimated beyond the last observed time of a group{until}.")
    said.append(
        "Median follow-up was estimated by the reverse Kaplan-Meier method"
        f"{cited('schemper')} and, beside it, as the plain median of the observed times, both from the times of "
        f"{whole.strata[0].follow_up.basis}."
    )
    return said


def _scale(conf_type: ConfType) -> str:
    return {
        ConfType.LOG_LOG: "symmetric on the log(−log) scale (log-log)",
        ConfType.LOG: "symmetric on the log scale (log)",
        ConfType.PLAIN: "symmetric on the scale of the estimate (plain)",
        ConfType.LOGIT: "symmetric on the logit scale (logit)",
        ConfType.ARCSIN: "symmetric on the arcsine square root scale (arcsin)",
    }[conf_type]


def _side_effects(report: Report, cited: Cited) -> list[str]:
    found = report.side_effects
    if found is None:
        return []
    days = format_count(found.window, "day")
    return [
        "A side effect belonged to the local treatment that its record names.",
        f"It counted from the day of the treatment to {days} later, that day included, and before the next start "
        "of any local or systemic treatment.",
        "Of each treatment the worst recorded CTCAE grade counted, of every term and of any.",
        f"Shares are given with exact {format_level(found.conf_level)} CIs{cited('clopper')}, per patient for the "
        "index treatment and per treatment for every local treatment from the index date on.",
    ]


def _software(report: Report, cited: Cited) -> list[str]:
    software = versions()
    own, python = software["gepnet_core"], software["Python"]
    others = [f"{name} {software[name]}" for name in ("NumPy", "SciPy", "DuckDB")]
    said = f"Estimates were computed by gepnet_core {own} with Python {python}, {joined(others, 'and')}"
    if report.compares:
        said += f", hazard ratios by lifelines {software['lifelines']}{cited('lifelines')}"
    data = report.dataset
    told = f"The data set was “{data.name}”, version {data.version}"
    return [f"{said}.", f"{told}{f' (hash {report.content})' if report.content else ''}."]
