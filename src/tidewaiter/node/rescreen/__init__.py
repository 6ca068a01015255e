"""Screening again what is stored when law, lists or rules change."""
