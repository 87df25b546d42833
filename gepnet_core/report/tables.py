"""The tables of a report: by what they are of, as sections of a document, and as files."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum

from gepnet_core.comparison_words import EXPLORATORY, EXPLORATORY_TRIAL, guards, headline, left_out
from gepnet_core.errors import OptionRefused
from gepnet_core.formatting import follow_up_sentence, result_sentence
from gepnet_core.report.contents import Report
from gepnet_core.report.methods import methods
from gepnet_core.sheet import Section, Sheet, sheet_lines, sheets_lines
from gepnet_core.sheets import attrition_sheet, baseline_sheet, estimates_sheet, events_sheet, follow_up_sheet
from gepnet_core.sheets_compare import comparison_sheets
from gepnet_core.sheets_side_effects import side_effect_sheets
from gepnet_core.side_effects import result_sentence as side_effects_sentence


class Part(StrEnum):
    """What the tables of a report are of."""

    FLOW = "flow"
    BASELINE = "baseline"
    EVENTS = "events"
    FOLLOW_UP = "follow-up"
    ESTIMATES = "estimates"
    GROUPS = "groups"
    COMPARISON = "comparison"
    SIDE_EFFECTS = "side-effects"

    @property
    def label(self) -> str:
        """The heading above these tables."""
        return {
            "flow": "Flow of patients",
            "baseline": "Patients at time zero",
            "events": "Events",
            "follow-up": "Follow-up",
            "estimates": "All patients together",
            "groups": "By group",
            "comparison": "Comparison of the groups",
            "side-effects": "Side effects of local treatments",
        }[self.value]


def report_sections(report: Report, parts: Collection[Part] = tuple(Part)) -> list[Section]:
    """Return the tables of a report under their headings, with the result in words; empty parts are left out."""
    found = [_section(report, part) for part in Part if part in parts]
    return [section for section in found if section.sheets]


def tables_csv(report: Report, parts: Collection[Part] = tuple(Part)) -> str:
    """Return tables as CSV: a single one as it is printed, several as a line a cell.

    Raises
    ------
    OptionRefused
        If these parts have no table in this data set or selection.
    """
    sheets = [sheet for section in _some(report, parts) for sheet in section.sheets]
    return "".join(sheet_lines(sheets[0]) if len(sheets) == 1 else sheets_lines(sheets))


def tables_docx(report: Report, parts: Collection[Part] = tuple(Part)) -> bytes:
    """Return tables as a Word document, with the methods and their references at the end.

    Raises
    ------
    OptionRefused
        If these parts have no table in this data set or selection.
    """
    from gepnet_core.word_tables import word_document  # its library takes long to load

    sections, told = _some(report, parts), methods(report)
    written = tuple(f"{heading}. {words}" for heading, words in told.paragraphs)
    title = f"{report.whole.endpoint.name}: {report.dataset.meta['title'] or report.dataset.name}"
    numbered = tuple(f"{place}. {words}" for place, words in enumerate(told.references, start=1))
    ends = [Section("Methods", written), Section("References", numbered)]
    return word_document(title, [*sections, *ends])


def _some(report: Report, parts: Collection[Part]) -> list[Section]:
    sections = report_sections(report, parts)
    if not sections:
        raise OptionRefused(
            f"There is no table of {', '.join(parts)} in this data set and selection. Ask for another one."
        )
    return sections


def _section(report: Report, part: Part) -> Section:
    data, selection, whole, found = report.dataset, report.view.selection, report.whole, report.comparison
    words: tuple[str, ...] = ()
    sheets: list[Sheet] = []
    if part is Part.FLOW:
        sheets = [attrition_sheet(report.flow, data, selection)]
    elif part is Part.BASELINE:
        sheets = [baseline_sheet(report.baseline, data, selection)] if report.baseline.rows else []
    elif part is Part.EVENTS:
        sheets = [events_sheet(report.kinds, data, selection)]
    elif part is Part.FOLLOW_UP:
        words = (follow_up_sentence(whole, whole.strata[0]),)
        sheets = [follow_up_sheet(found.estimated if report.compares else whole)]
    elif part is Part.ESTIMATES:
        words = (result_sentence(whole),)
        sheets = [_titled(estimates_sheet(whole), "all patients together")]
    elif part is Part.GROUPS and report.compares:
        words = (result_sentence(found.estimated), *left_out(found))
        sheets = [_titled(estimates_sheet(found.estimated), "by group")]
    elif part is Part.COMPARISON and report.compares:
        words = (headline(found), EXPLORATORY_TRIAL if data.is_trial else EXPLORATORY, *guards(found))
        sheets = comparison_sheets(found)
    elif part is Part.SIDE_EFFECTS and report.side_effects is not None:
        words = (side_effects_sentence(report.side_effects),)
        sheets = side_effect_sheets(report.side_effects)
    return Section(part.label, words, tuple(sheets))


def _titled(sheet: Sheet, whom: str) -> Sheet:
    return replace(sheet, title=f"{sheet.title}, {whom}")
