"""Alerts as tables, files and pages."""
