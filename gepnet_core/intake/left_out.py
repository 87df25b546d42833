"""Warnings of what the settings and the eligibility would pass over without a word."""

from __future__ import annotations

from collections import Counter

from gepnet_core.errors import listed, quoted
from gepnet_core.intake.report import Report
from gepnet_core.intake.source import SAME, Source, SourceRow
from gepnet_core.settings import Settings


def warn_left_out(source: Source, report: Report, settings: Settings) -> None:
    """Report patients who are left out for what is empty, and settings that meet nothing."""
    treated = {row.patient for row in source["local_treatments"]}
    mapped = _is_mapped(source["local_treatments"])
    # where nobody has the date, nobody is eligible, and that says it once
    known = settings.metastatic and any(
        row.values["metastatic_date"] is not None for row in source["patients"]
    )
    for row in source["patients"]:
        if row.patient not in treated:
            if mapped:
                words = (
                    "no local treatment was read of the patient, who is left out. Fill in the date of the "
                    "treatment if there was one."
                )
                source.find(report, "without-treatment", "patients", row, "patient_id", words)
        elif known and row.values["metastatic_date"] is None:
            words = (
                "is empty: the patient counts as not metastatic, so that no local treatment is eligible. Fill it "
                "in unless there are no metastases."
            )
            source.find(report, "metastasis-unknown", "patients", row, "metastatic_date", words)
    _constant_agent(source, report)
    _unused_settings(source, report, settings)


def _is_mapped(treatments: list[SourceRow]) -> bool:
    """Return True where a mapping made the rows: it names the treatments itself, so the file has no such column."""
    return any(row.columns is not SAME and "treatment_id" not in row.columns for row in treatments)


def _constant_agent(source: Source, report: Report) -> None:
    rows = source["systemic_therapies"]
    agents = {str(row.values["agent"]) for row in rows}
    if len(agents) != 1 or any(row.columns is SAME or "agent" in row.columns for row in rows):
        return
    several = sum(n > 1 for n in Counter(row.patient for row in rows).values())
    if several:
        words = (
            f"is {quoted(next(iter(agents)))} for every therapy, although {several} patients have several: a new "
            "agent cannot be told from a re-start. Map the column that names the agent."
        )
        report.add(
            "agent-constant",
            source.files["systemic_therapies"],
            words,
            column="agent",
            value=next(iter(agents)),
        )


def _unused_settings(source: Source, report: Report, settings: Settings) -> None:
    """Point at words of the settings that no row holds."""
    excluded = [one.value for one in settings.excluded]
    labelled = [one.value for one in settings.modalities]
    focal = [settings.focal_indication] if settings.focal_only else []
    for table, column, words, meant in (
        (
            "local_treatments",
            "modality",
            excluded,
            "an excluded modality of the settings: it excludes nothing",
        ),
        (
            "local_treatments",
            "modality",
            labelled,
            "a modality with a label in the settings: it labels nothing",
        ),
        ("local_treatments", "indication", focal, "the focal indication of the settings: it lets nobody in"),
        (
            "patients",
            "primary_site",
            settings.primary_sites,
            "a primary site of the settings: it lets nobody in",
        ),
    ):
        held = {row.values[column] for row in source[table]}
        names = {row.columns.get(column, column) for row in source[table]} or {column}
        for word in words:
            if word not in held:
                report.add(
                    "setting-unused",
                    source.files[table],
                    f"{quoted(word)} does not occur here. It is {meant}. Check its spelling.",
                    column=listed(sorted(names), 3),
                    value=word,
                )
