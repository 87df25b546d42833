"""Survival outcomes of a small oncology cohort: definitions, store, estimates, words and figures."""

__version__ = "0.1.0"
