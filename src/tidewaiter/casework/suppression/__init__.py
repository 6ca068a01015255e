"""Suppression: known false positives learned from decisions, hidden by rules that expire."""
