"""Parties matched as they are read: names are read on one core while another one weighs."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple

from tidewaiter.parties.matching.answering import Answers
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.rows import Asked
from tidewaiter.parties.matching.search import Asking

_BATCH = 32_768
_AHEAD = 2


class Matched(NamedTuple):
    """A batch of parties and what they match; `place[i]` is the row of party i in the answers."""

    parties: Sequence[Asked]
    place: Sequence[int]
    asking: Asking
    answers: Answers


def match_parties(parties: Iterable[Asked], matcher: Matcher) -> Iterator[Matched]:
    """Match parties batch by batch, in order; memory does not grow with their number.

    Args:
        parties: As they are read.
        matcher: For this call alone.

    Yields:
        Batches; parties of the same name and kind share a row of the answers.
    """
    rest = iter(parties)
    with ThreadPoolExecutor(1) as pool:
        under_way: deque[tuple[list[Asked], list[int], Asking, Future[Answers]]] = deque()
        while batch := list(islice(rest, _BATCH)):
            rows: dict[tuple[str, str], int] = {}
            place = [rows.setdefault((each.text, each.kind), len(rows)) for each in batch]
            asking = matcher.ask([text for text, _ in rows], [kind for _, kind in rows])
            under_way.append((batch, place, asking, pool.submit(matcher.answer, asking)))
            if len(under_way) >= _AHEAD:
                yield _matched(*under_way.popleft())
        while under_way:
            yield _matched(*under_way.popleft())


def _matched(
    batch: list[Asked], place: list[int], asking: Asking, answers: Future[Answers]
) -> Matched:
    return Matched(batch, place, asking, answers.result())
