"""The tables and sentences of a report in order, as a document for a word processor or one CSV holds them."""

from __future__ import annotations

from gepnet_core.comparison_words import count_sentence, guards, headline, landmark_sentence
from gepnet_core.formatting import follow_up_sentence, remarks, result_sentence
from gepnet_core.report.contents import Report
from gepnet_core.report.methods import methods
from gepnet_core.sheets import (
    Section,
    Sheet,
    attrition_sheet,
    baseline_sheet,
    estimates_sheet,
    events_sheet,
    follow_up_sheet,
)
from gepnet_core.sheets_compare import comparison_sheets
from gepnet_core.sheets_side_effects import side_effect_sheets
from gepnet_core.side_effects import result_sentence as side_effects_sentence


def sections(report: Report) -> list[Section]:
    """Return every part of a report that has words or a table, the methods last."""
    data, selection = report.dataset, report.view.selection
    whole, found, harm = report.whole, report.comparison, report.side_effects
    told = methods(report)
    baseline = (baseline_sheet(report.baseline, data, selection),) if report.baseline.rows else ()
    parts = [
        Section("Result", (result_sentence(whole), *remarks(whole)), (estimates_sheet(whole),)),
        Section("Patients", (), (attrition_sheet(report.flow, data, selection), *baseline)),
        Section("Events", (), (events_sheet(report.kinds, data, selection),)),
        Section("Follow-up", (follow_up_sentence(whole, whole.strata[0]),), (follow_up_sheet(whole),)),
    ]
    if report.compares:
        words = (headline(found), landmark_sentence(found), *guards(found), count_sentence(found))
        tables = (estimates_sheet(found.estimated), *comparison_sheets(found))
        parts.append(Section("Comparison of the groups", tuple(said for said in words if said), tables))
    if harm is not None:
        parts.append(Section("Side effects", (side_effects_sentence(harm),), tuple(side_effect_sheets(harm))))
    parts += [Section(f"Methods: {heading.lower()}", (words,)) for heading, words in told.paragraphs]
    cited = tuple(f"{number}. {work}" for number, work in enumerate(told.references, start=1))
    return [*parts, Section("References", cited)]


def report_sheets(report: Report) -> list[Sheet]:
    """Return every table of a report."""
    return [sheet for part in sections(report) for sheet in part.sheets]
