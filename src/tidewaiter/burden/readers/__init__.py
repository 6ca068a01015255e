"""Readers of the files in which offices publish deaths."""
