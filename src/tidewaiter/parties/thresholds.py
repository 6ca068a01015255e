"""Thresholds: the probability from which a match is reported, by kind of entry, and its origin."""

import hashlib
from functools import cache
from typing import Annotated

from msgspec import Meta

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data
from tidewaiter.parties.types import PartyKind

Chance = Annotated[float, Meta(gt=0, le=1)]
"""A probability that can be a threshold."""

_FEWEST, _MOST = 2, 6  # decimals of a threshold in output


class KindThreshold(Record, frozen=True, kw_only=True):
    """Threshold for one kind of entry."""

    kind: PartyKind
    least: Chance


class Threshold(Record, frozen=True, kw_only=True):
    """Probability from which a match is reported, and its origin."""

    least: Chance
    kinds: tuple[KindThreshold, ...] = ()  # kinds of entries with their own threshold
    origin: str = ""  # in words: "set for this run", "saved by ...", "the default"

    def of(self, kind: PartyKind) -> float:
        """Return the threshold for entries of a kind."""
        for each in self.kinds:
            if each.kind == kind:
                return each.least
        return self.least

    @property
    def lowest(self) -> float:
        """The lowest of all thresholds."""
        return min((self.least, *(each.least for each in self.kinds)))

    @property
    def value(self) -> str:
        """The threshold for output: "0.62", or "0.62 (person 0.80)"."""
        kinds = ", ".join(f"{each.kind} {printed(each.least)}" for each in self.kinds)
        return f"{printed(self.least)} ({kinds})" if kinds else printed(self.least)

    def __str__(self) -> str:
        """Describe the threshold and its origin."""
        return f"{self.value}, {self.origin}" if self.origin else self.value


def asked_for(least: float) -> Threshold:
    """Return the threshold requested by a user."""
    return Threshold(least=least, origin="set for this run")


def printed(least: float) -> str:
    """Format a threshold with its decimals, two to six."""
    text = f"{least:.{_MOST}f}".rstrip("0")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(_FEWEST, '0')}"


@cache
def model_digest() -> str:
    """Return a prefix of the SHA-256 of the model that gives the probabilities.

    Kept here, so that asking for the model's version does not import the matching code.
    """
    return hashlib.sha256(data("parties", "model.toml").read_bytes()).hexdigest()[:16]
