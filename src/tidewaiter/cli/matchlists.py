"""The lists that `tidewaiter match` asks: one that was given, or those that are kept."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import click
from msgspec import structs

from tidewaiter.lists.archive import Archive
from tidewaiter.lists.generation import generation_of
from tidewaiter.lists.indexes import index_for
from tidewaiter.lists.judgements import Judgements, read_judgements
from tidewaiter.lists.rarities import rarity_in
from tidewaiter.parties.matching.index import Index, build_index
from tidewaiter.parties.matching.rarity import Rarity
from tidewaiter.parties.matching.rows import read_rows
from tidewaiter.parties.matching.types import Answer, AskedParty
from tidewaiter.parties.types import ListedParty


class Lists:
    """What is asked, and what was judged of it."""

    def __init__(
        self, index: Index, judgements: Judgements | None = None,
        kept: Mapping[str, tuple[str, ListedParty]] | None = None,
    ) -> None:  # fmt: skip
        """Take the index, and of kept lists the judgements and each entry as its list has it."""
        self.index = index
        self._judgements = judgements
        self._kept = kept or {}

    def settled(self, party: AskedParty, answer: Answer) -> Answer:
        """Return an answer with what was judged of its matches."""
        if not self._judgements or not answer.matches:
            return answer
        country = party.countries[0] if party.countries else ""
        matches = tuple(
            structs.replace(
                each, judged=self._judgements.other(*self._kept[each.entry], party.text, country)
            )
            for each in answer.matches
        )
        return structs.replace(answer, matches=matches)


def lists_of(list_path: Path | None, folder: Path, day: date, *, restricted: bool) -> Lists:
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
        index = build_index(_shown(read_rows(list_path), restricted=restricted))
        return Lists(index)
    archive = Archive(folder)
    if not archive.slugs():
        raise click.UsageError("give --list, or keep a list: tidewaiter lists add FILE")
    judgements = read_judgements(folder)
    kept: dict[str, tuple[str, ListedParty]] = {}
    listed = []
    for version, parties in archive.in_force(day):
        for party in parties:
            name, source = f"{version.slug} {party.id}", party.source or version.name
            listed.append(structs.replace(party, id=name, source=source))
            kept[name] = version.slug, party
    index = index_for(_shown(listed, restricted=restricted), _rarity(archive))
    return Lists(index, judgements, kept)


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
