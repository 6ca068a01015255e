"""The words of a column's name, and what each of them says."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from tidewaiter.base.countries import find_country
from tidewaiter.base.errors import RegistryError
from tidewaiter.base.quantities import find_unit
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.consignments.readers.aliases import load_aliases, squeeze, words_of

UNKNOWN = "?"
"""What a word says that is not known."""

_LONGEST = 5  # words of a phrase
_CUT = 7  # letters from which a word may be several written together
_PIECE = 3  # letters of the shortest word in such a one
_SLIP = 6  # letters of a word that may have a slip
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
    others = [
        *((name, Word(says=says)) for says, name in _shorter(rules)),
        *((name, Word(says=role)) for name, role in aliases.roles.items()),
        *((squeeze(name), Word(says="country_name")) for name in rules.countries["words"]),
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


def _shorter(rules: Rules) -> Iterator[tuple[str, str]]:
    """List phrases without what only joins their words: "agente aduana" is "agente de aduana"."""
    for says, names in rules.words.items():
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
        count, found = _longest(words[place:])
        if found is None and words[place] not in rules.ignored["words"]:
            said.extend(_alone(words[place]))
        elif found is not None:
            said.append(found)
        place += count
    return tuple(said)


def _longest(words: Sequence[str]) -> tuple[int, Word | None]:
    """Find the longest phrase that a name begins with: how many words, and what it says."""
    known = load_words()
    for count in range(min(_LONGEST, len(words)), 0, -1):
        for name in _numbers("".join(words[:count])):
            if name in known:
                return count, known[name]
        if count > 1 or len(words[0]) >= _NATION:
            nation = find_country(" ".join(words[:count]))
            if nation:
                return count, Word(says="country_name", text=nation)
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
    return _cut(word) or _slipped(word) or (Word(says=UNKNOWN, text=word),)


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
    if len(word) < _SLIP - 1 or not word.isascii():
        return ()
    near = {found for name, found in load_words().items() if _is_slip(word, name)}
    return tuple(near) if len(near) == 1 else ()


def _is_slip(word: str, name: str) -> bool:
    if len(name) < _SLIP or abs(len(word) - len(name)) > 1 or word[0] != name[0]:
        return False
    if len(word) == len(name):
        odd = [place for place in range(len(word)) if word[place] != name[place]]
        return (
            len(odd) == 2  # noqa: PLR2004
            and odd[1] == odd[0] + 1
            and word[odd[0]] == name[odd[1]]
            and word[odd[1]] == name[odd[0]]
        )
    short, long = sorted((word, name), key=len)
    return any(long[:place] + long[place + 1 :] == short for place in range(len(long)))
