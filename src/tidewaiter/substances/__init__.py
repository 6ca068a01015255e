"""Substances: the registry of what is controlled or watched, and the law on a day."""
