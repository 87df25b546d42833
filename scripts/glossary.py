"""Write docs/glossary.md as the code has it."""

from __future__ import annotations

from pathlib import Path

from gepnet_core.glossary import as_markdown

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "glossary.md"

if __name__ == "__main__":
    DOCUMENT.write_text(as_markdown(), encoding="utf-8")
