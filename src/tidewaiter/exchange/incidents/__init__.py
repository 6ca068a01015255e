"""Incidents: what was seized, stopped, suspected, diverted or lost, and what others say of it."""
