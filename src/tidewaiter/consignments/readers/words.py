"""The words of a column's name, and what each of them says."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from tidewaiter.base.countries import country_names
from tidewaiter.base.errors import RegistryError
from tidewaiter.base.quantities import find_unit
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.consignments.readers.aliases import (
    is_unspaced,
    load_aliases,
    squeeze,
    words_of,
)

UNKNOWN = "?"
"""What a word says that is not known."""

_LONGEST = 5  # words of a phrase
_CUT = 7  # letters from which a word may be several written together
_PIECE = 3  # letters of the shortest word in such a one
_SLIP = 6  # letters of a word that may have a slip
_WIDEST = 40  # letters of a word that is looked at closely
_NATION = 4  # letters of the shortest name of a country: two and three are codes
_MUTE = 3  # what a letter that says nothing costs, where a known word costs one


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
    return read_toml(data("rules", "column_languages.toml"), dict[str, dict[str, tuple[str, ...]]])


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
            bare = [word for word in words_of(name) if word not in rules.ignored["words"]]
            if len(bare) > 1:
                yield says, "".join(bare)


@lru_cache(maxsize=1 << 12)
def say(words: tuple[str, ...]) -> tuple[Word, ...]:
    """Tell what the words of a name say; what only joins them is left out.

    Args:
        words: The folded name.
    """
    rules = load_rules()
    said: list[Word] = []
    place = 0
    while place < len(words):
        count, found = _longest(words[place : place + _LONGEST])
        if found is None and words[place] not in rules.ignored["words"]:
            said.extend(_alone(words[place]))
        elif found is not None:
            said.append(found)
        place += count
    return tuple(said)


def _longest(words: Sequence[str]) -> tuple[int, Word | None]:
    """Find the longest phrase that a name begins with: how many words, and what it says."""
    known = load_words()
    for count in range(len(words), 0, -1):
        for name in _numbers("".join(words[:count])):
            if name in known:
                return count, known[name]
    return 1, None


def _numbers(name: str) -> Iterator[str]:
    """List a word as it is, and as it may be in the singular."""
    yield name
    for end in ("s", "es"):
        if name.endswith(end) and len(name) > len(end) + 2:
            yield name.removesuffix(end)


def _alone(word: str) -> Sequence[Word]:
    """Tell what a word says that is no phrase: a number, a money, a unit, or several words."""
    if word.isdecimal():
        return (Word(says=_counted(word)),)
    unit = find_unit(word) if len(word) > 1 else None
    if unit is not None and unit.kind in ("mass", "volume"):  # KGS before the som of Kyrgyzstan
        return (Word(says=f"{unit.kind}_unit", text=word),)
    if word in load_aliases().currencies:
        return (Word(says="money", text=word.upper()),)
    if is_unspaced(word) and len(word) <= _WIDEST:
        return _parted(word)
    plain = word.isascii() and word.isalpha() and len(word) <= _WIDEST
    found = (_cut(word) or _slipped(word)) if plain else ()
    return found or (Word(says=UNKNOWN, text=word),)


def _counted(word: str) -> str:
    if word == "1000":
        return "thousand"
    return {"1": "number_one", "2": "supplementary"}.get(
        word, "digits" if word in ("6", "8", "10", "11", "12") else UNKNOWN
    )


def _cut(word: str) -> Sequence[Word]:
    """Cut words that are written together; nothing where that goes in no way, or in two."""
    if len(word) < _CUT:
        return ()
    ways = list(_ways(word))
    fewest = min((len(way) for way in ways), default=0)
    best = {way for way in ways if len(way) == fewest}
    return next(iter(best)) if len(best) == 1 else ()


def _parted(word: str) -> Sequence[Word]:
    """Cut a word of a script without spaces: into the fewest known words, and what is between."""
    known = load_words()
    syllables = unicodedata.normalize("NFC", word)
    best: list[tuple[int, tuple[Word, ...]]] = [(0, ())]
    for end in range(1, len(syllables) + 1):
        cost, before = best[end - 1]
        mute = Word(says=UNKNOWN, text=syllables[end - 1])
        ways = [(cost + _MUTE, (*before, mute))]
        for start in range(end):
            piece = known.get(unicodedata.normalize("NFKD", syllables[start:end]))
            if piece is not None:
                ways.append((best[start][0] + 1, (*best[start][1], piece)))
        best.append(min(ways, key=lambda way: way[0]))
    return best[-1][1]


def _ways(word: str) -> Iterator[tuple[Word, ...]]:
    known, aliases = load_words(), load_aliases()
    if not word:
        yield ()
    for size in range(2, len(word) + 1):
        piece, rest = word[:size], word[size:]
        here: tuple[Word, ...] | None = None
        if size >= _PIECE and piece in known and piece.isascii() and known[piece].says != "money":
            here = (known[piece],)
        elif not rest and piece in aliases.currencies:
            here = (Word(says="money", text=piece.upper()),)
        elif not rest and piece in ("kg", "kgs"):
            here = (Word(says="mass_unit", text=piece),)
        elif rest and piece in ("of", "in", "no"):
            here = (known[piece],) if piece in known else ()
        if here is not None:
            for way in _ways(rest):
                yield (*here, *way)


def _slipped(word: str) -> Sequence[Word]:
    """Find the word that was meant: one letter is missing or double, or two are swapped."""
    known, shortened = load_words(), _shortened()
    less = {word[:at] + word[at + 1 :] for at in range(len(word))}
    swapped = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    names = {name for name in less | swapped if len(name) >= _SLIP and name in known}
    near = {known[name] for name in {*names, *shortened.get(word, ())} if name[0] == word[0]}
    return tuple(near) if len(near) == 1 else ()


@cache
def _shortened() -> Mapping[str, frozenset[str]]:
    """Map each word that lacks one letter to the words that it may be."""
    found: dict[str, set[str]] = {}
    for name in load_words():
        for at in range(len(name)) if len(name) >= _SLIP and name.isascii() else ():
            found.setdefault(name[:at] + name[at + 1 :], set()).add(name)
    return {short: frozenset(names) for short, names in found.items()}
