"""What must hold at the end of a run, read from the databases of its nodes."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, select
from tests.soak.world import Place, World, desk_at

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.documents import Document
from tidewaiter.exchange.protocol.envelopes import assemble
from tidewaiter.exchange.protocol.receipts import read_receipt
from tidewaiter.exchange.protocol.signing import is_signed_by, take_apart
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Work

VIOLATIONS = (
    "messages never written",
    "lost",
    "duplicate effects",
    "wrong effects",
    "missing receipts",
    "wrong receipts",
    "receipts that differ",
    "broken chains",
    "sides that differ",
    "contradictions",
    "broken logs",
    "never settled",
)


_BUSINESS = "SELECT b.*, m.message FROM business b LEFT JOIN business_message m USING (number)"


class Kept(Record, frozen=True, kw_only=True):
    """What a node has in its database."""

    business: list[Any]  # number, peer, content, days, message
    effects: list[Any]  # peer, message, content, standing
    outgoing: list[Any]
    incoming: list[Any]
    contradicted: list[str]  # peers
    log: str  # what is wrong with it; "": nothing
    entries: int


def read_kept(place: Place) -> Kept:
    """Read the database of a node."""
    desk = desk_at(place, skewed=False)
    with desk.database as database, database.work() as work:
        return _read(work)


def _read(work: Work) -> Kept:
    run, o, i = work.connection.execute, tables.outgoing, tables.incoming
    plain = work.connection.exec_driver_sql
    log = verify_audit(work)
    return Kept(
        business=list(plain(_BUSINESS)),
        effects=list(plain("SELECT * FROM effect")),
        outgoing=list(run(select(o).order_by(o.c.peer, o.c.seq))),
        incoming=list(run(select(i).order_by(i.c.peer, i.c.seq))),
        contradicted=list(run(select(tables.contradiction.c.peer)).scalars()),
        log=log.problem if log.broken is not None else "",
        entries=log.state.entries,
    )


def violations(world: World, kept: dict[str, Kept]) -> Counter[str]:
    """Count violations by kind."""
    found: Counter[str] = Counter()
    documents = {place.node: place.document for place in world.places}
    for node, held in kept.items():
        found.update(_business(node, held, kept))
        found.update(_outgoing(node, held, kept, documents))
        found.update(_effects(node, held, kept))
        for peer in documents.keys() - {node}:
            found.update(_chain(node, peer, held, kept[peer], documents[node]))
        found["broken logs"] += bool(held.log)
        liar = world.places[0].node  # it contradicts itself on purpose
        found["contradictions"] += sum(peer != liar for peer in held.contradicted)
    return +found


def _business(node: str, held: Kept, kept: dict[str, Kept]) -> Iterator[str]:
    sent = {row.id: row for row in held.outgoing}
    for row in held.business:
        message = sent.get(row.message)
        if message is None or message.peer != row.peer:
            yield "messages never written"
            continue
        done = [e for e in kept[row.peer].effects if e.message == row.message and e.peer == node]
        if row.days > 0 and not done:
            yield "lost"
        yield from ["duplicate effects"] * (len(done) - 1)
        wanted = ("processed", "") if row.days > 0 else ("refused", "expired")
        if message.receipt and (message.state, message.code) != wanted:
            yield "lost" if row.days > 0 else "wrong effects"


def _effects(node: str, held: Kept, kept: dict[str, Kept]) -> Iterator[str]:
    meant = {
        (sender, row.message, row.content)
        for sender, other in kept.items()
        for row in other.business
        if row.peer == node and row.days > 0
    }
    for done in held.effects:
        if done.standing != "active" or (done.peer, done.message, done.content) not in meant:
            yield "wrong effects"


def _outgoing(
    node: str, held: Kept, kept: dict[str, Kept], documents: dict[str, Document]
) -> Iterator[str]:
    taken = {peer: {row.id: row for row in other.incoming} for peer, other in kept.items()}
    for row in held.outgoing:
        if not row.receipt or row.state not in {"processed", "refused"}:
            yield "missing receipts"
            continue
        if not _is_of(row.receipt, row, documents[row.peer], node):
            yield "wrong receipts"
        there = taken[row.peer].get(row.id)
        if there is None or there.peer != node or there.receipt != row.receipt:
            yield "receipts that differ"


def _is_of(text: str, row: Row[Any], document: Document, node: str) -> bool:
    """Say whether a receipt is one of a peer for a message."""
    try:
        each = read_receipt(text)
    except InputError:
        return False
    key, told = document.key(each.signed.kid.partition("#")[2]), each.receipt
    right = (told.id, told.digest, told.sender, told.to, told.state)
    signed = key is not None and key.state == "active" and is_signed_by(each.signed, key.public)
    return signed and right == (row.id, row.digest, row.peer, node, row.state)


def _chain(node: str, peer: str, held: Kept, other: Kept, document: Document) -> Iterator[str]:
    """Check the chain from a node to a peer, on both sides."""
    sent = [row for row in held.outgoing if row.peer == peer and row.seq]
    came = [row for row in other.incoming if row.peer == node]
    for rows in (sent, came):
        if not _holds(rows, document):
            yield "broken chains"
    if [(row.seq, row.id, row.digest) for row in sent] != [
        (row.seq, row.id, row.digest) for row in came
    ]:
        yield "sides that differ"


def _holds(rows: list[Row[Any]], document: Document) -> bool:
    key = document.active("sign")
    told = [assemble(row.signed, row.box) for row in rows]
    signed = all(key and is_signed_by(take_apart(row.signed), key.public) for row in rows)
    linked = all(a.digest == b.header.prev for a, b in pairwise(told))
    begins = not told or not told[0].header.prev
    numbers = [each.header.seq for each in told] == list(range(1, len(told) + 1))
    return signed and linked and begins and numbers
