"""Index cache: names of lists prepared for matching, stored in the user's cache.

Preparing 40,000 names takes seconds of CPU time, which every screening and each of its processes
would repeat. Confidential entries are never written there.
"""

import hashlib
import shutil
import unicodedata
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import msgspec

from tidewaiter import parties as package
from tidewaiter.base.cache import cached, digest
from tidewaiter.base.mapped_arrays import load_arrays, save_arrays
from tidewaiter.base.resources import data, toml_files
from tidewaiter.base.word_shares import word_files
from tidewaiter.parties.matching.index import Index, Layout, build_index, index_of
from tidewaiter.parties.names.rarity import LANGUAGES, Rarity
from tidewaiter.parties.types import ListedParty

_FEWEST = 2_000  # names; building an index for fewer is as fast as loading it
_READERS = ("anyascii", "numpy", "opencc", "pypinyin")
"""Packages that affect how names are parsed."""


def index_for(parties: Sequence[ListedParty], rarity: Rarity | None = None) -> Index:
    """Return the index of lists from the cache; build it with `build_index` on a miss.

    Args:
        parties: The entries.
        rarity: Frozen counts of a generation; None: counts of these entries.
    """
    names = sum(len(party.names) for party in parties)
    if names < _FEWEST or any(party.confidential for party in parties):
        return build_index(parties, rarity)
    made: list[Index] = []

    def make(folder: Path) -> None:
        index = build_index(parties, rarity)
        made.append(index)
        save_arrays(folder, "layout", Layout(index.name_of, index.listed, index.sounding))
        (folder / "rarity.msgpack").write_bytes(msgspec.msgpack.encode(index.rarity))

    try:
        folder = cached("parties", _key(parties, rarity), make)
    except OSError:  # the cache disk is full
        return made[0] if made else build_index(parties, rarity)
    if made:
        return made[0]
    try:
        counts = msgspec.msgpack.decode((folder / "rarity.msgpack").read_bytes(), type=Rarity)
        return index_of(parties, load_arrays(folder, "layout", Layout), counts)
    except (EOFError, OSError, ValueError, msgspec.MsgspecError):  # damaged, or evicted meanwhile
        shutil.rmtree(folder, ignore_errors=True)
        return build_index(parties, rarity)


def _key(parties: Sequence[ListedParty], rarity: Rarity | None) -> str:
    """Hash all inputs of an index."""
    names = [(party.kind, [name.text for name in party.names]) for party in parties]
    said = hashlib.sha256(msgspec.msgpack.encode((names, rarity))).hexdigest()
    code = sorted(Path(package.__path__[0]).rglob("*.py"))
    return digest(
        [*code, *toml_files(data("parties")), *word_files(LANGUAGES)],
        said,
        *map(version, _READERS),
        unicodedata.unidata_version,
    )
