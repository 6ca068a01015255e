"""Identifier schemes: canonical names for the number types used in lists."""

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
"""Scheme of remarks among numbers that are not identifiers."""
_UNSAID = frozenset({"", "id", "ids", "number", "no", "other", "reference"})


class Scheme(Record, frozen=True, kw_only=True):
    """A type of number, and its names in lists."""

    name: str
    types: tuple[str, ...]
    where: Mapping[str, str] = {}  # country -> scheme of these types there
    gives: Mapping[str, str] = {}  # type -> the country that it belongs to
    agrees: str = ""  # rule for equal values, if not the general one
    one: bool = False  # one per party, so two valid ones belong to two parties
    anywhere: bool = False  # unique worldwide, regardless of the country
    vague: bool = False  # unspecific: an equal number of another scheme may be the same


class _Notes(Record, frozen=True, kw_only=True):
    types: tuple[str, ...]


class Schemes(Record, frozen=True, kw_only=True):
    """Content of the file of schemes."""

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
    """Find the scheme of a number type, or of a remark that begins with one.

    Args:
        text: "Passport", "Tax ID No.", "Passport A123 (Iran)".

    Returns:
        The scheme and the text after its name; None: unknown type.
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
    """Return the scheme named by a user, and the country that the name implies.

    Args:
        text: Our name of a scheme, or a list's name: "LEI", "tax", "CNPJ"; "": not given.

    Returns:
        An unknown scheme keeps its name, in lower case.
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
    """Create an identifier from a list's number.

    Args:
        kind: Type, as the list calls it.
        value: Number, as the list writes it.
        country: Country of the issuing authority; alpha-2, or as written.
        party: Kind of the party.

    Returns:
        The identifier; an unknown type keeps its name. None: not a number.
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
"""valid: check digits or format are correct; not valid: they are not, so the number is mistyped or
of another scheme; no check known: cannot be decided.
"""


class ReadIdentifier(Record, frozen=True, kw_only=True):
    """A normalised identifier."""

    scheme: str  # LEI, IMO, phone, ...; inferred from the number if possible
    value: str  # without separators; as written if not valid
    country: str = ""  # ISO 3166-1 alpha-2 of the issuing authority; "": not given
    near: frozenset[str] = frozenset()  # countries of its party, one of which may be the issuer
    check: Check = "no check known"
    problem: str = ""  # reason if not valid
    domain: str = ""  # for an e-mail or a site: the domain, if one party owns it
