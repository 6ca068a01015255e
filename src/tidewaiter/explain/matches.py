"""Why a listed party matches, in words that an officer can repeat without knowing statistics."""

import math
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from tidewaiter.base.phrases import Phrase, english
from tidewaiter.base.records import Record
from tidewaiter.parties.matching.attributes import rules
from tidewaiter.parties.matching.types import NOTHING, Explanation, Modifier, WordPair
from tidewaiter.parties.ownership.phrases import holding_phrase, test_phrases
from tidewaiter.parties.types import Owned
from tidewaiter.trade.types import PartyMatch

_RAREST = 1_000_000_000  # beyond one name in this many, the number carries no information
_SIDES = {"asked": "the name searched for", "listed": "the listed name"}
_EVEN = 0.05  # log odds: a factor of 1.05, too small to be called a difference
_MOST = 10_000  # beyond this factor, its size carries no further information


_FOR = "Evidence for a match"
_CONTRADICTED = "Contradicted: both names have a word there, but different ones"
_OMITTED = "Missing: one name has words that the other lacks"
_AGAINST = "Other evidence against"


def evidence_lines(said: Explanation) -> list[str]:
    """List the evidence for a match and the kinds of evidence against it, strongest first.

    Each line starts with its points in log odds; the points add up to the total of the match.
    """
    told = sorted(_evidence(said), key=lambda each: -abs(each[1]))
    found: list[str] = []
    for title in (_FOR, _CONTRADICTED, _OMITTED, _AGAINST):
        lines = [f"  {points:+.2f}  {text}" for kind, points, text in told if kind == title]
        found += [f"{title}:", *lines] if lines else []
    return found


class Feature(Record, frozen=True, kw_only=True):
    """The evidence of one sort for or against a match."""

    score: float  # log odds
    detail: str
    query: str | None = None  # words compared
    candidate: str | None = None


NAME_FEATURES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name_words": "Words of the names that correspond to each other",
        "name_unmatched_words": "Words that only one of the names has",
        "name_whole": "The names as a whole: starting point, order, legal form, length, rarity",
    }
)
"""Sorts of evidence in names."""


def attribute_features() -> dict[str, str]:
    """Return the sorts of evidence other than names, with their rules."""
    found: dict[str, list[str]] = {}
    for rule in rules():
        found.setdefault(_family(rule.what), []).append(f"{rule.what} {rule.points:+.2f}")
    return {family: "; ".join(told) for family, told in found.items()}


def features(said: Explanation) -> dict[str, Feature]:
    """Return the evidence by sort; the scores add up to the log odds of the match."""
    found: dict[str, Feature] = {}
    if said.pairs:
        found["name_words"] = Feature(
            score=sum(each.points for each in said.pairs),
            detail="; ".join(map(_pair, said.pairs)),
            query=" ".join(each.asked for each in said.pairs),
            candidate=" ".join(each.listed for each in said.pairs),
        )
    if said.left_over:
        words = (text for _, text in _unmatched(said))
        points = sum(each.points for each in said.left_over)
        found["name_unmatched_words"] = Feature(score=points, detail="; ".join(words))
    families = {each.what: _family(each.what) for each in rules()}
    for each in said.modifiers:
        name = families.get(each.what, "name_whole")
        held = found.get(name, Feature(score=0.0, detail=""))
        detail = "; ".join(filter(None, (held.detail, _modifier(each))))
        found[name] = Feature(score=held.score + each.points, detail=detail)
    return found


def _family(what: str) -> str:
    """Return the name of a rule's sort: "ship's number: other" is "ship_s_number"."""
    return re.sub(r"\W+", "_", what.partition(":")[0])


def rarity_line(said: Explanation) -> str:
    """Return how rare the matching words are, and what that does not say; "": no words match."""
    if not said.pairs:
        return ""
    less = "less than" if said.rarity > _RAREST else "about"
    line = f"the matching words alone occur in {less} 1 name in {min(said.rarity, _RAREST):,.0f}"
    if said.left_over or any(pair.kind != "exact" for pair in said.pairs):
        return f"{line}; words that differ or are missing are not considered in this number"
    return f"{line}; several parties may have this name"


def owned_lines(told: Owned | None) -> list[str]:
    """List what was stated on ownership and control, then what bodies of law make of it."""
    if told is None:
        return []
    lines = [f"  {english(holding_phrase(each))}" for each in told.holdings]
    lines += [f"  and {told.more:,} more statements"] if told.more else []
    lines = ["Ownership and control, as stated:", *lines] if lines else []
    tests = [f"  {english(each)}" for each in test_phrases(told)]
    return [*lines, *(["Legal tests of ownership:", *tests] if tests else [])]


def _evidence(said: Explanation) -> Iterator[tuple[str, float, str]]:
    for pair in said.pairs:
        yield _sided(pair.points), pair.points, _pair(pair)
    for each, (points, text) in zip(said.left_over, _unmatched(said), strict=True):
        kind = _CONTRADICTED if each.how == "contradicted" else _OMITTED
        yield _FOR if points > 0 else kind, points, text
    for modifier in said.modifiers:
        if modifier.points:
            yield _sided(modifier.points), modifier.points, _modifier(modifier)


def _pair(pair: WordPair) -> str:
    said = Phrase("pair/words", name=pair.asked, listed=pair.listed, alike=pair.kind)
    return english(said)


def _unmatched(said: Explanation) -> Iterator[tuple[float, str]]:
    for each in said.left_over:
        other = _SIDES["listed" if each.side == "asked" else "asked"]
        yield each.points, f"{each.word} is only in {_SIDES[each.side]}, not in {other}"


def _sided(points: float) -> str:
    return _FOR if points > 0 else _AGAINST


def _modifier(each: Modifier) -> str:
    if each.text == NOTHING:
        return each.what
    return english(Phrase("support/of", compared=each.what, values=each.text))


def odds_in_words(log_odds: float) -> str:
    """Return how much likelier one party is than two, or two than one.

    Args:
        log_odds: Natural logarithm of the odds that both names refer to one party.
    """
    if abs(log_odds) < _EVEN:
        return "the same party and a different party are equally likely"
    ours, theirs = ("the same", "a different") if log_odds > 0 else ("a different", "the same")
    factor = math.exp(min(abs(log_odds), math.log(_MOST)))
    times = f"{factor:,.1f}" if factor < 10 else f"{factor:,.0f}"  # noqa: PLR2004 - two digits
    least = "more than" if factor >= _MOST else "about"
    return f"{ours} party is {least} {times} times as likely as {theirs} party"


def done_phrase(match: PartyMatch) -> Phrase:
    """Return what a list does to a party, with the outcome of a charge."""
    if not match.outcome:
        return Phrase("done/plain", act=match.action)
    if match.outcome_day is None:
        return Phrase("done/charge", act=match.action, charge=match.outcome)
    day = match.outcome_day
    return Phrase("done/charge-day", act=match.action, charge=match.outcome, day=day)
