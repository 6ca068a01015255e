"""Scope of a suppression rule, and the alert attributes it is compared with.

Conditions not named are ignored, except those that would make an alert more than the pattern: if
substances, methods or rules are named, an alert with any other does not match. Countries are not
part of a scope, and a phrase or trader that is a country name is refused.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Literal

import msgspec

from tidewaiter.base.countries import find_country
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.severity import Severity
from tidewaiter.casework.search_words import words_in_order
from tidewaiter.casework.suppression.settings import Bounds, load_suppression_settings


class Found(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A substance named by the line."""

    substance: str  # slug
    field: str
    start: int  # code points of the original field
    end: int
    text: str
    how: str
    downgraded: tuple[Any, ...] = ()  # phrases; only their presence matters


class Given(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A reason of the alert."""

    rule: str
    points: int


class Held(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A control of a substance."""

    substance: str


class Named(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A party, as written."""

    role: str | None = None
    name: str | None = None
    id: str | None = None


class Matched(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A listed party similar to one of the line."""

    list: str


class Written(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """The line."""

    goods: str | None = None
    commercial: str | None = None
    hs: str | None = None
    parties: tuple[Named, ...] | None = None


class Subject(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """An alert, reduced to the attributes that rules use."""

    id: str
    severity: Severity
    substances: tuple[str, ...]
    line: Written
    mentions: tuple[Found, ...]
    reasons: tuple[Given, ...]
    law: tuple[Held, ...] = ()
    parties: tuple[Matched, ...] = ()
    restricted: bool = False


def subject_of(alert: object) -> Subject:
    """Return the attributes of an alert that rules use.

    Args:
        alert: An alert.
    """
    return msgspec.convert(alert, Subject, from_attributes=True)


@lru_cache(maxsize=65_536)
def words_of(text: str) -> tuple[str, ...]:
    """Split a text into words: lower case without accents; a Chinese character is a word.

    Letters of one script never match those of another, so that look-alike text does not pass as
    benign.
    """
    return tuple(words_in_order(text))


def span_of(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the word range of a match: the first word, and the first after it.

    Args:
        text: The original field.
        start: Start of the match, in code points.
        end: End of the match.
    """
    before = words_of(text[:start])
    upto = words_of(text[:end])
    joined = words_of(text)
    # A match that starts inside a word starts with that word.
    first = len(before)
    if before and joined[first - 1] != before[-1]:
        first -= 1
    return first, max(len(upto), first + 1)


def places_of(phrase: Sequence[str], words: Sequence[str]) -> list[int]:
    """Return where a phrase starts among words."""
    size = len(phrase)
    wanted = tuple(phrase)
    return [at for at in range(len(words) - size + 1) if tuple(words[at : at + size]) == wanted]


def trader_of(line: Written, roles: Sequence[str]) -> Named | None:
    """Return the sender or recipient of a line; None: not named."""
    named = {party.role: party for party in line.parties or () if party.name}
    return next((named[role] for role in roles if role in named), None)


Way = Literal[
    "exact",
    "squeezed",
    "disguised",
    "fuzzy",
    "cas",
    "hs",
    "unno",
    "cus",
    "name",
    "structure",
    "class",
]
"""Identification method of a substance, as in mentions."""

_HOW = {
    "exact": "by name",
    "squeezed": "by a name with spacing or scanning errors",
    "disguised": "by a name written to be missed",
    "fuzzy": "by a close spelling",
    "cas": "by CAS number",
    "hs": "by HS code",
    "unno": "by UN number",
    "cus": "by CUS number",
    "name": "by systematic name",
    "structure": "by structure",
    "class": "by a class rule",
}
_HS = 12  # digits of the longest national code
_SLUG = 100  # characters
_LOOKS_AT = 20  # maximum substances, methods or rules of a scope


class Trader(Record, frozen=True, kw_only=True):
    """Sender or recipient, as in the documents."""

    name: str
    id: str = ""  # "": any


class Scope(Record, frozen=True, kw_only=True):
    """Conditions of a rule."""

    substances: tuple[str, ...] = ()  # slugs; the alert's are all among them
    ways: tuple[Way, ...] = ()  # methods; all matches use them
    rules: tuple[str, ...] = ()  # all reasons with points are among them
    phrase: str = ""  # words at or near each match in a text
    heading: str = ""  # HS code prefix of at least four digits
    shipper: Trader | None = None
    consignee: Trader | None = None
    most: Severity = "medium"  # maximum severity


def check_scope(scope: Scope) -> Scope:
    """Check that a scope is narrow enough; return it normalised.

    Raises:
        InputError: It is empty or too broad, names a country, or is otherwise invalid.
    """
    bounds = load_suppression_settings().rule
    for problem in _problems(scope, bounds):
        raise problem
    return tidy(scope)


def tidy(scope: Scope) -> Scope:
    """Return a normalised scope: sorted, distinct, the phrase in plain words."""
    return Scope(
        substances=tuple(sorted(set(scope.substances))),
        ways=tuple(sorted(set(scope.ways))),
        rules=tuple(sorted(set(scope.rules))),
        phrase=" ".join(words_of(scope.phrase)),
        heading=digits(scope.heading),
        shipper=scope.shipper and _tidy_trader(scope.shipper),
        consignee=scope.consignee and _tidy_trader(scope.consignee),
        most=scope.most,
    )


def digits(code: str) -> str:
    """Return the digits of an HS code."""
    return "".join(sign for sign in code if sign.isascii() and sign.isdigit())


def scope_in_words(scope: Scope) -> tuple[str, ...]:
    """Describe a scope, one condition each.

    The first is the substance, the last the maximum severity.
    """
    return tuple(_said(scope))


def _said(scope: Scope) -> Iterator[str]:
    if scope.substances:
        yield f"names no substance other than {_or(scope.substances)}"
    if scope.ways:
        yield f"matched only {_or(tuple(_HOW[way] for way in scope.ways))}"
    if scope.rules:
        yield f"only these rules add points: {', '.join(scope.rules)}"
    if scope.phrase:
        yield f"“{scope.phrase}” appears at each match"
    if scope.heading:
        yield f"the HS code begins with {scope.heading}"
    for role, trader in (("shipper", scope.shipper), ("consignee", scope.consignee)):
        if trader:
            number = f" ({trader.id})" if trader.id else ""
            yield f"the {role} is {trader.name}{number}"
    yield f"severity: {scope.most} or lower"


def _or(names: tuple[str, ...]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def _tidy_trader(trader: Trader) -> Trader:
    return Trader(name=" ".join(trader.name.split()), id=trader.id.strip())


def _problems(scope: Scope, bounds: Bounds) -> Iterator[InputError]:
    yield from _broad(scope, bounds)
    yield from _wrong_names(scope)
    yield from _phrase_problems(scope.phrase, bounds)
    if scope.heading and not bounds.heading <= len(digits(scope.heading)) <= _HS:
        yield InputError(
            "casework/not-a-hs-heading",
            heading=scope.heading,
            bounds_heading=bounds.heading,
            hs=_HS,
        )
    for trader in filter(None, (scope.shipper, scope.consignee)):
        if not words_of(trader.name):
            yield InputError("casework/not-a-party-name", name=trader.name)
        if find_country(trader.name):
            yield _country(trader.name)


def _broad(scope: Scope, bounds: Bounds) -> Iterator[InputError]:
    """Yield what makes a scope too broad."""
    if not (scope.substances or scope.rules):
        yield InputError("casework/scope-without-find")
    if not scope.substances and set(scope.rules) & set(bounds.naming):
        yield InputError("casework/scope-without-substance")
    if not any((scope.phrase, scope.heading, scope.shipper, scope.consignee, scope.ways)):
        yield InputError("casework/scope-takes-in-all")


def _wrong_names(scope: Scope) -> Iterator[InputError]:
    for name in ("substances", "ways", "rules"):
        if len(set(getattr(scope, name))) > _LOOKS_AT:
            yield InputError(
                "casework/scope-names-too-many",
                count=len(getattr(scope, name)),
                name=name,
                looks_at=_LOOKS_AT,
            )
    for slug in (*scope.substances, *scope.rules):
        if not slug.isprintable() or len(slug) > _SLUG:
            yield InputError("casework/not-a-slug", slug=slug[:_SLUG])


def _phrase_problems(phrase: str, bounds: Bounds) -> Iterator[InputError]:
    if not phrase:
        return
    words = words_of(phrase)
    wide = all(len(word) == 1 and not word.isascii() for word in words)  # Chinese: characters
    least = bounds.letters // 2 if wide else bounds.letters
    if sum(map(len, words)) < least or all(word.isdigit() for word in words):
        yield InputError("casework/not-a-phrase", phrase=phrase)
    most = bounds.words * 3 if wide else bounds.words
    if len(words) > most:
        yield InputError("casework/phrase-too-long", count=len(words), most=most)
    if find_country(" ".join(words)) or all(find_country(word) for word in words):
        yield _country(phrase)


def _country(text: str) -> InputError:
    return InputError("casework/country-in-scope", text=text)
