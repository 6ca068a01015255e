"""Legal assessment of each structure in a file, on one core or several, and data sheets."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from tidewaiter.base.records import Record
from tidewaiter.bulk.processes import processes
from tidewaiter.law.answers import Compound, Found, Question
from tidewaiter.law.assessment import Assessor
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.law.rules import LawBook
from tidewaiter.law.structure import Entry, StructureError, parse_structure
from tidewaiter.law.structure.recognition import Recogniser

R = TypeVar("R")
S = TypeVar("S")
T = TypeVar("T")

_SIZE = 64  # compounds per task
_AHEAD = 3  # tasks in progress per worker


class Share(NamedTuple):
    """Some consecutive entries of a file."""

    first: int  # number of the first in the file, from 1
    entries: Sequence[Entry]


def in_order(
    entries: Iterable[Entry],
    work: Callable[[Share, S], list[T]],
    settings: S,
    *,
    prepare: Callable[[S], object],
    workers: int,
) -> Iterator[T]:
    """Process entries as they are read, in constant memory.

    Args:
        entries: From `read_structures`.
        work: Module-level function: from a share and the settings to one result per entry.
        settings: Its settings.
        prepare: Module-level function, called first in each process with the settings.
        workers: Processes; 1: this process.

    Yields:
        One result per entry, in order.
    """
    shares = _shares(iter(entries))
    for done in shares_in_order(shares, work, settings, prepare=prepare, workers=workers):
        yield from done


def shares_in_order(
    shares: Iterable[R],
    work: Callable[[R, S], T],
    settings: S,
    *,
    prepare: Callable[[S], object],
    workers: int,
) -> Iterator[T]:
    """Process shares of a file as they are read, in constant memory.

    Args:
        shares: Parts of the file.
        work: Module-level function: from a share and the settings to its result.
        settings: Its settings.
        prepare: Module-level function, called first in each process with the settings.
        workers: Processes; 1: this process.

    Yields:
        One result per share, in order.
    """
    if workers == 1:
        for share in shares:
            yield work(share, settings)
        return
    with processes(workers, prepare, settings) as pool:
        under_way: deque[Future[T]] = deque()
        for share in shares:
            under_way.append(pool.submit(work, share, settings))
            if len(under_way) >= workers * _AHEAD:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def _shares(entries: Iterator[Entry]) -> Iterator[Share]:
    first = 1
    while share := list(islice(entries, _SIZE)):
        yield Share(first, share)
        first += len(share)


class Asked(Record, frozen=True, kw_only=True):
    """Question about each compound; a worker process rebuilds all else from it."""

    question: Question
    own: tuple[Path, ...] = ()  # folders of the authority's own lists


def assess_compounds(entries: Iterable[Entry], asked: Asked, *, workers: int) -> Iterator[Compound]:
    """Assess structures as they are read.

    Args:
        entries: From `read_structures`.
        asked: Question and lists.
        workers: Processes; 1: this process.

    Yields:
        One result per entry, in order, in constant memory.
    """
    yield from in_order(entries, _assess, asked, prepare=_prepare_compounds, workers=workers)


@cache
def lawyers_for(own: tuple[Path, ...]) -> tuple[Registry, LawBook, Recogniser]:
    """Load this process's assessment data, cached by set of lists."""
    registry = load_registry(own)
    return registry, registry.book, Recogniser(registry, registry.classes)


@cache
def assessor_for(own: tuple[Path, ...]) -> Assessor:
    """Return this process's assessor, which keeps its answers, by set of lists."""
    registry, book, _ = lawyers_for(own)
    return Assessor(registry, book)


def find_structure(text: str, own: tuple[Path, ...], day: date) -> tuple[Found, ...]:
    """Assess one structure by lists and classes.

    Args:
        text: A SMILES, an InChI, or a systematic name.
        own: Folders of the authority's own lists.
        day: Day of the lists that override classes.

    Raises:
        InputError: Not a structure, or it cannot be assessed.
    """
    return lawyers_for(own)[2].find(parse_structure(text), text, day)


def unreadable(entry: Entry, error: StructureError) -> Compound:
    """Return why an entry has no answer."""
    return Compound(place=entry.place, id=entry.id, not_assessable=error.message, hint=error.hint)


def _prepare_compounds(asked: Asked) -> None:
    lawyers_for(asked.own)


def _assess(share: Share, asked: Asked) -> list[Compound]:
    return [_compound(entry, asked) for entry in share.entries]


def _compound(entry: Entry, asked: Asked) -> Compound:
    recogniser, assessor = lawyers_for(asked.own)[2], assessor_for(asked.own)
    try:
        if isinstance(entry.found, StructureError):
            raise entry.found
        name = entry.id or entry.found.text
        found = recogniser.find(entry.found, name, asked.question.day)
    except StructureError as error:
        return unreadable(entry, error)
    answers = tuple(assessor.assess(asked.question, each) for each in found)
    return Compound(place=entry.place, id=entry.id, answers=answers)
