"""Limits of suppression rules, from data/rules/suppression.toml."""

from collections.abc import Mapping
from functools import cache

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.casework.decisions import Status

NOTE = 4_000  # maximum characters of a note


class Bounds(Record, frozen=True, kw_only=True):
    """Limits of a rule."""

    days: int
    words: int  # maximum words of a phrase
    reach: int  # maximum words between a phrase and a match
    letters: int  # minimum letters of a phrase
    heading: int  # minimum digits of an HS code
    naming: tuple[str, ...]  # rules with reasons about a substance, which must then be named


class Because(Record, frozen=True, kw_only=True):
    """A reason for a rule."""

    says: str
    note: bool = False  # a note is required


class StrongRow(Record, frozen=True, kw_only=True):
    """A kind of strong alert; None is ignored."""

    title: str
    because: str
    severities: tuple[str, ...] | None = None
    ways: tuple[str, ...] | None = None  # of a match without mitigating evidence
    rules: tuple[str, ...] | None = None
    listed: bool = False  # the matched substance is controlled
    parties: bool = False  # with a listed party


class OfferBounds(Record, frozen=True, kw_only=True):
    """When a pattern is proposed."""

    least: int
    sure: float
    share: float
    around: int
    most: int
    looked: int
    against: tuple[Status, ...]


class SuppressionSettings(Record, frozen=True, kw_only=True):
    """Content of data/rules/suppression.toml."""

    version: str
    rule: Bounds
    reason: Mapping[str, Because]
    strong: tuple[StrongRow, ...]
    offer: OfferBounds

    def check_reason(self, code: str, words: str) -> None:
        """Check that a reason is valid.

        Raises:
            InputError: Unknown reason, or the note is missing or too long.
        """
        if code not in self.reason:
            raise InputError(
                "casework/not-a-reason-to-suppress", code=code, reason=", ".join(self.reason)
            )
        if self.reason[code].note and not words.strip():
            raise InputError("casework/reason-to-suppress-needs-note", code=code)
        check_words(words)


def check_words(words: str) -> None:
    """Check the length of a note.

    Raises:
        InputError: It is too long.
    """
    if len(words) > NOTE:
        raise InputError("casework/words-too-long", count=len(words), note=NOTE)


@cache
def load_suppression_settings() -> SuppressionSettings:
    """Load the settings.

    Raises:
        RegistryError: The file is malformed.
    """
    return read_toml(data("rules", "suppression.toml"), SuppressionSettings)
