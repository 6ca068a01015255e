"""Candidates: the stored alerts that a scope may be about, narrowed by what has an index."""

from collections.abc import Iterator, Sequence
from typing import get_args

import msgspec
from sqlalchemy import Select, select

from tidewaiter.base.errors import StoreError
from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Status
from tidewaiter.casework.suppression.scope import Scope
from tidewaiter.casework.suppression.subject import Severity, Subject, weight
from tidewaiter.store import tables
from tidewaiter.store.database import Work

_PAGE = 2_000  # rows at a time


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
    c = tables.alert.c
    wanted = _narrowed(scope)
    if statuses:
        wanted = wanted.where(c.status.in_(statuses))
    if undecided:
        wanted = wanted.where(c.decided.is_(None))
    reads = msgspec.json.Decoder(Subject)
    for row in work.connection.execute(wanted.execution_options(yield_per=_PAGE)):
        try:
            subject = reads.decode(row.payload)
        except msgspec.DecodeError as error:
            hint = "it was written by another version, or by hand; restore it from a copy"
            raise StoreError(
                f"the stored alert {row.id} cannot be read: {error}", hint=hint
            ) from error
        yield Candidate(subject=subject, status=row.status, rank=row.rank, day=row.day)


def _narrowed(scope: Scope) -> Select[tuple[str, str, int, str, str]]:
    c = tables.alert.c
    allowed = [each for each in get_args(Severity) if weight(each) <= weight(scope.most)]
    wanted = select(c.id, c.status, c.rank, c.day, c.payload).where(c.severity.in_(allowed))
    if scope.substances:
        named = tables.alert_substance.c
        return wanted.where(
            c.id.in_(select(named.alert).where(named.substance.in_(scope.substances)))
        )
    given = tables.reason.c
    return wanted.where(c.id.in_(select(given.alert).where(given.rule.in_(scope.rules))))
