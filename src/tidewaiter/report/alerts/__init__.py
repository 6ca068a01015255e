"""Exports and pages of alerts."""
