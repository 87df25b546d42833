"""Take away."""

from __future__ import annotations

from pages.components import page

data, view = page.begin("Take away")
