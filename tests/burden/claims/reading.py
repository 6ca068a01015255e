"""A sentence with one claim, read."""

from datetime import date

from tidewaiter.burden.claims.parsing import Given, parse_claims
from tidewaiter.burden.claims.types import Claim


def parse_claim(text: str, day: date, given: Given | None = None) -> Claim:
    """Read a sentence; of several claims, the first."""
    return parse_claims(text, day, given)[0]
