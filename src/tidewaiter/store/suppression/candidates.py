"""Candidates: the stored alerts that a scope may be about, narrowed by the index of the queue."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from tidewaiter.base.errors import StoreError
from tidewaiter.base.records import Record
from tidewaiter.base.severity import SEVERITIES, weight
from tidewaiter.casework.decisions import Status
from tidewaiter.casework.suppression.scope import Scope
from tidewaiter.casework.suppression.subject import Subject, words_of
from tidewaiter.casework.words import LONGEST
from tidewaiter.store import tables
from tidewaiter.store.blocks import Marks, numbers_in, size
from tidewaiter.store.database import Work
from tidewaiter.store.slices import slices
from tidewaiter.store.terms import having, index_of, term


class Candidate(Record, frozen=True, kw_only=True):
    """An alert that a scope may be about."""

    subject: Subject
    status: Status
    rank: int
    day: str  # ISO 8601: the law as it stood then


def candidates(
    work: Work, scope: Scope, statuses: Sequence[Status] = (), *, undecided: bool = False
) -> Iterator[Candidate]:
    """Yield the stored alerts that a scope may be about; `fit` tells whether it is.

    Args:
        work: Any.
        scope: As `check_scope` returns it.
        statuses: Only those that stand so; none: all.
        undecided: Only those of which nobody has ever decided.

    Raises:
        StoreError: An alert is not one that we wrote.
    """
    numbers = candidate_numbers(work, scope, statuses).tolist()
    yield from read_candidates(work, numbers, undecided=undecided)


def candidate_numbers(
    work: Work, scope: Scope, statuses: Sequence[Status] = ()
) -> NDArray[np.int64]:
    """Return the numbers of the same alerts, in order."""
    return numbers_in(_marks(work, scope, statuses))


def read_candidates(
    work: Work, numbers: Sequence[int], *, undecided: bool = False
) -> Iterator[Candidate]:
    """Read candidates by their numbers."""
    c = tables.alert.c
    reads = msgspec.json.Decoder(Subject)
    for few in slices(numbers):
        some = select(c.id, c.status, c.rank, c.day, c.payload).order_by(c.number)
        wanted = some.where(c.number.in_(few))
        if undecided:
            wanted = wanted.where(c.decided.is_(None))
        for row in work.connection.execute(wanted).all():
            subject = _decoded(reads, row.id, row.payload)
            yield Candidate(subject=subject, status=row.status, rank=row.rank, day=row.day)


def comparable(work: Work) -> int:
    """Count the stored alerts that a scope can be about at all: those that are not restricted."""
    index = index_of(work)
    return size(having(index, ["any:"]) & ~having(index, ["restricted:"]))


def _marks(work: Work, scope: Scope, statuses: Sequence[Status]) -> Marks:
    """Return the alerts that have all terms that those of a scope have."""
    index = index_of(work)
    severities = [each for each in SEVERITIES if weight(each) <= weight(scope.most)]
    marks = having(index, [term("severity", each) for each in severities])
    if scope.substances:
        marks &= having(index, [term("substance", each) for each in scope.substances])
    else:
        marks &= having(index, [term("rule", each) for each in scope.rules])
    if statuses:
        marks &= having(index, [term("status", each) for each in statuses])
    for word in _words(scope):
        marks &= having(index, [f"word:{word}"])
    return marks & ~having(index, ["restricted:"])


def _words(scope: Scope) -> dict[str, None]:
    """Return the words that alerts of a scope hold and the index knows as they are."""
    traders = [trader.name for trader in (scope.shipper, scope.consignee) if trader]
    words = [word for text in (scope.phrase, *traders) for word in words_of(text)]
    return dict.fromkeys(word[:LONGEST] for word in words if word.isascii())


def _decoded(reads: msgspec.json.Decoder[Subject], name: str, payload: str) -> Subject:
    try:
        return reads.decode(payload)
    except msgspec.DecodeError as error:
        hint = "it was written by another version, or by hand; restore it from a copy"
        raise StoreError(f"the stored alert {name} cannot be read: {error}", hint=hint) from error
