"""The parties of a database as the resolution takes them: members, and the entities of before."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import func, select

from tidewaiter.parties.resolution import Entity, Member, Seen, Written, id_of
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.parties import stored_parties
from tidewaiter.store.waiting import written_of

_FILE = "the database"  # in which members are seen


class Held(NamedTuple):
    """What a database holds of parties."""

    members: list[Member]
    parties: dict[str, list[int]]  # by member: the same text may be stored with "" or without
    last: int  # the last party of all


def members_of(work: Work) -> Held:
    """Read all parties of a database, each way of writing them once.

    Takes memory by distinct parties, not by lines.

    Args:
        work: Any.
    """
    parties: defaultdict[str, list[int]] = defaultdict(list)
    said: dict[str, Written] = {}
    last = 0
    while page := stored_parties(work, after=last):
        for stored in page:
            written = written_of(stored)
            member = id_of(written)
            said.setdefault(member, written)
            parties[member].append(stored.id)
        last = page[-1].id
    counts, roles = _counts(work)
    members = [
        Member(
            id=member,
            written=written,
            roles=tuple(
                sorted({role for party in parties[member] for role in roles[party] if role})
            ),
            seen=(_seen(sum(counts[party] for party in parties[member])),),
        )
        for member, written in said.items()
    ]
    return Held(members, dict(parties), last)


def earlier_entities(work: Work, run: int | None) -> Iterator[Entity]:
    """Yield the entities of a run with what tells them: ids of entity and members.

    Args:
        work: Any.
        run: Its id; None: there was none.
    """
    if run is None:
        return
    p, e = tables.entity_party.c, tables.entity.c
    joined = tables.entity_party.join(tables.entity, e.id == p.entity)
    wanted = select(e.key, p.member).select_from(joined).where(p.run == run).distinct()
    held: defaultdict[str, list[Member]] = defaultdict(list)
    for key, member in work.connection.execute(wanted):
        held[key].append(Member(id=member, written=Written()))
    for key, members in held.items():
        yield Entity(
            id=key,
            name="",
            names=(),
            countries=(),
            roles=(),
            first=None,
            last=None,
            lines=0,
            members=tuple(members),
        )


def _counts(work: Work) -> tuple[Counter[int], defaultdict[int, set[str]]]:
    """Return how many lines name each party, and in which roles."""
    k = tables.party_line.c
    counts: Counter[int] = Counter()
    roles: defaultdict[int, set[str]] = defaultdict(set)
    wanted = select(k.party, k.role, func.count()).group_by(k.party, k.role)
    for party, role, many in work.connection.execute(wanted):
        counts[party] = max(counts[party], many)
        roles[party].add(role)
    return counts, roles


def _seen(count: int) -> Seen:
    return Seen(file=_FILE, sha256="", count=count, rows=())
