"""Numbers that identify goods: CAS, HS, UN and CUS, after cues of one or more words."""

from tidewaiter.native.calls import native


@native
def check_digit_holds(number: int) -> bool:
    """Return whether a CAS number has a valid check digit."""
