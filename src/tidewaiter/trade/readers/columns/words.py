"""Words of a column name: splitting, typo correction, expansion of abbreviations."""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from string import ascii_lowercase

from tidewaiter.base.quantities import find_unit
from tidewaiter.trade.readers.columns.layouts import may_be_recognised, recognise, stripped
from tidewaiter.trade.readers.columns.vocabulary import (
    LONGEST,
    UNKNOWN,
    Word,
    is_unspaced,
    load_aliases,
    load_languages,
    load_rules,
    load_words,
    words_of,
)

_SLIP = 6  # minimum letters of a word for typo correction
_BEGUN = 5  # minimum letters of an abbreviation by truncation
_BONES = 4  # minimum letters of an abbreviation without vowels
_VOWELS = frozenset("aeiou")


def find_meant(word: str, *, beside: bool = True) -> Sequence[Word]:
    """Find the intended word for an unknown one; empty if ambiguous.

    A letter is missing or doubled, or two are swapped ("CURENCY"). Beside other words it may be the
    beginning of words with one meaning ("MERCANC"), or a word without vowels ("CNTRY").

    Args:
        word: Folded word, in a script with spaces.
        beside: There are other words beside it.
    """
    found = _one(_slipped(word))
    return found if found or not beside else _one(_begun(word)) or _one(_boned(word))


def _one(found: Iterator[Word]) -> Sequence[Word]:
    near = set(found)
    return tuple(near) if len(near) == 1 else ()


def _slipped(word: str) -> Iterator[Word]:
    known = load_words()
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    less = {begin + end[1:] for begin, end in cuts if end}
    more = {begin + letter + end for begin, end in cuts for letter in ascii_lowercase}
    swapped = {begin + end[1] + end[0] + end[2:] for begin, end in cuts if len(end) > 1}
    names = (less | more | swapped) & known.keys()
    return (known[name] for name in names if len(name) >= _SLIP and name[0] == word[0])


def _begun(word: str) -> Iterator[Word]:
    single, known = _single(), load_words()
    place = bisect_left(single, word) if len(word) >= _BEGUN else len(single)
    while place < len(single) and single[place].startswith(word):
        yield known[single[place]]
        place += 1


def _boned(word: str) -> Iterator[Word]:
    if len(word) >= _BONES and _VOWELS.isdisjoint(word):
        known = load_words()
        yield from (known[name] for name in _bones().get(word, ()))


@cache
def _single() -> Sequence[str]:
    """Return the single words in alphabetical order."""
    told = [load_rules().words, *load_languages().values()]
    names = {name for each in told for some in each.values() for name in some}
    single = {cut[0] for name in names if len(cut := words_of(name)) == 1}
    return sorted(name for name in single if not is_unspaced(name))


@cache
def _bones() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name in _single():
        if name.isascii():
            bones = name[0] + "".join(letter for letter in name[1:] if letter not in _VOWELS)
            found.setdefault(bones, set()).add(name)
    return {bones: frozenset(names) for bones, names in found.items()}


_LONGEST = 5  # words of a phrase
_CUT = 7  # minimum letters of a compound
_PIECE = 3  # minimum letters of a part of one
_WIDEST = 40  # letters of a word that is analysed
_MUTE = 3  # cost of an unknown letter, relative to 1 for a known word


@lru_cache(maxsize=1 << 12)
def say(words: tuple[str, ...]) -> tuple[Word, ...]:
    """Return the meanings of the words in a name, without connectors.

    Args:
        words: Folded name.
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
    """Return whether a single letter distinguishes columns: "Text A"; not "name(s)"."""
    return place == len(words) - 1 and len(words[place]) == 1 and words[place] != "s"


def _longest(words: Sequence[str]) -> tuple[int, Word | None]:
    """Find the longest phrase at the start of a name: number of words, and meaning."""
    known, ignored = load_words(), load_rules().ignored["words"]
    for count in range(len(words), 0, -1):
        if count > 1 and ignored.issuperset(words[:count]):  # "d au" is not "DAU"
            continue
        for name in _numbers("".join(words[:count])):
            if name in known:
                return count, known[name]
    return 1, None


def _numbers(name: str) -> Iterator[str]:
    """Yield a word as it is, and its possible singular."""
    yield name
    for end in ("s", "es"):
        if name.endswith(end) and len(name) > len(end) + 2:
            yield name.removesuffix(end)


def _alone(word: str, *, beside: bool) -> Sequence[Word]:
    """Return the meaning of a single word: a number, a currency, a unit, or a compound."""
    if word.isdecimal():
        return (Word(says=_counted(word)),)
    unit = find_unit(word) if len(word) > 1 else None
    if unit is not None and unit.kind in ("mass", "volume"):  # KGS: kilograms before the Kyrgyz som
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
    """Split a compound; empty if it is impossible or ambiguous."""
    if len(word) < _CUT:
        return ()
    ways = list(_ways(word))
    fewest = min((len(way) for way in ways), default=0)
    best = {way for way in ways if len(way) == fewest}
    return next(iter(best)) if len(best) == 1 else ()


def _parted(word: str) -> Sequence[Word]:
    """Split a word of a script without spaces into the fewest known words, and unknown parts."""
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


_NUMBERED = 3  # minimum distinct box numbers at the start of form columns
_SHARED = 3  # minimum columns with a common meaningless first word
_A_BOX = re.compile(r"(?:(?:box|g|гр|графа) ?\d{1,2}(?: \d{1,2})?|\d{1,2})(?= )")
_REMARK = 100  # letters of a header: a longer text is a remark


def plain_names(header: Sequence[str]) -> tuple[str, ...]:
    """Return the column names without additions of the file.

    Names of a layout are expanded if the file has enough of them. Removed are the suffix of a
    duplicate ("#2"), the box number of a form, if several have one ("33. Commodity code"), and a
    meaningless word before at least half of the names ("ZEXP_").

    Args:
        header: Names of the columns.

    Returns:
        One name for each.
    """
    short = tuple(name if len(name) <= LONGEST else "" for name in header)  # long: not cached
    return tuple(plain or name for plain, name in zip(_plain_names(short), header, strict=True))


@lru_cache(maxsize=64)
def _plain_names(header: tuple[str, ...]) -> tuple[str, ...]:
    names = _spelled([stripped(name) for name in header])
    boxes = [_box_of(name) for name in names]
    if len({*boxes} - {()}) >= _NUMBERED:
        names = _bared(names, [len(box) for box in boxes])
    first = Counter(words[0] for name in names if len(words := _words(name)) > 1)
    word, count = first.most_common(1)[0] if first else ("", 0)
    if count >= max(_SHARED, len(names) / 2) and _is_mute(word):
        names = _bared(names, [int(_words(name)[:1] == (word,) != _words(name)) for name in names])
    return tuple(names)


def may_be_spelled(header: Sequence[str]) -> frozenset[str]:
    """Return the names that `plain_names` may change, for these or for some of them."""
    of_layouts = may_be_recognised(header)
    first = {name: words[0] for name in header if len(words := _words(name)) > 1}
    counted = Counter(first.values())
    shared = {name for name, word in first.items() if counted[word] >= _SHARED and _is_mute(word)}
    boxes = {name for name in header if _box_of(name)}
    return frozenset(of_layouts | shared | boxes)


def _spelled(names: Sequence[str]) -> list[str]:
    """Expand the names of the layout with the most matches, then those of the next."""
    spelled = list(names)
    for each in reversed(recognise(names)):
        for place, meaning in each.meanings.items():
            spelled[place] = meaning
    return spelled


def _words(name: str) -> tuple[str, ...]:
    return words_of(name) if len(name) <= _REMARK else ()


def _is_mute(word: str) -> bool:
    return all(each.says == UNKNOWN for each in say((word,)))


def _box_of(name: str) -> tuple[str, ...]:
    """Return the box number before a name: "33", "Box 33", "Гр33", "G31_1"."""
    words = _words(name)
    box = _A_BOX.match(" ".join(words))
    if box is None:
        return ()
    found = tuple(box[0].split())
    rest = words[len(found) :]
    return found if rest and not rest[0].isdecimal() else ()


def _bared(names: Sequence[str], boxes: Sequence[int]) -> list[str]:
    return [
        " ".join(words_of(name)[box:]) if box else name
        for name, box in zip(names, boxes, strict=True)
    ]
