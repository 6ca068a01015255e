"""Suppression: benign patterns learned from decisions, let rest by rules that are seen and end."""
