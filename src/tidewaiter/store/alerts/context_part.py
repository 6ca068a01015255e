"""What stands around an alert: the other lines of its consignment, and its parties before."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, select

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Status
from tidewaiter.consignments.types import Alert, Severity
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.ordering import by_priority
from tidewaiter.store.payloads import key

LINES = 20  # of a consignment that are told
PARTIES = 12  # of a line
COUNTED = 1_000  # lines of a party are counted so far
_GOODS = 200  # characters of a description


class OtherAlert(Record, frozen=True, kw_only=True):
    """An alert about another line."""

    id: str
    severity: Severity
    status: Status


class OtherLine(Record, frozen=True, kw_only=True):
    """Another line of the consignment."""

    seq: int
    row: int
    goods: str  # its first 200 characters
    alerts: tuple[OtherAlert, ...]


class PartyBefore(Record, frozen=True, kw_only=True):
    """What else stands in the database about a party that is written just as here."""

    name: str
    role: str
    lines: int  # others, up to 1,000
    lines_capped: bool
    alerts: int  # others, about those lines
    standing: dict[str, int]  # status -> how many of them


class Context(Record, frozen=True, kw_only=True):
    """What stands around an alert."""

    lines: tuple[OtherLine, ...]  # the first 20
    other_lines: int
    parties: tuple[PartyBefore, ...]


def context_of(work: Work, alert: Alert, *, cleared: bool) -> Context:
    """Read what stands around an alert.

    Args:
        work: Any.
        alert: One that is stored.
        cleared: Whether alerts that rest on restricted entries are told of.
    """
    a = tables.alert.c
    source = work.connection.execute(select(a.source).where(a.id == alert.id)).scalar_one()
    n = tables.line.c
    same = (
        n.source == source,
        n.consignment == key(alert.consignment),
        n.row != alert.row,
    )
    total = work.connection.execute(select(func.count()).where(*same)).scalar_one()
    wanted = select(n.row, n.seq, n.goods).where(*same).order_by(n.seq, n.row).limit(LINES)
    rows = work.connection.execute(wanted).all()
    found = _alerts_of(work, source, [row.row for row in rows], cleared=cleared)
    lines = tuple(
        OtherLine(
            seq=row.seq,
            row=row.row,
            goods=(row.goods or "")[:_GOODS],
            alerts=tuple(found.get(row.row, ())),
        )
        for row in rows
    )
    parties = _parties(work, source, alert.row, cleared=cleared)
    return Context(lines=lines, other_lines=total, parties=parties)


def _alerts_of(
    work: Work, source: int, rows: Sequence[int], *, cleared: bool
) -> dict[int, list[OtherAlert]]:
    a = tables.alert.c
    wanted = select(a.row, a.id, a.severity, a.status, a.restricted)
    found: dict[int, list[OtherAlert]] = defaultdict(list)
    some = wanted.where(a.source == source, a.row.in_(rows)).order_by(*by_priority())
    for row, name, severity, status, hidden in work.connection.execute(some):
        if cleared or not hidden:
            found[row].append(OtherAlert(id=name, severity=severity, status=status))
    return found


def _parties(work: Work, source: int, row: int, *, cleared: bool) -> tuple[PartyBefore, ...]:
    n, k, p = tables.line.c, tables.party_line.c, tables.party.c
    line = work.connection.execute(select(n.id).where(n.source == source, n.row == row)).scalar()
    joined = tables.party_line.join(tables.party, p.id == k.party)
    wanted = select(p.id, p.name, k.role).select_from(joined).where(k.line == line)
    named = work.connection.execute(wanted.order_by(k.role, p.id).limit(PARTIES)).all()
    return tuple(
        _before(work, (party, name, role), line, cleared=cleared) for party, name, role in named
    )


def _before(
    work: Work, party: tuple[int, str, str], line: int | None, *, cleared: bool
) -> PartyBefore:
    number, name, role = party
    n, k, a = tables.line.c, tables.party_line.c, tables.alert.c
    others = (
        select(k.line).distinct().where(k.party == number, k.line != line).limit(COUNTED + 1)
    ).subquery()
    lines = work.connection.execute(select(func.count()).select_from(others)).scalar_one()
    joined = tables.line.join(others, others.c.line == n.id).join(
        tables.alert, (a.source == n.source) & (a.row == n.row)
    )
    shown = () if cleared else (a.restricted == 0,)
    wanted = select(a.status, func.count()).select_from(joined).where(*shown).group_by(a.status)
    told = work.connection.execute(wanted.order_by(a.status))
    counts = {status: count for status, count in told}  # noqa: C416
    return PartyBefore(
        name=name,
        role=role or "party",
        lines=min(lines, COUNTED),
        lines_capped=lines > COUNTED,
        alerts=sum(counts.values()),
        standing=counts,
    )
