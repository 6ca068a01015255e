"""Spreadsheets (.xlsx) as they are stored: parts of an archive, shared texts, cells of rows."""
