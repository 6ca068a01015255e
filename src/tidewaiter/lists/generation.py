"""Generation: the list versions from which word rarity is counted, and the counts.

A match weighs words by their rarity in the lists. If rarity were recounted with each version, one
new entry would change the score of every party; so the counts are frozen until the lists have grown
or shrunk by a tenth, or the user requests a new generation. `generation.json` in the folder names
the versions, which are all stored, so the counts can be reproduced. Confidential lists are not
counted: they would influence the scores of public entries.
"""

import hashlib
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from tidewaiter import __version__
from tidewaiter.base.errors import OutputError
from tidewaiter.base.files import replacing
from tidewaiter.base.records import Record
from tidewaiter.lists.archive import Archive, KeptVersion
from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.names.rarity import Rarity
from tidewaiter.parties.readers import EDITION

FILE = "generation.json"
_GROWN = 0.1  # relative change in the number of entries that triggers a recount


class Counted(Record, frozen=True, kw_only=True):
    """A version included in the counts."""

    list: str  # slug
    sha256: str


class Generation(Record, frozen=True, kw_only=True):
    """The latest version of each list at the time of counting."""

    versions: tuple[Counted, ...]  # sorted by slug
    entries: int

    @property
    def id(self) -> str:
        """Identifier of the generation, 16 hexadecimal digits."""
        return hashlib.sha256(msgspec.json.encode(self.versions)).hexdigest()[:16]


def generation_of(archive: Archive, *, anew: bool = False) -> Generation | None:
    """Return the generation of a folder of lists; start and store a new one when due.

    Args:
        archive: The folder of lists; it may be read-only.
        anew: Count the latest versions, regardless of the stored generation.

    Returns:
        The generation; None if the folder contains no list.

    Raises:
        StoreError: A version cannot be read.
    """
    versions = [archive.versions(slug) for slug in archive.slugs()]
    if not versions:
        return None
    latest = _counted([held[-1] for held in versions if not held[-1].version.confidential])
    kept = _read(archive.folder / FILE)
    if kept is not None and not anew:
        there = {(each.version.slug, each.version.sha256) for held in versions for each in held}
        whole = all((each.list, each.sha256) in there for each in kept.versions)
        if whole and abs(latest.entries - kept.entries) <= _GROWN * kept.entries:
            return kept
    if kept != latest:
        write_whole(archive.folder / FILE, msgspec.json.encode(latest) + b"\n")
    return latest


def write_whole(place: Path, content: bytes) -> None:
    """Write a reproducible file; skip it if the folder is read-only."""
    mark = f"{os.getpid()}-{secrets.token_hex(4)}"
    with suppress(OutputError, OSError), replacing(place, mark) as part:
        part.write_bytes(content)


def _counted(latest: Sequence[KeptVersion]) -> Generation:
    return Generation(
        versions=tuple(
            Counted(list=each.version.slug, sha256=each.version.sha256) for each in latest
        ),
        entries=sum(each.version.entries for each in latest),
    )


def _read(place: Path) -> Generation | None:
    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(place.read_bytes(), type=Generation)
    return None


def rarity_in(archive: Archive, generation: Generation) -> Rarity:
    """Return the word rarities of a generation.

    Args:
        archive: The folder of lists; the counts are stored there if it is writable.
        generation: A generation of that folder.

    Raises:
        InputError: A version is missing.
        StoreError: A version cannot be read.
    """
    said = msgspec.json.encode((EDITION, __version__))
    key = hashlib.sha256(said).hexdigest()[:12]
    place = archive.folder / "rarities" / f"{generation.id}-{key}.msgpack"
    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.msgpack.decode(place.read_bytes(), type=Rarity)
    parties = [
        party
        for each in generation.versions
        for party in archive.load(archive.find(each.list, each.sha256)).parties
        if not party.confidential
    ]
    rarity = build_index(parties).rarity
    write_whole(place, msgspec.msgpack.encode(rarity))
    return rarity
