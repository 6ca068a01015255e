"""Casework: officers' decisions on alerts, and their history."""
