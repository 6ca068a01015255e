"""Schemes of identifiers: our word for what a list calls a type of number, and what is read."""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.types import Identifier, PartyKind

_END = re.compile(r"\s*(?:\bno\b\.?|\bnumber\b|#|:|\bn°)\s*$", re.IGNORECASE)
_IMO = re.compile(r"(?:\bIMO\b[\s:#.]*(?:no\.?|number)?\s*)(\d{7})\b", re.IGNORECASE)
_WORDS = re.compile(r"[^\w]+")
NOTE = "note"
"""What stands among numbers and is none."""
_UNSAID = frozenset({"", "id", "ids", "number", "no", "other", "reference"})


class Scheme(Record, frozen=True, kw_only=True):
    """One kind of number, and what lists call it."""

    name: str
    types: tuple[str, ...]
    where: Mapping[str, str] = {}  # country -> the scheme that these types mean there
    gives: Mapping[str, str] = {}  # type -> the country that it belongs to
    agrees: str = ""  # the rule where two are equal, if it is not that of numbers at large
    one: bool = False  # a party has one, so that two valid ones are of two parties
    anywhere: bool = False  # it is one number in all the world, whatever country is said
    vague: bool = False  # the word tells little: an equal number of another scheme may be the same


class _Notes(Record, frozen=True, kw_only=True):
    types: tuple[str, ...]


class Schemes(Record, frozen=True, kw_only=True):
    """The file of schemes."""

    scheme: tuple[Scheme, ...]
    notes: _Notes


@cache
def _schemes() -> MappingProxyType[str, Scheme]:
    file = read_toml(data("parties", "identifiers.toml"), Schemes)
    note = Scheme(name=NOTE, types=file.notes.types)
    return MappingProxyType({_plain(t): each for each in (*file.scheme, note) for t in each.types})


@cache
def _longest() -> int:
    return max(len(each.split(" ")) for each in _schemes())


def find_scheme(text: str) -> tuple[Scheme | None, str]:
    """Find what a type of number, or a remark that begins with one, is.

    Args:
        text: "Passport", "Tax ID No.", "Passport A123 (Iran)".

    Returns:
        The scheme and what stands after its name; None: no type that we know.
    """
    words = text.split(" ")
    for count in range(min(len(words), _longest() + 1), 0, -1):
        scheme = _schemes().get(_plain(" ".join(words[:count])))
        if scheme:
            return scheme, re.sub(
                r"^(?:no\b\.?|number\b|#|:|-)\s*", "", " ".join(words[count:]), flags=re.IGNORECASE
            )
    return None, text


@cache
def scheme_named(text: str) -> tuple[Scheme, str]:
    """Return the scheme that a user means, and the country that its word belongs to.

    Args:
        text: Our name of a scheme, or what lists call it: "LEI", "tax", "CNPJ"; "": none is said.

    Returns:
        A scheme that we do not know keeps its name, in small letters.
    """
    plain = _plain(text.replace("_", " "))
    found = _by_name().get(plain) or _schemes().get(plain) or _by_name().get(_slug(text))
    if found is None or found.name == NOTE:
        return Scheme(name=_slug(text), types=(), vague=_slug(text) in _UNSAID), ""
    return found, found.gives.get(plain, "")


@cache
def _by_name() -> MappingProxyType[str, Scheme]:
    return MappingProxyType({each.name.casefold(): each for each in _schemes().values()})


def identifier(
    kind: str, value: str, country: str = "", party: PartyKind = "unknown"
) -> Identifier | None:
    """Make an identifier of what a list calls a number.

    Args:
        kind: The type, as the list calls it.
        value: The number, as the list writes it.
        country: Of the authority that gave it; alpha-2, or as written.
        party: The kind of the party that has it.

    Returns:
        The identifier; a type that we do not know keeps its name. None: it is no number.
    """
    value = value.strip()
    if not value:
        return None
    found = _IMO.search(f"{kind} {value}")
    if found:
        ship = party in ("vessel", "unknown")
        return Identifier(scheme="IMO" if ship else "IMO-company", value=found[1], country=country)
    scheme, _ = find_scheme(" ".join(kind.split()))
    if scheme and scheme.name == NOTE:
        return None
    if scheme is None:
        return Identifier(scheme=_slug(kind) or "other", value=value, country=country)
    return Identifier(scheme=scheme.where.get(country, scheme.name), value=value, country=country)


def _plain(text: str) -> str:
    bare = text.casefold().strip()
    while (cut := _END.sub("", bare)) != bare:
        bare = cut
    return bare


def _slug(text: str) -> str:
    return _WORDS.sub("-", _plain(text)).strip("-")


Check = Literal["valid", "not valid", "no check known"]
"""valid: its check digits, or all that its scheme demands, are right; not valid: they are not, so
that it was mistyped or is of another scheme; no check known: nothing tells."""


class ReadIdentifier(Record, frozen=True, kw_only=True):
    """An identifier in one spelling."""

    scheme: str  # LEI, IMO, phone, ...; that of the number itself where it tells
    value: str  # without what separates its parts; as written where it is not valid
    country: str = ""  # ISO 3166-1 alpha-2 of the authority that gave it; "": not said
    near: frozenset[str] = frozenset()  # countries of its party, of which that may be one
    check: Check = "no check known"
    problem: str = ""  # why it is not valid
    domain: str = ""  # of an e-mail or a site: the part that its owner has, where that is a party
