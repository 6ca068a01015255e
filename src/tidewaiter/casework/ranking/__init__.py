"""Ranking: a model learned from decisions."""
