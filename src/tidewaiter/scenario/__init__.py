"""Scenarios: a story that real nodes play on this machine, so that people see what would happen."""
