"""Words that differ only in case or blanks are one word: a table that spells one two ways is refused."""

from __future__ import annotations

from gepnet_core.contract import Source
from gepnet_core.errors import FileRefused, quoted
from gepnet_core.settings import Settings


def check_spelling(source: Source, settings: Settings) -> None:
    """Refuse a modality, indication, site or target that is spelled otherwise than elsewhere.

    Otherwise "Lobar HAE" would pass where the settings exclude "lobar HAE".

    Raises
    ------
    FileRefused
        With file, line, column, the value found and the spelling it differs from.
    """
    modalities = [modality.value for modality in (*settings.modalities, *settings.excluded)]
    known = {
        ("patients", "primary_site"): list(settings.primary_sites),
        ("local_treatments", "modality"): modalities,
        ("local_treatments", "indication"): [settings.focal_indication],
        ("local_treatments", "target_site"): [],
    }
    for (table, column), words in known.items():
        spelled = {_folded(word): word for word in words}
        for row in source[table]:
            value = row.values[column]
            if isinstance(value, str) and spelled.setdefault(_folded(value), value) != value:
                raise FileRefused(
                    f"{table}.csv",
                    f"{quoted(value)} is {quoted(spelled[_folded(value)])} spelled otherwise. Use one spelling.",
                    line=row.line,
                    column=column,
                )


def _folded(word: str) -> str:
    return " ".join(word.casefold().split())
