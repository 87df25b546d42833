"""Cells to values: text in, typed by the contract; what cannot be converted names its rule."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from gepnet_core.contract import Column, Value
from gepnet_core.errors import one_line, quoted
from gepnet_core.intake.dates import CellRefused, DateFormat, fitting, read_date
from gepnet_core.intake.profile import number_kind
from gepnet_core.spelled import plain_number

# the contract's own rules where a bound has one
RANGE_RULES = {"ki67_percent": "ki67-range", "ctcae_grade": "ctcae-grade"}
REFERENCE = "treatment"  # a side effect names its treatment by id
BIRTH_YEAR = "birth_year"  # of a date of birth the year alone is kept
LONGEST_ID = 200
# how a spreadsheet writes a number of many digits, or an id such as 1E5 that it took for one
EXPONENT = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+[0-9]+")
# Letters that no eye tells from a Latin one. Small Greek letters are left: α and a are often two things.
LOOK_ALIKE = {
    unicodedata.lookup(f"{script} LETTER {name}"): latin
    for script, names in {
        "CYRILLIC CAPITAL": "A=A, VE=B, IE=E, KA=K, EM=M, EN=H, O=O, ER=P, ES=C, TE=T, U=Y, HA=X, DZE=S, "
        "BYELORUSSIAN-UKRAINIAN I=I, JE=J",
        "CYRILLIC SMALL": "A=a, IE=e, O=o, ER=p, ES=c, U=y, HA=x, DZE=s, BYELORUSSIAN-UKRAINIAN I=i, JE=j",
        "GREEK CAPITAL": "ALPHA=A, BETA=B, EPSILON=E, ZETA=Z, ETA=H, IOTA=I, KAPPA=K, MU=M, NU=N, OMICRON=O, "
        "RHO=P, TAU=T, UPSILON=Y, CHI=X",
        "GREEK SMALL": "OMICRON=o",
    }.items()
    for name, latin in (pair.split("=") for pair in names.split(", "))
}
ALIKE = str.maketrans(LOOK_ALIKE)
UNSEEN = ("Cc", "Cf", "Zl", "Zp")


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a file spells values: decimal mark, words for missing (any case), and date formats.

    `formats` holds the format of single columns, `date_format` that of all others.
    """

    decimal: str = "."
    missing: tuple[str, ...] = ()
    date_format: DateFormat = DateFormat.ISO
    formats: Mapping[str, DateFormat] = field(default_factory=dict)

    def is_missing(self, text: str) -> bool:
        """Return True where a cell says that nothing is recorded."""
        if not text or not self.missing:
            return not text
        return text.casefold() in _folded(self.missing)

    def plain(self, text: str) -> str:
        """Return a value with a decimal point where it is such a number, and nothing where it means missing."""
        if self.is_missing(text):
            return ""
        if self.decimal == "," and "," in text and number_kind(text) == "decimal comma":
            return text.replace(",", ".")
        return text

    def format_of(self, column: str) -> DateFormat:
        """Return the format of a column's dates."""
        return self.formats.get(column, self.date_format)


PLAIN = Spelling()


@lru_cache(maxsize=8)
def _folded(words: tuple[str, ...]) -> frozenset[str]:
    """Return words without blanks around them and whatever their case."""
    return frozenset(word.strip().casefold() for word in words)


def convert(column: Column, text: str, spelling: Spelling = PLAIN, source: str = "") -> Value:
    """Return the value that a cell spells; ids are text whatever they look like.

    `source` is the column's name in the file where it differs from the contract's.

    Raises
    ------
    CellRefused
        With the rule, what is wrong and the remedy.
    """
    text = text.strip()
    if column.is_id:
        if not text:
            raise CellRefused("id-empty", "is empty. Fill it in or remove the row.")
        if fault := id_fault(text):
            raise CellRefused("id-characters", fault)
        return text
    if spelling.is_missing(text):
        if column.required:
            known = " Or write “unknown” where nobody knows it." if column.name == "agent" else ""
            raise CellRefused("cell-empty", f"is empty. Fill it in or remove the row.{known}")
        return None
    if column.name == REFERENCE and (fault := id_fault(text)):
        raise CellRefused("id-characters", fault)
    text = with_plain_blanks(text)
    if column.allowed and text not in column.allowed:
        raise CellRefused(
            "value-not-allowed",
            f"{quoted(text)} is not one of {', '.join(column.allowed)}. Write one of these.",
        )
    if column.sql_type == "DATE":
        return read_date(text, spelling.format_of(source or column.name))
    if column.name == BIRTH_YEAR and (formats := fitting([text])):  # all formats agree on the year
        text = str(read_date(text, formats[0]).year)
    if column.sql_type in ("INTEGER", "DOUBLE"):
        return _number(column, text, spelling.decimal)
    return text


def id_fault(text: str) -> str:
    """Return why nobody could read or type an id again, or nothing: one function for the ids of all formats.

    The words never hold the id, since they may go to a log.
    """
    if len(text) > LONGEST_ID:
        return f"has {len(text):,} characters; an id may have {LONGEST_ID}. Shorten it."
    if EXPONENT.fullmatch(text):
        return (
            "was turned into a number with an exponent by a spreadsheet, so that its digits may be lost. Format "
            "the column as text and enter the ids again."
        )
    for place, character in enumerate("" if text.isprintable() else text, start=1):
        if is_unseen(character) or (character.isspace() and character != " "):
            return (
                f"holds a character that cannot be seen, or not told from a blank (U+{ord(character):04X}, number "
                f"{place} of {len(text)}). Type the id again."
            )
    return ""


def with_plain_blanks(text: str) -> str:
    """Return text in which a blank is a blank, whichever of them a program wrote.

    An agent that is spelt with a no-break space is the same agent.
    """
    if text.isascii():
        return text
    return "".join(" " if unicodedata.category(character) == "Zs" else character for character in text)


def is_unseen(character: str) -> bool:
    """Return True for control and format characters, and those that end a line or a paragraph."""
    return unicodedata.category(character) in UNSEEN


def folded(word: str) -> str:
    """Return a word without what is no difference to the eye.

    Case, blanks, Unicode form, characters that cannot be seen, and letters that look like a Latin one.
    """
    plain = (word if word.isascii() else _latin(word)).casefold()
    if not plain.isprintable():
        plain = "".join(c for c in plain if c.isspace() or not is_unseen(c))
    return " ".join(plain.split())


def _latin(word: str) -> str:
    """Return a word in one Unicode form, Cyrillic and Greek letters that look Latin as the Latin ones."""
    return unicodedata.normalize("NFKC", word).translate(ALIKE)


def spelled_otherwise(word: str, other: str) -> str:
    """Return the words on two spellings of one word."""
    how = "with other blanks" if one_line(word) == one_line(other) else "spelled otherwise"
    alike = [letter for letter in dict.fromkeys(word + other) if letter in LOOK_ALIKE]
    if alike and folded(word) == folded(other):
        letters = ", ".join(f"U+{ord(letter):04X} is not {LOOK_ALIKE[letter]}" for letter in alike[:3])
        how = f"in letters that look alike ({letters})"
    return f"{quoted(word)} is {quoted(other)} {how}. Use one spelling."


def _number(column: Column, text: str, decimal: str) -> Value:
    number = read_number(text, decimal)
    if column.sql_type == "INTEGER" and number != int(number):
        raise CellRefused("number", f"{quoted(text)} is not a whole number.")
    low, high = column.low, column.high
    if (low is not None and number < low) or (high is not None and number > high):
        rule = RANGE_RULES.get(column.name, "number-range")
        raise CellRefused(rule, f"{quoted(text)} is not between {low:g} and {high:g}.")
    return int(number) if column.sql_type == "INTEGER" else number


def read_number(text: str, decimal: str = ".") -> float:
    """Return a finite number written with digits and this decimal mark; no mark between thousands.

    Raises
    ------
    CellRefused
        Where it is anything else.
    """
    plain = text
    if decimal == ",":
        plain = text.replace(",", ".", 1) if "." not in text else "not a number"
    number = plain_number(plain)
    if number - number != 0.0:
        mark = "comma" if decimal == "," else "point"
        other = ", or say that it is the decimal mark" if _other_mark(text, decimal) else ""
        raise CellRefused(
            "number", f"{quoted(text)} is not a number. Write it with digits and a decimal {mark}{other}."
        )
    return number


def _other_mark(text: str, decimal: str) -> bool:
    """Return True where the text is a number if the other character is the decimal mark."""
    other = "," if decimal == "." else "."
    swapped = text.replace(other, ".") if text.count(other) == 1 and decimal not in text else ""
    return plain_number(swapped) == plain_number(swapped)
