"""Patterns: what dismissed alerts have in common, as scopes that take in as little as they can."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import product
from typing import NamedTuple, TypeVar, cast

from tidewaiter.base.errors import InputError
from tidewaiter.base.severity import Severity, weight
from tidewaiter.casework.suppression.scope import Scope, Trader, Way, check_scope, digits
from tidewaiter.casework.suppression.settings import load_suppression_settings
from tidewaiter.casework.suppression.subject import (
    RECEIVERS,
    SENDERS,
    TEXTS,
    Subject,
    span_of,
    trader_of,
    words_of,
)

Words = tuple[str, ...]
T = TypeVar("T")


class Place(NamedTuple):
    """Where the first find of an alert stands: its words, and those beside it."""

    before: Words  # the nearest last
    find: Words
    after: Words


class Traits(NamedTuple):
    """What of an alert may be part of a pattern."""

    substances: tuple[str, ...]  # sorted
    place: Place | None  # None: no text
    heading: str
    shipper: Words  # the words of the name; (): nobody is named
    consignee: Words


class Key(NamedTuple):
    """A choice of traits that alerts may share."""

    substances: tuple[str, ...]
    phrase: Words
    heading: str
    shipper: Words
    consignee: Words


class Known(NamedTuple):
    """An alert with what of it may be part of a pattern, looked up once."""

    subject: Subject
    traits: Traits


def known_of(subject: Subject) -> Known:
    """Look up what of an alert may be part of a pattern."""
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
    """Return the narrowest scope that takes in all of some alerts; None: they share too little.

    Args:
        known: One at least.
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
    """Return groups of alerts that share traits, the largest first.

    Args:
        known: The dismissed alerts.
        least: Alerts of a group.

    Returns:
        Places in `known`, rising; each group once.
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
    """Yield the keys of one trait each."""
    bare = Key(traits.substances, (), "", (), ())
    yield from (bare._replace(phrase=phrase) for phrase in dict.fromkeys(_phrases(traits.place)))
    for name in ("heading", "shipper", "consignee"):
        if value := getattr(traits, name):
            yield bare._replace(**{name: value})


def _combined(traits: Traits, single: Mapping[Key, int], least: int) -> Iterator[Key]:
    """Yield all keys of traits that are frequent by themselves."""
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
    """Yield a find with none, some or all of the words beside it."""
    if place is None:
        return
    for left, right in product(range(len(place.before) + 1), range(len(place.after) + 1)):
        before = place.before[len(place.before) - left :]
        yield (*before, *place.find, *place.after[:right])


def _place(subject: Subject) -> Place | None:
    """Return the first find in a text; without one, a short description as a whole."""
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
    """Return the longest phrase around a find that stands in all places; (): there is none."""
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
    """Return what all agree on; None: they do not."""
    return next(iter(values)) if len(values) == 1 else None
