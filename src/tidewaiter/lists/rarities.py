"""Rarities: how rare words are in the lists of a generation, counted once and kept."""

import hashlib
from contextlib import suppress
from importlib.metadata import version

import msgspec

from tidewaiter.lists.archive import Archive
from tidewaiter.lists.generation import Generation, write_whole
from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.rarity import Rarity
from tidewaiter.parties.readers import EDITION


def rarity_in(archive: Archive, generation: Generation) -> Rarity:
    """Return how rare words are in a generation.

    Args:
        archive: The folder of lists; the counts are kept there where it takes changes.
        generation: Of that folder.

    Raises:
        InputError: A version is not there.
        StoreError: A version cannot be read.
    """
    said = msgspec.json.encode((EDITION, version("tidewaiter")))
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
