"""The demonstration: invented countries, made-up trade and a year of events."""
