"""Shares: a stream of structures worked on by one process or several, answered in its order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from itertools import islice
from typing import NamedTuple, TypeVar

from tidewaiter.bulk.processes import processes
from tidewaiter.substances.structure import Entry

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
