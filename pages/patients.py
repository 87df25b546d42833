"""Patients."""

from __future__ import annotations

from pages.components import page

data, view = page.begin("Patients")
