"""Indexes: the names of lists laid out for matching, made once and kept in the user's cache.

To lay out 40,000 names takes seconds of a processor, and every screening and each of its processes
would do it anew. Entries for the authority only are never written there.
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
from tidewaiter.parties.matching.index import Index, Layout, build_index, index_of
from tidewaiter.parties.names.rarity import Rarity
from tidewaiter.parties.types import ListedParty

_FEWEST = 2_000  # names; fewer are laid out as fast as they are found in the cache
_READERS = ("anyascii", "numpy", "opencc", "pypinyin", "wordfreq")
"""Packages that decide how a name is read, and how rare its words are."""


def index_for(parties: Sequence[ListedParty], rarity: Rarity | None = None) -> Index:
    """Return the index of lists, as `build_index` makes it, from the cache where it is there.

    Args:
        parties: The entries.
        rarity: Frozen counts of a generation; None: those of these entries.
    """
    names = sum(len(party.names) for party in parties)
    if names < _FEWEST or any(party.confidential for party in parties):
        return build_index(parties, rarity)
    made: list[Index] = []

    def make(folder: Path) -> None:
        index = build_index(parties, rarity)
        made.append(index)
        save_arrays(folder, "layout", Layout(index.name_of, index.listed))
        (folder / "rarity.msgpack").write_bytes(msgspec.msgpack.encode(index.rarity))

    try:
        folder = cached("parties", _key(parties, rarity), make)
    except OSError:  # the disk of the cache is full
        return made[0] if made else build_index(parties, rarity)
    if made:
        return made[0]
    try:
        counts = msgspec.msgpack.decode((folder / "rarity.msgpack").read_bytes(), type=Rarity)
        return index_of(parties, load_arrays(folder, "layout", Layout), counts)
    except (EOFError, OSError, ValueError, msgspec.MsgspecError):  # damaged, or dropped meanwhile
        shutil.rmtree(folder, ignore_errors=True)
        return build_index(parties, rarity)


def _key(parties: Sequence[ListedParty], rarity: Rarity | None) -> str:
    """Hash all that an index is made from."""
    names = [(party.kind, [name.text for name in party.names]) for party in parties]
    said = hashlib.sha256(msgspec.msgpack.encode((names, rarity))).hexdigest()
    code = sorted(Path(package.__path__[0]).rglob("*.py"))
    return digest(
        [*code, *toml_files(data("parties"))],
        said,
        *map(version, _READERS),
        unicodedata.unidata_version,
    )
