"""Compiled scan of text for names and numbers, and its post-processing."""
