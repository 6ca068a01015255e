"""Indicators, places and sources of official counts, read from the data files."""

import re
from functools import cache, lru_cache
from types import MappingProxyType

from tidewaiter.base.countries import country_codes, country_name, find_country
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.types import Basis

_COUNTY = re.compile(r"US-(\d{2})(\d{3})")
_ISO = re.compile(r"([A-Z]{2})(-[A-Z0-9]{1,3})?")
_OWN = re.compile(r"AA|Q[M-Z]|X[A-Z]|ZZ")  # ISO 3166-1 leaves these to users


class Indicator(Record, frozen=True, kw_only=True):
    """What a source counts."""

    key: str
    name: str
    vsrr: str = ""  # its name in CDC's provisional counts
    measure: str = "deaths"
    underlying: tuple[str, ...] = ()  # ICD-10 codes and ranges, one of which is the cause
    mentioned: tuple[str, ...] = ()  # ICD-10 codes and ranges, one of which stands beside it


class Place(Record, frozen=True, kw_only=True):
    """A country, a state, or a part of one that is counted apart."""

    code: str
    name: str
    fips: str = ""
    vsrr: str = ""  # its code in CDC's provisional counts
    within: str = ""  # the state that it is a part of


class Source(Record, frozen=True, kw_only=True):
    """An authority's series, and how it wants to be named."""

    key: str
    name: str
    authority: str
    country: str  # ISO 3166, two letters; "": any
    address: str = ""  # of its newest release; "": it must be asked for by hand
    about: str  # where name, licence and method are stated
    licence: str
    cite: str
    basis: Basis = ""


class _Sources(Record, frozen=True, kw_only=True):
    sources: tuple[Source, ...]


class _Indicators(Record, frozen=True, kw_only=True):
    indicators: tuple[Indicator, ...]


class _Places(Record, frozen=True, kw_only=True):
    places: tuple[Place, ...]


@cache
def sources() -> MappingProxyType[str, Source]:
    """Return the sources by key."""
    read = read_toml(data("burden", "sources.toml"), _Sources)
    return MappingProxyType({each.key: each for each in read.sources})


def find_source(key: str) -> Source:
    """Return a source; "plain-zz" is the plain CSV of a country or an authority.

    Raises:
        InputError: There is none of that key.
    """
    known = sources()
    found = known.get(key) or (known.get("plain") if key.startswith("plain-") else None)
    if not found:
        raise InputError("burden/not-a-source", key=key, known=", ".join(known))
    return found


@cache
def indicators() -> MappingProxyType[str, Indicator]:
    """Return the indicators by key."""
    read = read_toml(data("burden", "indicators.toml"), _Indicators)
    return MappingProxyType({each.key: each for each in read.indicators})


@cache
def places() -> MappingProxyType[str, Place]:
    """Return the places that have a row of their own, by code."""
    read = read_toml(data("burden", "places.toml"), _Places)
    return MappingProxyType({each.code: each for each in read.places})


def find_indicator(text: str) -> Indicator:
    """Find an indicator by its key, its name or CDC's name for it, in any case.

    Raises:
        InputError: There is none of that name.
    """
    found = _indicator_names().get(folded(text))
    if not found:
        raise InputError("burden/not-an-indicator", text=text, indicators=", ".join(indicators()))
    return found


def find_place(text: str) -> Place:
    """Find a place by its code, its name, its FIPS code or CDC's code.

    CDC's "NY" is here all of New York; in its own files it is not: `vsrr_places`. Two letters
    that are a state of the United States are that state: "DE" is Delaware, "Germany" is DE.

    Raises:
        InputError: There is none of that name.
    """
    found = _place_names().get(folded(text)) or coded_place(text) or _country(text)
    if not found:
        raise InputError("burden/not-a-place-with-figures", text=text)
    return found


@cache
def coded_place(text: str) -> Place | None:
    """Find a place by its code alone: ISO 3166, or that of a county of the United States.

    Args:
        text: "DE", "DE-BY", "US-OH", "US-39049", or a code that ISO leaves to users, like "ZZ".

    Returns:
        The place, whose name is its code where we know no other; None: it is no such code.
    """
    code = text.strip().upper()
    if code in places():
        return places()[code]
    county = _COUNTY.fullmatch(code)
    if county:
        state = _states_by_fips().get(county[1])
        name = f"county {county[1]}{county[2]}, {state.name}" if state else ""
        return state and Place(code=code, name=name, fips=f"{county[1]}{county[2]}")
    found = _ISO.fullmatch(code)
    if not found or (found[1] not in country_codes() and not _OWN.fullmatch(found[1])):
        return None
    if found[1] == "US" and found[2]:
        return None  # its parts are known: this is none
    return Place(code=code, name=code if found[2] else country_name(code))


def place_name(code: str) -> str:
    """Return the name of a place; the code itself, where we know none."""
    found = coded_place(code)
    return found.name if found else code


@cache
def vsrr_places() -> MappingProxyType[str, Place]:
    """Return the places by the code that they have in CDC's provisional counts."""
    return MappingProxyType({each.vsrr: each for each in places().values() if each.vsrr})


@cache
def vsrr_indicators() -> MappingProxyType[str, Indicator]:
    """Return the indicators by the folded name that they have in CDC's provisional counts."""
    return MappingProxyType(
        {folded(each.vsrr): each for each in indicators().values() if each.vsrr}
    )


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Fold what differs between releases: case, blanks, and the commas of lists of codes."""
    return " ".join(text.casefold().replace(",", " ").replace("_", " ").split())


@cache
def _indicator_names() -> dict[str, Indicator]:
    return {
        folded(name): each
        for each in indicators().values()
        for name in (each.vsrr, each.name, each.key)
        if name
    }


def _country(text: str) -> Place | None:
    code = find_country(text)
    return Place(code=code, name=country_name(code)) if code else None


@cache
def _states_by_fips() -> dict[str, Place]:
    return {each.fips: each for each in places().values() if each.fips}


@cache
def _place_names() -> dict[str, Place]:
    whole = [each for each in places().values() if not each.within]
    parts = [each for each in places().values() if each.within]
    return {
        folded(name): each
        for each in [*parts, *whole]
        for name in (each.vsrr, each.code.removeprefix("US-"), each.fips, each.name, each.code)
        if name
    }
