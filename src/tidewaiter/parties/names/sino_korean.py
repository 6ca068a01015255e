"""Korean names in Chinese characters, as Chinese papers write them: read as Koreans do."""

from functools import cache
from typing import Final

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.names.hangul import romanise_hangul

_SURNAMES: Final = {"金": "김"}  # Kim, though gold is 금
_GIVEN: Final = range(1, 3)  # characters of a given name


class Readings(Record, frozen=True, kw_only=True):
    """All of sino_korean.toml."""

    source: str
    surnames: str  # characters
    readings: dict[str, str]  # a syllable of Hangul, to the characters that are read so


@cache
def _table() -> Readings:
    return read_toml(data("parties", "sino_korean.toml"), Readings)


@cache
def _readings() -> dict[str, str]:
    return {
        character: syllable
        for syllable, characters in _table().readings.items()
        for character in characters
    }


def may_be_korean(name: str) -> bool:
    """Say whether simplified characters may be a Korean person's name."""
    return name[:1] in _table().surnames and len(name) - 1 in _GIVEN


def korean_reading(text: str) -> str:
    """Return simplified characters in Hangul; "" where one has no reading."""
    found = "".join(_readings().get(character, "") for character in text)
    return found if len(found) == len(text) else ""


def korean_surname(surname: str) -> str:
    """Return a surname in Hangul, which for some is not the character's usual reading."""
    return _SURNAMES.get(surname) or korean_reading(surname)


def korean_of(text: str) -> tuple[str, ...]:
    """Return simplified characters romanised as Korean, in one; () where one has no reading."""
    reading = korean_reading(text)
    return (romanise_hangul(reading),) if reading else ()
