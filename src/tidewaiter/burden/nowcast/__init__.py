"""Nowcast: expected final values of provisional counts, with an interval."""

from tidewaiter.burden.nowcast.estimates import nowcast

__all__ = ["nowcast"]
