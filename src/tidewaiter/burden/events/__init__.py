"""Event cards: a dated event beside a series, ranked among dates without an event.

A card never estimates an effect: docs/background/policy-effects.md.
"""
