"""Hearing: documents of a peer that come by themselves, where its messages cannot be read."""

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.courier.desk import Desk
from tidewaiter.exchange.documents import read_chain
from tidewaiter.exchange.forks import merge
from tidewaiter.store.documents import documents
from tidewaiter.store.peers import find_peer
from tidewaiter.store.recovering import take_news


def hear_documents(desk: Desk, held: bytes) -> None:
    """Take what is new of a peer; nothing is written before it is seen to follow.

    Args:
        desk: Of this node.
        held: Its newest documents, in order.

    Raises:
        InputError: They do not follow from what is known, or do not outrank it.
        MissingError: It is no peer.
        StoreError: The database cannot be written.
    """
    chain = read_chain(held)
    if not chain:
        raise InputError("there is no document")
    node = chain[0].read().node
    with desk.database.work() as work:
        if find_peer(work, node) is None:
            raise MissingError("it is no peer")
        known = documents(work, node)
    if not merge(known, chain).new:
        return
    with desk.database.work(desk.stamp()) as work:
        take_news(work, node, chain, {})
