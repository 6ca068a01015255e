"""Downloads: only when asked, resumed where they were cut, whole or not at all."""

from tidewaiter.fetch.download import Fetched, Limits, Validators, fetch

__all__ = ["Fetched", "Limits", "Validators", "fetch"]
