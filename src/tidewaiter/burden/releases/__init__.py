"""Releases: official files as published, kept with their dates."""
