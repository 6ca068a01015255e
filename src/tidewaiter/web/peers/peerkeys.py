"""Peers in addresses: the name of a node may hold what an address cannot."""

import hashlib
from typing import Annotated

from litestar.params import PathParameter

from tidewaiter.base.errors import MissingError
from tidewaiter.store.database import Work
from tidewaiter.store.peers import Known, peers

_LENGTH = 16  # hexadecimal digits

MessageId = Annotated[str, PathParameter(max_length=64)]
PeerKey = Annotated[str, PathParameter(max_length=64)]


def peer_key(node: str) -> str:
    """Return by what a peer stands in an address."""
    return hashlib.sha256(node.encode()).hexdigest()[:_LENGTH]


def peer_at(work: Work, key: str) -> Known:
    """Return the peer of an address.

    Raises:
        MissingError: There is none.
    """
    for each in peers(work):
        if peer_key(each.node) == key:
            return each
    raise MissingError("there is no such peer", hint="look at the list of peers")
