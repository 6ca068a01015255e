"""Screened lines, parties and sources in the database."""
