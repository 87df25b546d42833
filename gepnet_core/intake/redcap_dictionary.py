"""The data dictionary of a REDCap project: its fields, their kinds, labels and choices."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gepnet_core.errors import one_line, quoted
from gepnet_core.intake.reading import Sheet
from gepnet_core.intake.report import Report

# the spellings of a column: the data dictionary's file (old and new), and the API's
COLUMNS = {
    "name": ("variable / field name", "field_name"),
    "form": ("form name", "form_name"),
    "kind": ("field type", "field_type"),
    "label": ("field label", "field_label"),
    "choices": (
        "choices, calculations, or slider labels",
        "choices or calculations",
        "select_choices_or_calculations",
    ),
}
CHOOSING = ("radio", "dropdown", "checkbox")
FIXED = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
PLAIN = ("text", "notes", "calc", "slider", "sql")
WITHOUT_DATA = ("descriptive", "file", "signature")
TAG = re.compile(r"<[^<>]*>")


def plain(label: str) -> str:
    """Return a label as an export writes it: without mark-up, and with single blanks."""
    return one_line(html.unescape(TAG.sub("", label)))


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `choices` maps each code to its label, in order; none where cells hold what was entered."""

    name: str
    form: str
    kind: str
    label: str
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Dictionary:
    """The fields of a project in their order; the first is the record id."""

    fields: dict[str, Field] = field(default_factory=dict)

    @property
    def record_id(self) -> str:
        """The name of the field that tells records apart."""
        return next(iter(self.fields), "")

    @property
    def forms(self) -> list[str]:
        """The names of the forms in their order."""
        return list(dict.fromkeys(found.form for found in self.fields.values() if found.form))


NO_DICTIONARY = (
    "is not the data dictionary of a REDCap project, whose first column is “Variable / Field Name”. Download the "
    "current dictionary from the project."
)


def is_dictionary(sheet: Sheet) -> bool:
    """Return True where a sheet has the columns that only a data dictionary has: field name and field type."""
    found = _places(sheet)
    return "name" in found and "kind" in found


def _places(sheet: Sheet) -> dict[str, int]:
    at = {name.strip().casefold(): place for place, name in enumerate(sheet.header)}
    return {key: at[spelled] for key, spellings in COLUMNS.items() for spelled in spellings if spelled in at}


def read_dictionary(sheet: Sheet, report: Report) -> Dictionary:
    """Return the fields of a data dictionary; what cannot be read is reported under "dictionary"."""
    found = Dictionary()
    place = _places(sheet)
    sheet.check_single([sheet.header[at] for at in place.values()], any_case=True)
    lacking = [spellings[0] for key, spellings in COLUMNS.items() if key not in place]
    for name in lacking:
        words = f"has no column {quoted(name)}. Export the data dictionary again."
        report.add("dictionary", sheet.file, words, line=sheet.line)
    if lacking:
        return found
    lines: dict[str, int] = {}
    for line, cells in sheet.rows:
        told = {key: cells[at].strip() for key, at in place.items()}
        name, kind = told["name"], told["kind"].casefold()
        if name in lines or not name:
            words = (
                f"the field {quoted(name)} stands on line {lines[name]} too. Keep one."
                if name
                else "has no field name. Export the data dictionary again."
            )
            report.add(
                "dictionary", sheet.file, words, line=line, column=sheet.header[place["name"]], value=name
            )
            continue
        lines[name] = line
        if kind not in (*CHOOSING, *FIXED, *PLAIN, *WITHOUT_DATA):
            words = f"the field {quoted(name)} is of a type that is not known: {quoted(kind)}. Leave it out."
            report.add(
                "dictionary", sheet.file, words, line=line, column=sheet.header[place["kind"]], value=kind
            )
        choices = dict(FIXED.get(kind, {}))
        if kind in CHOOSING:
            parsed = parse_choices(told["choices"])
            if parsed is None:
                report.add(
                    "dictionary",
                    sheet.file,
                    f'the choices of {quoted(name)} cannot be read. Write them as "1, Male | 2, Female", '
                    "each code once.",
                    line=line,
                    column=sheet.header[place["choices"]],
                    value=told["choices"],
                )
            choices = parsed or {}
        found.fields[name] = Field(name, told["form"], kind, plain(told["label"]), choices)
    if not lines:
        words = "has no field. Export the data dictionary again."
        report.add("dictionary", sheet.file, words, line=sheet.line)
    return found


def parse_choices(text: str) -> dict[str, str] | None:
    """Return code and label of each choice of "1, Male | 2, Female"; None where it is not of that form.

    A code may be negative or text; a label may hold commas.
    """
    found: dict[str, str] = {}
    for part in text.split("|"):
        code, comma, label = part.partition(",")
        code, label = code.strip(), plain(label)
        if not comma or not code or not label or code in found:
            return None
        found[code] = label
    return found
