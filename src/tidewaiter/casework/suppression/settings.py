"""What a suppression rule may do, as data/rules/suppression.toml says it."""

from collections.abc import Mapping
from functools import cache

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.casework.decisions import Status

NOTE = 4_000  # characters of the words of a rule or a step


class Bounds(Record, frozen=True, kw_only=True):
    """What a rule must keep to."""

    days: int
    words: int  # of a phrase
    reach: int  # words between a phrase and a find
    letters: int  # of a phrase, at least
    heading: int  # digits of an HS code, at least
    naming: tuple[str, ...]  # rules whose reasons are about a substance, which is then named


class Because(Record, frozen=True, kw_only=True):
    """A reason for a rule."""

    says: str
    note: bool = False  # words of one's own are asked for


class StrongRow(Record, frozen=True, kw_only=True):
    """A kind of strong alert; what is None does not matter."""

    title: str
    because: str
    severities: tuple[str, ...] | None = None
    ways: tuple[str, ...] | None = None  # of a find that nothing speaks against
    rules: tuple[str, ...] | None = None
    listed: bool = False  # the law lists the substance of that find
    parties: bool = False  # a listed party is resembled


class OfferBounds(Record, frozen=True, kw_only=True):
    """When a pattern is offered."""

    least: int
    sure: float
    share: float
    around: int
    most: int
    looked: int
    against: tuple[Status, ...]


class SuppressionSettings(Record, frozen=True, kw_only=True):
    """data/rules/suppression.toml, read."""

    version: str
    rule: Bounds
    reason: Mapping[str, Because]
    strong: tuple[StrongRow, ...]
    offer: OfferBounds

    def check_reason(self, code: str, words: str) -> None:
        """Check that a rule can be given this reason.

        Raises:
            InputError: There is no such reason, or words are missing or too many.
        """
        if code not in self.reason:
            raise InputError(
                "casework/not-a-reason-to-suppress", code=code, reason=", ".join(self.reason)
            )
        if self.reason[code].note and not words.strip():
            raise InputError("casework/reason-to-suppress-needs-note", code=code)
        check_words(words)


def check_words(words: str) -> None:
    """Check that words are not too long to be kept.

    Raises:
        InputError: They are.
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
