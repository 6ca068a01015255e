"""Answers of the law as tables, files and calendars."""
