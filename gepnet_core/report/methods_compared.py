"""What a methods section says of a comparison: groups, tests, models and differences, as far as they were made."""

from __future__ import annotations

from gepnet_core.comparison import Comparison
from gepnet_core.covariates import column_label
from gepnet_core.formatting import format_count, format_level, format_months
from gepnet_core.report.contents import Report
from gepnet_core.report.prose import amid, joined
from gepnet_core.report.references import Cited


def comparisons(report: Report, cited: Cited) -> list[str]:
    """Return the sentences on how groups were compared; none where there is one group."""
    if not report.compares:
        return []
    found = report.comparison
    if found.n_comparisons == 0:
        return [
            *_groups(found, cited),
            "No test, ratio or difference could be computed: too few of these patients had the event.",
        ]
    said = [*_groups(found, cited), *_tests(found, cited), *_models(found, cited)]
    said += [*_means(found, cited), *_subgroups(found)]
    said.append(
        "How far one patient moves a median was examined by leaving out each patient in turn, and by counting each "
        "censored patient in turn as having had the event on the last day seen."
    )
    made = found.n_comparisons
    corrected = " but for the pairwise log-rank tests" if len(found.strata) > 2 else ""
    said.append(
        f"In all, {format_count(made, 'comparison')} were made, without correction for their number{corrected}."
    )
    if report.dataset.is_trial:
        said.append("Unless they were planned, the comparisons are exploratory.")
    else:
        said.append(
            "Treatment was chosen for each patient and not allocated at random, so the comparisons are exploratory "
            "and open to confounding by indication."
        )
    return said


def _groups(found: Comparison, cited: Cited) -> list[str]:
    question, landmark = found.question, found.estimated.landmark
    labels = joined([stratum.label for stratum in found.strata], "and")
    column = amid(column_label(found.dataset, question.by))
    which = "The groups compared were chosen from those of" if question.levels else "Groups were formed by"
    said = [f"{which} {column}: {labels}; {found.label(found.reference)} was the reference."]
    if found.not_recorded:
        said.append(f"{format_count(found.not_recorded, 'patient')} without a recorded value took no part.")
    if landmark is not None:
        said.append(
            f"Groups were compared from a landmark at {format_months(landmark.day)} months{cited('anderson')}: "
            f"{format_count(landmark.left_out, 'patient')} whose time had ended by then took no part, and time was "
            "counted from the landmark."
        )
    return said


def _tests(found: Comparison, cited: Cited) -> list[str]:
    kind = "cause-specific hazards" if found.is_incidence else "curves"
    said = [
        f"Equality of the {kind} was tested by the log-rank test{cited('mantel')} and, giving early days more "
        f"weight, by the Gehan-Breslow{cited('gehan', 'breslow')} and Peto-Peto tests{cited('peto')}."
    ]
    if found.permutation is not None or found.pair_permutations:
        drawn = (
            "" if found.permutation is None or found.permutation.exact else ", arrangements drawn by chance"
        )
        said.append(
            "Since a group has fewer than 5 patients or events, the log-rank test was also done by "
            f"permutation{cited('hothorn')}{drawn}."
        )
    if any(test.p is not None for test in found.gray.values()):
        said.append(
            f"Cumulative incidences of event and of death were compared by Gray’s test{cited('gray')}."
        )
    if found.question.stratify:
        column = amid(column_label(found.dataset, found.question.stratify))
        missing = format_count(found.stratum_not_recorded, "patient")
        rest = (
            f", in which {missing} without a recorded value took no part"
            if found.stratum_not_recorded
            else ""
        )
        said.append(f"A log-rank test stratified by {column} was added{rest}.")
    if len(found.strata) > 2:
        said.append(
            f"Pairs of groups were compared by the log-rank test, with Holm’s correction{cited('holm')} over the "
            f"{len(found.pairwise)} pairs."
        )
    return said


def _models(found: Comparison, cited: Cited) -> list[str]:
    level = format_level(found.question.conf_level)
    kind = "Cause-specific hazard ratios" if found.is_incidence else "Hazard ratios"
    said = [
        f"{kind} were estimated by Cox regression{cited('cox')} with Efron’s method for ties{cited('efron')} and "
        f"Wald {level} CIs, crude."
    ]
    if found.adjusted is not None:
        columns = [amid(column_label(found.dataset, column)) for column in found.question.adjust]
        said[-1] = said[-1].replace(", crude.", f", crude and adjusted for {joined(columns, 'and')}.")
        dropped = found.adjusted.dropped
        rest = f"{format_count(dropped, 'patient')} without a recorded covariate took no part in it"
        said.append(
            f"The adjusted model rests on complete cases; {rest}."
            if dropped
            else "No patient lacked a covariate."
        )
    models = [found.crude, *([found.adjusted] if found.adjusted else [])]
    if any(model.ph.p is not None for model in models):
        said.append(
            "Proportional hazards were tested by the global score test of Grambsch and Therneau"
            f"{cited('grambsch')} on the scale 1 − Kaplan-Meier."
        )
    return said


def _means(found: Comparison, cited: Cited) -> list[str]:
    level, said = format_level(found.question.conf_level), []
    if (means := found.restricted_means) is not None:
        end = " months" if found.question.tau else " months, the smallest last observed time of the groups,"
        said.append(
            f"Restricted mean times{cited('klein')} up to {format_months(means.tau)}{end} were compared by their "
            f"differences, with plain {level} CIs."
        )
    if found.differences_at:
        what = "cumulative incidence" if found.is_incidence else "the share without the event"
        times = joined([found.scale.label(day) for day in found.question.times], "and")
        said.append(
            f"Differences in {what} from the reference are given at {times} months, with plain {level} CIs"
            f"{'' if found.is_incidence else ' from Greenwood’s variances'}."
        )
    return said


def _subgroups(found: Comparison) -> list[str]:
    if not found.subgroups or found.contrast is None:
        return []
    columns = joined([amid(group.label) for group in found.subgroups], "and")
    missing = [
        f"{format_count(group.not_recorded, 'patient')} without a recorded value of {amid(group.label)}"
        for group in found.subgroups
        if group.not_recorded
    ]
    return [
        f"The hazard ratio of {found.label(found.contrast)} against {found.label(found.reference)} was also "
        f"estimated within the levels of {columns}, with likelihood ratio tests of interaction."
    ] + ([f"In no subgroup were {joined(missing, 'and')}."] if missing else [])
