"""The law on each structure of a file, on one core or several, and a sheet for each."""

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
from tidewaiter.law.assessment import assess
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.law.rules import LawBook
from tidewaiter.law.structure import Entry, StructureError, parse_structure
from tidewaiter.law.structure.recognition import Recogniser

S = TypeVar("S")
T = TypeVar("T")

_SIZE = 64  # compounds that a worker takes at a time
_AHEAD = 3  # shares under way per worker


class Share(NamedTuple):
    """Some entries of a file, one after the other."""

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
    """Work on entries as they are read; memory does not grow with the file.

    Args:
        entries: From `read_structures`.
        work: A function of a module: from a share and the settings to one result an entry.
        settings: What it is called with.
        prepare: A function of a module, called first in each process with the settings.
        workers: Processes; 1 works in this one.

    Yields:
        One for each entry, in order.
    """
    shares = _shares(iter(entries))
    if workers == 1:
        for share in shares:
            yield from work(share, settings)
        return
    with processes(workers, prepare, settings) as pool:
        under_way: deque[Future[list[T]]] = deque()
        for share in shares:
            under_way.append(pool.submit(work, share, settings))
            if len(under_way) >= workers * _AHEAD:
                yield from under_way.popleft().result()
        while under_way:
            yield from under_way.popleft().result()


def _shares(entries: Iterator[Entry]) -> Iterator[Share]:
    first = 1
    while share := list(islice(entries, _SIZE)):
        yield Share(first, share)
        first += len(share)


class Asked(Record, frozen=True, kw_only=True):
    """What is asked of each compound; a worker process rebuilds all else from it."""

    question: Question
    own: tuple[Path, ...] = ()  # folders of an authority's own lists


def assess_compounds(entries: Iterable[Entry], asked: Asked, *, workers: int) -> Iterator[Compound]:
    """Assess structures as they are read.

    Args:
        entries: From `read_structures`.
        asked: The question, and whose lists.
        workers: Processes; 1 assesses in this one.

    Yields:
        One for each entry, in order; memory does not grow with the file.
    """
    yield from in_order(entries, _assess, asked, prepare=_prepare_compounds, workers=workers)


@cache
def lawyers_for(own: tuple[Path, ...]) -> tuple[Registry, LawBook, Recogniser]:
    """Load what this process assesses with, once for each set of lists."""
    registry = load_registry(own)
    return registry, registry.book, Recogniser(registry, registry.classes)


def find_structure(text: str, own: tuple[Path, ...], day: date) -> tuple[Found, ...]:
    """Find what lists and classes know of one structure.

    Args:
        text: A SMILES, an InChI, or a systematic name.
        own: Folders of an authority's own lists.
        day: The day whose lists decide what a class leaves to them.

    Raises:
        InputError: It is no structure, or cannot be assessed.
    """
    return lawyers_for(own)[2].find(parse_structure(text), text, day)


def unreadable(entry: Entry, error: StructureError) -> Compound:
    """Say of an entry why there is no answer."""
    return Compound(place=entry.place, id=entry.id, not_assessable=error.message, hint=error.hint)


def _prepare_compounds(asked: Asked) -> None:
    lawyers_for(asked.own)


def _assess(share: Share, asked: Asked) -> list[Compound]:
    return [_compound(entry, asked) for entry in share.entries]


def _compound(entry: Entry, asked: Asked) -> Compound:
    registry, book, recogniser = lawyers_for(asked.own)
    try:
        if isinstance(entry.found, StructureError):
            raise entry.found
        name = entry.id or entry.found.text
        found = recogniser.find(entry.found, name, asked.question.day)
    except StructureError as error:
        return unreadable(entry, error)
    answers = tuple(assess(asked.question, registry, book, each) for each in found)
    return Compound(place=entry.place, id=entry.id, answers=answers)
