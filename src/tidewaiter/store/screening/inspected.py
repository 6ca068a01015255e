"""Inspected: what was found of traders before, and what came out where their goods were opened."""

from collections.abc import Collection, Iterator

from sqlalchemy import select

from tidewaiter.casework.results import Observed, load_result_rules, standing_results
from tidewaiter.consignments.past.book import Inspected
from tidewaiter.consignments.traders import receiver_of, sender_of
from tidewaiter.consignments.types import Alert
from tidewaiter.store import tables
from tidewaiter.store.alerts import alerts_of
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import decode
from tidewaiter.store.resultrows import results_of
from tidewaiter.store.slices import AT_ONCE, slices
from tidewaiter.store.versions import as_found

_WRONG = frozenset({"not-as-declared", "identified"})
_OPENED = frozenset({"opened", "sampled"})


def inspected(work: Work) -> Iterator[Inspected]:
    """Read the results that count, each for the sender and the receiver of the goods.

    That goods were not found, could not be inspected or stay unclear says nothing of a trader;
    neither do alerts that rest on restricted entries, nor papers alone that agree.

    Args:
        work: Any.
    """
    r, a = tables.result.c, tables.alert.c
    wanted = select(r.alert).join(tables.alert, a.id == r.alert).where(a.restricted == 0)
    ids = list(work.connection.execute(wanted.distinct().order_by(r.alert)).scalars())
    for some in slices(ids):
        results = results_of(work, some)
        for alert in alerts_of(work, some):
            for each in standing_results(results[alert.id]):
                yield from _of(alert, each.observed)


def holds_other(work: Work, but: Collection[str]) -> bool:
    """Tell whether a database holds a file other than some.

    Args:
        work: Any.
        but: SHA-256 of those.
    """
    c = tables.source.c
    other = select(c.id).where(c.sha256.not_in(but)).limit(1)
    return work.connection.execute(other).scalar() is not None


def alerts_naming(
    work: Work, substances: tuple[str, ...] | None, *, but: Collection[str]
) -> Iterator[tuple[int, Alert]]:
    """Read the alerts in which substances were found, as their lines were found; and their sources.

    Those that rest on restricted entries are among them, whole: whoever tells others of them makes
    their open versions.

    Args:
        work: Any.
        substances: Slugs; None: all.
        but: SHA-256 of files whose alerts are left out.

    Raises:
        StoreError: One is not one that we wrote.
    """
    a, n, f = tables.alert.c, tables.alert_substance.c, tables.source.c
    joined = tables.alert.join(tables.source, a.source == f.id)
    wanted = select(a.id, a.payload, a.source).select_from(joined).where(f.sha256.not_in(but))
    named = select(n.alert)
    if substances is not None:
        named = named.where(n.substance.in_(substances))
    rows = work.connection.execute(wanted.where(a.id.in_(named)).order_by(a.number))
    for some in rows.partitions(AT_ONCE):
        found = [decode(row.payload, Alert, f"alert {row.id}") for row in some]
        yield from zip((row.source for row in some), as_found(work, found), strict=True)


def _of(alert: Alert, observed: Observed) -> Iterator[Inspected]:
    if observed.outcome in _WRONG:
        said = load_result_rules().outcomes(observed.kind)[observed.outcome].says
    elif observed.outcome == "not-detected" or (
        observed.outcome == "as-declared" and _OPENED & set(observed.checks)
    ):
        said = ""
    else:
        return
    for trader in sorted({sender_of(alert.line), receiver_of(alert.line)} - {""}):
        yield Inspected(trader, observed.day, said)
