"""Matching service: the lists in force today, kept in memory, and answers to queries by example.

The lists are those of `tidewaiter match`, and so are answers and their order: both use one matcher.
They are loaded again when a list, a judgement or a threshold changes, and at midnight.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from queue import LifoQueue
from typing import Final, NamedTuple
from urllib.parse import quote

from msgspec import structs

from tidewaiter.base.errors import MissingError, TidewaiterError
from tidewaiter.base.records import Record
from tidewaiter.bulk.party_lists import PartyLists, load_party_lists
from tidewaiter.lists.archive import Archive, folder_state
from tidewaiter.lists.decisions import JUDGEMENTS_FILE, THRESHOLDS_FILE, threshold_for
from tidewaiter.node.matching.word_search import WordSearch
from tidewaiter.parties.matching.ftm import TOPICS, FtmQuery, schema_of
from tidewaiter.parties.matching.kernels.linking import KEPT
from tidewaiter.parties.matching.matcher import Matcher, threshold_of
from tidewaiter.parties.matching.types import Answer, AskedParty, Match
from tidewaiter.parties.thresholds import Threshold
from tidewaiter.parties.types import ListedParty, ListVersion

ALL: Final = "default"
"""Name of the data set of all lists."""

_SECONDS: Final = 1.0  # between two looks at the folder
_WORDS: Final = 50_000  # words a matcher remembers: a lookup copies them when it meets a new one
_LEAST: Final = 1e-9  # threshold for "any probability"


class Place(NamedTuple):
    """A list entry and its place."""

    id: str  # public id
    list: str  # slug
    party: ListedParty  # as listed, with its id there


class Filters(Record, frozen=True, kw_only=True):
    """Which entries may be answered."""

    dataset: str = ALL
    include: frozenset[str] = frozenset()  # slugs; empty: all
    exclude: frozenset[str] = frozenset()  # slugs
    exclude_schemas: frozenset[str] = frozenset()
    exclude_ids: frozenset[str] = frozenset()  # public ids, or ids in a list
    topics: frozenset[str] = frozenset()  # one of them; empty: any

    def allow(self, place: Place) -> bool:
        """Return whether an entry may be answered."""
        return (
            self.dataset in {ALL, place.list}
            and (not self.include or place.list in self.include)
            and place.list not in self.exclude
            and schema_of(place.party) not in self.exclude_schemas
            and not self.exclude_ids & {place.id, place.party.id}
            and (not self.topics or TOPICS.get(place.party.action, "") in self.topics)
        )


class Levels(Record, frozen=True, kw_only=True):
    """Probabilities from which an entry is a match, and from which it is shown."""

    match: Threshold
    shown: Threshold

    def is_match(self, match: Match) -> bool:
        """Return whether a shown entry is a match."""
        return match.probability >= self.match.of(match.kind)


class Candidate(NamedTuple):
    """An entry that resembles the query."""

    place: Place
    match: Match
    is_match: bool


class Result(Record, frozen=True, kw_only=True):
    """The answer to a query."""

    candidates: tuple[Candidate, ...]  # best first
    total: int  # matches, before the limit
    at_least: bool  # there may be more matches
    not_assessable: str = ""  # why no name could be compared; "" if one was
    script: str = ""  # script of a name that is compared with names in that script only
    not_compared: tuple[str, ...] = ()  # names that could not be compared
    doubts: tuple[str, ...] = ()  # invalid identifiers, with the reason


def public_id(slug: str, entry: str) -> str:
    """Return the id of an entry over all lists: letters, digits and "-._~:" only."""
    return f"{slug}:{quote(entry, safe='').replace('~', '%7E').replace('%', '~')}"


class LoadedLists:
    """The lists that a user may see, with their entries by id and a pool of matchers."""

    def __init__(self, lists: PartyLists, versions: Sequence[ListVersion], workers: int) -> None:
        """Take lists.

        Args:
            lists: All visible entries.
            versions: The visible lists in force.
            workers: How many queries are matched at a time.
        """
        self.lists = lists
        self.versions = {each.slug: each for each in versions}
        self.places: dict[str, Place] = {}  # by id in the index
        self.entries: dict[str, Place] = {}  # by public id
        self._own: dict[str, list[Place]] = {}
        self._order: dict[str, int] = {}
        for party in lists.index.parties:
            slug, entry = lists.entries[party.id]
            place = Place(public_id(slug, entry.id), slug, entry)
            self._order[party.id] = len(self.places)
            self.places[party.id] = self.entries[place.id] = place
            self._own.setdefault(entry.id, []).append(place)
        self.all = tuple(self.places.values())
        self._pool: LifoQueue[Matcher | None] = LifoQueue()
        for _ in range(workers):
            self._pool.put(None)  # made when first needed
        self._lock = threading.Lock()
        self._words: WordSearch | None = None

    def find(self, name: str) -> Place | None:
        """Return an entry by its public id, or by its id in a list if only one list has it."""
        found = self.entries.get(name)
        own = self._own.get(name, ()) if found is None else ()
        return own[0] if len(own) == 1 else found

    def search(self, text: str, *, prefix: bool = False) -> list[Place]:
        """Return the entries with all words of a text."""
        with self._lock:
            if self._words is None:
                self._words = WordSearch([each.party for each in self.all])
        return [self.all[at] for at in self._words.find(text, prefix=prefix)]

    def match(
        self, queries: Sequence[FtmQuery], levels: Levels, filters: Filters, limit: int
    ) -> list[Result]:
        """Match queries as one batch.

        Args:
            queries: The queries.
            levels: Thresholds.
            filters: Which entries may be answered.
            limit: Most candidates of a result.
        """
        parties = [party for query in queries for party in query.parties]
        answers = iter(self._answers(parties, levels.shown))
        return [
            self._result([next(answers) for _ in query.parties], levels, filters, limit)
            for query in queries
        ]

    def _answers(self, parties: Sequence[AskedParty], least: Threshold) -> list[Answer]:
        with self._matcher() as matcher:
            found = matcher.match(parties, least)
        return [
            self.lists.settled(party, answer) for party, answer in zip(parties, found, strict=True)
        ]

    @contextmanager
    def _matcher(self) -> Iterator[Matcher]:
        """Wait for a matcher that no other thread uses."""
        matcher = self._pool.get()
        try:
            matcher = matcher or Matcher(self.lists.index, words=_WORDS)
            yield matcher
        finally:
            self._pool.put(matcher)

    def _result(
        self, answers: Sequence[Answer], levels: Levels, filters: Filters, limit: int
    ) -> Result:
        """Join the answers to the names of a query: the best one for each entry counts."""
        best: dict[str, Match] = {}
        for match in (match for answer in answers for match in answer.matches):
            held = best.get(match.entry)
            if held is None or held.log_odds < match.log_odds:
                best[match.entry] = match
        ranked = sorted(best.values(), key=lambda each: (-each.log_odds, self._order[each.entry]))
        found = [Candidate(self.places[each.entry], each, levels.is_match(each)) for each in ranked]
        kept = [each for each in found if filters.allow(each.place)]
        unclear = [each for each in answers if each.not_assessable]
        failed = len(unclear) == len(answers)
        return Result(
            candidates=tuple(kept[:limit]),
            total=sum(each.is_match for each in kept),
            at_least=bool(unclear) or any(len(each.matches) >= KEPT for each in answers),
            not_assessable=unclear[0].not_assessable if failed else "",
            script=next((each.script for each in unclear if each.script), ""),
            not_compared=tuple(each.text for each in unclear),
            doubts=tuple(dict.fromkeys(doubt for each in answers for doubt in each.doubts)),
        )


class MatchingService:
    """Keeps the lists of a folder in memory; thread-safe."""

    def __init__(self, now: Callable[[], tuple[Path | None, date]]) -> None:
        """Take where the lists are.

        Args:
            now: Returns the folder of lists (None: there is none) and the day.
        """
        self._now = now
        self._lock = threading.Lock()
        self._looked = -_SECONDS
        self._state: object = None
        self._loaded: dict[bool, LoadedLists] = {}

    def is_ready(self) -> bool:
        """Return whether there is a list; it need not be loaded yet."""
        folder, _ = self._now()
        return folder is not None and bool(Archive(folder).slugs())

    def lists(self, *, cleared: bool) -> LoadedLists:
        """Return the lists in force today.

        Args:
            cleared: Whether restricted entries are included.

        Raises:
            MissingError: There is no list.
            StoreError: A list cannot be read.
        """
        with self._lock:
            self._check()
            if False not in self._loaded:
                self._loaded[False] = self._load(restricted=False)
            open_ = self._loaded[False]
            if not cleared or not open_.lists.left_out:
                return open_
            if True not in self._loaded:
                self._loaded[True] = self._load(restricted=True)
            return self._loaded[True]

    def loaded(self, *, cleared: bool) -> LoadedLists | None:
        """Return the lists if they are in memory; otherwise begin to load them, and return None.

        Args:
            cleared: Whether restricted entries are included.
        """
        if not self.is_ready() or not self._lock.acquire(blocking=False):
            return None
        try:
            self._check()
            open_ = self._loaded.get(False)
            if open_ is not None and (not cleared or not open_.lists.left_out):
                return open_
            if cleared and True in self._loaded:
                return self._loaded[True]
        finally:
            self._lock.release()
        loading = threading.Thread(
            target=self._load_quietly, args=(cleared,), name="party lists", daemon=True
        )
        loading.start()
        return None

    def _load_quietly(self, cleared: bool) -> None:  # noqa: FBT001 - the argument of a thread
        with suppress(TidewaiterError):  # whoever asks for the lists is told
            self.lists(cleared=cleared)

    def threshold(self) -> Threshold:
        """Return the stored threshold, or else that of the model."""
        return threshold_of(threshold_for(self._now()[0], None))

    def levels(self, threshold: float | None, cutoff: float | None) -> Levels:
        """Return the thresholds of a request.

        Args:
            threshold: Probability of a match; None: the stored one.
            cutoff: Probability from which an entry is shown; None: matches only.
        """
        match = self.threshold() if threshold is None else threshold_of(threshold)
        if cutoff is None:
            return Levels(match=match, shown=match)
        kinds = tuple(
            structs.replace(each, least=min(each.least, cutoff or _LEAST)) for each in match.kinds
        )
        least = min(match.least, cutoff or _LEAST)
        return Levels(match=match, shown=structs.replace(match, least=least, kinds=kinds))

    def _check(self) -> None:
        """Forget the lists if they may have changed; looks at most once per second."""
        now = time.monotonic()
        if now - self._looked < _SECONDS:
            return
        folder, day = self._now()
        state = (day, _state(folder))
        if state != self._state:
            self._state, self._loaded = state, {}
        self._looked = now

    def _load(self, *, restricted: bool) -> LoadedLists:
        folder, day = self._now()
        if folder is None or not Archive(folder).slugs():
            raise MissingError("node/no-party-list")
        archive = Archive(folder)
        lists = load_party_lists(folder, day, restricted=restricted)
        held = (archive.at(slug, day) for slug in archive.slugs())
        versions = [each.version for each in held if each is not None]
        return LoadedLists(
            lists,
            [each for each in versions if restricted or not each.confidential],
            os.cpu_count() or 1,
        )


def _state(folder: Path | None) -> tuple[object, ...]:
    """Return a fingerprint of lists and decisions."""
    files: Mapping[str, Path] = (
        {name: folder / name for name in (JUDGEMENTS_FILE, THRESHOLDS_FILE)} if folder else {}
    )
    stats = ((name, path.stat()) for name, path in files.items() if path.is_file())
    return folder_state(folder), tuple((n, s.st_mtime_ns, s.st_size) for n, s in stats)
