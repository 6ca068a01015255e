"""The lists that `tidewaiter match` asks: one that was given, or those that are kept."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click
from msgspec import structs

from tidewaiter.lists.archive import Archive
from tidewaiter.lists.generation import generation_of
from tidewaiter.lists.rarities import rarity_in
from tidewaiter.parties.matching.index import Index, build_index
from tidewaiter.parties.matching.rarity import Rarity
from tidewaiter.parties.matching.rows import read_rows
from tidewaiter.parties.types import ListedParty


def index_of(list_path: Path | None, folder: Path, day: date, *, restricted: bool) -> Index:
    """Build the index of a list, or of all lists in force, whose ids then begin with theirs.

    Args:
        list_path: The list that was given; None: those of the folder are asked.
        folder: That keeps lists.
        day: They are as they were in force then.
        restricted: Entries that are for their authority alone too.

    Raises:
        InputError: The list that was given cannot be read.
    """
    if list_path is not None:
        return build_index(_shown(read_rows(list_path), restricted=restricted))
    archive = Archive(folder)
    if not archive.slugs():
        raise click.UsageError("give --list, or keep a list: tidewaiter lists add FILE")
    listed = [
        structs.replace(party, id=f"{version.slug} {party.id}", source=party.source or version.name)
        for version, parties in archive.in_force(day)
        for party in parties
    ]
    return build_index(_shown(listed, restricted=restricted), _rarity(archive))


def _rarity(archive: Archive) -> Rarity | None:
    """Return how rare words are for a folder of lists, as a screening weighs them."""
    generation = generation_of(archive)
    return rarity_in(archive, generation) if generation else None


def _shown(listed: Sequence[ListedParty], *, restricted: bool) -> Sequence[ListedParty]:
    """Return the entries that may be shown; say that there are others, and not of whom."""
    shown = [party for party in listed if restricted or not party.confidential]
    if len(shown) < len(listed):
        text = "restricted entries are left out: --restricted matches them too"
        click.echo(text, err=True)
    return shown
