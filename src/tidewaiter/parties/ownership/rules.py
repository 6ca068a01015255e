"""Legal tests of ownership and control: data/parties/ownership.toml."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml


class OwnershipRule(Record, frozen=True, kw_only=True):
    """The test of one body of law for firms that listed parties own or control, in our words."""

    law: str
    text: str
    least: Decimal  # percentage of ownership
    above: bool  # more than `least`; otherwise `least` is enough
    together: bool  # shares of several listed owners are added
    control: bool  # control alone meets the test
    since: date | None = None  # first day of this test; None: not known
    until: date | None = None  # first day of the next one
    lists: tuple[str, ...]  # lists of this law
    source: str
    url: str
    mark: str  # read, second-hand, unverified

    def applies_to(self, slug: str) -> bool:
        """Return whether entries of a list count as listed owners under this law.

        A list that belongs to no law here, such as yours or that of the United Nations, counts
        under each.
        """
        return slug in self.lists or slug not in ownership_rules().of_other_law

    def is_met(self, share: Decimal, *, over: bool = False) -> bool:
        """Return whether a total share meets the test.

        Args:
            share: Percentage.
            over: The share is more than this percentage, as in "more than 50 %".
        """
        return share > self.least or (share == self.least and (over or not self.above))


class OwnershipRules(Record, frozen=True, kw_only=True):
    """Content of data/parties/ownership.toml."""

    note: str
    least_percent: Decimal  # total of blocked owners from which a firm is a blocked owner itself
    without_rule: tuple[str, ...]  # lists of a law whose test is not known here
    rules: tuple[OwnershipRule, ...]

    @property
    def of_other_law(self) -> frozenset[str]:
        """Return the lists that belong to a body of law."""
        return frozenset(self.without_rule).union(*(rule.lists for rule in self.rules))


@cache
def ownership_rules() -> OwnershipRules:
    """Load the rules; cached."""
    return read_toml(data("parties", "ownership.toml"), OwnershipRules)


def rules_on(day: date | None) -> Iterator[OwnershipRule]:
    """Yield the tests in force on a day; None: the latest."""
    for rule in ownership_rules().rules:
        if day is None:
            if rule.until is None:
                yield rule
        elif (rule.since is None or rule.since <= day) and (rule.until is None or day < rule.until):
            yield rule


def cautions() -> Sequence[Phrase]:
    """Return the legal tests of ownership, one sentence per body of law, with source."""
    return (Phrase("caution/note", said=ownership_rules().note), *map(caution, rules_on(None)))


def caution(rule: OwnershipRule) -> Phrase:
    """Return the sentence of a legal test, with source."""
    told = {"law": rule.law, "said": rule.text, "source": rule.source}
    if rule.mark == "read":
        return Phrase("caution/law", **told)
    return Phrase("caution/law-marked", mark=rule.mark, **told)
