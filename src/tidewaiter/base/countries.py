"""Country names to ISO codes: "Iran (Islamic Republic of)" is IR."""

import re
import unicodedata
from functools import cache, lru_cache

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

_CODE = re.compile(r"[A-Za-z]{2}")
_BETWEEN = re.compile(r"[^\w]+")


class _Countries(Record, frozen=True, kw_only=True):
    names: dict[str, tuple[str, ...]]


@lru_cache(maxsize=4096)
def find_country(text: str) -> str | None:
    """Find the ISO 3166-1 alpha-2 code of a country.

    Args:
        text: Country name as a list writes it, or a code.

    Returns:
        The code in capitals; None: unknown country.

    Source:
        data/countries.toml.
    """
    plain = text.strip()
    if _CODE.fullmatch(plain) and plain.upper() in _codes():
        return plain.upper()
    return _names().get(key_of_name(plain))


@lru_cache(maxsize=1 << 14)
def find_country_in_any_language(text: str) -> str | None:
    """Find the ISO 3166-1 alpha-2 code of a country, whose name may be in another language.

    For columns of countries only: a text of another kind may be such a name by chance.

    Source:
        data/countries.toml, data/country_names.toml.
    """
    return find_country(text) or _translated().get(key_of_name(text))


@lru_cache(maxsize=4096)
def country_or_text(text: str) -> str:
    """Return the code of a country; an unknown one is returned as written."""
    plain = " ".join(text.split())
    return find_country(plain) or plain


def country_codes() -> frozenset[str]:
    """Return all known ISO 3166-1 alpha-2 country codes."""
    return _codes()


def country_names() -> tuple[str, ...]:
    """Return all known country names, as lists write them."""
    return tuple(name for names in _load().names.values() for name in names)


def country_name(code: str) -> str:
    """Return the first English name of a country; for an unknown code, the code itself."""
    return next(iter(_load().names.get(code, ())), code)


@cache
def _codes() -> frozenset[str]:
    return frozenset(_load().names)


@cache
def _names() -> dict[str, str]:
    return {key_of_name(name): code for code, names in _load().names.items() for name in names}


@cache
def _translated() -> dict[str, str]:
    found = read_toml(data("country_names.toml"), _Countries).names
    return {key_of_name(name): code for code, names in found.items() for name in names}


@cache
def _load() -> _Countries:
    return read_toml(data("countries.toml"), _Countries)


def key_of_name(text: str) -> str:
    """Return a name without case, accents and punctuation, for comparison."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return _BETWEEN.sub(" ", bare.replace("'", "").replace("’", "")).strip()
