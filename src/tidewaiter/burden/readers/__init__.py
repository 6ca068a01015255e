"""Readers of official files on deaths."""
