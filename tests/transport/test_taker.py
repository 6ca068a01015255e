"""Requests that share a commit: a failure of one does not affect the others."""

from concurrent.futures import Future

import pytest
from tests.support.peers import Party, cut

from tidewaiter.exchange.protocol.receipts import read_receipt
from tidewaiter.store.core.database import Work
from tidewaiter.store.peers.directory import peer_of
from tidewaiter.store.peers.outbox import to_send
from tidewaiter.transport.context import Desk
from tidewaiter.transport.message_kinds import KINDS, Kind, Received
from tidewaiter.transport.server import Taker


def boom(_work: Work, received: Received) -> None:
    """Be a fault of ours that only some content brings out."""
    if b"boom" in received.body:
        raise RuntimeError("a fault of ours")


def test_a_message_that_cannot_be_taken_holds_nobody_else_up(pair: tuple[Party, Party]) -> None:
    """The others in its commit are accepted, each separately."""
    one, other = pair
    lines = []
    for text in ("boom", "right"):
        sender, taker = (one, other) if text == "boom" else (other, one)
        sender.say(taker, text)
        sender.send(taker, cut)
        with sender.desk.database.work() as work:
            lines.append(to_send(work, peer_of(work, taker.name), rows=1)[0].line)
    desk = Desk(
        other.desk.database,
        other.desk.ring,
        path=other.ring,
        clock=other.desk.clock,
        kinds={**KINDS, "message": Kind(schema=1, act=boom)},
    )
    taker_ = Taker(desk)
    jobs: list[tuple[list[str], Future[list[str]]]] = [
        ([lines[0]], Future()),
        (["junk"], Future()),
        ([lines[1]], Future()),
    ]
    taker_._take(jobs)
    with pytest.raises(RuntimeError, match="fault"):
        jobs[0][1].result()
    codes = [read_receipt(done.result()[0]).receipt.code for _, done in jobs[1:]]
    assert codes == ["malformed", "not-for-us"]
    taker_.close()
