"""A first draft of a mapping: which column stands for what, by the words of the header and by its values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gepnet_core.contract import TABLES_BY_NAME
from gepnet_core.intake.draft import Draft
from gepnet_core.intake.guess_times import guess_times
from gepnet_core.intake.guess_values import COLUMNS, Place, fits, guess_values
from gepnet_core.intake.mapping import Cell, Group
from gepnet_core.intake.profile import MOST_SHOWN, ColumnProfile
from gepnet_core.intake.synonyms import PATIENT_ID, REPEATED, SINGLE, TREATMENT, Repeated, squashed

NUMBERED = re.compile(r"(.*?[a-z])([0-9]{1,2})((?![0-9]).*)")
# a finding in a column of text, missing in a column of dates or numbers
TWO_MEANINGS = {"unknown", "unbekannt", "none", "not known", "not done"}


def guess(header: Sequence[str], profiles: Sequence[ColumnProfile]) -> Draft:
    """Return a draft: which column stands for what, by its name and only where its values fit.

    No column of the file stands for two of the contract. Tables with dates are preferred to times; what a
    status of times means stays open.
    """
    profiled = dict(zip(header, profiles, strict=True))
    found = _Guess(profiled)
    found.patient_id()
    times, unsaid = guess_times({name: held for name, held in profiled.items() if name not in found.used})
    found.singles()
    for repeated in REPEATED:
        found.repeated(repeated)
    draft = Draft(found.id)
    dated = any(group.table == "local_treatments" for group in found.groups)
    followed = any(place[0] == "follow_up" and COLUMNS[place].sql_type == "DATE" for place in found.single)
    if times and not (dated and followed):
        used = {name for pair in times for name in (pair.time, pair.status)} | {found.id.column}
        draft.endpoints, draft.unsaid_units = times, unsaid
        treatment = next((name for name in _named(header, TREATMENT) if _is_group(profiled[name], used)), "")
        draft.treatment = Cell(treatment) if treatment else None
        used.add(treatment)
        asked = set(header)
    else:
        draft.groups = found.ordered()
        used = {column for group in draft.groups for column in group.columns} | {found.id.column}
        asked = used
        draft.values = {column: words for column, words in found.values.items() if words}
        draft.ambiguous = [name for name in header if name in used and profiled[name].date_ambiguous]
    _say_missing(draft, {name: profiled[name] for name in header if name in asked})
    marks = {profiled[name].number for name in asked if name}
    draft.decimal = "," if "decimal comma" in marks and "decimal point" not in marks else "."
    draft.unused = [name for name in header if name not in used]
    return draft


def _named(header: Sequence[str], words: Sequence[str]) -> list[str]:
    """Return the columns of these names, the likeliest name first."""
    by_word: dict[str, list[str]] = {}
    for name in header:
        by_word.setdefault(squashed(name), []).append(name)
    return [name for word in words for name in by_word.get(word, [])]


def _is_group(held: ColumnProfile, used: set[str]) -> bool:
    return held.name not in used and not held.is_date and 0 < held.n_distinct <= MOST_SHOWN


def _say_missing(draft: Draft, profiled: Mapping[str, ColumnProfile]) -> None:
    """Say words for missing for the file, or for single columns where the word is a finding elsewhere."""
    texts = [held for held in profiled.values() if not held.is_date and not held.number]
    words: set[str] = set()
    for name, held in profiled.items():
        if name == draft.patient_id.column:
            continue  # an id is never missing, whatever it looks like
        for word in held.missing_words:
            if word.casefold() in TWO_MEANINGS and any(word in text.distinct for text in texts):
                draft.values.setdefault(name, {})[word] = ""
            else:
                words.add(word)
    draft.missing = tuple(sorted(words))


class _Guess:
    """Takes column after column; what is taken is not taken again."""

    def __init__(self, profiled: dict[str, ColumnProfile]) -> None:
        self.profiled, self.header = profiled, list(profiled)
        self.used: set[str] = set()
        self.id = Cell(row_number=True)
        self.single: dict[Place, str] = {}
        self.groups: list[Group] = []
        self.values: dict[str, dict[str, str]] = {}

    def patient_id(self) -> None:
        """Take the column of the id: the likeliest name of those that hold anything but dates."""
        for name in _named(self.header, PATIENT_ID):
            if self.profiled[name].n_distinct and not self.profiled[name].is_date:
                self.id = Cell(name)
                self.used.add(name)
                return

    def singles(self) -> None:
        """Take the columns of which a patient has one."""
        for place, words in SINGLE.items():
            for name in _named(self.header, words):
                if self.take(name, place):
                    self.single[place] = name
                    break

    def take(self, name: str, place: Place) -> bool:
        """Take a column of the file for one of the contract, if it is free and its values fit."""
        if name in self.used or not fits(place, self.profiled[name]):
            return False
        self.used.add(name)
        if COLUMNS[place].allowed:
            self.values[name] = guess_values(place[1], self.profiled[name])
        return True

    def repeated(self, repeated: Repeated) -> None:
        """Take the columns of a table of which a patient may have several rows."""
        words, lead = _readings(repeated), repeated.bare[0]
        rows: dict[tuple[str, str], dict[str, Cell]] = {}
        for name in self.header:
            word, number = _unnumbered(squashed(name))
            constant, columns = words.get(word, ("", ()))
            row = rows.setdefault((constant, number), {})
            for column in columns:
                if column not in row and self.take(name, (repeated.table, column)):
                    row[column] = Cell(name)
                    break
        for (constant, number), row in rows.items():
            if row and lead not in row and not constant:
                for name in self.header:
                    vague = _unnumbered(squashed(name)) in (("date", number), ("datum", number))
                    if vague and lead not in row and self.take(name, (repeated.table, lead)):
                        row[lead] = Cell(name)
            if constant and lead in row:
                row.setdefault("modality", Cell(value=constant))
            if lead in row or (row and not constant):
                order = [
                    column.name for column in TABLES_BY_NAME[repeated.table].columns if column.name in row
                ]
                self.groups.append(Group(repeated.table, {name: row[name] for name in order}))

    def ordered(self) -> list[Group]:
        """Return the groups in the order of the tables."""
        single: dict[str, dict[str, Cell]] = {}
        for (table, column), name in self.single.items():
            single.setdefault(table, {})[column] = Cell(name)
        groups = [*self.groups, *(Group(table, cells) for table, cells in single.items())]
        order = list(TABLES_BY_NAME)
        return sorted(groups, key=lambda group: order.index(group.table))


def _unnumbered(word: str) -> tuple[str, str]:
    """Return a word without the number in it, and the number: "rfadate2" is "rfadate" and "2"."""
    parts = NUMBERED.fullmatch(word)
    return (parts[1] + parts[3], parts[2].lstrip("0")) if parts else (word, "")


def _readings(repeated: Repeated) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return for each heading the constant of its stem, and the columns that it may be, likeliest first."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for stem, constant in repeated.stems.items():
        found.setdefault(stem, (constant, repeated.bare))
    for stem, constant in repeated.stems.items():
        for column, roles in repeated.roles.items():
            for role in roles:
                for form in (stem + role, role + stem, f"{role}of{stem}", f"{role}der{stem}"):
                    found.setdefault(form, (constant, (column,)))
    for column, words in repeated.alone.items():
        for word in words:
            found.setdefault(word, ("", (column,)))
    return found
