"""Documents that repeat what the code says stay true to it."""

from __future__ import annotations

import re
from pathlib import Path

from gepnet_core.intake.limits import DEFAULT, MIB
from gepnet_core.intake.mapping import mapping_from
from scripts.import_rules import DOCUMENT, renewed

ROOT = Path(__file__).resolve().parents[1]


def test_the_document_lists_the_rules_as_the_code_has_them():
    text = DOCUMENT.read_text(encoding="utf-8")
    assert renewed(text) == text, "run: python -m scripts.import_rules"
    assert text.count("\n| `") > 50


def test_the_mappings_in_the_document_can_be_read():
    examples = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    dates, times = (mapping_from("import.md", example) for example in examples)
    assert len(dates.groups) == 4
    assert times.endpoints[0].event == ("2",)


def test_the_limits_in_the_document_are_those_of_the_code():
    text = DOCUMENT.read_text(encoding="utf-8")
    unpacked = DEFAULT.unpacked_bytes // MIB // 1024
    assert f"{DEFAULT.file_bytes // MIB} MiB (500 MB through the page), {unpacked} GiB unpacked" in text
    assert f"{DEFAULT.rows // 1_000_000} million rows, {DEFAULT.columns:,} columns" in text
    assert f"{DEFAULT.cells // 1_000_000} million cells, and {DEFAULT.cell_chars:,} characters" in text
    assert f"{DEFAULT.memory_bytes // MIB // 1024} GiB of memory and {DEFAULT.seconds // 60} minutes" in text


def test_every_link_between_documents_leads_somewhere():
    broken = []
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\((?!http|#)([^)#]+)", document.read_text(encoding="utf-8")):
            if not (document.parent / target).exists():
                broken.append((document.name, target))
    assert broken == []
