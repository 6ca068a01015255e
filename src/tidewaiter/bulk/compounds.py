"""Compounds: the law on each structure of a file, on one core or several, in the file's order."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from functools import cache
from itertools import islice
from pathlib import Path

from tidewaiter.base.records import Record
from tidewaiter.bulk.processes import processes
from tidewaiter.substances.assess import assess
from tidewaiter.substances.classes import load_classes
from tidewaiter.substances.lawbook import LawBook, load_lawbook
from tidewaiter.substances.questions import Question
from tidewaiter.substances.registry import Registry, load_registry
from tidewaiter.substances.rulings import Assessment
from tidewaiter.substances.structure import Entry, StructureError
from tidewaiter.substances.structure.recognising import Recogniser

_SHARE = 64  # compounds that a worker takes at a time
_AHEAD = 3  # shares under way per worker


class Asked(Record, frozen=True, kw_only=True):
    """What is asked of each compound; a worker process rebuilds all else from it."""

    question: Question
    own: tuple[Path, ...] = ()  # folders of an authority's own lists


class Compound(Record, frozen=True, kw_only=True):
    """A structure of a file, and what the law says of it."""

    place: str  # the file and the line, row or record
    id: str  # as the file names it; "": it does not
    answers: tuple[Assessment, ...] = ()  # one a substance that it is, or of its classes alone
    not_assessable: str = ""  # why there is no answer: never the same as "not listed"
    hint: str = ""


def assess_compounds(entries: Iterable[Entry], asked: Asked, *, workers: int) -> Iterator[Compound]:
    """Assess structures as they are read.

    Args:
        entries: From `read_structures`.
        asked: The question, and whose lists.
        workers: Processes; 1 assesses in this one.

    Yields:
        One for each entry, in order; memory does not grow with the file.
    """
    shares = _shares(iter(entries))
    if workers == 1:
        for share in shares:
            yield from _assess(share, asked)
        return
    with processes(workers, _prepare, asked) as pool:
        under_way: deque[Future[list[Compound]]] = deque()
        for share in shares:
            under_way.append(pool.submit(_assess, share, asked))
            if len(under_way) >= workers * _AHEAD:
                yield from under_way.popleft().result()
        while under_way:
            yield from under_way.popleft().result()


def _shares(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    while share := list(islice(entries, _SHARE)):
        yield share


@cache
def lawyers_for(own: tuple[Path, ...]) -> tuple[Registry, LawBook, Recogniser]:
    """Load what this process assesses with, once for each set of lists."""
    registry = load_registry(own)
    return registry, load_lawbook(registry), Recogniser(registry, load_classes(own))


def _prepare(asked: Asked) -> None:
    lawyers_for(asked.own)


def _assess(share: Sequence[Entry], asked: Asked) -> list[Compound]:
    return [_compound(entry, asked) for entry in share]


def _compound(entry: Entry, asked: Asked) -> Compound:
    registry, book, recogniser = lawyers_for(asked.own)
    try:
        if isinstance(entry.found, StructureError):
            raise entry.found
        name = entry.id or entry.found.text
        found = recogniser.find(entry.found, name, asked.question.day)
    except StructureError as error:
        return Compound(
            place=entry.place, id=entry.id, not_assessable=error.message, hint=error.hint
        )
    answers = tuple(assess(asked.question, registry, book, each) for each in found)
    return Compound(place=entry.place, id=entry.id, answers=answers)
