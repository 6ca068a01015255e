"""Releases of official counts as they are kept: every file by its hash; nothing is overwritten."""
