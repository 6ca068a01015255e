"""Compile the lexicon: from the registry and the rules to the tables of the scan."""

from collections import defaultdict

import numpy as np

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.identify.anchors import build_anchors
from tidewaiter.identify.entries import build_entries
from tidewaiter.identify.fold import build_fold_tables
from tidewaiter.identify.hashing import build_table, mix_all
from tidewaiter.identify.keys import fold_keys
from tidewaiter.identify.names import Names, Number
from tidewaiter.identify.others import Respelt, load_others
from tidewaiter.identify.phrases import build_phrases
from tidewaiter.identify.rules import load_context_rules
from tidewaiter.identify.scan import Tables
from tidewaiter.identify.trie import build_trie
from tidewaiter.identify.vocabulary import build_vocabulary, ordinary_words
from tidewaiter.substances.registry import Registry


def compile_lexicon(registry: Registry, *, street: bool = False) -> tuple[Tables, Names, Respelt]:
    """Compile the tables of the scan from the registry and the rules."""
    fold, rules = build_fold_tables(), load_context_rules()
    entries = build_entries(registry, rules, fold, street=street)
    keys = [np.array([ord(unit) for unit in entry.key], np.uint32) for entry in entries]
    others = load_others()
    plain = frozenset("".join(map(chr, key)) for key in fold_keys(ordinary_words(rare=False), fold))
    anchors, rarest = build_anchors(entries, keys, fold, plain)
    vocabulary = build_vocabulary(entries, rules, fold, others.words, (anchors, rarest))
    numbers = _numbers(registry)
    tables = Tables(
        fold=fold,
        trie=build_trie(keys),
        strong=np.array([entry.tier == "strong" for entry in entries], np.bool_),
        vocabulary=vocabulary,
        other=build_table(mix_all(others.names), np.zeros(len(others.names), np.int32)),
        phrases=build_phrases(rules, fold),
        english=np.array([entry.language == "en" for entry in entries], np.bool_),
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


def _numbers(registry: Registry) -> dict[int, Number]:
    """Map each CAS number, without hyphens, in order; the substance's own go before forms'."""
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
