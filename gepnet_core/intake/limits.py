"""What an import may cost: sizes before and after unpacking, rows, columns, cells, memory and time."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one import; a file beyond one of them is refused with the bound and what was found.

    `ratio` bounds unpacked to packed bytes of a member of an archive above `ratio_from` unpacked bytes.
    `memory_bytes` and `seconds` bound the process that reads the file.
    """

    file_bytes: int = 512 * MIB
    unpacked_bytes: int = 2048 * MIB
    ratio: int = 200
    ratio_from: int = 16 * MIB
    members: int = 500
    rows: int = 5_000_000
    columns: int = 2_000
    cells: int = 150_000_000
    cell_chars: int = 32_767
    memory_bytes: int = 4096 * MIB
    seconds: int = 900


DEFAULT = Limits()
