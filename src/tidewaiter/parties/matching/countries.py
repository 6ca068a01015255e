"""Countries as lists and papers write them: a code, a name, an adjective."""

import re
import unicodedata
from functools import cache, lru_cache

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

_CODE = 2


class _Countries(Record, frozen=True):
    source: str
    names: dict[str, tuple[str, ...]]


@cache
def _codes() -> dict[str, str]:
    """Map folded names to ISO 3166-1 alpha-2 codes."""
    names = read_toml(data("parties", "countries.toml"), _Countries).names
    return {name: code for code, several in names.items() for name in several}


@lru_cache(maxsize=4096)
def find_country(text: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a country; None where the text names none we know."""
    code = text.strip().upper()
    if len(code) == _CODE and code.isascii() and code.isalpha():
        return {"UK": "GB", "EL": "GR"}.get(code, code)
    plain = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()
    return _codes().get(" ".join(re.findall(r"[a-z]+", bare)))
