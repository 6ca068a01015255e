"""A file's batches through the screen, on one core or several, in the file's order.

The pool only spreads what `Screener.screen` does; a batch answers the same wherever it runs.
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
from tidewaiter.identify import Identifier, load_lexicon
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

_TOLD = (".toml", ".json", ".jsonl")  # of own lists, versions of lists, judgements, thresholds


def state_of(places: Iterable[Path]) -> str:
    """Hash the names, sizes and times of files, and of those that stand in folders.

    Args:
        places: Files, and folders of lists; what is not there counts as such.

    Returns:
        32 hexadecimal digits; the same as long as nothing is added, written or removed.
    """
    total = hashlib.sha256()
    for place in places:
        total.update(f"{place}\n".encode("utf-8", "surrogateescape"))
        for path in sorted(_files(place)):
            with suppress(FileNotFoundError):  # removed in the meantime
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
_AHEAD = 2  # batches under way per worker
_KEPT = 2  # screeners that a process keeps ready: each may hold all lists of parties

Screen = Callable[[pa.RecordBatch], "Future[Screened]"]


class Settings(Record, frozen=True, kw_only=True):
    """What a screening is done by and for; a worker process rebuilds all else from it."""

    day: date  # whose law applies
    file: str
    sha256: str  # of the file's bytes
    own: tuple[Path, ...] = ()  # folders of an authority's own lists
    rules: Path | None = None  # an authority's own rules
    street: bool = False  # know street names
    lists: Path | None = None  # the folder of lists of parties; None: parties are not looked up
    threshold: Threshold | None = None  # of their likeness; None: that of the rules
    state: str = ""  # of these folders and files, all through one screening; "": as they are now
    switches: tuple[Switch, ...] = ()  # rules that were turned down in the database
    register: str = ""  # digest of the register that is asked about alerts; "": none is


class Step(Record, frozen=True, kw_only=True):
    """A batch that is done."""

    lines: pa.RecordBatch
    screened: Screened
    refusals: tuple[Refusal, ...]  # of rows before and in the batch; of rules that failed
    done_row: int  # the last row of data that is done


def workers_for(path: Path, wanted: int) -> int:
    """Return with how many processes a file is screened: with this one alone where it is small."""
    return 1 if path.stat().st_size < _SMALL else wanted


@lru_cache(_KEPT)
def _identifier(own: tuple[Path, ...], street: bool, few: bool, state: str) -> Identifier:  # noqa: FBT001
    del state  # another one: the folders hold something else by now
    return Identifier(load_lexicon(own, street=street), few=few)


def identifier_for(own: tuple[Path, ...], *, street: bool, few: bool = False) -> Identifier:
    """Return the identifier of this process, made anew where the folders hold something else.

    It learns as it reads, so that one thread at a time may use it.

    Args:
        own: Folders of an authority's own lists.
        street: Know street names.
        few: For a few lines: do without compiled code.
    """
    return _identifier(own, street, few, state_of(own))


@lru_cache(_KEPT)
def _finder(lists: Path, day: date, least: Threshold, steps: int, state: str) -> PartyFinder:
    del state
    # Here and not above: the readings of all scripts take a third of a second to load, and are
    # needed only where lists are kept.
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
    return finder_of(archive.in_force(day), least, judged, steps, rarity, indexed=index_for)


def finder_for(settings: Settings) -> PartyFinder | None:
    """Build what finds listed parties in this process, once until something in the folder changes.

    Returns:
        What finds them; None: no lists are kept.
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
    """Return from which likeness on parties are told: as set, else as the rules have it."""
    return settings.threshold or Threshold(
        least=rules.party.least, origin="the default of the rules"
    )


def screener_for(settings: Settings) -> Screener:
    """Build the screener of this process, once for each day and state of lists and rules."""
    return _screener(structs.replace(pinned(settings), file="", sha256="", register=""))


def pinned(settings: Settings) -> Settings:
    """Note what the folders and files hold now, so that one screening rests on one state of them.

    What a process keeps ready is made anew where they have changed since: a list that is updated
    counts from the next screening on, however long the process has been running.
    """
    if settings.state:
        return settings
    files = (*settings.own, *filter(None, (settings.lists, settings.rules)))
    return structs.replace(settings, state=state_of(files))


def screen_batch(batch: pa.RecordBatch, settings: Settings) -> Screened:
    """Screen one batch, in whatever process."""
    return screener_for(settings).screen(batch, settings.day, settings.file, settings.sha256)


def run(
    read: Iterator[pa.RecordBatch | Refusal],
    settings: Settings,
    *,
    workers: int,
    after: int = 0,
    remarks: int = 0,
) -> Iterator[Step]:
    """Screen what a reader yields.

    Args:
        read: Batches and refusals, in the file's order.
        settings: What the screening is done by.
        workers: Processes; 1 screens in this one.
        after: The last row that is done already; it and those before are passed over.
        remarks: How many refusals of the file as a whole are told already.

    Yields:
        The steps in the file's order. The last holds no lines where refusals came after them.
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
    """Put the refusals of a reader to its batches.

    Args:
        read: Batches and refusals, in the file's order.
        after: The last row that is done already; it and those before are passed over.
        remarks: How many refusals of the file as a whole are told already: the first ones.

    Yields:
        Batches with lines, and the refusals of rows before and in each. The last has no lines
        where refusals came after them.
    """
    refusals: list[Refusal] = []  # of rows that no batch has reached yet
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
    return Step(lines=_NO_LINES, screened=none, refusals=(), done_row=row)


_NO_LINES = pa.RecordBatch.from_pylist([], schema=LINES)


def _rest(batch: pa.RecordBatch, after: int) -> pa.RecordBatch:
    """Return the rows of a batch that are not done yet."""
    if after == 0 or len(batch) == 0 or batch.column("row")[0].as_py() > after:
        return batch
    rows = batch.column("row").to_numpy()
    return batch.slice(int((rows <= after).sum()))


def _step(batch: pa.RecordBatch, future: "Future[Screened]", refusals: tuple[Refusal, ...]) -> Step:
    last = batch.column("row")[-1].as_py()
    screened = future.result()
    lines = settled(batch, screened.alerts)
    refusals += screened.refusals
    return Step(lines=lines, screened=screened, refusals=refusals, done_row=last)


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
    with processes(workers, _prepare, settings) as pool:
        yield lambda batch: pool.submit(screen_batch, batch, settings)


def _prepare(settings: Settings) -> None:
    pa.set_cpu_count(1)
    screener_for(settings)
