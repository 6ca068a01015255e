"""The lexicon: everything the scan looks things up in, compiled once and kept."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from tidewaiter.base.cache import cached, digest
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.identify.anchors import build_anchors
from tidewaiter.identify.arrays import load_arrays, save_arrays
from tidewaiter.identify.entries import Entry, build_entries
from tidewaiter.identify.fold import build_fold_tables
from tidewaiter.identify.hashing import build_table, mix_all
from tidewaiter.identify.others import load_others
from tidewaiter.identify.rules import ContextRules, load_context_rules
from tidewaiter.identify.scan import Tables
from tidewaiter.identify.trie import build_trie
from tidewaiter.identify.vocabulary import build_vocabulary
from tidewaiter.substances.registry import Registry, load_registry


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


@dataclass(frozen=True)
class Lexicon:
    """The tables of the scan, the names they lead to, and the registry behind them."""

    registry: Registry
    rules: ContextRules
    tables: Tables
    names: Names


def load_lexicon(own: tuple[Path, ...] = (), *, street: bool = False) -> Lexicon:
    """Load the compiled lexicon; compile it where the registry, the rules or the code changed.

    Args:
        own: Folders of an authority's own lists, as `load_registry` takes them.
        street: Know street names too.
    """
    registry = load_registry(own)
    files = [data("rules", name) for name in ("fold.toml", "context.toml")]
    files += [data("hs", "own.toml"), data("other_chemicals", "hashes.bin")]
    code = sorted(Path(__file__).parent.glob("*.py"))
    key = digest([*files, *code], registry.digest, str(street))

    def make(folder: Path) -> None:
        tables, names = compile_lexicon(registry, street=street)
        save_arrays(folder, "tables", tables)
        (folder / "names.msgpack").write_bytes(msgspec.msgpack.encode(names))

    folder = cached("lexicon", key, make)
    names = msgspec.msgpack.decode((folder / "names.msgpack").read_bytes(), type=Names)
    tables = load_arrays(folder, "tables", Tables)
    return Lexicon(registry, load_context_rules(), tables, names)


def compile_lexicon(registry: Registry, *, street: bool = False) -> tuple[Tables, Names]:
    """Compile the tables of the scan from the registry and the rules."""
    fold, rules = build_fold_tables(), load_context_rules()
    entries = build_entries(registry, rules, fold, street=street)
    keys = [np.array([ord(unit) for unit in entry.key], np.uint32) for entry in entries]
    others = load_others()
    anchors, rarest = build_anchors(entries, keys, fold)
    vocabulary = build_vocabulary(entries, rules, fold, others.words, rarest)
    numbers = _numbers(registry)
    tables = Tables(
        fold=fold,
        trie=build_trie(keys),
        strong=np.array([entry.tier == "strong" for entry in entries], np.bool_),
        vocabulary=vocabulary,
        other=build_table(mix_all(others.names), np.zeros(len(others.names), np.int32)),
        anchors=anchors,
        cas=np.array(list(numbers), np.int64),
    )
    return tables, Names(
        entries=entries,
        numbers=tuple(numbers.values()),
        hs=_own_codes(registry),
        un=_by_number(registry, "un"),
        cus=_by_number(registry, "cus"),
    )


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
