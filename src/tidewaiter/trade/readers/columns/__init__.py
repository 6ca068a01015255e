"""Columns: which one holds what."""
