"""Spreadsheets (.xlsx): archive members, shared strings, and cells of rows."""
