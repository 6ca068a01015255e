"""Entries: every name the scan knows, with the substance and form, and what its hits mean."""

from collections.abc import Iterator

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.identify.engine.rules import IDEOGRAPH, ContextRules, FoldTables
from tidewaiter.identify.engine.words import fold_keys
from tidewaiter.law.registry import Registry
from tidewaiter.law.types import Form, Name, Substance, Tier

_WEAK_BELOW = 5  # units: shorter names need a cue unless they are ideographs
_SHORTEST = 3


class Entry(Record, frozen=True, kw_only=True):
    """One name."""

    text: str
    substance: int  # place in the registry
    tier: Tier
    cas: str | None  # of the form named
    language: str
    key: str  # its units
    spellings: tuple[str, ...] = ()  # other texts of the same key: "phenyl acetic acid"


def build_entries(
    registry: Registry, rules: ContextRules, tables: FoldTables, *, street: bool = False
) -> tuple[Entry, ...]:
    """List the names of all substances, each key once.

    Where two substances share a key, the one whose preferred name it is has it, then the
    one that holds it strong, then the first.

    Args:
        registry: The substances.
        rules: The salts and their spellings.
        tables: How names are folded.
        street: Take street names too.
    """
    found = [
        (place, name)
        for place, substance in enumerate(registry.substances)
        if substance.kind != "class"  # its members are known by their structure
        for name in _names(substance, rules)
        if street or name.tier != "street"
    ]
    keys = fold_keys([name.text for _, name in found], tables)
    entries: dict[str, Entry] = {}
    spellings: dict[str, dict[str, str]] = {}
    for (place, name), units in zip(found, keys, strict=True):
        key = "".join(map(chr, units.tolist()))
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
        same = entries.get(key)
        if same is None or (same.tier != "strong" and entry.tier == "strong"):
            entries[key] = entry
    return tuple(_spelt(entry, spellings[entry.key]) for entry in entries.values())


def _spelt(entry: Entry, spellings: dict[str, str]) -> Entry:
    """Give an entry the other texts that are folded to its key."""
    own = entry.text.casefold()
    others = tuple(text for folded, text in spellings.items() if folded != own)
    return msgspec.structs.replace(entry, spellings=others)


def _names(substance: Substance, rules: ContextRules) -> Iterator[Name]:
    """Yield a substance's names: the preferred one first, then as listed, then its salts'."""
    listed = {name.text.casefold() for name in substance.names}
    if substance.name.casefold() not in listed:
        yield Name(text=substance.name, language="en", sources=())
    for name in substance.names:
        yield name
        if name.language == "ar" and not name.text.startswith("ال"):
            yield msgspec.structs.replace(name, text=f"ال{name.text}")  # with the article
    for form in substance.forms:
        if form.name.casefold() not in listed:
            yield Name(text=form.name, language="en", cas=form.cas, sources=())
        yield from _salt_names(substance, form, rules)


def _salt_names(substance: Substance, form: Form, rules: ContextRules) -> Iterator[Name]:
    """Yield what a salt is called after each name of its base: "X HCl", "clorhidrato de X"."""
    last = form.name.casefold().split()[-1]
    for salt, spellings in rules.salts.items():
        if last not in spellings or form.cas is None:
            continue
        for name in (Name(text=substance.name, language="en", sources=()), *substance.names):
            if name.tier == "strong" and name.cas is None:
                for text in _spelled(name, spellings, rules.chinese.prefixes.get(salt)):
                    sources = name.sources or ("",)
                    yield Name(text=text, language=name.language, cas=form.cas, sources=sources)


def _spelled(name: Name, spellings: tuple[str, ...], prefix: str | None) -> Iterator[str]:
    """Yield a name with each spelling of a salt, in the order that its language has."""
    if name.language == "zh":
        if prefix:
            yield f"{prefix}{name.text}"
        return
    for spelling in spellings:
        if spelling.isascii() == (name.language not in {"ru", "ar"}):
            yield f"{name.text} {spelling}"
            if name.language in {"es", "fr", "pt", "it"}:
                yield f"{spelling} de {name.text}"


class Number(Record, frozen=True, kw_only=True):
    """A CAS number of the registry: whose it is."""

    cas: str
    substance: int  # place in the registry
    form: str  # of the substance


class Names(Record, frozen=True, kw_only=True):
    """What the hits of a scan mean."""

    entries: tuple[Entry, ...]
    numbers: tuple[Number, ...]  # in the order of `Tables.cas`
    hs: dict[str, tuple[int, ...]]  # "2915.24" of its own: substances
    un: dict[str, tuple[int, ...]]
    cus: dict[str, tuple[int, ...]]
