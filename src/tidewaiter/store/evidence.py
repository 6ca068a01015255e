"""Witnesses: what peers say of their logs, and what this node has said to them of its own."""

from collections.abc import Sequence

from sqlalchemy import func, insert, select

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.documents import Document
from tidewaiter.exchange.receipts import Receipt, SignedReceipt, read_receipt
from tidewaiter.exchange.signing import is_signed_by
from tidewaiter.exchange.witnessing import Before, Wrong, contradiction
from tidewaiter.store import tables
from tidewaiter.store.audit import audit_size, audit_state, moment, record_change, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.incoming import CONTRADICTIONS


class LogContradiction(Record, frozen=True, kw_only=True):
    """A peer has said something of its log that does not fit what it said before."""

    kind: Wrong
    size: int
    root: str
    before: int  # entries that it had said to have; of two roots, the same
    root_before: str
    came: str  # ISO 8601, UTC


class ToldLog(Record, frozen=True, kw_only=True):
    """What this node has told a peer of its own log, and whether the log still is so."""

    peer: str
    size: int
    root: str
    holds: bool


def witness(work: Work, node: str, receipts: Sequence[SignedReceipt]) -> None:
    """Compare what a peer says of its log with what it said before, and keep what is new.

    Args:
        work: Begun with a stamp.
        node: The peer.
        receipts: Checked, in the order of its answer.
    """
    said = {(each.receipt.size, each.receipt.root): each for each in receipts if each.receipt.size}
    for each in sorted(said.values(), key=lambda one: one.receipt.size):
        _compare(work, node, each)


def log_contradictions(work: Work, node: str, *, rows: int = 100) -> list[LogContradiction]:
    """Return what a peer said of its log that does not fit, the latest first."""
    w = tables.witness.c
    wanted = select(w.number, w.size, w.root, w.wrong, w.came).where(w.peer == node, w.wrong != "")
    found = work.connection.execute(wanted.order_by(w.number.desc()).limit(rows)).all()
    made = list[LogContradiction]()
    for row in found:
        other = select(w.size, w.root).where(w.peer == node, w.number < row.number)
        if row.wrong == "two-roots":
            other = other.where(w.size == row.size, w.root != row.root)
        first = work.connection.execute(other.order_by(w.size.desc(), w.number).limit(1)).one()
        made.append(
            LogContradiction(
                kind=row.wrong,
                size=row.size,
                root=row.root,
                before=first.size,
                root_before=first.root,
                came=row.came,
            )
        )
    return made


def count_log_contradictions(work: Work) -> dict[str, int]:
    """Count what peers said of their logs that does not fit, by peer."""
    w = tables.witness.c
    wanted = select(w.peer, func.count()).where(w.wrong != "").group_by(w.peer)
    return {peer: int(count) for peer, count in work.connection.execute(wanted)}


def witnessed(work: Work, node: str, *, rows: int = 1_000) -> list[str]:
    """Return signed receipts of a peer that say how its log was, one for each state.

    Args:
        work: Any.
        node: The peer.
        rows: How many at most: first what does not fit and what it contradicts, then the latest.
    """
    w = tables.witness.c
    odd = select(w.size).where(w.peer == node, w.wrong != "").scalar_subquery()
    wanted = select(w.receipt).where(w.peer == node)
    wanted = wanted.order_by(w.size.in_(odd).desc(), w.number.desc()).limit(rows)
    return list(work.connection.execute(wanted).scalars())


def told_logs(work: Work) -> list[ToldLog]:
    """Say whether the log is what this node told its peers last, by peer.

    Each of them has a receipt that says so, so a log that was made anew, or cut, is found.
    """
    i = tables.incoming.c
    last = select(i.peer, func.max(i.seq).label("seq")).group_by(i.peer).subquery()
    wanted = select(i.peer, i.receipt).join(last, (last.c.peer == i.peer) & (last.c.seq == i.seq))
    found = [
        (peer, read_receipt(text).receipt)
        for peer, text in work.connection.execute(wanted.order_by(i.peer)).all()
    ]
    return [_told(work, peer, each) for peer, each in found if each.size]


def check_witnessed(work: Work, own: Document, texts: Sequence[str]) -> list[ToldLog]:
    """Say of receipts of this node that a peer has brought whether the log still is so.

    Args:
        work: Any.
        own: The newest document of this node.
        texts: Signed receipts.

    Raises:
        InputError: One is none, or this node has not signed it.
    """
    made = list[ToldLog]()
    for number, text in enumerate(texts, 1):
        each = read_receipt(text)
        key = own.key_of(each.signed.kid)
        if (
            key is None
            or each.receipt.sender != own.node
            or not is_signed_by(each.signed, key.public)
        ):
            hint = "ask the peer for what it has witnessed of this node"
            raise InputError("this node has not signed it", at=f"receipt {number}", hint=hint)
        made.append(_told(work, each.receipt.to, each.receipt))
    return made


def _told(work: Work, peer: str, told: Receipt) -> ToldLog:
    holds = told.size <= audit_size(work)
    holds = holds and audit_state(work, told.size).root.hex() == told.root
    return ToldLog(peer=peer, size=told.size, root=told.root, holds=holds)


def _compare(work: Work, node: str, each: SignedReceipt) -> None:
    told, w = each.receipt, tables.witness.c
    roots = select(w.root).where(w.peer == node, w.size == told.size).order_by(w.number)
    same = list(work.connection.execute(roots).scalars())
    wrong = contradiction(told, _before(work, node, same[0] if same else ""))
    if (told.root in same and wrong != "shorter") or (wrong and _full(work, node)):
        return
    row = {
        "peer": node,
        "size": told.size,
        "root": told.root,
        "have": told.have,
        "receipt": each.signed.text,
        "wrong": wrong,
        "came": moment(stamp_of(work).at),
    }
    work.connection.execute(insert(tables.witness).values(**row))
    if wrong:
        record_change(
            work, "log contradiction", {"peer": node, "kind": wrong, "entries": told.size}
        )


def _before(work: Work, node: str, root: str) -> Before:
    """Return what a peer said since its log was found shorter; then it began anew."""
    w = tables.witness.c
    cut = select(func.max(w.number)).where(w.peer == node, w.wrong == "shorter")
    since = work.connection.execute(cut).scalar() or 0
    most = select(func.max(w.size), func.max(w.have)).where(w.peer == node, w.number >= since)
    largest, have = work.connection.execute(most).one()
    return Before(largest=largest or 0, have=have or 0, root=root)


def _full(work: Work, node: str) -> bool:
    w = tables.witness.c
    counted = select(func.count()).where(w.peer == node, w.wrong != "")
    return bool(work.connection.execute(counted).scalar_one() >= CONTRADICTIONS)
