"""Entries: every name known to the scan, with its substance and form, and the meaning of hits."""

from collections.abc import Collection, Iterator
from itertools import product
from typing import NamedTuple

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.identify.engine.languages import Forms, load_languages
from tidewaiter.identify.engine.rules import IDEOGRAPH, ContextRules, FoldTables
from tidewaiter.identify.engine.words import fold_texts
from tidewaiter.law.registry import Registry
from tidewaiter.law.types import Form, Name, Substance, Tier

WELL_KNOWN = frozenset({"en", "es", "fr", "de", "pt", "it", "ru", "nl", "zh"})
"""Languages of which enough words are known to tell a misspelt name from another word."""

_WEAK_BELOW = 5  # units: shorter names need a cue, except ideographs
_SHORTEST = 3


class Entry(Record, frozen=True, kw_only=True, gc=False):
    """A name."""

    text: str
    substance: int  # index in the registry
    tier: Tier
    cas: str | None  # of the named form
    language: str
    key: str  # folded units
    spellings: tuple[str, ...] = ()  # other texts with the same key: "phenyl acetic acid"
    also: tuple[str, ...] = ()  # other languages with the same key

    @property
    def languages(self) -> tuple[str, ...]:
        """All languages in which the substance is so named."""
        return (self.language, *self.also)


def build_entries(
    registry: Registry, rules: ContextRules, tables: FoldTables, *, street: bool = False
) -> tuple[Entry, ...]:
    """List the names of all substances, without duplicate keys.

    If two substances share a key, it belongs to the one with it as preferred name, then to the one
    with the strong name, then to the first.

    Args:
        registry: The substances.
        rules: Salts and their spellings.
        tables: Folding tables.
        street: Include slang.
    """
    found = [
        (place, name)
        for place, substance in enumerate(registry.substances)
        if substance.kind != "class"  # members of classes are identified by structure
        for name in _names(substance, rules)
        if street or name.tier != "street"
    ]
    keys = fold_texts([name.text for _, name in found], tables)
    entries: dict[str, Entry] = {}
    spellings: dict[str, dict[str, str]] = {}
    languages: dict[str, dict[str, None]] = {}
    for (place, name), key in zip(found, keys, strict=True):
        alone = bool(key) and tables.kind[ord(key[0])] == IDEOGRAPH
        if len(key) < (2 if alone else _SHORTEST):
            continue
        short = len(key) < _WEAK_BELOW and not alone and not name.sources
        entry = Entry(
            text=name.text,
            substance=place,
            tier="weak" if short else name.tier,
            cas=name.cas or next(iter(registry.substances[place].cas), None),
            language=name.language,
            key=key,
        )
        spellings.setdefault(key, {})[name.text.casefold()] = name.text
        languages.setdefault(key, {})[name.language] = None
        same = entries.get(key)
        if same is None or (same.tier != "strong" and entry.tier == "strong"):
            entries[key] = entry
    return tuple(
        _spelt(entry, spellings[entry.key], languages[entry.key]) for entry in entries.values()
    )


def _spelt(entry: Entry, spellings: dict[str, str], languages: dict[str, None]) -> Entry:
    """Add the other texts and languages with the same key to an entry."""
    own = entry.text.casefold()
    others = tuple(text for folded, text in spellings.items() if folded != own)
    also = tuple(each for each in languages if each != entry.language)
    return msgspec.structs.replace(entry, spellings=others, also=also)


def _names(substance: Substance, rules: ContextRules) -> Iterator[Name]:
    """Yield a substance's names: preferred name, listed names, names of salts."""
    listed = {name.text.casefold() for name in substance.names if name.language == "en"}
    if substance.name.casefold() not in listed:
        yield Name(text=substance.name, language="en", sources=())
    yield from substance.names
    for form in substance.forms:
        if form.name.casefold() not in listed:
            yield Name(text=form.name, language="en", cas=form.cas, sources=())
        yield from _salt_names(substance, form, rules)


def _salt_names(substance: Substance, form: Form, rules: ContextRules) -> Iterator[Name]:
    """Yield the names of a salt for each name of its base: "X HCl", "clorhidrato de X"."""
    last = form.name.casefold().split()[-1]
    for salt, spellings in rules.salts.items():
        if last not in spellings or form.cas is None:
            continue
        for name in (Name(text=substance.name, language="en", sources=()), *substance.names):
            if name.tier == "strong" and name.cas is None:
                for text in _spelled(name, salt, rules):
                    sources = name.sources or ("",)
                    yield Name(text=text, language=name.language, cas=form.cas, sources=sources)


def _spelled(name: Name, salt: str, rules: ContextRules) -> Iterator[str]:
    """Yield a name with each spelling of a salt, in the word order of its language."""
    if name.language == "zh":
        prefix = rules.chinese.prefixes.get(salt)
        if prefix:
            yield f"{prefix}{name.text}"
        return
    language = load_languages().get(name.language)
    if language is not None:
        for word, order in product(language.salts.get(salt, ()), language.salt_names):
            yield order.format(salt=word, name=name.text)


class NameForm(NamedTuple):
    """A name in another case, or in reverse order."""

    entry: int  # index of the entry
    text: str
    key: str  # folded units


def build_forms(
    entries: tuple[Entry, ...], registry: Registry, tables: FoldTables, plain: Collection[str]
) -> list[NameForm]:
    """List the other forms of all names, without those that are another name or a plain word.

    Args:
        entries: The names.
        registry: Their substances.
        tables: Folding tables.
        plain: Everyday words, folded.
    """
    forms_in = {code: Forms(rules) for code, rules in load_languages().items()}
    goods = [substance.kind != "equipment" for substance in registry.substances]
    found = [
        (index, text)
        for index, entry in enumerate(entries)
        for language in entry.languages
        if language in forms_in
        for text in forms_in[language].of(entry.text, invertible=goods[entry.substance])
    ]
    taken = {entry.key for entry in entries}.union(plain)
    forms: dict[str, NameForm] = {}
    for (index, text), key in zip(
        found, fold_texts([text for _, text in found], tables), strict=True
    ):
        if key not in taken and len(key) >= _SHORTEST:
            forms.setdefault(key, NameForm(index, text, key))
    return list(forms.values())


class Number(Record, frozen=True, kw_only=True):
    """A CAS number in the registry, and its substance."""

    cas: str
    substance: int  # index in the registry
    form: str  # name of the form


class Names(Record, frozen=True, kw_only=True):
    """Meaning of the hits of a scan."""

    entries: tuple[Entry, ...]
    numbers: tuple[Number, ...]  # in the order of `Tables.cas`
    hs: dict[str, tuple[int, ...]]  # specific subheading "2915.24": substances
    un: dict[str, tuple[int, ...]]
    cus: dict[str, tuple[int, ...]]
