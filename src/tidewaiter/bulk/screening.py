"""Screening of a file's batches in order, on one core or several.

The pool only distributes `Screener.screen`; results do not depend on where a batch runs.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import date
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
from msgspec import structs

from tidewaiter.base.records import Record
from tidewaiter.bulk.processes import processes
from tidewaiter.bulk.worker_messages import (
    SentLines,
    StoredAlerts,
    received_lines,
    sent_lines,
    stored_alerts,
)
from tidewaiter.identify import Identifier, load_lexicon
from tidewaiter.law.packs import active_version
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.decisions import read_judgements
from tidewaiter.lists.generation import generation_of
from tidewaiter.parties.thresholds import Threshold
from tidewaiter.parties.types import ListedParty
from tidewaiter.trade.party_matches import PartyFinder, PartyOnPaper, is_by_number
from tidewaiter.trade.readers.passthrough_columns import settled
from tidewaiter.trade.rules.alert_rules import AlertRules, load_alert_rules
from tidewaiter.trade.rules.switches import Switch
from tidewaiter.trade.screening import Screened, Screener
from tidewaiter.trade.types import LINES, Refusal

_TOLD = (".toml", ".json", ".jsonl")  # suffixes of own lists, list versions, judgements, thresholds


def state_of(places: Iterable[Path]) -> str:
    """Hash names, sizes and modification times of files and folder contents.

    Args:
        places: Files, and list folders; missing ones are hashed as missing.

    Returns:
        32 hexadecimal digits, unchanged until something is added, written or removed.
    """
    total = hashlib.sha256()
    for place in places:
        total.update(f"{place}\n".encode("utf-8", "surrogateescape"))
        for path in sorted(_files(place)):
            with suppress(FileNotFoundError):  # deleted meanwhile
                said = path.stat()
                told = f"{path} {said.st_size} {said.st_mtime_ns} {said.st_ino}\n"
                total.update(told.encode("utf-8", "surrogateescape"))
    return total.hexdigest()[:32]


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    for suffix in _TOLD:
        yield from (path for path in place.rglob(f"*{suffix}") if path.is_file())


_SMALL = 8_000_000  # bytes: below, starting processes takes longer than screening
_AHEAD = 2  # batches in progress per worker
_KEPT = 2  # screeners cached per process: each may hold all party lists

Screen = Callable[[pa.RecordBatch], "Future[Screened]"]


class Settings(Record, frozen=True, kw_only=True):
    """Screening settings; a worker process rebuilds all else from them."""

    day: date  # date of the law applied
    file: str
    sha256: str  # of the file's bytes
    own: tuple[Path, ...] = ()  # folders of the authority's own lists
    rules: Path | None = None  # the authority's own rules
    street: bool = False  # recognise slang
    lists: Path | None = None  # folder of party lists; None: no party matching
    threshold: Threshold | None = None  # similarity threshold; None: from the rules
    state: str = ""  # state of these files for the whole screening; "": current
    switches: tuple[Switch, ...] = ()  # rule settings from the database
    register: str = ""  # digest of the register in use; "": none


class Step(Record, frozen=True, kw_only=True):
    """A completed batch."""

    batch: pa.RecordBatch  # as read
    screened: Screened
    refusals: tuple[Refusal, ...]  # of rows before and in the batch; of failed rules
    done_row: int  # last data row completed

    @property
    def lines(self) -> pa.RecordBatch:
        """Return the lines for storage; those of alerts have the data that no column maps."""
        return settled(self.batch, self.screened.alerts)


def workers_for(path: Path, wanted: int) -> int:
    """Return the number of processes for a file: 1 for a small one."""
    return 1 if path.stat().st_size < _SMALL else wanted


@lru_cache(_KEPT)
def _identifier(own: tuple[Path, ...], street: bool, state: str) -> Identifier:  # noqa: FBT001
    del state  # cache key: the folders changed
    return Identifier(load_lexicon(own, street=street))


def identifier_for(own: tuple[Path, ...], *, street: bool) -> Identifier:
    """Return this process's cached identifier, rebuilt when the folders change.

    It learns while reading, so only one thread at a time may use it.

    Args:
        own: Folders of the authority's own lists.
        street: Recognise slang.
    """
    return _identifier(own, street, f"{active_version()} {state_of(own)}")


@lru_cache(_KEPT)
def _finder(lists: Path, day: date, least: Threshold, steps: int, state: str) -> PartyFinder:
    del state
    # Imported here: readings of all scripts take a third of a second to load, and are needed only
    # with lists.
    from tidewaiter.lists.generation import rarity_in  # noqa: PLC0415
    from tidewaiter.lists.index_cache import index_for  # noqa: PLC0415
    from tidewaiter.trade.party_finder import finder_of  # noqa: PLC0415

    judgements = read_judgements(lists)

    def judged(slug: str, party: ListedParty, asked: PartyOnPaper) -> str:
        if is_by_number(asked, party):
            return ""
        return judgements.other(slug, party, asked.name, asked.country or "")

    archive = Archive(lists)
    generation = generation_of(archive)
    rarity = rarity_in(archive, generation) if generation else None
    lists_on = archive.in_force(day)
    return finder_of(lists_on, least, judged, steps, rarity, indexed=index_for, day=day)


def finder_for(settings: Settings) -> PartyFinder | None:
    """Build this process's party search, cached until the folder changes.

    Returns:
        The search; None: no lists.
    """
    if settings.lists is None:
        return None
    rules = load_alert_rules(settings.rules, settings.switches)
    least = threshold_in(settings, rules)
    steps, state = rules.party.linked.steps, pinned(settings).state
    return _finder(settings.lists, settings.day, least, steps, state)


@lru_cache(_KEPT)
def _screener(settings: Settings) -> Screener:
    rules = load_alert_rules(settings.rules, settings.switches)
    finder = finder_for(settings)
    identifier = identifier_for(settings.own, street=settings.street)
    return Screener(identifier, rules, finder)


def threshold_in(settings: Settings, rules: AlertRules) -> Threshold:
    """Return the similarity threshold: as set, otherwise from the rules."""
    return settings.threshold or Threshold(
        least=rules.party.least, origin="the default of the rules"
    )


def screener_for(settings: Settings) -> Screener:
    """Build this process's screener, cached by day and state of lists and rules."""
    return _screener(structs.replace(pinned(settings), file="", sha256="", register=""))


def pinned(settings: Settings) -> Settings:
    """Record the state of folders and files, so that a screening uses one state throughout.

    Cached objects are rebuilt after a change: an updated list is used from the next screening on,
    even in a long-running process.
    """
    if settings.state:
        return settings
    files = (*settings.own, *filter(None, (settings.lists, settings.rules)))
    return structs.replace(settings, state=f"{active_version()} {state_of(files)}")


def screen_batch(batch: pa.RecordBatch, settings: Settings) -> Screened:
    """Screen one batch, in any process."""
    return screener_for(settings).screen(batch, settings.day, settings.file, settings.sha256)


def run(
    read: Iterator[pa.RecordBatch | Refusal],
    settings: Settings,
    *,
    workers: int,
    after: int = 0,
    remarks: int = 0,
) -> Iterator[Step]:
    """Screen the output of a reader.

    Args:
        read: Batches and refusals, in file order.
        settings: Screening settings.
        workers: Processes; 1: this process.
        after: Last row already done; rows up to it are skipped.
        remarks: Number of refusals about the whole file already reported.

    Yields:
        The steps in file order. The last has no lines if refusals follow them.
    """
    settings = pinned(settings)
    under_way: deque[tuple[pa.RecordBatch, Future[Screened], tuple[Refusal, ...]]] = deque()
    end: tuple[Refusal, ...] = ()
    with _pool(settings, workers) as screen:
        last = after
        for batch, refusals in parts_of(read, after, remarks):
            if len(batch) == 0:
                end = refusals
                continue
            last = batch.column("row")[-1].as_py()
            under_way.append((batch, screen(batch), refusals))
            while len(under_way) > (workers * _AHEAD if workers > 1 else 0):
                yield _step(*under_way.popleft())
        while under_way:
            yield _step(*under_way.popleft())
    if end:
        last = max(last, *(refusal.row for refusal in end))
        yield structs.replace(nothing_at(last), refusals=end)


def parts_of(
    read: Iterable[pa.RecordBatch | Refusal], after: int = 0, remarks: int = 0
) -> Iterator[tuple[pa.RecordBatch, tuple[Refusal, ...]]]:
    """Assign refusals to batches.

    Args:
        read: Batches and refusals, in file order.
        after: Last row already done; rows up to it are skipped.
        remarks: Number of refusals about the whole file already reported.

    Yields:
        Batches with lines, and the refusals of rows before and in each. The last has no lines if
        refusals follow them.
    """
    refusals: list[Refusal] = []  # before the next batch
    for item in read:
        if isinstance(item, Refusal):
            if not item.row:
                remarks -= 1
            if item.row > after or (not item.row and remarks < 0):
                refusals.append(item)
            continue
        batch = _rest(item, after)
        if len(batch) == 0:
            continue
        last = batch.column("row")[-1].as_py()
        yield batch, tuple(refusal for refusal in refusals if refusal.row <= last)
        refusals = [refusal for refusal in refusals if refusal.row > last]
    if refusals:
        yield _NO_LINES, tuple(refusals)


def nothing_at(row: int) -> Step:
    """Return a step without lines that ends at a row."""
    none = Screened(alerts=(), lines=0, noted=0)
    return Step(batch=_NO_LINES, screened=none, refusals=(), done_row=row)


_NO_LINES = pa.RecordBatch.from_pylist([], schema=LINES)


def _rest(batch: pa.RecordBatch, after: int) -> pa.RecordBatch:
    """Return the remaining rows of a batch."""
    if after == 0 or len(batch) == 0 or batch.column("row")[0].as_py() > after:
        return batch
    rows = batch.column("row").to_numpy()
    return batch.slice(int((rows <= after).sum()))


def _step(batch: pa.RecordBatch, future: "Future[Screened]", refusals: tuple[Refusal, ...]) -> Step:
    last = batch.column("row")[-1].as_py()
    screened = future.result()
    refusals += screened.refusals
    return Step(batch=batch, screened=screened, refusals=refusals, done_row=last)


def _pool(settings: Settings, workers: int) -> AbstractContextManager[Screen]:
    return _processes(settings, workers) if workers > 1 else nullcontext(_here(settings))


def _here(settings: Settings) -> Screen:
    def screen(batch: pa.RecordBatch) -> "Future[Screened]":
        future: Future[Screened] = Future()
        future.set_result(screen_batch(batch, settings))
        return future

    return screen


@contextmanager
def _processes(settings: Settings, workers: int) -> Iterator[Screen]:
    with processes(workers, screener_for, settings) as pool:
        yield lambda batch: pool.submit(_screen_sent, sent_lines(batch), settings)


def _screen_sent(sent: SentLines, settings: Settings) -> Screened:
    """Screen one batch in a worker process."""
    screened = screen_batch(received_lines(sent), settings)
    return structs.replace(screened, alerts=StoredAlerts(stored_alerts(screened.alerts)))
