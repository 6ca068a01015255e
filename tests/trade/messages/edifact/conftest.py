"""Documents read as a format finds them."""

from tests.consignments.messages.found import find, sample

__all__ = ["find", "sample"]
