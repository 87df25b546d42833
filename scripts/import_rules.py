"""Write the table of the import's rules into docs/import.md, between its two marks."""

from __future__ import annotations

from pathlib import Path

from gepnet_core.intake.rules import RULES

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "import.md"
BEGIN, END = "<!-- rules -->", "<!-- end of rules -->"


def table() -> str:
    """Return the rules as a Markdown table."""
    rows = [f"| `{rule.id}` | {rule.severity} | {rule.found} | {rule.remedy} |" for rule in RULES.values()]
    return "\n".join(["| Rule | Severity | What is found | Remedy |", "|---|---|---|---|", *rows])


def renewed(text: str) -> str:
    """Return the document with the table as the code has it."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(renewed(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
