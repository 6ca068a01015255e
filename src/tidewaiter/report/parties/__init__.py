"""Matches and parties as tables and files."""
