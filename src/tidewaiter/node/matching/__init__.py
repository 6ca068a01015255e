"""Matching of single queries and small batches against the party lists of an installation."""
