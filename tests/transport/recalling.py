"""Messages that are sent and recalled, shared by tests of recalls."""

from collections.abc import Sequence

from sqlalchemy import select
from tests.support.exchange import incident as made_incident
from tests.support.peers import Party

from tidewaiter.exchange.incidents.state import Known
from tidewaiter.store.core import tables
from tidewaiter.store.incidents import find_known, send_incident
from tidewaiter.store.recalls.issued import RecallFilter, Recalling, Why, items, recall, recalls

WHY = Why(reason="error", note="The wrong drums.")


def tell(owner: Party, *to: Party, **more: object) -> str:
    """Tell an incident; return the id of a message that tells it."""
    incident = made_incident(owner=owner.name, parties=(), settled=(), **more)
    with owner.desk.database.work(owner.desk.stamp()) as work:
        send_incident(work, owner.desk.ring.lock, owner.name, incident, [p.name for p in to])
        return items(work)[0].id


def recall_it(party: Party, item: str, why: Why = WHY, only: Sequence[str] = ()) -> list[str]:
    """Recall a message; return the ids of what was recalled."""
    with party.desk.database.work(party.desk.stamp()) as work:
        return recall(work, party.desk.ring.lock, party.name, item, why, only=only)


def recalls_of(party: Party) -> list[Recalling]:
    """Return the recalls that a party knows."""
    with party.desk.database.work() as work:
        return recalls(work, party.desk.ring.lock, RecallFilter())


def known_to(party: Party, owner: Party) -> Known:
    """Return a party's state of the reported incident."""
    with party.desk.database.work() as work:
        return find_known(work, party.desk.ring.lock, owner.name, "inc-7")


def written_of(party: Party, item: str) -> list[bytes]:
    """Return the encrypted copies of a message: its box, and what was kept of it."""
    i, s, e = tables.incoming.c, tables.said.c, tables.notice_event.c
    with party.desk.database.work() as work:
        box = work.connection.execute(select(i.box).where(i.id == item)).scalars()
        said = work.connection.execute(select(s.written).where(s.message == item)).scalars()
        event = work.connection.execute(select(e.written).where(e.message == item)).scalars()
        return [b.encode() if isinstance(b, str) else bytes(b) for b in (*box, *said, *event) if b]
