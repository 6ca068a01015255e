"""Bulk screening: whole files in batches, on all cores, resumable after an interruption."""
