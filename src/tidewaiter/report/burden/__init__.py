"""Overdose deaths as tables, files and charts."""
