"""Tables of side effects as words: a line a term, a column a modality."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gepnet_core.formatting import format_level, format_percent
from gepnet_core.sheets import MISSING, Sheet, provenance
from gepnet_core.side_effects import Proportion, SideEffectRow, SideEffects, left_out_sentence
from gepnet_core.vocabulary import WHOLE_COHORT

PER_PATIENT = "by patient: the index treatment"
PER_TREATMENT = "by treatment: the index treatment and every later one"


def side_effect_sheets(found: SideEffects) -> list[Sheet]:
    """Return the tables per patient, then per treatment."""
    return [
        *side_effect_tables(found, found.per_patient, PER_PATIENT),
        *side_effect_tables(found, found.per_treatment, PER_TREATMENT),
    ]


def side_effect_tables(found: SideEffects, rows: Sequence[SideEffectRow], unit: str) -> list[Sheet]:
    """Return counts and shares at any grade, at grade 3 and above, and the days to onset."""
    interval = f"n (%), {format_level(found.conf_level)} CI, exact"
    sizes = {row.modality: row.any_grade.n for row in rows}
    if len(sizes) == 2:
        sizes.pop(WHOLE_COHORT)  # it would say the same twice
    columns = [f"{found.label(modality)}, of {n:,}" for modality, n in sizes.items()]
    gone = left_out_sentence(found)
    notes = (
        "An event belongs to the local treatment that it names. It counts from the day of that treatment, before "
        f"the next start of any local or systemic treatment, and for at most {found.window} days. Grades are those "
        "of the CTCAE; of several, the worst counts.",
        *([gone] if gone else []),
        provenance(found.dataset, found.selection),
    )
    shown: list[tuple[str, Callable[[SideEffectRow], str]]] = [
        (f"Any grade, {interval}", lambda row: share_words(row.any_grade)),
        (f"Grade 3 and above, {interval}", lambda row: share_words(row.severe)),
        ("Days to onset, median (range)", onset_words),
    ]
    sheets = []
    for title, words in shown:
        lines: dict[str, list[str]] = {}
        for row in rows:
            if row.modality in sizes:
                lines.setdefault(row.term, [f"{row.term[0].upper()}{row.term[1:]}"]).append(words(row))
        sheets.append(
            Sheet(
                f"Side effects {unit}. {title}",
                ("Side effect", *columns),
                tuple(tuple(line) for line in lines.values()),
                notes,
                found.dataset.version,
            )
        )
    return sheets


def share_parts(found: Proportion) -> tuple[str, str]:
    """Return count with share, and the limits."""
    upper = format_percent(found.upper)
    if not found.count:
        return "0", f"0–{upper}"
    return f"{found.count:,} ({format_percent(found.share)})", f"{format_percent(found.lower)}–{upper}"


def share_words(found: Proportion) -> str:
    """Return "3 (17.6), 3.8–43.4"."""
    return ", ".join(share_parts(found))


def onset_words(row: SideEffectRow) -> str:
    """Return the median and the range of the days to onset."""
    if row.onset_median is None:
        return MISSING
    return f"{row.onset_median:g} ({row.onset_first}–{row.onset_last})"
