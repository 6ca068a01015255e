"""A database that can keep no more: no receipt leaves without its row."""

from collections.abc import Sequence

import pytest
from sqlalchemy import event
from tests.support.peers import Party, cut, line_to
from tests.support.raising import raises

from tidewaiter.base.errors import StoreError
from tidewaiter.exchange.protocol.documents import Document
from tidewaiter.exchange.protocol.receipts import read_receipt
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.peers.directory import peer_of
from tidewaiter.store.peers.outbox import to_send
from tidewaiter.transport.context import Desk
from tidewaiter.transport.receiving import receive
from tidewaiter.transport.server import Taker

Pair = tuple[Party, Party]


class Limited:
    """A database that grows no further, or that takes no change at all."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._pragma = ""
        event.listen(desk.database._reach.engine, "connect", self._on_connect)

    def set(self, pragma: str) -> None:
        """Say it to every connection from now on."""
        self._desk.database.close()
        self._pragma = pragma

    def pages(self) -> int:
        """Return how many pages it has."""
        with self._desk.database.work() as work:
            return int(work.connection.exec_driver_sql("PRAGMA page_count").scalar_one())

    def _on_connect(self, connection: object, _record: object) -> None:
        if self._pragma:
            connection.execute(f"PRAGMA {self._pragma}")  # type: ignore[attr-defined]


def lines_of(one: Party, other: Party, count: int) -> list[str]:
    """Write large messages, and return them as they travel."""
    for number in range(count):
        one.say(other, f"{number}" * 3000)
    one.send(other, cut)
    with one.desk.database.work() as work:
        return [each.line for each in to_send(work, peer_of(work, other.name), rows=64)]


@pytest.mark.parametrize("room", range(10))
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_full_disk_gives_no_receipt_without_a_row(pair: Pair, room: int) -> None:
    """For any number of free pages: receipted messages are stored, and the others arrive later."""
    one, other = pair
    limited, lines = Limited(other.desk), lines_of(one, other, 40)
    limited.set(f"max_page_count = {limited.pages() + room}")
    receipted = 0
    with raises("store/no-space", StoreError):  # some are taken before
        for line in lines:
            told = read_receipt(receive(other.desk, [line])[0]).receipt
            receipted += told.state == "processed"
    assert len(other.taken()) == receipted < 40
    limited.set("")
    one.send(other)
    assert one.states() == {"processed": 40}
    assert len(other.taken()) == 40
    with other.desk.database.work() as work:
        assert verify_audit(work).broken is None


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_read_only_database_gives_no_receipt(pair: Pair) -> None:
    """The request is answered by an error, and everything comes again."""
    one, other = pair
    limited, lines = Limited(other.desk), lines_of(one, other, 2)
    limited.set("query_only = 1")
    with pytest.raises(StoreError):
        receive(other.desk, lines)
    taker = Taker(other.desk)
    with pytest.raises(StoreError):
        taker.take(lines)
    taker.close()
    limited.set("")
    assert other.taken() == []
    one.send(other)
    assert one.states() == {"processed": 2}


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_full_disk_at_the_sender_changes_nothing_there(pair: Pair) -> None:
    """What cannot be sealed is not sent; a receipt that cannot be kept is given again."""
    one, other = pair
    one.say(other, "x" * 30_000)
    limited = Limited(one.desk)
    limited.set(f"max_page_count = {limited.pages()}")
    with pytest.raises(StoreError):
        one.send(other)
    assert one.states() == {"waiting": 1}
    limited.set("")
    one.send(other)
    given = line_to(other)

    def fills(to: Document, lines: Sequence[str]) -> list[str]:
        limited.set("query_only = 1")
        return given(to, lines)

    one.say(other, "again")
    with pytest.raises(StoreError):
        one.send(other, fills)
    limited.set("")
    assert one.states() == {"processed": 1, "sealed": 1}
    one.send(other)
    assert one.states() == {"processed": 2}
    assert len(other.taken()) == 2
