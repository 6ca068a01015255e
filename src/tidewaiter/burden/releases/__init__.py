"""Releases: official files as published, archived with their dates."""
