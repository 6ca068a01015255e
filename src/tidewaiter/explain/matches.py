"""Why a listed party matches, in words that an officer can repeat without knowing statistics."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from tidewaiter.base.phrases import Phrase, english
from tidewaiter.base.records import Record
from tidewaiter.parties.matching.attributes import rules
from tidewaiter.parties.matching.types import (
    NOTHING,
    AskedParty,
    Explanation,
    Modifier,
    WordPair,
)
from tidewaiter.parties.ownership.phrases import holding_phrase, test_phrases
from tidewaiter.parties.pair_kinds import likeness
from tidewaiter.parties.types import ListedParty, Owned
from tidewaiter.trade.types import PartyMatch

_RAREST = 1_000_000_000  # beyond one name in this many, the number carries no information
_SIDES = {"asked": "the name searched for", "listed": "the listed name"}
_EVEN = 0.05  # log odds: a factor of 1.05, too small to be called a difference
_MOST = 10_000  # beyond this factor, its size carries no further information


_AGREES = "What agrees"
_CONTRADICTS = "What contradicts"
_MISSING = "What is missing: one name has words that the other lacks"
_WEIGHED = "How the names as a whole are weighed"
_TITLES = (_AGREES, _CONTRADICTS, _MISSING, _WEIGHED)

_START = "starting point: most parties with a similar name are not the listed party"
_WHOLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "the most different spelling among the matching words": (
            "at least one matching word is spelt differently"
        ),
        "how many words the two names have, and how rare these are": (
            "how many words the names have, and how rare the words are"
        ),
        "only one distinctive word matches, or none": "at most one distinctive word matches",
    }
)
"""Plainer wording for evidence from the names as a whole."""
_DIFFERENT: Final = frozenset(
    {"legal form: different", "type of party: different", "numbers in the names: different"}
)
_NATURAL: Final[Mapping[str, int]] = MappingProxyType(
    {
        "only one distinctive word matches, or none": -1,
        "two distinctive words match": 1,
        "legal form: same": 1,
        **dict.fromkeys(_DIFFERENT, -1),
    }
)
"""What a reader expects evidence to be: for a match, or against it."""
_CORRECTION: Final = "correction: it overlaps with other lines"
_ONE_LACKS: Final = "ship's number: one has none"


def evidence_lines(said: Explanation) -> list[str]:
    """List what agrees, contradicts and is missing, strongest first, then the names as a whole.

    Each line starts with its points in log odds; the points add up to the total of the match. A
    line is listed by what it says, not by the sign of its points: a model that was fitted to
    evidence that overlaps may give a small negative weight to words that agree.
    """
    told = sorted(_evidence(said), key=lambda each: -abs(each[1]))
    found: list[str] = []
    for title in _TITLES:
        lines = [f"  {_points(points)}  {text}" for kind, points, text in told if kind == title]
        found += [f"{title}:", *lines] if lines else []
    return found


def _points(points: float) -> str:
    """Return points with two decimals; no sign if they round to 0."""
    text = f"{points:+.2f}"
    return " 0.00" if text in {"+0.00", "-0.00"} else text


def missing_details(asked: AskedParty, listed: ListedParty) -> list[str]:
    """List the details of an entry that the query lacks, as they would make it more certain."""
    found: list[str] = []
    if listed.births and not asked.births:
        about = "about " if listed.births_about else ""
        found.append(f"date of birth (listed: {about}{', '.join(listed.births)})")
    if listed.countries and not asked.countries:
        found.append(f"country (listed: {', '.join(listed.countries)})")
    if any(each.text or each.city for each in listed.addresses) and not asked.addresses:
        found.append("address")
    given = {each.scheme.casefold() for each in asked.identifiers}
    schemes = dict.fromkeys(each.scheme for each in listed.identifiers)
    found += [each for each in schemes if each.casefold() not in given]
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
    less = "fewer than" if said.rarity > _RAREST else "about"
    line = f"the matching words alone are in {less} 1 of {_rounded(said.rarity):,} names"
    if said.left_over or any(pair.kind != "exact" for pair in said.pairs):
        return f"{line}; words that differ or are missing are not considered in this number"
    return f"{line}; several parties may share a name"


def _rounded(count: float) -> int:
    """Round to two digits, as the counts of words are not more precise."""
    capped = max(1.0, min(count, _RAREST))
    unit = int(10 ** max(0, math.floor(math.log10(capped)) - 1))
    return int(round(capped / unit) * unit)


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
        yield _AGREES, pair.points, _pair(pair)
    for each, (points, text) in zip(said.left_over, _unmatched(said), strict=True):
        yield _CONTRADICTS if each.how == "contradicted" else _MISSING, points, text
    for modifier in said.modifiers:
        if modifier.points:
            yield _kind(modifier), modifier.points, _modifier(modifier)


def _kind(each: Modifier) -> str:
    """Return the group of evidence other than single words."""
    if each.what == _ONE_LACKS:
        return _MISSING
    if each.what in _DIFFERENT and each.points < 0:
        return _CONTRADICTS
    if each.text == NOTHING:
        return _WEIGHED
    return _AGREES if each.points > 0 else _CONTRADICTS


def _pair(pair: WordPair) -> str:
    said = Phrase("pair/words", name=pair.asked, listed=pair.listed, alike=likeness(pair))
    return english(said)


def _unmatched(said: Explanation) -> Iterator[tuple[float, str]]:
    """Yield the words that one name has; one that was read as several may match in part."""
    met = {"asked": _words(each.asked for each in said.pairs)}
    met["listed"] = _words(each.listed for each in said.pairs)
    for each in said.left_over:
        other = _SIDES["listed" if each.side == "asked" else "asked"]
        part = "a part of " if each.word in met[each.side] else ""
        yield each.points, f"{part}{each.word} is only in {_SIDES[each.side]}, not in {other}"


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in text.split())


def _modifier(each: Modifier) -> str:
    if each.text != NOTHING:
        return english(Phrase("support/of", compared=each.what, values=each.text))
    if each.what == _START and each.points > 0:
        return "starting point for this type of party"
    text = _WHOLE.get(each.what, each.what)
    natural = _NATURAL.get(each.what, each.points)
    return text if natural * each.points > 0 else f"{text} ({_CORRECTION})"


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
