"""Event cards: a dated act beside a series, ranked among dates on which nothing is claimed.

A card never estimates an effect: docs/background/policy-effects.md.
"""
