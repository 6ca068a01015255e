"""Casework: what officers decide of alerts, and the trail that they leave."""
