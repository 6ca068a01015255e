"""Thresholds: the probability from which a match is shown, by kind of entry, and who says so."""

import hashlib
from functools import cache
from typing import Annotated

from msgspec import Meta

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data
from tidewaiter.parties.types import PartyKind

Chance = Annotated[float, Meta(gt=0, le=1)]
"""A probability that can be a threshold."""

_FEWEST, _MOST = 2, 6  # decimals of a threshold as printed


class KindThreshold(Record, frozen=True, kw_only=True):
    """The threshold of one kind of entry."""

    kind: PartyKind
    least: Chance


class Threshold(Record, frozen=True, kw_only=True):
    """From which probability on a match is shown, and where that comes from."""

    least: Chance
    kinds: tuple[KindThreshold, ...] = ()  # of entries for which it is another
    origin: str = ""  # in words: "set for this run", "saved by ...", "the default"

    def of(self, kind: PartyKind) -> float:
        """Return the threshold of entries of a kind."""
        for each in self.kinds:
            if each.kind == kind:
                return each.least
        return self.least

    @property
    def lowest(self) -> float:
        """The least of them all."""
        return min((self.least, *(each.least for each in self.kinds)))

    @property
    def value(self) -> str:
        """The threshold as printed: "0.62", or "0.62 (person 0.80)"."""
        kinds = ", ".join(f"{each.kind} {printed(each.least)}" for each in self.kinds)
        return f"{printed(self.least)} ({kinds})" if kinds else printed(self.least)

    def __str__(self) -> str:
        """Say the threshold and where it comes from."""
        return f"{self.value}, {self.origin}" if self.origin else self.value


def asked_for(least: float) -> Threshold:
    """Return the threshold that a user asks for."""
    return Threshold(least=least, origin="set for this run")


def printed(least: float) -> str:
    """Write a threshold with as many decimals as it has, two at least and six at most."""
    text = f"{least:.{_MOST}f}".rstrip("0")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(_FEWEST, '0')}"


@cache
def model_digest() -> str:
    """Return the beginning of the SHA-256 of the model that probabilities come from.

    It stands here, as who asks which model there is need not load the matching.
    """
    return hashlib.sha256(data("parties", "model.toml").read_bytes()).hexdigest()[:16]
