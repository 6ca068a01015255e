"""The words of a column's name, and what each of them says."""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tidewaiter.base.quantities import find_unit
from tidewaiter.consignments.readers.aliases import is_unspaced, load_aliases
from tidewaiter.consignments.readers.slips import find_meant
from tidewaiter.consignments.readers.vocabulary import UNKNOWN, Word, load_rules, load_words

_LONGEST = 5  # words of a phrase
_CUT = 7  # letters from which a word may be several written together
_PIECE = 3  # letters of the shortest word in such a one
_WIDEST = 40  # letters of a word that is looked at closely
_MUTE = 3  # what a letter that says nothing costs, where a known word costs one


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
        joins = words[place] in rules.ignored["words"] and not _counts(words, place)
        if found is None and not joins:
            said.extend(_alone(words[place], beside=len(words) > 1))
        elif found is not None:
            said.append(found)
        place += count
    return tuple(said)


def _counts(words: tuple[str, ...], place: int) -> bool:
    """Tell whether a word is a letter that tells a column from others: "Text A"; not "name(s)"."""
    return place == len(words) - 1 and len(words[place]) == 1 and words[place] != "s"


def _longest(words: Sequence[str]) -> tuple[int, Word | None]:
    """Find the longest phrase that a name begins with: how many words, and what it says."""
    known, ignored = load_words(), load_rules().ignored["words"]
    for count in range(len(words), 0, -1):
        if count > 1 and ignored.issuperset(words[:count]):  # "d au" is no "DAU"
            continue
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


def _alone(word: str, *, beside: bool) -> Sequence[Word]:
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
    found: Sequence[Word] = ()
    if word.isalpha() and len(word) <= _WIDEST:
        found = (_cut(word) if word.isascii() else ()) or find_meant(word, beside=beside)
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
