"""What a database tells of the past of a file, beside earlier files at hand."""

from collections.abc import Collection, Iterator

import pyarrow as pa

from tidewaiter.bulk.marks import Before, Lines
from tidewaiter.consignments.past.allowed import Allowed
from tidewaiter.consignments.past.book import Inspected
from tidewaiter.consignments.past.marking import Wanted
from tidewaiter.consignments.types import Alert
from tidewaiter.store.database import Database
from tidewaiter.store.inspected import alerts_naming, holds_other, inspected
from tidewaiter.store.pastlines import past_lines, past_parties


def before_of(
    database: Database | None,
    but: Collection[str],
    files: Lines | None = None,
    allowed: tuple[Allowed, ...] = (),
) -> Before | None:
    """Return what earlier files, a database and a register hold; None: nothing.

    Args:
        database: If any, with no work begun.
        but: SHA-256 of the files at hand, whose lines the database may hold too.
        files: Gives all lines of earlier files; None: there are none.
        allowed: By the register.
    """
    if database is not None:
        with database.work() as work:
            if not holds_other(work, but):
                database = None
    if database is None:
        if files is None and not allowed:
            return None
        return Before(files or tuple, _none, tuple, _none, tuple, allowed)
    held = _Held(database, but)
    return Before(files or tuple, held.lines, held.parties, held.alerts, held.results, allowed)


def _none(_asked: object) -> tuple[()]:
    return ()


class _Held:
    """What a database holds of files that are not at hand."""

    def __init__(self, database: Database, but: Collection[str]) -> None:
        self._database, self._but = database, but

    def lines(self, wanted: Wanted) -> Iterator[pa.RecordBatch]:
        for each in past_lines(self._database, wanted):
            if each.sha256 not in self._but:
                yield each.lines

    def parties(self) -> Iterator[pa.RecordBatch]:
        return past_parties(self._database)

    def alerts(self, substances: tuple[str, ...] | None) -> Iterator[tuple[int, Alert]]:
        with self._database.work() as work:
            yield from alerts_naming(work, substances, but=self._but)

    def results(self) -> Iterator[Inspected]:
        with self._database.work() as work:
            yield from inspected(work)
