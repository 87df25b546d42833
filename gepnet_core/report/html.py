"""A report as one HTML document that stands alone: no script, and nothing is loaded to show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from gepnet_core.characters import writable
from gepnet_core.compared import compared_words
from gepnet_core.comparison_words import (
    EXPLORATORY,
    EXPLORATORY_TRIAL,
    count_sentence,
    guards,
    headline,
    landmark_sentence,
    left_out,
    stability_sentence,
)
from gepnet_core.flow_html import FLOW_CSS, flow_html
from gepnet_core.fonts import font_face_css
from gepnet_core.formatting import (
    follow_up_sentence,
    format_count,
    format_interval,
    remarks,
)
from gepnet_core.report.contents import Report
from gepnet_core.report.link import link
from gepnet_core.report.markup import listed, named, paragraph, section, table, text
from gepnet_core.report.methods import methods
from gepnet_core.report.pictures import picture
from gepnet_core.report.software import versions
from gepnet_core.report.tables import Part, report_sections
from gepnet_core.sheets import estimate_provenance, provenance
from gepnet_core.side_effects import result_sentence as side_effects_sentence

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
STYLE = Path(__file__).with_name("report.css")


def report_html(report: Report, *, printed: date | None = None) -> str:
    """Return a report as one self-contained HTML document.

    The same view and version give the same text; `printed` is the day that it bears, if any.
    """
    title = report_title(report)
    return (
        '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8"/>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{text(POLICY)}"/>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        f"<title>{text(title)}</title>\n<style>\n{_style(title)}\n</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in _body(report, title, printed) if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def report_title(report: Report) -> str:
    """Return what the report is about: the endpoint and the data set."""
    return f"{report.whole.endpoint.name}: {report.dataset.meta['title'] or report.dataset.name}"


def _style(title: str) -> str:
    """Return the whole style sheet; the running title stands on every page but the first."""
    running = "".join(c if c.isalnum() or c in " ,.:–-" else " " for c in title)[:90]
    font = "font-family: Inter, sans-serif; font-size: 7.5pt; color: #333333;"
    page = (
        "@page { size: A4; margin: 18mm 16mm 18mm;"
        f' @top-left {{ content: "{running}"; {font} }}'
        f' @bottom-right {{ content: "Page " counter(page) " of " counter(pages); {font} }} }}\n'
        '@page :first { @top-left { content: ""; } }'
    )
    return "\n".join((font_face_css(), FLOW_CSS, STYLE.read_text(encoding="utf-8"), page))


def _body(report: Report, title: str, printed: date | None) -> Iterator[str]:
    whole, found = report.whole, report.comparison
    yield _head(report, title, printed)
    about = paragraph(report.dataset.meta["about"], "note")
    yield _section(Part.FLOW, [writable(flow_html(report.flow)), about])
    yield _section(Part.BASELINE, _tables(report, Part.BASELINE))
    yield _section(Part.EVENTS, _tables(report, Part.EVENTS))
    watched = paragraph(follow_up_sentence(whole, whole.strata[0]))
    yield _section(Part.FOLLOW_UP, [watched, *_tables(report, Part.FOLLOW_UP)])
    yield _section(Part.ESTIMATES, [picture(report, "whole"), *_tables(report, Part.ESTIMATES)])
    if report.compares:
        moved = paragraph(landmark_sentence(found))
        yield _section(Part.GROUPS, [moved, picture(report, "groups"), *_tables(report, Part.GROUPS)])
        yield _section(Part.COMPARISON, _compared(report))
    yield _section(Part.SIDE_EFFECTS, _harmed(report))
    said = [*remarks(whole), *(guards(found) if report.compares else left_out(found))]
    yield section("remarks", "What to keep in mind", [listed(dict.fromkeys(said))])
    yield from _written(report)
    yield _source(report, printed)


def _section(part: Part, parts: Sequence[str]) -> str:
    return section(part.value, part.label, parts)


def _head(report: Report, title: str, printed: date | None) -> str:
    """Return the title, whom the report is about, and the result."""
    data = report.dataset
    told = f"Data set “{data.name}”, version {data.version}"
    left = data.n_selected(report.view.selection)
    whom = f"{data.describe(report.view.selection)} · {left:,} of {format_count(data.n, 'patient')}"
    question, narrowed = report.comparison.question, ""
    if question.levels or question.landmark is not None:
        whose = format_count(report.comparison.estimated.n, "patient")
        narrowed = f"Compared: {compared_words(data, question)} · {whose}"
    parts = [
        f"<h1>{text(title)}</h1>",
        paragraph(f"{told}. Printed on {printed}." if printed else f"{told}.", "about"),
        paragraph(data.meta["notice"], "notice"),
        paragraph(whom, "about"),
        paragraph(narrowed or None, "about"),
        paragraph(report.sentence, "result"),
        paragraph(headline(report.comparison) if report.compares else None),
    ]
    return "\n".join(["<header>", *(part for part in parts if part), "</header>"])


def _tables(report: Report, part: Part) -> list[str]:
    """Return tables; a note of several stands below the first, and one that the report says itself nowhere."""
    estimated = (report.whole, report.comparison.estimated)
    said = {provenance(report.dataset, report.view.selection), *map(estimate_provenance, estimated)}
    said |= {EXPLORATORY, EXPLORATORY_TRIAL}
    sheets = [sheet for found in report_sections(report, [part]) for sheet in found.sheets]
    found = []
    for place, sheet in enumerate(sheets, start=1):
        found.append(table(sheet, f"table-{part}-{place}", said=said))
        said |= set(sheet.notes)
    return found


def _compared(report: Report) -> list[str]:
    found = report.comparison
    return [
        paragraph(EXPLORATORY_TRIAL if report.dataset.is_trial else EXPLORATORY),
        paragraph(str(found.tau_refused) if found.tau_refused else None),
        picture(report, "forest"),
        picture(report, "subgroups"),
        *_tables(report, Part.COMPARISON),
        "<h3>How far one patient moves the median</h3>",
        listed(stability_sentence(found, moved) for moved in found.stability),
        paragraph(count_sentence(found)),
    ]


def _harmed(report: Report) -> list[str]:
    if report.side_effects is None:
        return [paragraph(report.no_side_effects)]
    words = paragraph(side_effects_sentence(report.side_effects))
    return [words, picture(report, "side_effects"), *_tables(report, Part.SIDE_EFFECTS)]


def _written(report: Report) -> Iterator[str]:
    """Yield the methods, ready for a paper, and their references."""
    told = methods(report)
    parts = [f"<h3>{text(heading)}</h3>\n{paragraph(words)}" for heading, words in told.paragraphs]
    yield section("methods", "Methods", parts)
    yield section("references", "References", [listed(told.references, "ol")])


def _source(report: Report, printed: date | None) -> str:
    data, view = report.dataset, report.view
    pairs = [
        ("Data set", data.name),
        ("Title", data.meta["title"]),
        ("Version", data.version),
        ("Hash of the data", report.content),
        ("Filters", data.describe(view.selection)),
        ("Confidence intervals", format_interval(report.whole.conf_level, report.whole.conf_type)),
        ("Death before the event", view.selection.death.label),
        ("The same view in the dashboard", f"compare?{link(report)}"),
        ("Software", ", ".join(f"{name} {version}" for name, version in versions().items())),
        ("Printed on", str(printed) if printed else ""),
    ]
    return section("provenance", "Where this comes from", [named((n, words) for n, words in pairs if words)])
