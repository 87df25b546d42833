"""Imports in a process of their own: a file that would take all memory or time takes only that process down."""
