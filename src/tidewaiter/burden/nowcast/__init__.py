"""The nowcast: what provisional counts will be once they are closed, with an interval."""

from tidewaiter.burden.nowcast.estimates import nowcast

__all__ = ["nowcast"]
