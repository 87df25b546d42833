"""Whether a column of a file can be one of the contract's, and what its values stand for there."""

from __future__ import annotations

from gepnet_core.contract import TABLES_BY_NAME, Column
from gepnet_core.intake.profile import MISSING_WORDS, MOST_SHOWN, ColumnProfile
from gepnet_core.intake.synonyms import GRADE, REPEATED, VALUES, squashed

Place = tuple[str, str]
COLUMNS: dict[tuple[str, str], Column] = {
    (table.name, column.name): column for table in TABLES_BY_NAME.values() for column in table.columns
}
# headings that say little: their values must say it
VAGUE = {"status", "alive", "dead", *(stem for table in REPEATED for stem in table.stems)}
ROMAN = {"i": "1", "ii": "2", "iii": "3"}


def fits(place: Place, held: ColumnProfile) -> bool:
    """Return whether the values of a column can be those of a column of the contract."""
    column = COLUMNS[place]
    if not held.n_distinct:
        return False
    if column.sql_type == "DATE":
        return held.is_date
    if column.sql_type == "DOUBLE":
        return bool(held.number)
    if column.sql_type == "INTEGER":
        low, high = column.low or 0, column.high or 0
        numbers = [word for word in held.distinct if word not in held.missing_words]
        return held.number == "whole" and all(low <= float(word) <= high for word in numbers)
    if held.is_date:
        return False
    if not column.allowed:
        return not held.number
    return held.n_distinct <= MOST_SHOWN and (
        squashed(held.name).rstrip("0123456789") not in VAGUE
        or len(guess_values(column.name, held)) == held.n_distinct
    )


def guess_values(column: str, held: ColumnProfile) -> dict[str, str]:
    """Return what values of the file stand for, as far as they say it; a bare number does for a grade alone.

    A word for missing stands for nothing recorded. Numbers and Roman figures are grades where all values are.
    """
    found: dict[str, str] = {}
    for value in held.distinct:
        word = squashed(value)
        if value.casefold() in MISSING_WORDS:
            found[value] = ""
        elif column == "tumour_grade":
            if grade := GRADE.fullmatch(word):
                found[value] = f"G{ROMAN.get(grade[1], grade[1])}"
        else:
            for allowed, words in VALUES[column].items():
                if word in words:
                    found[value] = allowed
    if column == "tumour_grade" and len(found) < held.n_distinct:
        return {}
    return found if any(found.values()) else {}
