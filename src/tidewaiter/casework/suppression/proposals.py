"""Proposed suppression rules: patterns of dismissed alerts, with the evidence.

A proposal is the narrowest scope that matches a group of dismissed alerts. A pattern that matches a
confirmed, held or referred alert is not proposed. Of two patterns where one explains everything
that the other does, only the broader one is proposed.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from itertools import product
from math import sqrt
from typing import NamedTuple, TypeVar, cast

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.severity import Severity, weight
from tidewaiter.casework.suppression.rules import fit, strong
from tidewaiter.casework.suppression.scope import (
    Scope,
    Subject,
    Trader,
    Way,
    check_scope,
    digits,
    span_of,
    trader_of,
    words_of,
)
from tidewaiter.casework.suppression.settings import (
    SuppressionSettings,
    load_suppression_settings,
)
from tidewaiter.trade.traders import RECEIVERS, SENDERS
from tidewaiter.trade.types import TEXTS

Words = tuple[str, ...]
T = TypeVar("T")


class Place(NamedTuple):
    """Position of an alert's first match: its words, and adjacent ones."""

    before: Words  # nearest last
    find: Words
    after: Words


class Traits(NamedTuple):
    """Attributes of an alert that can be part of a pattern."""

    substances: tuple[str, ...]  # sorted
    place: Place | None  # None: no text
    heading: str
    shipper: Words  # words of the name; (): none
    consignee: Words


class Key(NamedTuple):
    """A selection of attributes that alerts may share."""

    substances: tuple[str, ...]
    phrase: Words
    heading: str
    shipper: Words
    consignee: Words


class Known(NamedTuple):
    """An alert with its pattern attributes, computed once."""

    subject: Subject
    traits: Traits


def known_of(subject: Subject) -> Known:
    """Extract the pattern attributes of an alert."""
    return Known(subject, _traits_of(subject))


def _traits_of(subject: Subject) -> Traits:
    bounds = load_suppression_settings().rule
    code = digits(subject.line.hs or "")
    sender, receiver = trader_of(subject.line, SENDERS), trader_of(subject.line, RECEIVERS)
    return Traits(
        substances=tuple(sorted(subject.substances)),
        place=_place(subject),
        heading=code[: bounds.heading] if len(code) >= bounds.heading else "",
        shipper=words_of(sender.name or "") if sender else (),
        consignee=words_of(receiver.name or "") if receiver else (),
    )


def shared_by(known: Sequence[Known]) -> Scope | None:
    """Return the narrowest scope that matches all of some alerts; None: too little in common.

    Args:
        known: At least one.
    """
    subjects, traits = [each.subject for each in known], [each.traits for each in known]
    scope = Scope(
        substances=_union(subject.substances for subject in subjects),
        ways=cast("tuple[Way, ...]", _union(map(_ways, subjects))),
        rules=_union([reason.rule for reason in s.reasons if reason.points > 0] for s in subjects),
        phrase=" ".join(_common_phrase([each.place for each in traits])),
        heading=_one({each.heading for each in traits}) or "",
        shipper=_common_trader(subjects, SENDERS),
        consignee=_common_trader(subjects, RECEIVERS),
        most=_highest(subjects),
    )
    try:
        return check_scope(scope)
    except InputError:
        return None


def frequent(known: Sequence[Known], least: int) -> list[tuple[int, ...]]:
    """Return groups of alerts that share attributes, largest first.

    Args:
        known: The dismissed alerts.
        least: Minimum size of a group.

    Returns:
        Indexes into `known`, increasing; distinct groups.
    """
    traits = [each.traits for each in known]
    single = Counter(key for each in traits for key in _singles(each))
    groups: dict[Key, list[int]] = defaultdict(list)
    for place, each in enumerate(traits):
        for key in _combined(each, single, least):
            groups[key].append(place)
    found = {tuple(places) for places in groups.values() if len(places) >= least}
    return sorted(found, key=lambda places: (-len(places), places))


def _singles(traits: Traits) -> Iterator[Key]:
    """Yield the keys of single attributes."""
    bare = Key(traits.substances, (), "", (), ())
    yield from (bare._replace(phrase=phrase) for phrase in dict.fromkeys(_phrases(traits.place)))
    for name in ("heading", "shipper", "consignee"):
        if value := getattr(traits, name):
            yield bare._replace(**{name: value})


def _combined(traits: Traits, single: Mapping[Key, int], least: int) -> Iterator[Key]:
    """Yield all keys of attributes that are frequent on their own."""
    mine = [key for key in _singles(traits) if single[key] >= least]
    values = (
        [(), *(key.phrase for key in mine if key.phrase)],
        ["", *(key.heading for key in mine if key.heading)],
        [(), *(key.shipper for key in mine if key.shipper)],
        [(), *(key.consignee for key in mine if key.consignee)],
    )
    for phrase, heading, shipper, consignee in product(*values):
        if phrase or heading or shipper or consignee:
            yield Key(traits.substances, phrase, heading, shipper, consignee)


def _phrases(place: Place | None) -> Iterator[Words]:
    """Yield a match with none, some or all adjacent words."""
    if place is None:
        return
    for left, right in product(range(len(place.before) + 1), range(len(place.after) + 1)):
        before = place.before[len(place.before) - left :]
        yield (*before, *place.find, *place.after[:right])


def _place(subject: Subject) -> Place | None:
    """Return the first match in a text; without one, a short description as a whole."""
    settings = load_suppression_settings()
    most, around = settings.rule.words, settings.offer.around
    for found in subject.mentions:
        if found.field in TEXTS:
            text = getattr(subject.line, found.field) or ""
            words = words_of(text)
            first, after = span_of(text, found.start, found.end)
            left = words[max(0, first - around) : first]
            return Place(left, words[first:after], words[after : after + around])
    words = words_of(subject.line.goods or "")
    return Place((), words, ()) if 0 < len(words) <= most else None


def _common_phrase(places: Sequence[Place | None]) -> Words:
    """Return the longest phrase around a match common to all positions; (): none."""
    known = [place for place in places if place is not None]
    if len(known) < len(places) or len({place.find for place in known}) != 1:
        return ()
    before = _common_start([place.before[::-1] for place in known])[::-1]
    return (*before, *known[0].find, *_common_start([place.after for place in known]))


def _common_start(runs: Sequence[Words]) -> Words:
    shared: list[str] = []
    for words in zip(*runs, strict=False):
        if len(set(words)) > 1:
            break
        shared.append(words[0])
    return tuple(shared)


def _common_trader(subjects: Sequence[Subject], roles: Sequence[str]) -> Trader | None:
    traders = [trader_of(subject.line, roles) for subject in subjects]
    names = {words_of(trader.name or "") if trader else () for trader in traders}
    first = traders[0]
    if first is None or not first.name or not _one(names):
        return None
    number = _one({(trader.id or "").strip() for trader in traders if trader})
    return Trader(name=first.name, id=number or "")


def _ways(subject: Subject) -> list[str]:
    return [found.how for found in subject.mentions]


def _highest(subjects: Sequence[Subject]) -> Severity:
    return max((subject.severity for subject in subjects), key=weight)


def _union(sets: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({each for some in sets for each in some}))


def _one(values: AbstractSet[T]) -> T | None:
    """Return the common value; None: they differ."""
    return next(iter(values)) if len(values) == 1 else None


_Z = 1.959964  # normal quantile, two-sided 95 %


def least_share(count: int, total: int) -> float:
    """Return the lower bound of the 95 % interval of a share.

    Args:
        count: Successes.
        total: Trials.

    Returns:
        From 0 to 1; 0 without trials.

    Source:
        Wilson 1927, Journal of the American Statistical Association 22.
    """
    if total == 0:
        return 0.0
    share = count / total
    middle = share + _Z * _Z / (2 * total)
    half = _Z * sqrt(share * (1 - share) / total + _Z * _Z / (4 * total * total))
    return max(0.0, (middle - half) / (1 + _Z * _Z / total))


_TRIED = 400  # maximum groups examined, largest first
_DISMISSED = "dismissed"


class Past(Record, frozen=True, kw_only=True):
    """A decided alert."""

    subject: Subject
    status: str
    reason: str  # reason code of the current decision
    by: str
    day: date  # of that decision
    batch: int | None = None  # bulk act number; None: individual

    @property
    def act(self) -> tuple[int | None, str]:
        """Return the key of a decision: alerts decided in one act share it."""
        return self.batch, "" if self.batch is not None else self.subject.id


class Offer(Record, frozen=True, kw_only=True):
    """A pattern that may become a rule."""

    scope: Scope
    dismissed: int  # dismissed alerts explained
    decided: int  # decided alerts matched
    decisions: int  # decisions that dismissed them; a bulk act counts once
    officers: int  # officers who dismissed them
    first: date
    last: date
    sure: float  # lower bound of the 95 % interval of the share of dismissals
    strong: int  # strong ones among them; covering these needs a second supervisor
    reason: str  # most frequent reason code
    alerts: tuple[str, ...]  # ids of the dismissed ones


def offers(
    past: Sequence[Past], taken: Sequence[Scope] = (), refused: Sequence[Scope] = ()
) -> list[Offer]:
    """Find the patterns to propose, best explanation first.

    Args:
        past: Decided alerts, distinct.
        taken: Scopes of active or proposed rules: alerts they match are not proposed again.
        refused: Rejected scopes: only narrower ones are proposed again.
    """
    settings = load_suppression_settings()
    fresh = [each for each in past if not (each.status == _DISMISSED and _is_taken(each, taken))]
    learned = sorted(
        (each for each in fresh if _is_learned(each, settings.reason)),
        key=lambda each: each.subject.id,
    )
    known = [known_of(each.subject) for each in learned]
    decided = Decided(fresh)
    found: list[tuple[frozenset[str], Offer]] = []
    seen = set(refused)
    for group in frequent(known, settings.offer.least)[:_TRIED]:
        names = {known[place].subject.id for place in group}
        if any(names <= explained for explained, _ in found):
            continue
        scope = shared_by([known[place] for place in group])
        if scope is None or scope in seen:
            continue
        seen.add(scope)
        offer = _offer(scope, decided.met_by(scope), settings)
        if offer is not None:
            found.append((frozenset(offer.alerts), offer))
    return list(_widest(found))[: settings.offer.most]


class Decided:
    """Decided alerts, indexed by attributes."""

    def __init__(self, past: Sequence[Past]) -> None:
        self._by_substances: dict[frozenset[str], list[Past]] = defaultdict(list)
        for each in past:
            self._by_substances[frozenset(each.subject.substances)].append(each)

    def met_by(self, scope: Scope) -> list[Past]:
        """Return the alerts that a scope matches."""
        allowed = frozenset(scope.substances)
        some = (
            past
            for named, past in self._by_substances.items()
            if not allowed or (named and named <= allowed)
        )
        return [each for past in some for each in past if fit(scope, each.subject)]


def offer_in_words(offer: Offer) -> str:
    """Return the evidence for a proposal."""
    who = "1 officer" if offer.officers == 1 else f"{offer.officers} officers"
    span = f"on {offer.first}" if offer.first == offer.last else f"{offer.first} to {offer.last}"
    acts = f" in {offer.decisions:,} decisions" if offer.decisions < offer.dismissed else ""
    return (
        f"{offer.dismissed:,} of {offer.decided:,} decided alerts like this were dismissed, "
        f"by {who}{acts}, {span}; at least {offer.sure:.0%} of such alerts, 19 times in 20. "
        "None was confirmed, held or referred."
    )


def _is_learned(past: Past, reasons: Container[str]) -> bool:
    """Return whether a decision marks a false positive pattern."""
    return past.status == _DISMISSED and past.reason in reasons and not past.subject.restricted


def _is_taken(past: Past, taken: Sequence[Scope]) -> bool:
    return any(fit(scope, past.subject) for scope in taken)


def _offer(scope: Scope, met: Sequence[Past], settings: SuppressionSettings) -> Offer | None:
    """Build the proposal of a scope; None: too little evidence, or evidence against it."""
    bounds = settings.offer
    benign = [each for each in met if _is_learned(each, settings.reason)]
    # A bulk act is one opinion, however many alerts it dismissed.
    said, all_said = len({each.act for each in benign}), len({each.act for each in met})
    sure = least_share(said, all_said)
    enough = said >= bounds.least and said >= bounds.share * all_said
    if any(each.status in bounds.against for each in met) or not enough or sure < bounds.sure:
        return None
    days = [each.day for each in benign]
    reasons = sorted(each.reason for each in benign)
    return Offer(
        scope=scope,
        dismissed=len(benign),
        decided=len(met),
        decisions=said,
        officers=len({each.by for each in benign}),
        first=min(days),
        last=max(days),
        sure=sure,
        strong=sum(bool(strong(each.subject)) for each in benign),
        reason=max(dict.fromkeys(reasons), key=reasons.count),
        alerts=tuple(sorted(each.subject.id for each in benign)),
    )


def _widest(found: Sequence[tuple[frozenset[str], Offer]]) -> Iterator[Offer]:
    """Yield the proposals not covered by a broader one."""
    ranked = sorted(found, key=lambda each: (-each[1].dismissed, repr(each[1].scope)))
    kept: list[frozenset[str]] = []
    for names, offer in ranked:
        if not any(names <= other for other in kept):
            kept.append(names)
            yield offer
