"""Parties matched as they are read: names are read on one core while another one weighs."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple

from tidewaiter.parties.matching.answering import Answers
from tidewaiter.parties.matching.linking import Asking
from tidewaiter.parties.matching.matcher import Matcher, probability
from tidewaiter.parties.matching.types import AskedParty

_BATCH = 32_768
_AHEAD = 2


class Matched(NamedTuple):
    """A batch of parties and what they match; `place[i]` is the row of party i in the answers."""

    parties: Sequence[AskedParty]
    place: Sequence[int]
    asking: Asking
    answers: Answers


def match_parties(parties: Iterable[AskedParty], matcher: Matcher) -> Iterator[Matched]:
    """Match parties batch by batch, in order; memory does not grow with their number.

    Args:
        parties: As they are read.
        matcher: For this call alone.

    Yields:
        Batches; parties of the same name and kind share a row of the answers.
    """
    rest = iter(parties)
    with ThreadPoolExecutor(1) as pool:
        under_way: deque[tuple[list[AskedParty], list[int], Asking, Future[Answers]]] = deque()
        while batch := list(islice(rest, _BATCH)):
            rows: dict[tuple[str, str], int] = {}
            place = [rows.setdefault((each.text, each.kind), len(rows)) for each in batch]
            firsts = dict(zip(reversed(place), reversed(batch), strict=True))
            asking = matcher.ask([firsts[row] for row in range(len(rows))])
            under_way.append((batch, place, asking, pool.submit(matcher.answer, asking)))
            if len(under_way) >= _AHEAD:
                yield _matched(*under_way.popleft())
        while under_way:
            yield _matched(*under_way.popleft())


def _matched(
    batch: list[AskedParty], place: list[int], asking: Asking, answers: Future[Answers]
) -> Matched:
    return Matched(batch, place, asking, answers.result())


def row_answers(
    batch: Matched, place: int, matcher: Matcher, *, attributes: bool
) -> Iterator[tuple[int, float]]:
    """Yield what one party of a batch matches: the entry and the probability, the best first.

    Args:
        batch: From `match_parties`.
        place: The party, in the batch.
        matcher: That of the batch.
        attributes: Weigh birth, country and the like too; without, the name alone.
    """
    row, answers = batch.place[place], batch.answers
    if attributes:
        for found in matcher.found(batch.parties[place], answers, row):
            yield found.entry, probability(found.total)
        return
    for at in range(answers.counts[row]):
        yield int(answers.entries[row, at]), probability(float(answers.odds[row, at]))
