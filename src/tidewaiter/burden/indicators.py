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
_OWN = re.compile(r"AA|Q[M-Z]|X[A-Z]|ZZ")  # user-assigned codes of ISO 3166-1


class Indicator(Record, frozen=True, kw_only=True):
    """A counted quantity."""

    key: str
    name: str
    vsrr: str = ""  # name in CDC's provisional counts
    measure: str = "deaths"
    underlying: tuple[str, ...] = ()  # ICD-10 codes and ranges of the underlying cause
    mentioned: tuple[str, ...] = ()  # ICD-10 codes and ranges of any other condition


class Place(Record, frozen=True, kw_only=True):
    """A country, a state, or a separately counted part of one."""

    code: str
    name: str
    fips: str = ""
    vsrr: str = ""  # code in CDC's provisional counts
    within: str = ""  # containing state


class Source(Record, frozen=True, kw_only=True):
    """A published series, and its attribution."""

    key: str
    name: str
    authority: str
    country: str  # ISO 3166, two letters; "": any
    address: str = ""  # of the newest release; "": available on request only
    about: str  # page with name, licence and method
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
    """Return a source; "plain-zz" is the plain CSV of a country or authority.

    Raises:
        InputError: Unknown key.
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
    """Return the places with a row of their own, by code."""
    read = read_toml(data("burden", "places.toml"), _Places)
    return MappingProxyType({each.code: each for each in read.places})


def find_indicator(text: str) -> Indicator:
    """Find an indicator by key, name or CDC name, ignoring case.

    Raises:
        InputError: Unknown name.
    """
    found = _indicator_names().get(folded(text))
    if not found:
        raise InputError("burden/not-an-indicator", text=text, indicators=", ".join(indicators()))
    return found


def find_place(text: str) -> Place:
    """Find a place by code, name, FIPS code or CDC code.

    "NY" is all of New York here, unlike in CDC's own files: see `vsrr_places`. Two-letter US state
    codes are states: "DE" is Delaware, "Germany" is DE.

    Raises:
        InputError: Unknown name.
    """
    found = _place_names().get(folded(text)) or coded_place(text) or _country(text)
    if not found:
        raise InputError("burden/not-a-place-with-figures", text=text)
    return found


@cache
def coded_place(text: str) -> Place | None:
    """Find a place by code only: ISO 3166, or a US county.

    Args:
        text: "DE", "DE-BY", "US-OH", "US-39049", or a user-assigned ISO code like "ZZ".

    Returns:
        The place, named by its code if unknown; None: not a valid code.
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
        return None  # its parts are known: invalid
    return Place(code=code, name=code if found[2] else country_name(code))


def place_name(code: str) -> str:
    """Return the name of a place, or its code."""
    found = coded_place(code)
    return found.name if found else code


@cache
def vsrr_places() -> MappingProxyType[str, Place]:
    """Return the places by code in CDC's provisional counts."""
    return MappingProxyType({each.vsrr: each for each in places().values() if each.vsrr})


@cache
def vsrr_indicators() -> MappingProxyType[str, Indicator]:
    """Return the indicators by folded name in CDC's provisional counts."""
    return MappingProxyType(
        {folded(each.vsrr): each for each in indicators().values() if each.vsrr}
    )


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Normalise case, whitespace, and commas of code lists, which differ between releases."""
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
