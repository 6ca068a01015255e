"""Evidence: chain of custody of a case, proof of a message, and logs witnessed by peers."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import func, insert, select

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.casework.cases.steps import Step
from tidewaiter.casework.decisions import Decided
from tidewaiter.exchange.evidence import MessageEvidence, packed
from tidewaiter.exchange.protocol.documents import Document
from tidewaiter.exchange.protocol.envelopes import assemble, held_by_any
from tidewaiter.exchange.protocol.receipts import (
    Before,
    Receipt,
    SignedReceipt,
    Wrong,
    contradiction,
    read_receipt,
)
from tidewaiter.exchange.protocol.signing import is_signed_by
from tidewaiter.store.audit import (
    Entry,
    State,
    audit_size,
    audit_state,
    moment,
    prove_entry,
    record_change,
    stamp_of,
)
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import slices
from tidewaiter.store.core.database import Stamp, Work
from tidewaiter.store.peers.directory import documents, peer_of
from tidewaiter.store.peers.inbox import CONTRADICTIONS


class LogContradiction(Record, frozen=True, kw_only=True):
    """A peer's statement on its log that contradicts an earlier one."""

    kind: Wrong
    size: int
    root: str
    before: int  # number of entries stated before; the same for two roots
    root_before: str
    came: str  # ISO 8601, UTC


class ToldLog(Record, frozen=True, kw_only=True):
    """What this node told a peer about its own log, and whether the log still agrees."""

    peer: str
    size: int
    root: str
    holds: bool


def witness(work: Work, node: str, receipts: Sequence[SignedReceipt]) -> None:
    """Compare a peer's statements on its log with earlier ones, and store the new ones.

    Args:
        work: A write transaction.
        node: The peer.
        receipts: Verified, in the order of the answer.
    """
    said = {(each.receipt.size, each.receipt.root): each for each in receipts if each.receipt.size}
    for each in sorted(said.values(), key=lambda one: one.receipt.size):
        _compare(work, node, each)


def log_contradictions(work: Work, node: str, *, rows: int = 100) -> list[LogContradiction]:
    """Return a peer's contradictory statements on its log, latest first."""
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
    """Count the contradictory statements on logs, by peer."""
    w = tables.witness.c
    wanted = select(w.peer, func.count()).where(w.wrong != "").group_by(w.peer)
    return {peer: int(count) for peer, count in work.connection.execute(wanted)}


def witnessed(work: Work, node: str, *, rows: int = 1_000) -> list[str]:
    """Return signed receipts that state a peer's log, one per state.

    Args:
        work: Any transaction.
        node: The peer.
        rows: Maximum number: contradictions and what they contradict first, then the latest.
    """
    w = tables.witness.c
    odd = select(w.size).where(w.peer == node, w.wrong != "").scalar_subquery()
    wanted = select(w.receipt).where(w.peer == node)
    wanted = wanted.order_by(w.size.in_(odd).desc(), w.number.desc()).limit(rows)
    return list(work.connection.execute(wanted).scalars())


def stated_logs(work: Work) -> list[ToldLog]:
    """Return whether the log agrees with this node's last statement to each peer.

    Each peer has a receipt with that statement, so a rewritten or truncated log is detected.
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
    """Check whether the log still agrees with receipts of this node that a peer presents.

    Args:
        work: Any transaction.
        own: The newest document of this node.
        texts: Signed receipts.

    Raises:
        InputError: One is invalid, or not signed by this node.
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
            raise InputError("store/receipt-not-signed", at=f"receipt {number}")
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
    """Return a peer's statements since its log was found truncated and restarted."""
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


_DECIDED = ("alert decided", "decision taken back")


class Proven(Record, frozen=True, kw_only=True):
    """An entry, and its path to the root."""

    entry: Entry
    path: tuple[bytes, ...]


def custody(
    work: Work,
    steps: Sequence[Step],
    trails: Mapping[str, Iterable[Decided]],
    *,
    entries: int | None = None,
) -> tuple[State, list[Proven]]:
    """Return the entries of steps and decisions, and the audit log state that contains them.

    Args:
        work: Any transaction.
        steps: Steps of a case, as far as they are to be shown.
        trails: The decisions on its alerts.
        entries: The audit log at this size; None: now.
    """
    state = audit_state(work, entries)
    found = _of_steps(work, steps) | _of_decisions(work, trails)
    return state, [
        Proven(entry=found[number], path=tuple(prove_entry(work, number, state.entries)))
        for number in sorted(found)
        if number <= state.entries
    ]


def _of_steps(work: Work, steps: Sequence[Step]) -> dict[int, Entry]:
    c, numbers = tables.audit.c, [step.entry for step in steps]
    found: dict[int, Entry] = {}
    for some in slices(numbers):
        wanted = select(tables.audit).where(c.number.in_(some))
        found |= {row["number"]: Entry(**row) for row in work.connection.execute(wanted).mappings()}
    return found


def _of_decisions(work: Work, trails: Mapping[str, Iterable[Decided]]) -> dict[int, Entry]:
    """Find the entries of decisions by their exact moments."""
    c = tables.audit.c
    decided = {step.id for trail in trails.values() for step in trail}
    moments = sorted({step.at for trail in trails.values() for step in trail})
    found: dict[int, Entry] = {}
    for some in slices(moments):
        here = c.at.in_(some)
        for row in work.connection.execute(select(tables.audit).where(here)).mappings():
            if row["action"] not in _DECIDED:  # in SQL, a slower index would be used
                continue
            details = msgspec.json.decode(row["details"], type=dict[str, str | int])
            if details.get("decision") in decided:
                found[row["number"]] = Entry(**row)
    return found


def evidence_of(
    work: Work, own: str, node: str, message: str, *, openers: Sequence[bytes], stamp: Stamp
) -> MessageEvidence:
    """Collect the proof of a message received from or sent to a peer.

    Args:
        work: Any transaction.
        own: The name of this node.
        node: The peer.
        message: Its id.
        openers: Decryption keys, each of shape (32,).
        stamp: Time of collection.

    Raises:
        MissingError: The message does not exist or was not sent yet.
    """
    known, i, o = peer_of(work, node), tables.incoming.c, tables.outgoing.c
    ours, theirs = tuple(documents(work, own)), tuple(documents(work, node))
    came = select(i.signed, i.box, i.receipt).where(i.peer == node, i.id == message)
    row = work.connection.execute(came).first()
    if row is not None:
        held = held_by_any(assemble(row.signed, row.box), openers) if row.box else None
        return MessageEvidence(
            made=moment(stamp.at),
            signed=row.signed,
            held=packed(held),
            receipt=row.receipt,
            sender=theirs,
            recipient=ours,
            untrusted=known.untrusted,
        )
    went = select(o.signed, o.receipt).where(o.peer == node, o.id == message, o.signed.is_not(None))
    sent = work.connection.execute(went).first()
    if sent is None:
        raise MissingError("store/no-message-with-peer", message=message[:40])
    # The salt of a sealed message is only in its box, which the peer opens.
    return MessageEvidence(
        made=moment(stamp.at),
        signed=sent.signed,
        held="",
        receipt=sent.receipt or "",
        sender=ours,
        recipient=theirs,
        untrusted={},
    )
