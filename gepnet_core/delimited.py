"""Comma-separated text out: a cell is quoted wherever a reader would otherwise misread it."""

from __future__ import annotations

from collections.abc import Iterable

SPECIAL = frozenset('",\n\r')


def line(cells: Iterable[str]) -> str:
    """Return one line. (The standard writer leaves a lone carriage return unquoted before Python 3.13.)"""
    return ",".join(_cell(cell) for cell in cells) + "\n"


def _cell(cell: str) -> str:
    if SPECIAL.isdisjoint(cell):
        return cell
    return '"' + cell.replace('"', '""') + '"'
