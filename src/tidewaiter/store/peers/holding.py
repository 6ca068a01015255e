"""Holding: what waits is held back, let go or discarded; what is sealed stays as it is."""

from sqlalchemy import bindparam, select, update

from tidewaiter.base.errors import MissingError
from tidewaiter.exchange.markings import Marking
from tidewaiter.exchange.relations import CONTROL
from tidewaiter.store import tables
from tidewaiter.store.audit import Details, moment, record_changes, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.outgoing import State
from tidewaiter.store.payloads import decode


def hold_back(work: Work, node: str) -> int:
    """Hold back what is not sealed yet; return how many messages."""
    return _switch(work, node, "waiting", "held", "messages held")


def release(work: Work, node: str) -> int:
    """Let go what was held back; return how many messages."""
    return _switch(work, node, "held", "waiting", "messages released")


def discard(work: Work, node: str) -> int:
    """Discard what was held back, and destroy what it said; return how many messages."""
    o = tables.outgoing.c
    gone = update(tables.outgoing).where(o.peer == node, o.state == "held").values(body=None)
    work.connection.execute(gone)
    return _switch(work, node, "held", "discarded", "messages discarded")


def discard_one(work: Work, node: str, message: str) -> None:
    """Discard one message that was held back, and destroy what it said.

    Raises:
        MissingError: No message of that id is held back for the peer.
    """
    o = tables.outgoing.c
    this = (o.peer == node, o.state == "held", o.id == message, o.kind.not_in(CONTROL))
    values = {"state": "discarded", "body": None, "changed": moment(stamp_of(work).at)}
    done = work.connection.execute(update(tables.outgoing).where(*this).values(**values))
    if not done.rowcount:
        raise MissingError(f"no message {message[:40]} is held back", hint="load the page again")
    record_changes(work, [("messages discarded", {"peer": node, "message": message})])


def discard_for_group(work: Work, node: str, group: str) -> int:
    """Discard what was written to a peer as a member of a group, and is not sealed yet.

    Returns:
        How many messages.
    """
    o = tables.outgoing.c
    waits = (o.peer == node, o.state.in_(("waiting", "held")))
    found = work.connection.execute(select(o.number, o.marking).where(*waits)).all()
    these = [
        row.number
        for row in found
        if decode(row.marking, Marking, "marking of a message").group == group
    ]
    if these:
        rows = [{"_number": number} for number in these]
        gone = update(tables.outgoing).where(o.number == bindparam("_number"))
        now = moment(stamp_of(work).at)
        work.connection.execute(gone.values(state="discarded", body=None, changed=now), rows)
        told: Details = {"peer": node, "group": group, "messages": len(these)}
        record_changes(work, [("messages discarded", told)])
    return len(these)


def _switch(work: Work, node: str, before: State, after: State, action: str) -> int:
    """Change the state of messages, but of those that pass in any case."""
    o = tables.outgoing.c
    now = moment(stamp_of(work).at)
    these = (o.peer == node, o.state == before, o.kind.not_in(CONTROL))
    done = work.connection.execute(
        update(tables.outgoing).where(*these).values(state=after, changed=now)
    )
    if done.rowcount:
        record_changes(work, [(action, {"peer": node, "messages": done.rowcount})])
    return done.rowcount
