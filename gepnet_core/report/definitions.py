"""What the study's endpoints mean, in the words of a methods section."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """The event of an endpoint, and whether a death before the event is one of it already."""

    event: str
    holds_death: bool


# the same words stand in docs/methods.md, which a test holds together
DEFINITIONS = {
    "TTNST": Definition(
        "first start of an agent that the patient was not taking on the index date and had not taken before; a "
        "re-start, a dose or formulation change is not new, and a start on the index date is existing therapy",
        holds_death=False,
    ),
    "TTAI": Definition(
        "new systemic therapy, or any later local treatment, whichever comes first (same day: systemic)",
        holds_death=False,
    ),
    "PFS": Definition(
        "progression, focal or multifocal, or death; not censored at new therapy",
        holds_death=True,
    ),
    "OS": Definition("death", holds_death=True),
}
