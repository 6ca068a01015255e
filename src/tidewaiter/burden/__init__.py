"""Overdose deaths from official data: what was reported, kept current, and what may be claimed."""
