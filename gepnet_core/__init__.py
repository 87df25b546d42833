"""Survival outcomes of a small oncology cohort: definitions, store, estimates, words and figures."""

import os

__version__ = "0.1.0"

# openpyxl would read workbooks by lxml where that is installed, and then leaves entities to it; the standard
# library's parser is guarded by defusedxml. It decides when it is first imported.
os.environ["OPENPYXL_LXML"] = "False"
