"""The vocabulary of the names of columns: what each word and phrase says."""

from collections.abc import Iterator, Mapping
from functools import cache

from tidewaiter.base.countries import country_names
from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.consignments.readers.aliases import (
    load_aliases,
    squeeze,
    words_of,
)

UNKNOWN = "?"
"""What a word says that is not known."""

_NATION = 4  # letters of the shortest name of a country: two and three are codes


class Word(Record, frozen=True, kw_only=True):
    """What one word or phrase of a name says."""

    says: str  # a key of [words], "mass_unit", "money", "country_name", ..., or `UNKNOWN`
    text: str = ""  # a unit as written, or the code of a money


class Values(Record, frozen=True, kw_only=True):
    """What makes a value of a name."""

    kinds: Mapping[str, int]
    steps: Mapping[str, int]
    beside: frozenset[str]
    enough: frozenset[str]
    amounts: frozenset[str]
    sums: frozenset[str]
    twofold: frozenset[str]


class _Roles(Record, frozen=True, kw_only=True):
    names: tuple[str, ...]
    attributes: dict[str, tuple[str, ...]]


class Rules(Record, frozen=True, kw_only=True):
    """The file of words, as it is written."""

    words: dict[str, tuple[str, ...]]
    roles: _Roles
    ignored: dict[str, frozenset[str]]
    readings: dict[str, tuple[tuple[str, ...], ...]]
    beside: dict[str, frozenset[str]]
    of_orders: dict[str, tuple[str, ...]]
    by_direction: dict[str, tuple[str, str]]
    unsure: dict[str, tuple[str, ...]]
    alone: dict[str, str]
    lone: dict[str, frozenset[str]]
    described: dict[str, frozenset[str]]
    titles: dict[str, frozenset[str]]
    values: Values
    moneys: dict[str, tuple[str, ...]]
    countries: dict[str, tuple[str, ...]]


@cache
def load_rules() -> Rules:
    """Load the file of words.

    Raises:
        RegistryError: It is not as it must be.
    """
    return read_toml(data("rules", "column_words.toml"), Rules)


@cache
def load_languages() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Load the words of each language, by what they say.

    Raises:
        RegistryError: The file is not as it must be.
    """
    told = read_toml(data("rules", "column_languages.toml"), dict[str, dict[str, str]])
    return {
        language: {
            says: tuple(n.strip() for n in names.split(",")) for says, names in words.items()
        }
        for language, words in told.items()
    }


@cache
def load_words() -> Mapping[str, Word]:
    """Load what each word and phrase says, written together.

    Raises:
        RegistryError: One of them says two things.
    """
    rules, aliases = load_rules(), load_aliases()
    found: dict[str, Word] = {}
    for says, names in rules.words.items():
        for name in {squeeze(name) for name in names}:
            if name in found:
                raise RegistryError(f'"{name}" says two things', at="column_words.toml")
            found[name] = Word(says=says)
    for language, words in load_languages().items():
        for says, names in words.items():
            for name in {squeeze(name) for name in names}:
                if found.setdefault(name, Word(says=says)).says != says:
                    place = f"column_languages.toml, {language}"
                    raise RegistryError(f'"{name}" says two things', at=place)
    others = [
        *((name, Word(says=says)) for says, name in _shorter(rules)),
        *((name, Word(says=role)) for name, role in aliases.roles.items()),
        *((squeeze(name), Word(says="country_name")) for name in _nations(rules)),
        *(
            (squeeze(name), Word(says="money", text=code))
            for code, names in rules.moneys.items()
            for name in names
        ),
        *((name, Word(says="money", text=code)) for name, code in aliases.moneys.items()),
    ]
    for name, word in others:
        found.setdefault(name, word)
    return found


def _nations(rules: Rules) -> Iterator[str]:
    yield from rules.countries["words"]
    yield from (name for name in country_names() if len(name) >= _NATION)


def _shorter(rules: Rules) -> Iterator[tuple[str, str]]:
    """List phrases without what only joins their words: "agente aduana" is "agente de aduana"."""
    told = [
        *rules.words.items(),
        *(pair for each in load_languages().values() for pair in each.items()),
    ]
    for says, names in told:
        for name in names:
            words = words_of(name) if " " in name else ()
            bare = [word for word in words if word not in rules.ignored["words"]]
            if 1 < len(bare) < len(words):
                yield says, "".join(bare)
