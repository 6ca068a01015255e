"""The lists that `tidewaiter match` asks: one that was given, or those that are kept."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import click
from msgspec import structs

from tidewaiter.consignments.links import Links
from tidewaiter.consignments.rules import load_alert_rules
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.generation import generation_of
from tidewaiter.lists.indexes import index_for
from tidewaiter.lists.judgements import Judgements, read_judgements
from tidewaiter.lists.rarities import rarity_in
from tidewaiter.parties.matching.index import Index, build_index
from tidewaiter.parties.matching.rarity import Rarity
from tidewaiter.parties.matching.rows import read_rows
from tidewaiter.parties.matching.types import Answer, AskedParty, Match
from tidewaiter.parties.types import ListedParty, ListVersion

# The one list that was given is no version: its ties bear the entry's own words alone.
_UNKEPT = ListVersion(slug="", name="", authority="", sha256="", read=date.min)


class Lists:
    """What is asked, what was judged of it, and what its lists say of owners."""

    def __init__(
        self,
        index: Index,
        kept: Mapping[str, tuple[str, ListedParty]],
        links: Mapping[str, Links],
        judgements: Judgements | None = None,
        *,
        restricted: bool,
    ) -> None:
        """Take what is asked.

        Args:
            index: Of all entries.
            kept: By the id that an entry has in the index: its list, and the entry as that has it.
            links: The ties of each list.
            judgements: What was judged of entries; None: of a list that is not kept nobody judged.
            restricted: Ties to entries that are for their authority alone are told too.
        """
        self.index = index
        self._kept = kept
        self._links = links
        self._judgements = judgements
        self._restricted = restricted

    def settled(self, party: AskedParty, answer: Answer) -> Answer:
        """Return an answer with what was judged of its matches, and with their ties."""
        country = party.countries[0] if party.countries else ""
        matches = tuple(self._settled(each, party.text, country) for each in answer.matches)
        return structs.replace(answer, matches=matches) if matches else answer

    def _settled(self, match: Match, name: str, country: str) -> Match:
        slug, entry = self._kept[match.entry]
        links, told = self._links[slug], self._judgements
        return structs.replace(
            match,
            judged=told.other(slug, entry, name, country) if told else "",
            links=tuple(
                link for link in links.of(entry) if self._restricted or not link.confidential
            ),
            blocked_share=links.blocked_share(entry),
        )


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
    steps = load_alert_rules().party.linked.steps
    if list_path is not None:
        rows = read_rows(list_path)
        shown = _shown(rows, restricted=restricted)
        # Of all entries: a tie to one that is left out would be told by the name in the tie.
        own = {"": Links(_UNKEPT, rows, steps)}
        asked = {each.id: ("", each) for each in shown}
        return Lists(build_index(shown), asked, own, restricted=restricted)
    archive = Archive(folder)
    if not archive.slugs():
        raise click.UsageError("give --list, or keep a list: tidewaiter lists add FILE")
    judgements = read_judgements(folder)
    kept: dict[str, tuple[str, ListedParty]] = {}
    listed: list[ListedParty] = []
    links: dict[str, Links] = {}
    for version, parties in archive.in_force(day):
        links[version.slug] = Links(version, parties, steps)
        for party in parties:
            name, source = f"{version.slug} {party.id}", party.source or version.name
            listed.append(structs.replace(party, id=name, source=source))
            kept[name] = version.slug, party
    index = index_for(_shown(listed, restricted=restricted), _rarity(archive))
    return Lists(index, kept, links, judgements, restricted=restricted)


def _rarity(archive: Archive) -> Rarity | None:
    """Return how rare words are for a folder of lists, as a screening weighs them."""
    generation = generation_of(archive)
    return rarity_in(archive, generation) if generation else None


def _of(listed: Sequence[ListedParty], *, restricted: bool) -> list[ListedParty]:
    """Return the entries that may be shown."""
    return [party for party in listed if restricted or not party.confidential]


def _shown(listed: Sequence[ListedParty], *, restricted: bool) -> Sequence[ListedParty]:
    """Return the entries that may be shown; say that there are others, and not of whom."""
    shown = _of(listed, restricted=restricted)
    if len(shown) < len(listed):
        text = "restricted entries are left out: --restricted matches them too"
        click.echo(text, err=True)
    return shown
