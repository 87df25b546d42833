"""Tables of side effects as words: a line a term, a column a modality."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gepnet_core.behind import Behind, Harmed
from gepnet_core.criteria import OneOf
from gepnet_core.formatting import format_level, format_percent
from gepnet_core.sheet import BESIDE, MISSING, Cell, Piece, Sheet, counted
from gepnet_core.sheets import provenance
from gepnet_core.side_effects import ANY_TERM, Proportion, SideEffectRow, SideEffects, left_out_sentence

PER_PATIENT = "by patient: the index treatment"
PER_TREATMENT = "by treatment: the index treatment and every later one"


def side_effect_sheets(found: SideEffects) -> list[Sheet]:
    """Return the tables per patient, then per treatment."""
    return [*per_patient_sheets(found), *per_treatment_sheets(found)]


def per_patient_sheets(found: SideEffects) -> list[Sheet]:
    """Return the tables of the index treatments, whose counts are of patients."""
    return _sheets(found, found.per_patient, PER_PATIENT, counted)


def per_treatment_sheets(found: SideEffects) -> list[Sheet]:
    """Return the tables of all treatments, whose counts are not of patients: none stand behind them."""
    return _sheets(found, found.per_treatment, PER_TREATMENT, lambda words, *_: words)


def table_heads(found: SideEffects) -> list[str]:
    """Return what the tables of a unit are of, in order: any grade, grade 3 and above, days to onset."""
    interval = f"n (%), {format_level(found.conf_level)} CI, exact"
    return [f"Any grade, {interval}", f"Grade 3 and above, {interval}", "Days to onset, median (range)"]


def _sheets(
    found: SideEffects, rows: Sequence[SideEffectRow], unit: str, count: Callable[..., Piece]
) -> list[Sheet]:
    """Return counts and shares at any grade, at grade 3 and above, and the days to onset."""
    sizes = {row.modality: row.any_grade.n for row in rows}
    if len(sizes) == 2:
        sizes.pop(None)  # it would say the same twice

    def opens(words: str, n: int, modality: str | None, behind: Behind | None) -> Piece:
        within = () if modality is None else (OneOf("modality", (modality,)),)
        return count(words, n, behind, within)

    def share(row: SideEffectRow, *, severe: bool) -> Cell:
        part = row.severe if severe else row.any_grade
        term = "" if row.term == ANY_TERM else row.term
        shown, limits = _share(part)
        return opens(shown, part.count, row.modality, Harmed(term, severe, found.window)), BESIDE, limits

    columns = [
        opens(f"{found.label(modality)}, of {n:,}", n, modality, None) for modality, n in sizes.items()
    ]
    gone = left_out_sentence(found)
    notes = (
        "An event belongs to the local treatment that it names. It counts from the day of that treatment, before "
        f"the next start of any local or systemic treatment, and for at most {found.window} days. Grades are those "
        "of the CTCAE; of several, the worst counts.",
        *([gone] if gone else []),
        provenance(found.dataset, found.selection),
    )
    tables: list[Callable[[SideEffectRow], Cell]] = [
        lambda row: share(row, severe=False),
        lambda row: share(row, severe=True),
        _onset,
    ]
    sheets = []
    for title, cell in zip(table_heads(found), tables, strict=True):
        lines: dict[str, list[Cell]] = {}
        for row in rows:
            if row.modality in sizes:
                lines.setdefault(row.term, [f"{row.term[0].upper()}{row.term[1:]}"]).append(cell(row))
        sheets.append(
            Sheet.of_cells(
                f"Side effects {unit}. {title}",
                ("Side effect", *columns),
                lines.values(),
                notes,
                found.dataset.version,
            )
        )
    return sheets


def _share(found: Proportion) -> tuple[str, str]:
    """Return count with share, and the limits."""
    upper = format_percent(found.upper)
    if not found.count:
        return "0", f"0–{upper}"
    return f"{found.count:,} ({format_percent(found.share)})", f"{format_percent(found.lower)}–{upper}"


def _onset(row: SideEffectRow) -> str:
    """Return the median and the range of the days to onset."""
    if row.onset_median is None:
        return MISSING
    return f"{row.onset_median:g} ({row.onset_first}–{row.onset_last})"
