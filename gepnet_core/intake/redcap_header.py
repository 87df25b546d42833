"""The header of a REDCap export: which column is which field, by field names or by field labels."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gepnet_core.errors import quoted
from gepnet_core.intake.heading import REPEATED_BY_REDCAP
from gepnet_core.intake.reading import Sheet
from gepnet_core.intake.redcap_dictionary import Dictionary, plain
from gepnet_core.intake.report import Report

# what REDCap adds to an export, and how a labelled header calls it
ADDED = {
    "redcap_event_name": "Event Name",
    "redcap_repeat_instrument": "Repeat Instrument",
    "redcap_repeat_instance": "Repeat Instance",
    "redcap_data_access_group": "Data Access Group",
    "redcap_survey_identifier": "Survey Identifier",
}
COMPLETE = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}


@dataclass(frozen=True, slots=True)
class Place:
    """A column of the export: its place, its field, and the code of the choice where it is a tick.

    `choices` maps codes to labels; None where the cells hold what was entered.
    """

    name: str
    choices: Mapping[str, str] | None = None
    code: str | None = None
    at: int = 0


def resolve(export: Sheet, project: Dictionary, report: Report) -> list[Place]:
    """Return the columns of an export that are known; each that is not is reported under "dictionary".

    The header is one of names or one of labels, whichever knows more of its columns (as many: names).
    """
    if not project.fields:
        return []
    header = [plain(name) for name in export.header]
    styles = [_grouped(_by_name(project)), _grouped(_by_label(project))]
    names, labels = (sum(_key(text) in style for text in header) for style in styles)
    style = styles[1] if labels > names else styles[0]
    unread = {field.name for field in project.fields.values() if not field.choices}
    found: list[Place] = []
    forms = 0
    taken: dict[tuple[str, str | None], str] = {}
    for at, text in enumerate(header):
        known = style.get(_key(text), [])
        words = ""
        if len(known) != 1 and _is_of_a_form(text):
            forms += 1
            continue
        if not known and (stem := text.rpartition("___")[0]) and stem in unread:
            continue
        if not known:
            words = (
                "is neither in the data dictionary nor a column of REDCap's own. Export both from the same "
                "project, or remove the column."
            )
        elif len(known) > 1:
            fields = " and ".join(quoted(_spelled(place)) for place in known)
            words = f"could be each of {fields}. Export with field names as header."
        elif (before := taken.setdefault((known[0].name, known[0].code), text)) != text:
            words = f"is the field {quoted(known[0].name)}, as is {quoted(before)}. Keep one."
        if words:
            report.add("dictionary", export.file, words, line=export.line, column=export.header[at])
        else:
            found.append(Place(known[0].name, known[0].choices, known[0].code, at))
    if forms:
        report.note(
            f"{export.file}: {forms} columns that say whether a form is complete are left out: with labels as "
            "header nothing tells which form is meant."
        )
    return found


def _is_of_a_form(text: str) -> bool:
    """Return True for a heading that labelled exports repeat for each form."""
    return text.casefold().rstrip("0123456789 ") in REPEATED_BY_REDCAP


def _key(text: str) -> str:
    return text.casefold()


def _spelled(place: Place) -> str:
    return place.name if place.code is None else f"{place.name}___{place.code}"


def _grouped(pairs: Iterator[tuple[str, Place]]) -> dict[str, list[Place]]:
    """Return for each heading the distinct places that it names."""
    found: dict[str, list[Place]] = defaultdict(list)
    for text, place in pairs:
        if place not in found[_key(text)]:
            found[_key(text)].append(place)
    return found


def _by_name(project: Dictionary) -> Iterator[tuple[str, Place]]:
    for field in project.fields.values():
        if field.kind == "checkbox":
            for code in field.choices:
                for suffix in _suffixes(code):
                    yield f"{field.name}___{suffix}", Place(field.name, code=code)
        else:
            yield field.name, Place(field.name, field.choices or None)
    for name in ADDED:
        yield name, Place(name)
    for form in project.forms:
        yield f"{form}_complete", Place(f"{form}_complete", COMPLETE)
        yield f"{form}_timestamp", Place(f"{form}_timestamp")


def _suffixes(code: str) -> set[str]:
    """Return the ways in which a column may spell a code: "-1" as "m1" or "_1", "a_b" without its underscore."""
    kept = re.sub(r"[^0-9A-Za-z]", "_", code)
    negative = f"m{code[1:]}" if code.startswith("-") else code
    return {code, kept, re.sub(r"[^0-9A-Za-z]", "", negative)}


def _by_label(project: Dictionary) -> Iterator[tuple[str, Place]]:
    for field in project.fields.values():
        if field.kind == "checkbox":
            for code, label in field.choices.items():
                yield f"{field.label} (choice={label})", Place(field.name, code=code)
        else:
            yield field.label, Place(field.name, field.choices or None)
    for name, label in ADDED.items():
        yield label, Place(name)
    for form in project.forms:
        yield "Complete?", Place(f"{form}_complete", COMPLETE)
        yield "Survey Timestamp", Place(f"{form}_timestamp")
