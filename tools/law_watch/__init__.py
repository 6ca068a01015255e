"""Watchers of published law: what a source holds and our data do not, for a person to approve.

A reader turns one machine-readable answer of a source into records, without network or clock.
`comparison` tells which of them the registry knows, and `proposal` writes the rest in the format
of `instrument.toml`. Nothing in `data` is changed.
"""
