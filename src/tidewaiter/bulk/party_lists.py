"""Party lists for matching: one file, or all lists in force on a day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import hash_file
from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.bulk.parties import match_parties
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.decisions import Judgements, read_judgements
from tidewaiter.lists.generation import generation_of, rarity_in
from tidewaiter.lists.index_cache import index_for
from tidewaiter.parties.matching.index import Index, build_index
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.types import Answer, AskedParty, Match, read_rows
from tidewaiter.parties.names.rarity import Namesakes
from tidewaiter.parties.thresholds import Threshold
from tidewaiter.parties.types import ListedParty, ListVersion
from tidewaiter.trade.party_matches import AllLinks
from tidewaiter.trade.rules.alert_rules import load_alert_rules

# A single list has no version: its relations are in the entry's own words.
_UNKEPT = ListVersion(slug="", name="", authority="", sha256="", read=date.min)


class Origins(Record, frozen=True, kw_only=True):
    """Origin of matched entries."""

    day: date
    versions: Mapping[str, str]  # SHA-256 of each list, by slug
    titles: Mapping[str, Phrase] = {}  # name of each list, with its date, by slug
    file: str = ""  # name of a single list; "": entries carry the slug of their list
    parties: Mapping[str, ListedParty]  # by match id

    def of(self, match: Match) -> tuple[str, str, str]:
        """Return list, version and entry id of a match."""
        if self.file:
            return self.file, self.versions[self.file], match.entry
        slug, _, entry = match.entry.partition(" ")
        return slug, self.versions[slug], entry


class PartyLists(Record, frozen=True, kw_only=True):
    """Index, judgements and ownership relations of lists."""

    index: Index  # all visible entries
    origins: Origins
    entries: Mapping[str, tuple[str, ListedParty]]
    """By index id: the list, and the original entry."""
    links: AllLinks  # ownership links of all lists
    judgements: Judgements | None  # None: a single list without judgements
    restricted: bool  # restricted entries and relations to them are included
    left_out: bool  # restricted entries exist and are excluded
    namesakes: Namesakes  # of all visible entries

    def answers(
        self, parties: Iterable[AskedParty], least: Threshold | None = None
    ) -> Iterator[Sequence[Answer]]:
        """Match parties batch by batch, in order.

        Args:
            parties: Parties as read.
            least: Minimum similarity; None: the model's.

        Yields:
            An answer per party of a batch.
        """
        explainer = Matcher(self.index)  # separate, as the other one processes the next batch
        for batch in match_parties(parties, Matcher(self.index)):
            yield [
                self.settled(
                    party, explainer.explained(party, batch.asking, batch.answers, row, least)
                )
                for party, row in zip(batch.parties, batch.place, strict=True)
            ]

    def settled(self, party: AskedParty, answer: Answer) -> Answer:
        """Return an answer with judgements and relations of its matches."""
        country = party.countries[0] if party.countries else ""
        matches = tuple(self._settled(each, party.text, country) for each in answer.matches)
        return structs.replace(answer, matches=matches) if matches else answer

    def _settled(self, match: Match, name: str, country: str) -> Match:
        slug, entry = self.entries[match.entry]
        links, told = self.links[slug], self.judgements
        return structs.replace(
            match,
            judged=told.other(slug, entry, name, country) if told else "",
            links=tuple(
                link for link in links.of(entry) if self.restricted or not link.confidential
            ),
            blocked_share=links.blocked_share(entry),
            owned=links.owned(entry),
            sharing=self.namesakes.count(match.name),
            entries=len(self.namesakes),
        )


def load_party_lists(place: Path, day: date, *, restricted: bool) -> PartyLists:
    """Build the index of a list, or of all lists in force with prefixed ids.

    Args:
        place: A JSON Lines list, or the list folder.
        day: Day in force.
        restricted: Include restricted entries.

    Raises:
        InputError: Unreadable list, or a folder without lists.
    """
    if place.exists() and not place.is_dir():
        return _one_list(place, day, restricted=restricted)
    archive = Archive(place)
    if not archive.slugs():
        raise InputError("bulk/no-party-list-kept", at=str(place))
    steps = load_alert_rules().party.linked.steps
    entries: dict[str, tuple[str, ListedParty]] = {}
    listed: list[ListedParty] = []
    versions: dict[str, str] = {}
    titles: dict[str, Phrase] = {}
    held = list(archive.in_force(day))
    links = AllLinks(held, steps, day)
    for version, parties in held:
        versions[version.slug] = version.sha256
        titles[version.slug] = _titled(version)
        for party in links.searched(version, parties):
            name, source = f"{version.slug} {party.id}", party.source or version.name
            listed.append(structs.replace(party, id=name, source=source))
            entries[name] = version.slug, party
    shown = _shown(listed, restricted=restricted)
    generation = generation_of(archive)  # same word weights as in a screening
    index = index_for(shown, rarity_in(archive, generation) if generation else None)
    return PartyLists(
        index=index,
        origins=Origins(day=day, versions=versions, titles=titles, parties=_by_id(index)),
        entries=entries,
        links=links,
        judgements=read_judgements(place),
        restricted=restricted,
        left_out=len(shown) < len(listed),
        namesakes=Namesakes(shown),
    )


def _one_list(path: Path, day: date, *, restricted: bool) -> PartyLists:
    rows = read_rows(path)
    shown = _shown(rows, restricted=restricted)
    steps = load_alert_rules().party.linked.steps
    index = build_index(shown)
    name = path.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    versions = {name: hash_file(path)}
    return PartyLists(
        index=index,
        origins=Origins(day=day, versions=versions, file=name, parties=_by_id(index)),
        entries={each.id: ("", each) for each in shown},
        # Over all entries: a relation to an excluded one is described by its name.
        links=AllLinks([(_UNKEPT, rows)], steps),
        judgements=None,
        restricted=restricted,
        left_out=len(shown) < len(rows),
        namesakes=Namesakes(shown),
    )


def _titled(version: ListVersion) -> Phrase:
    """Return the name of a list with the date that it states, or the day it was loaded."""
    if version.dated is None:
        return Phrase("version/read", name=version.name, day=version.read)
    return Phrase("version/dated", name=version.name, day=version.dated)


def _shown(listed: Sequence[ListedParty], *, restricted: bool) -> list[ListedParty]:
    """Return the visible entries."""
    return [party for party in listed if restricted or not party.confidential]


def _by_id(index: Index) -> Mapping[str, ListedParty]:
    return {party.id: party for party in index.parties}
