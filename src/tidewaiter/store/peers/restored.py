"""Restored: what a node has forgotten that was put back from an old copy, peer by peer.

Peers have receipts of this node for messages that it does not know any more. They send these again;
until they have, nothing that came from peers is shown: some of it may have been recalled meanwhile,
and destroyed, and the old copy has it still.
"""

from sqlalchemy import RowMapping, or_, select, update

from tidewaiter.base.errors import ConflictError
from tidewaiter.base.records import Record
from tidewaiter.exchange.receipts import SignedReceipt
from tidewaiter.store import tables
from tidewaiter.store.audit import Details, audit_size, moment, record_change, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.peers import Known, peer_of

UNASKED = -1  # in place of the number of a message
_MET = ("active", "frozen")  # a frozen peer is asked when the relation is active again


class Missing(Record, frozen=True, kw_only=True):
    """What this node has forgotten of what came from a peer."""

    node: str
    name: str
    messages: int | None  # that are not here again yet; None: the peer has not been asked yet


def mark_restored(work: Work) -> int:
    """Note that this database was put back from a copy; return how many peers are to be asked.

    Args:
        work: Begun with a stamp.
    """
    p, now = tables.peer.c, moment(stamp_of(work).at)
    these = update(tables.peer).where(p.standing.in_(_MET))
    asked = work.connection.execute(these.values(owed=UNASKED, due=now, tries=0)).rowcount
    record_change(work, "node restored", {"peers": asked})
    return asked


def note_receipts(work: Work, node: str, receipts: list[SignedReceipt]) -> int:
    """Note what a peer's receipts of this node say; return how many messages are missing here.

    Args:
        work: Begun with a stamp.
        node: The peer that showed them.
        receipts: Of this node itself, checked.
    """
    known = peer_of(work, node)
    owed = max((each.receipt.have for each in receipts), default=0)
    missing = max(0, owed - known.have)
    if known.owed == UNASKED or (missing and owed > known.owed):
        _owe(work, node, owed)
        size = max((each.receipt.size for each in receipts), default=0)
        told: Details = {
            "peer": node,
            "messages": missing,
            "entries": max(0, size - audit_size(work)),
        }
        record_change(work, "older state found" if missing else "nothing is missing", told)
    return missing


def missing_from(known: Known) -> int | None:
    """Count what this node has forgotten of what came from a peer; None: it is not asked yet."""
    return None if known.owed == UNASKED else max(0, known.owed - known.have)


def missing(work: Work) -> list[Missing]:
    """Return the peers of whose messages this node has forgotten some, or may have.

    Also those whose relation was frozen or has ended meanwhile: what they recalled before is here
    as well, so freezing one must not show it; who decides that is named by `go_on_without`.
    """
    p = tables.peer.c
    wanted = select(p.node, p.name, p.owed, p.have).where(or_(p.owed == UNASKED, p.owed > p.have))
    found = work.connection.execute(wanted.order_by(p.name)).mappings()
    return [Missing(node=row["node"], name=row["name"], messages=_count(row)) for row in found]


def go_on_without(work: Work, node: str) -> Known:
    """Wait no longer for what a peer has: it cannot be reached, or does not send it.

    Args:
        work: Begun with a stamp.
        node: The peer.

    Raises:
        ConflictError: Nothing of it is missing.
        MissingError: There is no such peer.
    """
    known = peer_of(work, node)
    if missing_from(known) == 0:
        raise ConflictError(f"nothing that came from {known.name} is missing")
    _owe(work, node, known.have)
    left = max(0, known.owed - known.have)
    record_change(work, "went on without", {"peer": node, "messages": left})
    return peer_of(work, node)


def check_complete(work: Work) -> None:
    """Check that this node has all that it once received.

    Raises:
        ConflictError: It was restored from a copy, and its peers have not sent the rest again yet.
    """
    found = missing(work)
    if not found:
        return
    first = ", ".join(each.name for each in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    raise ConflictError(
        f"This node was restored from an older state. Messages are missing from {first}{more}.",
        hint="Serve the node and wait until they have come: what was recalled meanwhile is "
        "destroyed first. `tidewaiter node status` shows what is missing.",
    )


_NAMED = 3  # peers in a message


def _count(row: RowMapping) -> int | None:
    return None if row["owed"] == UNASKED else int(row["owed"] - row["have"])


def _owe(work: Work, node: str, owed: int) -> None:
    p = tables.peer.c
    work.connection.execute(update(tables.peer).where(p.node == node).values(owed=owed))
