"""The parties of a file against the lists in force, as a screening would match them."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

import msgspec
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.bulk.parties import Matched, match_parties, row_answers
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.decisions import read_judgements
from tidewaiter.lists.generation import generation_of, rarity_in
from tidewaiter.lists.index_cache import index_for
from tidewaiter.parties.calibration.evaluation import Entry, Hits, Told, choose, enough_for
from tidewaiter.parties.calibration.types import LOWEST, AskedList, Calibration, KnownFile
from tidewaiter.parties.matching.attributes import most_points
from tidewaiter.parties.matching.index import Index
from tidewaiter.parties.matching.matcher import Matcher, probability
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.thresholds import Threshold


class Known(NamedTuple):
    """The parties of a file, and what they matched."""

    file: str
    sha256: str
    refused: int
    repeated: int
    hits: Hits

    def record(self) -> KnownFile:
        """Return what is told of the file."""
        return KnownFile(
            file=self.file,
            sha256=self.sha256,
            parties=self.hits.parties,
            repeated=self.repeated,
            refused=self.refused,
            settled=self.hits.settled,
        )


class Wanted(NamedTuple):
    """What a calibration is asked for."""

    rate: float | None  # alerts per party
    threshold: Threshold  # told of where no rate is wanted
    by_kind: bool = False


class Calibrator:
    """Asks for parties whose answer is known; what judgements settle is left out."""

    def __init__(self, archive: Archive, day: date) -> None:
        """Build the index of the lists in force; some seconds for 20,000 entries.

        Raises:
            InputError: No list is in force.
        """
        self.day = day
        held = list(archive.in_force(day))
        self._entries = [
            Entry(version, party)
            for version, parties in held
            for party in parties
            if not party.confidential  # a page of a calibration is passed on
        ]
        if not self._entries:
            if not archive.slugs():
                raise InputError("bulk/no-list-kept", at=str(archive.folder))
            raise InputError("bulk/no-list-in-force", day=day, at=str(archive.folder))
        self._judgements = read_judgements(archive.folder)
        self.lists = tuple(
            AskedList(
                list=version.slug,
                name=version.name,
                version=version.sha256,
                dated=version.dated,
                entries=sum(not party.confidential for party in parties),
            )
            for version, parties in held
            if not version.confidential
        )
        # Ids are those of each list, so entries are told apart by their places.
        parties = [
            structs.replace(each.party, id=str(place)) for place, each in enumerate(self._entries)
        ]
        generation = generation_of(archive)  # words weigh what they weigh in a screening
        rarity = rarity_in(archive, generation) if generation else None
        self._index = index_for(parties, rarity)

    @property
    def index(self) -> Index:
        """The index of the lists; the id of an entry is its place."""
        return self._index

    def new_hits(self) -> Hits:
        """Return room for the matches of a file."""
        return Hits(self._entries)

    def ask(self, parties: Iterable[AskedParty], hits: Hits) -> Iterator[int]:
        """Match parties and take up what they match; yields how many are done, batch by batch."""
        matcher, explainer = Matcher(self._index), Matcher(self._index)
        for batch in match_parties(parties, matcher):
            for party in batch.parties:
                hits.count(party)
            near = [
                party
                for place, party in enumerate(batch.parties)
                if _may_match(batch, place, matcher)
            ]
            for party, answer in zip(near, explainer.match(near, LOWEST), strict=True):
                hits.add(party, answer, self._settled)
            yield len(batch.parties)

    def _settled(self, place: int, party: AskedParty) -> bool:
        version, entry = self._entries[place]
        country = party.countries[0] if party.countries else ""
        made = self._judgements.of(version.slug, entry, party.text, country)
        return made is not None and made.verdict == "other"


def _may_match(batch: Matched, place: int, matcher: Matcher) -> bool:
    """Tell whether a party may reach the lowest threshold; what it matches is asked for apart."""
    party, row = batch.parties[place], batch.place[place]
    if party.identifiers:
        first = next(row_answers(batch, place, matcher, attributes=True), None)
        return first is not None and first[1] >= LOWEST
    best = float(batch.answers.odds[row, 0]) if batch.answers.counts[row] else -1e9
    return probability(best + most_points(party)) >= LOWEST


class Once:
    """Passes each party once, whatever its id; counts those that say the same again."""

    def __init__(self, parties: Iterable[AskedParty]) -> None:
        self._parties = parties
        self.repeated = 0

    def __iter__(self) -> Iterator[AskedParty]:
        """Yield the parties."""
        seen: set[int] = set()
        for party in self._parties:
            key = hash(msgspec.msgpack.encode(structs.replace(party, id="")))
            if key in seen:
                self.repeated += 1
                continue
            seen.add(key)
            yield party


def calibrate(
    calibrator: Calibrator, cleared: Known, found: Known | None, wanted: Wanted
) -> Calibration:
    """Tell what thresholds give, and choose one where a rate is wanted.

    Args:
        calibrator: That asked for the parties.
        cleared: Parties that are known to be none of the listed ones.
        found: Parties that were rightly flagged; None: there is no file of these.
        wanted: The rate, or the threshold that is told of.

    Raises:
        InputError: A file holds no party, or no threshold keeps the rate.
    """
    for known in filter(None, (cleared, found)):
        if known.hits.parties == 0:
            raise InputError("bulk/no-readable-party", at=known.file)
    threshold = _threshold(cleared.hits, wanted)
    told = Told(cleared.hits, found.hits if found else None, threshold)
    return Calibration(
        day=calibrator.day,
        lists=calibrator.lists,
        cleared=cleared.record(),
        found=found.record() if found else None,
        wanted=wanted.rate,
        enough=enough_for(wanted.rate) if wanted.rate else 0,
        threshold=threshold,
        chosen=wanted.rate is not None,
        levels=told.levels(),
        at=told.at(),
        origins=told.origins(),
        by_list=told.lists(),
        kinds=told.kinds(),
        hows=told.hows(),
        causes=told.causes(),
        bins=told.bins(),
    )


def _threshold(hits: Hits, wanted: Wanted) -> Threshold:
    if wanted.rate is None:
        return wanted.threshold
    return choose(hits.table(), hits.parties, wanted.rate, by_kind=wanted.by_kind)
