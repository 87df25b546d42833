"""Write the tables of docs/import.md that the code knows: rules, names that tell of later, effects by file."""

from __future__ import annotations

from pathlib import Path

from gepnet_core.intake.known_later import NAME_RULES, Verdict
from gepnet_core.intake.option_effects import MAPPING, OPTIONS, SETTINGS, Holding
from gepnet_core.intake.rules import RULES

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "import.md"
BEGIN, END = "<!-- rules -->", "<!-- end of rules -->"
NAMES_BEGIN, NAMES_END = "<!-- names -->", "<!-- end of names -->"
EFFECTS_BEGIN, EFFECTS_END = "<!-- effects -->", "<!-- end of effects -->"
VERDICTS = {Verdict.SURE: "left out", Verdict.SUSPECT: "asked", Verdict.FINE: "baseline"}


def table() -> str:
    """Return the rules as a Markdown table."""
    rows = [f"| `{rule.id}` | {rule.severity} | {rule.found} | {rule.remedy} |" for rule in RULES.values()]
    return "\n".join(["| Rule | Severity | What is found | Remedy |", "|---|---|---|---|", *rows])


def names() -> str:
    """Return the names that tell when a column is known as a Markdown table."""

    def told(patterns: str) -> str:
        return patterns.replace("|", "\\|").replace("*", "\\*").replace("[DMWY]", "(D, M, W, Y)") or "–"

    rows = [
        f"| {place} | {VERDICTS[rule.verdict]} | {rule.about} | {told(rule.names)} | {told(rule.words)} |"
        for place, rule in enumerate(NAME_RULES, start=1)
    ]
    head = ["| | What happens | The name tells | The whole name | Or words in it |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows])


def effects() -> str:
    """Return which setting, key of a mapping and option works on which file, as a Markdown table."""
    rows = [
        f"| {where} | `{key}` | "
        + " | ".join("works" if held in effect.works else "refused" for held in Holding)
        + f" | {effect.why_not} |"
        for where, effects in (("settings", SETTINGS), ("mapping", MAPPING), ("option", OPTIONS))
        for key, effect in effects.items()
    ]
    head = f"| | Key | {' | '.join(Holding)} | Why it is refused |"
    return "\n".join([head, "|" + "---|" * (len(Holding) + 3), *rows])


def renewed(text: str) -> str:
    """Return the document with the tables as the code has them."""
    for begin, end, found in (
        (BEGIN, END, table()),
        (NAMES_BEGIN, NAMES_END, names()),
        (EFFECTS_BEGIN, EFFECTS_END, effects()),
    ):
        before, rest = text.split(begin)
        _, after = rest.split(end)
        text = f"{before}{begin}\n{found}\n{end}{after}"
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(renewed(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
