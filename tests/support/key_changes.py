"""Keys that are changed, lost and recovered, as tests need it."""

from pathlib import Path

from sqlalchemy import select
from tests.support.peers import Party

from tidewaiter.base.errors import InputError, MissingError, OutputError
from tidewaiter.exchange.protocol.documents import Document, fingerprint
from tidewaiter.exchange.protocol.envelopes import Envelope, assemble
from tidewaiter.store.core import tables
from tidewaiter.store.peers.directory import peer_of
from tidewaiter.store.peers.outbox import to_send
from tidewaiter.transport.context import Desk
from tidewaiter.transport.key_rotation import recover, rotate
from tidewaiter.transport.peers import RelationChange, hear_documents, relate
from tidewaiter.transport.sending import Tell

Pair = tuple[Party, Party]


def sealed(one: Party, other: Party) -> list[str]:
    """Return the lines that are on their way."""
    with one.desk.database.work() as work:
        return [each.line for each in to_send(work, peer_of(work, other.name), rows=99)]


def standing(one: Party, other: Party) -> str:
    """Return what one does with the other."""
    with one.desk.database.work() as work:
        return peer_of(work, other.name).relation.standing


def telling(to: Party) -> Tell:
    """Return a line by which documents come."""

    def tell(_peer: Document, documents: bytes) -> None:
        try:
            hear_documents(to.desk, documents)
        except (InputError, MissingError) as error:
            raise OutputError.from_words("it answered 400") from error

    return tell


def turn(party: Party, *, revoke: bool = False, since: str = "") -> None:
    """Give a node new keys."""
    rotate(party.desk, party.ring, party.desk.stamp(), revoke=revoke, since=since)


def regain(party: Party, root: bytes = b"", roots: Path | None = None) -> None:
    """Recover a node; its process starts again."""
    secret = root or party.root
    recover(party.desk.database, party.ring, secret, party.desk.stamp(), roots=roots)
    party.desk = Desk(party.desk.database, party.desk.ring, path=party.ring, clock=party.desk.clock)
    with party.desk.database.work() as work:
        party.desk.refresh(work)


def confirm(one: Party, other: Party, held: str = "release") -> None:
    """Compare the words with a node again, with its current keys."""
    found = fingerprint(other.documents()[-1].read())
    relate(
        one.desk,
        other.name,
        RelationChange(to="active", compared=found, held=held),
        one.desk.stamp(),
    )


def held(party: Party) -> list[Envelope]:
    """Return the received envelopes, in order."""
    i = tables.incoming.c
    with party.desk.database.work() as work:
        rows = work.connection.execute(select(i.signed, i.box).order_by(i.seq)).all()
    return [assemble(row.signed, row.box) for row in rows]
