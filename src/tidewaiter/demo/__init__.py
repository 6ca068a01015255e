"""Demonstration: fictitious countries, synthetic trade and a year of events."""
