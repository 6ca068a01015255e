"""Documents read as a format finds them."""

from tests.trade.messages.found import find, sample

__all__ = ["find", "sample"]
