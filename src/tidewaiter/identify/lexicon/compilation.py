"""Lexicon compiler: ordinary and chemical words, anchors of misspelt names, all tables."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.base.word_shares import word_shares
from tidewaiter.identify.engine.approximate_match import (
    LONGEST,
    SHORTEST,
    Anchors,
    Near,
    build_near,
    near_any,
)
from tidewaiter.identify.engine.hashing import SHIFT, build_members, build_table, hash_keys, mix_all
from tidewaiter.identify.engine.languages import Language, has_affixes, joining_languages
from tidewaiter.identify.engine.phrases import build_phrases
from tidewaiter.identify.engine.rules import (
    ContextRules,
    FoldTables,
    build_fold_tables,
    load_context_rules,
)
from tidewaiter.identify.engine.scan import Tables
from tidewaiter.identify.engine.trie import AFFIX, Affixes, build_affixes, build_trie
from tidewaiter.identify.engine.words import (
    AFTER,
    ANCHOR,
    BEFORE,
    CAS_CUE,
    CHEMICAL,
    CUE,
    CUS_CUE,
    FILLER,
    HS_CUE,
    MEASURE,
    NAMED,
    ORDINARY,
    PART,
    RARE,
    SALT,
    STEREO,
    UN_CUE,
    Key,
    Vocabulary,
    count_spaces,
    fill_vocabulary,
    fold_keys,
    fold_texts,
    fold_words,
    hash_texts,
    hash_words,
    units_of,
)
from tidewaiter.identify.lexicon.entries import (
    Entry,
    Names,
    Number,
    build_entries,
    build_forms,
)
from tidewaiter.identify.lexicon.unlisted_chemicals import Respeller, Respelt, load_others
from tidewaiter.law.registry import Registry

# Minimum share of text for an ordinary word, and for a rare one: rarer words are often misspellings
# or names of chemicals. Documents in other languages need higher values.
_ENGLISH = (400e-9, 60e-9)
_OTHERS = (2000e-9, 500e-9)
_LANGUAGES = ("es", "fr", "de", "pt", "it", "ru", "nl")  # see `WELL_KNOWN`
# Languages with few names in the registry. Known words are the very common ones, and those near a
# name that differ from its spelling in that language.
_FURTHER_SHARE, _COMMON = 20_000e-9, 50_000e-9
_FURTHER = (
    "bg",
    "ca",
    "cs",
    "da",
    "el",
    "fi",
    "hu",
    "id",
    "is",
    "lt",
    "lv",
    "mk",
    "nb",
    "pl",
    "ro",
    "sh",
    "sk",
    "sl",
    "sv",
    "tr",
    "uk",
    "vi",
)


def build_vocabulary(
    entries: tuple[Entry, ...],
    rules: ContextRules,
    fold: FoldTables,
    words: NDArray[np.uint64],
    anchors: tuple[Anchors, list[str]],
    *,
    forms: list[str],
) -> Vocabulary:
    """Build the word table: flags by the hash of the key."""
    hashes, values = [], []
    further = further_words(entries, anchors[0].near, fold)
    groups = *_groups(entries, rules, anchors[1]), (NAMED, forms), (CHEMICAL, further)
    for flag, texts in groups:
        found = np.unique((hash_words if flag == NAMED else hash_texts)(texts, fold))
        found = found[found != 0]
        hashes.append(found)
        values.append(np.full(len(found), flag, np.int32))
    keys = np.concatenate([*(mix_all(known >> SHIFT) for known in hashes), mix_all(words)])
    values.append(np.full(len(words), CHEMICAL, np.int32))
    slots = np.zeros(1 << (2 * len(keys)).bit_length(), np.uint32)
    fill_vocabulary(slots, keys, np.concatenate(values))
    return Vocabulary(slots)


def _groups(
    entries: tuple[Entry, ...], rules: ContextRules, anchors: list[str]
) -> Iterator[tuple[int, list[str]]]:
    """Yield word flags, and the words that have them."""
    yield ORDINARY, ordinary_words(rare=False)
    yield RARE, ordinary_words(rare=True)
    yield NAMED, [text for entry in entries for text in (entry.text, *entry.spellings)]
    yield ANCHOR, anchors
    yield SALT, [spelling for spellings in rules.salts.values() for spelling in spellings]
    said = rules.words
    for flag, texts in (
        (STEREO, said.stereo),
        (BEFORE, said.before),
        (AFTER, said.after),
        (AFTER | PART, said.thing),
        (CUE, said.cue),
        (MEASURE, said.measure),
        (CAS_CUE, said.cas),
        (HS_CUE, said.hs),
        (UN_CUE, said.un),
        (CUS_CUE, said.cus),
        (HS_CUE | UN_CUE, said.letters),
        (FILLER, said.filler),
        (PART, said.part),
    ):
        yield flag | ORDINARY, list(texts)


def further_words(entries: tuple[Entry, ...], near: Near, fold: FoldTables) -> list[str]:
    """List words of further languages that are never a misspelling, nor half of one.

    Args:
        entries: The names; words in them, as spelled in their language, are excluded.
        near: Index for approximate matching.
        fold: Folding tables.
    """
    shares: dict[str, float] = {}
    for language in _FURTHER:
        for word, share in word_shares(language, _FURTHER_SHARE).items():
            shares[word] = max(share, shares.get(word, 0))
    respeller = Respeller()
    own = {key for entry in entries for key in respeller.keys(entry.text)}
    rarer = [word for word, share in shares.items() if share < _COMMON]
    beside = near_any(fold_keys(rarer, fold), near)
    far = {word for word, close in zip(rarer, beside, strict=True) if not close}
    return [word for word in shares if word not in far and respeller.key(word) not in own]


def ordinary_words(*, rare: bool) -> list[str]:
    """List the ordinary words of all languages, or the rare ones."""
    found: list[str] = []
    for language in ("en", *_LANGUAGES):
        most, least = _ENGLISH if language == "en" else _OTHERS
        shares = word_shares(language, least if rare else most)
        found.extend(word for word, share in shares.items() if not rare or share < most)
    return found


def least_shares() -> dict[str, float]:
    """Return the lowest share at which a word of a language is used, by language."""
    further = dict.fromkeys(_FURTHER, _FURTHER_SHARE)
    return {"en": _ENGLISH[1], **dict.fromkeys(_LANGUAGES, _OTHERS[1]), **further}


_LONGEST = 2 * LONGEST
_MANY = 40  # maximum names with the same word for a second anchor
_ANCHOR = 5  # minimum units of a second anchor


def _splits(entries: list[Entry], fold: FoldTables) -> Iterator[list[list[tuple[str, int]]]]:
    """Yield the words of each name for each of its spellings, which split the key differently."""
    spellings = [(entry.text, *entry.spellings) for entry in entries]
    words = fold_words([text for texts in spellings for text in texts], fold)
    for texts in spellings:
        yield list(islice(words, len(texts)))


def build_anchors(
    entries: tuple[Entry, ...], keys: list[Key], fold: FoldTables, plain: frozenset[str]
) -> tuple[Anchors, list[str]]:
    """Index all strong names by their whole key, and those of several words by two rare words too.

    Args:
        entries: The names.
        keys: Their keys.
        fold: Folding tables.
        plain: Ordinary words, folded: never a second anchor.

    Returns:
        The index, and the rarest words, folded.
    """
    able = [i for i, e in enumerate(entries) if e.tier == "strong" and len(e.key) <= _LONGEST]
    parts = dict(zip(able, _splits([entries[i] for i in able], fold), strict=True))
    counts = Counter(
        word
        for splits in parts.values()
        for word in {word for words in splits for word, _ in words}
    )
    places: dict[str, int] = {}
    whole: dict[int, int] = {}
    names: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for index, splits in parts.items():
        if SHORTEST <= len(entries[index].key) <= LONGEST:
            whole[places.setdefault(entries[index].key, len(places))] = index
        chosen = (_rarest(words, counts, plain) for words in splits)
        for word, at in dict.fromkeys(pair for pairs in chosen for pair in pairs):
            names[places.setdefault(word, len(places))].append((index, at))
    units = [np.array([ord(unit) for unit in text], np.uint32) for text in places]
    members = [pair for place in range(len(places)) for pair in names[place]]
    exact = [place for place in range(len(places)) if names[place]]
    anchors = Anchors(
        near=build_near(units),
        exact=build_table(hash_keys([units[at] for at in exact]), np.array(exact, np.int32)),
        whole=np.array([whole.get(place, -1) for place in range(len(places))], np.int32),
        lists=np.cumsum([0, *(len(names[at]) for at in range(len(places)))], dtype=np.int64),
        keys=np.array([index for index, _ in members], np.int32),
        offsets=np.array([at for _, at in members], np.int32),
        units=np.concatenate([np.zeros(0, np.uint32), *keys]).astype(np.uint32),
        first=np.cumsum([0, *(len(key) for key in keys)], dtype=np.int64),
    )
    return anchors, [text for place, text in enumerate(places) if names[place]]


def _rarest(
    words: list[tuple[str, int]], counts: Counter[str], plain: frozenset[str]
) -> list[tuple[str, int]]:
    """Choose the anchors of a name with several words: the rarest word, and a second rare one.

    Args:
        words: Words of the name, each with its position in the key.
        counts: Number of names with each word.
        plain: Words that cannot be the second anchor.
    """
    if len(words) < 2:
        return []
    long = [(word, at) for word, at in words if _ANCHOR <= len(word) <= LONGEST]
    rarest = sorted(long, key=lambda pair: (counts[pair[0]], -len(pair[0])))
    more = [pair for pair in rarest[1:] if pair[0] not in plain and counts[pair[0]] <= _MANY]
    return [*rarest[:1], *more[:1]]


def compile_lexicon(registry: Registry, *, street: bool = False) -> tuple[Tables, Names, Respelt]:
    """Compile the tables of the scan from the registry and the rules."""
    fold, rules = build_fold_tables(), load_context_rules()
    entries = build_entries(registry, rules, fold, street=street)
    keys = [units_of(entry.key) for entry in entries]
    others = load_others()
    plain = frozenset(fold_texts(ordinary_words(rare=False), fold))
    anchors, rarest = build_anchors(entries, keys, fold, plain)
    forms = build_forms(entries, registry, fold, plain)
    written = [form.text for form in forms]
    vocabulary = build_vocabulary(
        entries, rules, fold, others.words, (anchors, rarest), forms=written
    )
    whose = [*range(len(entries)), *(form.entry for form in forms)]
    every = [*keys, *(units_of(form.key) for form in forms)]
    numbers = _numbers(registry)
    tables = Tables(
        fold=fold,
        trie=build_trie(every, count_spaces(written, fold), _affixes(entries, len(forms), fold)),
        strong=np.array([entries[at].tier == "strong" for at in whose], np.bool_),
        whose=np.array(whose, np.int32),
        vocabulary=vocabulary,
        other=build_members(mix_all(others.names)),
        phrases=build_phrases(rules, fold),
        english=np.array([entries[at].language == "en" for at in whose], np.bool_),
        anchors=anchors,
        cas=np.array(list(numbers), np.int64),
    )
    names = Names(
        entries=entries,
        numbers=tuple(numbers.values()),
        hs=_own_codes(registry),
        un=_by_number(registry, "un"),
        cus=_by_number(registry, "cus"),
    )
    return tables, names, Respelt(others.respelt)


def _affixes(entries: tuple[Entry, ...], forms: int, fold: FoldTables) -> Affixes:
    """Build the affixes of the names; other forms of names, whose keys follow, have none."""
    languages = joining_languages()
    bits = {each.language: 1 << place for place, each in enumerate(languages)}
    takes = [
        sum(bits.get(each, 0) for each in entry.languages) if has_affixes(entry.text) else 0
        for entry in entries
    ]
    joining = [place for place, each in enumerate(takes) if each]
    gaps = np.zeros(len(entries) + forms, np.uint8)
    gaps[joining] = count_spaces([entries[place].text for place in joining], fold)
    return build_affixes(
        _languages_of(((each, each.prefixes) for each in languages), bits, fold),
        _languages_of(((each, each.suffixes) for each in languages), bits, fold),
        [*takes, *[0] * forms],
        gaps,
    )


def _languages_of(
    affixes: Iterable[tuple[Language, tuple[str, ...]]], bits: dict[str, int], fold: FoldTables
) -> dict[str, int]:
    """Map each affix, folded, to the languages that have it.

    Raises:
        ValueError: One is too long for the scan.
    """
    found: dict[str, int] = {}
    for language, texts in affixes:
        for key in fold_texts(texts, fold):
            if len(key) > AFFIX:
                raise ValueError(key)
            found[key] = found.get(key, 0) | bits[language.language]
    return found


def _numbers(registry: Registry) -> dict[int, Number]:
    """Map CAS numbers without hyphens, sorted; the substance's own precede those of forms."""
    found: dict[int, Number] = {}
    for place, substance in enumerate(registry.substances):
        for form in substance.forms:
            if form.cas:
                number = Number(cas=form.cas, substance=place, form=form.name)
                found.setdefault(int(form.cas.replace("-", "")), number)
    for place, substance in enumerate(registry.substances):
        for cas in substance.cas:
            number = Number(cas=cas, substance=place, form=substance.name)
            found[int(cas.replace("-", ""))] = number
    return dict(sorted(found.items()))


class _OwnCodes(Record, frozen=True, kw_only=True):
    source: str
    codes: tuple[str, ...]


def _own_codes(registry: Registry) -> dict[str, tuple[int, ...]]:
    own = set(read_toml(data("hs", "own.toml"), _OwnCodes).codes)
    found = _by_number(registry, "hs")
    return {code: places for code, places in found.items() if code in own}


def _by_number(registry: Registry, field: str) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = defaultdict(list)
    for place, substance in enumerate(registry.substances):
        for number in getattr(substance, field):
            found[number].append(place)
    return {number: tuple(places) for number, places in sorted(found.items())}
